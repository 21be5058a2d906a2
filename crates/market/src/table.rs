//! A CSV file that came from outside: unpacked, decoded, its columns found by name, read line by line.
//!
//! One record is used again for every line; a cell is a slice of it until somebody keeps it.

use csv::StringRecord;
use encoding_rs::{BIG5, EUC_KR, GB18030, UTF_16BE, UTF_16LE, WINDOWS_1252};
use flate2::read::MultiGzDecoder;
use kernel::{Day, Kind, Refusal};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::Path;

/// The most bytes a file may have once it is unpacked.
pub const BYTES_MAX: u64 = 512 << 20;
/// The most rows.
pub const ROWS_MAX: u64 = 5_000_000;
/// More lines than one in this many that cannot be read, and the file is refused as a whole.
pub const REFUSED_ONE_IN: usize = 100;
/// The most columns.
pub const COLUMNS_MAX: usize = 512;
/// The most bytes one cell may have that is kept.
pub const CELL_BYTES_MAX: usize = 65_536;

/// What a file is written in when it is not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Big5,
    EucKr,
    /// With GBK and GB2312 in it.
    Gb18030,
    Windows1252,
}

/// A file's bytes, unpacked.
pub struct Packed {
    name: String,
    bytes: Vec<u8>,
}

impl Packed {
    /// Opens a file, gzipped or plain. Refuses one that cannot be read or has more than [`BYTES_MAX`] bytes
    /// unpacked.
    pub fn open(path: &Path) -> Result<Packed, Refusal> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let file = std::fs::File::open(path).map_err(|error| unreadable(&name, &error))?;
        Packed::read(&name, file)
    }

    /// Reads a file that somebody else has opened; see [`Packed::open`].
    pub fn read(name: &str, file: impl Read) -> Result<Packed, Refusal> {
        Ok(Packed { name: name.to_owned(), bytes: unpack(name, file)? })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file as text. Refuses what is neither UTF-8 (with or without a byte order mark), UTF-16 with one, nor in
    /// the encoding that is usual where it comes from.
    pub fn decode(&self, encoding: Option<Encoding>) -> Result<Source<'_>, Refusal> {
        let text = decode(&self.name, &self.bytes, encoding)?;
        let delimiter = delimiter(text.lines().next().unwrap_or(""));
        Ok(Source { name: &self.name, text, shape: Shape { delimiter, has_header: true } })
    }
}

/// A file as text.
pub struct Source<'f> {
    name: &'f str,
    text: Cow<'f, str>,
    shape: Shape,
}

/// What was read of a file that has a line for each subject.
#[derive(Clone, Debug)]
pub struct Subjects<T> {
    /// By the file's own id of each.
    pub facts: Vec<(String, T)>,
    pub rows: usize,
    pub repeated: usize,
    pub refusals: Vec<Refusal>,
}

/// How a file's lines are made.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    pub delimiter: u8,
    pub has_header: bool,
}

