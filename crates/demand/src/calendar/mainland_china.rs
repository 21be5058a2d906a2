//! Mainland China, 2011 to 2026, as the State Council's yearly notices arranged it: the holidays with the weekends
//! joined to them, and the weekend days worked to make up. Checked against the PyPI package `chinesecalendar` 1.11.

use super::{Calendar, Country, Feast, Holiday, Outing};
use kernel::Day;

type Date = (i16, i8, i8);

const FIRST_YEAR: i16 = 2011;
const LAST_YEAR: i16 = 2026;

pub(super) fn calendar() -> Calendar {
    let day = |(year, month, day): &Date| Day::new(*year, *month, *day).expect("the tables are tested");
    let holidays = HOLIDAYS.iter().map(|(feast, first, days)| {
        let first = day(first);
        Holiday { feast: *feast, first, last: first.plus(days - 1) }
    });
    let fixed = (FIRST_YEAR..=LAST_YEAR)
        .flat_map(|year| FIXED_OUTINGS.map(|(outing, month, date)| (day(&(year, month, date)), outing)));
    let qixi = QIXI.iter().map(|date| (day(date), Outing::Qixi));
    Calendar {
        country: Country::MainlandChina,
        first_year: FIRST_YEAR,
        last_year: LAST_YEAR,
        holidays: holidays.collect(),
        outings: fixed.chain(qixi).collect(),
        worked_weekends: WORKED_WEEKENDS.iter().map(day).collect(),
        lunar_new_years: LUNAR_NEW_YEARS.iter().map(day).collect(),
    }
}

const FIXED_OUTINGS: [(Outing, i8, i8); 6] = [
    (Outing::ValentinesDay, 2, 14),
    (Outing::ChildrensDay, 6, 1),
    (Outing::SinglesDay, 11, 11),
    (Outing::ChristmasEve, 12, 24),
    (Outing::Christmas, 12, 25),
    (Outing::NewYearsEve, 12, 31),
];

