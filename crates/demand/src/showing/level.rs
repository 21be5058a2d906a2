//! How films do lately against their slots: nested means of what was sold over what the slots usually sell.
//!
//! Each mean is shrunk towards the one it lies in (Gamma and Poisson: so many seats of the wider mean are added to
//! both sides), and loses half of its weight in a few days.

use super::board::{ALL, Board, CINEMA_BAND, FILM, FILM_HERE, FILM_HERE_BAND, HALL, Row};

/// Group, days until half the weight is gone, seats of the wider mean added.
const NEST: [(usize, f64, f64); 4] =
    [(FILM, 2.5, 15.0), (FILM_HERE, 3.0, 60.0), (FILM_HERE_BAND, 6.0, 60.0), (HALL, 12.0, 150.0)];

/// Groups whose plain mean of seats a showing the trees see, and its half-life in days.
const PLAIN: [(usize, f64); 4] = [(FILM, 3.0), (FILM_HERE, 3.0), (FILM_HERE_BAND, 6.0), (CINEMA_BAND, 10.0)];

/// Everything as the morning of one day knows it.
pub(super) struct Levels {
    /// All films' level against the slots.
    all: f64,
    /// By depth of [`NEST`] and row: the level there.
    nested: [Vec<f64>; NEST.len()],
    /// By group of [`PLAIN`]: seats a showing lately, by member of the group.
    plain: Vec<Vec<f64>>,
    groups: Vec<[usize; super::board::GROUPS]>,
    /// Seats that speak of the film, and of the film here; by row.
    informed: [Vec<f64>; 2],
    /// The newest day that speaks of the film, and of the film here; by row.
    newest: [Vec<f64>; 2],
    days: Vec<i32>,
}

impl Levels {
    pub fn of(board: &Board, base: &[f64], asked: i32) -> Levels {
        let past: Vec<usize> = (0..board.rows.len())
            .filter(|i| board.rows[*i].day < asked && board.rows[*i].sold.is_some())
            .collect();
        let sums = |group: usize, half_life: f64, usual: &dyn Fn(usize) -> f64| {
            let mut sums = vec![(0.0, 0.0); board.group_counts[group]];
            for i in &past {
                let row = &board.rows[*i];
                let weight = 0.5_f64.powf(f64::from(asked - 1 - row.day) / half_life);
                let sum = &mut sums[row.groups[group]];
                sum.0 += weight * row.sold.unwrap_or(0.0);
                sum.1 += weight * usual(*i);
            }
            sums
        };
        let (sold, usual) = sums(ALL, 5.0, &|i| base[i]).first().copied().unwrap_or_default();
        let all = (sold + 1.0) / (usual + 1.0);
        let mut level = vec![all; board.rows.len()];
        let mut informed = Vec::new();
        let nested = NEST.map(|(group, half_life, added)| {
            let sums = sums(group, half_life, &|i| base[i] * level[i]);
            for (i, row) in board.rows.iter().enumerate() {
                let (sold, usual) = sums[row.groups[group]];
                level[i] *= (sold + added) / (usual + added);
            }
            informed.push(board.rows.iter().map(|row| sums[row.groups[group]].1).collect::<Vec<f64>>());
            level.clone()
        });
        let plain = PLAIN.map(|(group, half_life)| {
            let sums = sums(group, half_life, &|_| 1.0);
            // Without showings 0 ÷ 0 is unknown.
            sums.iter().map(|(sold, showings)| sold / showings).collect::<Vec<f64>>()
        });
        let newest = [FILM, FILM_HERE].map(|group| {
            let mut newest = vec![f64::NAN; board.group_counts[group]];
            for i in &past {
                let at = board.rows[*i].groups[group];
                newest[at] = newest[at].max(f64::from(board.rows[*i].day));
            }
            board.rows.iter().map(|row| newest[row.groups[group]]).collect::<Vec<f64>>()
        });
        informed.truncate(2);
        Levels {
            all,
            nested,
            plain: plain.into(),
            groups: board.rows.iter().map(|row| row.groups).collect(),
            informed: informed.try_into().expect("two are kept of four"),
            newest,
            days: board.rows.iter().map(|row: &Row| row.day).collect(),
        }
    }

    /// Slot × level, at least half a seat.
    pub fn seats(&self, base: &[f64], i: usize) -> f64 {
        (base[i] * self.nested[NEST.len() - 1][i]).max(0.5)
    }

    /// The film against all films; the film here against the film; `None` without seats that speak of it.
    pub fn film(&self, i: usize) -> Option<f64> {
        (self.informed[0][i] > 0.0).then(|| self.nested[0][i] / self.all)
    }

    pub fn here(&self, i: usize) -> Option<f64> {
        (self.informed[1][i] > 0.0).then(|| self.nested[1][i] / self.nested[0][i])
    }

    pub fn list(&self, i: usize) -> Vec<f64> {
        let day = f64::from(self.days[i]);
        let mut list = vec![
            (self.nested[0][i] / self.all).ln(),
            (self.nested[1][i] / self.nested[0][i]).ln(),
            (self.nested[2][i] / self.nested[1][i]).ln(),
            (self.nested[3][i] / self.nested[2][i]).ln(),
            self.informed[0][i].ln_1p(),
            self.informed[1][i].ln_1p(),
            day - self.newest[0][i],
            day - self.newest[1][i],
        ];
        list.extend(PLAIN.iter().zip(&self.plain).map(|((group, _), means)| means[self.groups[i][*group]]));
        list
    }
}
