//! Tables: typed columns, numbers to the right with their unit in the head, a caption, a way to the file.

use super::{icon, money, say};
use kernel::Lang;
use maud::{Markup, html};

/// What a column holds, which decides how it is set and sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Money,
    Share,
    Date,
}

#[derive(Clone, Copy)]
pub struct Column<'a> {
    pub head: &'a str,
    pub kind: Kind,
    /// Said once, in the head; empty when the words suffice.
    pub unit: &'a str,
}

impl<'a> Column<'a> {
    pub const fn new(head: &'a str, kind: Kind) -> Column<'a> {
        Column { head, kind, unit: "" }
    }

    pub const fn unit(self, unit: &'a str) -> Column<'a> {
        Column { unit, ..self }
    }

    fn class(&self) -> &'static str {
        match self.kind {
            Kind::Text => "text",
            Kind::Date => "date",
            Kind::Number | Kind::Money | Kind::Share => "number",
        }
    }
}

/// What stands in one place of the table, and what it is sorted by.
pub struct Cell {
    shown: Markup,
    sort: String,
}

impl Cell {
    pub fn text(text: &str) -> Cell {
        Cell { shown: html! { (text) }, sort: text.into() }
    }

    pub fn link(href: &str, text: &str) -> Cell {
        Cell { shown: html! { a href=(href) { (text) } }, sort: text.into() }
    }

    /// `12,345`
    pub fn number(number: i64) -> Cell {
        Cell { shown: html! { (money::grouped(number)) }, sort: number.to_string() }
    }

    /// A number with decimals.
    pub fn decimal(number: f64, places: usize) -> Cell {
        Cell { shown: html! { (format!("{number:.places$}").replace('-', "−")) }, sort: number.to_string() }
    }

    /// An exact amount, `¥1,234.50`.
    pub fn money(minor: i64, currency: &str) -> Cell {
        Cell { shown: html! { (money::full(minor, currency)) }, sort: minor.to_string() }
    }

    /// An amount at a glance, `¥78.9m` or `¥7,888万`.
    pub fn glance(minor: i64, currency: &str, lang: Lang) -> Cell {
        Cell { shown: html! { (money::compact(minor, currency, lang)) }, sort: minor.to_string() }
    }

