//! The release page kept up to date: server-sent events with the insides of its parts.
//!
//! A stream looks at the log's mark once a second and reads the facts again only when it has moved.
//! It ends after a quarter of an hour, so that the browser comes back and is asked who it is; it ends at
//! once when the reader leaves or the program is about to stop.

use super::facts::{self, Facts};
use super::{Glance, Ways, find};
use crate::answer::Answer;
use crate::visit::Visit;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use kernel::{Kind, Refusal, Result};
use serde_json::json;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use titles::Title;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

/// Streams at once, at most.
const STREAMS_MAX: usize = 64;
/// Looks of one stream, at most; one a second.
const LOOKS_MAX: usize = 15 * 60;
const LOOK_SECONDS: u64 = 1;
/// A reading that took long is followed by a rest this many times as long.
const REST: i64 = 9;
const REST_SECONDS_MAX: u64 = 30;
const HEARTBEAT_SECONDS: u64 = 15;

static STREAMS: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(STREAMS_MAX)));
static ENDING: LazyLock<watch::Sender<bool>> = LazyLock::new(|| watch::channel(false).0);

/// Ends every stream, and those that would begin: for a program that is about to stop.
pub fn end_all() {
    ENDING.send_replace(true);
}

pub async fn stream(visit: Visit, Path(id): Path<String>, headers: HeaderMap) -> Answer {
    let title = find(&visit, &id).await?;
    let place = STREAMS.clone().try_acquire_owned().map_err(|_| full())?;
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let (send, receive) = mpsc::channel::<Event>(1);
    let watch = Watch { since: seen.or_else(|| visit.asked("since")), visit, title, _place: place };
    tokio::spawn(watch.run(send));
    let alive = KeepAlive::new().interval(Duration::from_secs(HEARTBEAT_SECONDS));
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    let stream = ReceiverStream::new(receive).map(Ok::<_, Infallible>);
    Ok(([unbuffered], Sse::new(stream).keep_alive(alive)).into_response())
}

fn full() -> Refusal {
    Refusal::new(
        Kind::Busy,
        "streams_full",
        "Too many people watch live just now. The page is right when you reload it.",
        "实时查看的人太多，刷新页面即可看到最新数据。",
    )
}

struct Watch {
    visit: Visit,
    title: Title,
    /// Where the log stood when the reader's page was drawn.
    since: Option<String>,
    _place: OwnedSemaphorePermit,
}

impl Watch {
    async fn run(mut self, send: mpsc::Sender<Event>) {
        let mut ending = ENDING.subscribe();
        let mut sent: HashMap<&'static str, String> = HashMap::new();
        for _ in 0..LOOKS_MAX {
            if *ending.borrow_and_update() {
                return;
            }
            let began = self.visit.house.now();
            match self.look(&mut sent).await {
                Ok(None) => {}
                Ok(Some(event)) => {
                    if send.send(event).await.is_err() {
                        return;
                    }
                }
                Err(fault) => {
                    tracing::warn!(title = %self.title.id, %fault, "a live page could not be read");
                    return;
                }
            }
            let took = began.seconds_until(self.visit.house.now()).max(0) * REST;
            let rest = (took as u64).clamp(LOOK_SECONDS, REST_SECONDS_MAX);
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(rest)) => {}
                () = send.closed() => return,
                _ = ending.changed() => return,
            }
        }
    }

    /// What is new since the last look, if anything happened at all.
    async fn look(&mut self, sent: &mut HashMap<&'static str, String>) -> Result<Option<Event>> {
        let house = self.visit.house.clone();
        let mark = house.read(facts::mark).await?;
        if self.since.as_ref() == Some(&mark) {
            return Ok(None);
        }
        self.visit.now = house.now();
        let (title, now, inside) = (self.title.clone(), self.visit.now, house.clone());
        let facts = house.read(move |view| Facts::read(&inside, view, &title, now)).await?;
        let page = Glance {
            lang: self.visit.lang,
            ways: Ways::of(&self.visit, &self.title.id),
            facts: &facts,
            by: 0,
        };
        let mut new = serde_json::Map::new();
        for (part, inside) in page.fresh() {
            let inside = inside.into_string();
            if sent.get(part) != Some(&inside) {
                new.insert(part.to_owned(), json!(inside));
                sent.insert(part, inside);
            }
        }
        self.since = Some(facts.mark.clone());
        if new.is_empty() {
            return Ok(None);
        }
        Ok(Some(Event::default().id(facts.mark.clone()).data(json!({ "html": new }).to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::season::{Season, day};

    #[tokio::test]
    async fn a_sale_reaches_the_page_and_the_end_ends_it() {
        let season = Season::new().await;
        season.runs(&[40, 50, 60, 20, 10]).await;
        let path = format!("/console/release/{}", season.title);
        let page = season.ann.get(&path).await;
        let stream = page.value_after("data-live", "=\"").replace("&amp;", "&");
        assert!(stream.contains("&since=evt_"), "{stream}");
        let reader = season.ann.clone();
        let watching = tokio::spawn(async move { reader.get(&stream).await });
        tokio::time::sleep(Duration::from_millis(300)).await;
        let evening = season.showing(&season.star, day(23), 22).await;
        season.sells(&evening, 3).await;
        tokio::time::sleep(Duration::from_millis(1600)).await;
        end_all();
        let told = watching.await.expect("a stream that ended");
        assert_eq!(
            told.headers.get("content-type").and_then(|kind| kind.to_str().ok()),
            Some("text/event-stream")
        );
        let data: Vec<&str> = told.text.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
        assert_eq!(data.len(), 1, "one sale, one message: {}", told.text);
        let message: serde_json::Value = serde_json::from_str(data[0]).expect("JSON");
        let inside = |part: &str| message["html"][part].as_str().unwrap_or_default().to_owned();
        assert!(inside("#release-events").contains("3 tickets sold at Star Cinema"));
        assert!(inside("#release-tiles").contains("¥520"));
        assert!(told.text.contains("id: evt_"));
        assert_eq!(STREAMS.available_permits(), STREAMS_MAX);
    }
}
