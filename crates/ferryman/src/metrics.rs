//! Measuring what is asked of us, and the address at which a monitor reads it.
//!
//! That address is a listener of its own, off unless it is asked for: whoever reaches it may read, so it belongs on the
//! loopback or into a network of the operator's. On the public address the same text is for operators alone.

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use flows::{House, metrics};
use std::time::Instant;

/// Stands before every route and counts its answers, under the route's own name.
pub async fn measure(State(house): State<House>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    house.metrics().answered(method, &route, response.status().as_u16(), began.elapsed());
    response
}

/// Whatever somebody sends as a method, there are this many.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// What the monitor's own listener serves: nothing else.
pub fn router(house: House) -> Router {
    Router::new().route("/metrics", get(show)).with_state(house)
}

async fn show(State(house): State<House>) -> Response {
    let read = tokio::task::spawn_blocking(move || metrics::text(&house)).await;
    match read {
        Ok(Ok(text)) => ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "the monitor could not be told");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
        Err(panic) => {
            tracing::error!(%panic, "telling the monitor panicked");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
