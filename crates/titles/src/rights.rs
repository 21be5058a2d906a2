//! Where, when and in which medium a title may be shown, and by whom.
//!
//! An exclusive window stands alone: no other window of the same medium overlaps it in time and territory.

use crate::text;
use crate::titles::lock;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Day, Error, Kind, Refusal, Result, RightsWindowId, TitleId, Words};

pub const HOLDER_CHARS_MAX: usize = 80;
/// Windows of one title, at most.
pub const WINDOWS_MAX: usize = 500;
/// The territory that contains every other.
pub const WORLD: &str = "WW";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Medium {
    Cinema,
    Streaming,
    Television,
    HomeVideo,
    Music,
    Merchandise,
}

impl Medium {
    pub const ALL: [Medium; 6] = [
        Medium::Cinema,
        Medium::Streaming,
        Medium::Television,
        Medium::HomeVideo,
        Medium::Music,
        Medium::Merchandise,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Medium::Cinema => "cinema",
            Medium::Streaming => "streaming",
            Medium::Television => "television",
            Medium::HomeVideo => "home_video",
            Medium::Music => "music",
            Medium::Merchandise => "merchandise",
        }
    }

    pub fn parse(code: &str) -> Option<Medium> {
        Medium::ALL.into_iter().find(|medium| medium.code() == code)
    }

    pub fn words(self) -> Words {
        match self {
            Medium::Cinema => Words::new("Cinema", "院线"),
            Medium::Streaming => Words::new("Streaming", "网络"),
            Medium::Television => Words::new("Television", "电视"),
            Medium::HomeVideo => Words::new("Home video", "音像"),
            Medium::Music => Words::new("Music", "音乐"),
            Medium::Merchandise => Words::new("Merchandise", "衍生品"),
        }
    }
}

/// What a window is about to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWindow {
    /// ISO 3166-1 alpha-2, or `WW` for the world.
    pub territory: String,
    pub medium: Medium,
    pub exclusive: bool,
    /// Who holds the rights: a distributor, a platform.
    pub holder: String,
    pub starts_on: Day,
    /// The last day; open-ended without one.
    pub ends_on: Option<Day>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub id: RightsWindowId,
    pub territory: String,
    pub medium: Medium,
    pub exclusive: bool,
    pub holder: String,
    pub starts_on: Day,
    pub ends_on: Option<Day>,
}

impl FromRow for Window {
    fn from_row(row: &mut Row) -> Result<Window> {
        let (id, territory, code): (_, _, String) = (row.next()?, row.next()?, row.next()?);
        let medium = Medium::parse(&code).ok_or_else(|| Error::fault(format!("“{code}” is no medium")))?;
        let (exclusive, holder) = (row.next()?, row.next()?);
        Ok(Window { id, territory, medium, exclusive, holder, starts_on: row.next()?, ends_on: row.next()? })
    }
}

impl Window {
    /// Whether the window covers a day in a territory.
    pub fn covers(&self, territory: &str, medium: Medium, day: Day) -> bool {
        let in_time = self.starts_on <= day && self.ends_on.is_none_or(|end| day <= end);
        self.medium == medium && (self.territory == territory || self.territory == WORLD) && in_time
    }

    fn overlaps(&self, other: &Window) -> bool {
        let ends_before = |a: &Window, b: &Window| a.ends_on.is_some_and(|end| end < b.starts_on);
        let apart_in_time = ends_before(self, other) || ends_before(other, self);
        let same_place =
            self.territory == other.territory || self.territory == WORLD || other.territory == WORLD;
        self.medium == other.medium && same_place && !apart_in_time
    }
}

