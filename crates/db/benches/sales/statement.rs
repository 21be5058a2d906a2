//! A statement with its values, for whatever runs it.

use anyhow::Result;

/// A value as every driver can take it without a copy.
#[derive(Clone, Copy, Debug)]
pub enum Bound<'a> {
    Text(&'a str),
    Int(i64),
}

/// Whatever runs a statement.
pub trait Run {
    fn run<const N: usize>(&mut self, sql: &'static str, values: [Bound<'_>; N]) -> Result<u64>;
}

/// What is written with statements.
pub trait Write {
    fn write(&self, to: &mut impl Run) -> Result<()>;
}
