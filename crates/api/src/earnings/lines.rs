//! The entries that one payout pays for, in the order of booking.

use super::EarningLine;
use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, Payee};
use flows::views::payees::{self, Line};
use kernel::{OrgId, PayoutId};

pub async fn list(
    call: Call,
    payee: Payee,
    At((org, id)): At<(OrgId, PayoutId)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<EarningLine>> {
    payee.check(&org)?;
    let found = call.read(move |view| {
        let payout = payees::payout_to(view, &org, &id)?;
        payees::of_payout(view, &payout)
    });
    let lines: Vec<(usize, Line)> = found.await?.lines.into_iter().enumerate().collect();
    Ok(paging.page(lines, |(number, _)| number.to_string(), EarningLine::from)?)
}
