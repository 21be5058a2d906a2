//! Every statement stays inside one shard, which is the place, and in the common dialect.
//!
//! A sharded table is one whose primary key has several columns, the first of them `place_id` or
//! `book_id`. A statement that names one must bind its key: `place_id = $1`, or equal to the key of
//! a table that is bound. Reads across places are reports, and only those may leave it out.
//! What is refused here is what Citus refuses, or what differs between the engines.

mod schema;
mod scope;

use crate::source::{Finding, Source, Statement};
use anyhow::Result;
pub use schema::{Schema, Table};
use scope::{Lint, Reach};
use sqlparser::ast::Visit;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

/// Where reads may look at every place at once: reports and the audit.
const REPORTS: [&str; 4] = [
    "crates/flows/src/views.rs",
    "crates/flows/src/views/",
    "crates/flows/src/check.rs",
    "crates/flows/src/check/",
];

/// Findings in all statements of the sources, against the tables of the migrations.
pub fn check(sources: &[Source], migrations: &[Source]) -> Result<Vec<Finding>> {
    let (schema, mut findings) = schema::read(migrations)?;
    for statement in statements(sources) {
        findings.extend(check_one(&schema, &statement));
    }
    Ok(findings)
}

/// Every statement of the program. A file that is not Rust just now has none; the compiler says so better.
pub fn statements(sources: &[Source]) -> Vec<Statement> {
    sources.iter().filter_map(|source| source.statements().ok()).flatten().collect()
}

pub fn check_one(schema: &Schema, statement: &Statement) -> Vec<Finding> {
    let finding = |why: String| Finding::new(statement.at(), why);
    let parsed = match Parser::parse_sql(&PostgreSqlDialect {}, &statement.sql) {
        Ok(parsed) => parsed,
        Err(error) => return vec![finding(format!("this statement cannot be parsed: {error}"))],
    };
    if parsed.len() != 1 {
        return vec![finding(format!("one literal holds one statement, not {}", parsed.len()))];
    }
    let is_report = REPORTS.iter().any(|report| statement.path.starts_with(report));
    let mut lint = Lint::new(schema, if is_report { Reach::AllPlaces } else { Reach::OnePlace });
    let _ = parsed[0].visit(&mut lint);
    lint.why.into_iter().map(finding).collect()
}

#[cfg(test)]
mod tests;
