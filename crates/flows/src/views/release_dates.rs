//! The days a film might open, as a question to the planner: the season and the reference films come from the
//! imported daily chart of the home market, the rivals from the slate and imported calendars, the scenarios from the
//! import rules.
//!
//! A film's own week is its forecast before release, which it meets on its own day; what films keep from week to week is
//! read from the market's ended runs. Where too few films are known to
//! forecast from, and of rivals that open after it, it is that of the films of its kind in the newest years: half of
//! them took more, half less; how far they lie apart is the spread.

use super::{market_series, openings, release_calendar};
use crate::House;
use crate::learn_openings::{self, Openings};
use db::View;
use demand::opening::{Film, Forecast, History, Window};
use demand::planning::release_date::{Competition, Entrant, Question, Scenario, Season, Usual};
use kernel::{Day, Instant, Kind, Lang, Refusal, Result, Words};
use market::release_calendar::Entry;
use market::rules::Rules;
use market::series::{self, Grain, Market, Series};
use std::sync::Arc;
use titles::Title;

/// Films that a film's week is read from, at least, and the years they opened in.
pub const FILMS_MIN: usize = 30;
const YEARS: i32 = 3;
/// Weeks around the premiere whose Fridays are compared.
const WEEKS_AROUND: i32 = 6;
const FRIDAY: i8 = 5;
/// What the rules were to become in the negotiations of 2017: films a year, and the most a foreign studio takes of the
/// gross, in per cent.
const RAISED_QUOTA: i64 = 46;
const RAISED_SHARE: i64 = 40;
const WEEKS_A_YEAR: f64 = 52.0;
/// The 95 % point of a normal number.
const NORMAL_WIDE: f64 = 1.6449;

/// What a question is made of, as it was read.
pub struct Known {
    pub series: Series,
    /// Titles of the slate.
    pub slate: Vec<Title>,
    /// Films of other houses, as calendars announce them.
    pub of_others: Vec<Entry>,
    pub openings: Arc<Openings>,
    /// The title as its forecast sees it; `None` without a premiere.
    pub film: Option<Film>,
}

/// A question with what it was made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    pub question: Question,
    pub because: Vec<Words>,
}

/// What a title will open with, as far as everything known today says.
///
/// Refuses a title without a premiere, one that has opened, and a market in which too few films are known.
pub fn opening(openings: &Openings, film: Option<&Film>, now: Instant) -> Result<Forecast, Refusal> {
    openings.forecast(film.ok_or_else(no_premiere)?, now)
}

/// A title as its forecast sees it, beside the market's openings.
pub fn film(
    house: &House,
    view: &View,
    title: &Title,
    now: Instant,
) -> Result<(Arc<Openings>, Option<Film>)> {
    let film = title.premiere.map(|release| openings::film(view, title, release, now)).transpose()?;
    Ok((learn_openings::openings(house, view, now)?, film))
}

/// Reads what the days of a film are compared with.
///
/// Refuses a film that has opened, and a market of whose chart too little was imported.
pub fn known(house: &House, view: &View, title: &Title, now: Instant) -> Result<Known> {
    candidates(title, now.day_in(&people::home::of(view)?.zone))?;
    let market = market_series::home(view)?.ok_or_else(too_little)?;
    let chart = series::fullest_chart(view, market)?.filter(|chart| chart.grain == Grain::Day);
    let series = chart.map(|chart| series::load(view, chart, now)).transpose()?.flatten();
    let series = series.ok_or_else(too_little)?;
    let (openings, film) = film(house, view, title, now)?;
    let slate = titles::all(view)?;
    let of_others = release_calendar::of_others(view, &slate, now)?;
    Ok(Known { series, slate, of_others, openings, film })
}

