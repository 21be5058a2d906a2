//! Taking in what the bank says of payouts; the same text again changes nothing.

use crate::answer::{Answer, Once};
use crate::body::Body;
use crate::call::{Call, OperatorStaff};
use crate::money::Amount;
use flows::pay_out;
use serde::{Deserialize, Serialize};
use settlement::payouts::answer::{self, Taken};
use utoipa::ToSchema;

/// A bank's answer, at most: as many entries of `camt.054` as one may have, each of a kilobyte and a half, quoted.
pub const BYTES_MAX: usize = 16 << 20;

/// A bank's answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BankAnswerDraft {
    /// What its owner calls the file.
    #[schema(max_length = 200)]
    name: String,
    /// `pain.002`, `camt.054` or `camt.053`; or CSV with the columns `payout` and `outcome`.
    text: String,
}

/// What came of an answer, line by line.
#[derive(Serialize, ToSchema)]
pub struct BankAnswer {
    digest: String,
    name: String,
    taken_at: String,
    lines: Vec<BankLine>,
}

/// What the bank says of one payment.
#[derive(Serialize, ToSchema)]
pub struct BankLine {
    /// The end-to-end identification; ours is the payout's id.
    payout: String,
    /// `paid`, `returned` or `pending`.
    outcome: String,
    amount: Option<Amount>,
    says: String,
    /// `closed`, `before` or `waits`; or what an operator must look at: `unknown`, `amount_differs`, `state_differs`.
    came_to: String,
}

impl From<Taken> for BankLine {
    fn from(line: Taken) -> BankLine {
        BankLine {
            payout: line.told.payout,
            outcome: line.told.outcome.code().into(),
            amount: line.told.amount.map(Amount::from),
            says: line.told.says,
            came_to: line.came_to.code().into(),
        }
    }
}

pub async fn take(
    call: Call,
    _: OperatorStaff,
    Body(asked): Body<BankAnswerDraft>,
) -> Answer<Once<BankAnswer>> {
    let actor = call.actor.clone();
    let taken =
        call.blocking(move |house| pay_out::take_answer(house, &asked.name, asked.text.as_bytes(), actor));
    let (told, is_new) = taken.await?;
    let digest = told.digest.clone();
    let lines = call.read(move |view| answer::lines(view, &digest)).await?;
    let shown = BankAnswer {
        digest: told.digest,
        name: told.name,
        taken_at: told.taken_at.rfc3339(),
        lines: lines.into_iter().map(BankLine::from).collect(),
    };
    Ok(Once::new(is_new, shown))
}
