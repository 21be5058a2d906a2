//! Bringing a file in: recognised by its header, read whole, stored in one transaction, remembered. Showings are one
//! circuit's own; everything else is for all.
//!
//! A file that says nothing new leaves no trace, so the same file twice is the same as once. One that corrects a
//! figure adds to what was learned; the earlier figure stays with the instant at which it was learned.

use crate::cinemas::{self, Directory};
use crate::films;
use crate::learned::{self, Change};
use crate::release_calendar;
use crate::series::{self, Dialect, Market, REFUSALS_TOLD_MAX, Series};
use crate::showings::{self, Showing};
use crate::table::{Headers, Packed, Subjects, bad_file, mostly_refused};
use crate::taste;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Day, ImportId, Instant, OrgId, Refusal, Result, Words};
use serde_json::Value;
use std::path::Path;

/// Imports in one list, at most.
pub const LISTED_MAX: i64 = 200;
/// The most bytes of a file's name that are kept.
const NAME_CHARS_MAX: usize = 200;
/// More rows than one in this many that cannot be read, and the file is refused as a whole.
const REFUSED_ONE_IN: usize = series::REFUSED_ONE_IN;

/// What a file can be.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Chart(&'static Dialect),
    Cinemas(Directory),
    /// Which films were announced for which day.
    Calendar(Market),
    MovieLens,
    /// What one circuit showed and sold.
    Showings,
    Tmdb,
}

impl Kind {
    /// Every kind.
    pub fn all() -> Vec<Kind> {
        let charts = Dialect::ALL.into_iter().map(Kind::Chart);
        let directories = Directory::ALL.into_iter().map(Kind::Cinemas);
        let calendars = Market::ALL.into_iter().map(Kind::Calendar);
        charts
            .chain(directories)
            .chain(calendars)
            .chain([Kind::MovieLens, Kind::Showings, Kind::Tmdb])
            .collect()
    }

    /// What `--as` calls it, and the source of what was learned from it.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Chart(dialect) => dialect.code,
            Kind::Cinemas(directory) => directory.code(),
            Kind::Calendar(market) => release_calendar::code(market),
            Kind::MovieLens => "movielens",
            Kind::Showings => "showings",
            Kind::Tmdb => "tmdb",
        }
    }

    /// The kind in words, for people.
    pub fn words(self) -> Words {
        match self {
            Kind::Chart(dialect) => chart_words(dialect.code),
            Kind::Cinemas(directory) => match directory.code() {
                "france_cinemas" => Words::new("Cinemas of France", "法国影院名录"),
                _ => Words::new("Cinemas of China", "中国影院名录"),
            },
            Kind::Calendar(market) => {
                let market = market.words();
                Words::new(format!("Release calendar: {}", market.en), format!("上映日程：{}", market.zh))
            }
            Kind::MovieLens => Words::new("Ratings of films (MovieLens)", "影片评分（MovieLens）"),
            Kind::Showings => Words::new("Showings of a circuit", "院线的历史场次"),
            Kind::Tmdb => Words::new("Facts of films (TMDB)", "影片资料（TMDB）"),
        }
    }

    pub fn parse(code: &str) -> Result<Kind, Refusal> {
        Kind::all().into_iter().find(|kind| kind.code() == code).ok_or_else(|| {
            let known: Vec<&str> = Kind::all().into_iter().map(Kind::code).collect();
            let known = known.join(", ");
            Refusal::field(
                "kind",
                "unknown_kind",
                format!("“{code}” is not a kind of file that can be imported; these are: {known}."),
                format!("不能导入“{code}”这种文件；可选：{known}。"),
            )
        })
    }
}

fn chart_words(code: &str) -> Words {
    match code {
        "china_daily" => Words::new("Daily chart of mainland China", "中国内地日票房榜"),
        "korea_daily" => Words::new("Daily chart of South Korea (KOBIS)", "韩国日票房榜（KOBIS）"),
        "taiwan_weekly" => Words::new("Weekly chart of Taiwan", "台湾周票房榜"),
        "the_numbers_daily" => {
            Words::new("Daily chart of America (The Numbers)", "北美日票房榜（The Numbers）")
        }
        "us_daily" => {
            Words::new("Daily chart of America (Box Office Mojo)", "北美日票房榜（Box Office Mojo）")
        }
        other => Words::new(other, other),
    }
}

/// A file that has been read and not yet stored.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub kind: Kind,
    pub file: String,
    pub rows: usize,
    pub refused: usize,
    pub repeated: usize,
    pub unknown_cells: usize,
    /// At most [`REFUSALS_TOLD_MAX`].
    pub refusals: Vec<Refusal>,
    /// Whose showings these are, as whoever brings them says.
    pub circuit: Option<OrgId>,
    pub content: Content,
}

