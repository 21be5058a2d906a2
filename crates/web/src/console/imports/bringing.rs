//! A file on its way in, for whichever page it was sent from; each tells of its own alone.

use crate::answer::SeeOther;
use crate::look::parts::{self, Weight};
use crate::look::{Tone, money};
use crate::upload::Upload;
use crate::visit::Visit;
use axum::response::{IntoResponse, Response};
use flows::{House, import_figures};
use kernel::{Clock, Error, Kind as RefusalKind, Lang, OrgId, Refusal, Result, SystemClock, Words};
use market::imports::Kind;
use market::learned::Change;
use market::table::Packed;
use maud::{Markup, html};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// Who sends a file waits this long for it; then it goes on by itself.
const PATIENCE: Duration = Duration::from_secs(5);
/// Files on their way at once, at most.
const RUNNING_MAX: usize = 4;

/// Whose page a file was sent from: a circuit's, or the operator's.
pub(crate) type Desk = Option<OrgId>;

/// By page, the file that is being imported, and what became of the last one that took longer than somebody waits.
#[derive(Default)]
pub(crate) struct Imports {
    last: Mutex<BTreeMap<Desk, Arc<Running>>>,
}

/// A file on its way in. It is stored in one transaction: whatever ends the program or the connection in the middle, none
/// of it is there.
struct Running {
    file: String,
    /// Films, cinemas, persons or cinema-days in the file; nought while it is read.
    subjects: AtomicU64,
    stored: AtomicU64,
    /// What is told of it once, when it is over.
    told: Mutex<Option<(Tone, Words)>>,
}

impl Imports {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Desk, Arc<Running>>> {
        self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Refuses a second file while one is on its way from there, and one too many from everywhere.
    fn begin(&self, desk: &Desk, file: &str) -> Result<Arc<Running>, Refusal> {
        let mut last = self.lock();
        let is_running = |running: &Arc<Running>| running.told().is_none();
        let here = last.get(desk).is_some_and(is_running);
        if here || last.values().filter(|running| is_running(running)).count() >= RUNNING_MAX {
            return Err(still_importing());
        }
        let (subjects, stored) = (AtomicU64::new(0), AtomicU64::new(0));
        let running = Arc::new(Running { file: file.to_owned(), subjects, stored, told: Mutex::new(None) });
        last.insert(desk.clone(), running.clone());
        Ok(running)
    }

    /// What a page tells: how far its file is, or, once, what became of it.
    fn look(&self, desk: &Desk) -> Option<Arc<Running>> {
        let mut last = self.lock();
        let running = last.get(desk).cloned()?;
        if running.told().is_some() {
            last.remove(desk);
        }
        Some(running)
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
        [change.added, change.corrected, change.unchanged].map(money::grouped);
    Words::new(
        format!("Imported: {added} new, {corrected} corrected, {unchanged} known already."),
        format!("已导入：新增 {added}，更正 {corrected}，已有 {unchanged}。"),
    )
}

/// What is asked of a file.
pub(crate) struct Wanted {
    pub desk: Desk,
    pub kind: Option<Kind>,
    /// Whose showings they are, if they are showings.
    pub circuit: Option<OrgId>,
    /// The page that tells how far it is.
    pub page: String,
}

/// Waits a little for what is small, and lets a large file go on by itself; the page tells how far it is.
pub(crate) async fn bring_in(visit: &Visit, upload: Upload, wanted: Wanted) -> Result<Response> {
    let (desk, onward) = (wanted.desk.clone(), SeeOther::to(wanted.page.clone()));
    match tokio::time::timeout(PATIENCE, take(visit, upload, wanted)).await {
        Ok(done) => {
            // What its sender is told needs no telling by the page.
            drop(visit.site.imports().look(&desk));
            Ok(onward.telling(Tone::Jade, told(&done?)).into_response())
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
async fn take(visit: &Visit, upload: Upload, wanted: Wanted) -> Result<Change> {
    if upload.name.is_empty() {
        return Err(Refusal::field("file", "no_file", "Please choose a file.", "请选择文件。").into());
    }
    let running = visit.site.imports().begin(&wanted.desk, &upload.name)?;
    let visit = visit.clone();
    let whole = tokio::spawn(async move {
        let done = store(&visit, upload, wanted, &running).await;
        running.end(&done);
        done
    });
    whole.await.map_err(Error::from)?
}

async fn store(visit: &Visit, upload: Upload, wanted: Wanted, running: &Arc<Running>) -> Result<Change> {
    let last = import_figures::last_day(SystemClock.now());
    let read = move || {
        let file = Packed::read(&upload.name, upload.bytes.as_slice())?;
        Ok(import_figures::read(&file, wanted.kind, last)?.brought_by(wanted.circuit))
    };
    let prepared = tokio::task::spawn_blocking(read).await.map_err(Error::from)?;
    let prepared = prepared.map_err(at_file)?;
    running.subjects.store(prepared.subjects() as u64, Ordering::Relaxed);
    let (prepared, running) = (Arc::new(prepared), running.clone());
    let story = move |scene: &mut flows::Scene| {
        let step = |stored| running.stored.store(stored, Ordering::Relaxed);
        import_figures::bring_in(scene, &prepared, &step)
    };
    match visit.write(&House::lane(), story).await {
        Ok((_, change)) => Ok(change),
        Err(Error::Refused(refusal)) => Err(at_file(refusal).into()),
        Err(fault) => Err(fault),
    }
}

/// What names no other field is about the file.
fn at_file(refusal: Refusal) -> Refusal {
    Refusal { field: refusal.field.or(Some("file")), ..refusal }
}

/// How far the file on its way is, or what became of it. While it is on its way the page is asked again by itself, and
/// its parts with `data-fresh` are drawn anew.
pub(crate) fn under_way(visit: &Visit, desk: &Desk, page: &str) -> Markup {
    html! { div id="under-way" data-fresh { @if let Some(running) = visit.site.imports().look(desk) { (standing(visit, &running, page)) } } }
}

fn standing(visit: &Visit, running: &Running, page: &str) -> Markup {
    if let Some((tone, words)) = running.told() {
        let colon = visit.say(": ", "：");
        return parts::alert(tone, &format!("{}{colon}{}", running.file, words.in_(visit.lang)), None);
    }
    let (subjects, stored) =
        (running.subjects.load(Ordering::Relaxed), running.stored.load(Ordering::Relaxed));
    let [all, done] = [subjects, stored].map(|count| money::grouped(count as i64));
    let label = match (subjects, visit.lang) {
        (0, Lang::En) => format!("Reading {}", running.file),
        (0, Lang::Zh) => format!("正在读取 {}", running.file),
        (_, Lang::En) => format!("Storing {}: {done} of {all}", running.file),
        (_, Lang::Zh) => format!("正在写入 {}：{done} / {all}", running.file),
    };
    let percent = (stored * 100).checked_div(subjects).unwrap_or(0).min(100) as u8;
    let again = visit.say("Look again", "刷新进度");
    parts::card(html! { div class="stack" data-again {
        (parts::progress(&label, percent))
        p class="muted" { (visit.say("It counts when it is whole; whatever happens before, nothing of it is there.", "整个文件写完才生效；此前若中断，不会留下任何内容。")) }
        (parts::link_button(Weight::Quiet, page, again))
    } })
}
