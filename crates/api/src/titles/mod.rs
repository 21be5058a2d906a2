//! Titles: the slate for its studio, the films for everybody, a release for its team.

pub mod create;
pub mod edit;
pub mod forecast;
pub mod forecast_places;
pub mod forecast_reasons;
pub mod forecasts;
pub mod line;
pub mod list;
pub mod of_studio;
pub mod on_sale;
pub mod show;
pub mod showtimes;
pub mod stops;
pub mod takings;
pub mod want_to_see;

use crate::call::{Call, ReleaseTeam, StudioStaff};
use crate::read;
use crate::words::Bilingual;
use ::titles::{Draft, Status};
use kernel::{Refusal, Result, Role, TitleId, Words};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A film or series.
#[derive(Serialize, ToSchema)]
pub struct Title {
    id: String,
    /// Its name in addresses.
    slug: String,
    /// The studio whose slate it is on.
    studio: String,
    /// `development`, `production`, `post_production`, `announced`, `released` or `withdrawn`.
    status: String,
    original_name: String,
    name: Bilingual,
    synopsis: Bilingual,
    genre: String,
    /// Zero while nobody knows.
    runtime_minutes: i64,
    /// Its first day in cinemas.
    premiere: Option<String>,
    artwork: String,
    domestic: bool,
    /// Say it when you edit, so that nobody's change is lost.
    updated_at: String,
}

impl From<::titles::Title> for Title {
    fn from(title: ::titles::Title) -> Title {
        Title {
            id: title.id.0,
            slug: title.slug,
            studio: title.studio.0,
            status: title.status.code().into(),
            original_name: title.original_name,
            name: title.name.into(),
            synopsis: title.synopsis.into(),
            genre: title.genre,
            runtime_minutes: title.runtime_minutes,
            premiere: title.premiere.map(|day| day.to_string()),
            artwork: title.artwork,
            domestic: title.domestic,
            updated_at: title.updated_at.rfc3339(),
        }
    }
}

/// What a studio says about a title.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TitleDraft {
    /// `development`, `production`, `post_production`, `announced`, `released` or `withdrawn`.
    status: String,
    /// The Chinese name when left out.
    original_name: Option<String>,
    name: Bilingual,
    #[serde(default)]
    synopsis: Bilingual,
    #[serde(default)]
    genre: String,
    /// Zero while nobody knows.
    #[serde(default)]
    runtime_minutes: i64,
    /// `2016-12-23`.
    premiere: Option<String>,
    /// The key of its picture; one grows from its name when left out.
    artwork: Option<String>,
    #[serde(default)]
    domestic: bool,
}

impl TitleDraft {
    fn read(&self) -> Result<Draft, Refusal> {
        let premiere = self.premiere.as_deref().map(|day| read::day("premiere", day)).transpose()?;
        Ok(Draft {
            status: read::code("status", Status::parse(&self.status))?,
            original_name: self.original_name.clone().unwrap_or_default(),
            name: Words::from(self.name.clone()),
            synopsis: Words::from(self.synopsis.clone()),
            genre: self.genre.clone(),
            runtime_minutes: self.runtime_minutes,
            premiere,
            artwork: self.artwork.clone().unwrap_or_default(),
            domestic: self.domestic,
        })
    }
}

/// A title that this caller may see: a public one, or one of their own studio.
pub(crate) async fn visible(call: &Call, id: TitleId) -> Result<::titles::Title> {
    let title = call.read(move |view| flows::views::film(view, &id)).await?;
    let is_own = call.actor.may(Role::Studio, &title.studio) || call.actor.may(Role::Marketer, &title.studio);
    if title.status.is_public() || is_own {
        Ok(title)
    } else {
        Err(Refusal::not_found("film", "影片").into())
    }
}

/// A title that consumers may see.
async fn public(call: &Call, id: TitleId) -> Result<::titles::Title> {
    let title = call.read(move |view| flows::views::film(view, &id)).await?;
    if title.status.is_public() { Ok(title) } else { Err(Refusal::not_found("film", "影片").into()) }
}

/// A title on the slate of the caller's studio.
pub(crate) async fn of_own_studio(call: &Call, staff: &StudioStaff, id: TitleId) -> Result<::titles::Title> {
    let title = call.read(move |view| flows::views::film(view, &id)).await?;
    staff.check(&title.studio)?;
    Ok(title)
}

/// A title whose release the caller's team sees through.
async fn of_own_release(call: &Call, team: &ReleaseTeam, id: TitleId) -> Result<::titles::Title> {
    let title = call.read(move |view| flows::views::film(view, &id)).await?;
    team.check(&title.studio)?;
    Ok(title)
}
