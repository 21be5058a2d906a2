//! How good a plan can be at most: pools, staff and commitments with prices instead of limits.
//!
//! With prices every hall-day stands alone and is solved exactly; what all come to, with the prices of the limits
//! themselves, is no less than any plan's value (Lagrangian relaxation, Fisher 1981). The prices follow the
//! subgradient with Polyak's step; every step's bound holds, and the smallest is kept.

use super::Cinema;
use super::grid::{Grid, quarter};
use std::collections::BTreeMap;

/// Steps without a better bound after which the steps are halved.
const PATIENCE: usize = 10;

/// The smallest bound within so many steps; `value` is what a plan is known to reach.
pub(super) fn bound(grid: &Grid<'_>, value: f64, steps: usize, stop: &dyn Fn() -> bool) -> f64 {
    let mut prices = Prices::of(grid.cinema);
    let mut best = f64::INFINITY;
    let mut best_prices = prices.clone();
    let (mut pace, mut waited) = (1.0, 0);
    for step in 0..steps.max(1) {
        // Without any step there would be no bound at all.
        if step > 0 && stop() {
            break;
        }
        let (bound, slack) = prices.bound(grid);
        if bound < best - 1e-9 {
            (best, waited) = (bound, 0);
            best_prices = prices.clone();
        } else {
            waited += 1;
        }
        if waited >= PATIENCE {
            (pace, waited) = (pace / 2.0, 0);
            prices = best_prices.clone();
            continue;
        }
        let length = prices.squared(&slack);
        if length < 1e-12 {
            break;
        }
        prices.follow(&slack, pace * (bound - value).max(1e-6 * value.abs()) / length);
    }
    best
}

/// What one more of each limit is worth; the same shape holds what a solution leaves of it.
#[derive(Clone)]
struct Prices {
    /// By film, day and slot: a person.
    people: Vec<Vec<Vec<f64>>>,
    /// By day and quarter: a start.
    starts: Vec<Vec<f64>>,
    /// By day and quarter at whose middle cleanings are counted.
    cleaning: Vec<Vec<f64>>,
    /// By film and day, and by film: a showing that was promised.
    a_day: Vec<Vec<f64>>,
    promised: Vec<f64>,
    domestic: f64,
}

/// The minutes at which cleanings are counted.
fn counted(quarter: usize) -> usize {
    quarter * 15 + 7
}

fn cleaned(grid: &Grid<'_>, film: usize, start: u16) -> impl Iterator<Item = usize> {
    let end = usize::from(grid.end(film, start));
    let until = end + usize::from(grid.cinema.rules.cleaning_minutes);
    (end / 15..=until / 15).filter(move |quarter| (end..until).contains(&counted(*quarter)))
}

impl Prices {
    fn of(cinema: &Cinema) -> Prices {
        let zeros = |pools: &Vec<Vec<f64>>| pools.iter().map(|day| vec![0.0; day.len()]).collect();
        let quarters = usize::from(super::DAY_MINUTES) / 15 + 80;
        Prices {
            people: cinema.demand.pools.iter().map(zeros).collect(),
            starts: vec![vec![0.0; quarters]; cinema.days],
            cleaning: vec![vec![0.0; quarters]; cinema.days],
            a_day: vec![vec![0.0; cinema.days]; cinema.films.len()],
            promised: vec![0.0; cinema.films.len()],
            domestic: 0.0,
        }
    }

    /// The bound at these prices, and what its solution leaves of every limit.
    fn bound(&self, grid: &Grid<'_>) -> (f64, Prices) {
        let cinema = grid.cinema;
        let mut slack = self.limits(grid);
        let mut bound = self.times(&slack);
        for day in 0..cinema.days {
            // Halls alike have the same answer.
            let mut alike: BTreeMap<Alike, Vec<usize>> = BTreeMap::new();
            for (hall, it) in cinema.halls.iter().enumerate() {
                let hours = it.hours[day].map(|hours| (hours.opens, hours.closes));
                let films = (0..cinema.films.len()).map(|film| cinema.may_show(film, hall, day)).collect();
                alike.entry((it.seats, hours, films)).or_default().push(hall);
            }
            for ((seats, _, _), halls) in &alike {
                let seats = f64::from(*seats);
                let (placed, worth) = grid
                    .solve(halls[0], day, &mut |film, start| Some(self.showing(grid, film, day, start, seats, None)));
                let times = halls.len() as f64;
                bound += worth * times;
                for one in placed {
                    let used = Some((&mut slack, times));
                    self.showing(grid, one.film, day, one.start, seats, used);
                }
            }
        }
        slack.forget(cinema);
        (bound, slack)
    }

