//! How a cinema wants its weeks planned: hours, cleaning, staff, promises, the domestic share, the goal, prices.
//!
//! They are one document per cinema, checked when it is kept and read whole by whoever plans.

use crate::halls::Hall;
use db::{Tx, View};
use kernel::{Act, Day, HallId, PlaceId, Refusal, Result, Share, TitleId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Promises of one cinema, at most.
pub const PROMISES_MAX: usize = 40;
/// A business day ends at most at six in the morning.
pub const DAY_MINUTES_MAX: u16 = 30 * 60;
pub const STEPS_MINUTES: [u16; 5] = [5, 10, 15, 20, 30];
/// A rolling period of the domestic share, at most.
pub const PERIOD_DAYS_MAX: i64 = 366;

/// From one minute of the business day to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub from: u16,
    pub until: u16,
}

/// What a share of domestic films is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    Showings,
    ShowingTime,
}

impl Measure {
    pub fn code(self) -> &'static str {
        match self {
            Measure::Showings => "showings",
            Measure::ShowingTime => "showing_time",
        }
    }

    pub fn parse(code: &str) -> Option<Measure> {
        [Measure::Showings, Measure::ShowingTime].into_iter().find(|measure| measure.code() == code)
    }
}

/// At least this part of what is shown over a period that ends with the planned week is domestic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domestic {
    pub part: Share,
    pub measure: Measure,
    pub period_days: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    Admissions,
    Profit,
}

impl Goal {
    pub fn code(self) -> &'static str {
        match self {
            Goal::Admissions => "admissions",
            Goal::Profit => "profit",
        }
    }

    pub fn parse(code: &str) -> Option<Goal> {
        [Goal::Admissions, Goal::Profit].into_iter().find(|goal| goal.code() == code)
    }
}

/// What a contract asks for a film here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    pub title: TitleId,
    /// Both included.
    pub first: Day,
    pub last: Day,
    pub a_day_min: u32,
    pub a_day_max: Option<u32>,
    /// Starts in prime time a day.
    pub prime_a_day_min: u32,
    pub a_week_min: u32,
    /// The halls it may have; none named is all.
    pub halls: Vec<HallId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// The weekday a week of films begins with, Monday being 1.
    pub week_begins: i8,
    /// From the first start to the last end, Monday first; `None` is closed.
    pub hours: [Option<Span>; 7],
    pub step_minutes: u16,
    pub adverts_minutes: u16,
    /// Where a hall is not named it is the least that a showtime leaves.
    pub cleaning_minutes: BTreeMap<HallId, u16>,
    /// Showings that begin in one quarter of an hour.
    pub starts_max: Option<u32>,
    /// Halls that are cleaned at one time: as many as there are teams of ushers.
    pub cleaning_max: Option<u32>,
    pub prime_time: Span,
    pub promises: Vec<Promise>,
    pub domestic: Option<Domestic>,
    pub goal: Goal,
    /// What a visitor leaves at the counter, and what a showing costs, for [`Goal::Profit`].
    pub concession_minor: i64,
    pub showing_cost_minor: i64,
    /// `None` is what the film's newest showtime here asks.
    pub price_minor: Option<i64>,
    /// For starts before noon; `None` is the same price.
    pub morning_price_minor: Option<i64>,
}

impl Rules {
    /// What a cinema of mainland China begins with: open from nine to one at night, and two thirds of the
    /// showing time of a year domestic (电影产业促进法, article 29).
    pub fn mainland() -> Rules {
        Rules {
            week_begins: 5,
            hours: [Some(Span { from: 9 * 60, until: 25 * 60 }); 7],
            step_minutes: 10,
            adverts_minutes: 0,
            cleaning_minutes: BTreeMap::new(),
            starts_max: None,
            cleaning_max: None,
            prime_time: Span { from: 18 * 60, until: 21 * 60 + 30 },
            promises: Vec::new(),
            domestic: Some(Domestic {
                part: Share::ppm(666_667),
                measure: Measure::ShowingTime,
                period_days: 365,
            }),
            goal: Goal::Admissions,
            concession_minor: 0,
            showing_cost_minor: 0,
            price_minor: None,
            morning_price_minor: None,
        }
    }

    pub fn cleaning_of(&self, hall: &HallId) -> u16 {
        self.cleaning_minutes.get(hall).copied().unwrap_or(crate::showtimes::CLEANING_MINUTES as u16)
    }

    /// The hours of a day; `None` is closed.
    pub fn hours_of(&self, day: Day) -> Option<Span> {
        self.hours[(day.weekday() - 1) as usize]
    }

