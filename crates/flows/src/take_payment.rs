//! What a provider says about a payment, whichever order it is for.
//!
//! That a provider is asked is on disk before it is asked, and no transaction waits for it. Until its answer has reached
//! us, what came of it is unknown; then it is asked what became of it, and asked again under the same key.

use crate::house::{House, Scene};
use crate::{buy_product, buy_tickets};
use db::Waiting;
use events::{Kind, log};
use kernel::{Actor, Error, IntentId, Kind as Why, Money, PlaceId, Refusal, Result};
use ledger::{Transfer, transfers};
use payments::intents::{Asked, Captured, Purpose, State};
use payments::notices::{self, Notice, What};
use payments::providers::{Ask, Checkout, Next, Outcome, Repaid};
use payments::{Intent, Refund, disputes, intents, refunds};
use serde_json::json;

/// Begins a payment on the provider's page; the same intent begins once, and one that is paid has nothing left to do.
/// Refuses one whose time is over (`payment_over`), and what the provider does not take. Blocks on the provider.
pub fn begin(house: &House, intent: &Intent) -> Result<Checkout> {
    begin_by(house, intent, &Ask::page(""))
}

/// Begins a payment in one of the provider's ways.
pub fn begin_by(house: &House, intent: &Intent, ask: &Ask) -> Result<Checkout> {
    let mut begun = begin_all(house, std::slice::from_ref(intent), ask);
    let checkout = begun.pop().unwrap_or_else(|| Err(Error::fault("one payment begins as one")))?;
    if checkout.next == Next::Wait
        && let Err(unknown) = self::ask(house, &intent.place, &intent.id)
    {
        tracing::warn!(intent = %intent.id, %unknown, "what became of a payment is left for the sweep");
    }
    Ok(checkout)
}

/// Begins several payments; their traces in the database share their commits.
pub fn begin_all(house: &House, intents: &[Intent], ask: &Ask) -> Vec<Result<Checkout>> {
    let marked: Vec<Result<Waiting<State>>> = intents.iter().map(|intent| mark(house, intent)).collect();
    let begun: Vec<Result<Checkout>> = marked
        .into_iter()
        .zip(intents)
        .map(|(marked, intent)| {
            if marked?.wait()? == State::Captured {
                return Ok(Checkout { reference: intent.reference.clone(), next: Next::Wait });
            }
            house.asks(&intent.provider)?.create(intent, ask, house.now())
        })
        .collect();
    let merged: Vec<Option<Waiting<()>>> =
        begun.iter().zip(intents).map(|(begun, intent)| merge(house, intent, begun.as_ref().ok()?)).collect();
    begun
        .into_iter()
        .zip(merged)
        .map(|(begun, merged)| match merged {
            Some(merged) => merged.wait().and(begun),
            None => begun,
        })
        .collect()
}

/// Writes down that the provider is about to be asked; how the payment stands.
fn mark(house: &House, intent: &Intent) -> Result<Waiting<State>> {
    if intent.expires_at < house.now() {
        return Err(over().into());
    }
    house.asks(&intent.provider)?.quote().of(intent.amount)?;
    let (place, id) = (intent.place.clone(), intent.id.clone());
    Ok(house.submit(&intent.place, Actor::System, move |scene| {
        if intents::ask(scene.tx, &place, &id)? {
            return Ok(State::Open);
        }
        match intents::any(scene.tx, &place, &id)?.state {
            State::Closed => Err(over().into()),
            other => Ok(other),
        }
    }))
}

/// Writes down that the provider has answered, when that is news. A notice may have come before the answer.
fn merge(house: &House, intent: &Intent, checkout: &Checkout) -> Option<Waiting<()>> {
    let is_known = intent.asked == Asked::Answered
        && (checkout.reference.is_none() || checkout.reference == intent.reference);
    if is_known {
        return None;
    }
    let (place, id, reference) = (intent.place.clone(), intent.id.clone(), checkout.reference.clone());
    Some(house.submit(&intent.place, Actor::System, move |scene| {
        intents::answered(scene.tx, &place, &id, reference.as_deref())
    }))
}

fn over() -> Refusal {
    Refusal::new(Why::Gone, "payment_over", "The time to pay is over.", "支付时间已过。")
}

/// Takes a notice that came to our address, and does what must follow. Blocks on the provider.
pub fn take_notice(house: &House, notice: &Notice) -> Result<()> {
    let taken = hear_notice(house, notice)?;
    follow(house, notice, taken);
    Ok(())
}

/// What `receive` does, for the edges: what it answers is on disk.
pub fn hear_notice(house: &House, notice: &Notice) -> Result<Taken> {
    let told = notice.clone();
    house.write_blocking(&notice.place, Actor::System, move |scene| take(scene, &told, Word::Notice))
}

