//! The methods that forecasts of showings are measured against.

use demand::boosting::{Boosted, Loss, Settings, Table};
use demand::showing::{DayKind, Played, Showing};
use kernel::Day;
use std::collections::BTreeMap;

/// The film's mean here over the last seven days, else the film's elsewhere, else everybody's.
pub fn last_seven_days(history: &[Played], schedule: &[Showing], asked: Day) -> Vec<f64> {
    let mut sums: BTreeMap<(&str, &str), (f64, f64)> = BTreeMap::new();
    for one in history.iter().filter(|one| one.showing.day >= asked.plus(-7)) {
        let Some(sold) = one.sold else { continue };
        let (film, cinema) = (one.showing.film.as_str(), one.showing.cinema.as_str());
        for key in [(film, cinema), (film, ""), ("", "")] {
            let sum = sums.entry(key).or_default();
            *sum = (sum.0 + f64::from(sold), sum.1 + 1.0);
        }
    }
    let mean = |showing: &Showing| {
        let (film, cinema) = (showing.film.as_str(), showing.cinema.as_str());
        let found = [(film, cinema), (film, ""), ("", "")].iter().find_map(|key| sums.get(key)).copied();
        found.map_or(0.0, |(sum, count)| sum / count)
    };
    schedule.iter().map(mean).collect()
}

/// Gradient boosting (Poisson) on the plain columns of a showing and the film's mean of the last seven days.
pub struct Plain<'a> {
    days: &'a dyn Fn(Day) -> DayKind,
    codes: BTreeMap<String, f64>,
    model: Boosted,
}

impl<'a> Plain<'a> {
    pub fn fit(history: &[Played], asked: Day, days: &'a dyn Fn(Day) -> DayKind) -> Plain<'a> {
        let mut codes = BTreeMap::new();
        for one in history {
            for name in [&one.showing.film, &one.showing.cinema] {
                let next = codes.len() as f64;
                codes.entry(name.clone()).or_insert(next);
            }
        }
        let mut plain = Plain {
            days,
            codes,
            model: Boosted::fit(&Table::new(0), &[], &[], Loss::Poisson, &Settings::default()),
        };
        let mut table = Table::new(9);
        let mut sold = Vec::new();
        let first = history.iter().map(|one| one.showing.day).min().unwrap_or(asked);
        for ahead in 1..=first.days_until(asked) {
            let day = first.plus(ahead);
            let (before, rest) = history.split_at(history.partition_point(|one| one.showing.day < day));
            let of_day: Vec<&Played> =
                rest.iter().filter(|one| one.showing.day == day && one.sold.is_some()).collect();
            let schedule: Vec<Showing> = of_day.iter().map(|one| one.showing.clone()).collect();
            plain.rows(before, &schedule, day).iter().for_each(|row| table.push(row));
            sold.extend(of_day.iter().map(|one| f64::from(one.sold.unwrap_or(0))));
        }
        let weights = vec![1.0; sold.len()];
        plain.model = Boosted::fit(&table, &sold, &weights, Loss::Poisson, &Settings::default());
        plain
    }

    pub fn forecast(&self, history: &[Played], schedule: &[Showing], asked: Day) -> Vec<f64> {
        self.rows(history, schedule, asked).iter().map(|row| self.model.predict(row)).collect()
    }

    fn rows(&self, history: &[Played], schedule: &[Showing], asked: Day) -> Vec<[f64; 9]> {
        let means = last_seven_days(history, schedule, asked);
        let code = |name: &str| self.codes.get(name).copied().unwrap_or(f64::NAN);
        let row = |(showing, mean): (&Showing, f64)| {
            let kind = (self.days)(showing.day);
            let flag = |yes: bool| f64::from(u8::from(yes));
            [
                code(&showing.film),
                code(&showing.cinema),
                f64::from(showing.minute),
                showing.seats.map_or(f64::NAN, f64::from),
                f64::from(showing.day.weekday()),
                flag(kind.rests),
                flag(kind.eve),
                flag(kind.school_holiday),
                mean,
            ]
        };
        schedule.iter().zip(means).map(row).collect()
    }
}