impl NewWindow {
    fn check(&self, id: RightsWindowId) -> Result<Window, Refusal> {
        let territory = self.territory.trim().to_uppercase();
        if territory.len() != 2 || !territory.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(bad_territory());
        }
        let holder =
            text::line("holder", &Words::new("The holder", "权利方"), &self.holder, HOLDER_CHARS_MAX)?;
        if self.ends_on.is_some_and(|end| end < self.starts_on) {
            return Err(ends_before_it_starts());
        }
        let (starts_on, ends_on) = (self.starts_on, self.ends_on);
        Ok(Window {
            id,
            territory,
            medium: self.medium,
            exclusive: self.exclusive,
            holder,
            starts_on,
            ends_on,
        })
    }
}

fn bad_territory() -> Refusal {
    Refusal::field(
        "territory",
        "bad_territory",
        "A territory is a two-letter country code such as CN, or WW for the world.",
        "地区请写两位国家代码，例如 CN；全球写 WW。",
    )
}

fn ends_before_it_starts() -> Refusal {
    Refusal::field(
        "ends_on",
        "ends_before_it_starts",
        "The window ends before it starts.",
        "结束日期早于开始日期。",
    )
}

/// Opens a window. Refuses `window_overlaps` when it or one that it overlaps is exclusive.
pub fn open(tx: &Tx, act: &mut Act, title: &TitleId, window: &NewWindow) -> Result<Window> {
    let window = window.check(act.id())?;
    lock(tx, title)?;
    let others = of(tx, title)?;
    if others.len() >= WINDOWS_MAX {
        return Err(too_many().into());
    }
    let clash = others.iter().find(|other| other.overlaps(&window) && (other.exclusive || window.exclusive));
    if let Some(clash) = clash {
        return Err(overlaps(clash).into());
    }
    tx.run(
        "insert into rights_window (title_id, id, territory, medium, exclusive, holder, starts_on, ends_on)
        values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            title,
            &window.id,
            &window.territory,
            &window.medium.code(),
            &window.exclusive,
            &window.holder,
            &window.starts_on,
            &window.ends_on,
        ],
    )?;
    Ok(window)
}

fn too_many() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "too_many_windows",
        format!("A title has at most {WINDOWS_MAX} rights windows."),
        format!("一部影片最多 {WINDOWS_MAX} 个权利窗口。"),
    )
}

fn overlaps(clash: &Window) -> Refusal {
    let end = |open: &str| clash.ends_on.map_or(open.to_owned(), |end| end.to_string());
    let refusal = Refusal::new(
        Kind::Conflict,
        "window_overlaps",
        format!(
            "It overlaps the window of {} in {} from {} to {}, and one of the two is exclusive.",
            clash.holder,
            clash.territory,
            clash.starts_on,
            end("no end"),
        ),
        format!(
            "与{}在 {} 的窗口（{} 至{}）重叠，而其中之一是独家的。",
            clash.holder,
            clash.territory,
            clash.starts_on,
            end("长期"),
        ),
    );
    Refusal { field: Some("starts_on"), ..refusal }
}

/// Sets a window's last day.
pub fn end(tx: &Tx, title: &TitleId, id: &RightsWindowId, last: Day) -> Result<Window> {
    lock(tx, title)?;
    let windows = of(tx, title)?;
    let window = windows.iter().find(|window| window.id == *id).ok_or_else(no_window)?;
    let ended = Window { ends_on: Some(last), ..window.clone() };
    if last < ended.starts_on {
        return Err(ends_before_it_starts().into());
    }
    let clash = windows
        .iter()
        .find(|other| other.id != *id && other.overlaps(&ended) && (other.exclusive || ended.exclusive));
    if let Some(clash) = clash {
        return Err(overlaps(clash).into());
    }
    tx.run("update rights_window set ends_on = $3 where title_id = $1 and id = $2", &[title, id, &last])?;
    Ok(ended)
}

fn no_window() -> Refusal {
    Refusal::not_found("rights window", "权利窗口")
}

