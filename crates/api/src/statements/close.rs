//! Closing a period of a film in a cinema, once; closing it again answers with the statement there is.

use super::Statement;
use crate::answer::{Answer, Once};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, OperatorStaff};
use crate::read;
use flows::close_period::{self, Period};
use kernel::{PlaceId, TitleId};
use serde::Deserialize;
use settlement::statements;
use utoipa::ToSchema;

/// A period to close.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosePeriod {
    title: String,
    /// The first business day.
    first: String,
    /// The last.
    last: String,
}

pub async fn close(
    call: Call,
    _: OperatorStaff,
    At((place,)): At<(PlaceId,)>,
    Body(asked): Body<ClosePeriod>,
) -> Answer<Once<Statement>> {
    let title: TitleId = read::id("title", &asked.title)?;
    let period = Period { first: read::day("first", &asked.first)?, last: read::day("last", &asked.last)? };
    let lane = place.clone();
    let closed = call.write(&lane, move |scene| {
        flows::views::film(scene.tx, &title)?;
        let before = statements::of_period(scene.tx, &place, &title, period.first, period.last)?;
        Ok((before.is_none(), close_period::close(scene, &place, &title, period)?))
    });
    let (is_new, statement) = closed.await?;
    let shown = Statement::from(&statement);
    call.write_in_house(move |scene| close_period::mirror(scene, &statement)).await?;
    Ok(Once::new(is_new, shown))
}
