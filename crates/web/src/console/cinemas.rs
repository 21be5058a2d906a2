//! Cinemas: the list, how one is opened, and its own page. Halls and showtimes have files of their own.
//!
//! Staff see the cinemas of their own organisation; an operator sees and opens any.

pub mod cities;
pub mod earlier;
pub mod halls;
pub mod plan;
pub mod showtimes;

use crate::answer::{Answer, Page, SeeOther};
use crate::form::{self, Form};
use crate::look::parts::{self, Field, Stat, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money};
use crate::visit::{CinemaStaff, OperatorStaff, Visit};
use ::people::{Org, OrgKind, orgs};
use axum::extract::Path;
use axum::response::IntoResponse;
use box_office::cities::City;
use box_office::{Cinema, Hall, cinemas as rooms};
use db::View;
use events::log;
use flows::views::cinemas::{self as views, DaySums};
use kernel::ids::Id;
use kernel::{Error, Lang, Money, OrgId, PlaceId, Refusal, Result, Territory, Words, Zone};
use maud::{Markup, html};
use serde_json::json;
use std::collections::HashMap;

const NAME_CHARS_MAX: usize = 80;
const SLUG_CHARS_MAX: usize = 60;
/// A service fee, at most, in minor units.
const FEE_MINOR_MAX: i64 = 10_000;

/// A cinema of the organisations that somebody works for.
async fn find(visit: &Visit, staff: &CinemaStaff, place: &str) -> Result<Cinema> {
    let place = PlaceId::parse(place)?;
    let cinema = visit.read(move |view| rooms::any(view, &place)).await?;
    staff.check(&cinema.org).map_err(|_| Refusal::not_found("cinema", "影院"))?;
    Ok(cinema)
}

fn address(place: &PlaceId) -> String {
    format!("/console/cinemas/{place}")
}

/// `part ÷ whole` in parts per million; nothing of nothing is nothing.
fn ppm(part: i64, whole: i64) -> i64 {
    if whole == 0 { 0 } else { (part as f64 / whole as f64 * 1e6).round() as i64 }
}

struct Listed {
    cinema: Cinema,
    halls: (i64, i64),
    today: DaySums,
}

fn listed(view: &View, everywhere: bool, mine: &[OrgId], now: kernel::Instant) -> Result<Vec<Listed>> {
    let mut found = Vec::new();
    if everywhere {
        found = rooms::all(view)?;
    } else {
        for org in mine {
            found.extend(views::of_org(view, org)?);
        }
    }
    let with_day = |cinema: Cinema| {
        let today = views::day_sums(view, &cinema.place, now.day_in(&cinema.zone))?;
        Ok(Listed { halls: views::halls(view, &cinema.place)?, today, cinema })
    };
    found.into_iter().map(with_day).collect()
}

pub async fn list(visit: Visit, staff: CinemaStaff) -> Answer<Page> {
    let (everywhere, mine, now) = (staff.is_operator(), staff.orgs, visit.now);
    let (list, cities) = visit
        .read(move |view| Ok((listed(view, everywhere, &mine, now)?, box_office::cities::all(view)?)))
        .await?;
    let cities: HashMap<String, Words> = cities.into_iter().map(|city| (city.code, city.name)).collect();
    let heading = visit.say("Cinemas", "影院");
    let may_add = visit.site.leads("/console/cinemas/new", &visit.actor);
    let add = html! { @if may_add { (parts::link_button(Weight::Primary, "/console/cinemas/new", visit.say("Open a cinema", "新增影院"))) } };
    let body = html! {
        (parts::heading(heading, visit.say("Each with its halls and how today goes.", "各影院的影厅与今日情况。"), add))
        @if list.is_empty() {
            (parts::empty(
                visit.say("No cinema yet", "还没有影院"),
                visit.say("An operator opens a cinema; then its staff add halls and showtimes here.", "影院由平台运营者开设，之后由影院人员添加影厅和场次。"),
                None,
            ))
        } @else {
            (table(&visit, &list, &cities))
        }
    };
    Ok(Page::console(heading, body))
}

