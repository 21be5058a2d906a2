//! What a person has put aside in each shop. A basket promises nothing; only an order reserves.

use crate::{limits, listings};
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Instant, Kind, ListingId, PersonId, PlaceId, Refusal, Result};
use listings::{Listing, State};

/// Different listings in one basket.
pub const LINES_MAX: i64 = 20;
/// Of one listing.
pub const QUANTITY_MAX: i64 = 20;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub listing: Listing,
    pub quantity: i64,
    pub added_at: Instant,
}

impl FromRow for Line {
    fn from_row(row: &mut Row) -> Result<Line> {
        Ok(Line { listing: Listing::from_row(row)?, quantity: row.next()?, added_at: row.next()? })
    }
}

/// Adds to what is already there.
pub fn add(
    tx: &Tx,
    act: &Act,
    person: &PersonId,
    place: &PlaceId,
    listing: &ListingId,
    quantity: i64,
) -> Result<()> {
    limits::within("quantity", quantity, 1, QUANTITY_MAX)?;
    check_line(tx, person, place, listing)?;
    let added = tx.run(
        "insert into basket_line (place_id, person_id, listing_id, quantity, added_at)
        values ($1, $2, $3, $4, $5)
        on conflict (place_id, person_id, listing_id) do update set quantity = basket_line.quantity + excluded.quantity
        where basket_line.place_id = $1 and basket_line.quantity + excluded.quantity <= $6",
        &[place, person, listing, &quantity, &act.at, &QUANTITY_MAX],
    )?;
    if added == 1 { Ok(()) } else { Err(too_many().into()) }
}

/// Makes the quantity exactly this; nought removes the line.
pub fn set(
    tx: &Tx,
    act: &Act,
    person: &PersonId,
    place: &PlaceId,
    listing: &ListingId,
    quantity: i64,
) -> Result<()> {
    limits::within("quantity", quantity, 0, QUANTITY_MAX)?;
    if quantity == 0 {
        return remove(tx, person, place, listing);
    }
    check_line(tx, person, place, listing)?;
    tx.run(
        "insert into basket_line (place_id, person_id, listing_id, quantity, added_at)
        values ($1, $2, $3, $4, $5)
        on conflict (place_id, person_id, listing_id) do update set quantity = excluded.quantity
        where basket_line.place_id = $1",
        &[place, person, listing, &quantity, &act.at],
    )?;
    Ok(())
}

/// Takes a line out; nothing happens when it is not there.
pub fn remove(tx: &Tx, person: &PersonId, place: &PlaceId, listing: &ListingId) -> Result<()> {
    tx.run(
        "delete from basket_line where place_id = $1 and person_id = $2 and listing_id = $3",
        &[place, person, listing],
    )?;
    Ok(())
}

/// Empties the basket of one shop, as after an order.
pub fn clear(tx: &Tx, person: &PersonId, place: &PlaceId) -> Result<()> {
    tx.run("delete from basket_line where place_id = $1 and person_id = $2", &[place, person])?;
    Ok(())
}

/// A person's basket in one shop, in the order in which it was filled.
pub fn of(view: &View, person: &PersonId, place: &PlaceId) -> Result<Vec<Line>> {
    view.all(
        "select l.place_id, l.id, l.product_id, l.merchant_org_id, l.title_id, l.contract_id, l.price_minor,
            l.currency, l.vat_ppm, l.stock, l.state, l.created_at, b.quantity, b.added_at
        from basket_line b
        join listing l on l.place_id = b.place_id and l.id = b.listing_id
        where b.place_id = $1 and l.place_id = $1 and b.person_id = $2
        order by b.added_at, b.listing_id",
        &[place, person],
    )
}

/// A person's baskets in all of these shops, the empty ones left out.
pub fn of_all(view: &View, person: &PersonId, places: &[PlaceId]) -> Result<Vec<(PlaceId, Vec<Line>)>> {
    let mut baskets = Vec::new();
    for place in places {
        let lines = of(view, person, place)?;
        if !lines.is_empty() {
            baskets.push((place.clone(), lines));
        }
    }
    Ok(baskets)
}

/// The listing must be on the shelf, and a new line must fit into the basket.
fn check_line(tx: &Tx, person: &PersonId, place: &PlaceId, listing: &ListingId) -> Result<()> {
    if listings::any(tx, place, listing)?.state != State::Listed {
        return Err(listings::unknown().into());
    }
    let (others,): (i64,) = tx.one(
        "select count(*) from basket_line where place_id = $1 and person_id = $2 and listing_id <> $3",
        &[place, person, listing],
    )?;
    if others < LINES_MAX { Ok(()) } else { Err(full().into()) }
}

fn too_many() -> Refusal {
    Refusal::field(
        "quantity",
        "out_of_limits",
        format!("A basket holds at most {QUANTITY_MAX} of one product."),
        format!("购物车中同一件商品最多 {QUANTITY_MAX} 件。"),
    )
}

fn full() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "basket_full",
        format!("A basket holds at most {LINES_MAX} different products."),
        format!("购物车最多放 {LINES_MAX} 种商品。"),
    )
}
