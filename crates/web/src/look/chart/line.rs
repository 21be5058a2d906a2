//! Lines over time, with bands for what may yet be.

use super::{Axis, Paint, Series, Sheet, axis::written, both, key, text, tip, width_of};
use kernel::Lang;
use maud::{Markup, html};

/// An interval along the labels, such as the forecast's P5 to P95.
pub struct Band<'a> {
    pub name: &'a str,
    pub low: Vec<Option<f64>>,
    pub high: Vec<Option<f64>>,
    /// The inner interval is drawn stronger.
    pub inner: bool,
}

pub struct Line<'a> {
    pub lang: Lang,
    pub title: &'a str,
    /// The chart in a sentence or two, for those who do not see it.
    pub says: &'a str,
    pub labels: Vec<String>,
    pub series: Vec<Series<'a>>,
    pub bands: Vec<Band<'a>>,
    /// Whether the first series is filled to the floor.
    pub area: bool,
    /// A moment to mark, such as today.
    pub mark: Option<(usize, &'a str)>,
}

impl Line<'_> {
    pub fn render(&self) -> Markup {
        let bands = self
            .bands
            .iter()
            .map(|band| (band.name, if band.inner { "band inner".into() } else { "band".into() }));
        let lines = self.series.iter().map(|series| {
            (
                series.name,
                format!("{} fill{}", series.paint.class(), if series.dashed { " faint" } else { "" }),
            )
        });
        let names: Vec<(&str, String)> = lines.chain(bands).collect();
        html! { (key(&names)) (both(self.title, self.says, |sheet| self.drawn(sheet))) }
    }

    fn drawn(&self, sheet: Sheet) -> String {
        let values = || {
            self.series
                .iter()
                .flat_map(|series| &series.values)
                .chain(self.bands.iter().flat_map(|band| &band.high))
                .chain(self.bands.iter().flat_map(|band| &band.low))
                .flatten()
                .copied()
        };
        let axis = Axis::over(sheet, values().fold(0.0, f64::min), values().fold(0.0, f64::max), self.lang);
        let step = (axis.right - axis.left - 16.0) / (self.labels.len().max(2) - 1) as f64;
        let left = axis.left + 8.0;
        let x = move |i: usize| left + step * i as f64;
        [
            self.bands_drawn(&axis, x),
            axis.drawn(),
            axis.labels(&self.labels, x),
            self.mark_drawn(&axis, x),
            self.lines_drawn(&axis, x),
            self.tips(&axis, x, step),
        ]
        .concat()
    }

    fn bands_drawn(&self, axis: &Axis, x: impl Fn(usize) -> f64) -> String {
        let mut drawn = String::new();
        for band in &self.bands {
            let at = |side: &[Option<f64>]| -> Vec<String> {
                side.iter()
                    .enumerate()
                    .filter_map(|(i, value)| value.map(|value| format!("{:.1},{:.1}", x(i), axis.y(value))))
                    .collect()
            };
            let (high, mut low) = (at(&band.high), at(&band.low));
            low.reverse();
            drawn += &format!(
                r##"<polygon class="band{}" points="{} {}"/>"##,
                if band.inner { " inner" } else { "" },
                high.join(" "),
                low.join(" ")
            );
        }
        drawn
    }

    fn lines_drawn(&self, axis: &Axis, x: impl Fn(usize) -> f64) -> String {
        let mut drawn = String::new();
        for (n, series) in self.series.iter().enumerate().rev() {
            for run in runs(&series.values) {
                let points: Vec<String> =
                    run.iter().map(|(i, value)| format!("{:.1},{:.1}", x(*i), axis.y(*value))).collect();
                let (first, last) = (run[0], run[run.len() - 1]);
                if self.area && n == 0 {
                    drawn += &format!(
                        r##"<polygon class="area {}" points="{:.1},{3:.1} {2} {4:.1},{3:.1}"/>"##,
                        series.paint.class(),
                        x(first.0),
                        points.join(" "),
                        axis.y(0.0),
                        x(last.0)
                    );
                }
                // On a band a line keeps an edge, however light its paint is.
                if !self.bands.is_empty() && !series.dashed {
                    drawn += &format!(r##"<polyline class="casing" points="{}"/>"##, points.join(" "));
                }
                drawn += &format!(
                    r##"<polyline class="line {}{}" points="{}"/>"##,
                    series.paint.class(),
                    if series.dashed { " dashed" } else { "" },
                    points.join(" ")
                );
            }
            drawn += &self.last_value(axis, series, &x);
        }
        drawn
    }

    /// The last value is written at its point.
    fn last_value(&self, axis: &Axis, series: &Series, x: &impl Fn(usize) -> f64) -> String {
        let Some((i, value)) = labelled_end(series) else { return String::new() };
        let height = axis.y(value);
        let crowded = self.series.iter().filter_map(labelled_end).any(|(_, other)| {
            let above = height - axis.y(other);
            above > 0.0 && above < LABEL_HEIGHT
        });
        let beside = if crowded { height + LABEL_HEIGHT - 4.0 } else { height - 10.0 };
        let words = written(value, self.lang);
        let at =
            x(i).clamp(axis.left + width_of(&words, 13.0) / 2.0, axis.right - width_of(&words, 13.0) / 2.0);
        format!(
            r##"<circle class="dot {}" cx="{:.1}" cy="{:.1}" r="4"/>"##,
            series.paint.class(),
            x(i),
            height
        ) + &text(at, beside, "value middle", &words)
    }

    fn mark_drawn(&self, axis: &Axis, x: impl Fn(usize) -> f64) -> String {
        let Some((i, words)) = self.mark else { return String::new() };
        let room = axis.right - x(i) > width_of(words, 12.0) + 8.0;
        let (at, class) = if room { (x(i) + 5.0, "tick") } else { (x(i) - 5.0, "tick end") };
        format!(
            r##"<line class="mark" x1="{0:.1}" y1="{1:.1}" x2="{0:.1}" y2="{2:.1}"/>"##,
            x(i),
            axis.top - 8.0,
            axis.bottom
        ) + &text(at, axis.top, class, words)
    }

    fn tips(&self, axis: &Axis, x: impl Fn(usize) -> f64, step: f64) -> String {
        let said = |i: usize| {
            let lines = self.series.iter().filter_map(|series| {
                series
                    .values
                    .get(i)
                    .copied()
                    .flatten()
                    .map(|value| format!("\n{} {}", series.name, written(value, self.lang)))
            });
            let bands = self.bands.iter().filter_map(|band| match (band.low.get(i), band.high.get(i)) {
                (Some(Some(low)), Some(Some(high))) => Some(format!(
                    "\n{} {}–{}",
                    band.name,
                    written(*low, self.lang),
                    written(*high, self.lang)
                )),
                _ => None,
            });
            lines.chain(bands).collect::<String>()
        };
        self.labels
            .iter()
            .enumerate()
            .map(|(i, label)| {
                tip(x(i) - step / 2.0, axis.top, step, axis.bottom - axis.top, &format!("{label}{}", said(i)))
            })
            .collect()
    }
}

/// Stretches of known values.
fn runs(values: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
    let mut runs: Vec<Vec<(usize, f64)>> = vec![];
    for (i, value) in values.iter().enumerate() {
        let Some(value) = value else { continue };
        match runs.last_mut() {
            Some(run) if run[run.len() - 1].0 + 1 == i => run.push((i, *value)),
            _ => runs.push(vec![(i, *value)]),
        }
    }
    runs
}

/// How much room the label of a last value needs.
const LABEL_HEIGHT: f64 = 24.0;

/// The last value of a series that gets a label: not of a forecast, not of what stands in the background.
fn labelled_end(series: &Series) -> Option<(usize, f64)> {
    let last = series.values.iter().enumerate().rev().find_map(|(i, value)| value.map(|value| (i, value)));
    last.filter(|_| !series.dashed && series.paint != Paint::Mist)
}
