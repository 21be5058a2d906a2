//! Giving some seats of an order back: its buyer before the showing begins, its cinema until the day is settled.
//! The same seats again answer with the same refund.

use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, CinemaStaff};
use crate::payments::{Refund, pay_back};
use box_office::cinemas;
use flows::buy_tickets::{self, Desk};
use kernel::{OrderId, PlaceId};
use serde::Deserialize;
use utoipa::ToSchema;

/// The seats that go back, each with its fee.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeatsBack {
    #[schema(min_items = 1, max_items = 6)]
    seats: Vec<String>,
}

pub async fn by_buyer(
    call: Call,
    At((place, order)): At<(PlaceId, OrderId)>,
    Body(asked): Body<SeatsBack>,
) -> Answer<Found<Refund>> {
    back(&call, place, order, asked, Desk::Buyer).await
}

pub async fn by_cinema(
    call: Call,
    staff: CinemaStaff,
    At((place, order)): At<(PlaceId, OrderId)>,
    Body(asked): Body<SeatsBack>,
) -> Answer<Found<Refund>> {
    let at = place.clone();
    let cinema = call.read(move |view| cinemas::any(view, &at)).await?;
    staff.check(&cinema.org)?;
    back(&call, place, order, asked, Desk::Cinema).await
}

async fn back(
    call: &Call,
    place: PlaceId,
    order: OrderId,
    asked: SeatsBack,
    desk: Desk,
) -> Answer<Found<Refund>> {
    let lane = place.clone();
    let refunded =
        call.write(&lane, move |scene| buy_tickets::refund_seats(scene, &place, &order, &asked.seats, desk));
    let refund = refunded.await?;
    let refund = if refund.is_done() { refund } else { pay_back(call, refund).await };
    Ok(Found((&refund).into()))
}
