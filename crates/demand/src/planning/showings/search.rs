//! Finds a plan: hall after hall once, then hall-days torn out and solved anew, with seeded chance.

use super::demand::{FilmDay, More};
use super::grid::{Grid, quarter};
use super::{Placed, Work};
use kernel::Dice;

/// How far chance bends what showings are thought to add; grows less over the rounds.
const BENT: f64 = 0.25;
/// Worse plans are taken with a probability that falls as the loss grows over this part of a day's value.
const HEAT: f64 = 0.004;

pub(super) struct Found {
    pub showings: Vec<Placed>,
    /// Its value, less what rules lack.
    #[cfg(test)]
    pub score: f64,
    /// What the first pass came to.
    pub greedy: f64,
}

pub(super) fn search(grid: &Grid<'_>, work: Work, stop: &dyn Fn() -> bool) -> Found {
    let mut dice = Dice::seeded(work.seed);
    let mut state = State::empty(grid);
    let mut order: Vec<usize> = (0..grid.cinema.halls.len()).collect();
    order.sort_by_key(|hall| std::cmp::Reverse(grid.cinema.halls[*hall].seats));
    for day in 0..grid.cinema.days {
        for hall in &order {
            let placed = state.solve(*hall, day, &mut |_, _| 1.0);
            state.put(*hall, day, placed);
        }
    }
    let greedy = state.value();
    let mut now = state.score();
    let mut best = (now, state.showings());
    for round in 0..work.rounds {
        if stop() {
            break;
        }
        let cooled = 1.0 - round as f64 / work.rounds as f64;
        let day = round % grid.cinema.days;
        let torn = state.tear(&mut dice, day);
        let bent = if dice.chance(0.3) { 0.0 } else { BENT * cooled };
        state.fill(&mut dice, day, &torn, bent);
        let score = state.score();
        let heat = HEAT * cooled * (now.abs() / grid.cinema.days as f64).max(1e-9);
        let taken = score >= now || dice.chance(((score - now) / heat).exp());
        if !taken {
            torn.into_iter().for_each(|(hall, placed)| state.put(hall, day, placed));
            continue;
        }
        now = score;
        state.weigh_domestic();
        if now > best.0 + 1e-9 {
            best = (now, state.showings());
        }
    }
    Found {
        showings: best.1,
        #[cfg(test)]
        score: best.0,
        greedy,
    }
}

/// The plan as it stands, with what each film-day is worth.
struct State<'a> {
    grid: &'a Grid<'a>,
    /// By day and hall.
    placed: Vec<Vec<Vec<Placed>>>,
    /// By day and film: whom its showings draw.
    films: Vec<Vec<FilmDay>>,
    /// By day: how many steps it has, and the starts within its hours.
    steps: Vec<(usize, Vec<u16>)>,
    /// By day, film and step: what one more would draw; empty until it is asked.
    more: Vec<Vec<Vec<More>>>,
    /// By day: what all of them bring, and what one that a film brings alone adds to it.
    days: Vec<DayWorth>,
    /// By day and film: how many they are, and of them those that start in prime time.
    counts: Vec<Vec<u32>>,
    primes: Vec<Vec<u32>>,
    /// More than any showing can bring: the price of a showing that a rule lacks.
    dear: f64,
    /// What a unit of the domestic share is given when hall-days are solved.
    domestic_price: f64,
}

#[derive(Clone, Copy, Default)]
struct DayWorth {
    worth: f64,
    adds: f64,
}

