//! Charts as SVG drawn on the server, each in a figure whose title says the finding, its table underneath.
//!
//! A chart is drawn in three widths and the style sheet shows the one that fits, so that
//! letters keep their size on a phone. Colours come from classes and follow the light.

mod axis;
mod bars;
mod columns;
mod hours;
mod line;
mod waterfall;

pub use axis::Axis;
pub use bars::{Bar, Part, bars, share_bar};
pub use columns::Columns;
pub use hours::{Hours, Slot, clock};
pub use line::{Band, Line};
pub use waterfall::{Fall, waterfall};

use super::{say, table::Table};
use kernel::Lang;
use maud::{Markup, PreEscaped, html};

/// Values along the labels; `None` where nothing is known.
#[derive(Clone)]
pub struct Series<'a> {
    pub name: &'a str,
    pub values: Vec<Option<f64>>,
    pub paint: Paint,
    pub dashed: bool,
}

impl<'a> Series<'a> {
    pub fn new(name: &'a str, values: Vec<Option<f64>>, paint: Paint) -> Series<'a> {
        Series { name, values, paint, dashed: false }
    }

    /// Drawn as a broken line: a plan or a guess.
    pub fn dashed(self) -> Series<'a> {
        Series { dashed: true, ..self }
    }
}

/// What a shape is painted with; the style sheet knows the colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    Lantern,
    Water,
    Jade,
    Cinnabar,
    Mist,
}

impl Paint {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Paint::Lantern => "c-lantern",
            Paint::Water => "c-water",
            Paint::Jade => "c-jade",
            Paint::Cinnabar => "c-cinnabar",
            Paint::Mist => "c-mist",
        }
    }
}

/// A chart with everything a reader needs to trust it.
pub struct Figure<'a> {
    pub lang: Lang,
    /// The finding, as a sentence.
    pub title: &'a str,
    pub unit: &'a str,
    pub source: &'a str,
    pub chart: Markup,
    pub table: Table<'a>,
}

impl Figure<'_> {
    pub fn render(&self) -> Markup {
        html! {
            figure class="card figure" {
                figcaption { p class="finding" { (self.title) } p class="muted" { (self.unit) } }
                (self.chart)
                details { summary { (say(self.lang, "The numbers", "查看数据")) } (self.table.render(self.lang)) }
                p class="source" { (say(self.lang, "Source: ", "来源：")) (self.source) }
            }
        }
    }
}

/// A small line without axes, for the foot of a stat.
pub fn sparkline(values: &[f64], says: &str) -> Markup {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    let step = 120.0 / (values.len().max(2) - 1) as f64;
    let at = |(i, value): (usize, &f64)| (2.0 + i as f64 * step, 30.0 - 26.0 * (value - low) / span);
    let points: Vec<(f64, f64)> = values.iter().enumerate().map(at).collect();
    let line: String = points.iter().map(|(x, y)| format!("{x:.1},{y:.1} ")).collect();
    html! {
        @if let Some((x, y)) = points.last() {
            svg class="spark" viewBox="0 0 128 34" role="img" aria-label=(says) {
                polygon class="spark-area" points={ "2,34 " (line) (format!("{x:.1}")) ",34" } {}
                polyline class="spark-line" points=(line) {}
                circle class="spark-dot" cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="3" {}
            }
        }
    }
}

/// Draws the chart in every width.
pub(crate) fn both(title: &str, says: &str, draw: impl Fn(Sheet) -> String) -> Markup {
    html! { div class="chart-box" { (on_sheets(title, says, &[WIDE, MIDDLE, NARROW], draw)) } }
}

/// The same for a chart whose height follows from what is in it.
pub(crate) fn both_sized(title: &str, says: &str, height: f64, draw: impl Fn(Sheet) -> String) -> Markup {
    let sheets = [WIDE, MIDDLE, NARROW].map(|sheet| Sheet { height, ..sheet });
    html! { div class="chart-box" { (on_sheets(title, says, &sheets, draw)) } }
}

