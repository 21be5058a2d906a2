//! How hours and lengths of time are written for people; a day with its hour is said by `kernel::Instant::say`.

use kernel::{Instant, Lang, Zone};

/// `19:30`, as a place's wall shows it.
pub fn clock(at: Instant, zone: &Zone) -> String {
    let (hour, minute) = at.clock_in(zone);
    format!("{hour:02}:{minute:02}")
}

/// `14:05`, minutes and seconds left; what the countdown shows before the script takes over.
pub fn left(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// `2 h 8 min` or `128分钟`, a film's length.
pub fn length(minutes: u32, lang: Lang) -> String {
    match (lang, minutes / 60, minutes % 60) {
        (Lang::Zh, _, _) => format!("{minutes}分钟"),
        (Lang::En, 0, rest) => format!("{rest} min"),
        (Lang::En, hours, 0) => format!("{hours} h"),
        (Lang::En, hours, rest) => format!("{hours} h {rest} min"),
    }
}

/// `5 minutes ago` or `5分钟前`.
pub fn ago(seconds: i64, lang: Lang) -> String {
    let (number, en, zh) = match seconds.max(0) {
        0..60 => return if lang == Lang::En { "just now".into() } else { "刚刚".into() },
        s @ 60..3_600 => (s / 60, "minute", "分钟"),
        s @ 3_600..86_400 => (s / 3_600, "hour", "小时"),
        s => (s / 86_400, "day", "天"),
    };
    match lang {
        Lang::En if number == 1 => format!("1 {en} ago"),
        Lang::En => format!("{number} {en}s ago"),
        Lang::Zh => format!("{number}{zh}前"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_people_say_them() {
        assert_eq!(left(845), "14:05");
        assert_eq!(left(-3), "0:00");
        assert_eq!(length(128, Lang::En), "2 h 8 min");
        assert_eq!(ago(3_700, Lang::En), "1 hour ago");
        assert_eq!(ago(300, Lang::Zh), "5分钟前");
    }
}
