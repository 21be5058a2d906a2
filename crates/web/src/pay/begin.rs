//! Beginning a payment at the provider, and the way there. The same payment begins once, however often it is asked for.

use super::address;
use super::show::{self, Bill, Standing};
use crate::answer::{Answer, Page, SeeOther};
use crate::box_office::located;
use crate::film::amount;
use crate::look::parts::{self, Action};
use crate::look::{PreEscaped, Tone, say};
use crate::visit::{Consumer, Visit};
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::IntoResponse;
use flows::take_payment;
use kernel::{Error, Kind, Refusal, Result};
use maud::html;
use payments::providers::{Ask, Checkout, Next, Way};

/// Sends a browser on by itself. Unlike a redirect it is no part of sending a form, so that the policy which keeps
/// our forms on our own pages need not name every site that a provider leads through; and its page leaves no trace
/// in the browser's history.
const REFRESH: HeaderName = HeaderName::from_static("refresh");

pub async fn begin(
    visit: Visit,
    consumer: Consumer,
    Path((place, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let (place, id) = located(&place, &id)?;
    let bill = visit.read(move |view| show::bill(view, &consumer.person.id, &place, &id)).await?;
    if !matches!(bill.standing(visit.now), Standing::Open { .. }) {
        return Ok(show::page(&visit, &bill, None).into_response());
    }
    match checkout(&visit, &bill, asked(&visit, &headers)).await {
        Ok(checkout) => onward(&visit, &bill, checkout.next),
        Err(Error::Refused(refusal)) => Ok(show::page(&visit, &bill, Some(&refusal)).into_response()),
        Err(unknown) => {
            tracing::warn!(intent = %bill.intent.id, %unknown, "the provider did not begin a payment");
            Ok(show::page(&visit, &bill, Some(&no_answer())).into_response())
        }
    }
}

/// How the reader pays, and by which address they reach us.
fn asked(visit: &Visit, headers: &HeaderMap) -> Ask {
    let text =
        |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let is_phone = text(header::USER_AGENT).contains("Mobi");
    let way = if is_phone { Way::Phone } else { Way::Page };
    Ask { way, seen_at: visit.site.settings().seen_at(text(header::HOST)) }
}

async fn checkout(visit: &Visit, bill: &Bill, ask: Ask) -> Result<Checkout> {
    let (house, intent) = (visit.house.clone(), bill.intent.clone());
    let begun = tokio::task::spawn_blocking(move || take_payment::begin_by(&house, &intent, &ask)).await;
    begun.unwrap_or_else(|_| Err(Error::fault("beginning a payment panicked")))
}

fn onward(visit: &Visit, bill: &Bill, next: Next) -> Answer {
    match next {
        Next::Visit(address) => {
            let mut response = leading(visit, bill, &address).into_response();
            if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={address}")) {
                response.headers_mut().insert(REFRESH, refresh);
            }
            Ok(response)
        }
        Next::Scan(code) => Ok(scanning(visit, bill, &code).into_response()),
        Next::Wait => Ok(SeeOther::to(format!("{}/return", address(&bill.intent))).into_response()),
    }
}

/// The page between us and the provider; whoever is not sent on follows its link.
fn leading(visit: &Visit, bill: &Bill, address: &str) -> Page {
    let lang = visit.lang;
    let title = say(lang, "On to the payment", "前往支付");
    let sentence = match lang {
        kernel::Lang::En => format!("{} for {}.", amount(bill.intent.amount), bill.subject(lang)),
        kernel::Lang::Zh => format!("{}，共 {}。", bill.subject(lang), amount(bill.intent.amount)),
    };
    let action = Action { href: address, word: say(lang, "Go on", "继续") };
    let body = html! {
        (bill.steps(lang, 1))
        (parts::card(parts::empty(title, &sentence, Some(action))))
    };
    Page::narrow(title, body)
}

/// A code for the payer's phone.
fn scanning(visit: &Visit, bill: &Bill, code: &str) -> Page {
    let lang = visit.lang;
    let title = say(lang, "Scan to pay", "扫码支付");
    let picture = box_office::tickets::qr_svg(code);
    let paid = format!("{}/return", address(&bill.intent));
    let body = html! {
        (bill.steps(lang, 1))
        (parts::card(html! {
            h1 { (title) }
            div class="qr" role="img" aria-label=(title) { (PreEscaped(picture.split_once("?>").map_or(picture.as_str(), |(_, svg)| svg))) }
            p { (amount(bill.intent.amount)) }
            (parts::alert(Tone::Plain, say(lang, "Scan this with the provider’s app.", "请用支付应用扫码。"), Some(Action { href: &paid, word: say(lang, "I have paid", "我已支付") })))
        }))
    };
    Page::narrow(title, body)
}

fn no_answer() -> Refusal {
    Refusal::new(
        Kind::Busy,
        "provider_silent",
        "The provider did not answer. Please press again; nothing is taken twice.",
        "支付渠道暂时没有响应，请再点一次，不会重复扣款。",
    )
}
