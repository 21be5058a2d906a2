//! One statement, for the cinema that it settles and the studio that it pays.

use super::Statement;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, StatementReader};
use box_office::cinemas;
use kernel::{PlaceId, Refusal, Role, StatementId};
use settlement::statements;

pub async fn show(
    call: Call,
    reader: StatementReader,
    At((place, id)): At<(PlaceId, StatementId)>,
) -> Answer<Found<Statement>> {
    let found = call.read(move |view| {
        let statement = statements::any(view, &place, &id)?;
        let cinema = cinemas::any(view, &place)?.org;
        let studio = flows::views::film(view, &statement.title)?.studio;
        let is_own = reader.actor.may(Role::Cinema, &cinema) || reader.actor.may(Role::Studio, &studio);
        if is_own { Ok(statement) } else { Err(Refusal::not_found("statement", "结算单").into()) }
    });
    Ok(Found((&found.await?).into()))
}
