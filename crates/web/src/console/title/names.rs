//! What the title is called in other languages.

use super::{address, changed, credits, find};
use crate::answer::{Answer, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field, Weight};
use crate::visit::{StudioStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use kernel::Result;
use maud::{Markup, html};
use titles::Title;
use titles::names::{self, Name};

pub async fn save(visit: Visit, staff: StudioStaff, Path(id): Path<String>, form: Form) -> Answer {
    let title = find(&visit, &staff, &id).await?;
    match put(&visit, &title, &form).await {
        Ok(()) => Ok(back(&title).saying("The name is kept.", "译名已保存。").into_response()),
        Err(error) => Ok(credits::page(&visit, &title, None, form.refused(error)?).await?.into_response()),
    }
}

async fn put(visit: &Visit, title: &Title, form: &Form) -> Result<()> {
    let (id, name) =
        (title.id.clone(), Name { lang: form.text("lang").into(), name: form.text("name").into() });
    visit
        .write(&id.clone(), move |scene| {
            names::put(scene.tx, &id, &name)?;
            changed(scene, &id, "names")
        })
        .await
}

pub async fn remove(visit: Visit, staff: StudioStaff, Path((id, lang)): Path<(String, String)>) -> Answer {
    let title = find(&visit, &staff, &id).await?;
    let id = title.id.clone();
    visit
        .write(&id.clone(), move |scene| {
            if names::remove(scene.tx, &id, &lang)? {
                changed(scene, &id, "names")?;
            }
            Ok(())
        })
        .await?;
    Ok(back(&title).saying("The name is gone.", "译名已删除。").into_response())
}

fn back(title: &Title) -> SeeOther {
    SeeOther::to(format!("{}/credits", address(&title.id)))
}

pub(super) fn card(visit: &Visit, title: &Title, names: &[Name], form: &Form) -> Markup {
    let action = format!("{}/names", address(&title.id));
    let lang = form.field(visit.lang, "lang", visit.say("Language", "语言"));
    let name = form.field(visit.lang, "name", visit.say("Name", "片名"));
    let fields = html! {
        (Field { required: true, hint: visit.say("A tag such as fr, ja or zh-Hant-HK.", "例如 fr、ja、zh-Hant-HK。"), ..lang }.input())
        (Field { required: true, ..name }.input())
    };
    html! {
        ul { @for name in names {
            li {
                span lang=(name.lang) { (name.name) } " " (parts::badge(&name.lang)) " "
                (parts::press(Weight::Grave, &format!("{action}/{}/removal", name.lang), &[], visit.say("Remove", "删除")))
            }
        } }
        (form.render(visit.lang, &action, visit.say("Keep the name", "保存译名"), fields))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn names_come_and_go() {
        let town = Town::new();
        let (address, ann) = town.title("ann").await;
        ann.post(&format!("{address}/names"), &[("lang", "fr"), ("name", "Le Passeur")]).await;
        assert!(ann.get(&format!("{address}/credits")).await.text.contains("Le Passeur"));
        ann.post(&format!("{address}/names/fr/removal"), &[]).await;
        assert!(!ann.get(&format!("{address}/credits")).await.text.contains("Le Passeur"));
        let bad = ann.post(&format!("{address}/names"), &[("lang", "french!"), ("name", "Le Passeur")]).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.text.contains("lang-error") && bad.text.contains("value=\"Le Passeur\""));
    }
}
