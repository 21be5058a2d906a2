//! Outside figures: what was imported, when and by whom, what was refused of it, and a form for the next file. What a
//! circuit brought of its own is shown to it and to the operator alone.

pub(crate) mod bringing;

use crate::answer::{Answer, Page};
use crate::form::Form;
use crate::look::Tone;
use crate::look::parts::{self, Field};
use crate::look::table::{Cell, Column, Kind as Holds, Table};
use crate::upload::{self, Upload};
use crate::visit::{OperatorStaff, Visit};
use ::people::{OrgKind, orgs};
use axum::response::IntoResponse;
use bringing::Wanted;
use db::View;
use flows::learn_market::{self, Standing};
use kernel::ids::Id;
use kernel::{Day, Lang, OrgId, PersonId, Refusal, Result, Words};
use market::imports::{self, Import, Kind};
use maud::{Markup, html};
use std::collections::{BTreeMap, HashMap};

const PAGE: &str = "/console/market/imports";

pub async fn list(visit: Visit, _: OperatorStaff) -> Answer<Page> {
    page(&visit, &Form::blank()).await
}

pub async fn bring_in(visit: Visit, _: OperatorStaff, upload: Upload) -> Answer {
    let form = Form::filled([("kind", upload.text("kind")), ("circuit", upload.text("circuit"))]);
    match take(&visit, upload).await {
        Ok(answer) => Ok(answer),
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

async fn take(visit: &Visit, upload: Upload) -> Result<axum::response::Response> {
    let kind = match upload.text("kind") {
        "" => None,
        code => Some(Kind::parse(code)?),
    };
    let circuit = match upload.text("circuit") {
        "" => None,
        id => Some(circuit(visit, id).await?),
    };
    bringing::bring_in(visit, upload, Wanted { desk: None, kind, circuit, page: PAGE.to_owned() }).await
}

async fn circuit(visit: &Visit, id: &str) -> Result<OrgId> {
    let unknown =
        || Refusal::field("circuit", "bad_choice", "Please choose one of the list.", "请从列表中选择。");
    let id = OrgId::parse(id).map_err(|_| unknown())?;
    let org = visit.read(move |view| orgs::any(view, &id)).await?;
    Ok(org.filter(|org| org.kind == OrgKind::Cinema).ok_or_else(unknown)?.id)
}

/// Who brought these files, by what their imports call them.
pub(crate) fn actors(view: &View, all: &[Import]) -> Result<HashMap<String, String>> {
    let mut names: HashMap<String, String> = HashMap::new();
    for import in all {
        if let Ok(id) = PersonId::parse(&import.actor)
            && !names.contains_key(&import.actor)
            && let Some(person) = people::persons::any(view, &id)?
        {
            names.insert(import.actor.clone(), person.name);
        }
    }
    Ok(names)
}

async fn page(visit: &Visit, form: &Form) -> Answer<Page> {
    let house = visit.house.clone();
    let (all, names, circuits, standing) = visit
        .read(move |view| {
            let all = imports::all(view)?;
            let names = actors(view, &all)?;
            let standing = learn_market::standing(&house, view)?;
            Ok((all, names, orgs::of_kind(view, OrgKind::Cinema)?, standing))
        })
        .await?;
    let circuits: BTreeMap<OrgId, Words> = circuits.into_iter().map(|org| (org.id, org.name)).collect();
    let body = html! {
        (parts::heading(visit.say("Imported figures", "导入的数据"), visit.say("Charts, film facts and cinemas from outside, which the forecasts learn from, and what circuits showed before they joined. The same file twice changes nothing; a corrected figure is kept beside the earlier one.", "来自外部的榜单、影片资料和影院名录，供预测学习，以及院线加入前的历史场次。同一文件重复导入不会有变化；更正后的数字与原数字一并保留。"), html! {}))
        div class="stack" {
            (bringing::under_way(visit, &None, PAGE))
            (parts::titled_card(visit.say("Import a file", "导入文件"), file_form(visit, form, &circuits)))
            div id="imports" class="stack" data-fresh {
                @if let Some(said) = learning(visit, &standing) { (parts::alert(Tone::Plain, said, None)) }
                (table(visit, &all, &names, Some(&circuits)))
                (refusals(visit, &all))
            }
        }
    };
    Ok(Page::console(visit.say("Imported figures", "导入的数据"), body).status(form.status()))
}

/// What becomes of the home market's chart, until forecasts are made with it.
fn learning<'a>(visit: &Visit, standing: &'a Standing) -> Option<&'a str> {
    match standing {
        Standing::NoChart | Standing::Learned => None,
        Standing::BeingLearned => Some(visit.say(
            "The chart of the home market is being learned, which takes a few minutes; forecasts in release are made with it from then on.",
            "正在学习本地市场的榜单，需要几分钟；完成后上映预测将以此为据。",
        )),
        Standing::Refused(refusal) => Some(refusal.say.in_(visit.lang)),
    }
}

