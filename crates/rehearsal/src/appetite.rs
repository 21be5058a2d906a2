//! How many people want to see a film on a day: what the shoppers of a rehearsal do not know themselves.
//!
//! Box office at real proportions, in yuan: opening × calendar × word of mouth. A film that disappoints
//! loses most of its audience within days and keeps a stubborn rest: `w(d) = a·0.70^d + (1−a)·0.90^d`.
//! The yardstick is the real release of 23 December 2016 (78.88 m on the first day, 115 m on Christmas
//! Eve, 445 m after ten days); calendar and rates are set so that a rehearsal comes out near it, after
//! abandoned holds, full halls, refunds and ads have had their say.

use kernel::Day;

/// A film as the audience feels about it.
#[derive(Clone, Debug)]
pub struct Appeal {
    pub premiere: Day,
    /// Box office of an ordinary Friday at the premiere, in yuan without service fees.
    pub opening_yuan: f64,
    /// The part of the audience that bad word of mouth frightens away fast, 0 to 1.
    pub disappointment: f64,
}

/// What consumers paid for a ticket in 2016 on average, in yuan without service fees.
pub const AVERAGE_PRICE_YUAN: f64 = 33.3;

impl Appeal {
    /// Box office wanted on a day, in yuan at real proportions.
    pub fn yuan(&self, day: Day) -> f64 {
        let age = f64::from(self.premiere.days_until(day));
        if age < 0.0 {
            return 0.0;
        }
        let fast = 0.70_f64.powf(age);
        let slow = 0.90_f64.powf(age);
        let word_of_mouth = self.disappointment * fast + (1.0 - self.disappointment) * slow;
        let opening_night = if age == 0.0 { 1.14 } else { 1.0 };
        self.opening_yuan * calendar(day) * word_of_mouth * opening_night
    }

    /// Admissions wanted on a day, where one of ours stands for `one_stands_for` real ones.
    pub fn admissions(&self, day: Day, one_stands_for: f64) -> f64 {
        self.yuan(day) / AVERAGE_PRICE_YUAN / one_stands_for
    }
}

/// How a day compares with a Friday.
pub fn calendar(day: Day) -> f64 {
    let weekday = match day.weekday() {
        1..=4 => 0.66,
        5 => 0.85,
        6 => 1.50,
        _ => 1.38,
    };
    let festive = match (day.month(), day.day()) {
        (12, 24) => 1.18,
        (12, 25) => 1.22,
        (12, 31) => 1.04,
        (1, 1) => 1.16,
        (1, 2) => 1.60,
        _ => 1.0,
    };
    weekday * festive
}

/// When on a day people like to sit down, by the hour a showing starts.
pub fn hour(hour: i8) -> f64 {
    match hour {
        ..=10 => 0.35,
        11..=12 => 0.6,
        13..=14 => 0.85,
        15..=16 => 0.95,
        17..=18 => 1.15,
        19..=20 => 1.7,
        21 => 1.0,
        _ => 0.5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ten_days_are_near_the_facts() {
        let premiere = Day::new(2016, 12, 23).expect("a day");
        let film =
            Appeal { premiere, opening_yuan: crate::world::FERRYMAN_OPENING_YUAN, disappointment: 0.55 };
        let days: Vec<f64> = (0..10).map(|i| film.yuan(premiere.plus(i)) / 1e6).collect();
        let near = |got: f64, fact: f64, tolerance: f64| (got / fact - 1.0).abs() < tolerance;
        assert!(near(days[0], 78.88, 0.05), "opening day {:.1}", days[0]);
        assert!(near(days[1], 115.0, 0.08), "second day {:.1}", days[1]);
        assert!(near(days[..3].iter().sum(), 278.0, 0.06), "weekend {:.1}", days[..3].iter().sum::<f64>());
        assert!(near(days[3..].iter().sum(), 150.89, 0.12), "week {:.1}", days[3..].iter().sum::<f64>());
        assert!(near(days.iter().sum(), 445.38, 0.08), "ten days {:.1}", days.iter().sum::<f64>());
    }
}
