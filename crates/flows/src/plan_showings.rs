//! Planning a cinema's week and taking the plan.
//!
//! `views::question → think → keep` makes a plan: reading and thinking happen outside the transaction, which only writes what was
//! found. Taking a plan turns its showings into showtimes: those that are there already stay, those that nobody
//! wants are taken off sale, the others are put on sale. A showing of which a seat is held or sold is never
//! touched, and where one has come in the way since the plan was made nothing is done. Undoing puts everything back
//! while nothing is sold.

use crate::house::{House, Scene};
use crate::views::showing_history::NIGHT_ENDS_HOUR;
use crate::views::showings_plan::{self as views, Answer, Missed, Question};
use box_office::plans::{self, Did, State};
use box_office::{Cinema, Hall, Showtime, halls, planning, showtimes};
use db::View;
use demand::planning::attendance::Gain;
use events::{Kind as Event, log};
use kernel::{
    Act, Actor, Clock, Day, HallId, Instant, Kind, Lang, Money, PlanId, Refusal, Result, ShowtimeId,
    SystemClock, TitleId, Words,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A plan as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Made {
    pub showings: Vec<Chosen>,
    pub goal: planning::Goal,
    /// In the goal's unit: admissions, or minor units of profit.
    pub expected: f64,
    pub bound: f64,
    pub scheduled_expected: f64,
    /// How much more it brings than what was scheduled, where that can be told.
    #[serde(default)]
    pub gain: Option<Gain>,
    pub missed: Option<Missed>,
    pub because: Vec<Words>,
}

/// A showing of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    pub title: TitleId,
    pub hall: HallId,
    pub day: Day,
    /// Minutes from the day's midnight.
    pub start: u16,
    pub minutes: u16,
    pub starts_at: Instant,
    pub seats: i64,
    pub price: Money,
    pub minimum: Money,
    pub version: String,
    /// Expected admissions, and between what nine of ten such showings sell.
    pub expected: f64,
    pub low: f64,
    pub high: f64,
    /// It stood already and is not moved.
    pub stands: bool,
}

impl Made {
    /// The part of the bound that the plan may lack.
    pub fn gap(&self) -> f64 {
        if self.bound <= 0.0 { 0.0 } else { ((self.bound - self.expected) / self.bound).max(0.0) }
    }

    pub fn admissions(&self) -> f64 {
        self.showings.iter().map(|one| one.expected).sum()
    }
}

/// Wall time that a plan is sought for, well within what a request may take.
const SEARCH_SECONDS_MAX: i64 = 12;

/// Makes a plan from a day to the end of its week of films, and keeps it. Takes seconds; a busy machine gives one that
/// was sought less long, not none at all.
pub fn make(house: &House, cinema: &Cinema, from: Day, actor: Actor, lang: Lang) -> Result<PlanId> {
    let (of, now) = (cinema.clone(), house.now());
    let question = house.read_blocking(move |view| views::question(view, &of, from, now, lang))?;
    let until = SystemClock.now().plus_seconds(SEARCH_SECONDS_MAX);
    let (made, days) = think(cinema, &question, &|| SystemClock.now() > until)?;
    let of = cinema.clone();
    house.write_blocking(&cinema.place, actor, move |scene| keep(scene, &of, days, &made))
}

/// Answers a question; it may take seconds, and `stop` ends the search early. The plan, and its first and last day.
pub fn think(
    cinema: &Cinema,
    question: &Question,
    stop: &dyn Fn() -> bool,
) -> Result<(Made, (Day, Day)), Refusal> {
    let answer = question.answer(question.work(), stop)?;
    let days = (question.days[0], question.days[question.days.len() - 1]);
    Ok((made(cinema, question, &answer), days))
}

