//! How much wider or narrower ranges are told than the newest errors alone would have them: adaptive conformal
//! inference (Gibbs and Candès 2021).
//!
//! When a market grows noisier or calmer than it was, most of the newest errors are still the old market's, and ranges
//! made of them hold too little or too much. So a range widens by a step with each forecast that came due outside it
//! and narrows with each that lay inside, in such a proportion that one which holds what it says stays where it is.

use kernel::{Day, Words};
use serde::{Deserialize, Serialize};

/// The last age of each group of forecasts that are held against what came.
const AGE_GROUPS: [i32; 6] = [2, 4, 5, 10, 17, i32::MAX];
/// How far widths move, as logarithms, on a day on which as many forecasts come due as usually and everything is
/// missed, less what may be: of the half range and of the wide one. One forecast of many moves them less than one of
/// few, or the ranges of a large market would tremble.
pub(super) const STEPS_OF_DAYS: [f64; 2] = [0.1, 0.05];
/// Of totals, which come due weeks later.
pub(super) const STEPS_OF_TOTALS: [f64; 2] = [0.05, 0.05];
/// How often the half range and the wide range may be missed.
const MISSED: [f64; 2] = [0.5, 0.1];
/// A width moves at most this far, as a logarithm.
const WIDTH_MAX: f64 = 2.0;
/// The ends of the wide range lie this many times further out than those of the half range, at least.
const BEYOND_HALF: f64 = 1.1;
/// A range that is a tenth wider or narrower than the newest errors would have it is worth a sentence.
const MARKED: f64 = 0.1;
/// The sentence tells what became of so many forecasts, or a few more.
const TOLD: u32 = 500;

/// What had come due by the end of a day of the forecasts made at one group of ages.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct CameDue {
    day: Day,
    forecasts: u32,
    /// How many of them lay in the half range and in the wide range that had been told.
    held: [u32; 2],
    /// By how much the half range and the wide range are widened from then on, as logarithms.
    widths: [f64; 2],
}

/// The widths of ranges day by day, by group of ages. What came due on a day is known at its end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Widths([Vec<CameDue>; AGE_GROUPS.len()]);

impl Widths {
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Vec::is_empty)
    }

    /// The newest day of an age's group up to a day, and those before it.
    fn until(&self, as_of: Day, age: i32) -> &[CameDue] {
        let days = &self.0[group(age)];
        &days[..days.partition_point(|one| one.day <= as_of)]
    }

    /// By how much the half range and the wide range are widened at the end of a day, as logarithms.
    pub fn at(&self, as_of: Day, age: i32) -> [f64; 2] {
        self.until(as_of, age).last().map_or([0.0; 2], |one| one.widths)
    }

    /// A forecast made at an age came due: whether its half range and its wide range held it, and how far a day moves
    /// them. Days come in order. An age's first day moves nothing, for nobody knows yet how many a day brings.
    pub fn come_due(&mut self, day: Day, age: i32, held: [bool; 2], steps: [f64; 2]) {
        let days = &mut self.0[group(age)];
        match days.last() {
            None => days.push(CameDue { day, forecasts: 0, held: [0; 2], widths: [0.0; 2] }),
            Some(last) if last.day < day => days.push(CameDue { day, ..*last }),
            Some(_) => {}
        }
        let earlier = days.len() - 1;
        let usual = earlier.checked_sub(1).map(|last| f64::from(days[last].forecasts) / earlier as f64);
        let part = usual.map_or(0.0, |usual| 1.0 / usual);
        let today = &mut days[earlier];
        today.forecasts += 1;
        for range in 0..2 {
            let missed = f64::from(u8::from(!held[range]));
            today.held[range] += u32::from(held[range]);
            let width = today.widths[range] + steps[range] * part * (missed - MISSED[range]);
            today.widths[range] = width.clamp(-WIDTH_MAX, WIDTH_MAX);
        }
    }

    /// Where errors lay, at 5, 25, 50, 75 and 95 %, widened from the middle by what is known at the end of a day.
    pub fn widen(&self, as_of: Day, age: i32, points: [f64; 5]) -> [f64; 5] {
        widened(points, self.at(as_of, age))
    }

    /// What is to be said of ranges that were widened or narrowed markedly.
    pub fn words(&self, as_of: Day, age: i32) -> Option<Words> {
        let widths = self.at(as_of, age);
        if widths.iter().all(|width| (width.exp() - 1.0).abs() < MARKED) {
            return None;
        }
        let days = self.until(as_of, age);
        let now = days.last()?;
        let before = days.iter().rev().find(|one| one.forecasts + TOLD <= now.forecasts);
        let (forecasts, held) = before.map_or((now.forecasts, now.held), |before| {
            (now.forecasts - before.forecasts, [0, 1].map(|range| now.held[range] - before.held[range]))
        });
        let percent = |held: u32| format!("{:.0}", f64::from(held) / f64::from(forecasts) * 100.0);
        let ([half, wide], [in_half, in_wide]) = (widths.map(change), held.map(percent));
        Some(Words::new(
            format!(
                "So that they hold what they say, the half range is told {} and the wide one {} than these errors have \
                 it: of the last {forecasts} forecasts at about this age that came due, {in_half} % lay in the half \
                 range told and {in_wide} % in the wide one.",
                half.en, wide.en
            ),
            format!(
                "为使区间名副其实，50% 区间比这些误差所示{}，90% 区间{}：最近到期的 {forecasts} 个同龄预测中，{in_half}% \
                 落在当时给出的 50% 区间内，{in_wide}% 落在 90% 区间内。",
                half.zh, wide.zh
            ),
        ))
    }
}

