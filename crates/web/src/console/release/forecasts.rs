//! Every forecast of a release as it was made, held against what happened.

use super::against::{self, Against};
use super::moved::totals;
use super::{address, find};
use crate::answer::{Answer, Page};
use crate::look::chart::Figure;
use crate::look::money::Told;
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money, parts};
use crate::visit::Visit;
use axum::extract::Path;
use flows::views::outlook::{self, Evening, Outlook, Point};
use kernel::{Day, Lang, Refusal, Result};
use maud::{Markup, html};
use titles::Title;

/// `?after=2016-12-25`: the forecast made from the days up to that one; the first when nothing is asked.
pub async fn show(visit: Visit, Path(id): Path<String>) -> Answer<Page> {
    let title = find(&visit, &id).await?;
    let asked = visit.asked("after").map(|day| Day::parse(&day)).transpose()?;
    let (house, now, of) = (visit.house.clone(), visit.now, title.clone());
    let outlook = visit.read(move |view| outlook::read(&house, view, &of, now)).await?;
    let heading = visit.say("Forecasts, and what happened", "预测与实际");
    let back =
        parts::link_button(parts::Weight::Quiet, &address(&title.id), visit.say("At a glance", "上映一览"));
    let body = html! {
        (parts::heading(heading, title.name.in_(visit.lang), back))
        @match &outlook {
            Ok(outlook) => (told(&visit, &title, outlook, asked)?),
            Err(refusal) => (nothing(&visit, refusal)),
        }
    };
    Ok(Page::console(heading, body))
}

fn nothing(visit: &Visit, refusal: &Refusal) -> Markup {
    parts::empty(visit.say("There is no forecast", "暂无预测"), refusal.say.in_(visit.lang), None)
}

fn told(visit: &Visit, title: &Title, outlook: &Outlook, asked: Option<Day>) -> Result<Markup> {
    let evenings = &outlook.evenings;
    let first = evenings.first().map(|evening| evening.as_of);
    let chosen = asked.or(first).and_then(|day| outlook.evening(day));
    let evening = chosen.ok_or_else(|| Refusal::not_found("forecast", "预测"))?;
    let own = format!("{}/forecasts", address(&title.id));
    let link = |evening: &Evening| {
        let age = outlook.film.release.days_until(evening.as_of) + 1;
        let word = match visit.lang {
            Lang::En => format!("Day {age}"),
            Lang::Zh => format!("第 {age} 天"),
        };
        (format!("{own}?after={}", evening.as_of), word)
    };
    let links: Vec<(String, String)> = evenings.iter().map(link).collect();
    let links: Vec<(&str, &str)> = links.iter().map(|(href, word)| (href.as_str(), word.as_str())).collect();
    let at = evenings.iter().position(|one| one.as_of == evening.as_of).unwrap_or(usize::MAX);
    Ok(html! {
        div class="stack" {
            (parts::chips(visit.say("Made after", "预测时点"), &links, at))
            (one(visit, outlook, evening))
            (totals(visit.told(outlook.currency()), outlook))
            (all(visit, outlook, &own))
        }
    })
}

/// What an evening foretold, beside what came.
fn points(outlook: &Outlook, evening: &Evening) -> Vec<Point> {
    let took = |day: Day| outlook.film.days.iter().find(|one| one.day == day).map(|one| one.amount);
    let known = outlook.film.days.iter().filter(|one| one.day <= evening.as_of);
    let known = known.map(|one| Point { day: one.day, actual: Some(one.amount), expected: None });
    let ahead = evening.days.iter();
    let ahead =
        ahead.map(|ahead| Point { day: ahead.day, actual: took(ahead.day), expected: Some(ahead.expected) });
    known.chain(ahead).collect()
}

/// Days that bring less of what a film has taken, as came and as foretold, are the tail of its run.
const TAIL_ONE_IN: i64 = 200;

/// How good an evening's forecast was, over the days that have come: `Σ|took − forecast| ÷ Σ took`, and how many
/// days its ranges held.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Judged {
    days: usize,
    in_half: usize,
    in_wide: usize,
    missed: i64,
    taken: i64,
    expected: i64,
}