impl Source<'_> {
    /// The same text, for a file whose shape is known beforehand.
    pub fn shaped(self, shape: Shape) -> Self {
        Source { shape, ..self }
    }

    pub fn name(&self) -> &str {
        self.name
    }

    /// The whole of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names of the columns.
    pub fn headers(&self) -> Result<Headers, Refusal> {
        let mut record = StringRecord::new();
        let some = self.reader().read_record(&mut record).map_err(|error| self.malformed(&error))?;
        let has_names = some && record.iter().any(|name| !name.trim().is_empty());
        if !has_names || record.len() > COLUMNS_MAX {
            let name = &self.name;
            return Err(bad_file(
                format!("“{name}” must begin with the names of its columns, at most {COLUMNS_MAX}."),
                format!("“{name}”的第一行必须是列名，最多 {COLUMNS_MAX} 列。"),
            ));
        }
        Ok(Headers {
            file: self.name.to_owned(),
            names: record.iter().map(|name| name.trim().to_owned()).collect(),
        })
    }

    /// Hands out every line after the header; stops at the first that spoils the whole file.
    pub fn each_line(&self, mut take: impl FnMut(&Line) -> Result<(), Refusal>) -> Result<(), Refusal> {
        let mut reader = self.reader();
        let mut line = Line { record: StringRecord::new(), number: 0 };
        let mut rows = 0;
        let mut more = |line: &mut Line| {
            let more = reader.read_record(&mut line.record).map_err(|error| self.malformed(&error))?;
            line.number = line.record.position().map_or(0, csv::Position::line);
            Ok::<bool, Refusal>(more)
        };
        if self.shape.has_header {
            more(&mut line)?;
        }
        let mut last = None;
        while more(&mut line)? {
            if rows == ROWS_MAX {
                return Err(self.too_long());
            }
            rows += 1;
            last = line.record.position().map(|at| (at.byte() as usize, at.line()));
            take(&line)?;
        }
        match last {
            Some((start, number)) if self.is_unclosed(start) => Err(self.unclosed(number)),
            _ => Ok(()),
        }
    }

    /// Whether the last record opens a quotation mark that nothing closes: it has swallowed whatever followed.
    fn is_unclosed(&self, start: usize) -> bool {
        if !self.quotes() {
            return false;
        }
        let (mut quoted, mut at_start) = (false, true);
        // A doubled mark within quotes leaves them and enters them again.
        for byte in self.text.as_bytes().iter().skip(start) {
            let was_quoted = quoted;
            if *byte == b'"' && (quoted || at_start) {
                quoted = !quoted;
            }
            at_start = match *byte {
                b'\n' | b'\r' => !quoted,
                b'"' => was_quoted,
                byte => !quoted && byte == self.shape.delimiter,
            };
        }
        quoted
    }

    /// Files divided by tabs or bars have quotation marks as they have letters.
    fn quotes(&self) -> bool {
        matches!(self.shape.delimiter, b',' | b';')
    }

    fn unclosed(&self, line: u64) -> Refusal {
        let name = &self.name;
        bad_file(
            format!(
                "Line {line} of “{name}” opens a quotation mark that is never closed; what follows it cannot be told apart."
            ),
            format!("“{name}”第 {line} 行的引号没有闭合，其后的内容无法分辨。"),
        )
    }

    /// Reads a file of one line for each subject. A subject that comes again is refused when it is another; the first
    /// counts. `again` says what such a line should have been.
    pub fn by_subject<T: PartialEq>(
        &self,
        read: impl Fn(&Line) -> Result<(String, T), Refusal>,
        again: impl Fn(&Line) -> Refusal,
    ) -> Result<Subjects<T>, Refusal> {
        let mut found: BTreeMap<String, T> = BTreeMap::new();
        let (mut rows, mut repeated, mut refusals) = (0, 0, Vec::new());
        self.each_line(|line| {
            rows += 1;
            match read(line) {
                Err(refusal) => refusals.push(refusal),
                Ok((key, fact)) if found.get(&key).is_some_and(|known| *known != fact) => {
                    refusals.push(again(line));
                }
                Ok((key, fact)) => repeated += usize::from(found.insert(key, fact).is_some()),
            }
            Ok(())
        })?;
        Ok(Subjects { facts: found.into_iter().collect(), rows, repeated, refusals })
    }

    fn reader(&self) -> csv::Reader<&[u8]> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .delimiter(self.shape.delimiter)
            .quoting(self.quotes())
            .from_reader(self.text.as_bytes())
    }

    fn malformed(&self, error: &csv::Error) -> Refusal {
        let name = &self.name;
        let (en, zh) = match error.kind() {
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
                let line = pos.as_ref().map_or(0, csv::Position::line);
                let cells = if *len == 1 { "cell" } else { "cells" };
                (
                    format!("Line {line} of “{name}” has {len} {cells}, the header {expected_len}."),
                    format!("“{name}”第 {line} 行有 {len} 格，表头有 {expected_len} 格。"),
                )
            }
            _ => (
                format!("“{name}” is not well-formed CSV: {error}."),
                format!("“{name}”不是规范的 CSV：{error}。"),
            ),
        };
        bad_file(en, zh)
    }

    fn too_long(&self) -> Refusal {
        let name = &self.name;
        bad_file(
            format!("“{name}” has more than {ROWS_MAX} rows; divide it."),
            format!("“{name}”超过 {ROWS_MAX} 行，请拆分。"),
        )
    }
}

