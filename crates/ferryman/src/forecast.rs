//! `ferryman forecast`: what a release will still take, as a table and a chart for a terminal.

use crate::{installation, providers};
use anyhow::{Context, bail, ensure};
use clap::Args;
use demand::in_release::{DayAhead, Expected, Film, Forecast, Measure, Observed, Range};
use flows::House;
use flows::learn_market::{self, Foresight};
use flows::views::market_series;
use flows::views::outlook::Outlook;
use flows::views::release_places::{self, Here, InCity};
use kernel::{Currency, Day, Money, Refusal};
use market::series::Market;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

/// Films in a list, at most.
const LISTED_MAX: usize = 30;
/// Past days in the table.
const PAST_DAYS: usize = 7;
/// Columns of the chart.
const CHART_WIDTH: usize = 44;
/// A run counts as current when its newest day is at most so many days before the newest of the market.
const CURRENT_DAYS: i32 = 3;

#[derive(Args)]
pub struct Options {
    /// A film of the installation or of an imported chart: its name, or part of it; without it, every current run.
    #[arg(long)]
    title: Option<String>,
    /// china, korea, taiwan or us; the house's own when left out.
    #[arg(long)]
    market: Option<String>,
    /// Forecast from the days up to this one.
    #[arg(long, value_name = "DAY")]
    as_of: Option<String>,
    /// Learn the market again first, from its imported chart and the installation's own sales.
    #[arg(long)]
    learn: bool,
    /// Write the forecast as JSON to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    #[command(flatten)]
    place: installation::Place,
}

pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let asked = options.market.as_deref().map(Market::parse).transpose().map_err(installation::spoken)?;
    let until = options.as_of.as_deref().map(Day::parse).transpose().map_err(installation::spoken)?;
    let house = installation::open_house(options.place.open()?, providers::nobody())?;
    let market = match asked {
        Some(market) => market,
        None => house
            .read_blocking(market_series::home)?
            .context("the house is at home where no charts are known; name a --market")?,
    };
    if options.learn {
        let lesson = learn_market::learn(&house, market)
            .map_err(|error| error.refusal().cloned().map_or_else(|| error.into(), installation::spoken))?;
        println!(
            "Learned from {} films of {}.  学习了 {} 部影片。",
            lesson.films,
            market.words().en,
            lesson.films
        );
    }
    let films = known(&house, market, until)?;
    let names = names(&house)?;
    match &options.title {
        Some(title) => tell(&house, market, pick(films, &names, title)?, options),
        None => list(&house, market, films),
    }
}

/// The English names of our own films, by the name and release under which their runs are known.
type Names = BTreeMap<(String, Day), String>;

fn names(house: &House) -> anyhow::Result<Names> {
    let ours = house.read_blocking(titles::all)?.into_iter();
    let named = ours.filter_map(|title| Some(((title.name.zh, title.premiere?), title.name.en)));
    Ok(named.collect())
}

/// Every film of the market, its days up to the asked one.
fn known(house: &House, market: Market, until: Option<Day>) -> anyhow::Result<Vec<Film>> {
    let now = house.now();
    let mut films = house.read_blocking(move |view| market_series::films(view, market, now))?;
    if let Some(until) = until {
        let first = films.iter().flat_map(|film| film.days.first()).map(|one| one.day).min();
        films.iter_mut().for_each(|film| film.days.retain(|one| one.day <= until));
        films.retain(|film| !film.days.is_empty());
        if let Some(first) = first.filter(|_| films.is_empty()) {
            let of = market.words();
            bail!(
                "what is known of {} here begins on {first}, after {until}\n          这里{}的数据从 {first} 开始，晚于 {until}",
                of.en,
                of.zh
            );
        }
    }
    ensure!(
        !films.is_empty(),
        "nothing is known of {} here; import its daily chart first\n          这里没有{}的数据，请先导入其每日榜单",
        market.words().en,
        market.words().zh
    );
    Ok(films)
}

