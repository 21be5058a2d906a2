//! How large a film may open, from what is public before its release: what rivals to come are weighed by.
//!
//! `ln(first three days ÷ the market's usual week)` by ridge regression on the film's kinds, what its name says,
//! and the weekday of its release.

use super::Film;
use super::market::Market;
use crate::least_squares::solve;
use kernel::Day;
use serde::{Deserialize, Serialize};

/// A kind of film counts when so many films had it; the most common so many count.
const FILMS_MIN: usize = 5;
const KINDS_MAX: usize = 30;
const RIDGE: f64 = 3.0;
/// The market's usual week is that of so many days, which end a week before the release.
const USUAL_DAYS: i32 = 28;

/// A release to come of which nothing but its day, and perhaps its size, is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announced {
    pub release: Day,
    /// What is expected of its first three days, in the market's measure: minor units or admissions.
    pub opening: Option<i64>,
}

/// What is known of releases to come.
#[derive(Clone, Copy)]
pub(super) struct Releases<'a> {
    pub openings: &'a Openings,
    pub announced: &'a [Announced],
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Openings {
    kinds: Vec<String>,
    /// Those of [`Openings::row`].
    coefficients: Vec<f64>,
}

impl Openings {
    /// From the films of a market up to a day.
    pub fn learn(market: &Market<'_>, until: Day) -> Openings {
        let films = market.films.iter().copied();
        let kinds = super::market_model::common_kinds(films, FILMS_MIN, KINDS_MAX);
        let openings = Openings { kinds, coefficients: Vec::new() };
        let until = market.first.days_until(until);
        let width = openings.row(market.films[0]).len();
        let (mut a, mut b) = (vec![vec![0.0; width]; width], vec![0.0; width]);
        (0..width).for_each(|i| a[i][i] = RIDGE);
        for (i, film) in market.films.iter().enumerate() {
            let release = market.releases[i];
            let opening = market.run(i).iter().filter(|take| (1..=3).contains(&take.age));
            let opening: f64 = opening.map(|take| take.amount).sum();
            let usual = usual_week(market, release);
            if release + 2 > until || opening <= 0.0 || usual <= 0.0 {
                continue;
            }
            let (row, target) = (openings.row(film), (opening / usual).ln());
            for (j, left) in row.iter().enumerate() {
                b[j] += left * target;
                row.iter().zip(&mut a[j]).for_each(|(right, cell)| *cell += left * right);
            }
        }
        let coefficients = solve(a, b).expect("the ridge makes the equations definite");
        Openings { coefficients, ..openings }
    }

    /// A film's first three days, in usual weeks of its market.
    pub fn expected(&self, film: &Film) -> f64 {
        let row = self.row(film);
        let ln: f64 = row.iter().zip(&self.coefficients).map(|(value, weight)| value * weight).sum();
        ln.exp()
    }

    /// The same of a release that is announced; without a size of its own it is as the mean film before it. Its market is looked at up to the newest day that was reported, never
    /// beyond the days before its release.
    pub fn of_announced(&self, one: &Announced, market: &Market<'_>) -> f64 {
        let until = (market.first.days_until(one.release)).min(market.last());
        let usual = usual_week(market, until);
        match one.opening.filter(|opening| *opening >= 0 && usual > 0.0) {
            Some(opening) => opening as f64 / usual,
            None => {
                let earlier = market.films.iter().filter(|film| film.release < one.release);
                let expected: Vec<f64> = earlier.map(|film| self.expected(film)).collect();
                expected.iter().sum::<f64>() / expected.len().max(1) as f64
            }
        }
    }

    /// One, the weekdays, what the name says, how many kinds, and which.
    fn row(&self, film: &Film) -> Vec<f64> {
        let flag = |yes: bool| f64::from(u8::from(yes));
        let weekdays = (1..=7).map(|weekday| flag(film.release.weekday() == weekday));
        let name = [
            flag(film.name.chars().any(|c| c.is_ascii_digit())),
            flag(film.name.contains([':', '：'])),
            film.name.chars().count() as f64 / 10.0,
            film.kinds.len() as f64,
        ];
        let kinds = self.kinds.iter().map(|kind| flag(film.kinds.contains(kind)));
        [1.0].into_iter().chain(weekdays).chain(name).chain(kinds).collect()
    }
}

/// What the market took in a week around a month before a release; 0 when it was not reported so early.
fn usual_week(market: &Market<'_>, release: i32) -> f64 {
    let to = release - 7;
    if to < USUAL_DAYS {
        return 0.0;
    }
    let known = market.as_of(to);
    let days = (to - USUAL_DAYS + 1..=to).filter_map(|at| known.chart(at).ok());
    days.flatten().map(|take| take.amount).sum::<f64>() * 7.0 / f64::from(USUAL_DAYS)
}

#[cfg(test)]
mod tests {
    use super::super::{Measure, Observed};
    use super::*;
    use kernel::Currency;

    /// Every third day a film opens; those of one kind open ten times larger.
    #[test]
    fn a_kind_that_opens_larger_is_expected_to() {
        let first = Day::new(2012, 1, 6).unwrap();
        let film = |i: i32, kind: &str, amount: i64| {
            let release = first.plus(3 * i);
            let days = (0..20).map(|age| Observed::amount(release.plus(age), amount)).collect();
            Film { kinds: vec![kind.to_owned()], ..Film::of(release, Measure::Gross(Currency::CNY), days) }
        };
        let films: Vec<Film> = (0..120)
            .map(|i| if i % 2 == 0 { film(i, "animation", 10_000_000) } else { film(i, "drama", 1_000_000) })
            .collect();
        let market = Market::of(films.iter().collect());
        let openings = Openings::learn(&market, first.plus(400));
        let times = openings.expected(&film(200, "animation", 0)) / openings.expected(&film(200, "drama", 0));
        assert!((7.0..11.0).contains(&times), "{times}");
    }
}
