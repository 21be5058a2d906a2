//! One hall on one day, solved exactly over its grid of starts.

use super::{Cinema, Measure, Placed};

/// The cinema with what its lengths come to on the grid.
pub(super) struct Grid<'a> {
    pub cinema: &'a Cinema,
    /// By film: minutes from the adverts' begin to the film's end.
    pub show_minutes: Vec<u16>,
    /// By day and hall: showings that stand.
    pub fixed: Vec<Vec<Vec<Placed>>>,
}

impl<'a> Grid<'a> {
    pub fn of(cinema: &'a Cinema) -> Grid<'a> {
        let show_minutes =
            cinema.films.iter().map(|film| film.minutes + cinema.rules.adverts_minutes).collect();
        let mut fixed = vec![vec![Vec::new(); cinema.halls.len()]; cinema.days];
        cinema.fixed.iter().for_each(|one| fixed[one.day][one.hall].push(*one));
        Grid { cinema, show_minutes, fixed }
    }

    /// How many starts a day's grid has from midnight on, and those on it that lie in the hours of some hall.
    pub fn steps(&self, day: usize) -> (usize, Vec<u16>) {
        let step = self.cinema.rules.step_minutes;
        let hours = || self.cinema.halls.iter().filter_map(|hall| hall.hours[day]);
        let opens = hours().map(|hours| hours.opens).min().unwrap_or(0);
        let closes = hours().map(|hours| hours.closes).max().unwrap_or(0);
        let open = (opens.div_ceil(step)..=closes / step).map(|at| at * step).collect();
        (usize::from(super::DAY_MINUTES / step) + 1, open)
    }

    /// The step of a start on the grid.
    pub fn step(&self, start: u16) -> usize {
        usize::from(start / self.cinema.rules.step_minutes)
    }

    /// When a showing's film is over.
    pub fn end(&self, film: usize, start: u16) -> u16 {
        start + self.show_minutes[film]
    }

    /// When the hall is clean again after a showing.
    pub fn clean(&self, hall: usize, film: usize, start: u16) -> u16 {
        self.end(film, start) + self.cinema.halls[hall].cleaning_minutes
    }

    /// Whether a showing would meet one that stands, cleaning included.
    pub fn meets_fixed(&self, one: Placed) -> bool {
        self.fixed[one.day][one.hall].iter().any(|fixed| {
            one.start < self.clean(one.hall, fixed.film, fixed.start)
                && fixed.start < self.clean(one.hall, one.film, one.start)
        })
    }

    /// The starts a hall has on a day, on the grid.
    pub fn starts(&self, hall: usize, day: usize) -> Vec<u16> {
        let step = self.cinema.rules.step_minutes;
        let Some(hours) = self.cinema.halls[hall].hours[day] else { return Vec::new() };
        (hours.opens.div_ceil(step)..=hours.closes / step).map(|at| at * step).collect()
    }

    /// The showings of a hall on a day that are worth most together, beside those that stand, and their worth.
    ///
    /// `worth(film, start)` is what a showing adds; `None` where it must not be. Backwards over the starts: from
    /// each the hall either waits one step or shows a film and goes on after its end and cleaning.
    pub fn solve(
        &self,
        hall: usize,
        day: usize,
        worth: &mut dyn FnMut(usize, u16) -> Option<f64>,
    ) -> (Vec<Placed>, f64) {
        let starts = self.starts(hall, day);
        let Some(hours) = self.cinema.halls[hall].hours[day] else { return (Vec::new(), 0.0) };
        let films: Vec<usize> =
            (0..self.cinema.films.len()).filter(|film| self.cinema.may_show(*film, hall, day)).collect();
        let first = starts.first().map_or(0, |start| self.step(*start));
        let next = |film: usize, start: u16| {
            let free = self.clean(hall, film, start);
            (usize::from(free.div_ceil(self.cinema.rules.step_minutes)) - first).min(starts.len())
        };
        let mut best = vec![0.0; starts.len() + 1];
        let mut choice = vec![None; starts.len()];
        for at in (0..starts.len()).rev() {
            best[at] = best[at + 1];
            for film in &films {
                let one = Placed { day, hall, start: starts[at], film: *film };
                if self.end(*film, starts[at]) > hours.closes || self.meets_fixed(one) {
                    continue;
                }
                let Some(worth) = worth(*film, starts[at]) else { continue };
                let total = worth + best[next(*film, starts[at])];
                if total > best[at] + 1e-12 {
                    best[at] = total;
                    choice[at] = Some(*film);
                }
            }
        }
        let mut placed = Vec::new();
        let mut at = 0;
        while at < starts.len() {
            match choice[at] {
                None => at += 1,
                Some(film) => {
                    placed.push(Placed { day, hall, start: starts[at], film });
                    at = next(film, starts[at]);
                }
            }
        }
        (placed, best[0])
    }

    /// What a showing counts for in the domestic share: for it if positive, against it if negative.
    pub fn domestic(&self, film: usize) -> f64 {
        let Some(rule) = &self.cinema.rules.domestic else { return 0.0 };
        let part = rule.part.ppm as f64 / 1e6;
        let it = &self.cinema.films[film];
        amount(rule.measure, it.minutes) as f64 * if it.domestic { 1.0 - part } else { -part }
    }

    /// The same for the days before the plan.
    pub fn domestic_before(&self) -> f64 {
        let before = |rule: &super::Domestic| {
            rule.domestic_before as f64 - rule.part.ppm as f64 / 1e6 * rule.all_before as f64
        };
        self.cinema.rules.domestic.as_ref().map_or(0.0, before)
    }
}

pub(super) fn amount(measure: Measure, minutes: u16) -> u64 {
    match measure {
        Measure::Showings => 1,
        Measure::ShowingTime => u64::from(minutes),
    }
}

/// The quarter of an hour a start lies in.
pub(super) fn quarter(start: u16) -> usize {
    usize::from(start / 15)
}
