//! The weights of a blend, from what people chose among everything they had not taken: the conditional logit
//! (McFadden 1974), whose likelihood has one maximum, found by Newton's method.

use crate::threads;

/// One person's choice: a row of features for every item they could have taken, and which they took.
pub(crate) struct Case<const N: usize> {
    pub rows: Vec<[f32; N]>,
    pub chosen: Vec<usize>,
}

/// The log-likelihood, its slope and its curvature.
struct Fit<const N: usize> {
    value: f64,
    slope: [f64; N],
    curvature: [[f64; N]; N],
}

/// The weights that make the choices likeliest, each person counting once, held to `prior` by a ridge as strong as
/// one person. Without a choice the prior is the answer.
pub(crate) fn fit<const N: usize>(cases: &[Case<N>], prior: [f64; N]) -> [f64; N] {
    const ROUNDS_MAX: usize = 50;
    let mut weights = prior;
    let mut at = likelihood(cases, &weights, &prior);
    for _ in 0..ROUNDS_MAX {
        let curvature = at.curvature.iter().map(|row| row.to_vec()).collect();
        let Some(step) = crate::least_squares::solve(curvature, at.slope.to_vec()) else { break };
        let Some((next, there)) = search(cases, &weights, &step, at.value, &prior) else { break };
        let gained = there.value - at.value;
        (weights, at) = (next, there);
        if gained < 1e-7 * at.value.abs() {
            break;
        }
    }
    weights
}

/// Half the step until the likelihood grows.
fn search<const N: usize>(
    cases: &[Case<N>],
    from: &[f64; N],
    step: &[f64],
    value: f64,
    prior: &[f64; N],
) -> Option<([f64; N], Fit<N>)> {
    (0..12).map(|halvings| 0.5_f64.powi(halvings)).find_map(|part| {
        let next: [f64; N] = std::array::from_fn(|k| from[k] + part * step[k]);
        let there = likelihood(cases, &next, prior);
        (there.value > value).then_some((next, there))
    })
}

fn likelihood<const N: usize>(cases: &[Case<N>], weights: &[f64; N], prior: &[f64; N]) -> Fit<N> {
    let mut sum = Fit { value: 0.0, slope: [0.0; N], curvature: [[0.0; N]; N] };
    for k in 0..N {
        let away = weights[k] - prior[k];
        sum.value -= 0.5 * away * away;
        sum.slope[k] -= away;
        sum.curvature[k][k] += 1.0;
    }
    for part in threads::each(cases.len(), |i| case_likelihood(&cases[i], weights)) {
        sum.value += part.value;
        for i in 0..N {
            sum.slope[i] += part.slope[i];
            for j in 0..N {
                sum.curvature[i][j] += part.curvature[i][j];
            }
        }
    }
    sum
}

/// The mean over what one person chose.
fn case_likelihood<const N: usize>(case: &Case<N>, weights: &[f64; N]) -> Fit<N> {
    let score = |row: &[f32; N]| row.iter().zip(weights).map(|(x, w)| f64::from(*x) * w).sum::<f64>();
    let scores: Vec<f64> = case.rows.iter().map(score).collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = scores.iter().map(|score| (score - top).exp()).sum();
    let mut mean = [0.0; N];
    let mut square = [[0.0; N]; N];
    for (row, score) in case.rows.iter().zip(&scores) {
        let probability = (score - top).exp() / total;
        for i in 0..N {
            let part = probability * f64::from(row[i]);
            mean[i] += part;
            for j in 0..=i {
                square[i][j] += part * f64::from(row[j]);
            }
        }
    }
    let each = 1.0 / case.chosen.len().max(1) as f64;
    let mut fit = Fit { value: 0.0, slope: [0.0; N], curvature: [[0.0; N]; N] };
    for item in &case.chosen {
        fit.value += each * (scores[*item] - top - total.ln());
        (0..N).for_each(|i| fit.slope[i] += each * (f64::from(case.rows[*item][i]) - mean[i]));
    }
    for i in 0..N {
        for j in 0..=i {
            fit.curvature[i][j] = square[i][j] - mean[i] * mean[j];
            fit.curvature[j][i] = fit.curvature[i][j];
        }
    }
    fit
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Dice;

    #[test]
    fn the_weights_behind_choices_are_found_again() {
        let mut dice = Dice::seeded(5);
        let truth = [1.5, -0.7];
        let cases: Vec<Case<2>> = (0..3_000)
            .map(|_| {
                let rows: Vec<[f32; 2]> =
                    (0..8).map(|_| [dice.normal() as f32, dice.normal() as f32]).collect();
                let odds: Vec<f64> = rows
                    .iter()
                    .map(|row| (f64::from(row[0]) * truth[0] + f64::from(row[1]) * truth[1]).exp())
                    .collect();
                Case { chosen: vec![dice.weighted(&odds)], rows }
            })
            .collect();
        let found = fit(&cases, [0.0, 0.0]);
        assert!((found[0] - 1.5).abs() < 0.1 && (found[1] + 0.7).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn without_a_choice_the_prior_is_the_answer() {
        assert_eq!(fit::<2>(&[], [0.3, 0.4]), [0.3, 0.4]);
    }
}
