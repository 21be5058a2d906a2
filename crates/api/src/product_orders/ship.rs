//! A shop sends a paid order off; a second time changes nothing.

use super::ProductOrder;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Empty;
use crate::call::{Call, ShopStaff};
use flows::buy_product;
use kernel::{OrderId, PlaceId};

pub async fn ship(
    call: Call,
    staff: ShopStaff,
    At((place, order)): At<(PlaceId, OrderId)>,
    _: Empty,
) -> Answer<Found<ProductOrder>> {
    let lane = place.clone();
    let shipped = call.write(&lane, move |scene| {
        staff.check(&::shops::shops::any(scene.tx, &place)?.org)?;
        buy_product::ship(scene, &place, &order)
    });
    Ok(Found((&shipped.await?).into()))
}
