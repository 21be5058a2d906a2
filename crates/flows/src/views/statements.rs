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
