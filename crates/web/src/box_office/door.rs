//! The door of a cinema: one field for the code, one large answer, and who came last.
//!
//! A scanner types the signed code; a person may type the six letters and digits beneath it.

use super::order::SHORT_CODE_CHARS;
use crate::answer::{Answer, Page};
use crate::form::Form;
use crate::look::parts;
use crate::look::{Tone, icon, say, when};
use crate::visit::{CinemaStaff, Visit};
use ::box_office::{Cinema, Ticket, cinemas};
use axum::extract::Path;
use axum::http::StatusCode;
use flows::views::tickets::{self, Admitted};
use flows::{buy_tickets, views};
use kernel::ids::Id;
use kernel::{Day, Error, Instant, Kind, Lang, PlaceId, Refusal, Result, Words};
use maud::{Markup, html};

const ADMITTED_SHOWN: i64 = 10;
/// A code, at most.
const CODE_CHARS_MAX: usize = 400;

pub async fn show(visit: Visit, staff: CinemaStaff, Path(place): Path<String>) -> Answer<Page> {
    let cinema = cinema(&visit, &staff, &place).await?;
    page(&visit, &cinema, None).await
}

pub async fn admit(visit: Visit, staff: CinemaStaff, Path(place): Path<String>, form: Form) -> Answer<Page> {
    let cinema = cinema(&visit, &staff, &place).await?;
    match let_in(&visit, &cinema, form.text("code")).await {
        Ok(entry) => page(&visit, &cinema, Some(Ok(entry))).await,
        Err(Error::Refused(refusal)) => page(&visit, &cinema, Some(Err(refusal))).await,
        Err(fault) => Err(fault.into()),
    }
}

async fn cinema(visit: &Visit, staff: &CinemaStaff, place: &str) -> Answer<Cinema> {
    let place = PlaceId::parse(place)?;
    let cinema = visit.read(move |view| cinemas::any(view, &place)).await?;
    staff.check(&cinema.org)?;
    Ok(cinema)
}

/// Somebody who may go in, and where to.
struct Entry {
    ticket: Ticket,
    hall: Words,
    film: Words,
    starts_at: Instant,
}

async fn let_in(visit: &Visit, cinema: &Cinema, typed: &str) -> Result<Entry> {
    let code = match ending(typed)? {
        Some(ending) => meant(visit, cinema, ending).await?,
        None => typed.to_owned(),
    };
    let place = cinema.place.clone();
    let ticket = visit.write(&cinema.place, move |scene| buy_tickets::admit(scene, &place, &code)).await?;
    let (place, id) = (cinema.place.clone(), ticket.showtime.clone());
    visit
        .read(move |view| {
            let showtime = ::box_office::showtimes::any(view, &place, &id)?;
            Ok(Entry {
                ticket,
                hall: ::box_office::halls::any(view, &place, &showtime.hall)?.name,
                film: views::film(view, &showtime.title)?.name,
                starts_at: showtime.starts_at,
            })
        })
        .await
}

/// The end of a ticket's id, when that is what was typed; letters that are easily mistaken are mended.
fn ending(typed: &str) -> Result<Option<String>, Refusal> {
    let typed = typed.trim();
    if typed.is_empty() || typed.chars().count() > CODE_CHARS_MAX {
        return Err(Refusal::new(Kind::Invalid, "no_code", "Scan or type a code.", "请扫码或输入票码。"));
    }
    let plain = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let mended: String = plain
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect();
    let is_short =
        mended.len() == SHORT_CODE_CHARS && mended.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Ok(is_short.then_some(mended))
}

/// The whole code of the one ticket of these days that a short code means.
async fn meant(visit: &Visit, cinema: &Cinema, ending: String) -> Result<String> {
    let (place, days) = (cinema.place.clone(), days(cinema, visit.now));
    let found = visit.read(move |view| tickets::ending_in(view, &place, days, &ending)).await?;
    match found.as_slice() {
        [ticket] => Ok(visit.house.keys().tickets.code(ticket)),
        [] => {
            let (en, zh) = ("No ticket for today ends in this code.", "今天没有以此结尾的票码。");
            Err(Refusal::new(Kind::NotFound, "unknown_code", en, zh).into())
        }
        _ => {
            let (en, zh) =
                ("Several tickets end in this code. Scan the picture.", "有多张票以此结尾，请扫描二维码。");
            Err(Refusal::new(Kind::Conflict, "ambiguous_code", en, zh).into())
        }
    }
}

