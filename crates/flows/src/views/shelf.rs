//! The goods of a film that can be bought now, over every shop.

use db::{FromRow, Row, View};
use kernel::{ProductId, Result, TitleId, Words};
use shops::{Listing, Product};

/// Goods in one answer, at most.
pub const GOODS_MAX: i64 = 60;

/// A product where it is sold.
#[derive(Clone, Debug, PartialEq)]
pub struct Goods {
    pub listing: Listing,
    pub product: Product,
    pub maker: Words,
    pub shop: Words,
    pub shop_slug: String,
}

impl FromRow for Goods {
    fn from_row(row: &mut Row) -> Result<Goods> {
        Ok(Goods {
            listing: Listing::from_row(row)?,
            product: Product::from_row(row)?,
            maker: row.words()?,
            shop: row.words()?,
            shop_slug: row.next()?,
        })
    }
}

/// What is listed of a film, what can be had before what has sold out; a product once, where it is cheapest.
pub fn of_title(view: &View, title: &TitleId) -> Result<Vec<Goods>> {
    let mut goods = listed(view, &title.0, "")?;
    let mut seen = std::collections::BTreeSet::new();
    goods.retain(|one| seen.insert(one.product.id.clone()));
    Ok(goods)
}

/// A product where it can be had and is cheapest.
pub fn of_product(view: &View, product: &ProductId) -> Result<Option<Goods>> {
    let goods = listed(view, "", &product.0)?;
    Ok(goods.into_iter().find(|one| one.listing.stock > 0))
}

/// What is listed of a film, or of a product; the other is empty.
fn listed(view: &View, title: &str, product: &str) -> Result<Vec<Goods>> {
    view.all(
        "select listing.place_id, listing.id, listing.product_id, listing.merchant_org_id, listing.title_id,
           listing.contract_id, listing.price_minor, listing.currency, listing.vat_ppm, listing.stock, listing.state,
           listing.created_at,
           product.id, product.merchant_org_id, product.title_id, product.contract_id, product.name_en,
           product.name_zh, product.about_en, product.about_zh, product.category, product.artwork,
           product.created_at,
           org.name_en, org.name_zh, shop.name_en, shop.name_zh, shop.slug
         from shop
         join listing on listing.place_id = shop.place_id
         join product on product.id = listing.product_id
         join org on org.id = product.merchant_org_id
         where (listing.title_id = $1 or listing.product_id = $2) and listing.state = 'listed'
         order by case when listing.stock > 0 then 0 else 1 end, product.created_at desc, product.id,
           listing.price_minor, listing.id
         limit $3",
        &[&title, &product, &GOODS_MAX],
    )
}
