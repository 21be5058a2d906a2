//! The log over every place: what the dashboards are fed from.

use db::View;
use events::log::Event;
use kernel::{EventId, Instant, Result, TitleId};

pub fn count(view: &View) -> Result<i64> {
    let (count,): (i64,) = view.one("select count(*) from event", &[])?;
    Ok(count)
}

/// The latest events of a title, newest first.
pub fn latest(view: &View, title: &TitleId, limit: i64) -> Result<Vec<Event>> {
    view.all(
        "select place_id, id, at, kind, actor, title_id, subject, body
         from event
         where title_id = $1
         order by at desc, id desc
         limit $2",
        &[title, &limit.min(events::log::PAGE_MAX)],
    )
}

/// How far the log has come: it changes whenever anything happened.
pub fn mark(view: &View) -> Result<(i64, Option<EventId>)> {
    let newest: Option<(EventId, Instant)> =
        view.maybe("select id, at from event order by at desc, id desc limit 1", &[])?;
    Ok(newest.map_or((0, None), |(id, at)| (at.micros, Some(id))))
}

/// Every event of every place in one order: what two runs of a rehearsal are compared by.
pub fn everything(view: &View) -> Result<Vec<Event>> {
    view.all(
        "select place_id, id, at, kind, actor, title_id, subject, body from event order by place_id, id",
        &[],
    )
}
