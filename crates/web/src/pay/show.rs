//! The payment: what, when, where, the sum in its parts, the time left, one button.

use super::{address, nothing_taken, order_address};
use crate::answer::{Answer, Page};
use crate::box_office::{self, listed, located};
use crate::film::{self, amount};
use crate::look::parts::{self, Action, Line};
use crate::look::{Tone, say};
use crate::visit::{Consumer, Visit};
use axum::extract::Path;
use axum::http::StatusCode;
use db::View;
use flows::{buy_product, buy_tickets};
use kernel::{Instant, IntentId, Lang, Money, PersonId, PlaceId, Refusal, Result};
use maud::{Markup, html};
use payments::intents::{self, Intent, Purpose, State};

pub async fn show(
    visit: Visit,
    consumer: Consumer,
    Path((place, id)): Path<(String, String)>,
) -> Answer<Page> {
    let (place, id) = located(&place, &id)?;
    let bill = visit.read(move |view| bill(view, &consumer.person.id, &place, &id)).await?;
    Ok(page(&visit, &bill, None))
}

/// What is being paid for, whichever kind it is.
pub(super) enum Goods {
    Tickets(Box<buy_tickets::Bought>),
    Products(Box<buy_product::Bought>),
}

pub(super) struct Bill {
    pub intent: Intent,
    goods: Goods,
}

/// A payer's own bill; somebody else's is not found.
pub(super) fn bill(view: &View, payer: &PersonId, place: &PlaceId, id: &IntentId) -> Result<Bill> {
    let intent = intents::of(view, payer, place, id)?;
    let goods = match intent.purpose {
        Purpose::Tickets => Goods::Tickets(Box::new(buy_tickets::bought(view, payer, place, &intent.order)?)),
        Purpose::Products => {
            Goods::Products(Box::new(buy_product::bought(view, payer, place, &intent.order)?))
        }
    };
    Ok(Bill { intent, goods })
}

/// How a bill stands for its payer.
pub(super) enum Standing {
    Open { seconds_left: i64 },
    Over,
    Paid,
}

impl Bill {
    pub(super) fn standing(&self, now: Instant) -> Standing {
        let seconds_left = now.seconds_until(self.intent.expires_at);
        match self.intent.state {
            State::Captured => Standing::Paid,
            State::Open if now <= self.intent.expires_at => Standing::Open { seconds_left },
            State::Open | State::Closed => Standing::Over,
        }
    }

    /// What it is for, in one line.
    pub(super) fn subject(&self, lang: Lang) -> String {
        match &self.goods {
            Goods::Tickets(bought) => {
                let seats = listed(bought.lines.iter().map(|line| line.seat.as_str()), lang);
                let film = bought.title.name.in_(lang);
                let when = bought.showtime.starts_at.say(&bought.cinema.zone, lang);
                match lang {
                    Lang::En => format!("{film}, {when}, {seats}"),
                    Lang::Zh => format!("《{film}》{when}，{seats}"),
                }
            }
            Goods::Products(bought) => {
                let pieces: i64 = bought.lines.iter().map(|(line, _)| line.quantity).sum();
                let shop = bought.shop.name.in_(lang);
                match lang {
                    Lang::En if pieces == 1 => format!("{shop}, one piece"),
                    Lang::En => format!("{shop}, {pieces} pieces"),
                    Lang::Zh => format!("{shop}，{pieces} 件"),
                }
            }
        }
    }

    /// Where to choose again.
    pub(super) fn source(&self) -> String {
        match &self.goods {
            Goods::Tickets(bought) => box_office::address(&bought.order.place, &bought.order.showtime),
            Goods::Products(_) => "/basket".into(),
        }
    }

    pub(super) fn steps(&self, lang: Lang, here: usize) -> Markup {
        let first = match self.goods {
            Goods::Tickets(_) => say(lang, "Seats", "选座"),
            Goods::Products(_) => say(lang, "Basket", "购物袋"),
        };
        let last = match self.goods {
            Goods::Tickets(_) => say(lang, "Tickets", "取票"),
            Goods::Products(_) => say(lang, "Order", "订单"),
        };
        parts::steps(lang, &[first, say(lang, "Pay", "支付"), last], here)
    }
}

/// The bill's page, perhaps with what went wrong a moment ago.
pub(super) fn page(visit: &Visit, bill: &Bill, wrong: Option<&Refusal>) -> Page {
    match bill.standing(visit.now) {
        Standing::Open { seconds_left } => open(visit, bill, seconds_left, wrong),
        Standing::Over => over(visit, bill),
        Standing::Paid => paid(visit, bill),
    }
}

fn open(visit: &Visit, bill: &Bill, seconds_left: i64, wrong: Option<&Refusal>) -> Page {
    let lang = visit.lang;
    let sum = amount(bill.intent.amount);
    let body = html! {
        (bill.steps(lang, 1))
        div class="stack" {
            @if let Some(wrong) = wrong { div role="alert" { (parts::alert(Tone::Cinnabar, wrong.in_(lang), None)) } }
            (strip(bill, seconds_left, lang))
            (summary(bill, lang))
            form id="pay" method="post" action=(address(&bill.intent)) {}
            (terms(bill, lang))
        }
    };
    let status = match wrong {
        Some(wrong) => StatusCode::from_u16(wrong.kind.status()).unwrap_or(StatusCode::CONFLICT),
        None => StatusCode::OK,
    };
    Page::narrow(say(lang, "Pay", "支付"), body).status(status).bottom_bar(html! {
        button class="button primary wide" type="submit" form="pay" {
            span { (say(lang, "Pay", "支付")) } span class="button-price" { (sum) }
        }
    })
}