    /// Parts per million as a percentage, with a small bar behind it.
    pub fn share(ppm: i64, lang: Lang) -> Cell {
        let shown = html! { span class="share" { (money::percent(ppm, lang)) svg viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" { rect class="track" width="100" height="4" {} rect class="fill" width=(ppm.clamp(0, 1_000_000) as f64 / 10_000.0) height="4" {} } } };
        Cell { shown, sort: ppm.to_string() }
    }

    /// A change in parts per million, with its sign and an arrow.
    pub fn change(ppm: i64, lang: Lang) -> Cell {
        let (class, arrow) = if ppm < 0 { ("change cinnabar", "down") } else { ("change jade", "up") };
        Cell {
            shown: html! { span class=(class) { (icon(arrow)) (money::change(ppm, lang)) } },
            sort: ppm.to_string(),
        }
    }

    /// A day or moment as people say it, sorted by its ISO form.
    pub fn date(iso: &str, shown: &str) -> Cell {
        Cell { shown: html! { time datetime=(iso) { (shown) } }, sort: iso.into() }
    }

    /// Anything else, such as a pill; `sort` is what it is ordered by.
    pub fn markup(shown: Markup, sort: &str) -> Cell {
        Cell { shown, sort: sort.into() }
    }

    /// Not known, which is not zero.
    pub fn none() -> Cell {
        Cell { shown: html! { span class="muted" { "–" } }, sort: String::new() }
    }
}

/// Fewer rows are seen at once, and need no box to filter them by.
const FILTERED_MIN: usize = 6;

/// A table; the first column heads its rows.
pub struct Table<'a> {
    pub caption: &'a str,
    pub columns: &'a [Column<'a>],
    pub rows: Vec<Vec<Cell>>,
    pub total: Option<Vec<Cell>>,
    /// Where the same rows are as a file.
    pub csv: Option<&'a str>,
    /// Said in place of rows when there are none.
    pub empty: &'a str,
    /// Whether the script offers a box to filter rows by, where there are enough of them.
    pub filter: bool,
}

impl<'a> Table<'a> {
    pub fn new(caption: &'a str, columns: &'a [Column<'a>], rows: Vec<Vec<Cell>>) -> Table<'a> {
        Table { caption, columns, rows, total: None, csv: None, empty: "", filter: false }
    }

    pub fn total(self, total: Vec<Cell>) -> Table<'a> {
        Table { total: Some(total), ..self }
    }

    pub fn csv(self, href: &'a str) -> Table<'a> {
        Table { csv: Some(href), ..self }
    }

    pub fn empty(self, sentence: &'a str) -> Table<'a> {
        Table { empty: sentence, ..self }
    }

    pub fn filtered(self) -> Table<'a> {
        Table { filter: true, ..self }
    }

    pub fn render(&self, lang: Lang) -> Markup {
        html! {
            div class="table-frame" data-table {
                div class="table-tools" {
                    @if self.filter && self.rows.len() >= FILTERED_MIN { label class="table-filter" hidden data-table-filter { (icon("search")) input type="search" aria-label=(say(lang, "Filter rows", "筛选")) placeholder=(say(lang, "Filter", "筛选")); } }
                    @if let Some(href) = self.csv { a class="csv" href=(href) download { (icon("download")) "CSV" } }
                }
                div class="table-scroll" tabindex="0" role="region" aria-label=(self.caption) {
                    table { caption { span { (self.caption) } } (self.head()) (self.body()) @if let Some(total) = &self.total { tfoot { (self.row(total)) } } }
                }
            }
        }
    }

    fn head(&self) -> Markup {
        html! { thead { tr { @for column in self.columns { @if column.head.is_empty() { td class=(column.class()) {} } @else { th scope="col" class=(column.class()) data-sort=(if column.class() == "number" { "number" } else { "text" }) { (column.head) @if !column.unit.is_empty() { span class="head-unit" { (column.unit) } } } } } } } }
    }

    fn body(&self) -> Markup {
        html! { tbody { @if self.rows.is_empty() && !self.empty.is_empty() { tr { td class="table-empty" colspan=(self.columns.len()) { span { (self.empty) } } } } @for row in &self.rows { (self.row(row)) } } }
    }

    fn row(&self, cells: &[Cell]) -> Markup {
        html! { tr { @for (i, (cell, column)) in cells.iter().zip(self.columns).enumerate() {
            @if i == 0 { th scope="row" class=(column.class()) data-value=(cell.sort) { (cell.shown) } } @else { td class=(column.class()) data-value=(cell.sort) { (cell.shown) } }
        } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_sort_by_value_and_words_are_escaped() {
        let columns = [Column::new("Cinema", Kind::Text), Column::new("Gross", Kind::Money).unit("¥")];
        let rows = vec![vec![Cell::text("<Star>"), Cell::money(123_456, "CNY")]];
        let text = Table::new("Gross", &columns, rows).render(Lang::En).into_string();
        assert!(text.contains("data-value=\"123456\">¥1,234.56") && text.contains("&lt;Star&gt;"));
    }

    #[test]
    fn what_is_seen_at_once_is_not_filtered() {
        let columns = [Column::new("Cinema", Kind::Text)];
        let of = |rows: usize| {
            let rows = (0..rows).map(|row| vec![Cell::number(row as i64)]).collect();
            Table::new("Cinemas", &columns, rows).filtered().render(Lang::En).into_string()
        };
        assert!(!of(0).contains("data-table-filter") && !of(FILTERED_MIN - 1).contains("data-table-filter"));
        assert!(of(FILTERED_MIN).contains("data-table-filter"));
    }
}