impl Judged {
    fn of(points: &[Point]) -> Judged {
        let mut judged = Judged::default();
        for (took, one) in points.iter().filter_map(|point| point.actual.zip(point.expected)) {
            let within = |low, high| usize::from((low..=high).contains(&took));
            judged.days += 1;
            judged.in_half += within(one.half.low, one.half.high);
            judged.in_wide += within(one.wide.low, one.wide.high);
            judged.missed += (took - one.amount).abs();
            judged.taken += took;
            judged.expected += one.amount;
        }
        judged
    }

    /// Nothing is told of the last few tickets of a run: what is off by three of them may be off by 300 %.
    fn error_ppm(&self, so_far: i64) -> Option<i64> {
        let is_tail = self.taken.max(self.expected).saturating_mul(TAIL_ONE_IN) < so_far;
        (self.taken > 0 && !is_tail).then(|| (self.missed as f64 / self.taken as f64 * 1e6).round() as i64)
    }
}

fn one(visit: &Visit, outlook: &Outlook, evening: &Evening) -> Markup {
    let (lang, told) = (visit.lang, visit.told(outlook.currency()));
    let say = |en, zh| crate::look::say(lang, en, zh);
    let points = points(outlook, evening);
    let judged = Judged::of(&points);
    let title = finding(told, evening, &judged, so_far(outlook, evening));
    let columns = against::columns(told);
    let made = made(visit, evening);
    html! {
        (Figure {
            lang,
            title: &title,
            unit: &told.caption("box office a day without service fees", "每日票房（不含服务费）"),
            source: &made,
            chart: Against { told, points: &points, goes_on: false }.chart(),
            table: Table::new(say("Forecast and what happened", "预测与实际"), &columns, against::rows(told, &points)),
        }.render())
        @if evening.kept.is_none() {
            (parts::alert(Tone::Plain, say(
                "No forecast was kept that day. This one was worked out afterwards with today’s model, from what was known that evening only.",
                "当天没有存档的预测。此预测由现在的模型事后算出，只使用当晚已知的数据。",
            ), None))
        }
    }
}

/// What the film had taken when an evening's forecast was made.
fn so_far(outlook: &Outlook, evening: &Evening) -> i64 {
    outlook.film.days.iter().filter(|one| one.day <= evening.as_of).map(|one| one.amount).sum()
}

fn finding(told: Told, evening: &Evening, judged: &Judged, so_far: i64) -> String {
    let lang = told.lang;
    let (day, total) = (evening.as_of.say(lang), told.glance(evening.total.amount));
    let wide = against::between(evening.total.wide, told);
    let (days, half, in_wide) = (judged.days, judged.in_half, judged.in_wide);
    match (lang, judged.error_ppm(so_far)) {
        (Lang::En, None) => format!("After {day} the run was to come to {total} ({wide})"),
        (Lang::Zh, None) => format!("{day} 之后预测全程 {total}（{wide}）"),
        (Lang::En, Some(error)) => format!(
            "After {day} the run was to come to {total} ({wide}); of {} since, {half} lay in the half and {in_wide} in the nine-in-ten range, off by {} of what they took",
            kernel::counted(days, "day", "days"),
            money::percent(error, lang)
        ),
        (Lang::Zh, Some(error)) => format!(
            "{day} 之后预测全程 {total}（{wide}）；此后 {days} 天中 {half} 天落在五成区间、{in_wide} 天落在九成区间，偏差为实际票房的 {}",
            money::percent(error, lang)
        ),
    }
}

/// When and by whom a forecast was made.
fn made(visit: &Visit, evening: &Evening) -> String {
    let lang = visit.lang;
    match &evening.kept {
        None => crate::look::say(lang, "worked out afterwards", "事后算出").to_owned(),
        Some((at, model)) => {
            let (at, is_shipped) = (at.say(&visit.home.zone, lang), model == "shipped");
            match (lang, is_shipped) {
                (Lang::En, true) => format!("kept on {at}, by the shipped model"),
                (Lang::En, false) => format!("kept on {at}, by the model {model}"),
                (Lang::Zh, true) => format!("{at} 存档，自带模型"),
                (Lang::Zh, false) => format!("{at} 存档，模型 {model}"),
            }
        }
    }
}

