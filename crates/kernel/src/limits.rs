//! What may be written into a form, and the sentence for what may not.

use crate::{Refusal, Share, Words};

/// A text that must be there, at most so many characters long.
pub fn filled(field: &'static str, text: &str, chars_max: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::field(field, "missing", "Please fill this in.", "请填写这一项。"));
    }
    short(field, text, chars_max)
}

/// A text that may be empty, at most so many characters long.
pub fn short(field: &'static str, text: &str, chars_max: usize) -> Result<(), Refusal> {
    if text.chars().count() > chars_max {
        return Err(Refusal::field(
            field,
            "too_long",
            format!("This may have at most {chars_max} characters."),
            format!("最多 {chars_max} 个字。"),
        ));
    }
    if text.chars().any(|char| char.is_control() && !matches!(char, '\n' | '\r' | '\t')) {
        return Err(Refusal::field(
            field,
            "bad_text",
            "This has characters in it that cannot be shown.",
            "其中有无法显示的字符。",
        ));
    }
    Ok(())
}

/// A text in at least one of the two languages.
pub fn words(fields: [&'static str; 2], words: &Words, chars_max: usize) -> Result<(), Refusal> {
    if words.en.trim().is_empty() && words.zh.trim().is_empty() {
        return filled(fields[0], "", chars_max);
    }
    short(fields[0], &words.en, chars_max)?;
    short(fields[1], &words.zh, chars_max)
}

/// A name for programs: lower-case letters, digits, hyphens and underscores.
pub fn code(field: &'static str, text: &str, chars_max: usize) -> Result<(), Refusal> {
    filled(field, text, chars_max)?;
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    if text.bytes().all(plain) {
        return Ok(());
    }
    Err(Refusal::field(
        field,
        "bad_code",
        "This may have lower-case letters, digits, hyphens and underscores only.",
        "只能用小写字母、数字、连字符和下划线。",
    ))
}

/// A number between two limits, both allowed.
pub fn within(field: &'static str, number: i64, low: i64, high: i64) -> Result<(), Refusal> {
    if (low..=high).contains(&number) {
        return Ok(());
    }
    Err(Refusal::field(
        field,
        "out_of_limits",
        format!("This is {number}, but must be between {low} and {high}."),
        format!("这里是 {number}，须在 {low} 到 {high} 之间。"),
    ))
}

/// A part of a whole.
pub fn share(field: &'static str, share: Share) -> Result<(), Refusal> {
    if (Share::ZERO..=Share::ONE).contains(&share) {
        return Ok(());
    }
    Err(Refusal::field(
        field,
        "out_of_limits",
        format!("This is {share}, but must be between 0 and 100 %."),
        format!("这里是 {share}，须在 0 到 100 % 之间。"),
    ))
}
