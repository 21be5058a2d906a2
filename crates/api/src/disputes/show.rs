//! One dispute.

use super::Dispute;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, OperatorStaff};
use ::payments::disputes;
use kernel::{DisputeId, PlaceId};

pub async fn show(
    call: Call,
    _: OperatorStaff,
    At((place, id)): At<(PlaceId, DisputeId)>,
) -> Answer<Found<Dispute>> {
    let found = call.read(move |view| disputes::any(view, &place, &id)).await?;
    Ok(Found((&found).into()))
}
