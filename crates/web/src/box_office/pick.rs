//! Choosing seats: the hall as it is at this moment, the best two on offer, the price in the bottom bar.
//!
//! Everybody may look. Somebody who has not signed in takes the chosen seats along through the
//! sign-in page: their form is sent to `…/chosen` by GET, which the usher lets them come back to.

use super::nearest::nearest;
use super::{address, listed, located};
use crate::answer::{Answer, Page, SeeOther};
use crate::film;
use crate::look::parts::{self, Action};
use crate::look::seats::{self, Cell, Kind, Map, Row, Seat, State, Zone};
use crate::look::{Tone, say, when};
use crate::visit::Visit;
use ::box_office::line::Standing;
use ::box_office::{SeatKind, tariff};
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use db::View;
use flows::buy_tickets::{self, Picker};
use flows::views::tickets::held_by;
use flows::wait_in_line;
use kernel::{Instant, Lang, Money, PersonId, PlaceId, Refusal, Result, ShowtimeId};
use maud::{Markup, html};
use payments::{Intent, intents};
use std::collections::HashSet;
use std::sync::Arc;

/// What the page asks.
type Asked = Query<Vec<(String, String)>>;

pub async fn show(
    visit: Visit,
    Path((place, id)): Path<(String, String)>,
    Query(asked): Asked,
    headers: HeaderMap,
) -> Answer {
    let (place, id) = located(&place, &id)?;
    let seats = asked.into_iter().filter(|(name, _)| name == "seat").map(|(_, seat)| seat);
    let chosen: Vec<String> = seats.take(tariff::SEATS_MAX).collect();
    let hall = look_in(&visit, &place, &id).await?;
    if let Some(line) = line_before(&visit, &hall, &headers) {
        return Ok(SeeOther::to(line).into_response());
    }
    Ok(page(&visit, &hall, &chosen, None).into_response())
}

/// The line that a reader stands in first, unless it is their turn or they hold seats here already.
fn line_before(visit: &Visit, hall: &Hall, headers: &HeaderMap) -> Option<String> {
    let title = &hall.picker.title;
    visit.house.lines().of(&title.id, visit.now)?;
    let standing = film::line::place(visit, headers)
        .and_then(|place| wait_in_line::standing(&visit.house, &title.id, place, visit.now));
    let enters = matches!(standing, Some(Standing::Turn { .. }));
    (!enters && hall.waiting.is_none()).then(|| film::line::way(title))
}

/// The picker again, saying why the seats could not be held.
pub(super) async fn refused(
    visit: &Visit,
    place: &PlaceId,
    id: &ShowtimeId,
    chosen: &[String],
    refusal: &Refusal,
) -> Answer<Page> {
    let status = StatusCode::from_u16(refusal.kind.status()).unwrap_or(StatusCode::CONFLICT);
    Ok(page(visit, &enter(visit, place, id).await?, chosen, Some(refusal)).status(status))
}

/// A hall as this reader finds it.
struct Hall {
    picker: Arc<Picker>,
    /// What a seat costs, service fee included.
    price: Money,
    /// Why nothing is sold here any more.
    over: Option<Refusal>,
    /// The payment that waits for seats which the reader holds here already.
    waiting: Option<(Intent, Vec<String>)>,
}

impl Hall {
    fn new(picker: Arc<Picker>, waiting: Option<(Intent, Vec<String>)>, now: Instant) -> Result<Hall> {
        let price = picker.showtime.price.plus(picker.cinema.service_fee)?;
        Ok(Hall { price, over: picker.showtime.check_sells(now).err(), waiting, picker })
    }
}

/// The payment that waits for seats which a reader holds, with those of them that are known here.
fn waits(
    view: &View,
    picker: &Picker,
    reader: &PersonId,
    now: Instant,
) -> Result<Option<(Intent, Vec<String>)>> {
    let held = held_by(view, reader, &picker.showtime.place, &picker.showtime.id, now)?;
    let Some(order) = held else { return Ok(None) };
    let mine = picker.taken.iter().filter(|taken| taken.order == order.id);
    let seats = mine.map(|taken| taken.seat.clone()).collect();
    Ok(Some((intents::of_order(view, &order.place, &order.id)?, seats)))
}

/// The hall as everybody sees it, at most a moment old; as it is now for a reader who holds seats in it.
async fn look_in(visit: &Visit, place: &PlaceId, id: &ShowtimeId) -> Result<Hall> {
    let (picker, now) = (buy_tickets::recent_picker(&visit.house, place, id).await?, visit.now);
    let Some(reader) = visit.person.as_ref().map(|person| person.id.clone()) else {
        return Hall::new(picker, None, now);
    };
    let seen = picker.clone();
    let waiting = visit.read(move |view| waits(view, &seen, &reader, now)).await?;
    if waiting.is_some() { enter(visit, place, id).await } else { Hall::new(picker, None, now) }
}

