//! Implicit alternating least squares (Hu, Koren & Volinsky, "Collaborative Filtering for Implicit Feedback
//! Datasets", 2008).

use super::cholesky::{Matrix, dot, inverse};
use super::log::{Log, Taken};
use crate::threads;
use kernel::Dice;

/// A confidence of `1 + CONFIDENCE · weight` in what was taken, 1 in what was not.
const CONFIDENCE: f64 = 10.0;
const RIDGE: f64 = 0.1;

/// Item factors; a person's are solved from a history when asked.
#[derive(Clone, Debug)]
pub(crate) struct Als {
    factors: usize,
    items: Vec<Vec<f64>>,
    gram: Matrix,
}

/// A person's factors with what is needed to say which item they came from.
pub(crate) struct Folded {
    pub factors: Vec<f64>,
    inverse: Matrix,
}

impl Als {
    pub(crate) fn fit(log: &Log, factors: usize, rounds: usize, seed: u64) -> Als {
        let mut dice = Dice::seeded(seed);
        let by_person: Vec<Vec<(u32, f64)>> = log.histories.iter().map(|history| weighed(history)).collect();
        let mut by_item: Vec<Vec<(u32, f64)>> = vec![Vec::new(); log.items.len()];
        for (person, history) in by_person.iter().enumerate() {
            for (item, weight) in history {
                by_item[*item as usize].push((person as u32, *weight));
            }
        }
        let mut items: Vec<Vec<f64>> =
            by_item.iter().map(|_| (0..factors).map(|_| 0.01 * dice.normal()).collect()).collect();
        for _ in 0..rounds {
            let people = half(&by_person, &items, factors);
            items = half(&by_item, &people, factors);
        }
        let gram = gram(&items, factors);
        Als { factors, items, gram }
    }

    /// `None` for an empty history.
    pub(crate) fn fold(&self, history: &[(u32, f64)]) -> Option<Folded> {
        if history.is_empty() {
            return None;
        }
        let (system, right) = equations(&self.gram, history, &self.items, self.factors);
        let inverse = inverse(system)?;
        let factors = (0..self.factors).map(|i| dot(inverse.row(i), &right)).collect();
        Some(Folded { factors, inverse })
    }

    pub(crate) fn scores(&self, folded: &Folded) -> Vec<f64> {
        self.items.iter().map(|item| dot(item, &folded.factors)).collect()
    }

    /// What `from`, of a history, adds to the score of `to` (their section 5).
    pub(crate) fn part(&self, folded: &Folded, from: (u32, f64), to: u32) -> f64 {
        let (a, b) = (&self.items[to as usize], &self.items[from.0 as usize]);
        let similar: f64 = (0..self.factors).map(|i| a[i] * dot(folded.inverse.row(i), b)).sum();
        similar * (1.0 + CONFIDENCE * from.1)
    }
}

fn weighed(history: &[Taken]) -> Vec<(u32, f64)> {
    history.iter().map(|taken| (taken.item, taken.kind.weight())).collect()
}

/// Every row's best factors against fixed others.
fn half(rows: &[Vec<(u32, f64)>], others: &[Vec<f64>], factors: usize) -> Vec<Vec<f64>> {
    let gram = gram(others, factors);
    threads::each(rows.len(), |row| {
        if rows[row].is_empty() {
            return vec![0.0; factors];
        }
        let (system, right) = equations(&gram, &rows[row], others, factors);
        let system = (0..factors).map(|i| system.row(i).to_vec()).collect();
        crate::least_squares::solve(system, right).unwrap_or_else(|| vec![0.0; factors])
    })
}

/// `YᵀY + λI`.
fn gram(rows: &[Vec<f64>], factors: usize) -> Matrix {
    let mut gram = Matrix::zero(factors);
    for row in rows {
        for i in 0..factors {
            for j in 0..factors {
                gram.add(i, j, row[i] * row[j]);
            }
        }
    }
    (0..factors).for_each(|i| gram.add(i, i, RIDGE));
    gram
}

/// `(YᵀY + λI + Yᵀ(C − I)Y) x = YᵀC p` of one row.
fn equations(gram: &Matrix, row: &[(u32, f64)], others: &[Vec<f64>], factors: usize) -> (Matrix, Vec<f64>) {
    let mut system = gram.clone();
    let mut right = vec![0.0; factors];
    for (other, weight) in row {
        let y = &others[*other as usize];
        let more = CONFIDENCE * weight;
        for i in 0..factors {
            right[i] += (1.0 + more) * y[i];
            let scaled = more * y[i];
            let row = &mut system.rows[i * factors..(i + 1) * factors];
            row.iter_mut().zip(y).for_each(|(sum, value)| *sum += scaled * value);
        }
    }
    (system, right)
}
