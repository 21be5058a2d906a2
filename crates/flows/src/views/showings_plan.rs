//! A cinema's coming day as the planner would fill it, beside what is scheduled.
//!
//! The public of a film is learned from what ran here (`demand::planning::showings`). A film that has not run here
//! yet is taken for an average one, and the reasons say so.

use box_office::showtimes::CLEANING_MINUTES;
use box_office::{Cinema, halls};
use db::{FromRow, Row, View};
use demand::planning::showings::{self, Demand, Film, Goal, Hall, Hours, Placed, Plan, Ran, Rules, Work};
use kernel::{Day, HallId, Instant, Kind, Lang, Refusal, Result, TitleId, Words, Zone};
use std::collections::{BTreeMap, BTreeSet};

/// How far ahead a day may be planned.
pub const AHEAD_DAYS_MAX: i32 = 14;
/// The least that the hours people come at are learned from.
pub const DAYS_MIN: usize = 3;
pub const SHOWINGS_MIN: usize = 10;
/// Days that are learned from, and the newest of them that tell how many want a film now.
const HISTORY_DAYS: i32 = 28;
const LEVEL_DAYS: i32 = 7;
/// Pools of an hour, people who come up to an hour and a half from theirs, and starts on quarters.
const SLOT_MINUTES: u16 = 60;
const REACH_MINUTES: u16 = 90;
const STEP_MINUTES: u16 = 15;
/// No plan opens a cinema earlier, though midnight showings did run.
const OPENS_MIN: u16 = 6 * 60;

/// A showing that ran or is to run, with the seats sold of it.
#[derive(Clone, Debug, PartialEq)]
struct Counted {
    title: TitleId,
    hall: HallId,
    day: Day,
    starts_at: Instant,
    ends_at: Instant,
    seats: i64,
    sold: i64,
}

impl FromRow for Counted {
    fn from_row(row: &mut Row) -> Result<Counted> {
        Ok(Counted {
            title: row.next()?,
            hall: row.next()?,
            day: row.next()?,
            starts_at: row.next()?,
            ends_at: row.next()?,
            seats: row.next()?,
            sold: row.next()?,
        })
    }
}

impl Counted {
    /// Minutes from the business day's midnight to an instant, as its clock has it.
    fn minute(&self, at: Instant, zone: &Zone) -> u16 {
        let (hour, minute) = at.clock_in(zone);
        let next_day = if at.day_in(zone) > self.day { 24 * 60 } else { 0 };
        next_day + hour as u16 * 60 + minute as u16
    }

    fn minutes(&self) -> u16 {
        (self.starts_at.seconds_until(self.ends_at) / 60).clamp(1, 600) as u16
    }
}

/// Showings of these business days, both included; those taken off sale count when they sold.
fn counted(view: &View, cinema: &Cinema, first: Day, last: Day) -> Result<Vec<Counted>> {
    view.all(
        "with sold as (
           select showtime_id, sum(seats) as admissions
           from ticket_order
           where place_id = $1 and state = 'paid'
           group by showtime_id
         )
         select showtime.title_id, showtime.hall_id, showtime.day, showtime.starts_at, showtime.ends_at,
           showtime.seats, cast(coalesce(sold.admissions, 0) as bigint)
         from showtime
         left join sold on sold.showtime_id = showtime.id
         where showtime.place_id = $1 and showtime.day >= $2 and showtime.day <= $3
           and (showtime.state = 'open' or sold.admissions > 0)
         order by showtime.starts_at, showtime.id",
        &[&cinema.place, &first, &last],
    )
}

/// What the public was learned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learned {
    pub days: usize,
    pub showings: usize,
    pub admissions: i64,
    /// More people than were counted would have come to these.
    pub sold_out: usize,
}

