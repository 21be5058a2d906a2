//! Every account of a book with its sums.

use crate::answer::{Answer, Page, Paging};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, OperatorStaff};
use crate::money::Amount;
use kernel::{Money, PlaceId};
use ledger::balances::{self, Balance};
use serde::Serialize;
use utoipa::ToSchema;

/// An account with its sums.
#[derive(Serialize, ToSchema)]
pub struct Account {
    account: String,
    /// Credits less debits: positive when the book owes, negative when it is owed.
    balance: Amount,
    debits_posted: Amount,
    credits_posted: Amount,
    debits_pending: Amount,
    credits_pending: Amount,
}

impl From<Balance> for Account {
    fn from(balance: Balance) -> Account {
        let amount = |minor| Amount::from(Money::new(minor, balance.currency));
        Account {
            balance: balance.credit().into(),
            debits_posted: amount(balance.debits_posted),
            credits_posted: amount(balance.credits_posted),
            debits_pending: amount(balance.debits_pending),
            credits_pending: amount(balance.credits_pending),
            account: balance.account,
        }
    }
}

pub async fn list(
    call: Call,
    _: OperatorStaff,
    At((book,)): At<(PlaceId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Account>> {
    let found = call.read(move |view| balances::of_book(view, &book)).await?;
    let id = |balance: &Balance| format!("{} {}", balance.account, balance.currency.code());
    Ok(paging.page(found, id, Account::from)?)
}