impl<'a> State<'a> {
    fn empty(grid: &'a Grid<'a>) -> State<'a> {
        let cinema = grid.cinema;
        let (films, days) = (cinema.films.len(), cinema.days);
        let margin = (0..films).map(|film| cinema.worth(film).0).fold(0.0, f64::max);
        let cost = (0..films).map(|film| cinema.worth(film).1.abs()).fold(0.0, f64::max);
        let seats = cinema.halls.iter().map(|hall| f64::from(hall.seats)).fold(0.0, f64::max);
        let nothing = |day| (0..films).map(|film| FilmDay::of(&cinema.demand, film, day, &[])).collect();
        let mut state = State {
            grid,
            placed: vec![vec![Vec::new(); cinema.halls.len()]; days],
            films: (0..days).map(nothing).collect(),
            steps: (0..days).map(|day| grid.steps(day)).collect(),
            more: vec![vec![Vec::new(); films]; days],
            days: vec![DayWorth::default(); days],
            counts: vec![vec![0; films]; days],
            primes: vec![vec![0; films]; days],
            dear: 3.0 * (margin * seats + cost) + 1.0,
            domestic_price: 0.0,
        };
        for day in 0..days {
            (0..films).for_each(|film| state.count(day, film));
            state.weigh(day);
        }
        state
    }

    fn showings(&self) -> Vec<Placed> {
        let mut all: Vec<Placed> = self.placed.iter().flatten().flatten().copied().collect();
        all.extend(&self.grid.cinema.fixed);
        all.sort();
        all
    }

    fn value(&self) -> f64 {
        self.days.iter().map(|day| day.worth).sum()
    }

    /// The value less what the rules lack, dearly.
    fn score(&self) -> f64 {
        let mut lacking = 0.0;
        for (i, film) in self.grid.cinema.films.iter().enumerate() {
            lacking += (0..self.grid.cinema.days).map(|day| f64::from(self.lacks(day, i))).sum::<f64>();
            lacking += f64::from(film.showings_min.saturating_sub(self.total(i)));
        }
        let domestic = (-self.domestic()).max(0.0);
        // A share that is short by any amount is short: the first bit costs a showing.
        lacking += if domestic > 1e-6 { 1.0 + domestic / self.domestic_unit() } else { 0.0 };
        self.value() - self.dear * lacking
    }

    /// Showings that the day still owes the film, at any hour or in prime time.
    fn lacks(&self, day: usize, film: usize) -> u32 {
        let (owed, prime) = self.grid.cinema.owed(film, day);
        owed.saturating_sub(self.counts[day][film]).max(prime.saturating_sub(self.primes[day][film]))
    }

    fn total(&self, film: usize) -> u32 {
        self.counts.iter().map(|day| day[film]).sum()
    }

    /// How far the domestic share is kept; negative when it is short.
    fn domestic(&self) -> f64 {
        let of = |day: &Vec<u32>| -> f64 {
            day.iter().enumerate().map(|(film, count)| f64::from(*count) * self.grid.domestic(film)).sum()
        };
        self.grid.domestic_before() + self.counts.iter().map(of).sum::<f64>()
    }

    fn domestic_unit(&self) -> f64 {
        (0..self.grid.cinema.films.len()).map(|film| self.grid.domestic(film).abs()).fold(1e-6, f64::max)
    }

    /// Raises the price of the domestic share while it is short, and lets it sink while it is not.
    fn weigh_domestic(&mut self) {
        if self.grid.cinema.rules.domestic.is_some() {
            let least = 0.002 * self.dear / self.domestic_unit();
            let short = self.domestic() < -1e-6;
            self.domestic_price =
                if short { (self.domestic_price * 1.3).max(least) } else { self.domestic_price * 0.97 };
        }
    }

    fn put(&mut self, hall: usize, day: usize, placed: Vec<Placed>) {
        let mut films: Vec<usize> =
            placed.iter().chain(&self.placed[day][hall]).map(|one| one.film).collect();
        films.sort_unstable();
        films.dedup();
        self.placed[day][hall] = placed;
        films.into_iter().for_each(|film| self.count(day, film));
        self.weigh(day);
    }

    /// Counts a film's day anew: its showings and whom they draw.
    fn count(&mut self, day: usize, film: usize) {
        let offers = self.offers(film, day);
        let cinema = self.grid.cinema;
        self.counts[day][film] = offers.len() as u32;
        self.primes[day][film] = offers.iter().filter(|(start, _)| cinema.is_prime(*start)).count() as u32;
        self.films[day][film] = FilmDay::of(&cinema.demand, film, day, &offers);
        self.more[day][film].clear();
    }

    /// Weighs a day anew: what its films bring together, less what the showings cost.
    fn weigh(&mut self, day: usize) {
        let cinema = self.grid.cinema;
        let attendance = &cinema.demand.attendance;
        let (mut usual, mut alone, mut costs) = (0.0, 0.0, 0.0);
        for (film, it) in self.films[day].iter().enumerate() {
            let (margin, cost) = cinema.worth(film);
            usual += margin * cinema.demand.days[day].usual[film].people;
            alone += margin * it.admissions();
            costs += cost * it.taken.len() as f64;
        }
        let kept = attendance.kept(usual, alone);
        let together = if kept <= 1.0 {
            alone * kept
        } else {
            let film = |(film, it): (usize, &FilmDay)| -> f64 {
                let seats = it.taken.iter().zip(&it.seats);
                cinema.worth(film).0 * seats.map(|(taken, seats)| (taken * kept).min(*seats)).sum::<f64>()
            };
            self.films[day].iter().enumerate().map(film).sum()
        };
        self.days[day] = DayWorth { worth: together - costs, adds: attendance.cinema.value * kept };
    }

    fn offers(&self, film: usize, day: usize) -> Vec<(u16, f64)> {
        let all = self.placed[day].iter().chain(&self.grid.fixed[day]).flatten();
        let mine = all.filter(|one| one.film == film);
        mine.map(|one| (one.start, f64::from(self.grid.cinema.halls[one.hall].seats))).collect()
    }

    /// About what one more showing adds: whom the film would draw beyond those it draws, and those who find no seat now.
    fn adds(&self, film: usize, day: usize, start: u16, seats: f64) -> f64 {
        let (margin, cost) = self.grid.cinema.worth(film);
        let it = &self.films[day][film];
        let more = self.more[day][film][self.grid.step(start)];
        margin * self.days[day].adds * more.own.min(more.draws + it.without_seats()).min(seats) - cost
    }

    /// Sees to it that what one more showing would draw is known of every film on a day.
    fn look_ahead(&mut self, day: usize) {
        let attendance = &self.grid.cinema.demand.attendance;
        let (steps, open) = &self.steps[day];
        for (more, film) in self.more[day].iter_mut().zip(&self.films[day]) {
            if more.is_empty() {
                more.resize(*steps, More::default());
                for start in open {
                    more[self.grid.step(*start)] = film.one_more(attendance, *start);
                }
            }
        }
    }

    /// Takes out some halls of a day: one, two or three, or those that show one film.
    fn tear(&mut self, dice: &mut Dice, day: usize) -> Vec<(usize, Vec<Placed>)> {
        let halls = self.placed[day].len();
        let mut all: Vec<usize> = (0..halls).collect();
        dice.shuffle(&mut all);
        let count = 1 + dice.weighted(&[0.35, 0.4, 0.25]);
        if dice.chance(0.2) {
            let film = dice.below(self.grid.cinema.films.len() as u64) as usize;
            all.retain(|hall| self.placed[day][*hall].iter().any(|one| one.film == film));
        }
        all.truncate(count);
        let torn: Vec<(usize, Vec<Placed>)> =
            all.iter().map(|hall| (*hall, self.placed[day][*hall].clone())).collect();
        all.into_iter().for_each(|hall| self.put(hall, day, Vec::new()));
        torn
    }

    /// Solves the torn halls one after the other, what showings add bent by chance.
    fn fill(&mut self, dice: &mut Dice, day: usize, torn: &[(usize, Vec<Placed>)], bent: f64) {
        for (hall, _) in torn {
            let films: Vec<f64> =
                self.grid.cinema.films.iter().map(|_| (bent * dice.normal()).exp()).collect();
            let mut own = dice.fork();
            let placed = self
                .solve(*hall, day, &mut |film, _| films[film] * (1.0 + 0.3 * bent * own.normal()).max(0.0));
            self.put(*hall, day, placed);
        }
    }

    /// The best showings of one empty hall on a day while the others stand.
    fn solve(&mut self, hall: usize, day: usize, bend: &mut dyn FnMut(usize, u16) -> f64) -> Vec<Placed> {
        self.look_ahead(day);
        let staff = Staff::of(self, day);
        let cinema = self.grid.cinema;
        let seats = f64::from(cinema.halls[hall].seats);
        let lacks = |film: usize| {
            let short = self.total(film) < cinema.films[film].showings_min;
            self.counts[day][film] < cinema.owed(film, day).0 || short
        };
        let lacking: Vec<bool> = (0..cinema.films.len()).map(lacks).collect();
        let lacks_prime = |film: usize| self.primes[day][film] < cinema.owed(film, day).1;
        let lacking_prime: Vec<bool> = (0..cinema.films.len()).map(lacks_prime).collect();
        let mut worth = |film: usize, start: u16| {
            if !staff.can(self.grid, hall, film, start) {
                return None;
            }
            let worth = self.adds(film, day, start, seats);
            let due = lacking[film] || lacking_prime[film] && cinema.is_prime(start);
            let dear = if due { self.dear } else { 0.0 };
            Some(worth * bend(film, start) + dear + self.domestic_price * self.grid.domestic(film))
        };
        self.within_most(hall, day, &mut worth)
    }

    /// Solves a hall-day; a film that comes out over its most a day keeps its best starts, and the rest of the
    /// hall's day is solved again without its others.
    fn within_most(
        &self,
        hall: usize,
        day: usize,
        worth: &mut dyn FnMut(usize, u16) -> Option<f64>,
    ) -> Vec<Placed> {
        let cinema = self.grid.cinema;
        let left = |film: usize| {
            let most = cinema.a_day_max(film, day);
            most.map_or(usize::MAX, |most| most.saturating_sub(self.counts[day][film]) as usize)
        };
        let mut kept: Vec<Option<Vec<u16>>> = (0..cinema.films.len())
            .map(|film| if left(film) == 0 { Some(Vec::new()) } else { None })
            .collect();
        loop {
            let (placed, _) = self.grid.solve(hall, day, &mut |film, start| {
                let may = kept[film].as_ref().is_none_or(|starts| starts.contains(&start));
                if may { worth(film, start) } else { None }
            });
            let count = |film: usize| placed.iter().filter(|one| one.film == film).count();
            let Some(over) = (0..cinema.films.len()).find(|film| count(*film) > left(*film)) else {
                return placed;
            };
            let mine = placed.iter().filter(|one| one.film == over);
            let mut best: Vec<(f64, u16)> =
                mine.map(|one| (worth(over, one.start).unwrap_or(0.0), one.start)).collect();
            best.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            best.truncate(left(over));
            kept[over] = Some(best.into_iter().map(|(_, start)| start).collect());
        }
    }
}