/// A day to be planned, with what is scheduled on it now.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub cinema: showings::Cinema,
    pub scheduled: Vec<Placed>,
    /// Seats sold of each so far.
    pub sold: Vec<i64>,
    pub learned: Learned,
    /// Films that have not run here yet, as indices.
    pub unknown: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub plan: Plan,
    /// Expected admissions of each scheduled showing, under the same public.
    pub scheduled_admissions: Vec<f64>,
    pub because: Vec<Words>,
}

impl Answer {
    pub fn scheduled_expected(&self) -> f64 {
        self.scheduled_admissions.iter().sum()
    }
}

/// A cinema's day as a question to the planner; names are in the reader's language.
///
/// Refuses a day that is over or too far, a cinema without halls, and one with too little history.
pub fn question(view: &View, cinema: &Cinema, day: Day, now: Instant, lang: Lang) -> Result<Question> {
    let today = now.day_in(&cinema.zone);
    if !(0..=AHEAD_DAYS_MAX).contains(&today.days_until(day)) {
        return Err(too_far().into());
    }
    let all = counted(view, cinema, today.plus(-HISTORY_DAYS), day)?;
    let (ran, rest): (Vec<Counted>, Vec<Counted>) =
        all.into_iter().partition(|one| one.ends_at <= now && one.day < day);
    let scheduled: Vec<Counted> = rest.into_iter().filter(|one| one.day == day).collect();
    let halls = halls::of_cinema(view, &cinema.place)?;
    if halls.is_empty() {
        return Err(no_halls().into());
    }
    let learned = enough(&ran)?;
    let publics = Publics::learn(&ran, &cinema.zone)?;
    let recent = ran.iter().filter(|one| one.day.days_until(today) <= LEVEL_DAYS);
    let wanted: BTreeSet<&TitleId> = recent.chain(&scheduled).map(|one| &one.title).collect();
    let wanted: Vec<TitleId> = wanted.into_iter().cloned().collect();
    let known = |title: &TitleId| publics.runs.keys().any(|(one, _)| one == title);
    let unknown = (0..wanted.len()).filter(|i| !known(&wanted[*i])).collect();
    let hours = hours(ran.iter().chain(&scheduled), &cinema.zone);
    let mut films = Vec::new();
    for title in &wanted {
        let showing = scheduled.iter().chain(ran.iter().rev()).find(|one| one.title == *title);
        let is_scheduled = scheduled.iter().any(|one| one.title == *title);
        films.push(film(view, title, showing.map_or(120, Counted::minutes), is_scheduled, lang)?);
    }
    let hall = |hall: &box_office::Hall| Hall {
        name: hall.name.in_(lang).to_owned(),
        seats: hall.seat_map.count() as u32,
        hours: vec![Some(hours)],
    };
    let placed = |one: &Counted| {
        let hall = halls.iter().position(|hall| hall.id == one.hall)?;
        let film = wanted.iter().position(|title| *title == one.title)?;
        Some((Placed { day: 0, hall, start: one.minute(one.starts_at, &cinema.zone), film }, one.sold))
    };
    let (scheduled, sold) = scheduled.iter().filter_map(placed).unzip();
    let pools = wanted.iter().map(|title| vec![publics.of(title, day)]).collect();
    let demand = Demand { slot_minutes: SLOT_MINUTES, reach_minutes: REACH_MINUTES, pools };
    let rules = Rules {
        step_minutes: STEP_MINUTES,
        adverts_minutes: 0,
        cleaning_minutes: CLEANING_MINUTES as u16,
        starts_max: None,
        cleaning_max: None,
        domestic: None,
    };
    let halls = halls.iter().map(hall).collect();
    let cinema = showings::Cinema { halls, films, days: 1, rules, demand, goal: Goal::Admissions };
    Ok(Question { cinema, scheduled, sold, learned, unknown })
}

impl Question {
    /// Plans the day with so much work; it may take seconds.
    pub fn answer(&self, work: Work) -> Result<Answer, Refusal> {
        let plan = showings::plan(&self.cinema, work, &|| false)?;
        let scheduled_admissions = showings::admissions(&self.cinema, &self.scheduled);
        let mut because = vec![self.beside(&plan, scheduled_admissions.iter().sum()), self.learned_from()];
        because.extend(plan.because.clone());
        because.extend(self.limits());
        Ok(Answer { plan, scheduled_admissions, because })
    }

