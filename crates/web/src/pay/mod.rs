//! Paying: what an order comes to, and the way to whoever carries the money.

pub mod begin;
pub mod come_back;
pub mod show;

use crate::visit::Visit;
use flows::take_payment;
use kernel::Words;
use payments::intents::{Purpose, State};
use payments::{Intent, Refund};

/// The page that asks for a payment.
pub(crate) fn address(intent: &Intent) -> String {
    format!("/pay/{}/{}", intent.place, intent.id)
}

/// The page of what was paid for.
pub(crate) fn order_address(intent: &Intent) -> String {
    match intent.purpose {
        Purpose::Tickets => crate::box_office::order_address(&intent.place, &intent.order),
        Purpose::Products => format!("/orders/{}/{}", intent.place, intent.order),
    }
}

/// What an ended time to pay means for the payer's money. While the provider may still say otherwise, nothing is promised.
pub(crate) fn nothing_taken(intent: &Intent) -> Words {
    match intent.state {
        State::Open => {
            Words::new("If you have paid after all, everything comes back.", "如果您仍已付款，将全额退回。")
        }
        State::Closed | State::Captured => Words::new("Nothing was taken.", "没有扣款。"),
    }
}

/// Has the provider pay a refund now; whether it did. What it does not do now, the sweep asks for again.
pub(crate) async fn pay_back(visit: &Visit, refund: Refund) -> bool {
    let house = visit.house.clone();
    let id = refund.id.clone();
    let paid = tokio::task::spawn_blocking(move || take_payment::pay_back(&house, &refund)).await;
    match paid {
        Ok(Ok(())) => return true,
        Ok(Err(unknown)) => tracing::warn!(refund = %id, %unknown, "a refund is left for the next sweep"),
        Err(panicked) => tracing::error!(refund = %id, %panicked, "paying a refund back broke"),
    }
    false
}
