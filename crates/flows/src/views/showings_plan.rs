//! A cinema's coming week as a question to the planner: its rules, its public, what is scheduled and sold already.
//!
//! How people come to a schedule is learned from all that the circuit ran, also before it joined, and what each film draws
//! from what ran here (`demand::planning::attendance`). A film that has not run here yet is taken for an average one, and
//! the reasons say so. How far such forecasts miss is found by forecasting the last days from what was known before
//! each.

mod publics;

use super::earlier_showings;
use super::showing_history::{self, business_time};
use box_office::planning::{self, Rules};
use box_office::{Cinema, Showtime, halls, showtimes};
use db::{FromRow, Row, View};
use demand::planning::attendance::{Attendance, Compared, Gain, Seen};
use demand::planning::showings::{
    self, DayDemand, Demand, Domestic, Film, Goal, Hall, Hours, Measure, Placed, Plan, Promised, Work, offers,
};
use demand::showing::Played;
use kernel::{
    Day, HallId, Instant, Kind, Lang, Money, Refusal, Result, ShowtimeId, TitleId, Words, Zone, signed,
};
use publics::Publics;
use settlement::{splits, terms};
use std::collections::{BTreeMap, BTreeSet};

/// How far ahead a plan may reach.
pub const AHEAD_DAYS_MAX: i32 = 14;
/// The least that the hours people come at are learned from.
pub const DAYS_MIN: usize = 3;
pub const SHOWINGS_MIN: usize = 10;
/// Days that are learned from, and the newest of them that tell how many want a film now.
const HISTORY_DAYS: i32 = 28;
const LEVEL_DAYS: i32 = 7;
/// A film that says no length.
const USUAL_MINUTES: i64 = 120;
/// The newest showings of a circuit that its people's habits are learned from, at most.
const HABITS_SHOWINGS_MAX: usize = 8_000;
/// The last days that are forecast to see how far forecasts miss, and the least of their showings.
const JUDGED_DAYS: i32 = 7;
const JUDGED_SHOWINGS_MIN: usize = 20;
/// What a film's day misses its forecast by where too few have run to tell.
const FILM_MISSED: f64 = 0.5;
/// So many times the most showings a day ever had are beyond what was seen.
const BEYOND: f64 = 1.2;
/// Added to seats before a ratio is taken, so that an empty showing has one.
const SOFT_SEATS: f64 = 3.0;

/// A showing that ran or is to run, with the seats sold of it.
#[derive(Clone, Debug, PartialEq)]
struct Counted {
    id: ShowtimeId,
    title: TitleId,
    hall: HallId,
    day: Day,
    starts_at: Instant,
    ends_at: Instant,
    seats: i64,
    sold: i64,
    /// Seats of it that are held or sold now.
    wanted: i64,
}

