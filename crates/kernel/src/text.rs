//! What text from a form must be: without the blanks around it, so long, and such that it can be shown.

use crate::{Refusal, Words};

/// A text of 1 to `chars_max` characters on one line. `what` begins the sentence that refuses it.
pub fn line(field: &'static str, what: &Words, text: &str, chars_max: usize) -> Result<String, Refusal> {
    let text = maybe_line(field, what, text, chars_max)?;
    if text.is_empty() {
        let en = format!("{} cannot be empty.", what.en);
        return Err(Refusal::field(field, "empty", en, format!("{}不能为空。", what.zh)));
    }
    Ok(text)
}

/// The same, but it may be empty.
pub fn maybe_line(
    field: &'static str,
    what: &Words,
    text: &str,
    chars_max: usize,
) -> Result<String, Refusal> {
    if text.trim().chars().any(char::is_control) {
        let en = format!("{} is one line of plain text.", what.en);
        return Err(Refusal::field(field, "not_a_line", en, format!("{}只能是一行文字。", what.zh)));
    }
    prose(field, what, text, chars_max)
}

/// Text of several lines, perhaps of none.
pub fn prose(field: &'static str, what: &Words, text: &str, chars_max: usize) -> Result<String, Refusal> {
    let text = text.trim().replace("\r\n", "\n");
    if text.chars().count() > chars_max {
        let en = format!("{} takes at most {chars_max} characters.", what.en);
        return Err(Refusal::field(field, "too_long", en, format!("{}最多 {chars_max} 个字。", what.zh)));
    }
    if text.chars().any(|char| char.is_control() && !matches!(char, '\n' | '\t')) {
        let en = format!("{} is plain text.", what.en);
        return Err(Refusal::field(field, "not_plain", en, format!("{}只能是普通文字。", what.zh)));
    }
    Ok(text)
}

/// A word for an address or a program: small letters, digits and hyphens, a letter or digit at either end.
pub fn code(field: &'static str, what: &Words, text: &str, chars_max: usize) -> Result<String, Refusal> {
    let text = text.trim();
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let framed = !text.is_empty() && !text.starts_with('-') && !text.ends_with('-');
    if framed && text.len() <= chars_max && text.bytes().all(plain) {
        return Ok(text.to_owned());
    }
    Err(Refusal::field(
        field,
        "bad_code",
        format!("{} is at most {chars_max} small letters, digits and hyphens.", what.en),
        format!("{}最多 {chars_max} 个小写字母、数字或连字符。", what.zh),
    ))
}

/// A name in both languages, from the fields `name_en` and `name_zh`.
pub fn name(name: &Words, chars_max: usize) -> Result<Words, Refusal> {
    let en = line("name_en", &Words::new("The English name", "英文名称"), &name.en, chars_max)?;
    let zh = line("name_zh", &Words::new("The Chinese name", "中文名称"), &name.zh, chars_max)?;
    Ok(Words { en, zh })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
        result.expect_err("it is refused").code
    }

    #[test]
    fn lines_lose_the_blanks_around_them_and_keep_to_one_line() {
        let what = Words::new("The name", "名称");
        assert_eq!(line("name", &what, "  摆渡人 ", 3).expect("a line"), "摆渡人");
        assert_eq!(refused(line("name", &what, " \t ", 3)), "empty");
        assert_eq!(refused(line("name", &what, "摆渡人们", 3)), "too_long");
        assert_eq!(refused(line("name", &what, "a\nb", 3)), "not_a_line");
        assert_eq!(maybe_line("name", &what, " ", 3).expect("nothing"), "");
    }

    #[test]
    fn prose_keeps_its_lines_and_nothing_that_cannot_be_shown() {
        let what = Words::new("The text", "介绍");
        assert_eq!(prose("text", &what, "a\r\nb\tc", 9).expect("prose"), "a\nb\tc");
        assert_eq!(refused(prose("text", &what, "a\u{1b}[2J", 9)), "not_plain");
    }

    #[test]
    fn codes_are_framed_by_letters_or_digits() {
        let what = Words::new("The address", "网址");
        assert_eq!(code("slug", &what, " night-tide ", 12).expect("a code"), "night-tide");
        for wrong in ["", "-a", "a-", "A", "a b", "夜", "a-very-long-one"] {
            assert_eq!(refused(code("slug", &what, wrong, 12)), "bad_code", "{wrong}");
        }
    }
}
