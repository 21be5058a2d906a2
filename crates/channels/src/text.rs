//! What text from a form must be.

use kernel::{Refusal, Words};

/// The text without the blanks around it: 1 to `max` characters on one line.
pub(crate) fn line(field: &'static str, what: &Words, text: &str, max: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        let en = format!("{} cannot be empty.", what.en);
        return Err(Refusal::field(field, "empty", en, format!("{}不能为空。", what.zh)));
    }
    if text.chars().any(char::is_control) {
        let en = format!("{} is one line of plain text.", what.en);
        return Err(Refusal::field(field, "not_a_line", en, format!("{}只能是一行文字。", what.zh)));
    }
    within(field, what, text, max)
}

/// Text of at most `max` characters, perhaps of none.
pub(crate) fn within(field: &'static str, what: &Words, text: &str, max: usize) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() <= max {
        return Ok(text.to_owned());
    }
    let en = format!("{} takes at most {max} characters.", what.en);
    Err(Refusal::field(field, "too_long", en, format!("{}最多 {max} 个字。", what.zh)))
}

/// A word for an address or a program: small letters, digits and hyphens, a letter or digit at either end.
pub(crate) fn code(field: &'static str, what: &Words, text: &str, max: usize) -> Result<String, Refusal> {
    let text = text.trim();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let framed = !text.is_empty() && !text.starts_with('-') && !text.ends_with('-');
    if framed && text.len() <= max && text.bytes().all(plain) {
        return Ok(text.to_owned());
    }
    Err(Refusal::field(
        field,
        "bad_code",
        format!("{} is at most {max} small letters, digits and hyphens.", what.en),
        format!("{}最多 {max} 个小写字母、数字或连字符。", what.zh),
    ))
}

pub(crate) fn name(name: &Words, max: usize) -> Result<Words, Refusal> {
    let en = line("name_en", &Words::new("The English name", "英文名称"), &name.en, max)?;
    let zh = line("name_zh", &Words::new("The Chinese name", "中文名称"), &name.zh, max)?;
    Ok(Words { en, zh })
}
