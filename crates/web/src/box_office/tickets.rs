//! The reader's tickets: what is ahead first, then what is behind.

use super::{listed, order_address};
use crate::answer::{Answer, Page};
use crate::film;
use crate::look::parts::{self, Action};
use crate::look::{Tone, say};
use crate::shops::in_basket;
use crate::visit::{Consumer, Visit};
use ::box_office::orders::State;
use flows::views::tickets::{self, Kept};
use kernel::{Instant, Lang};
use maud::{Markup, html};

pub async fn list(visit: Visit, consumer: Consumer) -> Answer<Page> {
    let buyer = consumer.person.id;
    let kept = visit.read(move |view| tickets::of_buyer(view, &buyer)).await?;
    let (mut ahead, mut behind): (Vec<Kept>, Vec<Kept>) =
        kept.into_iter().partition(|one| is_ahead(one, visit.now));
    ahead.sort_by_key(|one| one.showtime.starts_at);
    behind.sort_by_key(|one| std::cmp::Reverse(one.showtime.starts_at));

    let lang = visit.lang;
    let body = html! {
        div class="wrap reading" {
            (parts::heading(say(lang, "My tickets", "我的票夹"), "", html! {}))
            @if ahead.is_empty() {
                (parts::card(parts::empty(
                    say(lang, "No tickets ahead", "还没有待用的票"),
                    say(lang, "A ticket that you buy waits here with its code for the door.", "买好的票会放在这里，入场时出示二维码。"),
                    Some(Action { href: "/films", word: say(lang, "See what is on", "看看有什么电影") }),
                )))
            }
            (cards(&visit, &ahead))
            @if !behind.is_empty() { (parts::section(say(lang, "Before", "过往订单"), None, cards(&visit, &behind))) }
        }
    };
    Ok(Page::consumer(say(lang, "My tickets", "我的票夹"), body).basket(in_basket(&visit).await?))
}

/// Whether somebody may still go there: paid for or still held, and not over yet.
fn is_ahead(kept: &Kept, now: Instant) -> bool {
    let alive = match kept.order.state {
        State::Paid => true,
        State::Held => kept.order.held_until >= now,
        State::Expired | State::Refunded => false,
    };
    alive && kept.showtime.ends_at >= now
}

fn cards(visit: &Visit, kept: &[Kept]) -> Markup {
    html! { div class="stack" { @for one in kept { (card(visit, one)) } } }
}

fn card(visit: &Visit, kept: &Kept) -> Markup {
    let lang = visit.lang;
    let when = kept.showtime.starts_at.say(&kept.cinema.zone, lang);
    let place = format!("{} · {}", kept.cinema.name.in_(lang), kept.hall.in_(lang));
    let seats = listed(kept.seats.iter().map(String::as_str), lang);
    html! {
        a class="card film-card" href=(order_address(&kept.order.place, &kept.order.id)) {
            div class="booking" {
                img src=(film::poster(&kept.title)) alt="" width="900" height="1350";
                div {
                    h2 { (kept.title.name.in_(lang)) }
                    @for line in [&when, &place, &seats] { p { (line) } }
                    (state(kept, visit.now, lang))
                }
            }
        }
    }
}

fn state(kept: &Kept, now: Instant, lang: Lang) -> Markup {
    let (tone, word) = match kept.order.state {
        State::Held if kept.order.held_until >= now => {
            (Tone::Lantern, say(lang, "waits for payment", "待支付"))
        }
        State::Held | State::Expired => {
            (Tone::Plain, say(lang, "let go, not paid in time", "未及时支付，已释放"))
        }
        State::Paid if kept.showtime.ends_at < now => (Tone::Plain, say(lang, "shown", "已放映")),
        State::Paid => (Tone::Jade, say(lang, "paid", "已出票")),
        State::Refunded => (Tone::Plain, say(lang, "refunded", "已退票")),
    };
    parts::pill(tone, word)
}
