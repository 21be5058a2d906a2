//! What every film shares: the curve of a run by age, and what a day of the calendar does to it.
//!
//! `ln expected(day) = level + Σ coefficient × regressor(day)`; the regressors of a day are few and named.

use crate::calendar::{Calendar, Country, Feast, Outing};
use kernel::Day;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::collections::BTreeMap;

/// The regressors that every market has, in their order.
const NAMES: [&str; 38] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "worked_weekend",
    "eve_of_rest",
    "holiday",
    "national_day",
    "last_day_off",
    "week_before_spring_festival",
    "spring_festival_eve",
    "spring_festival_first_day",
    "spring_festival_days_2_to_6",
    "spring_festival_day_7",
    "week_after_spring_festival",
    "summer_weekday",
    "childrens_day",
    "christmas",
    "christmas_eve",
    "new_years_eve",
    "qixi",
    "singles_day",
    "valentines_day",
    "friday_passed",
    "age_1",
    "age_2",
    "age_3",
    "age_4",
    "age_7",
    "age_10",
    "age_14",
    "age_21",
    "age_28",
    "age_35",
    "age_45",
];
pub(super) const WEDNESDAY: usize = 2;
const WORKED_WEEKEND: usize = 7;
const EVE_OF_REST: usize = 8;
const HOLIDAY: usize = 9;
const NATIONAL_DAY: usize = 10;
const LAST_DAY_OFF: usize = 11;
const BEFORE_SPRING_FESTIVAL: usize = 12;
const SPRING_FESTIVAL_EVE: usize = 13;
const SPRING_FESTIVAL_FIRST: usize = 14;
const SPRING_FESTIVAL_MIDDLE: usize = 15;
const SPRING_FESTIVAL_LAST: usize = 16;
const AFTER_SPRING_FESTIVAL: usize = 17;
const SUMMER_WEEKDAY: usize = 18;
const FIRST_OUTING: usize = 19;
const FRIDAY_PASSED: usize = 26;
const FIRST_KNOT: usize = 27;
/// Ages between which the curve is straight; beyond the last it goes on as it went.
const KNOTS: [f64; 11] = [1.0, 2.0, 3.0, 4.0, 7.0, 10.0, 14.0, 21.0, 28.0, 35.0, 45.0];

/// Days around a feast that have a coefficient of their own, from so many before it to so many after.
const AMERICAN: [(Feast, i32, i32); 11] = [
    (Feast::Christmas, -4, 6),
    (Feast::ColumbusDay, -1, 0),
    (Feast::IndependenceDay, -1, 1),
    (Feast::Juneteenth, 0, 0),
    (Feast::LaborDay, -2, 1),
    (Feast::MartinLutherKingDay, -2, 1),
    (Feast::MemorialDay, -2, 1),
    (Feast::NewYear, 0, 1),
    (Feast::PresidentsDay, -2, 1),
    (Feast::Thanksgiving, -3, 3),
    (Feast::VeteransDay, 0, 0),
];
const KOREAN: [(Feast, i32, i32); 4] = [
    (Feast::Chuseok, -2, 3),
    (Feast::SpringFestival, -2, 3),
    (Feast::Christmas, 0, 0),
    (Feast::NewYear, -1, 0),
];
/// Beside those: named single days and times of the year.
const AMERICAN_TIMES: [&str; 16] = [
    "easter_-2",
    "easter_-1",
    "easter_+0",
    "easter_+1",
    "spring_break_weekday",
    "halloween",
    "super_bowl",
    "schools_out_monday_to_thursday",
    "schools_out_friday",
    "christmas_week_workday",
    "season_sin_1",
    "season_cos_1",
    "season_sin_2",
    "season_cos_2",
    "season_sin_3",
    "season_cos_3",
];
const KOREAN_TIMES: [&str; 5] =
    ["culture_day", "season_sin_1", "season_cos_1", "season_sin_2", "season_cos_2"];

/// What every film shares, learned: a coefficient for each regressor of the market's calendar.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shape {
    pub country: Country,
    pub coefficients: Vec<f64>,
}