/// The same for a chart with links in it.
pub(crate) fn both_with_links(
    title: &str,
    says: &str,
    height: f64,
    draw: impl Fn(Sheet) -> String,
) -> Markup {
    let sheets = [WIDE, MIDDLE, NARROW].map(|sheet| Sheet { height, ..sheet });
    html! { div class="chart-box" { (as_a("group", title, says, &sheets, draw)) } }
}

fn on_sheets(title: &str, says: &str, sheets: &[Sheet], draw: impl Fn(Sheet) -> String) -> Markup {
    as_a("img", title, says, sheets, draw)
}

fn as_a(role: &str, title: &str, says: &str, sheets: &[Sheet], draw: impl Fn(Sheet) -> String) -> Markup {
    let svg = |sheet: &Sheet| {
        html! { svg class={ "chart " (sheet.class) } viewBox={ "0 0 " (sheet.width) " " (sheet.height) } role=(role) aria-label=(title) { title { (title) } desc { (says) } (PreEscaped(draw(*sheet))) } }
    };
    html! { @for sheet in sheets { (svg(sheet)) } }
}

#[derive(Clone, Copy)]
pub(crate) struct Sheet {
    pub width: f64,
    pub height: f64,
    pub class: &'static str,
}

const WIDE: Sheet = Sheet { width: 1000.0, height: 360.0, class: "chart-wide" };
const MIDDLE: Sheet = Sheet { width: 560.0, height: 300.0, class: "chart-middle" };
const NARROW: Sheet = Sheet { width: 360.0, height: 264.0, class: "chart-narrow" };

impl Sheet {
    pub fn narrow(&self) -> bool {
        self.width < 500.0
    }
}

/// Words as SVG text, escaped.
pub(crate) fn text(x: f64, y: f64, class: &str, words: &str) -> String {
    html! { text x=(format!("{x:.1}")) y=(format!("{y:.1}")) class=(class) { (words) } }.into_string()
}

/// An invisible box that says its words when pointed at.
pub(crate) fn tip(x: f64, y: f64, width: f64, height: f64, words: &str) -> String {
    html! { rect class="tip" x=(format!("{x:.1}")) y=(format!("{y:.1}")) width=(format!("{width:.1}")) height=(format!("{height:.1}")) { title { (words) } } }.into_string()
}

/// How wide words are at a size: 中文 is square, Latin about half as wide.
pub(crate) fn width_of(words: &str, size: f64) -> f64 {
    words.chars().map(|letter| if letter as u32 >= 0x2e80 { size } else { size * 0.56 }).sum()
}

/// The names of what is drawn, in a row above the chart.
pub(crate) fn key(names: &[(&str, String)]) -> Markup {
    html! { @if names.len() > 1 { ul class="chart-key" aria-hidden="true" { @for (name, class) in names { li { svg viewBox="0 0 18 10" width="18" height="10" { rect class=(class) x="0" y="1" width="18" height="8" rx="2" {} } (name) } } } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_charts_are_escaped() {
        let line = Line {
            lang: Lang::En,
            title: "<t>",
            says: "<s>",
            labels: vec!["<l>".into(), "b".into()],
            series: vec![Series::new("<n>", vec![Some(1.0), Some(2.0)], Paint::Lantern)],
            bands: vec![],
            area: false,
            mark: Some((1, "<m>")),
        };
        let drawn = line.render().into_string();
        for word in ["<t>", "<s>", "<l>", "<n>", "<m>"] {
            assert!(!drawn.contains(word), "{word}");
        }
        assert!(!drawn.contains(" style=") && !drawn.contains("NaN"));
    }

    #[test]
    fn nothing_known_still_draws() {
        let columns =
            Columns { lang: Lang::Zh, title: "t", says: "", labels: vec![], stacks: vec![], growth: None };
        assert!(!columns.render().into_string().contains("NaN"));
        assert_eq!(sparkline(&[], "none").into_string(), "");
        assert!(!sparkline(&[3.0], "one").into_string().contains("NaN"));
    }
}
