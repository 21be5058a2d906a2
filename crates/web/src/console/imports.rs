//! Outside figures: what was imported, when and by whom, what was refused of it, and a form for the next file.

use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field, Weight};
use crate::look::table::{Cell, Column, Kind as Holds, Table};
use crate::look::{Tone, money};
use crate::upload::{self, Upload};
use crate::visit::{OperatorStaff, Visit};
use axum::response::IntoResponse;
use flows::{House, import_figures};
use kernel::ids::Id;
use kernel::{Clock, Day, Error, Kind as RefusalKind, Lang, PersonId, Refusal, Result, SystemClock, Words};
use market::imports::{self, Import, Kind};
use market::learned::Change;
use market::table::Packed;
use maud::{Markup, html};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// Who sends a file waits this long for it; then it goes on by itself.
const PATIENCE: Duration = Duration::from_secs(5);

pub async fn list(visit: Visit, _: OperatorStaff) -> Answer<Page> {
    page(&visit, &Form::blank()).await
}

/// The file that is being imported, and what became of the last one that took longer than somebody waits.
#[derive(Default)]
pub(crate) struct Imports {
    last: Mutex<Option<Arc<Running>>>,
}

/// A file on its way in. It is stored in one transaction: whatever ends the program or the connection in the middle, none
/// of it is there.
struct Running {
    file: String,
    /// Films, cinemas or persons in the file; nought while it is read.
    subjects: AtomicU64,
    stored: AtomicU64,
    /// What is told of it once, when it is over.
    told: Mutex<Option<(Tone, Words)>>,
}

impl Imports {
    fn lock(&self) -> MutexGuard<'_, Option<Arc<Running>>> {
        self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Refuses a second file while one is on its way.
    fn begin(&self, file: &str) -> Result<Arc<Running>, Refusal> {
        let mut last = self.lock();
        if last.as_ref().is_some_and(|running| running.told().is_none()) {
            return Err(still_importing());
        }
        let (subjects, stored) = (AtomicU64::new(0), AtomicU64::new(0));
        let running = Running { file: file.to_owned(), subjects, stored, told: Mutex::new(None) };
        Ok(last.insert(Arc::new(running)).clone())
    }

    /// What the page tells: how far a file is, or, once, what became of it.
    fn look(&self) -> Option<Arc<Running>> {
        let mut last = self.lock();
        let running = last.clone()?;
        if running.told().is_some() {
            *last = None;
        }
        Some(running)
    }

    /// What its sender was told needs no telling by the page.
    fn forget_done(&self) {
        drop(self.look());
    }
}

