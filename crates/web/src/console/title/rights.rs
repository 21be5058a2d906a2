//! The title's rights windows: where, in which medium, by whom, from when to when.

use super::{Side, address, changed, find, side};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::{StudioStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use kernel::ids::Id;
use kernel::{Result, RightsWindowId};
use maud::{Markup, html};
use titles::Title;
use titles::rights::{self, Medium, NewWindow, Window};

pub async fn show(visit: Visit, staff: StudioStaff, Path(id): Path<String>) -> Answer<Page> {
    let title = find(&visit, &staff, &id).await?;
    page(&visit, &title, &Form::blank()).await
}

pub async fn open(visit: Visit, staff: StudioStaff, Path(id): Path<String>, form: Form) -> Answer {
    let title = find(&visit, &staff, &id).await?;
    match add(&visit, &title, &form).await {
        Ok(()) => Ok(back(&title).saying("The window is open.", "权利窗口已添加。").into_response()),
        Err(error) => Ok(page(&visit, &title, &form.refused(error)?).await?.into_response()),
    }
}

async fn add(visit: &Visit, title: &Title, form: &Form) -> Result<()> {
    let window = NewWindow {
        territory: form.text("territory").into(),
        medium: form.choice("medium", Medium::parse)?,
        exclusive: form.ticked("exclusive"),
        holder: form.text("holder").into(),
        starts_on: form.day("starts_on")?,
        ends_on: form.maybe_day("ends_on")?,
    };
    let id = title.id.clone();
    visit
        .write(&id.clone(), move |scene| {
            rights::open(scene.tx, &mut scene.act, &id, &window)?;
            changed(scene, &id, "rights")
        })
        .await
}

pub async fn end(
    visit: Visit,
    staff: StudioStaff,
    Path((id, window)): Path<(String, String)>,
    form: Form,
) -> Answer {
    let title = find(&visit, &staff, &id).await?;
    match set_end(&visit, &title, &window, &form).await {
        Ok(()) => {
            Ok(back(&title).saying("The window ends that day.", "窗口结束日期已保存。").into_response())
        }
        Err(error) => Ok(page(&visit, &title, &form.refused(error)?).await?.into_response()),
    }
}

async fn set_end(visit: &Visit, title: &Title, window: &str, form: &Form) -> Result<()> {
    let (id, window, last) = (title.id.clone(), RightsWindowId::parse(window)?, form.day("last_on")?);
    visit
        .write(&id.clone(), move |scene| {
            rights::end(scene.tx, &id, &window, last)?;
            changed(scene, &id, "rights")
        })
        .await
}

fn back(title: &Title) -> SeeOther {
    SeeOther::to(format!("{}/rights", address(&title.id)))
}

async fn page(visit: &Visit, title: &Title, form: &Form) -> Answer<Page> {
    let id = title.id.clone();
    let windows = visit.read(move |view| rights::of(view, &id)).await?;
    let body = html! {
        (table(visit, title, &windows))
        (parts::titled_card(visit.say("Open a window", "新增权利窗口"), window_form(visit, title, form)))
    };
    Ok(side(visit, title, Side::Rights, body).status(form.status()))
}

fn table(visit: &Visit, title: &Title, windows: &[Window]) -> Markup {
    let columns = [
        Column::new(visit.say("Holder", "权利方"), Kind::Text),
        Column::new(visit.say("Territory", "地区"), Kind::Text),
        Column::new(visit.say("Medium", "媒介"), Kind::Text),
        Column::new(visit.say("Kind", "类型"), Kind::Text),
        Column::new(visit.say("From", "开始"), Kind::Date),
        Column::new(visit.say("To", "结束"), Kind::Date),
        Column::new(visit.say("Change the end", "修改结束日期"), Kind::Text),
    ];
    let rows = windows.iter().map(|window| row(visit, title, window)).collect();
    Table::new(visit.say("Rights windows", "权利窗口"), &columns, rows)
        .empty(visit.say(
            "No window yet: the title may be shown nowhere.",
            "还没有权利窗口，影片不能在任何地方放映。",
        ))
        .render(visit.lang)
}

fn row(visit: &Visit, title: &Title, window: &Window) -> Vec<Cell> {
    let (starts, ends) = (window.starts_on.to_string(), window.ends_on.map(|day| day.to_string()));
    let action = format!("{}/rights/{}/end", address(&title.id), window.id);
    let end_form = html! {
        form class="press" method="post" action=(action) {
            input type="date" name="last_on" value=[ends.as_deref()] aria-label=(visit.say("Last day", "最后一天"));
            button class="button quiet small" type="submit" { (visit.say("Set", "设定")) }
        }
    };
    let kind =
        if window.exclusive { visit.say("Exclusive", "独家") } else { visit.say("Shared", "非独家") };
    vec![
        Cell::text(&window.holder),
        Cell::text(&window.territory),
        Cell::text(window.medium.words().in_(visit.lang)),
        Cell::text(kind),
        Cell::date(&starts, &starts),
        ends.map_or_else(Cell::none, |day| Cell::date(&day, &day)),
        Cell::markup(end_form, &starts),
    ]
}

fn window_form(visit: &Visit, title: &Title, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let words = Medium::ALL.map(|medium| (medium.code(), medium.words()));
    let media: Vec<(&str, &str)> = words.iter().map(|(code, words)| (*code, words.in_(visit.lang))).collect();
    let fields = html! {
        (Field { required: true, ..field("holder", "Holder", "权利方") }.input())
        (parts::grid(2, html! {
            (Field { required: true, hint: visit.say("Two letters of ISO 3166; WW is the world.", "ISO 3166 两位代码；WW 为全球。"), ..field("territory", "Territory", "地区") }.input())
            (field("medium", "Medium", "媒介").select(&media))
        }))
        (parts::grid(2, html! {
            (Field { required: true, kind: "date", ..field("starts_on", "First day", "第一天") }.input())
            (Field { kind: "date", hint: visit.say("Open-ended when left empty.", "留空为长期。"), ..field("ends_on", "Last day", "最后一天") }.input())
        }))
        (field("exclusive", "Exclusive", "独家").checkbox(form.ticked("exclusive")))
    };
    let action = format!("{}/rights", address(&title.id));
    form.render(visit.lang, &action, visit.say("Open the window", "添加"), fields)
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn an_exclusive_window_stands_alone() {
        let town = Town::new();
        let (address, ann) = town.title("ann").await;
        let path = format!("{address}/rights");
        let window = [
            ("holder", "Lantern"),
            ("territory", "CN"),
            ("medium", "cinema"),
            ("starts_on", "2016-12-23"),
            ("exclusive", "yes"),
        ];
        assert_eq!(ann.post(&path, &window).await.status, StatusCode::SEE_OTHER);
        let clash = ann.post(&path, &window).await;
        assert_eq!(clash.status, StatusCode::CONFLICT);
        assert!(clash.text.contains("starts_on-error") && clash.text.contains("Lantern"));

        let id = clash.value_after(&format!("action=\"{path}/"), "");
        let id = id.split('/').next().unwrap_or_default();
        let ended = ann.post(&format!("{path}/{id}/end"), &[("last_on", "2017-03-31")]).await;
        assert_eq!(ended.location(), path);
        assert!(ann.get(&path).await.text.contains("2017-03-31"));
        let never = ann.post(&format!("{path}/{id}/end"), &[("last_on", "never")]).await;
        assert!(never.text.contains("is not a day"));
    }
}
