//! What a provider says about a payment, whichever order it is for.

use crate::house::{House, Scene};
use crate::{buy_product, buy_tickets};
use events::{Kind, log};
use kernel::{Actor, IntentId, Kind as Why, Money, PlaceId, Refusal, Result};
use ledger::Transfer;
use payments::intents::{Captured, Purpose};
use payments::notices::{self, Notice, What};
use payments::providers::{Checkout, Outcome};
use payments::{Intent, Refund, intents, refunds};
use serde_json::json;

/// Begins a payment at the provider; the same intent begins once. Refuses one whose time is over
/// (`payment_over`). Blocks on the provider.
pub fn begin(house: &House, intent: &Intent) -> Result<Checkout> {
    let now = house.now();
    if intent.expires_at < now {
        return Err(
            Refusal::new(Why::Gone, "payment_over", "The time to pay is over.", "支付时间已过。").into()
        );
    }
    house.provider().create(intent, now)
}

/// Takes a verified notice: the first capture sells, a second changes nothing. One with another amount than the
/// order's sells nothing either; it is noted for an operator, and `check` finds it.
pub fn receive(scene: &mut Scene, notice: &Notice) -> Result<()> {
    take(scene, notice).map(|_| ())
}

/// What came of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taken {
    /// The money is captured, and whatever it is for is sold or refunded.
    Now,
    Before,
    Differs,
    /// Nobody paid.
    Nothing,
}

fn take(scene: &mut Scene, notice: &Notice) -> Result<Taken> {
    let intent = intents::any(scene.tx, &notice.place, &notice.intent)?;
    let is_new = notices::note(scene.tx, notice, scene.act.at)?;
    match notice.what {
        What::Closed => Ok(Taken::Nothing),
        What::Paid if notice.amount != intent.amount => {
            if is_new {
                differs(scene, notice, &intent)?;
            }
            Ok(Taken::Differs)
        }
        What::Paid => capture(scene, notice),
    }
}

fn differs(scene: &mut Scene, notice: &Notice, intent: &Intent) -> Result<()> {
    let body = json!({ "order": intent.order, "amount_minor": intent.amount.minor, "paid": notice.amount });
    log::append(scene.tx, &mut scene.act, &intent.place, Kind::PaymentDiffers, None, &intent.id, body)
}

fn capture(scene: &mut Scene, notice: &Notice) -> Result<Taken> {
    let intent = match intents::capture(scene.tx, &notice.place, &notice.intent, notice.amount, scene.act.at)?
    {
        Captured::Before(_) => return Ok(Taken::Before),
        Captured::Now(intent) => intent,
    };
    let body =
        json!({ "order": intent.order, "amount_minor": intent.amount.minor, "provider": notice.provider });
    log::append(scene.tx, &mut scene.act, &intent.place, Kind::PaymentCaptured, None, &intent.id, body)?;
    match intent.purpose {
        Purpose::Tickets => buy_tickets::paid(scene, &intent)?,
        Purpose::Products => buy_product::paid(scene, &intent)?,
    }
    Ok(Taken::Now)
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
    ledger::post(
        scene.tx,
        &transfer(intent, &part, "refunds:due", &wallet, refund.amount, scene),
        scene.act.at,
    )?;
    let body = json!({ "intent": intent.id, "amount_minor": refund.amount.minor });
    log::append(scene.tx, &mut scene.act, &refund.place, Kind::RefundDone, None, &refund.id, body)
}

fn transfer(
    intent: &Intent,
    part: &str,
    debit: &str,
    credit: &str,
    amount: Money,
    scene: &Scene,
) -> Transfer {
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
    told(house, &intent, &outcome)?;
    Ok(outcome)
}

/// What the provider knows of an open intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// It was paid, and this call learned it.
    Paid,
    /// It may still be paid.
    Waiting,
    /// It can no longer be paid, or was paid as it should not have been; there is nothing left to wait for.
    Over,
}

/// Asks about an open intent; one whose time is over is closed at the provider first, so that the answer is final.
/// Blocks on the provider.
pub(crate) fn hear(house: &House, intent: &Intent) -> Result<Heard> {
    let now = house.now();
    let is_over = intent.expires_at < now;
    let provider = house.provider();
    let outcome = if is_over { provider.close(intent, now)? } else { provider.query(intent, now)? };
    Ok(match (told(house, intent, &outcome)?, outcome) {
        (Taken::Now, _) => Heard::Paid,
        (Taken::Before | Taken::Differs, _) => Heard::Over,
        (Taken::Nothing, Outcome::Closed | Outcome::Unheard) if is_over => Heard::Over,
        (Taken::Nothing, _) => Heard::Waiting,
    })
}

/// Takes the provider's answer as if it were its notice.
fn told(house: &House, intent: &Intent, outcome: &Outcome) -> Result<Taken> {
    let Outcome::Paid { amount, notice_id } = outcome else { return Ok(Taken::Nothing) };
    let notice = Notice {
        provider: intent.provider.clone(),
        id: notice_id.clone(),
        place: intent.place.clone(),
        intent: intent.id.clone(),
        what: What::Paid,
        amount: *amount,
    };
    house.write_blocking(&intent.place, Actor::System, move |scene| take(scene, &notice))
}

/// Has the provider pay a requested refund, then books it. Asking twice pays once. Blocks on the provider.
pub fn pay_back(house: &House, refund: &Refund) -> Result<()> {
    let asked = refund.clone();
    let intent = house.read_blocking(move |view| intents::any(view, &asked.place, &asked.intent))?;
    house.provider().refund(&intent, refund, house.now())?;
    let asked = refund.clone();
    house.write_blocking(&refund.place, Actor::System, move |scene| refunded(scene, &intent, &asked))
}
