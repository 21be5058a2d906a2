//! A smooth design beside the trees: one line through every column, which turns with the days ahead and with age.
//!
//! Trees that few films teach tell neighbouring days apart by where a split happens to lie, and stop at the edge of what
//! they saw. A line does neither: where few films teach both, they err less together than either.

use super::features::COLUMNS;
use super::market_model::AGES;
use crate::boosting::Table;
use crate::least_squares::solve;
use serde::{Deserialize, Serialize};

/// What part of the correction is the line's.
const PART: f64 = 0.3;
/// It is drawn through so many rows at most.
const ROWS_MAX: usize = 30_000;
/// A column counts up to so many standard deviations from its mean, and a film up to so far from its path.
const DEVIATIONS_MAX: f64 = 4.0;
const TARGET_MAX: f64 = 4.0;
/// How much the coefficients are pulled to zero, for each row.
const RIDGE: f64 = 1e-3;
/// Least squares, each time with rows weighed down by how far they lie off, come close to least absolute errors
/// (Schlossmacher 1973).
const ROUNDS: usize = 4;
const NEAREST: f64 = 0.1;
const AGE: usize = 0;
const AHEAD: usize = 1;
const WEEKDAY_THEN: usize = 3;
/// Terms of a column: its value, that times the days ahead and times the age, and whether it is unknown.
const OF_COLUMN: usize = 4;
const WEEKDAYS: usize = 8;
/// A constant, the days ahead and their square.
const OF_AHEAD: usize = 3;

/// What trees and line say together.
pub(super) fn together(trees: f64, line: f64) -> f64 {
    (1.0 - PART) * trees + PART * line
}

/// The line, or as many as there are days ahead and ages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    means: Vec<f64>,
    deviations: Vec<f64>,
    /// Those of [`Line::terms`].
    coefficients: Vec<f64>,
}

impl Line {
    /// Through targets of rows with weights; `None` when they tell nothing.
    pub fn through(rows: &Table, targets: &[f64], weights: &[f64]) -> Option<Line> {
        let every = rows.rows().div_ceil(ROWS_MAX).max(1);
        let (means, deviations) = (0..COLUMNS.len()).map(|column| spread(rows.column(column))).unzip();
        let mut line = Line { means, deviations, coefficients: Vec::new() };
        let terms: Vec<Vec<f64>> = rows.iter().step_by(every).map(|row| line.terms(&row)).collect();
        let targets = targets.iter().step_by(every).map(|target| target.clamp(-TARGET_MAX, TARGET_MAX));
        let targets: Vec<f64> = targets.collect();
        let weights: Vec<f64> = weights.iter().step_by(every).copied().collect();
        let whole: f64 = weights.iter().sum();
        let mut near = weights.clone();
        for _ in 0..ROUNDS {
            line.coefficients = least_squares(&terms, &targets, &near, RIDGE * whole)?;
            let off = terms.iter().zip(&targets).map(|(terms, target)| (target - line.times(terms)).abs());
            near = weights.iter().zip(off).map(|(weight, off)| weight / off.max(NEAREST)).collect();
            let balance = whole / near.iter().sum::<f64>();
            near.iter_mut().for_each(|weight| *weight *= balance);
        }
        Some(line)
    }

    /// What a row is expected to take against its path, in logarithms.
    pub fn score(&self, row: &[f64]) -> f64 {
        self.times(&self.terms(row))
    }

    /// The same as a base and what each column adds to it.
    pub fn by_column(&self, row: &[f64]) -> (f64, Vec<f64>) {
        let terms = self.terms(row);
        let added: Vec<f64> = terms.iter().zip(&self.coefficients).map(|(a, b)| a * b).collect();
        let (columns, others) = added.split_at(OF_COLUMN * COLUMNS.len());
        let mut parts: Vec<f64> = columns.chunks(OF_COLUMN).map(|column| column.iter().sum()).collect();
        parts[WEEKDAY_THEN] += others[..WEEKDAYS].iter().sum::<f64>();
        parts[AHEAD] += others[WEEKDAYS + 1..].iter().sum::<f64>();
        (others[WEEKDAYS], parts)
    }

    fn times(&self, terms: &[f64]) -> f64 {
        terms.iter().zip(&self.coefficients).map(|(a, b)| a * b).sum()
    }