fn table(visit: &Visit, list: &[Listed], cities: &HashMap<String, Words>) -> Markup {
    let columns = [
        Column::new(visit.say("Cinema", "影院"), Kind::Text),
        Column::new(visit.say("Halls", "影厅"), Kind::Number),
        Column::new(visit.say("Seats", "座位"), Kind::Number),
        Column::new(visit.say("Showings today", "今日场次"), Kind::Number),
        Column::new(visit.say("Admissions", "人次"), Kind::Number),
        Column::new(visit.say("Occupancy", "上座率"), Kind::Share),
        Column::new(visit.say("Box office today", "今日票房"), Kind::Money),
        Column::new(visit.say("Service fee", "服务费"), Kind::Money),
    ];
    let row = |one: &Listed| {
        let (cinema, today) = (&one.cinema, &one.today);
        let code = cinema.service_fee.currency.code();
        let city = cities.get(&cinema.city).map_or(cinema.city.as_str(), |name| name.in_(visit.lang));
        let name = cinema.name.in_(visit.lang);
        let named = html! { a href=(address(&cinema.place)) { (name) } br; span class="muted" { (city) } };
        vec![
            Cell::markup(named, name),
            Cell::number(one.halls.0),
            Cell::number(one.halls.1),
            Cell::number(today.showings),
            Cell::number(today.admissions),
            Cell::share(ppm(today.admissions, today.seats), visit.lang),
            Cell::money(today.base_minor, code),
            Cell::money(cinema.service_fee.minor, code),
        ]
    };
    Table::new(visit.say("Cinemas", "影院"), &columns, list.iter().map(row).collect())
        .filtered()
        .render(visit.lang)
}

pub async fn blank(visit: Visit, _: OperatorStaff) -> Answer<Page> {
    let fee = if visit.home.territory == Territory::CN { "3.00" } else { "0" };
    let form = Form::filled([("zone", visit.home.zone.name()), ("fee", fee)]);
    new_page(&visit, &form, &Form::filled([("tier", "2")])).await
}

pub async fn add(visit: Visit, _: OperatorStaff, form: Form) -> Answer {
    match open(&visit, &form).await {
        Ok(cinema) => {
            let onward = SeeOther::to(address(&cinema.place));
            Ok(onward
                .saying("The cinema is open. Add its halls next.", "影院已开设，请继续添加影厅。")
                .into_response())
        }
        Err(error) => Ok(new_page(&visit, &form.refused(error)?, &Form::blank()).await?.into_response()),
    }
}

async fn open(visit: &Visit, form: &Form) -> Result<Cinema> {
    let cinema = Cinema {
        place: PlaceId::make(visit.now, &mut visit.house.dice()),
        org: form.id("org")?,
        city: form.text("city").to_owned(),
        slug: slug(form)?,
        name: Words::new(
            line(form, "name_en", "The English name", "英文名称")?,
            line(form, "name_zh", "The Chinese name", "中文名称")?,
        ),
        address: Words::new(
            line(form, "address_en", "The English address", "英文地址")?,
            line(form, "address_zh", "The Chinese address", "中文地址")?,
        ),
        zone: form::at("zone", Zone::parse(form.text("zone").trim()))?,
        service_fee: form.money("fee", visit.home.currency)?,
    };
    if cinema.service_fee.minor > FEE_MINOR_MAX {
        let most = Money::new(FEE_MINOR_MAX, visit.home.currency);
        let (en, zh) = (format!("A service fee is at most {most}."), format!("服务费最高 {most}。"));
        return Err(Refusal::field("fee", "bad_fee", en, zh).into());
    }
    let (orgs, cities) = choices(visit).await?;
    let known = orgs.iter().any(|org| org.id == cinema.org);
    let unknown =
        |field| Refusal::field(field, "bad_choice", "Please choose one of the list.", "请从列表中选择。");
    if !known {
        return Err(unknown("org").into());
    }
    if !cities.iter().any(|city| city.code == cinema.city) {
        return Err(unknown("city").into());
    }
    visit
        .write(&cinema.place.clone(), move |scene| {
            rooms::add(scene.tx, &cinema, scene.act.at).map_err(at_slug)?;
            let body = json!({ "name": cinema.name, "city": cinema.city });
            log::append(
                scene.tx,
                &mut scene.act,
                &cinema.place,
                events::Kind::PlaceOpened,
                None,
                &cinema.place,
                body,
            )?;
            Ok(cinema.clone())
        })
        .await
}

/// The only thing that is refused here is the short address.
fn at_slug(error: Error) -> Error {
    match error {
        Error::Refused(refusal) => Error::Refused(Refusal { field: Some("slug"), ..refusal }),
        fault => fault,
    }
}

