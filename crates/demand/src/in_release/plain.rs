//! A second design beside the path: forests that are told neither the path nor anything that was made from it.
//!
//! They start from what the film took, on its last day of the same name and in its last week, and so err otherwise
//! than the forests that start from the path: the mean of both errs less than either where enough films teach them.

use super::features::{COLUMNS, Origin, SAME_WEEKDAY};
use crate::boosting::{Boosted, Loss, Settings, Table};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// What part of the correction is this design's.
const PART: f64 = 1.0 / 3.0;
/// Columns into which the path went, or the curve and calendar it is made from.
const OF_THE_PATH: [&str; 19] = [
    "calendar_change",
    "calendar_then",
    "calendar_week",
    "level",
    "recent_3",
    "recent_7",
    "first_day_residual",
    "own_decay",
    "own_weekend",
    "week_ratio",
    "second_day",
    "third_day",
    "drift_14",
    "drift_60",
    "drift_365",
    "residual_spread",
    "same_weekday",
    "same_weekday_ratio",
    "market_weekday",
];
/// The places of all others in a row.
static OTHERS: LazyLock<Vec<usize>> =
    LazyLock::new(|| (0..COLUMNS.len()).filter(|i| !OF_THE_PATH.contains(&COLUMNS[*i])).collect());
/// Columns that stand in their place: see [`Plain::of`].
const TAKEN: usize = 4;
const STARTS: usize = 2;
const LOSS: Loss = Loss::Tweedie(1.5);
/// A row counts by this power of what it starts from.
const POWER: f64 = 0.8;
/// A film that takes more than so many times its start counts as that (as a logarithm).
const TIMES_MAX: f64 = 4.0;

/// What both designs say together.
pub(super) fn together(first: f64, second: f64) -> f64 {
    (1.0 - PART) * first + PART * second
}

/// One day to come as this design sees it.
pub(super) struct Plain {
    columns: Vec<f64>,
    /// Where its forests start, each against the path.
    starts: [f64; STARTS],
}

impl Plain {
    /// Of a day to come and its row.
    pub fn of(origin: &Origin<'_>, then: i32, row: &[f64]) -> Plain {
        let [same, before, last, week] = origin.taken(then);
        let mut columns: Vec<f64> = OTHERS.iter().map(|i| row[*i]).collect();
        columns.extend([same - last, same - before, week - last, f64::from(u8::from(same.is_nan()))]);
        let path = origin.path(then);
        Plain { columns, starts: [if same.is_nan() { week } else { same } - path, week - path] }
    }
}

/// What its forests learn from.
pub(super) struct Lessons {
    rows: Table,
    /// By start: what was taken, in times of it.
    times: [Vec<f64>; STARTS],
    weights: [Vec<f64>; STARTS],
}

impl Lessons {
    pub fn new() -> Lessons {
        let none = || std::array::from_fn(|_| Vec::new());
        Lessons { rows: Table::new(OTHERS.len() + TAKEN), times: none(), weights: none() }
    }

    /// A row that stands for `1 ÷ part` of its like: what it took against its path, and its path.
    pub fn push(&mut self, plain: &Plain, against_path: f64, path: f64, part: f64) {
        self.rows.push(&plain.columns);
        for (i, start) in plain.starts.into_iter().enumerate() {
            self.times[i].push((against_path - start).min(TIMES_MAX).exp());
            self.weights[i].push((POWER * (path + start)).exp() / part);
        }
    }

    /// One forest a start, each with its seed.
    pub fn forests(&self, settings: impl Fn(u64) -> Settings + Sync) -> Forests {
        let grow = |start: usize| {
            let weights = &self.weights[start];
            let mean = weights.iter().sum::<f64>() / weights.len().max(1) as f64;
            let weights: Vec<f64> = weights.iter().map(|weight| weight / mean).collect();
            Boosted::fit(&self.rows, &self.times[start], &weights, LOSS, &settings(start as u64 + 1))
        };
        let grow = &grow;
        std::thread::scope(|scope| {
            let growing: Vec<_> = (0..STARTS).map(|start| scope.spawn(move || grow(start))).collect();
            Forests(growing.into_iter().map(|one| one.join().expect("growing does not panic")).collect())
        })
    }
}

/// One forest a start; none where too few films teach them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Forests(Vec<Boosted>);

impl Forests {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The forests' mean forecast against the path, in logarithms.
    pub fn against_path(&self, plain: &Plain) -> f64 {
        let forecasts =
            self.0.iter().zip(plain.starts).map(|(forest, start)| start + forest.score(&plain.columns));
        forecasts.sum::<f64>() / self.0.len().max(1) as f64
    }

    /// The same as a base and what each column of a whole row adds to it; where it starts belongs to the last day of
    /// the same name.
    pub fn by_column(&self, plain: &Plain) -> (f64, Vec<f64>) {
        let forests = self.0.len().max(1) as f64;
        let (mut base, mut parts) = (0.0, vec![0.0; COLUMNS.len()]);
        for (forest, start) in self.0.iter().zip(plain.starts) {
            base += forest.base() / forests;
            parts[SAME_WEEKDAY] += start / forests;
            for (i, moved) in forest.contributions(&plain.columns).into_iter().enumerate() {
                parts[OTHERS.get(i).copied().unwrap_or(SAME_WEEKDAY)] += moved / forests;
            }
        }
        (base, parts)
    }
}

#[cfg(test)]
impl Plain {
    pub fn bits(&self) -> Vec<u64> {
        self.columns.iter().map(|value| value.to_bits()).collect()
    }

    /// Where its forests start, in logarithms.
    pub fn starting_from(&self, path: f64) -> [f64; STARTS] {
        self.starts.map(|start| start + path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_path_went_into_is_a_column_and_left_out() {
        assert_eq!(
            OTHERS.len() + OF_THE_PATH.len(),
            COLUMNS.len(),
            "a name that is none would leave nothing out"
        );
    }
}
