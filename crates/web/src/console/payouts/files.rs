//! What went to the bank together: what is in it, and the file in either form.

use super::{ADDRESS, masked, state_pill, ways};
use crate::answer::{Answer, Page, Wrong, attached};
use crate::look::parts::{self, Stat, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::{OperatorStaff, Visit};
use axum::extract::Path;
use flows::views::payouts::{self, Sent};
use kernel::ids::Id;
use kernel::{Lang, PayoutFileId};
use maud::{Markup, html};
use settlement::payouts::{File, Payout, file};

type Message = Vec<(File, Vec<Payout>)>;

async fn find(visit: &Visit, id: &str) -> Result<(PayoutFileId, Message), Wrong> {
    let id = PayoutFileId::parse(id)?;
    let wanted = id.clone();
    Ok((id, visit.read(move |view| payouts::message(view, &wanted)).await?))
}

pub async fn show(visit: Visit, _: OperatorStaff, Path(id): Path<String>) -> Answer<Page> {
    let (id, message) = find(&visit, &id).await?;
    let (first, _) = message.first().ok_or_else(Wrong::not_found)?;
    let sent_at = first.sent_at.say(&visit.home.zone, visit.lang);
    let beneath = match visit.lang {
        Lang::En => format!("Made on {sent_at}, to be executed on {}.", first.execute_on.say(visit.lang)),
        Lang::Zh => format!("生成于 {sent_at}，执行日 {}。", first.execute_on.say(visit.lang)),
    };
    let inside: Vec<&Payout> = message.iter().flat_map(|(_, payouts)| payouts).collect();
    let total = super::summed(&visit, inside.iter().map(|payout| payout.amount));
    let heading = visit.say("Payout file", "打款文件");
    let links = html! {
        (parts::link_button(Weight::Primary, &format!("{ADDRESS}/files/{id}/pain.001.xml"), "pain.001 XML"))
        (parts::link_button(Weight::Quiet, &format!("{ADDRESS}/files/{id}/payouts.csv"), "CSV"))
    };
    let body = html! {
        (parts::heading(heading, &beneath, links))
        (ways(&visit))
        (parts::grid(3, html! {
            (Stat { label: visit.say("Total", "合计"), value: &total, ..Stat::default() }.render())
            (Stat { label: visit.say("Payouts", "笔数"), value: &inside.len().to_string(), ..Stat::default() }.render())
            (Stat { label: visit.say("Paid from", "付款账户"), value: &first.payer.account.masked(), note: &first.payer.name, ..Stat::default() }.render())
        }))
        div class="section" { (inside_table(&visit, &inside)) }
    };
    Ok(Page::console(heading, body))
}

fn inside_table(visit: &Visit, inside: &[&Payout]) -> Markup {
    let columns = [
        Column::new(visit.say("Payee", "收款人"), Kind::Text),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
        Column::new(visit.say("Status", "状态"), Kind::Text),
        Column::new(visit.say("The bank’s reference", "银行参考号"), Kind::Text),
    ];
    let row = |payout: &&Payout| {
        vec![
            Cell::markup(masked(&payout.payee), &payout.payee.name),
            Cell::money(payout.amount.minor, payout.amount.currency.code()),
            Cell::markup(state_pill(visit, payout.state), payout.state.code()),
            Cell::text(&payout.id.0),
        ]
    };
    Table::new(visit.say("In this file", "文件内容"), &columns, inside.iter().map(row).collect())
        .filtered()
        .render(visit.lang)
}

pub async fn pain_001(visit: Visit, _: OperatorStaff, Path(id): Path<String>) -> Answer {
    let (id, message) = find(&visit, &id).await?;
    Ok(attached(&format!("{id}.xml"), "application/xml; charset=utf-8", file::pain_001(&message)?))
}

pub async fn csv(visit: Visit, _: OperatorStaff, Path(id): Path<String>) -> Answer {
    let (id, message) = find(&visit, &id).await?;
    let inside: Vec<Payout> = message.into_iter().flat_map(|(_, payouts)| payouts).collect();
    Ok(attached(&format!("{id}.csv"), "text/csv; charset=utf-8", file::csv(&inside)))
}

/// The latest files, on the page of payouts.
pub(super) fn table(visit: &Visit, sent: &[Sent]) -> Markup {
    let columns = [
        Column::new(visit.say("Made", "生成时间"), Kind::Date),
        Column::new(visit.say("Payouts", "笔数"), Kind::Number),
        Column::new(visit.say("Unanswered", "未回"), Kind::Number),
        Column::new(visit.say("Total", "合计"), Kind::Money),
    ];
    let row = |one: &Sent| {
        let at = one.sent_at.say(&visit.home.zone, visit.lang);
        vec![
            Cell::markup(
                html! { a href=(format!("{ADDRESS}/files/{}", one.message)) { (at) } },
                &one.sent_at.rfc3339(),
            ),
            Cell::number(one.payouts),
            Cell::number(one.unanswered),
            Cell::money(one.total.minor, one.total.currency.code()),
        ]
    };
    Table::new(visit.say("Files for the bank", "打款文件"), &columns, sent.iter().map(row).collect())
        .empty(visit.say("Nothing was sent yet.", "尚未发送过打款。"))
        .render(visit.lang)
}
