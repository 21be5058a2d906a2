//! One order: its tickets with their codes, or what became of it.

use super::{listed, located, order_address};
use crate::answer::{Answer, Page};
use crate::film;
use crate::look::parts::{self, Action, TicketCard, Weight};
use crate::look::{Tone, qr, say, when};
use crate::visit::{Consumer, Visit};
use ::box_office::orders::State;
use ::box_office::{Signer, Ticket};
use axum::extract::Path;
use flows::buy_tickets::{self, Bought};
use flows::views::tickets as kept;
use kernel::ids::Id;
use kernel::{Instant, Lang, OrderId, PersonId, PlaceId, Refusal, Result};
use maud::{Markup, html};
use payments::{Refund, intents};

/// Letters of a code that people read out.
pub(super) const SHORT_CODE_CHARS: usize = 6;

pub async fn show(
    visit: Visit,
    consumer: Consumer,
    Path((place, id)): Path<(String, String)>,
) -> Answer<Page> {
    let (place, id) = located(&place, &id)?;
    page(&visit, consumer.person.id, &place, &id, None).await
}

/// An order with the money that went back for it.
struct Story {
    bought: Bought,
    refunds: Vec<Refund>,
}

/// The order's page, perhaps with what was just refused.
pub(super) async fn page(
    visit: &Visit,
    buyer: PersonId,
    place: &PlaceId,
    id: &OrderId,
    refusal: Option<&Refusal>,
) -> Answer<Page> {
    let (at, order) = (place.clone(), id.clone());
    let story: Story = visit
        .read(move |view| {
            let bought = buy_tickets::bought(view, &buyer, &at, &order)?;
            let refunds = kept::refunds(view, &at, &bought.intent.id)?;
            Ok(Story { bought, refunds })
        })
        .await?;
    let lang = visit.lang;
    let body = html! {
        div class="wrap" {
            @if let Some(refusal) = refusal { div role="alert" { (parts::alert(Tone::Cinnabar, refusal.in_(lang), None)) } }
            @match story.bought.order.state {
                State::Paid => (paid(visit, &story)),
                State::Refunded => (refunded(visit, &story)),
                State::Held | State::Expired => (unpaid(visit, &story)),
            }
        }
    };
    Ok(Page::consumer(visit.say("My tickets", "我的票夹"), body))
}

fn heading(visit: &Visit, bought: &Bought, actions: Markup) -> Markup {
    let (lang, starts_at) = (visit.lang, bought.showtime.starts_at);
    let when = starts_at.say(&bought.cinema.zone, lang);
    let line = format!("{when} · {}", bought.cinema.name.in_(lang));
    parts::heading(bought.title.name.in_(lang), &line, actions)
}

fn paid(visit: &Visit, story: &Story) -> Markup {
    let (bought, lang) = (&story.bought, visit.lang);
    let address = order_address(&bought.order.place, &bought.order.id);
    let is_over = bought.showtime.ends_at < visit.now;
    let calendar = format!("{address}/calendar.ics");
    html! {
        (heading(visit, bought, html! {
            @if !is_over { (parts::link_button(Weight::Quiet, &calendar, say(lang, "To my calendar", "加入日历"))) }
        }))
        div class="grid grid-2" { @for ticket in bought.tickets.iter().filter(|ticket| ticket.voided_at.is_none()) { (card(visit, bought, ticket)) } }
        div class="section grid grid-2" {
            (summary(bought, lang))
            (refund_offer(visit, bought, &address))
        }
    }
}

fn card(visit: &Visit, bought: &Bought, ticket: &Ticket) -> Markup {
    let (lang, title) = (visit.lang, &bought.title);
    let line = bought.lines.iter().find(|line| line.seat == ticket.seat);
    let currency = bought.order.paid.currency;
    let price =
        line.map(|line| film::amount(kernel::Money::new(line.paid_minor, currency))).unwrap_or_default();
    let address = bought.cinema.address.in_(lang);
    let cinema = format!("{}, {address}", bought.cinema.name.in_(lang));
    TicketCard {
        film: title.name.in_(lang),
        original: film::original(title, lang),
        when: &bought.showtime.starts_at.say(&bought.cinema.zone, lang),
        cinema: &cinema,
        hall: bought.hall.name.in_(lang),
        seat: &ticket.seat,
        version: &bought.showtime.version,
        price: &price,
        code: &short_code(ticket),
        still: &film::picture(&title.artwork),
    }
    .render(lang, code(&visit.house.keys().tickets, ticket), state(bought, ticket, visit.now, lang))
}

