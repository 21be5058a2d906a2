//! Which days people have off, which of those they work instead, and which are for going out.
//!
//! One calendar a market: `calendar/mainland_china.rs`, `united_states.rs`, `south_korea.rs`. Outside its years a
//! calendar knows weekdays only, and says so ([`Calendar::covers`]).

mod mainland_china;
mod south_korea;
mod united_states;

use kernel::{Day, Words};
use serde::{Deserialize, Serialize};

/// Whose days a calendar knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Country {
    MainlandChina,
    UnitedStates,
    SouthKorea,
    /// Weekdays only.
    Anywhere,
}

/// A public holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Feast {
    BuddhasBirthday,
    ChildrensDay,
    Christmas,
    Chuseok,
    ColumbusDay,
    DragonBoat,
    FoundationDay,
    /// An election, or a bridge between holidays.
    GivenDay,
    HangulDay,
    IndependenceDay,
    IndependenceMovementDay,
    Juneteenth,
    KoreanMemorialDay,
    LaborDay,
    LiberationDay,
    MartinLutherKingDay,
    MayDay,
    MemorialDay,
    MidAutumn,
    NationalDay,
    NewYear,
    PresidentsDay,
    Qingming,
    SpringFestival,
    Thanksgiving,
    VeteransDay,
    /// Seventy years after the war, once, in September 2015.
    VictoryDay,
}

impl Feast {
    pub fn words(self) -> Words {
        match self {
            Feast::BuddhasBirthday => Words::new("Buddha’s Birthday", "佛诞日"),
            Feast::ChildrensDay => Words::new("Children’s Day", "儿童节"),
            Feast::Christmas => Words::new("Christmas", "圣诞节"),
            Feast::Chuseok => Words::new("Chuseok", "韩国中秋节"),
            Feast::ColumbusDay => Words::new("Columbus Day", "哥伦布日"),
            Feast::DragonBoat => Words::new("the Dragon Boat Festival", "端午节"),
            Feast::FoundationDay => Words::new("National Foundation Day", "开天节"),
            Feast::GivenDay => Words::new("a day off by decree", "临时公休日"),
            Feast::HangulDay => Words::new("Hangul Day", "韩文日"),
            Feast::IndependenceDay => Words::new("Independence Day", "独立日"),
            Feast::IndependenceMovementDay => Words::new("Independence Movement Day", "三一节"),
            Feast::Juneteenth => Words::new("Juneteenth", "六月节"),
            Feast::KoreanMemorialDay | Feast::MemorialDay => Words::new("Memorial Day", "阵亡将士纪念日"),
            Feast::LaborDay => Words::new("Labor Day", "美国劳动节"),
            Feast::LiberationDay => Words::new("Liberation Day", "光复节"),
            Feast::MartinLutherKingDay => Words::new("Martin Luther King Day", "马丁·路德·金日"),
            Feast::MayDay => Words::new("May Day", "劳动节"),
            Feast::MidAutumn => Words::new("the Mid-Autumn Festival", "中秋节"),
            Feast::NationalDay => Words::new("National Day", "国庆节"),
            Feast::NewYear => Words::new("New Year", "元旦"),
            Feast::PresidentsDay => Words::new("Presidents' Day", "总统日"),
            Feast::Qingming => Words::new("Qingming", "清明节"),
            Feast::SpringFestival => Words::new("the Spring Festival", "春节"),
            Feast::Thanksgiving => Words::new("Thanksgiving", "感恩节"),
            Feast::VeteransDay => Words::new("Veterans Day", "退伍军人节"),
            Feast::VictoryDay => Words::new("Victory Day", "抗战胜利纪念日"),
        }
    }
}

/// Days off in a row, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday {
    pub feast: Feast,
    pub first: Day,
    pub last: Day,
}

impl Holiday {
    fn has(&self, day: Day) -> bool {
        self.first <= day && day <= self.last
    }
}

