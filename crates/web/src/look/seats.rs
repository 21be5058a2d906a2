//! The seat map: a curved screen, seats as shapes, and the bar that holds the chosen ones.
//!
//! Every seat is a checkbox in a form named `seats`, so choosing works without the script;
//! the script adds arrow keys, chips, the total, zoom, and a map of the hall when it is wider than the phone.

use super::{icon, money, say};
use kernel::Lang;
use maud::{Markup, html};

/// A hall, as one reader sees it for one showtime.
pub struct Map<'a> {
    pub lang: Lang,
    /// Where the form posts the chosen seats, as repeated `seat` fields.
    pub action: &'a str,
    /// Further fields of the form, such as the showtime's fence.
    pub hidden: &'a [(&'a str, &'a str)],
    pub hall: &'a str,
    pub currency: &'a str,
    pub rows: &'a [Row],
    pub zones: &'a [Zone],
    /// Ids of the seats to offer first; empty when nothing good is left together.
    pub best: &'a [&'a str],
    pub seats_max: u32,
}

pub struct Row {
    pub label: String,
    pub cells: Vec<Cell>,
}

pub enum Cell {
    Seat(Seat),
    Aisle,
}

pub struct Seat {
    pub id: String,
    /// What is printed on the seat, such as `7`.
    pub label: String,
    pub kind: Kind,
    pub state: State,
    /// Index into the map's zones.
    pub zone: usize,
    pub price_minor: i64,
}

/// Two love seats side by side are one sofa; they come in pairs within a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Standard,
    Love,
    Wheelchair,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    Free,
    Held,
    Sold,
    Mine,
}

/// A part of the hall with one price.
pub struct Zone {
    pub name: String,
    pub price_minor: i64,
}

/// The form with the hall; put `bar` into the page's bottom bar.
pub fn picker(map: &Map) -> Markup {
    html! {
        form id="seats" class="hall" method="post" action=(map.action) data-seats data-currency=(map.currency) data-seats-max=(map.seats_max)
            data-say-none=(say(map.lang, "Choose your seats", "请选择座位")) data-say-row=(say(map.lang, "Row", "排")) data-say-drop=(say(map.lang, "Give back", "取消"))
            data-say-max=(most(map)) {
            @for (name, value) in map.hidden { input type="hidden" name=(name) value=(value); }
            (best(map))
            div class="hall-tools" {
                (legend(map))
                div class="zoom" hidden data-zoom {
                    button type="button" class="tool" data-zoom-by="-1" aria-label=(say(map.lang, "Smaller", "缩小")) { (icon("minus")) }
                    button type="button" class="tool" data-zoom-by="1" aria-label=(say(map.lang, "Larger", "放大")) { (icon("plus")) }
                }
            }
            div class="hall-frame" {
                (overview(map))
                div class="hall-scroll" tabindex="-1" data-hall {
                    div class="hall-floor" {
                        (screen(map))
                        div role="group" aria-label=(say(map.lang, "Seats", "座位")) { @for row in map.rows { (rank(map, row)) } }
                    }
                }
            }
        }
    }
}

fn most(map: &Map) -> String {
    match map.lang {
        Lang::En => format!("One order holds up to {} seats.", map.seats_max),
        Lang::Zh => format!("一单最多选 {} 个座位。", map.seats_max),
    }
}

fn best(map: &Map) -> Markup {
    let seats: Vec<String> = map.best.iter().filter_map(|id| named(map, id)).collect();
    html! {
        @if !seats.is_empty() {
            div class="best" {
                p {
                    @match map.lang {
                        Lang::En => { "The best together: " b { (seats.join(", ")) } }
                        Lang::Zh => { "最佳连座：" b { (seats.join("、")) } }
                    }
                }
                button class="button quiet" type="button" hidden data-best=(map.best.join(" ")) { (say(map.lang, "Take them", "选这些")) }
            }
        }
    }
}