/// The signed code as a picture.
fn code(signer: &Signer, ticket: &Ticket) -> Markup {
    qr::picture(&signer.code(ticket))
}

/// `4K7 2QD`: the end of the ticket's id, for people to read out.
pub(super) fn short_code(ticket: &Ticket) -> String {
    let body = ticket.id.0.trim_start_matches(kernel::TicketId::PREFIX).to_ascii_uppercase();
    let end = &body[body.len().saturating_sub(SHORT_CODE_CHARS)..];
    let (first, second) = end.split_at(end.len() / 2);
    format!("{first} {second}")
}

fn state(bought: &Bought, ticket: &Ticket, now: Instant, lang: Lang) -> Markup {
    if let Some(at) = ticket.admitted_at {
        let used = when::clock(at, &bought.cinema.zone);
        let word = match lang {
            Lang::En => format!("used at {used}"),
            Lang::Zh => format!("{used} 已入场"),
        };
        return parts::pill(Tone::Plain, &word);
    }
    if bought.showtime.ends_at < now {
        return parts::pill(Tone::Plain, say(lang, "the showing is over", "已放映"));
    }
    parts::pill(Tone::Jade, say(lang, "genuine, not yet used", "有效，未使用"))
}

/// What was paid, and for what; of an order of which some seats went back, of the others.
fn summary(bought: &Bought, lang: Lang) -> Markup {
    let currency = bought.order.paid.currency;
    let lines = of_order(bought);
    let money = |minor: i64| film::amount(kernel::Money::new(minor, currency));
    let (paid, fee) =
        lines.iter().fold((0, 0), |(paid, fee), line| (paid + line.paid_minor, fee + line.fee_minor));
    let seats = listed(lines.iter().map(|line| line.seat.as_str()), lang);
    let back: Vec<&str> =
        bought.lines.iter().filter(|line| !lines.contains(line)).map(|line| line.seat.as_str()).collect();
    let note = match (lang, back.is_empty()) {
        (_, true) => String::new(),
        (Lang::En, false) => format!("{} went back", listed(back.into_iter(), lang)),
        (Lang::Zh, false) => format!("已退 {}", listed(back.into_iter(), lang)),
    };
    let lines = [parts::Line { title: &seats, note: &note, amount: &money(paid - fee) }];
    parts::order_summary(lang, &lines, &[(say(lang, "Service fee", "服务费"), &money(fee))], &money(paid))
}

/// The seats that an order is of: all of them, or those that did not go back.
pub(super) fn of_order(bought: &Bought) -> Vec<&box_office::orders::Line> {
    let is_back =
        |seat: &str| bought.tickets.iter().any(|ticket| ticket.seat == seat && ticket.voided_at.is_some());
    let some_are_left = bought.order.state == State::Paid;
    bought.lines.iter().filter(|line| !some_are_left || !is_back(&line.seat)).collect()
}

fn refund_offer(visit: &Visit, bought: &Bought, address: &str) -> Markup {
    let lang = visit.lang;
    let is_used = bought.tickets.iter().any(|ticket| ticket.admitted_at.is_some());
    if is_used || bought.showtime.starts_at <= visit.now {
        return html! {};
    }
    let all = film::amount(bought.order.paid);
    let sentence = match lang {
        Lang::En => format!(
            "All {all} go back to where they came from, the seats become free, the codes stop working. Until the film begins."
        ),
        Lang::Zh => format!("开场前可退：{all} 全额原路退回，座位释放，二维码失效。"),
    };
    parts::card(html! {
        details class="figure" {
            summary { (say(lang, "Refund these tickets", "退票")) }
            div class="stack" {
                p class="muted" { (sentence) }
                @if bought.order.seats > 1 { (some_seats(visit, bought, address)) }
                (parts::press(Weight::Grave, &format!("{address}/refund"), &[], say(lang, "Refund all of them", "确认全部退票")))
            }
        }
    })
}

