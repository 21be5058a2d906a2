//! A cinema: a place in a city, with its time zone and service fee.

use db::{FromRow, Row, Tx, View};
use kernel::{Instant, Kind, Money, OrgId, PlaceId, Refusal, Result, Words, Zone};

#[derive(Clone, Debug, PartialEq)]
pub struct Cinema {
    pub place: PlaceId,
    pub org: OrgId,
    pub city: String,
    pub slug: String,
    pub name: Words,
    pub address: Words,
    pub zone: Zone,
    /// What a consumer pays a ticket on top of its price; kept out of the split base.
    pub service_fee: Money,
}

impl FromRow for Cinema {
    fn from_row(row: &mut Row) -> Result<Cinema> {
        Ok(Cinema {
            place: row.next()?,
            org: row.next()?,
            city: row.next()?,
            slug: row.next()?,
            name: row.words()?,
            address: row.words()?,
            zone: Zone::stored(&row.next::<String>()?),
            service_fee: {
                let currency = row.next()?;
                row.money(currency)?
            },
        })
    }
}

/// Opens a cinema; its slug is its address on the pages, so it is taken once.
pub fn add(tx: &Tx, cinema: &Cinema, now: Instant) -> Result<()> {
    let added = tx.run(
        "insert into cinema
           (place_id, org_id, city_code, slug, name_en, name_zh, address_en, address_zh, zone, currency,
            service_fee_minor, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict do nothing",
        &[
            &cinema.place,
            &cinema.org,
            &cinema.city,
            &cinema.slug,
            &cinema.name.en,
            &cinema.name.zh,
            &cinema.address.en,
            &cinema.address.zh,
            &cinema.zone.name(),
            &cinema.service_fee.currency,
            &cinema.service_fee.minor,
            &now,
        ],
    )?;
    if added == 1 {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "slug_taken",
        "A cinema has this address already.",
        "这个网址已被另一家影院使用。",
    )
    .into())
}

/// Makes whoever else calls this for the cinema wait until this transaction is over, also on another node: for
/// rare stories that look at many rows before they write one.
pub fn take_turn(tx: &Tx, place: &PlaceId) -> Result<()> {
    tx.run("update cinema set slug = slug where place_id = $1", &[place])?;
    Ok(())
}

pub fn any(view: &View, place: &PlaceId) -> Result<Cinema> {
    let found = view.maybe(
        "select place_id, org_id, city_code, slug, name_en, name_zh, address_en, address_zh, zone, currency,
           service_fee_minor
         from cinema
         where place_id = $1",
        &[place],
    )?;
    found.ok_or_else(|| Refusal::not_found("cinema", "影院").into())
}

pub fn by_slug(view: &View, slug: &str) -> Result<Cinema> {
    let found = view.maybe(
        "select place_id, org_id, city_code, slug, name_en, name_zh, address_en, address_zh, zone, currency,
           service_fee_minor
         from cinema
         where slug = $1",
        &[&slug],
    )?;
    found.ok_or_else(|| Refusal::not_found("cinema", "影院").into())
}

pub fn all(view: &View) -> Result<Vec<Cinema>> {
    view.all(
        "select place_id, org_id, city_code, slug, name_en, name_zh, address_en, address_zh, zone, currency,
           service_fee_minor
         from cinema
         order by city_code, slug",
        &[],
    )
}
