//! Listings: products on shops' shelves, with price and stock.

pub mod create;
pub mod delist;
pub mod list;
pub mod of_org;
pub mod relist;
pub mod reprice;
pub mod show;

use crate::money::Amount;
use crate::words::Bilingual;
use flows::views::goods::Goods;
use serde::Serialize;
use utoipa::ToSchema;

/// A product on a shop's shelf.
#[derive(Serialize, ToSchema)]
pub struct Listing {
    place: String,
    id: String,
    product: String,
    merchant: String,
    /// The film that it is licensed by.
    title: Option<String>,
    /// What a buyer pays for one, tax included.
    price: Amount,
    /// Value-added tax in the price, in parts per million.
    vat_ppm: i64,
    stock: i64,
    /// `listed` or `delisted`.
    state: String,
}

impl From<&::shops::Listing> for Listing {
    fn from(listing: &::shops::Listing) -> Listing {
        Listing {
            place: listing.place.0.clone(),
            id: listing.id.0.clone(),
            product: listing.product.0.clone(),
            merchant: listing.merchant.0.clone(),
            title: listing.title.as_ref().map(|title| title.0.clone()),
            price: listing.price.into(),
            vat_ppm: listing.vat.ppm,
            stock: listing.stock,
            state: listing.state.code().into(),
        }
    }
}

/// What a merchant makes.
#[derive(Serialize, ToSchema)]
pub struct Product {
    id: String,
    merchant: String,
    title: Option<String>,
    contract: Option<String>,
    name: Bilingual,
    about: Bilingual,
    category: String,
    artwork: String,
}

impl From<&::shops::Product> for Product {
    fn from(product: &::shops::Product) -> Product {
        Product {
            id: product.id.0.clone(),
            merchant: product.merchant.0.clone(),
            title: product.title.as_ref().map(|title| title.0.clone()),
            contract: product.contract.as_ref().map(|contract| contract.0.clone()),
            name: (&product.name).into(),
            about: (&product.about).into(),
            category: product.category.clone(),
            artwork: product.artwork.clone(),
        }
    }
}

/// A listing with everything that its card says.
#[derive(Serialize, ToSchema)]
#[schema(as = Goods)]
pub struct Card {
    listing: Listing,
    name: Bilingual,
    about: Bilingual,
    category: String,
    artwork: String,
    /// Who made it.
    maker: Bilingual,
}

impl From<Goods> for Card {
    fn from(goods: Goods) -> Card {
        Card {
            listing: (&goods.listing).into(),
            name: goods.product.name.into(),
            about: goods.product.about.into(),
            category: goods.product.category,
            artwork: goods.product.artwork,
            maker: goods.maker.into(),
        }
    }
}
