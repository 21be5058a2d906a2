//! What text from a form must be.

use kernel::{Refusal, Words};

/// The text without the blanks around it: 1 to `max` characters on one line.
pub(crate) fn line(field: &'static str, what: &Words, text: &str, max: usize) -> Result<String, Refusal> {
    let text = maybe_line(field, what, text, max)?;
    if !text.is_empty() {
        return Ok(text);
    }
    Err(Refusal::field(
        field,
        "empty",
        format!("{} cannot be empty.", what.en),
        format!("{}不能为空。", what.zh),
    ))
}

/// The same, but it may be empty.
pub(crate) fn maybe_line(
    field: &'static str,
    what: &Words,
    text: &str,
    max: usize,
) -> Result<String, Refusal> {
    if text.trim().chars().any(char::is_control) {
        let en = format!("{} is one line of plain text.", what.en);
        return Err(Refusal::field(field, "not_a_line", en, format!("{}只能是一行文字。", what.zh)));
    }
    prose(field, what, text, max)
}

/// Text of several lines, perhaps of none.
pub(crate) fn prose(field: &'static str, what: &Words, text: &str, max: usize) -> Result<String, Refusal> {
    let text = text.trim().replace("\r\n", "\n");
    if text.chars().count() > max {
        let en = format!("{} takes at most {max} characters.", what.en);
        return Err(Refusal::field(field, "too_long", en, format!("{}最多 {max} 个字。", what.zh)));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        let en = format!("{} is plain text.", what.en);
        return Err(Refusal::field(field, "not_plain", en, format!("{}只能是普通文字。", what.zh)));
    }
    Ok(text)
}
