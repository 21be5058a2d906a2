//! One title: how it stands, and the form that changes it. Its other sides have files of their own.

pub mod budget;
pub mod costs;
pub mod credits;
pub mod dates;
pub mod names;
pub mod on_sale;
pub mod rights;

use super::slate::{address, changed, draft, fields, status};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Weight};
use crate::visit::{StudioStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::views::recommendations::Lead;
use kernel::ids::Id;
use kernel::{Instant, Refusal, Result, TitleId};
use maud::{Markup, html};
use titles::Title;

/// Leads that the page names.
const LEADS: usize = 6;

/// A title of the studios that somebody works for.
async fn find(visit: &Visit, staff: &StudioStaff, id: &str) -> Result<Title> {
    let id = TitleId::parse(id)?;
    let found = visit.read(move |view| titles::any(view, &id)).await?;
    let title = found.ok_or_else(|| Refusal::not_found("title", "影片"))?;
    staff.check(&title.studio)?;
    Ok(title)
}

/// The sides of a title, as they stand in the tabs.
#[derive(Clone, Copy)]
enum Side {
    About,
    Credits,
    Budget,
    Costs,
    Rights,
    Dates,
    OnSale,
}

fn side(visit: &Visit, title: &Title, side: Side, body: Markup) -> Page {
    let about = address(&title.id);
    let [credits, budget, costs, rights, dates, on_sale] =
        ["credits", "budget", "costs", "rights", "dates", "on-sale"].map(|end| format!("{about}/{end}"));
    let tabs = [
        (about.as_str(), visit.say("About", "概况")),
        (credits.as_str(), visit.say("Credits and names", "主创与译名")),
        (budget.as_str(), visit.say("Budget", "预算")),
        (costs.as_str(), visit.say("Costs", "支出")),
        (rights.as_str(), visit.say("Rights", "版权")),
        (dates.as_str(), visit.say("Release day", "档期")),
        (on_sale.as_str(), visit.say("On-sale", "开售")),
    ];
    let edit = format!("{about}/edit");
    let name = title.name.in_(visit.lang);
    let body = html! {
        (parts::heading(name, &title.original_name, parts::link_button(Weight::Quiet, &edit, visit.say("Edit", "编辑"))))
        (parts::tabs(visit.say("Sides of the title", "影片的各方面"), &tabs, side as usize))
        (body)
    };
    Page::console(format!("{} · {name}", tabs[side as usize].1), body)
}

pub async fn show(visit: Visit, staff: StudioStaff, Path(id): Path<String>) -> Answer<Page> {
    let title = find(&visit, &staff, &id).await?;
    let text = |text: String| html! { @if text.is_empty() { span class="muted" { "–" } } @else { (text) } };
    let length = match title.runtime_minutes {
        0 => String::new(),
        minutes => crate::look::when::length(minutes as u32, visit.lang),
    };
    let rows = [
        (visit.say("Status", "状态"), status(&visit, title.status)),
        (
            visit.say("Premiere", "首映"),
            text(title.premiere.map(|day| day.in_full(visit.lang)).unwrap_or_default()),
        ),
        (visit.say("Length", "片长"), text(length)),
        (visit.say("Genre", "类型"), text(title.genre.clone())),
        (
            visit.say("Origin", "产地"),
            html! { (if title.domestic { visit.say("Domestic", "国产片") } else { visit.say("Imported", "进口片") }) },
        ),
        (visit.say("Address", "网址"), html! { "/films/" (title.slug) }),
        (visit.say("Synopsis", "简介"), text(title.synopsis.in_(visit.lang).to_owned())),
    ];
    let (recommender, id) = (visit.house.recommender(), title.id.clone());
    let leads = visit.read(move |_| Ok(recommender.leads(&id, LEADS))).await?;
    let opening = dates::opening(&visit, &title).await?;
    let body =
        html! { (parts::card(parts::definitions(&rows))) (opening) (who_will_want_it(&visit, &leads)) };
    Ok(side(&visit, &title, Side::About, body))
}

/// What to look for in people when an audience for the film is built, strongest first.
fn who_will_want_it(visit: &Visit, leads: &[Lead]) -> Markup {
    let note = visit.say(
        "People who took one of these are the likeliest to want the film next.",
        "买过或想要下列之一的人，最可能想看这部影片。",
    );
    html! {
        @if !leads.is_empty() {
            (parts::titled_card(visit.say("Who will want it", "谁会想看"), html! {
                p class="muted" { (note) }
                ol { @for lead in leads { li { (lead.name.in_(visit.lang)) } } }
            }))
        }
    }
}

pub async fn edit(visit: Visit, staff: StudioStaff, Path(id): Path<String>) -> Answer<Page> {
    let title = find(&visit, &staff, &id).await?;
    Ok(page(&visit, &title.id, &filled(&title)))
}

fn filled(title: &Title) -> Form {
    Form::filled([
        ("seen", title.updated_at.micros.to_string()),
        ("status", title.status.code().into()),
        ("original_name", title.original_name.clone()),
        ("name_en", title.name.en.clone()),
        ("name_zh", title.name.zh.clone()),
        ("synopsis_en", title.synopsis.en.clone()),
        ("synopsis_zh", title.synopsis.zh.clone()),
        ("genre", title.genre.clone()),
        ("runtime_minutes", title.runtime_minutes.to_string()),
        ("premiere", title.premiere.map(|day| day.to_string()).unwrap_or_default()),
        ("artwork", title.artwork.clone()),
        ("domestic", if title.domestic { "yes".into() } else { String::new() }),
    ])
}

pub async fn save(visit: Visit, staff: StudioStaff, Path(id): Path<String>, form: Form) -> Answer {
    let title = find(&visit, &staff, &id).await?;
    match change(&visit, &title.id, &form).await {
        Ok(()) => {
            Ok(SeeOther::to(address(&title.id)).saying("The change is kept.", "已保存。").into_response())
        }
        Err(error) => Ok(page(&visit, &title.id, &form.refused(error)?).into_response()),
    }
}

async fn change(visit: &Visit, id: &TitleId, form: &Form) -> Result<()> {
    let (id, draft) = (id.clone(), draft(form)?);
    let seen = Instant::from_micros(form.int("seen", 0..=i64::MAX)?);
    visit
        .write(&id.clone(), move |scene| {
            titles::edit(scene.tx, &scene.act, &id, seen, &draft)?;
            changed(scene, &id, "title")
        })
        .await
}

fn page(visit: &Visit, id: &TitleId, form: &Form) -> Page {
    let fields = html! {
        input type="hidden" name="seen" value=(form.text("seen"));
        (fields(visit, form))
    };
    let heading = visit.say("Edit the title", "编辑影片");
    let body = html! {
        (parts::heading(heading, "", html! {}))
        (form.render(visit.lang, &address(id), visit.say("Keep the change", "保存"), fields))
    };
    Page::console(heading, body).status(form.status())
}

#[cfg(test)]
mod tests {
    use crate::testing::{FERRYMAN, Town};
    use axum::http::StatusCode;

    #[tokio::test]
    async fn a_title_is_edited() {
        let town = Town::new();
        let (address, ann) = town.title("ann").await;
        let shown = ann.get(&address).await;
        assert!(
            shown.text.contains("摆渡人")
                && shown.text.contains("2 h 8 min")
                && shown.text.contains("/films/the-ferryman")
        );

        let form = ann.get(&format!("{address}/edit")).await;
        let seen = form.value_of("seen");
        let mut typed: Vec<_> = FERRYMAN.iter().filter(|(name, _)| *name != "genre").copied().collect();
        typed.extend([("genre", "romance"), ("seen", seen.as_str())]);
        let saved = ann.post(&address, &typed).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        assert!(ann.get(&address).await.text.contains("romance"));

        let stale = ann.post(&address, &typed).await;
        assert_eq!(stale.status, StatusCode::CONFLICT);
        assert!(stale.text.contains("while you were editing") && stale.text.contains("value=\"romance\""));
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_found() {
        let town = Town::new();
        let (_, ann) = town.title("ann").await;
        for path in ["/console/slate/ttl_none", "/console/slate/ttl_none/budget", "/console/slate/x'y/rights"]
        {
            assert_eq!(ann.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
