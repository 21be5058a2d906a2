//! Two of the release's charts: what it takes against the forecast, and its share of showings against its share of
//! box office.

use super::against::{self, Against};
use super::{Glance, short_day};
use crate::look::chart::{Figure, Line, Paint, Series};
use crate::look::money;
use crate::look::parts;
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::unbroken;
use flows::learn_market::Standing;
use flows::views::outlook::{Outlook, Point};
use flows::views::takings::FilmDay;
use kernel::{Lang, Refusal};
use maud::{Markup, html};

/// Past days on the chart.
const PAST_DAYS: usize = 21;

impl Glance<'_> {
    /// What today took so far, beside what is expected of it.
    fn with_today(&self, mut points: Vec<Point>) -> Vec<Point> {
        let today = self.facts.latest.as_ref().filter(|latest| !latest.over).map(|latest| &latest.film);
        if let Some(today) = today
            && let Some(point) = points.iter_mut().find(|point| point.day == today.day)
        {
            point.actual = Some(self.facts.scale.minor(today.base_minor));
        }
        points
    }

    fn points(&self) -> Vec<Point> {
        match &self.facts.outlook {
            Ok(outlook) => self.with_today(outlook.points(PAST_DAYS)),
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
        let source = match &self.facts.outlook {
            Ok(outlook) if outlook.model != "shipped" => self.say(
                "tickets sold here; the forecast is learned from the imported chart and own sales",
                "本平台售票；预测模型学习自导入的榜单与本平台售票",
            ),
            _ => self.say(
                "tickets sold here; the forecast is learned from mainland China’s daily charts of 2011 to 2014",
                "本平台售票；预测模型学习自中国内地 2011 至 2014 年逐日票房",
            ),
        };
        let told = self.told();
        let (points, columns) = (self.points(), against::columns(told));
        let figure = Figure {
            lang: self.lang,
            title: &title,
            unit: &told.caption("box office a day without service fees", "每日票房（不含服务费）"),
            source,
            chart: html! { div id="release-chart" { (self.forecast_chart()) } },
            table: Table::new(
                self.say("Box office and forecast", "票房与预测"),
                &columns,
                against::rows(told, &points),
            ),
        };
        html! {
            (figure.render())
            @match &self.facts.outlook {
                Ok(outlook) => details class="card" {
                    summary { (self.say("Why the forecast says so", "预测的依据")) }
                    ul class="stack" { @for sentence in &outlook.newest.because { li { (unbroken(sentence, self.lang)) } } }
                },
                Err(refusal) => (parts::alert(crate::look::Tone::Plain, &self.no_forecast(refusal), None)),
            }
        }
    }

    /// Why there is none, and what would bring one.
    fn no_forecast(&self, why: &Refusal) -> String {
        let sooner = match (why.code, &self.facts.market) {
            ("too_few_days", Standing::NoChart) => self.say(
                " Once an operator imports the market’s daily chart, a film is forecast from its first day on.",
                "运营方导入大盘每日榜单后，影片从首日起即可预测。",
            ),
            ("too_few_days", Standing::BeingLearned) => self.say(
                " The market’s daily chart is being learned; a film is then forecast from its first day on.",
                "正在学习大盘每日榜单，完成后影片从首日起即可预测。",
            ),
            _ => "",
        };
        format!("{}{}{sooner}", self.say("There is no forecast. ", "暂无预测。"), why.in_(self.lang))
    }

    /// The chart's title says what it shows.
    fn finding(&self, outlook: &Outlook) -> String {
        let say = |minor| self.told().glance(minor);
        let (total, low, high) = (
            say(outlook.newest.total.amount),
            say(outlook.newest.total.wide.low),
            say(outlook.newest.total.wide.high),
        );
        match self.lang {
            Lang::En => {
                format!("The run should come to {total}; nine in ten such films end between {low} and {high}")
            }
            Lang::Zh => format!("全程预计 {total}，九成同类影片落在 {low} 至 {high}"),
        }
    }

    pub(super) fn forecast_chart(&self) -> Markup {
        let points = self.points();
        let goes_on = self.facts.latest.as_ref().is_some_and(|latest| !latest.over);
        Against { told: self.told(), points: &points, goes_on }.chart()
    }

    /// Share of showings against share of box office, day by day.
    pub(super) fn shares(&self) -> Markup {
        let days = &self.facts.days;
        // A day on which nobody has bought a ticket yet has no shares of box office.
        let told = |day: &&FilmDay| day.all_gross_minor > 0;
        let Some(newest) = days.iter().rev().find(told).or(days.last()) else { return html! {} };
        let percent = |part: f64| money::percent((part * 1e6) as i64, self.lang);
        let (showings, gross) = (percent(newest.share_of_showings()), percent(newest.share_of_gross()));
        let day = newest.day.say(self.lang);
        let title = match self.lang {
            Lang::En => format!("{day}: {showings} of showings bring {gross} of box office"),
            Lang::Zh => format!("{day}：{showings} 的排片带来 {gross} 的票房"),
        };
        let of = |share: fn(&FilmDay) -> f64| -> Vec<Option<f64>> {
            days.iter().map(|day| Some(day).filter(told).map(|day| share(day) * 100.0)).collect()
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
