//! The caller's baskets in all shops, the empty ones left out.

use super::Basket;
use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::{Call, Consumer};
use ::shops::baskets;

pub async fn list(call: Call, consumer: Consumer, Asked(paging): Asked<Paging>) -> Answer<Page<Basket>> {
    let found = call.read(move |view| {
        let shops = ::shops::shops::all(view)?;
        let places: Vec<_> = shops.into_iter().map(|shop| shop.place).collect();
        baskets::of_all(view, &consumer.person.id, &places)
    });
    Ok(paging.page(
        found.await?,
        |(place, _)| place.0.clone(),
        |(place, lines)| Basket::new(&place, &lines),
    )?)
}
