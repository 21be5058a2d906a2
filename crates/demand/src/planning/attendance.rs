//! Who comes to a schedule: how a cinema's showings share those who want its films, and how many more or fewer come
//! when the schedule is another.
//!
//! A film's showings of a day in a cinema draw `total × part`. The part that a showing at `t` has of the day is
//! proportional to
//!
//! ```text
//! h(t) = Σ_s profile(s) g(t − s) ÷ (1 + own Σ_u g(u − s))          g(x) = e^(−|x| ÷ reach)
//! ```
//!
//! over slots of half an hour `s` and the film's showings `u`. Reach, `own` and the profile of each kind of day are
//! fitted to how showings of one film, cinema and day shared what was sold (Poisson, totals free); where several
//! fit about as well, the one in which showings take most from each other is taken.
//!
//! Another schedule moves the total less than its hours: by `(H ÷ H of what ran)^film` with `H = Σ h`, as far as
//! there are seats, and all films of the cinema together by a further power, `cinema`, for who comes at a better hour
//! may have come to another film. Both powers are elasticities estimated over earlier days: `ln sold` against `ln H` of
//! film, cinema and day, less the means of the film's day in all cinemas and of the film in this cinema; and of cinema and
//! day, less the means of the day and of the cinema (within-groups least squares, Wooldridge, *Econometric Analysis of
//! Cross Section and Panel Data*, 10.5). With one cinema alone the groups are a film's week and the day, the days of a week
//! and of a kind. The slopes are held to those of a chain ([`Attendance::usual`]), each by its precision.
//!
//! What a day brings is concave in how often each slot is near a showing, so a plan has a bound (`showings/bound.rs`).

mod elasticity;
mod sharing;

use kernel::Dice;
use sharing::{Publics, Sharing};

pub use elasticity::Elasticity;
pub(super) use sharing::{Around, SLOTS};

const NOBODY: f64 = 1e-9;
/// Draws that a range is read from.
const DRAWS: usize = 400;

/// A showing that ran.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Seen {
    pub film: usize,
    pub cinema: usize,
    pub day: usize,
    pub kind: usize,
    pub start: u16,
    /// Not counted where unknown: it takes part and teaches nothing.
    pub sold: Option<f64>,
}

/// A showing of a cinema's day; films are numbered within it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    pub film: usize,
    pub start: u16,
    pub seats: f64,
}

/// What a film draws in a day as usual, and the hours it has then.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usual {
    pub hours: f64,
    pub people: f64,
}

/// A day under two schedules.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    pub kind: usize,
    /// By film.
    pub usual: Vec<Usual>,
    pub before: Vec<Offer>,
    pub after: Vec<Offer>,
}

/// How much more one schedule brings than another: 0.05 is five in a hundred.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Gain {
    pub part: f64,
    /// Nine times in ten it lies between these.
    pub low: f64,
    pub high: f64,
}

/// How the people who want a cinema's films come to its showings.
#[derive(Clone, Debug, PartialEq)]
pub struct Attendance {
    /// How far from the hour they would like people come: e times fewer each so many minutes.
    pub reach_minutes: f64,
    /// How far a film's showings take their people from each other; none at 0.
    pub own: f64,
    /// Of a film's total on its hours, and of all films' together on what each alone would bring.
    pub film: Elasticity,
    pub cinema: Elasticity,
    sharing: Sharing,
}

impl Attendance {
    /// Learns from showings of earlier days.
    pub fn learn(seen: &[Seen]) -> Attendance {
        let publics = Publics::of(seen);
        let sharing = Sharing::learn(&publics);
        let alone = publics.cinemas() < 2;
        let [film, cinema] = Attendance::usual();
        let film = publics.film_elasticity(&sharing, alone).held_to(film);
        let cinema = publics.cinema_elasticity(&sharing, alone).held_to(cinema);
        Attendance::of(sharing, film, cinema)
    }

    /// One whose habits are known: the parts of a day's people by slots of half an hour from midnight, by kind of day.
    pub fn known(
        reach_minutes: f64,
        own: f64,
        profile: &[Vec<f64>],
        [film, cinema]: [Elasticity; 2],
    ) -> Attendance {
        Attendance::of(Sharing::known(reach_minutes, own, profile), film, cinema)
    }

    fn of(sharing: Sharing, film: Elasticity, cinema: Elasticity) -> Attendance {
        Attendance { reach_minutes: sharing.reach_minutes, own: sharing.own, film, cinema, sharing }
    }

