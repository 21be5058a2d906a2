//! How good a plan can be at most.
//!
//! What a day brings is concave in how near its showings are to each slot, in the seats of those that are full, and in
//! what the films bring; so it lies below its tangent at any point, and the tangent is a sum over showings. With a price
//! on staff and commitments every hall-day then stands alone and is solved exactly; what all come to, with the prices
//! of the limits themselves, is no less than any plan's value (Lagrangian relaxation, Fisher 1981). The points follow
//! the solutions (Frank and Wolfe 1956), the prices the subgradient with Polyak's step, each in its own unit; every
//! step's bound holds, and the smallest is kept.

use super::super::attendance::{Around, SLOTS};
use super::grid::{Grid, quarter};
use super::{Cinema, Placed};
use std::rc::Rc;

/// Steps without a better bound after which the steps are halved.
const PATIENCE: usize = 15;
/// Of Polyak's step, at first: the points must be able to follow the prices.
const PACE: f64 = 0.03;
/// The part of its direction that a step keeps.
const KEPT: f64 = 0.6;
/// Times the part of the way that a point goes is narrowed down, each to 0.618 of what it was.
const NARROWINGS: usize = 12;
/// The least part of its usual hours, and a day of its usual worth, at which a tangent is drawn.
const LEAST: f64 = 0.05;
/// How sharply the smaller of two bounds of a film's hours is taken.
const SHARPNESS: i32 = 8;

