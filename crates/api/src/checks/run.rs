//! Checking every invariant over one snapshot: what the last audit found, and another because somebody asks for it.

use crate::answer::{Answer, Found};
use crate::call::{Call, OperatorStaff};
use crate::words::Bilingual;
use flows::audit::{self, Standing};
use flows::check;
use kernel::Error;
use serde::Serialize;
use utoipa::ToSchema;

/// What the last audit of this node found.
#[derive(Serialize, ToSchema)]
pub struct Checks {
    /// Whether every invariant held; no before the first audit.
    ok: bool,
    /// When the audit was done, RFC 3339; nothing before the first since the program was started.
    audited_at: Option<String>,
    took_ms: Option<i64>,
    /// Since when another audit is under way.
    under_way_since: Option<String>,
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

impl From<Standing> for Checks {
    fn from(standing: Standing) -> Checks {
        let under_way_since = standing.under_way_since.map(kernel::Instant::rfc3339);
        let Some(whole) = standing.whole else {
            return Checks {
                ok: false,
                audited_at: None,
                took_ms: None,
                under_way_since,
                checks: Vec::new(),
            };
        };
        Checks {
            ok: whole.found.iter().all(|one| one.broken.is_empty()),
            audited_at: Some(whole.ended_at.rfc3339()),
            took_ms: Some(whole.took_ms()),
            under_way_since,
            checks: whole.found.into_iter().map(Checked::from).collect(),
        }
    }
}

pub async fn last(call: Call, _: OperatorStaff) -> Answer<Found<Checks>> {
    Ok(Found(call.house.findings().standing().into()))
}

/// Refuses while another is under way (`audit_under_way`).
pub async fn run(call: Call, _: OperatorStaff) -> Answer<Found<Checks>> {
    let house = call.house.clone();
    let done =
        tokio::task::spawn_blocking(move || audit::at_once(&house).map(|()| house.findings().standing()));
    Ok(Found(done.await.map_err(|_| Error::fault("the audit panicked"))??.into()))
}
