//! Bars lying down: one per thing, or one whole cut into shares.

use super::{Paint, Sheet, both_sized, key, text, width_of};
use crate::look::money;
use kernel::Lang;
use maud::{Markup, html};

/// What labels and values are written in, at most, in units of the sheet.
const LABEL_SIZE: f64 = 15.0;

#[derive(Clone, Copy)]
pub struct Bar<'a> {
    pub label: &'a str,
    pub value: f64,
    /// The value as people read it.
    pub shown: &'a str,
    pub paint: Paint,
}

/// One bar per thing, longest as wide as the sheet; the label stands above its bar.
pub fn bars(title: &str, says: &str, rows: &[Bar]) -> Markup {
    let highest = rows.iter().map(|row| row.value).fold(f64::MIN_POSITIVE, f64::max);
    let draw = |sheet: Sheet| {
        let mut drawn = String::new();
        for (i, row) in rows.iter().enumerate() {
            let y = 38.0 * i as f64;
            let wide = sheet.width * (row.value / highest).max(0.0);
            let room = sheet.width - width_of(row.shown, LABEL_SIZE) - LABEL_SIZE;
            drawn += &text(0.0, y + 14.0, "bar-label", &cut(row.label, room));
            drawn += &text(sheet.width, y + 14.0, "value end", row.shown);
            drawn += &format!(
                r##"<rect class="track" x="0" y="{0:.0}" width="{1:.0}" height="10" rx="3"/><rect class="{2} fill" x="0" y="{0:.0}" width="{wide:.1}" height="10" rx="3"/>"##,
                y + 20.0,
                sheet.width,
                row.paint.class()
            );
        }
        drawn
    };
    let height = 38.0 * rows.len() as f64;
    both_sized(title, says, height, draw)
}

/// What fits beside the value; the table under the chart has it whole.
fn cut(label: &str, room: f64) -> String {
    if width_of(label, LABEL_SIZE) <= room {
        return label.to_owned();
    }
    let mut short = label.to_owned();
    while width_of(&short, LABEL_SIZE) + LABEL_SIZE > room && short.pop().is_some() {}
    format!("{}…", short.trim_end_matches([' ', ',', '，']))
}

/// A part of a whole.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    pub name: &'a str,
    /// Parts per million of the whole.
    pub ppm: i64,
    pub paint: Paint,
}

/// One whole cut into shares; the key says each share.
pub fn share_bar(lang: Lang, title: &str, says: &str, parts: &[Part]) -> Markup {
    let names: Vec<(String, String)> = parts
        .iter()
        .map(|part| {
            (
                format!("{} {}", part.name, money::percent(part.ppm, lang)),
                format!("{} fill", part.paint.class()),
            )
        })
        .collect();
    let names: Vec<(&str, String)> =
        names.iter().map(|(name, class)| (name.as_str(), class.clone())).collect();
    let draw = |sheet: Sheet| {
        let mut x = 0.0;
        let mut drawn = String::new();
        for part in parts {
            let wide = sheet.width * part.ppm as f64 / 1e6;
            let words = money::percent(part.ppm, lang);
            drawn += &format!(
                r##"<rect class="{} fill" x="{x:.1}" y="0" width="{:.1}" height="34" rx="4"/>"##,
                part.paint.class(),
                (wide - 2.0).max(0.0)
            );
            if width_of(&words, 14.0) + 14.0 < wide {
                drawn += &text(x + wide / 2.0, 22.0, &format!("on-{} middle", part.paint.class()), &words);
            }
            x += wide;
        }
        drawn
    };
    html! { (key(&names)) (both_sized(title, says, 34.0, draw)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_leaves_its_value_room() {
        let label = "River City FC, Home card, city not known";
        assert_eq!(cut(label, 1_000.0), label);
        let short = cut(label, 200.0);
        assert!(
            width_of(&short, LABEL_SIZE) <= 200.0
                && short.starts_with("River City FC")
                && short.ends_with('…'),
            "{short}"
        );
        assert_eq!(cut(label, -1.0), "…");
    }
}