impl FromRow for Counted {
    fn from_row(row: &mut Row) -> Result<Counted> {
        Ok(Counted {
            id: row.next()?,
            title: row.next()?,
            hall: row.next()?,
            day: row.next()?,
            starts_at: row.next()?,
            ends_at: row.next()?,
            seats: row.next()?,
            sold: row.next()?,
            wanted: row.next()?,
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

/// When a business day's wall clock shows so many minutes from its midnight; past 24 hours it is the next day's. On the
/// day on which clocks are changed that is not as many minutes later.
pub fn starts_at(day: Day, minute: u16, zone: &Zone) -> Instant {
    let (days, minute) = (minute / (24 * 60), minute % (24 * 60));
    day.plus(i32::from(days)).at((minute / 60) as i8, (minute % 60) as i8, zone)
}

/// Showings of these days, both included; those taken off sale count when they sold. What begins in the small hours
/// belongs to the evening before, as a cinema's night does.
fn counted(view: &View, cinema: &Cinema, first: Day, last: Day, now: Instant) -> Result<Vec<Counted>> {
    let mut all = filed(view, cinema, first, last.plus(1), now)?;
    for one in &mut all {
        (one.day, _) = business_time(one.starts_at, &cinema.zone);
    }
    all.retain(|one| (first..=last).contains(&one.day));
    Ok(all)
}

/// The same as they are filed, each under the day on which it begins.
fn filed(view: &View, cinema: &Cinema, first: Day, last: Day, now: Instant) -> Result<Vec<Counted>> {
    view.all(
        "with sold as (
           select showtime_id, sum(seats) as admissions
           from ticket_order
           where place_id = $1 and state = 'paid'
           group by showtime_id
         ),
         wanted as (
           select showtime_id, count(*) as seats
           from showtime_seat
           where place_id = $1 and (state = 'sold' or held_until > $4)
           group by showtime_id
         )
         select showtime.id, showtime.title_id, showtime.hall_id, showtime.day, showtime.starts_at, showtime.ends_at,
           showtime.seats, cast(coalesce(sold.admissions, 0) as bigint), coalesce(wanted.seats, 0)
         from showtime
         left join sold on sold.showtime_id = showtime.id
         left join wanted on wanted.showtime_id = showtime.id
         where showtime.place_id = $1 and showtime.day >= $2 and showtime.day <= $3
           and (showtime.state = 'open' or sold.admissions > 0)
         order by showtime.starts_at, showtime.id",
        &[&cinema.place, &first, &last, &now],
    )
}

/// Counted showings that its circuit brought of a cinema's days before today, save those of which its own are known, and
/// the films of the house among them. The others teach under the names they were brought with.
fn brought(
    view: &View,
    cinema: &Cinema,
    (today, now): (Day, Instant),
    own: &[Counted],
) -> Result<(Vec<Counted>, BTreeSet<TitleId>)> {
    let days = (today.plus(-HISTORY_DAYS), today.plus(-1));
    let known: BTreeSet<Day> = own.iter().map(|one| one.day).collect();
    let (mut counted, mut films) = (Vec::new(), BTreeSet::new());
    for one in earlier_showings::of_circuit(view, &cinema.org, days, now)? {
        let told = one.told;
        let Some(sold) = told.sold.filter(|_| one.cinema.as_ref() == Some(&cinema.place)) else { continue };
        if known.contains(&told.day) {
            continue;
        }
        films.extend(one.film.clone());
        let starts_at = starts_at(told.day, told.minute, &cinema.zone);
        counted.push(Counted {
            id: ShowtimeId(format!("{} {} {}", told.day, told.minute, told.hall)),
            title: one.film.unwrap_or(TitleId(told.film)),
            hall: one.hall.unwrap_or(HallId(told.hall)),
            day: told.day,
            starts_at,
            ends_at: starts_at.plus_minutes(USUAL_MINUTES),
            seats: told.seats.map_or(i64::MAX, i64::from),
            sold: i64::from(sold),
            wanted: 0,
        });
    }
    Ok((counted, films))
}

/// What the public was learned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learned {
    pub days: usize,
    pub showings: usize,
    /// Of these, what its circuit brought from before it joined.
    pub brought: usize,
    pub admissions: i64,
    /// The most showings that one of the days had.
    pub a_day_max: usize,
    /// More people than were counted would have come to these.
    pub sold_out: usize,
    /// So many minutes from the hour they would like half of the people still come.
    pub half_minutes: u16,
}

/// How far the last days' showings lay from what was forecast the evening before each.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Missed {
    pub days: usize,
    pub showings: usize,
    /// Σ |sold − forecast| ÷ Σ sold, and Σ forecast ÷ Σ sold − 1.
    pub wape: f64,
    pub bias: f64,
    /// Nine of ten showings sold between these times what was forecast.
    pub low: f64,
    pub high: f64,
}

/// A showing that is scheduled within the planned days.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheduled {
    pub id: ShowtimeId,
    pub placed: Placed,
    pub sold: i64,
    /// Somebody holds or has bought a seat: it is not moved.
    pub stands: bool,
}

/// What a ticket of a film is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Priced {
    pub price: Money,
    pub minimum: Money,
    pub version: String,
}

/// Days to be planned, with what is scheduled on them now.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub cinema: showings::Cinema,
    pub days: Vec<Day>,
    pub titles: Vec<TitleId>,
    names: Vec<Words>,
    pub halls: Vec<HallId>,
    /// By film.
    pub prices: Vec<Priced>,
    pub rules: Rules,
    pub scheduled: Vec<Scheduled>,
    pub learned: Learned,
    pub missed: Option<Missed>,
    /// How far a film's day lies from its forecast: the standard deviation of a logarithm.
    film_missed: f64,
    /// Films that have not run here yet, as indices.
    pub unknown: Vec<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub plan: Plan,
    /// What the scheduled showings are expected to bring, in the goal's unit.
    pub scheduled_expected: f64,
    /// How much more the plan brings; none where too little is scheduled to compare with.
    pub gain: Option<Gain>,
    pub because: Vec<Words>,
}

/// The rules a cinema plans by: its own, else the usual ones of its market.
pub fn rules(view: &View, cinema: &Cinema) -> Result<Rules> {
    Ok(planning::of_cinema(view, &cinema.place)?.unwrap_or_else(Rules::mainland))
}