/// What follows from a notice outside of its transaction: what is odd about it is asked after, and money that came too
/// late goes back at once. What does not work now is left for the sweep. Blocks on the provider.
pub fn follow(house: &House, notice: &Notice, taken: Taken) {
    if let Err(unknown) = try_to_follow(house, notice, taken) {
        tracing::warn!(intent = %notice.intent, %unknown, "what follows from a notice is left for the sweep");
    }
}

fn try_to_follow(house: &House, notice: &Notice, taken: Taken) -> Result<()> {
    let (place, id) = (notice.place.clone(), notice.intent.clone());
    let (intent, refunds) = house.read_blocking(move |view| {
        Ok((intents::any(view, &place, &id)?, crate::views::tickets::refunds(view, &place, &id)?))
    })?;
    if intent.state == State::Open && matches!(taken, Taken::Differs | Taken::Nothing) {
        ask(house, &notice.place, &notice.intent)?;
    }
    let is_told = |refund: &&Refund| notice.what == What::Refunded(refund.id.clone()) || taken == Taken::Now;
    refunds
        .iter()
        .filter(|refund| !refund.is_done())
        .filter(is_told)
        .try_for_each(|refund| pay_back(house, refund))
}

/// Takes a verified notice: the first capture sells, a second changes nothing. One with another amount than the
/// order's sells nothing either; it is noted for an operator, and `check` finds it.
pub fn receive(scene: &mut Scene, notice: &Notice) -> Result<()> {
    take(scene, notice, Word::Notice).map(|_| ())
}

/// How we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    /// Something was sent to us.
    Notice,
    /// We asked, and this is the answer.
    Answer,
}

/// What came of a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The money is captured, and whatever it is for is sold or refunded.
    Now,
    Before,
    Differs,
    /// It tells of no payment.
    Nothing,
}

fn take(scene: &mut Scene, notice: &Notice, word: Word) -> Result<Taken> {
    let intent = intents::any(scene.tx, &notice.place, &notice.intent)?;
    if notice.provider != intent.provider {
        return Err(other_provider().into());
    }
    let is_new = notices::note(scene.tx, notice, scene.act.at)?;
    match notice.what {
        What::Closed | What::Refunded(_) => Ok(Taken::Nothing),
        What::Paid if notice.amount != intent.amount => {
            if is_new {
                differs(scene, notice, &intent)?;
            }
            if word == Word::Answer {
                suspend(scene, &intent, notice.amount)?;
            }
            Ok(Taken::Differs)
        }
        What::Paid => capture(scene, notice),
    }
}

fn other_provider() -> Refusal {
    Refusal::new(
        Why::Conflict,
        "other_provider",
        "This payment was begun with another provider.",
        "这笔支付不属于该支付渠道。",
    )
}

fn differs(scene: &mut Scene, notice: &Notice, intent: &Intent) -> Result<()> {
    let body = json!({ "order": intent.order, "amount_minor": intent.amount.minor, "paid": notice.amount });
    log::append(scene.tx, &mut scene.act, &intent.place, Kind::PaymentDiffers, None, &intent.id, body)
}

/// The provider itself says that it holds another amount than the order's. It is on the books, in suspense, and
/// waits for an operator; what a letter alone says is not.
fn suspend(scene: &mut Scene, intent: &Intent, amount: Money) -> Result<()> {
    let provider = format!("provider:{}", intent.provider);
    let part = format!("unmatched_{}{}", amount.currency.code(), amount.minor);
    let held = transfer(intent, &part, &provider, "suspense:unmatched", amount, scene);
    ledger::post(scene.tx, &Transfer { code: "unmatched", ..held }, scene.act.at)?;
    Ok(())
}

