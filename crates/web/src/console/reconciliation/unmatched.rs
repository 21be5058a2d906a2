//! Money that fits no order: given back, matched or kept with one press; and what providers warn of.

use super::page;
use crate::answer::{Answer, SeeOther, Wrong};
use crate::form::Form;
use crate::look::parts::{self, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money};
use crate::visit::{OperatorStaff, Visit};
use axum::response::IntoResponse;
use flows::unmatched::{self, Decision};
use flows::views::unmatched::Unmatched;
use kernel::ids::Id;
use kernel::{PlaceId, Words};
use maud::{Markup, html};

/// Decides what becomes of money that fits no order.
pub async fn decide(visit: Visit, _: OperatorStaff, form: Form) -> Answer {
    let place = PlaceId::parse(form.text("place"))?;
    let id = form.text("id").to_owned();
    let decision = Decision::parse(form.text("decision")).ok_or_else(Wrong::not_found)?;
    let (house, actor) = (visit.house.clone(), visit.actor.clone());
    let done =
        tokio::task::spawn_blocking(move || unmatched::decide(&house, &place, &id, decision, actor)).await;
    match done.map_err(|_| kernel::Error::fault("deciding stopped"))? {
        Ok(_) => {
            let said = decided_words(decision);
            Ok(SeeOther::to("/console/reconciliation").saying(said.en, said.zh).into_response())
        }
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

fn decided_words(decision: Decision) -> Words {
    match decision {
        Decision::GiveBack => Words::new("It goes back to the payer.", "款项将原路退回。"),
        Decision::Match => {
            Words::new("It paid its order; what was over goes back.", "已用于支付订单，多余部分将退回。")
        }
        Decision::Keep => Words::new("It is kept as a gain.", "已按长款入账。"),
    }
}

/// What providers ask an operator to do before payments stand still.
pub(super) fn warnings(visit: &Visit) -> Markup {
    let providers = visit.house.providers();
    let named = providers.names().into_iter().filter_map(|name| providers.named(name).ok());
    let said: Vec<Words> = named.flat_map(|provider| provider.warnings(visit.now)).collect();
    html! { @for words in &said { div role="alert" { (parts::alert(Tone::Cinnabar, words.in_(visit.lang), None)) } } }
}

pub(super) fn table(visit: &Visit, all: &[Unmatched]) -> Markup {
    let columns = [
        Column::new(visit.say("Payment", "付款"), Kind::Text),
        Column::new(visit.say("Asked for", "订单金额"), Kind::Money),
        Column::new(visit.say("Came", "到账金额"), Kind::Money),
        Column::new(visit.say("When", "时间"), Kind::Date),
        Column::new(visit.say("What becomes of it?", "如何处理"), Kind::Text),
    ];
    let row = |one: &Unmatched| {
        let payment = html! { (one.order) br; span class="muted" { (one.provider) " · " (one.intent) } };
        let amount = |money: kernel::Money| Cell::money(money.minor, money.currency.code());
        vec![
            Cell::markup(payment, &one.order.0),
            amount(one.asked),
            amount(one.amount),
            Cell::date(&one.happened_at.rfc3339(), &one.happened_at.say(&visit.home.zone, visit.lang)),
            Cell::markup(outcome(visit, one), if one.went_to.is_none() { "0" } else { "1" }),
        ]
    };
    Table::new(visit.say("Money that fits no order", "不明款项"), &columns, all.iter().map(row).collect())
        .filtered()
        .render(visit.lang)
}

fn outcome(visit: &Visit, one: &Unmatched) -> Markup {
    if let Some(decided) = Decision::of(one) {
        let words = match decided {
            Decision::GiveBack => Words::new("given back", "已退回"),
            Decision::Match => Words::new("paid its order", "已支付订单"),
            Decision::Keep => Words::new("kept", "已入账"),
        };
        return parts::pill(Tone::Jade, words.in_(visit.lang));
    }
    let press = |decision: Decision, word: &str| {
        let hidden =
            [("place", one.place.0.as_str()), ("id", one.id.as_str()), ("decision", decision.code())];
        parts::press(Weight::Quiet, "/console/reconciliation/unmatched", &hidden, word)
    };
    let fits =
        !one.is_captured && one.amount.currency == one.asked.currency && one.amount.minor >= one.asked.minor;
    let back = money::full(one.amount.minor, one.amount.currency.code());
    html! {
        (press(Decision::GiveBack, &format!("{} {back}", visit.say("Give back", "退回"))))
        @if fits { (press(Decision::Match, visit.say("Pay its order", "支付订单"))) }
        (press(Decision::Keep, visit.say("Keep", "入账")))
    }
}
