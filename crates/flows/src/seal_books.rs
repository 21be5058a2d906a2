//! What keeps the books honest behind the sales: reservations end, batches are sealed.

use crate::house::House;
use crate::views;
use kernel::{Actor, PlaceId, Result};
use ledger::{seals, transfers};

/// Reservations of one book that end in one round, at most.
const ENDED_MAX: i64 = 500;
/// Seals of one book in one round, at most.
const SEALS_MAX: usize = 50;

/// Ends reservations and seals what is old enough, in every book; how many seals were set. One book that fails
/// keeps no other waiting; its error is answered at the end.
pub fn all(house: &House) -> Result<usize> {
    let mut sealed = 0;
    let mut failed = None;
    for book in house.read_blocking(views::places::with_books)? {
        match one(house, &book) {
            Ok(seals) => sealed += seals,
            Err(error) => {
                tracing::error!(%book, %error, "a book was not sealed");
                failed = failed.or(Some(error));
            }
        }
    }
    failed.map_or(Ok(sealed), Err)
}

fn one(house: &House, book: &PlaceId) -> Result<usize> {
    let at = book.clone();
    house.write_blocking(book, Actor::System, move |scene| {
        transfers::expire(scene.tx, &at, scene.act.at, ENDED_MAX)
    })?;
    for sealed in 0..SEALS_MAX {
        let at = book.clone();
        let seal = house.write_blocking(book, Actor::System, move |scene| {
            let until = scene.act.at.plus_seconds(-seals::LAG_SECONDS);
            seals::seal(scene.tx, &at, until, scene.act.at)
        })?;
        if seal.is_none() {
            return Ok(sealed);
        }
    }
    Ok(SEALS_MAX)
}
