//! What taking a plan changes, shown before it is done; taking it; undoing it.

use super::super::{Side, address, find, top};
use super::{Known, know, plan_address};
use crate::answer::{Answer, Page, SeeOther};
use crate::look::Tone;
use crate::look::chart::clock;
use crate::look::parts::{self, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::{CinemaStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use box_office::plans::{self, Plan, State};
use box_office::{Cinema, Showtime};
use flows::plan_showings::{self as story, Changes, Chosen};
use kernel::ids::Id;
use kernel::{Error, Lang, PlanId, Refusal, Result, counted};
use maud::{Markup, html};

/// What the plan would change, with the button that does it.
pub async fn show(
    visit: Visit,
    staff: CinemaStaff,
    Path((place, plan)): Path<(String, String)>,
) -> Answer<Page> {
    let cinema = find(&visit, &staff, &place).await?;
    page(&visit, &cinema, &PlanId::parse(&plan)?, None).await
}

pub async fn take(visit: Visit, staff: CinemaStaff, Path((place, plan)): Path<(String, String)>) -> Answer {
    let cinema = find(&visit, &staff, &place).await?;
    let (of, id) = (cinema.clone(), PlanId::parse(&plan)?);
    let taken = {
        let id = id.clone();
        visit.write(&cinema.place, move |scene| story::take(scene, &of, &id)).await
    };
    match taken {
        Ok(taken) => {
            let story::Taken { added, closed, stayed } = taken;
            let onward = SeeOther::to(onward(&visit, &cinema, &id).await?);
            Ok(onward
                .saying(
                    format!(
                        "The plan is taken: {} on sale, {closed} off it, {stayed} stayed.",
                        counted(added, "showing went", "showings went")
                    ),
                    format!("方案已采用：开售 {added} 场，停售 {closed} 场，{stayed} 场不变。"),
                )
                .into_response())
        }
        Err(Error::Refused(refusal)) if refusal.kind == kernel::Kind::Conflict => {
            Ok(page(&visit, &cinema, &id, Some(&refusal)).await?.into_response())
        }
        Err(error) => Err(error.into()),
    }
}

pub async fn undo(visit: Visit, staff: CinemaStaff, Path((place, plan)): Path<(String, String)>) -> Answer {
    let cinema = find(&visit, &staff, &place).await?;
    let (of, id) = (cinema.clone(), PlanId::parse(&plan)?);
    let undone = {
        let id = id.clone();
        visit.write(&cinema.place, move |scene| story::undo(scene, &of, &id)).await
    };
    let onward = SeeOther::to(onward(&visit, &cinema, &id).await?);
    match undone {
        Ok(()) => Ok(onward
            .saying("The plan is undone: everything is as it was.", "方案已撤销，场次恢复原状。")
            .into_response()),
        Err(Error::Refused(refusal)) if refusal.kind == kernel::Kind::Conflict => {
            Ok(onward.telling(Tone::Cinnabar, refusal.say).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn find_plan(visit: &Visit, cinema: &Cinema, id: &PlanId) -> Result<Plan> {
    let (place, id) = (cinema.place.clone(), id.clone());
    visit.read(move |view| plans::any(view, &place, &id)).await
}

async fn onward(visit: &Visit, cinema: &Cinema, id: &PlanId) -> Result<String> {
    Ok(plan_address(cinema, find_plan(visit, cinema, id).await?.first))
}

async fn page(visit: &Visit, cinema: &Cinema, id: &PlanId, refused: Option<&Refusal>) -> Answer<Page> {
    let plan = find_plan(visit, cinema, id).await?;
    let (of, now, this) = (cinema.clone(), visit.now, plan.clone());
    let (known, changes) = visit
        .read(move |view| {
            let changes = story::changes(view, &of, &this, now)?;
            let made = story::read(&this)?;
            let known = know(view, &of, Some(this.first), now)?;
            let names = super::names(view, &made, &changes)?;
            Ok((Known { names, ..known }, changes))
        })
        .await?;
    let refused = refused.map(|refusal| refusal.say.clone()).or_else(|| changes.conflicts.first().cloned());
    let body = html! {
        (top(visit, cinema, Side::Plan))
        div class="stack" {
            (parts::heading(visit.say("What taking the plan changes", "采用方案的变更"), &span(visit, &plan), html! {}))
            @if let Some(says) = &refused { div role="alert" { (parts::alert(Tone::Cinnabar, says.in_(visit.lang), None)) } }
            (parts::alert(Tone::Plain, &in_short(visit, &changes), None))
            (buttons(visit, cinema, &plan, refused.is_none()))
            (table(visit, cinema, &known, &changes))
        }
    };
    let status =
        if refused.is_some() { axum::http::StatusCode::CONFLICT } else { axum::http::StatusCode::OK };
    Ok(Page::console(super::titled(visit, cinema, Side::Plan), body).status(status))
}

fn span(visit: &Visit, plan: &Plan) -> String {
    format!("{} – {}", plan.first.say(visit.lang), plan.last.say(visit.lang))
}

fn in_short(visit: &Visit, changes: &Changes) -> String {
    let (adds, closes, stays, wanted) =
        (changes.adds.len(), changes.closes.len(), changes.stays.len(), changes.wanted);
    match visit.lang {
        Lang::En => format!(
            "{} on sale, {closes} that nobody has a seat of {} off it; {}{}.",
            counted(adds, "showing goes", "showings go"),
            if closes == 1 { "goes" } else { "go" },
            if stays == 0 {
                "none stays".to_owned()
            } else {
                counted(stays, "stays as it is", "stay as they are")
            },
            if wanted == 0 { String::new() } else { format!(", {wanted} of them with seats sold or held") },
        ),
        Lang::Zh => format!(
            "开售 {adds} 场，停售无人购票的 {closes} 场，{stays} 场不变{}。",
            if wanted == 0 { String::new() } else { format!("（其中 {wanted} 场已售票或锁座）") },
        ),
    }
}

fn buttons(visit: &Visit, cinema: &Cinema, plan: &Plan, may_take: bool) -> Markup {
    let taking = format!("{}/plans/{}/taking", address(&cinema.place), plan.id);
    let back = plan_address(cinema, plan.first);
    html! {
        div class="form-foot" {
            @if may_take && plan.state == State::Made { (parts::press(Weight::Primary, &taking, &[], visit.say("Take the plan", "采用方案"))) }
            (parts::link_button(Weight::Quiet, &back, visit.say("Back to the plan", "返回方案")))
        }
    }
}

/// One row for every showing that comes or goes, in order of time.
fn table(visit: &Visit, cinema: &Cinema, known: &Known, changes: &Changes) -> Markup {
    let columns = [
        Column::new(visit.say("Begins", "开映"), Kind::Date),
        Column::new(visit.say("Change", "变更"), Kind::Date),
        Column::new(visit.say("Film", "影片"), Kind::Text),
        Column::new(visit.say("Hall", "影厅"), Kind::Text),
        Column::new(visit.say("Price", "票价"), Kind::Money),
        Column::new(visit.say("Expected admissions", "预计人次"), Kind::Number),
    ];
    let mut rows: Vec<(i64, Vec<Cell>)> = Vec::new();
    rows.extend(changes.adds.iter().map(|one| (one.starts_at.micros, added(visit, known, one))));
    rows.extend(changes.closes.iter().map(|one| (one.starts_at.micros, closed(visit, cinema, known, one))));
    rows.sort_by_key(|(at, _)| *at);
    Table::new(
        visit.say("Showings that come and go", "变更的场次"),
        &columns,
        rows.into_iter().map(|(_, row)| row).collect(),
    )
    .empty(visit.say("Nothing changes: the plan is what is scheduled.", "没有变更：方案与现有排片一致。"))
    .filtered()
    .render(visit.lang)
}

fn added(visit: &Visit, known: &Known, one: &Chosen) -> Vec<Cell> {
    let begins = format!("{} {}", one.day.say(visit.lang), clock(one.start));
    vec![
        Cell::date(&one.starts_at.rfc3339(), &begins),
        Cell::markup(parts::pill(Tone::Jade, visit.say("goes on sale", "开售")), "1"),
        Cell::text(known.film(&one.title, visit.lang)),
        Cell::text(known.hall(&one.hall, visit.lang)),
        Cell::money(one.price.minor, one.price.currency.code()),
        Cell::number(one.expected.round() as i64),
    ]
}

fn closed(visit: &Visit, cinema: &Cinema, known: &Known, one: &Showtime) -> Vec<Cell> {
    vec![
        Cell::date(&one.starts_at.rfc3339(), &one.starts_at.say(&cinema.zone, visit.lang)),
        Cell::markup(parts::pill(Tone::Cinnabar, visit.say("goes off sale", "停售")), "2"),
        Cell::text(known.film(&one.title, visit.lang)),
        Cell::text(known.hall(&one.hall, visit.lang)),
        Cell::money(one.price.minor, one.price.currency.code()),
        Cell::none(),
    ]
}
