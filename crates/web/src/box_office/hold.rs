//! Holding seats: ten minutes for the signed-in reader, then on to the payment.
//!
//! A refusal is said on the picker, over the hall as it is by then.

use super::{located, pick};
use crate::answer::{Answer, SeeOther};
use crate::cookies;
use crate::film;
use crate::form::Form;
use crate::visit::{Consumer, Visit};
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use flows::buy_tickets::{self, Wish};
use kernel::{Error, Kind};

pub async fn hold(
    visit: Visit,
    _: Consumer,
    Path((place, id)): Path<(String, String)>,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let (place, showtime) = located(&place, &id)?;
    let wish = Wish {
        place,
        showtime,
        seats: form.all("seat").into_iter().map(str::to_owned).collect(),
        key: form.text("key").to_owned(),
        turn: film::line::place(&visit, &headers).map(str::to_owned),
        click: cookies::read(&headers, cookies::CLICK_COOKIE, visit.site.settings().is_secure())
            .map(str::to_owned),
    };
    let asked = wish.clone();
    let held = visit.write(&wish.place, move |scene| buy_tickets::hold(scene, &asked)).await;
    match held {
        Ok(held) => Ok(SeeOther::to(crate::pay::address(&held.intent)).into_response()),
        Err(Error::Refused(refusal)) if refusal.kind != Kind::NotFound => {
            let page = pick::refused(&visit, &wish.place, &wish.showtime, &wish.seats, &refusal).await?;
            Ok(page.into_response())
        }
        Err(error) => Err(error.into()),
    }
}
