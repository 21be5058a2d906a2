//! A table as a file: CSV (RFC 4180) that a spreadsheet opens as it was meant.
//!
//! It begins with a byte-order mark, without which Excel reads 中文 as noise. Text that a spreadsheet
//! would take for a formula gets an apostrophe in front.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The answer that a browser keeps as `name`.csv.
pub fn csv(name: &str, head: &[&str], rows: &[Vec<String>]) -> Response {
    let safe: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let attachment = format!("attachment; filename=\"{safe}.csv\"");
    let kind = HeaderValue::from_static("text/csv; charset=utf-8");
    let kept = HeaderValue::from_str(&attachment).unwrap_or(HeaderValue::from_static("attachment"));
    let nowhere = HeaderValue::from_static("private, no-store");
    let head_of_answer =
        [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, kept), (header::CACHE_CONTROL, nowhere)];
    (head_of_answer, text(head, rows)).into_response()
}

fn text(head: &[&str], rows: &[Vec<String>]) -> String {
    let mut text = BYTE_ORDER_MARK.to_owned();
    line(&mut text, head.iter().copied());
    for row in rows {
        line(&mut text, row.iter().map(String::as_str));
    }
    text
}

fn line<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (i, cell) in cells.enumerate() {
        if i > 0 {
            text.push(',');
        }
        text.push_str(&quoted(cell));
    }
    text.push_str("\r\n");
}

fn quoted(cell: &str) -> String {
    let is_number = cell.parse::<f64>().is_ok();
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number;
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_read_back_and_never_compute() {
        let rows = [vec!["Star, \"West\"".to_owned(), "-12.50".into(), "=1+1".into(), "摆渡人".into()]];
        let written = text(&["cinema", "net", "note", "film"], &rows);
        let lines: Vec<&str> = written.lines().collect();
        assert_eq!(lines, ["\u{feff}cinema,net,note,film", "\"Star, \"\"West\"\"\",-12.50,'=1+1,摆渡人"]);
    }
}
