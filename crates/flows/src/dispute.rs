//! A payer's bank takes money back until it is decided whose it is.
//!
//! While a dispute is open its amount lies in suspense; one that is lost is a cost, one that is won comes back. A
//! provider tells of its disputes itself; an operator records what another one told by letter.

use crate::house::{House, Scene};
use crate::views;
use events::{Kind, log};
use kernel::{Actor, DisputeId, Kind as Why, Money, PlaceId, Refusal, Result};
use ledger::Transfer;
use payments::disputes::{self, Dispute, State, Told};
use payments::{Intent, intents};
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

/// Takes what a provider tells of a dispute, as often as it tells it. Of one that is about more than is left of the
/// payment, because a part went back before, that is recorded which is left. Refuses one about a payment that it never
/// carried for us (`not_found`).
pub fn hear(house: &House, told: &Told) -> Result<()> {
    let (provider, reference) = (told.provider.clone(), told.reference.clone());
    let found =
        house.read_blocking(move |view| views::disputes::by_reference(view, &provider, &reference))?;
    let intent = found.ok_or_else(|| Refusal::not_found("payment", "支付"))?;
    let (told, place) = (told.clone(), intent.place.clone());
    house.write_blocking(&place.clone(), Actor::System, move |scene| {
        if !disputes::is_known(scene.tx, &place, &told.id())? {
            open(scene, &dispute_of(scene, &intent, &told)?)?;
        }
        if told.state != State::Open {
            close(scene, &place, &told.id(), told.state)?;
        }
        Ok(())
    })
}

fn dispute_of(scene: &Scene, intent: &Intent, told: &Told) -> Result<Dispute> {
    intents::lock(scene.tx, &intent.place, &intent.id)?;
    let left = intents::left(scene.tx, &intent.place, &intent.id)?;
    let is_more = left.currency == told.amount.currency && 0 < left.minor && left.minor < told.amount.minor;
    Ok(Dispute {
        place: intent.place.clone(),
        id: told.id(),
        intent: intent.id.clone(),
        reason: told.reason.clone(),
        amount: if is_more { left } else { told.amount },
        answer_by: told.answer_by,
        state: State::Open,
        opened_at: scene.act.at,
        closed_at: None,
        evidence: String::new(),
        number: told.number.clone(),
    })
}

/// Decides a dispute, once.
pub fn close(scene: &mut Scene, place: &PlaceId, id: &DisputeId, as_: State) -> Result<Dispute> {
    if as_ == State::Open {
        return Err(Refusal::new(
            Why::Invalid,
            "unknown_decision",
            "A dispute is won or lost.",
            "争议只能判为胜诉或败诉。",
        )
        .into());
    }
    let before = disputes::any(scene.tx, place, id)?;
    if before.state == as_ {
        return Ok(before);
    }
    let by = scene.act.person().map_or_else(|_| String::new(), |person| person.0);
    let dispute = disputes::close(scene.tx, place, id, as_, &by, scene.act.at)?;
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

/// Keeps what was put together against a dispute.
pub fn put_evidence(scene: &mut Scene, place: &PlaceId, id: &DisputeId, evidence: &str) -> Result<Dispute> {
    let dispute = disputes::put_evidence(scene.tx, place, id, evidence)?;
    note(scene, &dispute, Kind::DisputeNoted)?;
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