    /// The slopes that a chain of seven cinemas showed over three weeks (`docs/algorithms/showings_plan.md`), with room for a
    /// cinema that differs: of films and of cinemas.
    pub fn usual() -> [Elasticity; 2] {
        [(0.95, 0.1), (0.85, 0.15)].map(|(value, standard_error)| Elasticity {
            value,
            standard_error,
            observations: 0,
        })
    }

    /// What each offer is expected to sell, where films draw these totals under what ran.
    pub fn expected(&self, kind: usize, ran: &[Offer], totals: &[f64], offers: &[Offer]) -> Vec<f64> {
        let hours = self.hours(kind, ran, totals.len()).1;
        let usual = hours.into_iter().zip(totals).map(|(hours, people)| Usual { hours, people: *people });
        self.drawn(kind, &usual.collect::<Vec<Usual>>(), &vec![1.0; totals.len()], offers)
    }

    /// What each offer is expected to sell, where every film as usual draws so many people with so many hours, and an
    /// admission of each is worth so much.
    pub fn drawn(&self, kind: usize, usual: &[Usual], worth: &[f64], offers: &[Offer]) -> Vec<f64> {
        let (each, hours) = self.hours(kind, offers, usual.len());
        let films: Vec<f64> =
            usual.iter().zip(&hours).map(|(usual, hours)| self.draws(*usual, *hours)).collect();
        let alone = |(offer, own): (&Offer, &f64)| {
            (films[offer.film] * own / hours[offer.film].max(NOBODY)).min(offer.seats)
        };
        let alone: Vec<f64> = offers.iter().zip(&each).map(alone).collect();
        let before = usual.iter().zip(worth).map(|(usual, worth)| usual.people * worth).sum();
        let now = offers.iter().zip(&alone).map(|(offer, people)| people * worth[offer.film]).sum();
        let kept = self.kept(before, now);
        offers.iter().zip(alone).map(|(offer, people)| (people * kept).min(offer.seats)).collect()
    }

    /// What a film draws with so many hours, as if the others were shown as usual.
    pub(super) fn draws(&self, usual: Usual, hours: f64) -> f64 {
        if usual.hours > NOBODY { usual.people * (hours / usual.hours).powf(self.film.value) } else { 0.0 }
    }

    /// The part of what films bring alone that they bring together: the more they bring beyond what is usual, the
    /// more of it is taken from each other.
    pub(super) fn kept(&self, usual: f64, alone: f64) -> f64 {
        if usual > NOBODY && alone > NOBODY { (alone / usual).powf(self.cinema.value - 1.0) } else { 1.0 }
    }

    /// `H` of a film whose showings are so near to each slot.
    pub(super) fn total_hours(&self, kind: usize, around: &Around) -> f64 {
        let slots = self.profile(kind).iter().zip(around);
        slots.map(|(people, around)| people * around / (1.0 + self.own * around)).sum()
    }

    /// By slot, how near a showing is.
    pub(super) fn near(&self, start: u16) -> &Around {
        self.sharing.near(start)
    }

    /// By start, in steps of five minutes: the hours of a film's only showing.
    pub(super) fn alone(&self, kind: usize) -> Vec<f64> {
        let hours = |near: &Around| {
            let slots = self.profile(kind).iter().zip(near);
            slots.map(|(people, near)| people * near / (1.0 + self.own * near)).sum()
        };
        self.sharing.starts().map(hours).collect()
    }

    /// The slots from which more than a few come to a showing.
    pub(super) fn neighbours(&self, start: u16) -> std::ops::Range<usize> {
        self.sharing.neighbours(start)
    }

    /// The parts of a day's people by slot.
    pub(super) fn profile(&self, kind: usize) -> &Around {
        self.sharing.profile(kind)
    }

    /// By start, in steps of five minutes: `Σ_s of slot(s) g(start − s)`.
    pub(super) fn felt(&self, of_slot: &Around) -> Vec<f64> {
        self.sharing.felt(of_slot)
    }

