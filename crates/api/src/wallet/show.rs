//! What is in the caller's sandbox wallet.

use crate::answer::{Answer, Found};
use crate::call::{Call, Consumer};
use crate::money::Amount;
use ::payments::providers::wallet;
use serde::Serialize;
use utoipa::ToSchema;

/// A wallet with pretend money.
#[derive(Serialize, ToSchema)]
pub struct Wallet {
    /// Nothing until the first payment begins, which opens the account.
    balance: Option<Amount>,
}

pub async fn show(call: Call, consumer: Consumer) -> Answer<Found<Wallet>> {
    let balance = call.read(move |view| wallet::balance(view, &consumer.person.id)).await?;
    Ok(Found(Wallet { balance: balance.map(Amount::from) }))
}
