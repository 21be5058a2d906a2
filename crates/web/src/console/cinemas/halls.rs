//! Halls: adding one from a plan written in letters, with a look at it before it is built.

use super::{Side, address, find, line, top};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::look::seats::{self, Cell, Kind, Map, Row, Seat, State};
use crate::visit::{CinemaStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use box_office::{Cinema, Hall, SeatKind, SeatMap, halls};
use events::log;
use kernel::ids::Id;
use kernel::{HallId, Refusal, Result, Words};
use maud::{Markup, html};
use serde_json::json;

/// A plan to begin from: two wheelchair places in front, love seats at the back.
const PLAN: &str =
    "ss_wwssssss_ss\nss_ssssssss_ss\nss_ssssssss_ss\nss_ssssssss_ss\nss_ssssssss_ss\nss_llllllll_ss";

pub async fn blank(visit: Visit, staff: CinemaStaff, Path(place): Path<String>) -> Answer<Page> {
    let cinema = find(&visit, &staff, &place).await?;
    Ok(page(&visit, &cinema, &Form::filled([("seat_map", PLAN)]), None))
}

pub async fn add(visit: Visit, staff: CinemaStaff, Path(place): Path<String>, form: Form) -> Answer {
    let cinema = find(&visit, &staff, &place).await?;
    if form.ticked("preview") {
        return Ok(match plan(&form) {
            Ok(map) => page(&visit, &cinema, &form, Some(&map)).into_response(),
            Err(refusal) => page(&visit, &cinema, &form.refused(refusal.into())?, None).into_response(),
        });
    }
    match build(&visit, &cinema, &form).await {
        Ok(()) => {
            let onward = SeeOther::to(address(&cinema.place));
            Ok(onward.saying("The hall is added.", "影厅已添加。").into_response())
        }
        Err(error) => Ok(page(&visit, &cinema, &form.refused(error)?, None).into_response()),
    }
}

async fn build(visit: &Visit, cinema: &Cinema, form: &Form) -> Result<()> {
    let name = Words::new(
        line(form, "name_en", "The English name", "英文名称")?,
        line(form, "name_zh", "The Chinese name", "中文名称")?,
    );
    let (seat_map, place) = (plan(form)?, cinema.place.clone());
    visit
        .write(&cinema.place, move |scene| {
            let id = scene.act.id();
            let hall = Hall { place: place.clone(), id, name: name.clone(), seat_map: seat_map.clone() };
            halls::add(scene.tx, &hall)?;
            let body = json!({ "name": hall.name, "seats": hall.seat_map.count() });
            log::append(scene.tx, &mut scene.act, &place, events::Kind::HallAdded, None, &hall.id, body)
        })
        .await
}

/// The typed plan; blanks stand for aisles, empty lines around it are let go.
fn plan(form: &Form) -> Result<SeatMap, Refusal> {
    let text = form.text("seat_map").replace(['\r', '\t'], "");
    let rows: Vec<String> = text
        .lines()
        .map(|row| row.trim_end().to_ascii_lowercase().replace(' ', "_"))
        .filter(|row| !row.is_empty())
        .collect();
    SeatMap::of_rows(&rows.iter().map(String::as_str).collect::<Vec<_>>())
}

fn page(visit: &Visit, cinema: &Cinema, form: &Form, map: Option<&SeatMap>) -> Page {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let hint = visit.say(
        "One line a row, the screen above: s standard, l love seat (in pairs), w wheelchair place, _ aisle.",
        "每行一排，银幕在上：s 普通座，l 情侣座（成对），w 轮椅位，_ 过道。",
    );
    let fields = html! {
        (parts::grid(2, html! {
            (Field { required: true, ..field("name_en", "English name", "英文名称") }.input())
            (Field { required: true, ..field("name_zh", "Chinese name", "中文名称") }.input())
        }))
        (Field { required: true, hint, ..field("seat_map", "Seats", "座位") }.textarea(12))
        button class="button quiet" type="submit" name="preview" value="yes" { (visit.say("Look at it first", "先预览")) }
    };
    let action = format!("{}/halls", address(&cinema.place));
    let heading = visit.say("Add a hall", "新增影厅");
    let name = form.words("name");
    let body = html! {
        (top(visit, cinema, Side::Hall))
        div class="stack" {
            @if let Some(map) = map {
                (parts::titled_card(visit.say("How it will look", "预览"), html! {
                    p class="muted" { (seats_said(visit, map)) }
                    (drawn(visit, name.in_(visit.lang), map))
                }))
            }
            (parts::card(form.render(visit.lang, &action, visit.say("Add the hall", "添加影厅"), fields)))
        }
    };
    Page::console(heading, body).status(form.status())
}

fn seats_said(visit: &Visit, map: &SeatMap) -> String {
    match visit.lang {
        kernel::Lang::En => format!("{} seats in {} rows", map.count(), map.rows.len()),
        kernel::Lang::Zh => format!("{} 排，共 {} 个座位", map.rows.len(), map.count()),
    }
}

/// The hall as a consumer will see it, every seat free.
fn drawn(visit: &Visit, hall: &str, map: &SeatMap) -> Markup {
    let seats = map.seats();
    let row = |(i, row): (usize, &box_office::seat_map::SeatRow)| {
        let cell = |c: usize| {
            let seat = seats.iter().find(|seat| seat.row == i && seat.cell == c);
            seat.map_or(Cell::Aisle, |seat| {
                Cell::Seat(Seat {
                    id: seat.id.clone(),
                    label: seat.number.to_string(),
                    kind: match seat.kind {
                        SeatKind::Standard => Kind::Standard,
                        SeatKind::Love => Kind::Love,
                        SeatKind::Wheelchair => Kind::Wheelchair,
                    },
                    state: State::Free,
                    zone: 0,
                    price_minor: 0,
                })
            })
        };
        Row { label: row.label.clone(), cells: (0..row.cells.len()).map(cell).collect() }
    };
    let rows: Vec<Row> = map.rows.iter().enumerate().map(row).collect();
    seats::picker(&Map {
        lang: visit.lang,
        action: "#",
        hidden: &[],
        hall,
        currency: visit.currency(),
        rows: &rows,
        zones: &[],
        best: &[],
        seats_max: 6,
    })
}

pub async fn show(
    visit: Visit,
    staff: CinemaStaff,
    Path((place, hall)): Path<(String, String)>,
) -> Answer<Page> {
    let cinema = find(&visit, &staff, &place).await?;
    let (at, id) = (cinema.place.clone(), HallId::parse(&hall)?);
    let hall = visit.read(move |view| halls::any(view, &at, &id)).await?;
    let name = hall.name.in_(visit.lang);
    let body = html! {
        (top(&visit, &cinema, Side::About))
        (parts::titled_card(name, html! {
            p class="muted" { (seats_said(&visit, &hall.seat_map)) }
            (drawn(&visit, name, &hall.seat_map))
        }))
    };
    Ok(Page::console(name, body))
}

#[cfg(test)]
mod tests {
    use crate::console::season::Season;
    use axum::http::StatusCode;

    const PATH: &str = "/console/cinemas/plc_star/halls";

    #[tokio::test]
    async fn a_hall_is_looked_at_and_then_built() {
        let season = Season::new().await;
        let mut typed =
            vec![("name_en", "Hall 2"), ("name_zh", "2号厅"), ("seat_map", "\r\nWW ss\r\nll_ll\r\n")];
        typed.push(("preview", "yes"));
        let preview = season.chen.post(PATH, &typed).await;
        assert_eq!(preview.status, StatusCode::OK);
        for part in ["8 seats in 2 rows", "Row A, seat 1, wheelchair place", "sofa-left", "value=\"Hall 2\""]
        {
            assert!(preview.text.contains(part), "{part}");
        }
        assert!(
            !season.chen.get("/console/cinemas/plc_star").await.text.contains("Hall 2"),
            "only looked at"
        );
        typed.pop();
        let built = season.chen.post(PATH, &typed).await;
        assert_eq!(built.location(), "/console/cinemas/plc_star", "{}", built.text);
        assert!(season.chen.get("/console/cinemas/plc_star").await.text.contains("Hall 2"));
    }

    #[tokio::test]
    async fn a_plan_that_is_no_hall_is_refused_at_its_field() {
        let season = Season::new().await;
        for plan in ["", "sxs", "sls", "____", &"s\n".repeat(41)] {
            for preview in ["yes", ""] {
                let typed = [("name_en", "A"), ("name_zh", "甲"), ("seat_map", plan), ("preview", preview)];
                let refused = season.chen.post(PATH, &typed).await;
                assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{plan:?}");
                assert!(refused.text.contains("seat_map-error"), "{plan:?}");
            }
        }
        let nameless = season.chen.post(PATH, &[("seat_map", "ss"), ("name_zh", "甲")]).await;
        assert!(nameless.text.contains("name_en-error"));
    }
}
