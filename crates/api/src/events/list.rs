//! A place's events after one of its events, oldest first, for those who run it.

use crate::answer::{Answer, Page, Paging, unknown_cursor};
use crate::at::At;
use crate::body::Asked;
use crate::call::{Call, PlaceStaff};
use ::events::log;
use db::View;
use kernel::ids::Id;
use kernel::{EventId, PlaceId, Refusal, Result, Role};
use serde::Serialize;
use utoipa::ToSchema;

/// One thing that happened.
#[derive(Serialize, ToSchema)]
pub struct Event {
    id: String,
    at: String,
    #[schema(example = "tickets_sold")]
    kind: String,
    /// `per_…`, `guest` or `system`.
    actor: String,
    title: Option<String>,
    /// The id of what it happened to.
    subject: String,
    /// More about it; depends on its kind.
    #[schema(value_type = Object)]
    body: serde_json::Value,
}

impl From<log::Event> for Event {
    fn from(event: log::Event) -> Event {
        Event {
            id: event.id.0,
            at: event.at.rfc3339(),
            kind: event.kind.code().into(),
            actor: event.actor,
            title: event.title.map(|title| title.0),
            subject: event.subject,
            body: event.body,
        }
    }
}

pub async fn list(
    call: Call,
    staff: PlaceStaff,
    At((place,)): At<(PlaceId,)>,
    Asked(paging): Asked<Paging>,
) -> Answer<Page<Event>> {
    let limit = paging.limit()?;
    let after: Option<EventId> =
        paging.cursor()?.map(EventId::parse).transpose().map_err(|_| unknown_cursor())?;
    let found = call.read(move |view| {
        check(view, &staff, &place)?;
        log::after(view, &place, after.as_ref(), limit as i64 + 1)
    });
    let mut found = found.await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| has_more).map(|event| event.id.0.clone());
    Ok(Page::read(found.into_iter().map(Event::from).collect(), next))
}

/// A cinema's or a shop's own people; everything else is the operators' alone.
fn check(view: &View, staff: &PlaceStaff, place: &PlaceId) -> Result<()> {
    let cinema = box_office::cinemas::any(view, place).map(|cinema| cinema.org);
    let shop = ::shops::shops::any(view, place).map(|shop| shop.org);
    let runs_it = match (cinema, shop) {
        (Ok(org), _) => staff.actor.may(Role::Cinema, &org),
        (_, Ok(org)) => staff.actor.may(Role::Shop, &org),
        _ => staff.actor.is_operator(),
    };
    if runs_it { Ok(()) } else { Err(Refusal::not_found("place", "场所").into()) }
}
