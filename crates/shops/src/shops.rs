//! A shop: the place that sells, the organisation that runs it, and what it keeps of a sale.
//!
//! Shops are few and known everywhere, so they may be listed without naming a place.

use crate::limits;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Currency, Kind, OrgId, PlaceId, Refusal, Result, Share, Words};

pub const SLUG_CHARS_MAX: usize = 60;
pub const NAME_CHARS_MAX: usize = 80;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    pub place: PlaceId,
    pub org: OrgId,
    pub slug: String,
    pub name: Words,
    pub currency: Currency,
    /// What the shop keeps of a line, before tax.
    pub commission: Share,
}

impl FromRow for Shop {
    fn from_row(row: &mut Row) -> Result<Shop> {
        Ok(Shop {
            place: row.next()?,
            org: row.next()?,
            slug: row.next()?,
            name: row.words()?,
            currency: row.next()?,
            commission: row.next()?,
        })
    }
}

/// Opens a shop at a place. Refuses with `shop_taken` when the place or the slug already has one.
pub fn add(tx: &Tx, act: &Act, shop: &Shop) -> Result<()> {
    limits::code("slug", &shop.slug, SLUG_CHARS_MAX)?;
    limits::words(["name_en", "name_zh"], &shop.name, NAME_CHARS_MAX)?;
    limits::within("commission", shop.commission.ppm, 0, Share::ONE.ppm)?;
    let added = tx.run(
        "insert into shop (place_id, org_id, slug, name_en, name_zh, currency, commission_ppm, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict do nothing",
        &[
            &shop.place,
            &shop.org,
            &shop.slug,
            &shop.name.en,
            &shop.name.zh,
            &shop.currency,
            &shop.commission,
            &act.at,
        ],
    )?;
    if added == 1 { Ok(()) } else { Err(taken().into()) }
}

pub fn any(view: &View, place: &PlaceId) -> Result<Shop> {
    let shop = view.maybe(
        "select place_id, org_id, slug, name_en, name_zh, currency, commission_ppm
        from shop
        where place_id = $1",
        &[place],
    )?;
    shop.ok_or_else(|| unknown().into())
}

pub fn by_slug(view: &View, slug: &str) -> Result<Shop> {
    let shop = view.maybe(
        "select place_id, org_id, slug, name_en, name_zh, currency, commission_ppm
        from shop
        where slug = $1",
        &[&slug],
    )?;
    shop.ok_or_else(|| unknown().into())
}

/// Every shop, by slug.
pub fn all(view: &View) -> Result<Vec<Shop>> {
    view.all(
        "select place_id, org_id, slug, name_en, name_zh, currency, commission_ppm
        from shop
        order by slug",
        &[],
    )
}

/// The shops that an organisation runs.
pub fn of_org(view: &View, org: &OrgId) -> Result<Vec<Shop>> {
    view.all(
        "select place_id, org_id, slug, name_en, name_zh, currency, commission_ppm
        from shop
        where org_id = $1
        order by slug",
        &[org],
    )
}

fn unknown() -> Refusal {
    Refusal::not_found("shop", "店铺")
}

fn taken() -> Refusal {
    let en = "There is already a shop at this place or under this name in the address.";
    Refusal {
        field: Some("slug"),
        ..Refusal::new(Kind::Conflict, "shop_taken", en, "这个位置或网址已经有店铺了。")
    }
}
