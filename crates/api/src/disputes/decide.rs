//! Deciding a dispute, once: won or lost.

use super::Dispute;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, OperatorStaff};
use crate::read;
use ::payments::disputes::State;
use flows::dispute;
use kernel::{DisputeId, PlaceId};
use serde::Deserialize;
use utoipa::ToSchema;

/// How it ended.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeDecision {
    /// `won`: the money stays with us; `lost`: its amount is a cost.
    decision: String,
}

pub async fn decide(
    call: Call,
    _: OperatorStaff,
    At((place, id)): At<(PlaceId, DisputeId)>,
    Body(asked): Body<DisputeDecision>,
) -> Answer<Found<Dispute>> {
    let known = [State::Won, State::Lost].into_iter();
    let as_ = read::code("decision", known.into_iter().find(|state| state.code() == asked.decision))?;
    let lane = place.clone();
    let decided = call.write(&lane, move |scene| dispute::close(scene, &place, &id, as_)).await?;
    Ok(Found((&decided).into()))
}