/// Some of the seats, each with its fee.
fn some_seats(visit: &Visit, bought: &Bought, address: &str) -> Markup {
    let left = bought.tickets.iter().filter(|ticket| ticket.voided_at.is_none());
    html! {
        form class="form" method="post" action={ (address) "/refund" } {
            fieldset class="field" { legend { (visit.say("Or only some seats", "或只退部分座位")) }
                @for ticket in left {
                    label class="choice" { input type="checkbox" name="seat" value=(ticket.seat); span { b { (ticket.seat) } } }
                }
            }
            (parts::button(Weight::Quiet, visit.say("Refund the chosen seats", "退选中座位")))
        }
    }
}

fn refunded(visit: &Visit, story: &Story) -> Markup {
    let (bought, lang) = (&story.bought, visit.lang);
    let (film, sentence) =
        (film::address(&bought.title), say(lang, "These tickets were refunded.", "这些票已经退掉。"));
    html! {
        (heading(visit, bought, html! {}))
        (parts::card(parts::empty(sentence, &money_back(story, lang), Some(again(&film, lang)))))
        div class="section" { (summary(bought, lang)) }
    }
}

/// Held and not paid for, let go, or paid for too late.
fn unpaid(visit: &Visit, story: &Story) -> Markup {
    let (bought, lang) = (&story.bought, visit.lang);
    let pay = crate::pay::address(&bought.intent);
    let film = film::address(&bought.title);
    let seats = listed(bought.lines.iter().map(|line| line.seat.as_str()), lang);
    let left = visit.now.seconds_until(bought.order.held_until);
    let came_late = bought.intent.state == intents::State::Captured;
    let is_held = bought.order.state == State::Held && left >= 0;
    let (title, sentence, action) = if came_late {
        (
            say(lang, "Your payment came after the seats were let go.", "付款到达时，座位已经释放。")
                .to_owned(),
            money_back(story, lang),
            again(&film, lang),
        )
    } else if is_held {
        let title = match lang {
            Lang::En => format!("{seats} are held for you."),
            Lang::Zh => format!("{seats} 已为您锁定。"),
        };
        let sentence = match lang {
            Lang::En => format!(
                "{} left to pay. If you have paid just now, the word is on its way: look again in a moment.",
                when::left(left)
            ),
            Lang::Zh => {
                format!("请在 {} 内支付。如果刚刚已付款，消息还在路上，请稍后刷新。", when::left(left))
            }
        };
        (title, sentence, Action { href: &pay, word: say(lang, "Pay", "去支付") })
    } else {
        (
            say(lang, "The hold has ended.", "锁座已到时。").to_owned(),
            let_go(bought, lang),
            again(&film, lang),
        )
    };
    html! {
        (heading(visit, bought, html! {}))
        (parts::card(parts::empty(&title, &sentence, Some(action))))
        div class="section" { (summary(bought, lang)) }
    }
}

fn let_go(bought: &Bought, lang: Lang) -> String {
    let money = crate::pay::nothing_taken(&bought.intent);
    match lang {
        Lang::En => format!("The seats are free for others again. {}", money.en),
        Lang::Zh => format!("座位已释放。{}", money.zh),
    }
}

fn again(film: &str, lang: Lang) -> Action<'_> {
    Action { href: film, word: say(lang, "Choose again", "重新选座") }
}

/// How far the money is on its way back.
fn money_back(story: &Story, lang: Lang) -> String {
    if story.refunds.is_empty() {
        return String::new();
    }
    let minor = story.refunds.iter().map(|refund| refund.amount.minor).sum();
    let sum = film::amount(kernel::Money::new(minor, story.bought.intent.amount.currency));
    match (story.refunds.iter().all(|refund| refund.is_done()), lang) {
        (true, Lang::En) => format!("All {sum} were paid back, service fee included."),
        (true, Lang::Zh) => format!("{sum}（含服务费）已全额退回。"),
        (false, Lang::En) => format!("All {sum} are on their way back, service fee included."),
        (false, Lang::Zh) => format!("{sum}（含服务费）正在全额退回。"),
    }
}

/// The order for its buyer; for the other files of this folder.
pub(super) async fn bought(visit: &Visit, buyer: PersonId, place: PlaceId, id: OrderId) -> Result<Bought> {
    visit.read(move |view| buy_tickets::bought(view, &buyer, &place, &id)).await
}
