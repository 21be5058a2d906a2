//! What handlers answer, and how it becomes a page.
//!
//! A handler answers with a `Page`, with `SeeOther` after it changed something, with any other
//! response as it is, or with something `Wrong`. None of these knows the reader: the usher dresses
//! them afterwards, in the reader's language, light and frame, here and nowhere else.

use crate::console::books;
use crate::cookies::{self, Seen};
use crate::look::page::{self, Flash, Reader, Way, console_ways, consumer_ways};
use crate::look::{Tone, parts, say};
use crate::visit::Visit;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use kernel::{Error, Kind, Lang, Refusal, Words};
use maud::{DOCTYPE, Markup, html};
use std::sync::Arc;

/// What a handler answers.
pub type Answer<T = Response> = Result<T, Wrong>;

/// A page without its frame.
#[derive(Clone)]
pub struct Page {
    title: String,
    body: Markup,
    side: Side,
    status: StatusCode,
    bottom_bar: Option<Markup>,
    json_ld: Option<String>,
    basket: u32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Consumer,
    Console,
}

impl Page {
    /// A page of the consumer's site. The body brings its own `wrap`, so that pictures may go to the edge.
    pub fn consumer(title: impl Into<String>, body: Markup) -> Page {
        Page {
            title: title.into(),
            body,
            side: Side::Consumer,
            status: StatusCode::OK,
            bottom_bar: None,
            json_ld: None,
            basket: 0,
        }
    }

    /// A page of the console.
    pub fn console(title: impl Into<String>, body: Markup) -> Page {
        Page {
            side: Side::Console,
            body: html! { div class="wrap" { (body) } },
            ..Page::consumer(title, html! {})
        }
    }

    /// A narrow page with one thing to do on it: signing in, a first form.
    pub fn narrow(title: impl Into<String>, body: Markup) -> Page {
        Page::consumer(title, html! { div class="wrap narrow" { (body) } })
    }

    pub fn status(self, status: StatusCode) -> Page {
        Page { status, ..self }
    }

    /// The primary action in thumb's reach.
    pub fn bottom_bar(self, bar: Markup) -> Page {
        Page { bottom_bar: Some(bar), ..self }
    }

    /// schema.org JSON about the page's subject.
    pub fn json_ld(self, json: String) -> Page {
        Page { json_ld: Some(json), ..self }
    }

    /// How many goods lie in the reader's basket, shown beside the way there.
    pub fn basket(self, goods: u32) -> Page {
        Page { basket: goods, ..self }
    }

    fn render(self, visit: &Visit, flash: Option<(Tone, String)>) -> Markup {
        let ways = match self.side {
            Side::Consumer => consumer_ways(visit.lang, self.basket).to_vec(),
            Side::Console => console_ways_of(visit),
        };
        let letters = visit.person.as_ref().map(|person| initials(&person.name)).unwrap_or_default();
        let reader = visit.person.as_ref().map(|person| Reader { name: &person.name, initials: &letters });
        let kind = match self.side {
            Side::Consumer => page::Kind::Consumer { ways: &ways },
            Side::Console => page::Kind::Console { ways: &ways },
        };
        page::Page {
            lang: visit.lang,
            title: &self.title,
            path: &visit.path,
            theme: visit.theme,
            reader,
            kind,
            body: match self.side {
                Side::Consumer => self.body,
                Side::Console => html! { (books::alarm(visit)) (self.body) },
            },
            bottom_bar: self.bottom_bar,
            json_ld: self.json_ld,
            flash: flash.as_ref().map(|(tone, sentence)| Flash { tone: *tone, sentence }),
        }
        .render()
    }
}

/// The ways of the console that lead to a page which this visitor may see.
pub fn console_ways_of(visit: &Visit) -> Vec<Way<'static>> {
    let mut ways = console_ways(visit.lang).to_vec();
    ways.push(Way {
        href: "/console/channels",
        icon: "shop",
        word: say(visit.lang, "Channels", "渠道"),
        count: 0,
    });
    ways.push(Way {
        href: "/console/people",
        icon: "person",
        word: say(visit.lang, "People", "人员"),
        count: 0,
    });
    ways.push(Way {
        href: "/console/house",
        icon: "home",
        word: say(visit.lang, "The house", "平台"),
        count: 0,
    });
    // Whoever has no settlements has earnings beside them nowhere else.
    if !visit.site.leads("/console/settlement", &visit.actor) {
        ways.push(Way {
            href: "/console/earnings",
            icon: "settlement",
            word: say(visit.lang, "Earnings", "收入"),
            count: 0,
        });
    }
    ways.retain(|way| visit.site.leads(way.href, &visit.actor));
    ways
}

