//! Which days people have off, which of those they work instead, and which are for going out.
//!
//! Days of the People's Republic from 2011 to 2018, as the State Council's yearly notices arranged them: the
//! holidays with the weekends joined to them, and the weekend days worked to make up. Outside those years a
//! calendar knows weekdays only, and says so (`Calendar::covers`).

use kernel::{Day, Words};

/// A public holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Feast {
    DragonBoat,
    MayDay,
    MidAutumn,
    NationalDay,
    NewYear,
    Qingming,
    SpringFestival,
    /// Seventy years after the war, once, in September 2015.
    VictoryDay,
}

impl Feast {
    pub fn words(self) -> Words {
        match self {
            Feast::DragonBoat => Words::new("the Dragon Boat Festival", "端午节"),
            Feast::MayDay => Words::new("May Day", "劳动节"),
            Feast::MidAutumn => Words::new("the Mid-Autumn Festival", "中秋节"),
            Feast::NationalDay => Words::new("National Day", "国庆节"),
            Feast::NewYear => Words::new("New Year", "元旦"),
            Feast::Qingming => Words::new("Qingming", "清明节"),
            Feast::SpringFestival => Words::new("the Spring Festival", "春节"),
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

/// A day that is no holiday, on which people go out all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outing {
    ChildrensDay,
    Christmas,
    ChristmasEve,
    NewYearsEve,
    /// The seventh of the seventh month: lovers' day by the moon.
    Qixi,
    SinglesDay,
    ValentinesDay,
}

impl Outing {
    pub fn words(self) -> Words {
        match self {
            Outing::ChildrensDay => Words::new("Children's Day", "儿童节"),
            Outing::Christmas => Words::new("Christmas", "圣诞节"),
            Outing::ChristmasEve => Words::new("Christmas Eve", "平安夜"),
            Outing::NewYearsEve => Words::new("New Year's Eve", "跨年夜"),
            Outing::Qixi => Words::new("Qixi", "七夕"),
            Outing::SinglesDay => Words::new("Singles' Day", "光棍节"),
            Outing::ValentinesDay => Words::new("Valentine's Day", "情人节"),
        }
    }
}

/// The days of one country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    first_year: i16,
    last_year: i16,
    holidays: Vec<Holiday>,
    worked_weekends: Vec<Day>,
    lunar_new_years: Vec<Day>,
    qixi: Vec<Day>,
}

impl Calendar {
    /// Mainland China, 2011 to 2018.
    pub fn mainland_china() -> Calendar {
        let day = |(year, month, day): &Date| Day::new(*year, *month, *day).expect("the tables are tested");
        let holidays = HOLIDAYS.iter().map(|(feast, first, days)| {
            let first = day(first);
            Holiday { feast: *feast, first, last: first.plus(days - 1) }
        });
        Calendar {
            first_year: 2011,
            last_year: 2018,
            holidays: holidays.collect(),
            worked_weekends: WORKED_WEEKENDS.iter().map(day).collect(),
            lunar_new_years: LUNAR_NEW_YEARS.iter().map(day).collect(),
            qixi: QIXI.iter().map(day).collect(),
        }
    }

    /// A calendar that knows weekdays only.
    pub fn of_weekdays() -> Calendar {
        Calendar {
            first_year: 0,
            last_year: -1,
            holidays: Vec::new(),
            worked_weekends: Vec::new(),
            lunar_new_years: Vec::new(),
            qixi: Vec::new(),
        }
    }

    /// Whether this day's holidays are known.
    pub fn covers(&self, day: Day) -> bool {
        (self.first_year..=self.last_year).contains(&day.year())
    }

