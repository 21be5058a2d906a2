//! Changing one currency into another: two linked transfers, never one that mixes them.
//!
//! The account of each currency meets the book's `liquidity` account of the same currency. What `liquidity` is
//! short or long of is the open position; the two amounts are the rate, and no rate is kept anywhere else.

use crate::transfers::{self, Posted, Transfer};
use db::Tx;
use kernel::{Error, Instant, Money, PlaceId, Result};

/// Both sides of a change of money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub book: PlaceId,
    /// Chosen by the caller; its two transfers are `{id}/sold` and `{id}/bought`.
    pub id: String,
    /// The account that gives, and what it gives.
    pub sold: (String, Money),
    /// The account that receives, and what it receives, in another currency.
    pub bought: (String, Money),
    pub reference: String,
    pub happened_at: Instant,
}

/// The account of a book through which currencies meet.
pub const LIQUIDITY: &str = "liquidity";

/// Posts both transfers or, by the transaction, none. A fault when both sides have the same currency.
pub fn post(tx: &Tx, exchange: &Exchange, now: Instant) -> Result<Posted> {
    let ((from, sold), (to, bought)) = (&exchange.sold, &exchange.bought);
    if sold.currency == bought.currency {
        return Err(Error::fault("an exchange has two currencies"));
    }
    let leg = |part: &str, debit: &str, credit: &str, amount: Money| Transfer {
        book: exchange.book.clone(),
        id: format!("{}/{part}", exchange.id),
        debit: debit.to_owned(),
        credit: credit.to_owned(),
        amount,
        code: "exchange",
        reference: exchange.reference.clone(),
        happened_at: exchange.happened_at,
    };
    let first = transfers::post(tx, &leg("sold", from, LIQUIDITY, *sold), now)?;
    transfers::post(tx, &leg("bought", LIQUIDITY, to, *bought), now)?;
    Ok(first)
}
