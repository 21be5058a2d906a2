//! Where to advertise next: what the next hundred sells on each surface in each city, and the best split of a week.

use super::{Promoter, address, find, flight};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::chart::{Bar, Figure, Paint, bars};
use crate::look::parts::{self, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money, unbroken};
use crate::visit::Visit;
use ads::campaigns::{Campaign, State};
use axum::extract::Path;
use axum::response::IntoResponse;
use demand::planning::advertising::{CELLS_MIN, CellPlan, Estimate, Evidence, PEOPLE_MIN, Plan, TICKETS_MIN};
use flows::views::advertising::{self, Advice, Spot};
use flows::{House, run_campaign};
use kernel::{Error, Lang, Money, Refusal};
use maud::{Markup, html};

/// Cells drawn, at most: those that the next hundred sells most in.
const DRAWN_MAX: usize = 12;

pub async fn show(visit: Visit, promoter: Promoter, Path(id): Path<String>) -> Answer<Page> {
    let campaign = find(&visit, &promoter, &id).await?;
    page(&visit, campaign, &Form::blank()).await
}

pub async fn take(visit: Visit, promoter: Promoter, Path(id): Path<String>) -> Answer {
    let campaign = find(&visit, &promoter, &id).await?;
    let (org, id) = (campaign.org.clone(), campaign.id.clone());
    let taken = visit.write(&House::lane(), move |scene| run_campaign::take_split(scene, &org, &id)).await;
    match taken {
        Ok(_) => {
            super::flight::reload(&visit).await;
            let onward = SeeOther::to(address(&campaign.id));
            Ok(onward.saying("The budget is split.", "预算已重新分配。").into_response())
        }
        Err(error) => Ok(page(&visit, campaign, &Form::blank().refused(error)?).await?.into_response()),
    }
}

struct Told {
    advice: Advice,
    left: Money,
}

async fn page(visit: &Visit, campaign: Campaign, form: &Form) -> Answer<Page> {
    let (asked, lots, now) = (visit.asked("budget"), visit.house.keys().lots.clone(), visit.now);
    let currency = campaign.budget.currency;
    let wanted =
        asked.filter(|text| !text.trim().is_empty()).map(|text| Money::parse(&text, currency)).transpose();
    let (wanted, wrong) = match wanted {
        Ok(wanted) => (wanted, None),
        Err(refusal) => (None, Some(refusal)),
    };
    let subject = campaign.clone();
    let house = visit.house.clone();
    // Reading everybody who met the ads may take its time.
    let told = tokio::task::spawn_blocking(move || {
        house.read_blocking(move |view| {
            let (week, left) = advertising::week_of(view, &subject, now)?;
            let advice = advertising::advise(view, &lots, &subject, wanted.unwrap_or(week), now)?;
            Ok(Told { advice, left })
        })
    });
    let told = told.await.unwrap_or_else(|_| Err(Error::fault("reading the lift stopped")))?;
    let title = visit.say("Where to advertise next", "下一步投到哪里");
    let back = parts::link_button(
        Weight::Quiet,
        &address(&campaign.id),
        visit.say("Back to the campaign", "返回投放计划"),
    );
    let body = html! {
        (parts::heading(title, &format!("{} · {}", campaign.name, flight(visit, &campaign)), back))
        @if let Some(error) = form.error(visit.lang, &html! {}) { div role="alert" { (parts::alert(Tone::Cinnabar, error, None)) } }
        (question(visit, &campaign, &told.advice, wrong.as_ref()))
        @match &told.advice.plan {
            Ok(plan) => (planned(visit, &campaign, &told, plan)),
            Err(_) => (not_yet(visit, &told.advice)),
        }
    };
    Ok(Page::console(title, body).status(form.status()))
}

/// For how much money somebody wants to know.
fn question(visit: &Visit, campaign: &Campaign, advice: &Advice, wrong: Option<&Refusal>) -> Markup {
    let amount = advice.budget.decimal();
    let field = parts::Field {
        name: "budget",
        label: visit.say("Money for a week", "一周的预算"),
        value: &amount,
        unit: campaign.budget.currency.symbol(),
        inputmode: Some("decimal"),
        hint: visit.say(
            "What is left, spread evenly until the last day, unless you say otherwise.",
            "默认把剩余预算按天平均，取一周的份额。",
        ),
        error: wrong.map(|refusal| refusal.in_(visit.lang)),
        ..parts::Field::default()
    };
    parts::card(html! {
        form class="form" method="get" action={ (address(&campaign.id)) "/next" } {
            (field.input())
            div class="form-foot" { (parts::button(Weight::Quiet, visit.say("Show the split", "查看分配"))) }
        }
    })
}