/// `AL` for Ada Lovelace, `张` for 张嘉佳.
fn initials(name: &str) -> String {
    let firsts = name.split_whitespace().filter_map(|word| word.chars().next());
    let latin = name.is_ascii();
    firsts.take(if latin { 2 } else { 1 }).flat_map(char::to_uppercase).collect()
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A file that the browser keeps under its name, and nobody in between.
pub fn attached(name: &str, kind: &'static str, text: String) -> Response {
    let attachment = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let kept = attachment.unwrap_or(HeaderValue::from_static("attachment"));
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, kept),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (head, text).into_response()
}

/// Sends the reader on after something was changed, perhaps with a sentence for the next page.
#[derive(Clone)]
pub struct SeeOther {
    to: String,
    said: Option<(Tone, Words)>,
    cookies: Vec<(&'static str, String, i64, Seen)>,
}

impl SeeOther {
    pub fn to(path: impl Into<String>) -> SeeOther {
        SeeOther { to: path.into(), said: None, cookies: Vec::new() }
    }

    /// The next page says this once, as good news.
    pub fn saying(self, en: impl Into<String>, zh: impl Into<String>) -> SeeOther {
        self.telling(Tone::Jade, Words::new(en, zh))
    }

    /// The next page says this once.
    pub fn telling(self, tone: Tone, words: Words) -> SeeOther {
        SeeOther { said: Some((tone, words)), ..self }
    }

