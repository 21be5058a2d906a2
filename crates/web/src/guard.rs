//! What protects every page: forms are only taken from our own pages, and answers say how they may be used.
//!
//! A form of another site cannot act for our reader, because every request that may change something
//! must carry `Sec-Fetch-Site: same-origin` or, from older browsers and over plain http, an `Origin`
//! that is our own host; the session cookie is `SameSite=Lax` besides. Programs without a browser send
//! neither header and carry no cookie that a third party could abuse.

use crate::site::{Settings, Site};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use kernel::{Kind, Refusal};

/// Refuses what another site's page made the browser send.
pub fn check_origin(settings: &Settings, method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
    if method.is_safe() {
        return Ok(());
    }
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let ours = match (text(HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN)) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => {
            let from = origin.split_once("://").map_or("", |(_, authority)| authority);
            from == settings.authority() || Some(from) == text(header::HOST)
        }
        (None, None) => true,
    };
    if ours { Ok(()) } else { Err(from_elsewhere()) }
}

fn from_elsewhere() -> Refusal {
    Refusal::new(
        Kind::Forbidden,
        "from_elsewhere",
        "This was sent from another site. Please do it here.",
        "这个请求来自别的网站，请在本站操作。",
    )
}

/// For two years, browsers come over TLS alone, to this host and to those below it.
const STRICT: &str = "max-age=63072000; includeSubDomains";

/// Headers on every answer.
pub async fn head(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    protect(site.settings(), response.headers_mut());
    response
}

/// Says how an answer may be used.
pub fn protect(settings: &Settings, headers: &mut HeaderMap) {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, crate::look::CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(self), geolocation=(self), microphone=()"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if settings.is_secure() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(STRICT));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(method: Method, sent: &[(&'static str, &'static str)]) -> bool {
        let pairs =
            sent.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        check_origin(&Settings::local(), &method, &pairs.collect()).is_ok()
    }

    #[test]
    fn forms_come_from_our_own_pages() {
        assert!(allowed(Method::POST, &[("sec-fetch-site", "same-origin"), ("origin", "null")]));
        assert!(allowed(Method::POST, &[("origin", "http://127.0.0.1:8080")]));
        assert!(allowed(Method::POST, &[("origin", "http://box:9"), ("host", "box:9")]));
        assert!(allowed(Method::POST, &[]));
        for site in ["cross-site", "same-site", "nonsense"] {
            assert!(
                !allowed(Method::POST, &[("sec-fetch-site", site), ("origin", "http://127.0.0.1:8080")]),
                "{site}"
            );
        }
        assert!(!allowed(Method::POST, &[("origin", "http://evil.example"), ("host", "box:9")]));
        assert!(!allowed(Method::POST, &[("origin", "null"), ("host", "box:9")]));
        assert!(!allowed(Method::DELETE, &[("sec-fetch-site", "cross-site")]));
        assert!(allowed(Method::GET, &[("sec-fetch-site", "cross-site")]));
    }
}
