//! Where the shoppers of a rehearsal pay: the sandbox wallet as people use it, or the pretend provider.

use flows::House;
use kernel::{Actor, Result};
use payments::providers::pretend::Pretend;
use payments::providers::wallet;
use payments::{Intent, Notice};
use std::sync::Arc;

#[derive(Clone)]
pub enum Till {
    Wallet,
    Pretend(Arc<Pretend>),
}

impl Till {
    /// Everybody confirms on their phone; the notices that the provider will send, in the same order.
    /// `None` where the payment was refused.
    pub fn pay_all(&self, house: &House, intents: &[Intent]) -> Result<Vec<Option<Notice>>> {
        match self {
            Till::Pretend(pretend) => {
                Ok(intents.iter().map(|intent| pay_pretend(house, pretend, intent)).collect())
            }
            Till::Wallet => pay_by_wallet(house, intents),
        }
    }
}

fn pay_pretend(house: &House, pretend: &Pretend, intent: &Intent) -> Option<Notice> {
    // A lost reply is an unknown outcome: asking again with the same key is always safe.
    while flows::take_payment::begin(house, intent).is_err() {}
    pretend.pay(&intent.id, house.now())
}

fn pay_by_wallet(house: &House, intents: &[Intent]) -> Result<Vec<Option<Notice>>> {
    let waiting: Vec<_> = intents
        .iter()
        .map(|intent| {
            let intent = intent.clone();
            house.submit(&intent.payer.clone(), Actor::System, move |scene| {
                wallet::create(scene.tx, &intent)?;
                let short = wallet::balance(scene.tx, &intent.payer)?
                    .is_none_or(|left| left.minor < intent.amount.minor);
                if short {
                    let enough = kernel::Money::new(wallet::TOP_UP_MAX_MINOR, intent.amount.currency);
                    wallet::top_up(scene.tx, &intent.payer, enough)?;
                }
                wallet::pay(scene.tx, &intent.payer, &intent.id, scene.act.at)
            })
        })
        .collect();
    waiting
        .into_iter()
        .map(|one| match one.wait() {
            Ok(notice) => Ok(Some(notice)),
            Err(error) if error.refusal().is_some() => Ok(None),
            Err(fault) => Err(fault),
        })
        .collect()
}
