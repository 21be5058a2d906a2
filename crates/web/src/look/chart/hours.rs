//! A day by rooms: time along the sheet, a row for each room, a bar for what takes place in it.

use super::{Paint, Sheet, both_sized, key, text, tip, width_of};
use maud::{Markup, html};

/// What takes place in a room, in minutes from midnight.
#[derive(Clone, Debug)]
pub struct Slot {
    pub row: usize,
    pub begins: u16,
    pub ends: u16,
    /// Which of the kinds; its number stands on the bar, so that colour is not alone.
    pub kind: usize,
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
        let names: Vec<String> =
            self.kinds.iter().enumerate().map(|(i, name)| format!("{} {name}", i + 1)).collect();
        let names: Vec<(&str, String)> = names
            .iter()
            .enumerate()
            .map(|(i, name)| (name.as_str(), format!("{} fill", paint(i).class())))
            .collect();
        let height = ROW * self.rows.len() as f64 + 26.0;
        html! { (key(&names)) (both_sized(self.title, self.says, height, |sheet| self.drawn(sheet))) }
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
        let every = if sheet.narrow() { 180 } else { 60 };
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
        let (number, begins) = ((slot.kind + 1).to_string(), clock(slot.begins));
        let long = format!("{number} · {begins}");
        let mut drawn = format!(
            r##"<rect class="{class} fill" x="{left:.1}" y="{top:.1}" width="{wide:.1}" height="30" rx="4"/>"##
        );
        let shown = [long, number].into_iter().find(|words| width_of(words, 14.0) + 8.0 < wide);
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