/// What was in a file.
#[derive(Clone, Debug)]
pub enum Content {
    Series(Series),
    /// Facts by subject, for each kind of subject.
    Facts(Vec<(learned::Kind, Vec<(String, Value)>)>),
    Showings(Vec<Showing>),
}

impl Prepared {
    /// How many films, cinemas, persons or cinema-days the file is about.
    pub fn subjects(&self) -> usize {
        match &self.content {
            Content::Series(series) => series.films.len(),
            Content::Facts(facts) => facts.iter().map(|(_, facts)| facts.len()).sum(),
            Content::Showings(showings) => showings::cinema_days(showings),
        }
    }

    /// The first and the last day of a series or of showings.
    pub fn span(&self) -> Option<(Day, Day)> {
        match &self.content {
            Content::Series(series) => series.span(),
            Content::Facts(_) => None,
            Content::Showings(showings) => {
                let days = showings.iter().map(|one| one.day);
                days.clone().min().zip(days.max())
            }
        }
    }

    /// The same as one circuit's, where it is showings; nothing else is anybody's own.
    pub fn brought_by(self, circuit: Option<OrgId>) -> Prepared {
        let circuit = circuit.filter(|_| matches!(self.content, Content::Showings(_)));
        Prepared { circuit, ..self }
    }

    /// The same without showings after a day, the last that is over: the others are not counted yet. Says how many were
    /// left out; refuses a file of which nothing would be left.
    pub fn until(mut self, last: Day) -> Result<Prepared, Refusal> {
        let Content::Showings(showings) = &mut self.content else { return Ok(self) };
        let before = showings.len();
        showings.retain(|one| one.day <= last);
        let later = before - showings.len();
        if later > 0 {
            let refusal = not_over(&self.file, later, last);
            if showings.is_empty() {
                return Err(refusal);
            }
            self.refusals.insert(0, refusal);
        }
        Ok(self)
    }
}

fn not_over(file: &str, later: usize, last: Day) -> Refusal {
    let showings = kernel::counted(later as i64, "showing", "showings");
    bad_file(
        format!(
            "“{file}” has {showings} after {last}, the last day that is over here: left out, to be brought when their day is over."
        ),
        format!(
            "“{file}”有 {later} 场晚于 {last}（本处最近一个已结束的营业日），未导入；请在当天结束后再导入。"
        ),
    )
}

/// Reads a file or a MovieLens folder; says what it is when nobody does. A line of a chart about a day after `last`,
/// the last that has been, is refused.
pub fn open(path: &Path, kind: Option<Kind>, last: Day) -> Result<Prepared, Refusal> {
    if !path.is_dir() {
        return read(&Packed::open(path)?, kind, last);
    }
    match kind {
        None | Some(Kind::MovieLens) => folder(path),
        Some(other) => {
            let (name, code) = (path.display(), other.code());
            Err(bad_file(
                format!("“{name}” is a folder; a {code} is a file."),
                format!("“{name}”是文件夹；{code} 应为文件。"),
            ))
        }
    }
}

/// Reads a file that is already here; see [`open`].
pub fn read(file: &Packed, kind: Option<Kind>, last: Day) -> Result<Prepared, Refusal> {
    match kind.map_or_else(|| recognise(file), Ok)? {
        Kind::Chart(dialect) => {
            let reading = series::read_until(file, Some(dialect), last)?;
            Ok(Prepared {
                kind: Kind::Chart(dialect),
                file: file.name().to_owned(),
                rows: reading.rows,
                refused: reading.refused,
                repeated: reading.repeated,
                unknown_cells: reading.unknown_cells,
                refusals: reading.refusals,
                circuit: None,
                content: Content::Series(reading.series),
            })
        }
        Kind::Showings => of_showings(file),
        Kind::Cinemas(directory) => {
            by_subject(file, Kind::Cinemas(directory), learned::Kind::Cinema, cinemas::read(file, directory)?)
        }
        Kind::Calendar(market) => by_subject(
            file,
            Kind::Calendar(market),
            learned::Kind::Announcement,
            release_calendar::read(file, market)?,
        ),
        Kind::Tmdb => by_subject(file, Kind::Tmdb, learned::Kind::Film, films::read(file)?),
        Kind::MovieLens => Err(bad_file(
            "A MovieLens import is a folder, not one of its files.".to_owned(),
            "MovieLens 应导入整个文件夹，而不是其中一个文件。".to_owned(),
        )),
    }
}

