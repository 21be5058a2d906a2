//! What a slot usually sells: a Poisson regression on hour, kind of day, cinema, hall and film.
//!
//! Films and their ages take part so that a week of strong films is not mistaken for a strong hour; what they
//! explain is left out of the answer, for the levels follow it day by day.

use super::board::{BANDS, Board, Row};
use crate::least_squares;
use std::collections::BTreeMap;

/// Counts vary this much more than Poisson's: groups come, not persons.
const OVERDISPERSION: f64 = 20.0;
const FORGETTING_DAYS: f64 = 15.0;
const ROUNDS_MAX: usize = 40;

/// Columns with a prior mean: what kinds of day sell over a plain Monday to Wednesday in term
/// (shares of a week in the daily charts of several countries; own showings soon outweigh them).
const KINDS: [f64; 7] = [2.6, 2.1, 1.65, 1.15, 1.7, 1.3, 1.15];

/// What was learned of slots.
#[derive(Clone, Debug, PartialEq)]
pub struct Slots {
    start: f64,
    /// [`KINDS`], hour by kind, hour, hour in school holidays.
    calendar: Vec<f64>,
    cinemas: BTreeMap<String, f64>,
    halls: BTreeMap<String, f64>,
    seats: f64,
    crowding: f64,
    /// Of the film itself: not part of the slot.
    films: BTreeMap<String, (f64, f64)>,
    age: f64,
}

const HOURS_BY_KIND: usize = KINDS.len();
const HOURS: usize = HOURS_BY_KIND + 3 * BANDS;
const SCHOOL_HOURS: usize = HOURS + BANDS;
const CALENDAR: usize = SCHOOL_HOURS + BANDS;

/// The columns of a row that are not zero.
type Sparse = Vec<(usize, f64)>;

fn calendar(row: &Row) -> Vec<usize> {
    let kind = row.kind;
    let mut columns = Vec::new();
    let (class, school) = match (kind.rests, kind.eve) {
        (true, _) => (2, 6),
        (false, true) => (1, 5),
        (false, false) => (0, 4),
    };
    match class {
        2 => columns.push(usize::from(row.weekday != 6)),
        1 => columns.push(2),
        _ if row.weekday == 4 => columns.push(3),
        _ => {}
    }
    if kind.school_holiday {
        columns.push(school);
        if class == 0 {
            columns.push(SCHOOL_HOURS + row.band);
        }
    }
    columns.extend([HOURS_BY_KIND + class * BANDS + row.band, HOURS + row.band]);
    columns
}

fn size(row: &Row) -> f64 {
    (row.seats / 90.0).ln()
}

fn crowding(row: &Row) -> f64 {
    -row.schedule.same_around.min(400.0) / 200.0
}

fn age(row: &Row) -> f64 {
    f64::from(row.age).ln_1p()
}

/// Where each part of the coefficients begins.
struct Layout {
    cinemas: usize,
    halls: usize,
    seats: usize,
    films: usize,
    ages: usize,
    age: usize,
}

impl Layout {
    fn of(board: &Board) -> Layout {
        let cinemas = 1 + CALENDAR;
        let halls = cinemas + board.cinemas.len();
        let seats = halls + board.halls.len();
        let films = seats + 2;
        let ages = films + board.films.len();
        Layout { cinemas, halls, seats, films, ages, age: ages + board.films.len() }
    }

    fn row(&self, row: &Row) -> Sparse {
        let mut sparse: Sparse = calendar(row).into_iter().map(|column| (1 + column, 1.0)).collect();
        sparse.extend([
            (0, 1.0),
            (self.cinemas + row.cinema, 1.0),
            (self.halls + row.hall, 1.0),
            (self.seats, size(row)),
            (self.seats + 1, crowding(row)),
            (self.films + row.film, 1.0),
            (self.ages + row.film, age(row)),
            (self.age, age(row)),
        ]);
        sparse
    }

    /// Prior means and precisions.
    fn prior(&self) -> Vec<(f64, f64)> {
        let mut prior = vec![(0.0, 1e-6)];
        prior.extend(KINDS.map(|kind| (kind.ln(), 6.0)));
        prior.extend([(0.0, 2.0)].repeat(3 * BANDS));
        prior.extend([(0.0, 0.5)].repeat(BANDS));
        prior.extend([(0.0, 2.0)].repeat(BANDS));
        prior.extend([(0.0, 0.5)].repeat(self.halls - self.cinemas));
        prior.extend([(0.0, 4.0)].repeat(self.seats - self.halls));
        prior.extend([(0.5, 3.0), (0.2, 3.0)]);
        prior.extend([(0.0, 0.1)].repeat(self.ages - self.films));
        prior.extend([(0.0, 3.0)].repeat(self.age - self.ages));
        prior.push((-0.3, 3.0));
        prior
    }
}

