//! Who wants each film, learned from what ran here: what it draws with the hours it usually has, fading from day to day
//! as this cinema's films do.

use super::{Counted, LEVEL_DAYS, is_weekend, kind};
use demand::planning::attendance::{Attendance, Offer, Usual};
use kernel::{Day, TitleId, Zone};
use std::collections::{BTreeMap, BTreeSet};

/// How the logarithm of a film's draw changes from day to day before its own cinema says so, and how sure that is: a
/// little slower than over a country, where films also lose their screens.
const FADING: (f64, f64) = (-0.06, 0.03);
const FADING_MOST: f64 = -0.2;
/// How far a film's days scatter, as a logarithm, where too few have run to tell.
const SCATTER: f64 = 0.3;

/// A film's day.
#[derive(Default)]
struct Run {
    sold: f64,
    starts: Vec<u16>,
}

/// The public of every film on every day it ran, by kind of day.
pub(super) struct Publics {
    runs: BTreeMap<(TitleId, Day), Run>,
    /// By how much the logarithm of a film's draw changes a day; not above zero.
    fading: f64,
    pub attendance: Attendance,
}

impl Publics {
    pub fn learn(ran: &[Counted], zone: &Zone, attendance: Attendance) -> Publics {
        let mut runs: BTreeMap<(TitleId, Day), Run> = BTreeMap::new();
        for one in ran {
            let run = runs.entry((one.title.clone(), one.day)).or_default();
            run.sold += one.sold as f64;
            run.starts.push(one.minute(one.starts_at, zone));
        }
        Publics { fading: fading(&runs), runs, attendance }
    }

    pub fn knows(&self, title: &TitleId) -> bool {
        self.runs.keys().any(|(one, _)| one == title)
    }

    /// By film of a day: forecast and sold seats of each of its showings.
    pub fn beside(&self, of_day: &[&Counted], day: Day, zone: &Zone) -> Vec<Vec<(f64, f64)>> {
        let titles: BTreeSet<&TitleId> = of_day.iter().map(|one| &one.title).collect();
        let titles: Vec<&TitleId> = titles.into_iter().collect();
        let usual: Vec<Usual> = titles.iter().map(|title| self.usual(title, day)).collect();
        let film = |one: &Counted| titles.iter().position(|title| **title == one.title).unwrap_or(0);
        let offer = |one: &&Counted| Offer {
            film: film(one),
            start: one.minute(one.starts_at, zone),
            seats: one.seats as f64,
        };
        let offers: Vec<Offer> = of_day.iter().map(offer).collect();
        let drawn = self.attendance.drawn(kind(day), &usual, &vec![1.0; titles.len()], &offers);
        let mut films = vec![Vec::new(); titles.len()];
        for ((one, offer), people) in of_day.iter().zip(&offers).zip(drawn) {
            films[offer.film].push((people, one.sold as f64));
        }
        films
    }

    /// What a film draws on a day when it is shown as it was lately, and the hours it had then.
    pub fn usual(&self, title: &TitleId, day: Day) -> Usual {
        let weekend = is_weekend(day);
        let hours = |run: &Run| {
            let offer = |start: &u16| Offer { film: 0, start: *start, seats: 0.0 };
            let offers: Vec<Offer> = run.starts.iter().map(offer).collect();
            self.attendance.hours(kind(day), &offers, 1).1[0]
        };
        let newest = self.newest(title);
        let mine = |one: &TitleId, day: Day| one == title && newest.is_some_and(|newest| is_new(day, newest));
        let own = self.mean(&|one, day| mine(one, day) && is_weekend(day) == weekend, &hours);
        let hours = own
            .or_else(|| self.mean(&mine, &hours))
            .or_else(|| self.mean(&|_, _| true, &hours))
            .unwrap_or(0.0);
        Usual { hours, people: self.level(title, day) }
    }

    /// What its newest days of this kind say, faded to this day. A film that ran on the other kind of day alone is moved by what
    /// the kinds differ over all films; one that never ran is taken for an average one.
    fn level(&self, title: &TitleId, day: Day) -> f64 {
        let sold = &|run: &Run| run.sold;
        let kind = is_weekend(day);
        let of_kind = self.mean(&|_, one| is_weekend(one) == kind, sold);
        let of_other = self.mean(&|_, one| is_weekend(one) != kind, sold);
        let newest = self.newest(title);
        let faded = |keep: &dyn Fn(Day) -> bool| {
            let runs = self.runs.iter().filter(|((one, day), _)| one == title && keep(*day));
            mean(runs.map(|((_, ran), run)| run.sold * (self.fading * f64::from(ran.days_until(day))).exp()))
        };
        let own = faded(&|day| is_weekend(day) == kind && newest.is_some_and(|newest| is_new(day, newest)));
        let moved = || Some(faded(&|_| true)? * ratio(of_kind, of_other));
        own.or_else(moved).or(of_kind).or(of_other).unwrap_or(0.0)
    }

    fn newest(&self, title: &TitleId) -> Option<Day> {
        self.runs.keys().filter(|(one, _)| one == title).map(|(_, day)| *day).max()
    }

