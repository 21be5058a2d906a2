//! A city's or a cinema's part of a release: its share of the nation's takings, on the nation's run.
//!
//! A place sells too few tickets to show a decay of its own; what it shows is its share. The share starts at what is
//! usual for the place and moves to what its days say as the nation's days pile up (a gamma prior on a rate: Gelman
//! et al., *Bayesian Data Analysis*, ch. 2).

use super::{DayAhead, Expected, Forecast, Observed, Range, amount};
use kernel::{Kind, Refusal, Words};

/// The usual share weighs as much as so many of the nation's mean days.
const USUAL_DAYS: f64 = 3.0;
/// How far shares of cinemas stray, in logarithms, when fewer days say it.
const STRAY: f64 = 0.35;

/// A place with its days of this release.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    pub name: Words,
    /// Its part of the nation's takings in earlier films, 0 to 1; `None` when it has none.
    pub usual_share: Option<f64>,
    /// In order; a day it does not report is a day without showings there.
    pub days: Vec<Observed>,
}

/// The forecast of a place, from that of the nation and the days both reported.
///
/// Refuses a place without a usual share that has sold nothing yet, and days the nation did not report.
pub fn forecast_place(nation: &Forecast, taken: &[Observed], place: &Place) -> Result<Forecast, Refusal> {
    let share = Share::of(nation, taken, place)?;
    let here = |value: i64| amount(value as f64 * share.value);
    let sold: i64 = place.days.iter().filter(|one| one.day <= nation.as_of).map(|one| one.amount).sum();
    let days = nation.days.iter().map(|ahead| DayAhead {
        day: ahead.day,
        expected: share.expected(0, here(ahead.expected.amount), &ahead.expected, 0, share.day),
    });
    let rest = here(nation.total.amount - nation.so_far);
    let total = share.expected(sold, rest, &nation.total, nation.so_far, 0.0);
    Ok(Forecast {
        measure: nation.measure,
        as_of: nation.as_of,
        so_far: sold,
        days: days.collect(),
        total,
        because: vec![share.words(place)],
    })
}

/// What part of the nation a place takes.
struct Share {
    value: f64,
    /// How far the share itself may be off, in logarithms, one standard deviation.
    unsure: f64,
    /// How far a single day strays from it.
    day: f64,
    trust: f64,
}

impl Share {
    fn of(nation: &Forecast, taken: &[Observed], place: &Place) -> Result<Share, Refusal> {
        let known = |one: &&Observed| one.day <= nation.as_of;
        let national: f64 = taken.iter().filter(known).map(|one| one.amount as f64).sum();
        let count = taken.iter().filter(known).count().max(1) as f64;
        let mut sold = 0.0;
        let mut strayed: Vec<f64> = Vec::new();
        for one in place.days.iter().filter(known) {
            let all =
                taken.iter().find(|nation| nation.day == one.day).filter(|all| all.amount >= one.amount);
            let all = all.ok_or_else(|| more_than_all(one))?;
            sold += one.amount as f64;
            if one.amount > 0 {
                strayed.push((one.amount as f64 / all.amount as f64).ln());
            }
        }
        let prior = place.usual_share.map_or(0.0, |_| USUAL_DAYS * national / count);
        let value = (sold + prior * place.usual_share.unwrap_or(0.0)) / (national + prior);
        if !(value > 0.0 && value.is_finite()) {
            return Err(nothing_sold());
        }
        let mean = strayed.iter().sum::<f64>() / strayed.len().max(1) as f64;
        let spread: f64 = strayed.iter().map(|one| (one - mean).powi(2)).sum();
        // Two days' worth of the usual stray keep a short series from looking certain.
        let day = ((spread + 2.0 * STRAY * STRAY) / (strayed.len() as f64 + 1.0).max(2.0)).sqrt();
        let trust = national / (national + prior).max(1.0);
        Ok(Share { value, unsure: day / (strayed.len() as f64 + 1.0).sqrt(), day, trust })
    }

    /// The nation's range and the share's own, which are independent: their logarithms add in squares.
    fn expected(&self, base: i64, value: i64, nation: &Expected, nation_base: i64, day: f64) -> Expected {
        let middle = (nation.amount - nation_base).max(1) as f64;
        let own = (self.unsure.powi(2) + day * day).sqrt();
        let edge = |bound: i64, normal: f64| {
            let nation = ((bound - nation_base).max(1) as f64 / middle).ln();
            let wide = (nation.powi(2) + (normal * own).powi(2)).sqrt();
            base.saturating_add(amount(value as f64 * wide.copysign(normal).exp()))
        };
        Expected {
            amount: base.saturating_add(value),
            half: Range { low: edge(nation.half.low, -0.674), high: edge(nation.half.high, 0.674) },
            wide: Range { low: edge(nation.wide.low, -1.645), high: edge(nation.wide.high, 1.645) },
        }
    }

