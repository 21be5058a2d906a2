//! What the release will still take, beside what it took: the figures behind the forecast's chart.
//!
//! Past days stand beside the forecast of the evening before, so that a reader sees how far it may be
//! trusted; coming days stand beside the newest one. Sums are box office without service fees, at real
//! proportions, because that is what the model was learned from.

use super::facts::Scale;
use demand::in_release::{DayAhead, Expected, Film, Forecast, Measure, Observed};
use flows::learn_market::Foresight;
use flows::views::market_series;
use flows::views::takings::FilmDay;
use kernel::{Day, Kind, Refusal, Words};

/// Past days on the chart, at most; each costs a forecast.
const PAST_MAX: usize = 21;
/// Coming days on the chart.
pub const AHEAD: usize = 14;

/// One day of the chart, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    pub day: Day,
    pub actual: Option<i64>,
    pub expected: Option<Expected>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Outlook {
    pub points: Vec<Point>,
    pub so_far: i64,
    pub total: Expected,
    pub because: Vec<Words>,
}

impl Outlook {
    /// What was expected of a day.
    pub fn of(&self, day: Day) -> Option<Expected> {
        self.points.iter().find(|point| point.day == day)?.expected
    }
}

/// The outlook after the first `known` days; the last of `days` may still be going on.
pub fn of(
    foresight: &Foresight,
    premiere: Option<Day>,
    days: &[FilmDay],
    known: usize,
    scale: Scale,
) -> Result<Outlook, Refusal> {
    let release = premiere.ok_or_else(no_premiere)?;
    let observe = |one: &FilmDay| Observed {
        showings: Some((one.share_of_showings() * 10_000.0).round() as u32),
        ..Observed::amount(one.day, scale.minor(one.base_minor))
    };
    let observed = days.iter().map(observe).collect();
    let film = Film::of(release, Measure::Gross(market_series::home().currency()), observed);
    let evening = |known: usize| known.checked_sub(1).map_or(release.plus(-1), |last| film.days[last].day);
    let first = days.len().saturating_sub(PAST_MAX);
    let (newest, evenings) = foresight.watch(&film, |watched| {
        let newest = watched.explain(evening(known))?;
        let evenings: Vec<Option<Forecast>> =
            (first..known).map(|i| watched.forecast(evening(i)).ok()).collect();
        Ok((newest, evenings))
    })?;
    let mut points = Vec::new();
    for (i, one) in film.days.iter().enumerate().skip(first) {
        let evening_before = evenings.get(i - first).and_then(Option::as_ref);
        let expected = expected_on(evening_before.unwrap_or(&newest), one.day);
        points.push(Point { day: one.day, actual: Some(one.amount), expected });
    }
    let last = film.days.last().map_or(release, |one| one.day);
    let coming = newest.days.iter().filter(|ahead| ahead.day > last).take(AHEAD);
    points.extend(coming.map(|DayAhead { day, expected }| Point {
        day: *day,
        actual: None,
        expected: Some(*expected),
    }));
    Ok(Outlook { points, so_far: newest.so_far, total: newest.total, because: newest.because })
}

fn expected_on(forecast: &Forecast, day: Day) -> Option<Expected> {
    forecast.days.iter().find(|ahead| ahead.day == day).map(|ahead| ahead.expected)
}

fn no_premiere() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "no_premiere",
        "The film has no premiere day yet, so there is nothing to forecast from.",
        "影片还没有首映日期，无法预测。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(base: &[i64]) -> Vec<FilmDay> {
        let first = Day::new(2016, 12, 23).expect("a day");
        let one = |(i, base): (usize, &i64)| FilmDay {
            day: first.plus(i as i32),
            showings: 10,
            seats: 1000,
            admissions: 100,
            gross_minor: *base,
            base_minor: *base,
            all_showings: 20,
            all_gross_minor: base * 2,
        };
        base.iter().enumerate().map(one).collect()
    }

    #[test]
    fn past_days_stand_beside_the_forecast_of_the_evening_before() {
        let taken = days(&[7_888_000, 11_500_000, 8_260_000, 3_000_000, 2_500_000]);
        let premiere = Some(taken[0].day);
        let outlook = of(&Foresight::shipped(), premiere, &taken, 5, Scale::ONE).expect("a forecast");
        let has = |i: usize| outlook.points[i].expected.is_some();
        assert_eq!(outlook.points.len(), 5 + AHEAD);
        assert!(!has(2) && has(3) && has(4) && has(5), "the first forecast needs three days");
        let known = of(&Foresight::shipped(), premiere, &taken, 4, Scale::ONE).expect("a forecast");
        assert_eq!(known.points[4].actual, Some(2_500_000));
        assert_eq!(known.of(taken[4].day), outlook.of(taken[4].day), "a day that goes on is not known yet");
        assert_eq!(known.so_far, 7_888_000 + 11_500_000 + 8_260_000 + 3_000_000);
    }

    #[test]
    fn what_cannot_be_forecast_is_refused_in_words() {
        let refused = |premiere, taken: &[FilmDay]| {
            of(&Foresight::shipped(), premiere, taken, taken.len(), Scale::ONE).expect_err("a refusal").code
        };
        let taken = days(&[100, 100]);
        assert_eq!(refused(None, &taken), "no_premiere");
        assert_eq!(refused(Some(taken[0].day), &taken), "too_few_days");
        assert_eq!(refused(Some(taken[0].day), &[]), "too_few_days");
    }
}
