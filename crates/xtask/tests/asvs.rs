//! `docs/asvs.md` judges every requirement of OWASP ASVS 5.0 once, and what it names is there.

use std::collections::{BTreeMap, BTreeSet};
use xtask::source::Source;
use xtask::workspace::{Workspace, root};

/// The sections of the standard, each with the levels of its requirements in order.
const SECTIONS: [(&str, &str); 80] = [
    ("V1.1", "22"),
    ("V1.2", "1111122223"),
    ("V1.3", "112222222223"),
    ("V1.4", "222"),
    ("V1.5", "123"),
    ("V2.1", "122"),
    ("V2.2", "112"),
    ("V2.3", "12223"),
    ("V2.4", "23"),
    ("V3.1", "3"),
    ("V3.2", "113"),
    ("V3.3", "12223"),
    ("V3.4", "11222233"),
    ("V3.5", "11122333"),
    ("V3.6", "3"),
    ("V3.7", "22333"),
    ("V4.1", "12233"),
    ("V4.2", "23333"),
    ("V4.3", "22"),
    ("V4.4", "1222"),
    ("V5.1", "2"),
    ("V5.2", "112333"),
    ("V5.3", "113"),
    ("V5.4", "222"),
    ("V6.1", "122"),
    ("V6.2", "111111112222"),
    ("V6.3", "11223333"),
    ("V6.4", "112233"),
    ("V6.5", "22222333"),
    ("V6.6", "2223"),
    ("V6.7", "33"),
    ("V6.8", "2222"),
    ("V7.1", "222"),
    ("V7.2", "1111"),
    ("V7.3", "22"),
    ("V7.4", "11222"),
    ("V7.5", "223"),
    ("V7.6", "22"),
    ("V8.1", "1233"),
    ("V8.2", "1123"),
    ("V8.3", "133"),
    ("V8.4", "23"),
    ("V9.1", "111"),
    ("V9.2", "1222"),
    ("V10.1", "22"),
    ("V10.2", "223"),
    ("V10.3", "22223"),
    ("V10.4", "1111122222233333"),
    ("V10.5", "22222"),
    ("V10.6", "22"),
    ("V10.7", "222"),
    ("V11.1", "2233"),
    ("V11.2", "22233"),
    ("V11.3", "11233"),
    ("V11.4", "1222"),
    ("V11.5", "23"),
    ("V11.6", "23"),
    ("V11.7", "33"),
    ("V12.1", "12233"),
    ("V12.2", "11"),
    ("V12.3", "22223"),
    ("V13.1", "2333"),
    ("V13.2", "222223"),
    ("V13.3", "2233"),
    ("V13.4", "1222233"),
    ("V14.1", "22"),
    ("V14.2", "12223333"),
    ("V14.3", "122"),
    ("V15.1", "12233"),
    ("V15.2", "12233"),
    ("V15.3", "1222222"),
    ("V15.4", "3333"),
    ("V16.1", "2"),
    ("V16.2", "22222"),
    ("V16.3", "2222"),
    ("V16.4", "222"),
    ("V16.5", "2223"),
    ("V17.1", "23"),
    ("V17.2", "22223333"),
    ("V17.3", "22"),
];
/// Chapters of which level 3 is judged, too.
const WHOLE: [&str; 2] = ["V8.", "V11."];
const STATES: [&str; 3] = ["met", "not applicable", "open"];

/// One line of a table.
struct Judged {
    id: String,
    level: String,
    state: String,
    how: String,
    shown: Vec<String>,
}

/// Every id with its level.
fn standard() -> BTreeMap<String, char> {
    let ids = SECTIONS.iter().flat_map(|(section, levels)| {
        levels.chars().enumerate().map(move |(i, level)| (format!("{section}.{}", i + 1), level))
    });
    ids.collect()
}

fn judged(text: &str) -> Vec<Judged> {
    text.lines().filter(|line| line.starts_with("| V")).map(read).collect()
}

fn read(line: &str) -> Judged {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [id, level, state, how, shown] = cells[..] else { panic!("{line} has not five cells") };
    let shown = shown.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    Judged { id: id.into(), level: level.into(), state: state.into(), how: how.into(), shown }
}