    fn beside(&self, plan: &Plan, now: f64) -> Words {
        let expected = plan.expected;
        if self.scheduled.is_empty() {
            return Words::new("Nothing is scheduled on this day yet.", "当天还没有排片。");
        }
        let more = 100.0 * (expected / now.max(1e-9) - 1.0);
        Words::new(
            format!(
                "As it is scheduled now the day is expected to seat {now:.0}; the plan seats {expected:.0} ({more:+.0} %)."
            ),
            format!("按目前排片预计 {now:.0} 人次，本方案 {expected:.0} 人次（{more:+.0}%）。"),
        )
    }

    fn learned_from(&self) -> Words {
        let Learned { days, showings, admissions, .. } = self.learned;
        Words::new(
            format!(
                "The public is learned from {showings} showings on {days} days here, {admissions} admissions."
            ),
            format!("观众需求取自本影院 {days} 天 {showings} 场、{admissions} 人次。"),
        )
    }

    /// What the reader should know before following the plan.
    fn limits(&self) -> Vec<Words> {
        let mut said = Vec::new();
        if self.learned.sold_out > 0 {
            let full = self.learned.sold_out;
            said.push(Words::new(
                format!("Sold out were {full} of them, so more people may want to come than were counted."),
                format!("其中 {full} 场满座，实际想来的人可能更多。"),
            ));
        }
        for film in &self.unknown {
            let name = &self.cinema.films[*film].name;
            said.push(Words::new(
                format!("{name} has not run here yet; it is taken for an average film of this cinema."),
                format!("《{name}》尚未在本影院放映，按本影院的平均影片估计。"),
            ));
        }
        let sold = self.sold.iter().filter(|sold| **sold > 0).count();
        if sold > 0 {
            said.push(Words::new(
                format!("Tickets are sold already for {sold} of the scheduled showings; to move one means to refund them."),
                format!("已有 {sold} 场售出电影票，改动这些场次需要退票。"),
            ));
        }
        said
    }
}

fn film(view: &View, title: &TitleId, minutes: u16, is_scheduled: bool, lang: Lang) -> Result<Film> {
    let title = super::film(view, title)?;
    Ok(Film {
        name: title.name.in_(lang).to_owned(),
        minutes,
        domestic: title.domestic,
        margin_minor: 0,
        cost_minor: 0,
        halls: None,
        first_day: 0,
        last_day: 0,
        a_day_min: u32::from(is_scheduled),
        a_day_max: None,
        showings_min: 0,
    })
}

/// From the earliest start to the latest end that this cinema knows.
fn hours<'a>(all: impl Iterator<Item = &'a Counted>, zone: &Zone) -> Hours {
    let (mut opens, mut closes) = (u16::MAX, 0);
    for one in all {
        opens = opens.min(one.minute(one.starts_at, zone));
        closes = closes.max(one.minute(one.ends_at, zone));
    }
    Hours { opens: opens.max(OPENS_MIN), closes: closes.clamp(OPENS_MIN + 1, showings::DAY_MINUTES) }
}

/// The public of every film on every day it ran, by kind of day.
struct Publics {
    runs: BTreeMap<(TitleId, Day), Vec<f64>>,
}

impl Publics {
    fn learn(ran: &[Counted], zone: &Zone) -> Result<Publics, Refusal> {
        let keys: BTreeSet<(TitleId, Day)> = ran.iter().map(|one| (one.title.clone(), one.day)).collect();
        let keys: Vec<(TitleId, Day)> = keys.into_iter().collect();
        let public = |one: &Counted| keys.iter().position(|key| key.0 == one.title && key.1 == one.day);
        let ran: Vec<Ran> = ran
            .iter()
            .filter_map(|one| {
                Some(Ran {
                    public: public(one)?,
                    kind: usize::from(is_weekend(one.day)),
                    start: one.minute(one.starts_at, zone),
                    sold: one.sold as f64,
                })
            })
            .collect();
        let learned = Demand::learn(&ran, SLOT_MINUTES, REACH_MINUTES)?;
        let days = learned.pools.into_iter().map(|mut days| days.swap_remove(0));
        Ok(Publics { runs: keys.into_iter().zip(days).collect() })
    }