/// The days from one on to the end of its week of films; refuses a day that is not ahead, or too far.
pub fn days_from(rules: &Rules, from: Day, today: Day) -> Result<Vec<Day>, Refusal> {
    let ahead = today.days_until(from);
    let (_, last) = rules.week_of(from);
    if !(1..=AHEAD_DAYS_MAX).contains(&ahead) {
        return Err(too_far());
    }
    Ok((0..=from.days_until(last)).map(|day| from.plus(day)).collect())
}

/// A cinema's days as a question to the planner; names are in the reader's language.
///
/// Refuses days that are not ahead or too far, a cinema without halls, one with too little history, a film
/// without a price, and for the goal of profit a film without terms.
pub fn question(view: &View, cinema: &Cinema, from: Day, now: Instant, lang: Lang) -> Result<Question> {
    let today = now.day_in(&cinema.zone);
    let rules = rules(view, cinema)?;
    let days = days_from(&rules, from, today)?;
    let last = days.last().copied().unwrap_or(from);
    let all = counted(view, cinema, today.plus(-HISTORY_DAYS), last, now)?;
    let (own, rest): (Vec<Counted>, Vec<Counted>) = all.into_iter().partition(|one| one.ends_at <= now);
    let (before, met) = brought(view, cinema, (business_time(now, &cinema.zone).0, now), &own)?;
    let mut ran = [&own[..], &before[..]].concat();
    ran.sort_by_key(|one| one.starts_at);
    let rooms = halls::of_cinema(view, &cinema.place)?;
    if rooms.is_empty() {
        return Err(no_halls().into());
    }
    let learned = enough(&ran)?;
    let days_over = (today.plus(-HISTORY_DAYS), today.plus(-1));
    let circuit = showing_history::past(view, &cinema.org, days_over, now)?;
    let publics = Publics::learn(&ran, &cinema.zone, habits(&circuit, today));
    let half_minutes = (publics.attendance.reach_minutes * std::f64::consts::LN_2).round() as u16;
    let learned = Learned { half_minutes, brought: before.len(), ..learned };
    let ahead: Vec<Counted> = rest.into_iter().filter(|one| one.day >= from).collect();
    let house = House { view, cinema, rules: &rules, days: &days, rooms: &rooms, lang };
    let mut shown = own;
    for one in &before {
        // Whatever was brought teaches; planned is what the house knows and what a ticket of costs.
        if met.contains(&one.title) && house.asks(&one.title)?.is_some() {
            shown.push(one.clone());
        }
    }
    let titles = wanted(&shown, &ahead, &rules, (from, last), today);
    let mut films = Vec::new();
    let mut prices = Vec::new();
    let mut names = Vec::new();
    for title in &titles {
        let (film, priced) = house.film(title, &ahead, &ran)?;
        films.push(film);
        prices.push(priced);
        names.push(super::film(view, title)?.name);
    }
    let scheduled: Vec<Scheduled> = ahead.iter().filter_map(|one| house.scheduled(one, &titles)).collect();
    let mut fixed: Vec<Placed> = scheduled.iter().filter(|one| one.stands).map(|one| one.placed).collect();
    fixed.sort();
    let demand = days.iter().map(|day| DayDemand {
        kind: kind(*day),
        usual: titles.iter().map(|title| publics.usual(title, *day)).collect(),
    });
    let demand = Demand { attendance: publics.attendance.clone(), days: demand.collect() };
    let (missed, film_missed) =
        missed(&ran, &circuit, &cinema.zone).map_or((None, FILM_MISSED), |(one, film)| (Some(one), film));
    Ok(Question {
        unknown: (0..titles.len()).filter(|i| !publics.knows(&titles[*i])).collect(),
        cinema: showings::Cinema {
            halls: rooms.iter().map(|hall| house.hall(hall)).collect(),
            films,
            days: days.len(),
            first: days.first().copied(),
            rules: house.rules()?,
            demand,
            goal: match rules.goal {
                planning::Goal::Admissions => Goal::Admissions,
                planning::Goal::Profit => Goal::Profit,
            },
            fixed,
        },
        missed,
        film_missed,
        halls: rooms.into_iter().map(|hall| hall.id).collect(),
        days,
        titles,
        names,
        prices,
        rules,
        scheduled,
        learned,
    })
}

/// Films that ran here lately, that are scheduled, or that a contract promises showings in these days.
fn wanted(
    ran: &[Counted],
    ahead: &[Counted],
    rules: &Rules,
    (first, last): (Day, Day),
    today: Day,
) -> Vec<TitleId> {
    let recent = ran.iter().filter(|one| one.day.days_until(today) <= LEVEL_DAYS);
    let promised = rules.promises.iter().filter(|promise| promise.first <= last && promise.last >= first);
    let all: BTreeSet<&TitleId> =
        recent.chain(ahead).map(|one| &one.title).chain(promised.map(|promise| &promise.title)).collect();
    all.into_iter().cloned().collect()
}

