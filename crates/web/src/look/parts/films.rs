//! Parts that show a film and when it plays.

use crate::look::{icon, say};
use kernel::Lang;
use maud::{Markup, html};

/// A film at the top of its own page.
#[derive(Clone, Copy, Default)]
pub struct Hero<'a> {
    /// The wide picture, such as `/art/the-ferryman.svg`.
    pub still: &'a str,
    pub poster: Option<&'a str>,
    /// In the reader's language.
    pub title: &'a str,
    /// In the other one.
    pub original: &'a str,
    /// Date, length, versions, cast: one line.
    pub facts: &'a [&'a str],
    /// What the still shows, for those who do not see it.
    pub picture_says: &'a str,
}

impl Hero<'_> {
    /// `beneath` holds the want-to-see button and the primary action.
    pub fn render(&self, beneath: Markup) -> Markup {
        html! {
            div class="hero" {
                img class="hero-still" src=(self.still) alt=(self.picture_says) width="1600" height="900" fetchpriority="high";
                div class="wrap hero-words" {
                    @if let Some(poster) = self.poster { img class="hero-poster" src=(poster) alt="" width="900" height="1350"; }
                    div {
                        h1 { (self.title) }
                        @if !self.original.is_empty() { p class="original" { (self.original) } }
                        p class="facts" { @for fact in self.facts { span { (fact) } } }
                        div class="hero-actions" { (beneath) }
                    }
                }
            }
        }
    }
}

/// How many want to see a film, and the button to be one of them; `wanted` when the reader is already.
pub fn want_to_see(lang: Lang, action: &str, count: &str, wanted: bool) -> Markup {
    let (now, then) = (say(lang, "Want to see", "想看"), say(lang, "On your list", "已想看"));
    html! {
        form class="want" method="post" action=(action) data-want data-say-now=(now) data-say-then=(then) {
            @if wanted { input type="hidden" name="wanted" value="no"; }
            button class="button quiet" type="submit" aria-pressed=(if wanted { "true" } else { "false" }) { (icon("heart")) span data-want-word { (if wanted { then } else { now }) } b data-want-count { (count) } }
        }
    }
}

/// A film in a list: poster, title, one line.
#[derive(Clone, Copy, Default)]
pub struct FilmCard<'a> {
    pub href: &'a str,
    pub poster: &'a str,
    pub title: &'a str,
    pub line: &'a str,
    /// Small word over the poster, such as `presale`.
    pub flag: &'a str,
}

impl FilmCard<'_> {
    pub fn render(&self) -> Markup {
        html! { a class="film-card" href=(self.href) { span class="film-card-picture" { img src=(self.poster) alt="" loading="lazy" width="900" height="1350"; @if !self.flag.is_empty() { span class="flag" { (self.flag) } } } b { (self.title) } span class="muted" { (self.line) } } }
    }
}

/// Cards side by side that scroll on a phone.
pub fn shelf(cards: &[Markup]) -> Markup {
    html! { ul class="shelf" { @for card in cards { li { (card) } } } }
}

/// The showtimes of one day at one cinema.
pub struct AtCinema<'a> {
    pub cinema: &'a str,
    /// Distance and address in one line.
    pub line: &'a str,
    pub times: Vec<Time<'a>>,
}

/// One showtime.
#[derive(Clone, Copy, Default)]
pub struct Time<'a> {
    pub href: &'a str,
    /// `19:30`
    pub starts: &'a str,
    /// `21:38`
    pub ends: &'a str,
    /// Version, language and hall: `IMAX 3D · Hall 1`.
    pub line: &'a str,
    /// `¥39.90`, already with its "from" when prices differ.
    pub price: &'a str,
    /// Why it cannot be booked, or a word such as `few left`; empty when all is well.
    pub note: &'a str,
    pub closed: bool,
}

/// Showtimes by day: chips for the days, then the cinemas of the chosen one.
pub fn showtimes(lang: Lang, days: &[(&str, &str)], chosen: usize, cinemas: &[AtCinema]) -> Markup {
    html! {
        div class="showtimes" {
            (super::chips(say(lang, "Days", "日期"), days, chosen))
            @for at in cinemas {
                section class="card at-cinema" {
                    h3 { (at.cinema) } @if !at.line.is_empty() { p class="muted" { (icon("pin")) (at.line) } }
                    ul class="times" { @for time in &at.times { li { (one_time(lang, time)) } } }
                }
            }
        }
    }
}

fn one_time(lang: Lang, time: &Time) -> Markup {
    let inside = html! {
        span class="time-starts" { (time.starts) } span class="time-ends" { (say(lang, "to", "至")) " " (time.ends) }
        span class="time-line" { (time.line) }
        @if !time.note.is_empty() { span class="time-note" { (time.note) } }
        span class="time-price" { (time.price) }
    };
    if time.closed {
        html! { span class="time closed" aria-disabled="true" { (inside) } }
    } else {
        html! { a class="time" href=(time.href) { (inside) } }
    }
}
