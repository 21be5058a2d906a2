//! A crate says in its first line what it is, in one sentence.

use crate::source::{Finding, Source};

const LONGEST: usize = 140;

pub fn check(sources: &[Source]) -> Vec<Finding> {
    let roots = sources.iter().filter(|source| {
        let inside = source.path.splitn(3, '/').nth(2);
        inside == Some("src/lib.rs") || inside == Some("src/main.rs")
    });
    roots
        .filter_map(|source| wrong(source).map(|why| Finding::new(format!("{}:1", source.path), why)))
        .collect()
}

fn wrong(source: &Source) -> Option<String> {
    let first = source.text.lines().next().unwrap_or_default();
    let Some(sentence) = first.strip_prefix("//! ") else {
        return Some("the first line of a crate is “//! …”, one sentence that says what it is".into());
    };
    if !sentence.ends_with('.') || sentence.trim_end_matches('.').contains(". ") {
        return Some(format!("“{sentence}” is not one sentence that ends with a period"));
    }
    let length = sentence.chars().count();
    (length > LONGEST).then(|| format!("the first sentence has {length} characters; {LONGEST} are enough"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{planted, said};

    fn said_of(text: &str) -> String {
        said(check(&planted("crates/ads/src/lib.rs", text)))
    }

    #[test]
    fn a_crate_opens_with_one_sentence() {
        assert_eq!(said_of("//! Campaigns that pay to be seen.\n//! More. And more.\n"), "");
        assert!(said_of("mod a;\n").contains("first line of a crate"));
        assert!(said_of("//! Campaigns\n").contains("not one sentence"));
        assert!(said_of("//! Campaigns. They pay.\n").contains("not one sentence"));
        assert!(said_of(&format!("//! {}.\n", "ad".repeat(80))).contains("161 characters"));
        assert_eq!(said(check(&planted("crates/ads/src/pacing.rs", "mod a;\n"))), "");
    }
}