fn all(visit: &Visit, outlook: &Outlook, own: &str) -> Markup {
    let (lang, told) = (visit.lang, visit.told(outlook.currency()));
    let say = |en, zh| crate::look::say(lang, en, zh);
    let columns = [
        Column::new(say("After", "截至"), Kind::Date),
        Column::new(say("Made", "存档"), Kind::Text),
        Column::new(say("The run", "全程预测"), Kind::Money).unit(told.unit()),
        Column::new(say("Nine in ten between", "九成区间"), Kind::Money),
        Column::new(say("Days since", "此后天数"), Kind::Number),
        Column::new(say("In the half range", "五成区间内"), Kind::Number),
        Column::new(say("In nine in ten", "九成区间内"), Kind::Number),
        Column::new(say("Off by", "偏差"), Kind::Share).unit(say("of what came", "占实际票房")),
    ];
    let rows = outlook.evenings.iter().map(|evening| {
        let judged = Judged::of(&points(outlook, evening));
        let link = html! { a href={ (own) "?after=" (evening.as_of) } { (evening.as_of.say(lang)) } };
        vec![
            Cell::markup(link, &evening.as_of.to_string()),
            Cell::text(&made(visit, evening)),
            told.cell(evening.total.amount),
            against::range(evening.total.wide, told),
            Cell::number(judged.days as i64),
            Cell::number(judged.in_half as i64),
            Cell::number(judged.in_wide as i64),
            judged
                .error_ppm(so_far(outlook, evening))
                .map_or_else(Cell::none, |error| Cell::share(error, lang)),
        ]
    });
    Table::new(say("Every forecast", "全部预测"), &columns, rows.collect()).render(lang)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::season::{Season, day};
    use axum::http::StatusCode;
    use demand::in_release::{Expected, Range};

    /// By hand: 90 and 130 against 100: missed 40 of 220 taken, 18.2 %; the half range (80 to 120) holds one of the
    /// two, the wide one (50 to 150) both; a day that has not come is not judged.
    #[test]
    fn a_forecast_is_judged_by_the_days_that_came() {
        let expected =
            Expected { amount: 100, half: Range { low: 80, high: 120 }, wide: Range { low: 50, high: 150 } };
        let point = |i: i8, actual| Point { day: day(i), actual, expected: Some(expected) };
        let judged = Judged::of(&[point(23, Some(90)), point(24, Some(130)), point(25, None)]);
        let by_hand = Judged { days: 2, in_half: 1, in_wide: 2, missed: 40, taken: 220, expected: 200 };
        assert_eq!(judged, by_hand);
        assert_eq!(judged.error_ppm(44_000), Some(181_818));
        assert_eq!(judged.error_ppm(44_001), None, "the last two hundredth of a run tells nothing");
        assert_eq!(Judged::of(&[]).error_ppm(0), None);
    }

    #[tokio::test]
    async fn a_forecast_made_on_the_third_day_stands_beside_what_came() {
        let season = Season::new().await;
        season.runs(&[40, 50, 60, 20, 10]).await;
        let path = format!("/console/release/{}/forecasts", season.title);
        let page = season.ann.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for part in ["After Wed 21 Dec the run was to come to", "of 1 day since", "worked out afterwards"] {
            assert!(page.text.contains(part), "{part}\n{}", page.text);
        }
        let house = season.town.house.clone();
        let kept =
            tokio::task::spawn_blocking(move || flows::keep_forecasts::keep(&house)).await.expect("a thread");
        assert_eq!(kept.expect("kept"), 1);
        let newest = season.ann.get(&format!("{path}?after=2016-12-22")).await;
        assert!(
            newest.text.contains("kept on") && newest.text.contains("by the shipped model"),
            "{}",
            newest.text
        );
        assert!(!newest.text.contains("No forecast was kept that day"));
        assert_eq!(season.ann.get(&format!("{path}?after=2016-12-19")).await.status, StatusCode::NOT_FOUND);
        let zh = season.ann.get(&format!("{path}?lang=zh")).await;
        assert!(zh.text.contains("预测与实际") && zh.text.contains("事后算出"));
    }

    #[tokio::test]
    async fn without_enough_days_there_is_no_forecast_to_show() {
        let season = Season::new().await;
        season.runs(&[40]).await;
        let page = season.ann.get(&format!("/console/release/{}/forecasts", season.title)).await;
        assert!(
            page.text.contains("There is no forecast") && page.text.contains("needs 3 days"),
            "{}",
            page.text
        );
    }
}
