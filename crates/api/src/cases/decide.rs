//! Deciding a case, once: the provider is right, or we are.

use super::Case;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, OperatorStaff};
use crate::read;
use ::payments::cases::State;
use flows::reconcile;
use kernel::CaseId;
use serde::Deserialize;
use utoipa::ToSchema;

/// Who is right.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseDecision {
    /// `accepted`: the provider; `corrected`: we are.
    decision: String,
}

pub async fn decide(
    call: Call,
    _: OperatorStaff,
    At((id,)): At<(CaseId,)>,
    Body(asked): Body<CaseDecision>,
) -> Answer<Found<Case>> {
    let known = [State::Accepted, State::Corrected].into_iter();
    let as_ = read::code("decision", known.into_iter().find(|state| state.code() == asked.decision))?;
    let actor = call.actor.clone();
    let decided = call.blocking(move |house| reconcile::decide(house, &id, as_, actor)).await?;
    Ok(Found((&decided).into()))
}
