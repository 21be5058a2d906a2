//! Bringing outside figures in: charts, film facts, cinemas, tastes, and what a circuit showed before it joined. One
//! transaction a file.

use crate::house::Scene;
use crate::views::earlier_showings;
use events::{Kind, log};
use kernel::{Day, ImportId, Instant, PlaceId, Refusal, Result, Zone};
use market::imports::{self, Prepared};
use market::learned::Change;
use market::table::Packed;
use serde_json::json;
use std::path::Path;

/// Reads a file or a MovieLens folder. A line of a chart about a day after `last` is refused.
pub fn open(path: &Path, kind: Option<imports::Kind>, last: Day) -> Result<Prepared, Refusal> {
    imports::open(path, kind, last)
}

/// Reads a file that is already here; see [`open`].
pub fn read(file: &Packed, kind: Option<imports::Kind>, last: Day) -> Result<Prepared, Refusal> {
    imports::read(file, kind, last)
}

/// The last day that can have been anywhere at an instant: the day of the islands east of everywhere. Who asks gives the
/// world's instant, not a demonstration's, for charts may be of later years than that plays in.
pub fn last_day(now: Instant) -> Day {
    now.day_in(&Zone::stored("Pacific/Kiritimati"))
}

/// Stores a file that was read. One that says nothing new is not noted either. Of a circuit's showings those of days that
/// are not over in its cinemas are left out.
pub fn bring_in(
    scene: &mut Scene,
    prepared: &Prepared,
    step: &dyn Fn(u64),
) -> Result<(Option<ImportId>, Change)> {
    let over = match &prepared.circuit {
        Some(circuit) => {
            let last = earlier_showings::last_day_over(scene.tx, circuit, scene.act.at)?;
            Some(prepared.clone().until(last)?)
        }
        None => None,
    };
    let prepared = over.as_ref().unwrap_or(prepared);
    let (id, change) = imports::store(scene.tx, &mut scene.act, prepared, step)?;
    if let Some(id) = &id {
        let body = json!({
            "kind": prepared.kind.code(),
            "file": prepared.file,
            "added": change.added,
            "corrected": change.corrected,
            "refused": prepared.refused,
            "circuit": prepared.circuit,
        });
        log::append(scene.tx, &mut scene.act, &PlaceId::house(), Kind::FiguresImported, None, id, body)?;
    }
    Ok((id, change))
}