fn line(form: &Form, field: &'static str, en: &str, zh: &str) -> Result<String, Refusal> {
    let text = form.text(field).trim();
    let fits = (1..=NAME_CHARS_MAX).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits {
        return Ok(text.to_owned());
    }
    Err(Refusal::field(
        field,
        "bad_line",
        format!("{en} takes 1 to {NAME_CHARS_MAX} characters on one line."),
        format!("{zh}应为 1 到 {NAME_CHARS_MAX} 个字，写在一行内。"),
    ))
}

fn slug(form: &Form) -> Result<String, Refusal> {
    let text = form.text("slug").trim();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits =
        (1..=SLUG_CHARS_MAX).contains(&text.len()) && text.chars().all(plain) && !text.starts_with('-');
    if fits {
        return Ok(text.to_owned());
    }
    Err(Refusal::field(
        "slug",
        "bad_slug",
        "An address takes lower-case letters, digits and hyphens, such as star-west-bund.",
        "网址请用小写字母、数字和连字符，如 star-west-bund。",
    ))
}

async fn choices(visit: &Visit) -> Result<(Vec<Org>, Vec<City>)> {
    visit.read(|view| Ok((orgs::of_kind(view, OrgKind::Cinema)?, box_office::cities::all(view)?))).await
}

/// The page with both forms: the cinema's, and the city's that may be missing.
async fn new_page(visit: &Visit, form: &Form, city: &Form) -> Answer<Page> {
    let (orgs, cities) = choices(visit).await?;
    let orgs: Vec<(&str, &str)> =
        orgs.iter().map(|org| (org.id.0.as_str(), org.name.in_(visit.lang))).collect();
    let cities: Vec<(&str, &str)> =
        cities.iter().map(|city| (city.code.as_str(), city.name.in_(visit.lang))).collect();
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let fields = html! {
        (field("org", "Who runs it", "运营机构").select(&orgs))
        (parts::grid(2, html! {
            (Field { required: true, ..field("name_en", "English name", "英文名称") }.input())
            (Field { required: true, ..field("name_zh", "Chinese name", "中文名称") }.input())
            (Field { required: true, ..field("address_en", "Address in English", "英文地址") }.input())
            (Field { required: true, ..field("address_zh", "Address in Chinese", "中文地址") }.input())
            (field("city", "City", "城市").select(&cities))
            (Field { required: true, hint: visit.say("Its address on the pages, such as star-west-bund.", "页面网址，如 star-west-bund。"), ..field("slug", "Short address", "网址") }.input())
            (Field { required: true, hint: visit.say("Its days and hours are told in this zone.", "影院的日期和时间按此时区。"), ..field("zone", "Time zone", "时区") }.input())
            (Field { required: true, unit: visit.told(visit.home.currency).unit(), inputmode: Some("decimal"), hint: visit.say("Per ticket, on top of the price; it is not divided.", "每张票在票价之外收取，不参与分账。"), ..field("fee", "Service fee", "服务费") }.input())
        }))
    };
    let heading = visit.say("Open a cinema", "新增影院");
    let status = if form.status().is_success() { city.status() } else { form.status() };
    let body = html! {
        (parts::heading(heading, "", html! {}))
        @if orgs.is_empty() { div class="alerts" { (parts::alert(Tone::Lantern, visit.say("No organisation runs cinemas yet. Add one under People.", "还没有影院机构，请先在“人员”中添加。"), None)) } }
        (parts::card(form.render(visit.lang, "/console/cinemas", visit.say("Open it", "开设"), fields)))
        (parts::section(visit.say("A city that is not in the list", "列表中没有的城市"), None, parts::card(cities::form(visit, city))))
    };
    Ok(Page::console(heading, body).status(status))
}

pub async fn show(visit: Visit, staff: CinemaStaff, Path(place): Path<String>) -> Answer<Page> {
    let cinema = find(&visit, &staff, &place).await?;
    let (at, today) = (cinema.place.clone(), visit.now.day_in(&cinema.zone));
    let (mut halls, sums, cities) = visit
        .read(move |view| {
            let halls = box_office::halls::of_cinema(view, &at)?;
            Ok((halls, views::day_sums(view, &at, today)?, box_office::cities::all(view)?))
        })
        .await?;
    halls.sort_by_key(|hall| (hall.name.en.len(), hall.name.en.clone()));
    let city = cities.into_iter().find(|city| city.code == cinema.city);
    let body = html! {
        (top(&visit, &cinema, Side::About))
        (tiles(&visit, &cinema, &sums))
        (parts::grid(2, html! {
            (parts::titled_card(visit.say("About it", "概况"), about(&visit, &cinema, city.as_ref())))
            (halls_table(&visit, &cinema, &halls))
        }))
    };
    Ok(Page::console(cinema.name.in_(visit.lang), body))
}

