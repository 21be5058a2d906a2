//! Which film in which hall at what hour.
//!
//! Who comes to a schedule is known from what ran (`attendance`). A plan is found hall-day by hall-day: each is solved
//! exactly over its hours while the others stand, again and again with seeded chance. How good it can be at most is told
//! by the same hall-days with tangents in place of the public and prices in place of staff and commitments (Lagrange).
//! `docs/algorithms/showings_plan.md`.

mod bound;
mod demand;
mod feasible;
mod grid;
mod rules;
mod search;

use kernel::{Day, Kind, Lang, Refusal, Share, Words, counted, signed};

pub use demand::{DayDemand, Demand, offers};
pub use rules::{Violation, violations};

/// Limits of what is planned at once.
pub const HALLS_MAX: usize = 60;
pub const FILMS_MAX: usize = 100;
pub const DAYS_MAX: usize = 14;
/// A showing that fewer people are expected at opens the hall for nobody.
const IDLE_ADMISSIONS: f64 = 0.5;
/// Minutes from midnight up to which a business day may last.
pub const DAY_MINUTES: u16 = 30 * 60;

/// From the first start to the last end of a film, in minutes from midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    pub opens: u16,
    pub closes: u16,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Hall {
    pub name: String,
    pub seats: u32,
    /// By day; `None` is closed.
    pub hours: Vec<Option<Hours>>,
    /// Between the end of a film and the next start.
    pub cleaning_minutes: u16,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Film {
    pub name: String,
    /// Without adverts.
    pub minutes: u16,
    pub domestic: bool,
    /// What an admission leaves and what a showing costs, in minor units; for [`Goal::Profit`].
    pub margin_minor: i64,
    pub cost_minor: i64,
    /// The halls it may be shown in; `None` is all. A hall that is another film's alone is left out.
    pub halls: Option<Vec<usize>>,
    /// The days of its run within the plan, both included.
    pub first_day: usize,
    pub last_day: usize,
    /// The days of its run on which the three that follow hold.
    pub promised: Promised,
    pub a_day_min: u32,
    pub a_day_max: Option<u32>,
    /// Starts in [`Rules::prime_time`].
    pub prime_a_day_min: u32,
    /// In the whole plan.
    pub showings_min: u32,
}

/// From a day to a day, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promised {
    pub first: usize,
    pub last: usize,
}

impl Promised {
    /// On every day of a plan.
    pub const ALWAYS: Promised = Promised { first: 0, last: DAYS_MAX };
}

/// What a share of domestic films is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    Showings,
    /// Minutes of film.
    ShowingTime,
}

/// At least this part of a rolling period, which ends with the plan, is domestic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Domestic {
    pub part: Share,
    pub measure: Measure,
    /// What the days of the period before the plan showed, in the measure: of it domestic, and all.
    pub domestic_before: u64,
    pub all_before: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Starts lie on multiples of this.
    pub step_minutes: u16,
    pub adverts_minutes: u16,
    /// When contracts count a start as one in prime time: from the first minute on, before the second.
    pub prime_time: Option<Hours>,
    /// Starts in one quarter of an hour, over all halls.
    pub starts_max: Option<u32>,
    /// Halls being cleaned at one time.
    pub cleaning_max: Option<u32>,
    pub domestic: Option<Domestic>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    Admissions,
    /// Margin of the admissions less the cost of the showings, in minor units.
    Profit,
}

/// What is to be planned.
#[derive(Clone, Debug, PartialEq)]
pub struct Cinema {
    pub halls: Vec<Hall>,
    pub films: Vec<Film>,
    pub days: usize,
    /// The first of them, by which sentences call them; without it they are called by their number.
    pub first: Option<Day>,
    pub rules: Rules,
    pub demand: Demand,
    pub goal: Goal,
    /// Showings that stand whatever is planned around them, such as those with tickets sold: part of every plan,
    /// in order of day, hall and start, at any minute.
    pub fixed: Vec<Placed>,
}

/// How much work may be spent: the answer depends on it and the seed, not on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    pub seed: u64,
    /// Hall-days solved anew.
    pub rounds: usize,
    /// Steps of the bound's prices.
    pub price_steps: usize,
}

impl Default for Work {
    fn default() -> Work {
        Work { seed: 1, rounds: 16_000, price_steps: 400 }
    }
}

/// A showing: indices of hall, film and day, and the minute at which the adverts begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placed {
    pub day: usize,
    pub hall: usize,
    pub start: u16,
    pub film: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// By day, hall and start.
    pub showings: Vec<Placed>,
    /// Expected admissions of each.
    pub admissions: Vec<f64>,
    /// In the goal's unit.
    pub expected: f64,
    /// No plan under these rules is expected to do better.
    pub bound: f64,
    /// What one pass, hall after hall, came to.
    pub greedy: f64,
    pub because: Vec<Words>,
}

