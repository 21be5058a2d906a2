//! Bringing outside figures in: charts, film facts, cinemas, tastes. One transaction a file.

use crate::house::Scene;
use events::{Kind, log};
use kernel::{ImportId, PlaceId, Result};
use market::imports::{self, Prepared};
use market::learned::Change;
use serde_json::json;

/// Stores a file that was read. One that says nothing new is not noted either.
pub fn bring_in(
    scene: &mut Scene,
    prepared: &Prepared,
    step: &dyn Fn(u64),
) -> Result<(Option<ImportId>, Change)> {
    let (id, change) = imports::store(scene.tx, &mut scene.act, prepared, step)?;
    if let Some(id) = &id {
        let body = json!({
            "kind": prepared.kind.code(),
            "file": prepared.file,
            "added": change.added,
            "corrected": change.corrected,
            "refused": prepared.refused,
        });
        log::append(scene.tx, &mut scene.act, &PlaceId::house(), Kind::FiguresImported, None, id, body)?;
    }
    Ok((id, change))
}