impl Slots {
    /// Fits the rows of days before `end` by Newton's method.
    pub(super) fn fit(board: &Board, end: i32) -> Slots {
        let layout = Layout::of(board);
        let rows: Vec<(Sparse, f64, f64)> = board
            .rows
            .iter()
            .filter(|row| row.day < end)
            .filter_map(|row| {
                let weight = 0.5_f64.powf(f64::from(end - 1 - row.day) / FORGETTING_DAYS) / OVERDISPERSION;
                Some((layout.row(row), row.sold?, weight))
            })
            .collect();
        let prior = layout.prior();
        let mut b: Vec<f64> = prior.iter().map(|(mean, _)| *mean).collect();
        let mean = rows.iter().map(|(_, sold, _)| sold).sum::<f64>() / rows.len().max(1) as f64;
        b[0] = mean.max(0.1).ln() - 0.5;
        for _ in 0..ROUNDS_MAX {
            let Some(step) = step(&rows, &prior, &b) else { break };
            b.iter_mut().zip(&step).for_each(|(b, step)| *b -= step.clamp(-1.0, 1.0));
            if step.iter().all(|step| step.abs() < 1e-5) {
                break;
            }
        }
        Slots::named(board, &layout, &b)
    }

    fn named(board: &Board, layout: &Layout, b: &[f64]) -> Slots {
        let by_name = |names: &[String], at: usize| -> BTreeMap<String, f64> {
            names.iter().enumerate().map(|(i, name)| (name.clone(), b[at + i])).collect()
        };
        let film = |(i, name): (usize, &String)| (name.clone(), (b[layout.films + i], b[layout.ages + i]));
        Slots {
            start: b[0],
            calendar: b[1..=CALENDAR].to_vec(),
            cinemas: by_name(&board.cinemas, layout.cinemas),
            halls: by_name(&board.halls, layout.halls),
            seats: b[layout.seats],
            crowding: b[layout.seats + 1],
            films: board.films.iter().enumerate().map(film).collect(),
            age: b[layout.age],
        }
    }

    /// What every row's slot sells with an ordinary film, at least half a seat.
    pub(super) fn seats(&self, board: &Board) -> Vec<f64> {
        board.rows.iter().map(|row| self.slot(board, row).clamp(-0.7, 8.0).exp()).collect()
    }

    /// What the regression says of every row with its film: a forecast of its own.
    pub(super) fn with_films(&self, board: &Board) -> Vec<f64> {
        let film = |row: &Row| {
            let (level, decay) = self.films.get(&board.films[row.film]).copied().unwrap_or_default();
            level + (decay + self.age) * age(row)
        };
        board
            .rows
            .iter()
            .map(|row| (self.slot(board, row) + film(row)).clamp(-4.0, 8.0).exp().min(row.seats))
            .collect()
    }

    fn slot(&self, board: &Board, row: &Row) -> f64 {
        let calendar: f64 = calendar(row).into_iter().map(|column| self.calendar[column]).sum();
        let cinema = self.cinemas.get(&board.cinemas[row.cinema]).copied().unwrap_or(0.0);
        let hall = self.halls.get(&board.halls[row.hall]).copied().unwrap_or(0.0);
        self.start + calendar + cinema + hall + self.seats * size(row) + self.crowding * crowding(row)
    }
}

/// One step of Newton's method; `None` when the equations cannot be solved.
fn step(rows: &[(Sparse, f64, f64)], prior: &[(f64, f64)], b: &[f64]) -> Option<Vec<f64>> {
    let n = b.len();
    let mut gradient: Vec<f64> =
        prior.iter().zip(b).map(|((mean, precision), b)| precision * (b - mean)).collect();
    let mut curvature = vec![vec![0.0; n]; n];
    for (i, (_, precision)) in prior.iter().enumerate() {
        curvature[i][i] = precision + 1e-9;
    }
    for (sparse, sold, weight) in rows {
        let mean = sparse.iter().map(|(i, x)| b[*i] * x).sum::<f64>().clamp(-5.0, 8.0).exp();
        for (i, x) in sparse {
            gradient[*i] += weight * (mean - sold) * x;
            for (j, y) in sparse {
                curvature[*i][*j] += weight * mean * x * y;
            }
        }
    }
    least_squares::solve(curvature, gradient)
}
