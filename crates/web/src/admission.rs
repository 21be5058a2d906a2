//! Stands before every page: whoever finds no place behind the bulkhead of their kind of work is sent away before anything
//! is read for them, with a page that was written when the program began and, where that is safe, asks again by itself.

use crate::guard;
use crate::routes::Entry;
use crate::site::Site;
use axum::body::{Body, Bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use flows::House;
use flows::capacity::{Away, Work};
use kernel::Lang;
use maud::{DOCTYPE, html};
use std::collections::HashMap;
use std::sync::Arc;

/// The way in.
pub(crate) struct Gate {
    house: House,
    works: HashMap<(Method, &'static str), Work>,
    /// By why, and by whether a browser may ask again by itself.
    away: [[Ready; 2]; 2],
}

impl Gate {
    pub(crate) fn new(site: &Site, entries: &[Entry]) -> Arc<Gate> {
        let works = entries.iter().map(|entry| ((entry.method.clone(), entry.path), entry.work)).collect();
        let away = Away::ALL.map(|why| [false, true].map(|asks_again| Ready::of(site, why, asks_again)));
        Arc::new(Gate { house: site.house().clone(), works, away })
    }

    /// What a page's line in the registry says; what is at no address is looked for.
    fn work(&self, request: &Request) -> Work {
        let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
        let method = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
        self.works.get(&(method.clone(), path)).copied().unwrap_or(Work::Look)
    }
}

pub(crate) async fn enter(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let (work, is_safe) = (gate.work(&request), request.method().is_safe());
    request.extensions_mut().insert(work);
    let served = gate.house.capacity().serve(work, next.run(request)).await;
    served.unwrap_or_else(|why| gate.away[why as usize][usize::from(is_safe)].answer())
}

/// A page that is written already.
struct Ready {
    headers: HeaderMap,
    body: Bytes,
}

impl Ready {
    /// Nobody knows yet who asks and in which language.
    fn of(site: &Site, why: Away, asks_again: bool) -> Ready {
        let (refusal, seconds) = (why.refusal(), why.again_seconds());
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    @if asks_again { meta http-equiv="refresh" content=(seconds); }
                    title { "Ferryman · 摆渡" }
                    link rel="stylesheet" href="/assets/ferryman.css";
                }
                body { main class="wrap narrow" {
                    h1 { (refusal.in_(Lang::En)) }
                    @if asks_again { p { "This page asks again by itself." } }
                    h1 lang="zh-Hans" { (refusal.in_(Lang::Zh)) }
                    @if asks_again { p lang="zh-Hans" { "本页会自动重试。" } }
                } }
            }
        };
        let mut headers = HeaderMap::from_iter([
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::RETRY_AFTER, HeaderValue::from(seconds)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ]);
        guard::protect(site.settings(), &mut headers);
        Ready { headers, body: page.into_string().into() }
    }

    fn answer(&self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        *response.headers_mut() = self.headers.clone();
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Settings;
    use crate::testing::Town;
    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use std::time::Duration;
    use tower::ServiceExt;

    #[tokio::test]
    async fn whoever_finds_no_place_is_told_in_both_languages_when_to_come_again() {
        let town = Town::new();
        let capacity = town.house.capacity();
        let mut inside = Vec::new();
        for _ in 0..capacity.fullness(Work::Look).places {
            inside.push(capacity.enter(Work::Look).await.expect("there is room"));
        }
        let page = town.browser().get("/films").await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(page.headers[header::RETRY_AFTER], "5");
        assert_eq!(page.headers[header::X_FRAME_OPTIONS], "DENY");
        assert!(page.text.contains("try again in a few seconds") && page.text.contains("请过几秒再试"));
        assert!(page.text.contains("http-equiv=\"refresh\""));
        // A form may still be sent, and what needs no room is there.
        assert_eq!(town.browser().post("/reading", &[("lang", "zh")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(town.browser().get("/assets/ferryman.css").await.status, StatusCode::OK);
        drop(inside);
        assert_eq!(town.browser().get("/films").await.status, StatusCode::OK);
    }

    #[tokio::test]
    async fn whoever_waited_too_long_is_told_in_both_languages_what_that_means() {
        let town = Town::new();
        town.house.capacity().set_time_max(Duration::from_millis(1));
        let gate = Gate::new(&Site::new(town.house.clone(), Settings::local()), &[]);
        let never = || std::future::pending::<()>();
        let router = Router::new().route("/", get(never).post(never)).layer(from_fn_with_state(gate, enter));
        for (method, asks_again) in [(Method::GET, true), (Method::POST, false)] {
            let request = Request::builder().method(method).uri("/").body(Body::empty()).expect("a request");
            let answer = router.clone().oneshot(request).await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(answer.headers()[header::RETRY_AFTER], "30");
            assert_eq!(answer.headers()[header::X_FRAME_OPTIONS], "DENY");
            let body = answer.into_body().collect().await.expect("a body").to_bytes();
            let page = String::from_utf8_lossy(&body);
            assert!(page.contains("may have been done all the same") && page.contains("可能已经生效"));
            assert_eq!(page.contains("http-equiv=\"refresh\""), asks_again);
        }
    }
}