/// The days a film might open, against the slate; names are in the reader's language. Takes seconds when it is the
/// day's first question.
pub fn ask(known: &Known, title: &Title, now: Instant, lang: Lang) -> Result<Asked, Refusal> {
    let Known { series, slate, of_others, openings, film } = known;
    let history = &openings.history;
    let today = history.market.day_of(now);
    let candidates = candidates(title, today)?;
    let season = Season::of(history, today).map_err(|_| too_little())?;
    let weeks = first_weeks(series, history, &season, today);
    if weeks.len() < FILMS_MIN {
        return Err(too_little());
    }
    history.refuse_stale(now).map_err(learn_openings::guide)?;
    let own = opening(openings, film.as_ref(), now);
    let rivals = film.as_ref().map(|film| openings.rivals(film, now)).unwrap_or_default();
    let (of_kind, alike) = entrant(Opener::of(title, title.premiere.unwrap_or(candidates[0]), lang), &weeks);
    let (film, foreseen) = match &own {
        Ok(forecast) => {
            (entrant_of(of_kind, forecast, &season), Some(forecast.of(Window::Week).amount.max(1)))
        }
        Err(_) => (of_kind, None),
    };
    let opens = |one: &&Title| one.id != title.id && one.status.is_public();
    let coming = |one: &Title| {
        let release = one.premiere.filter(|day| *day > today.plus(-28))?;
        Some(Opener::of(one, release, lang))
    };
    let ours = slate.iter().filter(opens).filter_map(coming);
    let slate = ours.chain(of_others.iter().map(Opener::announced)).map(|opener| {
        let (of_kind, _) = entrant(opener, &weeks);
        match rivals.get(&of_kind.id) {
            Some(forecast) => entrant_of(of_kind, forecast, &season),
            None => of_kind,
        }
    });
    let slate = slate.collect();
    let scenarios = scenarios(series.market, &weeks, candidates[0].year())?;
    let mut because = match own {
        Ok(_) => vec![Words::new(
            "On its own day its first week is its forecast before release; other days differ from it by season and rivals.",
            "在原定日期的首周即上映前预测；其他日期按档期与竞争折算。",
        )],
        Err(refusal) => vec![refusal.say, of_its_kind(alike, weeks.len())],
    };
    let usual = usual(&weeks, &scenarios[0]);
    because.push(not_announced(&usual));
    let by_default = Competition::default();
    let kept_weekly = kept_weekly(&weeks).unwrap_or(by_default.kept_weekly);
    let competition = Competition { kept_weekly, ..by_default };
    let question = Question { film, foreseen, slate, usual, candidates, scenarios, season, competition };
    Ok(Asked { question, because })
}

/// What the middle film's second week keeps of its first.
fn kept_weekly(weeks: &[FirstWeek]) -> Option<f64> {
    let mut kept: Vec<f64> = weeks.iter().filter_map(|week| week.kept).collect();
    kept.sort_by(f64::total_cmp);
    (kept.len() >= FILMS_MIN).then(|| kept[kept.len() / 2])
}

/// As many domestic films as lately opened in a week; where the chart says nothing of where films come from, all of them
/// less the imports of the rules as they are.
fn usual(weeks: &[FirstWeek], rules: &Scenario) -> Usual {
    let domestic = || weeks.iter().filter(|week| week.domestic != Some(false));
    let releases = weeks.iter().map(|week| week.release);
    let span = releases.clone().min().zip(releases.max()).map_or(0, |(first, last)| first.days_until(last));
    let a_week = domestic().count() as f64 / (f64::from(span) / 7.0).max(1.0);
    let says_nothing = weeks.iter().all(|week| week.domestic.is_none());
    let imports = if says_nothing { rules.imports_per_week } else { 0.0 };
    let (first_week, spread) = middle(domestic());
    Usual { films_per_week: (a_week - imports).clamp(0.0, 50.0), first_week, spread }
}

fn not_announced(usual: &Usual) -> Words {
    let films = format!("{:.1}", usual.films_per_week);
    Words::new(
        format!(
            "Each week is filled up to {films} domestic films, as lately: what is not announced yet opens all the same."
        ),
        format!("每周按近期常态补足 {films} 部国产片：尚未公布的影片届时同样会上映。"),
    )
}

fn of_its_kind(alike: usize, all: usize) -> Words {
    let kind =
        if alike == all { Words::new("all kinds", "各类型") } else { Words::new("its kind", "同类型") };
    Words::new(
        format!(
            "Its first week is read from {alike} films of {} that opened in the last {YEARS} years.",
            kind.en
        ),
        format!("首周取自最近 {YEARS} 年上映的 {alike} 部{}影片。", kind.zh),
    )
}