impl Plan {
    /// The part of the bound that the plan may lack.
    pub fn gap(&self) -> f64 {
        if self.bound <= 0.0 { 0.0 } else { (self.bound - self.expected).max(0.0) / self.bound }
    }
}

/// Plans the showings. `stop` is asked between rounds; when it says yes the best plan so far is taken. The bound has
/// its steps in any case: without them nothing could be said of the plan.
///
/// Refuses input beyond the limits, and rules that no plan was found to meet.
pub fn plan(cinema: &Cinema, work: Work, stop: &dyn Fn() -> bool) -> Result<Plan, Refusal> {
    check(cinema)?;
    feasible::check(cinema)?;
    let grid = grid::Grid::of(cinema);
    let found = search::search(&grid, work, stop);
    let broken = violations(cinema, &found.showings);
    if let Some(first) = broken.first() {
        let says = first.words(cinema);
        return Err(Refusal::new(
            Kind::Conflict,
            "no_plan",
            format!("No plan was found that keeps every rule: {}", says.en),
            format!("没有找到满足全部规则的排片：{}", says.zh),
        ));
    }
    let showings = without_idle(cinema, found.showings);
    let expected = value(cinema, &showings);
    let bound = bound::bound(&grid, &showings, expected, work.price_steps).max(expected);
    let admissions = admissions(cinema, &showings);
    let mut plan = Plan { showings, admissions, expected, bound, greedy: found.greedy, because: Vec::new() };
    plan.because = because(cinema, &plan);
    Ok(plan)
}

/// Takes out showings to which nobody is expected to come, as far as the rules do not ask for them.
fn without_idle(cinema: &Cinema, mut showings: Vec<Placed>) -> Vec<Placed> {
    let people = admissions(cinema, &showings);
    let idle = showings.iter().zip(people).filter(|(_, people)| *people < IDLE_ADMISSIONS);
    let idle: Vec<Placed> = idle.map(|(one, _)| *one).filter(|one| !cinema.fixed.contains(one)).collect();
    for one in idle {
        let without: Vec<Placed> = showings.iter().copied().filter(|other| *other != one).collect();
        if violations(cinema, &without).is_empty() {
            showings = without;
        }
    }
    showings
}

/// What any set of showings is expected to bring under a cinema's demand and goal.
pub fn value(cinema: &Cinema, showings: &[Placed]) -> f64 {
    let margin = |film: usize| cinema.worth(film).0;
    let cost: f64 = showings.iter().map(|placed| cinema.worth(placed.film).1).sum();
    let admissions = admissions(cinema, showings);
    showings.iter().zip(admissions).map(|(placed, seats)| margin(placed.film) * seats).sum::<f64>() - cost
}

/// The expected admissions of each showing.
pub fn admissions(cinema: &Cinema, showings: &[Placed]) -> Vec<f64> {
    let mut all = vec![0.0; showings.len()];
    for day in 0..cinema.days {
        let mine: Vec<usize> = (0..showings.len()).filter(|i| showings[*i].day == day).collect();
        let of_day: Vec<Placed> = mine.iter().map(|i| showings[*i]).collect();
        let admissions = cinema.demand.admissions(cinema, day, &of_day);
        mine.into_iter().zip(admissions).for_each(|(i, people)| all[i] = people);
    }
    all
}

impl Cinema {
    /// `Fri 6 Jan` and `1月6日 周五`, else `day 1` and `第 1 天`.
    pub(super) fn day_words(&self, day: usize) -> Words {
        match self.first.map(|first| first.plus(day as i32)) {
            Some(day) => Words::new(day.say(Lang::En), day.say(Lang::Zh)),
            None => Words::new(format!("day {}", day + 1), format!("第 {} 天", day + 1)),
        }
    }

    /// What an admission brings and a showing costs, in the goal's unit.
    pub fn worth(&self, film: usize) -> (f64, f64) {
        match self.goal {
            Goal::Admissions => (1.0, 0.0),
            Goal::Profit => (self.films[film].margin_minor as f64, self.films[film].cost_minor as f64),
        }
    }

    /// What an admission of each film brings.
    pub fn worths(&self) -> Vec<f64> {
        (0..self.films.len()).map(|film| self.worth(film).0).collect()
    }

    /// Showings that a film is promised on a day, and of them in prime time.
    fn owed(&self, film: usize, day: usize) -> (u32, u32) {
        let it = &self.films[film];
        let holds = |first, last| (first..=last).contains(&day);
        let owed = holds(it.first_day, it.last_day) && holds(it.promised.first, it.promised.last);
        if owed { (it.a_day_min, it.prime_a_day_min) } else { (0, 0) }
    }

    /// The most showings a film may have on a day.
    fn a_day_max(&self, film: usize, day: usize) -> Option<u32> {
        let it = &self.films[film];
        it.a_day_max.filter(|_| (it.promised.first..=it.promised.last).contains(&day))
    }

    fn is_prime(&self, start: u16) -> bool {
        self.rules.prime_time.is_some_and(|prime| (prime.opens..prime.closes).contains(&start))
    }

