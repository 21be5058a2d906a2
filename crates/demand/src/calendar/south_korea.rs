//! South Korea, 2011 to 2030: fixed holidays by rule, those of the moon by table, substitute days by the decrees of
//! 2014, 2021 and 2023, and the single days that were given (elections, bridges) as far as they are known: to 2026.
//! Checked against the PyPI package `holidays`.

use super::{Calendar, Country, Feast, Holiday, Outing};
use kernel::Day;

const FIRST_YEAR: i16 = 2011;
const LAST_YEAR: i16 = 2030;

pub(super) fn calendar() -> Calendar {
    let years = || FIRST_YEAR..=LAST_YEAR;
    let mut holidays: Vec<Holiday> = years().flat_map(holidays).collect();
    holidays
        .extend(GIVEN.iter().map(|(year, month, day)| single(Feast::GivenDay, date(*year, *month, *day))));
    Calendar {
        country: Country::SouthKorea,
        first_year: FIRST_YEAR,
        last_year: LAST_YEAR,
        holidays,
        outings: years().flat_map(outings).collect(),
        worked_weekends: Vec::new(),
        lunar_new_years: SEOLLAL.iter().zip(FIRST_YEAR..).map(|((m, d), year)| date(year, *m, *d)).collect(),
    }
}

fn date(year: i16, month: i8, day: i8) -> Day {
    Day::new(year, month, day).expect("the tables are tested")
}

fn single(feast: Feast, day: Day) -> Holiday {
    Holiday { feast, first: day, last: day }
}

fn holidays(year: i16) -> Vec<Holiday> {
    let moon = |table: &[(i8, i8); 20]| {
        let (month, day) = table[(year - FIRST_YEAR) as usize];
        date(year, month, day)
    };
    let fixed = [
        (Feast::NewYear, 1, 1, 9999),
        (Feast::IndependenceMovementDay, 3, 1, 2022),
        (Feast::ChildrensDay, 5, 5, 2014),
        (Feast::KoreanMemorialDay, 6, 6, 9999),
        (Feast::LiberationDay, 8, 15, 2021),
        (Feast::FoundationDay, 10, 3, 2021),
        (Feast::HangulDay, 10, 9, 2021),
        (Feast::Christmas, 12, 25, 2023),
    ];
    let mut holidays: Vec<Holiday> = [(Feast::SpringFestival, &SEOLLAL), (Feast::Chuseok, &CHUSEOK)]
        .map(|(feast, table)| Holiday { feast, first: moon(table).plus(-1), last: moon(table).plus(1) })
        .into();
    let days = fixed.map(|(feast, month, day, since)| (feast, date(year, month, day), since));
    let buddha = (Feast::BuddhasBirthday, moon(&BUDDHA), 2023);
    let known = |feast: Feast| feast != Feast::HangulDay || year >= 2013;
    let singles: Vec<_> = days.into_iter().chain([buddha]).filter(|(feast, ..)| known(*feast)).collect();
    holidays.extend(singles.iter().map(|(feast, day, _)| single(*feast, *day)));
    substitute(year, &mut holidays, &singles);
    holidays
}

/// A substitute is the next day that is neither a Sunday, a Saturday nor a holiday: for Seollal and Chuseok when one
/// of their days is a Sunday or another holiday (since 2014), for Children's Day on a weekend (since 2014), for the
/// national days (since 2021), for Buddha's Birthday and Christmas (since 2023).
fn substitute(year: i16, holidays: &mut Vec<Holiday>, singles: &[(Feast, Day, i16)]) {
    let mut wanted: Vec<(Feast, Day)> = Vec::new();
    let taken = |holidays: &[Holiday], day: Day, but: Feast| {
        holidays.iter().any(|holiday| holiday.feast != but && holiday.has(day))
    };
    for holiday in holidays.iter().filter(|one| matches!(one.feast, Feast::SpringFestival | Feast::Chuseok)) {
        let mut days = (0..3).map(|i| holiday.first.plus(i));
        let lost = days.any(|day| day.weekday() == 7 || taken(holidays, day, holiday.feast));
        if year >= 2014 && lost {
            wanted.push((holiday.feast, holiday.last));
        }
    }
    for (feast, day, since) in singles {
        let lost = day.weekday() >= 6 || (taken(holidays, *day, *feast) && *feast == Feast::ChildrensDay);
        if year >= *since && lost {
            wanted.push((*feast, *day));
        }
    }
    for (feast, after) in wanted {
        let free = |day: &Day| day.weekday() <= 5 && !holidays.iter().any(|one| one.has(*day));
        if let Some(day) = (1..10).map(|i| after.plus(i)).find(free) {
            holidays.push(single(feast, day));
        }
    }
}

fn outings(year: i16) -> Vec<(Day, Outing)> {
    let mut outings = vec![
        (date(year, 2, 14), Outing::ValentinesDay),
        (date(year, 12, 24), Outing::ChristmasEve),
        (date(year, 12, 31), Outing::NewYearsEve),
    ];
    // The last Wednesday of a month has cheap tickets since 2014.
    for month in (1..=12).filter(|_| year >= 2014) {
        let next = if month == 12 { date(year + 1, 1, 1) } else { date(year, month + 1, 1) };
        let last = next.plus(-1);
        outings.push((last.plus(-i32::from((last.weekday() - 3).rem_euclid(7))), Outing::CultureDay));
    }
    outings
}

/// What part of the schools is out on a weekday: all from late July to mid-August and in January and February.
pub(super) fn schools_out(day: Day) -> f64 {
    match (day.month(), day.day()) {
        (7, 25..) | (8, ..=15) => 1.0,
        (7, 18..) | (8, 16..=22) => 0.5,
        (1, _) | (2, _) => 1.0,
        (12, 26..) => 0.7,
        _ => 0.0,
    }
}

#[rustfmt::skip]
const SEOLLAL: [(i8, i8); 20] = [
    (2, 3), (1, 23), (2, 10), (1, 31), (2, 19), (2, 8), (1, 28), (2, 16), (2, 5), (1, 25),
    (2, 12), (2, 1), (1, 22), (2, 10), (1, 29), (2, 17), (2, 7), (1, 27), (2, 13), (2, 3),
];

#[rustfmt::skip]
const CHUSEOK: [(i8, i8); 20] = [
    (9, 12), (9, 30), (9, 19), (9, 8), (9, 27), (9, 15), (10, 4), (9, 24), (9, 13), (10, 1),
    (9, 21), (9, 10), (9, 29), (9, 17), (10, 6), (9, 25), (9, 15), (10, 3), (9, 22), (9, 12),
];

#[rustfmt::skip]
const BUDDHA: [(i8, i8); 20] = [
    (5, 10), (5, 28), (5, 17), (5, 6), (5, 25), (5, 14), (5, 3), (5, 22), (5, 12), (4, 30),
    (5, 19), (5, 8), (5, 27), (5, 15), (5, 5), (5, 24), (5, 13), (5, 2), (5, 20), (5, 9),
];

/// Days given once: elections and bridges.
#[rustfmt::skip]
const GIVEN: [(i16, i8, i8); 19] = [
    (2012, 4, 11), (2012, 12, 19), (2014, 6, 4), (2015, 8, 14), (2016, 4, 13), (2016, 5, 6), (2017, 5, 9), (2017, 10, 2),
    (2018, 6, 13), (2020, 4, 15), (2020, 8, 17), (2022, 3, 9), (2022, 6, 1), (2023, 10, 2), (2024, 4, 10), (2024, 10, 1),
    (2025, 1, 27), (2025, 6, 3), (2026, 6, 3),
];