    /// How much more the second schedules bring than the first, over all days, with the range that the slopes' standard
    /// errors and the films' luck leave: `missed` is the standard deviation of a film's draw against its forecast, as a
    /// logarithm. `worth` is what an admission of each film brings, `costs` what each schedule costs. `None` where the
    /// first bring nothing.
    pub fn gain(&self, days: &[Compared], worth: &[f64], costs: [f64; 2], missed: f64) -> Option<Gain> {
        let part = |attendance: &Attendance, luck: &[f64]| {
            let sum = |of: fn(&Compared) -> &Vec<Offer>| -> f64 {
                let day = |day: &Compared| -> f64 {
                    let lucky = day.usual.iter().zip(luck);
                    let usual: Vec<Usual> =
                        lucky.map(|(usual, luck)| Usual { people: usual.people * luck, ..*usual }).collect();
                    let drawn = attendance.drawn(day.kind, &usual, worth, of(day));
                    of(day).iter().zip(drawn).map(|(offer, people)| people * worth[offer.film]).sum()
                };
                days.iter().map(day).sum()
            };
            let (before, after) = (sum(|day| &day.before) - costs[0], sum(|day| &day.after) - costs[1]);
            (before > NOBODY).then(|| after / before - 1.0)
        };
        let told = part(self, &vec![1.0; worth.len()])?;
        let mut dice = Dice::seeded(1);
        let mut parts = Vec::new();
        for _ in 0..DRAWS {
            let mut attendance = Attendance { sharing: self.sharing.clone(), ..*self };
            for slope in [&mut attendance.film, &mut attendance.cinema] {
                slope.value = (slope.value + slope.standard_error.min(0.5) * dice.normal()).clamp(0.0, 1.0);
            }
            let luck: Vec<f64> = worth.iter().map(|_| (missed * dice.normal()).exp()).collect();
            parts.extend(part(&attendance, &luck));
        }
        parts.sort_by(f64::total_cmp);
        let at = |k: usize| parts.get(k).copied().unwrap_or(told);
        let (low, high) = (at(parts.len() / 20), at((parts.len() * 19 / 20).min(parts.len().max(1) - 1)));
        Some(Gain { part: told, low: low.min(told), high: high.max(told) })
    }

    /// What all showings of a film draw, where this much was sold at the counted ones.
    pub fn total(&self, kind: usize, starts: &[u16], sold: &[Option<f64>]) -> f64 {
        let hours = self.sharing.hours(kind, starts);
        let counted: f64 =
            hours.iter().zip(sold).filter(|(_, sold)| sold.is_some()).map(|(hours, _)| hours).sum();
        let sum: f64 = sold.iter().flatten().sum();
        if counted > NOBODY { sum * hours.iter().sum::<f64>() / counted } else { 0.0 }
    }