/// What a question is made from.
struct House<'a> {
    view: &'a View<'a>,
    cinema: &'a Cinema,
    rules: &'a Rules,
    days: &'a [Day],
    rooms: &'a [box_office::Hall],
    lang: Lang,
}

impl House<'_> {
    fn hall(&self, hall: &box_office::Hall) -> Hall {
        let hours =
            |day: &Day| self.rules.hours_of(*day).map(|span| Hours { opens: span.from, closes: span.until });
        Hall {
            name: hall.name.in_(self.lang).to_owned(),
            seats: hall.seat_map.count() as u32,
            hours: self.days.iter().map(hours).collect(),
            cleaning_minutes: self.rules.cleaning_of(&hall.id),
        }
    }

    /// A film with what is promised of it, and what a ticket of it costs.
    fn film(&self, id: &TitleId, ahead: &[Counted], ran: &[Counted]) -> Result<(Film, Priced)> {
        let title = super::film(self.view, id)?;
        let name = title.name.in_(self.lang).to_owned();
        let seen = ahead.iter().chain(ran.iter().rev()).find(|one| one.title == *id);
        let minutes = if title.runtime_minutes > 0 {
            title.runtime_minutes.min(600) as u16
        } else {
            seen.map_or(USUAL_MINUTES as u16, Counted::minutes)
        };
        let priced = self.priced(id, &name)?;
        let days = self.days.len();
        let index = |day: Day| self.days[0].days_until(day);
        let promise = self.rules.promises.iter().find(|promise| {
            promise.title == *id && index(promise.first) < days as i32 && index(promise.last) >= 0
        });
        let is_scheduled = ahead.iter().any(|one| one.title == *id);
        let opens = title.premiere.filter(|_| !is_scheduled).map_or(0, index);
        let halls = promise.filter(|promise| !promise.halls.is_empty()).map(|promise| {
            (0..self.rooms.len()).filter(|i| promise.halls.contains(&self.rooms[*i].id)).collect()
        });
        let film = Film {
            minutes,
            domestic: title.domestic,
            margin_minor: self.margin(id, &name, &priced)?,
            cost_minor: self.rules.showing_cost_minor,
            halls,
            first_day: opens.clamp(0, days as i32 - 1) as usize,
            last_day: days - 1,
            promised: promise.map_or(Promised::ALWAYS, |promise| Promised {
                first: index(promise.first).max(0) as usize,
                last: index(promise.last).min(days as i32 - 1) as usize,
            }),
            a_day_min: promise.map_or(0, |promise| promise.a_day_min),
            a_day_max: promise.and_then(|promise| promise.a_day_max),
            prime_a_day_min: promise.map_or(0, |promise| promise.prime_a_day_min),
            // A part of a week owes its part of what the week is promised.
            showings_min: promise.map_or(0, |promise| (promise.a_week_min * days as u32).div_ceil(7)),
            name,
        };
        Ok((film, priced))
    }

    /// What a ticket of a film costs here, where the rules or a showtime of it say so.
    fn asks(&self, id: &TitleId) -> Result<Option<Priced>> {
        let currency = self.cinema.service_fee.currency;
        let newest: Option<(i64, i64, String)> = self.view.maybe(
            "select price_minor, minimum_minor, version
             from showtime
             where place_id = $1 and title_id = $2
             order by starts_at desc, id
             limit 1",
            &[&self.cinema.place, id],
        )?;
        let (asked, minimum, version) = newest
            .map_or((None, 0, "2D".to_owned()), |(price, minimum, version)| (Some(price), minimum, version));
        Ok(self.rules.price_minor.or(asked).map(|price| Priced {
            price: Money::new(price, currency),
            minimum: Money::new(minimum, currency),
            version,
        }))
    }

    /// The rules' price, else what the film's newest showtime here asks.
    fn priced(&self, id: &TitleId, name: &str) -> Result<Priced> {
        let no_price = || {
            Refusal::new(
                Kind::Conflict,
                "no_price",
                format!("{name} has no price here yet: say a ticket price in the rules."),
                format!("《{name}》在本影院还没有票价，请先在规则中填写票价。"),
            )
        };
        Ok(self.asks(id)?.ok_or_else(no_price)?)
    }

    /// What an admission leaves with the cinema: its part of the split base by the film's terms, and the counter.
    fn margin(&self, id: &TitleId, name: &str, priced: &Priced) -> Result<i64> {
        if self.rules.goal == planning::Goal::Admissions {
            return Ok(0);
        }
        let territory = people::home::of(self.view)?.territory;
        let agreed = terms::on(self.view, id, territory.code(), self.days[0]).map_err(|_| {
            Refusal::new(
                Kind::Conflict,
                "no_terms",
                format!("Profit is planned by the films’ terms, and {name} has none that hold in that week."),
                format!("按利润排片需要分账条款，而《{name}》在该周没有有效条款。"),
            )
        })?;
        let base = Money::new(priced.price.minor.max(priced.minimum.minor), priced.price.currency);
        Ok(splits::split(&agreed.terms, base)?.exhibition.minor + self.rules.concession_minor)
    }

    fn rules(&self) -> Result<showings::Rules> {
        Ok(showings::Rules {
            step_minutes: self.rules.step_minutes,
            adverts_minutes: self.rules.adverts_minutes,
            prime_time: Some(Hours {
                opens: self.rules.prime_time.from,
                closes: self.rules.prime_time.until,
            }),
            starts_max: self.rules.starts_max,
            cleaning_max: self.rules.cleaning_max,
            domestic: self.rules.domestic.map(|rule| self.domestic(&rule)).transpose()?,
        })
    }

    /// The share of domestic films with what the days of its period before the plan showed or will show.
    fn domestic(&self, rule: &planning::Domestic) -> Result<Domestic> {
        let last = self.days[self.days.len() - 1];
        let first = last.plus(1 - rule.period_days as i32);
        let shown: Vec<(bool, i64, i64)> = self.view.all(
            "select title.domestic, count(*), cast(sum((showtime.ends_at - showtime.starts_at) / 60000000) as bigint)
             from showtime
             join title on title.id = showtime.title_id
             where showtime.place_id = $1 and showtime.day >= $2 and showtime.day < $3 and showtime.state = 'open'
             group by title.domestic",
            &[&self.cinema.place, &first, &self.days[0]],
        )?;
        let amount = |showings: i64, minutes: i64| match rule.measure {
            planning::Measure::Showings => showings as u64,
            planning::Measure::ShowingTime => minutes as u64,
        };
        let sum = |keep: &dyn Fn(bool) -> bool| {
            shown.iter().filter(|one| keep(one.0)).map(|one| amount(one.1, one.2)).sum()
        };
        Ok(Domestic {
            part: rule.part,
            measure: match rule.measure {
                planning::Measure::Showings => Measure::Showings,
                planning::Measure::ShowingTime => Measure::ShowingTime,
            },
            domestic_before: sum(&|domestic| domestic),
            all_before: sum(&|_| true),
        })
    }

    fn scheduled(&self, one: &Counted, titles: &[TitleId]) -> Option<Scheduled> {
        let placed = Placed {
            day: self.days.iter().position(|day| *day == one.day)?,
            hall: self.rooms.iter().position(|hall| hall.id == one.hall)?,
            start: one.minute(one.starts_at, &self.cinema.zone),
            film: titles.iter().position(|title| *title == one.title)?,
        };
        Some(Scheduled { id: one.id.clone(), placed, sold: one.sold, stands: one.wanted > 0 || one.sold > 0 })
    }
}

