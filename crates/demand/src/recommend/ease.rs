//! EASE: each item's presence explained by all the others', in closed form (Steck, "Embarrassingly Shallow
//! Autoencoders for Sparse Data", 2019).

use super::cholesky::{Matrix, inverse};
use super::log::Log;

/// Item-to-item weights `B = I − P·diag(1/diag(P))` with `P = (XᵀX + λI)⁻¹`, over the most taken items.
#[derive(Clone, Debug)]
pub(crate) struct Ease {
    /// By item: its row in `weights`.
    rows: Vec<Option<u32>>,
    items: Vec<u32>,
    weights: Vec<f32>,
}

impl Ease {
    /// `ridge` is λ, in people; items beyond the `items_max` most taken have no weights.
    pub(crate) fn fit(log: &Log, ridge: f64, items_max: usize) -> Ease {
        let items = most_taken(log, items_max);
        let mut rows = vec![None; log.items.len()];
        for (row, item) in items.iter().enumerate() {
            rows[*item as usize] = Some(row as u32);
        }
        let n = items.len();
        let mut gram = Matrix::zero(n);
        for history in &log.histories {
            let known: Vec<(usize, f64)> = history
                .iter()
                .filter_map(|taken| Some((rows[taken.item as usize]? as usize, taken.kind.weight())))
                .collect();
            for (i, x) in &known {
                for (j, y) in known.iter().filter(|(j, _)| j <= i) {
                    gram.add(*i, *j, x * y);
                }
            }
        }
        (0..n).for_each(|i| gram.add(i, i, ridge));
        let weights = match inverse(gram) {
            Some(p) => {
                let mut weights: Vec<f32> = Vec::with_capacity(n * n);
                for i in 0..n {
                    weights.extend(
                        (0..n).map(|j| if i == j { 0.0 } else { (-p.row(i)[j] / p.row(j)[j]) as f32 }),
                    );
                }
                weights
            }
            // A ridge above zero makes the matrix positive definite; without one nothing is learnt.
            None => vec![0.0; n * n],
        };
        Ease { rows, items, weights }
    }

    /// `Σ weight·B[item]` over a history of (item, weight), for every item.
    pub(crate) fn scores(&self, history: &[(u32, f64)]) -> Vec<f64> {
        let n = self.items.len();
        let mut sums = vec![0.0; n];
        for (item, weight) in history {
            if let Some(row) = self.rows[*item as usize] {
                let row = &self.weights[row as usize * n..(row as usize + 1) * n];
                sums.iter_mut().zip(row).for_each(|(sum, b)| *sum += weight * f64::from(*b));
            }
        }
        let mut scores = vec![0.0; self.rows.len()];
        for (item, sum) in self.items.iter().zip(sums) {
            scores[*item as usize] = sum;
        }
        scores
    }

    /// `B[from][to]`.
    pub(crate) fn weight(&self, from: u32, to: u32) -> f64 {
        match (self.rows[from as usize], self.rows[to as usize]) {
            (Some(i), Some(j)) => f64::from(self.weights[i as usize * self.items.len() + j as usize]),
            _ => 0.0,
        }
    }
}

fn most_taken(log: &Log, items_max: usize) -> Vec<u32> {
    let mut counts = vec![0_u32; log.items.len()];
    for taken in log.histories.iter().flatten() {
        counts[taken.item as usize] += 1;
    }
    let mut items: Vec<u32> = (0..counts.len() as u32).filter(|item| counts[*item as usize] > 0).collect();
    items.sort_by_key(|item| (std::cmp::Reverse(counts[*item as usize]), *item));
    items.truncate(items_max);
    items.sort_unstable();
    items
}
