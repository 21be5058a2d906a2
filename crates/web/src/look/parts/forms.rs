//! Parts for asking: buttons, fields, and the form around them.

use crate::look::{icon, say};
use kernel::Lang;
use maud::{Markup, html};

/// How loud a button is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// The one thing to do on the page.
    Primary,
    #[default]
    Quiet,
    /// Takes something away.
    Grave,
}

impl Weight {
    fn class(self) -> &'static str {
        match self {
            Weight::Primary => "button primary",
            Weight::Quiet => "button quiet",
            Weight::Grave => "button grave",
        }
    }
}

pub fn button(weight: Weight, word: &str) -> Markup {
    html! { button class=(weight.class()) type="submit" { (word) } }
}

/// A button that says the price in itself.
pub fn price_button(word: &str, price: &str) -> Markup {
    html! { button class="button primary wide" type="submit" { span { (word) } span class="button-price" { (price) } } }
}

pub fn link_button(weight: Weight, href: &str, word: &str) -> Markup {
    html! { a class=(weight.class()) href=(href) { (word) } }
}

/// A link that says the price in itself.
pub fn price_link(href: &str, word: &str, price: &str) -> Markup {
    html! { a class="button primary wide" href=(href) { span { (word) } span class="button-price" { (price) } } }
}

/// A button that is a form of its own: one press, one change of state.
pub fn press(weight: Weight, action: &str, hidden: &[(&str, &str)], word: &str) -> Markup {
    html! { form class="press" method="post" action=(action) { @for (name, value) in hidden { input type="hidden" name=(name) value=(value); } (button(weight, word)) } }
}

/// A form: what is hidden in it, what went wrong as a whole, its fields, its button.
#[derive(Default)]
pub struct Form<'a> {
    pub action: &'a str,
    /// `post` when empty.
    pub method: &'a str,
    pub hidden: &'a [(&'a str, &'a str)],
    pub error: Option<&'a str>,
    pub submit: &'a str,
    /// Where to go instead.
    pub cancel: Option<&'a str>,
    /// Sent as `multipart/form-data`.
    pub has_file: bool,
    /// What it does cannot be undone.
    pub takes_away: bool,
}

impl Form<'_> {
    pub fn render(&self, lang: Lang, fields: Markup) -> Markup {
        html! {
            form class="form" method=(if self.method.is_empty() { "post" } else { self.method }) action=(self.action) enctype=[self.has_file.then_some("multipart/form-data")] novalidate {
                @for (name, value) in self.hidden { input type="hidden" name=(name) value=(value); }
                @if let Some(error) = self.error { div role="alert" { (super::alert(crate::look::Tone::Cinnabar, error, None)) } }
                (fields)
                div class="form-foot" {
                    (button(if self.takes_away { Weight::Grave } else { Weight::Primary }, self.submit))
                    @if let Some(cancel) = self.cancel { a class="button quiet" href=(cancel) { (say(lang, "Cancel", "取消")) } }
                }
            }
        }
    }
}

/// One question of a form; `name` is also its id.
#[derive(Clone, Copy, Default)]
pub struct Field<'a> {
    pub name: &'a str,
    pub label: &'a str,
    pub value: &'a str,
    /// `text` when empty.
    pub kind: &'a str,
    pub hint: &'a str,
    pub error: Option<&'a str>,
    /// Stands after the input, such as `¥` or `%`.
    pub unit: &'a str,
    pub autocomplete: Option<&'a str>,
    pub inputmode: Option<&'a str>,
    /// The id of a `datalist` of what is likely to be typed.
    pub list: Option<&'a str>,
    pub required: bool,
}

impl Field<'_> {
    pub fn input(&self) -> Markup {
        let kind = if self.kind.is_empty() { "text" } else { self.kind };
        self.around(html! {
            div class="input-row" {
                input id=(self.name) name=(self.name) type=(kind) value=(self.value) required[self.required] autocomplete=[self.autocomplete] inputmode=[self.inputmode] list=[self.list]
                    aria-invalid=[self.error.map(|_| "true")] aria-describedby=[self.described()];
                @if !self.unit.is_empty() { span class="unit" { (self.unit) } }
            }
        })
    }

    pub fn textarea(&self, rows: u8) -> Markup {
        self.around(html! { textarea id=(self.name) name=(self.name) rows=(rows) required[self.required] aria-invalid=[self.error.map(|_| "true")] aria-describedby=[self.described()] { (self.value) } })
    }

    /// A choice among `(value, word)`; `value` of the field is the chosen one.
    pub fn select(&self, choices: &[(&str, &str)]) -> Markup {
        self.around(html! {
            select id=(self.name) name=(self.name) required[self.required] aria-invalid=[self.error.map(|_| "true")] aria-describedby=[self.described()] {
                @for (value, word) in choices { option value=(value) selected[*value == self.value] { (word) } }
            }
        })
    }

    /// A choice among few, all in sight: `(value, word, note)`.
    pub fn radios(&self, choices: &[(&str, &str, &str)]) -> Markup {
        html! {
            fieldset class="field" { legend { (self.label) }
                @for (value, word, note) in choices {
                    label class="choice" { input type="radio" name=(self.name) value=(value) checked[*value == self.value]; span { b { (word) } @if !note.is_empty() { span class="muted" { (note) } } } }
                }
                @if let Some(error) = self.error { p class="field-error" { (icon("alert")) (error) } }
            }
        }
    }

    /// A single yes.
    pub fn checkbox(&self, checked: bool) -> Markup {
        html! { label class="choice" { input type="checkbox" name=(self.name) value="yes" checked[checked]; span { b { (self.label) } @if !self.hint.is_empty() { span class="muted" { (self.hint) } } } } }
    }

    fn around(&self, control: Markup) -> Markup {
        html! {
            div class=(if self.error.is_some() { "field wrong" } else { "field" }) {
                label for=(self.name) { (self.label) }
                @if !self.hint.is_empty() { p class="hint" id={ (self.name) "-hint" } { (self.hint) } }
                (control)
                @if let Some(error) = self.error { p class="field-error" id={ (self.name) "-error" } { (icon("alert")) (error) } }
            }
        }
    }

    fn described(&self) -> Option<String> {
        match (self.hint.is_empty(), self.error) {
            (true, None) => None,
            (false, None) => Some(format!("{}-hint", self.name)),
            (true, Some(_)) => Some(format!("{}-error", self.name)),
            (false, Some(_)) => Some(format!("{0}-hint {0}-error", self.name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_field_says_so_and_keeps_what_was_written() {
        let field = Field {
            name: "price",
            label: "Price",
            value: "\"><b>",
            error: Some("a & b"),
            ..Field::default()
        };
        let text = field.input().into_string();
        assert!(
            text.contains("aria-invalid=\"true\" aria-describedby=\"price-error\"")
                && text.contains("a &amp; b")
        );
        assert!(!text.contains("<b>"));
    }
}
