//! What an idempotency key has made: so that an edge can say whether it made something or found it.

use db::View;
use kernel::{ApplicationId, OrderId, OrgId, PersonId, PlaceId, Result};

/// The ticket order that a buyer's key made at a cinema.
pub fn ticket_order(view: &View, place: &PlaceId, buyer: &PersonId, key: &str) -> Result<Option<OrderId>> {
    let found: Option<(OrderId,)> = view.maybe(
        "select id from ticket_order where place_id = $1 and buyer_id = $2 and key = $3",
        &[place, buyer, &key],
    )?;
    Ok(found.map(|(id,)| id))
}

/// The product order that a buyer's key made at a shop.
pub fn product_order(view: &View, place: &PlaceId, buyer: &PersonId, key: &str) -> Result<Option<OrderId>> {
    let found: Option<(OrderId,)> = view.maybe(
        "select id from product_order where place_id = $1 and buyer_id = $2 and key = $3",
        &[place, buyer, &key],
    )?;
    Ok(found.map(|(id,)| id))
}

/// The application that a merchant's key made.
pub fn application(view: &View, merchant: &OrgId, key: &str) -> Result<Option<ApplicationId>> {
    let found: Option<(ApplicationId,)> =
        view.maybe("select id from application where merchant_org_id = $1 and key = $2", &[merchant, &key])?;
    Ok(found.map(|(id,)| id))
}
