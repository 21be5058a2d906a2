//! A provider for tests and rehearsals: it lives in memory and does what it is told, faults included.

use super::{
    Ask, BillLine, Checkout, Delivery, Heard, Moved, NO_BILL, Next, Outcome, Provider, Quote, Repaid, Unread,
    Way,
};
use crate::notices::{Notice, What};
use crate::{Intent, Refund};
use kernel::ids::Id;
use kernel::{
    Currency, Day, Error, Home, Instant, IntentId, Kind, Money, PlaceId, RefundId, Refusal, Result, Seal,
    Share, Zone,
};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

pub const NAME: &str = "pretend";
/// The header that says who signed a pretended notice.
pub const SEAL_HEADER: &str = "pretend-seal";

/// A provider without money.
#[derive(Default)]
pub struct Pretend {
    inside: Mutex<Inside>,
    /// Signs and believes notices; without it none is believed.
    seal: Option<Seal>,
    /// Believes the house about payments that it does not remember.
    is_forgetful: bool,
    /// Whose days its bills are of; the mainland's when nothing else is said.
    zone: Option<Zone>,
}

#[derive(Default)]
struct Inside {
    trades: BTreeMap<IntentId, Trade>,
    /// The next calls that fail after doing their work: the caller cannot know what happened.
    lost_replies: u64,
}

#[derive(Clone)]
struct Trade {
    intent: Intent,
    state: State,
    paid_at: Instant,
    refunds: BTreeMap<RefundId, (i64, Instant)>,
}

impl Trade {
    fn refunded(&self) -> i64 {
        self.refunds.values().map(|(minor, _)| minor).sum()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Waiting,
    Paid,
    Closed,
}

impl Pretend {
    pub fn new() -> Pretend {
        Pretend::default()
    }

    /// One whose notices can be delivered to our notices' address: only this seal signs them.
    pub fn with_seal(seal: Seal) -> Pretend {
        Pretend { seal: Some(seal), ..Pretend::default() }
    }

    /// The twin that carried a rehearsal's payments and remembers none of them: it believes what the house has
    /// captured, so that they can be refunded. It begins no new ones.
    pub fn of_a_rehearsal() -> Pretend {
        Pretend { is_forgetful: true, ..Pretend::default() }
    }

    /// The same with bills of another zone's days.
    pub fn in_zone(self, zone: Zone) -> Pretend {
        Pretend { zone: Some(zone), ..self }
    }

    /// Loses the replies of the next `count` calls: each does its work and then fails.
    pub fn lose_replies(&self, count: u64) {
        self.inside().lost_replies = count;
    }

    /// How many replies are still to be lost.
    pub fn replies_to_lose(&self) -> u64 {
        self.inside().lost_replies
    }

    /// The consumer confirms; the notice to deliver, or `None` when the payment is closed or over.
    pub fn pay(&self, id: &IntentId, now: Instant) -> Option<Notice> {
        let mut inside = self.inside();
        let trade = inside.trades.get_mut(id)?;
        if trade.state == State::Waiting && now <= trade.intent.expires_at {
            trade.state = State::Paid;
            trade.paid_at = now;
        }
        (trade.state == State::Paid).then(|| notice(&trade.intent))
    }

    /// A notice as it is sent over the wire: its seal, and its body.
    pub fn letter(&self, notice: &Notice) -> (String, String) {
        let body = [
            notice.id.as_str(),
            notice.place.0.as_str(),
            notice.intent.0.as_str(),
            notice.amount.currency.code(),
            &notice.amount.minor.to_string(),
        ]
        .join("|");
        let seal = self.seal.as_ref().expect("only a pretend provider with a seal writes letters");
        (seal.sign(&body), body)
    }

    /// Everything paid and not paid back, in minor units: what a bill would say.
    pub fn kept_minor(&self) -> i64 {
        let inside = self.inside();
        let paid = inside.trades.values().filter(|trade| trade.state == State::Paid);
        paid.map(|trade| trade.intent.amount.minor - trade.refunded()).sum()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn reply<T>(inside: &mut Inside, reply: T) -> Result<T> {
        if inside.lost_replies == 0 {
            return Ok(reply);
        }
        inside.lost_replies -= 1;
        Err(Error::fault("the provider's reply was lost"))
    }

    /// What a forgetful one takes the house's word for.
    fn recall(&self, inside: &mut Inside, intent: &Intent) {
        let is_known = inside.trades.contains_key(&intent.id);
        if is_known || !self.is_forgetful || intent.captured.is_zero() {
            return;
        }
        let trade = Trade {
            intent: intent.clone(),
            state: State::Paid,
            paid_at: intent.expires_at,
            refunds: BTreeMap::new(),
        };
        inside.trades.insert(intent.id.clone(), trade);
    }
}

fn notice(intent: &Intent) -> Notice {
    Notice {
        provider: NAME.into(),
        id: format!("{}-paid", intent.id),
        place: intent.place.clone(),
        intent: intent.id.clone(),
        what: What::Paid,
        amount: intent.amount,
        reference: None,
    }
}

fn outcome(trade: Option<&Trade>) -> Outcome {
    match trade.map(|trade| (trade.state, trade.intent.amount, &trade.intent.id)) {
        None => Outcome::Unheard,
        Some((State::Waiting, ..)) => Outcome::Waiting,
        Some((State::Closed, ..)) => Outcome::Closed,
        Some((State::Paid, amount, id)) => {
            Outcome::Paid { amount, notice_id: format!("{id}-paid"), reference: None }
        }
    }
}

impl Provider for Pretend {
    fn name(&self) -> &'static str {
        NAME
    }

