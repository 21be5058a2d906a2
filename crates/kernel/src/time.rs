//! Instants, business days and the zones between them.

use crate::{Lang, Refusal, Result};
use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A moment: microseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant {
    pub micros: i64,
}

impl Instant {
    pub const fn from_micros(micros: i64) -> Instant {
        Instant { micros }
    }

    pub fn plus_seconds(self, seconds: i64) -> Instant {
        Instant { micros: self.micros + seconds * 1_000_000 }
    }

    pub fn plus_minutes(self, minutes: i64) -> Instant {
        self.plus_seconds(minutes * 60)
    }

    pub fn seconds_until(self, later: Instant) -> i64 {
        (later.micros - self.micros) / 1_000_000
    }

    /// The business day this moment falls on in a place.
    pub fn day_in(self, zone: &Zone) -> Day {
        Day(self.zoned(zone).date())
    }

    /// The hour and minute on the wall of a place.
    pub fn clock_in(self, zone: &Zone) -> (i8, i8) {
        let zoned = self.zoned(zone);
        (zoned.hour(), zoned.minute())
    }

    fn zoned(self, zone: &Zone) -> jiff::Zoned {
        Timestamp::from_microsecond(self.micros).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.0.clone())
    }

    /// `2016-12-23T11:30:00Z`, for programs.
    pub fn rfc3339(self) -> String {
        Timestamp::from_microsecond(self.micros).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
    }

    /// `Fri 23 Dec 19:30` or `12月23日 周五 19:30`, as the place's wall shows it.
    pub fn say(self, zone: &Zone, lang: Lang) -> String {
        let (hour, minute) = self.clock_in(zone);
        format!("{} {hour:02}:{minute:02}", self.day_in(zone).say(lang))
    }
}

/// A time zone of the tz database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    pub fn parse(name: &str) -> Result<Zone, Refusal> {
        TimeZone::get(name).map(Zone).map_err(|_| {
            Refusal::field(
                "zone",
                "unknown_zone",
                format!("“{name}” is not a time zone such as Asia/Shanghai."),
                format!("“{name}”不是 Asia/Shanghai 这样的时区。"),
            )
        })
    }

    /// The zone of a name that was checked when it was stored; UTC if the tz database has since dropped it.
    pub fn stored(name: &str) -> Zone {
        Zone(TimeZone::get(name).unwrap_or(TimeZone::UTC))
    }

    pub fn shanghai() -> Zone {
        Zone::stored("Asia/Shanghai")
    }

    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

/// A business day, which belongs to a place: a showtime's day is the cinema's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(civil::Date);

impl Day {
    pub fn new(year: i16, month: i8, day: i8) -> Result<Day, Refusal> {
        civil::Date::new(year, month, day).map(Day).map_err(|_| Day::refuse(&format!("{year}-{month}-{day}")))
    }

    /// Reads `2016-12-23`.
    pub fn parse(text: &str) -> Result<Day, Refusal> {
        let strict = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let date = if strict { text.parse().ok() } else { None };
        date.map(Day).ok_or_else(|| Day::refuse(text))
    }

    fn refuse(text: &str) -> Refusal {
        let text: String = text.chars().take(24).collect();
        Refusal::new(
            crate::Kind::Invalid,
            "bad_day",
            format!("“{text}” is not a day such as 2016-12-23."),
            format!("“{text}”不是 2016-12-23 这样的日期。"),
        )
    }

    pub fn plus(self, days: i32) -> Day {
        let span = jiff::Span::new().days(days);
        Day(self.0.checked_add(span).unwrap_or(if days < 0 { civil::Date::MIN } else { civil::Date::MAX }))
    }

    /// Whole days from this one to a later one; negative when it is earlier.
    pub fn days_until(self, later: Day) -> i32 {
        self.0.until(later.0).map(|span| span.get_days()).unwrap_or(0)
    }

    /// Monday is 1, Sunday is 7.
    pub fn weekday(self) -> i8 {
        self.0.weekday().to_monday_one_offset()
    }

    pub fn year(self) -> i16 {
        self.0.year()
    }

    pub fn month(self) -> i8 {
        self.0.month()
    }

    pub fn day(self) -> i8 {
        self.0.day()
    }

    /// The moment when a place's wall clock shows this time on this day.
    /// In a daylight-saving gap it is the time after it, in a fold the first of the two.
    pub fn at(self, hour: i8, minute: i8, zone: &Zone) -> Instant {
        let zoned = self.0.at(hour, minute, 0, 0).to_zoned(zone.0.clone());
        Instant { micros: zoned.map(|zoned| zoned.timestamp().as_microsecond()).unwrap_or(0) }
    }

    /// `Fri 23 Dec` or `12月23日 周五`.
    pub fn say(self, lang: Lang) -> String {
        const DAYS_EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        const DAYS_ZH: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let weekday = self.weekday() as usize - 1;
        match lang {
            Lang::En => format!("{} {} {}", DAYS_EN[weekday], self.day(), MONTHS[self.month() as usize - 1]),
            Lang::Zh => format!("{}月{}日 周{}", self.month(), self.day(), DAYS_ZH[weekday]),
        }
    }

    /// With its year, for a day that may be far off: `Fri 23 Dec 2016` or `2016年12月23日 周五`.
    pub fn in_full(self, lang: Lang) -> String {
        match lang {
            Lang::En => format!("{} {}", self.say(lang), self.year()),
            Lang::Zh => format!("{}年{}", self.year(), self.say(lang)),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Day, D::Error> {
        let text = String::deserialize(deserializer)?;
        Day::parse(&text).map_err(|refusal| serde::de::Error::custom(refusal.say.en))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_showtimes_day_is_the_cinemas() {
        let zone = Zone::shanghai();
        let day = Day::parse("2016-12-23").expect("a day");
        let late = day.at(23, 30, &zone);
        assert_eq!(late.rfc3339(), "2016-12-23T15:30:00Z");
        assert_eq!(late.day_in(&zone), day);
        assert_eq!(late.plus_minutes(40).day_in(&zone), day.plus(1));
        assert_eq!(late.say(&zone, Lang::En), "Fri 23 Dec 23:30");
        assert_eq!(late.say(&zone, Lang::Zh), "12月23日 周五 23:30");
    }

    #[test]
    fn days_are_read_strictly() {
        for bad in ["", "2016-13-01", "2016-2-1", "20161223", "２０１６-12-23", "2016-12-23T00:00"] {
            assert!(Day::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(
            Day::parse("2016-12-23").map(|day| day.plus(10).to_string()).ok().as_deref(),
            Some("2017-01-02")
        );
    }
}