/// The film that is meant: by its whole name, else by a part that only one has; the newest of several runs.
fn pick(mut films: Vec<Film>, names: &Names, title: &str) -> anyhow::Result<Film> {
    let sought = title.trim().to_lowercase();
    let is_called = |film: &Film, is: &dyn Fn(&str) -> bool| {
        let english = names.get(&(film.name.clone(), film.release));
        is(&film.name.to_lowercase()) || english.is_some_and(|name| is(&name.to_lowercase()))
    };
    films.sort_by_key(|film| std::cmp::Reverse(film.release));
    if let Some(whole) = films.iter().position(|film| is_called(film, &|name| name == sought)) {
        return Ok(films.swap_remove(whole));
    }
    films.retain(|film| is_called(film, &|name| name.contains(&sought)));
    match films.len() {
        0 => bail!(
            "no film of this market is called “{title}”; nothing is forecast\n          该市场没有名为“{title}”的影片，无法预测"
        ),
        1 => Ok(films.swap_remove(0)),
        _ => {
            let names: Vec<String> =
                films.iter().take(10).map(|film| format!("{} ({})", film.name, film.release)).collect();
            let names = names.join(", ");
            bail!(
                "several films are called so: {names}; say more of the name\n          有多部影片符合：{names}；请写全片名"
            )
        }
    }
}

/// What a film will still take, from all its days here.
fn forecast(foresight: &Foresight, film: &Film) -> Result<Forecast, Refusal> {
    foresight.forecast(film, film.days.last().map_or(film.release, |one| one.day))
}

fn foresight(house: &House, market: Market) -> anyhow::Result<Foresight> {
    let inside = house.clone();
    let found = house.read_blocking(move |view| Foresight::of(&inside, view, market));
    found.map_err(|error| error.refusal().cloned().map_or_else(|| error.into(), installation::spoken))
}

