//! Proposing a payout to whom an account belongs, at the bank account that they have told.

use super::Payout;
use crate::answer::{Answer, Once};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, OperatorStaff};
use crate::key::Key;
use crate::money::Amount;
use flows::pay_out;
use kernel::PlaceId;
use serde::Deserialize;
use settlement::payouts;
use utoipa::ToSchema;

/// What is to be paid.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PayoutDraft {
    /// `exhibition`, `merchant:{org}`, `producer:{org}` or `licensor:{org}`.
    #[schema(max_length = 80)]
    account: String,
    amount: Amount,
}

pub async fn propose(
    call: Call,
    _: OperatorStaff,
    At((place,)): At<(PlaceId,)>,
    Key(key): Key,
    Body(asked): Body<PayoutDraft>,
) -> Answer<Once<Payout>> {
    let amount = asked.amount.read("amount")?;
    let lane = place.clone();
    let proposed = call.write(&lane, move |scene| {
        let before = payouts::of_key(scene.tx, &place, &key)?;
        let payout = pay_out::propose_owed(scene, &place, &key, &asked.account, amount)?;
        Ok(Once::new(before.is_none(), Payout::from(&payout)))
    });
    Ok(proposed.await?)
}
