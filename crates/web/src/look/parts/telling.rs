//! Parts that tell how things stand, with what to do about it.

use crate::look::{Tone, icon, say, when};
use kernel::Lang;
use maud::{Markup, html};

/// A link to act on: where it leads, and its words.
#[derive(Clone, Copy)]
pub struct Action<'a> {
    pub href: &'a str,
    pub word: &'a str,
}

/// A page's heading with a line beneath and actions beside it.
pub fn heading(title: &str, beneath: &str, actions: Markup) -> Markup {
    html! { div class="heading" { div { h1 { (title) } @if !beneath.is_empty() { p class="muted" { (beneath) } } } div class="actions" { (actions) } } }
}

/// A part of a page under its own heading.
pub fn section(title: &str, more: Option<Action>, body: Markup) -> Markup {
    html! { section class="section" { div class="section-head" { h2 { (title) } @if let Some(more) = more { a href=(more.href) { (more.word) (icon("right")) } } } (body) } }
}

pub fn card(body: Markup) -> Markup {
    html! { div class="card" { (body) } }
}

/// A card with a heading.
pub fn titled_card(title: &str, body: Markup) -> Markup {
    html! { section class="card" { h2 class="card-title" { (title) } (body) } }
}

/// Parts side by side as far as the page is wide: `columns` is 2, 3 or 4.
pub fn grid(columns: u8, body: Markup) -> Markup {
    html! { div class={ "grid grid-" (columns) } { (body) } }
}

/// A number that answers a question.
#[derive(Clone, Copy, Default)]
pub struct Stat<'a> {
    pub label: &'a str,
    pub value: &'a str,
    /// The change, such as `+12 % on yesterday`; its tone says whether that is good.
    pub delta: &'a str,
    pub note: &'a str,
    pub tone: Tone,
    pub href: Option<&'a str>,
    /// `up` or `down`, drawn beside the change; nothing when empty.
    pub way: &'a str,
}

impl Stat<'_> {
    pub fn render(&self) -> Markup {
        self.with(html! {})
    }

    /// The tile with a sparkline or the like at its foot.
    pub fn with(&self, foot: Markup) -> Markup {
        let inner = html! {
            span class="stat-label" { (self.label) }
            span class="stat-value" { (self.value) }
            @if !self.delta.is_empty() { span class={ "stat-delta " (self.tone.class()) } { @if !self.way.is_empty() { (icon(self.way)) } (self.delta) } }
            @if !self.note.is_empty() { span class="stat-note" { (self.note) } }
            (foot)
        };
        match self.href {
            Some(href) => html! { a class="card stat" href=(href) { (inner) } },
            None => html! { div class="card stat" { (inner) } },
        }
    }
}

/// A state in colour, shape and word.
pub fn pill(tone: Tone, word: &str) -> Markup {
    html! { span class={ "pill " (tone.class()) } { (icon(tone.shape())) (word) } }
}

/// A quiet label, such as a version: `IMAX`, `3D`.
pub fn badge(word: &str) -> Markup {
    html! { span class="badge" { (word) } }
}

/// A sentence that asks for attention, with the action beside it.
pub fn alert(tone: Tone, sentence: &str, action: Option<Action>) -> Markup {
    let shape = match tone {
        Tone::Plain => "note",
        Tone::Jade => "check",
        _ => "alert",
    };
    html! { div class={ "alert " (tone.class()) } { (icon(shape)) p { (sentence) } @if let Some(action) = action { a class="button quiet small" href=(action.href) { (action.word) } } } }
}

/// Nothing is here yet: what will be, and how it gets here.
pub fn empty(title: &str, sentence: &str, action: Option<Action>) -> Markup {
    html! { div class="empty" { (still_water()) h2 { (title) } p { (sentence) } @if let Some(action) = action { a class="button primary" href=(action.href) { (action.word) } } } }
}

/// A request that came to nothing: its number small, the sentence large, and what to do.
pub fn error_page(
    lang: Lang,
    status: u16,
    sentence: &str,
    what_to_do: &str,
    action: Option<Action>,
) -> Markup {
    html! {
        div class="wrap narrow" { div class="empty error-page" {
            (still_water())
            p class="muted" { (say(lang, "Error", "错误")) " " (status) }
            h1 { (sentence) } p { (what_to_do) }
            @let action = action.unwrap_or(Action { href: "/", word: say(lang, "Back to the start", "回到首页") });
            a class="button primary" href=(action.href) { (action.word) }
        } }
    }
}

