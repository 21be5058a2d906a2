//! A release in one city: its days against their forecast, and its cinemas.

use super::against::{self, Against};
use super::places::{columns, row};
use super::{address, find};
use crate::answer::{Answer, Page};
use crate::look::chart::Figure;
use crate::look::money::Told;
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money, parts, unbroken};
use crate::visit::Visit;
use axum::extract::Path;
use demand::in_release::{Expected, Forecast};
use flows::views::outlook::Point;
use flows::views::release_places::{self, InCity};
use kernel::{Day, Lang, Refusal};
use maud::{Markup, html};
use titles::Title;

pub async fn show(visit: Visit, Path((id, code)): Path<(String, String)>) -> Answer<Page> {
    let title = find(&visit, &id).await?;
    let (house, now, of) = (visit.house.clone(), visit.now, title.clone());
    let told = visit.read(move |view| release_places::foretold(&house, view, &of, now)).await?;
    let (outlook, cities) = match told {
        Ok(told) => told,
        Err(refusal) => return Ok(nothing(&visit, &title, &refusal)),
    };
    let city = cities.iter().find(|one| one.city.code == code);
    let city = city.ok_or_else(|| Refusal::not_found("city", "城市"))?;
    let (day, sums) = (outlook.newest.as_of, visit.told(outlook.currency()));
    let name = city.city.name.in_(visit.lang);
    let heading = match visit.lang {
        Lang::En => format!("{} in {name}", title.name.en),
        Lang::Zh => format!("《{}》在{name}", title.name.zh),
    };
    let back = format!("{}#map", address(&title.id));
    let body = html! {
        (parts::heading(&heading, &standing(&visit, sums, city, day), parts::link_button(parts::Weight::Quiet, &back, visit.say("All cities", "全部城市"))))
        div class="stack" { (run(&visit, sums, city)) (cinemas(&visit, sums, (&title, city, day))) }
    };
    Ok(Page::console(&heading, body))
}

/// Why nothing is told by city yet.
fn nothing(visit: &Visit, title: &Title, refusal: &Refusal) -> Page {
    let heading = visit.say("No cities yet", "暂无城市数据");
    let back =
        parts::link_button(parts::Weight::Quiet, &address(&title.id), visit.say("At a glance", "上映一览"));
    let body = html! {
        (parts::heading(heading, title.name.in_(visit.lang), back))
        (parts::empty(visit.say("There is no forecast", "暂无预测"), refusal.say.in_(visit.lang), None))
    };
    Page::console(heading, body)
}

/// `Sun 1 Jan: ¥4.1m of ¥3.9m forecast, 123 admissions, occupancy 31 %`
fn standing(visit: &Visit, told: Told, city: &InCity, day: Day) -> String {
    let here = &city.here;
    let took = told.glance(here.took(day));
    let people = money::admissions(here.admissions, visit.lang);
    let occupancy = money::percent((here.occupancy() * 1e6) as i64, visit.lang);
    let day = day.say(visit.lang);
    let expected = here.expected.map(|one| told.glance(one.amount));
    match (visit.lang, expected) {
        (Lang::En, Some(expected)) => {
            format!("{day}: {took} of {expected} forecast, {people}, occupancy {occupancy}")
        }
        (Lang::En, None) => format!("{day}: {took}, {people}, occupancy {occupancy}"),
        (Lang::Zh, Some(expected)) => {
            format!("{day}：票房 {took}，预测 {expected}，{people}，上座率 {occupancy}")
        }
        (Lang::Zh, None) => format!("{day}：票房 {took}，{people}，上座率 {occupancy}"),
    }
}

/// The city's days, and those to come.
fn points(city: &InCity, told: Option<&Forecast>) -> Vec<Point> {
    let newest = city.here.days.last().map(|one| one.day);
    let expected = |day: Day| -> Option<Expected> { city.here.expected.filter(|_| newest == Some(day)) };
    let was = city.here.days.iter().map(|one| Point {
        day: one.day,
        actual: Some(one.amount),
        expected: expected(one.day),
    });
    let ahead = told.map_or(&[][..], |told| &told.days);
    let ahead = ahead.iter().map(|one| Point { day: one.day, actual: None, expected: Some(one.expected) });
    was.chain(ahead).collect()
}

fn run(visit: &Visit, sums: Told, city: &InCity) -> Markup {
    let lang = visit.lang;
    let told = city.here.told.as_ref();
    let points = points(city, told.ok().map(|(told, _)| told));
    let title = match told {
        Err(_) => visit.say("Box office day by day", "每日票房").to_owned(),
        Ok((told, _)) => {
            let total = sums.glance(told.total.amount);
            let wide = against::between(told.total.wide, sums);
            match lang {
                Lang::En => format!("The run here should come to {total}, nine times in ten {wide}"),
                Lang::Zh => format!("本市全程预计 {total}，九成落在 {wide}"),
            }
        }
    };
    let columns = against::columns(sums);
    html! {
        (Figure {
            lang,
            title: &title,
            unit: &sums.caption("box office a day without service fees", "每日票房（不含服务费）"),
            source: visit.say("tickets sold here; the city’s share of the nation’s forecast", "本平台售票；按本市占全国预测的份额"),
            chart: Against { told: sums, points: &points, goes_on: false }.chart(),
            table: Table::new(visit.say("Box office and forecast", "票房与预测"), &columns, against::rows(sums, &points)),
        }.render())
        @match told {
            Err(refusal) => (parts::alert(Tone::Plain, &format!("{}{}", visit.say("No forecast here. ", "这里暂无预测。"), refusal.say.in_(lang)), None)),
            Ok((told, basis)) => p class="muted" {
                (visit.say("Forecast from ", "预测依据：")) (basis.words().in_(lang)) (visit.say(". ", "。"))
                @for words in &told.because { (unbroken(words, lang)) " " }
            }
        }
    }
}