fn planned(visit: &Visit, campaign: &Campaign, told: &Told, plan: &Plan) -> Markup {
    let may_take = matches!(campaign.state, State::Live | State::Paused) && told.left.minor > 0;
    let left = match visit.lang {
        Lang::En => format!("All that is left, {}, is then spent in these proportions.", told.left),
        Lang::Zh => format!("剩余的 {} 将全部按此比例投放。", told.left),
    };
    html! {
        div class="section" {
            @for said in &plan.because { p { (unbroken(said, visit.lang)) } }
            @if told.advice.kept.minor > 0 { p { (kept(visit, told.advice.kept)) } }
        }
        (chart(visit, &told.advice, plan))
        @if may_take {
            div class="section" { (parts::card(html! {
                p { (left) }
                (parts::press(Weight::Primary, &format!("{}/split", address(&campaign.id)), &[], visit.say("Take this split", "采用此分配")))
            })) }
        }
    }
}

fn kept(visit: &Visit, kept: Money) -> String {
    match visit.lang {
        Lang::En => {
            format!("{kept} of it is kept for where too little is known yet, so that it becomes known.")
        }
        Lang::Zh => format!("其中 {kept} 留给数据不足的地方，以便了解它们。"),
    }
}

/// `¥100`: the step that places are compared by.
fn step(visit: &Visit, advice: &Advice) -> String {
    let currency = advice.budget.currency;
    let hundred = Money::parse("100", currency).map_or(0, |hundred| hundred.minor);
    money::compact(hundred, currency.code(), visit.lang)
}

/// What the next hundred sells now, best first; the table says the rest.
fn chart(visit: &Visit, advice: &Advice, plan: &Plan) -> Markup {
    let mut known: Vec<(&Spot, &CellPlan)> = advice.spots.iter().zip(&plan.cells).collect();
    known.sort_by(|a, b| b.1.marginal_now.mean.total_cmp(&a.1.marginal_now.mean));
    let measured = known.iter().filter(|(_, cell)| cell.evidence == Evidence::Measured);
    let drawn: Vec<(&str, f64, String)> = measured
        .take(DRAWN_MAX)
        .map(|(spot, cell)| {
            (
                spot.cell.name.in_(visit.lang),
                cell.marginal_now.mean.max(0.0),
                hundred(visit, &cell.marginal_now),
            )
        })
        .collect();
    let rows: Vec<Bar> = drawn
        .iter()
        .map(|(label, value, shown)| Bar { label, value: *value, shown, paint: Paint::Lantern })
        .collect();
    let best = drawn.first().map_or("", |(label, ..)| *label);
    let step = step(visit, advice);
    let title = match visit.lang {
        Lang::En => format!("The next {step} sells most on {best}"),
        Lang::Zh => format!("再投 {step}，{best}卖得最多"),
    };
    let (now, then, unit) = match visit.lang {
        Lang::En => (
            format!("Next {step}, now"),
            format!("Next {step}, after the split"),
            format!(
                "tickets that would not be sold otherwise, for the next {step} spent, with the range that holds nine times in ten"
            ),
        ),
        Lang::Zh => (
            format!("再投 {step}（目前）"),
            format!("再投 {step}（分配后）"),
            format!("每多投 {step} 带来的增量票数，括号内为九成区间"),
        ),
    };
    let columns = [
        Column::new(visit.say("Where", "位置"), Kind::Text),
        Column::new(visit.say("Spend in a week", "一周花费"), Kind::Money),
        Column::new(visit.say("Best between", "最佳区间"), Kind::Text),
        Column::new(visit.say("Tickets it adds", "增量票数"), Kind::Text),
        Column::new(&now, Kind::Text),
        Column::new(&then, Kind::Text),
    ];
    let table = Table::new(
        visit.say("The split", "分配"),
        &columns,
        known.iter().map(|(spot, cell)| row(visit, spot, cell)).collect(),
    );
    html! {
        div class="section" {
            (Figure {
                lang: visit.lang,
                title: &title,
                unit: &unit,
                source: visit.say("people held out of the ads at random, week by week", "逐周随机留出的对照组"),
                chart: html! { div class="chart-box" { (bars(&title, &title, &rows)) } },
                table,
            }.render())
        }
    }
}

/// `1.8 (1.2 to 2.4)`, of the next hundred.
fn hundred(visit: &Visit, of: &Estimate) -> String {
    range(visit, of, 100.0, 1)
}

