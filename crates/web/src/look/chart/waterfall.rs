//! From one amount to another, step by step: what each cause added or took away.

use super::{Paint, Sheet, both_sized, text};
use maud::Markup;

/// One row: an amount that stands, or a step between two.
#[derive(Clone, Debug)]
pub struct Fall<'a> {
    pub label: &'a str,
    /// The amount itself, or what the step adds.
    pub value: f64,
    /// The value as people read it.
    pub shown: String,
    pub is_step: bool,
}

const ROW: f64 = 42.0;

/// The rows from top to bottom; the scale runs over what they reach, not from nought.
pub fn waterfall(title: &str, says: &str, rows: &[Fall]) -> Markup {
    let reached = reached(rows);
    let low = reached.iter().flat_map(|(from, to)| [*from, *to]).fold(f64::INFINITY, f64::min);
    let high = reached.iter().flat_map(|(from, to)| [*from, *to]).fold(f64::NEG_INFINITY, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    let draw = |sheet: Sheet| {
        let x = |value: f64| 6.0 + (sheet.width - 12.0) * (value - low) / span;
        let mut drawn = String::new();
        for (i, (row, (from, to))) in rows.iter().zip(&reached).enumerate() {
            let top = ROW * i as f64;
            drawn += &text(0.0, top + 14.0, "bar-label", row.label);
            drawn += &text(sheet.width, top + 14.0, "value end", &row.shown);
            drawn += &format!(
                r##"<rect class="track" x="0" y="{:.0}" width="{:.0}" height="12" rx="3"/>"##,
                top + 21.0,
                sheet.width
            );
            drawn += &match row.is_step {
                true => bar(x(*from), x(*to), top + 21.0),
                false => format!(
                    r##"<rect class="c-lantern fill" x="{:.1}" y="{:.0}" width="6" height="18" rx="3"/>"##,
                    x(*to) - 3.0,
                    top + 18.0
                ),
            };
        }
        drawn
    };
    both_sized(title, says, ROW * rows.len() as f64, draw)
}

fn bar(from: f64, to: f64, top: f64) -> String {
    let paint = if to < from { Paint::Cinnabar } else { Paint::Jade };
    format!(
        r##"<rect class="{} fill" x="{:.1}" y="{top:.0}" width="{:.1}" height="12" rx="2"/>"##,
        paint.class(),
        from.min(to),
        (to - from).abs().max(1.0)
    )
}

/// From where to where each row goes; an amount that stands begins anew.
fn reached(rows: &[Fall]) -> Vec<(f64, f64)> {
    let mut at = 0.0;
    let step = |row: &Fall| {
        let from = at;
        at = if row.is_step { at + row.value } else { row.value };
        (from, at)
    };
    let mut reached: Vec<(f64, f64)> = rows.iter().map(step).collect();
    for (row, (from, to)) in rows.iter().zip(&mut reached) {
        if !row.is_step {
            *from = *to;
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(value: f64, is_step: bool) -> Fall<'static> {
        Fall { label: "<l>", value, shown: format!("{value}"), is_step }
    }

    #[test]
    fn steps_begin_where_the_one_before_ended() {
        let rows =
            [row(3000.0, false), row(-100.0, true), row(-800.0, true), row(300.0, true), row(2400.0, false)];
        let by_hand =
            [(3000.0, 3000.0), (3000.0, 2900.0), (2900.0, 2100.0), (2100.0, 2400.0), (2400.0, 2400.0)];
        assert_eq!(reached(&rows), by_hand);
        let drawn = waterfall("t", "s", &rows).into_string();
        assert_eq!(drawn.matches("c-cinnabar").count(), 3 * 2);
        assert_eq!(drawn.matches("c-jade").count(), 3);
        assert!(!drawn.contains("<l>") && !drawn.contains("NaN"));
        assert!(!waterfall("t", "s", &[row(1.0, false)]).into_string().contains("NaN"));
        assert!(!waterfall("t", "s", &[]).into_string().contains("NaN"));
    }
}
