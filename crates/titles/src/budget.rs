//! What a title was planned to cost and what it did cost.
//!
//! A budget has lines in one currency; costs are booked on lines and never changed. A mistake is
//! corrected by a second cost with the opposite sign.

use crate::text;
use crate::titles::lock;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, BudgetLineId, CostId, Currency, Day, Error, Kind, Money, Refusal, Result, TitleId, Words};

pub const LABEL_CHARS_MAX: usize = 120;
/// Lines of one budget, at most.
pub const LINES_MAX: i64 = 300;
/// Costs in one answer, at most; the newest.
pub const COSTS_SHOWN_MAX: i64 = 500;
/// One amount, at most: ten thousand million yuan.
pub const AMOUNT_MINOR_MAX: i64 = 1_000_000_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    Development,
    Cast,
    Production,
    PostProduction,
    Marketing,
    Distribution,
    Other,
}

impl Category {
    pub const ALL: [Category; 7] = [
        Category::Development,
        Category::Cast,
        Category::Production,
        Category::PostProduction,
        Category::Marketing,
        Category::Distribution,
        Category::Other,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Category::Development => "development",
            Category::Cast => "cast",
            Category::Production => "production",
            Category::PostProduction => "post_production",
            Category::Marketing => "marketing",
            Category::Distribution => "distribution",
            Category::Other => "other",
        }
    }

    pub fn parse(code: &str) -> Option<Category> {
        Category::ALL.into_iter().find(|category| category.code() == code)
    }

    pub fn words(self) -> Words {
        match self {
            Category::Development => Words::new("Development", "开发"),
            Category::Cast => Words::new("Cast", "演员"),
            Category::Production => Words::new("Production", "拍摄"),
            Category::PostProduction => Words::new("Post-production", "后期"),
            Category::Marketing => Words::new("Marketing", "宣传"),
            Category::Distribution => Words::new("Distribution", "发行"),
            Category::Other => Words::new("Other", "其他"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub id: BudgetLineId,
    pub category: Category,
    pub label: String,
    pub planned: Money,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    pub id: CostId,
    pub line: BudgetLineId,
    pub label: String,
    /// Below zero when it corrects an earlier one.
    pub amount: Money,
    pub day: Day,
}

impl FromRow for Cost {
    fn from_row(row: &mut Row) -> Result<Cost> {
        let (id, line, label, currency) = (row.next()?, row.next()?, row.next()?, row.next()?);
        Ok(Cost { id, line, label, amount: row.money(currency)?, day: row.next()? })
    }
}

/// Adds a line; the first one decides the budget's currency.
pub fn plan(
    tx: &Tx,
    act: &mut Act,
    title: &TitleId,
    category: Category,
    label: &str,
    planned: Money,
) -> Result<Line> {
    let label = text::line("label", &Words::new("The name of a line", "预算项名称"), label, LABEL_CHARS_MAX)?;
    check_amount("planned", planned, 0)?;
    lock(tx, title)?;
    check_currency(tx, title, planned.currency)?;
    let line = Line { id: act.id(), category, label, planned };
    tx.run(
        "insert into budget_line (title_id, id, category, label, planned_minor, currency)
        values ($1, $2, $3, $4, $5, $6)",
        &[title, &line.id, &category.code(), &line.label, &planned.minor, &planned.currency],
    )?;
    Ok(line)
}

/// Changes what a line plans; costs stay as they are.
pub fn replan(tx: &Tx, title: &TitleId, line: &BudgetLineId, planned: Money) -> Result<()> {
    check_amount("planned", planned, 0)?;
    let changed = tx.run(
        "update budget_line set planned_minor = $3 where title_id = $1 and id = $2 and currency = $4",
        &[title, line, &planned.minor, &planned.currency],
    )?;
    if changed == 1 { Ok(()) } else { Err(no_line().into()) }
}

/// Books a cost on a line, in the line's currency.
pub fn spend(
    tx: &Tx,
    act: &mut Act,
    title: &TitleId,
    line: &BudgetLineId,
    label: &str,
    amount: Money,
    day: Day,
) -> Result<Cost> {
    let label = text::line("label", &Words::new("What was paid for", "费用说明"), label, LABEL_CHARS_MAX)?;
    check_amount("amount", amount, -AMOUNT_MINOR_MAX)?;
    if amount.is_zero() {
        let en = "A cost of nothing needs no entry.";
        return Err(Refusal::field("amount", "zero_amount", en, "金额为零不需要记账。").into());
    }
    let found: Option<(Currency,)> =
        tx.maybe("select currency from budget_line where title_id = $1 and id = $2", &[title, line])?;
    let (currency,) = found.ok_or_else(no_line)?;
    if currency != amount.currency {
        return Err(other_currency("amount", currency).into());
    }
    let cost = Cost { id: act.id(), line: line.clone(), label, amount, day };
    tx.run(
        "insert into cost (title_id, id, budget_line_id, label, amount_minor, currency, day)
        values ($1, $2, $3, $4, $5, $6, $7)",
        &[title, &cost.id, line, &cost.label, &amount.minor, &amount.currency, &day],
    )?;
    Ok(cost)
}

fn check_amount(field: &'static str, amount: Money, least: i64) -> Result<(), Refusal> {
    if (least..=AMOUNT_MINOR_MAX).contains(&amount.minor) {
        return Ok(());
    }
    let max = Money::new(AMOUNT_MINOR_MAX, amount.currency);
    Err(Refusal::field(
        field,
        "amount_out_of_range",
        format!("An amount here is at most {max}."),
        format!("这里的金额最多为 {max}。"),
    ))
}

fn check_currency(view: &View, title: &TitleId, currency: Currency) -> Result<()> {
    let (lines, kept): (i64, Option<Currency>) =
        view.one("select count(*), min(currency) from budget_line where title_id = $1", &[title])?;
    if lines >= LINES_MAX {
        return Err(too_many().into());
    }
    match kept {
        Some(kept) if kept != currency => Err(other_currency("planned", kept).into()),
        _ => Ok(()),
    }
}

fn other_currency(field: &'static str, kept: Currency) -> Refusal {
    Refusal::field(
        field,
        "other_currency",
        format!("This budget is kept in {}.", kept.code()),
        format!("这份预算以 {} 记账。", kept.code()),
    )
}

fn too_many() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "too_many_lines",
        format!("A budget has at most {LINES_MAX} lines."),
        format!("一份预算最多 {LINES_MAX} 项。"),
    )
}