/// Of two lines that tell of one showing differently the first counts.
fn of_showings(file: &Packed) -> Result<Prepared, Refusal> {
    let reading = showings::read(file)?;
    let (again, differing): (Vec<usize>, Vec<Refusal>) = reading.contradicted.into_iter().unzip();
    let mut showings = reading.showings;
    let mut place = 0..;
    showings.retain(|_| place.next().is_some_and(|at| again.binary_search(&at).is_err()));
    let mut refusals = reading.refusals;
    refusals.extend(differing);
    let counts = (reading.rows, reading.repeated);
    prepared(Kind::Showings, file.name(), counts, refusals, Content::Showings(showings))
}

fn by_subject<T: serde::Serialize>(
    file: &Packed,
    kind: Kind,
    subject: learned::Kind,
    read: Subjects<T>,
) -> Result<Prepared, Refusal> {
    let content = vec![(subject, values(read.facts)?)];
    facts_of(kind, file.name(), (read.rows, read.repeated), read.refusals, content)
}

fn folder(path: &Path) -> Result<Prepared, Refusal> {
    let reading = taste::read(path)?;
    let content =
        vec![(learned::Kind::Film, values(reading.films)?), (learned::Kind::Taste, values(reading.tastes)?)];
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    facts_of(Kind::MovieLens, &name, (reading.rows, 0), reading.refusals, content)
}

/// What a file is, by its header. Refuses one that is nothing known.
pub fn recognise(file: &Packed) -> Result<Kind, Refusal> {
    let unicode = file.decode(None).and_then(|source| source.headers());
    if let Ok(headers) = &unicode {
        if films::is_tmdb(headers) {
            return Ok(Kind::Tmdb);
        }
        if let Some(directory) = Directory::sniff(headers) {
            return Ok(Kind::Cinemas(directory));
        }
    }
    if showings::source(file)
        .and_then(|source| source.headers())
        .is_ok_and(|headers| showings::is_showings(&headers))
    {
        return Ok(Kind::Showings);
    }
    let calendar = || release_calendar::recognise(file).map(Kind::Calendar);
    match series::recognise(file) {
        Ok(chart) => Ok(Kind::Chart(chart)),
        Err(refusal) => calendar().ok_or_else(|| unicode.map_or(refusal, |headers| nothing_known(&headers))),
    }
}

fn nothing_known(headers: &Headers) -> Refusal {
    let kinds: Vec<&str> =
        Kind::all().into_iter().filter(|kind| !matches!(kind, Kind::MovieLens)).map(Kind::code).collect();
    let (file, kinds, found) = (headers.file(), kinds.join(", "), headers.list());
    bad_file(
        format!(
            "“{file}” is none of the files that are understood ({kinds}; a MovieLens folder is imported whole); its columns are {found}."
        ),
        format!("“{file}”不是可识别的文件（{kinds}；MovieLens 请导入整个文件夹）；现有的列为 {found}。"),
    )
}

fn values<T: serde::Serialize>(facts: Vec<(String, T)>) -> Result<Vec<(String, Value)>, Refusal> {
    let value = |(subject, fact)| (subject, serde_json::to_value(fact).expect("a fact is plain data"));
    Ok(facts.into_iter().map(value).collect())
}

fn facts_of(
    kind: Kind,
    file: &str,
    counts: (usize, usize),
    refusals: Vec<Refusal>,
    content: Vec<(learned::Kind, Vec<(String, Value)>)>,
) -> Result<Prepared, Refusal> {
    prepared(kind, file, counts, refusals, Content::Facts(content))
}

/// Refuses a file of which too many lines are.
fn prepared(
    kind: Kind,
    file: &str,
    (rows, repeated): (usize, usize),
    mut refusals: Vec<Refusal>,
    content: Content,
) -> Result<Prepared, Refusal> {
    let refused = refusals.len();
    if rows == 0 || refused * REFUSED_ONE_IN > rows {
        return Err(mostly_refused(file, (refused, rows), refusals.first()));
    }
    refusals.truncate(REFUSALS_TOLD_MAX);
    let (file, unknown_cells, circuit) = (file.to_owned(), 0, None);
    Ok(Prepared { kind, file, rows, refused, repeated, unknown_cells, refusals, circuit, content })
}