fn tell(house: &House, market: Market, film: Film, options: &Options) -> anyhow::Result<ExitCode> {
    let told = forecast(&foresight(house, market)?, &film).map_err(installation::spoken)?;
    print!("{}", page(&film, &told));
    if options.as_of.is_none() {
        print!("{}", places(house, &film)?);
    }
    if options.as_of.is_some() {
        println!("  · The newest model tells it: it may have learned from days after this one.");
        println!("    由最新的模型给出；该模型可能学习过此日之后的数据。");
    }
    if let Some(file) = &options.json {
        let text = serde_json::to_string_pretty(&Told::of(&film, &told, house))? + "\n";
        std::fs::write(file, text)
            .with_context(|| format!("the forecast cannot be written to {0} 无法写入 {0}", file.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The same by city and cinema, for a film that is sold here; nothing for one of a chart.
fn places(house: &House, film: &Film) -> anyhow::Result<String> {
    let (inside, name, release, now) = (house.clone(), film.name.clone(), film.release, house.now());
    let told = house.read_blocking(move |view| {
        let of_ours = |title: &titles::Title| title.name.zh == name && title.premiere == Some(release);
        match titles::all(view)?.into_iter().find(of_ours) {
            Some(title) => release_places::foretold(&inside, view, &title, now).map(|told| told.ok()),
            None => Ok(None),
        }
    })?;
    Ok(told.map_or_else(String::new, |(outlook, cities)| by_city(&outlook, &cities)))
}

fn by_city(outlook: &Outlook, cities: &[InCity]) -> String {
    let scale = Scale { most: 1, measure: outlook.newest.measure };
    let day = outlook.newest.as_of;
    let mut text = format!("  By city, on {day}  各城市\n");
    text += &format!(
        "  {:<34} {:>12} {:>12} {:>8} {:>12} {:>14} {:>14} – {:<14} from 依据\n",
        "city, cinema 城市、影院",
        "took 票房",
        "forecast",
        "against",
        "next day",
        "whole run",
        "90 % from",
        "to"
    );
    for city in cities {
        text += &place_line(&scale, &city.city.name.en, &city.here, day);
        if city.cinemas.len() > 1 {
            for cinema in &city.cinemas {
                text += &place_line(&scale, &format!("  {}", cinema.here.name.en), &cinema.here, day);
            }
        }
    }
    text + "\n"
}

fn place_line(scale: &Scale, name: &str, here: &Here, day: Day) -> String {
    let took = scale.say(here.took(day));
    let (told, basis) = match &here.told {
        Ok(told) => told,
        Err(refusal) => return format!("  {name:<34} {took:>12}   {}\n", refusal.say.en),
    };
    let expected = here.expected.map_or("–".to_owned(), |one| scale.say(one.amount));
    let against = here.against(day).map_or("–".to_owned(), |against| format!("{:+.0} %", against * 100.0));
    let next = told.days.first().map_or("–".to_owned(), |ahead| scale.say(ahead.expected.amount));
    let (total, low, high) =
        (scale.say(told.total.amount), scale.say(told.total.wide.low), scale.say(told.total.wide.high));
    let from = basis.words().en;
    format!(
        "  {name:<34} {took:>12} {expected:>12} {against:>8} {next:>12} {total:>14} {low:>14} – {high:<14} {from}\n"
    )
}

/// The forecast for a terminal.
fn page(film: &Film, told: &Forecast) -> String {
    let name = if film.name.is_empty() { "The film" } else { &film.name };
    let unit = told.measure.words();
    let mut text = format!(
        "\n{name}  released {} 上映, known to {} 已知至   ({}, {})\n\n",
        film.release, told.as_of, unit.en, unit.zh
    );
    let past: Vec<&Observed> = film.days.iter().rev().take(PAST_DAYS).rev().collect();
    let most =
        past.iter().map(|one| one.amount).chain(told.days.iter().map(|ahead| ahead.expected.wide.high)).max();
    let scale = Scale { most: most.unwrap_or(1).max(1), measure: told.measure };
    text += &format!("  {:<16} {:>15} {:>15} – {:<15} \n", "day 日期", "took / expected", "90 % from", "to");
    for one in past {
        let bar = "█".repeat(scale.columns(one.amount));
        text += &format!(
            "  {} {} {:>15} {:>15}   {:<15} {bar}\n",
            one.day,
            weekday(one.day),
            scale.say(one.amount),
            "",
            ""
        );
    }
    for DayAhead { day, expected } in &told.days {
        let Expected { amount, wide, .. } = *expected;
        let (low, high) = (scale.say(wide.low), scale.say(wide.high));
        let (amount, bar) = (scale.say(amount), scale.bar(expected));
        text += &format!("  {day} {} {amount:>15} {low:>15} – {high:<15} {bar}\n", weekday(*day));
    }
    text += "\n  █ took 已知   ◆ expected 预计   ▒ one in two 半数   ░ nine in ten 九成\n\n";
    let Expected { amount, half, wide } = told.total;
    text += &format!(
        "  so far 累计 {}; in all 总计 {}, one in two {} – {}, nine in ten {} – {}\n\n",
        scale.say(told.so_far),
        scale.say(amount),
        scale.say(half.low),
        scale.say(half.high),
        scale.say(wide.low),
        scale.say(wide.high)
    );
    for words in &told.because {
        text += &format!("  · {}\n    {}\n", words.en, words.zh);
    }
    text
}

fn weekday(day: Day) -> &'static str {
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][day.weekday() as usize - 1]
}

/// How amounts become columns and words.
struct Scale {
    most: i64,
    measure: Measure,
}

impl Scale {
    fn columns(&self, amount: i64) -> usize {
        (amount.max(0) as f64 / self.most as f64 * CHART_WIDTH as f64).round() as usize
    }

    fn bar(&self, expected: &Expected) -> String {
        let within =
            |range: Range, at: usize| (self.columns(range.low)..=self.columns(range.high)).contains(&at);
        let point = self.columns(expected.amount);
        let column = |at: usize| match at {
            at if at == point => '◆',
            at if within(expected.half, at) => '▒',
            at if within(expected.wide, at) => '░',
            _ => ' ',
        };
        let bar: String = (0..=CHART_WIDTH).map(column).collect();
        bar.trim_end().to_owned()
    }

    fn say(&self, amount: i64) -> String {
        match self.measure {
            Measure::Admissions => amount.to_string(),
            Measure::Gross(currency) => whole(amount, currency),
        }
    }
}

/// Money without its cents.
fn whole(minor: i64, currency: Currency) -> String {
    let cents = 10_i64.pow(currency.exponent());
    let text = Money::new(minor / cents * cents, currency).to_string();
    text.split('.').next().unwrap_or_default().to_owned()
}

/// Every run that is under way, the largest first.
fn list(house: &House, market: Market, films: Vec<Film>) -> anyhow::Result<ExitCode> {
    let newest_day = |film: &Film| film.days.last().map(|one| one.day);
    let newest = films.iter().filter_map(newest_day).max();
    let current: Vec<Film> = films
        .into_iter()
        .filter(|film| {
            newest.zip(newest_day(film)).is_some_and(|(newest, last)| last.days_until(newest) <= CURRENT_DAYS)
        })
        .collect();
    let whole = |film: &Film| film.days.last().map_or(film.release, |one| one.day);
    let foresight = foresight(house, market)?;
    let told = foresight
        .watch_all(&current, |watched, film| watched.forecast(whole(film)))
        .map_err(installation::spoken)?;
    // A run that cannot be forecast (too few days, over) is not listed.
    let mut told: Vec<(Film, Forecast)> =
        current.into_iter().zip(told).filter_map(|(film, told)| Some((film, told.ok()?))).collect();
    told.sort_by_key(|(_, told)| std::cmp::Reverse(told.total.amount - told.so_far));
    let newest = newest.map_or(String::new(), |day| day.to_string());
    println!(
        "\n  {} on {newest}: {} runs can be forecast  可预测 {} 部",
        market.words().en,
        told.len(),
        told.len()
    );
    println!(
        "  {:>15} {:>15} {:>15} – {:<15} released   film",
        "so far 累计", "in all 总计", "90 % from", "to"
    );
    for (film, told) in told.iter().take(LISTED_MAX) {
        let scale = Scale { most: 1, measure: told.measure };
        let Expected { amount, wide, .. } = told.total;
        println!(
            "  {:>15} {:>15} {:>15} – {:<15} {} {}",
            scale.say(told.so_far),
            scale.say(amount),
            scale.say(wide.low),
            scale.say(wide.high),
            film.release,
            film.name
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// A forecast as JSON; amounts in minor units, or admissions.
#[derive(Serialize)]
struct Told<'a> {
    film: &'a str,
    release: Day,
    measure: Measure,
    made_at: String,
    as_of: Day,
    so_far: i64,
    total: Spread,
    days: Vec<Ahead>,
    because: &'a [kernel::Words],
}

#[derive(Serialize)]
struct Spread {
    amount: i64,
    half: [i64; 2],
    wide: [i64; 2],
}

#[derive(Serialize)]
struct Ahead {
    day: Day,
    #[serde(flatten)]
    expected: Spread,
}

impl From<Expected> for Spread {
    fn from(Expected { amount, half, wide }: Expected) -> Spread {
        Spread { amount, half: [half.low, half.high], wide: [wide.low, wide.high] }
    }
}

impl<'a> Told<'a> {
    fn of(film: &'a Film, told: &'a Forecast, house: &House) -> Told<'a> {
        let ahead = |one: &DayAhead| Ahead { day: one.day, expected: one.expected.into() };
        Told {
            film: &film.name,
            release: film.release,
            measure: told.measure,
            made_at: house.now().say(&house.zone(), kernel::Lang::En),
            as_of: told.as_of,
            so_far: told.so_far,
            total: told.total.into(),
            days: told.days.iter().map(ahead).collect(),
            because: &told.because,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film(name: &str, release: &str) -> Film {
        Film {
            name: name.to_owned(),
            ..Film::of(Day::parse(release).unwrap(), Measure::Gross(Currency::USD), Vec::new())
        }
    }

    #[test]
    fn a_film_is_found_by_its_name_or_by_a_part_that_only_one_has() {
        let films = || {
            vec![
                film("River", "2018-01-05"),
                film("The River King", "2018-02-02"),
                film("Lake", "2018-03-02"),
            ]
        };
        let names =
            Names::from([(("Lake".to_owned(), Day::parse("2018-03-02").unwrap()), "Moon Pond".to_owned())]);
        let found = |title| pick(films(), &names, title).map(|film| film.release.to_string());
        assert_eq!(found("river").unwrap(), "2018-01-05", "the whole name before a part of one");
        assert_eq!(found("lak").unwrap(), "2018-03-02");
        assert_eq!(found("moon").unwrap(), "2018-03-02", "by its name in the other language");
        assert!(found("i").unwrap_err().to_string().contains("The River King (2018-02-02), River"));
        assert!(found("sea").unwrap_err().to_string().contains("no film"));
    }

    #[test]
    fn a_bar_shows_the_amount_inside_its_ranges() {
        let scale = Scale { most: 440, measure: Measure::Gross(Currency::USD) };
        let expected =
            Expected { amount: 100, half: Range { low: 80, high: 120 }, wide: Range { low: 50, high: 200 } };
        assert_eq!(scale.bar(&expected), "     ░░░▒▒◆▒▒░░░░░░░░");
        assert_eq!(whole(123_456_789, Currency::USD), "$1,234,567");
        assert_eq!(whole(5_000, Currency::KRW), "₩5,000");
    }
}
