//! What a text in a body or a query means: an id, a day, a moment. Each refusal names its field.

use crate::problem::{about, invalid};
use jiff::Timestamp;
use kernel::ids::Id;
use kernel::{Day, Instant, Refusal};

/// An id of the right kind; whether there is such a thing is for the caller to find out.
pub fn id<T: Id>(field: &'static str, text: &str) -> Result<T, Refusal> {
    T::parse(text).map_err(|_| {
        invalid(
            field,
            "bad_id",
            "This is not an id of the kind that is asked for here.",
            "这不是所需类型的编号。",
        )
    })
}

/// `2016-12-23`.
pub fn day(field: &'static str, text: &str) -> Result<Day, Refusal> {
    Day::parse(text).map_err(about(field))
}

/// `2016-12-23T11:30:00Z`, with any offset.
pub fn moment(field: &'static str, text: &str) -> Result<Instant, Refusal> {
    let read: Option<Timestamp> = text.parse().ok();
    read.map(|read| Instant::from_micros(read.as_microsecond())).ok_or_else(|| {
        invalid(
            field,
            "bad_moment",
            "This is not a moment such as 2016-12-23T11:30:00Z.",
            "这不是 2016-12-23T11:30:00Z 这样的时刻。",
        )
    })
}

/// One of a few codes.
pub fn code<T>(field: &'static str, found: Option<T>) -> Result<T, Refusal> {
    found.ok_or_else(|| {
        invalid(field, "unknown_code", "This is none of the words that are known here.", "这不是已知的取值。")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::TitleId;

    #[test]
    fn what_cannot_be_read_names_its_field() {
        assert_eq!(id::<TitleId>("title", "ttl_1").map(|id| id.0), Ok("ttl_1".into()));
        for bad in ["", "ttl_", "ord_1", "ttl_A", "ttl_1; drop"] {
            let refusal = id::<TitleId>("title", bad).expect_err(bad);
            assert_eq!((refusal.code, refusal.field), ("bad_id", Some("title")), "{bad}");
        }
        assert_eq!(day("first", "2016-02-30").map_err(|no| no.field), Err(Some("first")));
    }

    #[test]
    fn a_moment_comes_back_as_it_went() {
        let at = Instant::from_micros(1_482_492_600_123_456);
        assert_eq!(moment("at", &at.rfc3339()), Ok(at));
        assert_eq!(
            moment("at", "2016-12-23T19:30:00+08:00"),
            Ok(Instant::from_micros(1_482_492_600_000_000))
        );
        for bad in ["", "2016-12-23", "2016-12-23T11:30:00", "now", "99999-01-01T00:00:00Z"] {
            assert!(moment("at", bad).is_err(), "{bad}");
        }
    }
}
