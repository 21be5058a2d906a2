//! What is on a shop's shelf, with who made it and which film allows it.

use db::{FromRow, Row, View};
use kernel::{ListingId, PersonId, PlaceId, Refusal, Result, Words};
use shops::{Listing, Product};

/// A film as a product names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Film {
    pub slug: String,
    pub name: Words,
}

/// A listing with everything that its card says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goods {
    pub listing: Listing,
    pub product: Product,
    pub maker: Words,
    /// The film it is licensed by.
    pub film: Option<Film>,
}

impl FromRow for Goods {
    fn from_row(row: &mut Row) -> Result<Goods> {
        let (listing, product, maker) = (Listing::from_row(row)?, Product::from_row(row)?, row.words()?);
        let film: (Option<String>, Option<String>, Option<String>) = (row.next()?, row.next()?, row.next()?);
        let film = match film {
            (Some(slug), Some(en), Some(zh)) => Some(Film { slug, name: Words::new(en, zh) }),
            _ => None,
        };
        Ok(Goods { listing, product, maker, film })
    }
}

/// What a shop has on its shelf, the newest first, also what has sold out.
pub fn of_shop(view: &View, place: &PlaceId, limit: i64) -> Result<Vec<Goods>> {
    view.all(
        "select listing.place_id, listing.id, listing.product_id, listing.merchant_org_id, listing.title_id,
           listing.contract_id, listing.price_minor, listing.currency, listing.vat_ppm, listing.stock,
           listing.state, listing.created_at,
           product.id, product.merchant_org_id, product.title_id, product.contract_id, product.name_en,
           product.name_zh, product.about_en, product.about_zh, product.category, product.artwork,
           product.created_at, maker.name_en, maker.name_zh, title.slug, title.name_en, title.name_zh
         from listing
         join product on product.id = listing.product_id
         join org maker on maker.id = product.merchant_org_id
         left join title on title.id = product.title_id
         where listing.place_id = $1 and listing.state = 'listed'
         order by listing.created_at desc, listing.id
         limit $2",
        &[place, &limit.min(shops::listings::LIST_MAX)],
    )
}

/// One listing of a shop, on the shelf or not.
pub fn one(view: &View, place: &PlaceId, id: &ListingId) -> Result<Goods> {
    let found = view.maybe(
        "select listing.place_id, listing.id, listing.product_id, listing.merchant_org_id, listing.title_id,
           listing.contract_id, listing.price_minor, listing.currency, listing.vat_ppm, listing.stock,
           listing.state, listing.created_at,
           product.id, product.merchant_org_id, product.title_id, product.contract_id, product.name_en,
           product.name_zh, product.about_en, product.about_zh, product.category, product.artwork,
           product.created_at, maker.name_en, maker.name_zh, title.slug, title.name_en, title.name_zh
         from listing
         join product on product.id = listing.product_id
         join org maker on maker.id = product.merchant_org_id
         left join title on title.id = product.title_id
         where listing.place_id = $1 and listing.id = $2",
        &[place, id],
    )?;
    found.ok_or_else(|| Refusal::not_found("listing", "商品").into())
}

/// How many goods lie in somebody's baskets, over all shops.
pub fn in_baskets(view: &View, person: &PersonId) -> Result<i64> {
    let (count,): (i64,) = view.one(
        "select cast(coalesce(sum(quantity), 0) as bigint) from basket_line where person_id = $1",
        &[person],
    )?;
    Ok(count)
}
