//! Bodies and queries: read strictly, refused by the name of the field that is wrong.

use crate::openapi::{Describe, Operation};
use crate::problem::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use utoipa::openapi::path::ParameterIn;
use utoipa::{IntoParams, ToSchema};

/// A body, at most, where its route says nothing else.
pub const BYTES_MAX: usize = 64 * 1024;

/// The longest body of a route that takes more, as a request carries it.
#[derive(Clone, Copy)]
pub(crate) struct BytesMax(pub usize);

/// Neither database keeps this character.
const NUL_IN_JSON: &[u8] = b"\\u0000";
const NUL_IN_QUERY: &str = "%00";

/// A JSON body of this shape, with nothing besides.
pub struct Body<T>(pub T);

/// No body, or an empty object.
pub struct Empty;

/// A query of this shape, with nothing besides.
pub struct Asked<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Body<T>, Problem> {
        if !is_json(request.headers()) {
            return Err(not_json());
        }
        let bytes = whole(request, state).await?;
        if bytes.windows(NUL_IN_JSON.len()).any(|part| part == NUL_IN_JSON) {
            return Err(unshowable(StatusCode::UNPROCESSABLE_ENTITY));
        }
        read(&bytes).map(Body)
    }
}

impl<S: Send + Sync> FromRequest<S> for Empty {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Empty, Problem> {
        let bytes = whole(request, state).await?;
        let text = bytes.trim_ascii();
        if text.is_empty() || text == b"{}" {
            return Ok(Empty);
        }
        let (en, zh) = ("Nothing is asked for here; please send no body.", "这里不需要正文，请不要发送。");
        Err(Problem::new(StatusCode::BAD_REQUEST, "unexpected_body", en, zh))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Asked<T>, Problem> {
        if parts.uri.query().is_some_and(|query| query.contains(NUL_IN_QUERY)) {
            return Err(unshowable(StatusCode::BAD_REQUEST));
        }
        Query::try_from_uri(&parts.uri).map(|Query(asked)| Asked(asked)).map_err(|_| {
            let (en, zh) =
                ("The query has a part that is not known here or cannot be read.", "查询参数有误或未知。");
            Problem::new(StatusCode::BAD_REQUEST, "bad_query", en, zh)
        })
    }
}

pub(crate) async fn whole<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let bytes_max = request.extensions().get::<BytesMax>().map_or(BYTES_MAX, |BytesMax(bytes)| *bytes);
    Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return Problem::too_large(bytes_max);
        }
        Problem::new(
            StatusCode::BAD_REQUEST,
            "broken_body",
            "The body did not arrive whole.",
            "正文没有完整到达。",
        )
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (kind, parameter) = sent.split_once(';').unwrap_or((sent, ""));
    let parameter = parameter.trim().to_ascii_lowercase();
    let is_utf8 = parameter.is_empty() || parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
    kind.trim().eq_ignore_ascii_case("application/json") && is_utf8
}

fn not_json() -> Problem {
    let (en, zh) = ("Please send application/json.", "请以 application/json 发送。");
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_json", en, zh)
}

fn unshowable(status: StatusCode) -> Problem {
    let (en, zh) = ("This has characters in it that cannot be shown.", "其中有无法显示的字符。");
    Problem::new(status, "bad_text", en, zh)
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let thing = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        why(&path, error.inner())
    })?;
    reader.end().map_err(|_| bad_json())?;
    Ok(thing)
}

fn bad_json() -> Problem {
    let (en, zh) = ("This is not well-formed JSON.", "这不是规范的 JSON。");
    Problem::new(StatusCode::BAD_REQUEST, "bad_json", en, zh)
}