    fn quote(&self) -> Quote {
        Quote {
            currencies: Currency::ALL.to_vec(),
            minor_min: 1,
            minor_max: 10_000_000_000,
            fee: Share::ZERO,
            ways: vec![Way::Page, Way::Phone, Way::Code],
        }
    }

    fn create(&self, intent: &Intent, ask: &Ask, _now: Instant) -> Result<Checkout> {
        if self.is_forgetful {
            return Err(Error::fault("the twin of a rehearsal begins no payments"));
        }
        let mut inside = self.inside();
        inside.trades.entry(intent.id.clone()).or_insert_with(|| Trade {
            intent: intent.clone(),
            state: State::Waiting,
            paid_at: intent.expires_at,
            refunds: BTreeMap::new(),
        });
        let next = match &ask.way {
            Way::Page | Way::Phone => Next::Visit(format!("/pretend/{}", intent.id)),
            Way::Code => Next::Scan(format!("pretend:{}", intent.id)),
            Way::BarCode(_) => Next::Wait,
        };
        Pretend::reply(&mut inside, Checkout { reference: None, next })
    }

    fn query(&self, intent: &Intent, _now: Instant) -> Result<Outcome> {
        let mut inside = self.inside();
        self.recall(&mut inside, intent);
        let outcome = outcome(inside.trades.get(&intent.id));
        Pretend::reply(&mut inside, outcome)
    }

    fn close(&self, intent: &Intent, _now: Instant) -> Result<Outcome> {
        let mut inside = self.inside();
        if let Some(trade) = inside.trades.get_mut(&intent.id)
            && trade.state == State::Waiting
        {
            trade.state = State::Closed;
        }
        let outcome = outcome(inside.trades.get(&intent.id));
        Pretend::reply(&mut inside, outcome)
    }

    fn refund(&self, intent: &Intent, refund: &Refund, now: Instant) -> Result<Repaid> {
        let mut inside = self.inside();
        self.recall(&mut inside, intent);
        let Some(trade) = inside.trades.get_mut(&intent.id).filter(|trade| trade.state == State::Paid) else {
            return Err(Error::fault("there is nothing to refund"));
        };
        if !trade.refunds.contains_key(&refund.id) {
            if trade.refunded() + refund.amount.minor > trade.intent.amount.minor {
                return Err(Error::fault("the provider was asked to refund more than was paid"));
            }
            trade.refunds.insert(refund.id.clone(), (refund.amount.minor, now));
        }
        Pretend::reply(&mut inside, Repaid::Done)
    }

    fn query_refund(&self, intent: &Intent, refund: &Refund, _now: Instant) -> Result<Repaid> {
        let mut inside = self.inside();
        let trade = inside.trades.get(&intent.id);
        let is_paid = trade.is_some_and(|trade| trade.refunds.contains_key(&refund.id));
        Pretend::reply(&mut inside, if is_paid { Repaid::Done } else { Repaid::Not })
    }

    fn read_notice(&self, delivery: &Delivery, _now: Instant) -> Result<Heard, Unread> {
        let seal = self.seal.as_ref().ok_or(Unread::Unwanted)?;
        let text = std::str::from_utf8(delivery.body).map_err(|_| Unread::Malformed("not UTF-8"))?;
        let signed = delivery.header(SEAL_HEADER).and_then(|token| seal.open(token));
        if signed.as_deref() != Some(text) {
            return Err(Unread::Forged);
        }
        read(text).map(Heard::Notice).ok_or(Unread::Malformed("not five parts"))
    }

    fn zone(&self) -> Zone {
        self.zone.clone().unwrap_or_else(|| Home::mainland().zone)
    }

    fn bill(&self, day: Day, _now: Instant) -> Result<Vec<BillLine>> {
        if self.is_forgetful {
            let (en, zh) = ("The twin of a rehearsal keeps no bills.", "预演中的支付渠道不保存账单。");
            return Err(Refusal::new(Kind::Conflict, NO_BILL, en, zh).into());
        }
        let mut inside = self.inside();
        let zone = self.zone();
        let is_that_day = |at: Instant| at.day_in(&zone) == day;
        let mut lines = Vec::new();
        for trade in inside.trades.values().filter(|trade| trade.state == State::Paid) {
            let line = |what, minor, at| BillLine {
                what,
                key: format!("{}{}", trade.intent.place, trade.intent.id),
                payment: Some((trade.intent.place.clone(), trade.intent.id.clone())),
                reference: String::new(),
                amount: Money { minor, ..trade.intent.amount },
                fee: Money::zero(trade.intent.amount.currency),
                at,
            };
            if is_that_day(trade.paid_at) {
                lines.push(line(Moved::Paid, trade.intent.amount.minor, trade.paid_at));
            }
            let refunds = trade.refunds.iter().filter(|(_, (_, at))| is_that_day(*at));
            lines.extend(refunds.map(|(id, (minor, at))| line(Moved::Refunded(id.clone()), *minor, *at)));
        }
        Pretend::reply(&mut inside, lines)
    }
}

/// The notice of a letter.
fn read(text: &str) -> Option<Notice> {
    let parts: Vec<&str> = text.split('|').collect();
    let [id, place, intent, currency, minor] = parts[..] else { return None };
    Some(Notice {
        provider: NAME.into(),
        id: id.into(),
        place: PlaceId::parse(place).ok()?,
        intent: IntentId::parse(intent).ok()?,
        what: What::Paid,
        amount: Money::new(minor.parse().ok()?, Currency::parse(currency).ok()?),
        reference: None,
    })
}
