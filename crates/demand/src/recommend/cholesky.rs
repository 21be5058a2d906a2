//! The inverse of a large symmetric positive definite matrix, on all cores.

use crate::threads;

/// Columns of a panel and right-hand sides of a solve: as many numbers as stay in the nearest cache.
const PANEL: usize = 48;
const SIDES: usize = 16;

/// A square matrix by rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Matrix {
    pub n: usize,
    pub rows: Vec<f64>,
}

impl Matrix {
    pub(crate) fn zero(n: usize) -> Matrix {
        Matrix { n, rows: vec![0.0; n * n] }
    }

    pub(crate) fn row(&self, i: usize) -> &[f64] {
        &self.rows[i * self.n..(i + 1) * self.n]
    }

    pub(crate) fn add(&mut self, i: usize, j: usize, value: f64) {
        self.rows[i * self.n + j] += value;
    }
}

/// Replaces the lower triangle by its Cholesky factor, panel by panel; `None` when not positive definite.
fn factorise(a: &mut Matrix) -> Option<()> {
    let n = a.n;
    for from in (0..n).step_by(PANEL) {
        let to = (from + PANEL).min(n);
        for j in from..to {
            let (above, below) = a.rows.split_at_mut((j + 1) * n);
            let pivot_row = &mut above[j * n + from..j * n + to];
            let k = j - from;
            let pivot = pivot_row[k] - dot(&pivot_row[..k], &pivot_row[..k]);
            if pivot <= 0.0 || !pivot.is_finite() {
                return None;
            }
            pivot_row[k] = pivot.sqrt();
            for row in below.chunks_exact_mut(n) {
                let row = &mut row[from..to];
                row[k] = (row[k] - dot(&row[..k], &pivot_row[..k])) / pivot_row[k];
            }
        }
        subtract_panel(a, from, to);
    }
    Some(())
}

/// The rows below a finished panel lose what the panel explains: `a[i][j] -= panel[i] · panel[j]`.
fn subtract_panel(a: &mut Matrix, from: usize, to: usize) {
    let n = a.n;
    let width = to - from;
    let panel: Vec<f64> = (to..n).flat_map(|i| a.row(i)[from..to].to_vec()).collect();
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let rows = &mut a.rows[to * n..];
    // Later rows are longer, so every thread takes rows in turn.
    std::thread::scope(|scope| {
        let mut hands: Vec<Vec<(usize, &mut [f64])>> = (0..threads).map(|_| Vec::new()).collect();
        for (i, row) in rows.chunks_exact_mut(n).enumerate() {
            hands[i % threads].push((i, row));
        }
        for hand in hands {
            let panel = &panel;
            scope.spawn(move || {
                for (i, row) in hand {
                    let own = &panel[i * width..(i + 1) * width];
                    for j in 0..=i {
                        row[to + j] -= dot(own, &panel[j * width..(j + 1) * width]);
                    }
                }
            });
        }
    });
}

/// The inverse; `None` when the matrix is not positive definite. Reads the lower triangle alone.
pub(crate) fn inverse(mut a: Matrix) -> Option<Matrix> {
    factorise(&mut a)?;
    let n = a.n;
    let blocks = threads::each(n.div_ceil(SIDES), |block| solve_block(&a, block * SIDES));
    let mut inverse = Matrix::zero(n);
    for (block, columns) in blocks.into_iter().enumerate() {
        let first = block * SIDES;
        let width = SIDES.min(n - first);
        for (i, side) in columns.iter().enumerate() {
            inverse.rows[i * n + first..i * n + first + width].copy_from_slice(&side[..width]);
        }
    }
    Some(inverse)
}

/// `SIDES` columns of the inverse, from the one called `first` on.
fn solve_block(factor: &Matrix, first: usize) -> Vec<[f64; SIDES]> {
    let n = factor.n;
    let mut x = vec![[0.0; SIDES]; n];
    for i in first..n {
        let row = factor.row(i);
        let mut known = [0.0; SIDES];
        for (k, value) in row.iter().enumerate().take(i).skip(first) {
            for s in 0..SIDES {
                known[s] += value * x[k][s];
            }
        }
        for s in 0..SIDES {
            let one = if first + s == i { 1.0 } else { 0.0 };
            x[i][s] = (one - known[s]) / row[i];
        }
    }
    for i in (0..n).rev() {
        let row = factor.row(i);
        for value in &mut x[i] {
            *value /= row[i];
        }
        let side = x[i];
        for k in 0..i {
            for s in 0..SIDES {
                x[k][s] -= row[k] * side[s];
            }
        }
    }
    x
}

/// Four sums at once, which the compiler turns into vector instructions.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 4];
    let (a4, b4) = (a.chunks_exact(4), b.chunks_exact(4));
    let rest: f64 = a4.remainder().iter().zip(b4.remainder()).map(|(x, y)| x * y).sum();
    for (x, y) in a4.zip(b4) {
        for k in 0..4 {
            sums[k] += x[k] * y[k];
        }
    }
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Dice;

    #[test]
    fn a_matrix_times_its_inverse_is_one() {
        let mut dice = Dice::seeded(3);
        for n in [1, 7, 48, 130] {
            let b: Vec<Vec<f64>> = (0..n).map(|_| (0..n).map(|_| dice.normal()).collect()).collect();
            let mut a = Matrix::zero(n);
            for i in 0..n {
                for j in 0..n {
                    a.add(i, j, dot(&b[i], &b[j]) + if i == j { 1.0 } else { 0.0 });
                }
            }
            let inverse = inverse(a.clone()).unwrap();
            for i in 0..n {
                for j in 0..n {
                    let one: f64 = (0..n).map(|k| a.row(i)[k] * inverse.row(k)[j]).sum();
                    assert!((one - if i == j { 1.0 } else { 0.0 }).abs() < 1e-7, "n {n} at {i}, {j}: {one}");
                }
            }
        }
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_has_no_inverse_here() {
        assert_eq!(inverse(Matrix { n: 2, rows: vec![1.0, 1.0, 1.0, 1.0] }), None);
    }
}
