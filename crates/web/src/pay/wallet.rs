//! The sandbox wallet's own pages: what it asks, what is in it, the confirmation, topping up.
//!
//! The wallet stands where another provider's site would stand. It takes pretend money in its payer's
//! lane, and its notice then goes to the place's lane like any other provider's.

use super::show::{self, Bill};
use super::{address, order_address, pay_back};
use crate::answer::{Answer, Page, SeeOther};
use crate::film::amount;
use crate::form::Form;
use crate::look::parts::{self, Action, Field};
use crate::look::{Tone, say};
use crate::visit::{Consumer, Visit};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use db::View;
use flows::take_payment;
use flows::views::tickets::refunds;
use kernel::ids::Id;
use kernel::{Actor, Error, Instant, IntentId, Kind, Lang, Money, PersonId, Refusal, Result};
use maud::{Markup, html};
use payments::providers::wallet::{self, Trade};
use payments::{Intent, Notice};

/// The least that the top-up field proposes: ¥100.00.
const TOP_UP_STEP_MINOR: i64 = 10_000;

pub async fn show(visit: Visit, consumer: Consumer, Path(id): Path<String>) -> Answer<Page> {
    let purse = purse(&visit, consumer.person.id, IntentId::parse(&id)?).await?;
    Ok(page(&visit, &purse, &Form::blank(), None))
}

/// A trade beside what its owner has.
struct Purse {
    trade: Trade,
    bill: Bill,
    balance: Money,
}

impl Purse {
    fn read(view: &View, owner: &PersonId, id: &IntentId) -> Result<Purse> {
        let trade = wallet::of(view, owner, id)?;
        let bill = show::bill(view, owner, &trade.place, id)?;
        let balance = wallet::balance(view, owner)?.unwrap_or(Money::zero(trade.amount.currency));
        Ok(Purse { trade, bill, balance })
    }

    fn standing(&self, now: Instant) -> Standing {
        match self.trade.state.as_str() {
            "paid" => Standing::Paid,
            "waiting" if self.trade.expires_at >= now => {
                let missing = self.trade.amount.minor - self.balance.minor;
                if missing > 0 { Standing::TooLittle { missing } } else { Standing::Ready }
            }
            _ => Standing::Over,
        }
    }
}

/// How a trade stands for its owner.
#[derive(Clone, Copy, PartialEq)]
enum Standing {
    Ready,
    TooLittle { missing: i64 },
    Over,
    Paid,
}

async fn purse(visit: &Visit, owner: PersonId, id: IntentId) -> Result<Purse> {
    visit.read(move |view| Purse::read(view, &owner, &id)).await
}

