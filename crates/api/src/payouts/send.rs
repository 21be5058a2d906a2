//! Sending approved payouts to the bank as one message; the same ones again are in the message they were in.

use crate::answer::{Answer, Found};
use crate::body::Body;
use crate::call::{Call, OperatorStaff};
use crate::read;
use flows::pay_out;
use kernel::{PayoutId, PlaceId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is to be sent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sending {
    #[schema(min_items = 1, max_items = 1000)]
    payouts: Vec<Named>,
}

/// A payout by its place and id.
#[derive(Deserialize, ToSchema)]
#[schema(as = NamedPayout)]
#[serde(deny_unknown_fields)]
pub struct Named {
    place: String,
    payout: String,
}

/// The payout files that were sent ones are in: one, when all were sent together.
#[derive(Serialize, ToSchema)]
pub struct SentFiles {
    files: Vec<String>,
}

pub async fn send(call: Call, _: OperatorStaff, Body(asked): Body<Sending>) -> Answer<Found<SentFiles>> {
    let mut chosen = Vec::new();
    for named in &asked.payouts {
        let place: PlaceId = read::id("payouts.place", &named.place)?;
        let payout: PayoutId = read::id("payouts.payout", &named.payout)?;
        chosen.push((place, payout));
    }
    let actor = call.actor.clone();
    let files = call.blocking(move |house| pay_out::send_all(house, &chosen, actor)).await?;
    Ok(Found(SentFiles { files: files.into_iter().map(|file| file.0).collect() }))
}
