//! The caller's basket in one shop.

use super::Basket;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, Consumer};
use ::shops::baskets;
use kernel::PlaceId;

pub async fn show(call: Call, consumer: Consumer, At((place,)): At<(PlaceId,)>) -> Answer<Found<Basket>> {
    let basket = call.read(move |view| {
        ::shops::shops::any(view, &place)?;
        let lines = baskets::of(view, &consumer.person.id, &place)?;
        Ok(Basket::new(&place, &lines))
    });
    Ok(Found(basket.await?))
}