    /// The holiday a day is part of, weekends joined to it included.
    pub fn holiday(&self, day: Day) -> Option<&Holiday> {
        self.holidays.iter().find(|holiday| holiday.has(day))
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
        let fixed = match (day.month(), day.day()) {
            (2, 14) => Some(Outing::ValentinesDay),
            (6, 1) => Some(Outing::ChildrensDay),
            (11, 11) => Some(Outing::SinglesDay),
            (12, 24) => Some(Outing::ChristmasEve),
            (12, 25) => Some(Outing::Christmas),
            (12, 31) => Some(Outing::NewYearsEve),
            _ => None,
        };
        let known = self.covers(day);
        fixed.or_else(|| self.qixi.contains(&day).then_some(Outing::Qixi)).filter(|_| known)
    }
}

type Date = (i16, i8, i8);

/// Each holiday's first day and its length in days.
#[rustfmt::skip]
const HOLIDAYS: [(Feast, Date, i32); 57] = [
    (Feast::NewYear, (2011, 1, 1), 3), (Feast::SpringFestival, (2011, 2, 2), 7), (Feast::Qingming, (2011, 4, 3), 3),
    (Feast::MayDay, (2011, 4, 30), 3), (Feast::DragonBoat, (2011, 6, 4), 3), (Feast::MidAutumn, (2011, 9, 10), 3),
    (Feast::NationalDay, (2011, 10, 1), 7),
    (Feast::NewYear, (2012, 1, 1), 3), (Feast::SpringFestival, (2012, 1, 22), 7), (Feast::Qingming, (2012, 4, 2), 3),
    (Feast::MayDay, (2012, 4, 29), 3), (Feast::DragonBoat, (2012, 6, 22), 3),
    // Mid-Autumn of 2012 fell on the eve of National Day and was joined to it.
    (Feast::NationalDay, (2012, 9, 30), 8),
    (Feast::NewYear, (2013, 1, 1), 3), (Feast::SpringFestival, (2013, 2, 9), 7), (Feast::Qingming, (2013, 4, 4), 3),
    (Feast::MayDay, (2013, 4, 29), 3), (Feast::DragonBoat, (2013, 6, 10), 3), (Feast::MidAutumn, (2013, 9, 19), 3),
    (Feast::NationalDay, (2013, 10, 1), 7),
    (Feast::NewYear, (2014, 1, 1), 1), (Feast::SpringFestival, (2014, 1, 31), 7), (Feast::Qingming, (2014, 4, 5), 3),
    (Feast::MayDay, (2014, 5, 1), 3), (Feast::DragonBoat, (2014, 5, 31), 3), (Feast::MidAutumn, (2014, 9, 6), 3),
    (Feast::NationalDay, (2014, 10, 1), 7),
    (Feast::NewYear, (2015, 1, 1), 3), (Feast::SpringFestival, (2015, 2, 18), 7), (Feast::Qingming, (2015, 4, 4), 3),
    (Feast::MayDay, (2015, 5, 1), 3), (Feast::DragonBoat, (2015, 6, 20), 3), (Feast::VictoryDay, (2015, 9, 3), 3),
    (Feast::MidAutumn, (2015, 9, 26), 2), (Feast::NationalDay, (2015, 10, 1), 7),
    (Feast::NewYear, (2016, 1, 1), 3), (Feast::SpringFestival, (2016, 2, 7), 7), (Feast::Qingming, (2016, 4, 2), 3),
    (Feast::MayDay, (2016, 4, 30), 3), (Feast::DragonBoat, (2016, 6, 9), 3), (Feast::MidAutumn, (2016, 9, 15), 3),
    (Feast::NationalDay, (2016, 10, 1), 7),
    (Feast::NewYear, (2016, 12, 31), 3), (Feast::SpringFestival, (2017, 1, 27), 7), (Feast::Qingming, (2017, 4, 2), 3),
    (Feast::MayDay, (2017, 4, 29), 3), (Feast::DragonBoat, (2017, 5, 28), 3),
    // Mid-Autumn of 2017 fell on 4 October.
    (Feast::NationalDay, (2017, 10, 1), 8),
    (Feast::NewYear, (2017, 12, 30), 3), (Feast::SpringFestival, (2018, 2, 15), 7), (Feast::Qingming, (2018, 4, 5), 3),
    (Feast::MayDay, (2018, 4, 29), 3), (Feast::DragonBoat, (2018, 6, 16), 3), (Feast::MidAutumn, (2018, 9, 22), 3),
    (Feast::NationalDay, (2018, 10, 1), 7), (Feast::NewYear, (2018, 12, 30), 3),
    // The Spring Festival of 2019 is known so that the weeks before it are.
    (Feast::SpringFestival, (2019, 2, 4), 7),
];

/// Saturdays and Sundays worked to make up.
#[rustfmt::skip]
const WORKED_WEEKENDS: [Date; 52] = [
    (2011, 1, 30), (2011, 2, 12), (2011, 4, 2), (2011, 10, 8), (2011, 10, 9), (2011, 12, 31),
    (2012, 1, 21), (2012, 1, 29), (2012, 3, 31), (2012, 4, 1), (2012, 4, 28), (2012, 9, 29),
    (2013, 1, 5), (2013, 1, 6), (2013, 2, 16), (2013, 2, 17), (2013, 4, 7), (2013, 4, 27), (2013, 4, 28),
    (2013, 6, 8), (2013, 6, 9), (2013, 9, 22), (2013, 9, 29), (2013, 10, 12),
    (2014, 1, 26), (2014, 2, 8), (2014, 5, 4), (2014, 9, 28), (2014, 10, 11),
    (2015, 1, 4), (2015, 2, 15), (2015, 2, 28), (2015, 9, 6), (2015, 10, 10),
    (2016, 2, 6), (2016, 2, 14), (2016, 6, 12), (2016, 9, 18), (2016, 10, 8), (2016, 10, 9),
    (2017, 1, 22), (2017, 2, 4), (2017, 4, 1), (2017, 5, 27), (2017, 9, 30),
    (2018, 2, 11), (2018, 2, 24), (2018, 4, 8), (2018, 4, 28), (2018, 9, 29), (2018, 9, 30), (2018, 12, 29),
];

#[rustfmt::skip]
const LUNAR_NEW_YEARS: [Date; 9] = [
    (2011, 2, 3), (2012, 1, 23), (2013, 2, 10), (2014, 1, 31), (2015, 2, 19), (2016, 2, 8), (2017, 1, 28),
    (2018, 2, 16), (2019, 2, 5),
];

#[rustfmt::skip]
const QIXI: [Date; 8] = [
    (2011, 8, 6), (2012, 8, 23), (2013, 8, 13), (2014, 8, 2), (2015, 8, 20), (2016, 8, 9), (2017, 8, 28), (2018, 8, 17),
];

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
        let counts: Vec<(i16, usize)> = (2011..=2018)
            .map(|year| {
                let first = Day::new(year, 1, 1).unwrap();
                let days = (0..first.days_until(Day::new(year + 1, 1, 1).unwrap())).map(|i| first.plus(i));
                (year, days.filter(|day| !calendar.rests(*day)).count())
            })
            .collect();
        assert_eq!(counts, WORKING_DAYS);
    }

    const WORKING_DAYS: [(i16, usize); 8] = [
        (2011, 250),
        (2012, 249),
        (2013, 250),
        (2014, 250),
        (2015, 249),
        (2016, 250),
        (2017, 249),
        (2018, 250),
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
        for new_year in &calendar.lunar_new_years {
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
        assert!(!calendar.covers(day("2019-10-01")) && !calendar.rests(day("2019-10-01")));
        assert_eq!(calendar.outing(day("2019-12-24")), None);
        assert!(Calendar::of_weekdays().rests(day("2016-12-24")));
        assert!(!Calendar::of_weekdays().covers(day("2016-12-24")));
    }
}