/// A table of imports; with the names of circuits it says what each file is and whose.
pub(crate) fn table(
    visit: &Visit,
    all: &[Import],
    names: &HashMap<String, String>,
    circuits: Option<&BTreeMap<OrgId, Words>>,
) -> Markup {
    let mut columns = vec![
        Column::new(visit.say("File", "文件"), Holds::Text),
        Column::new(visit.say("New", "新增"), Holds::Number),
        Column::new(visit.say("Corrected", "更正"), Holds::Number),
        Column::new(visit.say("Refused", "拒绝"), Holds::Number),
        Column::new(visit.say("Rows", "行"), Holds::Number),
        Column::new(visit.say("Days", "日期"), Holds::Text),
        Column::new(visit.say("When", "时间"), Holds::Date),
        Column::new(visit.say("By", "操作人"), Holds::Text),
    ];
    if circuits.is_some() {
        columns.push(Column::new(visit.say("Circuit", "院线"), Holds::Text));
    }
    let row = |one: &Import| {
        let by = names.get(&one.actor).map_or(visit.say("the command line", "命令行"), String::as_str);
        let days = one.first.zip(one.last).map_or(String::new(), |days| between(days, visit.lang));
        let kind = circuits.map(|_| kind_words(&one.kind));
        let file = html! {
            span class="file-name" { (one.file) }
            @if let Some(kind) = &kind { br; span class="muted" { (kind.in_(visit.lang)) } }
        };
        let mut cells = vec![
            Cell::markup(file, &one.file),
            Cell::number(one.added),
            Cell::number(one.corrected),
            Cell::number(one.refused),
            Cell::number(one.rows),
            Cell::text(&days),
            Cell::date(&one.at.rfc3339(), &one.at.say(&visit.home.zone, visit.lang)),
            Cell::text(by),
        ];
        if let Some(circuits) = circuits {
            let whose = one.circuit.as_ref().and_then(|org| circuits.get(org));
            cells.push(whose.map_or_else(Cell::none, |name| Cell::text(name.in_(visit.lang))));
        }
        cells
    };
    let empty = match circuits {
        Some(_) => visit.say(
            "Nothing was imported yet. The shipped model knows mainland China up to 2014; a newer chart makes it better.",
            "还没有导入过数据。自带模型只了解 2014 年前的中国内地市场；导入更新的榜单会更准。",
        ),
        None => visit.say("Nothing was brought yet.", "还没有导入过历史场次。"),
    };
    Table::new(visit.say("Imports", "导入记录"), &columns, all.iter().map(row).collect())
        .empty(empty)
        .filtered()
        .render(visit.lang)
}

/// `Sat 1 Jan 2011 – Tue 30 Sep 2014`; one day alone is said once.
pub(crate) fn between((first, last): (Day, Day), lang: Lang) -> String {
    match first == last {
        true => first.in_full(lang),
        false => format!("{} – {}", first.in_full(lang), last.in_full(lang)),
    }
}

/// What a kind is called; one that this version does not know by its code.
fn kind_words(code: &str) -> Words {
    Kind::parse(code).map_or_else(|_| Words::new(code, code), Kind::words)
}

/// What was refused, file by file, to be read and mended.
pub(crate) fn refusals(visit: &Visit, all: &[Import]) -> Markup {
    html! {
        @for one in all.iter().filter(|one| !one.refusals.is_empty()) {
            details class="card" {
                summary { (one.file) " · " (visit.say("refused or unknown", "拒绝或未知")) " " (one.refused + one.unknown_cells) }
                ul class="stack" { @for words in &one.refusals { li { (words.in_(visit.lang)) } } }
            }
        }
    }
}

/// What a file may be, and how large.
pub(crate) fn size_hint(visit: &Visit) -> String {
    let megabytes = upload::BYTES_MAX >> 20;
    match visit.lang {
        Lang::En => format!("CSV, plain or gzipped, at most {megabytes} MB."),
        Lang::Zh => format!("CSV，可用 gzip 压缩，最大 {megabytes} MB。"),
    }
}

