//! A table as the file that a browser keeps; its cells are written by `kernel::sheet`.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kernel::sheet;

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
    let rows = rows.iter().map(sheet::line);
    sheet::BYTE_ORDER_MARK.to_owned() + &sheet::line(head) + &rows.collect::<String>()
}