    /// The week of films that a day lies in: its first and last day.
    pub fn week_of(&self, day: Day) -> (Day, Day) {
        let since = i32::from((day.weekday() - self.week_begins).rem_euclid(7));
        let first = day.plus(-since);
        (first, first.plus(6))
    }

    /// Refuses, at its field, what no plan could be made of.
    pub fn check(&self, halls: &[Hall]) -> Result<(), Refusal> {
        self.check_hours()?;
        self.check_staff(halls)?;
        self.check_money()?;
        self.check_promises(halls)
    }

    fn check_hours(&self) -> Result<(), Refusal> {
        let wrong = |span: &Span| span.from >= span.until || span.until > DAY_MINUTES_MAX;
        if let Some(day) = self.hours.iter().position(|hours| hours.as_ref().is_some_and(wrong)) {
            return Err(refuse(
                HOURS[day],
                "A day opens before it closes, and closes at six in the morning at the latest.",
                "营业时间须先开后关，最晚到次日 6 点。",
            ));
        }
        if self.hours.iter().all(Option::is_none) {
            return Err(refuse(
                HOURS[0],
                "On one day of the week at least it is open.",
                "一周至少营业一天。",
            ));
        }
        if wrong(&self.prime_time) {
            return Err(refuse(
                "prime_from",
                "Prime time begins before it ends.",
                "黄金时段须先开始后结束。",
            ));
        }
        if !(1..=7).contains(&self.week_begins) {
            return Err(refuse(
                "week_begins",
                "A week begins with one of its seven days.",
                "请从一周七天中选择。",
            ));
        }
        Ok(())
    }

    fn check_staff(&self, halls: &[Hall]) -> Result<(), Refusal> {
        let least = crate::showtimes::CLEANING_MINUTES as u16;
        let wrong = |(hall, minutes): (&HallId, &u16)| {
            !halls.iter().any(|one| one.id == *hall) || !(least..=120).contains(minutes)
        };
        if self.cleaning_minutes.iter().any(wrong) {
            return Err(Refusal::field(
                "cleaning",
                "bad_rules",
                format!("Cleaning takes from {least} to 120 minutes, in a hall of this cinema."),
                format!("清场需 {least} 到 120 分钟，且须为本影院的影厅。"),
            ));
        }
        if !STEPS_MINUTES.contains(&self.step_minutes) || self.adverts_minutes > 60 {
            return Err(refuse(
                "step",
                "Starts lie 5, 10, 15, 20 or 30 minutes apart, after at most 60 minutes of adverts.",
                "开场时间间隔为 5、10、15、20 或 30 分钟，映前广告不超过 60 分钟。",
            ));
        }
        if self.starts_max == Some(0) || self.cleaning_max == Some(0) {
            return Err(refuse(
                "starts_max",
                "Somebody must be there to start and to clean; leave it empty for no limit.",
                "至少要有一名员工；不限请留空。",
            ));
        }
        Ok(())
    }

    fn check_money(&self) -> Result<(), Refusal> {
        let most = crate::showtimes::PRICE_MINOR_MAX;
        let prices = [("price", self.price_minor), ("morning_price", self.morning_price_minor)];
        for (field, price) in prices {
            if price.is_some_and(|price| !(1..=most).contains(&price)) {
                return Err(refuse(
                    field,
                    "A ticket costs between 0.01 and 10,000.",
                    "票价应在 0.01 到 10,000 之间。",
                ));
            }
        }
        for (field, amount) in
            [("concession", self.concession_minor), ("showing_cost", self.showing_cost_minor)]
        {
            if !(0..=10 * most).contains(&amount) {
                return Err(refuse(field, "It is between 0 and 100,000.", "应在 0 到 100,000 之间。"));
            }
        }
        let Some(domestic) = &self.domestic else { return Ok(()) };
        if !(0..=Share::ONE.ppm).contains(&domestic.part.ppm)
            || !(7..=PERIOD_DAYS_MAX).contains(&domestic.period_days)
        {
            return Err(refuse(
                "domestic_part",
                "The domestic part lies between 0 and 100 %, over 7 to 366 days.",
                "国产片占比应在 0 到 100% 之间，周期 7 到 366 天。",
            ));
        }
        Ok(())
    }

