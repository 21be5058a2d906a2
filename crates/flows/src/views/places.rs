//! Every place, whatever kind it is.

use db::View;
use kernel::{Currency, PlaceId, Result, Words};

/// The places that sell: cinemas, then shops.
pub fn selling(view: &View) -> Result<Vec<PlaceId>> {
    let rows: Vec<(PlaceId,)> = view.all(
        "select place_id from cinema
         union
         select place_id from shop
         order by place_id",
        &[],
    )?;
    Ok(rows.into_iter().map(|(place,)| place).collect())
}

/// Every place that has a book, the house included.
pub fn with_books(view: &View) -> Result<Vec<PlaceId>> {
    let rows: Vec<(PlaceId,)> = view.all("select distinct book_id from account order by book_id", &[])?;
    Ok(rows.into_iter().map(|(place,)| place).collect())
}

/// Whether a cinema or a shop prices in another currency than this one.
pub fn prices_other_than(view: &View, currency: Currency) -> Result<bool> {
    let found: Option<(String,)> = view.maybe(
        "select place_id from cinema where currency <> $1
         union all
         select place_id from shop where currency <> $1
         limit 1",
        &[&currency.code()],
    )?;
    Ok(found.is_some())
}

/// What a place is called.
pub fn name(view: &View, place: &PlaceId) -> Result<Words> {
    let found: Option<(String, String)> = view.maybe(
        "select name_en, name_zh from cinema where place_id = $1
         union all
         select name_en, name_zh from shop where place_id = $1
         union all
         select name_en, name_zh from channel where place_id = $1",
        &[place],
    )?;
    Ok(found.map_or_else(|| Words::new("The house", "平台"), |(en, zh)| Words::new(en, zh)))
}