fn file_form(visit: &Visit, form: &Form, circuits: &BTreeMap<OrgId, Words>) -> Markup {
    let kinds = Kind::all().into_iter().filter(|kind| !matches!(kind, Kind::MovieLens));
    let kinds: Vec<(&str, Words)> = kinds.map(|kind| (kind.code(), kind.words())).collect();
    let mut choices = vec![("", visit.say("as its header says", "按表头识别"))];
    choices.extend(kinds.iter().map(|(code, words)| (*code, words.in_(visit.lang))));
    let hint = size_hint(visit);
    let nobodys = visit.say("it is not showings", "不是场次");
    let mut whose = vec![("", nobodys)];
    whose.extend(circuits.iter().map(|(id, name)| (id.0.as_str(), name.in_(visit.lang))));
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let fields = html! {
        (Field { kind: "file", hint: &hint, required: true, ..field("file", "File", "文件") }.input())
        (field("kind", "What it is", "种类").select(&choices))
        (field("circuit", "Whose showings, if it is showings", "若为历史场次，属于哪条院线").select(&whose))
    };
    let error = form.error(visit.lang, &fields);
    parts::Form {
        action: PAGE,
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
            page.contains("korea.csv")
                && page.contains("Daily chart of South Korea")
                && page.contains("operator"),
            "{page}"
        );
        assert!(page.contains("Wed 1 Jan 2020") && !page.contains("2020-01-01 "), "{page}");
        assert!(!page.contains("is being learned"), "films at home are not forecast with it\n{page}");
        let home = "date,movie_id,title,releaseTime,box_wan,show_share\n2020-01-01,1,片,2020-01-01,90.5,20\n";
        send(&operator, "china.csv", "", home).await;
        let page = operator.get("/console/market/imports").await.text;
        assert!(page.contains("The chart of the home market is being learned"), "{page}");
        assert!(operator.get("/console/market").await.text.contains("href=\"/console/market/imports\""));
        let zh = operator.get("/console/market/imports?lang=zh").await.text;
        assert!(zh.contains("导入的数据") && zh.contains("韩国日票房榜") && !zh.contains(">korea_daily<"));
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

    /// A chart of so many films on one day.
    fn large(films: usize) -> String {
        let line =
            |i: usize| format!("2020-01-01,{},{i},片{i},2019-12-31,5000,500,900,50,200,x\n", i % 10_000 + 1);
        let head = CHART.lines().next().expect("a head").to_owned() + "\n";
        (1..=films).fold(head, |text, i| text + &line(i))
    }

    /// Nothing, or all of it.
    async fn counted(town: &Town) -> (i64, i64) {
        let counted = town.house.read(|view| {
            view.one("select (select count(*) from learned), (select count(*) from imported_file)", &[])
        });
        counted.await.expect("a count")
    }

    /// Until the page tells of a file that it is on its way.
    async fn under_way(operator: &Browser, name: &str) {
        while !operator.get("/console/market/imports").await.text.contains(name) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    #[tokio::test]
    async fn a_file_whose_sender_goes_is_whole_or_not_there() {
        let town = Town::new();
        let operator = town.operator().await;
        // Half of it arrived: what was sent is no form with a file.
        let cut = operator.cut_upload("/console/market/imports", ("x.csv", large(50).as_bytes())).await;
        assert_eq!(cut.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(counted(&town).await, (0, 0));
        // All of it arrived, and its sender goes while it is stored: it is stored.
        let text = large(400);
        let (go_on, held) = std::sync::mpsc::channel::<()>();
        let (begins, mut begun) = tokio::sync::mpsc::unbounded_channel();
        let house = town.house.clone();
        let writer = tokio::spawn(async move {
            let story = move |_: &mut flows::Scene| {
                let _ = begins.send(());
                let _ = held.recv();
                Ok(())
            };
            house.write(&flows::House::lane(), kernel::Actor::System, story).await
        });
        begun.recv().await.expect("somebody else writes");
        tokio::select! {
            _ = send(&operator, "large.csv", "", &text) => panic!("nothing is stored while somebody else writes"),
            () = under_way(&operator, "large.csv") => {}
        }
        let while_it_runs = operator.get("/console/market/imports").await.text;
        assert!(while_it_runs.contains("data-again"), "the page asks again by itself\n{while_it_runs}");
        go_on.send(()).expect("the writer waits");
        writer.await.expect("a thread").expect("written");
        for _ in 0..600 {
            if counted(&town).await.1 == 1 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let (learned, files) = counted(&town).await;
        assert!(files == 1 && learned >= 400, "{learned} {files}");
        let page = operator.get("/console/market/imports").await.text;
        assert!(page.contains("large.csv: Imported: 400 new") && !page.contains("data-again"), "{page}");
        assert!(
            !operator.get("/console/market/imports").await.text.contains("large.csv: Imported"),
            "told once"
        );
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
