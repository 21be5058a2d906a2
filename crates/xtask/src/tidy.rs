//! The rules of the house that no compiler knows, each a function from the workspace to its findings.

mod arrows;
mod chance;
mod first_lines;
mod homes;
mod licences;
mod migrations;
mod names;
mod owners;
mod routes;
mod unfinished;

use crate::shard_lint;
use crate::source::Finding;
use crate::workspace::Workspace;
use anyhow::Result;

/// Prints every finding; whether there was none.
pub fn run() -> Result<bool> {
    let findings = check(&Workspace::read()?)?;
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: findings: {}", findings.len());
    Ok(findings.is_empty())
}

pub fn check(workspace: &Workspace) -> Result<Vec<Finding>> {
    let sources = &workspace.sources;
    let mut findings = arrows::check(&workspace.crates);
    findings.extend(first_lines::check(sources));
    findings.extend(names::check(sources));
    findings.extend(unfinished::check(sources));
    findings.extend(chance::check(sources));
    findings.extend(homes::check(sources));
    findings.extend(routes::check(sources));
    for database in workspace.databases() {
        findings.extend(migrations::check(&database.sources, &database.list, &database.migrations));
        findings.extend(owners::check(&database.sources, &database.migrations));
        findings.extend(shard_lint::check(&database.sources, &database.migrations)?);
    }
    findings.extend(licences::check(&workspace.packages, &workspace.deny)?);
    Ok(findings)
}

/// A file with a planted violation.
#[cfg(test)]
fn planted(path: &str, text: &str) -> Vec<crate::source::Source> {
    vec![crate::source::Source::new(path, text.to_owned())]
}

#[cfg(test)]
fn said(findings: Vec<Finding>) -> String {
    findings.iter().map(Finding::to_string).collect::<Vec<_>>().join("\n")
}