impl Question {
    /// About as much work as the days need to be planned well in some seconds.
    pub fn work(&self) -> Work {
        let hall_days = self.halls.len() * self.days.len();
        Work { seed: 1, rounds: (180 * hall_days).clamp(400, 16_000), price_steps: 300 }
    }

    /// Plans the days with so much work; it may take seconds. `stop` ends the search early.
    pub fn answer(&self, work: Work, stop: &dyn Fn() -> bool) -> Result<Answer, Refusal> {
        let plan = showings::plan(&self.cinema, work, stop)?;
        let scheduled: Vec<Placed> = self.scheduled.iter().map(|one| one.placed).collect();
        let scheduled_expected = showings::value(&self.cinema, &scheduled);
        let gain = self.gain(&scheduled, &plan.showings);
        let mut because = vec![self.beside(plan.expected, scheduled_expected, gain), self.learned_from()];
        because.extend(self.missed.iter().map(Missed::words));
        because.extend(self.films_told(&plan));
        because.extend(self.beyond(&plan));
        because.extend(self.limits());
        Ok(Answer { plan, scheduled_expected, gain, because })
    }

    /// Nothing is told where less than half as much is scheduled: a week on its way is no week to compare with.
    fn gain(&self, scheduled: &[Placed], planned: &[Placed]) -> Option<Gain> {
        if 2 * scheduled.len() < planned.len() {
            return None;
        }
        let of_day = |showings: &[Placed], day: usize| -> Vec<Placed> {
            showings.iter().filter(|one| one.day == day).copied().collect()
        };
        let demand = &self.cinema.demand;
        let compared = |(day, DayDemand { kind, usual }): (usize, &DayDemand)| Compared {
            kind: *kind,
            usual: usual.clone(),
            before: offers(&self.cinema, &of_day(scheduled, day)),
            after: offers(&self.cinema, &of_day(planned, day)),
        };
        let days: Vec<Compared> = demand.days.iter().enumerate().map(compared).collect();
        let costs = [scheduled, planned]
            .map(|showings| showings.iter().map(|one| self.cinema.worth(one.film).1).sum::<f64>());
        demand.attendance.gain(&days, &self.cinema.worths(), costs, self.film_missed)
    }

