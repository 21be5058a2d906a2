//! How good a plan can be at most: pools, staff and commitments with prices instead of limits.
//!
//! With prices every hall-day stands alone and is solved exactly; what all come to, with the prices of the limits
//! themselves, is no less than any plan's value (Lagrangian relaxation, Fisher 1981). The prices follow the
//! subgradient with Polyak's step, each in its own unit; every step's bound holds, and the smallest is kept.

use super::grid::{Grid, quarter};
use super::{Cinema, Placed};

/// Steps without a better bound after which the steps are halved.
const PATIENCE: usize = 15;
/// The part of its direction that a step keeps.
const KEPT: f64 = 0.6;

/// The smallest bound within so many steps; `value` is what a plan is known to reach.
pub(super) fn bound(grid: &Grid<'_>, value: f64, steps: usize) -> f64 {
    let limits = Limits::of(grid);
    let mut prices = vec![0.0; limits.left.len()];
    let mut best = f64::INFINITY;
    let mut best_prices = prices.clone();
    let mut way = vec![0.0; limits.left.len()];
    let (mut pace, mut waited) = (1.0, 0);
    for _ in 0..steps.max(1) {
        let (bound, left) = limits.solve(grid, &prices);
        if bound < best - 1e-4 * value.abs() {
            waited = 0;
        } else {
            waited += 1;
        }
        if bound < best {
            best = bound;
            best_prices.clone_from(&prices);
        }
        if waited >= PATIENCE {
            (pace, waited) = (pace / 2.0, 0);
            prices.clone_from(&best_prices);
            continue;
        }
        // Steps keep part of their direction, so that they do not go to and fro (Camerini, Fratta and Maffioli 1975).
        way.iter_mut().zip(&left).for_each(|(way, left)| *way = KEPT * *way + (1.0 - KEPT) * left);
        let moves = |i: &usize| prices[*i] > 0.0 || way[*i] < 0.0;
        let length: f64 = (0..way.len()).filter(moves).map(|i| way[i] * way[i] * limits.units[i]).sum();
        if length < 1e-12 {
            break;
        }
        let step = pace * (bound - value).max(1e-6 * value.abs()) / length;
        for (i, price) in prices.iter_mut().enumerate() {
            *price = (*price - step * way[i] * limits.units[i]).max(0.0);
        }
    }
    best
}

/// Every limit in one list: people by film, day and crowd; starts and cleanings by day and quarter; promised
/// showings by film and day, of them in prime time, and by film; the domestic share.
struct Limits {
    days: usize,
    crowds: usize,
    starts: usize,
    cleaning: usize,
    a_day: usize,
    prime: usize,
    promised: usize,
    domestic: usize,
    /// What is there before anything is shown; a promise is a limit from below, negative.
    left: Vec<f64>,
    /// How far a price moves for one unit left: about what such a unit can be worth, by unit.
    units: Vec<f64>,
}

/// About how many showings there is time for.
fn showings(cinema: &Cinema) -> f64 {
    (5 * cinema.halls.len() * cinema.days) as f64
}

/// Quarters of the longest day and of the film that is on when it ends.
const QUARTERS: usize = super::DAY_MINUTES as usize / 15 + 80;

/// The quarters whose middle falls into a showing's cleaning.
fn cleaned(grid: &Grid<'_>, hall: usize, film: usize, start: u16) -> impl Iterator<Item = usize> {
    let end = usize::from(grid.end(film, start));
    let until = usize::from(grid.clean(hall, film, start));
    (end / 15..=until / 15).filter(move |quarter| (end..until).contains(&(quarter * 15 + 7)))
}

impl Limits {
    fn of(grid: &Grid<'_>) -> Limits {
        let cinema = grid.cinema;
        let (films, days) = (cinema.films.len(), cinema.days);
        let crowds = grid.crowds.iter().flatten().map(Vec::len).max().unwrap_or(0);
        let starts = films * days * crowds;
        let cleaning = starts + days * QUARTERS;
        let a_day = cleaning + days * QUARTERS;
        let prime = a_day + films * days;
        let promised = prime + films * days;
        let domestic = promised + films;
        let zeros = vec![0.0; domestic + 1];
        let mut it = Limits {
            days,
            crowds,
            starts,
            cleaning,
            a_day,
            prime,
            promised,
            domestic,
            left: zeros.clone(),
            units: zeros,
        };
        it.fill(grid, it.showing_worth(cinema));
        it
    }

