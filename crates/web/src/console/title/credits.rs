//! Who made the title, one a line, and what it is called elsewhere.

use super::{Side, address, changed, find, names, side};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::visit::{StudioStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use kernel::{Refusal, Result, Words};
use maud::html;
use titles::Title;
use titles::credits::{self, Credit, Job};

pub async fn show(visit: Visit, staff: StudioStaff, Path(id): Path<String>) -> Answer<Page> {
    let title = find(&visit, &staff, &id).await?;
    page(&visit, &title, None, Form::blank()).await
}

pub async fn save(visit: Visit, staff: StudioStaff, Path(id): Path<String>, form: Form) -> Answer {
    let title = find(&visit, &staff, &id).await?;
    match replace(&visit, &title, &form).await {
        Ok(()) => {
            let onward = SeeOther::to(format!("{}/credits", address(&title.id)));
            Ok(onward.saying("The credits are kept.", "主创信息已保存。").into_response())
        }
        Err(error) => {
            Ok(page(&visit, &title, Some(form.refused(error)?), Form::blank()).await?.into_response())
        }
    }
}

async fn replace(visit: &Visit, title: &Title, form: &Form) -> Result<()> {
    let (id, list) = (title.id.clone(), read(form.text("credits"))?);
    visit
        .write(&id.clone(), move |scene| {
            credits::replace(scene.tx, &id, &list)?;
            changed(scene, &id, "credits")
        })
        .await
}

/// `director | Zhang Jiajia | 张嘉佳`, one a line.
fn read(text: &str) -> Result<Vec<Credit>, Refusal> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| read_line(line).ok_or_else(|| bad_line(line))).collect()
}

fn read_line(line: &str) -> Option<Credit> {
    let mut parts = line.split('|').map(str::trim);
    let job = parts.next()?.to_lowercase();
    let job = Job::parse(&job).or_else(|| Job::ALL.into_iter().find(|known| known.words().zh == job))?;
    let (en, zh) = (parts.next()?, parts.next().unwrap_or_default());
    parts.next().is_none().then(|| Credit { job, name: Words::new(en, zh) })
}

fn bad_line(line: &str) -> Refusal {
    let line: String = line.chars().take(40).collect();
    Refusal::field(
        "credits",
        "bad_credit",
        format!("“{line}” does not read as: job | English name | Chinese name."),
        format!("“{line}”不符合“职务 | 英文名 | 中文名”的写法。"),
    )
}

fn write(list: &[Credit]) -> String {
    list.iter()
        .map(|credit| format!("{} | {} | {}\n", credit.job.code(), credit.name.en, credit.name.zh))
        .collect()
}

/// The page of credits and names; one of the two forms may have been refused.
pub(super) async fn page(visit: &Visit, title: &Title, refused: Option<Form>, name: Form) -> Answer<Page> {
    let id = title.id.clone();
    let (list, others) =
        visit.read(move |view| Ok((credits::of(view, &id)?, titles::names::of(view, &id)?))).await?;
    let form = refused.unwrap_or_else(|| Form::filled([("credits", write(&list))]));
    let jobs = Job::ALL.map(Job::code).join(", ");
    let hint = match visit.lang {
        kernel::Lang::En => format!("One a line: job | English name | Chinese name. Jobs: {jobs}."),
        kernel::Lang::Zh => format!("每行一条：职务 | 英文名 | 中文名。职务：{jobs}，也可写中文。"),
    };
    let field = Field { hint: &hint, ..form.field(visit.lang, "credits", visit.say("Credits", "主创")) };
    let action = format!("{}/credits", address(&title.id));
    let status = if form.status().is_success() { name.status() } else { form.status() };
    let body = parts::grid(
        2,
        html! {
            (parts::titled_card(visit.say("Credits", "主创"), form.render(visit.lang, &action, visit.say("Keep the credits", "保存主创"), field.textarea(12))))
            (parts::titled_card(visit.say("Names elsewhere", "其他语言的片名"), names::card(visit, title, &others, &name)))
        },
    );
    Ok(side(visit, title, Side::Credits, body).status(status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[test]
    fn credits_read_back_as_they_are_written() {
        let list = read("Director | Zhang Jiajia | 张嘉佳\n\n主演 | Tony Leung | 梁朝伟\ncomposer|Somebody")
            .expect("credits");
        assert_eq!(
            list.iter().map(|credit| credit.job).collect::<Vec<_>>(),
            [Job::Director, Job::Cast, Job::Composer]
        );
        assert_eq!(read(&write(&list)), Ok(list));
        for bad in ["director", "boss | A | B", "cast | A | B | C"] {
            assert_eq!(read(bad).err().and_then(|no| no.field), Some("credits"), "{bad}");
        }
    }

    #[tokio::test]
    async fn credits_are_kept() {
        let town = Town::new();
        let (address, ann) = town.title("ann").await;
        let path = format!("{address}/credits");
        let saved = ann.post(&path, &[("credits", "director | Zhang Jiajia | 张嘉佳")]).await;
        assert_eq!(saved.location(), path);
        assert!(ann.get(&path).await.text.contains("director | Zhang Jiajia | 张嘉佳"));
        let bad = ann.post(&path, &[("credits", "nonsense")]).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.text.contains("credits-error") && bad.text.contains(">nonsense</textarea>"));
    }
}