pub(crate) fn no_row(file: &str) -> Refusal {
    bad_file(format!("“{file}” has a header and no row."), format!("“{file}”只有表头，没有数据。"))
}

/// A file of which more lines cannot be taken than its others make up for, with the first of them.
pub(crate) fn mostly_refused(
    file: &str,
    (refused, rows): (usize, usize),
    first: Option<&Refusal>,
) -> Refusal {
    let (en, zh) = first.map_or(("", ""), |first| (first.say.en.as_str(), first.say.zh.as_str()));
    let (lines_en, lines_zh) = match (refused, rows) {
        (_, 0) => return no_row(file),
        (1, 1) => {
            (format!("The only line of “{file}” cannot be taken"), format!("“{file}”仅有的一行无法读取"))
        }
        (all, rows) if all == rows => (
            format!("None of the {rows} lines of “{file}” can be taken"),
            format!("“{file}”的 {rows} 行都无法读取"),
        ),
        _ => (
            format!(
                "{refused} of the {rows} lines of “{file}” cannot be taken, more than one in {REFUSED_ONE_IN}"
            ),
            format!("“{file}”的 {rows} 行中有 {refused} 行无法读取，超过百分之一"),
        ),
    };
    let (first_en, first_zh) = if refused > 1 { ("The first: ", "第一处：") } else { ("", "") };
    bad_file(
        format!("{lines_en}. {first_en}{en}").trim_end().to_owned(),
        format!("{lines_zh}。{first_zh}{zh}"),
    )
}

pub(crate) fn bad_file(en: String, zh: String) -> Refusal {
    Refusal::new(Kind::Invalid, "bad_file", en, zh)
}

fn unreadable(name: &str, error: &std::io::Error) -> Refusal {
    let (en, zh) = match error.kind() {
        ErrorKind::NotFound => (format!("There is no file “{name}”."), format!("没有“{name}”这个文件。")),
        ErrorKind::PermissionDenied => {
            (format!("“{name}” may not be read by this program."), format!("本程序无权读取“{name}”。"))
        }
        ErrorKind::IsADirectory => {
            (format!("“{name}” is a folder, not a file."), format!("“{name}”是文件夹，不是文件。"))
        }
        ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput => (
            format!("“{name}” is damaged or was cut off; fetch it again."),
            format!("“{name}”已损坏或不完整，请重新获取。"),
        ),
        _ => (format!("“{name}” cannot be read: {error}."), format!("“{name}”无法读取：{error}。")),
    };
    bad_file(en, zh)
}

/// The bytes of a file, unpacked if it is gzipped.
fn unpack(name: &str, mut file: impl Read) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let start = &mut (&mut file).take(2);
    start.read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    let whole = std::io::Cursor::new(bytes.clone()).chain(file);
    let is_gzip = bytes == [0x1f, 0x8b];
    if bytes == *b"PK" || bytes == [0xd0, 0xcf] {
        return Err(bad_file(
            format!("“{name}” is a workbook or an archive; save its sheet as CSV, or unpack it first."),
            format!("“{name}”是工作簿或压缩包；请将工作表另存为 CSV，或先解压。"),
        ));
    }
    bytes.clear();
    let read = match is_gzip {
        true => MultiGzDecoder::new(whole).take(BYTES_MAX + 1).read_to_end(&mut bytes),
        false => whole.take(BYTES_MAX + 1).read_to_end(&mut bytes),
    };
    read.map_err(|error| unreadable(name, &error))?;
    if bytes.len() as u64 > BYTES_MAX {
        let megabytes = BYTES_MAX >> 20;
        return Err(bad_file(
            format!("“{name}” has more than {megabytes} MB unpacked; divide it."),
            format!("“{name}”解压后超过 {megabytes} MB，请拆分。"),
        ));
    }
    Ok(bytes)
}

