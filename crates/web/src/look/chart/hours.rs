//! A day by rooms: time along the sheet, a row for each room, a bar for what takes place in it.
//!
//! On a phone it is a list by room instead: bars of minutes are too narrow there to be read.

use super::{MIDDLE, Paint, Sheet, WIDE, key, on_sheets, text, tip, width_of};
use maud::{Markup, html};

/// What takes place in a room, in minutes from midnight.
#[derive(Clone, Debug)]
pub struct Slot {
    pub row: usize,
    pub begins: u16,
    pub ends: u16,
    /// Which of the kinds; its number stands on the bar, so that colour is not alone.
    pub kind: usize,
    /// A word before its number, such as `+` for what is new; it may be empty.
    pub mark: &'static str,
    /// Said beside it in the list.
    pub brief: String,
    /// Everything there is to say of it.
    pub says: String,
}

/// Rooms, what takes place in them, and the kinds that colours and numbers stand for.
pub struct Hours<'a> {
    pub title: &'a str,
    pub says: &'a str,
    pub rows: Vec<&'a str>,
    pub kinds: Vec<&'a str>,
    pub slots: Vec<Slot>,
}

const ROW: f64 = 58.0;
const PAINTS: [Paint; 5] = [Paint::Lantern, Paint::Water, Paint::Jade, Paint::Mist, Paint::Cinnabar];

impl Hours<'_> {
    pub fn render(&self) -> Markup {
        // Only what takes place is explained; the number keeps its kind the same on every day.
        let shown = |kind: &usize| self.slots.iter().any(|slot| slot.kind == *kind);
        let kinds: Vec<usize> = (0..self.kinds.len()).filter(shown).collect();
        let names: Vec<String> =
            kinds.iter().map(|kind| format!("{} {}", kind + 1, self.kinds[*kind])).collect();
        let classes = kinds.iter().map(|kind| format!("{} fill", paint(*kind).class()));
        let names: Vec<(&str, String)> = names.iter().map(String::as_str).zip(classes).collect();
        let height = ROW * self.rows.len() as f64 + 26.0;
        let sheets = [WIDE, MIDDLE].map(|sheet| Sheet { height, ..sheet });
        html! {
            (key(&names))
            div class="chart-box" {
                (on_sheets(self.title, self.says, &sheets, |sheet| self.drawn(sheet)))
                (self.list())
            }
        }
    }

    /// The same for a narrow screen: room by room, in order of time.
    fn list(&self) -> Markup {
        let of = |row: usize| {
            let mut slots: Vec<&Slot> = self.slots.iter().filter(|slot| slot.row == row).collect();
            slots.sort_by_key(|slot| slot.begins);
            slots
        };
        html! {
            div class="chart-narrow hours-list" {
                @for (row, name) in self.rows.iter().enumerate() {
                    h4 { (name) }
                    ul {
                        @for slot in of(row) {
                            li {
                                span class="hour" { (clock(slot.begins)) "–" (clock(slot.ends)) }
                                svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true" { rect class={ (paint(slot.kind).class()) " fill" } width="10" height="10" rx="2" {} }
                                span class="what" { (slot.mark) (self.kinds[slot.kind]) span class="muted" { (slot.brief) } }
                            }
                        }
                        @if of(row).is_empty() { li class="muted" { "–" } }
                    }
                }
            }
        }
    }

    /// Whole hours around everything that takes place.
    fn span(&self) -> (u16, u16) {
        let first = self.slots.iter().map(|slot| slot.begins).min().unwrap_or(600) / 60 * 60;
        let last = self.slots.iter().map(|slot| slot.ends).max().unwrap_or(1_440).div_ceil(60) * 60;
        (first, last.max(first + 60))
    }

    fn drawn(&self, sheet: Sheet) -> String {
        let (first, last) = self.span();
        let x = |minute: u16| {
            sheet.width * f64::from(minute.saturating_sub(first)) / f64::from(last.abs_diff(first))
        };
        let foot = ROW * self.rows.len() as f64;
        let every = if sheet.width < WIDE.width { 120 } else { 60 };
        let mut drawn = String::new();
        for minute in (first..=last).filter(|minute| minute.is_multiple_of(every)) {
            let at = x(minute);
            drawn +=
                &format!(r##"<line class="axis-line" x1="{at:.1}" y1="0" x2="{at:.1}" y2="{foot:.0}"/>"##);
            drawn += &text(at.clamp(16.0, sheet.width - 16.0), foot + 18.0, "tick middle", &clock(minute));
        }
        for (i, name) in self.rows.iter().enumerate() {
            drawn += &text(0.0, ROW * i as f64 + 15.0, "bar-label", name);
        }
        self.slots.iter().for_each(|slot| drawn += &self.bar(slot, &x));
        drawn
    }

    fn bar(&self, slot: &Slot, x: &dyn Fn(u16) -> f64) -> String {
        let (left, wide) = (x(slot.begins), (x(slot.ends) - x(slot.begins) - 1.5).max(1.0));
        let (top, class) = (ROW * slot.row as f64 + 22.0, paint(slot.kind).class());
        let number = format!("{}{}", slot.mark, slot.kind + 1);
        let named = format!("{number} {}", self.kinds[slot.kind]);
        let begins = format!("{number} · {}", clock(slot.begins));
        let mut drawn = format!(
            r##"<rect class="{class} fill" x="{left:.1}" y="{top:.1}" width="{wide:.1}" height="30" rx="4"/>"##
        );
        let shown =
            [named, begins, number].into_iter().find(|words| 1.15 * width_of(words, 14.0) + 8.0 < wide);
        if let Some(words) = shown {
            drawn += &text(left + wide / 2.0, top + 20.0, &format!("on-{class} middle"), &words);
        }
        drawn + &tip(left, top, wide, 30.0, &slot.says)
    }
}

fn paint(kind: usize) -> Paint {
    PAINTS[kind % PAINTS.len()]
}

/// `19:30`, also after midnight.
pub fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60 % 24, minute % 60)
}
