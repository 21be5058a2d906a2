//! A payer's bank takes money back until it is decided whose it is.
//!
//! While a dispute is open its amount lies in suspense; one that is lost is a cost, one that is won comes back.

use crate::house::Scene;
use events::{Kind, log};
use kernel::{DisputeId, Money, PlaceId, Result};
use ledger::Transfer;
use payments::disputes::{self, Dispute, State};
use payments::intents;
use serde_json::json;

/// Records a dispute and puts its amount into suspense; the same again changes nothing.
pub fn open(scene: &mut Scene, dispute: &Dispute) -> Result<()> {
    if !disputes::open(scene.tx, dispute)? {
        return Ok(());
    }
    let provider = intents::any(scene.tx, &dispute.place, &dispute.intent)?.provider;
    let suspense = format!("suspense:{}", dispute.id);
    post(
        scene,
        &dispute.place,
        &dispute.id,
        "opened",
        (&suspense, &format!("bill:{provider}")),
        dispute.amount,
    )?;
    note(scene, dispute, Kind::DisputeOpened)
}

/// Decides a dispute, once.
pub fn close(scene: &mut Scene, place: &PlaceId, id: &DisputeId, as_: State) -> Result<Dispute> {
    let dispute = disputes::close(scene.tx, place, id, as_, scene.act.at)?;
    let provider = intents::any(scene.tx, place, &dispute.intent)?.provider;
    let (suspense, bill) = (format!("suspense:{id}"), format!("bill:{provider}"));
    match as_ {
        State::Won => post(scene, place, id, "won", (&bill, &suspense), dispute.amount)?,
        State::Lost => post(scene, place, id, "lost", ("dispute_cost", &suspense), dispute.amount)?,
        State::Open => return Ok(dispute),
    }
    note(scene, &dispute, Kind::DisputeClosed)?;
    Ok(dispute)
}

fn post(
    scene: &mut Scene,
    place: &PlaceId,
    id: &DisputeId,
    step: &str,
    (debit, credit): (&str, &str),
    amount: Money,
) -> Result<()> {
    let transfer = Transfer {
        book: place.clone(),
        id: format!("{id}/{step}"),
        debit: debit.to_owned(),
        credit: credit.to_owned(),
        amount,
        code: "dispute",
        reference: id.0.clone(),
        happened_at: scene.act.at,
    };
    ledger::post(scene.tx, &transfer, scene.act.at)?;
    Ok(())
}

fn note(scene: &mut Scene, dispute: &Dispute, kind: Kind) -> Result<()> {
    let data = json!({
        "dispute": dispute.id.0,
        "intent": dispute.intent.0,
        "state": dispute.state.code(),
        "amount_minor": dispute.amount.minor,
    });
    log::append(scene.tx, &mut scene.act, &dispute.place, kind, None, &dispute.id, data)
}