/// A day that is no holiday, on which people go out (or stay in) all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outing {
    ChildrensDay,
    Christmas,
    ChristmasEve,
    /// Korea's last Wednesday of a month, with cheap tickets.
    CultureDay,
    Easter,
    Halloween,
    NewYearsEve,
    /// The seventh of the seventh month: lovers' day by the moon.
    Qixi,
    SinglesDay,
    SuperBowl,
    ValentinesDay,
}

impl Outing {
    pub fn words(self) -> Words {
        match self {
            Outing::ChildrensDay => Words::new("Children’s Day", "儿童节"),
            Outing::Christmas => Words::new("Christmas", "圣诞节"),
            Outing::ChristmasEve => Words::new("Christmas Eve", "平安夜"),
            Outing::CultureDay => Words::new("Culture Day", "文化日"),
            Outing::Easter => Words::new("Easter", "复活节"),
            Outing::Halloween => Words::new("Halloween", "万圣节前夜"),
            Outing::NewYearsEve => Words::new("New Year’s Eve", "跨年夜"),
            Outing::Qixi => Words::new("Qixi", "七夕"),
            Outing::SinglesDay => Words::new("Singles’ Day", "光棍节"),
            Outing::SuperBowl => Words::new("the Super Bowl", "超级碗"),
            Outing::ValentinesDay => Words::new("Valentine’s Day", "情人节"),
        }
    }
}

/// The days of one country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    country: Country,
    first_year: i16,
    last_year: i16,
    holidays: Vec<Holiday>,
    outings: Vec<(Day, Outing)>,
    worked_weekends: Vec<Day>,
    lunar_new_years: Vec<Day>,
}

impl Calendar {
    /// Mainland China, 2011 to 2026.
    pub fn mainland_china() -> Calendar {
        mainland_china::calendar()
    }

    /// The United States (and, roughly, Canada), 1990 to 2040: its holidays follow rules.
    pub fn united_states() -> Calendar {
        united_states::calendar()
    }

    /// South Korea, 2011 to 2030; days off by decree are known to 2026.
    pub fn south_korea() -> Calendar {
        south_korea::calendar()
    }

    /// A calendar that knows weekdays only.
    pub fn of_weekdays() -> Calendar {
        Calendar {
            country: Country::Anywhere,
            first_year: 0,
            last_year: -1,
            holidays: Vec::new(),
            outings: Vec::new(),
            worked_weekends: Vec::new(),
            lunar_new_years: Vec::new(),
        }
    }

    pub fn country(&self) -> Country {
        self.country
    }

    /// Whether this day's holidays are known.
    pub fn covers(&self, day: Day) -> bool {
        (self.first_year..=self.last_year).contains(&day.year())
    }

    /// The holiday a day is part of, weekends joined to it included.
    pub fn holiday(&self, day: Day) -> Option<&Holiday> {
        self.holidays.iter().find(|holiday| holiday.has(day))
    }

    /// The holidays that lie no more than so many days from a day, each with how many days after its first day (or,
    /// negative, before it) the day is.
    pub fn holidays_near(&self, day: Day, days: i32) -> impl Iterator<Item = (Feast, i32)> {
        let near = move |holiday: &Holiday| (holiday.feast, holiday.first.days_until(day));
        self.holidays.iter().map(near).filter(move |(_, since)| since.abs() <= days)
    }

    /// Whether offices and schools rest: a weekend that is not worked, or a holiday.
    pub fn rests(&self, day: Day) -> bool {
        self.holiday(day).is_some() || (day.weekday() >= 6 && !self.works_weekend(day))
    }

    /// A Saturday or Sunday that is worked to make up for a holiday.
    pub fn works_weekend(&self, day: Day) -> bool {
        self.worked_weekends.contains(&day)
    }

    /// Days since the nearest Lunar New Year's Day: −1 is its eve, 0 the day itself.
    pub fn days_since_lunar_new_year(&self, day: Day) -> Option<i32> {
        let since = self.lunar_new_years.iter().map(|new_year| new_year.days_until(day));
        since.min_by_key(|days| days.abs())
    }

