//! What was reported of a run, checked: days in order, amounts that can be, an opening that is there.

use super::{Film, Observed, wrong_measure};
use kernel::{Day, Kind, Lang, Refusal};

/// The fewest days with takings, from the release on, that a forecast is made from.
pub const DAYS_MIN: usize = 3;
/// The oldest run that is forecast, in days from the release; films were learned from up to this age.
pub const AGE_MAX: i32 = 45;
/// The longest hole in a series, in days, that is bridged.
pub const HOLE_DAYS_MAX: i32 = 7;
/// The most days one series may have.
pub const SERIES_DAYS_MAX: usize = 400;

/// A day of the run with takings. The release day has age 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub day: Day,
    pub age: i32,
    pub ln: f64,
}

/// A checked series.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Run {
    pub release: Day,
    /// At least [`DAYS_MIN`], ascending, the first at age 1.
    pub points: Vec<Point>,
    /// Days between the first and the last that nobody reported.
    pub missing: Vec<Day>,
    /// Everything reported: previews before the release and the run.
    pub reported: i64,
}

impl Run {
    pub fn last(&self) -> Point {
        self.points[self.points.len() - 1]
    }

    /// The first three days with takings, together.
    pub fn opening(&self) -> f64 {
        self.points.iter().take(DAYS_MIN).map(|point| point.ln.exp()).sum()
    }

    /// Checks a series.
    ///
    /// Days before the release are previews: they count in the total and say nothing about the decay.
    /// Days nobody reported are unknown, not zero, and bridged when they are few; a reported zero is a day
    /// without showings. Refused: negative amounts, a day twice, days out of order, an opening day that is
    /// missing, a long hole, a run that has ended, one older than [`AGE_MAX`], and too few days.
    pub fn read(release: Day, days: &[Observed]) -> Result<Run, Refusal> {
        check_order(days)?;
        let run: Vec<&Observed> = days.iter().filter(|one| one.day >= release).collect();
        check_start(release, &run)?;
        check_holes(&run)?;
        let points: Vec<Point> = run.iter().filter_map(|one| point(release, one)).collect();
        if points.len() < DAYS_MIN {
            return Err(too_few(points.len()));
        }
        let newest = run[run.len() - 1];
        check_end(release, newest)?;
        let reported_on = |day: Day| run.iter().any(|one| one.day == day);
        let every_day = (0..=release.days_until(newest.day)).map(|days| release.plus(days));
        Ok(Run {
            release,
            missing: every_day.filter(|day| !reported_on(*day)).collect(),
            reported: days.iter().fold(0, |sum, one| sum.saturating_add(one.amount)),
            points,
        })
    }
}

fn point(release: Day, observed: &Observed) -> Option<Point> {
    let age = release.days_until(observed.day) + 1;
    (observed.amount > 0).then(|| Point { day: observed.day, age, ln: (observed.amount as f64).ln() })
}

fn check_order(days: &[Observed]) -> Result<(), Refusal> {
    if days.len() > SERIES_DAYS_MAX {
        return Err(refuse(
            "too_many_days",
            format!("The series has {} days; at most {SERIES_DAYS_MAX} are read.", days.len()),
            format!("序列有 {} 天，最多读取 {SERIES_DAYS_MAX} 天。", days.len()),
        ));
    }
    check_days(days)
}

fn check_days(days: &[Observed]) -> Result<(), Refusal> {
    if let Some(one) = days.iter().find(|one| one.amount > AMOUNT_MAX) {
        return Err(refuse(
            "enormous_amount",
            format!("{} has an amount that no film ever took; is it in the right unit?", one.day),
            format!("{} 的数值大得不可能；请检查单位。", one.day),
        ));
    }
    if let Some(one) = days.iter().find(|one| one.amount < 0) {
        return Err(refuse(
            "negative_amount",
            format!("{} has a negative amount; correct the day it belongs to.", one.day),
            format!("{} 的数值为负；请更正到它所属的日期。", one.day),
        ));
    }
    for pair in days.windows(2) {
        if pair[0].day == pair[1].day {
            let day = pair[0].day;
            return Err(refuse(
                "duplicate_day",
                format!("{day} is reported twice; say which of the two counts."),
                format!("{day} 出现了两次；请保留一条。"),
            ));
        }
        if pair[0].day > pair[1].day {
            return Err(refuse(
                "days_out_of_order",
                format!("{} comes after {}; put the days in order.", pair[1].day, pair[0].day),
                format!("{} 排在 {} 之后；请按日期排序。", pair[1].day, pair[0].day),
            ));
        }
    }
    Ok(())
}

