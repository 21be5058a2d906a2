//! Directories of cinemas: China's national codes, and the French register with its screens and seats.

use crate::learned::{self, Kind};
use crate::table::{Encoding, Headers, Line, Packed, Subjects, bad_file};
use db::View;
use kernel::{Instant, Refusal, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A cinema of a directory. What it does not say is `None`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Listed {
    pub name: String,
    /// China: the first two digits of the national code; France: the department.
    pub region: String,
    pub city: Option<String>,
    pub screens: Option<i64>,
    pub seats: Option<i64>,
    /// Of the year the directory is about.
    pub admissions: Option<i64>,
    /// Degrees.
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}

/// Whose directory it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Directory {
    China,
    France,
}

impl Directory {
    pub const ALL: [Directory; 2] = [Directory::China, Directory::France];

    /// What `--as` calls it.
    pub fn code(self) -> &'static str {
        match self {
            Directory::China => "china_cinemas",
            Directory::France => "france_cinemas",
        }
    }

    pub fn sniff(headers: &Headers) -> Option<Directory> {
        Directory::ALL.into_iter().find(|directory| {
            let (code, name) = directory.required();
            headers.find(&[code]).is_some() && headers.find(&[name]).is_some()
        })
    }

    /// The columns with the code and the name.
    fn required(self) -> (&'static str, &'static str) {
        match self {
            Directory::China => ("national_code", "name"),
            Directory::France => ("n° auto", "nom"),
        }
    }

    pub(crate) fn encoding(self) -> Option<Encoding> {
        match self {
            Directory::China => Some(Encoding::Gb18030),
            Directory::France => None,
        }
    }
}

/// Reads a directory. A code that comes again with another name is refused; the first counts.
pub fn read(file: &Packed, directory: Directory) -> Result<Subjects<Listed>, Refusal> {
    let source = file.decode(directory.encoding())?;
    let headers = source.headers()?;
    let (code, name) = directory.required();
    let (Some(code_at), Some(name_at)) = (headers.find(&[code]), headers.find(&[name])) else {
        let (file, found) = (headers.file(), headers.list());
        return Err(bad_file(
            format!(
                "“{file}” is not a directory of cinemas: it needs {code} and {name}; its columns are {found}."
            ),
            format!("“{file}”不是影院名录：需要 {code} 和 {name}；现有的列为 {found}。"),
        ));
    };
    let listed = |line: &Line| match directory {
        Directory::China => chinese(source.name(), line, code_at, name_at),
        Directory::France => french(source.name(), line, &headers, code_at, name_at),
    };
    let wanted = (
        "a code of its own: an earlier line has another cinema by it",
        "唯一的编码：前面的行已用于另一家影院",
    );
    let again = |line: &Line| line.refuse(source.name(), Some(code_at), code, wanted);
    source.by_subject(listed, again)
}

/// Eight digits, the first two of them the province.
fn chinese(file: &str, line: &Line, code_at: usize, name_at: usize) -> Result<(String, Listed), Refusal> {
    let (code, name) = (line.text(code_at), line.text(name_at));
    if code.len() != 8 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(line.refuse(
            file,
            Some(code_at),
            "national_code",
            ("a code of 8 digits", "8 位数字编码"),
        ));
    }
    if name.is_empty() {
        return Err(line.refuse(file, Some(name_at), "name", ("a cinema’s name", "影院名称")));
    }
    Ok((code.to_owned(), Listed { name: name.to_owned(), region: code[..2].to_owned(), ..Listed::default() }))
}

fn french(
    file: &str,
    line: &Line,
    headers: &Headers,
    code_at: usize,
    name_at: usize,
) -> Result<(String, Listed), Refusal> {
    let (code, name) = (line.text(code_at), line.text(name_at));
    if code.is_empty() || name.is_empty() {
        return Err(line.refuse(file, Some(name_at), "nom", ("a cinema’s name", "影院名称")));
    }
    let count = |column: &'static str| {
        let at = headers.find(&[column]);
        let count = at.map(|at| line.whole(at)).transpose();
        let wrong = || line.refuse(file, at, column, ("zero or more", "零或正数"));
        match count.map_err(|_| wrong())?.flatten() {
            Some(count) if count < 0 => Err(wrong()),
            count => Ok(count),
        }
    };
    let degrees = |column: &'static str, limit: f64| {
        let at = headers.find(&[column]);
        let text = at.map_or("", |at| line.text(at));
        let degrees: Option<f64> = text.parse().ok().filter(|degrees: &f64| degrees.abs() <= limit);
        match degrees {
            None if !text.is_empty() => Err(line.refuse(file, at, column, ("degrees", "经纬度"))),
            degrees => Ok(degrees),
        }
    };
    let text = |column: &str| headers.find(&[column]).map_or("", |at| line.text(at)).to_owned();
    let year = headers.starting_with("entrees ").map_or("", String::as_str);
    let listed = Listed {
        name: name.to_owned(),
        region: text("dep"),
        city: Some(text("commune")).filter(|city| !city.is_empty()),
        screens: count("ecrans")?,
        seats: count("fauteuils")?,
        admissions: headers.find(&[year]).map(|at| line.whole(at)).and_then(Result::ok).flatten(),
        latitude: degrees("latitude", 90.0)?,
        longitude: degrees("longitude", 180.0)?,
    };
    Ok((code.to_owned(), listed))
}

/// Every cinema of a directory as it was known at an instant, by code.
pub fn all(view: &View, directory: Directory, as_of: Instant) -> Result<BTreeMap<String, Listed>> {
    let mut cinemas = BTreeMap::new();
    for row in learned::by(view, directory.code(), Kind::Cinema, as_of)? {
        cinemas.insert(row.subject, serde_json::from_str(&row.body)?);
    }
    Ok(cinemas)
}
