//! Where a house is at home is a fact of the house: only what is the mainland's by nature names its zone and currency.

use crate::source::{Finding, Source, Token, Word, spells};

/// What fixes a home, and what to take instead.
const FIXED: [(&str, &str); 3] = [
    ("Zone : : shanghai", "the cinema's zone, or the house's home"),
    ("Currency : : CNY", "the currency of the record, or of the house's home"),
    ("Money : : fen", "the currency of the record, or of the house's home"),
];
/// The same in quotes.
const QUOTED: [&str; 2] = ["CNY", "Asia/Shanghai"];

/// What is the mainland's by nature, and why.
const MAINLAND: [(&str, &str); 12] = [
    ("crates/kernel/src/", "defines them, and the default home"),
    ("crates/alipay/", "Alipay settles in yuan and accounts in Beijing's days"),
    ("crates/payments/src/providers/alipay.rs", "the same"),
    ("crates/wallet/", "pretends to be Alipay"),
    ("crates/rehearsal/", "rehearses the winter of 2016"),
    ("crates/ferryman/src/demo.rs", "shows it"),
    ("crates/ferryman/src/report.rs", "prints it"),
    ("crates/market/src/", "reads Chinese charts, and keeps the mainland's history"),
    ("crates/evaluate/", "judges by Chinese series"),
    ("crates/settlement/src/splits.rs", "knows the mainland's usual terms"),
    ("crates/flows/src/check/books.rs", "divides pieces, whatever they cost"),
    ("crates/xtask/src/tidy/homes.rs", "looks for them"),
];

pub fn check(sources: &[Source]) -> Vec<Finding> {
    let free = |source: &&Source| {
        let is_mainland = MAINLAND.iter().any(|(path, _)| source.path.starts_with(path));
        source.is_rust() && source.is_program() && !is_mainland
    };
    sources.iter().filter(free).flat_map(check_one).collect()
}

fn check_one(source: &Source) -> Vec<Finding> {
    let tokens = match source.tokens() {
        Ok(tokens) => tokens,
        Err(error) => return vec![Finding::new(&source.path, format!("{error:#}"))],
    };
    let found = (0..tokens.len()).filter(|i| !tokens[*i].in_test).filter_map(|i| {
        let (what, instead) = fixed(&tokens[i..])?;
        let why = format!("{} puts every house on the mainland; take {instead}", what.replace(' ', ""));
        Some(Finding::new(format!("{}:{}", source.path, tokens[i].line), why))
    });
    found.collect()
}

fn fixed(tokens: &[Token]) -> Option<(&str, &str)> {
    let named = FIXED.iter().find(|(pattern, _)| spells(tokens, pattern)).copied();
    let quoted = match &tokens.first()?.word {
        Word::Text(text) if QUOTED.contains(&text.as_str()) => Some((text.as_str(), "the house's home")),
        _ => None,
    };
    named.or(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{planted, said};

    fn said_of(path: &str, code: &str) -> String {
        said(check(&planted(path, &format!("\nfn a() {{ let x = {code}; }}\n"))))
    }

    #[test]
    fn a_fixed_home_is_found() {
        for code in [
            "now.day_in(&Zone::shanghai())",
            "kernel::Zone::shanghai()",
            "Money::zero(kernel::Currency::CNY)",
            "Money::fen(300)",
            "asked.unwrap_or(\"CNY\")",
            "Zone::stored(\"Asia/Shanghai\")",
        ] {
            assert!(said_of("crates/web/src/console/books.rs", code).contains("books.rs:2"), "{code}");
        }
    }

    #[test]
    fn what_is_the_mainlands_may_say_so() {
        assert_eq!(said_of("crates/alipay/src/wall.rs", "Zone::shanghai()"), "");
        assert_eq!(said_of("crates/kernel/src/home.rs", "Currency::CNY"), "");
        assert_eq!(said_of("crates/flows/tests/stories/town.rs", "Money::fen(1)"), "");
        assert_eq!(said_of("crates/web/src/film/mod.rs", "Currency::KRW /* Currency::CNY */"), "");
        let tests = "#[cfg(test)]\nmod tests { fn a() { Zone::shanghai(); } }\n";
        assert_eq!(said(check(&planted("crates/web/src/film/mod.rs", tests))), "");
        assert!(said_of("crates/payments/src/providers/stripe.rs", "Zone::shanghai()").contains("mainland"));
    }
}
