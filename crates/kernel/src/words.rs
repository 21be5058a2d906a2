//! Text in the two languages that every reader may choose between.

use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// A reader's language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    #[default]
    En,
    Zh,
}

impl Lang {
    pub fn code(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
    }

    pub fn parse(text: &str) -> Option<Lang> {
        match text.split(['-', '_']).next()? {
            "en" => Some(Lang::En),
            "zh" => Some(Lang::Zh),
            _ => None,
        }
    }
}

/// `1 showing`, `1,204 showings`: an English count with its noun.
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    let noun = if count == N::from(1) { one } else { many };
    format!("{} {noun}", grouped(&count.to_string()))
}

/// `+13`, `−50`, `±0`: a change with its sign, to so many decimals.
pub fn signed(value: f64, places: usize) -> String {
    let text = format!("{value:+.places$}");
    let magnitude = text.trim_start_matches(['+', '-']);
    let is_nothing = !magnitude.contains(|char: char| ('1'..='9').contains(&char));
    let sign = if is_nothing {
        "±"
    } else if value < 0.0 {
        "−"
    } else {
        "+"
    };
    let (whole, decimals) = magnitude.split_at(magnitude.find('.').unwrap_or(magnitude.len()));
    format!("{sign}{}{decimals}", grouped(whole))
}

/// `1,234,567` of a whole number's digits, with a true minus where it has one.
pub fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (i, digit) in digits.char_indices() {
        if i > 0
            && (digits.len() - i).is_multiple_of(3)
            && digits[..i].ends_with(|char: char| char.is_ascii_digit())
        {
            text.push(',');
        }
        text.push(if digit == '-' { '−' } else { digit });
    }
    text
}

/// The same text in English and in 中文.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Words {
    pub en: String,
    pub zh: String,
}

impl Words {
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Words {
        Words { en: en.into(), zh: zh.into() }
    }

    /// The text for a reader; the other language when theirs is empty.
    pub fn in_(&self, lang: Lang) -> &str {
        match lang {
            Lang::En if !self.en.is_empty() => &self.en,
            Lang::Zh if !self.zh.is_empty() => &self.zh,
            Lang::En => &self.zh,
            Lang::Zh => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_counted_apart_from_many() {
        assert_eq!(counted(1, "showing", "showings"), "1 showing");
        assert_eq!(counted(0_usize, "showing", "showings"), "0 showings");
        assert_eq!(counted(1_204_567_i64, "person", "people"), "1,204,567 people");
        assert_eq!(counted(-123, "seat", "seats"), "−123 seats");
    }

    #[test]
    fn a_change_has_a_true_minus() {
        let all = [(-50.0, 0), (13.44, 1), (0.2, 0), (-0.04, 1), (2103.0, 0)];
        assert_eq!(
            all.map(|(value, places)| signed(value, places)),
            ["−50", "+13.4", "±0", "±0.0", "+2,103"]
        );
    }
}