/// Each holiday's first day and its length in days. Where Mid-Autumn was joined to National Day (2012, 2017, 2020,
/// 2023, 2025) the whole stretch is National Day's.
#[rustfmt::skip]
const HOLIDAYS: [(Feast, Date, i32); 108] = [
    (Feast::NewYear, (2011, 1, 1), 3), (Feast::SpringFestival, (2011, 2, 2), 7),
    (Feast::Qingming, (2011, 4, 3), 3), (Feast::MayDay, (2011, 4, 30), 3), (Feast::DragonBoat, (2011, 6, 4), 3),
    (Feast::MidAutumn, (2011, 9, 10), 3), (Feast::NationalDay, (2011, 10, 1), 7),
    (Feast::NewYear, (2012, 1, 1), 3), (Feast::SpringFestival, (2012, 1, 22), 7),
    (Feast::Qingming, (2012, 4, 2), 3), (Feast::MayDay, (2012, 4, 29), 3),
    (Feast::DragonBoat, (2012, 6, 22), 3), (Feast::NationalDay, (2012, 9, 30), 8),
    (Feast::NewYear, (2013, 1, 1), 3), (Feast::SpringFestival, (2013, 2, 9), 7),
    (Feast::Qingming, (2013, 4, 4), 3), (Feast::MayDay, (2013, 4, 29), 3),
    (Feast::DragonBoat, (2013, 6, 10), 3), (Feast::MidAutumn, (2013, 9, 19), 3),
    (Feast::NationalDay, (2013, 10, 1), 7), (Feast::NewYear, (2014, 1, 1), 1),
    (Feast::SpringFestival, (2014, 1, 31), 7), (Feast::Qingming, (2014, 4, 5), 3),
    (Feast::MayDay, (2014, 5, 1), 3), (Feast::DragonBoat, (2014, 5, 31), 3),
    (Feast::MidAutumn, (2014, 9, 6), 3), (Feast::NationalDay, (2014, 10, 1), 7),
    (Feast::NewYear, (2015, 1, 1), 3), (Feast::SpringFestival, (2015, 2, 18), 7),
    (Feast::Qingming, (2015, 4, 4), 3), (Feast::MayDay, (2015, 5, 1), 3), (Feast::DragonBoat, (2015, 6, 20), 3),
    (Feast::VictoryDay, (2015, 9, 3), 3), (Feast::MidAutumn, (2015, 9, 26), 2),
    (Feast::NationalDay, (2015, 10, 1), 7), (Feast::NewYear, (2016, 1, 1), 3),
    (Feast::SpringFestival, (2016, 2, 7), 7), (Feast::Qingming, (2016, 4, 2), 3),
    (Feast::MayDay, (2016, 4, 30), 3), (Feast::DragonBoat, (2016, 6, 9), 3),
    (Feast::MidAutumn, (2016, 9, 15), 3), (Feast::NationalDay, (2016, 10, 1), 7),
    (Feast::NewYear, (2016, 12, 31), 3), (Feast::SpringFestival, (2017, 1, 27), 7),
    (Feast::Qingming, (2017, 4, 2), 3), (Feast::MayDay, (2017, 4, 29), 3),
    (Feast::DragonBoat, (2017, 5, 28), 3), (Feast::NationalDay, (2017, 10, 1), 8),
    (Feast::NewYear, (2017, 12, 30), 3), (Feast::SpringFestival, (2018, 2, 15), 7),
    (Feast::Qingming, (2018, 4, 5), 3), (Feast::MayDay, (2018, 4, 29), 3),
    (Feast::DragonBoat, (2018, 6, 16), 3), (Feast::MidAutumn, (2018, 9, 22), 3),
    (Feast::NationalDay, (2018, 10, 1), 7), (Feast::NewYear, (2018, 12, 30), 3),
    (Feast::SpringFestival, (2019, 2, 4), 7), (Feast::Qingming, (2019, 4, 5), 3),
    (Feast::MayDay, (2019, 5, 1), 4), (Feast::DragonBoat, (2019, 6, 7), 3),
    (Feast::MidAutumn, (2019, 9, 13), 3), (Feast::NationalDay, (2019, 10, 1), 7),
    (Feast::NewYear, (2020, 1, 1), 1), (Feast::SpringFestival, (2020, 1, 24), 10),
    (Feast::Qingming, (2020, 4, 4), 3), (Feast::MayDay, (2020, 5, 1), 5), (Feast::DragonBoat, (2020, 6, 25), 3),
    (Feast::NationalDay, (2020, 10, 1), 8), (Feast::NewYear, (2021, 1, 1), 3),
    (Feast::SpringFestival, (2021, 2, 11), 7), (Feast::Qingming, (2021, 4, 3), 3),
    (Feast::MayDay, (2021, 5, 1), 5), (Feast::DragonBoat, (2021, 6, 12), 3),
    (Feast::MidAutumn, (2021, 9, 19), 3), (Feast::NationalDay, (2021, 10, 1), 7),
    (Feast::NewYear, (2022, 1, 1), 3), (Feast::SpringFestival, (2022, 1, 31), 7),
    (Feast::Qingming, (2022, 4, 3), 3), (Feast::MayDay, (2022, 4, 30), 5), (Feast::DragonBoat, (2022, 6, 3), 3),
    (Feast::MidAutumn, (2022, 9, 10), 3), (Feast::NationalDay, (2022, 10, 1), 7),
    (Feast::NewYear, (2022, 12, 31), 3), (Feast::SpringFestival, (2023, 1, 21), 7),
    (Feast::Qingming, (2023, 4, 5), 1), (Feast::MayDay, (2023, 4, 29), 5),
    (Feast::DragonBoat, (2023, 6, 22), 3), (Feast::NationalDay, (2023, 9, 29), 8),
    (Feast::NewYear, (2023, 12, 30), 3), (Feast::SpringFestival, (2024, 2, 10), 8),
    (Feast::Qingming, (2024, 4, 4), 3), (Feast::MayDay, (2024, 5, 1), 5), (Feast::DragonBoat, (2024, 6, 8), 3),
    (Feast::MidAutumn, (2024, 9, 15), 3), (Feast::NationalDay, (2024, 10, 1), 7),
    (Feast::NewYear, (2025, 1, 1), 1), (Feast::SpringFestival, (2025, 1, 28), 8),
    (Feast::Qingming, (2025, 4, 4), 3), (Feast::MayDay, (2025, 5, 1), 5), (Feast::DragonBoat, (2025, 5, 31), 3),
    (Feast::NationalDay, (2025, 10, 1), 8), (Feast::NewYear, (2026, 1, 1), 3),
    (Feast::SpringFestival, (2026, 2, 15), 9), (Feast::Qingming, (2026, 4, 4), 3),
    (Feast::MayDay, (2026, 5, 1), 5), (Feast::DragonBoat, (2026, 6, 19), 3),
    (Feast::MidAutumn, (2026, 9, 25), 3), (Feast::NationalDay, (2026, 10, 1), 7),
];

