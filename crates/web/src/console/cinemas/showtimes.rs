//! A cinema's day: its showtimes with what they sold and will sell, a form that adds one, a press that takes one off sale.

use super::{Side, address, find, ppm, top};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::when::clock;
use crate::look::{Tone, money, unbroken};
use crate::visit::{CinemaStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use box_office::{Cinema, Hall, Showtime, halls, showtimes};
use db::View;
use demand::showing::Forecast;
use events::log;
use flows::learn_showings::{self, AHEAD_DAYS, AtHand, LEARNED_DAYS, Told};
use flows::views::cinemas::{self as views, Shown};
use kernel::ids::Id;
use kernel::{Day, Error, HallId, Lang, Refusal, Result, ShowtimeId, TitleId};
use market::imports;
use maud::{Markup, html};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;
use titles::Title;

/// A page waits this long for what is learned beside it.
const PATIENCE: Duration = Duration::from_secs(2);
/// Days offered around today.
const DAYS_BEFORE: i32 = 3;
const DAYS_AFTER: i32 = 10;
/// How far ahead a showing may be put on sale.
const AHEAD_DAYS_MAX: i32 = 180;
/// The dearest ticket and the highest minimum, in minor units.
const MINIMUM_MINOR_MAX: i64 = 1_000_000;

pub async fn show(visit: Visit, staff: CinemaStaff, Path(place): Path<String>) -> Answer<Page> {
    let cinema = find(&visit, &staff, &place).await?;
    let today = visit.now.day_in(&cinema.zone);
    let day = visit.asked("day").map(|day| Day::parse(&day)).transpose()?.unwrap_or(today);
    let form = Form::filled([("day", day.to_string()), ("version", "2D".into()), ("minimum", "0".into())]);
    page(&visit, &cinema, day, &form).await
}

pub async fn add(visit: Visit, staff: CinemaStaff, Path(place): Path<String>, form: Form) -> Answer {
    let cinema = find(&visit, &staff, &place).await?;
    match put_on_sale(&visit, &cinema, &form).await {
        Ok(showtime) => {
            let onward = SeeOther::to(day_address(&cinema, showtime.day));
            Ok(onward.saying("The showing is on sale.", "场次已开售。").into_response())
        }
        Err(error) => {
            let day = form.day("day").unwrap_or_else(|_| visit.now.day_in(&cinema.zone));
            Ok(page(&visit, &cinema, day, &form.refused(error)?).await?.into_response())
        }
    }
}

async fn put_on_sale(visit: &Visit, cinema: &Cinema, form: &Form) -> Result<Showtime> {
    let (hall, title): (HallId, TitleId) = (form.id("hall")?, form.id("title")?);
    let (day, (hour, minute)) = (form.day("day")?, form.clock("starts")?);
    let currency = cinema.service_fee.currency;
    let (price, minimum) = (form.money("price", currency)?, form.money("minimum", currency)?);
    let starts_at = day.at(hour, minute, &cinema.zone);
    if starts_at <= visit.now || visit.now.day_in(&cinema.zone).days_until(day) > AHEAD_DAYS_MAX {
        return Err(Refusal::field(
            "day",
            "bad_start",
            format!("A showing begins later than now, and within {AHEAD_DAYS_MAX} days."),
            format!("开映时间须晚于现在，且在 {AHEAD_DAYS_MAX} 天之内。"),
        )
        .into());
    }
    if minimum.minor > MINIMUM_MINOR_MAX {
        return Err(Refusal::field(
            "minimum",
            "bad_minimum",
            "A minimum is at most 10,000.",
            "最低结算价不超过 10,000。",
        )
        .into());
    }
    let (place, zone, version) =
        (cinema.place.clone(), cinema.zone.clone(), form.text("version").trim().to_owned());
    visit
        .write(&cinema.place, move |scene| {
            let film = titles::any(scene.tx, &title)?.filter(|title| title.status.is_public()).ok_or_else(no_such_film)?;
            let plan = showtimes::Plan {
                title: film.id,
                runtime_minutes: film.runtime_minutes,
                starts_at,
                zone: zone.clone(),
                version: version.clone(),
                price,
                minimum,
            };
            let hall = halls::any(scene.tx, &place, &hall)?;
            let showtime = showtimes::add(scene.tx, &mut scene.act, &hall, &plan)?;
            let body = json!({ "change": "added", "starts_at": showtime.starts_at, "price_minor": showtime.price.minor });
            changed(scene, &showtime, body)?;
            Ok(showtime)
        })
        .await
}

fn no_such_film() -> Refusal {
    Refusal::field("title", "bad_choice", "Please choose one of the list.", "请从列表中选择。")
}

fn changed(scene: &mut flows::Scene, showtime: &Showtime, body: serde_json::Value) -> Result<()> {
    let kind = events::Kind::ShowtimeChanged;
    log::append(scene.tx, &mut scene.act, &showtime.place, kind, Some(&showtime.title), &showtime.id, body)
}

/// Takes a showing off sale; what was sold stays sold.
pub async fn close(visit: Visit, staff: CinemaStaff, Path((place, id)): Path<(String, String)>) -> Answer {
    let cinema = find(&visit, &staff, &place).await?;
    let (at, id) = (cinema.place.clone(), ShowtimeId::parse(&id)?);
    let closed = visit
        .write(&cinema.place, move |scene| {
            let showtime = showtimes::any(scene.tx, &at, &id)?;
            if showtimes::close(scene.tx, &at, &id)? {
                changed(scene, &showtime, json!({ "change": "closed" }))?;
            }
            Ok(showtime)
        })
        .await?;
    let onward = SeeOther::to(day_address(&cinema, closed.day));
    Ok(onward
        .saying("The showing is off sale; sold tickets stay valid.", "该场次已停止售票，已售的票仍然有效。")
        .into_response())
}

fn day_address(cinema: &Cinema, day: Day) -> String {
    format!("{}/showtimes?day={day}", address(&cinema.place))
}

struct DayView {
    shown: Vec<Shown>,
    /// `None` while the circuit's showings are being learned.
    expected: Option<Told>,
    /// The last day that the circuit brought of its past, if it brought any.
    brought: Option<Day>,
    halls: Vec<Hall>,
    films: Vec<Title>,
}

/// What the day's showings will sell; `None` while that is being learned beside the page, which is then asked again.
async fn expected(visit: &Visit, cinema: &Cinema, day: Day) -> Result<Option<Told>> {
    let (house, of, now) = (visit.house.clone(), cinema.clone(), visit.now);
    if !(0..AHEAD_DAYS).contains(&now.day_in(&cinema.zone).days_until(day)) {
        return Ok(Some(Ok(BTreeMap::new())));
    }
    match visit.read(move |view| learn_showings::at_hand(&house, view, &of, now)).await? {
        AtHand::Told(told) => return Ok(Some(told)),
        AtHand::BeingLearned => return Ok(None),
        AtHand::NotLearned => {}
    }
    let (visit, of) = (visit.clone(), cinema.clone());
    let learning = tokio::spawn(async move {
        let house = visit.house.clone();
        visit.read(move |view| learn_showings::forecasts(&house, view, &of, now)).await
    });
    match tokio::time::timeout(PATIENCE, learning).await {
        Ok(learned) => Ok(Some(learned.map_err(Error::from)??)),
        Err(_) => Ok(None),
    }
}

fn read(view: &View, cinema: &Cinema, day: Day, expected: Option<Told>) -> Result<DayView> {
    let mut films: Vec<Title> =
        titles::all(view)?.into_iter().filter(|title| title.status.is_public()).collect();
    films.sort_by_key(|film| std::cmp::Reverse(film.premiere));
    Ok(DayView {
        shown: views::day(view, &cinema.place, day)?,
        expected,
        brought: imports::of_circuit(view, &cinema.org)?.into_iter().filter_map(|one| one.last).max(),
        halls: halls::of_cinema(view, &cinema.place)?,
        films,
    })
}

async fn page(visit: &Visit, cinema: &Cinema, day: Day, form: &Form) -> Answer<Page> {
    let (of, expected) = (cinema.clone(), expected(visit, cinema, day).await?);
    let found = visit.read(move |view| read(view, &of, day, expected)).await?;
    let today = visit.now.day_in(&cinema.zone);
    let days: Vec<Day> = (-DAYS_BEFORE..=DAYS_AFTER).map(|days| today.plus(days)).collect();
    let links: Vec<(String, String)> = days
        .iter()
        .map(|one| {
            let word =
                if *one == today { visit.say("Today", "今天").to_owned() } else { one.say(visit.lang) };
            (day_address(cinema, *one), word)
        })
        .collect();
    let links: Vec<(&str, &str)> = links.iter().map(|(href, word)| (href.as_str(), word.as_str())).collect();
    let chosen = days.iter().position(|one| *one == day).unwrap_or(usize::MAX);
    let body = html! {
        (top(visit, cinema, Side::Showtimes))
        div class="stack" {
            (parts::chips(visit.say("Days", "日期"), &links, chosen))
            div id="day" class="stack" data-fresh {
                (table(visit, cinema, day, &found))
                (forecasts(visit, cinema, day, &found))
            }
            (parts::titled_card(visit.say("Put a showing on sale", "新增场次"), add_form(visit, cinema, &found, form)))
        }
    };
    Ok(Page::console(super::titled(visit, cinema, Side::Showtimes), body).status(form.status()))
}

fn table(visit: &Visit, cinema: &Cinema, day: Day, found: &DayView) -> Markup {
    let shown = &found.shown;
    let none = BTreeMap::new();
    let forecasts = found.expected.as_ref().and_then(|told| told.as_ref().ok()).unwrap_or(&none);
    let columns = [
        Column::new(visit.say("Film", "影片"), Kind::Text),
        Column::new(visit.say("Begins", "开映"), Kind::Date),
        Column::new(visit.say("Price", "票价"), Kind::Money),
        Column::new(visit.say("Sold", "已售"), Kind::Number),
        Column::new(visit.say("Expected", "预计"), Kind::Number),
        Column::new(visit.say("Occupancy", "上座率"), Kind::Share),
        Column::new(visit.say("Box office", "票房"), Kind::Money),
        Column::new("", Kind::Text),
    ];
    let currency = cinema.service_fee.currency.code();
    let sold = |of: fn(&Shown) -> i64| shown.iter().map(of).sum::<i64>();
    let seats = sold(|one| one.showtime.seats);
    let total = vec![
        Cell::text(visit.say("The day", "全天")),
        Cell::none(),
        Cell::none(),
        Cell::number(sold(|one| one.admissions)),
        day_expected(shown, forecasts),
        Cell::share(ppm(sold(|one| one.admissions), seats), visit.lang),
        Cell::money(sold(|one| one.base_minor), currency),
        Cell::none(),
    ];
    let caption = day.say(visit.lang);
    let rows = shown.iter().map(|one| row(visit, cinema, one, forecasts.get(&one.showtime.id))).collect();
    let table = Table::new(&caption, &columns, rows)
        .empty(visit.say("No showing on this day yet.", "当天还没有场次。"))
        .filtered();
    let table = if shown.is_empty() { table } else { table.total(total) };
    table.render(visit.lang)
}

/// What each showing that has not begun will sell and why, or why nobody can tell.
fn forecasts(visit: &Visit, cinema: &Cinema, day: Day, found: &DayView) -> Markup {
    let heading = visit.say("What showings will sell, and why", "场次售票预测与依据");
    let forecasts = match &found.expected {
        _ if found.shown.is_empty() => return html! {},
        None => {
            let said = visit.say(
                "Your circuit’s showings are being learned, which the day’s first question waits for. What each will sell appears here when that is done.",
                "正在学习院线的场次，当天首次查询需要等待；完成后这里会显示每场预计售票。",
            );
            let again = day_address(cinema, day);
            return parts::titled_card(
                heading,
                html! { p data-again { (said) } p { (parts::link_button(Weight::Quiet, &again, visit.say("Look again", "刷新进度"))) } },
            );
        }
        Some(Err(refusal)) => {
            let not_yet = visit.say("It is not told yet.", "暂不能预测。");
            let body = html! {
                p { (not_yet) " " (refusal.in_(visit.lang)) }
                (past(visit, cinema, found))
            };
            return parts::titled_card(heading, body);
        }
        Some(Ok(forecasts)) => forecasts,
    };
    let ahead: Vec<(&Shown, &Forecast)> =
        found.shown.iter().filter_map(|one| Some((one, forecasts.get(&one.showtime.id)?))).collect();
    if ahead.is_empty() {
        return html! {};
    }
    let body = html! {
        p class="muted" {
            (visit.say(
                "The seats that will be sold, and the range that nine of ten such showings keep to.",
                "将售出的座位数，以及十场中九场所在的范围。",
            ))
        }
        @if found.brought.is_some() { (past(visit, cinema, found)) }
        @for (one, forecast) in &ahead {
            details class="reasons" {
                summary {
                    (clock(one.showtime.starts_at, &cinema.zone)) " " (one.film.in_(visit.lang)) " · " (one.hall.in_(visit.lang)) " · "
                    strong { (money::grouped(forecast.seats.round() as i64)) } " " span class="muted" { (range(forecast)) }
                }
                ul { @for because in &forecast.because { li { (unbroken(because, visit.lang)) } } }
            }
        }
    };
    parts::titled_card(heading, body)
}

/// What was brought of the circuit's past, or where to bring it.
fn past(visit: &Visit, cinema: &Cinema, found: &DayView) -> Markup {
    let today = visit.now.day_in(&cinema.zone);
    let is_old = found.brought.is_some_and(|last| last < today.plus(-LEARNED_DAYS));
    let said = match (found.brought.map(|last| last.in_full(visit.lang)), visit.lang) {
        (None, Lang::En) => {
            "What your cinemas sold before they joined can be brought here from your old ticketing system, and is learned from at once.".to_owned()
        }
        (None, Lang::Zh) => "可导入影院加入前在原售票系统中的场次与售票，预测会立即从中学习。".to_owned(),
        (Some(last), Lang::En) if is_old => format!(
            "The earlier showings that were brought end on {last}: too long ago, for the last {LEARNED_DAYS} days are learned from."
        ),
        (Some(last), Lang::Zh) if is_old => {
            format!("已导入的历史场次截至 {last}，过于久远：预测只从最近 {LEARNED_DAYS} 天学习。")
        }
        (Some(last), Lang::En) => format!("It is learned also from earlier showings that were brought, up to {last}."),
        (Some(last), Lang::Zh) => format!("预测也从导入的历史场次学习（截至 {last}）。"),
    };
    let bring = visit.say("Bring earlier showings", "导入历史场次");
    let page = super::earlier::page_address(cinema);
    html! { p class="muted" { (said) } @if matches!(found.expected, Some(Err(_))) { (parts::link_button(Weight::Primary, &page, bring)) } }
}

/// What the day will come to, where anything of it is still to come.
fn day_expected(shown: &[Shown], forecasts: &BTreeMap<ShowtimeId, Forecast>) -> Cell {
    let of = |one: &Shown| forecasts.get(&one.showtime.id).map(|forecast| forecast.seats.round() as i64);
    if shown.iter().all(|one| of(one).is_none()) {
        return Cell::none();
    }
    Cell::number(shown.iter().map(|one| of(one).unwrap_or(one.admissions)).sum())
}

fn range(forecast: &Forecast) -> String {
    format!("{}–{}", forecast.wide.low, forecast.wide.high)
}

fn showing_expected(forecast: Option<&Forecast>) -> Cell {
    let Some(forecast) = forecast else { return Cell::none() };
    let seats = forecast.seats.round() as i64;
    let shown = html! { (money::grouped(seats)) br; span class="muted" { (range(forecast)) } };
    Cell::markup(shown, &seats.to_string())
}

fn row(visit: &Visit, cinema: &Cinema, one: &Shown, forecast: Option<&Forecast>) -> Vec<Cell> {
    let showtime = &one.showtime;
    let hours =
        format!("{}–{}", clock(showtime.starts_at, &cinema.zone), clock(showtime.ends_at, &cinema.zone));
    let code = showtime.price.currency.code();
    let sold = match visit.lang {
        Lang::En => format!("{} of {}", money::grouped(one.admissions), money::grouped(showtime.seats)),
        Lang::Zh => format!("{} / {}", money::grouped(one.admissions), money::grouped(showtime.seats)),
    };
    let film = one.film.in_(visit.lang);
    let shown =
        html! { (film) br; span class="muted" { (one.hall.in_(visit.lang)) " · " (showtime.version) } };
    vec![
        Cell::markup(shown, film),
        Cell::date(&showtime.starts_at.rfc3339(), &hours),
        Cell::money(showtime.price.minor, code),
        Cell::markup(html! { (sold) }, &one.admissions.to_string()),
        showing_expected(forecast),
        Cell::share(ppm(one.admissions, showtime.seats), visit.lang),
        Cell::money(one.base_minor, code),
        Cell::markup(state(visit, cinema, showtime), ""),
    ]
}

fn state(visit: &Visit, cinema: &Cinema, showtime: &Showtime) -> Markup {
    if !showtime.open {
        return parts::pill(Tone::Cinnabar, visit.say("off sale", "已停售"));
    }
    if showtime.ends_at <= visit.now {
        return parts::pill(Tone::Plain, visit.say("over", "已结束"));
    }
    if showtime.starts_at <= visit.now {
        return parts::pill(Tone::Lantern, visit.say("on screen", "放映中"));
    }
    let action = format!("{}/showtimes/{}/closure", address(&cinema.place), showtime.id);
    parts::press(Weight::Quiet, &action, &[], visit.say("Take off sale", "停售"))
}

fn add_form(visit: &Visit, cinema: &Cinema, found: &DayView, form: &Form) -> Markup {
    if found.halls.is_empty() {
        let word = visit.say("Add a hall", "新增影厅");
        let hall = format!("{}/halls/new", address(&cinema.place));
        return parts::alert(
            Tone::Lantern,
            visit.say("A showing needs a hall first.", "请先添加影厅。"),
            Some(parts::Action { href: &hall, word }),
        );
    }
    let halls: Vec<(&str, &str)> =
        found.halls.iter().map(|hall| (hall.id.0.as_str(), hall.name.in_(visit.lang))).collect();
    let films: Vec<(&str, &str)> =
        found.films.iter().map(|film| (film.id.0.as_str(), film.name.in_(visit.lang))).collect();
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let symbol = cinema.service_fee.currency.symbol();
    let fields = parts::grid(
        2,
        html! {
            (field("title", "Film", "影片").select(&films))
            (field("hall", "Hall", "影厅").select(&halls))
            (Field { kind: "date", required: true, ..field("day", "Day", "日期") }.input())
            (Field { kind: "time", required: true, ..field("starts", "Begins at", "开映时间") }.input())
            (Field { unit: symbol, inputmode: Some("decimal"), required: true, hint: visit.say("Without the service fee.", "不含服务费。"), ..field("price", "Price", "票价") }.input())
            (Field { unit: symbol, inputmode: Some("decimal"), hint: visit.say("A ticket sold below it is settled at it; 0 when there is none.", "低于此价的票按此价结算，没有则填 0。"), ..field("minimum", "Minimum settlement price", "最低结算价") }.input())
            (Field { required: true, hint: "2D, 3D, IMAX", ..field("version", "Version", "版本") }.input())
        },
    );
    let action = format!("{}/showtimes", address(&cinema.place));
    form.render(visit.lang, &action, visit.say("Put it on sale", "开售"), fields)
}

#[cfg(test)]
mod tests {
    use crate::console::season::{Season, day};
    use axum::http::StatusCode;

    const PATH: &str = "/console/cinemas/plc_star/showtimes";

    fn typed(season: &Season) -> Vec<(&'static str, String)> {
        [
            ("title", season.title.0.as_str()),
            ("hall", &season.star.id.0),
            ("day", "2016-12-24"),
            ("starts", "20:10"),
            ("price", "39.90"),
            ("minimum", "30"),
            ("version", "IMAX"),
        ]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
    }

    async fn post(season: &Season, form: &[(&'static str, String)]) -> crate::testing::Answer {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        season.chen.post(PATH, &form).await
    }

    #[tokio::test]
    async fn a_showing_goes_on_sale_and_off_again() {
        let season = Season::new().await;
        let added = post(&season, &typed(&season)).await;
        assert_eq!(added.location(), format!("{PATH}?day=2016-12-24"), "{}", added.text);
        let shown = season.chen.get(added.location()).await;
        for part in ["20:10–21:50", "IMAX", "¥39.90", "0 of 100", "Take off sale"] {
            assert!(shown.text.contains(part), "{part}\n{}", shown.text);
        }
        let busy = post(&season, &typed(&season)).await;
        assert_eq!(busy.status, StatusCode::CONFLICT);
        assert!(busy.text.contains("The hall is busy with the showing of Sat 24 Dec 20:10."));

        let closure = shown.value_after("class=\"press\"", "action=\"");
        let closed = season.chen.post(&closure, &[]).await;
        assert_eq!(closed.location(), added.location());
        assert!(season.chen.get(closed.location()).await.text.contains("off sale"));
        assert_eq!(
            season.chen.post(&closure, &[]).await.status,
            StatusCode::SEE_OTHER,
            "closing twice is closing once"
        );
        assert_eq!(
            season.chen.post(&format!("{PATH}/sho_none/closure"), &[]).await.status,
            StatusCode::NOT_FOUND
        );
    }

    #[tokio::test]
    async fn a_day_shows_what_was_sold() {
        let season = Season::new().await;
        season.runs(&[40, 50, 60, 20, 10]).await;
        let today = season.chen.get(PATH).await;
        assert!(today.text.contains("10 of 100") && today.text.contains("on screen"), "{}", today.text);
        assert!(today.text.contains("It is not told yet. A forecast needs 300 showings"), "{}", today.text);
        let monday = season.chen.get(&format!("{PATH}?day=2016-12-19")).await;
        assert!(
            monday.text.contains("40 of 100")
                && monday.text.contains("over")
                && monday.text.contains("¥1,600.00")
        );
        assert_eq!(
            season.chen.get(&format!("{PATH}?day=soon")).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert!(
            season
                .chen
                .get(&format!("{PATH}?day={}", day(31)))
                .await
                .text
                .contains("No showing on this day yet.")
        );
    }

    #[tokio::test]
    async fn what_cannot_be_shown_is_refused_at_its_field() {
        let season = Season::new().await;
        for (name, bad, field) in [
            ("day", "2016-12-22", "day"),
            ("day", "2018-12-22", "day"),
            ("day", "tomorrow", "day"),
            ("starts", "25:00", "starts"),
            ("price", "0", "price"),
            ("price", "free", "price"),
            ("minimum", "99999", "minimum"),
            ("version", "", "version"),
            ("title", "ttl_none", "title"),
            ("title", "'", "title"),
            ("hall", "", "hall"),
        ] {
            let mut form = typed(&season);
            if let Some(pair) = form.iter_mut().find(|(key, _)| *key == name) {
                pair.1 = bad.to_owned();
            }
            let refused = post(&season, &form).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}={bad}: {}", refused.text);
            assert!(refused.text.contains(&format!("id=\"{field}-error\"")), "{name}={bad}");
        }
        let mut foreign = typed(&season);
        foreign[1].1 = season.dock.id.0.clone();
        assert_eq!(post(&season, &foreign).await.status, StatusCode::NOT_FOUND, "another cinema's hall");
    }
}