    fn words(&self, place: &Place) -> Words {
        let (share, own) = (self.value * 100.0, self.trust * 100.0);
        Words::new(
            format!(
                "{} takes {share:.2} % of the nation: its own days count for {own:.0} %, what is usual there for the rest.",
                place.name.en
            ),
            format!("{}占全国的 {share:.2}%：其自身走势占 {own:.0}%，其余取自当地惯常占比。", place.name.zh),
        )
    }
}

fn more_than_all(one: &Observed) -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "more_than_the_nation",
        format!("On {} the place took more than the nation is reported to have taken.", one.day),
        format!("{} 该地的数值超过了全国的数值。", one.day),
    )
}

fn nothing_sold() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "too_few_days",
        "The place has sold nothing of this film yet, and its usual share is not known.",
        "该地尚未售出本片，也没有惯常占比，无从预测。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::in_release::Measure;
    use kernel::{Currency, Day};

    fn nation() -> (Forecast, Vec<Observed>) {
        let release = Day::parse("2016-12-23").unwrap();
        let taken: Vec<Observed> = (0..4).map(|i| Observed::amount(release.plus(i), 1_000_000)).collect();
        let expected = |amount: i64| Expected {
            amount,
            half: Range { low: amount * 9 / 10, high: amount * 11 / 10 },
            wide: Range { low: amount * 7 / 10, high: amount * 14 / 10 },
        };
        let days =
            (1..=28).map(|i| DayAhead { day: release.plus(3 + i), expected: expected(500_000) }).collect();
        let forecast = Forecast {
            measure: Measure::Gross(Currency::CNY),
            as_of: release.plus(3),
            so_far: 4_000_000,
            days,
            total: expected(12_000_000),
            because: Vec::new(),
        };
        (forecast, taken)
    }

    fn place(usual_share: Option<f64>, amounts: &[i64]) -> Place {
        let release = Day::parse("2016-12-23").unwrap();
        let days =
            amounts.iter().zip(0..).map(|(amount, i)| Observed::amount(release.plus(i), *amount)).collect();
        Place { name: Words::new("Hall Cinema", "大光明"), usual_share, days }
    }

    /// By hand: 4 days of 1,000,000; 40,000 sold of them; usual 0.5 % weighs 3 days:
    /// (40,000 + 3,000,000 × 0.005) ÷ (4,000,000 + 3,000,000) = 0.7857 %.
    #[test]
    fn a_share_lies_between_the_usual_and_its_own_days() {
        let (forecast, taken) = nation();
        let here = forecast_place(&forecast, &taken, &place(Some(0.005), &[10_000; 4])).unwrap();
        assert_eq!(here.days[0].expected.amount, (500_000.0_f64 * 55_000.0 / 7_000_000.0).round() as i64);
        assert_eq!(here.so_far, 40_000);
        assert!(here.because[0].en.contains("0.79 %") && here.because[0].en.contains("57 %"));
    }

    #[test]
    fn a_place_is_less_sure_than_the_nation() {
        let (forecast, taken) = nation();
        let here = forecast_place(&forecast, &taken, &place(None, &[9_000, 11_000, 10_000, 10_500])).unwrap();
        let wide = |one: &Expected| (one.wide.high as f64 / one.wide.low as f64).ln();
        assert!(wide(&here.days[0].expected) > wide(&forecast.days[0].expected));
        let one = here.days[0].expected;
        assert!([one.wide.low, one.half.low, one.amount, one.half.high, one.wide.high].is_sorted());
    }

    #[test]
    fn a_place_without_anything_known_is_refused() {
        let (forecast, taken) = nation();
        assert_eq!(forecast_place(&forecast, &taken, &place(None, &[])).unwrap_err().code, "too_few_days");
        let usual = forecast_place(&forecast, &taken, &place(Some(0.01), &[])).unwrap();
        assert!(usual.days[0].expected.amount > 0);
        let more = forecast_place(&forecast, &taken, &place(None, &[2_000_000])).unwrap_err();
        assert_eq!(more.code, "more_than_the_nation");
    }
}
