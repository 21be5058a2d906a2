//! Keeping what was put together against a dispute, in place of what was there.

use super::Dispute;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, OperatorStaff};
use flows::dispute;
use kernel::{DisputeId, PlaceId};
use serde::Deserialize;
use utoipa::ToSchema;

/// What speaks for us.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    #[schema(max_length = 4000)]
    evidence: String,
}

pub async fn put(
    call: Call,
    _: OperatorStaff,
    At((place, id)): At<(PlaceId, DisputeId)>,
    Body(asked): Body<Evidence>,
) -> Answer<Found<Dispute>> {
    let lane = place.clone();
    let put = call.write(&lane, move |scene| dispute::put_evidence(scene, &place, &id, &asked.evidence));
    Ok(Found((&put.await?).into()))
}
