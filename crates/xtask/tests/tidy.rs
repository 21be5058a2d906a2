//! The workspace keeps its own rules.

use xtask::workspace::Workspace;
use xtask::{shard_lint, tidy};

#[test]
fn the_house_is_tidy() {
    let workspace = Workspace::read().expect("the workspace can be read");
    let findings = tidy::check(&workspace).expect("the rules can be applied");
    let said: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(said.is_empty(), "{}", said.join("\n"));
}

#[test]
fn the_migrations_have_sharded_tables() {
    let workspace = Workspace::read().expect("the workspace can be read");
    let schema = shard_lint::Schema::of(&workspace.migrations).expect("the migrations parse");
    let key = |table: &str| schema.tables[table].shard_key().map(str::to_owned);
    assert_eq!(key("ticket").as_deref(), Some("place_id"));
    assert_eq!(key("transfer").as_deref(), Some("book_id"));
    assert_eq!(key("cinema"), None);
    assert_eq!(key("title"), None);
}
