//! What a provider says about a payment, whichever order it is for.

use crate::house::{House, Scene};
use crate::{buy_product, buy_tickets};
use events::{Kind, log};
use kernel::{Actor, IntentId, Money, PlaceId, Result};
use ledger::Transfer;
use payments::intents::{Captured, Purpose};
use payments::notices::{self, Notice, What};
use payments::providers::{Checkout, Outcome};
use payments::{Intent, Refund, intents, refunds};
use serde_json::json;

/// Begins a payment at the provider; the same intent begins once. Blocks on the provider.
pub fn begin(house: &House, intent: &Intent) -> Result<Checkout> {
    house.provider().create(intent, house.now())
}

/// Takes a verified notice: the first capture sells, a second changes nothing.
pub fn receive(scene: &mut Scene, notice: &Notice) -> Result<()> {
    notices::note(scene.tx, notice, scene.act.at)?;
    match notice.what {
        What::Closed => Ok(()),
        What::Paid => captured(scene, notice),
    }
}

fn captured(scene: &mut Scene, notice: &Notice) -> Result<()> {
    let intent = match intents::capture(scene.tx, &notice.place, &notice.intent, notice.amount, scene.act.at)? {
        Captured::Before(_) => return Ok(()),
        Captured::Now(intent) => intent,
    };
    let body = json!({ "order": intent.order, "amount_minor": intent.amount.minor, "provider": notice.provider });
    log::append(scene.tx, &mut scene.act, &intent.place, Kind::PaymentCaptured, None, &intent.id, body)?;
    match intent.purpose {
        Purpose::Tickets => buy_tickets::paid(scene, &intent),
        Purpose::Products => buy_product::paid(scene, &intent),
    }
}

/// The money came when there was nothing left to sell: it goes back, in this same transaction.
pub(crate) fn late(scene: &mut Scene, intent: &Intent) -> Result<()> {
    let refund = refunds::request(scene.tx, intent, "late", intent.captured, scene.act.at)?;
    let wallet = format!("provider:{}", intent.provider);
    let amount = intent.captured;
    ledger::post(scene.tx, &transfer(intent, "late", &wallet, "refunds:due", amount, scene), scene.act.at)?;
    let body = json!({ "order": intent.order, "amount_minor": amount.minor, "refund": refund.id });
    log::append(scene.tx, &mut scene.act, &intent.place, Kind::PaymentLate, None, &intent.id, body)
}

/// The provider has paid a refund back.
pub fn refunded(scene: &mut Scene, intent: &Intent, refund: &Refund) -> Result<()> {
    if !refunds::done(scene.tx, &refund.place, &refund.id, scene.act.at)? {
        return Ok(());
    }
    let wallet = format!("provider:{}", intent.provider);
    let part = format!("refunded_{}", refund.reason);
    ledger::post(scene.tx, &transfer(intent, &part, "refunds:due", &wallet, refund.amount, scene), scene.act.at)?;
    let body = json!({ "intent": intent.id, "amount_minor": refund.amount.minor });
    log::append(scene.tx, &mut scene.act, &refund.place, Kind::RefundDone, None, &refund.id, body)
}

fn transfer(intent: &Intent, part: &str, debit: &str, credit: &str, amount: Money, scene: &Scene) -> Transfer {
    Transfer {
        book: intent.place.clone(),
        id: format!("{}/{part}", intent.id),
        debit: debit.to_owned(),
        credit: credit.to_owned(),
        amount,
        code: "refund",
        reference: intent.order.0.clone(),
        happened_at: scene.act.at,
    }
}

/// Asks the provider about an intent and takes what it says; finds a lost notice. Blocks on the provider.
pub fn ask(house: &House, place: &PlaceId, id: &IntentId) -> Result<Outcome> {
    let (at, wanted) = (place.clone(), id.clone());
    let intent = house.read_blocking(move |view| intents::any(view, &at, &wanted))?;
    let outcome = house.provider().query(&intent, house.now())?;
    if let Outcome::Paid { amount, notice_id } = &outcome {
        let notice = Notice {
            provider: intent.provider.clone(),
            id: notice_id.clone(),
            place: place.clone(),
            intent: id.clone(),
            what: What::Paid,
            amount: *amount,
        };
        house.write_blocking(place, Actor::System, move |scene| receive(scene, &notice))?;
    }
    Ok(outcome)
}

/// Has the provider pay a requested refund, then books it. Asking twice pays once. Blocks on the provider.
pub fn pay_back(house: &House, refund: &Refund) -> Result<()> {
    let asked = refund.clone();
    let intent = house.read_blocking(move |view| intents::any(view, &asked.place, &asked.intent))?;
    house.provider().refund(&intent, refund, house.now())?;
    let asked = refund.clone();
    house.write_blocking(&refund.place, Actor::System, move |scene| refunded(scene, &intent, &asked))
}
