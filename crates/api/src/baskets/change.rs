//! Making the quantity of a listing in a basket exactly this; nought takes it out.

use super::Basket;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, Consumer};
use ::shops::baskets;
use kernel::{ListingId, PlaceId};
use serde::Deserialize;
use utoipa::ToSchema;

/// How many.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    #[schema(minimum = 0, maximum = 20)]
    quantity: i64,
}

pub async fn change(
    call: Call,
    consumer: Consumer,
    At((place, listing)): At<(PlaceId, ListingId)>,
    Body(asked): Body<Quantity>,
) -> Answer<Found<Basket>> {
    let (lane, person) = (place.clone(), consumer.person.id);
    let changed = call.write(&lane, move |scene| {
        ::shops::shops::any(scene.tx, &place)?;
        baskets::set(scene.tx, &scene.act, &person, &place, &listing, asked.quantity)?;
        let lines = baskets::of(scene.tx, &person, &place)?;
        Ok(Basket::new(&place, &lines))
    });
    Ok(Found(changed.await?))
}
