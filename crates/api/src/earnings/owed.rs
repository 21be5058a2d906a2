//! What one party is owed, over all books.

use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, Payee};
use crate::payouts::due::Owed;
use flows::views::payouts::{self, Due};
use kernel::OrgId;

pub async fn list(
    call: Call,
    payee: Payee,
    At((org,)): At<(OrgId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Owed>> {
    payee.check(&org)?;
    let due = call.read(move |view| payouts::due_to(view, &org)).await?;
    let id = |one: &Due| format!("{} {} {}", one.place, one.account, one.balance.currency.code());
    Ok(paging.page(due, id, Owed::from)?)
}