fn cinemas(visit: &Visit, told: Told, (title, city, day): (&Title, &InCity, Day)) -> Markup {
    let lang = visit.lang;
    let plans = visit.site.leads("/console/cinemas/{place}/plan", &visit.actor);
    let columns = columns(lang, Column::new(visit.say("Cinema", "影院"), Kind::Text));
    let rows = city.cinemas.iter().map(|cinema| {
        let name = cinema.here.name.in_(lang);
        let showings = format!("{}/showings?day={day}&place={}", address(&title.id), cinema.place);
        let plan = format!("/console/cinemas/{}/plan", cinema.place);
        let shown = html! {
            a href=(showings) { (name) }
            @if plans { br; a class="muted" href=(plan) { (visit.say("Plan its days", "排片建议")) } }
        };
        row(told, Cell::markup(shown, name), &cinema.here, day)
    });
    let caption = match lang {
        Lang::En => format!("Cinemas on {}", day.say(lang)),
        Lang::Zh => format!("{} 各影院", day.say(lang)),
    };
    Table::new(&caption, &columns, rows.collect()).render(lang)
}

#[cfg(test)]
mod tests {
    use crate::console::season::{Season, day};
    use axum::http::StatusCode;

    /// Star sells 40, 50, 60, 20 and Old Dock a quarter as much, of seats for ¥40: on the fourth day ¥800 and ¥200.
    async fn season() -> Season {
        let season = Season::new().await;
        season.runs(&[40, 50, 60, 20]).await;
        for (i, seats) in [(19, 10), (20, 12), (21, 15), (22, 5)] {
            let showing = season.showing(&season.dock, day(i), 18).await;
            season.sells(&showing, seats).await;
        }
        season
    }

    #[tokio::test]
    async fn cities_stand_on_a_map_with_what_is_forecast_of_them() {
        let season = season().await;
        let page = season.ann.get(&format!("/console/release/{}", season.title)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let star = format!("href=\"/console/release/{}/cities/STAR\"", season.title);
        assert_eq!(page.text.matches(&star).count(), 5, "three sheets of the map, the list, the table");
        for part in [
            "map-land",
            "class=\"spot c-",
            "Old Dock City",
            "Cities on Thu 22 Dec, and what is forecast of them",
            "its own 4 days",
        ] {
            assert!(page.text.contains(part), "{part}\n{}", page.text);
        }
        let zh = season.ann.get(&format!("/console/release/{}?lang=zh&by=against", season.title)).await;
        assert!(zh.text.contains("各城市及其预测") && zh.text.contains("自身 4 天"));
    }

    #[tokio::test]
    async fn a_city_leads_to_its_cinemas_and_they_to_their_showings() {
        let season = season().await;
        let path = format!("/console/release/{}/cities/DOCK", season.title);
        let page = season.ann.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for part in [
            "The Ferryman in Old Dock City",
            "¥200 of",
            "5 admissions, occupancy 5",
            "Old Dock Cinema",
            "The run here should come to",
        ] {
            assert!(page.text.contains(part), "{part}\n{}", page.text);
        }
        let parted = page.text.as_bytes().windows(3).any(|at| at[0].is_ascii_digit() && &at[1..] == b" %");
        assert!(!parted, "a number stays with its percent sign\n{}", page.text);
        let showings = page.value_after("/showings?day=2016-12-22&amp;place=", "plc_");
        assert!(page.text.contains("place=plc_dock"), "{showings}");
        let list = season
            .ann
            .get(&format!("/console/release/{}/showings?day=2016-12-22&place=plc_dock", season.title))
            .await;
        assert!(list.text.contains("Old Dock Cinema") && !list.text.contains("Star Cinema"), "{}", list.text);
        let nowhere = season.ann.get(&format!("/console/release/{}/cities/nowhere", season.title)).await;
        assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_city_of_too_few_days_has_no_forecast_and_says_why() {
        let season = Season::new().await;
        let city = format!("/console/release/{}/cities/DOCK", season.title);
        let before = season.ann.get(&city).await;
        assert_eq!(before.status, StatusCode::OK);
        assert!(
            before.text.contains("There is no forecast") && before.text.contains("needs 3 days"),
            "{}",
            before.text
        );
        season.runs(&[40, 50, 60, 20]).await;
        let showing = season.showing(&season.dock, day(22), 18).await;
        season.sells(&showing, 5).await;
        let page = season.ann.get(&format!("/console/release/{}/cities/DOCK", season.title)).await;
        assert!(page.text.contains("No forecast here. Sold on 1 day here, of the 3 days"), "{}", page.text);
    }
}
