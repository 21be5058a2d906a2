//! What must happen sooner or later, whether or not anybody asks: holds end, lost notices are found,
//! refunds are paid out. Each is safe to repeat.

use crate::house::House;
use crate::{buy_product, buy_tickets, take_payment};
use kernel::{Actor, PlaceId, Result};
use payments::{intents, refunds};

/// How long a notice may be on its way before the provider is asked.
pub const NOTICE_SECONDS: i64 = 20;
/// Payments or refunds taken up in one sweep of a place, at most.
const SWEPT_MAX: i64 = 200;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub holds_ended: usize,
    pub notices_found: usize,
    pub refunds_paid: usize,
}

/// Sweeps one place. Lost notices are looked for first, so that a hold which was paid in time is not
/// let go because nobody told us. What the provider does not answer now is left for the next sweep.
pub fn place(house: &House, place: &PlaceId) -> Result<Swept> {
    let notices_found = find_lost_notices(house, place)?;
    let at = place.clone();
    let holds_ended = house.write_blocking(place, Actor::System, move |scene| {
        Ok(buy_tickets::expire(scene, &at)? + buy_product::expire(scene, &at)?)
    })?;
    let refunds_paid = pay_refunds(house, place)?;
    Ok(Swept { holds_ended, notices_found, refunds_paid })
}

/// Sweeps every place that sells.
pub fn all(house: &House) -> Result<Swept> {
    let mut swept = Swept::default();
    for at in house.read_blocking(crate::views::places::selling)? {
        let one = place(house, &at)?;
        swept.holds_ended += one.holds_ended;
        swept.notices_found += one.notices_found;
        swept.refunds_paid += one.refunds_paid;
    }
    Ok(swept)
}

fn find_lost_notices(house: &House, place: &PlaceId) -> Result<usize> {
    let (at, before) = (place.clone(), house.now().plus_seconds(-NOTICE_SECONDS));
    let waiting = house.read_blocking(move |view| intents::waiting(view, &at, before, SWEPT_MAX))?;
    let mut found = 0;
    for intent in waiting {
        match take_payment::ask(house, place, &intent.id) {
            Ok(payments::providers::Outcome::Paid { .. }) => found += 1,
            Ok(_) => {}
            Err(unknown) => tracing::warn!(intent = %intent.id, %unknown, "the provider did not answer"),
        }
    }
    Ok(found)
}

fn pay_refunds(house: &House, place: &PlaceId) -> Result<usize> {
    let at = place.clone();
    let requested = house.read_blocking(move |view| refunds::requested(view, &at, SWEPT_MAX))?;
    let mut paid = 0;
    for refund in requested {
        match take_payment::pay_back(house, &refund) {
            Ok(()) => paid += 1,
            Err(unknown) => tracing::warn!(refund = %refund.id, %unknown, "the provider did not answer"),
        }
    }
    Ok(paid)
}
