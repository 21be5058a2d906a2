//! Coming back from the provider. What the address says on the way back proves nothing and is not read: what is
//! shown is what we know, after the provider was asked once when its notice has not come yet.

use super::show::{self, Bill, Standing};
use super::{address, order_address};
use crate::answer::{Answer, Page, SeeOther};
use crate::box_office::located;
use crate::look::parts::{self, Action};
use crate::look::say;
use crate::visit::{Consumer, Visit};
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue};
use axum::response::IntoResponse;
use flows::take_payment;
use kernel::{IntentId, PersonId, PlaceId, Result};
use maud::html;

/// The page looks again by itself this often, at most, every two seconds; then the reader does.
const LOOKS_MAX: u32 = 15;

pub async fn show(visit: Visit, consumer: Consumer, Path((place, id)): Path<(String, String)>) -> Answer {
    let (place, id) = located(&place, &id)?;
    let payer = consumer.person.id;
    let mut bill = look(&visit, &payer, &place, &id).await?;
    if matches!(bill.standing(visit.now), Standing::Open { .. }) {
        ask(&visit, &place, &id).await;
        bill = look(&visit, &payer, &place, &id).await?;
    }
    match bill.standing(visit.now) {
        Standing::Paid => Ok(SeeOther::to(order_address(&bill.intent)).into_response()),
        Standing::Over => Ok(show::page(&visit, &bill, None).into_response()),
        Standing::Open { .. } => {
            let looks = visit.asked("look").and_then(|looks| looks.parse().ok()).unwrap_or(0_u32);
            let mut response = waiting(&visit, &bill).into_response();
            let again = format!("2; url={}/return?look={}", address(&bill.intent), looks.saturating_add(1));
            if looks < LOOKS_MAX
                && let Ok(refresh) = HeaderValue::from_str(&again)
            {
                response.headers_mut().insert(HeaderName::from_static("refresh"), refresh);
            }
            Ok(response)
        }
    }
}

async fn look(visit: &Visit, payer: &PersonId, place: &PlaceId, id: &IntentId) -> Result<Bill> {
    let (payer, place, id) = (payer.clone(), place.clone(), id.clone());
    visit.read(move |view| show::bill(view, &payer, &place, &id)).await
}

/// What the provider does not say now, its notice or the sweep will.
async fn ask(visit: &Visit, place: &PlaceId, id: &IntentId) {
    let (house, at, wanted) = (visit.house.clone(), place.clone(), id.clone());
    match tokio::task::spawn_blocking(move || take_payment::ask(&house, &at, &wanted)).await {
        Ok(Ok(_)) => {}
        Ok(Err(unknown)) => tracing::warn!(intent = %id, %unknown, "the provider did not answer"),
        Err(panicked) => tracing::error!(intent = %id, %panicked, "asking the provider broke"),
    }
}

fn waiting(visit: &Visit, bill: &Bill) -> Page {
    let lang = visit.lang;
    let title = say(lang, "Not paid yet", "尚未收到付款");
    let sentence = say(
        lang,
        "When the provider tells us that you have paid, this page goes on by itself.",
        "收到支付渠道的确认后，本页会自动跳转。",
    );
    let bill_address = address(&bill.intent);
    let action = Action { href: &bill_address, word: say(lang, "Back to the bill", "返回账单") };
    let body = html! {
        (bill.steps(lang, 1))
        (parts::card(parts::empty(title, sentence, Some(action))))
    };
    Page::narrow(title, body)
}
