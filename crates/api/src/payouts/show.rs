//! One payout.

use super::Payout;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, OperatorStaff};
use kernel::{PayoutId, PlaceId};
use settlement::payouts;

pub async fn show(
    call: Call,
    _: OperatorStaff,
    At((place, id)): At<(PlaceId, PayoutId)>,
) -> Answer<Found<Payout>> {
    let found = call.read(move |view| payouts::any(view, &place, &id)).await?;
    Ok(Found((&found).into()))
}
