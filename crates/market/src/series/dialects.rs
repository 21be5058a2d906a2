//! The charts that are understood: which header means what. A new chart is a new table here, not new code.

use super::{Grain, Market, bad_file};
use crate::table::{Encoding, Headers};
use kernel::{Day, Refusal};

/// What a column of a chart can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Day,
    Key,
    Title,
    Release,
    /// 1 on the release day.
    DaysInRelease,
    Gross,
    GrossToDate,
    Admissions,
    AdmissionsToDate,
    Screens,
    Showings,
    /// Percent.
    ShareOfShowings,
    /// Percent.
    ShareOfBoxOffice,
    Rank,
    Genres,
    Country,
    Distributor,
    Duration,
    Versions,
    Currency,
}

/// How many fields there are; [`Field::Currency`] is the last.
pub(super) const FIELDS: usize = Field::Currency as usize + 1;

/// A chart's way of writing.
#[derive(Debug)]
pub struct Dialect {
    /// What `--as` calls it.
    pub code: &'static str,
    pub market: Market,
    pub grain: Grain,
    /// What one unit of its amounts is, in powers of ten of the currency: 4 when it counts in 10,000 yuan.
    pub(super) amount_exponent: u32,
    /// What files from there are written in when they are not UTF-8.
    pub(super) encoding: Option<Encoding>,
    /// Names of columns of amounts that leave the unit to each cell: 1.96亿 in one line, 2699.1万 in another.
    pub(super) unit_in_cell: &'static [&'static str],
    /// Every name a column goes by, the first the one in refusals; lower case.
    pub(super) columns: &'static [(Field, &'static [&'static str])],
    /// Without these a file is not this chart.
    pub(super) required: &'static [Field],
}

const CHINA: Dialect = Dialect {
    code: "china_daily",
    market: Market::China,
    grain: Grain::Day,
    amount_exponent: 4,
    encoding: Some(Encoding::Gb18030),
    unit_in_cell: &[
        "票房",
        "综合票房",
        "当日票房",
        "单日票房",
        "日票房",
        "累计票房",
        "累计综合票房",
        "总票房",
    ],
    columns: &[
        (Field::Day, &["date", "日期"]),
        (Field::Key, &["movie_id", "movieid", "影片编码"]),
        (Field::Title, &["title", "影片", "影片名称", "片名", "影片名", "电影名称"]),
        (Field::Release, &["releasetime", "release_date", "上映日期", "上映时间"]),
        (Field::DaysInRelease, &["release_day", "上映天数"]),
        (
            Field::Gross,
            &[
                "box_wan",
                "票房（万）",
                "票房(万)",
                "票房（万元）",
                "票房(万元)",
                "综合票房（万）",
                "综合票房(万)",
                "综合票房（万元）",
                "综合票房(万元)",
                "当日票房（万）",
                "当日票房(万)",
                "单日票房（万）",
                "单日票房(万)",
                "票房",
                "综合票房",
                "当日票房",
                "单日票房",
                "日票房",
            ],
        ),
        (
            Field::GrossToDate,
            &[
                "cum_box_wan",
                "累计票房（万）",
                "累计票房(万)",
                "累计票房（万元）",
                "累计票房(万元)",
                "累计综合票房（万）",
                "累计综合票房(万)",
                "累计票房",
                "累计综合票房",
                "总票房",
            ],
        ),
        (Field::Admissions, &["audience", "人次"]),
        (Field::Showings, &["showings", "排片场次", "场次"]),
        (Field::ShareOfShowings, &["show_share", "排片占比", "排片占比（%）", "排片占比(%)"]),
        (Field::ShareOfBoxOffice, &["box_share", "票房占比", "票房占比（%）", "票房占比(%)", "综合票房占比"]),
        (Field::Rank, &["rank", "排名"]),
        (Field::Genres, &["category", "类型"]),
        (Field::Duration, &["duration", "片长"]),
        (Field::Versions, &["version", "制式"]),
        (Field::Currency, &["currency", "币种"]),
    ],
    required: &[Field::Day, Field::Title, Field::Gross, Field::ShareOfShowings],
};

const US: Dialect = Dialect {
    code: "us_daily",
    market: Market::Us,
    grain: Grain::Day,
    amount_exponent: 0,
    encoding: None,
    unit_in_cell: &[],
    columns: &[
        (Field::Day, &["date"]),
        (Field::Key, &["release_id"]),
        (Field::Title, &["title", "release"]),
        (Field::DaysInRelease, &["days"]),
        (Field::Gross, &["gross", "daily"]),
        (Field::GrossToDate, &["to_date", "to date"]),
        (Field::Screens, &["theaters"]),
        (Field::Rank, &["rank", "td"]),
        (Field::Distributor, &["distributor"]),
        (Field::Genres, &["genre"]),
        (Field::Currency, &["currency"]),
    ],
    required: &[Field::Day, Field::Title, Field::Gross, Field::Screens],
};

const THE_NUMBERS: Dialect = Dialect {
    code: "the_numbers_daily",
    market: Market::Us,
    grain: Grain::Day,
    amount_exponent: 0,
    encoding: None,
    unit_in_cell: &[],
    columns: &[
        (Field::Day, &["date"]),
        (Field::Title, &["movie", "movie title"]),
        (Field::DaysInRelease, &["days", "days in release"]),
        (Field::Gross, &["gross", "daily gross"]),
        (Field::GrossToDate, &["total gross"]),
        (Field::Screens, &["theaters", "thtrs.", "thtrs", "theater count"]),
        (Field::Rank, &["rank"]),
        (Field::Distributor, &["distributor"]),
        (Field::Genres, &["genre"]),
        (Field::Currency, &["currency"]),
    ],
    required: &[Field::Day, Field::Title, Field::Gross, Field::GrossToDate, Field::Screens],
};