/// The hall as it is at this moment.
async fn enter(visit: &Visit, place: &PlaceId, id: &ShowtimeId) -> Result<Hall> {
    let (at, showtime, now) = (place.clone(), id.clone(), visit.now);
    let reader = visit.person.as_ref().map(|person| person.id.clone());
    let look = move |view: &View| {
        let picker = buy_tickets::picker(view, &at, &showtime, now)?;
        let waiting = reader.map(|reader| waits(view, &picker, &reader, now)).transpose()?.flatten();
        Hall::new(Arc::new(picker), waiting, now)
    };
    visit.read(look).await
}

fn page(visit: &Visit, hall: &Hall, chosen: &[String], refusal: Option<&Refusal>) -> Page {
    match &hall.over {
        Some(over) => closed(visit, hall, over),
        None => draw(visit, hall, chosen, refusal),
    }
}

fn closed(visit: &Visit, hall: &Hall, over: &Refusal) -> Page {
    let film = format!("{}#showtimes", film::address(&hall.picker.title));
    let action = Action { href: &film, word: visit.say("Other showings", "看看其他场次") };
    let body = html! {
        div class="wrap narrow" {
            (heading(visit, hall))
            (parts::card(parts::empty(over.in_(visit.lang), visit.say("Nothing was taken from you.", "没有产生任何扣款。"), Some(action))))
        }
    };
    Page::consumer(visit.say("Choose seats", "选座"), body).status(StatusCode::GONE)
}

fn draw(visit: &Visit, hall: &Hall, asked: &[String], refusal: Option<&Refusal>) -> Page {
    let lang = visit.lang;
    let taken: HashSet<String> = hall.picker.taken.iter().map(|taken| taken.seat.clone()).collect();
    let chosen: Vec<String> = asked.iter().filter(|seat| !taken.contains(*seat)).cloned().collect();
    let rows = rows(hall, &chosen);
    let zones = [Zone { name: say(lang, "a seat", "每座").into(), price_minor: hall.price.minor }];
    let undecided = asked.is_empty() && refusal.is_none() && hall.waiting.is_none();
    let best: &[String] = if undecided { &hall.picker.best } else { &[] };
    let best: Vec<&str> = best.iter().map(String::as_str).collect();
    let (action, key) = (address(&hall.picker.showtime.place, &hall.picker.showtime.id), fresh_key(visit));
    let map = Map {
        lang,
        action: &action,
        hidden: &[("key", &key)],
        hall: hall.picker.hall.name.in_(lang),
        currency: hall.price.currency.code(),
        rows: &rows,
        zones: &zones,
        best: &best,
        seats_max: tariff::SEATS_MAX as u32,
    };
    let is_full = taken.len() as i64 >= hall.picker.showtime.seats;
    let body = html! {
        div class="wrap" {
            (heading(visit, hall))
            div class="stack" {
                @if let Some(refusal) = refusal { div role="alert" { (why(hall, refusal, asked, &taken, &action, lang)) } }
                (waiting(visit, hall))
                @if is_full { (sold_out(visit, hall)) }
                (seats::picker(&map))
                @if !best.is_empty() { noscript { p { a href=(with_seats(&action, best.iter().copied())) { (take(&best, lang)) } } } }
                (terms(hall, lang))
            }
        }
    };
    let page = Page::consumer(visit.say("Choose seats", "选座"), body);
    if is_full { page } else { page.bottom_bar(bar(visit, hall, &chosen)) }
}

/// Made for every drawn picker, so that one form holds seats once.
fn fresh_key(visit: &Visit) -> String {
    visit.house.dice().bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn heading(visit: &Visit, hall: &Hall) -> Markup {
    let (lang, picker) = (visit.lang, &hall.picker);
    let when = picker.showtime.starts_at.say(&picker.cinema.zone, lang);
    let line = format!(
        "{when} · {} · {} · {}",
        picker.cinema.name.in_(lang),
        picker.hall.name.in_(lang),
        picker.showtime.version
    );
    parts::heading(picker.title.name.in_(lang), &line, html! {})
}

fn rows(hall: &Hall, chosen: &[String]) -> Vec<Row> {
    let map = &hall.picker.hall.seat_map;
    let mut rows: Vec<Row> = map
        .rows
        .iter()
        .map(|row| Row { label: row.label.clone(), cells: row.cells.bytes().map(|_| Cell::Aisle).collect() })
        .collect();
    for seat in map.seats() {
        let state = match hall.picker.taken.iter().find(|taken| taken.seat == seat.id) {
            Some(taken) if taken.sold => State::Sold,
            Some(_) => State::Held,
            None if chosen.contains(&seat.id) => State::Mine,
            None => State::Free,
        };
        let kind = match seat.kind {
            SeatKind::Standard => Kind::Standard,
            SeatKind::Love => Kind::Love,
            SeatKind::Wheelchair => Kind::Wheelchair,
        };
        rows[seat.row].cells[seat.cell] = Cell::Seat(Seat {
            id: seat.id,
            label: seat.number.to_string(),
            kind,
            state,
            zone: 0,
            price_minor: hall.price.minor,
        });
    }
    rows
}

fn with_seats<'a>(action: &str, seats: impl Iterator<Item = &'a str>) -> String {
    let query: Vec<String> = seats.map(|seat| format!("seat={}", crate::encode(seat))).collect();
    format!("{action}?{}", query.join("&"))
}