/// A title's windows, the earliest first.
pub fn of(view: &View, title: &TitleId) -> Result<Vec<Window>> {
    view.all(
        "select id, territory, medium, exclusive, holder, starts_on, ends_on from rights_window
        where title_id = $1
        order by starts_on, territory, medium, id",
        &[title],
    )
}

/// A window under which the title may be shown there on that day.
pub fn open_on(
    view: &View,
    title: &TitleId,
    territory: &str,
    medium: Medium,
    day: Day,
) -> Result<Option<Window>> {
    Ok(of(view, title)?.into_iter().find(|window| window.covers(territory, medium, day)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Slate, day};

    fn window(territory: &str, exclusive: bool, starts_on: &str, ends_on: Option<&str>) -> NewWindow {
        NewWindow {
            territory: territory.into(),
            medium: Medium::Cinema,
            exclusive,
            holder: "Lantern".into(),
            starts_on: day(starts_on),
            ends_on: ends_on.map(day),
        }
    }

    fn second(first: NewWindow, second: NewWindow) -> Result<Window> {
        let slate = Slate::new();
        let title = slate.title().id;
        slate.write(move |tx, act| {
            open(tx, act, &title, &first)?;
            open(tx, act, &title, &second)
        })
    }

    #[test]
    fn an_exclusive_window_stands_alone() {
        let winter = || window("CN", true, "2016-12-23", Some("2017-03-31"));
        let refused = [
            window("CN", true, "2017-03-31", None),
            window("cn", false, "2016-01-01", Some("2016-12-23")),
            window("WW", false, "2017-01-01", Some("2017-01-02")),
        ];
        for other in refused {
            let error = second(winter(), other.clone()).expect_err("an overlap");
            assert_eq!(error.refusal().map(|no| no.code), Some("window_overlaps"), "{other:?}");
        }
        let fine = [
            window("CN", true, "2017-04-01", None),
            window("HK", true, "2017-01-01", None),
            NewWindow { medium: Medium::Streaming, ..winter() },
        ];
        for other in fine {
            assert!(second(winter(), other.clone()).is_ok(), "{other:?}");
        }
        let open_ended = || window("CN", false, "2016-12-23", None);
        assert!(second(open_ended(), open_ended()).is_ok());
    }

    #[test]
    fn windows_have_limits() {
        let slate = Slate::new();
        let title = slate.title().id;
        let refused = |window: NewWindow| {
            let title = title.clone();
            let tried = slate.write(move |tx, act| open(tx, act, &title, &window));
            tried.expect_err("refused").refusal().and_then(|no| no.field)
        };
        assert_eq!(refused(window("China", true, "2016-12-23", None)), Some("territory"));
        assert_eq!(refused(window("CN", true, "2016-12-23", Some("2016-12-22"))), Some("ends_on"));
        let unheld = NewWindow { holder: String::new(), ..window("CN", true, "2016-12-23", None) };
        assert_eq!(refused(unheld), Some("holder"));
    }

    #[test]
    fn a_window_is_open_from_its_first_day_to_its_last() {
        let slate = Slate::new();
        let title = slate.title().id;
        let made = slate.write(move |tx, act| {
            let made = open(tx, act, &title, &window("CN", true, "2016-12-23", None))?;
            let last = end(tx, &title, &made.id, day("2017-03-31"))?;
            assert_eq!(last.ends_on, Some(day("2017-03-31")));
            for (on, territory, medium, is_open) in [
                ("2016-12-22", "CN", Medium::Cinema, false),
                ("2016-12-23", "CN", Medium::Cinema, true),
                ("2017-03-31", "CN", Medium::Cinema, true),
                ("2017-04-01", "CN", Medium::Cinema, false),
                ("2016-12-23", "HK", Medium::Cinema, false),
                ("2016-12-23", "CN", Medium::Television, false),
            ] {
                assert_eq!(open_on(tx, &title, territory, medium, day(on))?.is_some(), is_open, "{on}");
            }
            Ok(())
        });
        made.expect("a window");
    }
}
