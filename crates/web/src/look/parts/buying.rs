//! Parts for goods, orders and tickets.

use crate::look::{icon, say};
use kernel::Lang;
use maud::{Markup, html};

/// A price that cannot be mistaken for another number; `before` is struck through.
pub fn price(now: &str, before: Option<&str>) -> Markup {
    html! { span class="price" { (now) @if let Some(before) = before { " " s { (before) } } } }
}

/// Something for sale in a grid or shelf.
#[derive(Clone, Copy, Default)]
pub struct ProductCard<'a> {
    pub href: &'a str,
    pub picture: &'a str,
    pub title: &'a str,
    pub maker: &'a str,
    /// The film it is licensed by; empty when it is not licensed goods.
    pub licensed_by: &'a str,
    pub price: &'a str,
    pub before: Option<&'a str>,
    /// `sold out`, `sell-off`, …
    pub note: &'a str,
}

impl ProductCard<'_> {
    pub fn render(&self, lang: Lang) -> Markup {
        html! {
            a class="product" href=(self.href) {
                img src=(self.picture) alt="" loading="lazy" width="800" height="800";
                span class="product-words" {
                    b class="product-title" { (self.title) }
                    span class="muted" { (self.maker) }
                    @if !self.licensed_by.is_empty() { span class="licensed" { (icon("seal")) (say(lang, "licensed by ", "授权：")) (self.licensed_by) } }
                    span class="product-price" { (price(self.price, self.before)) @if !self.note.is_empty() { (super::badge(self.note)) } }
                }
            }
        }
    }
}

/// An advertisement: a card among cards, marked as what it is.
#[derive(Clone, Copy, Default)]
pub struct AdCard<'a> {
    /// The click's address.
    pub href: &'a str,
    pub picture: &'a str,
    pub title: &'a str,
    pub line: &'a str,
    pub advertiser: &'a str,
    /// Where the script reports that it was seen; empty for nowhere.
    pub seen: &'a str,
}

impl AdCard<'_> {
    pub fn render(&self, lang: Lang) -> Markup {
        html! {
            a class="product ad" href=(self.href) rel="sponsored nofollow" data-seen=[(!self.seen.is_empty()).then_some(self.seen)] {
                img src=(self.picture) alt="" loading="lazy" width="800" height="800";
                span class="ad-mark" { (say(lang, "ad", "广告")) }
                span class="product-words" { b class="product-title" { (self.title) } span class="muted" { (self.line) } span class="muted" { (self.advertiser) } }
            }
        }
    }
}

/// Cards in rows that fill the page.
pub fn product_grid(cards: &[Markup]) -> Markup {
    html! { ul class="product-grid" { @for card in cards { li { (card) } } } }
}

/// A ticket that looks like one.
#[derive(Clone, Copy, Default)]
pub struct TicketCard<'a> {
    pub film: &'a str,
    pub original: &'a str,
    /// `Fri 23 Dec 19:30`
    pub when: &'a str,
    pub cinema: &'a str,
    pub hall: &'a str,
    pub seat: &'a str,
    /// `IMAX 3D, Mandarin`
    pub version: &'a str,
    pub price: &'a str,
    /// A short code for people to read out.
    pub code: &'a str,
    pub still: &'a str,
}

impl TicketCard<'_> {
    /// `qr` is the SVG of the code; `state` a pill, or nothing.
    pub fn render(&self, lang: Lang, qr: Markup, state: Markup) -> Markup {
        html! {
            article class="ticket" aria-label={ (self.film) ", " (self.when) ", " (self.seat) } {
                div class="ticket-main" {
                    img class="ticket-still" src=(self.still) alt="" width="1600" height="900";
                    div class="ticket-words" {
                        h2 { (self.film) } p class="ticket-soft" { (self.original) } (state)
                        p class="ticket-when" { (self.when) }
                        dl {
                            div class="broad" { dt { (say(lang, "Cinema", "影院")) } dd { (self.cinema) } }
                            div { dt { (say(lang, "Hall", "影厅")) } dd { (self.hall) } }
                            div { dt { (say(lang, "Seat", "座位")) } dd class="ticket-seat" { (self.seat) } }
                            div { dt { (say(lang, "Version", "版本")) } dd { (self.version) } }
                            div { dt { (say(lang, "Price", "票价")) } dd { (self.price) } }
                        }
                    }
                }
                div class="ticket-stub" {
                    div class="qr" role="img" aria-label=(say(lang, "The code the door reads", "入场二维码")) { (qr) }
                    p class="ticket-code" { (self.code) }
                    p class="ticket-soft" { (say(lang, "Show this at the door. It works without a network.", "入场时出示，无网络也可使用。")) }
                }
            }
        }
    }
}

/// One line of an order.
#[derive(Clone, Copy, Default)]
pub struct Line<'a> {
    pub title: &'a str,
    pub note: &'a str,
    pub amount: &'a str,
}

/// What an order comes to: lines, the sum's parts such as ticket and service fee, and the total.
pub fn order_summary(lang: Lang, lines: &[Line], parts: &[(&str, &str)], total: &str) -> Markup {
    html! {
        div class="card summary" {
            ul { @for line in lines { li { div { b { (line.title) } @if !line.note.is_empty() { p class="muted" { (line.note) } } } span class="amount" { (line.amount) } } } }
            dl { @for (name, amount) in parts { div { dt { (name) } dd class="amount" { (amount) } } } div class="total" { dt { (say(lang, "Total", "合计")) } dd class="amount" { (total) } } }
        }
    }
}

/// What is being bought, in one strip: picture, title, lines.
pub fn booking(picture: &str, title: &str, lines: &[&str]) -> Markup {
    html! { div class="booking" { img src=(picture) alt="" width="900" height="1350"; div { h2 { (title) } @for line in lines { p { (line) } } } } }
}