fn named(map: &Map, id: &str) -> Option<String> {
    map.rows.iter().find_map(|row| {
        row.cells.iter().find_map(|cell| match cell {
            Cell::Seat(seat) if seat.id == id => Some(format!("{}{}", row.label, seat.label)),
            _ => None,
        })
    })
}

fn legend(map: &Map) -> Markup {
    let shape =
        |class: &str, word: &str| html! { li { span class={ "key " (class) } aria-hidden="true" {} (word) } };
    html! {
        ul class="legend" {
            @for (i, zone) in map.zones.iter().enumerate() {
                li { span class={ "key zone-" (i % 4) } aria-hidden="true" {} (zone.name) " " b { (money::full(zone.price_minor, map.currency)) } }
            }
            (shape("key-mine", say(map.lang, "yours", "已选")))
            (shape("key-sold", say(map.lang, "sold", "已售")))
            (shape("key-held", say(map.lang, "held", "锁定中")))
            @if has(map, Kind::Love) { (shape("key-love", say(map.lang, "love seat", "情侣座"))) }
            @if has(map, Kind::Wheelchair) { li { (icon("wheelchair")) (say(map.lang, "wheelchair", "轮椅位")) } }
        }
    }
}

fn has(map: &Map, kind: Kind) -> bool {
    map.rows
        .iter()
        .flat_map(|row| &row.cells)
        .any(|cell| matches!(cell, Cell::Seat(seat) if seat.kind == kind))
}

fn screen(map: &Map) -> Markup {
    html! {
        div class="screen" {
            svg viewBox="0 0 400 34" preserveAspectRatio="none" aria-hidden="true" {
                path class="screen-light" d="M8 26Q200 -10 392 26L372 34Q200 6 28 34Z" {}
                path class="screen-edge" d="M8 26Q200 -10 392 26" {}
            }
            p { (map.hall) " · " (say(map.lang, "screen", "银幕")) }
        }
    }
}

fn rank(map: &Map, row: &Row) -> Markup {
    let shapes = shapes(row);
    html! {
        div class="rank" role="group" aria-label=(match map.lang { Lang::En => format!("Row {}", row.label), Lang::Zh => format!("{}排", row.label) }) {
            span class="rank-label" aria-hidden="true" { (row.label) }
            @for (cell, shape) in row.cells.iter().zip(&shapes) {
                @match cell {
                    Cell::Aisle => span class="aisle" {},
                    Cell::Seat(seat) => (chair(map, row, seat, shape)),
                }
            }
            span class="rank-label" aria-hidden="true" { (row.label) }
        }
    }
}

/// For every cell of a row, its shape's class: which half of a sofa, an open place, or a plain seat.
/// A love seat whose neighbour is missing is drawn as a seat of its own.
fn shapes(row: &Row) -> Vec<&'static str> {
    let kind = |i: usize| match row.cells.get(i) {
        Some(Cell::Seat(seat)) => Some(seat.kind),
        _ => None,
    };
    let mut shapes = vec![""; row.cells.len()];
    for i in 0..row.cells.len() {
        match (kind(i), kind(i + 1)) {
            (Some(Kind::Wheelchair), _) => shapes[i] = " open-place",
            (Some(Kind::Love), Some(Kind::Love)) if shapes[i].is_empty() => {
                shapes[i] = " sofa-left";
                shapes[i + 1] = " sofa-right";
            }
            _ => {}
        }
    }
    shapes
}

fn chair(map: &Map, row: &Row, seat: &Seat, shape: &str) -> Markup {
    let taken = matches!(seat.state, State::Held | State::Sold);
    let state = match seat.state {
        State::Held => " held",
        State::Sold => " sold",
        _ => "",
    };
    html! {
        label class={ "seat zone-" (seat.zone % 4) (shape) (state) } {
            input type="checkbox" name="seat" value=(seat.id) disabled[taken] checked[seat.state == State::Mine]
                aria-label=(aria(map, row, seat)) data-name={ (row.label) (seat.label) } data-price=(seat.price_minor);
            span aria-hidden="true" { @if seat.kind == Kind::Wheelchair && !taken { (icon("wheelchair")) } @else if !taken { (seat.label) } }
        }
    }
}

