//! How the API says no: problem details (RFC 9457), in the reader's language.
//!
//! A handler answers with a refusal; one of the edge's own problems is made here. None of them knows the
//! reader: `dress` renders them afterwards, here and nowhere else. A fault is logged and says nothing.

use crate::service::Service;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::{Error, Kind, Lang, Refusal, Words};
use serde::Serialize;
use utoipa::ToSchema;

pub const CONTENT_TYPE: &str = "application/problem+json";
/// An answer of ours is no page: whoever opens one in a browser gets nothing that runs, loads or is framed.
const POLICY: &str = "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
/// How long somebody who tried too often, or found us busy, should wait.
const RETRY_SECONDS: [(StatusCode, &str); 2] =
    [(StatusCode::TOO_MANY_REQUESTS, "900"), (StatusCode::SERVICE_UNAVAILABLE, "1")];
/// Languages of one `Accept-Language` that are looked at.
const LANGS_MAX: usize = 20;

/// A refusal on its way to its reader.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    say: Words,
    field: Option<String>,
}

impl Problem {
    pub fn new(
        status: StatusCode,
        code: &'static str,
        en: impl Into<String>,
        zh: impl Into<String>,
    ) -> Problem {
        Problem { status, code, say: Words::new(en, zh), field: None }
    }

    pub fn code(&self) -> &'static str {
        self.code
    }

    pub fn at(self, field: impl Into<String>) -> Problem {
        Problem { field: Some(field.into()), ..self }
    }

    /// There is nothing at this address.
    pub fn nowhere() -> Problem {
        Problem::new(
            StatusCode::NOT_FOUND,
            "not_found",
            "There is nothing at this address.",
            "这个地址没有内容。",
        )
    }

    pub fn method() -> Problem {
        let (en, zh) = ("This address does not know that method.", "这个地址不支持该方法。");
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", en, zh)
    }

    pub fn too_large(bytes_max: usize) -> Problem {
        let (en, zh) = (
            format!("A body has at most {} KiB.", bytes_max / 1024),
            format!("正文最多 {} KiB。", bytes_max / 1024),
        );
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", en, zh)
    }

    #[cfg(test)]
    pub(crate) fn told(&self) -> (StatusCode, &'static str, Option<String>) {
        (self.status, self.code, self.field.clone())
    }

    /// What a fault says: nothing that could help anybody but a friend.
    fn fault() -> Problem {
        let (en, zh) = (
            "Something on our side did not work. Nothing of yours is lost; please try again in a moment.",
            "我们这边出了点问题。您的数据没有丢失，请稍后再试。",
        );
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", en, zh)
    }

    /// For an answer that something below us made without words.
    fn bare(status: StatusCode) -> Problem {
        match status {
            StatusCode::NOT_FOUND => Problem::nowhere(),
            StatusCode::METHOD_NOT_ALLOWED => Problem::method(),
            status if status.is_server_error() => Problem::fault(),
            status => Problem::new(
                status,
                "bad_request",
                "This request cannot be understood.",
                "无法理解这个请求。",
            ),
        }
    }

    /// Its details as JSON.
    pub(crate) fn text(&self, lang: Lang) -> String {
        serde_json::to_string(&self.details(lang)).expect("problem details are plain text")
    }

    fn details(&self, lang: Lang) -> Details<'_> {
        Details {
            kind: format!("/problems/{}", self.code),
            title: title(self.status.as_u16()).in_(lang).to_owned(),
            status: self.status.as_u16(),
            detail: self.say.in_(lang),
            code: self.code,
            field: self.field.as_deref(),
        }
    }
}

/// Problem details (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Details<'a> {
    /// `/problems/{code}`.
    #[serde(rename = "type")]
    kind: String,
    /// What sort of problem it is, in the reader's language.
    title: String,
    #[schema(value_type = u16, minimum = 400, maximum = 599)]
    status: u16,
    /// A sentence for the person who reads it.
    detail: &'a str,
    /// Stable, for programs: `seat_taken`.
    code: &'a str,
    /// The field of the body, the query or the headers that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

