//! The steps of a payout after its proposal; each may be repeated and then changes nothing.

use super::Payout;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::{Body, Empty};
use crate::call::{Call, OperatorStaff};
use flows::{Scene, pay_out};
use kernel::{PayoutId, PlaceId, Result};
use serde::Deserialize;
use settlement::payouts::Payout as Kept;
use utoipa::ToSchema;

/// What the bank said, or why a payout is given up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    #[schema(max_length = 200)]
    remark: String,
}

type Where = (PlaceId, PayoutId);

async fn tell(
    call: &Call,
    (place, id): Where,
    step: impl Fn(&mut Scene, &PlaceId, &PayoutId) -> Result<Kept> + Send + 'static,
) -> Answer<Found<Payout>> {
    let lane = place.clone();
    let payout = call.write(&lane, move |scene| step(scene, &place, &id)).await?;
    Ok(Found((&payout).into()))
}

/// By another person than the one who proposed it.
pub async fn approve(call: Call, _: OperatorStaff, At(at): At<Where>, _: Empty) -> Answer<Found<Payout>> {
    tell(&call, at, pay_out::approve).await
}

pub async fn withdraw(
    call: Call,
    _: OperatorStaff,
    At(at): At<Where>,
    Body(said): Body<Remark>,
) -> Answer<Found<Payout>> {
    tell(&call, at, move |scene, place, id| pay_out::withdraw(scene, place, id, &said.remark)).await
}

/// The bank has paid it.
pub async fn paid(
    call: Call,
    _: OperatorStaff,
    At(at): At<Where>,
    Body(said): Body<Remark>,
) -> Answer<Found<Payout>> {
    tell(&call, at, move |scene, place, id| pay_out::paid(scene, place, id, &said.remark)).await
}

/// The bank sent it back, before or after it had paid.
pub async fn returned(
    call: Call,
    _: OperatorStaff,
    At(at): At<Where>,
    Body(said): Body<Remark>,
) -> Answer<Found<Payout>> {
    tell(&call, at, move |scene, place, id| pay_out::returned(scene, place, id, &said.remark)).await
}