/// Who is busy when on a day.
struct Staff {
    starts: Vec<u32>,
    /// By minute.
    cleaning: Vec<u32>,
}

impl Staff {
    fn of(state: &State<'_>, day: usize) -> Staff {
        let minutes = usize::from(super::DAY_MINUTES) + 1_000;
        let mut staff = Staff { starts: vec![0; minutes / 15 + 1], cleaning: vec![0; minutes] };
        for one in state.placed[day].iter().chain(&state.grid.fixed[day]).flatten() {
            staff.starts[quarter(one.start)] += 1;
            let end = usize::from(state.grid.end(one.film, one.start));
            let clean = end..usize::from(state.grid.clean(one.hall, one.film, one.start));
            staff.cleaning[clean].iter_mut().for_each(|halls| *halls += 1);
        }
        staff
    }

    fn can(&self, grid: &Grid<'_>, hall: usize, film: usize, start: u16) -> bool {
        let rules = &grid.cinema.rules;
        let end = usize::from(grid.end(film, start));
        let clean = end..usize::from(grid.clean(hall, film, start));
        rules.starts_max.is_none_or(|most| self.starts[quarter(start)] < most)
            && rules.cleaning_max.is_none_or(|most| self.cleaning[clean].iter().all(|halls| *halls < most))
    }
}