    /// About what a showing brings: all people over all the showings there is time for.
    fn showing_worth(&self, cinema: &Cinema) -> f64 {
        let brings = |film: usize| {
            (0..cinema.days).map(|day| cinema.demand.people(film, day)).sum::<f64>() * cinema.worth(film).0
        };
        let total: f64 = (0..cinema.films.len()).map(brings).sum();
        (total / showings(cinema)).max(1e-6)
    }

    fn fill(&mut self, grid: &Grid<'_>, worth: f64) {
        let cinema = grid.cinema;
        for film in 0..cinema.films.len() {
            for day in 0..self.days {
                for (crowd, people) in grid.crowds[film][day].iter().enumerate() {
                    let at = self.people(film, day) + crowd;
                    self.left[at] = *people;
                    self.units[at] = cinema.worth(film).0 / people.max(1e-3);
                }
                let at = self.a_day + film * self.days + day;
                let (owed, prime) = cinema.owed(film, day);
                self.left[at] = -f64::from(owed);
                self.units[at] = if owed > 0 { worth } else { 0.0 };
                let at = self.prime + film * self.days + day;
                self.left[at] = -f64::from(prime);
                self.units[at] = if prime > 0 { worth } else { 0.0 };
            }
            let promised = cinema.films[film].showings_min;
            self.left[self.promised + film] = -f64::from(promised);
            self.units[self.promised + film] = if promised > 0 { worth / 10.0 } else { 0.0 };
        }
        for (limit, first) in
            [(cinema.rules.starts_max, self.starts), (cinema.rules.cleaning_max, self.cleaning)]
        {
            let Some(limit) = limit else { continue };
            self.left[first..first + self.days * QUARTERS].fill(f64::from(limit));
            self.units[first..first + self.days * QUARTERS].fill(worth);
        }
        self.leave_to_fixed(grid);
        let unit = (0..cinema.films.len()).map(|film| grid.domestic(film).abs()).fold(0.0, f64::max);
        self.left[self.domestic] = grid.domestic_before();
        self.units[self.domestic] = if unit > 0.0 { worth / (unit * unit * showings(cinema)) } else { 0.0 };
    }

    /// Takes the staff of the showings that stand; where they alone need more than there is, nothing is left.
    fn leave_to_fixed(&mut self, grid: &Grid<'_>) {
        for one in &grid.cinema.fixed {
            let quarters = one.day * QUARTERS;
            let starts = self.starts + quarters + quarter(one.start);
            let cleaned = cleaned(grid, one.hall, one.film, one.start);
            for at in cleaned.map(|quarter| self.cleaning + quarters + quarter).chain([starts]) {
                self.left[at] = (self.left[at] - 1.0).max(0.0);
            }
        }
    }

    fn people(&self, film: usize, day: usize) -> usize {
        (film * self.days + day) * self.crowds
    }

    /// The bound at these prices, and what its solution leaves of every limit.
    fn solve(&self, grid: &Grid<'_>, prices: &[f64]) -> (f64, Vec<f64>) {
        let cinema = grid.cinema;
        let mut left = self.left.clone();
        let mut bound: f64 = prices.iter().zip(&left).map(|(price, left)| price * left).sum();
        for day in 0..self.days {
            let roomy = self.roomy(grid, day, prices);
            for (hall, it) in cinema.halls.iter().enumerate() {
                let seats = f64::from(it.seats);
                let (placed, worth) = grid.solve(hall, day, &mut |film, start| {
                    let (asked, worth) = roomy[film][grid.step(start)];
                    let full = || {
                        self.plain(grid, film, day, start, prices)
                            + self.seat(grid, film, day, start, seats, prices, &mut |_, _| {})
                    };
                    let worth = if asked <= seats { worth } else { full() };
                    Some(worth - self.staff(grid, hall, film, day, start, prices))
                });
                bound += worth;
                for one in &placed {
                    self.take_staff(grid, one, &mut left);
                }
                for one in placed.iter().chain(&grid.fixed[day][hall]) {
                    let told = &mut |at: usize, people: f64| left[at] -= people;
                    self.seat(grid, one.film, day, one.start, seats, prices, told);
                    self.take(grid, one, &mut left);
                }
                for one in &grid.fixed[day][hall] {
                    bound += self.plain(grid, one.film, day, one.start, prices)
                        + self.seat(grid, one.film, day, one.start, seats, prices, &mut |_, _| {});
                }
            }
        }
        // Where there is no limit, nothing is left of it.
        left.iter_mut().zip(&self.units).filter(|(_, unit)| **unit == 0.0).for_each(|(left, _)| *left = 0.0);
        (bound, left)
    }

