//! The rules a cinema is planned by, read and kept whole. What every field may be, `planning::Rules::check` says.

use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, CinemaStaff};
use crate::cinemas::own;
use crate::read;
use box_office::planning::{self, Domestic, Goal, Measure, Promise, Rules, Span};
use flows::plan_showings;
use flows::views::showings_plan as views;
use kernel::{PlaceId, Refusal, Share};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Halls whose cleaning is told, and halls of a promise, at most.
const HALLS_MAX: usize = 200;

/// From one minute of the business day to another; 1500 is one o'clock at night.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Minutes {
    from: u16,
    until: u16,
}

/// At least this part of what is shown is domestic.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DomesticShare {
    part_ppm: i64,
    /// `showings` or `showing_time`.
    measure: String,
    /// Days that end with the planned week.
    period_days: i64,
}

/// What a contract asks for a film.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowingsPromise {
    title: String,
    first: String,
    last: String,
    a_day_min: u32,
    a_day_max: Option<u32>,
    prime_a_day_min: u32,
    a_week_min: u32,
    /// The halls it may have; none is all.
    halls: Vec<String>,
}

/// How a cinema wants its weeks planned.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanningRules {
    /// The weekday a week of films begins with, Monday being 1.
    week_begins: i8,
    /// Seven days, Monday first; null is closed.
    hours: Vec<Option<Minutes>>,
    /// Between two starts: 5, 10, 15, 20 or 30.
    step_minutes: u16,
    adverts_minutes: u16,
    /// By hall; others have the least there is.
    cleaning_minutes: BTreeMap<String, u16>,
    starts_max: Option<u32>,
    cleaning_max: Option<u32>,
    prime_time: Minutes,
    promises: Vec<ShowingsPromise>,
    domestic: Option<DomesticShare>,
    /// `admissions` or `profit`.
    goal: String,
    /// Minor units, as are the next.
    concession_minor: i64,
    showing_cost_minor: i64,
    price_minor: Option<i64>,
    morning_price_minor: Option<i64>,
}

impl From<Span> for Minutes {
    fn from(span: Span) -> Minutes {
        Minutes { from: span.from, until: span.until }
    }
}

impl From<Minutes> for Span {
    fn from(minutes: Minutes) -> Span {
        Span { from: minutes.from, until: minutes.until }
    }
}

impl From<Rules> for PlanningRules {
    fn from(rules: Rules) -> PlanningRules {
        let promises = rules.promises.into_iter().map(|promise| ShowingsPromise {
            title: promise.title.0,
            first: promise.first.to_string(),
            last: promise.last.to_string(),
            a_day_min: promise.a_day_min,
            a_day_max: promise.a_day_max,
            prime_a_day_min: promise.prime_a_day_min,
            a_week_min: promise.a_week_min,
            halls: promise.halls.into_iter().map(|hall| hall.0).collect(),
        });
        PlanningRules {
            week_begins: rules.week_begins,
            hours: rules.hours.map(|hours| hours.map(Minutes::from)).into_iter().collect(),
            step_minutes: rules.step_minutes,
            adverts_minutes: rules.adverts_minutes,
            cleaning_minutes: rules.cleaning_minutes.into_iter().map(|(hall, of)| (hall.0, of)).collect(),
            starts_max: rules.starts_max,
            cleaning_max: rules.cleaning_max,
            prime_time: rules.prime_time.into(),
            promises: promises.collect(),
            domestic: rules.domestic.map(|domestic| DomesticShare {
                part_ppm: domestic.part.ppm,
                measure: domestic.measure.code().into(),
                period_days: domestic.period_days,
            }),
            goal: rules.goal.code().into(),
            concession_minor: rules.concession_minor,
            showing_cost_minor: rules.showing_cost_minor,
            price_minor: rules.price_minor,
            morning_price_minor: rules.morning_price_minor,
        }
    }
}

impl PlanningRules {
    fn read(self) -> Result<Rules, Refusal> {
        let hours: Vec<Option<Span>> = self.hours.into_iter().map(|hours| hours.map(Span::from)).collect();
        let hours = hours.try_into().map_err(|_| seven_days())?;
        if self.cleaning_minutes.len() > HALLS_MAX || self.promises.len() > planning::PROMISES_MAX {
            return Err(too_many());
        }
        let cleaning = self.cleaning_minutes.iter();
        let cleaning = cleaning.map(|(hall, minutes)| Ok((read::id("cleaning_minutes", hall)?, *minutes)));
        let domestic = self.domestic.map(|domestic| {
            let measure = read::code("domestic", Measure::parse(&domestic.measure))?;
            Ok::<_, Refusal>(Domestic {
                part: Share::ppm(domestic.part_ppm),
                measure,
                period_days: domestic.period_days,
            })
        });
        Ok(Rules {
            week_begins: self.week_begins,
            hours,
            step_minutes: self.step_minutes,
            adverts_minutes: self.adverts_minutes,
            cleaning_minutes: cleaning.collect::<Result<_, Refusal>>()?,
            starts_max: self.starts_max,
            cleaning_max: self.cleaning_max,
            prime_time: self.prime_time.into(),
            promises: self.promises.into_iter().map(ShowingsPromise::read).collect::<Result<_, _>>()?,
            domestic: domestic.transpose()?,
            goal: read::code("goal", Goal::parse(&self.goal))?,
            concession_minor: self.concession_minor,
            showing_cost_minor: self.showing_cost_minor,
            price_minor: self.price_minor,
            morning_price_minor: self.morning_price_minor,
        })
    }
}

impl ShowingsPromise {
    fn read(self) -> Result<Promise, Refusal> {
        if self.halls.len() > HALLS_MAX {
            return Err(too_many());
        }
        let halls = self.halls.iter().map(|hall| read::id("promises", hall));
        Ok(Promise {
            title: read::id("promises", &self.title)?,
            first: read::day("promises", &self.first)?,
            last: read::day("promises", &self.last)?,
            a_day_min: self.a_day_min,
            a_day_max: self.a_day_max,
            prime_a_day_min: self.prime_a_day_min,
            a_week_min: self.a_week_min,
            halls: halls.collect::<Result<_, _>>()?,
        })
    }
}

fn seven_days() -> Refusal {
    Refusal::field("hours", "bad_rules", "A week has seven days, Monday first.", "一周七天，从星期一开始。")
}

fn too_many() -> Refusal {
    Refusal::field("promises", "bad_rules", "That is too many halls or promises.", "影厅或承诺条目过多。")
}

pub async fn show(
    call: Call,
    staff: CinemaStaff,
    At((place,)): At<(PlaceId,)>,
) -> Answer<Found<PlanningRules>> {
    let cinema = own(&call, &staff, &place).await?;
    Ok(Found(call.read(move |view| views::rules(view, &cinema)).await?.into()))
}

pub async fn keep(
    call: Call,
    staff: CinemaStaff,
    At((place,)): At<(PlaceId,)>,
    Body(asked): Body<PlanningRules>,
) -> Answer<Found<PlanningRules>> {
    let cinema = own(&call, &staff, &place).await?;
    let rules = asked.read()?;
    let kept = call.write(&place, move |scene| {
        plan_showings::rule(scene, &cinema, &rules)?;
        views::rules(scene.tx, &cinema)
    });
    Ok(Found(kept.await?.into()))
}