    fn beside(&self, expected: f64, now: f64, gain: Option<Gain>) -> Words {
        let (expected, now) = (self.amount(expected), self.amount(now));
        match gain {
            Some(gain) => {
                let [part, low, high] = [gain.part, gain.low, gain.high].map(|part| signed(100.0 * part, 0));
                Words::new(
                    format!(
                        "As they are scheduled now the days are expected to bring {}; the plan brings {}, {part} %, nine times in ten between {low} and {high} %. Part of who comes to an added showing only leaves the film’s other showings, or another film; that is taken off.",
                        now.en, expected.en
                    ),
                    format!(
                        "按目前排片预计 {}，本方案 {}（{part}%，九成可能在 {low}% 与 {high}% 之间）。加场的观众有一部分只是从该片其他场次或其他影片转来，已予扣除。",
                        now.zh, expected.zh
                    ),
                )
            }
            None if self.scheduled.is_empty() => {
                Words::new("Nothing is scheduled on these days yet.", "这些天还没有排片。")
            }
            None => Words::new(
                format!(
                    "Only {} scheduled on these days so far: too few to compare the plan with.",
                    kernel::counted(self.scheduled.len(), "showing is", "showings are")
                ),
                format!("这些天目前只排了 {} 场，无法与本方案比较。", self.scheduled.len()),
            ),
        }
    }

    fn films_told(&self, plan: &Plan) -> Vec<Words> {
        let told = |film: usize| {
            let mine = plan.showings.iter().zip(&plan.admissions).filter(|(one, _)| one.film == film);
            let (count, people) = mine.fold((0, 0.0), |(count, sum), (_, people)| (count + 1, sum + people));
            let (people, usual) = (whole(people), whole(self.cinema.demand.people(film)));
            let name = &self.names[film];
            Words::new(
                format!(
                    "{}: {} {people} people; as it has been shown lately it would draw {usual}.",
                    name.in_(Lang::En),
                    kernel::counted(count, "showing draws", "showings draw")
                ),
                format!(
                    "《{}》：{count} 场，预计 {people} 人次；按近期排片预计 {usual} 人次。",
                    name.in_(Lang::Zh)
                ),
            )
        };
        (0..self.titles.len()).map(told).collect()
    }

    /// A value in the goal's unit.
    fn amount(&self, value: f64) -> Words {
        match self.cinema.goal {
            Goal::Admissions => {
                Words::new(format!("{} admissions", whole(value)), format!("{} 人次", whole(value)))
            }
            Goal::Profit => {
                let money = Money::new(value.round() as i64, self.prices[0].price.currency);
                Words::new(format!("{money} of profit"), format!("利润 {money}"))
            }
        }
    }

    fn learned_from(&self) -> Words {
        let Learned { days, showings, admissions, half_minutes, .. } = self.learned;
        Words::new(
            format!(
                "What films draw is learned from {} on {} here, {}; {half_minutes} minutes from the time people would like, half of them still come.",
                kernel::counted(showings, "showing", "showings"),
                kernel::counted(days, "day", "days"),
                kernel::counted(admissions, "admission", "admissions"),
            ),
            format!(
                "各片的观众取自本影院 {days} 天 {showings} 场、{} 人次；与观众理想的时间相差 {half_minutes} 分钟时，仍有一半的人会来。",
                whole(admissions as f64)
            ),
        )
    }

    /// That the plan has more showings a day than the cinema ever had, where it has many more.
    fn beyond(&self, plan: &Plan) -> Option<Words> {
        let of_day = |day: usize| plan.showings.iter().filter(|one| one.day == day).count();
        let most = (0..self.days.len()).map(of_day).max().unwrap_or(0);
        let known = self.learned.a_day_max;
        (most as f64 > BEYOND * known as f64).then(|| {
            Words::new(
                format!(
                    "A day of the plan has up to {most} showings; no day it is learned from had more than {known} here. What so many would bring is carried on from fewer, and less sure than the range says."
                ),
                format!("方案单日最多 {most} 场，而以往最多的一天只有 {known} 场；更多场次的效果由较少场次推算，比区间所示更不确定。"),
            )
        })
    }