/// The plan that a question was answered with, in the words it is kept in.
fn made(cinema: &Cinema, question: &Question, answer: &Answer) -> Made {
    let plan = &answer.plan;
    let showings = plan.showings.iter().zip(&plan.admissions).map(|(placed, expected)| {
        let (day, hall) = (question.days[placed.day], &question.cinema.halls[placed.hall]);
        let priced = &question.prices[placed.film];
        let seats = i64::from(hall.seats);
        let morning = question.rules.morning_price_minor.filter(|_| placed.start < 12 * 60);
        let price = Money { minor: morning.unwrap_or(priced.price.minor), ..priced.price };
        let between = |times: f64| (expected * times).clamp(0.0, seats as f64);
        let (low, high) =
            question.missed.map_or((0.0, seats as f64), |missed| (between(missed.low), between(missed.high)));
        Chosen {
            title: question.titles[placed.film].clone(),
            hall: question.halls[placed.hall].clone(),
            day,
            start: placed.start,
            minutes: question.cinema.films[placed.film].minutes + question.cinema.rules.adverts_minutes,
            starts_at: views::starts_at(day, placed.start, &cinema.zone),
            seats,
            price,
            minimum: priced.minimum,
            version: priced.version.clone(),
            expected: *expected,
            low,
            high,
            stands: question.cinema.fixed.contains(placed),
        }
    });
    Made {
        showings: showings.collect(),
        goal: question.rules.goal,
        expected: plan.expected,
        bound: plan.bound,
        gain: answer.gain,
        scheduled_expected: answer.scheduled_expected,
        missed: question.missed,
        because: answer.because.clone(),
    }
}

/// Writes a plan down for a cinema's days.
pub fn keep(scene: &mut Scene, cinema: &Cinema, days: (Day, Day), made: &Made) -> Result<PlanId> {
    plans::add(scene.tx, &mut scene.act, &cinema.place, days, &serde_json::to_string(made)?)
}

pub fn read(plan: &plans::Plan) -> Result<Made> {
    Ok(serde_json::from_str(&plan.body)?)
}

/// Keeps the rules a cinema plans by.
pub fn rule(scene: &mut Scene, cinema: &Cinema, rules: &planning::Rules) -> Result<()> {
    let rooms = halls::of_cinema(scene.tx, &cinema.place)?;
    planning::keep(scene.tx, &scene.act, &cinema.place, &rooms, rules)?;
    let body = json!({ "change": "planning_rules" });
    log::append(scene.tx, &mut scene.act, &cinema.place, Event::PlanningChanged, None, &cinema.place, body)
}

/// What taking a plan would do to a cinema's showtimes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    pub adds: Vec<Chosen>,
    pub closes: Vec<Showtime>,
    pub stays: Vec<Showtime>,
    /// Of those that stay, how many have seats sold or held.
    pub wanted: usize,
    /// Why the plan cannot be taken as it is.
    pub conflicts: Vec<Words>,
}

/// Compares a plan with what is on sale now.
pub fn changes(view: &View, cinema: &Cinema, plan: &plans::Plan, now: Instant) -> Result<Changes> {
    let made = read(plan)?;
    let rooms = halls::of_cinema(view, &cinema.place)?;
    let rules = views::rules(view, cinema)?;
    let mut changes = Changes { adds: made.showings, ..Changes::default() };
    for showtime in within(view, cinema, plan, now)? {
        let same = |one: &Chosen| {
            one.title == showtime.title && one.hall == showtime.hall && one.starts_at == showtime.starts_at
        };
        let chosen = changes.adds.iter().position(same);
        let wanted = showtimes::is_wanted(view, &cinema.place, &showtime.id, now)?;
        changes.wanted += usize::from(wanted);
        if let Some(at) = chosen {
            changes.adds.remove(at);
        }
        if chosen.is_some() || wanted {
            changes.stays.push(showtime);
        } else {
            changes.closes.push(showtime);
        }
    }
    // What stood when the plan was made is not put on sale a second time, should it have gone since.
    changes.adds.retain(|one| !one.stands);
    for one in &changes.adds {
        let cleaning = i64::from(rules.cleaning_of(&one.hall));
        let in_the_way = changes.stays.iter().find(|other| meets(one, other, cleaning));
        if let Some(other) = in_the_way {
            changes.conflicts.push(taken_since(cinema, &rooms, other));
        } else if one.starts_at <= now {
            changes.conflicts.push(too_late(cinema, one));
        }
    }
    changes.conflicts.dedup();
    Ok(changes)
}

fn within(view: &View, cinema: &Cinema, plan: &plans::Plan, now: Instant) -> Result<Vec<Showtime>> {
    let mut all = views::on_sale(view, cinema, plan.first, plan.last, now)?;
    // The small hours belong to the evening before: that of the day before a plan is none of its.
    let morning = |day: Day| day.at(NIGHT_ENDS_HOUR, 0, &cinema.zone);
    let (begins, ends) = (morning(plan.first), morning(plan.last.plus(1)));
    all.retain(|one| begins <= one.starts_at && one.starts_at < ends);
    Ok(all)
}