    /// `h` of every offer, and `H` of every film.
    pub fn hours(&self, kind: usize, offers: &[Offer], films: usize) -> (Vec<f64>, Vec<f64>) {
        let (mut each, mut all) = (vec![0.0; offers.len()], vec![0.0; films]);
        for (film, sum) in all.iter_mut().enumerate() {
            let mine: Vec<usize> = (0..offers.len()).filter(|i| offers[*i].film == film).collect();
            let starts: Vec<u16> = mine.iter().map(|i| offers[*i].start).collect();
            for (i, hours) in mine.iter().zip(self.sharing.hours(kind, &starts)) {
                each[*i] = hours;
                *sum += hours;
            }
        }
        (each, all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Films draw `hours^0.5`, so a better schedule brings the root of what its hours promise.
    #[test]
    fn elasticities_and_totals_come_back() {
        let sharing = Sharing::new(60.0, 1.0, 1);
        let mut seen = Vec::new();
        for film in 0..4 {
            for cinema in 0..5 {
                for day in 0..6 {
                    let count = 1 + (film * 7 + cinema * 3 + day * 5 + cinema * day) % 4;
                    let starts: Vec<u16> = (0..count).map(|i| 700 + 170 * i as u16).collect();
                    let hours = sharing.hours(0, &starts);
                    let all: f64 = hours.iter().sum();
                    let total = 4_000.0 * (film + 1) as f64 * (1.0 + 0.2 * cinema as f64) * all.sqrt();
                    let sold = |hours: f64| Some(total * hours / all);
                    seen.extend(starts.iter().zip(hours).map(|(start, hours)| Seen {
                        film,
                        cinema,
                        day,
                        kind: 0,
                        start: *start,
                        sold: sold(hours),
                    }));
                }
            }
        }
        let attendance = Attendance::learn(&seen);
        assert!((attendance.film.value - 0.5).abs() < 0.12, "{:?}", attendance.film);
        // What ran is expected to sell what it sold, and no hall more than its seats.
        let ran = [700, 870].map(|start| Offer { film: 0, start, seats: 1_000.0 });
        let same = attendance.expected(0, &ran, &[300.0], &ran);
        assert!((same.iter().sum::<f64>() - 300.0).abs() < 1e-6, "{same:?}");
        let small = ran.map(|one| Offer { seats: 50.0, ..one });
        assert!(attendance.expected(0, &ran, &[300.0], &small).iter().all(|seats| *seats <= 50.0));
        // Twice the showings at the same hours win nobody but those at the door of a full hall.
        let twice: Vec<Offer> = ran.iter().chain(&ran).copied().collect();
        let more: f64 = attendance.expected(0, &ran, &[300.0], &twice).iter().sum();
        assert!((300.0..450.0).contains(&more), "{more}");
    }

    /// Two films and a cinema where films move by the root of their hours and the house by 0.8 of that.
    fn known() -> Attendance {
        let slope = |value| Elasticity { value, standard_error: 0.1, observations: 9 };
        Attendance::of(Sharing::new(60.0, 1.0, 1), slope(0.5), slope(0.8))
    }

    #[test]
    fn a_schedule_against_itself_brings_nothing_and_more_hours_bring_less_than_they_promise() {
        let attendance = known();
        let offer = |film, start| Offer { film, start, seats: 500.0 };
        let before = vec![offer(0, 700), offer(0, 1_000), offer(1, 850)];
        let hours = attendance.hours(0, &before, 2).1;
        let usual: Vec<Usual> =
            hours.iter().zip([300.0, 100.0]).map(|(hours, people)| Usual { hours: *hours, people }).collect();
        let day =
            |after: Vec<Offer>| Compared { kind: 0, usual: usual.clone(), before: before.clone(), after };
        let gain = |after: Vec<Offer>| attendance.gain(&[day(after)], &[1.0, 1.0], [0.0, 0.0], 0.4).unwrap();
        assert_eq!(gain(before.clone()), Gain { part: 0.0, low: 0.0, high: 0.0 });
        // One more showing of the first film, far from its others.
        let after: Vec<Offer> = before.iter().copied().chain([offer(0, 1_300)]).collect();
        let promised = attendance.hours(0, &after, 2).1[0] / hours[0];
        let told = gain(after);
        // By hand: the film draws the root of its hours more, the house 0.8 of the logarithm of that.
        let alone = (300.0 * promised.sqrt() + 100.0) / 400.0;
        assert!((told.part - (alone.powf(0.8) - 1.0)).abs() < 1e-9, "{told:?}");
        assert!(0.0 < told.low && told.low < told.part && told.part < told.high, "{told:?}");
        assert!(told.part < (300.0 * promised + 100.0) / 400.0 - 1.0);
        // What a showing costs is taken off; a schedule that brings nothing has nothing to compare with.
        let costly = attendance.gain(&[day(before.clone())], &[1.0, 1.0], [0.0, 40.0], 0.4).unwrap();
        assert!((costly.part + 0.1).abs() < 1e-9, "{costly:?}");
        assert_eq!(attendance.gain(&[], &[], [0.0, 0.0], 0.4), None);
    }

    #[test]
    fn one_cinema_alone_is_held_to_what_a_chain_showed() {
        let seen = |day: usize, start: u16, sold: f64| Seen {
            film: 0,
            cinema: 0,
            day,
            kind: 0,
            start,
            sold: Some(sold),
        };
        let few: Vec<Seen> = (0..4).flat_map(|day| [seen(day, 700, 20.0), seen(day, 1_100, 40.0)]).collect();
        let attendance = Attendance::learn(&few);
        let [film, cinema] = Attendance::usual();
        assert!(
            (attendance.film.value - film.value).abs() < 1e-6
                && (attendance.cinema.value - cinema.value).abs() < 1e-6
        );
        // A kind of day that was never seen takes the hours of another.
        assert!(attendance.hours(2, &[Offer { film: 0, start: 1_100, seats: 1.0 }], 1).1[0] > 0.0);
    }

    #[test]
    fn uncounted_showings_have_their_part_of_the_total() {
        let total = known().total(0, &[800, 800], &[Some(40.0), None]);
        assert!((total - 80.0).abs() < 1e-6, "{total}");
    }
}