/// What serde says, for a reader who has never heard of it.
fn why(path: &str, error: &serde_json::Error) -> Problem {
    if error.classify() != Category::Data {
        return bad_json();
    }
    let said = error.to_string();
    let named = said.split('`').nth(1).unwrap_or_default();
    let refuse = |code, field: String, en: &str, zh: &str| {
        let (en, zh) = (format!("“{field}” {en}."), format!("“{field}”{zh}。"));
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, en, zh).at(field)
    };
    if said.starts_with("missing field") {
        return refuse("missing", within(path, named), "is missing", "缺失");
    }
    if said.starts_with("unknown field") {
        let field = without_last(path, named);
        return refuse("unknown_field", field, "is not known here", "在这里没有定义");
    }
    if said.starts_with("duplicate field") {
        return refuse("duplicate_field", without_last(path, named), "is given twice", "出现了两次");
    }
    let field = if path == "." { "body" } else { path };
    refuse("wrong_type", field.into(), "is not of the kind that is asked for", "的类型不对")
}

fn within(path: &str, field: &str) -> String {
    if path == "." { field.into() } else { format!("{path}.{field}") }
}

/// The path as it is when it ends in the field already.
fn without_last(path: &str, field: &str) -> String {
    if path == field || path.ends_with(&format!(".{field}")) { path.into() } else { within(path, field) }
}

impl<T: ToSchema> Describe for Body<T> {
    fn describe(operation: &mut Operation) {
        let schema = operation.schema::<T>();
        operation.takes(schema);
        operation.refuses(&[400, 413, 415, 422]);
    }
}

impl Describe for Empty {
    fn describe(operation: &mut Operation) {
        operation.refuses(&[400, 413]);
    }
}

impl<T: IntoParams> Describe for Asked<T> {
    fn describe(operation: &mut Operation) {
        for parameter in T::into_params(|| Some(ParameterIn::Query)) {
            operation.parameter(serde_json::to_value(parameter).expect("a parameter is plain data"));
        }
        operation.refuses(&[400, 422]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        name: String,
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        count: i64,
    }

    fn refused(text: &str) -> Problem {
        read::<Outer>(text.as_bytes()).expect_err("a refusal")
    }

    fn unprocessable(code: &'static str, field: &str) -> (StatusCode, &'static str, Option<String>) {
        (StatusCode::UNPROCESSABLE_ENTITY, code, Some(field.into()))
    }

    #[test]
    fn a_refusal_names_what_is_wrong() {
        let told = |text: &str| refused(text).told();
        assert_eq!(told(r#"{"inner":[]}"#), unprocessable("missing", "name"));
        assert_eq!(told(r#"{"name":"a","inner":[{}]}"#), unprocessable("missing", "inner[0].count"));
        assert_eq!(told(r#"{"name":1,"inner":[]}"#), unprocessable("wrong_type", "name"));
        assert_eq!(
            told(r#"{"name":"a","inner":[{"count":1.5}]}"#),
            unprocessable("wrong_type", "inner[0].count")
        );
        assert_eq!(told(r#"{"name":"a","inner":[],"x":1}"#), unprocessable("unknown_field", "x"));
        assert_eq!(told(r#"{"name":"a","name":"b","inner":[]}"#), unprocessable("duplicate_field", "name"));
        assert_eq!(told("[]"), unprocessable("wrong_type", "body"));
    }

    #[test]
    fn what_is_no_json_is_not_understood() {
        for text in ["", "{", "{]", "{\"name\":\"a\",\"inner\":[]} x", "\u{feff}{}", "{'name':1}"] {
            assert_eq!(refused(text).told(), (StatusCode::BAD_REQUEST, "bad_json", None), "{text}");
        }
        let deep = "[".repeat(10_000);
        assert_eq!(refused(&deep).told().0, StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[test]
    fn a_body_says_that_it_is_json() {
        let sent = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, text.parse().expect("a header"));
            is_json(&headers)
        };
        assert!(sent("application/json") && sent("Application/JSON; charset=UTF-8"));
        for bad in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=gbk",
            "application/jsonp",
        ] {
            assert!(!sent(bad), "{bad}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