    fn mean(&self, keep: &dyn Fn(&TitleId, Day) -> bool, amount: &dyn Fn(&Run) -> f64) -> Option<f64> {
        mean(self.runs.iter().filter(|((title, day), _)| keep(title, *day)).map(|(_, run)| amount(run)))
    }
}

fn is_new(day: Day, newest: Day) -> bool {
    day.days_until(newest) < LEVEL_DAYS
}

/// How the logarithm of what a film draws changes a day: the slope within each film's days of a kind, held to
/// [`FADING`] where little is known.
fn fading(runs: &BTreeMap<(TitleId, Day), Run>) -> f64 {
    let mut groups: BTreeMap<(&TitleId, bool), Vec<(f64, f64)>> = BTreeMap::new();
    let first = runs.keys().map(|(_, day)| *day).min();
    for ((title, day), run) in runs.iter().filter(|(_, run)| run.sold > 0.0) {
        let at = first.map_or(0.0, |first| f64::from(first.days_until(*day)));
        groups.entry((title, is_weekend(*day))).or_default().push((at, run.sold.ln()));
    }
    let (mut xx, mut xy) = (0.0, 0.0);
    for days in groups.values() {
        let n = days.len() as f64;
        let (x, y) = days.iter().fold((0.0, 0.0), |(x, y), day| (x + day.0 / n, y + day.1 / n));
        xx += days.iter().map(|day| (day.0 - x).powi(2)).sum::<f64>();
        xy += days.iter().map(|day| (day.0 - x) * (day.1 - y)).sum::<f64>();
    }
    let (own, prior) = (SCATTER.powi(-2), FADING.1.powi(-2));
    ((own * xy + prior * FADING.0) / (own * xx + prior)).clamp(FADING_MOST, 0.0)
}

fn ratio(of_kind: Option<f64>, of_other: Option<f64>) -> f64 {
    match (of_kind, of_other) {
        (Some(kind), Some(other)) if other > 0.0 => kind / other,
        _ => 1.0,
    }
}

fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (count, sum) = numbers.fold((0.0, 0.0), |(count, sum), number| (count + 1.0, sum + number));
    (count > 0.0).then(|| sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use demand::planning::attendance::Seen;
    use kernel::{HallId, ShowtimeId};

    fn day(at: i32) -> Day {
        Day::parse("2024-03-04").unwrap().plus(at)
    }

    /// Two weeks of three showings a day; the film loses a tenth each day, the other nothing on weekends alone.
    fn ran() -> Vec<Counted> {
        let zone = Zone::shanghai();
        let mut ran = Vec::new();
        for at in 0..14 {
            for (hour, part) in [(10, 0.2), (15, 0.3), (19, 0.5)] {
                let starts_at = day(at).at(hour, 0, &zone);
                let sold = (400.0 * 0.9_f64.powi(at) * part).round() as i64;
                ran.push(Counted {
                    id: ShowtimeId(format!("sho_{at}_{hour}")),
                    title: TitleId("ttl_one".into()),
                    hall: HallId("hal_one".into()),
                    day: day(at),
                    starts_at,
                    ends_at: starts_at.plus_minutes(120),
                    seats: 500,
                    sold,
                    wanted: sold,
                });
            }
        }
        ran
    }

    fn habits(ran: &[Counted]) -> Attendance {
        let seen = |one: &Counted| Seen {
            film: 0,
            cinema: 0,
            day: day(0).days_until(one.day) as usize,
            kind: kind(one.day),
            start: one.minute(one.starts_at, &Zone::shanghai()),
            sold: Some(one.sold as f64),
        };
        Attendance::learn(&ran.iter().map(seen).collect::<Vec<Seen>>())
    }

    #[test]
    fn a_film_that_fades_is_expected_to_fade_on_through_the_week() {
        let publics = Publics::learn(&ran(), &Zone::shanghai(), habits(&ran()));
        assert!((publics.fading - 0.9_f64.ln()).abs() < 0.03, "{}", publics.fading);
        let title = TitleId("ttl_one".into());
        let draws = |at: i32| publics.usual(&title, day(at)).people;
        // Monday after the last day, and the Friday of that week.
        let (monday, friday) = (draws(14), draws(18));
        assert!((monday / (400.0 * 0.9_f64.powi(14)) - 1.0).abs() < 0.15, "{monday}");
        assert!((friday / monday / 0.9_f64.powi(4) - 1.0).abs() < 0.1, "{friday} of {monday}");
    }

    #[test]
    fn a_film_shown_as_it_was_draws_what_it_drew() {
        let all = ran();
        let (before, last): (Vec<Counted>, Vec<Counted>) = all.into_iter().partition(|one| one.day < day(13));
        let publics = Publics::learn(&before, &Zone::shanghai(), habits(&before));
        let of_day: Vec<&Counted> = last.iter().collect();
        let films = publics.beside(&of_day, day(13), &Zone::shanghai());
        assert_eq!(films.len(), 1);
        let (forecast, sold) = films[0].iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        assert!((forecast / sold - 1.0).abs() < 0.15, "{forecast} for {sold}");
    }
}
