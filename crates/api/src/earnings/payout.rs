//! One payout of a party, with what it pays for.

use super::{Earned, EarningStatement};
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, Payee};
use flows::views::payees;
use kernel::{OrgId, PayoutId};
use serde::Serialize;
use utoipa::ToSchema;

/// A payout with its statement.
#[derive(Serialize, ToSchema)]
pub struct EarnedPayout {
    payout: Earned,
    statement: EarningStatement,
}

pub async fn show(
    call: Call,
    payee: Payee,
    At((org, id)): At<(OrgId, PayoutId)>,
) -> Answer<Found<EarnedPayout>> {
    payee.check(&org)?;
    let found = call.read(move |view| {
        let payout = payees::payout_to(view, &org, &id)?;
        let account = payees::of_payout(view, &payout)?;
        Ok((payout, account))
    });
    let (payout, account) = found.await?;
    Ok(Found(EarnedPayout { payout: (&payout).into(), statement: (&account).into() }))
}
