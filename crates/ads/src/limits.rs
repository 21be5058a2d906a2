//! What may be written into a form here, and the sentence for what may not.

use kernel::{Refusal, Words};

/// A text that must be there, at most so many characters long.
pub(crate) fn filled(field: &'static str, text: &str, chars_max: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::field(field, "missing", "Please fill this in.", "请填写这一项。"));
    }
    short(field, text, chars_max)
}

/// A text that may be empty, at most so many characters long.
pub(crate) fn short(field: &'static str, text: &str, chars_max: usize) -> Result<(), Refusal> {
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
pub(crate) fn words(fields: [&'static str; 2], words: &Words, chars_max: usize) -> Result<(), Refusal> {
    if words.en.trim().is_empty() && words.zh.trim().is_empty() {
        return filled(fields[0], "", chars_max);
    }
    short(fields[0], &words.en, chars_max)?;
    short(fields[1], &words.zh, chars_max)
}

/// A number between two limits, both allowed.
pub(crate) fn within(field: &'static str, number: i64, low: i64, high: i64) -> Result<(), Refusal> {
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
