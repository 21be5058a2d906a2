//! One application with what was decided, for its merchant and its studio.

use super::{Application, Contract, Decision};
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, LicenceParty};
use kernel::{ApplicationId, Refusal, Role};
use licensing::{applications, approvals, contracts};
use serde::Serialize;
use utoipa::ToSchema;

/// An application with all that came of it.
#[derive(Serialize, ToSchema)]
pub struct ApplicationRecord {
    application: Application,
    decisions: Vec<Decision>,
    contract: Option<Contract>,
}

pub async fn show(
    call: Call,
    party: LicenceParty,
    At((id,)): At<(ApplicationId,)>,
) -> Answer<Found<ApplicationRecord>> {
    let record = call.read(move |view| {
        let application = applications::any(view, &id)?;
        let is_own = party.actor.may(Role::Merchant, &application.merchant)
            || party.actor.may(Role::Studio, &application.licensor);
        if !is_own {
            return Err(Refusal::not_found("application", "申请").into());
        }
        Ok(ApplicationRecord {
            decisions: approvals::of(view, &application)?.iter().map(Decision::from).collect(),
            contract: contracts::of_application(view, &application)?.as_ref().map(Contract::from),
            application: (&application).into(),
        })
    });
    Ok(Found(record.await?))
}
