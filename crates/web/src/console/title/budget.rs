//! The title's budget: its lines, and what of each is spent.

use super::{Side, address, changed, find, side};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::{StudioStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use kernel::{Currency, Money, Result};
use maud::{Markup, html};
use titles::Title;
use titles::budget::{self, Category, LineReport, Report, Sums};

pub async fn show(visit: Visit, staff: StudioStaff, Path(id): Path<String>) -> Answer<Page> {
    let title = find(&visit, &staff, &id).await?;
    page(&visit, &title, &Form::blank()).await
}

pub async fn plan(visit: Visit, staff: StudioStaff, Path(id): Path<String>, form: Form) -> Answer {
    let title = find(&visit, &staff, &id).await?;
    match add(&visit, &title, &form).await {
        Ok(()) => {
            let onward = SeeOther::to(format!("{}/budget", address(&title.id)));
            Ok(onward.saying("The line is in the budget.", "预算项已添加。").into_response())
        }
        Err(error) => Ok(page(&visit, &title, &form.refused(error)?).await?.into_response()),
    }
}

async fn add(visit: &Visit, title: &Title, form: &Form) -> Result<()> {
    let currency = form.choice("currency", |code| Currency::parse(code).ok())?;
    let (category, planned) = (form.choice("category", Category::parse)?, form.money("planned", currency)?);
    let (id, label) = (title.id.clone(), form.text("label").to_owned());
    visit
        .write(&id.clone(), move |scene| {
            budget::plan(scene.tx, &mut scene.act, &id, category, &label, planned)?;
            changed(scene, &id, "budget")
        })
        .await
}

async fn page(visit: &Visit, title: &Title, form: &Form) -> Answer<Page> {
    let (id, usual) = (title.id.clone(), visit.home.currency);
    let report = visit.read(move |view| budget::report(view, &id, usual)).await?;
    let body = html! {
        (sums(visit, &report.total))
        (table(visit, &report))
        (parts::titled_card(visit.say("Add a line", "新增预算项"), line_form(visit, title, &report, form)))
    };
    Ok(side(visit, title, Side::Budget, body).status(form.status()))
}

fn sums(visit: &Visit, total: &Sums) -> Markup {
    let stat = |label, money: Money| {
        parts::Stat { label, value: &money.to_string(), ..parts::Stat::default() }.render()
    };
    parts::grid(
        3,
        html! {
            (stat(visit.say("Planned", "预算"), total.planned))
            (stat(visit.say("Spent", "已支出"), total.actual))
            (stat(visit.say("Left", "剩余"), total.left))
        },
    )
}

fn table(visit: &Visit, report: &Report) -> Markup {
    let unit = report.total.planned.currency.symbol();
    let columns = [
        Column::new(visit.say("Line", "预算项"), Kind::Text),
        Column::new(visit.say("Category", "类别"), Kind::Text),
        Column::new(visit.say("Planned", "预算"), Kind::Money).unit(unit),
        Column::new(visit.say("Spent", "已支出"), Kind::Money).unit(unit),
        Column::new(visit.say("Left", "剩余"), Kind::Money).unit(unit),
    ];
    let row = |line: &LineReport| {
        let mut row =
            vec![Cell::text(&line.line.label), Cell::text(line.line.category.words().in_(visit.lang))];
        row.extend(amounts(&line.sums));
        row
    };
    let mut total = vec![Cell::text(visit.say("Total", "合计")), Cell::text("")];
    total.extend(amounts(&report.total));
    Table::new(
        visit.say("Budget against costs", "预算与支出"),
        &columns,
        report.lines.iter().map(row).collect(),
    )
    .total(total)
    .empty(visit.say("No line yet.", "还没有预算项。"))
    .render(visit.lang)
}

fn amounts(sums: &Sums) -> [Cell; 3] {
    [sums.planned, sums.actual, sums.left].map(|money| Cell::money(money.minor, money.currency.code()))
}

fn line_form(visit: &Visit, title: &Title, report: &Report, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let words = Category::ALL.map(|category| (category.code(), category.words()));
    let categories: Vec<(&str, &str)> =
        words.iter().map(|(code, words)| (*code, words.in_(visit.lang))).collect();
    let kept = report.lines.first().map(|first| first.line.planned.currency);
    let currencies: Vec<(&str, &str)> = Currency::ALL
        .iter()
        .filter(|one| kept.is_none_or(|kept| kept == **one))
        .map(|one| (one.code(), one.code()))
        .collect();
    let chosen = match form.text("currency") {
        "" => kept.unwrap_or(visit.home.currency).code(),
        typed => typed,
    };
    let fields = html! {
        (field("category", "Category", "类别").select(&categories))
        (Field { required: true, ..field("label", "Line", "预算项") }.input())
        (parts::grid(2, html! {
            (Field { required: true, inputmode: Some("decimal"), ..field("planned", "Planned", "预算金额") }.input())
            (Field { value: chosen, ..field("currency", "Currency", "货币") }.select(&currencies))
        }))
    };
    let action = format!("{}/budget", address(&title.id));
    form.render(visit.lang, &action, visit.say("Add the line", "添加"), fields)
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn a_budget_is_set_against_costs() {
        let town = Town::new();
        let (address, ann) = town.title("ann").await;
        let line =
            [("category", "marketing"), ("label", "Posters"), ("planned", "1000.50"), ("currency", "CNY")];
        assert_eq!(ann.post(&format!("{address}/budget"), &line).await.status, StatusCode::SEE_OTHER);
        let form = ann.get(&format!("{address}/costs")).await;
        let id = form.value_after("<select id=\"line\"", "<option value=\"");
        let cost = [("line", id.as_str()), ("label", "Printer"), ("amount", "300"), ("day", "2016-12-01")];
        assert_eq!(ann.post(&format!("{address}/costs"), &cost).await.status, StatusCode::SEE_OTHER);
        let report = ann.get(&format!("{address}/budget")).await;
        assert!(
            report.text.contains("¥1,000.50")
                && report.text.contains("¥300.00")
                && report.text.contains("¥700.50")
        );
        assert!(ann.get(&format!("{address}/costs")).await.text.contains("Printer"));
    }

    #[tokio::test]
    async fn an_amount_that_is_none_is_refused_at_its_field() {
        let town = Town::new();
        let (address, ann) = town.title("ann").await;
        let line = [("category", "cast"), ("label", "Stars"), ("planned", "a lot"), ("currency", "CNY")];
        let answer = ann.post(&format!("{address}/budget"), &line).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("planned-error") && answer.text.contains("value=\"a lot\""));
    }
}