fn strip(bill: &Bill, seconds_left: i64, lang: Lang) -> Markup {
    let ended = say(lang, "The time is over. Choose again.", "时间已到，请重新选择。");
    match &bill.goods {
        Goods::Tickets(bought) => {
            let when = bought.showtime.starts_at.say(&bought.cinema.zone, lang);
            let when = format!("{when} · {}", bought.showtime.version);
            let place = format!("{} · {}", bought.cinema.name.in_(lang), bought.hall.name.in_(lang));
            let seats = listed(bought.lines.iter().map(|line| line.seat.as_str()), lang);
            let title = &bought.title;
            parts::card(html! { div class="stack" {
                (parts::booking(&film::poster(title), title.name.in_(lang), &[&when, &place, &seats]))
                (parts::countdown(say(lang, "Held for", "为您锁座"), seconds_left, ended))
            } })
        }
        Goods::Products(bought) => parts::card(html! {
            h2 { (bought.shop.name.in_(lang)) }
            p class="muted" { (bought.order.recipient) " · " (bought.order.address) }
            (parts::countdown(say(lang, "Kept for", "为您保留"), seconds_left, ended))
        }),
    }
}

fn summary(bill: &Bill, lang: Lang) -> Markup {
    let total = amount(bill.intent.amount);
    match &bill.goods {
        Goods::Tickets(bought) => {
            let (order, count) = (&bought.order, bought.order.seats);
            let ticket = Money::new(order.paid.minor - order.fee.minor, order.paid.currency);
            let each = |sum: Money| amount(Money::new(sum.minor / count.max(1), sum.currency));
            let (note, fee_name) = (
                format!("{count} × {}", each(ticket)),
                match lang {
                    Lang::En => format!("Service fee, {count} × {}", each(order.fee)),
                    Lang::Zh => format!("服务费 {count} × {}", each(order.fee)),
                },
            );
            let lines =
                [Line { title: say(lang, "Tickets", "票款"), note: &note, amount: &amount(ticket) }];
            parts::order_summary(lang, &lines, &[(&fee_name, &amount(order.fee))], &total)
        }
        Goods::Products(bought) => {
            let lines: Vec<(&str, String, String)> = bought
                .lines
                .iter()
                .map(|(line, product)| {
                    let note = format!("{} × {}", line.quantity, amount(line.price));
                    (product.name.in_(lang), note, amount(line.total))
                })
                .collect();
            let lines: Vec<Line> =
                lines.iter().map(|(title, note, amount)| Line { title, note, amount }).collect();
            parts::order_summary(lang, &lines, &[], &total)
        }
    }
}

fn terms(bill: &Bill, lang: Lang) -> Markup {
    let sentence = match bill.goods {
        Goods::Tickets(_) => say(
            lang,
            "You may give the tickets back until the film begins; everything you paid comes back.",
            "开场前可以退票，实付金额全额退回。",
        ),
        Goods::Products(_) => say(
            lang,
            "You may cancel until the parcel is sent; everything you paid comes back.",
            "发货前可以取消，实付金额全额退回。",
        ),
    };
    html! { p class="muted" { (sentence) } }
}

fn over(visit: &Visit, bill: &Bill) -> Page {
    let lang = visit.lang;
    let (sentence, word) = match bill.goods {
        Goods::Tickets(_) => (
            say(lang, "The seats are free for others again.", "座位已释放。"),
            say(lang, "Choose seats again", "重新选座"),
        ),
        Goods::Products(_) => (
            say(lang, "The goods went back on the shelf.", "商品已放回货架。"),
            say(lang, "To the basket", "去购物袋"),
        ),
    };
    let source = bill.source();
    let action = Action { href: &source, word };
    let title = say(lang, "The time to pay is over", "支付时间已过");
    let money = nothing_taken(&bill.intent);
    let sentence = match lang {
        Lang::En => format!("{sentence} {}", money.en),
        Lang::Zh => format!("{sentence}{}", money.zh),
    };
    let body = parts::card(parts::empty(title, &sentence, Some(action)));
    Page::narrow(title, html! { (body) (summary_below(bill, lang)) }).status(StatusCode::GONE)
}

fn paid(visit: &Visit, bill: &Bill) -> Page {
    let lang = visit.lang;
    let sum = amount(bill.intent.captured);
    let (sentence, word) = match bill.goods {
        Goods::Tickets(_) => (
            match lang {
                Lang::En => format!("{sum} for {}.", bill.subject(lang)),
                Lang::Zh => format!("{}，共 {sum}。", bill.subject(lang)),
            },
            say(lang, "To your tickets", "查看我的票"),
        ),
        Goods::Products(_) => (
            match lang {
                Lang::En => format!("{sum} to {}.", bill.subject(lang)),
                Lang::Zh => format!("{}，共 {sum}。", bill.subject(lang)),
            },
            say(lang, "To your order", "查看订单"),
        ),
    };
    let order = order_address(&bill.intent);
    let title = say(lang, "This is paid", "已经支付");
    let body = html! {
        (bill.steps(lang, 2))
        (parts::card(parts::empty(title, &sentence, Some(Action { href: &order, word }))))
    };
    Page::narrow(title, body)
}

fn summary_below(bill: &Bill, lang: Lang) -> Markup {
    html! { div class="section" { (summary(bill, lang)) } }
}