impl Running {
    fn told(&self) -> Option<(Tone, Words)> {
        self.told.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    fn end(&self, done: &Result<Change>) {
        let told = match done {
            Ok(change) => (Tone::Jade, told(change)),
            Err(Error::Refused(refusal)) => (Tone::Cinnabar, refusal.say.clone()),
            Err(_) => {
                let words =
                    Words::new("It could not be stored; nothing of it was.", "写入失败，未保存任何内容。");
                (Tone::Cinnabar, words)
            }
        };
        *self.told.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(told);
    }
}

fn still_importing() -> Refusal {
    Refusal::new(
        RefusalKind::Busy,
        "still_importing",
        "Another file is being imported. Send this one when that is done.",
        "另一个文件正在导入，请等它完成后再提交。",
    )
}

fn told(change: &Change) -> Words {
    let [added, corrected, unchanged] =
        [change.added, change.corrected, change.unchanged].map(|count| money::grouped(count as i64));
    Words::new(
        format!("Imported: {added} new, {corrected} corrected, {unchanged} known already."),
        format!("已导入：新增 {added}，更正 {corrected}，已有 {unchanged}。"),
    )
}

/// Waits a little for what is small, and lets a large file go on by itself; the page tells how far it is.
pub async fn bring_in(visit: Visit, _: OperatorStaff, upload: Upload) -> Answer {
    let form = Form::filled([("kind", upload.text("kind"))]);
    let onward = SeeOther::to("/console/market/imports");
    match tokio::time::timeout(PATIENCE, take(&visit, upload)).await {
        Ok(Ok(change)) => {
            visit.site.imports().forget_done();
            Ok(onward.telling(Tone::Jade, told(&change)).into_response())
        }
        Ok(Err(error)) => {
            visit.site.imports().forget_done();
            Ok(page(&visit, &form.refused(error)?).await?.into_response())
        }
        Err(_) => Ok(onward
            .saying(
                "It is being imported. This page tells how far it is; you may leave it.",
                "正在导入。本页显示进度，您可以离开。",
            )
            .into_response()),
    }
}

/// Reads the file beside the pages' own threads, then stores it; goes on when whoever sent it has gone.
async fn take(visit: &Visit, upload: Upload) -> Result<Change> {
    let kind = match upload.text("kind") {
        "" => None,
        code => Some(Kind::parse(code)?),
    };
    if upload.name.is_empty() {
        return Err(Refusal::field("file", "no_file", "Please choose a file.", "请选择文件。").into());
    }
    let running = visit.site.imports().begin(&upload.name)?;
    let (visit, last) = (visit.clone(), import_figures::last_day(SystemClock.now()));
    let whole = tokio::spawn(async move {
        let done = store(&visit, upload, kind, last, &running).await;
        running.end(&done);
        done
    });
    whole.await.map_err(Error::from)?
}

async fn store(
    visit: &Visit,
    upload: Upload,
    kind: Option<Kind>,
    last: Day,
    running: &Arc<Running>,
) -> Result<Change> {
    let read =
        move || import_figures::read(&Packed::read(&upload.name, upload.bytes.as_slice())?, kind, last);
    let prepared = tokio::task::spawn_blocking(read).await.map_err(Error::from)?;
    let prepared = prepared.map_err(|refusal| Refusal { field: Some("file"), ..refusal })?;
    running.subjects.store(prepared.subjects() as u64, Ordering::Relaxed);
    let (prepared, running) = (Arc::new(prepared), running.clone());
    let story = move |scene: &mut flows::Scene| {
        let step = |stored| running.stored.store(stored, Ordering::Relaxed);
        import_figures::bring_in(scene, &prepared, &step)
    };
    Ok(visit.write(&House::lane(), story).await?.1)
}

/// How far the file on its way is, or what became of it.
fn under_way(visit: &Visit) -> Markup {
    let Some(running) = visit.site.imports().look() else { return html! {} };
    if let Some((tone, words)) = running.told() {
        return parts::alert(tone, &format!("{}: {}", running.file, words.in_(visit.lang)), None);
    }
    let (subjects, stored) =
        (running.subjects.load(Ordering::Relaxed), running.stored.load(Ordering::Relaxed));
    let label = match (subjects, visit.lang) {
        (0, Lang::En) => format!("Reading {}", running.file),
        (0, Lang::Zh) => format!("正在读取 {}", running.file),
        (_, Lang::En) => format!("Storing {}: {stored} of {subjects}", running.file),
        (_, Lang::Zh) => format!("正在写入 {}：{stored}/{subjects}", running.file),
    };
    let percent = (stored * 100).checked_div(subjects).unwrap_or(0).min(100) as u8;
    let again = visit.say("Look again", "刷新进度");
    parts::card(html! { div class="stack" {
        (parts::progress(&label, percent))
        p class="muted" { (visit.say("It counts when it is whole; whatever happens before, nothing of it is there.", "整个文件写完才生效；此前若中断，不会留下任何内容。")) }
        (parts::link_button(Weight::Quiet, "/console/market/imports", again))
    } })
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
        (under_way(visit))
        (parts::titled_card(visit.say("Import a file", "导入文件"), file_form(visit, form)))
        (table(visit, &all, &names))
        (refusals(visit, &all))
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
            Cell::text(kind_words(&one.kind).in_(visit.lang)),
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

/// What a kind is called; one that this version does not know by its code.
fn kind_words(code: &str) -> Words {
    Kind::parse(code).map_or_else(|_| Words::new(code, code), Kind::words)
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
    let kinds: Vec<(&str, Words)> = kinds.map(|kind| (kind.code(), kind.words())).collect();
    let mut choices = vec![("", visit.say("as its header says", "按表头识别"))];
    choices.extend(kinds.iter().map(|(code, words)| (*code, words.in_(visit.lang))));
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
            page.contains("korea.csv")
                && page.contains("Daily chart of South Korea")
                && page.contains("operator"),
            "{page}"
        );
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
        assert!(page.contains("large.csv: Imported: 400 new"), "{page}");
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