/// An entrant by its forecast, in an average season.
fn entrant_of(entrant: Entrant, forecast: &Forecast, season: &Season) -> Entrant {
    let week = forecast.of(Window::Week);
    let first_week = (week.amount as f64 / season.at(entrant.release)).round() as i64;
    let spread = (week.wide.high.max(1) as f64 / week.wide.low.max(1) as f64).ln() / (2.0 * NORMAL_WIDE);
    Entrant { first_week: first_week.max(1), spread: spread.min(5.0), ..entrant }
}

/// The premiere and the Fridays around it that are still to come.
fn candidates(title: &Title, today: Day) -> Result<Vec<Day>, Refusal> {
    if title.premiere.is_some_and(|day| day <= today) {
        return Err(Refusal::new(
            Kind::Conflict,
            "has_opened",
            "The film has opened; its day is no longer to be chosen.",
            "影片已上映，无需再选档期。",
        ));
    }
    let middle = title.premiere.unwrap_or(today.plus(7 * WEEKS_AROUND));
    let around = (-7 * WEEKS_AROUND..=7 * WEEKS_AROUND).map(|days| middle.plus(days));
    let mut days: Vec<Day> = around.filter(|day| day.weekday() == FRIDAY && *day > today).collect();
    days.extend(title.premiere);
    days.sort();
    days.dedup();
    Ok(days)
}

/// What a film's first seven days took, in today's market and an average season.
struct FirstWeek {
    release: Day,
    genres: Vec<String>,
    domestic: Option<bool>,
    log: f64,
    /// What its second week took of that, days that were not on the chart as nothing; `None` before it is over.
    kept: Option<f64>,
}

fn first_weeks(series: &Series, history: &History, season: &Season, today: Day) -> Vec<FirstWeek> {
    let now = history.level(today);
    let week = |(film, days): (&series::Film, &[series::FilmDay])| {
        let release = film.release.filter(|day| (7..=365 * YEARS).contains(&day.days_until(today)))?;
        let first = days.iter().filter(|one| (0..7).contains(&release.days_until(one.day)));
        let amounts: Vec<i64> = first.filter_map(|one| one.gross).filter(|amount| *amount > 0).collect();
        let whole = amounts.len() == 7;
        let taken = amounts.iter().sum::<i64>() as f64;
        let second = days.iter().filter(|one| (7..14).contains(&release.days_until(one.day)));
        let second = second.filter_map(|one| one.gross).sum::<i64>() as f64;
        let kept = (release.days_until(today) >= 14).then(|| (second / taken).clamp(0.0, 1.0));
        let log = taken.ln() + now - history.level(release) - season.at(release).ln();
        let domestic = film.country.as_deref().map(openings::is_domestic);
        whole.then(|| FirstWeek { release, kept, genres: film.genres.clone(), domestic, log })
    };
    series.runs().filter_map(week).collect()
}

/// The median, in minor units, and the standard deviation of the logarithm.
fn middle<'a>(weeks: impl Iterator<Item = &'a FirstWeek>) -> (i64, f64) {
    let mut logs: Vec<f64> = weeks.map(|week| week.log).collect();
    logs.sort_by(f64::total_cmp);
    let count = logs.len().max(1) as f64;
    let mean = logs.iter().sum::<f64>() / count;
    let spread = (logs.iter().map(|log| (log - mean).powi(2)).sum::<f64>() / count).sqrt();
    let median = logs.get(logs.len() / 2).copied().unwrap_or(0.0);
    ((median.exp().round() as i64).max(1), spread.min(5.0))
}

/// A film that opens on a day.
struct Opener {
    id: String,
    name: String,
    release: Day,
    genres: Vec<String>,
    domestic: bool,
}

