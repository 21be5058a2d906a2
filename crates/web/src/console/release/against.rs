//! What days took against what was forecast of them: a chart with both ranges, and its table.

use super::short_day;
use crate::look::chart::{Band, Line, Paint, Series};
use crate::look::money::Told;
use crate::look::say;
use crate::look::table::{Cell, Column, Kind};
use demand::in_release::{Expected, Range};
use flows::views::outlook::Point;
use maud::{Markup, html};

pub struct Against<'a> {
    pub told: Told,
    pub points: &'a [Point],
    /// Whether the newest day with takings goes on.
    pub goes_on: bool,
}

impl Against<'_> {
    fn say<'w>(&self, en: &'w str, zh: &'w str) -> &'w str {
        say(self.told.lang, en, zh)
    }

    /// One side of what was expected, in whole units.
    fn side(&self, of: fn(Expected) -> i64) -> Vec<Option<f64>> {
        self.points.iter().map(|point| point.expected.map(of).map(|minor| self.told.major(minor))).collect()
    }

    pub fn chart(&self) -> Markup {
        let newest = self.points.iter().rposition(|point| point.actual.is_some());
        let taken = |today: bool| -> Vec<Option<f64>> {
            let is_today = |i: usize| self.goes_on && newest == Some(i);
            let one = |(i, point): (usize, &Point)| {
                let actual = point.actual.filter(|_| is_today(i) == today);
                actual.map(|minor| self.told.major(minor))
            };
            self.points.iter().enumerate().map(one).collect()
        };
        let mut series = vec![Series::new(self.say("actual", "实际"), taken(false), Paint::Lantern)];
        if self.goes_on {
            series.push(Series::new(self.say("today, so far", "今天截至目前"), taken(true), Paint::Jade));
        }
        let mut bands = Vec::new();
        if self.points.iter().any(|point| point.expected.is_some()) {
            let amount = self.side(|one| one.amount);
            series.push(Series::new(self.say("forecast", "预测"), amount, Paint::Water).dashed());
            bands.push(Band {
                name: self.say("nine in ten", "九成可能"),
                low: self.side(|one| one.wide.low),
                high: self.side(|one| one.wide.high),
                inner: false,
            });
            bands.push(Band {
                name: self.say("one in two", "五成可能"),
                low: self.side(|one| one.half.low),
                high: self.side(|one| one.half.high),
                inner: true,
            });
        }
        let mark =
            if self.goes_on { self.say("today", "今天") } else { self.say("newest day", "最新一天") };
        Line {
            lang: self.told.lang,
            title: self.say("Box office by day", "每日票房"),
            says: self.say(
                "What each day took, with what had been forecast of it, and the days to come with their ranges.",
                "每日实际票房与事先的预测，以及未来各日的预测区间。",
            ),
            labels: self.points.iter().map(|point| short_day(point.day, self.told.lang)).collect(),
            series,
            bands,
            area: false,
            mark: newest.map(|i| (i, mark)),
        }
        .render()
    }
}

pub fn columns(told: Told) -> [Column<'static>; 6] {
    let lang = told.lang;
    let money = |en, zh| Column::new(say(lang, en, zh), Kind::Money).unit(told.unit());
    [
        Column::new(say(lang, "Day", "日期"), Kind::Date),
        money("Actual", "实际"),
        money("Forecast", "预测"),
        Column::new(say(lang, "Against it", "与预测相比"), Kind::Share),
        money("Half lie between", "五成区间"),
        money("Nine in ten between", "九成区间"),
    ]
}

pub fn rows(told: Told, points: &[Point]) -> Vec<Vec<Cell>> {
    let row = |point: &Point| {
        let against = point.actual.zip(point.expected).and_then(|(took, one)| change(took, one.amount));
        vec![
            Cell::date(&point.day.to_string(), &point.day.say(told.lang)),
            point.actual.map_or_else(Cell::none, |took| told.cell(took)),
            point.expected.map_or_else(Cell::none, |one| told.cell(one.amount)),
            against.map_or_else(Cell::none, |against| Cell::change(against, told.lang)),
            point.expected.map_or_else(Cell::none, |one| range(one.half, told)),
            point.expected.map_or_else(Cell::none, |one| range(one.wide, told)),
        ]
    };
    points.iter().map(row).collect()
}

/// `taken ÷ expected − 1` in parts per million.
pub fn change(taken: i64, expected: i64) -> Option<i64> {
    (expected > 0).then(|| ((taken as f64 / expected as f64 - 1.0) * 1e6).round() as i64)
}

/// `¥3.2m – ¥8.1m`, sorted by its low end.
pub fn range(range: Range, told: Told) -> Cell {
    Cell::markup(html! { (between(range, told)) }, &range.low.to_string())
}

pub fn between(range: Range, told: Told) -> String {
    format!("{} – {}", told.glance(range.low), told.glance(range.high))
}