fn decode<'f>(name: &str, bytes: &'f [u8], encoding: Option<Encoding>) -> Result<Cow<'f, str>, Refusal> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let is_text = |text: &str| !text.contains('\0');
    if let Ok(text) = std::str::from_utf8(bytes)
        && is_text(text)
    {
        return Ok(Cow::Borrowed(text));
    }
    // Spreadsheets save "Unicode text" so.
    let wide = match bytes {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ => None,
    };
    if let Some(text) =
        wide.and_then(|wide| wide.decode_without_bom_handling_and_without_replacement(&bytes[2..]))
    {
        return Ok(text);
    }
    let usual = encoding.map(|encoding| match encoding {
        Encoding::Big5 => BIG5,
        Encoding::EucKr => EUC_KR,
        Encoding::Gb18030 => GB18030,
        Encoding::Windows1252 => WINDOWS_1252,
    });
    let decoded = usual.and_then(|usual| usual.decode_without_bom_handling_and_without_replacement(bytes));
    decoded.filter(|text| is_text(text)).ok_or_else(|| {
        let (or_en, or_zh) = usual.map_or_else(Default::default, |usual| {
            (format!(" or {}", usual.name()), format!(" 或 {}", usual.name()))
        });
        bad_file(
            format!("“{name}” is not text in UTF-8{or_en}; save it again as UTF-8."),
            format!("“{name}”的编码不是 UTF-8{or_zh}；请另存为 UTF-8。"),
        )
    })
}

/// Whichever divides the header into the most columns.
fn delimiter(header: &str) -> u8 {
    let count = |byte: u8| header.bytes().filter(|one| *one == byte).count();
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|byte| count(*byte)).unwrap_or(b',')
}

/// The names of a file's columns.
pub struct Headers {
    file: String,
    names: Vec<String>,
}

impl Headers {
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The name of a column, as the file has it.
    pub fn name(&self, at: usize) -> &str {
        self.names.get(at).map_or("", String::as_str)
    }

    /// The place of the first of these names that is there, whatever its case.
    pub fn find(&self, names: &[&str]) -> Option<usize> {
        names
            .iter()
            .find_map(|name| self.names.iter().position(|own| own.to_lowercase() == name.to_lowercase()))
    }

    /// The first name that begins so.
    pub fn starting_with(&self, start: &str) -> Option<&String> {
        self.names.iter().find(|name| name.to_lowercase().starts_with(start))
    }

    /// Refuses a file whose first columns are not these.
    pub fn require(&self, first: &[&str]) -> Result<(), Refusal> {
        let as_wanted = first.iter().enumerate().all(|(at, name)| self.find(&[name]) == Some(at));
        if as_wanted {
            return Ok(());
        }
        let (file, wanted, found) = (&self.file, first.join(", "), self.list());
        Err(bad_file(
            format!("“{file}” must begin with the columns {wanted}; its columns are {found}."),
            format!("“{file}”必须以 {wanted} 这些列开头；现有的列为 {found}。"),
        ))
    }

    /// For a refusal.
    pub fn list(&self) -> String {
        self.names.iter().take(24).map(|name| clip(name)).collect::<Vec<_>>().join(", ")
    }
}

/// What a reader takes off a cell before it is a number.
const UNKNOWN: [&str; 8] = ["", "-", "--", "nan", "none", "null", "n/a", "n/c"];

/// A cell holds something, and it is not what was asked for; [`Line::refuse`] says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// One line of a file.
pub struct Line {
    record: StringRecord,
    number: u64,
}

