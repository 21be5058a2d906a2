//! Calendars of releases: which films were announced for which day, by whoever keeps such a list. Rivals to come.
//!
//! A film is announced from the instant its calendar was brought in, never earlier. A later calendar moves it, or
//! takes its day away: what was known before stays known as of before.

use crate::learned::{self, Kind};
use crate::series::Market;
use crate::table::{Encoding, Headers, Line, Packed, Subjects, bad_file};
use db::View;
use kernel::{Day, Instant, Refusal, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A film's title and its names of kinds, at most, in characters.
const NAME_CHARS_MAX: usize = 200;
/// Genres and versions that are kept of one film.
const KINDS_MAX: usize = 12;
/// What a calendar writes where a film has no day, or has one no longer.
const UNDATED: [&str; 12] = [
    "待定",
    "未定",
    "撤档",
    "延期",
    "tba",
    "tbd",
    "undated",
    "withdrawn",
    "postponed",
    "미정",
    "연기",
    "開檔日未定",
];

/// A film of a calendar. What the calendar does not say is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Announced {
    pub title: String,
    /// The day it was last announced for; it counts while [`Announced::is_dated`].
    pub release: Option<Day>,
    /// Whether it still has that day.
    pub is_dated: bool,
    pub genres: Vec<String>,
    pub country: Option<String>,
    pub distributor: Option<String>,
    pub duration_minutes: Option<i64>,
    /// `2D`, `3D`, `IMAX 3D`, ….
    pub versions: Vec<String>,
}

/// A film that has a day, as it was known at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The calendar's own id; without one the title.
    pub key: String,
    pub release: Day,
    /// When a calendar first said that day.
    pub since: Instant,
    pub film: Announced,
}

/// What `--as` calls a market's calendar, and the source of what was learned from it.
pub fn code(market: Market) -> &'static str {
    match market {
        Market::China => "china_calendar",
        Market::Korea => "korea_calendar",
        Market::Taiwan => "taiwan_calendar",
        Market::Us => "us_calendar",
    }
}

/// What files from a market are written in when they are not UTF-8.
fn encoding(market: Market) -> Option<Encoding> {
    match market {
        Market::China => Some(Encoding::Gb18030),
        Market::Korea => Some(Encoding::EucKr),
        Market::Taiwan => Some(Encoding::Big5),
        Market::Us => Some(Encoding::Windows1252),
    }
}

/// Names by which only one market's calendars call their films and days.
fn own_names(market: Market) -> (&'static [&'static str], &'static [&'static str]) {
    match market {
        Market::China => {
            (&["影片", "影片名称", "片名", "电影名称"], &["上映日期", "上映时间", "releasetime"])
        }
        Market::Korea => (&["영화명", "movienm"], &["개봉일", "opendt"]),
        Market::Taiwan => (&["中文片名", "電影名稱"], &["上映日", "開演日期"]),
        Market::Us => (&[], &[]),
    }
}

/// Where each fact stands in a file.
struct Places {
    id: Option<usize>,
    title: usize,
    title_name: String,
    release: usize,
    release_name: String,
    genres: Option<usize>,
    country: Option<usize>,
    distributor: Option<usize>,
    duration: Option<usize>,
    versions: Option<usize>,
}

impl Places {
    fn of(headers: &Headers, market: Market) -> Option<Places> {
        let (titles, releases) = own_names(market);
        let any = |own: &[&str], others: &[&str]| headers.find(own).or_else(|| headers.find(others));
        let title = any(titles, &["title", "movie", "film", "release"])?;
        let release = any(releases, &["release_date", "release date", "opens", "date"])?;
        Some(Places {
            title,
            title_name: headers.name(title).to_owned(),
            release,
            release_name: headers.name(release).to_owned(),
            id: headers.find(&["id", "movie_id", "movieid", "moviecd", "release_id", "影片编码"]),
            genres: headers.find(&["genres", "genre", "category", "类型", "類型", "장르"]),
            country: headers.find(&["country", "国家", "国家/地区", "国别", "國別", "국적"]),
            distributor: headers.find(&["distributor", "发行", "发行公司", "發行公司", "배급사"]),
            duration: headers.find(&["duration", "runtime", "片长", "片長", "상영시간"]),
            versions: headers.find(&["version", "versions", "制式", "版本"]),
        })
    }
}