/// Saturdays and Sundays worked to make up.
#[rustfmt::skip]
const WORKED_WEEKENDS: [Date; 104] = [
    (2011, 1, 30), (2011, 2, 12), (2011, 4, 2), (2011, 10, 8), (2011, 10, 9), (2011, 12, 31), (2012, 1, 21),
    (2012, 1, 29), (2012, 3, 31), (2012, 4, 1), (2012, 4, 28), (2012, 9, 29), (2013, 1, 5), (2013, 1, 6),
    (2013, 2, 16), (2013, 2, 17), (2013, 4, 7), (2013, 4, 27), (2013, 4, 28), (2013, 6, 8), (2013, 6, 9),
    (2013, 9, 22), (2013, 9, 29), (2013, 10, 12), (2014, 1, 26), (2014, 2, 8), (2014, 5, 4), (2014, 9, 28),
    (2014, 10, 11), (2015, 1, 4), (2015, 2, 15), (2015, 2, 28), (2015, 9, 6), (2015, 10, 10), (2016, 2, 6),
    (2016, 2, 14), (2016, 6, 12), (2016, 9, 18), (2016, 10, 8), (2016, 10, 9), (2017, 1, 22), (2017, 2, 4),
    (2017, 4, 1), (2017, 5, 27), (2017, 9, 30), (2018, 2, 11), (2018, 2, 24), (2018, 4, 8), (2018, 4, 28),
    (2018, 9, 29), (2018, 9, 30), (2018, 12, 29), (2019, 2, 2), (2019, 2, 3), (2019, 4, 28), (2019, 5, 5),
    (2019, 9, 29), (2019, 10, 12), (2020, 1, 19), (2020, 4, 26), (2020, 5, 9), (2020, 6, 28), (2020, 9, 27),
    (2020, 10, 10), (2021, 2, 7), (2021, 2, 20), (2021, 4, 25), (2021, 5, 8), (2021, 9, 18), (2021, 9, 26),
    (2021, 10, 9), (2022, 1, 29), (2022, 1, 30), (2022, 4, 2), (2022, 4, 24), (2022, 5, 7), (2022, 10, 8),
    (2022, 10, 9), (2023, 1, 28), (2023, 1, 29), (2023, 4, 23), (2023, 5, 6), (2023, 6, 25), (2023, 10, 7),
    (2023, 10, 8), (2024, 2, 4), (2024, 2, 18), (2024, 4, 7), (2024, 4, 28), (2024, 5, 11), (2024, 9, 14),
    (2024, 9, 29), (2024, 10, 12), (2025, 1, 26), (2025, 2, 8), (2025, 4, 27), (2025, 9, 28), (2025, 10, 11),
    (2026, 1, 4), (2026, 2, 14), (2026, 2, 28), (2026, 5, 9), (2026, 9, 20), (2026, 10, 10),
];

/// One more than the years covered, so that the weeks before it are known.
#[rustfmt::skip]
const LUNAR_NEW_YEARS: [Date; 17] = [
    (2011, 2, 3), (2012, 1, 23), (2013, 2, 10), (2014, 1, 31), (2015, 2, 19), (2016, 2, 8), (2017, 1, 28),
    (2018, 2, 16), (2019, 2, 5), (2020, 1, 25), (2021, 2, 12), (2022, 2, 1), (2023, 1, 22), (2024, 2, 10),
    (2025, 1, 29), (2026, 2, 17), (2027, 2, 6),
];

#[rustfmt::skip]
const QIXI: [Date; 16] = [
    (2011, 8, 6), (2012, 8, 23), (2013, 8, 13), (2014, 8, 2), (2015, 8, 20), (2016, 8, 9), (2017, 8, 28), (2018, 8, 17),
    (2019, 8, 7), (2020, 8, 25), (2021, 8, 14), (2022, 8, 4), (2023, 8, 22), (2024, 8, 10), (2025, 8, 29), (2026, 8, 19),
];
