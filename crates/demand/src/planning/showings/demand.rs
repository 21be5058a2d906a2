//! The public of the days that are planned, and of one film on one of them.

use super::super::attendance::{Around, Attendance, Offer, SLOTS, Usual};
use super::{Cinema, Placed};

/// Amounts smaller than this are nothing.
const NOTHING: f64 = 1e-9;

/// Who would come: what each film draws as usual, and how people come to another schedule.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    pub attendance: Attendance,
    pub days: Vec<DayDemand>,
}

/// Who would come on a day.
#[derive(Clone, Debug, PartialEq)]
pub struct DayDemand {
    /// Which of the attendance's kinds of day it is.
    pub kind: usize,
    /// By film.
    pub usual: Vec<Usual>,
}

impl Demand {
    /// What a film draws over all days when it is shown as usual.
    pub fn people(&self, film: usize) -> f64 {
        self.days.iter().map(|day| day.usual[film].people).sum()
    }

    /// What these showings of a day are expected to sell, in the days' order.
    pub(super) fn admissions(&self, cinema: &Cinema, day: usize, showings: &[Placed]) -> Vec<f64> {
        let DayDemand { kind, usual } = &self.days[day];
        self.attendance.drawn(*kind, usual, &cinema.worths(), &offers(cinema, showings))
    }

    pub(super) fn fits(&self, films: usize, days: usize) -> bool {
        let sound =
            |one: &Usual| [one.hours, one.people].iter().all(|amount| amount.is_finite() && *amount >= 0.0);
        self.days.len() == days
            && self.days.iter().all(|day| day.usual.len() == films && day.usual.iter().all(sound))
    }
}

/// Showings as their public sees them.
pub fn offers(cinema: &Cinema, showings: &[Placed]) -> Vec<Offer> {
    let seats = |one: &Placed| f64::from(cinema.halls[one.hall].seats);
    showings.iter().map(|one| Offer { film: one.film, start: one.start, seats: seats(one) }).collect()
}

/// A film on a day, as if the others were shown as usual.
#[derive(Clone, Debug)]
pub(super) struct FilmDay {
    kind: usize,
    usual: Usual,
    /// How near its showings are to each slot, their hours, and what they draw.
    around: Around,
    pub hours: f64,
    pub draws: f64,
    /// By showing: its seats, and how many of them are taken.
    pub seats: Vec<f64>,
    pub taken: Vec<f64>,
}

/// What one more showing would draw, and by how much more its film would then draw in all.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct More {
    pub own: f64,
    pub draws: f64,
}

impl FilmDay {
    /// Start and seats of each showing.
    pub fn of(demand: &Demand, film: usize, day: usize, showings: &[(u16, f64)]) -> FilmDay {
        let DayDemand { kind, usual } = &demand.days[day];
        let attendance = &demand.attendance;
        let mut around = [0.0; SLOTS];
        for (start, _) in showings {
            around.iter_mut().zip(attendance.near(*start)).for_each(|(all, near)| *all += near);
        }
        let hours = attendance.total_hours(*kind, &around);
        let draws = attendance.draws(usual[film], hours);
        let mut it = FilmDay {
            kind: *kind,
            usual: usual[film],
            around,
            hours,
            draws,
            seats: showings.iter().map(|(_, seats)| *seats).collect(),
            taken: Vec::new(),
        };
        let taken = |(start, seats): &(u16, f64)| it.share(attendance, *start).min(*seats);
        it.taken = showings.iter().map(taken).collect();
        it
    }

    /// What one of its showings draws.
    fn share(&self, attendance: &Attendance, start: u16) -> f64 {
        let slots = attendance.profile(self.kind).iter().zip(attendance.near(start)).zip(&self.around);
        let hours: f64 =
            slots.map(|((people, near), all)| people * near / (1.0 + attendance.own * all)).sum();
        self.draws * hours / self.hours.max(NOTHING)
    }

    pub fn admissions(&self) -> f64 {
        self.taken.iter().sum()
    }

    /// About what one more showing would draw, and how many more the film would then draw in all.
    pub fn one_more(&self, attendance: &Attendance, start: u16) -> More {
        let (mut more, mut own) = (0.0, 0.0);
        let (profile, near) = (attendance.profile(self.kind), attendance.near(start));
        for slot in attendance.neighbours(start) {
            let (near, all) = (near[slot], self.around[slot]);
            let gets = profile[slot] * near / (1.0 + attendance.own * (all + near));
            own += gets;
            more += gets / (1.0 + attendance.own * all);
        }
        let hours = self.hours + more;
        let draws = attendance.draws(self.usual, hours);
        More { own: draws * own / hours.max(NOTHING), draws: draws - self.draws }
    }

    /// Whom it draws and has no seats for.
    pub fn without_seats(&self) -> f64 {
        (self.draws - self.admissions()).max(0.0)
    }
}