fn still_water() -> Markup {
    html! {
        svg class="still-water" viewBox="0 0 160 90" width="160" height="90" aria-hidden="true" {
            circle class="moon" cx="112" cy="24" r="14" {}
            path class="hull" d="M38 52c14 14 62 14 78-4-22 9-56 11-78 4z" {}
            path class="hull" d="M60 54c0-16 30-16 32 1z" {}
            path class="wave" d="M10 72q10-6 20 0t20 0 20 0 20 0 20 0 20 0 20 0M34 82q10-6 20 0t20 0 20 0 20 0" {}
        }
    }
}

/// A share of the way as a bar; from 0 to 100.
pub fn progress(label: &str, percent: u8) -> Markup {
    html! { div class="progress" { div class="progress-words" { span { (label) } span { (percent) "%" } } progress max="100" value=(percent.min(100)) aria-label=(label) { (percent) "%" } } }
}

/// Where the reader is on a way of few steps, counted from 0.
pub fn steps(lang: Lang, words: &[&str], here: usize) -> Markup {
    html! {
        ol class="steps" aria-label=(say(lang, "Steps", "步骤")) {
            @for (i, word) in words.iter().enumerate() {
                li class=(if i < here { "done" } else if i == here { "here" } else { "ahead" }) aria-current=[(i == here).then_some("step")] {
                    span class="step-mark" { @if i < here { (icon("check")) } @else { (i + 1) } } span { (word) }
                }
            }
        }
    }
}

/// One stage of an approval.
#[derive(Clone, Copy)]
pub struct Stage<'a> {
    pub word: &'a str,
    pub tone: Tone,
    /// Who and when, or what it waits for.
    pub note: &'a str,
}

/// The stages of an approval, one under the other on a phone.
pub fn stages(stages: &[Stage]) -> Markup {
    html! { ol class="stages" { @for stage in stages { li class=(stage.tone.class()) { span class="step-mark" { (icon(stage.tone.shape())) } div { b { (stage.word) } @if !stage.note.is_empty() { p class="muted" { (stage.note) } } } } } } }
}

/// Something that happened.
#[derive(Clone, Copy)]
pub struct Happening<'a> {
    pub when: &'a str,
    pub what: &'a str,
    pub who: &'a str,
    pub tone: Tone,
}

pub fn timeline(happenings: &[Happening]) -> Markup {
    html! { ol class="timeline" { @for event in happenings { li class=(event.tone.class()) { span class="when" { (event.when) } p { (event.what) @if !event.who.is_empty() { span class="muted" { " · " (event.who) } } } } } } }
}

/// Names and what they are.
pub fn definitions(pairs: &[(&str, Markup)]) -> Markup {
    html! { dl class="definitions" { @for (name, value) in pairs { div { dt { (name) } dd { (value) } } } } }
}

/// Links of which one is chosen: filters, days.
pub fn chips(label: &str, links: &[(&str, &str)], chosen: usize) -> Markup {
    html! { nav class="chips scroll-x" aria-label=(label) { @for (i, (href, word)) in links.iter().enumerate() { a class="chip" href=(href) aria-current=[(i == chosen).then_some("true")] { (word) } } } }
}

/// The sides of one thing, each its own page.
pub fn tabs(label: &str, links: &[(&str, &str)], chosen: usize) -> Markup {
    html! { nav class="tabline scroll-x" aria-label=(label) { @for (i, (href, word)) in links.iter().enumerate() { a href=(href) aria-current=[(i == chosen).then_some("page")] { (word) } } } }
}

/// Ways to the neighbours of a page of results.
pub fn pagination(lang: Lang, earlier: Option<&str>, later: Option<&str>, sentence: &str) -> Markup {
    html! {
        nav class="pagination" aria-label=(say(lang, "Pages", "分页")) {
            @if let Some(href) = earlier { a class="button quiet" rel="prev" href=(href) { (icon("left")) (say(lang, "Back", "上一页")) } } @else { span {} }
            span class="muted" { (sentence) }
            @if let Some(href) = later { a class="button quiet" rel="next" href=(href) { (say(lang, "On", "下一页")) (icon("right")) } } @else { span {} }
        }
    }
}

/// Time left, counted down by the script; `over` is said when it ends.
pub fn countdown(label: &str, seconds: i64, over: &str) -> Markup {
    html! { p class="countdown" role="timer" data-countdown=(seconds.max(0)) data-over=(over) { (icon("clock")) span { (label) } b { (when::left(seconds)) } } }
}

/// Marks a part that is kept up to date from an event stream at `url`.
///
/// Each message is `{"html": {"#id": "…"}}`; the named elements get the new inside.
pub fn live(url: &str, body: Markup) -> Markup {
    html! { div data-live=(url) { (body) } }
}