/// What a seat says: row, number, kind, price and state.
fn aria(map: &Map, row: &Row, seat: &Seat) -> String {
    let price = money::full(seat.price_minor, map.currency);
    let kind = match seat.kind {
        Kind::Standard => say(map.lang, "standard", "普通座"),
        Kind::Love => say(map.lang, "love seat", "情侣座"),
        Kind::Wheelchair => say(map.lang, "wheelchair place", "轮椅位"),
    };
    let state = match seat.state {
        State::Free => say(map.lang, "free", "可选"),
        State::Held => say(map.lang, "held by someone", "他人锁定中"),
        State::Sold => say(map.lang, "sold", "已售"),
        State::Mine => say(map.lang, "yours", "已选"),
    };
    match map.lang {
        Lang::En => format!("Row {}, seat {}, {kind}, {price}, {state}", row.label, seat.label),
        Lang::Zh => format!("{}排{}座，{kind}，{price}，{state}", row.label, seat.label),
    }
}

/// The whole hall at a glance, for when only a part of it fits.
fn overview(map: &Map) -> Markup {
    let across = map.rows.iter().map(|row| row.cells.len()).max().unwrap_or(1);
    html! {
        div class="overview" hidden data-overview aria-hidden="true" {
            svg viewBox={ "0 0 " (across * 5) " " (map.rows.len() * 5) } {
                @for (y, row) in map.rows.iter().enumerate() { @for (x, cell) in row.cells.iter().enumerate() {
                    @if let Cell::Seat(seat) = cell {
                        rect class=(if matches!(seat.state, State::Free | State::Mine) { "free" } else { "gone" }) x=(x * 5) y=(y * 5) width="4" height="4" rx="1" {}
                    }
                } }
                rect class="window" data-overview-window x="0" y="0" width=(across * 5) height=(map.rows.len() * 5) rx="2" {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(id: &str, kind: Kind, state: State) -> Cell {
        Cell::Seat(Seat { id: id.into(), label: "7".into(), kind, state, zone: 0, price_minor: 3990 })
    }

    fn drawn(lang: Lang) -> String {
        let cells = vec![
            seat("a", Kind::Standard, State::Free),
            Cell::Aisle,
            seat("b", Kind::Love, State::Sold),
            seat("c", Kind::Love, State::Sold),
            seat("d", Kind::Wheelchair, State::Mine),
        ];
        let rows = [Row { label: "F".into(), cells }];
        let zones = [Zone { name: "<gold>".into(), price_minor: 3990 }];
        let map = Map {
            lang,
            action: "/holds",
            hidden: &[],
            hall: "1",
            currency: "CNY",
            rows: &rows,
            zones: &zones,
            best: &["a", "gone"],
            seats_max: 6,
        };
        picker(&map).into_string()
    }

    #[test]
    fn a_seat_says_row_number_kind_price_and_state() {
        let text = drawn(Lang::En);
        assert!(text.contains("aria-label=\"Row F, seat 7, standard, ¥39.90, free\""));
        assert!(text.contains("aria-label=\"Row F, seat 7, wheelchair place, ¥39.90, yours\""));
        assert!(drawn(Lang::Zh).contains("aria-label=\"F排7座，情侣座，¥39.90，已售\""));
    }

    #[test]
    fn taken_seats_cannot_be_ticked() {
        let text = drawn(Lang::En);
        assert!(text.contains("value=\"b\" disabled") && !text.contains("value=\"a\" disabled"));
        assert!(text.contains("sofa-left") && text.contains("sofa-right"));
        assert!(text.contains("&lt;gold&gt;") && !text.contains("<gold>"));
    }
}
