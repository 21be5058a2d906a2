//! How good the first forecast is, on films it has not seen: the daily charts of mainland China, 2011 to 2014.
//!
//! The figures are third parties' and stay out of the repository; without them every test here says `skipped`.

use demand::calendar::Calendar;
use demand::in_release::{Expected, Film, Measure, Model, Observed, Range, fit};
use kernel::{Currency, Day};
use std::collections::BTreeMap;
use std::io::Read;

/// 10,000 yuan, the unit of the charts, in fen.
const WAN_FEN: f64 = 1_000_000.0;
/// Films whose first three days took less than ¥5m together are left out: the charts lose sight of them.
const OPENING_FEN_MIN: i64 = 500_000_000;
/// Days after the known ones that forecasts are judged on.
const JUDGED_DAYS: i32 = 14;

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

/// Every film of the charts, by release; previews included. `None`, with a word, when the charts are not there.
fn charts() -> Option<Vec<Film>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/china_daily_2011_2014.csv.gz");
    let Ok(file) = std::fs::File::open(path) else {
        println!("skipped: no daily charts beside this clone");
        return None;
    };
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("the charts are gzipped text");
    let mut films: BTreeMap<String, Film> = BTreeMap::new();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().expect("the charts have a head").clone();
    let column = |name: &str| headers.iter().position(|header| header == name).expect(name);
    let (id, release, date, taken) =
        (column("movie_id"), column("releaseTime"), column("date"), column("box_wan"));
    for row in reader.records().map(|row| row.expect("the charts are CSV")) {
        let amount = (row[taken].parse::<f64>().expect("takings are numbers") * WAN_FEN).round() as i64;
        let observed = Observed::amount(day(&row[date]), amount);
        let Ok(release) = Day::parse(&row[release]) else { continue };
        let film = films
            .entry(row[id].to_owned())
            .or_insert_with(|| Film::of(release, Measure::Gross(Currency::CNY), Vec::new()));
        film.days.push(observed);
    }
    let mut films: Vec<Film> = films.into_values().collect();
    for film in &mut films {
        film.days.sort_by_key(|one| one.day);
    }
    films.sort_by_key(|film| film.release);
    Some(films)
}

/// The film as it was known so many days after its release; `None` unless the charts have every one of them.
fn known(film: &Film, days: i32) -> Option<Film> {
    let end = film.release.plus(days);
    let early: Vec<Observed> = film.days.iter().filter(|one| one.day < end).copied().collect();
    let in_run = early.iter().filter(|one| one.day >= film.release).count();
    (in_run as i32 == days).then(|| Film { days: early, ..film.clone() })
}

/// Films released from one day up to another, not included, with three known days and an opening large enough.
fn released(films: &[Film], from: &str, to: &str) -> Vec<Film> {
    let opening = |film: &Film| -> i64 {
        let first = film.days.iter().filter(|one| (0..3).contains(&film.release.days_until(one.day)));
        first.map(|one| one.amount).sum()
    };
    let inside = |film: &&Film| (day(from)..day(to)).contains(&film.release);
    let large = |film: &&Film| known(film, 3).is_some() && opening(film) >= OPENING_FEN_MIN;
    films.iter().filter(inside).filter(large).cloned().collect()
}

/// The days after the known ones that the charts report; leaving the chart is not a zero.
fn judged(film: &Film, known_days: i32) -> Vec<Observed> {
    let (from, to) = (film.release.plus(known_days), film.release.plus(known_days + JUDGED_DAYS));
    film.days.iter().filter(|one| from <= one.day && one.day < to).copied().collect()
}

/// Pooled weighted absolute percentage error: Σ|taken − forecast| ÷ Σ taken, over all films and days.
#[derive(Default)]
struct Wape {
    missed: f64,
    taken: f64,
    forecast: f64,
}

impl Wape {
    fn add(&mut self, taken: i64, forecast: f64) {
        self.missed += (taken as f64 - forecast).abs();
        self.taken += taken as f64;
        self.forecast += forecast;
    }

    fn value(&self) -> f64 {
        self.missed / self.taken
    }
}

/// A simple forecaster to beat: what a film with these known days takes on a later day.
type Simple<'a> = &'a dyn Fn(&[Observed], Day) -> f64;

