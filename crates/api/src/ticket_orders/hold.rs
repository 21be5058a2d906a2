//! Holding seats for ten minutes. The same key with the same seats answers with the same order.

use super::HeldSeats;
use crate::answer::{Answer, Once};
use crate::at::At;
use crate::body::Body;
use crate::call::Call;
use crate::key::Key;
use flows::buy_tickets::{self, Wish};
use flows::views::keys;
use kernel::{PlaceId, ShowtimeId};
use serde::Deserialize;
use utoipa::ToSchema;

/// The seats that somebody wants.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seats {
    #[schema(example = json!(["F7", "F8"]), min_items = 1, max_items = 6)]
    seats: Vec<String>,
    /// The token of the ad click that brought the buyer.
    click: Option<String>,
    /// The `place` of a buyer who stood in line for the film.
    place: Option<String>,
}

pub async fn hold(
    call: Call,
    At((place, showtime)): At<(PlaceId, ShowtimeId)>,
    Key(key): Key,
    Body(asked): Body<Seats>,
) -> Answer<Once<HeldSeats>> {
    let wish = Wish { place, showtime, seats: asked.seats, key, click: asked.click, turn: asked.place };
    let lane = wish.place.clone();
    let held = call.write(&lane, move |scene| {
        let before = keys::ticket_order(scene.tx, &wish.place, &scene.act.person()?, &wish.key)?;
        let held = buy_tickets::hold(scene, &wish)?;
        Ok(Once::new(before.is_none(), HeldSeats::new(&held.order, &held.intent)))
    });
    Ok(held.await?)
}
