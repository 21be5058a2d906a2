//! What is known of films beside their charts, from TMDB tables: budget, genres, cast, director.
//!
//! What such a table learned after the release (revenue, popularity, votes) is never read: a forecast of an
//! opening must not know it.

use crate::learned::{self, Kind};
use crate::table::{Headers, Line, Packed, Subjects};
use db::View;
use kernel::{Day, Instant, Refusal, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// People and companies that are kept of one film.
const NAMES_MAX: usize = 12;
/// No film cost more, in cents.
const BUDGET_MAX: i64 = 1_000_000_000_000;

/// A film's facts. What the table does not say is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Facts {
    pub title: String,
    pub original_title: Option<String>,
    pub release: Option<Day>,
    pub genres: Vec<String>,
    /// US cents.
    pub budget_minor: Option<i64>,
    pub duration_minutes: Option<i64>,
    pub language: Option<String>,
    pub countries: Vec<String>,
    pub studios: Vec<String>,
    /// In the order of the billing.
    pub cast: Vec<String>,
    pub directors: Vec<String>,
    /// Words that people put to it, by how often.
    pub tags: Vec<String>,
}

/// Where each fact stands in a file.
#[derive(Default)]
struct Places {
    id: Option<usize>,
    title: Option<usize>,
    original_title: Option<usize>,
    release: Option<usize>,
    genres: Option<usize>,
    budget: Option<usize>,
    runtime: Option<usize>,
    language: Option<usize>,
    countries: Option<usize>,
    studios: Option<usize>,
    cast: Option<usize>,
    crew: Option<usize>,
}

impl Places {
    fn of(headers: &Headers) -> Places {
        Places {
            id: headers.find(&["movie_id", "id"]),
            title: headers.find(&["title"]),
            original_title: headers.find(&["original_title"]),
            release: headers.find(&["release_date"]),
            genres: headers.find(&["genres"]),
            budget: headers.find(&["budget"]),
            runtime: headers.find(&["runtime"]),
            language: headers.find(&["original_language"]),
            countries: headers.find(&["production_countries"]),
            studios: headers.find(&["production_companies"]),
            cast: headers.find(&["cast"]),
            crew: headers.find(&["crew"]),
        }
    }

    fn is_tmdb(&self) -> bool {
        let films = self.budget.is_some() && self.genres.is_some();
        let credits = self.cast.is_some() && self.crew.is_some();
        self.id.is_some() && self.title.is_some() && (films || credits)
    }
}

/// Whether a header is that of a TMDB table of films or of credits.
pub fn is_tmdb(headers: &Headers) -> bool {
    Places::of(headers).is_tmdb()
}

/// Reads a TMDB table of films or of credits; the lists in it are JSON, or names divided by commas or bars.
pub fn read(file: &Packed) -> Result<Subjects<Facts>, Refusal> {
    let source = file.decode(None)?;
    let headers = source.headers()?;
    let places = Places::of(&headers);
    if !places.is_tmdb() {
        let (file, found) = (headers.file(), headers.list());
        return Err(crate::table::bad_file(
            format!(
                "“{file}” is not a TMDB table: it needs id, title, and budget and genres or cast and crew; its columns are {found}."
            ),
            format!(
                "“{file}”不是 TMDB 表：需要 id、title，以及 budget 和 genres 或 cast 和 crew；现有的列为 {found}。"
            ),
        ));
    }
    let wanted = ("a film of its own: an earlier line says something else", "唯一的影片：前面的行与之不同");
    let again = |line: &Line| line.refuse(source.name(), places.id, "id", wanted);
    source.by_subject(|line| facts(source.name(), line, &places), again)
}

fn facts(file: &str, line: &Line, places: &Places) -> Result<(String, Facts), Refusal> {
    let text = |at: Option<usize>| at.map_or("", |at| line.text(at));
    let some = |at: Option<usize>| Some(text(at).to_owned()).filter(|text| !text.is_empty());
    let wrong = |at, column, wanted| line.refuse(file, at, column, wanted);
    let names = |at: Option<usize>, column| {
        let wrong = || wrong(at, column, ("a list of names or JSON", "名称列表或 JSON"));
        names(at.map_or("", |at| line.raw(at)), |_| true).ok_or_else(wrong)
    };
    let (id, title) = (text(places.id), text(places.title));
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong(places.id, "id", ("a number", "数字")));
    }
    if title.is_empty() {
        return Err(wrong(places.title, "title", ("a film’s title", "影片名称")));
    }
    let release = places.release.map(|at| line.day(at)).transpose();
    let release = release.map_err(|_| {
        wrong(places.release, "release_date", ("a day such as 2016-12-23", "2016-12-23 这样的日期"))
    })?;
    let budget = places.budget.map(|at| line.scaled(at, 2)).transpose();
    let budget = budget.ok().flatten().flatten().or(places.budget.is_none().then_some(0));
    let unread = !text(places.budget).is_empty() && budget.is_none();
    if unread || budget.is_some_and(|budget| !(0..=BUDGET_MAX).contains(&budget)) {
        return Err(wrong(places.budget, "budget", ("a budget in dollars", "以美元计的成本")));
    }
    let runtime = places.runtime.map(|at| line.whole(at)).transpose();
    let runtime = runtime.map_err(|_| wrong(places.runtime, "runtime", ("a number of minutes", "分钟数")))?;
    let directs = |one: &Value| one["job"] == "Director";
    let directors = crate::films::names(places.crew.map_or("", |at| line.raw(at)), directs)
        .ok_or_else(|| wrong(places.crew, "crew", ("JSON", "JSON")))?;
    let facts = Facts {
        title: title.to_owned(),
        original_title: some(places.original_title),
        release: release.flatten(),
        genres: names(places.genres, "genres")?,
        budget_minor: budget.filter(|budget| *budget > 0),
        duration_minutes: runtime.flatten().filter(|minutes| (1..=2_000).contains(minutes)),
        language: some(places.language),
        countries: names(places.countries, "production_countries")?,
        studios: names(places.studios, "production_companies")?,
        cast: names(places.cast, "cast")?,
        directors,
        tags: Vec::new(),
    };
    Ok((id.to_owned(), facts))
}

/// `[{"name": "Ann"}, …]` or `Ann, Bob` or `Ann|Bob`: the first [`NAMES_MAX`] names that pass.
fn names(text: &str, pass: impl Fn(&Value) -> bool) -> Option<Vec<String>> {
    if !text.starts_with('[') {
        let parts = text.split([',', '|']).map(str::trim).filter(|part| !part.is_empty());
        return Some(parts.take(NAMES_MAX).map(str::to_owned).collect());
    }
    let list: Vec<Value> = serde_json::from_str(text).ok()?;
    let named = list.iter().filter(|one| pass(one)).filter_map(|one| one["name"].as_str());
    Some(named.take(NAMES_MAX).map(str::to_owned).collect())
}

/// Everything known of the films of a source at an instant, by the source's own id.
pub fn all(view: &View, source: &str, as_of: Instant) -> Result<BTreeMap<String, Facts>> {
    let mut films = BTreeMap::new();
    for row in learned::by(view, source, Kind::Film, as_of)? {
        films.insert(row.subject, serde_json::from_str(&row.body)?);
    }
    Ok(films)
}