    /// What the reader should know before following the plan.
    fn limits(&self) -> Vec<Words> {
        let mut said = Vec::new();
        if self.learned.brought > 0 {
            let brought = self.learned.brought;
            said.push(Words::new(
                format!("From before the circuit joined come {brought} of them."),
                format!("其中 {brought} 场来自导入的历史场次。"),
            ));
        }
        if self.learned.sold_out > 0 {
            let full = self.learned.sold_out;
            said.push(Words::new(
                match full {
                    1 => "One of them was sold out, so more people may want to come than were counted."
                        .to_owned(),
                    _ => format!(
                        "{full} of them were sold out, so more people may want to come than were counted."
                    ),
                },
                format!("其中 {full} 场满座，实际想来的人可能更多。"),
            ));
        }
        for film in &self.unknown {
            let (en, zh) = (self.names[*film].in_(Lang::En), self.names[*film].in_(Lang::Zh));
            said.push(Words::new(
                format!("{en} has not run here yet; it is taken for an average film of this cinema."),
                format!("《{zh}》尚未在本影院放映，按本影院的平均影片估计。"),
            ));
        }
        let stands = self.scheduled.iter().filter(|one| one.stands).count();
        if stands > 0 {
            said.push(Words::new(
                match stands {
                    1 => "Seats are sold or held for one of the scheduled showings: it stays as it is.".to_owned(),
                    _ => format!("Seats are sold or held for {stands} of the scheduled showings: they stay as they are."),
                },
                format!("已有 {stands} 场售出或锁定座位，方案原样保留。"),
            ));
        }
        said
    }
}

impl Missed {
    fn words(&self) -> Words {
        let Missed { days, showings, wape, bias, low, high } = self;
        let (wape, bias) = (100.0 * wape, signed(100.0 * bias, 0));
        Words::new(
            format!(
                "Forecast the same way, {} of the last {} missed by {wape:.0} % of what was sold, {bias} % in sum; nine of ten sold {low:.1} to {high:.1} times their forecast.",
                kernel::counted(*showings, "showing", "showings"),
                if *days == 1 { "day".to_owned() } else { format!("{days} days") }
            ),
            format!(
                "用同样的方法预测最近 {days} 天的 {showings} 场，误差为实售的 {wape:.0}%，合计偏差 {bias}%；九成场次的实售为预测的 {low:.1} 到 {high:.1} 倍。"
            ),
        )
    }
}

/// Forecasts each of the last days from what was known before it, and compares with what was sold: by showing, and the
/// standard deviation of a film's day as a logarithm.
fn missed(ran: &[Counted], circuit: &[Played], zone: &Zone) -> Option<(Missed, f64)> {
    let newest = ran.iter().map(|one| one.day).max()?;
    // How people come is learned from before all of these days.
    let habits = habits(circuit, newest.plus(1 - JUDGED_DAYS));
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    let mut films: Vec<(f64, f64)> = Vec::new();
    let mut days = 0;
    for ago in 0..JUDGED_DAYS {
        let day = newest.plus(-ago);
        let before: Vec<Counted> = ran.iter().filter(|one| one.day < day).cloned().collect();
        let of_day: Vec<&Counted> = ran.iter().filter(|one| one.day == day).collect();
        if of_day.is_empty() || enough(&before).is_err() {
            continue;
        }
        let publics = Publics::learn(&before, zone, habits.clone());
        for showings in publics.beside(&of_day, day, zone) {
            let sums = showings.iter().fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            films.push(sums);
            pairs.extend(showings);
        }
        days += 1;
    }
    let sold: f64 = pairs.iter().map(|(_, sold)| sold).sum();
    if pairs.len() < JUDGED_SHOWINGS_MIN || sold <= 0.0 {
        return None;
    }
    let ratio = |(forecast, sold): &(f64, f64)| (sold + SOFT_SEATS) / (forecast + SOFT_SEATS);
    let mut ratios: Vec<f64> = pairs.iter().map(ratio).collect();
    let squares: f64 = films.iter().map(|film| ratio(film).ln().powi(2)).sum();
    ratios.sort_by(f64::total_cmp);
    let at = |part: f64| ratios[((ratios.len() - 1) as f64 * part).round() as usize];
    let missed_by: f64 = pairs.iter().map(|(forecast, sold)| (forecast - sold).abs()).sum();
    let forecast: f64 = pairs.iter().map(|(forecast, _)| forecast).sum();
    let missed = Missed {
        days,
        showings: pairs.len(),
        wape: missed_by / sold,
        bias: forecast / sold - 1.0,
        low: at(0.05),
        high: at(0.95),
    };
    Some((missed, (squares / films.len().max(1) as f64).sqrt()))
}