    /// All limits, as what is left before anything is shown. Promises are limits from below: negative.
    fn limits(&self, grid: &Grid<'_>) -> Prices {
        let cinema = grid.cinema;
        let mut limits = self.clone();
        limits.people.clone_from(&cinema.demand.pools);
        let most = |limit: Option<u32>| limit.map_or(0.0, f64::from);
        limits.starts.iter_mut().flatten().for_each(|left| *left = most(cinema.rules.starts_max));
        limits.cleaning.iter_mut().flatten().for_each(|left| *left = most(cinema.rules.cleaning_max));
        for (i, film) in cinema.films.iter().enumerate() {
            for day in 0..cinema.days {
                let runs = (film.first_day..=film.last_day).contains(&day);
                limits.a_day[i][day] = if runs { -f64::from(film.a_day_min) } else { 0.0 };
            }
            limits.promised[i] = -f64::from(film.showings_min);
        }
        limits.domestic = grid.domestic_before();
        limits
    }

    /// What a showing is worth at these prices; with `used`, what it takes is taken, so many times.
    fn showing(
        &self,
        grid: &Grid<'_>,
        film: usize,
        day: usize,
        start: u16,
        seats: f64,
        used: Option<(&mut Prices, f64)>,
    ) -> f64 {
        let cinema = grid.cinema;
        let (margin, cost) = cinema.worth(film);
        let pools = &cinema.demand.pools[film][day];
        let prices = &self.people[film][day];
        let mut reached: Vec<usize> = cinema.demand.reached(pools.len(), start).collect();
        reached.sort_by(|a, b| prices[*a].total_cmp(&prices[*b]));
        let mut worth = -cost + self.a_day[film][day] + self.promised[film] + self.domestic * grid.domestic(film);
        worth -= self.starts[day][quarter(start)];
        worth -= cleaned(grid, film, start).map(|quarter| self.cleaning[day][quarter]).sum::<f64>();
        let mut used = used;
        let mut free = seats;
        for slot in reached {
            let people = (pools[slot] * cinema.demand.reach(slot, start)).min(free);
            if people <= 0.0 || prices[slot] >= margin {
                continue;
            }
            worth += people * (margin - prices[slot]);
            free -= people;
            if let Some((left, times)) = &mut used {
                left.people[film][day][slot] -= people * *times;
            }
        }
        if let Some((left, times)) = used {
            left.starts[day][quarter(start)] -= times;
            cleaned(grid, film, start).for_each(|quarter| left.cleaning[day][quarter] -= times);
            left.a_day[film][day] += times;
            left.promised[film] += times;
            left.domestic += times * grid.domestic(film);
        }
        worth
    }

    /// Every number of both, side by side.
    fn pairs<'p>(&'p mut self, other: &'p Prices) -> Vec<(&'p mut f64, f64)> {
        let deep = self.people.iter_mut().flatten().flatten().zip(other.people.iter().flatten().flatten());
        let starts = self.starts.iter_mut().flatten().zip(other.starts.iter().flatten());
        let cleaning = self.cleaning.iter_mut().flatten().zip(other.cleaning.iter().flatten());
        let a_day = self.a_day.iter_mut().flatten().zip(other.a_day.iter().flatten());
        let promised = self.promised.iter_mut().zip(&other.promised);
        let domestic = std::iter::once((&mut self.domestic, &other.domestic));
        let all = deep.chain(starts).chain(cleaning).chain(a_day).chain(promised).chain(domestic);
        all.map(|(mine, other)| (mine, *other)).collect()
    }

    fn times(&self, other: &Prices) -> f64 {
        self.clone().pairs(other).into_iter().map(|(mine, other)| *mine * other).sum()
    }

    /// How long the step is before it is scaled: what is left of a limit without a price moves nothing.
    fn squared(&mut self, slack: &Prices) -> f64 {
        let moves = self.pairs(slack).into_iter().filter(|(price, left)| **price > 0.0 || *left < 0.0);
        moves.map(|(_, left)| left * left).sum()
    }

    /// Cheaper where something is left, dearer where too much was taken; never below nothing.
    fn follow(&mut self, slack: &Prices, step: f64) {
        for (price, left) in self.pairs(slack) {
            *price = (*price - step * left).max(0.0);
        }
    }

    /// Where there is no limit, nothing is left of it and nothing is paid for it.
    fn forget(&mut self, cinema: &Cinema) {
        if cinema.rules.starts_max.is_none() {
            self.starts.iter_mut().flatten().for_each(|left| *left = 0.0);
        }
        if cinema.rules.cleaning_max.is_none() {
            self.cleaning.iter_mut().flatten().for_each(|left| *left = 0.0);
        }
        if cinema.rules.domestic.is_none() {
            self.domestic = 0.0;
        }
    }
}

type Alike = (u32, Option<(u16, u16)>, Vec<bool>);