/// The most a day can have: more is a slip of the pen (a thousand times the best day there ever was).
const AMOUNT_MAX: i64 = 1_000_000_000_000_000;

/// Checks the series of a whole market: days in order and once, amounts that can be, one measure. Films may have
/// one day, start late, or have holes: what was not reported is unknown, and the film counts with what is there.
pub(super) fn check_market(films: &[Film]) -> Result<(), Refusal> {
    for film in films {
        if let Some(other) = films.first().filter(|first| first.measure != film.measure) {
            return Err(wrong_measure(other.measure, film.measure));
        }
        check_days(&film.days).map_err(|refusal| of_film(film, refusal))?;
    }
    Ok(())
}

fn of_film(film: &Film, mut refusal: Refusal) -> Refusal {
    if !film.name.is_empty() {
        refusal.say.en = format!("{}: {}", film.name, refusal.say.en);
        refusal.say.zh = format!("《{}》：{}", film.name, refusal.say.zh);
    }
    refusal
}

fn check_start(release: Day, run: &[&Observed]) -> Result<(), Refusal> {
    match run.first() {
        None => Err(too_few(0)),
        Some(first) if first.day == release && first.amount > 0 => Ok(()),
        Some(_) => Err(refuse(
            "opening_missing",
            format!("The release day, {release}, has no takings in the series; the opening must be there."),
            format!("序列缺少上映首日（{release}）的数据；首日必不可少。"),
        )),
    }
}

fn check_holes(run: &[&Observed]) -> Result<(), Refusal> {
    let hole = run.windows(2).find(|pair| pair[0].day.days_until(pair[1].day) - 1 > HOLE_DAYS_MAX);
    match hole {
        None => Ok(()),
        Some(pair) => {
            let (from, to) = (pair[0].day.plus(1), pair[1].day.plus(-1));
            Err(refuse(
                "hole_in_series",
                format!(
                    "Nothing is reported from {from} to {to}; a hole of more than {HOLE_DAYS_MAX} days is not bridged."
                ),
                format!("{from} 至 {to} 没有数据；超过 {HOLE_DAYS_MAX} 天的空缺不予推算。"),
            ))
        }
    }
}

fn check_end(release: Day, newest: &Observed) -> Result<(), Refusal> {
    if newest.amount == 0 {
        return Err(refuse(
            "run_ended",
            format!(
                "{} took nothing: the run seems over, so there is nothing to forecast.",
                newest.day.say(Lang::En)
            ),
            format!("{}没有收入：放映似乎已结束，无从预测。", newest.day.say(Lang::Zh)),
        ));
    }
    if release.days_until(newest.day) >= AGE_MAX {
        return Err(refuse(
            "run_too_old",
            format!("The film has run for more than {AGE_MAX} days; no film was learned from beyond that."),
            format!("影片已上映超过 {AGE_MAX} 天；模型没有学习过更晚的走势。"),
        ));
    }
    Ok(())
}

fn too_few(days: usize) -> Refusal {
    refuse(
        "too_few_days",
        format!(
            "A forecast needs {DAYS_MIN} days with takings from the release on; there {} {days} so far.",
            if days == 1 { "is" } else { "are" }
        ),
        format!("预测至少需要上映后 {DAYS_MIN} 天有收入的数据；目前只有 {days} 天。"),
    )
}

fn refuse(code: &'static str, en: String, zh: String) -> Refusal {
    Refusal::new(Kind::Invalid, code, en, zh)
}
