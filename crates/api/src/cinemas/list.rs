//! Every cinema, by city.

use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::Call;
use crate::money::Amount;
use crate::words::Bilingual;
use box_office::cinemas;
use serde::Serialize;
use utoipa::ToSchema;

/// A cinema.
#[derive(Serialize, ToSchema)]
pub struct Cinema {
    place: String,
    /// The organisation that runs it.
    org: String,
    city: String,
    slug: String,
    name: Bilingual,
    address: Bilingual,
    /// Of the tz database.
    zone: String,
    /// What a ticket costs on top of its price.
    service_fee: Amount,
}

impl From<box_office::Cinema> for Cinema {
    fn from(cinema: box_office::Cinema) -> Cinema {
        Cinema {
            zone: cinema.zone.name().into(),
            place: cinema.place.0,
            org: cinema.org.0,
            city: cinema.city,
            slug: cinema.slug,
            name: cinema.name.into(),
            address: cinema.address.into(),
            service_fee: cinema.service_fee.into(),
        }
    }
}

pub async fn list(call: Call, Asked(paging): Asked<Paging>) -> Answer<Page<Cinema>> {
    let cinemas = call.read(cinemas::all).await?;
    Ok(paging.page(cinemas, |cinema| cinema.place.0.clone(), Cinema::from)?)
}