fn meets(one: &Chosen, other: &Showtime, cleaning_minutes: i64) -> bool {
    let ends = one.starts_at.plus_minutes(i64::from(one.minutes) + cleaning_minutes);
    one.hall == other.hall
        && one.starts_at < other.ends_at.plus_minutes(cleaning_minutes)
        && other.starts_at < ends
}

fn taken_since(cinema: &Cinema, rooms: &[Hall], other: &Showtime) -> Words {
    let hall = rooms.iter().find(|hall| hall.id == other.hall).map(|hall| hall.name.clone());
    let hall = hall.unwrap_or_default();
    let (en, zh) = (
        other.starts_at.say(&cinema.zone, kernel::Lang::En),
        other.starts_at.say(&cinema.zone, kernel::Lang::Zh),
    );
    Words::new(
        format!(
            "Seats were taken since for {en} in {}, where the plan has another showing: make the plan again.",
            hall.en
        ),
        format!("方案做出后，{}{zh} 的场次已有人购票或锁座，与方案冲突，请重新排片。", hall.zh),
    )
}

fn too_late(cinema: &Cinema, one: &Chosen) -> Words {
    let (en, zh) = (
        one.starts_at.say(&cinema.zone, kernel::Lang::En),
        one.starts_at.say(&cinema.zone, kernel::Lang::Zh),
    );
    Words::new(
        format!("The plan’s showing of {en} would have begun already: make the plan again."),
        format!("方案中 {zh} 的场次已过开映时间，请重新排片。"),
    )
}

/// How many showtimes were put on sale, taken off it and left as they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Taken {
    pub added: usize,
    pub closed: usize,
    pub stayed: usize,
}

/// Takes a plan. A plan that is taken already stays taken, and says what it did.
///
/// Refuses one that was undone, and one that what was sold or scheduled since stands in the way of.
pub fn take(scene: &mut Scene, cinema: &Cinema, id: &PlanId) -> Result<Taken> {
    box_office::cinemas::take_turn(scene.tx, &cinema.place)?;
    let plan = plans::any(scene.tx, &cinema.place, id)?;
    match plan.state {
        State::Taken => return told(scene.tx, cinema, &plan, scene.act.at),
        State::Undone => return Err(undone().into()),
        State::Made => {}
    }
    let changes = changes(scene.tx, cinema, &plan, scene.act.at)?;
    if let Some(conflict) = changes.conflicts.first() {
        return Err(
            Refusal::new(Kind::Conflict, "plan_outdated", conflict.en.clone(), conflict.zh.clone()).into()
        );
    }
    plans::turn(scene.tx, &cinema.place, id, State::Made, State::Taken)?;
    for showtime in &changes.closes {
        showtimes::close(scene.tx, &cinema.place, &showtime.id)?;
        note(scene, cinema, id, showtime, Did::Closed)?;
    }
    for one in &changes.adds {
        let showtime = put_on_sale(scene, cinema, one)?;
        note(scene, cinema, id, &showtime, Did::Added)?;
    }
    let body = json!({ "change": "plan_taken", "plan": id, "added": changes.adds.len(), "closed": changes.closes.len() });
    log::append(scene.tx, &mut scene.act, &cinema.place, Event::PlanningChanged, None, &cinema.place, body)?;
    Ok(Taken { added: changes.adds.len(), closed: changes.closes.len(), stayed: changes.stays.len() })
}

fn told(view: &View, cinema: &Cinema, plan: &plans::Plan, now: Instant) -> Result<Taken> {
    let noted = plans::changes(view, &cinema.place, &plan.id)?;
    let added = noted.iter().filter(|(_, did)| *did == Did::Added).count();
    let stayed = within(view, cinema, plan, now)?.len().saturating_sub(added);
    Ok(Taken { added, closed: noted.len() - added, stayed })
}

fn put_on_sale(scene: &mut Scene, cinema: &Cinema, one: &Chosen) -> Result<Showtime> {
    let hall = halls::any(scene.tx, &cinema.place, &one.hall)?;
    let plan = showtimes::Plan {
        title: one.title.clone(),
        runtime_minutes: i64::from(one.minutes),
        starts_at: one.starts_at,
        zone: cinema.zone.clone(),
        version: one.version.clone(),
        price: one.price,
        minimum: one.minimum,
    };
    showtimes::add(scene.tx, &mut scene.act, &hall, &plan)
}