const KOREA: Dialect = Dialect {
    code: "korea_daily",
    market: Market::Korea,
    grain: Grain::Day,
    amount_exponent: 0,
    encoding: Some(Encoding::EucKr),
    unit_in_cell: &[],
    columns: &[
        (Field::Day, &["date", "targetdt", "날짜", "일자"]),
        (Field::Key, &["moviecd", "영화코드"]),
        (Field::Title, &["movienm", "영화명"]),
        (Field::Release, &["opendt", "개봉일"]),
        (Field::Gross, &["salesamt", "매출액"]),
        (Field::GrossToDate, &["salesacc", "누적매출액"]),
        (Field::Admissions, &["audicnt", "관객수"]),
        (Field::AdmissionsToDate, &["audiacc", "누적관객수"]),
        (Field::Screens, &["scrncnt", "스크린수"]),
        (Field::Showings, &["showcnt", "상영횟수"]),
        (Field::ShareOfBoxOffice, &["salesshare", "매출액 점유율", "매출액점유율", "매출점유율"]),
        (Field::Rank, &["rank", "순위"]),
        (Field::Country, &["nation", "대표국적", "국적"]),
        (Field::Distributor, &["distributor", "배급사"]),
        (Field::Currency, &["currency"]),
    ],
    required: &[Field::Day, Field::Title, Field::Gross, Field::Admissions],
};

const TAIWAN: Dialect = Dialect {
    code: "taiwan_weekly",
    market: Market::Taiwan,
    grain: Grain::Week,
    amount_exponent: 0,
    encoding: Some(Encoding::Big5),
    unit_in_cell: &[],
    columns: &[
        (Field::Day, &["week_start"]),
        (Field::Title, &["title", "片名", "中文片名"]),
        (Field::Release, &["release_date", "上映日", "上映日期"]),
        (Field::Country, &["country", "國別地區", "國別"]),
        (Field::Screens, &["theatres", "上映院數"]),
        (Field::AdmissionsToDate, &["tickets", "累計銷售票數"]),
        (Field::GrossToDate, &["amount", "累計銷售金額"]),
        (Field::Distributor, &["distributor", "申請人"]),
        (Field::Currency, &["currency"]),
    ],
    required: &[Field::Day, Field::Title, Field::GrossToDate, Field::Screens],
};

impl Dialect {
    /// Every chart that is understood.
    pub const ALL: [&'static Dialect; 5] = [&CHINA, &KOREA, &TAIWAN, &THE_NUMBERS, &US];

    /// By the name that `--as` gives it.
    pub fn named(code: &str) -> Option<&'static Dialect> {
        Dialect::ALL.into_iter().find(|dialect| dialect.code == code)
    }

    /// The daily or weekly chart of a market.
    pub fn of(market: Market) -> &'static Dialect {
        match market {
            Market::China => &CHINA,
            Market::Korea => &KOREA,
            Market::Taiwan => &TAIWAN,
            Market::Us => &US,
        }
    }

    /// The chart whose required columns a header has. A chart of one day may have the day in its file's name.
    pub fn sniff(headers: &Headers) -> Option<&'static Dialect> {
        Dialect::ALL.into_iter().find(|dialect| dialect.missing(headers).is_empty())
    }

    fn missing(&self, headers: &Headers) -> Vec<&'static str> {
        let is_there = |field: &Field| {
            headers.find(self.names(*field)).is_some()
                || (*field == Field::Day && day_in_name(headers.file()).is_some())
        };
        self.required.iter().filter(|field| !is_there(field)).map(|field| self.names(*field)[0]).collect()
    }

    pub(super) fn names(&self, field: Field) -> &'static [&'static str] {
        let column = self.columns.iter().find(|(one, _)| *one == field);
        column.map_or(&[], |(_, names)| names)
    }

    /// Where each field stands in a file; refuses one that lacks a required column.
    pub(super) fn place(&self, headers: &Headers) -> Result<[Option<usize>; FIELDS], Refusal> {
        let mut places = [None; FIELDS];
        for (field, names) in self.columns {
            places[*field as usize] = headers.find(names);
        }
        let missing = self.missing(headers);
        if missing.is_empty() {
            return Ok(places);
        }
        let (code, file, missing) = (self.code, headers.file(), missing.join(", "));
        let found = headers.list();
        Err(bad_file(
            format!("“{file}” is not a {code} chart: it lacks {missing}; its columns are {found}."),
            format!("“{file}”不是 {code} 榜单：缺少 {missing}；现有的列为 {found}。"),
        ))
    }
}

/// The day in a name such as `daily-2019-06-01.csv` or `chart_20190601.csv`.
pub(super) fn day_in_name(name: &str) -> Option<Day> {
    let digits_of = |start: usize, len: usize| name.get(start..start + len);
    (0..name.len()).find_map(|start| {
        let dashed = digits_of(start, 10).and_then(|text| Day::parse(text).ok());
        dashed.or_else(|| {
            let run = digits_of(start, 8).filter(|run| run.bytes().all(|byte| byte.is_ascii_digit()))?;
            let alone = !name[start + 8..].starts_with(|next: char| next.is_ascii_digit())
                && !name[..start].ends_with(|last: char| last.is_ascii_digit());
            let (year, rest) = run.split_at(4);
            alone.then(|| Day::parse(&format!("{year}-{}-{}", &rest[..2], &rest[2..])).ok()).flatten()
        })
    })
}