pub(crate) fn capture(scene: &mut Scene, notice: &Notice) -> Result<Taken> {
    let intent = match intents::capture(scene.tx, &notice.place, &notice.intent, notice.amount, scene.act.at)?
    {
        Captured::Before(_) => return Ok(Taken::Before),
        Captured::Now(intent) => intent,
    };
    if notice.reference.is_some() {
        intents::answered(scene.tx, &intent.place, &intent.id, notice.reference.as_deref())?;
    }
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

/// Gives a part of a payment back, at the cost of the place that sold: what was bought stays bought. One key gives
/// back once; the same again is the refund that there is, another amount is refused (`key_reused`). Refuses what leaves
/// nothing of the payment (`refund_too_large`), because taking everything back is another story, and a payment that is
/// disputed (`payment_disputed`).
pub fn give_back(
    scene: &mut Scene,
    place: &PlaceId,
    id: &IntentId,
    key: &str,
    amount: Money,
) -> Result<Refund> {
    let intent = intents::any(scene.tx, place, id)?;
    let reason = format!("{GOODWILL}_{}", checked(key)?);
    if let Some(before) = refunds::requested_for(scene.tx, &intent, &reason)? {
        return if before.amount == amount { Ok(before) } else { Err(key_reused().into()) };
    }
    let left = may_go_back(scene, &intent)?;
    if left.currency != amount.currency || amount.minor <= 0 || amount.minor >= left.minor {
        return Err(too_large().into());
    }
    let refund = refunds::request(scene.tx, &intent, &reason, amount, scene.act.at)?;
    let given = transfer(&intent, &reason, GOODWILL, "refunds:due", amount, scene);
    ledger::post(scene.tx, &Transfer { code: GOODWILL, ..given }, scene.act.at)?;
    let body = json!({ "order": intent.order, "amount_minor": amount.minor, "refund": refund.id });
    log::append(scene.tx, &mut scene.act, place, Kind::RefundRequested, None, &intent.id, body)?;
    Ok(refund)
}

/// What a place gives back of its own accord, as reasons, accounts and codes of transfers call it.
const GOODWILL: &str = "goodwill";
const KEY_CHARS_MAX: usize = 24;

/// A key that can be part of another: lower-case letters and digits.
fn checked(key: &str) -> Result<&str, Refusal> {
    let is_plain = key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if is_plain && (1..=KEY_CHARS_MAX).contains(&key.len()) {
        return Ok(key);
    }
    Err(Refusal::field(
        "key",
        "bad_key",
        "A key is 1 to 24 small letters and digits.",
        "幂等键为 1 到 24 位小写字母或数字。",
    ))
}

fn key_reused() -> Refusal {
    Refusal::new(
        Why::Conflict,
        "key_reused",
        "Another amount was given back under this key. Open the page again.",
        "该幂等键已用于另一退款金额，请重新打开页面。",
    )
}

fn too_large() -> Refusal {
    Refusal::new(Why::Conflict, "refund_too_large", "This is more than was paid.", "退款金额超过了实付金额。")
}

/// What is left of a payment to give back; the payment is ours until the end of this transaction.
fn may_go_back(scene: &Scene, intent: &Intent) -> Result<Money> {
    intents::lock(scene.tx, &intent.place, &intent.id)?;
    disputes::none_open(scene.tx, &intent.place, &intent.id)?;
    intents::left(scene.tx, &intent.place, &intent.id)
}

/// Requests what is due to the payer because something was taken back. What they had before, of the place's own accord
/// or through their bank, they do not get twice: the place gets that from what is due. One reason takes back once; asked
/// again, the refund that there is. Refuses a payment that is disputed (`payment_disputed`).
pub(crate) fn take_back(scene: &mut Scene, intent: &Intent, reason: &str, due: Money) -> Result<Refund> {
    if let Some(before) = refunds::requested_for(scene.tx, intent, reason)? {
        return Ok(before);
    }
    let left = may_go_back(scene, intent)?;
    left.same_currency(due)?;
    let paid = Money { minor: due.minor.min(left.minor), ..due };
    keep_back(scene, intent, reason, due.minus(paid)?)?;
    if paid.is_zero() {
        return Ok(Refund::of_nothing(intent, reason));
    }
    refunds::request(scene.tx, intent, reason, paid, scene.act.at)
}

/// What a place had given before comes back to it: first its goodwill, then what a dispute had cost.
fn keep_back(scene: &mut Scene, intent: &Intent, reason: &str, kept: Money) -> Result<()> {
    let posted = transfers::of_reference(scene.tx, &intent.place, &intent.order.0)?;
    let sum = |is_it: fn(&transfers::Kept) -> bool| -> i64 {
        posted.iter().filter(|one| is_it(one)).map(|one| one.amount.minor).sum()
    };
    let given = sum(|one| one.debit == GOODWILL) - sum(|one| one.credit == GOODWILL);
    let goodwill = Money { minor: kept.minor.min(given), ..kept };
    for (account, amount) in [(GOODWILL, goodwill), (DISPUTE_COST, kept.minus(goodwill)?)] {
        if !amount.is_zero() {
            let part = format!("{account}_back_{reason}");
            let back = transfer(intent, &part, "refunds:due", account, amount, scene);
            ledger::post(scene.tx, &Transfer { code: account, ..back }, scene.act.at)?;
        }
    }
    Ok(())
}

/// What a lost dispute costs, as the account and the code of transfers call it.
const DISPUTE_COST: &str = "dispute_cost";

/// The provider has paid a refund back: what was reserved for it is spent.
pub fn refunded(scene: &mut Scene, intent: &Intent, refund: &Refund) -> Result<()> {
    if !refunds::done(scene.tx, &refund.place, &refund.id, scene.act.at)? {
        return Ok(());
    }
    let reserved = reserve(scene, intent, refund)?;
    transfers::resolve_post(scene.tx, &intent.place, &reserved, refund.amount, scene.act.at)?;
    let body = json!({ "intent": intent.id, "amount_minor": refund.amount.minor });
    log::append(scene.tx, &mut scene.act, &refund.place, Kind::RefundDone, None, &refund.id, body)
}

/// Reserves what a refund will take from what is due, once; the id of the reservation.
fn reserve(scene: &mut Scene, intent: &Intent, refund: &Refund) -> Result<String> {
    let provider = format!("provider:{}", intent.provider);
    let part = format!("refunded_{}", refund.reason);
    let reserved = transfer(intent, &part, "refunds:due", &provider, refund.amount, scene);
    transfers::reserve(scene.tx, &reserved, scene.act.at)?;
    Ok(reserved.id)
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
    let outcome = look(house, &intent)?;
    told(house, &intent, &outcome)?;
    Ok(outcome)
}

/// What the provider says; what it was never asked for it has never heard of.
fn look(house: &House, intent: &Intent) -> Result<Outcome> {
    if intent.asked == Asked::Never && intent.state == State::Open {
        return Ok(Outcome::Unheard);
    }
    house.asks(&intent.provider)?.query(intent, house.now())
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
    let outcome = if is_over && intent.asked != Asked::Never {
        house.asks(&intent.provider)?.close(intent, now)?
    } else {
        look(house, intent)?
    };
    Ok(match (told(house, intent, &outcome)?, outcome) {
        (Taken::Now, _) => Heard::Paid,
        (Taken::Before | Taken::Differs, _) => Heard::Over,
        (Taken::Nothing, Outcome::Closed | Outcome::Unheard) if is_over => Heard::Over,
        (Taken::Nothing, _) => Heard::Waiting,
    })
}

/// Takes the provider's answer as if it were its notice.
fn told(house: &House, intent: &Intent, outcome: &Outcome) -> Result<Taken> {
    let Outcome::Paid { amount, notice_id, reference } = outcome else { return Ok(Taken::Nothing) };
    let notice = Notice {
        provider: intent.provider.clone(),
        id: notice_id.clone(),
        place: intent.place.clone(),
        intent: intent.id.clone(),
        what: What::Paid,
        amount: *amount,
        reference: reference.clone(),
    };
    house.write_blocking(&intent.place, Actor::System, move |scene| take(scene, &notice, Word::Answer))
}

/// Has the provider pay a requested refund, then books it. Asking twice pays once. Refuses while the provider is still
/// at it (`refund_on_its_way`). Blocks on the provider.
pub fn pay_back(house: &House, refund: &Refund) -> Result<()> {
    if refund.amount.is_zero() {
        return Ok(());
    }
    let asked = refund.clone();
    let (intent, before) = house.write_blocking(&refund.place, Actor::System, move |scene| {
        let intent = intents::any(scene.tx, &asked.place, &asked.intent)?;
        let before = refunds::ask(scene.tx, &asked.place, &asked.id)?;
        if before == refunds::State::Requested {
            reserve(scene, &intent, &asked)?;
        }
        Ok((intent, before))
    })?;
    let repaid = match before {
        refunds::State::Done => return Ok(()),
        refunds::State::Requested => repay(house, &intent, refund)?,
        refunds::State::Unknown | refunds::State::Pending => match asked_before(house, &intent, refund)? {
            Repaid::Not => repay(house, &intent, refund)?,
            known => known,
        },
    };
    let asked = refund.clone();
    house.write_blocking(&refund.place, Actor::System, move |scene| match repaid {
        Repaid::Done => refunded(scene, &intent, &asked),
        Repaid::Pending => refunds::pending(scene.tx, &asked.place, &asked.id),
        Repaid::Not => Ok(()),
    })?;
    if repaid == Repaid::Done { Ok(()) } else { Err(on_its_way().into()) }
}

fn repay(house: &House, intent: &Intent, refund: &Refund) -> Result<Repaid> {
    house.asks(&intent.provider)?.refund(intent, refund, house.now())
}

fn asked_before(house: &House, intent: &Intent, refund: &Refund) -> Result<Repaid> {
    house.asks(&intent.provider)?.query_refund(intent, refund, house.now())
}

fn on_its_way() -> Refusal {
    Refusal::new(
        Why::Busy,
        "refund_on_its_way",
        "The provider is still paying this back.",
        "退款正在处理，请稍候。",
    )
}