/// The sides of a cinema, as they stand in the tabs.
#[derive(Clone, Copy)]
enum Side {
    About,
    Showtimes,
    Earlier,
    Plan,
    Hall,
}

impl Side {
    const ALL: [Side; 5] = [Side::About, Side::Showtimes, Side::Earlier, Side::Plan, Side::Hall];

    fn word(self, lang: Lang) -> &'static str {
        match self {
            Side::About => crate::look::say(lang, "About", "概况"),
            Side::Showtimes => crate::look::say(lang, "Showtimes", "场次"),
            Side::Earlier => crate::look::say(lang, "Earlier showings", "历史场次"),
            Side::Plan => crate::look::say(lang, "Plan a week", "排片方案"),
            Side::Hall => crate::look::say(lang, "Add a hall", "新增影厅"),
        }
    }
}

/// What a page of a cinema is called in a window's title: `Showtimes · Star`.
fn titled(visit: &Visit, cinema: &Cinema, side: Side) -> String {
    format!("{} · {}", side.word(visit.lang), cinema.name.in_(visit.lang))
}

fn top(visit: &Visit, cinema: &Cinema, side: Side) -> Markup {
    let about = address(&cinema.place);
    let (showtimes, hall) = (format!("{about}/showtimes"), format!("{about}/halls/new"));
    let earlier = format!("{about}/earlier");
    let (plan, door) = (format!("{about}/plan"), format!("/door/{}", cinema.place));
    let ways = [&about, &showtimes, &earlier, &plan, &hall];
    let tabs: Vec<(&str, &str)> =
        ways.into_iter().zip(Side::ALL).map(|(way, side)| (way.as_str(), side.word(visit.lang))).collect();
    html! {
        (parts::heading(cinema.name.in_(visit.lang), cinema.address.in_(visit.lang), parts::link_button(Weight::Primary, &door, visit.say("At the door", "检票"))))
        (parts::tabs(visit.say("Sides of the cinema", "影院的各方面"), &tabs, side as usize))
    }
}

fn tiles(visit: &Visit, cinema: &Cinema, sums: &DaySums) -> Markup {
    let code = cinema.service_fee.currency.code();
    let base = money::compact(sums.base_minor, code, visit.lang);
    let fees = money::full(sums.fee_minor, code);
    let fees = match visit.lang {
        Lang::En => format!("and {fees} of service fees"),
        Lang::Zh => format!("另有服务费 {fees}"),
    };
    let occupancy = money::percent(ppm(sums.admissions, sums.seats), visit.lang);
    let seats = match visit.lang {
        Lang::En => format!("of {}", kernel::counted(sums.seats, "seat", "seats")),
        Lang::Zh => format!("共 {} 个座位", money::grouped(sums.seats)),
    };
    let showtimes = format!("{}/showtimes", address(&cinema.place));
    let stat = |label, value: &str, note: &str| {
        Stat { label, value, note, href: Some(&showtimes), ..Stat::default() }.render()
    };
    parts::grid(
        4,
        html! {
            (stat(visit.say("Box office today", "今日票房"), &base, &fees))
            (stat(visit.say("Admissions today", "今日人次"), &money::grouped(sums.admissions), &seats))
            (stat(visit.say("Occupancy", "上座率"), &occupancy, ""))
            (stat(visit.say("Showings today", "今日场次"), &money::grouped(sums.showings), ""))
        },
    )
}

fn about(visit: &Visit, cinema: &Cinema, city: Option<&City>) -> Markup {
    let page = format!("/cinemas/{}", cinema.slug);
    let rows = [
        (visit.say("English name", "英文名称"), html! { (cinema.name.en) }),
        (visit.say("Chinese name", "中文名称"), html! { (cinema.name.zh) }),
        (
            visit.say("City", "城市"),
            html! { (city.map_or(cinema.city.as_str(), |city| city.name.in_(visit.lang))) },
        ),
        (visit.say("Time zone", "时区"), html! { (cinema.zone.name()) }),
        (visit.say("Service fee", "服务费"), html! { (cinema.service_fee) }),
        (visit.say("Short address", "网址"), html! { (page) }),
    ];
    parts::definitions(&rows)
}