fn no_line() -> Refusal {
    Refusal::not_found("budget line", "预算项")
}

/// A budget against its costs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub lines: Vec<LineReport>,
    pub total: Sums,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineReport {
    pub line: Line,
    pub sums: Sums,
}

/// Left is what was planned and not yet spent; below zero when more was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sums {
    pub planned: Money,
    pub actual: Money,
    pub left: Money,
}

impl Sums {
    fn new(planned: Money, actual: Money) -> Result<Sums> {
        Ok(Sums { planned, actual, left: planned.minus(actual)? })
    }
}

impl FromRow for LineReport {
    fn from_row(row: &mut Row) -> Result<LineReport> {
        let (id, code, label, currency): (_, String, _, _) =
            (row.next()?, row.next()?, row.next()?, row.next()?);
        let category =
            Category::parse(&code).ok_or_else(|| Error::fault(format!("“{code}” is no category")))?;
        let (planned, actual) = (row.money(currency)?, row.money(currency)?);
        Ok(LineReport { line: Line { id, category, label, planned }, sums: Sums::new(planned, actual)? })
    }
}

/// Every line with its costs, and the whole; in yuan while there is no line.
pub fn report(view: &View, title: &TitleId, usual: Currency) -> Result<Report> {
    let lines: Vec<LineReport> = view.all(
        "select budget_line.id, budget_line.category, budget_line.label, budget_line.currency,
            budget_line.planned_minor,
            (select cast(coalesce(sum(cost.amount_minor), 0) as bigint) from cost
            where cost.title_id = budget_line.title_id and cost.budget_line_id = budget_line.id)
        from budget_line
        where budget_line.title_id = $1
        order by budget_line.category, budget_line.label, budget_line.id",
        &[title],
    )?;
    let currency = lines.first().map_or(usual, |first| first.line.planned.currency);
    let (mut planned, mut actual) = (Money::zero(currency), Money::zero(currency));
    for line in &lines {
        planned = planned.plus(line.sums.planned)?;
        actual = actual.plus(line.sums.actual)?;
    }
    Ok(Report { lines, total: Sums::new(planned, actual)? })
}

