//! The title's on-sale: when its doors open, how fast people are let in, and how long the line is.

use super::{Side, address, changed, find, side};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field, Stat, Weight};
use crate::look::{Tone, money, when};
use crate::visit::{StudioStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use box_office::on_sales::{self, Draft, OnSale};
use flows::wait_in_line;
use kernel::{Error, Lang, Result};
use maud::{Markup, html};
use titles::Title;

pub async fn show(visit: Visit, staff: StudioStaff, Path(id): Path<String>) -> Answer<Page> {
    let title = find(&visit, &staff, &id).await?;
    let sale = visit.house.lines().of(&title.id, visit.now);
    page(&visit, &title, &proposed(&visit, sale.as_deref())).await
}

pub async fn announce(visit: Visit, staff: StudioStaff, Path(id): Path<String>, form: Form) -> Answer {
    let title = find(&visit, &staff, &id).await?;
    match add(&visit, &title, &form).await {
        Ok(()) => Ok(onward(&title).saying("The on-sale is announced.", "开售已公布。").into_response()),
        Err(error) => Ok(page(&visit, &title, &form.refused(error)?).await?.into_response()),
    }
}

async fn add(visit: &Visit, title: &Title, form: &Form) -> Result<()> {
    let (day, (hour, minute)) = (form.day("day")?, form.clock("opens")?);
    let draft = Draft {
        opens_at: day.at(hour, minute, &visit.home.zone),
        minutes: form.int("minutes", 1..=on_sales::MINUTES_MAX)?,
        per_minute: form.int("per_minute", 1..=on_sales::PER_MINUTE_MAX)?,
        turn_minutes: form.int("turn_minutes", 1..=on_sales::TURN_MINUTES_MAX)?,
    };
    let id = title.id.clone();
    let story = move |scene: &mut flows::Scene| {
        wait_in_line::announce(scene, &id, &draft)?;
        changed(scene, &id, "on_sale")
    };
    visit.write(&title.id, story).await?;
    heard(visit).await
}

/// One press: faster, slower, or nobody for the moment.
pub async fn change_pace(visit: Visit, staff: StudioStaff, Path(id): Path<String>, form: Form) -> Answer {
    let title = find(&visit, &staff, &id).await?;
    let set = async {
        let per_minute = form.int("pace", 0..=on_sales::PER_MINUTE_MAX)?;
        let id = title.id.clone();
        let story = move |scene: &mut flows::Scene| {
            on_sales::change_pace(scene.tx, &id, per_minute, scene.now())?;
            changed(scene, &id, "on_sale")
        };
        visit.write(&title.id, story).await?;
        heard(&visit).await
    };
    match set.await {
        Ok(()) => Ok(onward(&title).saying("The pace has changed.", "放行速度已调整。").into_response()),
        Err(error) => Ok(page(&visit, &title, &form.refused(error)?).await?.into_response()),
    }
}

pub async fn end(visit: Visit, staff: StudioStaff, Path(id): Path<String>) -> Answer<SeeOther> {
    let title = find(&visit, &staff, &id).await?;
    let of = title.id.clone();
    let story = move |scene: &mut flows::Scene| {
        on_sales::end(scene.tx, &of, scene.now())?;
        changed(scene, &of, "on_sale")
    };
    visit.write(&title.id, story).await?;
    heard(&visit).await?;
    Ok(onward(&title).saying("Everybody may buy now.", "现在无需排队，人人可购。"))
}

/// This process hears of it at once, the others within a second.
async fn heard(visit: &Visit) -> Result<()> {
    let house = visit.house.clone();
    let read = tokio::task::spawn_blocking(move || wait_in_line::refresh(&house)).await;
    read.map_err(|_| Error::fault("reading the lines stopped"))?
}

fn onward(title: &Title) -> SeeOther {
    SeeOther::to(format!("{}/on-sale", address(&title.id)))
}

/// What the form proposes: what is announced, else tomorrow at noon, for two hours.
fn proposed(visit: &Visit, sale: Option<&OnSale>) -> Form {
    let zone = &visit.home.zone;
    let Some(OnSale { line, .. }) = sale else {
        let tomorrow = visit.today().plus(1).to_string();
        let usual = [("minutes", "120"), ("per_minute", "600"), ("turn_minutes", "10"), ("opens", "12:00")];
        return Form::filled(usual).with("day", tomorrow);
    };
    let (opens, minutes) =
        (when::clock(line.opens_at, zone), line.opens_at.seconds_until(line.closes_at) / 60);
    Form::filled([("day", line.opens_at.day_in(zone).to_string()), ("opens", opens)])
        .with("minutes", minutes.to_string())
        .with("per_minute", line.gate.pace(line.opens_at).to_string())
        .with("turn_minutes", line.turn_minutes.to_string())
}

async fn page(visit: &Visit, title: &Title, form: &Form) -> Answer<Page> {
    let sale = visit.house.lines().of(&title.id, visit.now);
    let body = html! {
        div class="stack" {
            @match &sale {
                Some(sale) if visit.now >= sale.line.opens_at => {
                    (figures(visit, sale))
                    (parts::titled_card(visit.say("How fast people are let in", "放行速度"), pace(visit, title, sale, form)))
                    (parts::titled_card(visit.say("Send the line home", "结束排队"), ending(visit, title, visit.say("Send the line home", "结束排队"))))
                }
                Some(sale) => {
                    (parts::alert(Tone::Jade, &announced(visit, sale), None))
                    (figures(visit, sale))
                    (parts::titled_card(visit.say("Change it", "修改开售"), fields(visit, title, form)))
                    (parts::titled_card(visit.say("Call it off", "取消开售排队"), ending(visit, title, visit.say("Call it off", "取消开售排队"))))
                }
                None => (parts::titled_card(visit.say("Announce an on-sale with a line", "公布开售并启用排队"), fields(visit, title, form))),
            }
        }
    };
    Ok(side(visit, title, Side::OnSale, body).status(form.status()))
}

fn announced(visit: &Visit, sale: &OnSale) -> String {
    let at = sale.line.opens_at.say(&visit.home.zone, visit.lang);
    match visit.lang {
        Lang::En => format!("Doors open on {at}. Until then nobody can hold seats of this film."),
        Lang::Zh => format!("{at}开售。在此之前，任何人都不能锁定这部影片的座位。"),
    }
}

fn figures(visit: &Visit, sale: &OnSale) -> Markup {
    let (now, lang) = (visit.now, visit.lang);
    let passed = sale.line.gate.passed(now).min(sale.next_position);
    let waiting = sale.next_position - passed;
    let last = sale.line.gate.reaches((sale.next_position - 1).max(0));
    let last = match last {
        _ if waiting == 0 => "–".into(),
        Some(at) => when::clock(at, &visit.home.zone),
        None => visit.say("nobody knows", "未知").to_owned(),
    };
    let stat = |label, value: &str| Stat { label, value, ..Stat::default() }.render();
    parts::grid(
        4,
        html! {
            (stat(visit.say("In line now", "正在排队"), &money::count(waiting, lang)))
            (stat(visit.say("Had their turn", "已轮到"), &money::count(passed, lang)))
            (stat(visit.say("Came early", "提前到达"), &money::count(sale.line.early.unwrap_or(sale.next_position), lang)))
            (stat(visit.say("The last one’s turn", "末位预计轮到"), &last))
        },
    )
}

fn fields(visit: &Visit, title: &Title, form: &Form) -> Markup {
    let field = |name, en, zh| Field { required: true, ..form.field(visit.lang, name, visit.say(en, zh)) };
    let number = |name, en, zh| Field { inputmode: Some("numeric"), ..field(name, en, zh) };
    let fields = html! {
        p class="muted" { (visit.say(
            "For the hour in which more people come than can buy at once. Whoever is in line when the doors open draws a lot, whoever comes later stands at the end; each has a turn of some minutes.",
            "用于购票人数远超承载能力的开售时段。开售前到达的人抽签决定先后，之后来的人排在队尾；每人轮到时有几分钟的购票时间。",
        )) }
        (parts::grid(2, html! {
            (Field { kind: "date", ..field("day", "Day", "日期") }.input())
            (Field { kind: "time", unit: visit.home.zone.name(), ..field("opens", "Doors open at", "开售时刻") }.input())
        }))
        (parts::grid(3, html! {
            (number("per_minute", "Let in a minute", "每分钟放行人数").input())
            (number("turn_minutes", "A turn, in minutes", "每人购票分钟数").input())
            (number("minutes", "Line at most, in minutes", "最长排队分钟数").input())
        }))
    };
    let action = format!("{}/on-sale", address(&title.id));
    form.render(visit.lang, &action, visit.say("Announce", "公布"), fields)
}

fn pace(visit: &Visit, title: &Title, sale: &OnSale, form: &Form) -> Markup {
    let now = sale.line.gate.pace(visit.now).to_string();
    let field = form.field(visit.lang, "pace", visit.say("Let in a minute", "每分钟放行人数"));
    let value = if field.value.is_empty() { now.as_str() } else { field.value };
    let hint =
        visit.say("0 lets nobody in for the moment; places are kept.", "填 0 表示暂停放行，位置会保留。");
    let fields = Field { required: true, inputmode: Some("numeric"), value, hint, ..field }.input();
    let action = format!("{}/on-sale/pace", address(&title.id));
    form.render(visit.lang, &action, visit.say("Change the pace", "调整"), fields)
}

fn ending(visit: &Visit, title: &Title, word: &str) -> Markup {
    let action = format!("{}/on-sale/end", address(&title.id));
    html! {
        p { (visit.say("From then on everybody may buy at once.", "之后所有人都可直接购票。")) }
        (parts::press(Weight::Quiet, &action, &[], word))
    }
}