/// What is wrong with the page, in sentences.
fn findings(text: &str, elsewhere: &str, sources: &[Source]) -> Vec<String> {
    let standard = standard();
    let functions: BTreeSet<&str> = sources.iter().flat_map(|source| functions(&source.text)).collect();
    let (mut wrong, mut seen) = (Vec::new(), BTreeSet::new());
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let judged = judged(text);
    for one in &judged {
        let id = &one.id;
        if !seen.insert(id.as_str()) {
            wrong.push(format!("{id} is judged twice"));
        }
        match standard.get(id) {
            None => wrong.push(format!("{id} is not in the standard")),
            Some(level) if level.to_string() != one.level => wrong.push(format!("{id} is of level {level}")),
            Some(_) => {}
        }
        if !STATES.contains(&one.state.as_str()) || one.how.is_empty() {
            wrong.push(format!("{id} is not judged"));
        }
        *counts.entry((&one.level, &one.state)).or_default() += 1;
        wrong.extend(
            one.shown
                .iter()
                .filter(|name| !is_there(name, &functions))
                .map(|name| format!("{id} is shown by {name}, which is neither a function nor a file")),
        );
        match one.state.as_str() {
            "met" if one.shown.is_empty() => wrong.push(format!("{id} is met, and nothing shows it")),
            "open" if one.level == "1" => wrong.push(format!("{id} is open and of level 1")),
            "open" if one.level == "2" && !names(elsewhere, id) => {
                wrong.push(format!("{id} is open, and docs/reliability.md does not say so"));
            }
            _ => {}
        }
    }
    let due =
        standard.iter().filter(|(id, level)| **level != '3' || WHOLE.iter().any(|part| id.starts_with(part)));
    wrong.extend(due.filter(|(id, _)| !seen.contains(id.as_str())).map(|(id, _)| format!("{id} is missing")));
    for level in ["1", "2", "3"] {
        let [met, not_applicable, open] =
            STATES.map(|state| counts.get(&(level, state)).copied().unwrap_or(0));
        let line = format!("| level {level} | {met} | {not_applicable} | {open} |");
        if !text.contains(&line) {
            wrong.push(format!("the sum of level {level} is {line}"));
        }
    }
    wrong
}

/// The names of a file's functions.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.split("fn ").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

/// Whether a text names an id, and not only a longer one.
fn names(text: &str, id: &str) -> bool {
    text.split(id).skip(1).any(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn is_there(name: &str, functions: &BTreeSet<&str>) -> bool {
    functions.contains(name) || (name.contains(['/', '.']) && root().join(name).is_file())
}

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs").join(name)).expect("the page is there")
}

#[test]
fn every_requirement_is_judged_once() {
    let sources = Workspace::read().expect("the workspace can be read").sources;
    let wrong = findings(&page("asvs.md"), &page("reliability.md"), &sources);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let count = |level| standard().values().filter(|known| **known == level).count();
    assert_eq!([count('1'), count('2'), count('3')], [70, 183, 92]);
}

#[test]
fn what_is_wrong_with_the_page_is_found() {
    let source = Source::new("a.rs", "#[test]\nfn a_thing_is_shown() {}".into());
    let (good, bad) = (
        "| V1.1.1 | 2 | met | So | `a_thing_is_shown` |",
        [
            ("| V1.1.1 | 2 | met | So | |", "nothing shows it"),
            ("| V1.1.1 | 2 | met | So | `a_thing_is_not_shown` |", "neither a function nor a file"),
            ("| V1.1.1 | 2 | met | So | `crates/nowhere.rs` |", "neither a function nor a file"),
            ("| V1.1.1 | 1 | met | So | `a_thing_is_shown` |", "is of level 2"),
            ("| V1.1.1 | 2 | fine | So | `a_thing_is_shown` |", "V1.1.1 is not judged"),
            ("| V1.1.1 | 2 | open | Not yet | |", "docs/reliability.md does not say so"),
            ("| V1.2.1 | 1 | open | Not yet | |", "open and of level 1"),
            ("| V1.1.9 | 2 | met | So | `a_thing_is_shown` |", "not in the standard"),
        ],
    );
    let said = |text: &str| findings(text, "V1.1.2, V1.1.10", std::slice::from_ref(&source)).join("\n");
    assert!(!said(good).contains("V1.1.1 ") && said(good).contains("V1.1.2 is missing"), "{}", said(good));
    assert!(said(&format!("{good}\n{good}")).contains("V1.1.1 is judged twice"));
    assert!(said(good).contains("the sum of level 2 is | level 2 | 1 | 0 | 0 |"));
    for (line, why) in bad {
        assert!(said(line).contains(why), "{line}: {}", said(line));
    }
}
