//! A market's films side by side, and what could be known of them on a day.

use super::{Film, Observed};
use kernel::{Day, Kind, Refusal};

/// What a film took on a day, and on how many screens. Unknown numbers are `NaN`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Take {
    pub film: usize,
    /// Days since the market's first day.
    pub at: i32,
    /// The release day is 1; previews are 0 and less.
    pub age: i32,
    pub amount: f64,
    pub ln: f64,
    pub screens: f64,
    pub showings: f64,
}

/// Films by day and days by film. Its days are counted from the first day anything was reported.
pub(super) struct Market<'a> {
    pub films: Vec<&'a Film>,
    pub first: Day,
    /// By day: what was taken, the largest first.
    charts: Vec<Vec<Take>>,
    /// By film: its days with takings, in order.
    runs: Vec<Vec<Take>>,
    pub releases: Vec<i32>,
}

impl<'a> Market<'a> {
    /// Films whose series passed the checks of [`super::series`]; days without takings are left out.
    pub fn of(films: Vec<&'a Film>) -> Market<'a> {
        let days = || films.iter().flat_map(|film| film.days.iter().map(|one| one.day));
        let anywhere = Day::new(2000, 1, 1).expect("a day");
        let (first, last) = (days().min().unwrap_or(anywhere), days().max().unwrap_or(anywhere));
        let mut charts = vec![Vec::new(); first.days_until(last) as usize + 1];
        let mut runs = Vec::new();
        let releases: Vec<i32> = films.iter().map(|film| first.days_until(film.release)).collect();
        for (i, film) in films.iter().enumerate() {
            let takes = film.days.iter().filter(|one| one.amount > 0);
            let run: Vec<Take> = takes.map(|one| Take::of(i, first, releases[i], one)).collect();
            run.iter().for_each(|take| charts[take.at as usize].push(*take));
            runs.push(run);
        }
        charts
            .iter_mut()
            .for_each(|chart: &mut Vec<Take>| chart.sort_by(|a, b| b.amount.total_cmp(&a.amount)));
        Market { films, first, charts, runs, releases }
    }

    /// The newest day anything was reported.
    pub fn last(&self) -> i32 {
        self.charts.len() as i32 - 1
    }

    pub fn day(&self, at: i32) -> Day {
        self.first.plus(at)
    }

    /// What could be known at the end of a day.
    pub fn as_of(&self, at: i32) -> AsOf<'_> {
        AsOf { market: self, at }
    }

    /// A film's whole run: for learning and judging only.
    pub fn run(&self, film: usize) -> &[Take] {
        &self.runs[film]
    }
}

impl Take {
    fn of(film: usize, first: Day, release: i32, one: &Observed) -> Take {
        let at = first.days_until(one.day);
        let known = |number: Option<u32>| number.map_or(f64::NAN, f64::from);
        let amount = one.amount as f64;
        Take {
            film,
            at,
            age: at - release + 1,
            amount,
            ln: amount.ln(),
            screens: known(one.screens),
            showings: known(one.showings),
        }
    }
}

/// The market as it was known at the end of one day: a later day is refused.
#[derive(Clone, Copy)]
pub(super) struct AsOf<'a> {
    market: &'a Market<'a>,
    pub at: i32,
}

impl<'a> AsOf<'a> {
    /// What was taken on a day, the largest first; nothing when nobody reported.
    pub fn chart(&self, at: i32) -> Result<&'a [Take], Refusal> {
        if at > self.at {
            return Err(later_value(self.market.day(self.at), self.market.day(at)));
        }
        Ok(usize::try_from(at).ok().and_then(|at| self.market.charts.get(at)).map_or(&[], Vec::as_slice))
    }

    /// A film's days with takings so far, previews included.
    pub fn run(&self, film: usize) -> &'a [Take] {
        let run = &self.market.runs[film];
        &run[..run.partition_point(|take| take.at <= self.at)]
    }
}

/// A value of a later day where a forecast was asked for.
pub(super) fn later_value(as_of: Day, day: Day) -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "later_value",
        format!("A forecast made on {as_of} may not know what happened on {day}."),
        format!("{as_of} 作出的预测不能使用 {day} 的数据。"),
    )
}
