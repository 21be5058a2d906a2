//! Money that fits no order: the provider insists that it holds another amount than the order's.
//!
//! It lies in `suspense:unmatched` until an operator decides, once: it goes back to the payer, it pays its order and
//! what is over goes back, or it is kept as found. The decision is one posting, whose id makes it the only one.

use crate::house::{House, Scene};
use crate::take_payment::{self, Taken};
use crate::views;
use crate::views::unmatched::Unmatched;
use events::{Kind, log};
use kernel::{Actor, Error, Kind as Why, Money, PlaceId, Refusal, Result};
use ledger::{Posted, Transfer};
use payments::notices::{Notice, What};
use payments::{Refund, intents, refunds};
use serde_json::json;

const SUSPENSE: &str = "suspense:unmatched";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The payer gets it back through the provider.
    GiveBack,
    /// It pays its order; what is over goes back.
    Match,
    /// It stays, as a gain.
    Keep,
}

impl Decision {
    pub const ALL: [Decision; 3] = [Decision::GiveBack, Decision::Match, Decision::Keep];

    pub fn code(self) -> &'static str {
        match self {
            Decision::GiveBack => "given_back",
            Decision::Match => "matched",
            Decision::Keep => "kept",
        }
    }

    pub fn parse(code: &str) -> Option<Decision> {
        Decision::ALL.into_iter().find(|decision| decision.code() == code)
    }

    /// What was decided of money that is no longer in suspense.
    pub fn of(unmatched: &Unmatched) -> Option<Decision> {
        unmatched.went_to.as_deref().map(|account| match account {
            "refunds:due" => Decision::GiveBack,
            "reconciled" => Decision::Keep,
            _ => Decision::Match,
        })
    }
}

/// Decides, and has the provider pay back what goes back; when it does not answer now, the sweep goes on. The same
/// again changes nothing. Refuses another decision than the first (`unmatched_decided`), and to pay an order with
/// less than it asks, in another currency, or a second time (`unmatched_no_fit`). Blocks on the provider.
pub fn decide(
    house: &House,
    place: &PlaceId,
    id: &str,
    decision: Decision,
    actor: Actor,
) -> Result<Unmatched> {
    let (at, wanted) = (place.clone(), id.to_owned());
    let refund = house.write_blocking(place, actor, move |scene| {
        let unmatched = find(scene, &at, &wanted)?;
        settle(scene, &unmatched, decision)
    })?;
    if let Some(refund) = refund
        && let Err(unknown) = take_payment::pay_back(house, &refund)
    {
        tracing::warn!(refund = %refund.id, %unknown, "what goes back is left for the sweep");
    }
    let (at, wanted) = (place.clone(), id.to_owned());
    let decided = house.read_blocking(move |view| views::unmatched::any(view, &at, &wanted))?;
    decided.ok_or_else(|| Error::fault("what was decided is no longer there"))
}

fn find(scene: &Scene, place: &PlaceId, id: &str) -> Result<Unmatched> {
    let found = views::unmatched::any(scene.tx, place, id)?;
    found.ok_or_else(|| Refusal::not_found("payment", "款项").into())
}

/// What goes back, if anything does.
fn settle(scene: &mut Scene, unmatched: &Unmatched, decision: Decision) -> Result<Option<Refund>> {
    if Decision::of(unmatched).is_some_and(|before| before != decision) {
        return Err(decided_otherwise());
    }
    let provider = format!("provider:{}", unmatched.provider);
    let (credit, amount) = match decision {
        Decision::GiveBack => ("refunds:due", unmatched.amount),
        Decision::Keep => ("reconciled", unmatched.amount),
        Decision::Match => (provider.as_str(), unmatched.asked),
    };
    if decision == Decision::Match && unmatched.went_to.is_none() {
        check_fit(unmatched)?;
    }
    if post(scene, unmatched, "decided", credit, amount)? == Posted::Before {
        return back(scene, unmatched, decision);
    }
    let refund = match decision {
        Decision::GiveBack => back(scene, unmatched, decision)?,
        Decision::Keep => None,
        Decision::Match => pay_order(scene, unmatched)?,
    };
    let body = json!({
        "decision": decision.code(),
        "order": unmatched.order,
        "amount_minor": unmatched.amount.minor,
        "currency": unmatched.amount.currency.code(),
    });
    let kind = Kind::UnmatchedDecided;
    log::append(scene.tx, &mut scene.act, &unmatched.place, kind, None, &unmatched.intent, body)?;
    Ok(refund)
}

fn check_fit(unmatched: &Unmatched) -> Result<()> {
    let (asked, came) = (unmatched.asked, unmatched.amount);
    if !unmatched.is_captured && asked.currency == came.currency && came.minor >= asked.minor {
        return Ok(());
    }
    Err(Refusal::new(
        Why::Conflict,
        "unmatched_no_fit",
        format!("This money cannot pay its order of {asked}. Give it back or keep it."),
        format!("该款项无法用于支付 {asked} 的订单，请退回或按长款入账。"),
    )
    .into())
}

fn decided_otherwise() -> Error {
    Refusal::new(
        Why::Conflict,
        "unmatched_decided",
        "This money was decided otherwise before.",
        "该款项此前已按另一方式处理。",
    )
    .into()
}

/// The order is sold as if its own amount had come; too late for that, the amount goes back like any late money.
fn pay_order(scene: &mut Scene, unmatched: &Unmatched) -> Result<Option<Refund>> {
    let notice = Notice {
        provider: unmatched.provider.clone(),
        id: unmatched.id.clone(),
        place: unmatched.place.clone(),
        intent: unmatched.intent.clone(),
        what: What::Paid,
        amount: unmatched.asked,
        reference: None,
    };
    if take_payment::capture(scene, &notice)? != Taken::Now {
        return Err(decided_otherwise());
    }
    let over = unmatched.amount.minus(unmatched.asked)?;
    if !over.is_zero() {
        post(scene, unmatched, "over", "refunds:due", over)?;
    }
    back(scene, unmatched, Decision::Match)
}

/// The refund of what goes back; the same again is the refund that there is.
fn back(scene: &Scene, unmatched: &Unmatched, decision: Decision) -> Result<Option<Refund>> {
    let amount = match decision {
        Decision::GiveBack => unmatched.amount,
        Decision::Match => unmatched.amount.minus(unmatched.asked)?,
        Decision::Keep => return Ok(None),
    };
    if amount.is_zero() {
        return Ok(None);
    }
    let intent = intents::any(scene.tx, &unmatched.place, &unmatched.intent)?;
    let reason = format!("{}_{}", refunds::UNMATCHED, unmatched.amount.minor);
    refunds::request_unmatched(scene.tx, &intent, &reason, amount, scene.act.at).map(Some)
}

fn post(scene: &Scene, unmatched: &Unmatched, step: &str, credit: &str, amount: Money) -> Result<Posted> {
    let transfer = Transfer {
        book: unmatched.place.clone(),
        id: format!("{}/{step}", unmatched.id),
        debit: SUSPENSE.to_owned(),
        credit: credit.to_owned(),
        amount,
        code: "unmatched",
        reference: unmatched.order.0.clone(),
        happened_at: scene.act.at,
    };
    ledger::post(scene.tx, &transfer, scene.act.at)
}