/// A file that was brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub id: ImportId,
    pub kind: String,
    pub file: String,
    pub at: Instant,
    pub actor: String,
    pub rows: i64,
    pub refused: i64,
    pub repeated: i64,
    pub unknown_cells: i64,
    pub subjects: i64,
    pub first: Option<Day>,
    pub last: Option<Day>,
    pub added: i64,
    pub corrected: i64,
    pub refusals: Vec<Words>,
    /// Whose it is alone; `None` for what everybody learns from.
    pub circuit: Option<OrgId>,
}

impl FromRow for Import {
    fn from_row(row: &mut Row) -> Result<Import> {
        Ok(Import {
            id: row.next()?,
            kind: row.next()?,
            file: row.next()?,
            at: row.next()?,
            actor: row.next()?,
            rows: row.next()?,
            refused: row.next()?,
            repeated: row.next()?,
            unknown_cells: row.next()?,
            subjects: row.next()?,
            first: row.next()?,
            last: row.next()?,
            added: row.next()?,
            corrected: row.next()?,
            refusals: serde_json::from_str(&row.next::<String>()?)?,
            circuit: row.next()?,
        })
    }
}

/// Stores what was read; all of it or nothing. Counts film-days of a series, else subjects. With `None` for an id the
/// file said nothing new and nothing was written. Refuses showings of nobody.
pub fn store(
    tx: &Tx,
    act: &mut Act,
    prepared: &Prepared,
    step: &dyn Fn(u64),
) -> Result<(Option<ImportId>, Change)> {
    let id: ImportId = act.id();
    remember(tx, act, &id, prepared)?;
    let mut change = Change::default();
    match (&prepared.content, prepared.kind) {
        (Content::Series(series), Kind::Chart(dialect)) => {
            change = series::store(tx, &id, act.at, (dialect, series), step)?;
        }
        (Content::Facts(facts), kind) => {
            for (subject, facts) in facts {
                let one = learned::store(tx, &id, act.at, (kind.code(), *subject), facts, step)?;
                change.added += one.added;
                change.corrected += one.corrected;
                change.unchanged += one.unchanged;
            }
        }
        (Content::Showings(list), _) => {
            let circuit = prepared.circuit.as_ref().ok_or_else(|| showings::whose(&prepared.file))?;
            change = showings::store(tx, &id, act.at, circuit, list, step)?;
        }
        (Content::Series(_), kind) => {
            return Err(kernel::Error::fault(format!("a {} holds no series", kind.code())));
        }
    }
    if change.added + change.corrected == 0 {
        tx.run("delete from imported_file where id = $1", &[&id])?;
        return Ok((None, change));
    }
    tx.run(
        "update imported_file set added = $2, corrected = $3 where id = $1",
        &[&id, &change.added, &change.corrected],
    )?;
    Ok((Some(id), change))
}

fn remember(tx: &Tx, act: &Act, id: &ImportId, prepared: &Prepared) -> Result<()> {
    let file: String = prepared.file.chars().take(NAME_CHARS_MAX).collect();
    let says: Vec<&Words> = prepared.refusals.iter().map(|refusal| &refusal.say).collect();
    let (first, last) = prepared.span().unzip();
    let count = |number: usize| number as i64;
    tx.run(
        "insert into imported_file (id, kind, file, at, actor, rows_read, rows_refused, rows_repeated,
           cells_unknown, subjects, first_day, last_day, added, corrected, refusals, org_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, $13, $14)",
        &[
            id,
            &prepared.kind.code(),
            &file,
            &act.at,
            &act.actor.code(),
            &count(prepared.rows),
            &count(prepared.refused),
            &count(prepared.repeated),
            &count(prepared.unknown_cells),
            &count(prepared.subjects()),
            &first,
            &last,
            &serde_json::to_string(&says)?,
            &prepared.circuit,
        ],
    )?;
    Ok(())
}

/// Every import, newest first; [`LISTED_MAX`] of them.
pub fn all(view: &View) -> Result<Vec<Import>> {
    view.all(
        "select id, kind, file, at, actor, rows_read, rows_refused, rows_repeated, cells_unknown, subjects,
           first_day, last_day, added, corrected, refusals, org_id
         from imported_file
         order by at desc, id desc
         limit $1",
        &[&LISTED_MAX],
    )
}

/// What one circuit brought, newest first; [`LISTED_MAX`] of them.
pub fn of_circuit(view: &View, circuit: &OrgId) -> Result<Vec<Import>> {
    view.all(
        "select id, kind, file, at, actor, rows_read, rows_refused, rows_repeated, cells_unknown, subjects,
           first_day, last_day, added, corrected, refusals, org_id
         from imported_file
         where org_id = $1
         order by at desc, id desc
         limit $2",
        &[circuit, &LISTED_MAX],
    )
}