    fn may_show(&self, film: usize, hall: usize, day: usize) -> bool {
        let it = &self.films[film];
        (it.first_day..=it.last_day).contains(&day)
            && it.halls.as_ref().is_none_or(|halls| halls.contains(&hall))
    }
}

fn check(cinema: &Cinema) -> Result<(), Refusal> {
    let refuse = |en: String, zh: String| Err(Refusal::new(Kind::Invalid, "bad_plan", en, zh));
    let (halls, films, days) = (cinema.halls.len(), cinema.films.len(), cinema.days);
    let within = (1..=HALLS_MAX).contains(&halls)
        && (1..=FILMS_MAX).contains(&films)
        && (1..=DAYS_MAX).contains(&days);
    if !within {
        return refuse(
            format!(
                "A plan has up to {HALLS_MAX} halls, {FILMS_MAX} films and {DAYS_MAX} days, not {halls}, {films} and {days}."
            ),
            format!(
                "一次排片最多 {HALLS_MAX} 个影厅、{FILMS_MAX} 部影片、{DAYS_MAX} 天，而不是 {halls}、{films}、{days}。"
            ),
        );
    }
    let rules = &cinema.rules;
    if !(1..=60).contains(&rules.step_minutes) || rules.starts_max == Some(0) || rules.cleaning_max == Some(0)
    {
        return refuse(
            "Starts lie on a grid of 1 to 60 minutes, and somebody must be there to start and clean.".into(),
            "开场时间须在 1 至 60 分钟的网格上，且至少要有一名员工。".into(),
        );
    }
    let wrong_hall = cinema.halls.iter().find(|hall| {
        hall.seats == 0
            || hall.hours.len() != days
            || hall.cleaning_minutes > 180
            || hall
                .hours
                .iter()
                .flatten()
                .any(|hours| hours.opens >= hours.closes || hours.closes > DAY_MINUTES)
    });
    if let Some(hall) = wrong_hall {
        let name = &hall.name;
        return refuse(
            format!("{name} needs seats, and for each day hours that end after they begin, within 30 hours."),
            format!("{name} 须有座位数，且每天的营业时间须先开后关、不超过 30 小时。"),
        );
    }
    let wrong_film = cinema.films.iter().find(|film| {
        !(1..=600).contains(&film.minutes)
            || film.first_day > film.last_day
            || film.halls.iter().flatten().any(|hall| *hall >= halls)
            || (cinema.goal == Goal::Profit && film.margin_minor < 0)
    });
    if let Some(film) = wrong_film {
        let name = &film.name;
        return refuse(
            format!(
                "{name} needs a length up to 600 minutes, a run in order, halls that exist and a margin that is not negative."
            ),
            format!("{name} 的片长须在 600 分钟内，上映日期须先后有序，影厅须存在，单张毛利不得为负。"),
        );
    }
    if !cinema.demand.fits(films, days) {
        return refuse(
            "The demand needs people and hours that are not negative for every film and day.".into(),
            "需求须为每部影片、每天给出非负的人数与时段。".into(),
        );
    }
    Ok(())
}

fn because(cinema: &Cinema, plan: &Plan) -> Vec<Words> {
    let count = plan.showings.len();
    let (expected, gap, more) =
        (plan.expected, plan.gap() * 100.0, (plan.expected / plan.greedy.max(1e-9) - 1.0) * 100.0);
    let unit = match cinema.goal {
        Goal::Admissions => Words::new("admissions", "人次"),
        Goal::Profit => Words::new("minor units of profit", "最小货币单位利润"),
    };
    let mut sentences = vec![Words::new(
        format!(
            "{}, {expected:.0} {} expected; no plan can be more than {gap:.1} % better.",
            counted(count, "showing", "showings"),
            unit.en
        ),
        format!("共 {count} 场，预计 {expected:.0} {}；任何排片最多再好 {gap:.1}%。", unit.zh),
    )];
    if plan.greedy > 0.0 && more >= 0.05 {
        sentences.push(Words::new(
            format!("That is {} % against filling hall after hall once.", signed(more, 1)),
            format!("与逐厅一次排满相比为 {}%。", signed(more, 1)),
        ));
    }
    for (i, film) in cinema.films.iter().enumerate() {
        let mine: Vec<usize> = (0..count).filter(|one| plan.showings[*one].film == i).collect();
        let people: f64 = mine.iter().map(|one| plan.admissions[*one]).sum();
        let (name, shows, usual) = (&film.name, mine.len(), cinema.demand.people(i));
        sentences.push(Words::new(
            format!(
                "{name}: {} {people:.0} people; as it has been shown lately it would draw {usual:.0}.",
                counted(shows, "showing draws", "showings draw")
            ),
            format!("《{name}》：{shows} 场，预计 {people:.0} 人次；按近期排片预计 {usual:.0} 人次。"),
        ));
    }
    sentences
}

#[cfg(test)]
mod tests;