    /// By film and step: how many people a showing asks in, and what it is worth with seats for all of them.
    fn roomy(&self, grid: &Grid<'_>, day: usize, prices: &[f64]) -> Vec<Vec<(f64, f64)>> {
        let of = |film: usize, step: usize| {
            let start = step as u16 * grid.cinema.rules.step_minutes;
            let mut asked = 0.0;
            let seats = f64::INFINITY;
            let worth = self.seat(grid, film, day, start, seats, prices, &mut |_, people| asked += people);
            (asked, worth + self.plain(grid, film, day, start, prices))
        };
        (0..grid.cinema.films.len())
            .map(|film| (0..grid.steps()).map(|step| of(film, step)).collect())
            .collect()
    }

    /// What a showing's people are worth less their prices: the cheapest to have are seated first.
    #[allow(clippy::too_many_arguments, reason = "a showing at a price, and who is told of its people")]
    fn seat(
        &self,
        grid: &Grid<'_>,
        film: usize,
        day: usize,
        start: u16,
        seats: f64,
        prices: &[f64],
        told: &mut dyn FnMut(usize, f64),
    ) -> f64 {
        let (margin, _) = grid.cinema.worth(film);
        let people = &grid.crowds[film][day];
        let first = self.people(film, day);
        let mut worth = 0.0;
        let mut seat = |crowd: usize, free: f64| {
            let people = people[crowd].min(free);
            let gain = margin - prices[first + crowd];
            if people <= 0.0 || gain <= 0.0 {
                return 0.0;
            }
            worth += people * gain;
            told(first + crowd, people);
            people
        };
        let within = grid.reached(start).iter().copied().filter(|crowd| *crowd < people.len());
        if seats.is_infinite() {
            within.for_each(|crowd| _ = seat(crowd, seats));
            return worth;
        }
        let mut cheap: Vec<usize> = within.collect();
        cheap.sort_by(|a, b| prices[first + a].total_cmp(&prices[first + b]));
        let mut free = seats;
        for crowd in cheap {
            free -= seat(crowd, free);
        }
        worth
    }

    /// What a showing costs and earns apart from its people and its staff.
    fn plain(&self, grid: &Grid<'_>, film: usize, day: usize, start: u16, prices: &[f64]) -> f64 {
        let prime =
            if grid.cinema.is_prime(start) { prices[self.prime + film * self.days + day] } else { 0.0 };
        prices[self.a_day + film * self.days + day]
            + prime
            + prices[self.promised + film]
            + prices[self.domestic] * grid.domestic(film)
            - grid.cinema.worth(film).1
    }

    /// What its start and its cleaning cost.
    fn staff(
        &self,
        grid: &Grid<'_>,
        hall: usize,
        film: usize,
        day: usize,
        start: u16,
        prices: &[f64],
    ) -> f64 {
        let cleaning = cleaned(grid, hall, film, start);
        prices[self.starts + day * QUARTERS + quarter(start)]
            + cleaning.map(|quarter| prices[self.cleaning + day * QUARTERS + quarter]).sum::<f64>()
    }

    /// Takes what a showing uses of the limits, apart from people and staff.
    fn take(&self, grid: &Grid<'_>, one: &Placed, left: &mut [f64]) {
        let of_day = one.film * self.days + one.day;
        left[self.a_day + of_day] += 1.0;
        left[self.prime + of_day] += f64::from(u8::from(grid.cinema.is_prime(one.start)));
        left[self.promised + one.film] += 1.0;
        left[self.domestic] += grid.domestic(one.film);
    }

    fn take_staff(&self, grid: &Grid<'_>, one: &Placed, left: &mut [f64]) {
        let quarters = one.day * QUARTERS;
        left[self.starts + quarters + quarter(one.start)] -= 1.0;
        cleaned(grid, one.hall, one.film, one.start)
            .for_each(|quarter| left[self.cleaning + quarters + quarter] -= 1.0);
    }
}
