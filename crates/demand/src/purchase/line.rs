//! A logistic regression on all that is looked at: what it says is plainer than what trees say, and errs elsewhere.

use super::{DAYS_BACK, Example, FEATURES, logistic};
use crate::least_squares::solve;

/// The weekday stands last and is no quantity.
const COLUMNS: usize = FEATURES.len() - 1;
/// Pulls every weight to zero, as so many examples would; columns have a spread of one.
const RIDGE: f64 = 50.0;

/// Log-odds are a level and a weight times every column, each the logarithm of one more than the number looked at,
/// from its mean and by its spread.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    centres: Vec<f64>,
    /// One over the spread; zero of a column in which examples do not differ.
    scales: Vec<f64>,
    /// The level first.
    weights: Vec<f64>,
}

impl Line {
    pub fn fit(examples: &[&Example]) -> Line {
        let n = examples.len().max(1) as f64;
        let seen: Vec<Vec<f64>> = examples.iter().map(|one| logarithms(&one.row).collect()).collect();
        let mean = |value: &dyn Fn(&Vec<f64>) -> f64| seen.iter().map(value).sum::<f64>() / n;
        let centres: Vec<f64> = (0..COLUMNS).map(|k| mean(&|row| row[k])).collect();
        let spread = |k: usize| mean(&|row| (row[k] - centres[k]).powi(2)).sqrt();
        let scales = (0..COLUMNS).map(|k| if spread(k) > 1e-9 { 1.0 / spread(k) } else { 0.0 }).collect();
        let bought: Vec<f64> = examples.iter().map(|one| f64::from(u8::from(one.bought))).collect();
        let share = (bought.iter().sum::<f64>() / n).clamp(1e-6, 1.0 - 1e-6);
        let mut line = Line { centres, scales, weights: vec![0.0; COLUMNS + 1] };
        line.weights[0] = (share / (1.0 - share)).ln();
        let rows: Vec<Vec<f64>> = examples
            .iter()
            .map(|one| std::iter::once(1.0).chain(line.standard(&one.row)).collect())
            .collect();
        if let Some(weights) = regress(&rows, &bought, RIDGE, &line.weights) {
            line.weights = weights;
        }
        line
    }

    /// Log-odds.
    pub fn score(&self, row: &[f64]) -> f64 {
        self.weights[0] + self.moves(row).sum::<f64>()
    }

    /// How far each column moves the log-odds from the mean example's.
    pub fn moves(&self, row: &[f64]) -> impl Iterator<Item = f64> {
        self.standard(row).zip(&self.weights[1..]).map(|(x, weight)| x * weight)
    }

    fn standard(&self, row: &[f64]) -> impl Iterator<Item = f64> {
        logarithms(row).zip(&self.centres).zip(&self.scales).map(|((x, centre), scale)| (x - centre) * scale)
    }
}

/// What never happened is as long ago as anybody looks back; an unknown share is none.
fn logarithms(row: &[f64]) -> impl Iterator<Item = f64> {
    let unknown = |name: &str| if name.contains("hours") { f64::from(24 * DAYS_BACK) } else { 0.0 };
    let known = move |(value, name): (&f64, &str)| if value.is_nan() { unknown(name) } else { *value };
    row[..COLUMNS].iter().zip(FEATURES).map(known).map(f64::ln_1p)
}

/// Logistic regression by Newton's method from `start`; `ridge` pulls to it. `None` when it has no solution.
pub fn regress(rows: &[Vec<f64>], targets: &[f64], ridge: f64, start: &[f64]) -> Option<Vec<f64>> {
    let n = start.len();
    let mut weights = start.to_vec();
    for _ in 0..30 {
        let mut slope: Vec<f64> = (0..n).map(|k| -ridge * (weights[k] - start[k])).collect();
        // The lower half is all that the solver reads.
        let mut curvature = vec![vec![0.0; n]; n];
        for (row, target) in rows.iter().zip(targets) {
            let p = logistic(row.iter().zip(&weights).map(|(x, w)| x * w).sum());
            let steep = (p * (1.0 - p)).max(1e-9);
            for (i, x) in row.iter().enumerate() {
                slope[i] += (target - p) * x;
                let by = steep * x;
                curvature[i][..=i].iter_mut().zip(row).for_each(|(sum, other)| *sum += by * other);
            }
        }
        (0..n).for_each(|i| curvature[i][i] += ridge);
        let step = solve(curvature, slope)?;
        let far = step.iter().fold(0.0, |far: f64, s| far.max(s.abs()));
        let part = (2.0 / far).min(1.0);
        weights.iter_mut().zip(&step).for_each(|(w, s)| *w += part * s);
        if far < 1e-6 {
            break;
        }
    }
    weights.iter().all(|w| w.is_finite()).then_some(weights)
}
