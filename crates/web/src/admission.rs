//! Stands before every page: whoever finds no place behind the bulkhead of their kind of work is sent away before anything
//! is read for them, with a page that needs nothing and, where that is safe, asks again by itself.

use crate::site::Site;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flows::capacity::Work;
use kernel::{Lang, Refusal};
use maud::{DOCTYPE, html};

/// When a page that was not served asks again.
const AGAIN_SECONDS: &str = "5";

pub(crate) async fn enter(State(site): State<Site>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let work = work(request.method(), path);
    let is_safe = request.method().is_safe();
    match site.house().capacity().enter(work).await {
        Ok(_pass) => next.run(request).await,
        Err(refusal) => sent_away(&refusal, is_safe),
    }
}

/// What kind of work a page is.
fn work(method: &Method, path: &str) -> Work {
    let asks_provider = path.starts_with("/pay/") || path.contains("refund") || path.ends_with("/returns");
    match path {
        "/sign-in" | "/sign-up" | "/first-run" if !method.is_safe() => Work::SignIn,
        _ if method.is_safe() => Work::Look,
        _ if asks_provider => Work::Pay,
        _ => Work::Change,
    }
}

/// Nobody knows yet who asks and in which language.
fn sent_away(refusal: &Refusal, is_safe: bool) -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                @if is_safe { meta http-equiv="refresh" content=(AGAIN_SECONDS); }
                title { "Ferryman · 摆渡" }
                link rel="stylesheet" href="/assets/ferryman.css";
            }
            body { main class="wrap narrow" {
                h1 { (refusal.in_(Lang::En)) }
                @if is_safe { p { "This page asks again by itself." } }
                h1 lang="zh-Hans" { (refusal.in_(Lang::Zh)) }
                @if is_safe { p lang="zh-Hans" { "本页会自动重试。" } }
            } }
        }
    };
    let head = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::RETRY_AFTER, AGAIN_SECONDS),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, head, page.into_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Town;

    #[test]
    fn a_page_has_the_bulkhead_of_its_work() {
        let (get, post) = (Method::GET, Method::POST);
        for (method, path, expected) in [
            (&get, "/films/{slug}", Work::Look),
            (&get, "/sign-in", Work::Look),
            (&post, "/sign-in", Work::SignIn),
            (&post, "/showtimes/{place}/{id}", Work::Change),
            (&post, "/pay/{place}/{intent}", Work::Pay),
            (&post, "/tickets/{place}/{order}/refund", Work::Pay),
        ] {
            assert_eq!(work(method, path), expected, "{method} {path}");
        }
    }

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
        assert_eq!(page.headers[header::RETRY_AFTER], AGAIN_SECONDS);
        assert!(page.text.contains("try again in a few seconds") && page.text.contains("请过几秒再试"));
        assert!(page.text.contains("http-equiv=\"refresh\""));
        // A form may still be sent, and what needs no room is there.
        assert_eq!(town.browser().post("/reading", &[("lang", "zh")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(town.browser().get("/assets/ferryman.css").await.status, StatusCode::OK);
        drop(inside);
        assert_eq!(town.browser().get("/films").await.status, StatusCode::OK);
    }
}
