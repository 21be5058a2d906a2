//! The slate: a studio's titles, and the form that puts one on it.

use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, when};
use crate::visit::{StudioStaff, Visit};
use ::people::{Org, OrgKind, orgs};
use axum::response::IntoResponse;
use db::View;
use events::log;
use flows::{House, Scene};
use kernel::{Kind as RefusalKind, OrgId, Refusal, Result, TitleId};
use maud::{Markup, html};
use serde_json::json;
use titles::{Draft, Status, Title};

pub async fn list(visit: Visit, staff: StudioStaff) -> Answer<Page> {
    let (everywhere, studios) = (staff.is_operator(), staff.orgs);
    let slate = visit.read(move |view| slate_of(view, everywhere, &studios)).await?;
    let add = parts::link_button(Weight::Primary, "/console/slate/new", visit.say("Add a title", "新增影片"));
    let body = html! {
        (parts::heading(visit.say("Slate", "片单"), visit.say("Every title with how it stands.", "全部影片及其状态。"), add))
        @if slate.is_empty() {
            (parts::empty(
                visit.say("No title yet", "还没有影片"),
                visit.say("A title carries its credits, budget and rights from the first idea to the last window.", "从立项到最后一个窗口期，影片的主创、预算和版权都在这里。"),
                None,
            ))
        } @else {
            (table(&visit, &slate))
        }
    };
    Ok(Page::console(visit.say("Slate", "片单"), body))
}

fn slate_of(view: &View, everywhere: bool, studios: &[OrgId]) -> Result<Vec<Title>> {
    if everywhere {
        return titles::all(view);
    }
    let mut slate = Vec::new();
    for studio in studios {
        slate.extend(titles::of_studio(view, studio)?);
    }
    Ok(slate)
}

fn table(visit: &Visit, slate: &[Title]) -> Markup {
    let columns = [
        Column::new(visit.say("Title", "影片"), Kind::Text),
        Column::new(visit.say("Original name", "原片名"), Kind::Text),
        Column::new(visit.say("Status", "状态"), Kind::Text),
        Column::new(visit.say("Premiere", "首映"), Kind::Date),
        Column::new(visit.say("Length", "片长"), Kind::Number),
    ];
    let rows = slate.iter().map(|title| row(visit, title)).collect();
    Table::new(visit.say("Titles", "影片"), &columns, rows).filtered().render(visit.lang)
}

fn row(visit: &Visit, title: &Title) -> Vec<Cell> {
    let minutes = title.runtime_minutes.clamp(0, titles::RUNTIME_MINUTES_MAX) as u32;
    vec![
        Cell::link(&address(&title.id), title.name.in_(visit.lang)),
        Cell::text(&title.original_name),
        Cell::markup(status(visit, title.status), title.status.code()),
        title.premiere.map_or_else(Cell::none, |day| Cell::date(&day.to_string(), &day.in_full(visit.lang))),
        if minutes == 0 {
            Cell::none()
        } else {
            Cell::markup(html! { (when::length(minutes, visit.lang)) }, &minutes.to_string())
        },
    ]
}

pub(super) fn address(title: &TitleId) -> String {
    format!("/console/slate/{title}")
}

pub(super) fn status(visit: &Visit, status: Status) -> Markup {
    let tone = match status {
        Status::Released => Tone::Jade,
        Status::Announced => Tone::Lantern,
        Status::Withdrawn => Tone::Cinnabar,
        Status::Development | Status::Production | Status::PostProduction => Tone::Plain,
    };
    parts::pill(tone, status.words().in_(visit.lang))
}

pub async fn blank(visit: Visit, staff: StudioStaff) -> Answer<Page> {
    let form = Form::filled([("status", "development"), ("domestic", "yes"), ("runtime_minutes", "0")]);
    page(&visit, &staff, &form).await
}

pub async fn add(visit: Visit, staff: StudioStaff, form: Form) -> Answer {
    match make(&visit, &staff, &form).await {
        Ok(title) => {
            let onward = SeeOther::to(address(&title.id));
            Ok(onward.saying("The title is on the slate.", "影片已加入片单。").into_response())
        }
        Err(error) => Ok(page(&visit, &staff, &form.refused(error)?).await?.into_response()),
    }
}

async fn make(visit: &Visit, staff: &StudioStaff, form: &Form) -> Result<Title> {
    let studio: OrgId = form.id("studio")?;
    let mine = studios(visit, staff).await?;
    if !mine.iter().any(|org| org.id == studio) {
        return Err(not_your_studio().into());
    }
    let draft = draft(form)?;
    visit
        .write(&House::lane(), move |scene| {
            let title = titles::add(scene.tx, &mut scene.act, &studio, &draft)?;
            changed(scene, &title.id, "title")?;
            Ok(title)
        })
        .await
}

fn not_your_studio() -> Refusal {
    let refusal = Refusal::new(
        RefusalKind::Invalid,
        "not_your_studio",
        "Please choose one of your studios.",
        "请选择您所在的制片方。",
    );
    Refusal { field: Some("studio"), ..refusal }
}

/// Writes into the log that something of a title is new.
pub(super) fn changed(scene: &mut Scene, title: &TitleId, part: &str) -> Result<()> {
    let kind = events::Kind::TitleChanged;
    log::append(scene.tx, &mut scene.act, &House::lane(), kind, Some(title), title, json!({ "part": part }))
}

