//! The release's two charts: what it takes against the forecast, and its share of showings against its share of box office.

use super::outlook::{Outlook, Point};
use super::{Glance, short_day};
use crate::look::chart::{Band, Figure, Line, Paint, Series};
use crate::look::money;
use crate::look::parts;
use crate::look::table::{Cell, Column, Kind, Table};
use demand::in_release::{Expected, Range};
use flows::views::takings::FilmDay;
use kernel::Lang;
use maud::{Markup, html};

impl Glance<'_> {
    fn points(&self) -> Vec<Point> {
        match &self.facts.outlook {
            Ok(outlook) => outlook.points.clone(),
            Err(_) => {
                let actual = |day: &FilmDay| Some(self.facts.scale.minor(day.base_minor));
                self.facts
                    .days
                    .iter()
                    .map(|day| Point { day: day.day, actual: actual(day), expected: None })
                    .collect()
            }
        }
    }

    pub(super) fn forecast(&self) -> Markup {
        let title = match &self.facts.outlook {
            Ok(outlook) => self.finding(outlook),
            Err(_) => self.say("Box office day by day", "每日票房").to_owned(),
        };
        let source = self.say(
            "tickets sold here; the forecast is learned from the daily charts of 2011 to 2014",
            "本平台售票；预测模型学习自 2011 至 2014 年逐日票房",
        );
        let columns = self.forecast_columns();
        let figure = Figure {
            lang: self.lang,
            title: &title,
            unit: self.say("box office a day without service fees, CNY", "每日票房（不含服务费），元"),
            source,
            chart: html! { div id="release-chart" { (self.forecast_chart()) } },
            table: Table::new(
                self.say("Box office and forecast", "票房与预测"),
                &columns,
                self.forecast_rows(),
            ),
        };
        html! {
            (figure.render())
            @match &self.facts.outlook {
                Ok(outlook) => details class="card" {
                    summary { (self.say("Why the forecast says so", "预测的依据")) }
                    ul class="stack" { @for sentence in &outlook.because { li { (sentence.in_(self.lang)) } } }
                },
                Err(refusal) => (parts::alert(crate::look::Tone::Plain, &self.no_forecast(refusal.in_(self.lang)), None)),
            }
        }
    }

    fn no_forecast(&self, why: &str) -> String {
        format!("{}{why}", self.say("No forecast yet. ", "暂无预测。"))
    }

    /// The chart's title says what it shows.
    fn finding(&self, outlook: &Outlook) -> String {
        let say = |minor| money::compact(minor, "CNY", self.lang);
        let (total, low, high) =
            (say(outlook.total.amount), say(outlook.total.wide.low), say(outlook.total.wide.high));
        match self.lang {
            Lang::En => {
                format!("The run should come to {total}; nine in ten such films end between {low} and {high}")
            }
            Lang::Zh => format!("全程预计 {total}，九成同类影片落在 {low} 至 {high}"),
        }
    }

    pub(super) fn forecast_chart(&self) -> Markup {
        let points = self.points();
        let yuan = |minor: i64| minor as f64 / 100.0;
        let of = |side: fn(Expected) -> i64| -> Vec<Option<f64>> {
            points.iter().map(|point| point.expected.map(side).map(yuan)).collect()
        };
        let goes_on = self.facts.latest.as_ref().is_some_and(|latest| !latest.over);
        let newest = points.iter().rposition(|point| point.actual.is_some());
        let taken = |today: bool| -> Vec<Option<f64>> {
            let is_today = |i: usize| goes_on && newest == Some(i);
            let keep = |(i, point): (usize, &Point)| point.actual.filter(|_| is_today(i) == today).map(yuan);
            points.iter().enumerate().map(keep).collect()
        };
        let mut series = vec![Series::new(self.say("actual", "实际"), taken(false), Paint::Lantern)];
        if goes_on {
            series.push(Series::new(self.say("today, so far", "今天截至目前"), taken(true), Paint::Jade));
        }
        let mut bands = Vec::new();
        if self.facts.outlook.is_ok() {
            series
                .push(Series::new(self.say("forecast", "预测"), of(|one| one.amount), Paint::Water).dashed());
            bands.push(Band {
                name: "P5–P95",
                low: of(|one| one.wide.low),
                high: of(|one| one.wide.high),
                inner: false,
            });
            bands.push(Band {
                name: "P25–P75",
                low: of(|one| one.half.low),
                high: of(|one| one.half.high),
                inner: true,
            });
        }
        let mark = if goes_on { self.say("today", "今天") } else { self.say("newest day", "最新一天") };
        Line {
            lang: self.lang,
            title: self.say("Box office by day", "每日票房"),
            says: self.say(
                "What each day took, with the forecast of the evening before, and the days to come with their ranges.",
                "每日实际票房与前一晚的预测，以及未来几天的预测区间。",
            ),
            labels: points.iter().map(|point| short_day(point.day, self.lang)).collect(),
            series,
            bands,
            area: false,
            mark: newest.map(|i| (i, mark)),
        }
        .render()
    }

    fn forecast_columns(&self) -> [Column<'_>; 5] {
        let money = |en, zh| Column::new(self.say(en, zh), Kind::Money).unit(self.say("CNY", "元"));
        [
            Column::new(self.say("Day", "日期"), Kind::Date),
            money("Actual", "实际"),
            money("Forecast", "预测"),
            money("Half lie between", "五成区间"),
            money("Nine in ten between", "九成区间"),
        ]
    }

    fn forecast_rows(&self) -> Vec<Vec<Cell>> {
        let glance = |minor: i64| Cell::glance(minor, "CNY", self.lang);
        let range = |range: Range| {
            let said = format!(
                "{} – {}",
                money::compact(range.low, "CNY", self.lang),
                money::compact(range.high, "CNY", self.lang)
            );
            Cell::markup(html! { (said) }, &range.low.to_string())
        };
        let row = |point: &Point| {
            vec![
                Cell::date(&point.day.to_string(), &point.day.say(self.lang)),
                point.actual.map_or_else(Cell::none, glance),
                point.expected.map_or_else(Cell::none, |one| glance(one.amount)),
                point.expected.map_or_else(Cell::none, |one| range(one.half)),
                point.expected.map_or_else(Cell::none, |one| range(one.wide)),
            ]
        };
        self.points().iter().map(row).collect()
    }

    /// Share of showings against share of box office, day by day.
    pub(super) fn shares(&self) -> Markup {
        let days = &self.facts.days;
        let Some(newest) = days.last() else { return html! {} };
        let percent = |part: f64| money::percent((part * 1e6) as i64, self.lang);
        let (showings, gross) = (percent(newest.share_of_showings()), percent(newest.share_of_gross()));
        let day = newest.day.say(self.lang);
        let title = match self.lang {
            Lang::En => format!("{day}: {showings} of showings bring {gross} of box office"),
            Lang::Zh => format!("{day}：{showings} 的排片带来 {gross} 的票房"),
        };
        let of = |share: fn(&FilmDay) -> f64| -> Vec<Option<f64>> {
            days.iter().map(|day| Some(share(day) * 100.0)).collect()
        };
        let chart = Line {
            lang: self.lang,
            title: self.say("Shares by day", "每日占比"),
            says: self.say(
                "Where the line of box office is above that of showings, halls are fuller than others.",
                "票房占比高于排片占比时，说明上座好于大盘。",
            ),
            labels: days.iter().map(|day| short_day(day.day, self.lang)).collect(),
            series: vec![
                Series::new(
                    self.say("share of box office", "票房占比"),
                    of(FilmDay::share_of_gross),
                    Paint::Lantern,
                ),
                Series::new(
                    self.say("share of showings", "排片占比"),
                    of(FilmDay::share_of_showings),
                    Paint::Water,
                ),
            ],
            bands: vec![],
            area: false,
            mark: None,
        };
        let columns = [
            Column::new(self.say("Day", "日期"), Kind::Date),
            Column::new(self.say("Showings", "场次"), Kind::Number),
            Column::new(self.say("Share of showings", "排片占比"), Kind::Share),
            Column::new(self.say("Share of box office", "票房占比"), Kind::Share),
            Column::new(self.say("Admissions", "人次"), Kind::Number),
            Column::new(self.say("Admissions per showing", "场均人次"), Kind::Number),
            Column::new(self.say("Occupancy", "上座率"), Kind::Share),
        ];
        let ppm = |part: f64| (part * 1e6).round() as i64;
        let row = |day: &FilmDay| {
            vec![
                Cell::date(&day.day.to_string(), &day.day.say(self.lang)),
                Cell::number(day.showings),
                Cell::share(ppm(day.share_of_showings()), self.lang),
                Cell::share(ppm(day.share_of_gross()), self.lang),
                Cell::number(day.admissions),
                Cell::decimal(day.admissions_per_showing(), 1),
                Cell::share(ppm(day.occupancy()), self.lang),
            ]
        };
        Figure {
            lang: self.lang,
            title: &title,
            unit: self.say("percent of all films shown here", "占本平台全部影片的百分比"),
            source: self
                .say("showings and tickets of the cinemas on this installation", "本平台影院的场次与售票"),
            chart: chart.render(),
            table: Table::new(
                self.say("Shares by day", "每日占比"),
                &columns,
                days.iter().map(row).collect(),
            ),
        }
        .render()
    }
}
