//! Outside figures: what was imported, when and by whom, what was refused of it, and a form for the next file.

use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::look::table::{Cell, Column, Kind as Holds, Table};
use crate::upload::{self, Upload};
use crate::visit::{OperatorStaff, Visit};
use axum::response::IntoResponse;
use flows::{House, import_figures};
use kernel::ids::Id;
use kernel::{Error, Lang, PersonId, Refusal, Result};
use market::imports::{self, Import, Kind};
use market::learned::Change;
use market::table::Packed;
use maud::{Markup, html};
use std::collections::HashMap;
use std::sync::Arc;

pub async fn list(visit: Visit, _: OperatorStaff) -> Answer<Page> {
    page(&visit, &Form::blank()).await
}

pub async fn bring_in(visit: Visit, _: OperatorStaff, upload: Upload) -> Answer {
    let form = Form::filled([("kind", upload.text("kind"))]);
    match take(&visit, upload).await {
        Ok(change) => {
            let Change { added, corrected, unchanged } = change;
            let onward = SeeOther::to("/console/market/imports");
            let onward = onward.saying(
                format!("Imported: {added} new, {corrected} corrected, {unchanged} known already."),
                format!("已导入：新增 {added}，更正 {corrected}，已有 {unchanged}。"),
            );
            Ok(onward.into_response())
        }
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

/// Reads the file beside the pages' own threads, then stores it.
async fn take(visit: &Visit, upload: Upload) -> Result<Change> {
    let kind = match upload.text("kind") {
        "" => None,
        code => Some(Kind::parse(code)?),
    };
    if upload.name.is_empty() {
        return Err(Refusal::field("file", "no_file", "Please choose a file.", "请选择文件。").into());
    }
    let read = move || import_figures::read(&Packed::read(&upload.name, upload.bytes.as_slice())?, kind);
    let prepared = tokio::task::spawn_blocking(read).await.map_err(Error::from)?;
    let prepared = prepared.map_err(|refusal| Refusal { field: Some("file"), ..refusal })?;
    let prepared = Arc::new(prepared);
    let story = move |scene: &mut flows::Scene| import_figures::bring_in(scene, &prepared, &|_| ());
    Ok(visit.write(&House::lane(), story).await?.1)
}

async fn page(visit: &Visit, form: &Form) -> Answer<Page> {
    let (all, names) = visit
        .read(|view| {
            let all = imports::all(view)?;
            let mut names: HashMap<String, String> = HashMap::new();
            for import in &all {
                if let Ok(id) = PersonId::parse(&import.actor)
                    && !names.contains_key(&import.actor)
                    && let Some(person) = people::persons::any(view, &id)?
                {
                    names.insert(import.actor.clone(), person.name);
                }
            }
            Ok((all, names))
        })
        .await?;
    let body = html! {
        (parts::heading(visit.say("Imported figures", "导入的数据"), visit.say("Charts, film facts and cinemas from outside, which the forecasts learn from. The same file twice changes nothing; a corrected figure is kept beside the earlier one.", "来自外部的榜单、影片资料和影院名录，供预测学习。同一文件重复导入不会有变化；更正后的数字与原数字一并保留。"), html! {}))
        (table(visit, &all, &names))
        (refusals(visit, &all))
        (parts::titled_card(visit.say("Import a file", "导入文件"), file_form(visit, form)))
    };
    Ok(Page::console(visit.say("Imported figures", "导入的数据"), body).status(form.status()))
}

fn table(visit: &Visit, all: &[Import], names: &HashMap<String, String>) -> Markup {
    let columns = [
        Column::new(visit.say("File", "文件"), Holds::Text),
        Column::new(visit.say("Kind", "种类"), Holds::Text),
        Column::new(visit.say("When", "时间"), Holds::Date),
        Column::new(visit.say("By", "操作人"), Holds::Text),
        Column::new(visit.say("Days", "日期"), Holds::Text),
        Column::new(visit.say("Rows", "行"), Holds::Number),
        Column::new(visit.say("New", "新增"), Holds::Number),
        Column::new(visit.say("Corrected", "更正"), Holds::Number),
        Column::new(visit.say("Refused", "拒绝"), Holds::Number),
    ];
    let row = |one: &Import| {
        let by = names.get(&one.actor).map_or(visit.say("the command line", "命令行"), String::as_str);
        let days = one.first.zip(one.last).map_or(String::new(), |(first, last)| format!("{first} – {last}"));
        vec![
            Cell::text(&one.file),
            Cell::text(&one.kind),
            Cell::date(&one.at.rfc3339(), &one.at.say(&visit.home.zone, visit.lang)),
            Cell::text(by),
            Cell::text(&days),
            Cell::number(one.rows),
            Cell::number(one.added),
            Cell::number(one.corrected),
            Cell::number(one.refused),
        ]
    };
    Table::new(visit.say("Imports", "导入记录"), &columns, all.iter().map(row).collect())
        .empty(visit.say(
            "Nothing was imported yet. The shipped model knows mainland China up to 2014; a newer chart makes it better.",
            "还没有导入过数据。自带模型只了解 2014 年前的中国内地市场；导入更新的榜单会更准。",
        ))
        .filtered()
        .render(visit.lang)
}

/// What was refused, file by file, to be read and mended.
fn refusals(visit: &Visit, all: &[Import]) -> Markup {
    html! {
        @for one in all.iter().filter(|one| !one.refusals.is_empty()) {
            details class="card" {
                summary { (one.file) " · " (visit.say("refused or unknown", "拒绝或未知")) " " (one.refused + one.unknown_cells) }
                ul class="stack" { @for words in &one.refusals { li { (words.in_(visit.lang)) } } }
            }
        }
    }
}

fn file_form(visit: &Visit, form: &Form) -> Markup {
    let kinds = Kind::all().into_iter().filter(|kind| !matches!(kind, Kind::MovieLens));
    let mut choices = vec![("", visit.say("as its header says", "按表头识别"))];
    choices.extend(kinds.map(|kind| (kind.code(), kind.code())));
    let megabytes = upload::BYTES_MAX >> 20;
    let hint = match visit.lang {
        Lang::En => format!("CSV, plain or gzipped, at most {megabytes} MB."),
        Lang::Zh => format!("CSV，可用 gzip 压缩，最大 {megabytes} MB。"),
    };
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let fields = html! {
        (Field { kind: "file", hint: &hint, required: true, ..field("file", "File", "文件") }.input())
        (field("kind", "What it is", "种类").select(&choices))
    };
    let error = form.error(visit.lang, &fields);
    parts::Form {
        action: "/console/market/imports",
        error,
        submit: visit.say("Import", "导入"),
        has_file: true,
        ..parts::Form::default()
    }
    .render(visit.lang, fields)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Answer, Browser, Town};
    use axum::http::StatusCode;
    use kernel::Role;

    const CHART: &str = "date,rank,movieCd,movieNm,openDt,salesAmt,audiCnt,audiAcc,scrnCnt,showCnt,src\n\
        2020-01-01,1,11,강,2019-12-31,5000,500,900,50,200,x\n";

    async fn send(browser: &Browser, name: &str, kind: &str, text: &str) -> Answer {
        browser.upload("/console/market/imports", &[("kind", kind)], (name, text.as_bytes())).await
    }

    #[tokio::test]
    async fn an_operator_imports_a_chart_and_sees_what_came_of_it() {
        let town = Town::new();
        let operator = town.operator().await;
        assert!(operator.get("/console/market/imports").await.text.contains("Nothing was imported yet"));
        let sent = send(&operator, "korea.csv", "", CHART).await;
        assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, "/console/market/imports"));
        let page = operator.get("/console/market/imports").await.text;
        assert!(
            page.contains("korea.csv") && page.contains("korea_daily") && page.contains("operator"),
            "{page}"
        );
        assert!(operator.get("/console/market").await.text.contains("href=\"/console/market/imports\""));
        let zh = operator.get("/console/market/imports?lang=zh").await.text;
        assert!(zh.contains("导入的数据") && zh.contains("更正"));
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_is_refused_beside_its_field() {
        let town = Town::new();
        let operator = town.operator().await;
        for (name, kind, text, said) in [
            ("x.csv", "", "a,b\n1,2\n", "none of the files that are understood"),
            ("x.csv", "us_daily", CHART, "is not a us_daily chart"),
            ("x.csv", "songs", CHART, "not a kind of file that can be imported"),
            ("", "", "", "Please choose a file."),
            ("x.csv", "", &CHART.replace("5000", "-5"), "Line 2 of “x.csv”: salesAmt is “-5”"),
        ] {
            let answer = send(&operator, name, kind, text).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
            assert!(answer.text.contains(said), "{}", answer.text);
        }
        let plain = operator.post("/console/market/imports", &[("kind", "")]).await;
        assert_eq!(plain.status, StatusCode::UNPROCESSABLE_ENTITY);
        let large = " ".repeat(super::upload::BYTES_MAX as usize + 1);
        assert!(send(&operator, "x.csv", "", &large).await.text.contains("more than 32 MB"));
    }

    #[tokio::test]
    async fn imports_are_the_operators() {
        let town = Town::new();
        let (_, studio) = town.staff("ann", Role::Studio).await;
        assert_eq!(studio.get("/console/market/imports").await.status, StatusCode::FORBIDDEN);
        assert!(!studio.get("/console/market").await.text.contains("/console/market/imports"));
        assert_eq!(send(&studio, "x.csv", "", CHART).await.status, StatusCode::FORBIDDEN);
    }
}