impl Shape {
    /// What one more Friday, with its new films, does.
    pub fn friday_passed(&self) -> f64 {
        self.coefficients[FRIDAY_PASSED]
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    country: Country,
    coefficients: BTreeMap<String, f64>,
}

impl Serialize for Shape {
    /// Coefficients are stored by name; a zero is left out.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let named = names(self.country).into_iter().zip(self.coefficients.iter().copied());
        let coefficients = named.filter(|(_, value)| *value != 0.0).collect();
        Stored { country: self.country, coefficients }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Shape {
    /// A name that this program does not know is refused: the model belongs to another one.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Shape, D::Error> {
        let Stored { country, mut coefficients } = Stored::deserialize(deserializer)?;
        let known = names(country).iter().map(|name| coefficients.remove(name).unwrap_or(0.0)).collect();
        match coefficients.keys().next() {
            None => Ok(Shape { country, coefficients: known }),
            Some(other) => Err(D::Error::custom(format!("unknown coefficient {other}"))),
        }
    }
}

/// The names of a market's regressors, in their order.
pub(super) fn names(country: Country) -> Vec<String> {
    let near = |feasts: &[(Feast, i32, i32)]| -> Vec<String> {
        let days = feasts.iter().flat_map(|(feast, from, to)| (*from..=*to).map(move |i| (*feast, i)));
        days.map(|(feast, i)| format!("{feast:?}_{i:+}").to_lowercase()).collect()
    };
    let (feasts, times): (&[_], &[&str]) = extras(country);
    let base = NAMES.iter().map(|name| (*name).to_owned());
    base.chain(near(feasts)).chain(times.iter().map(|name| (*name).to_owned())).collect()
}

fn extras(country: Country) -> (&'static [(Feast, i32, i32)], &'static [&'static str]) {
    match country {
        Country::UnitedStates => (&AMERICAN, &AMERICAN_TIMES),
        Country::SouthKorea => (&KOREAN, &KOREAN_TIMES),
        Country::MainlandChina | Country::Anywhere => (&[], &[]),
    }
}

/// The regressors of one day of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Row {
    /// Index of the coefficient, value.
    pub cells: Vec<(usize, f64)>,
    /// How much of a weekend the day is, against its week's mean: what a film's own weekend lift multiplies.
    pub weekend: f64,
}

impl Row {
    /// A day of a film's run.
    pub fn of(calendar: &Calendar, release: Day, day: Day) -> Row {
        let mut row = Row::of_calendar(calendar, day);
        row.add(FRIDAY_PASSED, f64::from(fridays_passed(release, day)));
        row.add_age(f64::from(release.days_until(day) + 1));
        row
    }

    /// An age as such.
    pub fn of_age(age: f64) -> Row {
        let mut row = Row::default();
        row.add_age(age);
        row
    }

    /// A day as such, without age and competition.
    pub fn of_calendar(calendar: &Calendar, day: Day) -> Row {
        let mut row = Row::default();
        row.add_occasions(calendar, day);
        row
    }

    /// `Σ coefficient × regressor`. A lent model knows nothing of the days that another country's calendar adds.
    pub fn times(&self, coefficients: &[f64]) -> f64 {
        self.cells.iter().filter_map(|(i, value)| Some(coefficients.get(*i)? * value)).sum()
    }

    /// The regressors of the change from another day to this one.
    pub fn since(&self, earlier: &Row) -> Row {
        let mut change = self.clone();
        for (i, value) in &earlier.cells {
            match change.cells.iter_mut().find(|(j, _)| i == j) {
                Some((_, present)) => *present -= value,
                None => change.cells.push((*i, -value)),
            }
        }
        change.cells.retain(|(_, value)| *value != 0.0);
        change.weekend -= earlier.weekend;
        change
    }

    fn add(&mut self, i: usize, value: f64) {
        if value != 0.0 {
            self.cells.push((i, value));
        }
    }

    fn add_occasions(&mut self, calendar: &Calendar, day: Day) {
        match calendar.country() {
            Country::MainlandChina | Country::Anywhere => self.add_chinese(calendar, day),
            Country::UnitedStates => self.add_american(calendar, day),
            Country::SouthKorea => self.add_korean(calendar, day),
        }
    }