/// What was spent on a title, the newest first.
pub fn costs(view: &View, title: &TitleId) -> Result<Vec<Cost>> {
    view.all(
        "select id, budget_line_id, label, currency, amount_minor, day from cost
        where title_id = $1
        order by day desc, id desc
        limit $2",
        &[title, &COSTS_SHOWN_MAX],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Slate, day};

    #[test]
    fn a_report_sets_costs_against_the_plan() {
        let slate = Slate::new();
        let title = slate.title().id;
        let seen = slate.write(move |tx, act| {
            let stars = plan(tx, act, &title, Category::Cast, "Stars", Money::fen(100_000))?;
            let posters = plan(tx, act, &title, Category::Marketing, "Posters", Money::fen(5_000))?;
            spend(tx, act, &title, &stars.id, "First half", Money::fen(60_000), day("2016-01-02"))?;
            spend(tx, act, &title, &posters.id, "Printer", Money::fen(7_000), day("2016-12-01"))?;
            spend(tx, act, &title, &posters.id, "Printer, rebate", Money::fen(-500), day("2016-12-02"))?;
            replan(tx, &title, &stars.id, Money::fen(90_000))?;
            assert_eq!(costs(tx, &title)?.first().map(|cost| cost.amount), Some(Money::fen(-500)));
            report(tx, &title, Currency::CNY)
        });
        let report = seen.expect("a report");
        let sums = |sums: Sums| (sums.planned.minor, sums.actual.minor, sums.left.minor);
        let lines: Vec<_> =
            report.lines.iter().map(|line| (line.line.label.as_str(), sums(line.sums))).collect();
        assert!(lines.contains(&("Stars", (90_000, 60_000, 30_000))), "{lines:?}");
        assert!(lines.contains(&("Posters", (5_000, 6_500, -1_500))), "{lines:?}");
        assert_eq!(sums(report.total), (95_000, 66_500, 28_500));
    }

    #[test]
    fn a_title_without_a_budget_reports_nothing() {
        let slate = Slate::new();
        let title = slate.title().id;
        let report = slate.read(move |view| report(view, &title, Currency::CNY));
        assert_eq!((report.lines.len(), report.total.planned), (0, Money::fen(0)));
    }

    #[test]
    fn a_budget_is_kept_in_one_currency() {
        let slate = Slate::new();
        let title = slate.title().id;
        let mixed = slate.write(move |tx, act| {
            plan(tx, act, &title, Category::Cast, "Stars", Money::fen(100))?;
            plan(tx, act, &title, Category::Cast, "More stars", Money::new(100, Currency::USD))
        });
        assert_eq!(mixed.expect_err("mixed").refusal().map(|no| no.code), Some("other_currency"));
    }

    #[test]
    fn amounts_have_limits() {
        let slate = Slate::new();
        let title = slate.title().id;
        for minor in [-1, AMOUNT_MINOR_MAX + 1] {
            let title = title.clone();
            let refused = slate.write(move |tx, act| {
                plan(tx, act, &title, Category::Other, "Odd", Money::fen(minor)).map(|_| ())
            });
            assert_eq!(refused.expect_err("odd").refusal().and_then(|no| no.field), Some("planned"));
        }
        let nowhere = slate.write(move |tx, act| {
            let line = BudgetLineId("bud_none".into());
            spend(tx, act, &title, &line, "Lunch", Money::fen(1), day("2016-01-01")).map(|_| ())
        });
        assert_eq!(nowhere.expect_err("no line").refusal().map(|no| no.kind), Some(Kind::NotFound));
    }
}
