//! What the bank answered: a file of its statement is taken in, and what does not fit is shown.

use super::{ADDRESS, page, ways};
use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::form::Form;
use crate::look::Tone;
use crate::look::parts::{self, Field};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::upload::Upload;
use crate::visit::{OperatorStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::pay_out;
use kernel::{Lang, PersonId, Refusal, Result, Words};
use maud::{Markup, html};
use settlement::payouts::answer::{self, Answer as Told, CameTo, Outcome, Taken};
use std::collections::BTreeMap;

/// Takes in what the bank says of payouts; the same file again changes nothing.
pub async fn take(visit: Visit, _: OperatorStaff, upload: Upload) -> Answer {
    let form = Form::blank();
    match try_take(&visit, upload).await {
        Ok((told, true)) => Ok(SeeOther::to(format!("{ADDRESS}/answers/{}", told.digest))
            .saying("The bank’s answer is taken in.", "银行回单已导入。")
            .into_response()),
        Ok((told, false)) => Ok(SeeOther::to(format!("{ADDRESS}/answers/{}", told.digest))
            .saying("This file was taken in before; nothing has changed.", "该文件此前已导入，没有变化。")
            .into_response()),
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

async fn try_take(visit: &Visit, upload: Upload) -> Result<(Told, bool)> {
    if upload.name.is_empty() {
        return Err(Refusal::field("file", "no_file", "Please choose a file.", "请选择文件。").into());
    }
    let (house, actor) = (visit.house.clone(), visit.actor.clone());
    let done =
        tokio::task::spawn_blocking(move || pay_out::take_answer(&house, &upload.name, &upload.bytes, actor));
    done.await.map_err(|_| kernel::Error::fault("taking in a bank's answer stopped"))?
}

pub async fn show(visit: Visit, _: OperatorStaff, Path(digest): Path<String>) -> Answer<Page> {
    let found =
        visit.read(move |view| Ok((answer::find(view, &digest)?, answer::lines(view, &digest)?))).await?;
    let (told, lines) = (found.0.ok_or_else(Wrong::not_found)?, found.1);
    let odd = lines.iter().filter(|line| line.came_to.is_odd()).count();
    let heading = visit.say("The bank’s answer", "银行回单");
    let at = told.taken_at.say(&visit.home.zone, visit.lang);
    let sentence = match (visit.lang, odd) {
        (Lang::En, 0) => "Every line fits a payout of ours.".to_owned(),
        (Lang::En, odd) => format!("{odd} of {} lines do not fit; please look at them.", told.lines),
        (Lang::Zh, 0) => "每一行都与我方打款相符。".to_owned(),
        (Lang::Zh, odd) => format!("共 {} 行，其中 {odd} 行不符，请核实。", told.lines),
    };
    let tone = if odd == 0 { Tone::Jade } else { Tone::Cinnabar };
    let body = html! {
        (parts::heading(heading, &format!("{} · {at}", told.name), html! {}))
        (ways(&visit))
        (parts::alert(tone, &sentence, None))
        div class="section" { (lines_table(&visit, &lines)) }
    };
    Ok(Page::console(heading, body))
}

fn lines_table(visit: &Visit, lines: &[Taken]) -> Markup {
    let columns = [
        Column::new(visit.say("Reference", "参考号"), Kind::Text),
        Column::new(visit.say("The bank says", "银行结果"), Kind::Text),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
        Column::new(visit.say("What came of it", "处理结果"), Kind::Text),
    ];
    let row = |line: &Taken| {
        let told = &line.told;
        let said = outcome_words(told.outcome);
        let (tone, came) = came_words(line.came_to);
        vec![
            Cell::text(if told.payout.is_empty() { "–" } else { &told.payout }),
            Cell::markup(
                html! { (said.in_(visit.lang)) @if !told.says.is_empty() { br; span class="muted" { (told.says) } } },
                told.outcome.code(),
            ),
            told.amount.map_or_else(Cell::none, |money| Cell::money(money.minor, money.currency.code())),
            Cell::markup(parts::pill(tone, came.in_(visit.lang)), line.came_to.code()),
        ]
    };
    Table::new(visit.say("Its lines", "明细"), &columns, lines.iter().map(row).collect())
        .filtered()
        .render(visit.lang)
}

fn outcome_words(outcome: Outcome) -> Words {
    match outcome {
        Outcome::Paid => Words::new("paid", "已付"),
        Outcome::Returned => Words::new("came back", "退回"),
        Outcome::Pending => Words::new("at it", "处理中"),
    }
}

fn came_words(came: CameTo) -> (Tone, Words) {
    match came {
        CameTo::Closed => (Tone::Jade, Words::new("the payout is closed by it", "打款已据此结束")),
        CameTo::Before => (Tone::Plain, Words::new("it stood so before", "此前已是该状态")),
        CameTo::Waits => (Tone::Plain, Words::new("nothing changes yet", "暂无变化")),
        CameTo::Unknown => (Tone::Cinnabar, Words::new("no payout of ours", "不是我方打款")),
        CameTo::AmountDiffers => (Tone::Cinnabar, Words::new("another amount than ours", "金额与我方不符")),
        CameTo::StateDiffers => {
            (Tone::Cinnabar, Words::new("our payout stands otherwise", "与我方打款状态不符"))
        }
    }
}

/// The form, on the page of payouts.
pub(super) fn card(visit: &Visit, form: &Form) -> Markup {
    let hint = visit.say(
        "The bank’s pain.002 or camt.054, or a CSV with the columns payout and outcome; also amount, currency, note.",
        "银行的 pain.002 或 camt.054 文件，或含“打款编号”“结果”两列的 CSV，可另有金额、币种、备注。",
    );
    let file = form.field(visit.lang, "file", visit.say("File", "文件"));
    let fields = Field { kind: "file", hint, required: true, ..file }.input();
    let form = parts::Form {
        action: "/console/payouts/answers",
        submit: visit.say("Take it in", "导入"),
        has_file: true,
        ..parts::Form::default()
    };
    parts::titled_card(visit.say("What the bank answered", "导入银行回单"), form.render(visit.lang, fields))
}

/// The latest answers, on the page of payouts.
pub(super) fn table(visit: &Visit, answers: &[Told], people: &BTreeMap<PersonId, String>) -> Markup {
    if answers.is_empty() {
        return html! {};
    }
    let columns = [
        Column::new(visit.say("File", "文件"), Kind::Text),
        Column::new(visit.say("Lines", "行数"), Kind::Number),
        Column::new(visit.say("Taken in", "导入时间"), Kind::Date),
        Column::new(visit.say("By", "导入人"), Kind::Text),
    ];
    let row = |one: &Told| {
        vec![
            Cell::link(&format!("{ADDRESS}/answers/{}", one.digest), &one.name),
            Cell::number(one.lines),
            Cell::date(&one.taken_at.rfc3339(), &one.taken_at.say(&visit.home.zone, visit.lang)),
            Cell::text(people.get(&one.taken_by).map_or("–", String::as_str)),
        ]
    };
    Table::new(visit.say("The bank’s answers", "银行回单"), &columns, answers.iter().map(row).collect())
        .render(visit.lang)
}