impl Line {
    /// Counted as an editor does; a quoted cell may span several.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// A cell; empty when it says that it is not known.
    pub fn text(&self, at: usize) -> &str {
        let text = self.record.get(at).unwrap_or("").trim();
        let unknown = text.len() <= 4 && UNKNOWN.iter().any(|one| text.eq_ignore_ascii_case(one));
        if unknown || text.len() > CELL_BYTES_MAX { "" } else { text }
    }

    /// A cell however long.
    pub fn raw(&self, at: usize) -> &str {
        self.record.get(at).unwrap_or("").trim()
    }

    /// A day written `2016-12-23`, `2016/12/23`, `2016/1/2`, `2016.1.2`, `20161223`, `2016年1月2日`, `2016년 1월 2일` or
    /// `Jan 2, 2016`, with midnight after it or without. Which of `1/2/2016` is the month nobody can know.
    pub fn day(&self, at: usize) -> Result<Option<Day>, Unreadable> {
        let text = self.text(at);
        if text.is_empty() {
            return Ok(None);
        }
        day(text).map(Some).ok_or(Unreadable)
    }

    /// A number times a power of ten, as a whole one; what is finer is rounded half away from zero. Thousands may be divided by
    /// commas and a currency sign may stand in front.
    pub fn scaled(&self, at: usize, places: u32) -> Result<Option<i64>, Unreadable> {
        let text = self.text(at);
        if text.is_empty() {
            return Ok(None);
        }
        scale(text, places as usize).map(Some).ok_or(Unreadable)
    }

    /// A whole number; `12.0` is one, `12.5` is not.
    pub fn whole(&self, at: usize) -> Result<Option<i64>, Unreadable> {
        let text = self.text(at);
        let whole = text
            .split_once('.')
            .map_or(text, |(whole, rest)| if rest.bytes().all(|byte| byte == b'0') { whole } else { text });
        match whole {
            "" => Ok(None),
            whole if whole.contains('.') => Err(Unreadable),
            whole => scale(whole, 0).map(Some).ok_or(Unreadable),
        }
    }

    /// A percentage, with its sign or without: `30.08`, `30.08%`.
    pub fn percent(&self, at: usize) -> Result<Option<f64>, Unreadable> {
        let text = self.text(at);
        let number = text.strip_suffix(['%', '％']).unwrap_or(text).trim_start_matches('<').trim();
        if number.is_empty() {
            return Ok(None);
        }
        number.parse().ok().filter(|number: &f64| number.is_finite()).map(Some).ok_or(Unreadable)
    }

    /// Says which cell of which line is not what it should be.
    pub fn refuse(&self, file: &str, at: Option<usize>, column: &str, wanted: (&str, &str)) -> Refusal {
        let found = clip(at.and_then(|at| self.record.get(at)).unwrap_or("").trim());
        let (line, (en, zh)) = (self.number, wanted);
        Refusal::new(
            Kind::Invalid,
            "bad_line",
            format!("Line {line} of “{file}”: {column} is “{found}”, which is not {en}."),
            format!("“{file}”第 {line} 行：{column} 为“{found}”，应为{zh}。"),
        )
    }
}

fn clip(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The day that a text is; see [`Line::day`].
pub(crate) fn day(text: &str) -> Option<Day> {
    let date = text.strip_suffix(" 00:00:00").or_else(|| text.strip_suffix("T00:00:00")).unwrap_or(text);
    if date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit()) {
        return Day::parse(&format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..])).ok();
    }
    if let Some(day) = day_with_month_in_letters(date) {
        return Some(day);
    }
    let words = date.strip_suffix(['日', '일']).unwrap_or(date);
    let parts: Vec<&str> =
        words.trim_end_matches('.').split(['-', '/', '.', '年', '月', '년', '월']).map(str::trim).collect();
    let number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?;
    match parts[..] {
        [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => {
            let year = year.bytes().all(|byte| byte.is_ascii_digit()).then(|| year.parse().ok())??;
            Day::new(year, number(month)?, number(day)?).ok()
        }
        _ => None,
    }
}

