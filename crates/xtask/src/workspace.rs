//! The workspace on disk, and what `cargo metadata` knows of it.

use crate::source::{Source, mark_tests};
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder that holds `Cargo.toml`, `crates/` and `migrations/`.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().and_then(Path::parent).expect("xtask lives in crates/xtask").to_owned()
}

/// Everything the rules look at.
pub struct Workspace {
    /// Rust files of every crate, and what lies beside them: `.sql`, `.js`, `.css`, `.c`.
    pub sources: Vec<Source>,
    /// The migrations in the order of their names.
    pub migrations: Vec<Source>,
    pub crates: Vec<Crate>,
    /// What comes from a registry.
    pub packages: Vec<Package>,
    pub deny: String,
}

/// A migration tree, and the sources whose statements run on what it makes.
pub struct Database {
    /// The file that lists its migrations.
    pub list: String,
    pub migrations: Vec<Source>,
    pub sources: Vec<Source>,
}

/// Crates that are programs of their own, with tables of their own: `crates/NAME/migrations`.
pub const APART: [&str; 1] = ["wallet"];

pub struct Crate {
    pub name: String,
    /// Names of our own crates that it builds upon.
    pub uses: Vec<String>,
    /// The same for its tests and benches.
    pub tests_use: Vec<String>,
}

pub struct Package {
    pub name: String,
    pub version: String,
    /// An SPDX expression; empty when the package has none.
    pub license: String,
}

impl Workspace {
    pub fn read() -> Result<Workspace> {
        let metadata = metadata()?;
        Ok(Workspace {
            sources: files("crates")?,
            migrations: files("migrations")?,
            crates: crates(&metadata),
            packages: packages(&metadata),
            deny: std::fs::read_to_string(root().join("deny.toml")).context("deny.toml cannot be read")?,
        })
    }
}

impl Workspace {
    /// The installation's database, then those of the programs apart.
    pub fn databases(&self) -> Vec<Database> {
        let apart = |source: &&Source| APART.contains(&source.crate_name());
        let mut databases = vec![Database {
            list: "crates/db/src/migrations.rs".into(),
            migrations: self.migrations.clone(),
            sources: self.sources.iter().filter(|source| !apart(source)).cloned().collect(),
        }];
        databases.extend(APART.iter().map(|name| {
            let ours: Vec<Source> =
                self.sources.iter().filter(|source| source.crate_name() == *name).cloned().collect();
            let folder = format!("crates/{name}/migrations/");
            let (migrations, sources) = ours.into_iter().partition(|source| source.path.starts_with(&folder));
            Database { list: format!("crates/{name}/src/migrations.rs"), migrations, sources }
        }));
        databases
    }
}

/// The crates that build upon `db`, themselves or through another, tests included: what must also pass on PostgreSQL.
pub fn on_the_database(crates: &[Crate]) -> Vec<&str> {
    let mut found = vec!["db"];
    while let Some(next) = crates.iter().find(|candidate| {
        !found.contains(&candidate.name.as_str())
            && candidate.uses.iter().chain(&candidate.tests_use).any(|used| found.contains(&used.as_str()))
    }) {
        found.push(&next.name);
    }
    found
}

pub fn metadata() -> Result<Value> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1"])
        .current_dir(root())
        .output()
        .context("cargo metadata cannot be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "cargo metadata failed: {said}");
    Ok(serde_json::from_slice(&output.stdout)?)
}

pub fn crates(metadata: &Value) -> Vec<Crate> {
    let ours = list(&metadata["packages"]).filter(|package| package["source"].is_null());
    ours.map(|package| Crate {
        name: text(&package["name"]),
        uses: own_dependencies(package, false),
        tests_use: own_dependencies(package, true),
    })
    .collect()
}

fn own_dependencies(package: &Value, for_tests: bool) -> Vec<String> {
    list(&package["dependencies"])
        .filter(|dependency| dependency["path"].is_string() && (dependency["kind"] == "dev") == for_tests)
        .map(|dependency| text(&dependency["name"]))
        .collect()
}

fn packages(metadata: &Value) -> Vec<Package> {
    list(&metadata["packages"])
        .filter(|package| !package["source"].is_null())
        .map(|package| Package {
            name: text(&package["name"]),
            version: text(&package["version"]),
            license: text(&package["license"]),
        })
        .collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn files(folder: &str) -> Result<Vec<Source>> {
    const ENDS: [&str; 5] = ["rs", "sql", "js", "css", "c"];
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().and_then(|end| end.to_str()).is_some_and(|end| ENDS.contains(&end)) {
                found.push(file(&path)?);
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    mark_tests(&mut found);
    Ok(found)
}

fn file(path: &Path) -> Result<Source> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let relative = path.strip_prefix(root()).unwrap_or(path);
    Ok(Source::new(&relative.to_string_lossy(), text))
}
