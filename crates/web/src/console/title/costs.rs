//! What was spent on the title, booked on the lines of its budget.

use super::{Side, address, changed, find, side};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::{StudioStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use kernel::{BudgetLineId, Currency, Money, Refusal, Result, TitleId};
use maud::{Markup, html};
use titles::Title;
use titles::budget::{self, Cost, LineReport};

pub async fn show(visit: Visit, staff: StudioStaff, Path(id): Path<String>) -> Answer<Page> {
    let title = find(&visit, &staff, &id).await?;
    page(&visit, &title, &Form::blank()).await
}

pub async fn spend(visit: Visit, staff: StudioStaff, Path(id): Path<String>, form: Form) -> Answer {
    let title = find(&visit, &staff, &id).await?;
    match book(&visit, &title, &form).await {
        Ok(()) => {
            let onward = SeeOther::to(format!("{}/costs", address(&title.id)));
            Ok(onward.saying("The cost is booked.", "支出已入账。").into_response())
        }
        Err(error) => Ok(page(&visit, &title, &form.refused(error)?).await?.into_response()),
    }
}

async fn book(visit: &Visit, title: &Title, form: &Form) -> Result<()> {
    let (id, line) = (title.id.clone(), form.id::<BudgetLineId>("line")?);
    let lines = lines(visit, &id).await?;
    let currency = lines.first().map(|first| first.line.planned.currency).ok_or_else(no_budget)?;
    let (amount, day) = (amount(form, currency)?, form.day("day")?);
    let label = form.text("label").to_owned();
    visit
        .write(&id.clone(), move |scene| {
            budget::spend(scene.tx, &mut scene.act, &id, &line, &label, amount, day)?;
            changed(scene, &id, "costs")
        })
        .await
}

fn no_budget() -> Refusal {
    Refusal::field("line", "no_budget", "Please add a budget line first.", "请先添加预算项。")
}

/// An amount; one that takes something back is ticked as such, never typed with a sign.
fn amount(form: &Form, currency: Currency) -> Result<Money, Refusal> {
    let amount = form.money("amount", currency)?;
    Ok(if form.ticked("back") { Money { minor: -amount.minor, ..amount } } else { amount })
}

async fn lines(visit: &Visit, id: &TitleId) -> Result<Vec<LineReport>> {
    let id = id.clone();
    let usual = visit.home.currency;
    visit.read(move |view| Ok(budget::report(view, &id, usual)?.lines)).await
}

async fn page(visit: &Visit, title: &Title, form: &Form) -> Answer<Page> {
    let id = title.id.clone();
    let costs = visit.read(move |view| budget::costs(view, &id)).await?;
    let lines = lines(visit, &title.id).await?;
    let body = html! {
        (table(visit, &costs, &lines))
        @if lines.is_empty() {
            (parts::alert(crate::look::Tone::Plain, visit.say("Costs are booked on budget lines. There is none yet.", "支出记在预算项下，目前还没有预算项。"), None))
        } @else {
            (parts::titled_card(visit.say("Book a cost", "登记支出"), cost_form(visit, title, &lines, form)))
        }
    };
    Ok(side(visit, title, Side::Costs, body).status(form.status()))
}

fn table(visit: &Visit, costs: &[Cost], lines: &[LineReport]) -> Markup {
    let columns = [
        Column::new(visit.say("What for", "用途"), Kind::Text),
        Column::new(visit.say("Line", "预算项"), Kind::Text),
        Column::new(visit.say("Day", "日期"), Kind::Date),
        Column::new(visit.say("Amount", "金额"), Kind::Money),
    ];
    let name = |id: &BudgetLineId| {
        lines.iter().find(|line| line.line.id == *id).map_or("", |line| line.line.label.as_str())
    };
    let row = |cost: &Cost| {
        let day = cost.day.to_string();
        let amount = Cell::money(cost.amount.minor, cost.amount.currency.code());
        vec![Cell::text(&cost.label), Cell::text(name(&cost.line)), Cell::date(&day, &day), amount]
    };
    Table::new(visit.say("Costs", "支出"), &columns, costs.iter().map(row).collect())
        .empty(visit.say("Nothing is spent yet.", "还没有支出。"))
        .render(visit.lang)
}

fn cost_form(visit: &Visit, title: &Title, lines: &[LineReport], form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let choices: Vec<(&str, &str)> =
        lines.iter().map(|line| (line.line.id.0.as_str(), line.line.label.as_str())).collect();
    let unit = lines.first().map_or("", |line| line.line.planned.currency.symbol());
    let fields = html! {
        (field("line", "Line", "预算项").select(&choices))
        (Field { required: true, ..field("label", "What for", "用途") }.input())
        (parts::grid(2, html! {
            (Field { required: true, inputmode: Some("decimal"), unit, ..field("amount", "Amount", "金额") }.input())
            (Field { required: true, kind: "date", ..field("day", "Day", "日期") }.input())
        }))
        (Field {
            hint: visit.say("It corrects an earlier cost.", "用于冲正之前的支出。"),
            ..field("back", "Money that came back", "退回的款项")
        }.checkbox(form.ticked("back")))
    };
    let action = format!("{}/costs", address(&title.id));
    form.render(visit.lang, &action, visit.say("Book the cost", "入账"), fields)
}
