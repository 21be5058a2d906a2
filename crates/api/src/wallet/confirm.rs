//! The owner confirms a payment of the sandbox wallet. Confirming again takes nothing twice.
//!
//! The wallet takes the money in its owner's lane, and its notice then goes to the place's lane like
//! any other provider's. A notice that is lost here is found by the sweep, which asks the wallet.

use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Empty;
use crate::call::{Call, Consumer};
use crate::payments::{Payment, pay_back};
use ::payments::providers::wallet;
use ::payments::{Intent, Notice, intents};
use flows::take_payment;
use flows::views::tickets::refunds;
use kernel::{Actor, IntentId, Result};

pub async fn confirm(
    call: Call,
    consumer: Consumer,
    At((id,)): At<(IntentId,)>,
    _: Empty,
) -> Answer<Found<Payment>> {
    let (owner, now) = (consumer.person.id, call.now);
    let lane = wallet::lane(&owner);
    let paid = call.house.db().write(lane, move |tx| wallet::pay(tx, &owner, &id, now)).await?;
    deliver(&call, &paid).await;
    let (place, id) = (paid.place.clone(), paid.intent.clone());
    let intent = call.read(move |view| intents::any(view, &place, &id)).await?;
    pay_late_money_back(&call, &intent).await?;
    Ok(Found((&intent).into()))
}

async fn deliver(call: &Call, notice: &Notice) {
    let told = notice.clone();
    let taken =
        call.house.write(&notice.place, Actor::System, move |scene| take_payment::receive(scene, &told));
    if let Err(error) = taken.await {
        tracing::warn!(intent = %notice.intent, %error, "a notice of the wallet was not taken");
    }
}

/// Money that came too late goes back at once, not only with the next sweep.
async fn pay_late_money_back(call: &Call, intent: &Intent) -> Result<()> {
    let (place, id) = (intent.place.clone(), intent.id.clone());
    let booked = call.read(move |view| refunds(view, &place, &id)).await?;
    for refund in booked.into_iter().filter(|refund| !refund.done) {
        pay_back(call, refund).await;
    }
    Ok(())
}
