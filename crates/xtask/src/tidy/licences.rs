//! Every dependency comes under a licence that `deny.toml` allows, and none is on its list of bans.

use crate::source::Finding;
use crate::workspace::Package;
use anyhow::{Context, Result};

pub fn check(packages: &[Package], deny: &str) -> Result<Vec<Finding>> {
    let deny: toml::Table = deny.parse().context("deny.toml is not TOML")?;
    let licences = deny.get("licenses").context("deny.toml allows no licences")?;
    let banned = texts(deny.get("bans").and_then(|bans| bans.get("deny")));
    let findings = packages.iter().filter_map(|package| {
        let allowed = [texts(licences.get("allow")), excepted(licences, &package.name)].concat();
        check_one(package, &allowed, &banned)
    });
    Ok(findings.collect())
}

/// What one crate alone may have.
fn excepted(licences: &toml::Value, name: &str) -> Vec<String> {
    let exceptions = licences.get("exceptions").and_then(toml::Value::as_array).into_iter().flatten();
    let of_crate =
        exceptions.filter(|exception| exception.get("crate").and_then(toml::Value::as_str) == Some(name));
    of_crate.flat_map(|exception| texts(exception.get("allow"))).collect()
}

fn check_one(package: &Package, allowed: &[String], banned: &[String]) -> Option<Finding> {
    let finding = |why: String| Some(Finding::new(format!("{} {}", package.name, package.version), why));
    if banned.contains(&package.name) {
        return finding("deny.toml bans this crate".into());
    }
    if !is_allowed(&package.license, allowed) {
        return finding(format!("deny.toml does not allow its licence, “{}”", package.license));
    }
    None
}

/// The entries of a list: plain texts, or tables that name a crate.
fn texts(list: Option<&toml::Value>) -> Vec<String> {
    let entries = list.and_then(toml::Value::as_array).into_iter().flatten();
    entries
        .filter_map(|entry| entry.as_str().or_else(|| entry.get("crate")?.as_str()).map(str::to_owned))
        .collect()
}

/// Whether an SPDX expression can be met with the allowed licences; `/` is an old way to write `OR`.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    either(&mut words, allowed) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn either(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut met = both(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= both(words, allowed);
    }
    met
}

fn both(words: &mut Words<'_>, allowed: &[String]) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Words<'_>, allowed: &[String]) -> bool {
    if words.next_if_eq(&"(").is_some() {
        let met = either(words, allowed);
        return words.next() == Some(")") && met;
    }
    let Some(name) = words.next() else { return false };
    let name = match words.next_if_eq(&"WITH") {
        Some(_) => format!("{name} WITH {}", words.next().unwrap_or_default()),
        None => name.to_owned(),
    };
    allowed.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::said;

    const DENY: &str = r#"
        [licenses]
        allow = ["MIT", "Apache-2.0", "Unicode-3.0"]
        exceptions = [{ crate = "webdriver", allow = ["MPL-2.0"] }]
        [bans]
        deny = [{ crate = "openssl" }, "rsa"]
    "#;

    fn said_of(name: &str, license: &str) -> String {
        let package = Package { name: name.into(), version: "1.0.0".into(), license: license.into() };
        said(check(&[package], DENY).expect("deny.toml"))
    }

    #[test]
    fn an_allowed_licence_passes() {
        for license in ["MIT", "GPL-3.0 OR MIT", "MIT/GPL-3.0", "(MIT OR BSL-1.0) AND Unicode-3.0"] {
            assert_eq!(said_of("serde", license), "", "{license}");
        }
    }

    #[test]
    fn any_other_is_found() {
        for license in ["", "GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0 WITH LLVM-exception", "(MIT", "MIT MIT"]
        {
            assert!(said_of("serde", license).contains("does not allow"), "{license}");
        }
        assert_eq!(said_of("webdriver", "MPL-2.0"), "");
        assert!(said_of("serde", "MPL-2.0").contains("does not allow"));
        assert!(said_of("rsa", "MIT").contains("bans this crate"));
        assert!(said_of("openssl", "MIT").contains("bans this crate"));
    }
}
