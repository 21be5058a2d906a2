//! Closing the day with payment providers: their bills beside our orders, and every difference to decide.

pub mod unmatched;

use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::form::Form;
use crate::look::parts::{self, Field, Stat, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::{OperatorStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::reconcile;
use flows::views::reconciliation::{self, Standing};
use kernel::ids::Id;
use kernel::{CaseId, Money, Result, Words};
use maud::{Markup, html};
use payments::bills::{self, Bill, Taken};
use payments::cases::{self, Case, State};
use payments::reconciliation::Class;

/// Cases and bills that are listed, at most.
const CASES_MAX: i64 = 200;
const BILLS_MAX: i64 = 30;

pub async fn list(visit: Visit, _: OperatorStaff) -> Answer<Page> {
    page(&visit, &Form::blank()).await
}

/// Fetches a day's bill from a provider and takes it in; the same again changes nothing.
pub async fn fetch(visit: Visit, _: OperatorStaff, form: Form) -> Answer {
    match take(&visit, &form).await {
        Ok((Taken::Before, _)) => Ok(SeeOther::to("/console/reconciliation")
            .saying("This bill was taken in before; nothing has changed.", "该账单此前已导入，没有变化。")
            .into_response()),
        Ok((Taken::Now, opened)) => Ok(SeeOther::to("/console/reconciliation")
            .saying(
                format!("The bill is taken in; it opened {opened} cases."),
                format!("账单已导入，新增 {opened} 条差异。"),
            )
            .into_response()),
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

async fn take(visit: &Visit, form: &Form) -> Result<(Taken, usize)> {
    let (provider, day) = (form.text("provider").to_owned(), form.day("day")?);
    let (house, actor) = (visit.house.clone(), visit.actor.clone());
    let done = tokio::task::spawn_blocking(move || reconcile::day(&house, &provider, day, actor)).await;
    let closed = done.map_err(|_| kernel::Error::fault("closing a day stopped"))??;
    Ok((closed.taken, closed.opened))
}

/// Decides one case.
pub async fn decide(visit: Visit, _: OperatorStaff, Path(id): Path<String>, form: Form) -> Answer {
    let id = CaseId::parse(&id)?;
    let wanted = form.text("decision");
    let found = State::ALL.into_iter().find(|state| state.code() == wanted).ok_or_else(Wrong::not_found)?;
    let (house, actor) = (visit.house.clone(), visit.actor.clone());
    let done = tokio::task::spawn_blocking(move || reconcile::decide(&house, &id, found, actor)).await;
    match done.map_err(|_| kernel::Error::fault("closing a day stopped"))? {
        Ok(_) => Ok(SeeOther::to("/console/reconciliation")
            .saying("The case is closed.", "差异已处理。")
            .into_response()),
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

async fn page(visit: &Visit, form: &Form) -> Answer<Page> {
    let (cases, bills, standing, unmatched) = visit
        .read(|view| {
            Ok((
                cases::latest(view, CASES_MAX)?,
                bills::latest(view, BILLS_MAX)?,
                reconciliation::standing(view)?,
                flows::views::unmatched::latest(view)?,
            ))
        })
        .await?;
    let heading = visit.say("Reconciliation", "对账");
    let beneath = visit.say(
        "What payment providers say they hold for us, beside what our orders say.",
        "支付渠道账单与我方订单逐笔核对。",
    );
    let (open, closed): (Vec<Case>, Vec<Case>) =
        cases.into_iter().partition(|case| case.state == State::Open);
    let body = html! {
        (parts::heading(heading, beneath, html! {}))
        (super::payouts::ways(visit))
        (unmatched::warnings(visit))
        @for one in &standing { (tiles(visit, one)) }
        @if !unmatched.is_empty() { div class="section" { (unmatched::table(visit, &unmatched)) } }
        div class="section" { (open_cases(visit, &open)) }
        div class="section" { (parts::titled_card(visit.say("Fetch a bill", "获取账单"), fetch_form(visit, form, &standing))) }
        div class="section" { (bills_table(visit, &bills)) }
        @if !closed.is_empty() { div class="section" { (closed_cases(visit, &closed)) } }
    };
    Ok(Page::console(heading, body).status(form.status()))
}

fn tiles(visit: &Visit, one: &Standing) -> Markup {
    let stat =
        |label: &str, money: Money| Stat { label, value: &money.to_string(), ..Stat::default() }.render();
    let held = Money { minor: one.booked.minor + one.billed.minor, ..one.booked };
    html! {
        div class="section" {
            div class="section-head" { h2 { (one.provider) } }
            (parts::grid(3, html! {
                (stat(visit.say("Owed by our orders", "按订单应收"), one.booked))
                (stat(visit.say("Owed by its bills", "按账单应收"), held))
                (stat(visit.say("Fees it kept", "渠道手续费"), one.fees))
            }))
        }
    }
}

fn class_words(class: Class) -> Words {
    let (en, zh) = match class {
        Class::OursOnly => ("Missing on the bill", "账单缺失"),
        Class::TheirsOnly => ("Only on the bill", "仅账单有"),
        Class::Amount => ("Another amount", "金额不符"),
        Class::Status => ("Another outcome", "状态不符"),
        Class::Fee => ("Another fee", "手续费不符"),
        Class::CutOff => ("On another day’s bill", "跨日入账"),
        Class::Duplicate => ("Twice on the bill", "账单重复"),
    };
    Words::new(en, zh)
}

fn open_cases(visit: &Visit, cases: &[Case]) -> Markup {
    let columns = [
        Column::new(visit.say("Difference", "差异"), Kind::Text),
        Column::new(visit.say("Bill of", "账单日"), Kind::Date),
        Column::new(visit.say("Ours", "我方"), Kind::Money),
        Column::new(visit.say("Theirs", "对方"), Kind::Money),
        Column::new(visit.say("In suspense", "挂账金额"), Kind::Money),
        Column::new(visit.say("Asked, it says", "查询结果"), Kind::Text),
        Column::new(visit.say("Who is right?", "以谁为准"), Kind::Text),
    ];
    let row = |case: &Case| {
        let mut cells = told(visit, case);
        cells.push(Cell::text(&answer(visit, &case.provider_says)));
        cells.push(Cell::markup(decision(visit, case), ""));
        cells
    };
    let title = visit.say("Waiting for a decision", "待处理");
    Table::new(title, &columns, cases.iter().map(row).collect())
        .empty(visit.say("Nothing differs: bills and orders tell the same.", "没有差异，账单与订单一致。"))
        .filtered()
        .render(visit.lang)
}

/// What the provider said when it was asked, as `flows::reconcile` keeps it.
fn answer(visit: &Visit, says: &str) -> String {
    let zh = match says {
        "waiting" => "等待付款".to_owned(),
        "closed" => "已关闭".to_owned(),
        "unknown to it" => "渠道无此交易".to_owned(),
        "no answer" => "未答复".to_owned(),
        other => other.replace("paid", "已支付"),
    };
    visit.say(says, &zh).to_owned()
}

/// One press decides: the provider is right, or we are.
fn decision(visit: &Visit, case: &Case) -> Markup {
    let action = format!("/console/reconciliation/{}/decision", case.id);
    let press = |as_: State, word| parts::press(Weight::Quiet, &action, &[("decision", as_.code())], word);
    html! {
        (press(State::Accepted, visit.say("The provider", "以渠道为准")))
        (press(State::Corrected, visit.say("We are", "以我方为准")))
    }
}

fn told(visit: &Visit, case: &Case) -> Vec<Cell> {
    let code = case.off.currency.code();
    let amount = |money: Option<Money>| money.map_or_else(Cell::none, |money| Cell::money(money.minor, code));
    let words = class_words(case.class);
    let of = match (&case.intent, case.key.is_empty()) {
        (Some(intent), _) => intent.0.clone(),
        (None, _) => case.key.clone(),
    };
    let day = case.day.to_string();
    vec![
        Cell::markup(
            html! { (words.in_(visit.lang)) br; span class="muted" { (case.provider) " · " (of) } },
            case.class.code(),
        ),
        Cell::date(&day, &case.day.say(visit.lang)),
        amount(case.ours),
        amount(case.theirs),
        Cell::money(case.off.minor, code),
    ]
}

fn closed_cases(visit: &Visit, cases: &[Case]) -> Markup {
    let columns = [
        Column::new(visit.say("Difference", "差异"), Kind::Text),
        Column::new(visit.say("Bill of", "账单日"), Kind::Date),
        Column::new(visit.say("Ours", "我方"), Kind::Money),
        Column::new(visit.say("Theirs", "对方"), Kind::Money),
        Column::new(visit.say("Was in suspense", "曾挂账金额"), Kind::Money),
        Column::new(visit.say("Decided", "处理结果"), Kind::Text),
    ];
    let row = |case: &Case| {
        let (en, zh) = match case.state {
            State::Open => ("open", "待处理"),
            State::Accepted => ("the provider was right", "以渠道为准"),
            State::Corrected => ("we were right", "以我方为准"),
            State::Found => ("found on another day’s bill", "已在其他日账单找到"),
        };
        let mut cells = told(visit, case);
        cells.push(Cell::text(visit.say(en, zh)));
        cells
    };
    Table::new(visit.say("Decided", "已处理"), &columns, cases.iter().map(row).collect()).render(visit.lang)
}

fn fetch_form(visit: &Visit, form: &Form, standing: &[Standing]) -> Markup {
    let providers = visit.house.providers().names();
    let choices: Vec<(&str, &str)> = providers.iter().map(|name| (*name, *name)).collect();
    let yesterday = visit.today().plus(-1).to_string();
    let usual = standing.first().map_or("", |one| one.provider.as_str());
    let day = form.field(visit.lang, "day", visit.say("Day", "日期"));
    let provider = form.field(visit.lang, "provider", visit.say("Provider", "支付渠道"));
    let fields = html! {
        (parts::grid(2, html! {
            (Field { value: if provider.value.is_empty() { usual } else { provider.value }, ..provider }.select(&choices))
            (Field { kind: "date", required: true, value: if day.value.is_empty() { &yesterday } else { day.value }, ..day }.input())
        }))
    };
    let submit = visit.say("Fetch and compare", "获取并核对");
    form.render(visit.lang, "/console/reconciliation/bills", submit, fields)
}

fn bills_table(visit: &Visit, bills: &[Bill]) -> Markup {
    let columns = [
        Column::new(visit.say("Day", "账单日"), Kind::Date),
        Column::new(visit.say("Provider", "支付渠道"), Kind::Text),
        Column::new(visit.say("Lines", "笔数"), Kind::Number),
        Column::new(visit.say("Taken in", "导入时间"), Kind::Date),
    ];
    let row = |bill: &Bill| {
        let (day, at) = (bill.day.to_string(), bill.imported_at);
        vec![
            Cell::date(&day, &bill.day.say(visit.lang)),
            Cell::text(&bill.provider),
            Cell::number(bill.lines),
            Cell::date(&at.rfc3339(), &at.say(&visit.home.zone, visit.lang)),
        ]
    };
    Table::new(visit.say("Bills", "账单"), &columns, bills.iter().map(row).collect())
        .empty(visit.say(
            "No bill has been taken in yet; yesterday’s is fetched every morning.",
            "尚未导入账单；每天上午自动获取前一日账单。",
        ))
        .render(visit.lang)
}

#[cfg(test)]
mod tests {
    use crate::console::season::Season;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn an_operator_fetches_a_bill_and_sees_that_it_agrees() {
        let season = Season::new().await;
        season.runs(&[8]).await;
        let operator = season.town.operator().await;
        let page = operator.get("/console/reconciliation?lang=en").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("Nothing differs") && page.text.contains("pretend"), "{}", page.text);
        let zh = operator.get("/console/reconciliation?lang=zh").await;
        assert!(zh.text.contains("没有差异"));
        let odd =
            operator.post("/console/reconciliation/bills", &[("provider", "pretend"), ("day", "x")]).await;
        assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
        let none =
            operator.post("/console/reconciliation/rec_none/decision", &[("decision", "accepted")]).await;
        assert_eq!(none.status, StatusCode::NOT_FOUND);
        assert_eq!(season.ann.get("/console/reconciliation").await.status, StatusCode::FORBIDDEN);
    }
}