fn take(seats: &[&str], lang: Lang) -> String {
    let seats = listed(seats.iter().copied(), lang);
    match lang {
        Lang::En => format!("Take {seats}"),
        Lang::Zh => format!("选 {seats}"),
    }
}

/// The refusal; for seats that somebody else was faster to take, with what is free together instead.
fn why(
    hall: &Hall,
    refusal: &Refusal,
    asked: &[String],
    taken: &HashSet<String>,
    action: &str,
    lang: Lang,
) -> Markup {
    let lost = refusal.code == "seat_taken";
    let instead = if lost { nearest(&hall.picker.hall.seat_map, taken, asked) } else { None };
    let Some(instead) = instead else { return parts::alert(Tone::Cinnabar, refusal.in_(lang), None) };
    let ids: Vec<&str> = instead.iter().map(|seat| seat.id.as_str()).collect();
    let seats = listed(ids.iter().copied(), lang);
    let sentence = match (lang, ids.len()) {
        (Lang::En, 1) => format!("{} {seats} is free.", refusal.in_(lang)),
        (Lang::En, _) => format!("{} {seats} are free together.", refusal.in_(lang)),
        (Lang::Zh, 1) => format!("{}{seats} 还空着。", refusal.in_(lang)),
        (Lang::Zh, _) => format!("{}{seats} 还连着空着。", refusal.in_(lang)),
    };
    let href = with_seats(action, ids.iter().copied());
    parts::alert(Tone::Cinnabar, &sentence, Some(Action { href: &href, word: &take(&ids, lang) }))
}

fn waiting(visit: &Visit, hall: &Hall) -> Markup {
    let Some((intent, seats)) = &hall.waiting else { return html! {} };
    let left = when::left(visit.now.seconds_until(intent.expires_at));
    let seats = listed(seats.iter().map(String::as_str), visit.lang);
    let sentence = match visit.lang {
        Lang::En => format!("You hold {seats} for another {left} minutes."),
        Lang::Zh => format!("您已锁定 {seats}，还剩 {left}。"),
    };
    let href = crate::pay::address(intent);
    parts::alert(
        Tone::Lantern,
        &sentence,
        Some(Action { href: &href, word: visit.say("Pay for them", "去支付") }),
    )
}

fn sold_out(visit: &Visit, hall: &Hall) -> Markup {
    let href = format!("{}#showtimes", film::address(&hall.picker.title));
    parts::alert(
        Tone::Plain,
        visit.say(
            "Every seat is taken. Seats that are only held may come back within ten minutes.",
            "座位已满。仅被锁定的座位可能在十分钟内放出。",
        ),
        Some(Action { href: &href, word: visit.say("Other showings", "其他场次") }),
    )
}

/// What a seat's price is made of, and what holding means.
fn terms(hall: &Hall, lang: Lang) -> Markup {
    let (price, ticket, fee) = (
        film::amount(hall.price),
        film::amount(hall.picker.showtime.price),
        film::amount(hall.picker.cinema.service_fee),
    );
    let most = tariff::SEATS_MAX;
    html! {
        p class="muted" {
            @match lang {
                Lang::En => {
                    (price) " a seat is " (ticket) " for the ticket and " (fee) " service fee, which pays for booking and is no part of the film’s box office. "
                    "Up to " (most) " seats are held for ten minutes while you pay."
                }
                Lang::Zh => {
                    "每座 " (price) "：票价 " (ticket) "，服务费 " (fee) "（用于购票服务，不计入影片分账票房）。"
                    "一单最多 " (most) " 座，锁座十分钟，请在此期间支付。"
                }
            }
        }
    }
}

/// Chosen seats, the sum, and the button; the script keeps them up to date.
fn bar(visit: &Visit, hall: &Hall, chosen: &[String]) -> Markup {
    let lang = visit.lang;
    let sum = match chosen.len() {
        0 => String::new(),
        count => film::amount(Money::new(hall.price.minor * count as i64, hall.price.currency)),
    };
    let address = address(&hall.picker.showtime.place, &hall.picker.showtime.id);
    let (word, way) = match &visit.person {
        Some(_) => (say(lang, "Hold these seats", "锁定座位"), None),
        None => (say(lang, "Sign in and hold", "登录并锁座"), Some(format!("{address}/chosen"))),
    };
    html! {
        div class="seat-bar" {
            div class="seat-bar-chosen" {
                div class="chips" data-seat-chips {
                    @for seat in chosen { span class="chip" { (seat) } }
                    @if chosen.is_empty() { span class="muted" { (say(lang, "Choose your seats", "请选择座位")) } }
                }
                p class="visually-hidden" role="status" data-seat-status {}
            }
            button class="button primary" type="submit" form="seats" formmethod=[way.as_ref().map(|_| "get")] formaction=[way.as_ref()] {
                span { (word) } span class="button-price" data-seat-total { (sum) }
            }
        }
    }
}
