//! The tables as the migrations make them, and the rules for their keys.

use crate::source::{Finding, Source};
use anyhow::{Context, Result};
use sqlparser::ast::{
    ColumnDef, ColumnOption, CreateIndex, CreateTable, Expr, ForeignKeyConstraint, Ident, IndexColumn,
    Insert, SetExpr, Statement, TableConstraint,
};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;
use std::collections::BTreeMap;

/// The columns that say in which shard a row lives.
pub const KEYS: [&str; 2] = ["place_id", "book_id"];

#[derive(Default)]
pub struct Schema {
    pub tables: BTreeMap<String, Table>,
}

pub struct Table {
    /// The crate that its migration is named after.
    owner: String,
    pub columns: Vec<String>,
    primary_key: Vec<String>,
}

impl Table {
    /// The column that says in which shard a row lives; none for a catalogue that every shard has.
    /// A table whose whole key is the place describes the place, and is such a catalogue.
    pub fn shard_key(&self) -> Option<&str> {
        match &self.primary_key[..] {
            [first, _, ..] if KEYS.contains(&first.as_str()) => Some(first),
            _ => None,
        }
    }
}

impl Schema {
    pub fn of(migrations: &[Source]) -> Result<Schema> {
        Ok(read(migrations)?.0)
    }

    /// The crate that may write a table; `db` keeps the record of its migrations itself.
    pub fn owner(&self, table: &str) -> Option<&str> {
        let made = self.tables.get(table).map(|table| table.owner.as_str());
        made.or((table == "migration").then_some("db"))
    }

    fn shard_key(&self, table: &str) -> Option<&str> {
        self.tables.get(table)?.shard_key()
    }
}

/// The tables of the migrations, and what is wrong with them.
pub fn read(migrations: &[Source]) -> Result<(Schema, Vec<Finding>)> {
    let (mut schema, mut findings) = (Schema::default(), Vec::new());
    for migration in migrations.iter().filter(|migration| migration.path.ends_with(".sql")) {
        let statements = Parser::parse_sql(&PostgreSqlDialect {}, &migration.text)
            .with_context(|| format!("{} cannot be parsed", migration.path))?;
        for statement in statements {
            let why = match statement {
                Statement::CreateTable(table) => add_table(&mut schema, &table, owner(migration)),
                Statement::CreateIndex(index) => check_index(&schema, &index),
                Statement::AlterTable(_) | Statement::Drop { .. } => Vec::new(),
                // What is there moves into its new shape; rows of its own a migration does not bring.
                Statement::Insert(ref insert) if moves_rows(insert) => Vec::new(),
                Statement::Update(_) => Vec::new(),
                other => vec![format!("a migration makes tables and indexes, it does not say “{other}”")],
            };
            findings.extend(why.into_iter().map(|why| Finding::new(&migration.path, why)));
        }
    }
    Ok((schema, findings))
}

/// `migrations/0004_box_office.sql` belongs to `box_office`.
/// Whether an insert brings nothing that was not there: `insert into … select …`.
fn moves_rows(insert: &Insert) -> bool {
    let source = insert.source.as_ref().map(|query| query.body.as_ref());
    matches!(source, Some(SetExpr::Select(_)))
}

fn owner(migration: &Source) -> String {
    let name = migration.file_name().trim_end_matches(".sql");
    name.split_once('_').map_or(name, |(_, owner)| owner).to_owned()
}

fn add_table(schema: &mut Schema, made: &CreateTable, owner: String) -> Vec<String> {
    let name = made.name.to_string();
    let columns = made.columns.iter().map(|column| column.name.value.clone()).collect();
    let table = Table { owner, columns, primary_key: primary_key(made) };
    let mut why: Vec<String> = made.columns.iter().filter_map(|column| check_type(&name, column)).collect();
    if let Some(key) = table.shard_key() {
        let constraints = made.constraints.iter();
        why.extend(constraints.filter_map(|constraint| check_constraint(schema, &name, key, constraint)));
        why.extend(made.columns.iter().filter_map(|column| check_column(schema, &name, key, column)));
    }
    schema.tables.insert(name, table);
    why
}

fn primary_key(made: &CreateTable) -> Vec<String> {
    let of_table = made.constraints.iter().find_map(|constraint| match constraint {
        TableConstraint::PrimaryKey(key) => Some(column_names(&key.columns)),
        _ => None,
    });
    let of_column = || {
        let has_key = |column: &&ColumnDef| {
            column.options.iter().any(|option| matches!(option.option, ColumnOption::PrimaryKey(_)))
        };
        made.columns.iter().find(has_key).map(|column| vec![column.name.value.clone()])
    };
    of_table.or_else(of_column).unwrap_or_default()
}

fn check_type(table: &str, column: &ColumnDef) -> Option<String> {
    const TYPES: [&str; 5] = ["text", "bigint", "double precision", "boolean", "bytea"];
    let ty = column.data_type.to_string().to_lowercase();
    let why =
        || format!("column {}.{} is {ty}; the common dialect has {}", table, column.name, TYPES.join(", "));
    (!TYPES.contains(&ty.as_str())).then(why)
}

fn check_constraint(schema: &Schema, table: &str, key: &str, constraint: &TableConstraint) -> Option<String> {
    match constraint {
        TableConstraint::Unique(unique) => check_unique(table, key, &column_names(&unique.columns)),
        TableConstraint::ForeignKey(foreign) => check_foreign(schema, table, key, foreign),
        _ => None,
    }
}

fn check_column(schema: &Schema, table: &str, key: &str, column: &ColumnDef) -> Option<String> {
    let name = column.name.value.clone();
    column.options.iter().find_map(|option| match &option.option {
        ColumnOption::Unique(_) => check_unique(table, key, std::slice::from_ref(&name)),
        ColumnOption::ForeignKey(foreign) if name != key => check_foreign(schema, table, key, foreign),
        _ => None,
    })
}

fn check_unique(table: &str, key: &str, columns: &[String]) -> Option<String> {
    let why = || {
        format!("unique ({}) on {table} must start with {key}: no shard knows the others", columns.join(", "))
    };
    (columns.first().map(String::as_str) != Some(key)).then(why)
}

fn check_foreign(schema: &Schema, table: &str, key: &str, foreign: &ForeignKeyConstraint) -> Option<String> {
    let other = foreign.foreign_table.to_string();
    let other_key = schema.shard_key(&other)?;
    let starts_with =
        |columns: &[Ident], key: &str| columns.first().is_some_and(|column| column.value == key);
    let inside = starts_with(&foreign.columns, key) && starts_with(&foreign.referred_columns, other_key);
    (!inside).then(|| {
        format!("the foreign key from {table} to {other} must start with {key}, or it leaves the shard")
    })
}

fn check_index(schema: &Schema, index: &CreateIndex) -> Vec<String> {
    let table = index.table_name.to_string();
    let key = schema.shard_key(&table).filter(|_| index.unique);
    key.and_then(|key| check_unique(&table, key, &column_names(&index.columns))).into_iter().collect()
}

fn column_names(columns: &[IndexColumn]) -> Vec<String> {
    let name = |column: &IndexColumn| match &column.column.expr {
        Expr::Identifier(name) => name.value.clone(),
        other => other.to_string(),
    };
    columns.iter().map(name).collect()
}