    pub fn cookie(
        mut self,
        name: &'static str,
        value: impl Into<String>,
        seconds: i64,
        seen: Seen,
    ) -> SeeOther {
        self.cookies.push((name, value.into(), seconds, seen));
        self
    }
}

impl IntoResponse for SeeOther {
    fn into_response(self) -> Response {
        let location = HeaderValue::from_str(&self.to).unwrap_or(HeaderValue::from_static("/"));
        let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A refusal or a fault on its way to a page.
#[derive(Clone, Debug)]
pub struct Wrong(Arc<Error>);

impl From<Error> for Wrong {
    fn from(error: Error) -> Wrong {
        Wrong(Arc::new(error))
    }
}

impl From<Refusal> for Wrong {
    fn from(refusal: Refusal) -> Wrong {
        Wrong::from(Error::Refused(refusal))
    }
}

impl Wrong {
    /// There is nothing at this address.
    pub fn not_found() -> Wrong {
        Refusal::new(Kind::NotFound, "not_found", "There is nothing at this address.", "这个地址没有内容。")
            .into()
    }

    fn status(&self) -> StatusCode {
        let status = self.0.refusal().map_or(500, |refusal| refusal.kind.status());
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn page(&self, visit: &Visit) -> Page {
        let lang = visit.lang;
        let (sentence, what_to_do) = match self.0.refusal() {
            Some(refusal) => (refusal.in_(lang), advice(lang, refusal.kind)),
            None => (
                say(lang, "Something on our side did not work.", "我们这边出了点问题。"),
                say(
                    lang,
                    "Nothing of yours is lost. Please try again in a moment.",
                    "您的数据没有丢失，请稍后再试。",
                ),
            ),
        };
        let sign_in = crate::address::sign_in_before("/");
        let asks_who = self.0.refusal().is_some_and(|refusal| refusal.kind == Kind::SignInFirst);
        let action = asks_who.then(|| parts::Action { href: &sign_in, word: say(lang, "Sign in", "登录") });
        let body = parts::error_page(lang, self.status().as_u16(), sentence, what_to_do, action);
        let side = if visit.path.starts_with("/console") { Side::Console } else { Side::Consumer };
        Page { side, ..Page::consumer(sentence, body) }.status(self.status())
    }
}

fn advice(lang: Lang, kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => say(lang, "Go back, change it and send it again.", "请返回修改后再提交。"),
        Kind::SignInFirst => {
            say(lang, "Your account keeps your tickets and orders.", "登录后可以查看您的票和订单。")
        }
        Kind::Forbidden => {
            say(lang, "Ask an operator of the house for the role you need.", "如需权限，请联系平台运营者。")
        }
        Kind::NotFound => {
            say(lang, "It may have moved, or the address has a slip in it.", "内容可能已移动，或地址有误。")
        }
        Kind::Conflict => say(lang, "Go back and look at how it stands now.", "请返回查看最新情况。"),
        Kind::Gone => {
            say(lang, "You can start again from the film or the shop.", "您可以从影片或商店重新开始。")
        }
        Kind::TooMany => say(lang, "A short wait is all it needs.", "稍等片刻就好。"),
        Kind::Busy => {
            say(lang, "Send the same thing again; nothing happens twice.", "请再试一次，不会重复下单。")
        }
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Turns what a handler answered into what the reader sees.
pub(crate) fn dress(visit: &Visit, method: &Method, mut response: Response) -> Response {
    if let Some(wrong) = response.extensions_mut().remove::<Wrong>() {
        if let Error::Fault(fault) = &*wrong.0 {
            let fault = format!("{fault:#}");
            tracing::error!(%method, path = visit.path, actor = visit.actor.code(), fault, "a page broke");
        }
        if matches!(wrong.status(), StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS) {
            let code = wrong.0.refusal().map_or("", |refusal| refusal.code);
            flows::security::refused(code, visit.actor.code(), &visit.from, visit.bare_path());
        }
        if wrong.status() == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response.extensions_mut().insert(wrong.page(visit));
    }
    // A page may bring cookies with it, too.
    let onward = response.extensions_mut().remove::<SeeOther>();
    if let Some(page) = response.extensions_mut().remove::<Page>() {
        response = drawn(visit, page, response.headers().clone());
    }
    if let Some(onward) = onward {
        set_cookies_of(visit, onward, response.headers_mut());
    }
    keep_reader(visit, response.headers_mut());
    response
}

fn drawn(visit: &Visit, page: Page, mut headers: HeaderMap) -> Response {
    let flash = visit.flash.as_ref().and_then(|token| open_flash(visit, token));
    if visit.flash.is_some() {
        add_cookie(visit, &mut headers, cookies::FLASH, "", 0, Seen::ByServer);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    // What is told to somebody is not for whoever sits down at their browser next.
    let kept = if visit.person.is_some() { "private, no-store" } else { "private, no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.remove(header::CONTENT_LENGTH);
    let status = page.status;
    let mut response = Response::new(Body::from(page.render(visit, flash).into_string()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn set_cookies_of(visit: &Visit, onward: SeeOther, headers: &mut HeaderMap) {
    for (name, value, seconds, seen) in &onward.cookies {
        add_cookie(visit, headers, name, value, *seconds, *seen);
    }
    if let Some((tone, words)) = &onward.said {
        let sealed =
            visit.house.keys().form.sign(&format!("flash {} {}", tone_code(*tone), words.in_(visit.lang)));
        add_cookie(visit, headers, cookies::FLASH, &sealed, 60, Seen::ByServer);
    }
}

fn tone_code(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Lantern => "lantern",
        Tone::Jade => "jade",
        Tone::Cinnabar => "cinnabar",
    }
}

fn open_flash(visit: &Visit, token: &str) -> Option<(Tone, String)> {
    let text = visit.house.keys().form.open(token)?;
    let (tone, sentence) = text.strip_prefix("flash ")?.split_once(' ')?;
    let tones = [Tone::Plain, Tone::Lantern, Tone::Jade, Tone::Cinnabar];
    let tone = tones.into_iter().find(|known| tone_code(*known) == tone)?;
    Some((tone, sentence.to_owned()))
}

/// Remembers the language that was asked for and, the first time, the visitor.
fn keep_reader(visit: &Visit, headers: &mut HeaderMap) {
    if let Some(lang) = visit.asked_lang {
        add_cookie(visit, headers, cookies::LANG, lang.code(), cookies::YEAR_SECONDS, Seen::ByScript);
    }
    if visit.first_time {
        let sealed = visit.house.keys().visitor.sign(&visit.visitor);
        add_cookie(visit, headers, cookies::VISITOR, &sealed, cookies::YEAR_SECONDS, Seen::ByServer);
    }
}

fn add_cookie(visit: &Visit, headers: &mut HeaderMap, name: &str, value: &str, seconds: i64, seen: Seen) {
    let cookie = cookies::write(name, value, seconds, seen, visit.site.settings().is_secure());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

/// When not even the visitor could be found out.
pub(crate) fn nobody_home(uri: &Uri, error: &Error) -> Response {
    tracing::error!(path = uri.path(), fault = %error, "a visit could not begin");
    plain_fault()
}

/// A calm sentence that needs nothing to work.
pub(crate) fn plain_fault() -> Response {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head { meta charset="utf-8"; title { "Ferryman · 摆渡" } link rel="stylesheet" href="/assets/ferryman.css"; }
            body { main class="wrap narrow" {
                h1 { "Something on our side did not work." } p { "Please try again in a moment." }
                h1 lang="zh-Hans" { "我们这边出了点问题。" } p lang="zh-Hans" { "请稍后再试。" }
            } }
        }
    };
    let head = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (StatusCode::INTERNAL_SERVER_ERROR, head, page.into_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_how_a_name_begins() {
        assert_eq!(initials("Ada king Lovelace"), "AK");
        assert_eq!(initials("ann"), "A");
        assert_eq!(initials("张嘉佳"), "张");
        assert_eq!(initials(""), "");
    }
}
