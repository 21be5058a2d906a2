//! Earnings: what a party is owed and for what, and its payouts. Each reads its own, operators everybody's.

pub mod lines;
pub mod owed;
pub mod payout;
pub mod payouts;

use crate::money::Amount;
use crate::words::Bilingual;
use flows::views::payees::{Account, Group, Line};
use serde::Serialize;
use settlement::payouts::Payout;
use utoipa::ToSchema;

/// A payout as whom it pays reads it.
#[derive(Serialize, ToSchema)]
pub struct Earned {
    id: String,
    /// The place in whose book it is owed.
    place: String,
    /// Such as `exhibition` or `merchant:org_…`.
    account: String,
    amount: Amount,
    /// `proposed`, `approved`, `sent`, `paid`, `returned` or `withdrawn`.
    state: String,
    payee: String,
    /// The last four signs of the account that it is paid to.
    payee_account: String,
    proposed_at: String,
    closed_at: Option<String>,
    /// What the bank said, or why it was withdrawn.
    remark: String,
}

impl From<&Payout> for Earned {
    fn from(payout: &Payout) -> Earned {
        Earned {
            id: payout.id.0.clone(),
            place: payout.place.0.clone(),
            account: payout.account.clone(),
            amount: payout.amount.into(),
            state: payout.state.code().into(),
            payee: payout.payee.name.clone(),
            payee_account: payout.payee.account.masked(),
            proposed_at: payout.proposed_at.rfc3339(),
            closed_at: payout.closed_at.map(kernel::Instant::rfc3339),
            remark: payout.note.clone(),
        }
    }
}

/// How an account went: what was left by the payout before, the sums of what moved, what is left.
#[derive(Serialize, ToSchema)]
pub struct EarningStatement {
    opening: Amount,
    moved: Vec<EarningSum>,
    closing: Amount,
}

impl From<&Account> for EarningStatement {
    fn from(account: &Account) -> EarningStatement {
        EarningStatement {
            opening: account.opening.into(),
            moved: account.groups().into_iter().map(EarningSum::from).collect(),
            closing: account.closing.into(),
        }
    }
}

/// Entries that say the same of the same.
#[derive(Serialize, ToSchema)]
pub struct EarningSum {
    /// `share`, `sale`, `commission`, `royalty`, `marketing_fund`, `clicks`, `refund`, `lent`, `deducted`, `paid_out`,
    /// `came_back` or `other`.
    what: String,
    /// The film, product or campaign.
    about: Bilingual,
    first: Option<String>,
    last: Option<String>,
    entries: usize,
    amount: Amount,
}

impl From<Group> for EarningSum {
    fn from(group: Group) -> EarningSum {
        EarningSum {
            what: group.what.code().into(),
            about: group.about.into(),
            first: group.period.map(|(first, _)| first.to_string()),
            last: group.period.map(|(_, last)| last.to_string()),
            entries: group.count,
            amount: group.amount.into(),
        }
    }
}

/// One entry of an account.
#[derive(Serialize, ToSchema)]
pub struct EarningLine {
    number: usize,
    booked_at: String,
    what: String,
    about: Bilingual,
    first: Option<String>,
    last: Option<String>,
    /// The order, statement or payout.
    reference: String,
    /// Less than zero when it was taken away.
    amount: Amount,
}

impl From<(usize, Line)> for EarningLine {
    fn from((number, line): (usize, Line)) -> EarningLine {
        EarningLine {
            number,
            booked_at: line.at.rfc3339(),
            what: line.what.code().into(),
            about: line.about.into(),
            first: line.period.map(|(first, _)| first.to_string()),
            last: line.period.map(|(_, last)| last.to_string()),
            reference: line.reference,
            amount: line.amount.into(),
        }
    }
}