/// `Jan 2, 2016` or `January 2, 2016`.
fn day_with_month_in_letters(date: &str) -> Option<Day> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let (month_and_day, year) = date.split_once(", ")?;
    let (month, day) = month_and_day.split_once(' ')?;
    let month = month.trim_end_matches('.').to_lowercase();
    let (_, month) = MONTHS.iter().zip(1..).find(|(name, _)| month.len() >= 3 && name.starts_with(&month))?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(day) && digits(year) && year.len() == 4).then_some(())?;
    Day::new(year.parse().ok()?, month, day.parse().ok()?).ok()
}

/// `"44.069"` with two places is 4407; what does not fit or is no plain decimal is nothing.
pub(crate) fn scale(text: &str, places: usize) -> Option<i64> {
    const DIGITS_MAX: usize = 17;
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let rest = rest.trim_start_matches(['¥', '￥', '$', '€', '£', '₩']);
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    if !divides_thousands(whole) {
        return None;
    }
    let mut number: i64 = 0;
    let mut digits = 0;
    for byte in whole.bytes().filter(|byte| *byte != b',') {
        digits += 1;
        number = append(number, byte)?;
    }
    if digits == 0 || digits + places > DIGITS_MAX || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    for i in 0..places {
        number = append(number, fraction.as_bytes().get(i).copied().unwrap_or(b'0'))?;
    }
    let round_up = fraction.as_bytes().get(places).is_some_and(|next| *next >= b'5');
    number += i64::from(round_up);
    Some(if negative { -number } else { number })
}

/// Commas, if there are any, stand before every three digits: elsewhere one may be a decimal point.
fn divides_thousands(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    let has_more = whole.contains(',');
    !has_more || ((1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3))
}

fn append(number: i64, digit: u8) -> Option<i64> {
    let digit = digit.is_ascii_digit().then(|| i64::from(digit - b'0'))?;
    number.checked_mul(10)?.checked_add(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_scaled_or_nothing() {
        assert_eq!(scale("3008.1", 6), Some(3_008_100_000));
        assert_eq!(scale("3008.1000000000004", 6), Some(3_008_100_000));
        assert_eq!(scale("$6,762,000", 2), Some(676_200_000));
        assert_eq!(scale("-¥1.5", 2), Some(-150));
        assert_eq!(scale("0.005", 2), Some(1));
        for bad in [
            "",
            "-",
            ".5",
            "1e3",
            "1.2.3",
            "12a",
            "１２",
            "+1",
            "1,5",
            "3008,1",
            "1,2345",
            "999999999999999999",
        ] {
            assert_eq!(scale(bad, 2), None, "{bad}");
        }
    }

    #[test]
    fn days_are_read_in_a_few_ways() {
        let christmas = Day::parse("2016-12-25").ok();
        for text in [
            "2016-12-25",
            "2016/12/25",
            "20161225",
            "2016-12-25 00:00:00",
            "2016年12月25日",
            "2016년 12월 25일",
            "2016.12.25",
            "2016. 12. 25.",
            "Dec 25, 2016",
            "December 25, 2016",
        ] {
            assert_eq!(day(text), christmas, "{text}");
        }
        assert_eq!(day("2016/1/5"), Day::parse("2016-01-05").ok());
        for bad in [
            "25.12.2016",
            "2016-13-01",
            "2016-2-",
            "161225",
            "1/2/2016",
            "16-1-2",
            "2016-012-25",
            "2016-12-25-1",
            "2016-12-25 19:30:00",
            "Decem 32, 2016",
            "De 25, 2016",
            "Dec 25, 16",
            "12月25日",
        ] {
            assert_eq!(day(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_header_says_what_divides_columns() {
        assert_eq!(delimiter("date,title,gross"), b',');
        assert_eq!(delimiter("nom;adresse, rue;ecrans"), b';');
        assert_eq!(delimiter("title"), b',');
    }
}
