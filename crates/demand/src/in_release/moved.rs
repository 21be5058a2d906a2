//! What moved a forecast since yesterday, and which films it resembles.

use super::HORIZON_DAYS;
use super::features::{COLUMNS, Origin};
use super::market_model::Watch;
use kernel::{Day, Refusal, Words, signed};

/// Where a forecast of the same days came to lie, against the evening before, by cause: logarithms that add up.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// What the newest day took over what was expected of it; `None` when nobody expected anything.
    pub newest_day: Option<f64>,
    /// The film's own days.
    pub own_days: f64,
    pub screens: f64,
    pub rivals: f64,
    /// The days to come lie closer now, and the calendar is read from another day.
    pub calendar: f64,
}

impl Moved {
    pub fn all(&self) -> f64 {
        self.own_days + self.screens + self.rivals + self.calendar
    }

    /// The sentence for a release manager, largest cause first.
    pub fn words(&self) -> Words {
        let part = |ln: f64| signed((ln.exp() - 1.0) * 100.0, 1);
        let (percent, percent_zh) = (|ln| format!("{} %", part(ln)), |ln| format!("{}%", part(ln)));
        let mut causes = [
            (self.own_days, "its own newest days", "自身最新走势"),
            (self.screens, "screens and showings", "银幕与排片"),
            (self.rivals, "rivals and the market", "竞争与大盘"),
            (self.calendar, "calendar and age", "日历与上映天数"),
        ];
        causes.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        let en: Vec<String> = causes.iter().map(|(ln, name, _)| format!("{name} {}", percent(*ln))).collect();
        let zh: Vec<String> =
            causes.iter().map(|(ln, _, name)| format!("{name} {}", percent_zh(*ln))).collect();
        let newest = self.newest_day.map(|ln| (percent(ln), percent_zh(ln)));
        let (newest_en, newest_zh) = newest.map_or((String::new(), String::new()), |(newest, newest_zh)| {
            (
                format!(" The newest day came in {newest} against what was expected."),
                format!("最新一天较预期 {newest_zh}。"),
            )
        });
        Words::new(
            format!(
                "Since yesterday the days to come moved by {}: {}.{newest_en}",
                percent(self.all()),
                en.join(", ")
            ),
            format!("与昨日相比，未来各日变化 {}：{}。{newest_zh}", percent_zh(self.all()), zh.join("，")),
        )
    }
}

/// Which cause a column belongs to: 0 own days, 1 screens, 2 rivals, 3 calendar.
fn cause(column: &str) -> usize {
    match column {
        name if name.contains("screen") || name.contains("showing") => 1,
        "rank"
        | "share"
        | "share_change"
        | "leader_share"
        | "newer_share"
        | "new_share"
        | "new_films"
        | "market_trend"
        | "drift_14"
        | "drift_60"
        | "drift_365"
        | "market_weekday"
        | "year_ago"
        | "opening_then"
        | "opening_week_before_then"
        | "opening_until_then"
        | "opened_lately" => 2,
        "age"
        | "ahead"
        | "age_then"
        | "weekday_then"
        | "weekday"
        | "calendar_change"
        | "calendar_then"
        | "calendar_week"
        | "rest_days_around"
        | "month_then"
        | "schools_out_then"
        | "since_lunar_new_year_then"
        | "fridays_passed"
        | "rest_then"
        | "rest_eve_then" => 3,
        _ => 0,
    }
}

/// Comparable films by name, with what they went on to take.
pub(super) fn comparable_words(films: &[(&str, f64)]) -> Option<Words> {
    let named: Vec<&(&str, f64)> = films.iter().filter(|(name, _)| !name.is_empty()).collect();
    if named.is_empty() {
        return None;
    }
    let list = |en: bool| {
        let told = named.iter().map(|(name, kept)| match en {
            true => format!("{name} (took {:.0} % of its days so far in the next four weeks)", kept * 100.0),
            false => format!("《{name}》（此后四周为已有票房的 {:.0}%）", kept * 100.0),
        });
        told.collect::<Vec<_>>().join(if en { "; " } else { "、" })
    };
    Some(Words::new(
        format!("Films that began alike: {}.", list(true)),
        format!("开局相近的影片：{}。", list(false)),
    ))
}

impl Watch<'_> {
    /// What moved the forecast of a film between the evening before a day and that day's.
    ///
    /// Compares the forecasts of the same days, weighted by what they take; refuses when either evening has none.
    pub fn moved(&self, film: usize, as_of: Day) -> Result<Moved, Refusal> {
        let (before, today) = (self.origin(film, as_of.plus(-1))?, self.origin(film, as_of)?);
        let at = self.at(as_of);
        let (mut sums, mut weights) = ([0.0; 4], 0.0);
        for then in at + 1..at + HORIZON_DAYS {
            let (old, new) = (self.reasons(&before, then)?, self.reasons(&today, then)?);
            let weight = old.iter().sum::<f64>().exp();
            for (sum, (new, old)) in sums.iter_mut().zip(new.iter().zip(old)) {
                *sum += weight * (new - old);
            }
            weights += weight;
        }
        let [own_days, screens, rivals, calendar] = sums.map(|sum| sum / weights);
        let expected = self.reasons(&before, at)?.iter().sum::<f64>();
        let newest_day = self.taken(film, at).map(|taken| taken.ln() - expected);
        Ok(Moved { newest_day, own_days, screens, rivals, calendar })
    }

    /// The logarithm of a forecast, by cause; path and what is due to no column belong to the film's own days.
    fn reasons(&self, origin: &Origin<'_>, then: i32) -> Result<[f64; 4], Refusal> {
        let (path, trust, base, parts) = self.correction_by_column(origin, then)?;
        let mut reasons = [path + trust * base, 0.0, 0.0, 0.0];
        for (column, part) in COLUMNS.iter().zip(parts) {
            reasons[cause(column)] += trust * part;
        }
        Ok(reasons)
    }
}