/// 0.182 is 20 % wider.
fn change(width: f64) -> Words {
    let (en, zh) = if width < 0.0 { ("narrower", "窄") } else { ("wider", "宽") };
    let percent = ((width.exp() - 1.0) * 100.0).abs();
    Words::new(format!("{percent:.0} % {en}"), format!("{zh} {percent:.0}%"))
}

fn group(age: i32) -> usize {
    AGE_GROUPS.iter().position(|last| age <= *last).unwrap_or(AGE_GROUPS.len() - 1)
}

/// The ends never cross.
fn widened(points: [f64; 5], widths: [f64; 2]) -> [f64; 5] {
    let middle = points[2];
    let from_middle = |point: usize, width: f64| (points[point] - middle) * width.exp();
    let [low, high] = [1, 3].map(|point| from_middle(point, widths[0]));
    let wide_low = from_middle(0, widths[1]).min(BEYOND_HALF * low);
    let wide_high = from_middle(4, widths[1]).max(BEYOND_HALF * high);
    [wide_low, low, 0.0, high, wide_high].map(|end| middle + end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Dice;

    fn day(number: i32) -> Day {
        Day::new(2014, 1, 1).unwrap().plus(number)
    }

    /// Ten forecasts made at seven days come due: so many lay in the half range, so many in the wide one.
    fn ten(widths: &mut Widths, on: Day, half: usize, wide: usize) {
        (0..10).for_each(|i| widths.come_due(on, 7, [i < half, i < wide], STEPS_OF_DAYS));
    }

    /// The worked example of the page.
    #[test]
    fn a_range_that_held_too_few_is_told_wider() {
        let mut widths = Widths::default();
        (0..2).for_each(|on| ten(&mut widths, day(on), 5, 9));
        ten(&mut widths, day(2), 3, 8);
        let [half, wide] = widths.at(day(2), 7);
        assert!((half - 0.02).abs() < 1e-12 && (wide - 0.005).abs() < 1e-12, "{half} {wide}");
        let told = widths.widen(day(2), 7, [-0.48, -0.18, 0.02, 0.22, 0.42]);
        let expected = [-0.48251, -0.18404, 0.02, 0.22404, 0.42200];
        assert!(told.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{told:?}");
    }

    #[test]
    fn a_day_moves_a_large_market_as_far_as_a_small_one() {
        let after = |times: i32| {
            let mut widths = Widths::default();
            (0..40).for_each(|i| ten(&mut widths, day(i / times), 3, 8));
            widths.at(day(40), 7).map(|width| width / f64::from(40 / times - 1))
        };
        let (small, large) = (after(1), after(10));
        assert!(
            small.iter().zip(large).all(|(a, b)| (a - b).abs() < 1e-9 && *a > 0.0),
            "{small:?} {large:?}"
        );
    }

    #[test]
    fn a_range_that_holds_what_it_says_stays_where_it_is() {
        let mut widths = Widths::default();
        (0..40).for_each(|on| ten(&mut widths, day(on), 5, 9));
        assert!(widths.at(day(40), 7).iter().all(|width| width.abs() < 1e-9));
        assert_eq!(widths.words(day(40), 7), None);
    }

    #[test]
    fn what_came_due_counts_from_its_day_on_and_for_its_ages_alone() {
        let mut widths = Widths::default();
        ten(&mut widths, day(3), 5, 9);
        ten(&mut widths, day(5), 0, 0);
        let once = widths.at(day(5), 8);
        ten(&mut widths, day(9), 0, 0);
        assert_eq!(widths.at(day(4), 8), [0.0; 2]);
        assert!(once[0] > 0.0 && widths.at(day(8), 8) == once && widths.at(day(9), 8)[0] > once[0]);
        assert_eq!([3, 14].map(|age| widths.at(day(9), age)), [[0.0; 2]; 2]);
    }

    #[test]
    fn ranges_never_cross_and_never_run_away() {
        let mut dice = Dice::seeded(4);
        for _ in 0..2_000 {
            let mut points: Vec<f64> = (0..5).map(|_| dice.normal()).collect();
            points.sort_by(f64::total_cmp);
            let widths = [0, 1].map(|_| 4.0 * dice.fraction() - 2.0);
            let told = widened(points.try_into().unwrap(), widths);
            assert!(told.windows(2).all(|pair| pair[0] < pair[1]), "{told:?}");
        }
        let mut widths = Widths::default();
        (0..500).for_each(|on| ten(&mut widths, day(on), 0, 0));
        assert_eq!(widths.at(day(500), 7), [WIDTH_MAX; 2]);
    }

    #[test]
    fn ranges_that_were_widened_markedly_say_so() {
        let mut widths = Widths::default();
        (0..61).for_each(|on| ten(&mut widths, day(on), 4, 10));
        let said = widths.words(day(60), 7).unwrap();
        assert!(
            said.en.contains("half range is told 82 % wider and the wide one 26 % narrower"),
            "{}",
            said.en
        );
        assert!(said.en.contains("of the last 500 forecasts"), "{}", said.en);
        assert!(said.en.contains("40 % lay in the half range told and 100 % in the wide one"), "{}", said.en);
        assert!(
            said.zh.contains("宽 82%")
                && said.zh.contains("窄 26%")
                && said.zh.contains("500 个")
                && said.zh.contains("40%"),
            "{}",
            said.zh
        );
        assert_eq!(widths.words(day(60), 1), None);
    }
}