/// The studios for which somebody may add a title.
async fn studios(visit: &Visit, staff: &StudioStaff) -> Result<Vec<Org>> {
    let all = visit.read(|view| orgs::of_kind(view, OrgKind::Studio)).await?;
    Ok(all.into_iter().filter(|org| staff.may(&org.id)).collect())
}

async fn page(visit: &Visit, staff: &StudioStaff, form: &Form) -> Answer<Page> {
    let studios = studios(visit, staff).await?;
    let choices: Vec<(&str, &str)> =
        studios.iter().map(|org| (org.id.0.as_str(), org.name.in_(visit.lang))).collect();
    let fields = html! {
        (form.field(visit.lang, "studio", visit.say("Studio", "制片方")).select(&choices))
        (fields(visit, form))
    };
    let body = html! {
        (parts::heading(visit.say("A new title", "新影片"), "", html! {}))
        @if studios.is_empty() {
            (parts::alert(Tone::Lantern, visit.say("There is no studio yet. An operator adds one under People.", "还没有制片方，请运营者先在“人员”中添加。"), None))
        }
        (form.render(visit.lang, "/console/slate", visit.say("Put it on the slate", "加入片单"), fields))
    };
    Ok(Page::console(visit.say("A new title", "新影片"), body).status(form.status()))
}

/// What is asked about a title, when it is added and when it is edited.
pub(super) fn fields(visit: &Visit, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let words: Vec<_> = Status::ALL.map(|status| (status.code(), status.words())).into_iter().collect();
    let statuses: Vec<(&str, &str)> =
        words.iter().map(|(code, words)| (*code, words.in_(visit.lang))).collect();
    html! {
        (parts::grid(2, html! {
            (Field { required: true, ..field("name_en", "English name", "英文片名") }.input())
            (Field { required: true, ..field("name_zh", "Chinese name", "中文片名") }.input())
        }))
        (Field {
            hint: visit.say("As on the poster; the Chinese name when left empty.", "与海报一致，留空则用中文片名。"),
            ..field("original_name", "Original name", "原片名")
        }.input())
        (field("status", "Status", "状态").select(&statuses))
        (Field { kind: "date", ..field("premiere", "Premiere", "首映日期") }.input())
        (parts::grid(2, html! {
            (field("genre", "Genre", "类型").input())
            (Field {
                inputmode: Some("numeric"), unit: visit.say("min", "分钟"), hint: visit.say("0 while it is not known.", "未定填 0。"),
                ..field("runtime_minutes", "Length", "片长")
            }.input())
        }))
        (field("synopsis_en", "Synopsis in English", "英文简介").textarea(4))
        (field("synopsis_zh", "Synopsis in Chinese", "中文简介").textarea(4))
        (Field {
            hint: visit.say("Left empty, a picture is grown from the name.", "留空则根据片名自动生成。"),
            ..field("artwork", "Picture’s key", "图片代号")
        }.input())
        (field("domestic", "A domestic film", "国产片").checkbox(form.ticked("domestic")))
    }
}

pub(super) fn draft(form: &Form) -> Result<Draft, Refusal> {
    Ok(Draft {
        status: form.choice("status", Status::parse)?,
        original_name: form.text("original_name").into(),
        name: form.words("name"),
        synopsis: form.words("synopsis"),
        genre: form.text("genre").into(),
        runtime_minutes: form.int("runtime_minutes", 0..=titles::RUNTIME_MINUTES_MAX)?,
        premiere: form.maybe_day("premiere")?,
        artwork: form.text("artwork").into(),
        domestic: form.ticked("domestic"),
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::{FERRYMAN, Town};
    use axum::http::StatusCode;
    use kernel::Role;

    #[tokio::test]
    async fn a_studio_puts_a_title_on_its_slate() {
        let town = Town::new();
        let (studio, ann) = town.staff("ann", Role::Studio).await;
        let empty = ann.get("/console/slate").await;
        assert!(empty.text.contains("No title yet"));
        assert!(ann.get("/console/slate/new").await.text.contains(&studio.0));

        let mut typed = FERRYMAN.to_vec();
        typed.push(("studio", &studio.0));
        let answer = ann.post("/console/slate", &typed).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let list = ann.get("/console/slate").await;
        assert!(list.text.contains("The Ferryman") && list.text.contains("Announced"));

        let (_, ben) = town.staff("ben", Role::Studio).await;
        assert!(ben.get("/console/slate").await.text.contains("No title yet"));
        assert_eq!(ben.get(answer.location()).await.status, StatusCode::NOT_FOUND);
        let stolen = ben.post("/console/slate", &typed).await;
        assert!(stolen.text.contains("id=\"studio-error\""));
    }

    #[tokio::test]
    async fn what_was_typed_is_shown_again() {
        let town = Town::new();
        let (studio, ann) = town.staff("ann", Role::Studio).await;
        let mut typed = FERRYMAN.to_vec();
        typed.extend([("studio", studio.0.as_str())]);
        typed.retain(|(name, _)| *name != "runtime_minutes");
        typed.push(("runtime_minutes", "long"));
        let answer = ann.post("/console/slate", &typed).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.text.contains("id=\"runtime_minutes-error\"")
                && answer.text.contains("value=\"The Ferryman\"")
        );
    }
}
