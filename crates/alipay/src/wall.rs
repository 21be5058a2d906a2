//! The wall clock of the protocol, `2019-08-15 15:56:22`: Beijing time without saying so.
//!
//! A client's own timestamp is its local wall clock, whatever its zone: it is recorded, never enforced.

use crate::{clip, refuse};
use kernel::{Day, Instant, Refusal, Zone};

/// What the wall in Beijing shows; fractions of a second are dropped.
pub fn write(at: Instant) -> String {
    let zone = Zone::shanghai();
    let day = at.day_in(&zone);
    let second = day.at(0, 0, &zone).seconds_until(at);
    format!("{day} {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// Reads exactly `yyyy-MM-dd HH:mm:ss` (`bad_time`).
pub fn read(text: &str) -> Result<Instant, Refusal> {
    read_strictly(text).ok_or_else(|| {
        let text = clip(text);
        refuse(
            "bad_time",
            format!("“{text}” is not a time such as 2019-08-15 15:56:22."),
            format!("“{text}”不是 2019-08-15 15:56:22 这样的时间。"),
        )
    })
}

fn read_strictly(text: &str) -> Option<Instant> {
    let (day, time) = text.split_once(' ')?;
    let day = Day::parse(day).ok()?;
    let parts: Vec<&str> = time.split(':').collect();
    let two_digits = |part: &&str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() != 3 || !parts.iter().all(two_digits) {
        return None;
    }
    let [hour, minute, second]: [i8; 3] =
        [parts[0].parse().ok()?, parts[1].parse().ok()?, parts[2].parse().ok()?];
    (hour < 24 && minute < 60 && second < 60)
        .then(|| day.at(hour, minute, &Zone::shanghai()).plus_seconds(second.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_wall_is_in_beijing() {
        let at = read("2019-08-15 15:56:22").expect("a time");
        assert_eq!(at.rfc3339(), "2019-08-15T07:56:22Z");
        assert_eq!(write(at), "2019-08-15 15:56:22");
        for bad in [
            "",
            "2019-08-15",
            "2019-08-15T15:56:22",
            "2019-08-15 24:00:00",
            "2019-8-15 15:56:22",
            "2019-08-15 15:56:2",
            "2019-08-15 １5:56:22",
            "2019-08-15 15:56:22 ",
            "2019-08-15 -1:56:22",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn times_read_back(second in 700_000_000_i64..4_000_000_000) {
            let at = Instant::from_micros(second * 1_000_000);
            prop_assert_eq!(read(&write(at)).expect("our own"), at);
        }
    }
}
