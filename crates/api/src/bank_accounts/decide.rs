//! Deciding what was told: another operator than the one who told it.

use super::{BankAccount, unknown};
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, OperatorStaff};
use flows::change_bank_account;
use kernel::OrgId;
use serde::Deserialize;
use utoipa::ToSchema;

/// Which version is decided, so that nobody approves what was told a moment later.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BankAccountVersion {
    version: i64,
}

pub async fn approve(
    call: Call,
    _: OperatorStaff,
    At((org,)): At<(OrgId,)>,
    Body(asked): Body<BankAccountVersion>,
) -> Answer<Found<BankAccount>> {
    let decided = call.write_in_house(move |scene| {
        people::orgs::any(scene.tx, &org)?.ok_or_else(unknown)?;
        change_bank_account::approve(scene, &org, asked.version)
    });
    Ok(Found((&decided.await?).into()))
}

pub async fn refuse(
    call: Call,
    _: OperatorStaff,
    At((org,)): At<(OrgId,)>,
    Body(asked): Body<BankAccountVersion>,
) -> Answer<Found<BankAccount>> {
    let decided = call.write_in_house(move |scene| {
        people::orgs::any(scene.tx, &org)?.ok_or_else(unknown)?;
        change_bank_account::refuse(scene, &org, asked.version)
    });
    Ok(Found((&decided.await?).into()))
}
