//! A migration tree, run forwards on both engines: the installation's own, or another program's.
//!
//! Each statement is a transaction of its own together with the row that records it. That row is
//! also the lock: a second node that starts at the same time waits for it, then finds it taken.

use crate::connection::{Connection, Tx, View};
use kernel::{Kind, Refusal, Result};

/// Migrations in order, as `(name, text)`.
pub type Tree = &'static [(&'static str, &'static str)];

/// The tree of an installation.
pub const MIGRATIONS: Tree = &[
    ("0001_people", include_str!("../../../migrations/0001_people.sql")),
    ("0002_titles", include_str!("../../../migrations/0002_titles.sql")),
    ("0003_channels", include_str!("../../../migrations/0003_channels.sql")),
    ("0004_box_office", include_str!("../../../migrations/0004_box_office.sql")),
    ("0005_shops", include_str!("../../../migrations/0005_shops.sql")),
    ("0006_licensing", include_str!("../../../migrations/0006_licensing.sql")),
    ("0007_ads", include_str!("../../../migrations/0007_ads.sql")),
    ("0008_payments", include_str!("../../../migrations/0008_payments.sql")),
    ("0009_ledger", include_str!("../../../migrations/0009_ledger.sql")),
    ("0010_settlement", include_str!("../../../migrations/0010_settlement.sql")),
    ("0011_events", include_str!("../../../migrations/0011_events.sql")),
    ("0016_providers", include_str!("../../../migrations/0016_providers.sql")),
    ("0020_ledger", include_str!("../../../migrations/0020_ledger.sql")),
    ("0021_payments", include_str!("../../../migrations/0021_payments.sql")),
    ("0022_settlement", include_str!("../../../migrations/0022_settlement.sql")),
    ("0030_ads", include_str!("../../../migrations/0030_ads.sql")),
    ("0031_people", include_str!("../../../migrations/0031_people.sql")),
    ("0040_market", include_str!("../../../migrations/0040_market.sql")),
    ("0050_settlement", include_str!("../../../migrations/0050_settlement.sql")),
    ("0051_payments", include_str!("../../../migrations/0051_payments.sql")),
    ("0052_ads", include_str!("../../../migrations/0052_ads.sql")),
    ("0053_people", include_str!("../../../migrations/0053_people.sql")),
    ("0054_box_office", include_str!("../../../migrations/0054_box_office.sql")),
    ("0056_settlement", include_str!("../../../migrations/0056_settlement.sql")),
    ("0060_shops", include_str!("../../../migrations/0060_shops.sql")),
    ("0061_licensing", include_str!("../../../migrations/0061_licensing.sql")),
    ("0062_ads", include_str!("../../../migrations/0062_ads.sql")),
    ("0063_payments", include_str!("../../../migrations/0063_payments.sql")),
    ("0064_people", include_str!("../../../migrations/0064_people.sql")),
    ("0066_settlement", include_str!("../../../migrations/0066_settlement.sql")),
    ("0068_box_office", include_str!("../../../migrations/0068_box_office.sql")),
    ("0069_market", include_str!("../../../migrations/0069_market.sql")),
    ("0071_people", include_str!("../../../migrations/0071_people.sql")),
    ("0072_people", include_str!("../../../migrations/0072_people.sql")),
    ("0073_people", include_str!("../../../migrations/0073_people.sql")),
];

const CREATE: &str = "create table if not exists migration (name text not null, statement bigint not null, primary key (name, statement))";

pub(crate) fn run(connection: &Connection, tree: Tree) -> Result<()> {
    // PostgreSQL fails one of two nodes that make the same table at once; a second try finds it made.
    connection.control(CREATE).or_else(|_| connection.control(CREATE))?;
    refuse_strangers(connection, tree)?;
    for (name, text) in tree {
        for (i, statement) in statements(text).enumerate() {
            run_once(connection, name, i as i64 + 1, statement)?;
        }
    }
    Ok(())
}

/// Leaves a database alone that a newer program, or another one, has written.
fn refuse_strangers(connection: &Connection, tree: Tree) -> Result<()> {
    let ran: Vec<(String,)> =
        View(connection).all("select distinct name from migration order by name", &[])?;
    let ran: Vec<String> = ran.into_iter().map(|(name,)| name).collect();
    known(&ran, tree)
}

/// As much of the tree as ran in a database; `names` are the migrations that did.
pub(crate) fn ran(names: &[String], tree: Tree) -> Result<Tree> {
    known(names, tree)?;
    let rest = tree.iter().position(|(name, _)| names.iter().all(|ran| ran != name));
    Ok(&tree[..rest.unwrap_or(tree.len())])
}

fn known(ran: &[String], tree: Tree) -> Result<()> {
    let stranger = ran.iter().find(|ran| tree.iter().all(|(name, _)| name != ran));
    stranger.map_or(Ok(()), |name| {
        Err(Refusal::new(
            Kind::Conflict,
            "newer_database",
            format!(
                "This database was last opened by a newer version, or is another program's (it has {name}). It was left \
                 as it is: start the newer version, or restore the copy from before."
            ),
            format!("该数据库由更新的版本或其他程序写过（含 {name}），未作改动。请启动新版本，或恢复此前的备份。"),
        )
        .into())
    })
}

fn run_once(connection: &Connection, name: &str, number: i64, statement: &str) -> Result<()> {
    connection.begin_write()?;
    let tried = try_once(connection, name, number, statement);
    connection.control(if tried.is_ok() { "commit" } else { "rollback" })?;
    tried
}

fn try_once(connection: &Connection, name: &str, number: i64, statement: &str) -> Result<()> {
    let tx = Tx(View(connection));
    let mine = tx.run(
        "insert into migration (name, statement) values ($1, $2) on conflict (name, statement) do nothing",
        &[&name, &number],
    )?;
    if mine == 1 { connection.control(statement) } else { Ok(()) }
}

/// The statements of a migration: a semicolon at the end of a line ends one.
fn statements(text: &str) -> impl Iterator<Item = &str> {
    text.split(";\n").map(str::trim).filter(|statement| {
        statement.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with("--"))
    })
}
