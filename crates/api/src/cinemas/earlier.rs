//! What a circuit showed before it joined: bringing it, and reading what was brought. Nobody else learns of it.

use crate::answer::{Answer, Found, Once};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, CinemaStaff};
use crate::orgs;
use crate::words::Bilingual;
use db::View;
use flows::learn_showings::LEARNED_DAYS;
use flows::views::earlier_showings::{self, Met};
use flows::{House, import_figures};
use kernel::{Clock, OrgId, Result, SystemClock};
use market::imports::{self, Import, Kind};
use market::table::Packed;
use people::OrgKind;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// A file, at most: a circuit's year, quoted.
pub const BYTES_MAX: usize = 32 << 20;

/// A list of showings.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EarlierShowingsDraft {
    /// What its owner calls the file.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// CSV with a line for each showing; columns such as `date,cinema,hall,film,time,seats,sold,price`, also in Chinese,
    /// in any order. The day is the business day.
    text: String,
}

/// What came of a file, in cinema-days.
#[derive(Serialize, ToSchema)]
pub struct EarlierShowingsTaken {
    added: i64,
    corrected: i64,
    /// Known already.
    unchanged: i64,
    /// Lines that could not be taken.
    refused: usize,
    /// Why, line by line, at most a few.
    refusals: Vec<Bilingual>,
}

/// What a circuit brought, in sums, and the files it came in.
#[derive(Serialize, ToSchema)]
pub struct EarlierShowings {
    showings: usize,
    /// Of how many the sold seats are known.
    counted: usize,
    first: Option<String>,
    last: Option<String>,
    /// Counted showings that are near enough for the forecast to learn from.
    recent: usize,
    /// Names that nothing here is called; their showings teach under them.
    unknown_cinemas: Vec<String>,
    unknown_halls: Vec<String>,
    unknown_films: Vec<String>,
    /// The newest first.
    files: Vec<EarlierFile>,
}

/// A file that changed something.
#[derive(Serialize, ToSchema)]
pub struct EarlierFile {
    name: String,
    at: String,
    first: Option<String>,
    last: Option<String>,
    rows: i64,
    refused: i64,
    /// Cinema-days.
    added: i64,
    corrected: i64,
    refusals: Vec<Bilingual>,
}

impl From<Import> for EarlierFile {
    fn from(one: Import) -> EarlierFile {
        EarlierFile {
            name: one.file,
            at: one.at.rfc3339(),
            first: one.first.map(|day| day.to_string()),
            last: one.last.map(|day| day.to_string()),
            rows: one.rows,
            refused: one.refused,
            added: one.added,
            corrected: one.corrected,
            refusals: one.refusals.iter().map(Bilingual::from).collect(),
        }
    }
}

pub async fn bring(
    call: Call,
    staff: CinemaStaff,
    At((org,)): At<(OrgId,)>,
    Body(asked): Body<EarlierShowingsDraft>,
) -> Answer<Once<EarlierShowingsTaken>> {
    staff.check(&org)?;
    let actor = call.actor.clone();
    let taken = call.blocking(move |house| {
        let of = org.clone();
        house.read_blocking(move |view| orgs::of_kind(view, &of, OrgKind::Cinema))?;
        let file = Packed::read(&asked.name, asked.text.as_bytes())?;
        let last = import_figures::last_day(SystemClock.now());
        let prepared = import_figures::read(&file, Some(Kind::Showings), last)?.brought_by(Some(org));
        let (refused, refusals) = (prepared.refused, prepared.refusals.clone());
        let prepared = Arc::new(prepared);
        let (id, change) = house.write_blocking(&House::lane(), actor, move |scene| {
            import_figures::bring_in(scene, &prepared, &|_| ())
        })?;
        Ok((id.is_some(), change, refused, refusals))
    });
    let (is_new, change, refused, refusals) = taken.await?;
    let told = EarlierShowingsTaken {
        added: change.added,
        corrected: change.corrected,
        unchanged: change.unchanged,
        refused,
        refusals: refusals.into_iter().map(|refusal| refusal.say.into()).collect(),
    };
    Ok(Once::new(is_new, told))
}

pub async fn show(
    call: Call,
    staff: CinemaStaff,
    At((org,)): At<(OrgId,)>,
) -> Answer<Found<EarlierShowings>> {
    staff.check(&org)?;
    let now = call.now;
    Ok(Found(call.read(move |view| read(view, &org, now)).await?))
}

fn read(view: &View, org: &OrgId, now: kernel::Instant) -> Result<EarlierShowings> {
    orgs::of_kind(view, org, OrgKind::Cinema)?;
    let from = earlier_showings::last_day_over(view, org, now)?.plus(1 - LEARNED_DAYS);
    let brought = earlier_showings::brought(view, org, from, now)?;
    let count = |of: fn(&earlier_showings::Brought) -> usize| brought.as_ref().map_or(0, of);
    let unknown = |of: fn(&earlier_showings::Brought) -> &[Met]| {
        let names = brought.as_ref().map_or(&[][..], of).iter();
        names.filter(|one| !one.here).map(|one| one.name.clone()).collect()
    };
    Ok(EarlierShowings {
        showings: count(|one| one.showings),
        counted: count(|one| one.counted),
        first: brought.as_ref().map(|one| one.first.to_string()),
        last: brought.as_ref().map(|one| one.last.to_string()),
        recent: count(|one| one.recent),
        unknown_cinemas: unknown(|one| &one.cinemas),
        unknown_halls: unknown(|one| &one.halls),
        unknown_films: unknown(|one| &one.films),
        files: imports::of_circuit(view, org)?.into_iter().map(EarlierFile::from).collect(),
    })
}