/// Which market's calendar a file is, by what it calls its films and days; English headers do not say.
pub fn recognise(file: &Packed) -> Option<Market> {
    Market::ALL.into_iter().find(|market| {
        let headers = file.decode(encoding(*market)).and_then(|source| source.headers());
        let (titles, releases) = own_names(*market);
        headers.is_ok_and(|headers| headers.find(titles).is_some() && headers.find(releases).is_some())
    })
}

/// Reads a calendar. A film that comes again with another day is refused; the first counts.
pub fn read(file: &Packed, market: Market) -> Result<Subjects<Announced>, Refusal> {
    let source = file.decode(encoding(market))?;
    let headers = source.headers()?;
    let Some(places) = Places::of(&headers, market) else {
        let (file, found) = (headers.file(), headers.list());
        return Err(bad_file(
            format!(
                "“{file}” is not a calendar of releases: it needs title and release_date; its columns are {found}."
            ),
            format!(
                "“{file}”不是上映日程：需要 title（片名）和 release_date（上映日期）；现有的列为 {found}。"
            ),
        ));
    };
    let wanted = ("a film of its own: an earlier line has it otherwise", "唯一的影片：前面的行与之不同");
    let again = |line: &Line| line.refuse(source.name(), Some(places.title), &places.title_name, wanted);
    source.by_subject(|line| announced(source.name(), line, &places), again)
}

fn announced(file: &str, line: &Line, places: &Places) -> Result<(String, Announced), Refusal> {
    let text = |at: Option<usize>| at.map_or("", |at| line.text(at));
    let some = |at: Option<usize>| Some(clip(text(at))).filter(|text| !text.is_empty());
    let title = clip(line.text(places.title));
    if title.is_empty() {
        return Err(line.refuse(
            file,
            Some(places.title),
            &places.title_name,
            ("a film’s title", "影片名称"),
        ));
    }
    let written = line.text(places.release);
    let is_undated = written.is_empty() || UNDATED.iter().any(|word| written.eq_ignore_ascii_case(word));
    let release = if is_undated { Ok(None) } else { line.day(places.release) };
    let release = release.map_err(|_| {
        let wanted = ("a day such as 2016-12-23, or TBA", "2016-12-23 这样的日期，或“待定”");
        line.refuse(file, Some(places.release), &places.release_name, wanted)
    })?;
    let minutes = places.duration.and_then(|at| line.whole(at).ok().flatten());
    let film = Announced {
        title: title.clone(),
        release,
        is_dated: release.is_some(),
        genres: kinds(text(places.genres)),
        country: some(places.country),
        distributor: some(places.distributor),
        duration_minutes: minutes.filter(|minutes| (1..=1_000).contains(minutes)),
        versions: kinds(text(places.versions)),
    };
    Ok((some(places.id).unwrap_or(title), film))
}

fn clip(text: &str) -> String {
    text.chars().take(NAME_CHARS_MAX).collect()
}

/// `剧情,爱情`, `Drama|Romance` or `Drama/Romance`.
fn kinds(text: &str) -> Vec<String> {
    let parts = text.split([',', '，', '、', '|', '/', ';']).map(str::trim).filter(|part| !part.is_empty());
    parts.take(KINDS_MAX).map(clip).collect()
}

/// The films that have a day, as a market's calendars had them at an instant; by day, then by title.
pub fn entries(view: &View, market: Market, as_of: Instant) -> Result<Vec<Entry>> {
    let mut newest: BTreeMap<String, Entry> = BTreeMap::new();
    for row in learned::by(view, code(market), Kind::Announcement, as_of)? {
        let film: Announced = serde_json::from_str(&row.body)?;
        match film.release.filter(|_| film.is_dated) {
            None => drop(newest.remove(&row.subject)),
            Some(release) => {
                let same = newest.get(&row.subject).filter(|known| known.release == release);
                let since = same.map_or(row.at, |known| known.since);
                let entry = Entry { key: row.subject.clone(), release, since, film };
                newest.insert(row.subject, entry);
            }
        }
    }
    let mut entries: Vec<Entry> = newest.into_values().collect();
    entries.sort_by(|a, b| (a.release, &a.film.title, &a.key).cmp(&(b.release, &b.film.title, &b.key)));
    Ok(entries)
}