    fn check_promises(&self, halls: &[Hall]) -> Result<(), Refusal> {
        if self.promises.len() > PROMISES_MAX {
            return Err(refuse("promise_title", "That is too many promises.", "承诺条目过多。"));
        }
        for promise in &self.promises {
            let most = promise.a_day_max.unwrap_or(u32::MAX);
            let counts = [promise.a_day_min, promise.prime_a_day_min, promise.a_week_min];
            if promise.first > promise.last {
                return Err(refuse(
                    "promise_last",
                    "A promise ends on its first day or later.",
                    "承诺的结束日期不得早于开始日期。",
                ));
            }
            if promise.a_day_min.max(promise.prime_a_day_min) > most
                || counts.iter().any(|count| *count > 500)
            {
                return Err(refuse(
                    "promise_day_min",
                    "A day’s least is no more than its most, and at most 500.",
                    "每天最低场次不得超过最高场次，且不超过 500。",
                ));
            }
            if promise.halls.iter().any(|hall| !halls.iter().any(|one| one.id == *hall)) {
                return Err(refuse(
                    "promise_hall",
                    "A promise names halls of this cinema.",
                    "承诺只能指定本影院的影厅。",
                ));
            }
        }
        Ok(())
    }
}

/// The fields of the week's hours, Monday first.
pub const HOURS: [&str; 7] = ["hours_1", "hours_2", "hours_3", "hours_4", "hours_5", "hours_6", "hours_7"];

fn refuse(field: &'static str, en: &str, zh: &str) -> Refusal {
    Refusal::field(field, "bad_rules", en, zh)
}

/// A cinema's own rules, where it has any.
pub fn of_cinema(view: &View, place: &PlaceId) -> Result<Option<Rules>> {
    let found: Option<(String,)> =
        view.maybe("select rules from planning_rules where place_id = $1", &[place])?;
    found.map(|(text,)| Ok(serde_json::from_str(&text)?)).transpose()
}

/// Keeps a cinema's rules; the newest are the ones that hold.
pub fn keep(tx: &Tx, act: &Act, place: &PlaceId, halls: &[Hall], rules: &Rules) -> Result<()> {
    rules.check(halls)?;
    tx.run(
        "insert into planning_rules (place_id, rules, changed_at, changed_by)
         values ($1, $2, $3, $4)
         on conflict (place_id) do update
         set rules = excluded.rules, changed_at = excluded.changed_at, changed_by = excluded.changed_by",
        &[place, &serde_json::to_string(rules)?, &act.at, &act.actor.code()],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_where_the_market_says() {
        let day = |text| Day::parse(text).unwrap();
        let rules = Rules::mainland();
        // 2016-12-23 is a Friday.
        assert_eq!(rules.week_of(day("2016-12-23")), (day("2016-12-23"), day("2016-12-29")));
        assert_eq!(rules.week_of(day("2016-12-22")), (day("2016-12-16"), day("2016-12-22")));
        let thursday = Rules { week_begins: 4, ..rules };
        assert_eq!(thursday.week_of(day("2016-12-22")).0, day("2016-12-22"));
    }

    #[test]
    fn rules_that_cannot_be_meant_are_refused_at_their_field() {
        let field = |change: fn(&mut Rules)| {
            let mut rules = Rules::mainland();
            change(&mut rules);
            rules.check(&[]).unwrap_err().field
        };
        assert!(Rules::mainland().check(&[]).is_ok());
        assert_eq!(field(|it| it.hours[2] = Some(Span { from: 600, until: 600 })), Some("hours_3"));
        assert_eq!(field(|it| it.hours = [None; 7]), Some("hours_1"));
        assert_eq!(field(|it| it.starts_max = Some(0)), Some("starts_max"));
        assert_eq!(field(|it| it.price_minor = Some(0)), Some("price"));
        assert_eq!(
            field(|it| _ = it.cleaning_minutes.insert(HallId("hal_none".into()), 20)),
            Some("cleaning")
        );
        let promise = |first: &str, a_day_min| Promise {
            title: TitleId("ttl_a".into()),
            first: Day::parse(first).unwrap(),
            last: Day::parse("2016-12-24").unwrap(),
            a_day_min,
            a_day_max: Some(2),
            prime_a_day_min: 0,
            a_week_min: 0,
            halls: Vec::new(),
        };
        let mut rules = Rules { promises: vec![promise("2016-12-25", 1)], ..Rules::mainland() };
        assert_eq!(rules.check(&[]).unwrap_err().field, Some("promise_last"));
        rules.promises = vec![promise("2016-12-24", 3)];
        assert_eq!(rules.check(&[]).unwrap_err().field, Some("promise_day_min"));
    }
}
