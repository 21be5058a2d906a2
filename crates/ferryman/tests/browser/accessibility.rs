//! Every page, as every kind of person sees it: it answers, it fits a phone and a desk, and axe finds nothing.
//!
//! `FERRYMAN_SDK_NODE` holds the folder in which npm installed axe-core; without it this test says that it did not run.

use crate::visit;
use crate::window::Window;
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::path::PathBuf;

/// Who looks, and where they begin. A page that somebody has looked at is not looked at again.
const EYES: [(Option<&str>, &[&str]); 8] = [
    (None, &["/"]),
    (Some("ann"), &["/", "/account"]),
    (Some("operator"), &["/console"]),
    (Some("studio"), &["/console"]),
    (Some("marketer"), &["/console"]),
    (Some("merchant"), &["/console"]),
    (Some("cinema"), &["/console"]),
    (Some("shop"), &["/console"]),
];

/// Pages that one person looks at, at most.
const PAGES_MAX: usize = 120;

/// What a page links to, without files, changes of language and what belongs to other sites.
const LINKS: &str = "
    return [...document.querySelectorAll('a[href]')]
      .map((a) => new URL(a.getAttribute('href'), location))
      .filter((url) => url.origin === location.origin && !url.searchParams.has('lang') && !a_file(url.pathname))
      .map((url) => url.pathname + url.search);
    function a_file(path) {
      return /\\.(csv|ics|xml|json|svg|parquet)$|^\\/(api|art|go|assets|session|reading|sign-out)\\b/.test(path);
    }";

/// Axe's findings, each as a sentence; in the dark only its colours are looked at again.
const FINDINGS: &str = "
    const done = arguments[0];
    const kinds = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const said = (found, light) => found.violations.flatMap((rule) => rule.nodes.slice(0, 2).map(
      (node) => `${light}: ${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
    const root = document.documentElement;
    const [theme, findings] = [root.dataset.theme, []];
    (async () => {
      root.dataset.theme = 'light';
      findings.push(...said(await axe.run({ resultTypes: ['violations'], runOnly: kinds }), 'light'));
      root.dataset.theme = 'dark';
      findings.push(...said(await axe.run({ resultTypes: ['violations'], runOnly: { type: 'rule', values: ['color-contrast'] } }), 'dark'));
      if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
      done(findings);
    })().catch((error) => done([String(error)]));";

/// Lets what sticks to an edge of the window lie where the page has it: what it passes by can be scrolled from under it,
/// and how much it covers of a page would depend on the fonts of the machine.
const UNSTUCK: &str = "
    for (const one of document.querySelectorAll('*')) {
      if (getComputedStyle(one).position !== 'sticky') continue;
      one.style.position = 'relative';
      one.style.inset = 'auto';
    }";

/// What is wrong with the page in the window.
pub async fn findings(window: &Window, axe: &str) -> Vec<String> {
    let mut found = Vec::new();
    for width in [1280, 390] {
        window.client.set_window_size(width, 844).await.expect("the window has its size");
        let spills = "return document.documentElement.scrollWidth > window.innerWidth + 1";
        if window.client.execute(spills, vec![]).await.expect("an answer") == json!(true) {
            found.push(format!("it is wider than a window of {width} px"));
        }
    }
    window.client.execute(UNSTUCK, vec![]).await.expect("nothing sticks");
    window.client.execute(axe, vec![]).await.expect("axe is there");
    let said = window.client.execute_async(FINDINGS, vec![]).await.expect("axe answers");
    found.extend(words(&said));
    found
}

/// Axe itself, where it was installed.
pub fn axe() -> Option<String> {
    let Some(folder) = std::env::var_os("FERRYMAN_SDK_NODE") else {
        println!("skipped: FERRYMAN_SDK_NODE names no folder with axe-core");
        return None;
    };
    let file = PathBuf::from(folder).join("node_modules/axe-core/axe.min.js");
    Some(std::fs::read_to_string(file).expect("axe-core is installed"))
}

#[test]
fn every_page_can_be_read_by_everybody() {
    let Some(axe) = axe() else { return };
    visit(4, |driver, address, _town| async move {
        let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
        for (who, start) in EYES {
            let window = Window::open(&driver, &address, 390, 844).await;
            if let Some(name) = who {
                window.sign_in(&format!("{name}@ferryman.example")).await;
            }
            walk(&window, start, who.unwrap_or("anybody"), &axe, &mut seen, &mut found).await;
            window.close().await;
        }
        assert!(seen.len() > 60, "only {} kinds of pages were found", seen.len());
        assert_eq!(found, Vec::<String>::new());
    });
}

async fn walk(
    window: &Window,
    start: &[&str],
    who: &str,
    axe: &str,
    seen: &mut BTreeSet<String>,
    found: &mut Vec<String>,
) {
    let mut ahead: VecDeque<String> = start.iter().map(|path| (*path).to_owned()).collect();
    let mut own = BTreeSet::new();
    while let Some(path) = ahead.pop_front() {
        let kind = kind(&path);
        if own.len() == PAGES_MAX || !own.insert(kind.clone()) {
            continue;
        }
        window.go(&path).await;
        let links = window.client.execute(LINKS, vec![]).await.expect("links");
        ahead.extend(words(&links));
        if !seen.insert(kind) {
            continue;
        }
        let status = "return performance.getEntriesByType('navigation')[0].responseStatus";
        let status = window.client.execute(status, vec![]).await.expect("a status");
        if status != json!(200) {
            found.push(format!("{path} for {who}: it answers {status}"));
        }
        let wrong = findings(window, axe).await;
        found.extend(wrong.into_iter().map(|one| format!("{path} for {who}: {one}")));
    }
}

fn words(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The address with its names left out: pages of one kind are alike.
fn kind(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let named = |part: &str| match part.split_once('_') {
        Some((kind, rest)) if kind.len() == 3 && !rest.is_empty() => format!("{kind}_"),
        _ => part.split('%').next().unwrap_or_default().to_owned(),
    };
    let mut parts: Vec<String> = path.split('/').map(named).collect();
    if parts.len() > 2 && parts[1] == "films" {
        parts[2] = "a-film".into();
    }
    let asked: Vec<&str> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{}?{}", parts.join("/"), asked.join("&"))
}
