//! Beginning a payment at the provider. The same payment begins once, however often it is asked for.

use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Empty;
use crate::call::{Call, Consumer};
use ::payments::Intent;
use ::payments::intents::{self, State};
use ::payments::providers::{Ask, Next};
use flows::take_payment;
use kernel::{Error, Instant, IntentId, Kind, PlaceId, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

/// Where the payer confirms. When it names nothing the provider knows already; read the payment.
#[derive(Serialize, ToSchema)]
pub struct Checkout {
    /// A path of this house or an address elsewhere, to send the payer to.
    address: Option<String>,
    /// A text for the payer to scan as a code.
    code: Option<String>,
}

impl From<Next> for Checkout {
    fn from(next: Next) -> Checkout {
        match next {
            Next::Visit(address) => Checkout { address: Some(address), code: None },
            Next::Scan(code) => Checkout { address: None, code: Some(code) },
            Next::Wait => Checkout { address: None, code: None },
        }
    }
}

pub async fn begin(
    call: Call,
    consumer: Consumer,
    At((place, id)): At<(PlaceId, IntentId)>,
    _: Empty,
) -> Answer<Found<Checkout>> {
    let intent = call.read(move |view| intents::of(view, &consumer.person.id, &place, &id)).await?;
    check(&intent, call.now)?;
    let ask = Ask::page(call.service.settings().base_url.clone());
    let begun = call.blocking(move |house| take_payment::begin_by(house, &intent, &ask)).await;
    let checkout = begun.map_err(|error| match error {
        Error::Refused(refusal) => refusal,
        Error::Fault(unknown) => {
            tracing::warn!(%unknown, "the provider did not begin a payment");
            silent()
        }
    })?;
    Ok(Found(checkout.next.into()))
}

fn check(intent: &Intent, now: Instant) -> Result<(), Refusal> {
    match intent.state {
        State::Captured => {
            Err(Refusal::new(Kind::Conflict, "already_paid", "This is paid already.", "这笔订单已经支付。"))
        }
        State::Open if now <= intent.expires_at => Ok(()),
        // The provider may still say that it was paid.
        State::Open => Err(Refusal::new(
            Kind::Gone,
            "payment_over",
            "The time to pay is over. If you have paid after all, everything comes back.",
            "支付时间已过。如果您仍已付款，将全额退回。",
        )),
        State::Closed => Err(Refusal::new(
            Kind::Gone,
            "payment_over",
            "The time to pay is over. Nothing was taken.",
            "支付时间已过，没有扣款。",
        )),
    }
}

fn silent() -> Refusal {
    Refusal::new(
        Kind::Busy,
        "provider_silent",
        "The provider did not answer. Please ask again; nothing is taken twice.",
        "支付渠道暂时没有响应，请重试，不会重复扣款。",
    )
}
