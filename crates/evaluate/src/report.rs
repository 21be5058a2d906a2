//! Tables, charts and refusals in a terminal.

use kernel::{Kind, Refusal};

/// A refusal that ends an evaluation, in both languages.
pub fn spoken(refusal: &Refusal) -> anyhow::Error {
    anyhow::anyhow!("{}\n          {}", refusal.say.en, refusal.say.zh)
}

/// What cannot be judged, in both languages.
pub fn refusal(en: impl Into<String>, zh: impl Into<String>) -> anyhow::Error {
    spoken(&Refusal::new(Kind::Invalid, "not_judged", en, zh))
}

/// `1 day`, `3 days`.
pub fn days(number: i32) -> String {
    format!("{number} day{}", if number == 1 { "" } else { "s" })
}

/// Rows under a head, columns as wide as their widest cell: the first to the left, numbers to the right.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |i: usize| {
        let cells = rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.chars().count());
        cells.chain([head[i].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(&widths).enumerate().map(|(i, (cell, width))| match i {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut text = line(head.to_vec());
    text.push('\n');
    text.push_str(&widths.iter().map(|width| "─".repeat(*width)).collect::<Vec<_>>().join("  "));
    for row in rows {
        text.push('\n');
        text.push_str(&line(row.iter().map(String::as_str).collect()));
    }
    text.push('\n');
    text
}

/// One bar a line, the longest `width` characters long.
pub fn bars(values: &[(String, f64)], width: usize) -> String {
    let most = values.iter().map(|(_, value)| *value).filter(|value| value.is_finite()).fold(0.0, f64::max);
    let name = values.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut text = String::new();
    for (label, value) in values.iter().filter(|(_, value)| value.is_finite()) {
        let long = if most > 0.0 { (value / most * width as f64).round() as usize } else { 0 };
        text.push_str(&format!("{label:<name$}  {} {value:.3}\n", "█".repeat(long.max(1))));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let text = table(&["method", "K 3"], &[vec!["a long name".into(), "0.1".into()]]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines, ["method       K 3", "───────────  ───", "a long name  0.1"]);
    }

    #[test]
    fn the_longest_bar_has_the_width_asked_for() {
        let text = bars(&[("a".into(), 1.0), ("b".into(), 0.5), ("c".into(), f64::NAN)], 8);
        assert_eq!(text, "a  ████████ 1.000\nb  ████ 0.500\n");
    }
}
