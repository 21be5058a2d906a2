//! The frame around the wallet's pages: a river at night, a lantern, and the label that says what this is.

use kernel::{Lang, Money};
use maud::{DOCTYPE, Markup, html};

pub const STYLE: &str = include_str!("look/style.css");

/// The text for a reader.
pub fn say<'a>(lang: Lang, en: &'a str, zh: &'a str) -> &'a str {
    match lang {
        Lang::En => en,
        Lang::Zh => zh,
    }
}

/// A page: its body, and on a phone the primary action in thumb's reach.
pub struct Page<'a> {
    pub lang: Lang,
    pub title: &'a str,
    /// The path of this page, for the language switch.
    pub path: &'a str,
    pub body: Markup,
    pub bar: Option<Markup>,
}

impl Page<'_> {
    pub fn render(self) -> Markup {
        let lang = self.lang;
        html! {
            (DOCTYPE)
            html lang=(say(lang, "en", "zh-Hans")) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                    meta name="color-scheme" content="light dark";
                    meta name="theme-color" content="#0b1d24";
                    title { (self.title) " · " (say(lang, "Sandbox wallet", "沙箱钱包")) }
                    link rel="stylesheet" href="/style.css";
                }
                body class=[self.bar.as_ref().map(|_| "has-bar")] {
                    p class="label" { (label(lang)) }
                    header { div class="wrap row" {
                        a class="name" href="/purse" { (lantern()) span { (say(lang, "Sandbox wallet", "沙箱钱包")) } }
                        (switch(lang, self.path))
                    } }
                    main { div class="wrap" { (self.body) } }
                    @if let Some(bar) = self.bar { div class="bar" { div class="wrap" { (bar) } } }
                }
            }
        }
    }
}

/// What stands on every page.
pub fn label(lang: Lang) -> &'static str {
    say(
        lang,
        "Alipay-protocol compatible sandbox, not Alipay. The money is pretend.",
        "兼容支付宝协议的沙箱，不是支付宝。这里的钱都是假的。",
    )
}

fn switch(lang: Lang, path: &str) -> Markup {
    let (other, word, code) = match lang {
        Lang::En => ("zh", "中文", "zh-Hans"),
        Lang::Zh => ("en", "English", "en"),
    };
    html! { a class="switch" lang=(code) href=(format!("{path}?lang={other}")) { (word) } }
}

fn lantern() -> Markup {
    html! {
        svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" {
            path class="hook" d="M16 3v5" {}
            rect class="lamp" x="8" y="8" width="16" height="17" rx="7" {}
            path class="hook" d="M11 25h10M16 25v4" {}
        }
    }
}

/// The sum, large.
pub fn sum(money: Money) -> Markup {
    let text = money.to_string();
    let (whole, part) = match text.split_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (text.as_str(), None),
    };
    html! { p class="sum" { (whole) @if let Some(part) = part { span class="cents" { "." (part) } } } }
}

/// `12月23日 19:30` or `23 Dec 19:30`, in Beijing.
pub fn when(at: kernel::Instant, lang: Lang) -> String {
    at.say(&kernel::Zone::shanghai(), lang)
}
