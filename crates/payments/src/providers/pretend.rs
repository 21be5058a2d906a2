//! A provider for tests and rehearsals: it lives in memory and does what it is told, faults included.

use super::{Checkout, Outcome, Provider};
use crate::notices::{Notice, What};
use crate::{Intent, Refund};
use kernel::{Error, Instant, IntentId, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard};

pub const NAME: &str = "pretend";

/// A provider without money.
#[derive(Default)]
pub struct Pretend(Mutex<Inside>);

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
    refunds: BTreeSet<String>,
    refunded: i64,
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

    /// Loses the replies of the next `count` calls: each does its work and then fails.
    pub fn lose_replies(&self, count: u64) {
        self.inside().lost_replies = count;
    }

    /// The consumer confirms; the notice to deliver, or `None` when the payment is closed or over.
    pub fn pay(&self, id: &IntentId, now: Instant) -> Option<Notice> {
        let mut inside = self.inside();
        let trade = inside.trades.get_mut(id)?;
        if trade.state == State::Waiting && now <= trade.intent.expires_at {
            trade.state = State::Paid;
        }
        (trade.state == State::Paid).then(|| notice(&trade.intent))
    }

    /// Everything paid and not paid back, in minor units: what a bill would say.
    pub fn kept_minor(&self) -> i64 {
        let inside = self.inside();
        let paid = inside.trades.values().filter(|trade| trade.state == State::Paid);
        paid.map(|trade| trade.intent.amount.minor - trade.refunded).sum()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn reply<T>(inside: &mut Inside, reply: T) -> Result<T> {
        if inside.lost_replies == 0 {
            return Ok(reply);
        }
        inside.lost_replies -= 1;
        Err(Error::fault("the provider's reply was lost"))
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
    }
}

fn outcome(trade: Option<&Trade>) -> Outcome {
    match trade.map(|trade| (trade.state, trade.intent.amount, &trade.intent.id)) {
        None => Outcome::Unheard,
        Some((State::Waiting, ..)) => Outcome::Waiting,
        Some((State::Closed, ..)) => Outcome::Closed,
        Some((State::Paid, amount, id)) => Outcome::Paid { amount, notice_id: format!("{id}-paid") },
    }
}

impl Provider for Pretend {
    fn name(&self) -> &'static str {
        NAME
    }

    fn create(&self, intent: &Intent, _now: Instant) -> Result<Checkout> {
        let mut inside = self.inside();
        inside.trades.entry(intent.id.clone()).or_insert_with(|| Trade {
            intent: intent.clone(),
            state: State::Waiting,
            refunds: BTreeSet::new(),
            refunded: 0,
        });
        Pretend::reply(&mut inside, Checkout { address: format!("/pretend/{}", intent.id) })
    }

    fn query(&self, intent: &Intent, _now: Instant) -> Result<Outcome> {
        let mut inside = self.inside();
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

    fn refund(&self, intent: &Intent, refund: &Refund, _now: Instant) -> Result<()> {
        let mut inside = self.inside();
        let Some(trade) = inside.trades.get_mut(&intent.id).filter(|trade| trade.state == State::Paid) else {
            return Err(Error::fault("there is nothing to refund"));
        };
        if !trade.refunds.contains(&refund.id.0) {
            if trade.refunded + refund.amount.minor > trade.intent.amount.minor {
                return Err(Error::fault("the provider was asked to refund more than was paid"));
            }
            trade.refunds.insert(refund.id.0.clone());
            trade.refunded += refund.amount.minor;
        }
        Pretend::reply(&mut inside, ())
    }
}