impl Opener {
    fn of(title: &Title, release: Day, lang: Lang) -> Opener {
        let genres = Some(title.genre.clone()).filter(|genre| !genre.is_empty());
        Opener {
            id: title.id.0.clone(),
            name: title.name.in_(lang).to_owned(),
            release,
            genres: genres.into_iter().collect(),
            domestic: title.domestic,
        }
    }

    /// One of a calendar; where it does not say the country, a domestic one.
    fn announced(entry: &Entry) -> Opener {
        Opener {
            id: openings::calendar_id(&entry.key),
            name: entry.film.title.clone(),
            release: entry.release,
            genres: entry.film.genres.clone(),
            domestic: entry.film.country.as_deref().is_none_or(openings::is_domestic),
        }
    }
}

/// A film as those of its genres do; as all films do where too few of them are known. With how many were asked.
fn entrant(opener: Opener, weeks: &[FirstWeek]) -> (Entrant, usize) {
    let alike = |week: &&FirstWeek| opener.genres.iter().any(|genre| week.genres.contains(genre));
    let of_genre = weeks.iter().filter(alike).count();
    let (first_week, spread) =
        if of_genre >= FILMS_MIN { middle(weeks.iter().filter(alike)) } else { middle(weeks.iter()) };
    let Opener { id, name, release, genres, domestic } = opener;
    let entrant = Entrant { id, name, release, first_week, spread, genres, domestic, shared_audience: None };
    (entrant, if of_genre >= FILMS_MIN { of_genre } else { weeks.len() })
}

/// On the mainland: the quota held, raised, and none at all, of which nobody has seen what it lets in; twice the quota is
/// assumed, or as many as opened on the chart where that is more. Elsewhere no law of ours counts films: as many from abroad as opened on the chart.
fn scenarios(market: Market, weeks: &[FirstWeek], year: i16) -> Result<Vec<Scenario>, Refusal> {
    let foreign = || weeks.iter().filter(|week| week.domestic == Some(false));
    let (import_first_week, import_spread) =
        if foreign().count() >= FILMS_MIN { middle(foreign()) } else { middle(weeks.iter()) };
    let scenario = |code: &str, name: Words, films: i64| Scenario {
        code: code.to_owned(),
        name,
        imports_per_week: films as f64 / WEEKS_A_YEAR,
        import_first_week,
        import_spread,
    };
    if market != Market::China {
        let a_year = a_year(weeks);
        let name = match a_year {
            0 => Words::new("The films that are announced", "已公布的影片"),
            _ => Words::new(
                format!("Open: {a_year} films from abroad a year, as lately"),
                format!("不设配额：每年引进 {a_year} 部，与近年相同"),
            ),
        };
        return Ok(vec![scenario("open", name, a_year)]);
    }
    let quota = Rules::mainland_china().import_quota(year)?;
    let open = (2 * quota).max(a_year(weeks));
    let mut all = vec![scenario(
        "hold",
        Words::new(format!("Held at {quota} imports a year"), format!("维持每年 {quota} 部配额")),
        quota,
    )];
    if quota < RAISED_QUOTA {
        let name = Words::new(
            format!("{RAISED_QUOTA} a year, at up to {RAISED_SHARE} % of the gross"),
            format!("每年 {RAISED_QUOTA} 部，分账至多 {RAISED_SHARE}%"),
        );
        all.push(scenario("raise", name, RAISED_QUOTA));
    }
    let name =
        Words::new(format!("Open: {open} a year are assumed"), format!("不设配额：假设每年 {open} 部"));
    all.push(scenario("open", name, open));
    Ok(all)
}

/// Films from abroad that opened on the chart in a year, as lately.
fn a_year(weeks: &[FirstWeek]) -> i64 {
    weeks.iter().filter(|week| week.domestic == Some(false)).count() as i64 / i64::from(YEARS)
}

fn no_premiere() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "no_premiere",
        "The film has no premiere yet; an opening is forecast for a day.",
        "影片还没有定档，无法预测开画。",
    )
}

