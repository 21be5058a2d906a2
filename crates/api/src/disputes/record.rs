//! Recording a dispute that a provider does not tell by itself. Its number at the provider records it once.

use super::Dispute;
use crate::answer::{Answer, Once};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, OperatorStaff};
use crate::money::Amount;
use crate::problem::invalid;
use crate::read;
use ::payments::disputes::{self, Dispute as Kept, State, Told};
use ::payments::intents;
use flows::dispute;
use kernel::{IntentId, PlaceId};
use serde::Deserialize;
use utoipa::ToSchema;

/// What the provider, or a letter of its, told.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeDraft {
    payment: String,
    /// The dispute's number at the provider: the same number is the same dispute.
    #[schema(min_length = 1, max_length = 80)]
    number: String,
    #[schema(max_length = 200)]
    reason: String,
    amount: Amount,
    answer_by: String,
}

pub async fn record(
    call: Call,
    _: OperatorStaff,
    At((place,)): At<(PlaceId,)>,
    Body(asked): Body<DisputeDraft>,
) -> Answer<Once<Dispute>> {
    let payment: IntentId = read::id("payment", &asked.payment)?;
    let (amount, answer_by) = (asked.amount.read("amount")?, read::day("answer_by", &asked.answer_by)?);
    let number = asked.number.trim().to_owned();
    if number.is_empty() || number.chars().count() > 80 || number.chars().any(char::is_control) {
        let (en, zh) = ("A number has 1 to 80 characters.", "编号为1到80个字符。");
        return Err(invalid("number", "bad_number", en, zh).into());
    }
    let lane = place.clone();
    let recorded = call.write(&lane, move |scene| {
        let intent = intents::any(scene.tx, &place, &payment)?;
        let told = Told {
            provider: intent.provider,
            number: number.clone(),
            reference: String::new(),
            reason: asked.reason.clone(),
            amount,
            answer_by,
            state: State::Open,
        };
        let before = disputes::any(scene.tx, &place, &told.id()).ok();
        let new = Kept {
            place: place.clone(),
            id: told.id(),
            intent: payment.clone(),
            reason: told.reason,
            amount,
            answer_by,
            state: State::Open,
            opened_at: scene.act.at,
            closed_at: None,
            evidence: String::new(),
            number: told.number,
        };
        dispute::open(scene, &new)?;
        let kept = disputes::any(scene.tx, &place, &new.id)?;
        Ok(Once::new(before.is_none(), Dispute::from(&kept)))
    });
    Ok(recorded.await?)
}
