//! Giving tickets back before the showing begins. Asking again answers with the same refund.

use crate::answer::{Answer, Once};
use crate::at::At;
use crate::body::Empty;
use crate::call::Call;
use crate::payments::{Refund, pay_back};
use box_office::orders::{self, State};
use flows::{Scene, buy_tickets};
use kernel::{OrderId, PlaceId, Result};

pub async fn refund(
    call: Call,
    At((place, order)): At<(PlaceId, OrderId)>,
    _: Empty,
) -> Answer<Once<Refund>> {
    let lane = place.clone();
    let (is_new, refund) = call.write(&lane, move |scene| once(scene, &place, &order)).await?;
    let refund = if refund.is_done() { refund } else { pay_back(&call, refund).await };
    Ok(Once::new(is_new, (&refund).into()))
}

/// The refund, and whether this call asked for it first.
fn once(scene: &mut Scene, place: &PlaceId, id: &OrderId) -> Result<(bool, ::payments::Refund)> {
    let order = orders::of(scene.tx, &scene.act.person()?, place, id)?;
    let is_new = order.state != State::Refunded;
    Ok((is_new, buy_tickets::refund(scene, place, id)?))
}
