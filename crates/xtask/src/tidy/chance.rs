//! Time comes from a `Clock` argument and chance from `Dice`; nobody but `kernel` asks the machine.

use crate::source::{Finding, Source, Token, spells};

/// What asks the machine, and what to ask instead.
const ASKING: [(&str, &str); 9] = [
    ("SystemTime : : now", "a kernel::Clock"),
    ("Timestamp : : now", "a kernel::Clock"),
    ("Zoned : : now", "a kernel::Clock"),
    ("Utc : : now", "a kernel::Clock"),
    ("Local : : now", "a kernel::Clock"),
    ("chrono : :", "kernel::Instant and kernel::Day"),
    ("rand : : rng", "kernel::Dice"),
    ("rand : : random", "kernel::Dice"),
    ("thread_rng (", "kernel::Dice"),
];

/// A stopwatch measures work, never the world, so only what reports on work has one.
const STOPWATCH: &str = "Instant : : now";
const MAY_MEASURE: [&str; 4] =
    ["crates/xtask/", "crates/ferryman/src/metrics", "crates/ferryman/src/progress", "/benches/"];

pub fn check(sources: &[Source]) -> Vec<Finding> {
    let outside = sources.iter().filter(|source| source.is_rust() && source.crate_name() != "kernel");
    outside.flat_map(check_one).collect()
}

fn check_one(source: &Source) -> Vec<Finding> {
    let tokens = match source.tokens() {
        Ok(tokens) => tokens,
        Err(error) => return vec![Finding::new(&source.path, format!("{error:#}"))],
    };
    let may_measure = MAY_MEASURE.iter().any(|part| source.path.contains(part));
    let asks = (0..tokens.len()).filter_map(|i| {
        let (what, instead) = asked(&tokens[i..], may_measure)?;
        let why = format!("{} asks the machine; ask {instead}", what.replace(' ', ""));
        Some(Finding::new(format!("{}:{}", source.path, tokens[i].line), why))
    });
    asks.collect()
}

fn asked(tokens: &[Token], may_measure: bool) -> Option<(&'static str, &'static str)> {
    let machine = ASKING.iter().find(|(pattern, _)| spells(tokens, pattern)).copied();
    let stopwatch = !may_measure && spells(tokens, STOPWATCH);
    machine.or(stopwatch.then_some((STOPWATCH, "a kernel::Clock")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{planted, said};

    fn said_of(path: &str, code: &str) -> String {
        said(check(&planted(path, &format!("\nfn a() {{ let x = {code}; }}\n"))))
    }

    #[test]
    fn asking_the_machine_is_found() {
        for code in [
            "std::time::SystemTime::now()",
            "jiff::Timestamp::now()",
            "Zoned::now()",
            "rand::rng()",
            "rand::random()",
            "thread_rng()",
            "chrono::Utc::now()",
            "std::time::Instant::now()",
            "vec![Instant::now()]",
        ] {
            assert!(said_of("crates/ads/src/pacing.rs", code).contains("pacing.rs:2"), "{code}");
        }
    }

    #[test]
    fn who_may_ask_may() {
        assert_eq!(said_of("crates/kernel/src/clock.rs", "std::time::SystemTime::now()"), "");
        assert_eq!(said_of("crates/db/benches/sales.rs", "Instant::now()"), "");
        assert_eq!(said_of("crates/ferryman/src/progress.rs", "Instant::now()"), "");
        assert_eq!(said_of("crates/ads/src/pacing.rs", "clock.now() /* SystemTime::now() */"), "");
        assert_eq!(said_of("crates/ads/src/pacing.rs", "\"SystemTime::now()\""), "");
        assert!(said_of("crates/xtask/src/test.rs", "SystemTime::now()").contains("test.rs:2"));
    }
}