/// A cinema's showtimes of these days that still sell, and have not begun.
pub fn on_sale(view: &View, cinema: &Cinema, first: Day, last: Day, now: Instant) -> Result<Vec<Showtime>> {
    let mut all = Vec::new();
    // One day more: what begins after midnight is filed under the next day.
    for day in 0..=first.days_until(last) + 1 {
        all.extend(showtimes::of_day(view, &cinema.place, first.plus(day))?);
    }
    all.retain(|one| one.open && one.starts_at > now);
    Ok(all)
}

fn is_weekend(day: Day) -> bool {
    day.weekday() >= 6
}

/// Which of the kinds of day it is whose hours are told apart.
fn kind(day: Day) -> usize {
    usize::from(is_weekend(day))
}

/// A number of people, in digits that are grouped.
fn whole(people: f64) -> String {
    kernel::grouped(&format!("{:.0}", people.max(0.0)))
}

/// How people come to the cinemas of a circuit, by what they showed before a day.
fn habits(circuit: &[Played], before: Day) -> Attendance {
    let over: Vec<&Played> = circuit.iter().filter(|one| one.showing.day < before).collect();
    let newest = &over[over.len().saturating_sub(HABITS_SHOWINGS_MAX)..];
    let first = newest.iter().map(|one| one.showing.day).min().unwrap_or(before);
    let numbers = |name: fn(&Played) -> &str| -> BTreeMap<&str, usize> {
        let names: BTreeSet<&str> = newest.iter().map(|one| name(one)).collect();
        names.into_iter().zip(0..).collect()
    };
    let (films, cinemas) = (numbers(|one| &one.showing.film), numbers(|one| &one.showing.cinema));
    let seen = |one: &&Played| {
        let it = &one.showing;
        Seen {
            film: films[it.film.as_str()],
            cinema: cinemas[it.cinema.as_str()],
            day: first.days_until(it.day).max(0) as usize,
            kind: kind(it.day),
            start: it.minute,
            sold: one.sold.map(f64::from),
        }
    };
    Attendance::learn(&newest.iter().map(seen).collect::<Vec<Seen>>())
}

fn enough(ran: &[Counted]) -> Result<Learned, Refusal> {
    let mut of_day: BTreeMap<Day, usize> = BTreeMap::new();
    ran.iter().for_each(|one| *of_day.entry(one.day).or_default() += 1);
    let (days, a_day_max) = (of_day.len(), of_day.into_values().max().unwrap_or(0));
    let (showings, admissions) = (ran.len(), ran.iter().map(|one| one.sold).sum());
    if days < DAYS_MIN || showings < SHOWINGS_MIN || admissions == 0 {
        return Err(Refusal::new(
            Kind::Conflict,
            "little_history",
            format!(
                "A plan needs {SHOWINGS_MIN} showings on {DAYS_MIN} days with tickets sold to learn from; the last {HISTORY_DAYS} days had {} on {}, with {}.",
                kernel::counted(showings, "showing", "showings"),
                kernel::counted(days, "day", "days"),
                kernel::counted(admissions, "admission", "admissions")
            ),
            format!(
                "排片建议至少需要 {DAYS_MIN} 天、{SHOWINGS_MIN} 场有售票的历史；最近 {HISTORY_DAYS} 天本影院放映了 {days} 天 {showings} 场，{admissions} 人次。"
            ),
        ));
    }
    let sold_out = ran.iter().filter(|one| one.sold >= one.seats).count();
    Ok(Learned { days, showings, brought: 0, admissions, a_day_max, sold_out, half_minutes: 0 })
}

fn too_far() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "bad_day",
        format!("A plan begins tomorrow or on one of the next {AHEAD_DAYS_MAX} days."),
        format!("排片方案须从明天起、{AHEAD_DAYS_MAX} 天之内开始。"),
    )
}

fn no_halls() -> Refusal {
    Refusal::new(Kind::Conflict, "no_halls", "A plan needs a hall first.", "请先添加影厅。")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_showing_begins_by_the_wall_clock_also_when_clocks_are_changed() {
        let zone = Zone::stored("Europe/Berlin");
        for (day, minute, hour) in
            [("2017-03-26", 1_170, 19), ("2017-10-29", 1_170, 19), ("2017-03-25", 1_470, 0)]
        {
            let at = starts_at(Day::parse(day).unwrap(), minute, &zone);
            assert_eq!(at.clock_in(&zone), (hour, 30), "{day}");
        }
        let night = Day::parse("2017-03-25").unwrap();
        assert_eq!(starts_at(night, 1_470, &zone).day_in(&zone), night.plus(1));
    }
}