    /// A row as the line sees it; a column that is unknown is at its mean, and said to be unknown.
    fn terms(&self, row: &[f64]) -> Vec<f64> {
        let oldest = f64::from(AGES[AGES.len() - 1]);
        let (ahead, age) = (row[AHEAD].max(1.0).ln() - 2.0, row[AGE].clamp(1.0, oldest).ln() - 1.5);
        let mut terms = Vec::with_capacity(OF_COLUMN * COLUMNS.len() + WEEKDAYS + OF_AHEAD);
        for (i, value) in row.iter().enumerate() {
            let unknown = value.is_nan();
            let from_mean = if unknown { 0.0 } else { (value - self.means[i]) / self.deviations[i] };
            let held = from_mean.clamp(-DEVIATIONS_MAX, DEVIATIONS_MAX);
            terms.extend([held, held * ahead, held * age, f64::from(u8::from(unknown))]);
        }
        let weekday = row[WEEKDAY_THEN] as usize;
        terms.extend((0..WEEKDAYS).map(|one| f64::from(u8::from(one == weekday))));
        terms.extend([1.0, ahead, ahead * ahead]);
        terms
    }
}

/// Mean and standard deviation of what is known; one that does not vary is as good as unknown.
fn spread(values: &[f64]) -> (f64, f64) {
    let known = || values.iter().filter(|value| value.is_finite());
    let count = (known().count() as f64).max(1.0);
    let mean = known().sum::<f64>() / count;
    let deviation = (known().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    (mean, if deviation > 1e-9 { deviation } else { 1.0 })
}

/// Ridge regression with weights.
fn least_squares(rows: &[Vec<f64>], targets: &[f64], weights: &[f64], ridge: f64) -> Option<Vec<f64>> {
    let width = rows.first()?.len();
    let (mut a, mut b) = (vec![vec![0.0; width]; width], vec![0.0; width]);
    (0..width).for_each(|i| a[i][i] = ridge);
    for ((row, target), weight) in rows.iter().zip(targets).zip(weights) {
        for (i, value) in row.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            let times = weight * value;
            a[i][..=i].iter_mut().zip(row).for_each(|(sum, other)| *sum += times * other);
            b[i] += times * target;
        }
    }
    solve(a, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Dice;

    const LEVEL: usize = 14;

    /// Rows whose targets are 0.4 for each deviation of a column and a bit more the further ahead; a tenth do not know
    /// the column, and a few targets are far off.
    fn drawn() -> (Table, Vec<f64>, Line) {
        let (mut dice, mut rows, mut targets) = (Dice::seeded(3), Table::new(COLUMNS.len()), Vec::new());
        for i in 0..2_000 {
            let mut row = vec![0.0; COLUMNS.len()];
            row[AGE] = f64::from(1 + i % 14);
            row[AHEAD] = f64::from(1 + i % 28);
            row[WEEKDAY_THEN] = f64::from(1 + i % 7);
            row[LEVEL] = if dice.chance(0.1) { f64::NAN } else { -3.0 + 2.0 * dice.normal() };
            let known = (row[LEVEL] + 3.0) / 2.0;
            let target = if known.is_nan() { -0.5 } else { known * (0.4 + 0.1 * (row[AHEAD].ln() - 2.0)) };
            targets.push(if i % 50 == 0 { 3.0 } else { target });
            rows.push(&row);
        }
        let line = Line::through(&rows, &targets, &vec![1.0; 2_000]).unwrap();
        (rows, targets, line)
    }

    #[test]
    fn what_is_a_line_is_found_whatever_a_few_films_did() {
        let (rows, targets, line) = drawn();
        let off = |(i, row): (usize, Vec<f64>)| (line.score(&row) - targets[i]).abs();
        let mut off: Vec<f64> = rows.iter().enumerate().filter(|(i, _)| i % 50 != 0).map(off).collect();
        off.sort_by(f64::total_cmp);
        assert!(off[off.len() * 9 / 10] < 0.03, "{}", off[off.len() * 9 / 10]);
    }

    #[test]
    fn what_the_columns_add_to_the_base_is_the_whole() {
        let (rows, _, line) = drawn();
        for row in rows.iter().take(60) {
            let (base, parts) = line.by_column(&row);
            assert!((base + parts.iter().sum::<f64>() - line.score(&row)).abs() < 1e-9);
            assert!(!row[LEVEL].is_nan() || parts[LEVEL] < -0.2, "what is unknown counts, too");
        }
    }

    #[test]
    fn columns_are_where_their_names_say() {
        let named = [AGE, AHEAD, WEEKDAY_THEN].map(|column| COLUMNS[column]);
        assert_eq!(named, ["age", "ahead", "weekday_then"]);
    }

    /// The worked example of the page.
    #[test]
    fn three_tenths_of_the_correction_are_the_lines() {
        assert!((together(0.30, 0.10) - 0.24).abs() < 1e-12);
    }
}
