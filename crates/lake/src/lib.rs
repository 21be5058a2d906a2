//! What happened as columns: Parquet files for other programs.
//!
//! A table is written a page of rows at a time, each page a row group of its own, so that a file of any length
//! needs the memory of one page.

use anyhow::{Context, Result};
use parquet::basic::{
    Compression, ConvertedType, LogicalType, Repetition, TimeUnit, TimestampType, Type as Physical,
};
use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::Type;
use std::io::Write;
use std::sync::Arc;

/// What a column holds; any value may be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
    /// Microseconds in UTC.
    Instant,
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Missing,
    Text(String),
    /// An integer, or an instant.
    Integer(i64),
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Value {
        Value::Integer(integer)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Missing, Into::into)
    }
}

/// A Parquet file that is being written.
pub struct Writer<W: Write + Send> {
    file: SerializedFileWriter<W>,
    columns: Vec<(&'static str, Kind)>,
    page: Vec<Vec<Value>>,
}

/// Rows of a row group, at most.
const PAGE: usize = 50_000;

impl<W: Write + Send> Writer<W> {
    pub fn new(out: W, name: &str, columns: &[(&'static str, Kind)]) -> Result<Writer<W>> {
        let fields = columns.iter().map(|(name, kind)| field(name, *kind)).collect::<Result<Vec<_>>>()?;
        let schema = Type::group_type_builder(name).with_fields(fields).build()?;
        let settings = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(settings))?;
        Ok(Writer { file, columns: columns.to_vec(), page: Vec::new() })
    }

    /// Adds a row. Refuses one with another number of columns, or a value of another kind.
    pub fn row(&mut self, row: Vec<Value>) -> Result<()> {
        anyhow::ensure!(row.len() == self.columns.len(), "a row has a value for every column");
        for ((name, kind), value) in self.columns.iter().zip(&row) {
            let fits = match value {
                Value::Missing => true,
                Value::Text(_) => *kind == Kind::Text,
                Value::Integer(_) => *kind != Kind::Text,
            };
            anyhow::ensure!(fits, "column {name} holds {kind:?}, not {value:?}");
        }
        self.page.push(row);
        if self.page.len() == PAGE { self.write_page() } else { Ok(()) }
    }

    /// Ends the file; without this it cannot be read.
    pub fn finish(mut self) -> Result<()> {
        self.write_page()?;
        self.file.close()?;
        Ok(())
    }

    fn write_page(&mut self) -> Result<()> {
        let page = std::mem::take(&mut self.page);
        if page.is_empty() {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for (i, (_, kind)) in self.columns.iter().enumerate() {
            let values = page.iter().map(|row| &row[i]);
            match kind {
                Kind::Text => write_texts(&mut group, values)?,
                Kind::Integer | Kind::Instant => write_integers(&mut group, values)?,
            }
        }
        group.close()?;
        Ok(())
    }
}

fn field(name: &str, kind: Kind) -> Result<Arc<Type>> {
    let (physical, logical) = match kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Integer => (Physical::INT64, None),
        Kind::Instant => {
            let unit = TimeUnit::MICROS;
            (
                Physical::INT64,
                Some(LogicalType::Timestamp(TimestampType { is_adjusted_to_u_t_c: true, unit })),
            )
        }
    };
    let built = Type::primitive_type_builder(name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_converted_type(ConvertedType::NONE)
        .with_logical_type(logical)
        .build()?;
    Ok(Arc::new(built))
}

fn write_texts<'a, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = &'a Value> + Clone,
) -> Result<()> {
    let present: Vec<ByteArray> = values
        .clone()
        .filter_map(|value| match value {
            Value::Text(text) => Some(ByteArray::from(text.as_bytes().to_vec())),
            _ => None,
        })
        .collect();
    let mut column = group.next_column()?.context("a row group has every column")?;
    column.typed::<ByteArrayType>().write_batch(&present, Some(&levels(values)), None)?;
    column.close()?;
    Ok(())
}

fn write_integers<'a, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = &'a Value> + Clone,
) -> Result<()> {
    let present: Vec<i64> = values
        .clone()
        .filter_map(|value| match value {
            Value::Integer(integer) => Some(*integer),
            _ => None,
        })
        .collect();
    let mut column = group.next_column()?.context("a row group has every column")?;
    column.typed::<Int64Type>().write_batch(&present, Some(&levels(values)), None)?;
    column.close()?;
    Ok(())
}

/// 1 for a value that is there, 0 for one that is missing.
fn levels<'a>(values: impl Iterator<Item = &'a Value>) -> Vec<i16> {
    values.map(|value| i16::from(*value != Value::Missing)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::file::reader::{FileReader, SerializedFileReader};

    const COLUMNS: [(&str, Kind); 3] = [("id", Kind::Text), ("minor", Kind::Integer), ("at", Kind::Instant)];

    fn written(rows: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, "transfer", &COLUMNS).expect("a schema");
        for i in 0..rows as i64 {
            let at = (i % 3 != 0).then_some(i * 1_000_000);
            writer
                .row(vec![Value::from(format!("t{i} 摆渡人").as_str()), (-i).into(), at.into()])
                .expect("a row");
        }
        writer.finish().expect("an end");
        out
    }

    #[test]
    fn what_was_written_is_read_back_by_a_reader_of_the_format() {
        let reader = SerializedFileReader::new(bytes::Bytes::from(written(PAGE + 7))).expect("a file");
        assert_eq!(reader.metadata().num_row_groups(), 2);
        assert_eq!(reader.metadata().file_metadata().num_rows() as usize, PAGE + 7);
        let rows: Vec<String> = reader
            .get_row_iter(None)
            .expect("rows")
            .take(2)
            .map(|row| row.expect("a row").to_string())
            .collect();
        assert_eq!(rows[0], "{id: \"t0 摆渡人\", minor: 0, at: null}");
        assert!(rows[1].starts_with("{id: \"t1 摆渡人\", minor: -1, at: 1970-01-01"), "{}", rows[1]);
    }

    #[test]
    fn a_row_that_does_not_fit_is_refused() {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, "transfer", &COLUMNS).expect("a schema");
        assert!(writer.row(vec!["a".into()]).is_err());
        assert!(writer.row(vec![1.into(), 1.into(), 1.into()]).is_err());
        assert!(writer.row(vec![Value::Missing, Value::Missing, Value::Missing]).is_ok());
    }
}