fn range(visit: &Visit, of: &Estimate, times: f64, digits: usize) -> String {
    let said = |value: f64| {
        let number = format!("{:.digits$}", value * times);
        let (whole, decimals) = number.split_at(number.find('.').unwrap_or(number.len()));
        format!("{}{decimals}", kernel::grouped(whole))
    };
    let (mean, low, high) = (said(of.mean), said(of.wide.0), said(of.wide.1));
    match visit.lang {
        Lang::En => format!("{mean} ({low} to {high})"),
        Lang::Zh => format!("{mean}（{low} 至 {high}）"),
    }
}

fn row(visit: &Visit, spot: &Spot, cell: &CellPlan) -> Vec<Cell> {
    let name = Cell::text(spot.cell.name.in_(visit.lang));
    if cell.evidence == Evidence::TooLittle {
        let unknown = || Cell::text(visit.say("not known yet", "尚不可知"));
        return vec![name, Cell::none(), Cell::none(), unknown(), unknown(), unknown()];
    }
    let code = cell.spend.currency.code();
    let (low, high) = cell.spend_wide;
    let between = match visit.lang {
        Lang::En => format!("{low} to {high}"),
        Lang::Zh => format!("{low} 至 {high}"),
    };
    vec![
        name,
        Cell::money(cell.spend.minor, code),
        Cell::text(&between),
        Cell::text(&range(visit, &cell.tickets, 1.0, 0)),
        Cell::text(&hundred(visit, &cell.marginal_now)),
        Cell::text(&hundred(visit, &cell.marginal_planned)),
    ]
}

/// What was counted so far, and what is missing.
fn not_yet(visit: &Visit, advice: &Advice) -> Markup {
    let needed = match visit.lang {
        Lang::En => format!(
            "Not known yet. A split needs {CELLS_MIN} places, each with a whole week in which at least {PEOPLE_MIN} \
             people could see the ads, {PEOPLE_MIN} were held out, and {TICKETS_MIN} tickets were sold."
        ),
        Lang::Zh => format!(
            "尚不可知。分配预算需要 {CELLS_MIN} 个位置，每个位置有完整的一周，其中至少 {PEOPLE_MIN} 人可看到广告、{PEOPLE_MIN} 人被留出，并售出 {TICKETS_MIN} 张票。"
        ),
    };
    let columns = [
        Column::new(visit.say("Where", "位置"), Kind::Text),
        Column::new(visit.say("Could see the ads", "可看到广告"), Kind::Number),
        Column::new(visit.say("Held out", "对照组"), Kind::Number),
    ];
    let row = |spot: &Spot| {
        vec![
            Cell::text(spot.cell.name.in_(visit.lang)),
            Cell::number(spot.people.0),
            Cell::number(spot.people.1),
        ]
    };
    let rows: Vec<_> = advice.spots.iter().map(row).collect();
    html! {
        div class="section" {
            (parts::alert(Tone::Plain, &needed, None))
            p class="muted" { (visit.say(
                "It is counted anew every week the campaign runs. A longer flight tells it, and so does a campaign that holds more people out.",
                "投放期间每周重新统计。延长投放，或留出更多人的投放计划，都能让结果更早得出。",
            )) }
        }
        @if !rows.is_empty() {
            div class="section" { (Table::new(visit.say("Counted so far", "目前人数"), &columns, rows).render(visit.lang)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::testing::Town;
    use axum::http::StatusCode;
    use kernel::Role;

    #[tokio::test]
    async fn what_is_not_known_yet_is_said_and_nothing_is_split() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let at = format!("/console/campaigns/{}", street.campaign().await);
        assert!(street.sun.get(&at).await.text.contains("holds nobody out"));
        let next = street.sun.get(&format!("{at}/next?budget=500")).await;
        assert_eq!(next.status, StatusCode::OK);
        assert!(
            next.text.contains("Not known yet.") && next.text.contains("value=\"500.00\""),
            "{}",
            next.text
        );
        assert!(!next.text.contains("Take this split"));
        let wrong = street.sun.get(&format!("{at}/next?budget=much")).await;
        assert!(wrong.text.contains("budget-error"), "{}", wrong.text);
        let taken = street.sun.post(&format!("{at}/split"), &[]).await;
        assert_eq!(taken.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", taken.text);
        assert!(taken.text.contains("a split needs 3"));
        let (_, rival) = town.staff("rival", Role::Studio).await;
        assert_eq!(rival.get(&format!("{at}/next")).await.status, StatusCode::NOT_FOUND);
        assert_eq!(rival.post(&format!("{at}/split"), &[]).await.status, StatusCode::NOT_FOUND);
        let zh = street.sun.clone().header("accept-language", "zh").get(&format!("{at}/next?lang=zh")).await;
        assert!(zh.text.contains("尚不可知"));
    }
}