pub(crate) fn title(status: u16) -> Words {
    let (en, zh) = match status {
        400 => ("Not understood", "无法理解"),
        401 => ("Sign in first", "请先登录"),
        403 => ("Not allowed", "没有权限"),
        404 => ("Not found", "没有找到"),
        405 => ("Method not allowed", "方法不支持"),
        409 => ("Conflict", "状态冲突"),
        410 => ("Over", "已经结束"),
        413 => ("Too large", "内容过大"),
        415 => ("Not JSON", "不是 JSON"),
        422 => ("Not valid", "内容无效"),
        429 => ("Too many tries", "尝试过多"),
        503 => ("Busy", "繁忙"),
        500..=599 => ("Our fault", "服务故障"),
        _ => ("Refused", "已拒绝"),
    };
    Words::new(en, zh)
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let status = StatusCode::from_u16(refusal.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Problem { status, code: refusal.code, say: refusal.say, field: refusal.field.map(str::to_owned) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Fault(fault) => {
                let fault = format!("{fault:#}");
                tracing::error!(fault, "a call did not work");
                Problem::fault()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every answer its headers, and every problem its words.
pub(crate) async fn dress(State(service): State<Service>, request: Request, next: Next) -> Response {
    let lang = accepted(request.headers());
    dressed(next.run(request).await, lang, service.settings().is_secure())
}

pub(crate) fn dressed(mut response: Response, lang: Lang, secure: bool) -> Response {
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        let problem = response.extensions_mut().remove().unwrap_or_else(|| Problem::bare(status));
        put_in_words(&mut response, &problem, lang);
    }
    if secure {
        let strict = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, strict);
    }
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

fn put_in_words(response: &mut Response, problem: &Problem, lang: Lang) {
    *response.body_mut() = Body::from(problem.text(lang));
    let headers = response.headers_mut();
    let mut set =
        |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_TYPE, CONTENT_TYPE);
    set(header::CONTENT_LANGUAGE, lang.code());
    set(header::VARY, "accept-language");
    if problem.status == StatusCode::UNAUTHORIZED {
        set(header::WWW_AUTHENTICATE, "Bearer");
    }
    for (status, seconds) in RETRY_SECONDS {
        if problem.status == status {
            set(header::RETRY_AFTER, seconds);
        }
    }
    headers.remove(header::CONTENT_LENGTH);
}

/// The language a reader asks for most.
pub(crate) fn accepted(headers: &HeaderMap) -> Lang {
    let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let weighed = text.split(',').take(LANGS_MAX).filter_map(|part| {
        let (tag, weight) = part.trim().split_once(";q=").unwrap_or((part.trim(), "1"));
        Some((Lang::parse(&tag.to_ascii_lowercase())?, weight.parse::<f32>().ok()?))
    });
    weighed.fold((Lang::En, 0.0), |best, next| if next.1 > best.1 { next } else { best }).0
}

/// The same refusal, about this field.
pub(crate) fn about(field: &'static str) -> impl Fn(Refusal) -> Refusal {
    move |refusal| Refusal { field: Some(field), ..refusal }
}

/// A refusal of a value that is not what it should be.
pub(crate) fn invalid(field: &'static str, code: &'static str, en: &str, zh: &str) -> Refusal {
    Refusal { field: Some(field), ..Refusal::new(Kind::Invalid, code, en, zh) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_speaks_both_languages() {
        let refusal =
            Refusal::field("seats", "no_seats", "Choose at least one seat.", "请至少选择一个座位。");
        let problem = Problem::from(refusal);
        let said = |lang| serde_json::to_value(problem.details(lang)).expect("JSON");
        assert_eq!(
            said(Lang::En),
            serde_json::json!({
                "type": "/problems/no_seats", "title": "Not valid", "status": 422,
                "detail": "Choose at least one seat.", "code": "no_seats", "field": "seats",
            })
        );
        assert_eq!(said(Lang::Zh)["detail"], "请至少选择一个座位。");
    }

    #[test]
    fn a_fault_gives_nothing_away() {
        let problem = Problem::from(Error::fault("the password of the database is swordfish"));
        assert_eq!(problem, Problem::fault());
        assert!(!problem.say.en.contains("swordfish"));
    }

    #[test]
    fn the_language_asked_for_most_is_spoken() {
        let spoken = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(text));
            accepted(&headers)
        };
        assert_eq!(spoken("zh-CN,zh;q=0.9,en;q=0.8"), Lang::Zh);
        assert_eq!(spoken("fr, en-GB;q=0.8, zh;q=0.7"), Lang::En);
        assert_eq!(accepted(&HeaderMap::new()), Lang::En);
    }
}
