//! Tables as files: CSV (RFC 4180) that a spreadsheet opens as it was meant. Every table that leaves is written here.
//!
//! A spreadsheet computes what begins like a formula, also when somebody else chose the words: a film, a shop, a person.
//! Such text gets an apostrophe in front and stands in quotes (OWASP, *CSV Injection*); numbers stay numbers.

/// Without it Excel reads 中文 as noise.
pub const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What begins a formula, also in full width, or makes one begin in the next cell.
const BEGINS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// One line, ended as RFC 4180 asks.
pub fn line<T: AsRef<str>>(cells: impl IntoIterator<Item = T>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|text| cell(text.as_ref())).collect();
    cells.join(",") + "\r\n"
}

/// One cell: a number as it is, other text so that it is never computed.
pub fn cell(text: &str) -> String {
    let computes = !is_number(text) && text.trim_start_matches(is_blank).starts_with(BEGINS);
    if computes { quoted(&format!("'{text}")) } else { quoted(text) }
}

/// Digits that are a name and no number, such as an account's, which a spreadsheet would round.
pub fn digits(text: &str) -> String {
    if text.is_empty() { String::new() } else { quoted(&format!("'{text}")) }
}

/// A semicolon parts cells where a comma is the decimal sign, so it stands in quotes as well.
fn quoted(text: &str) -> String {
    if text.contains(['"', ',', ';', '\t', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() && !BEGINS.contains(&c)
}

/// `-12.50`, `7`: digits with at most one sign before and one point between. Not what else a program takes for a number.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all(whole) && all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_numbers() {
        for number in ["-12.50", "7", "+3", "0.5", "2016"] {
            assert_eq!(cell(number), number);
        }
    }

    #[test]
    fn words_never_compute() {
        for (words, written) in [
            ("=1+1", "'=1+1"),
            ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
            ("@SUM(1)", "'@SUM(1)"),
            ("+inf", "'+inf"),
            ("-1e5", "'-1e5"),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("  =1", "'  =1"),
            ("＝1", "'＝1"),
            ("a;=1", "\"a;=1\""),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
            ("摆渡人", "摆渡人"),
            ("", ""),
        ] {
            assert_eq!(cell(words), written, "{words}");
        }
        assert_eq!(line(["Star, \"West\"", "-1"]), "\"Star, \"\"West\"\"\",-1\r\n");
        assert_eq!((digits("6222021"), digits("")), ("'6222021".to_owned(), String::new()));
    }
}