/// Yesterday and today: a showing after midnight belongs to the day on which it began.
fn days(cinema: &Cinema, now: Instant) -> [Day; 2] {
    let today = now.day_in(&cinema.zone);
    [today.plus(-1), today]
}

type Said = Result<Entry, Refusal>;

async fn page(visit: &Visit, cinema: &Cinema, said: Option<Said>) -> Answer<Page> {
    let (place, days) = (cinema.place.clone(), days(cinema, visit.now));
    let last = visit.read(move |view| tickets::admitted(view, &place, days, ADMITTED_SHOWN)).await?;
    let status = match &said {
        Some(Err(refusal)) => StatusCode::from_u16(refusal.kind.status()).unwrap_or(StatusCode::CONFLICT),
        _ => StatusCode::OK,
    };
    let lang = visit.lang;
    let body = html! {
        (parts::heading(say(lang, "Door", "检票"), cinema.name.in_(lang), html! {}))
        div class="stack" {
            @match &said {
                Some(Ok(entry)) => (admitted(entry, cinema, lang)),
                Some(Err(refusal)) => (turned_away(refusal, lang)),
                None => {},
            }
            (field(cinema, lang))
            (latest(&last, cinema, lang))
        }
    };
    Ok(Page::narrow(visit.say("Door", "检票"), body).status(status))
}

fn admitted(entry: &Entry, cinema: &Cinema, lang: Lang) -> Markup {
    let when = entry.starts_at.say(&cinema.zone, lang);
    let line = format!("{} · {when}", entry.film.in_(lang));
    html! {
        div class="alert jade" role="status" {
            (icon("check"))
            div {
                h1 { (say(lang, "Admitted", "请入场")) }
                p { b class="stat-value" { (entry.hall.in_(lang)) " · " (entry.ticket.seat) } }
                p { (line) }
            }
        }
    }
}

fn turned_away(refusal: &Refusal, lang: Lang) -> Markup {
    html! {
        div class="alert cinnabar" role="alert" {
            (icon("cross"))
            div { h1 { (say(lang, "Not admitted", "不能入场")) } p { (refusal.in_(lang)) } }
        }
    }
}

fn field(cinema: &Cinema, lang: Lang) -> Markup {
    html! {
        form class="form card" method="post" action={ "/door/" (cinema.place) } {
            div class="field" {
                label for="code" { (say(lang, "Code of the ticket", "票码")) }
                p class="hint" id="code-hint" { (say(lang, "Scan the picture, or type the six letters and digits beneath it.", "扫描二维码，或输入下方的六位字符。")) }
                input type="text" id="code" name="code" aria-describedby="code-hint" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength=(CODE_CHARS_MAX) required autofocus;
            }
            div class="form-foot" { button class="button primary wide" type="submit" { (say(lang, "Admit", "检票")) } }
        }
    }
}

fn latest(last: &[Admitted], cinema: &Cinema, lang: Lang) -> Markup {
    let lines: Vec<(String, String, String)> = last
        .iter()
        .map(|one| {
            let what = format!("{} · {}", one.seat, one.hall.in_(lang));
            (when::clock(one.at, &cinema.zone), what, one.film.in_(lang).to_owned())
        })
        .collect();
    let happenings: Vec<parts::Happening> = lines
        .iter()
        .map(|(when, what, who)| parts::Happening { when, what, who, tone: Tone::Jade })
        .collect();
    html! {
        @if happenings.is_empty() { p class="muted" { (say(lang, "Nobody has come in today yet.", "今天还没有人入场。")) } }
        @else { (parts::titled_card(say(lang, "Came in last", "最近入场"), parts::timeline(&happenings))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_code_is_known_and_mended() {
        let read = |typed| ending(typed).ok().flatten();
        assert_eq!(read(" 4k7 2QD "), Some("4k72qd".into()));
        assert_eq!(read("O1L-23x"), Some("01123x".into()));
        assert_eq!(read("FT1.plc_a.tkt_b.F7.00"), None);
        assert_eq!(read("%%%%%%"), None);
        assert!(ending("  ").is_err() && ending(&"a".repeat(401)).is_err());
    }
}
