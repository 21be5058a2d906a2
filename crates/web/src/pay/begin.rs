//! Beginning a payment at the provider, and sending the reader there.

use super::show::{self, Bill, Standing};
use crate::answer::{Answer, SeeOther};
use crate::box_office::located;
use crate::visit::{Consumer, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::take_payment;
use kernel::{Error, Kind, Refusal, Result};
use payments::providers::Checkout;

pub async fn begin(visit: Visit, consumer: Consumer, Path((place, id)): Path<(String, String)>) -> Answer {
    let (place, id) = located(&place, &id)?;
    let bill = visit.read(move |view| show::bill(view, &consumer.person.id, &place, &id)).await?;
    if !matches!(bill.standing(visit.now), Standing::Open { .. }) {
        return Ok(show::page(&visit, &bill, None).into_response());
    }
    match checkout(&visit, &bill).await {
        Ok(checkout) => Ok(SeeOther::to(checkout.address).into_response()),
        Err(Error::Refused(refusal)) => Ok(show::page(&visit, &bill, Some(&refusal)).into_response()),
        Err(unknown) => {
            tracing::warn!(intent = %bill.intent.id, %unknown, "the provider did not begin a payment");
            Ok(show::page(&visit, &bill, Some(&no_answer())).into_response())
        }
    }
}

async fn checkout(visit: &Visit, bill: &Bill) -> Result<Checkout> {
    let (house, intent) = (visit.house.clone(), bill.intent.clone());
    let begun = tokio::task::spawn_blocking(move || take_payment::begin(&house, &intent)).await;
    begun.unwrap_or_else(|_| Err(Error::fault("beginning a payment panicked")))
}

fn no_answer() -> Refusal {
    Refusal::new(
        Kind::Busy,
        "provider_silent",
        "The wallet did not answer. Please press again; nothing is taken twice.",
        "钱包暂时没有响应，请再点一次，不会重复扣款。",
    )
}
