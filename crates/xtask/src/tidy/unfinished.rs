//! What is here is finished; what is not is an issue, not a mark in the code.

use crate::source::{Finding, Source};

/// Put together here, so that this file does not find itself.
const MARKS: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("todo", "!"),
    concat!("unimplemented", "!"),
];

pub fn check(sources: &[Source]) -> Vec<Finding> {
    sources.iter().flat_map(check_one).collect()
}

fn check_one(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().enumerate();
    lines
        .filter_map(|(i, line)| {
            let mark = MARKS.iter().find(|mark| holds(line, mark))?;
            Some(Finding::new(
                format!("{}:{}", source.path, i + 1),
                format!("“{mark}” marks unfinished work; finish it"),
            ))
        })
        .collect()
}

fn holds(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + mark.len()..].chars().next();
        let joins =
            |letter: Option<char>| letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        !joins(before) && (mark.ends_with('!') || !joins(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{planted, said};

    #[test]
    fn an_unfinished_mark_is_found() {
        for mark in MARKS {
            let text = format!("fn a() {{}}\n// {mark} later\n");
            assert!(said(check(&planted("crates/web/src/page.rs", &text))).contains("page.rs:2"), "{mark}");
        }
        assert_eq!(said(check(&planted("crates/web/src/page.rs", "const MY_TODOS: u8 = 1; // XXXL"))), "");
    }
}
