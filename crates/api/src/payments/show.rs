//! How a payer's own payment stands.

use super::Payment;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, Consumer};
use ::payments::intents;
use kernel::{IntentId, PlaceId};

pub async fn show(
    call: Call,
    consumer: Consumer,
    At((place, id)): At<(PlaceId, IntentId)>,
) -> Answer<Found<Payment>> {
    let intent = call.read(move |view| intents::of(view, &consumer.person.id, &place, &id)).await?;
    Ok(Found((&intent).into()))
}