    fn add_american(&mut self, calendar: &Calendar, day: Day) {
        let weekday = day.weekday();
        self.add(weekday as usize - 1, 1.0);
        self.weekend = if weekday >= 6 {
            0.6
        } else if weekday == 5 {
            0.2
        } else {
            -0.35
        };
        let times = self.add_near(calendar, day, &AMERICAN);
        let easter = (-12..=2).find(|i| calendar.outing(day.plus(-i)) == Some(Outing::Easter));
        match easter {
            Some(i @ -2..=1) => self.add(times + (i + 2) as usize, 1.0),
            Some(_) if weekday <= 5 => self.add(times + 4, 1.0),
            _ => {}
        }
        match calendar.outing(day) {
            Some(Outing::Halloween) => self.add(times + 5, 1.0),
            Some(Outing::SuperBowl) => self.add(times + 6, 1.0),
            Some(Outing::ValentinesDay) => self.add(FIRST_OUTING + outing_index(Outing::ValentinesDay), 1.0),
            _ => {}
        }
        match weekday {
            1..=4 => self.add(times + 7, calendar.schools_out(day)),
            5 => self.add(times + 8, calendar.schools_out(day)),
            _ => {}
        }
        let christmas = matches!((day.month(), day.day()), (12, 20..)) || (day.month(), day.day()) == (1, 1);
        self.add(times + 9, f64::from(u8::from(christmas && weekday <= 5)));
        self.add_season(day, times + 10, 3);
    }

    fn add_korean(&mut self, calendar: &Calendar, day: Day) {
        self.add_day_of_week(calendar, day);
        let times = self.add_near(calendar, day, &KOREAN);
        match calendar.outing(day) {
            Some(Outing::CultureDay) => self.add(times, 1.0),
            Some(outing) => self.add(FIRST_OUTING + outing_index(outing), 1.0),
            None => {}
        }
        self.add_season(day, times + 1, 2);
    }

    /// The coefficients of days around feasts; tells the index behind them.
    fn add_near(&mut self, calendar: &Calendar, day: Day, feasts: &[(Feast, i32, i32)]) -> usize {
        let near: Vec<(Feast, i32)> = calendar.holidays_near(day, 7).collect();
        let mut at = NAMES.len();
        for (feast, from, to) in feasts {
            if let Some((_, i)) = near.iter().find(|(one, i)| one == feast && (*from..=*to).contains(i)) {
                self.add(at + (i - from) as usize, 1.0);
            }
            at += (to - from + 1) as usize;
        }
        at
    }

    /// Waves of a year, a half and a third of one.
    fn add_season(&mut self, day: Day, first: usize, waves: usize) {
        let new_year = Day::new(day.year(), 1, 1).map_or(0, |new_year| new_year.days_until(day));
        let angle = f64::from(new_year) / 365.25 * std::f64::consts::TAU;
        for wave in 0..waves {
            let (sin, cos) = (angle * (wave + 1) as f64).sin_cos();
            self.add(first + 2 * wave, sin);
            self.add(first + 2 * wave + 1, cos);
        }
    }

    fn add_chinese(&mut self, calendar: &Calendar, day: Day) {
        let new_year = calendar.days_since_lunar_new_year(day).filter(|_| calendar.covers(day));
        let in_festival = match new_year {
            Some(-1) => Some(SPRING_FESTIVAL_EVE),
            Some(0) => Some(SPRING_FESTIVAL_FIRST),
            Some(1..=5) => Some(SPRING_FESTIVAL_MIDDLE),
            Some(6) => Some(SPRING_FESTIVAL_LAST),
            _ => None,
        };
        if let Some(i) = in_festival {
            return self.add(i, 1.0);
        }
        match new_year {
            Some(-7..=-2) => self.add(BEFORE_SPRING_FESTIVAL, 1.0),
            Some(7..=14) => self.add(AFTER_SPRING_FESTIVAL, 1.0),
            _ => {}
        }
        self.add_day_of_week(calendar, day);
        if let Some(outing) = calendar.outing(day) {
            self.add(FIRST_OUTING + outing_index(outing), 1.0);
        }
    }

    fn add_day_of_week(&mut self, calendar: &Calendar, day: Day) {
        let rests_tomorrow = calendar.rests(day.plus(1));
        let weekday = day.weekday();
        if let Some(holiday) = calendar.holiday(day) {
            let national = holiday.feast == Feast::NationalDay;
            self.add(if national { NATIONAL_DAY } else { HOLIDAY }, 1.0);
            self.add(LAST_DAY_OFF, f64::from(u8::from(!rests_tomorrow)));
            self.weekend = 0.6;
            return;
        }
        if calendar.works_weekend(day) {
            self.add(WORKED_WEEKEND, 1.0);
        } else {
            self.add(weekday as usize - 1, 1.0);
        }
        let works = !calendar.rests(day);
        self.add(EVE_OF_REST, f64::from(u8::from(works && rests_tomorrow && weekday != 5)));
        if weekday <= 5 {
            self.add(SUMMER_WEEKDAY, calendar.schools_out(day));
        }
        self.weekend = match (works, weekday) {
            (false, _) => 0.6,
            (true, 5) => 0.0,
            (true, _) => -0.3,
        };
    }