fn note(scene: &mut Scene, cinema: &Cinema, id: &PlanId, showtime: &Showtime, did: Did) -> Result<()> {
    plans::note(scene.tx, &cinema.place, id, &showtime.id, did)?;
    let change = if did == Did::Added { "added" } else { "closed" };
    let body = json!({ "change": change, "plan": id, "starts_at": showtime.starts_at });
    changed(scene.tx, &mut scene.act, cinema, showtime, body)
}

fn changed(
    tx: &db::Tx,
    act: &mut Act,
    cinema: &Cinema,
    showtime: &Showtime,
    body: serde_json::Value,
) -> Result<()> {
    log::append(tx, act, &cinema.place, Event::ShowtimeChanged, Some(&showtime.title), &showtime.id, body)
}

/// Puts back what taking a plan changed: what it put on sale goes off it, what it took off comes back.
///
/// Refuses once a seat of what it put on sale is held or sold, and where a hall has been given away since. A plan
/// that is undone already stays so.
pub fn undo(scene: &mut Scene, cinema: &Cinema, id: &PlanId) -> Result<()> {
    box_office::cinemas::take_turn(scene.tx, &cinema.place)?;
    match plans::any(scene.tx, &cinema.place, id)?.state {
        State::Undone => return Ok(()),
        State::Made => return Err(not_taken().into()),
        State::Taken => {}
    }
    let noted = plans::changes(scene.tx, &cinema.place, id)?;
    let now = scene.act.at;
    if let Some(sold) = first_wanted(scene.tx, cinema, &noted, now)? {
        return Err(sold_since(cinema, &sold).into());
    }
    for (showtime, _) in noted.iter().filter(|(_, did)| *did == Did::Added) {
        if showtimes::close(scene.tx, &cinema.place, showtime)? {
            let showtime = showtimes::any(scene.tx, &cinema.place, showtime)?;
            changed(
                scene.tx,
                &mut scene.act,
                cinema,
                &showtime,
                json!({ "change": "closed", "undoes": id }),
            )?;
        }
    }
    for (showtime, _) in noted.iter().filter(|(_, did)| *did == Did::Closed) {
        let closed = showtimes::any(scene.tx, &cinema.place, showtime)?;
        // One whose hour has passed meanwhile is left to rest.
        if closed.starts_at > now {
            let showtime = showtimes::reopen(scene.tx, &cinema.place, showtime, &cinema.zone, now)?;
            changed(
                scene.tx,
                &mut scene.act,
                cinema,
                &showtime,
                json!({ "change": "reopened", "undoes": id }),
            )?;
        }
    }
    plans::turn(scene.tx, &cinema.place, id, State::Taken, State::Undone)?;
    let body = json!({ "change": "plan_undone", "plan": id });
    log::append(scene.tx, &mut scene.act, &cinema.place, Event::PlanningChanged, None, &cinema.place, body)
}

/// The first of the added showtimes that somebody holds or has bought a seat of.
fn first_wanted(
    view: &View,
    cinema: &Cinema,
    noted: &[(ShowtimeId, Did)],
    now: Instant,
) -> Result<Option<Showtime>> {
    for (showtime, _) in noted.iter().filter(|(_, did)| *did == Did::Added) {
        if showtimes::is_wanted(view, &cinema.place, showtime, now)? {
            return Ok(Some(showtimes::any(view, &cinema.place, showtime)?));
        }
    }
    Ok(None)
}

fn sold_since(cinema: &Cinema, showtime: &Showtime) -> Refusal {
    let (en, zh) = (
        showtime.starts_at.say(&cinema.zone, kernel::Lang::En),
        showtime.starts_at.say(&cinema.zone, kernel::Lang::Zh),
    );
    Refusal::new(
        Kind::Conflict,
        "plan_sold",
        format!("Seats of the showing of {en} are held or sold: this plan can no longer be undone."),
        format!("{zh} 的场次已有人购票或锁座，无法再撤销该方案。"),
    )
}

fn undone() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "plan_undone",
        "This plan was undone: make a new one.",
        "该方案已撤销，请重新排片。",
    )
}

fn not_taken() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "plan_not_taken",
        "This plan has not been taken, so there is nothing to undo.",
        "该方案尚未采用，无需撤销。",
    )
}
