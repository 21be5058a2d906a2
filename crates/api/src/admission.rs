//! Stands before everything else: whoever finds no place behind the bulkhead of their kind of work is sent away before anything
//! is read for them.

use crate::problem::Problem;
use crate::service::Service;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flows::capacity::Work;

pub(crate) async fn enter(State(service): State<Service>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let work = work(request.method(), path);
    match service.house().capacity().enter(work).await {
        Ok(_pass) => next.run(request).await,
        Err(refusal) => Problem::from(refusal).into_response(),
    }
}

/// What kind of work a route is.
fn work(method: &Method, path: &str) -> Work {
    let asks_provider = path.ends_with("/checkout")
        || path.contains("refund")
        || path.ends_with("returns")
        || path == "/api/bills";
    match path {
        "/api/health" | "/api/metrics" | "/api/openapi.json" => Work::Glance,
        "/api/titles/{title}/line" if method.is_safe() => Work::Glance,
        "/api/payments/{provider}/notices" => Work::Notice,
        "/api/sessions" => Work::SignIn,
        _ if method.is_safe() => Work::Look,
        _ if asks_provider => Work::Pay,
        _ => Work::Change,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_has_the_bulkhead_of_its_work() {
        let (get, post) = (Method::GET, Method::POST);
        for (method, path, expected) in [
            (&get, "/api/titles/{title}/line", Work::Glance),
            (&post, "/api/titles/{title}/line", Work::Change),
            (&get, "/api/places/{place}/showtimes/{showtime}/seats", Work::Look),
            (&post, "/api/places/{place}/showtimes/{showtime}/orders", Work::Change),
            (&post, "/api/places/{place}/payments/{intent}/checkout", Work::Pay),
            (&post, "/api/places/{place}/ticket-orders/{order}/seat-refunds", Work::Pay),
            (&post, "/api/payments/{provider}/notices", Work::Notice),
            (&post, "/api/sessions", Work::SignIn),
            (&get, "", Work::Look),
        ] {
            assert_eq!(work(method, path), expected, "{method} {path}");
        }
    }
}