/// The owner confirms: the wallet takes the money, and its notice is delivered.
pub async fn confirm(visit: Visit, consumer: Consumer, Path(id): Path<String>) -> Answer {
    let (owner, id) = (consumer.person.id, IntentId::parse(&id)?);
    let (payer, intent, now) = (owner.clone(), id.clone(), visit.now);
    let lane = wallet::lane(&owner);
    let paid = visit.house.db().write(lane, move |tx| wallet::pay(tx, &payer, &intent, now)).await;
    let purse = match paid {
        Ok(notice) => {
            deliver(&visit, notice).await;
            purse(&visit, owner, id).await?
        }
        Err(Error::Refused(refusal)) if refusal.kind != Kind::NotFound => {
            let purse = purse(&visit, owner, id).await?;
            return Ok(page(&visit, &purse, &Form::blank(), Some(&refusal)).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    pay_late_money_back(&visit, &purse.bill.intent).await?;
    Ok(SeeOther::to(order_address(&purse.bill.intent)).into_response())
}

/// A notice that is lost here is found by the sweep, which asks the wallet.
async fn deliver(visit: &Visit, notice: Notice) {
    let place = notice.place.clone();
    let told = notice.clone();
    let taken =
        visit.house.write(&place, Actor::System, move |scene| take_payment::receive(scene, &told)).await;
    if let Err(error) = taken {
        tracing::warn!(intent = %notice.intent, %error, "a notice of the wallet was not taken");
    }
}

/// Money that came too late goes back at once, not only with the next sweep.
async fn pay_late_money_back(visit: &Visit, intent: &Intent) -> Result<()> {
    let (place, id) = (intent.place.clone(), intent.id.clone());
    let booked = visit.read(move |view| refunds(view, &place, &id)).await?;
    for refund in booked.into_iter().filter(|refund| !refund.done) {
        pay_back(visit, refund).await;
    }
    Ok(())
}

/// Puts pretend money in, then back to the trade that needed it.
pub async fn top_up(visit: Visit, consumer: Consumer, form: Form) -> Answer {
    let owner = consumer.person.id;
    let id: IntentId = form.id("intent")?;
    let before = purse(&visit, owner.clone(), id.clone()).await?;
    match put_in(&visit, &owner, &form, before.trade.amount).await {
        Ok(sum) => {
            let onward = SeeOther::to(format!("/wallet/{id}"));
            let sum = amount(sum);
            Ok(onward.saying(format!("{sum} are in your wallet."), format!("已充值 {sum}。")).into_response())
        }
        Err(error) => Ok(page(&visit, &before, &form.refused(error)?, None).into_response()),
    }
}

async fn put_in(visit: &Visit, owner: &PersonId, form: &Form, like: Money) -> Result<Money> {
    let sum = form.money("amount", like.currency)?;
    let to = owner.clone();
    visit.house.db().write(wallet::lane(owner), move |tx| wallet::top_up(tx, &to, sum)).await?;
    Ok(sum)
}

fn page(visit: &Visit, purse: &Purse, form: &Form, refusal: Option<&Refusal>) -> Page {
    let (lang, standing) = (visit.lang, purse.standing(visit.now));
    let title = visit.say("Sandbox wallet", "沙箱钱包");
    let body = html! {
        (parts::heading(title, visit.say("Pretend money, real steps. Nothing here leaves a bank account.", "模拟资金，真实流程，不会动用任何银行账户。"), parts::pill(Tone::Lantern, visit.say("sandbox", "沙箱"))))
        div class="stack" {
            @if let Some(refusal) = refusal { div role="alert" { (parts::alert(Tone::Cinnabar, refusal.in_(lang), None)) } }
            (trade(purse, standing, lang))
            (what_now(visit, purse, standing, form, refusal.is_some()))
            form id="confirm" method="post" action={ "/wallet/" (purse.trade.intent) "/confirmation" } {}
        }
    };
    let status = match refusal {
        Some(refusal) => StatusCode::from_u16(refusal.kind.status()).unwrap_or(StatusCode::CONFLICT),
        None => form.status(),
    };
    let page = Page::narrow(title, body).status(status);
    match standing {
        Standing::Ready => page.bottom_bar(html! {
            button class="button primary wide" type="submit" form="confirm" {
                span { (say(lang, "Confirm", "确认支付")) } span class="button-price" { (amount(purse.trade.amount)) }
            }
        }),
        _ => page,
    }
}

fn trade(purse: &Purse, standing: Standing, lang: Lang) -> Markup {
    let subject = purse.bill.subject(lang);
    let left = Money::new(purse.balance.minor - purse.trade.amount.minor, purse.balance.currency);
    let mut lines = vec![
        (say(lang, "For", "用途"), html! { (subject) }),
        (say(lang, "Amount", "金额"), parts::price(&amount(purse.trade.amount), None)),
        (say(lang, "In your wallet", "钱包余额"), html! { (amount(purse.balance)) }),
    ];
    if standing == Standing::Ready {
        lines.push((say(lang, "Left afterwards", "支付后余额"), html! { (amount(left)) }));
    }
    parts::card(parts::definitions(&lines))
}

/// The sentence for how it stands, and the field for more pretend money while it may help.
fn what_now(visit: &Visit, purse: &Purse, standing: Standing, form: &Form, said: bool) -> Markup {
    let lang = visit.lang;
    let order = order_address(&purse.bill.intent);
    let bill = address(&purse.bill.intent);
    match standing {
        Standing::Ready => html! {
            details class="figure" open[form.status() != StatusCode::OK] {
                summary { (say(lang, "Top up", "充值")) }
                (top_up_card(visit, purse, form, TOP_UP_STEP_MINOR))
            }
        },
        Standing::TooLittle { missing } => html! {
            @if !said { (parts::alert(Tone::Cinnabar, say(lang, "There is not enough money in your wallet. Top it up and pay again.", "钱包余额不足，请充值后再付。"), None)) }
            (top_up_card(visit, purse, form, missing.div_euclid(TOP_UP_STEP_MINOR) * TOP_UP_STEP_MINOR + TOP_UP_STEP_MINOR))
        },
        Standing::Over => {
            let source = purse.bill.source();
            let action = Action { href: &source, word: say(lang, "Choose again", "重新选择") };
            let sentence =
                say(lang, "The time to pay is over. Nothing was taken.", "支付时间已过，没有扣款。");
            html! {
                @if said { a class="button quiet" href=(source) { (action.word) } }
                @else { (parts::alert(Tone::Plain, sentence, Some(action))) }
                a href=(bill) { (say(lang, "See the bill", "查看账单")) }
            }
        }
        Standing::Paid => parts::alert(
            Tone::Jade,
            say(lang, "This is paid.", "已经支付。"),
            Some(Action { href: &order, word: say(lang, "See what you bought", "查看购买内容") }),
        ),
    }
}

fn top_up_card(visit: &Visit, purse: &Purse, form: &Form, proposed_minor: i64) -> Markup {
    let proposed = Money::new(proposed_minor.min(wallet::TOP_UP_MAX_MINOR), purse.balance.currency).decimal();
    let field = form.field(visit.lang, "amount", visit.say("Pretend money to put in", "充入的模拟资金"));
    let value = if field.value.is_empty() { proposed.as_str() } else { field.value };
    let field = Field {
        value,
        unit: purse.balance.currency.symbol(),
        inputmode: Some("decimal"),
        required: true,
        ..field
    };
    let fields = html! {
        input type="hidden" name="intent" value=(purse.trade.intent);
        (field.input())
    };
    parts::card(form.render(visit.lang, "/wallet/top-up", visit.say("Top up", "充值"), fields))
}
