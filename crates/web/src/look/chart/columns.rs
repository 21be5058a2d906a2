//! Columns, stacked when there are several, with growth as a line of its own above them.

use super::{Axis, Series, Sheet, axis::rounded, axis::written, both, key, text, tip, width_of};
use kernel::Lang;
use maud::{Markup, html};

pub struct Columns<'a> {
    pub lang: Lang,
    pub title: &'a str,
    pub says: &'a str,
    pub labels: Vec<String>,
    /// The first stands at the bottom.
    pub stacks: Vec<Series<'a>>,
    /// Growth in percent with its name, drawn as a line in a band above the columns.
    pub growth: Option<(&'a str, Vec<Option<f64>>)>,
}

impl Columns<'_> {
    pub fn render(&self) -> Markup {
        let stacks = self.stacks.iter().map(|series| (series.name, format!("{} fill", series.paint.class())));
        let names: Vec<(&str, String)> =
            stacks.chain(self.growth.iter().map(|(name, _)| (*name, "c-ink fill".to_string()))).collect();
        html! { (key(&names)) (both(self.title, self.says, |sheet| self.drawn(sheet))) }
    }

    fn drawn(&self, sheet: Sheet) -> String {
        let highest = (0..self.labels.len()).map(|i| self.sum(i)).fold(0.0, f64::max);
        let lowest =
            self.stacks.iter().flat_map(|series| &series.values).flatten().copied().fold(0.0, f64::min);
        let mut axis = Axis::over(sheet, lowest, highest, self.lang);
        if self.growth.is_some() {
            axis.top += if sheet.narrow() { 62.0 } else { 78.0 };
        }
        let step = (axis.right - axis.left) / self.labels.len().max(1) as f64;
        let left = axis.left;
        let middle = move |i: usize| left + step * (i as f64 + 0.5);
        [
            axis.drawn(),
            axis.labels(&self.labels, middle),
            self.stacked(&axis, middle, step),
            self.growth_drawn(&axis, middle, step),
            self.tips(&axis, middle, step),
        ]
        .concat()
    }

    fn sum(&self, i: usize) -> f64 {
        self.stacks.iter().filter_map(|series| series.values.get(i).copied().flatten()).sum()
    }

    fn stacked(&self, axis: &Axis, middle: impl Fn(usize) -> f64, step: f64) -> String {
        let wide = (step * 0.68).min(46.0);
        // Bold letters are wider than most, and a sum that touches its neighbour's is read as one with it.
        let fit = |write: fn(f64, Lang) -> String| {
            (0..self.labels.len()).all(|i| 1.15 * width_of(&write(self.sum(i), self.lang), 13.0) < step - 2.0)
        };
        let write = [written, rounded].into_iter().find(|write| fit(*write));
        let mut drawn = String::new();
        for i in 0..self.labels.len() {
            let mut floor = 0.0;
            for series in &self.stacks {
                let Some(value) = series.values.get(i).copied().flatten() else { continue };
                let (top, foot) = (axis.y(floor + value.max(0.0)), axis.y(floor + value.min(0.0)));
                drawn += &format!(
                    r##"<rect class="{} fill" x="{:.1}" y="{top:.1}" width="{wide:.1}" height="{:.1}" rx="2"/>"##,
                    series.paint.class(),
                    middle(i) - wide / 2.0,
                    (foot - top).max(0.0)
                );
                floor += value;
            }
            if let Some(write) = write.filter(|_| floor > 0.0) {
                drawn += &text(middle(i), axis.y(floor) - 5.0, "value middle", &write(floor, self.lang));
            }
        }
        drawn
    }

    fn growth_drawn(&self, axis: &Axis, middle: impl Fn(usize) -> f64, step: f64) -> String {
        let Some((_, growth)) = &self.growth else { return String::new() };
        let known = || growth.iter().flatten().copied();
        let (low, high) = (known().fold(0.0, f64::min), known().fold(1.0, f64::max));
        let (top, foot) = (16.0, axis.top - 28.0);
        let y = |value: f64| foot - (foot - top) * (value - low) / (high - low);
        let points: Vec<(usize, f64)> =
            growth.iter().enumerate().filter_map(|(i, value)| value.map(|value| (i, value))).collect();
        let line: String =
            points.iter().map(|(i, value)| format!("{:.1},{:.1} ", middle(*i), y(*value))).collect();
        let mut drawn = format!(
            r##"<line class="axis-zero" x1="{:.1}" y1="{2:.1}" x2="{:.1}" y2="{2:.1}"/><polyline class="line c-ink" points="{line}"/>"##,
            axis.left,
            axis.right,
            y(0.0)
        );
        drawn += &text(axis.left - 6.0, y(0.0) + 4.0, "tick end", "0%");
        for (i, value) in points {
            let words = format!("{value:+.0}%").replace('-', "−");
            drawn +=
                &format!(r##"<circle class="dot c-ink" cx="{:.1}" cy="{:.1}" r="3"/>"##, middle(i), y(value));
            if step > width_of("+100%", 12.0) || i + 1 == self.labels.len() {
                drawn +=
                    &text(middle(i), y(value) + if value < 0.0 { 15.0 } else { -7.0 }, "tick middle", &words);
            }
        }
        drawn
    }

    fn tips(&self, axis: &Axis, middle: impl Fn(usize) -> f64, step: f64) -> String {
        let said = |i: usize| {
            self.stacks
                .iter()
                .filter_map(|series| {
                    series
                        .values
                        .get(i)
                        .copied()
                        .flatten()
                        .map(|value| format!("\n{} {}", series.name, written(value, self.lang)))
                })
                .collect::<String>()
        };
        self.labels
            .iter()
            .enumerate()
            .map(|(i, label)| {
                tip(middle(i) - step / 2.0, 0.0, step, axis.bottom, &format!("{label}{}", said(i)))
            })
            .collect()
    }
}
