//! Films alike: those that the same things moved as far.

use super::history::{History, number};
use super::{Comparable, Film, Model, Window};
use kernel::Instant;

/// How many are told.
const TOLD: usize = 5;
/// Years apart that count as much as a factor of e in one theme.
const YEARS: f64 = 12.0;

/// The films nearest to one in what moved their forecasts, whose first week is known at the instant.
pub(super) fn nearest(
    model: &Model,
    history: &History,
    film: &Film,
    row: &[f64],
    as_of: Instant,
) -> Vec<Comparable> {
    let today = number(history.market.day_of(as_of));
    let moves = model.moves(row);
    let mut near: Vec<(f64, Comparable)> = Vec::new();
    for learned in model.learned.iter().filter(|learned| learned.id != film.id) {
        let Some(opened) = history.find(&learned.id) else { continue };
        let Some(outcome) = opened.outcome(Window::Week, today) else { continue };
        let apart: f64 = moves.iter().zip(&learned.moves).map(|(a, b)| (a - b).powi(2)).sum();
        let years = f64::from(today - opened.release) / 365.25 / YEARS;
        let minor = |log: f64| log.exp().min(9e15).round() as i64;
        let comparable = Comparable {
            id: learned.id.clone(),
            name: opened.film.name.clone(),
            release: opened.film.release,
            first_week: minor(outcome + opened.level),
            first_week_today: minor(outcome + history.level_on(today)),
        };
        near.push((apart + years * years, comparable));
    }
    near.sort_by(|a, b| a.0.total_cmp(&b.0));
    near.into_iter().take(TOLD).map(|(_, comparable)| comparable).collect()
}
