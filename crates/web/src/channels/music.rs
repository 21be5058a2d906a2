//! The music service: the film's soundtrack, track by track.

use crate::look::Lang;
use crate::look::parts::{self, Action};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{icon, when};
use crate::shops::picture;
use crate::visit::Visit;
use kernel::Result;
use maud::{Markup, html};
use titles::Title;

/// The film whose soundtrack this is.
const FILM: &str = "the-ferryman";
const COVER: &str = "goods-soundtrack";
/// Tracks in a glimpse.
const GLIMPSE: usize = 3;

/// English, 中文, seconds. Written for Ferryman; nobody else's songs.
const TRACKS: [(&str, &str, i64); 10] = [
    ("Lanterns on the Water", "河灯", 214),
    ("Last Order", "打烊之前", 187),
    ("Three Friends, One Boat", "三人一船", 236),
    ("The Far Bank", "彼岸", 201),
    ("Rain on the Ferry Bell", "雨打渡钟", 172),
    ("Half Past Midnight", "零点三十分", 248),
    ("She Never Came Down to the River", "她没有来河边", 263),
    ("Oars", "桨", 154),
    ("Carry Me Over", "渡我", 229),
    ("Every Night Has a Ferryman", "夜夜有摆渡人", 305),
];

fn name((en, zh, _): &(&'static str, &'static str, i64), lang: Lang) -> &'static str {
    crate::look::say(lang, en, zh)
}

pub fn glimpse(visit: &Visit) -> Markup {
    html! {
        div class="card" { div class="booking" {
            img src=(picture(COVER)) alt="" width="92" height="92";
            div {
                p class="muted" { (visit.say("Original soundtrack", "电影原声")) }
                @for track in &TRACKS[..GLIMPSE] { h3 { (name(track, visit.lang)) } }
            }
        } }
    }
}

pub async fn body(visit: &Visit, ads: Vec<Markup>) -> Result<Markup> {
    let film = visit.read(|view| titles::by_slug(view, FILM)).await?.filter(|film| film.status.is_public());
    let columns = [
        Column::new(visit.say("Title", "歌名"), Kind::Text),
        Column::new(visit.say("Length", "时长"), Kind::Number),
    ];
    let row = |(i, track): (usize, &(&'static str, &'static str, i64))| {
        let title = html! { span class="muted" { (i + 1) ". " } (name(track, visit.lang)) };
        vec![
            Cell::markup(title, name(track, visit.lang)),
            Cell::markup(html! { (when::left(track.2)) }, &track.2.to_string()),
        ]
    };
    let rows = TRACKS.iter().enumerate().map(row).collect();
    let caption = visit.say("Tracks", "曲目");
    Ok(html! {
        div class="split" {
            div class="stack" {
                (album(visit, film.as_ref()))
                (Table::new(caption, &columns, rows).render(visit.lang))
            }
            div { (parts::shelf(&ads)) }
        }
    })
}

fn album(visit: &Visit, film: Option<&Title>) -> Markup {
    let minutes = TRACKS.iter().map(|track| track.2).sum::<i64>() / 60;
    let line = match visit.lang {
        Lang::En => format!("{} tracks, {minutes} min", TRACKS.len()),
        Lang::Zh => format!("{} 首，{minutes} 分钟", TRACKS.len()),
    };
    let name = film.map_or("", |film| film.name.in_(visit.lang));
    let title = match visit.lang {
        Lang::En if name.is_empty() => "Original soundtrack".to_owned(),
        Lang::En => format!("{name}: original soundtrack"),
        Lang::Zh if name.is_empty() => "电影原声".to_owned(),
        Lang::Zh => format!("《{name}》电影原声"),
    };
    let to_film = film.map(|film| format!("/films/{}", film.slug));
    let more = to_film.as_deref().map(|href| Action { href, word: visit.say("The film", "看影片") });
    html! {
        div class="section-head" {
            (parts::booking(&picture(COVER), &title, &[visit.say("The film’s own music, in the order it is heard.", "按影片中出现的顺序收录。"), &line]))
            @if let Some(more) = more { a href=(more.href) { (more.word) (icon("right")) } }
        }
    }
}
