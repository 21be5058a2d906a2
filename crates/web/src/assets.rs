//! Style sheet, script and pictures: fixed for a build, so browsers keep them and ask by their mark.

use crate::look::{self, art};
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// A picture's key, at most.
const KEY_CHARS_MAX: usize = 80;
const SVG: &str = "image/svg+xml; charset=utf-8";
const TEN_MINUTES: &str = "public, max-age=600";
const A_DAY: &str = "public, max-age=86400";

struct Asset {
    kind: &'static str,
    text: &'static str,
    mark: String,
}

static CSS: LazyLock<Asset> = LazyLock::new(|| Asset::new("text/css; charset=utf-8", look::CSS));
static JS: LazyLock<Asset> = LazyLock::new(|| Asset::new("text/javascript; charset=utf-8", look::JS));
static LANTERN: LazyLock<Asset> = LazyLock::new(|| Asset::new(SVG, look::LANTERN));

impl Asset {
    fn new(kind: &'static str, text: &'static str) -> Asset {
        Asset { kind, text, mark: mark(text) }
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        answer(headers, self.kind, TEN_MINUTES, &self.mark, self.text)
    }
}

fn mark(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    format!("\"{}\"", digest[..12].iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fn answer(
    headers: &HeaderMap,
    kind: &'static str,
    keep: &'static str,
    mark: &str,
    text: impl Into<String>,
) -> Response {
    let has_it = headers.get(header::IF_NONE_MATCH).is_some_and(|sent| sent.as_bytes() == mark.as_bytes());
    let head = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep), (header::ETAG, mark)];
    if has_it {
        (StatusCode::NOT_MODIFIED, head).into_response()
    } else {
        (head, text.into()).into_response()
    }
}

pub async fn css(headers: HeaderMap) -> Response {
    CSS.answer(&headers)
}

pub async fn js(headers: HeaderMap) -> Response {
    JS.answer(&headers)
}

pub async fn lantern(headers: HeaderMap) -> Response {
    LANTERN.answer(&headers)
}

/// `/art/the-ferryman.svg`
pub async fn art(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let key = file.strip_suffix(".svg").filter(|key| !key.is_empty() && key.chars().count() <= KEY_CHARS_MAX);
    let Some(key) = key else { return StatusCode::NOT_FOUND.into_response() };
    let picture = art::still(key);
    answer(&headers, SVG, A_DAY, &mark(&picture), picture)
}
