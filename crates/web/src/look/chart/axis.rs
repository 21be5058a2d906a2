//! Where ticks fall, how they are written, and which labels fit.

use super::{Sheet, text, width_of};
use crate::look::money;
use kernel::Lang;

/// Round numbers from at or below `low` to at or above `high`, in steps of 1, 2 or 5 times a power of ten.
pub fn nice_ticks(low: f64, high: f64, about: usize) -> Vec<f64> {
    let span = if high > low { high - low } else { high.abs().max(1.0) };
    let step = nice_step(span / about.max(1) as f64);
    let first = (low / step).floor() as i64;
    let last = ((low + span) / step - 1e-9).ceil() as i64;
    (first..=last.max(first + 1)).map(|i| i as f64 * step).collect()
}

fn nice_step(rough: f64) -> f64 {
    let power = 10_f64.powf(rough.log10().floor());
    let times =
        [1.0, 2.0, 5.0, 10.0].into_iter().find(|times| rough <= times * power * 1.0001).unwrap_or(10.0);
    times * power
}

/// The upright axis of a chart with the box it leaves for drawing.
pub struct Axis {
    pub ticks: Vec<f64>,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    labels: Vec<String>,
}

impl Axis {
    pub(crate) fn over(sheet: Sheet, low: f64, high: f64, lang: Lang) -> Axis {
        let ticks = nice_ticks(low.min(0.0), high.max(low + 1e-9), if sheet.narrow() { 4 } else { 5 });
        let labels: Vec<String> = ticks.iter().map(|tick| written(*tick, lang)).collect();
        let widest = labels.iter().map(|label| width_of(label, 12.0)).fold(0.0, f64::max);
        Axis {
            ticks,
            labels,
            left: widest + 10.0,
            right: sheet.width - 10.0,
            top: 20.0,
            bottom: sheet.height - 28.0,
        }
    }

    pub fn y(&self, value: f64) -> f64 {
        let (low, high) = (self.ticks[0], self.ticks[self.ticks.len() - 1]);
        self.bottom - (self.bottom - self.top) * (value - low) / (high - low)
    }

    pub(crate) fn drawn(&self) -> String {
        let mut lines = String::new();
        for (tick, label) in self.ticks.iter().zip(&self.labels) {
            let y = self.y(*tick);
            let class = if *tick == 0.0 { "axis-zero" } else { "axis-line" };
            lines += &format!(
                r##"<line class="{class}" x1="{:.1}" y1="{y:.1}" x2="{:.1}" y2="{y:.1}"/>"##,
                self.left, self.right
            );
            lines += &text(self.left - 6.0, y + 4.0, "tick end", label);
        }
        lines
    }

    /// As many of the labels as stand side by side without touching.
    pub(crate) fn labels(&self, labels: &[String], x: impl Fn(usize) -> f64) -> String {
        let widest = labels.iter().map(|label| width_of(label, 12.0)).fold(1.0, f64::max) + 12.0;
        let room = ((self.right - self.left) / widest).floor().max(1.0);
        let every = (labels.len() as f64 / room).ceil().max(1.0) as usize;
        let shown = labels.iter().enumerate().filter(|(i, _)| i % every == 0);
        let half = |label: &str| width_of(label, 12.0) / 2.0;
        shown
            .map(|(i, label)| {
                text(
                    x(i).clamp(half(label), self.right + 10.0 - half(label)),
                    self.bottom + 19.0,
                    "tick middle",
                    label,
                )
            })
            .collect()
    }
}

/// A value at a glance, in the reader's own steps.
pub(crate) fn written(value: f64, lang: Lang) -> String {
    let sign = if value < 0.0 { "−" } else { "" };
    let size = value.abs();
    if size > 0.0 && size < 1.0 {
        return format!("{sign}{}", format!("{size:.2}").trim_end_matches('0'));
    }
    format!("{sign}{}", money::short(size, lang))
}

/// The same to two digits: `46bn`.
pub(crate) fn rounded(value: f64, lang: Lang) -> String {
    let step = 10_f64.powf(value.abs().max(1.0).log10().floor() - 1.0);
    written((value / step).round() * step, lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_ones_twos_and_fives() {
        assert_eq!(nice_ticks(0.0, 115.0, 5), [0.0, 50.0, 100.0, 150.0]);
        assert_eq!(nice_ticks(0.0, 9.0, 5), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(nice_ticks(0.0, 1.0, 5), [0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0]);
        assert_eq!(nice_ticks(-68.2, 131.5, 4), [-100.0, -50.0, 0.0, 50.0, 100.0, 150.0]);
    }

    #[test]
    fn ticks_cover_the_values_even_when_all_are_one() {
        for (low, high) in [(0.0, 0.0), (5.0, 5.0), (0.0, 1e-9), (0.0, 7e12)] {
            let ticks = nice_ticks(low, high, 5);
            assert!(
                ticks.len() >= 2 && ticks.len() < 12 && ticks[0] <= low && ticks[ticks.len() - 1] >= high,
                "{low} {high}"
            );
        }
    }
}
