//! A database with one payment of 43 yuan to make.

use db::scratch::{Scratch, scratch};
use db::{Lane, Tx, View};
use kernel::{Act, Actor, Dice, Instant, Money, OrderId, PersonId, PlaceId, RefundId, Result};
use payments::intents::{self, Bill, Intent, Purpose};
use payments::refunds::{Refund, State};

pub const NOW: Instant = Instant::from_micros(1_482_465_600_000_000);

pub struct Purse {
    pub db: Scratch,
    pub intent: Intent,
}

pub fn ann() -> PersonId {
    PersonId("per_ann".into())
}

pub fn code<T: std::fmt::Debug>(answer: Result<T>) -> &'static str {
    answer.expect_err("a refusal").refusal().expect("a refusal, not a fault").code
}

/// A refund of an intent under a key, as a provider is asked for it.
pub fn refund(intent: &Intent, key: &str, minor: i64) -> Refund {
    Refund {
        place: intent.place.clone(),
        id: RefundId(format!("rfd_{key}")),
        intent: intent.id.clone(),
        amount: Money { minor, ..intent.amount },
        reason: key.into(),
        state: State::Requested,
    }
}

impl Purse {
    pub fn new() -> Purse {
        Purse::of(Money::fen(4300))
    }

    pub fn of(amount: Money) -> Purse {
        let db = scratch();
        let intent = db
            .write_blocking(Lane::house(), move |tx| {
                let bill = Bill {
                    place: &PlaceId("plc_star".into()),
                    purpose: Purpose::Tickets,
                    order: &OrderId("ord_1".into()),
                    payer: &ann(),
                    provider: "pretend",
                    subject: "《摆渡人》".into(),
                    amount,
                    expires_at: NOW.plus_minutes(10),
                };
                intents::open(tx, &mut Act::new(Actor::System, NOW, Dice::seeded(1)), &bill)
            })
            .expect("an intent");
        Purse { db, intent }
    }

    pub fn write<T: Send + 'static>(
        &self,
        story: impl FnMut(&Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.write_at("node", story)
    }

    pub fn write_at<T: Send + 'static>(
        &self,
        node: &str,
        story: impl FnMut(&Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.db.write_blocking(Lane::of(&node), story)
    }

    pub fn read<T: Send + 'static>(&self, look: impl FnOnce(&View) -> Result<T> + Send + 'static) -> T {
        self.db.read_blocking(look).expect("a read")
    }
}
