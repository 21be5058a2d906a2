//! How a table of facts is read: cell by cell, exactly, with a refusal that names the line and the column.

use csv::StringRecord;
use kernel::{Kind, Refusal};

/// The most rows one table may have.
const ROWS_MAX: usize = 10_000;

/// One row of a table, with what a refusal needs to point at it.
pub struct Row<'a> {
    table: &'static str,
    headers: &'a StringRecord,
    cells: StringRecord,
    line: u64,
}

/// How sure the collector of a fact was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    Low,
    LowMedium,
    Medium,
    High,
}

impl Confidence {
    pub fn code(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::LowMedium => "low_medium",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }

    pub fn parse(code: &str) -> Option<Confidence> {
        let all = [Confidence::Low, Confidence::LowMedium, Confidence::Medium, Confidence::High];
        all.into_iter().find(|confidence| confidence.code() == code)
    }
}

/// Reads every row of a CSV text that has exactly these columns, in this order.
pub fn read<T>(
    table: &'static str,
    text: &str,
    columns: &[&str],
    mut row: impl FnMut(&Row<'_>) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|error| unreadable(table, &error))?.clone();
    if headers.iter().ne(columns.iter().copied()) {
        let wanted = columns.join(", ");
        return Err(bad_facts(
            format!("The table “{table}” must have the columns {wanted}."),
            format!("表“{table}”必须依次有这些列：{wanted}。"),
        ));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let cells = record.map_err(|error| unreadable(table, &error))?;
        let line = cells.position().map_or(0, csv::Position::line);
        let one = Row { table, headers: &headers, cells, line };
        if rows.len() == ROWS_MAX {
            return Err(bad_facts(
                format!("The table “{table}” has more than {ROWS_MAX} rows."),
                format!("表“{table}”超过 {ROWS_MAX} 行。"),
            ));
        }
        rows.push(row(&one)?);
    }
    Ok(rows)
}

fn unreadable(table: &str, error: &csv::Error) -> Refusal {
    bad_facts(
        format!("The table “{table}” is not well-formed CSV: {error}."),
        format!("表“{table}”不是规范的 CSV：{error}。"),
    )
}

fn bad_facts(en: String, zh: String) -> Refusal {
    Refusal::new(Kind::Invalid, "bad_facts", en, zh)
}

impl Row<'_> {
    /// A cell's text; empty when it is not known.
    pub fn text(&self, column: &str) -> &str {
        let at = self.headers.iter().position(|header| header == column);
        at.and_then(|at| self.cells.get(at)).unwrap_or("").trim()
    }

    /// Several sources in one cell, divided by ` | `.
    pub fn sources(&self, column: &str) -> Vec<String> {
        self.text(column).split(" | ").filter(|one| !one.is_empty()).map(str::to_owned).collect()
    }

    /// A decimal such as `-22.6`, scaled by a power of ten into a whole number, exactly; `None` when empty.
    pub fn scaled(&self, column: &str, places: usize) -> Result<Option<i64>, Refusal> {
        match self.text(column) {
            "" => Ok(None),
            text => scale(text, places)
                .map(Some)
                .ok_or_else(|| self.refuse(column, "a plain decimal number", "普通的十进制数")),
        }
    }

    /// Like [`Row::scaled`], for a cell that must be there.
    pub fn scaled_required(&self, column: &str, places: usize) -> Result<i64, Refusal> {
        self.scaled(column, places)?.ok_or_else(|| self.refuse(column, "a number", "数字"))
    }

    /// A calendar year from 1900 to 2100.
    pub fn year(&self, column: &str) -> Result<Option<i16>, Refusal> {
        match self.scaled(column, 0)? {
            None => Ok(None),
            Some(year) if (1900..=2100).contains(&year) => Ok(Some(year as i16)),
            Some(_) => Err(self.refuse(column, "a year from 1900 to 2100", "1900 到 2100 之间的年份")),
        }
    }

    pub fn confidence(&self) -> Result<Confidence, Refusal> {
        Confidence::parse(self.text("confidence")).ok_or_else(|| {
            self.refuse("confidence", "low, low_medium, medium or high", "low、low_medium、medium 或 high")
        })
    }

    /// Says which cell of which line is not what it should be.
    pub fn refuse(&self, column: &str, wanted_en: &str, wanted_zh: &str) -> Refusal {
        let (table, line) = (self.table, self.line);
        let found: String = self.text(column).chars().take(40).collect();
        bad_facts(
            format!("Line {line} of “{table}”: {column} is “{found}”, which is not {wanted_en}."),
            format!("“{table}”第 {line} 行：{column} 为“{found}”，应为{wanted_zh}。"),
        )
    }
}

/// `"44.069"` with nine places is 44,069,000,000; nothing is rounded, what does not fit is refused.
fn scale(text: &str, places: usize) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = !whole.is_empty() && plain(whole) && plain(fraction) && fraction.len() <= places;
    if !well_formed || whole.len() + places > 18 {
        return None;
    }
    format!("{whole}{fraction:0<places$}").parse::<i64>().ok().map(|number| sign * number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_scaled_exactly_or_refused() {
        assert_eq!(scale("44.069", 9), Some(44_069_000_000));
        assert_eq!(scale("-68.2", 4), Some(-682_000));
        assert_eq!(scale("830", 0), Some(830));
        for bad in ["", "-", "1.5x", "1e3", ".5", "+1", "1.23456", "9999999999999999", "１"] {
            assert_eq!(scale(bad, 4), None, "{bad}");
        }
    }

    #[test]
    fn a_bad_cell_is_named_by_line_and_column() {
        let text = "year,gross\n2014,29.64\n2015,many\n";
        let refusal =
            read("yearly", text, &["year", "gross"], |row| row.scaled_required("gross", 9)).unwrap_err();
        assert_eq!(refusal.code, "bad_facts");
        assert_eq!(
            refusal.say.en,
            "Line 3 of “yearly”: gross is “many”, which is not a plain decimal number."
        );
        assert_eq!(refusal.say.zh, "“yearly”第 3 行：gross 为“many”，应为普通的十进制数。");
    }

    #[test]
    fn a_table_of_another_shape_is_refused() {
        let columns = ["year", "gross"];
        assert!(read("yearly", "gross,year\n", &columns, |_| Ok(())).is_err());
        assert!(read("yearly", "year,gross\n2014\n", &columns, |_| Ok(())).is_err());
    }
}
