//! The showing as an entry for the reader's calendar (RFC 5545).

use super::order::of_order;
use super::{listed, located, order, order_address};
use crate::answer::{Answer, Wrong};
use crate::visit::{Consumer, Visit};
use ::box_office::orders::State;
use axum::extract::Path;
use axum::http::header;
use axum::response::IntoResponse;
use flows::buy_tickets::Bought;
use kernel::{Instant, Lang};

/// A line of a calendar file, at most; what is longer goes on in the next.
const LINE_BYTES_MAX: usize = 75;
const REMIND_MINUTES: u32 = 60;

pub async fn download(visit: Visit, consumer: Consumer, Path((place, id)): Path<(String, String)>) -> Answer {
    let (place, id) = located(&place, &id)?;
    let bought = order::bought(&visit, consumer.person.id, place, id).await?;
    if bought.order.state != State::Paid {
        return Err(Wrong::not_found());
    }
    let head = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"ticket.ics\""),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((head, calendar(&bought, &visit.site.settings().base_url, visit.lang, visit.now)).into_response())
}

fn calendar(bought: &Bought, base_url: &str, lang: Lang, now: Instant) -> String {
    let (order, cinema) = (&bought.order, &bought.cinema);
    let seats = listed(of_order(bought).into_iter().map(|line| line.seat.as_str()), lang);
    let film = bought.title.name.in_(lang);
    let where_ = format!("{}, {}", cinema.name.in_(lang), cinema.address.in_(lang));
    let hall = bought.hall.name.in_(lang);
    let lines = [
        "BEGIN:VCALENDAR".to_owned(),
        "VERSION:2.0".into(),
        "PRODID:-//Ferryman//Tickets//EN".into(),
        "BEGIN:VEVENT".into(),
        format!("UID:{}@{}", order.id, order.place),
        format!("DTSTAMP:{}", moment(now)),
        format!("DTSTART:{}", moment(bought.showtime.starts_at)),
        format!("DTEND:{}", moment(bought.showtime.ends_at)),
        format!("SUMMARY:{}", text(film)),
        format!("LOCATION:{}", text(&where_)),
        format!("DESCRIPTION:{}", text(&format!("{hall}, {seats}"))),
        format!("URL:{base_url}{}", order_address(&order.place, &order.id)),
        "BEGIN:VALARM".into(),
        "ACTION:DISPLAY".into(),
        format!("TRIGGER:-PT{REMIND_MINUTES}M"),
        format!("DESCRIPTION:{}", text(film)),
        "END:VALARM".into(),
        "END:VEVENT".into(),
        "END:VCALENDAR".into(),
    ];
    lines.iter().map(|line| folded(line)).collect()
}

/// `20161223T113000Z`
fn moment(at: Instant) -> String {
    let whole_seconds = Instant::from_micros(at.micros - at.micros.rem_euclid(1_000_000));
    whole_seconds.rfc3339().replace(['-', ':'], "")
}

fn text(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// The line with its end, broken where it grows too long, never inside a character.
fn folded(line: &str) -> String {
    let mut folded = String::new();
    let mut bytes = 0;
    for c in line.chars() {
        if bytes + c.len_utf8() > LINE_BYTES_MAX {
            folded.push_str("\r\n ");
            bytes = 1;
        }
        folded.push(c);
        bytes += c.len_utf8();
    }
    folded + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_go_on_and_read_back_whole() {
        let line = format!("SUMMARY:{}", "摆渡人 ".repeat(30));
        let text = folded(&line);
        assert!(text.split("\r\n").all(|part| part.len() <= LINE_BYTES_MAX));
        assert_eq!(text.replace("\r\n ", ""), format!("{line}\r\n"));
    }

    #[test]
    fn moments_and_words_are_written_as_calendars_read_them() {
        assert_eq!(moment(Instant::from_micros(1_482_492_600_500_000)), "20161223T113000Z");
        assert_eq!(text("a, b; c\\d\ne"), "a\\, b\\; c\\\\d\\ne");
    }
}
