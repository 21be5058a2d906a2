//! What the pages share: the reader's language and account, refusals, and what is not there.

use crate::look::{Page, STYLE, say};
use axum::extract::{Form, RawQuery};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use kernel::{Error, Kind, Lang, Refusal};
use maud::{Markup, html};
use std::collections::HashMap;

pub type Fields = Form<HashMap<String, String>>;

/// Who reads: in which language, with which account.
#[derive(Clone, Debug)]
pub struct Reader {
    pub lang: Lang,
    /// The account that this browser chose.
    pub buyer: Option<String>,
    /// Whether the language was chosen with this request.
    chose: bool,
}

impl Reader {
    pub fn of(headers: &HeaderMap, query: &RawQuery) -> Reader {
        let asked = query.0.as_deref().unwrap_or_default();
        let asked = asked.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Lang::parse);
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let kept = cookie(headers, "wallet_lang").and_then(|code| Lang::parse(&code));
        let lang = asked.or(kept).or(accepted.and_then(Lang::parse)).unwrap_or(Lang::Zh);
        Reader { lang, buyer: cookie(headers, "wallet_buyer"), chose: asked.is_some() }
    }

    /// A page with this status; a language that was just chosen is remembered.
    pub fn page(&self, status: StatusCode, page: Page) -> Response {
        let mut response = (status, Html(page.render().into_string())).into_response();
        if self.chose {
            keep(&mut response, "wallet_lang", self.lang.code());
        }
        response
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value.to_owned())
}

/// Remembers something in this browser; other sites' forms come without it.
pub fn keep(response: &mut Response, name: &str, value: &str) {
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000");
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// A note above the page's matter.
pub fn note(good: bool, sentence: &str) -> Markup {
    let class = if good { "note good" } else { "note bad" };
    html! { div class=(class) role="status" { span aria-hidden="true" { (if good { "✓" } else { "!" }) } span { (sentence) } } }
}

/// A browser was refused.
pub fn refused(till: &crate::till::Till, headers: &HeaderMap, refusal: &Refusal) -> Response {
    let reader = Reader::of(headers, &RawQuery(None));
    tracing::debug!(code = refusal.code, base_url = till.base_url, "a browser was refused");
    answer_refusal(&reader, refusal)
}

pub fn answer_refusal(reader: &Reader, refusal: &Refusal) -> Response {
    let lang = reader.lang;
    let body = html! {
        div class="card" {
            h1 { (say(lang, "This cannot be paid", "无法付款")) }
            p { (refusal.in_(lang)) }
            p class="soft" { code { (refusal.code) } }
        }
    };
    let status = if refusal.kind == Kind::NotFound { StatusCode::NOT_FOUND } else { StatusCode::BAD_REQUEST };
    reader
        .page(status, Page { lang, title: say(lang, "Refused", "无法付款"), path: "/purse", body, bar: None })
}

/// An error of a page: a refusal says why, a fault is logged.
pub fn answer_error(reader: &Reader, error: Error) -> Response {
    match error {
        Error::Refused(refusal) => answer_refusal(reader, &refusal),
        Error::Fault(fault) => {
            tracing::error!(fault = format!("{fault:#}"), "a page broke off");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

pub async fn nothing_here(headers: HeaderMap, query: RawQuery) -> Response {
    answer_refusal(&Reader::of(&headers, &query), &Refusal::not_found("page", "页面"))
}

pub async fn style() -> Response {
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "max-age=300")];
    (headers, STYLE).into_response()
}