    /// Who would come to a film on a day: how many its newest days say, at the hours its kind of day has.
    fn of(&self, title: &TitleId, day: Day) -> Vec<f64> {
        let kind = is_weekend(day);
        let people = |keep: &dyn Fn(&TitleId, Day) -> bool| {
            let sums = self.runs.iter().filter(|((title, day), _)| keep(title, *day));
            mean(sums.map(|(_, pools)| pools.iter().sum()))
        };
        let newest = self.runs.keys().filter(|(one, _)| one == title).map(|(_, day)| *day).max();
        let of_kind = people(&|_, one| is_weekend(one) == kind);
        let of_other = people(&|_, one| is_weekend(one) != kind);
        let is_new = |one: Day| newest.is_some_and(|newest| one.days_until(newest) < LEVEL_DAYS);
        let own = people(&|one, day| one == title && is_weekend(day) == kind && is_new(day));
        // A film that ran on the other kind of day alone is moved by what the kinds differ over all films.
        let moved = || Some(people(&|one, _| one == title)? * ratio(of_kind, of_other));
        let level = own.or_else(moved).or(of_kind).or(of_other).unwrap_or(0.0);
        self.profile(kind).into_iter().map(|part| part * level).collect()
    }

    /// The parts of a day's people by slot, for a kind of day; for the other where this one was never seen.
    fn profile(&self, weekend: bool) -> Vec<f64> {
        let with_people = |pools: &&Vec<f64>| pools.iter().sum::<f64>() > 0.0;
        let same = self.runs.iter().filter(|((_, day), _)| is_weekend(*day) == weekend);
        let found = same.map(|(_, pools)| pools).find(with_people);
        let pools = found.or_else(|| self.runs.values().find(with_people));
        pools.map_or_else(Vec::new, |pools| {
            let people: f64 = pools.iter().sum();
            pools.iter().map(|part| part / people).collect()
        })
    }
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

fn is_weekend(day: Day) -> bool {
    day.weekday() >= 6
}

fn enough(ran: &[Counted]) -> Result<Learned, Refusal> {
    let days = ran.iter().map(|one| one.day).collect::<BTreeSet<Day>>().len();
    let (showings, admissions) = (ran.len(), ran.iter().map(|one| one.sold).sum());
    if days < DAYS_MIN || showings < SHOWINGS_MIN || admissions == 0 {
        return Err(Refusal::new(
            Kind::Conflict,
            "little_history",
            format!(
                "A plan needs {SHOWINGS_MIN} showings on {DAYS_MIN} days with tickets sold to learn from; the last {HISTORY_DAYS} days had {showings} on {days}, with {admissions} admissions."
            ),
            format!(
                "排片建议至少需要 {DAYS_MIN} 天、{SHOWINGS_MIN} 场有售票的历史；最近 {HISTORY_DAYS} 天本影院放映了 {days} 天 {showings} 场，{admissions} 人次。"
            ),
        ));
    }
    let sold_out = ran.iter().filter(|one| one.sold >= one.seats).count();
    Ok(Learned { days, showings, admissions, sold_out })
}

fn too_far() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "bad_day",
        format!("A plan is made for today or one of the next {AHEAD_DAYS_MAX} days."),
        format!("排片建议只针对今天及之后 {AHEAD_DAYS_MAX} 天。"),
    )
}

fn no_halls() -> Refusal {
    Refusal::new(Kind::Conflict, "no_halls", "A plan needs a hall first.", "请先添加影厅。")
}