fn too_little() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "little_history",
        format!(
            "Release days are compared with at least a year of the home market’s daily chart and {FILMS_MIN} films that opened in it; bring one in with “ferryman import” or under Market, Imported figures."
        ),
        format!(
            "比较档期至少需要一年的本地市场日票房和 {FILMS_MIN} 部影片；请用“ferryman import”或在“市场”的“导入的数据”中导入。"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use demand::opening::{self as opening_model, Fact, Past, Taken};
    use demand::planning::release_date::compare;
    use kernel::{Dice, OrgId, TitleId, Zone};
    use titles::Status;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn title(id: &str, premiere: &str) -> Title {
        let at = day("2016-01-01").at(0, 0, &Zone::shanghai());
        Title {
            id: TitleId(id.into()),
            slug: id.into(),
            studio: OrgId("org_a".into()),
            status: Status::Announced,
            original_name: id.into(),
            name: Words::new(id, id),
            synopsis: Words::new("", ""),
            genre: "comedy".into(),
            runtime_minutes: 100,
            premiere: Some(day(premiere)),
            artwork: String::new(),
            domestic: true,
            created_at: at,
            updated_at: at,
        }
    }

    /// A film every week that takes 100 a day for two weeks; those that open in February take five times as much.
    fn chart(weeks: i32) -> Series {
        let first = day("2014-10-03");
        let mut series = Series {
            market: Market::China,
            currency: Market::China.currency(),
            grain: Grain::Day,
            films: vec![],
            days: vec![],
        };
        for week in 0..weeks {
            let release = first.plus(7 * week);
            let key = format!("film {week:03}");
            let amount = if release.month() == 2 { 50_000 } else { 10_000 };
            let days = (0..14).map(|age| series::FilmDay {
                film: week as u32,
                day: release.plus(age),
                gross: Some(amount),
                admissions: None,
                screens: None,
                showings: None,
                share_of_showings: None,
                share_of_box_office: None,
                rank: None,
                gross_to_date: None,
                admissions_to_date: None,
            });
            series.days.extend(days);
            let film =
                series::Film { key: key.clone(), title: key, release: Some(release), ..Default::default() };
            series.films.push(film);
        }
        series
    }

    /// What is known with nothing but a chart.
    fn known(series: Series, slate: Vec<Title>, title: &Title, now: Instant) -> Known {
        let run = |(film, days): (&series::Film, &[series::FilmDay])| {
            let taken =
                |one: &series::FilmDay| Taken { day: one.day, amount: one.gross.unwrap(), to_date: None };
            let known = |fact: Fact| opening_model::Known { at: Instant::default(), fact };
            let facts = vec![known(Fact::Genres(film.genres.clone()))];
            let film = Film {
                id: film.key.clone(),
                name: film.title.clone(),
                release: film.release.unwrap(),
                facts,
            };
            Past { film, days: days.iter().map(taken).collect() }
        };
        let past = series.runs().map(run).collect();
        let coming = |one: &Title| Film {
            id: one.id.0.clone(),
            name: one.name.zh.clone(),
            release: one.premiere.unwrap(),
            facts: vec![],
        };
        let openings = openings::Openings { past, slate: slate.iter().map(coming).collect() };
        let openings = Arc::new(Openings::of(openings, &kernel::Home::mainland(), now));
        Known { series, openings, film: Some(coming(title)), slate, of_others: Vec::new() }
    }

    #[test]
    fn a_film_is_known_by_its_forecast_where_enough_films_are_known() {
        let now = day("2017-12-22").at(12, 0, &Zone::shanghai());
        let (ours, rival) = (title("ours", "2018-01-19"), title("rival", "2018-01-12"));
        let known = known(chart(167), vec![ours.clone(), rival], &ours, now);
        let forecast = opening(&known.openings, known.film.as_ref(), now).unwrap();
        assert!(forecast.week.amount > 20_000 && forecast.week.amount < 500_000, "{:?}", forecast.week);
        assert!(forecast.comparables.len() == 5);
        let asked = ask(&known, &ours, now, Lang::En).unwrap();
        let because: Vec<&str> = asked.because.iter().map(|words| words.en.as_str()).collect();
        assert!(because[0].contains("its forecast before release"), "{because:?}");
        let season = asked.question.season.at(day("2018-01-19"));
        let week = asked.question.film.first_week as f64 * season;
        assert!((week / forecast.week.amount as f64 - 1.0).abs() < 0.01, "{week} {:?}", forecast.week);
        assert!(asked.question.slate[0].first_week != asked.question.film.first_week);

        // On its own day it takes what its forecast says; a film a week opens, and keeps all of its first week.
        let choices = compare(&asked.question, &mut Dice::seeded(1)).unwrap();
        let own = choices.iter().find(|one| one.day == day("2018-01-19") && one.scenario == "hold").unwrap();
        let missed = own.opening.amount as f64 / forecast.week.amount as f64;
        assert!((missed - 1.0).abs() < 1e-3, "{:?} {:?}", own.opening, forecast.week);
        let usual = asked.question.usual;
        assert!((usual.films_per_week - (1.0 - 34.0 / 52.0)).abs() < 0.02, "{usual:?}");
        let kept = asked.question.competition.kept_weekly;
        assert!((kept - 1.0).abs() < 1e-6, "{kept}");
        assert!(because.iter().any(|one| one.contains("0.4 domestic films")), "{because:?}");
    }

    #[test]
    fn a_chart_that_ends_long_ago_leads_to_where_a_newer_one_goes() {
        let now = day("2019-12-22").at(12, 0, &Zone::shanghai());
        let ours = title("ours", "2020-01-19");
        let known = known(chart(167), vec![ours.clone()], &ours, now);
        let refused = ask(&known, &ours, now, Lang::En).unwrap_err();
        assert!(
            refused.say.en.contains("2017, ") && refused.say.en.ends_with("under Market, Imported figures.")
        );
        let opening = opening(&known.openings, known.film.as_ref(), now).unwrap_err();
        assert_eq!(opening.say, refused.say);
    }

    #[test]
    fn a_strong_season_and_a_distant_rival_make_a_better_day() {
        let now = day("2016-12-23").at(12, 0, &Zone::shanghai());
        let (ours, rival) = (title("ours", "2017-01-20"), title("rival", "2017-01-13"));
        // Fewer films than an opening is forecast from: it says so, and reads the week from the films there are.
        let known = known(chart(104), vec![ours.clone(), rival], &ours, now);
        let asked = ask(&known, &ours, now, Lang::En).unwrap();
        assert_eq!(asked.question.slate.len(), 1, "a film is no rival of itself");
        assert!(
            asked.question.candidates.iter().all(|one| one.weekday() == FRIDAY && *one > day("2016-12-23"))
        );
        let choices = compare(&asked.question, &mut Dice::seeded(1)).unwrap();
        let total = |text: &str, code: &str| {
            let found = choices.iter().find(|one| one.day == day(text) && one.scenario == code);
            found.unwrap().total.amount
        };
        let opening = |text: &str| choices.iter().find(|one| one.day == day(text)).unwrap().opening.amount;
        assert!(opening("2017-02-03") > 2 * opening("2017-01-06"));
        assert!(total("2017-02-03", "hold") > total("2017-02-03", "raise"));
        assert!(total("2017-02-03", "raise") > total("2017-02-03", "open"));
        let names: Vec<&str> = asked.question.scenarios.iter().map(|one| one.name.en.as_str()).collect();
        let expected = [
            "Held at 34 imports a year",
            "46 a year, at up to 40 % of the gross",
            "Open: 68 a year are assumed",
        ];
        assert_eq!(names, expected);
        assert!(asked.because.iter().any(|one| one.en.contains("films of all kinds")), "{:?}", asked.because);
        assert!(asked.because.iter().any(|one| one.en.contains("too few to learn openings from")));
    }

    #[test]
    fn too_little_of_the_market_and_a_film_that_has_opened_are_refused() {
        let now = day("2016-12-23").at(12, 0, &Zone::shanghai());
        let code = |weeks, premiere| {
            let ours = title("ours", premiere);
            ask(&known(chart(weeks), vec![], &ours, now), &ours, now, Lang::En).unwrap_err().code
        };
        assert_eq!(code(115, "2016-12-23"), "has_opened");
        assert_eq!(code(20, "2017-01-20"), "little_history");
    }
}
