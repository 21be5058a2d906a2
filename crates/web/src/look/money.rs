//! How amounts, counts and shares are written for people.

use super::table::Cell;
use kernel::{Currency, Lang, Share};

/// One currency, told to one reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub currency: Currency,
    pub lang: Lang,
}

impl Told {
    /// What stands in a table's head or beside a field: `CNY`, `元`.
    pub fn unit(self) -> &'static str {
        self.currency.unit(self.lang)
    }

    /// The caption of a chart, with the unit at its end.
    pub fn caption(self, en: &str, zh: &str) -> String {
        match self.lang {
            Lang::En => format!("{en}, {}", self.unit()),
            Lang::Zh => format!("{zh}，{}", self.unit()),
        }
    }

    /// `¥78.9m` or `¥7,888万`.
    pub fn glance(self, minor: i64) -> String {
        compact(minor, self.currency.code(), self.lang)
    }

    pub fn cell(self, minor: i64) -> Cell {
        Cell::glance(minor, self.currency.code(), self.lang)
    }

    /// The amount in whole units, for a chart.
    pub fn major(self, minor: i64) -> f64 {
        minor as f64 / 10_f64.powi(self.currency.exponent() as i32)
    }
}

/// `¥39.90`, with groups of three; the currency is its ISO 4217 code.
pub fn full(minor: i64, currency: &str) -> String {
    let scale = 10_u64.pow(places(currency));
    let sign = if minor < 0 { "−" } else { "" };
    let whole = grouped((minor.unsigned_abs() / scale) as i64);
    match places(currency) {
        0 => format!("{sign}{}{whole}", symbol(currency)),
        width => {
            let part = minor.unsigned_abs() % scale;
            format!("{sign}{}{whole}.{part:0width$}", symbol(currency), width = width as usize)
        }
    }
}

/// `¥78.9m` or `¥7,888万`: an amount at a glance.
pub fn compact(minor: i64, currency: &str, lang: Lang) -> String {
    let major = minor as f64 / 10_f64.powi(places(currency) as i32);
    let sign = if minor < 0 { "−" } else { "" };
    format!("{sign}{}{}", symbol(currency), short(major.abs(), lang))
}

/// `4.7m` or `470万`: a count at a glance.
pub fn count(number: i64, lang: Lang) -> String {
    let sign = if number < 0 { "−" } else { "" };
    format!("{sign}{}", short(number.unsigned_abs() as f64, lang))
}

/// A magnitude with at most one decimal and the language's own steps: thousand and million, or 万 and 亿. Below ten of
/// the largest step it has two: a hundred million lie between 1亿 and 2亿.
pub(crate) fn short(number: f64, lang: Lang) -> String {
    let steps: &[(f64, &str)] = match lang {
        Lang::En => &[(1e9, "bn"), (1e6, "m"), (1e3, "k")],
        Lang::Zh => &[(1e8, "亿"), (1e4, "万")],
    };
    match steps.iter().find(|(step, _)| number >= *step * 0.99995) {
        Some((step, unit)) if *step >= 1e8 && number < *step * 9.995 => {
            let hundredths = format!("{:.2}", number / step);
            format!("{}{unit}", hundredths.trim_end_matches('0').trim_end_matches('.'))
        }
        Some((step, unit)) => format!("{}{unit}", trimmed(number / step)),
        None => trimmed(number),
    }
}

fn trimmed(number: f64) -> String {
    if number >= 999.5 || (number - number.round()).abs() < 0.05 {
        return grouped(number.round() as i64);
    }
    format!("{number:.1}")
}

/// `1,234,567`.
pub fn grouped(number: i64) -> String {
    kernel::grouped(&number.to_string())
}

/// `1,204 admissions`, `1,204 人次`.
pub fn admissions(number: i64, lang: Lang) -> String {
    match lang {
        Lang::En => kernel::counted(number, "admission", "admissions"),
        Lang::Zh => format!("{} 人次", grouped(number)),
    }
}

/// Parts per million as `41.2 %`, or `41.2%` in 中文.
pub fn percent(ppm: i64, lang: Lang) -> String {
    let tenths = (ppm as f64 / 1000.0).round() / 10.0;
    let sign = if tenths < 0.0 { "−" } else { "" };
    let space = if lang == Lang::En { "\u{202f}" } else { "" };
    format!("{sign}{}{space}%", trimmed(tenths.abs()))
}

/// A rate to its last decimal: `8.875 %`.
pub fn rate(share: Share, lang: Lang) -> String {
    let space = if lang == Lang::En { "\u{202f}" } else { "" };
    format!("{}{space}%", share.as_percent())
}

/// A change with its sign: `+13.4 %`.
pub fn change(ppm: i64, lang: Lang) -> String {
    let sign = if ppm > 0 { "+" } else { "" };
    format!("{sign}{}", percent(ppm, lang))
}

fn places(currency: &str) -> u32 {
    Currency::parse(currency).map_or(2, Currency::exponent)
}

fn symbol(currency: &str) -> &str {
    match Currency::parse(currency) {
        Ok(known) => known.symbol(),
        Err(_) => currency,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(full(3990, "CNY"), "¥39.90");
        assert_eq!(full(-123_456_789, "CNY"), "−¥1,234,567.89");
        assert_eq!(full(1500, "JPY"), "¥1,500");
        assert_eq!(compact(7_888_000_000, "CNY", Lang::En), "¥78.9m");
        assert_eq!(compact(7_888_000_000, "CNY", Lang::Zh), "¥7,888万");
        assert_eq!(compact(48_100_000_000, "CNY", Lang::Zh), "¥4.81亿");
        assert_eq!(compact(10_260_000_000, "CNY", Lang::Zh), "¥1.03亿");
        assert_eq!(compact(10_000_000_000, "CNY", Lang::Zh), "¥1亿");
        assert_eq!(compact(99_960_000_000, "CNY", Lang::Zh), "¥10亿");
        assert_eq!(compact(101_000_000_000, "CNY", Lang::En), "¥1.01bn");
        assert_eq!(full(1_234_500, "KRW"), "₩1,234,500");
        assert_eq!(compact(78_880_000_000, "KRW", Lang::Zh), "₩788.8亿");
        assert_eq!(full(3990, "TWD"), "NT$39.90");
        let told = |lang| Told { currency: Currency::KRW, lang };
        assert_eq!((told(Lang::En).unit(), told(Lang::Zh).unit()), ("KRW", "韩元"));
        assert_eq!(told(Lang::En).major(12_000), 12_000.0);
        assert_eq!(told(Lang::Zh).caption("a day", "每日"), "每日，韩元");
        assert_eq!(count(323_000, Lang::En), "323k");
        assert_eq!(count(999, Lang::Zh), "999");
        assert_eq!(percent(412_345, Lang::Zh), "41.2%");
        assert_eq!(change(50_000, Lang::Zh), "+5%");
    }
}
