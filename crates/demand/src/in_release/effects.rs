//! What weekdays and holidays do to the days to come, as a model learned it.

use super::shape::{Row, Shape, WEDNESDAY};
use super::{Model, Watch};
use crate::calendar::Calendar;
use kernel::{Day, Words};

/// What a day's place in the calendar does to a film, whatever its age.
#[derive(Clone, Debug, PartialEq)]
pub struct Effect {
    pub day: Day,
    /// The holiday or the day for going out that it is, if any.
    pub occasion: Option<Words>,
    /// Against a plain Wednesday, as a logarithm: 0.693 is twice as much.
    pub ln: f64,
}

/// `ln` is `Σ coefficient × regressor` of the calendar alone (Row::of_calendar), less that of a Wednesday.
fn effects(shape: &Shape, calendar: &Calendar, days: impl IntoIterator<Item = Day>) -> Vec<Effect> {
    let wednesday = shape.coefficients[WEDNESDAY];
    let one = |day: Day| {
        let holiday = calendar.holiday(day).map(|holiday| holiday.feast.words());
        Effect {
            day,
            occasion: holiday.or_else(|| calendar.outing(day).map(|outing| outing.words())),
            ln: Row::of_calendar(calendar, day).times(&shape.coefficients) - wednesday,
        }
    };
    days.into_iter().map(one).collect()
}

impl Model {
    /// What the calendar does to these days.
    pub fn effects(&self, calendar: &Calendar, days: impl IntoIterator<Item = Day>) -> Vec<Effect> {
        effects(&self.shape, calendar, days)
    }
}

impl Watch<'_> {
    /// What the calendar does to these days.
    pub fn effects(&self, calendar: &Calendar, days: impl IntoIterator<Item = Day>) -> Vec<Effect> {
        effects(self.shape(), calendar, days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekend_is_better_than_a_wednesday_and_a_holiday_has_its_name() {
        let first = Day::parse("2016-12-28").unwrap();
        let told = Model::shipped().effects(&Calendar::mainland_china(), (0..7).map(|i| first.plus(i)));
        assert_eq!(told.len(), 7);
        assert_eq!((told[0].ln, &told[0].occasion), (0.0, &None), "a plain Wednesday");
        let new_year = told.iter().find(|one| one.day == Day::parse("2017-01-01").unwrap()).unwrap();
        assert!(new_year.ln > 0.3 && new_year.occasion.is_some(), "{new_year:?}");
    }
}
