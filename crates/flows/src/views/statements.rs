//! Statements over every cinema.

use db::View;
use kernel::{PlaceId, Result, TitleId};
use settlement::statements::{self, Statement};

/// Every statement of a title, by place and period.
pub fn of_title(view: &View, title: &TitleId) -> Result<Vec<Statement>> {
    let places: Vec<(PlaceId,)> =
        view.all("select distinct place_id from statement where title_id = $1 order by place_id", &[title])?;
    let mut found = Vec::new();
    for (place,) in places {
        found.extend(statements::of_place(view, &place)?.into_iter().filter(|one| one.title == *title));
    }
    Ok(found)
}

/// The places whose clearing account with the house is not what the house's account with them mirrors, in
/// either book.
pub fn places_without_mirror(view: &View) -> Result<Vec<PlaceId>> {
    let rows: Vec<(PlaceId,)> = view.all(
        "with side as (
           select book_id as place_id, currency, credits_posted - debits_posted as minor
           from account
           where id = 'clearing:house'
           union all
           select substr(id, 10), currency, credits_posted - debits_posted
           from account
           where book_id = 'plc_house' and id like 'clearing:plc_%'
         )
         select place_id
         from side
         group by place_id, currency
         having sum(minor) <> 0
         order by place_id",
        &[],
    )?;
    let mut places: Vec<PlaceId> = rows.into_iter().map(|(place,)| place).collect();
    places.dedup();
    Ok(places)
}

/// A place's statements whose other side is not in the house's book yet, the earliest first.
pub fn without_mirror(view: &View, place: &PlaceId) -> Result<Vec<Statement>> {
    let mut missing = Vec::new();
    for statement in statements::of_place(view, place)?.into_iter().rev() {
        let found: Option<(String,)> = view.maybe(
            "select id from transfer where book_id = $1 and id = $2",
            &[&PlaceId::house(), &format!("{}/mirror", statement.id)],
        )?;
        if found.is_none() {
            missing.push(statement);
        }
    }
    Ok(missing)
}
