//! Writing belongs to the owner: only `box_office` says `insert into ticket`.

use crate::shard_lint::{Schema, statements};
use crate::source::{Finding, Source, Statement};

pub fn check(sources: &[Source], migrations: &[Source]) -> Vec<Finding> {
    let Ok(schema) = Schema::of(migrations) else { return Vec::new() };
    statements(sources).iter().flat_map(|statement| check_one(&schema, statement)).collect()
}

fn check_one(schema: &Schema, statement: &Statement) -> Vec<Finding> {
    let tables = written(&statement.sql);
    tables.into_iter().filter_map(|table| wrong(schema, statement, &table)).collect()
}

fn wrong(schema: &Schema, statement: &Statement, table: &str) -> Option<Finding> {
    let writer = statement.crate_name();
    match schema.owner(table) {
        Some(owner) if owner == writer => None,
        Some(owner) => {
            Some(Finding::new(statement.at(), format!("only {owner} writes {table}; {writer} asks it to")))
        }
        None => Some(Finding::new(statement.at(), format!("no migration makes {table}"))),
    }
}

/// The tables that a statement writes, wherever in it: `insert into X`, `update X set`, `delete from X`.
fn written(sql: &str) -> Vec<String> {
    let spaced = sql.replace('(', " ( ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut tables: Vec<String> = words
        .windows(3)
        .filter_map(|words| match words {
            ["insert", "into", table] | ["delete", "from", table] => Some((*table).to_owned()),
            ["update", table, _] if *table != "set" => Some((*table).to_owned()),
            _ => None,
        })
        .collect();
    tables.dedup();
    tables
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{planted, said};

    fn said_of(path: &str, sql: &str) -> String {
        let migrations =
            planted("migrations/0004_box_office.sql", "create table ticket (id text not null primary key);");
        said(check(&planted(path, &format!("const A: &str = \"{sql}\";")), &migrations))
    }

    #[test]
    fn only_the_owner_writes() {
        let sql = [
            "insert into ticket (id) values ($1)",
            "update ticket set id = $1",
            "delete from ticket where id = $1",
        ];
        for sql in sql {
            assert_eq!(said_of("crates/box_office/src/tickets.rs", sql), "");
            assert!(
                said_of("crates/shops/src/stock.rs", sql).contains("only box_office writes ticket"),
                "{sql}"
            );
            assert!(said_of("crates/flows/src/buy_tickets.rs", sql).contains("flows asks it to"), "{sql}");
        }
        let inside = "with gone as (delete from ticket where id = $1 returning id) select id from gone";
        assert!(said_of("crates/shops/src/stock.rs", inside).contains("only box_office"));
        assert!(
            said_of("crates/shops/src/stock.rs", "insert into seat (id) values ($1)")
                .contains("no migration makes seat")
        );
        assert_eq!(said_of("crates/flows/src/views/gross.rs", "select id from ticket"), "");
        let upsert = "insert into ticket (id) values ($1) on conflict (id) do update set id = $1";
        assert_eq!(said_of("crates/box_office/src/tickets.rs", upsert), "");
    }
}
