//! Choosing how many of each line of an order go back, for its buyer and for the shop's desk.

use crate::form::Form;
use crate::look::parts::Field;
use crate::visit::Visit;
use ::shops::Order;
use ::shops::orders::Line;
use ::shops::returns::Pieces;
use kernel::{Lang, Money, Refusal, Words};
use maud::{Markup, html};

/// A key that takes back once, fresh for every form.
pub(crate) fn new_key(visit: &Visit) -> String {
    visit.house.dice().bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What an order comes to without what went back.
pub(crate) fn kept(order: &Order) -> Money {
    Money { minor: order.total.minor - order.back.minor, ..order.total }
}

/// How many of a line went back.
pub(crate) fn went_back(lang: Lang, pieces: i64) -> String {
    match (lang, pieces) {
        (Lang::En, 1) => "1 went back".to_owned(),
        (Lang::En, pieces) => format!("{pieces} went back"),
        (Lang::Zh, pieces) => format!("已退 {pieces} 件"),
    }
}

/// How a form calls the number of pieces of a line that go back.
fn pieces_field(line: &Line) -> String {
    format!("back_{}", line.listing)
}

/// One choice a line: how many of what is left of it go back.
pub(crate) fn pieces_fields(lang: Lang, form: &Form, lines: &[(Line, Words)]) -> Markup {
    html! { @for (line, name) in lines.iter().filter(|(line, _)| line.left() > 0) {
        @let (field, choices) = (pieces_field(line), (0..=line.left()).map(|n| n.to_string()).collect::<Vec<_>>());
        (Field {
            name: &field,
            label: name.in_(lang),
            value: if form.text(&field).is_empty() { "0" } else { form.text(&field) },
            hint: &bought_note(lang, line),
            ..Field::default()
        }.select(&choices.iter().map(|choice| (choice.as_str(), choice.as_str())).collect::<Vec<_>>()))
    } }
}

fn bought_note(lang: Lang, line: &Line) -> String {
    let bought = match lang {
        Lang::En => format!("{} × {} bought", line.price, line.quantity),
        Lang::Zh => format!("{} × {} 件", line.price, line.quantity),
    };
    let divider = if lang == Lang::En { ", " } else { "，" };
    if line.back == 0 { bought } else { format!("{bought}{divider}{}", went_back(lang, line.back)) }
}

/// What was chosen with [`pieces_fields`]. Refuses what is no number.
pub(crate) fn pieces_chosen(form: &Form, lines: &[(Line, Words)]) -> Result<Vec<Pieces>, Refusal> {
    let mut chosen = Vec::new();
    for (line, _) in lines {
        let text = form.text(&pieces_field(line)).trim();
        let quantity = if text.is_empty() { Ok(0) } else { text.parse::<i64>() };
        let quantity = quantity.map_err(|_| {
            Refusal::field("lines", "bad_number", "Please choose how many go back.", "请选择要退的件数。")
        })?;
        if quantity != 0 {
            chosen.push(Pieces { listing: line.listing.clone(), quantity });
        }
    }
    Ok(chosen)
}