fn judge_simple(films: &[Film], known_days: i32, simple: Simple<'_>) -> Wape {
    let mut wape = Wape::default();
    for film in films {
        let Some(early) = known(film, known_days) else { continue };
        let early: Vec<Observed> = early.days.into_iter().filter(|one| one.day >= film.release).collect();
        judged(film, known_days).iter().for_each(|one| wape.add(one.amount, simple(&early, one.day)));
    }
    wape
}

/// Tomorrow equals today.
fn persistence(early: &[Observed], _: Day) -> f64 {
    early[early.len() - 1].amount as f64
}

/// Last week's day of the same name, times what films usually keep from week to week; where last week's day is not
/// known, the known days' level with the usual week and the usual keep.
struct LastWeek {
    weekday: [f64; 7],
    keep: f64,
}

impl LastWeek {
    fn learn(films: &[Film]) -> LastWeek {
        let mut weekday = [(0.0, 0.0); 7];
        let mut kept: Vec<f64> = Vec::new();
        for film in films {
            let weeks = |n: i32| {
                film.days.iter().filter(move |one| film.release.days_until(one.day).div_euclid(7) == n)
            };
            let (first, second): (Vec<_>, Vec<_>) = (weeks(0).collect(), weeks(1).collect());
            if first.len() < 7 || second.len() < 7 {
                continue;
            }
            let sum = |week: &[&Observed]| week.iter().map(|one| one.amount as f64).sum::<f64>();
            kept.push(sum(&second) / sum(&first));
            let both: Vec<_> = first.iter().chain(&second).collect();
            let mean = both.iter().map(|one| (one.amount as f64).ln()).sum::<f64>() / both.len() as f64;
            for one in both {
                let at = &mut weekday[one.day.weekday() as usize - 1];
                *at = (at.0 + (one.amount as f64).ln() - mean, at.1 + 1.0);
            }
        }
        kept.sort_by(f64::total_cmp);
        LastWeek { weekday: weekday.map(|(sum, n)| f64::exp(sum / n)), keep: kept[kept.len() / 2] }
    }

    fn usual(&self, day: Day) -> f64 {
        self.weekday[day.weekday() as usize - 1]
    }

    fn forecast(&self, early: &[Observed], day: Day) -> f64 {
        let newest = early[early.len() - 1].day;
        let weeks = (newest.days_until(day) + 6) / 7;
        let same_day = day.plus(-7 * weeks);
        if let Some(one) = early.iter().find(|one| one.day == same_day) {
            return one.amount as f64 * self.keep.powi(weeks);
        }
        let count = early.len() as f64;
        let level =
            early.iter().map(|one| (one.amount as f64 / self.usual(one.day)).ln()).sum::<f64>() / count;
        let middle = early.iter().map(|one| f64::from(one.day.days_until(day))).sum::<f64>() / count;
        level.exp() * self.usual(day) * self.keep.powf(middle / 7.0)
    }
}

#[derive(Default)]
struct Coverage {
    days: f64,
    half: f64,
    wide: f64,
}

impl Coverage {
    fn add(&mut self, taken: i64, expected: &Expected) {
        let inside = |range: Range| f64::from(u8::from((range.low..=range.high).contains(&taken)));
        self.days += 1.0;
        self.half += inside(expected.half);
        self.wide += inside(expected.wide);
    }

    fn shares(&self) -> (f64, f64) {
        (self.half / self.days, self.wide / self.days)
    }
}

fn judge(model: &Model, films: &[Film], known_days: i32) -> (Wape, Coverage, Wape, Coverage) {
    let calendar = Calendar::mainland_china();
    let (mut wape, mut coverage, mut totals, mut total_coverage) =
        <(Wape, Coverage, Wape, Coverage)>::default();
    for film in films {
        let Some(early) = known(film, known_days) else { continue };
        let forecast = model.forecast(&early, &calendar).expect("enough days are known");
        for one in judged(film, known_days) {
            let ahead =
                forecast.days.iter().find(|ahead| ahead.day == one.day).expect("a day within the horizon");
            wape.add(one.amount, ahead.expected.amount as f64);
            coverage.add(one.amount, &ahead.expected);
        }
        let run = film.days.iter().filter(|one| film.release.days_until(one.day) < 60);
        let total: i64 = run.map(|one| one.amount).sum();
        totals.add(total, forecast.total.amount as f64);
        total_coverage.add(total, &forecast.total);
    }
    (wape, coverage, totals, total_coverage)
}

#[test]
fn the_forecast_beats_persistence_and_last_week() {
    let Some(films) = charts() else { return };
    judge_year(&films, "2013-07-01", "2014-07-01");
}

