//! The visual kit that every page is built from: pure functions from plain words and numbers to markup.
//!
//! Nothing here reads a database, a clock or a request. Colours, sizes and motion live in
//! `assets/ferryman.css`; the little that moves lives in `assets/ferryman.js`, and every page
//! works without it. No markup carries a `style` attribute or an inline script, so a strict
//! content security policy holds.

pub mod art;
pub mod chart;
pub mod icon;
pub mod map;
pub mod money;
pub mod page;
pub mod parts;
pub mod qr;
pub mod seats;
pub mod table;
pub mod when;

pub use icon::icon;
pub use kernel::Lang;
pub use maud::PreEscaped;

/// The style sheet, to be served at `/assets/ferryman.css`.
pub const CSS: &str = include_str!("../../assets/ferryman.css");

/// The script, to be served at `/assets/ferryman.js`.
pub const JS: &str = include_str!("../../assets/ferryman.js");

/// The browser's small picture of the site, to be served at `/assets/lantern.svg`.
pub const LANTERN: &str = include_str!("../../assets/lantern.svg");

/// The policy under which every page of the kit works.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
connect-src 'self'; form-action 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The words for a reader.
pub fn say<'a>(lang: Lang, en: &'a str, zh: &'a str) -> &'a str {
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}

/// A sentence in which no number is parted from its percent sign at the end of a line.
pub fn unbroken(words: &kernel::Words, lang: Lang) -> String {
    let bound = if lang == Lang::En { "\u{202f}%" } else { "%" };
    words.in_(lang).replace(" %", bound)
}

/// How a thing stands; always shown by colour, by shape, and by a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to say about it.
    #[default]
    Plain,
    /// Selected, live, waiting for the reader.
    Lantern,
    /// Good, paid, genuine.
    Jade,
    /// Refused, sold, lost.
    Cinnabar,
}

impl Tone {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Tone::Plain => "plain",
            Tone::Lantern => "lantern",
            Tone::Jade => "jade",
            Tone::Cinnabar => "cinnabar",
        }
    }

    pub(crate) fn shape(self) -> &'static str {
        match self {
            Tone::Plain => "dot",
            Tone::Lantern => "ring",
            Tone::Jade => "check",
            Tone::Cinnabar => "cross",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block<'a>(css: &'a str, opening: &str) -> Vec<&'a str> {
        let start = css.find(opening).expect("the block is there") + opening.len();
        let end = start + css[start..].find('}').expect("the block ends");
        css[start..end].lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }

    #[test]
    fn both_ways_into_the_dark_are_the_same() {
        let by_system = block(CSS, ":root:not([data-theme=\"light\"]) {");
        let by_switch = block(CSS, ":root[data-theme=\"dark\"] {");
        assert_eq!(by_system, by_switch);
    }

    #[test]
    fn nothing_is_asked_of_other_hosts() {
        for text in [CSS, JS] {
            assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("@import"));
        }
    }
}
