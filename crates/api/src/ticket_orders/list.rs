//! The caller's own ticket orders over every cinema, the newest first.

use super::TicketOrder;
use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::{Call, Consumer};
use crate::words::Bilingual;
use flows::views::tickets::{self, Kept};
use serde::Serialize;
use utoipa::ToSchema;

/// A ticket order as its buyer remembers it.
#[derive(Serialize, ToSchema)]
pub struct KeptOrder {
    order: TicketOrder,
    film: Bilingual,
    cinema: Bilingual,
    hall: Bilingual,
    starts_at: String,
    seats: Vec<String>,
}

impl From<Kept> for KeptOrder {
    fn from(kept: Kept) -> KeptOrder {
        KeptOrder {
            order: (&kept.order).into(),
            film: kept.title.name.into(),
            cinema: kept.cinema.name.into(),
            hall: kept.hall.into(),
            starts_at: kept.showtime.starts_at.rfc3339(),
            seats: kept.seats,
        }
    }
}

pub async fn list(call: Call, consumer: Consumer, Asked(paging): Asked<Paging>) -> Answer<Page<KeptOrder>> {
    let kept = call.read(move |view| tickets::of_buyer(view, &consumer.person.id)).await?;
    Ok(paging.page(kept, |kept| kept.order.id.0.clone(), KeptOrder::from)?)
}
