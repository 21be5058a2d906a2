//! The United States, by the rules of its holidays: federal ones (5 U.S.C. § 6103), Easter (the Gregorian computus),
//! and the days that fill or empty cinemas without being holidays. Checked against the PyPI package `holidays`.

use super::{Calendar, Country, Feast, Holiday, Outing};
use kernel::Day;

const FIRST_YEAR: i16 = 1990;
const LAST_YEAR: i16 = 2040;

pub(super) fn calendar() -> Calendar {
    let years = || FIRST_YEAR..=LAST_YEAR;
    Calendar {
        country: Country::UnitedStates,
        first_year: FIRST_YEAR,
        last_year: LAST_YEAR,
        holidays: years().flat_map(holidays).collect(),
        outings: years().flat_map(outings).collect(),
        worked_weekends: Vec::new(),
        lunar_new_years: Vec::new(),
    }
}

fn date(year: i16, month: i8, day: i8) -> Day {
    Day::new(year, month, day).expect("rules give days that exist")
}

/// The n-th such weekday (1 Monday … 7 Sunday) of a month.
fn nth(n: i32, weekday: i8, year: i16, month: i8) -> Day {
    let first = date(year, month, 1);
    first.plus(i32::from((weekday - first.weekday()).rem_euclid(7)) + 7 * (n - 1))
}

fn holidays(year: i16) -> Vec<Holiday> {
    let memorial = nth(1, 1, year, 6).plus(-7);
    let mut days = vec![
        (Feast::NewYear, date(year, 1, 1)),
        (Feast::MartinLutherKingDay, nth(3, 1, year, 1)),
        (Feast::PresidentsDay, nth(3, 1, year, 2)),
        (Feast::MemorialDay, memorial),
        (Feast::IndependenceDay, date(year, 7, 4)),
        (Feast::LaborDay, nth(1, 1, year, 9)),
        (Feast::ColumbusDay, nth(2, 1, year, 10)),
        (Feast::VeteransDay, date(year, 11, 11)),
        (Feast::Thanksgiving, nth(4, 4, year, 11)),
        (Feast::Christmas, date(year, 12, 25)),
    ];
    if year >= 2021 {
        days.push((Feast::Juneteenth, date(year, 6, 19)));
    }
    days.into_iter().map(|(feast, day)| Holiday { feast, first: day, last: day }).collect()
}

fn outings(year: i16) -> Vec<(Day, Outing)> {
    vec![
        (date(year, 2, 14), Outing::ValentinesDay),
        (easter(year), Outing::Easter),
        (date(year, 10, 31), Outing::Halloween),
        (super_bowl(year), Outing::SuperBowl),
    ]
}

/// The Sunday of the Super Bowl: the first of February, since 2022 the second; in 1990–2003 mostly January's last.
fn super_bowl(year: i16) -> Day {
    match year {
        ..=2001 | 2003 => date(year, 2, 1)
            .plus(-i32::from(date(year, 2, 1).weekday() % 7))
            .plus(if date(year, 2, 1).weekday() == 7 { -7 } else { 0 }),
        2002..=2021 => nth(1, 7, year, 2),
        _ => nth(2, 7, year, 2),
    }
}

/// Easter Sunday (Meeus, *Astronomical Algorithms*, ch. 8).
pub(super) fn easter(year: i16) -> Day {
    let year_number = i32::from(year);
    let (a, b, c) = (year_number % 19, year_number / 100, year_number % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let n = (h + l - 7 * m + 90) / 25;
    let p = (h + l - 7 * m + 33 * n + 19) % 32;
    date(year, n as i8, p as i8)
}

/// What part of the schools is out on a weekday of this date, roughly: none until late May, all from late June to
/// early August, none again after Labor Day. A guess at the slope that the model's coefficients scale.
pub(super) fn schools_out(day: Day) -> f64 {
    let since_may = f64::from(date(day.year(), 5, 20).days_until(day));
    let rising = (since_may / 30.0).clamp(0.0, 1.0);
    let falling = ((108.0 - since_may) / 30.0).clamp(0.0, 1.0);
    rising.min(falling)
}