/// The smallest bound within so many steps; `showings` are a plan that is known, and `value` what it reaches.
pub(super) fn bound(grid: &Grid<'_>, showings: &[Placed], value: f64, steps: usize) -> f64 {
    let limits = Limits::of(grid);
    let mut point = Point::of(grid, &limits, showings);
    let mut prices = vec![0.0; limits.left.len()];
    let mut best = f64::INFINITY;
    let mut best_prices = prices.clone();
    let mut way = vec![0.0; limits.left.len()];
    let (mut pace, mut waited) = (PACE, 0);
    let mut best_point = point.clone();
    for _ in 0..steps.max(1) {
        let tangents = Tangents::at(grid, &point);
        let (bound, left, solution) = limits.solve(grid, &tangents, &prices);
        point.go(grid, &tangents.point(grid, &solution, left.clone()), &prices);
        if bound < best - 1e-4 * value.abs() {
            waited = 0;
        } else {
            waited += 1;
        }
        if bound < best {
            best = bound;
            best_prices.clone_from(&prices);
            best_point.clone_from(&point);
        }
        if waited >= PATIENCE {
            (pace, waited) = (pace / 2.0, 0);
            prices.clone_from(&best_prices);
            point.clone_from(&best_point);
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

/// Where tangents are drawn.
#[derive(Clone)]
struct Point {
    /// By day and film.
    days: Vec<Vec<Counted>>,
    /// What is left of every limit, and what the showings cost.
    left: Vec<f64>,
    costs: f64,
}

/// What is counted of a film's day.
#[derive(Clone, Copy)]
struct Counted {
    /// How near its showings are to each slot: all of them, and without those that are full.
    all: Around,
    around: Around,
    /// The hours of those that are not, as if each were the film's only one.
    alone: f64,
    /// The seats of those that are full.
    full: f64,
}

impl Point {
    fn of(grid: &Grid<'_>, limits: &Limits, showings: &[Placed]) -> Point {
        let mut point = Point::nothing(grid, limits.left_by(grid, showings));
        // What is full is seen from how near all are.
        for one in showings {
            let counted = &mut point.days[one.day][one.film];
            let near = grid.cinema.demand.attendance.near(one.start);
            counted.all.iter_mut().zip(near).for_each(|(all, near)| *all += near);
            counted.around = counted.all;
            counted.alone = f64::INFINITY;
        }
        let left = point.left.clone();
        Tangents::at(grid, &point).point(grid, showings, left)
    }

    fn nothing(grid: &Grid<'_>, left: Vec<f64>) -> Point {
        let none = Counted { all: [0.0; SLOTS], around: [0.0; SLOTS], alone: 0.0, full: 0.0 };
        Point { days: vec![vec![none; grid.cinema.films.len()]; grid.cinema.days], left, costs: 0.0 }
    }

    /// What is counted here brings, with what is left at these prices.
    fn value(&self, grid: &Grid<'_>, prices: &[f64]) -> f64 {
        let cinema = grid.cinema;
        let attendance = &cinema.demand.attendance;
        let day = |(day, films): (usize, &Vec<Counted>)| {
            let demand = &cinema.demand.days[day];
            let (mut usual, mut alone) = (0.0, 0.0);
            for (film, counted) in films.iter().enumerate() {
                let hours = attendance.total_hours(demand.kind, &counted.around).min(counted.alone);
                let people = attendance.draws(demand.usual[film], hours) + counted.full;
                usual += cinema.worth(film).0 * demand.usual[film].people;
                alone += cinema.worth(film).0 * people;
            }
            alone * attendance.kept(usual, alone)
        };
        let priced: f64 = prices.iter().zip(&self.left).map(|(price, left)| price * left).sum();
        self.days.iter().enumerate().map(day).sum::<f64>() + priced - self.costs
    }

    /// Goes towards another point as far as more is brought (golden section).
    fn go(&mut self, grid: &Grid<'_>, other: &Point, prices: &[f64]) {
        let at = |part: f64| self.between(other, part);
        let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..NARROWINGS {
            let (a, b) = (high - golden * (high - low), low + golden * (high - low));
            if at(a).value(grid, prices) < at(b).value(grid, prices) {
                low = a;
            } else {
                high = b;
            }
        }
        *self = at((low + high) / 2.0);
    }

    fn between(&self, other: &Point, part: f64) -> Point {
        let go = |from: f64, to: f64| from + part * (to - from);
        let slots = |from: &Around, to: &Around| std::array::from_fn(|slot| go(from[slot], to[slot]));
        let film = |(from, to): (&Counted, &Counted)| Counted {
            all: slots(&from.all, &to.all),
            around: slots(&from.around, &to.around),
            alone: go(from.alone, to.alone),
            full: go(from.full, to.full),
        };
        let day = |(from, to): (&Vec<Counted>, &Vec<Counted>)| from.iter().zip(to).map(film).collect();
        Point {
            days: self.days.iter().zip(&other.days).map(day).collect(),
            left: self.left.iter().zip(&other.left).map(|(from, to)| go(*from, *to)).collect(),
            costs: go(self.costs, other.costs),
        }
    }
}

/// The tangents at a point.
struct Tangents {
    /// By day: what they bring without any showing.
    first: Vec<f64>,
    /// By day and film.
    films: Vec<Vec<Tangent>>,
}

/// Of a film's day, by start in steps of five minutes.
struct Tangent {
    /// What its admissions are worth in the end, each.
    margin: f64,
    /// What a showing draws, by how much more the film then draws, and the hours it would have alone.
    draws: Vec<f64>,
    adds: Vec<f64>,
    alone: Rc<Vec<f64>>,
}

impl Tangent {
    fn step(start: u16) -> usize {
        usize::from(start / 5).min(360)
    }
}

impl Tangents {
    fn at(grid: &Grid<'_>, point: &Point) -> Tangents {
        let days = point.days.iter().enumerate().map(|(day, films)| Tangents::of_day(grid, day, films));
        let (first, films) = days.unzip();
        Tangents { first, films }
    }

    fn of_day(grid: &Grid<'_>, day: usize, films: &[Counted]) -> (f64, Vec<Tangent>) {
        let cinema = grid.cinema;
        let attendance = &cinema.demand.attendance;
        let demand = &cinema.demand.days[day];
        let (power, own) = (attendance.film.value, attendance.own);
        let profile = attendance.profile(demand.kind);
        let (mut usual_worth, mut worth, mut first) = (0.0, 0.0, 0.0);
        let mut tangents = Vec::new();
        let alone = Rc::new(attendance.alone(demand.kind));
        for (film, counted) in films.iter().enumerate() {
            let (margin, usual) = (cinema.worth(film).0, demand.usual[film]);
            let least = LEAST * usual.hours;
            // Two bounds of the hours: the tangent, and the sum of what each showing would have alone.
            let touched = attendance.total_hours(demand.kind, &counted.around).max(least);
            let ratio = (counted.alone / touched).min(1e3).powi(SHARPNESS);
            let part = ratio / (1.0 + ratio);
            let hours = touched.min(counted.alone.max(least));
            let draws = attendance.draws(usual, hours);
            let slope = if draws > 0.0 { power * draws / hours } else { 0.0 };
            let crowded = |all: &Around, slot: usize| 1.0 + own * all[slot];
            let bent = |slot: usize| {
                own * profile[slot] * (counted.around[slot] / crowded(&counted.around, slot)).powi(2)
            };
            let bent: f64 = (0..SLOTS).map(bent).sum();
            let more: Around =
                std::array::from_fn(|slot| profile[slot] / crowded(&counted.around, slot).powi(2));
            let adds = attendance.felt(&more).into_iter().zip(alone.iter());
            let share: Around = std::array::from_fn(|slot| profile[slot] / crowded(&counted.all, slot));
            let all_hours = attendance.total_hours(demand.kind, &counted.all).max(least);
            let people_an_hour = attendance.draws(usual, all_hours) / all_hours.max(1e-9);
            tangents.push(Tangent {
                margin,
                draws: attendance.felt(&share).into_iter().map(|hours| hours * people_an_hour).collect(),
                adds: adds.map(|(adds, alone)| slope * (part * adds + (1.0 - part) * alone)).collect(),
                alone: Rc::clone(&alone),
            });
            usual_worth += margin * usual.people;
            worth += margin * (draws + counted.full);
            first += margin * (draws - slope * hours + slope * part * bent);
        }
        // All films together: `usual^(1 - power) worth^power`, which has its tangent where they are worth this.
        let power = attendance.cinema.value;
        let worth = worth.max(LEAST * usual_worth);
        let together = worth * attendance.kept(usual_worth, worth);
        let slope = if worth > 0.0 { power * together / worth } else { 0.0 };
        tangents.iter_mut().for_each(|tangent| tangent.margin *= slope);
        ((1.0 - power) * together + slope * first, tangents)
    }

    /// What a showing is worth by the tangents, and whether it is full there: it counts for its seats then, and leaves the
    /// film's others theirs.
    fn worth(&self, one: (usize, usize, u16), seats: f64) -> (f64, bool) {
        let (day, film, start) = one;
        let tangent = &self.films[day][film];
        let step = Tangent::step(start);
        let full = seats < tangent.draws[step];
        (tangent.margin * if full { seats } else { tangent.adds[step] }, full)
    }

    /// Where tangents would be drawn that touch these showings, which leave so much of every limit.
    fn point(&self, grid: &Grid<'_>, showings: &[Placed], left: Vec<f64>) -> Point {
        let cinema = grid.cinema;
        let mut point = Point::nothing(grid, left);
        for one in showings {
            let seats = f64::from(cinema.halls[one.hall].seats);
            let (_, full) = self.worth((one.day, one.film, one.start), seats);
            let counted = &mut point.days[one.day][one.film];
            let near = cinema.demand.attendance.near(one.start);
            counted.all.iter_mut().zip(near).for_each(|(all, near)| *all += near);
            if full {
                counted.full += seats;
            } else {
                counted.around.iter_mut().zip(near).for_each(|(all, near)| *all += near);
                counted.alone += self.films[one.day][one.film].alone[Tangent::step(one.start)];
            }
            point.costs += cinema.worth(one.film).1;
        }
        point
    }
}

/// What the tangents drawn at some showings say of others.
#[cfg(test)]
pub(super) fn tangent(grid: &Grid<'_>, at: &[Placed], of: &[Placed]) -> f64 {
    let tangents = Tangents::at(grid, &Point::of(grid, &Limits::of(grid), at));
    let worth = |one: &Placed| {
        let seats = f64::from(grid.cinema.halls[one.hall].seats);
        tangents.worth((one.day, one.film, one.start), seats).0 - grid.cinema.worth(one.film).1
    };
    tangents.first.iter().sum::<f64>() + of.iter().map(worth).sum::<f64>()
}

/// Every limit in one list: starts and cleanings by day and quarter; promised showings by film and day, of them in
/// prime time, and by film; the domestic share.
struct Limits {
    days: usize,
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
        let starts = 0;
        let cleaning = starts + days * QUARTERS;
        let a_day = cleaning + days * QUARTERS;
        let prime = a_day + films * days;
        let promised = prime + films * days;
        let domestic = promised + films;
        let zeros = vec![0.0; domestic + 1];
        let mut it = Limits {
            days,
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
        let brings = |film: usize| cinema.demand.people(film) * cinema.worth(film).0;
        let total: f64 = (0..cinema.films.len()).map(brings).sum();
        (total / showings(cinema)).max(1e-6)
    }

    fn fill(&mut self, grid: &Grid<'_>, worth: f64) {
        let cinema = grid.cinema;
        for film in 0..cinema.films.len() {
            for day in 0..self.days {
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

    /// What is left of every limit by these showings.
    fn left_by(&self, grid: &Grid<'_>, showings: &[Placed]) -> Vec<f64> {
        let mut left = self.left.clone();
        for one in showings {
            if !grid.fixed[one.day][one.hall].contains(one) {
                self.take_staff(grid, one, &mut left);
            }
            self.take(grid, one, &mut left);
        }
        self.without_unlimited(left)
    }

    /// Where there is no limit, nothing is left of it.
    fn without_unlimited(&self, mut left: Vec<f64>) -> Vec<f64> {
        left.iter_mut().zip(&self.units).filter(|(_, unit)| **unit == 0.0).for_each(|(left, _)| *left = 0.0);
        left
    }

    /// The bound at these tangents and prices, what its solution leaves of every limit, and the solution.
    fn solve(&self, grid: &Grid<'_>, tangents: &Tangents, prices: &[f64]) -> (f64, Vec<f64>, Vec<Placed>) {
        let cinema = grid.cinema;
        let mut left = self.left.clone();
        let mut solution = Vec::new();
        let mut bound: f64 = prices.iter().zip(&left).map(|(price, left)| price * left).sum();
        bound += tangents.first.iter().sum::<f64>();
        for day in 0..self.days {
            for (hall, it) in cinema.halls.iter().enumerate() {
                let seats = f64::from(it.seats);
                let apart_from_staff = |film: usize, start: u16| {
                    tangents.worth((day, film, start), seats).0 + self.plain(grid, film, day, start, prices)
                };
                let (placed, worth) = grid.solve(hall, day, &mut |film, start| {
                    Some(apart_from_staff(film, start) - self.staff(grid, hall, film, day, start, prices))
                });
                bound += worth;
                for one in &placed {
                    self.take_staff(grid, one, &mut left);
                }
                for one in &grid.fixed[day][hall] {
                    bound += apart_from_staff(one.film, one.start);
                }
                for one in placed.iter().chain(&grid.fixed[day][hall]) {
                    self.take(grid, one, &mut left);
                    solution.push(*one);
                }
            }
        }
        (bound, self.without_unlimited(left), solution)
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