    /// What makes people go out on a day that is no holiday.
    pub fn outing(&self, day: Day) -> Option<Outing> {
        self.outings.iter().find(|(one, _)| *one == day).map(|(_, outing)| *outing)
    }

    /// What part of the schools is out on weekdays of this time of the year, from 0 to 1.
    pub fn schools_out(&self, day: Day) -> f64 {
        match self.country {
            Country::MainlandChina => f64::from(u8::from(matches!(day.month(), 7 | 8))),
            Country::UnitedStates => united_states::schools_out(day),
            Country::SouthKorea => south_korea::schools_out(day),
            Country::Anywhere => 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn a_weekend_may_be_worked_and_a_weekday_may_rest() {
        let calendar = Calendar::mainland_china();
        assert!(!calendar.rests(day("2013-04-27")), "a Saturday worked for May Day");
        assert!(calendar.rests(day("2013-04-29")), "a Monday off for May Day");
        assert!(calendar.rests(day("2016-12-24")) && !calendar.rests(day("2016-12-26")));
        assert_eq!(calendar.holiday(day("2017-01-02")).map(|one| one.feast), Some(Feast::NewYear));
        assert_eq!(calendar.outing(day("2016-12-24")), Some(Outing::ChristmasEve));
        assert_eq!(calendar.outing(day("2013-08-13")), Some(Outing::Qixi));
    }

    /// Working days a year, counted from the PyPI package `chinesecalendar` 1.11 as well as from these tables.
    #[test]
    fn every_year_has_as_many_working_days_as_the_notices_say() {
        let calendar = Calendar::mainland_china();
        let counts: Vec<(i16, usize)> = (2011..=2026)
            .map(|year| {
                let first = Day::new(year, 1, 1).unwrap();
                let days = (0..first.days_until(Day::new(year + 1, 1, 1).unwrap())).map(|i| first.plus(i));
                (year, days.filter(|day| !calendar.rests(*day)).count())
            })
            .collect();
        assert_eq!(counts, WORKING_DAYS);
    }

    const WORKING_DAYS: [(i16, usize); 16] = [
        (2011, 250),
        (2012, 249),
        (2013, 250),
        (2014, 250),
        (2015, 249),
        (2016, 250),
        (2017, 249),
        (2018, 250),
        (2019, 250),
        (2020, 249),
        (2021, 250),
        (2022, 249),
        (2023, 249),
        (2024, 251),
        (2025, 248),
        (2026, 248),
    ];

    #[test]
    fn only_weekends_are_made_up_and_never_within_a_holiday() {
        let calendar = Calendar::mainland_china();
        for worked in &calendar.worked_weekends {
            assert!(worked.weekday() >= 6, "{worked}");
            assert!(calendar.holiday(*worked).is_none(), "{worked}");
        }
    }

    #[test]
    fn the_new_year_of_the_moon_lies_in_its_holiday() {
        let calendar = Calendar::mainland_china();
        for new_year in calendar.lunar_new_years.iter().filter(|day| calendar.covers(**day)) {
            assert_eq!(
                calendar.holiday(*new_year).map(|one| one.feast),
                Some(Feast::SpringFestival),
                "{new_year}"
            );
        }
        assert_eq!(calendar.days_since_lunar_new_year(day("2014-01-30")), Some(-1));
        assert_eq!(calendar.days_since_lunar_new_year(day("2014-02-10")), Some(10));
    }

    #[test]
    fn outside_its_years_a_calendar_knows_weekdays_only() {
        let calendar = Calendar::mainland_china();
        assert!(!calendar.covers(day("2027-10-01")) && !calendar.rests(day("2027-10-01")));
        assert_eq!(calendar.outing(day("2027-12-24")), None);
        assert!(Calendar::of_weekdays().rests(day("2016-12-24")));
        assert!(!Calendar::of_weekdays().covers(day("2016-12-24")));
    }

    /// Read off the PyPI package `holidays` 0.x.
    #[test]
    fn american_holidays_fall_where_the_rules_say() {
        let calendar = Calendar::united_states();
        let on = |text: &str| calendar.holiday(day(text)).map(|one| one.feast);
        assert_eq!(on("2018-11-22"), Some(Feast::Thanksgiving));
        assert_eq!(on("2018-05-28"), Some(Feast::MemorialDay));
        assert_eq!(on("2019-01-21"), Some(Feast::MartinLutherKingDay));
        assert_eq!(on("2023-02-20"), Some(Feast::PresidentsDay));
        assert_eq!(on("2024-09-02"), Some(Feast::LaborDay));
        assert_eq!((on("2020-06-19"), on("2021-06-19")), (None, Some(Feast::Juneteenth)));
        for easter in ["2000-04-23", "2008-03-23", "2011-04-24", "2018-04-01", "2024-03-31", "2038-04-25"] {
            assert_eq!(calendar.outing(day(easter)), Some(Outing::Easter), "{easter}");
        }
        for bowl in ["2001-01-28", "2002-02-03", "2003-01-26", "2004-02-01", "2018-02-04", "2022-02-13"] {
            assert_eq!(calendar.outing(day(bowl)), Some(Outing::SuperBowl), "{bowl}");
        }
    }

    #[test]
    fn american_schools_are_out_in_summer_only() {
        let calendar = Calendar::united_states();
        let out = |text: &str| calendar.schools_out(day(text));
        assert_eq!([out("2018-03-01"), out("2018-07-10"), out("2018-09-10")], [0.0, 1.0, 0.0]);
        assert!(out("2018-06-04") > 0.2 && out("2018-06-04") < out("2018-06-14"));
    }

    /// Every public holiday of four years as the PyPI package `holidays` has them.
    #[test]
    fn korean_holidays_are_those_that_were_observed() {
        let calendar = Calendar::south_korea();
        for (year, expected) in KOREAN_HOLIDAYS {
            let first = Day::new(year, 1, 1).unwrap();
            let days = (0..366).map(|i| first.plus(i)).filter(|day| day.year() == year);
            let off: Vec<String> = days
                .filter(|day| calendar.holiday(*day).is_some())
                .map(|day| day.to_string()[5..].to_owned())
                .collect();
            assert_eq!(off.join(" "), expected, "{year}");
        }
    }

    const KOREAN_HOLIDAYS: [(i16, &str); 5] = [
        (
            2014,
            "01-01 01-30 01-31 02-01 03-01 05-05 05-06 06-04 06-06 08-15 09-07 09-08 09-09 09-10 10-03 10-09 12-25",
        ),
        (
            2020,
            "01-01 01-24 01-25 01-26 01-27 03-01 04-15 04-30 05-05 06-06 08-15 08-17 09-30 10-01 10-02 10-03 10-09 12-25",
        ),
        (
            2021,
            "01-01 02-11 02-12 02-13 03-01 05-05 05-19 06-06 08-15 08-16 09-20 09-21 09-22 10-03 10-04 10-09 10-11 12-25",
        ),
        (
            2022,
            "01-01 01-31 02-01 02-02 03-01 03-09 05-05 05-08 06-01 06-06 08-15 09-09 09-10 09-11 09-12 10-03 10-09 10-10 12-25",
        ),
        (
            2023,
            "01-01 01-21 01-22 01-23 01-24 03-01 05-05 05-27 05-29 06-06 08-15 09-28 09-29 09-30 10-02 10-03 10-09 12-25",
        ),
    ];

    #[test]
    fn culture_day_is_the_last_wednesday_of_a_month() {
        let calendar = Calendar::south_korea();
        assert_eq!(calendar.outing(day("2022-08-31")), Some(Outing::CultureDay));
        assert_eq!(calendar.outing(day("2022-08-24")), None);
    }
}