    /// The two knots an age lies between, weighted; past the last knot the last line goes on.
    fn add_age(&mut self, age: f64) {
        let above = KNOTS.iter().position(|knot| *knot > age).unwrap_or(KNOTS.len() - 1).max(1);
        let part = (age - KNOTS[above - 1]) / (KNOTS[above] - KNOTS[above - 1]);
        self.add(FIRST_KNOT + above - 1, 1.0 - part);
        self.add(FIRST_KNOT + above, part);
    }
}

/// Fridays after the release up to a day: each brings new films.
fn fridays_passed(release: Day, day: Day) -> i32 {
    let to_first = match (5 - i32::from(release.weekday())).rem_euclid(7) {
        0 => 7,
        days => days,
    };
    (release.days_until(day) - to_first).div_euclid(7) + 1
}

fn outing_index(outing: Outing) -> usize {
    match outing {
        Outing::ChildrensDay => 0,
        Outing::Christmas => 1,
        Outing::ChristmasEve => 2,
        Outing::NewYearsEve => 3,
        Outing::Qixi => 4,
        Outing::SinglesDay => 5,
        Outing::ValentinesDay => 6,
        Outing::CultureDay | Outing::Easter | Outing::Halloween | Outing::SuperBowl => {
            unreachable!("these have coefficients of their own")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn names(text: &str) -> Vec<&'static str> {
        let row = Row::of_calendar(&Calendar::mainland_china(), day(text));
        row.cells.iter().map(|(i, _)| NAMES[*i]).collect()
    }

    #[test]
    fn a_day_is_known_by_what_people_do_on_it() {
        assert_eq!(names("2016-12-21"), ["wednesday"]);
        assert_eq!(names("2016-12-24"), ["saturday", "christmas_eve"]);
        assert_eq!(names("2016-12-31"), ["holiday", "new_years_eve"]);
        assert_eq!(names("2017-01-02"), ["holiday", "last_day_off"]);
        assert_eq!(names("2013-10-07"), ["national_day", "last_day_off"]);
        assert_eq!(names("2013-04-28"), ["worked_weekend", "eve_of_rest"]);
        assert_eq!(names("2014-01-30"), ["spring_festival_eve"]);
        assert_eq!(names("2014-02-06"), ["spring_festival_day_7"]);
        assert_eq!(names("2014-02-14"), ["week_after_spring_festival", "friday", "valentines_day"]);
        assert_eq!(names("2014-07-15"), ["tuesday", "summer_weekday"]);
    }

    #[test]
    fn fridays_are_counted_after_the_release() {
        let friday = day("2016-12-23");
        let count = |release: Day, days| fridays_passed(release, release.plus(days));
        assert_eq!([0, 6, 7, 13, 14].map(|days| count(friday, days)), [0, 0, 1, 1, 2]);
        assert_eq!([0, 1, 7, 8].map(|days| count(friday.plus(-1), days)), [0, 1, 1, 2]);
    }

    #[test]
    fn the_curve_is_straight_between_its_knots() {
        let knots = |age| {
            let mut row = Row::default();
            row.add_age(age);
            row.cells
        };
        assert_eq!(knots(1.0), [(FIRST_KNOT, 1.0)]);
        assert_eq!(knots(12.0), [(FIRST_KNOT + 5, 0.5), (FIRST_KNOT + 6, 0.5)]);
        assert_eq!(knots(55.0), [(FIRST_KNOT + 9, -1.0), (FIRST_KNOT + 10, 2.0)]);
    }

    #[test]
    fn a_change_holds_only_what_changed() {
        let calendar = Calendar::mainland_china();
        let release = day("2016-12-23");
        let row = |days| Row::of(&calendar, release, release.plus(days));
        let change = row(6).since(&row(5));
        assert!(change.cells.iter().all(|(_, value)| *value != 0.0));
        let coefficients: Vec<f64> = (0..NAMES.len()).map(|i| i as f64 * 0.1).collect();
        let apart = row(6).times(&coefficients) - row(5).times(&coefficients);
        assert!((change.times(&coefficients) - apart).abs() < 1e-9);
    }
}
