//! The account that counts, and what was told last.

use super::{BankAccount, unknown};
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, Payee};
use kernel::OrgId;
use serde::Serialize;
use settlement::bank_accounts;
use utoipa::ToSchema;

/// Where an organisation is paid, and where it wishes to be.
#[derive(Serialize, ToSchema)]
pub struct BankAccounts {
    counts: Option<BankAccount>,
    /// What was told last, if that is not what counts.
    told: Option<BankAccount>,
}

pub async fn show(call: Call, payee: Payee, At((org,)): At<(OrgId,)>) -> Answer<Found<BankAccounts>> {
    payee.check(&org)?;
    let found = call.read(move |view| {
        people::orgs::any(view, &org)?.ok_or_else(unknown)?;
        Ok((bank_accounts::of(view, &org)?, bank_accounts::newest(view, &org)?))
    });
    let (counts, told) = found.await?;
    let told = told.filter(|told| counts.as_ref() != Some(told));
    Ok(Found(BankAccounts {
        counts: counts.as_ref().map(BankAccount::from),
        told: told.as_ref().map(BankAccount::from),
    }))
}
