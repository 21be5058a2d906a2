//! Which crate may use which: only those on a line above its own, and never a sibling.

use crate::source::Finding;
use crate::workspace::Crate;

/// Top to bottom; `rehearsal` plays the stories, and the program may use it for its demo.
const LINES: [&[&str]; 8] = [
    &["kernel"],
    &["db", "alipay"],
    &["events"],
    &[
        "people",
        "titles",
        "channels",
        "shops",
        "box_office",
        "licensing",
        "ads",
        "market",
        "demand",
        "lake",
        "ledger",
        "payments",
        "settlement",
        "wallet",
    ],
    &["evaluate", "flows"],
    &["api", "web", "rehearsal"],
    &["ferryman"],
    &["xtask"],
];

/// The two siblings' arrows that are meant: both post what they do.
const EXCEPTIONS: [(&str, &str); 2] = [("payments", "ledger"), ("settlement", "ledger")];

/// The program tests itself from outside, with whatever it needs.
const FREE_IN_TESTS: &str = "ferryman";

pub fn check(crates: &[Crate]) -> Vec<Finding> {
    crates.iter().flat_map(check_one).collect()
}

fn check_one(this: &Crate) -> Vec<Finding> {
    let at = format!("crates/{}/Cargo.toml", this.name);
    let Some(line) = line(&this.name) else {
        return vec![Finding::new(
            at,
            format!("{} has no line in the order of crates; give it one", this.name),
        )];
    };
    let above = |used: &&String| self::line(used).is_some_and(|other| other < line);
    let excepted = |used: &&String| EXCEPTIONS.contains(&(this.name.as_str(), used.as_str()));
    let beside = |used: &&String| self::line(used).is_some_and(|other| other <= line);
    let arrows = this.uses.iter().filter(|used| !above(used) && !excepted(used));
    let mut findings: Vec<Finding> = arrows
        .map(|used| {
            Finding::new(&at, format!("{} may not use {used}, which does not stand above it", this.name))
        })
        .collect();
    if this.name != FREE_IN_TESTS {
        let in_tests = this.tests_use.iter().filter(|used| !beside(used));
        findings.extend(in_tests.map(|used| {
            Finding::new(&at, format!("tests of {} may not use {used}, which stands below it", this.name))
        }));
    }
    findings
}

fn line(name: &str) -> Option<usize> {
    LINES.iter().position(|line| line.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::said;

    fn uses(name: &str, uses: &[&str], tests_use: &[&str]) -> String {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        said(check(&[Crate { name: name.into(), uses: owned(uses), tests_use: owned(tests_use) }]))
    }

    #[test]
    fn arrows_point_up() {
        assert_eq!(uses("ads", &["kernel", "db", "events"], &["titles"]), "");
        assert_eq!(uses("payments", &["kernel", "ledger"], &[]), "");
        assert_eq!(uses("ferryman", &["web", "api", "rehearsal", "flows"], &["xtask"]), "");
    }

    #[test]
    fn a_new_arrow_is_found() {
        assert!(uses("ads", &["ledger"], &[]).contains("ads may not use ledger"));
        assert!(uses("ledger", &["payments"], &[]).contains("ledger may not use payments"));
        assert!(uses("kernel", &["db"], &[]).contains("kernel may not use db"));
        assert!(uses("rehearsal", &["web"], &[]).contains("rehearsal may not use web"));
        assert!(uses("web", &["ferryman"], &[]).contains("web may not use ferryman"));
        assert!(uses("db", &["kernel"], &["flows"]).contains("tests of db may not use flows"));
        assert!(uses("gadgets", &[], &[]).contains("no line in the order"));
    }
}
