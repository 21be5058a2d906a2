//! What a line of text from a form must be.

use kernel::{Refusal, Words};

/// The text without the blanks around it, when it has 1 to `max` characters and none that control a terminal.
pub(crate) fn line(field: &'static str, what: &Words, text: &str, max: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        let en = format!("{} cannot be empty.", what.en);
        return Err(Refusal::field(field, "empty", en, format!("{}不能为空。", what.zh)));
    }
    if text.chars().count() > max {
        let en = format!("{} takes at most {max} characters.", what.en);
        return Err(Refusal::field(field, "too_long", en, format!("{}最多 {max} 个字。", what.zh)));
    }
    if text.chars().any(char::is_control) {
        let en = format!("{} is one line of plain text.", what.en);
        return Err(Refusal::field(field, "not_a_line", en, format!("{}只能是一行文字。", what.zh)));
    }
    Ok(text.to_owned())
}
