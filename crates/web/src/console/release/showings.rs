//! The showings of a day, the emptiest first: what one calls a circuit about.

use super::facts::THIN;
use super::{address, find, ppm};
use crate::answer::{Answer, Page};
use crate::look::parts;
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::when::clock;
use crate::visit::Visit;
use axum::extract::Path;
use flows::views::release::{self, SHOWINGS_MAX, Showing};
use flows::views::takings;
use kernel::ids::Id;
use kernel::{Day, Instant, Lang, PlaceId};
use maud::html;
use titles::Title;

/// Days among which one may choose.
const DAYS_MAX: usize = 14;

/// `?day=2016-12-25&fewer=15`, in one cinema with `&place=plc_…`
pub async fn show(visit: Visit, Path(id): Path<String>) -> Answer<Page> {
    let title = find(&visit, &id).await?;
    let today = visit.today();
    let asked = visit.asked("day").map(|day| Day::parse(&day)).transpose()?;
    let fewer = visit.asked("fewer").and_then(|text| text.parse::<i64>().ok()).filter(|fewer| *fewer > 0);
    let place = visit.asked("place").map(|place| PlaceId::parse(&place)).transpose()?;
    let (id, now, of) = (title.id.clone(), visit.now, place.clone());
    let (days, day, list) = visit
        .read(move |view| {
            let days = takings::by_day(view, &id)?;
            let newest = days.iter().rev().map(|one| one.day).find(|day| *day <= today);
            let day = asked.or(newest).unwrap_or(today);
            let by = if day < today { Instant::from_micros(i64::MAX) } else { now };
            Ok((days, day, release::emptiest(view, &id, of.as_ref(), day, by)?))
        })
        .await?;
    let begun: Vec<Day> = days.iter().map(|one| one.day).filter(|day| *day <= today).collect();
    Ok(page(
        &visit,
        &title,
        &begun[begun.len().saturating_sub(DAYS_MAX)..],
        Choice { day, fewer, place },
        &list,
    ))
}

/// What was chosen in the address.
struct Choice {
    day: Day,
    fewer: Option<i64>,
    place: Option<PlaceId>,
}

fn page(visit: &Visit, title: &Title, days: &[Day], choice: Choice, list: &[Showing]) -> Page {
    let Choice { day, fewer, place } = choice;
    let own = format!("{}/showings", address(&title.id));
    let at = place.map_or(String::new(), |place| format!("&place={place}"));
    let thin = fewer.map_or(String::new(), |fewer| format!("&fewer={fewer}"));
    let links: Vec<(String, String)> =
        days.iter().rev().map(|day| (format!("{own}?day={day}{at}{thin}"), day.say(visit.lang))).collect();
    let links: Vec<(&str, &str)> = links.iter().map(|(href, word)| (href.as_str(), word.as_str())).collect();
    let chosen = days.iter().rev().position(|one| *one == day).unwrap_or(usize::MAX);
    let shown: Vec<&Showing> =
        list.iter().filter(|showing| fewer.is_none_or(|fewer| showing.admissions < fewer)).collect();
    let heading = visit.say("Showings, the emptiest first", "场次（由少到多）");
    let kinds = [
        (format!("{own}?day={day}{at}"), visit.say("All that have begun", "全部已开映").to_owned()),
        (
            format!("{own}?day={day}{at}&fewer={THIN}"),
            match visit.lang {
                Lang::En => format!("Fewer than {THIN} people"),
                Lang::Zh => format!("不足 {THIN} 人"),
            },
        ),
    ];
    let kinds: Vec<(&str, &str)> = kinds.iter().map(|(href, word)| (href.as_str(), word.as_str())).collect();
    let body = html! {
        (parts::heading(heading, title.name.in_(visit.lang), parts::link_button(parts::Weight::Quiet, &address(&title.id), visit.say("At a glance", "上映一览"))))
        div class="stack" {
            @if !links.is_empty() { (parts::chips(visit.say("Days", "日期"), &links, chosen)) }
            (parts::chips(visit.say("Which", "筛选"), &kinds, usize::from(fewer.is_some())))
            (table(visit, day, &shown, fewer.is_some()))
            @if list.len() as i64 == SHOWINGS_MAX { p class="muted" { (visit.say("Only the five hundred emptiest are shown.", "只显示最空的五百场。")) } }
        }
    };
    Page::console(heading, body)
}

fn table(visit: &Visit, day: Day, list: &[&Showing], thin_alone: bool) -> maud::Markup {
    let columns = [
        Column::new(visit.say("Cinema", "影院"), Kind::Text),
        Column::new(visit.say("Begins", "开映"), Kind::Date),
        Column::new(visit.say("Version", "版本"), Kind::Text),
        Column::new(visit.say("Admissions", "人次"), Kind::Number),
        Column::new(visit.say("Occupancy", "上座率"), Kind::Share),
        Column::new(visit.say("Box office", "票房"), Kind::Money)
            .unit(visit.told(visit.home.currency).unit()),
    ];
    let row = |showing: &&Showing| {
        let cinema = showing.cinema.in_(visit.lang);
        let where_ = html! { (cinema) br; span class="muted" { (showing.city.in_(visit.lang)) " · " (showing.hall.in_(visit.lang)) } };
        vec![
            Cell::markup(where_, cinema),
            Cell::date(&showing.starts_at.rfc3339(), &clock(showing.starts_at, &showing.zone)),
            Cell::text(&showing.version),
            Cell::number(showing.admissions),
            Cell::share(ppm(showing.admissions, showing.seats), visit.lang),
            Cell::money(showing.base_minor, visit.currency()),
        ]
    };
    Table::new(&day.say(visit.lang), &columns, list.iter().map(row).collect())
        .empty(match thin_alone {
            true => visit.say("No showing of this day is that empty.", "当天没有这样的场次。"),
            false => visit.say("No showing of this day has begun yet.", "当天还没有场次开映。"),
        })
        .filtered()
        .render(visit.lang)
}

#[cfg(test)]
mod tests {
    use crate::console::season::{Season, day};
    use axum::http::StatusCode;

    #[tokio::test]
    async fn the_emptiest_showing_stands_first() {
        let season = Season::new().await;
        season.runs(&[40, 50, 60, 20, 10]).await;
        let full = season.showing(&season.dock, day(23), 17).await;
        season.sells(&full, 30).await;
        let evening = season.showing(&season.dock, day(23), 22).await;
        season.sells(&evening, 4).await;
        let path = format!("/console/release/{}/showings", season.title);
        let all = season.ann.get(&path).await;
        let at = |name: &str| all.text.find(name).unwrap_or(usize::MAX);
        assert!(at("Star Cinema") < at("Old Dock Cinema"), "{}", all.text);
        assert!(!all.text.contains("22:00"), "it has not begun");
        let later = season.ann.get(&format!("{path}?day=2016-12-24")).await;
        assert!(!later.text.contains("that empty"), "nobody asked for empty ones");
        let thin = season.ann.get(&format!("{path}?fewer=15")).await;
        assert!(thin.text.contains("Star Cinema") && !thin.text.contains("Old Dock Cinema"));
        assert!(season.ann.get(&format!("{path}?day=2016-12-20")).await.text.contains(">50<"));
        assert_eq!(
            season.ann.get(&format!("{path}?day=yesterday")).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
}