fn halls_table(visit: &Visit, cinema: &Cinema, halls: &[Hall]) -> Markup {
    let columns = [
        Column::new(visit.say("Hall", "影厅"), Kind::Text),
        Column::new(visit.say("Rows", "排"), Kind::Number),
        Column::new(visit.say("Seats", "座位"), Kind::Number),
    ];
    let row = |hall: &Hall| {
        vec![
            Cell::link(&format!("{}/halls/{}", address(&cinema.place), hall.id), hall.name.in_(visit.lang)),
            Cell::number(hall.seat_map.rows.len() as i64),
            Cell::number(hall.seat_map.count()),
        ]
    };
    Table::new(visit.say("Halls", "影厅"), &columns, halls.iter().map(row).collect())
        .empty(visit.say("No hall yet: add one to put showtimes on sale.", "还没有影厅，添加后即可排片。"))
        .render(visit.lang)
}

#[cfg(test)]
mod tests {
    use crate::console::season::{Season, day};
    use crate::testing::Town;
    use axum::http::StatusCode;
    use kernel::Role;

    #[tokio::test]
    async fn an_operator_opens_a_cinema_for_its_staff() {
        let town = Town::new();
        let operator = town.operator().await;
        let (circuit, chen) = town.staff("chen", Role::Cinema).await;
        assert!(chen.get("/console/cinemas").await.text.contains("No cinema yet"));
        let city = [
            ("code", "SHA"),
            ("city_en", "Shanghai"),
            ("city_zh", "上海"),
            ("tier", "1"),
            ("longitude", "121.47"),
            ("latitude", "31.23"),
        ];
        assert_eq!(operator.post("/console/cinemas/cities", &city).await.status, StatusCode::SEE_OTHER);
        let good = [
            ("org", circuit.0.as_str()),
            ("name_en", "Star West Bund"),
            ("name_zh", "星光影城西岸店"),
            ("address_en", "88 Riverside Road"),
            ("address_zh", "滨江路88号"),
            ("city", "SHA"),
            ("slug", "star-west-bund"),
            ("zone", "Asia/Shanghai"),
            ("fee", "3.00"),
        ];
        for (name, bad) in [
            ("slug", "Star!"),
            ("city", "NYC"),
            ("org", "org_none"),
            ("zone", "Moon/Base"),
            ("fee", "100.01"),
            ("name_zh", " "),
        ] {
            let typed: Vec<(&str, &str)> =
                good.iter().map(|(key, value)| (*key, if *key == name { bad } else { value })).collect();
            let refused = operator.post("/console/cinemas", &typed).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
            assert!(refused.text.contains(&format!("id=\"{name}-error\"")), "{name}");
        }
        let opened = operator.post("/console/cinemas", &good).await;
        assert_eq!(opened.status, StatusCode::SEE_OTHER, "{}", opened.text);
        let twice = operator.post("/console/cinemas", &good).await;
        assert!(twice.status == StatusCode::CONFLICT && twice.text.contains("slug-error"));
        let shown = chen.get(opened.location()).await;
        assert!(
            shown.text.contains("88 Riverside Road") && shown.text.contains("/door/plc_"),
            "{}",
            shown.text
        );
        assert!(chen.get("/console/cinemas").await.text.contains("Star West Bund"));
        assert_eq!(chen.post("/console/cinemas", &good).await.status, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn staff_of_one_cinema_do_not_see_another() {
        let season = Season::new().await;
        season.runs(&[40, 50, 60, 20, 10]).await;
        let showtime = season.showing(&season.star, day(24), 12).await;
        let list = season.chen.get("/console/cinemas").await;
        assert!(list.text.contains("Star Cinema") && !list.text.contains("Old Dock"));
        assert!(list.text.contains("¥400.00"), "ten people today");
        for end in ["", "/showtimes", "/plan", "/halls/new", &format!("/halls/{}", season.star.id)] {
            let path = format!("/console/cinemas/plc_star{end}");
            assert_eq!(season.chen.get(&path).await.status, StatusCode::OK, "{path}");
            assert_eq!(season.dai.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(season.ann.get(&path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let closure = format!("/console/cinemas/plc_star/showtimes/{}/closure", showtime.id);
        for path in ["/console/cinemas/plc_star/halls", "/console/cinemas/plc_star/showtimes", &closure] {
            assert_eq!(season.dai.post(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        let (_, tea) = season.town.staff("tea", Role::Merchant).await;
        assert_eq!(tea.get("/console/cinemas").await.status, StatusCode::FORBIDDEN);
        let operator = season.town.operator().await;
        let all = operator.get("/console/cinemas").await;
        assert!(all.text.contains("Star Cinema") && all.text.contains("Old Dock"));
    }
}
