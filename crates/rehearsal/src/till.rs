//! Where the shoppers of a rehearsal pay: the pretend provider, in memory.

use flows::{House, take_payment};
use kernel::{Error, Result};
use payments::providers::Ask;
use payments::providers::pretend::Pretend;
use payments::{Intent, Notice};
use std::sync::Arc;

#[derive(Clone)]
pub struct Till(pub Arc<Pretend>);

impl Till {
    /// Everybody confirms on their phone; the notices that the provider will send, in the same order.
    /// `None` where the payment was refused.
    pub fn pay_all(&self, house: &House, intents: &[Intent]) -> Result<Vec<Option<Notice>>> {
        let begun = take_payment::begin_all(house, intents, &Ask::page(""));
        let paid = begun.into_iter().zip(intents).map(|(begun, intent)| {
            if is_unknown(&begun) {
                while is_unknown(&take_payment::begin(house, intent)) {}
            }
            self.0.pay(&intent.id, house.now())
        });
        Ok(paid.collect())
    }
}

/// A lost reply is an unknown outcome: asking again with the same key is always safe.
fn is_unknown<T>(begun: &Result<T>) -> bool {
    matches!(begun, Err(Error::Fault(_)))
}
