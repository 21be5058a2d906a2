//! Checking every invariant over one snapshot.

use crate::answer::{Answer, Found};
use crate::call::{Call, OperatorStaff};
use crate::words::Bilingual;
use flows::check;
use serde::Serialize;
use utoipa::ToSchema;

/// What the checks found.
#[derive(Serialize, ToSchema)]
pub struct Checks {
    /// Whether every invariant holds.
    ok: bool,
    checks: Vec<Checked>,
}

/// One invariant.
#[derive(Serialize, ToSchema)]
pub struct Checked {
    code: String,
    promise: Bilingual,
    /// Where it is broken, in sentences; empty when it holds.
    broken: Vec<String>,
}

impl From<check::Checked> for Checked {
    fn from(checked: check::Checked) -> Checked {
        Checked { code: checked.code.into(), promise: checked.promise.into(), broken: checked.broken }
    }
}

pub async fn run(call: Call, _: OperatorStaff) -> Answer<Found<Checks>> {
    let now = call.now;
    let checks: Vec<Checked> =
        call.read(move |view| check::all(view, now)).await?.into_iter().map(Checked::from).collect();
    Ok(Found(Checks { ok: checks.iter().all(|checked| checked.broken.is_empty()), checks }))
}
