//! Every shop.

use crate::answer::{Answer, Page, Paging};
use crate::body::Asked;
use crate::call::Call;
use crate::words::Bilingual;
use serde::Serialize;
use utoipa::ToSchema;

/// A place that sells products.
#[derive(Serialize, ToSchema)]
pub struct Shop {
    place: String,
    /// The organisation that runs it.
    org: String,
    slug: String,
    name: Bilingual,
    /// What its prices are in.
    currency: String,
}

impl From<::shops::Shop> for Shop {
    fn from(shop: ::shops::Shop) -> Shop {
        Shop {
            place: shop.place.0,
            org: shop.org.0,
            slug: shop.slug,
            name: shop.name.into(),
            currency: shop.currency.code().into(),
        }
    }
}

pub async fn list(call: Call, Asked(paging): Asked<Paging>) -> Answer<Page<Shop>> {
    let shops = call.read(::shops::shops::all).await?;
    Ok(paging.page(shops, |shop| shop.place.0.clone(), Shop::from)?)
}