#[test]
fn the_forecast_beats_them_the_year_before_too() {
    let Some(films) = charts() else { return };
    judge_year(&films, "2012-07-01", "2013-07-01");
}

/// Learns from the films released before a day, and judges on those released from it up to another.
fn judge_year(films: &[Film], cut: &str, end: &str) {
    let training = released(films, "2011-01-01", cut);
    let test = released(films, cut, end);
    // Nothing after the cut may teach the model.
    let early = |film: &Film| film.days.iter().filter(|one| one.day < day(cut)).copied().collect();
    let seen: Vec<Film> = training.iter().map(|film| Film { days: early(film), ..film.clone() }).collect();
    let model = fit(&seen, &Calendar::mainland_china()).expect("enough films");
    let last_week = LastWeek::learn(&seen);
    println!("{} films before {cut} to learn from, {} to be judged on", model.films(), test.len());
    println!("  {:?}", model.prior());
    for (known_days, clearly) in [(3, 0.80), (7, 0.80), (14, 0.85)] {
        let (ours, coverage, totals, total_coverage) = judge(&model, &test, known_days);
        let persistence = judge_simple(&test, known_days, &persistence);
        let weekly = judge_simple(&test, known_days, &|early, day| last_week.forecast(early, day));
        println!(
            "{known_days} days known: WAPE of the next {JUDGED_DAYS} days {:.4} (bias {:+.3}), persistence {:.4}, last week {:.4}",
            ours.value(),
            ours.forecast / ours.taken - 1.0,
            persistence.value(),
            weekly.value()
        );
        let (half, wide) = coverage.shares();
        println!("  days inside the 50 % range {half:.3}, inside the 90 % range {wide:.3}");
        let (total_half, total_wide) = total_coverage.shares();
        println!(
            "  totals: WAPE {:.4} (bias {:+.3}), inside 50 % {total_half:.3}, inside 90 % {total_wide:.3}",
            totals.value(),
            totals.forecast / totals.taken - 1.0
        );
        assert!(ours.value() < clearly * weekly.value(), "clearly better than last week");
        assert!(ours.value() < 0.5 * persistence.value(), "far better than persistence");
        assert!((0.38..=0.62).contains(&half) && (0.82..=0.97).contains(&wide), "days: {half} {wide}");
        // Small films of the judged year fell further than those before: see the page of the algorithm.
        assert!(
            (0.35..=0.65).contains(&total_half) && (0.75..=0.98).contains(&total_wide),
            "totals: {total_half} {total_wide}"
        );
    }
}

/// All films of the charts that the shipped constants are learned from.
fn everything(films: &[Film]) -> Vec<Film> {
    released(films, "2011-01-01", "2014-10-01")
}

/// Every number of a model, in its order.
fn constants(model: &Model) -> Vec<f64> {
    fn collect(value: &serde_json::Value, into: &mut Vec<f64>) {
        match value {
            serde_json::Value::Number(number) => into.extend(number.as_f64()),
            serde_json::Value::Array(values) => values.iter().for_each(|value| collect(value, into)),
            serde_json::Value::Object(fields) => fields.values().for_each(|value| collect(value, into)),
            _ => {}
        }
    }
    let mut numbers = Vec::new();
    collect(&serde_json::from_str(&model.to_json()).expect("a model is JSON"), &mut numbers);
    numbers
}

#[test]
fn the_shipped_model_is_what_the_charts_teach() {
    let Some(films) = charts() else { return };
    let model = fit(&everything(&films), &Calendar::mainland_china()).unwrap();
    let (taught, shipped) = (constants(&model), constants(&Model::shipped()));
    // Logarithms differ in their last digits from machine to machine, and constants are rounded.
    let alike = |(one, other): (&f64, &f64)| (one - other).abs() <= 1e-6 * other.abs() + 3e-5;
    assert!(
        taught.len() == shipped.len() && taught.iter().zip(&shipped).all(alike),
        "write it anew: cargo test -p demand -- --ignored write_the_shipped_model"
    );
}

#[test]
#[ignore = "writes src/in_release/mainland_china.json from the charts"]
fn write_the_shipped_model() {
    let Some(films) = charts() else { return };
    let model = fit(&everything(&films), &Calendar::mainland_china()).unwrap();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/in_release/mainland_china.json");
    std::fs::write(path, model.to_json() + "\n").unwrap();
}
