//! Deciding what becomes of money that fits no order, once.

use super::Unmatched;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, OperatorStaff};
use crate::read;
use flows::unmatched::{self, Decision};
use kernel::PlaceId;
use serde::Deserialize;
use utoipa::ToSchema;

/// What becomes of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnmatchedDecision {
    /// The posting that put it into suspense.
    id: String,
    /// `given_back` to the payer, `matched` to its order (what is over goes back), or `kept` as a gain.
    decision: String,
}

pub async fn decide(
    call: Call,
    _: OperatorStaff,
    At((place,)): At<(PlaceId,)>,
    Body(asked): Body<UnmatchedDecision>,
) -> Answer<Found<Unmatched>> {
    let decision = read::code("decision", Decision::parse(&asked.decision))?;
    let actor = call.actor.clone();
    let decided = call.blocking(move |house| unmatched::decide(house, &place, &asked.id, decision, actor));
    Ok(Found((&decided.await?).into()))
}
