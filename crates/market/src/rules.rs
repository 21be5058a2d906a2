//! What mainland China's rules allow foreign films, by year.
//!
//! Each rule is a row with the years it held and its sources; a year before the first row is not known.

use crate::facts::{self, Confidence, Row};
use kernel::{Kind, Refusal, Share};

const TABLE: &str = "china_import_rules.csv";
const COLUMNS: [&str; 9] =
    ["rule", "year_from", "year_to", "low", "high", "unit", "confidence", "notes", "source"];

/// A value the sources give, or the range they disagree within.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Revenue-share imports allowed in a year.
    ImportQuota { films: i64 },
    /// Revenue-share imports that were let in.
    ImportsUsed { low: i64, high: i64 },
    /// The foreign studio's part of the gross of a revenue-share import.
    ForeignShare { low: Share, high: Share },
    /// The least part of a cinema's screen time that domestic films must have: `numerator / denominator`.
    DomesticScreenTime { numerator: i64, denominator: i64 },
}

/// A rule with the years it held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub rule: Rule,
    pub from: i16,
    /// The last year; `None` while it holds.
    pub to: Option<i16>,
    pub confidence: Confidence,
    pub notes: String,
    pub sources: Vec<String>,
}

impl Entry {
    fn holds_in(&self, year: i16) -> bool {
        self.from <= year && self.to.is_none_or(|to| year <= to)
    }
}

/// All rules, in the order of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    entries: Vec<Entry>,
}

impl Rules {
    pub fn mainland_china() -> Rules {
        Rules::parse(include_str!("../facts/china_import_rules.csv")).expect("the embedded table is tested")
    }

    /// Reads a table of the same columns; refuses a bad cell by line and column, and two rows of one rule that
    /// hold in the same year.
    pub fn parse(text: &str) -> Result<Rules, Refusal> {
        let mut entries: Vec<Entry> = Vec::new();
        facts::read(TABLE, text, &COLUMNS, |row| {
            let entry = read_entry(row)?;
            let kind = std::mem::discriminant(&entry.rule);
            let clash = entries.iter().any(|one| {
                let overlap = one.holds_in(entry.from) || entry.holds_in(one.from);
                std::mem::discriminant(&one.rule) == kind && overlap
            });
            if clash {
                return Err(row.refuse(
                    "year_from",
                    "after the last row of this rule",
                    "同一规则上一行之后的年份",
                ));
            }
            entries.push(entry);
            Ok(())
        })?;
        Ok(Rules { entries })
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Every rule that held in a year.
    pub fn in_year(&self, year: i16) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.holds_in(year))
    }

    /// How many revenue-share imports a year allows.
    pub fn import_quota(&self, year: i16) -> Result<i64, Refusal> {
        self.find(year, |rule| match rule {
            Rule::ImportQuota { films } => Some(films),
            _ => None,
        })
    }

    /// How many revenue-share imports came in, from the lowest count to the highest.
    pub fn imports_used(&self, year: i16) -> Result<(i64, i64), Refusal> {
        self.find(year, |rule| match rule {
            Rule::ImportsUsed { low, high } => Some((low, high)),
            _ => None,
        })
    }

    /// The foreign studio's part of the gross, from the lowest to the highest.
    pub fn foreign_share(&self, year: i16) -> Result<(Share, Share), Refusal> {
        self.find(year, |rule| match rule {
            Rule::ForeignShare { low, high } => Some((low, high)),
            _ => None,
        })
    }

    /// Whether a cinema's year gives domestic films enough time, exactly: two thirds means 2 of 3 minutes.
    pub fn enough_domestic_time(
        &self,
        year: i16,
        domestic_minutes: i64,
        all_minutes: i64,
    ) -> Result<bool, Refusal> {
        let (numerator, denominator) = self.find(year, |rule| match rule {
            Rule::DomesticScreenTime { numerator, denominator } => Some((numerator, denominator)),
            _ => None,
        })?;
        let shown = i128::from(domestic_minutes) * i128::from(denominator);
        Ok(shown >= i128::from(all_minutes) * i128::from(numerator))
    }

    fn find<T>(&self, year: i16, read: impl Fn(Rule) -> Option<T>) -> Result<T, Refusal> {
        self.in_year(year).find_map(|entry| read(entry.rule)).ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "unknown_rule",
                format!("What the rule was in {year} is not known here."),
                format!("这里没有 {year} 年这条规定的记录。"),
            )
        })
    }
}

fn read_entry(row: &Row<'_>) -> Result<Entry, Refusal> {
    let from = row.year("year_from")?.ok_or_else(|| row.refuse("year_from", "a year", "年份"))?;
    let to = row.year("year_to")?;
    if to.is_some_and(|to| to < from) {
        return Err(row.refuse("year_to", "a year from year_from on", "不早于 year_from 的年份"));
    }
    let rule = read_rule(row)?;
    Ok(Entry {
        rule,
        from,
        to,
        confidence: row.confidence()?,
        notes: row.text("notes").to_owned(),
        sources: row.sources("source"),
    })
}

fn read_rule(row: &Row<'_>) -> Result<Rule, Refusal> {
    let wrong_unit = |unit: &str| row.refuse("unit", unit, unit);
    let rule = match (row.text("rule"), row.text("unit")) {
        ("import_quota", "films") => {
            let (films, high) = range(row, 0)?;
            if films != high {
                return Err(row.refuse("high", "the same as low", "与 low 相同的数"));
            }
            Rule::ImportQuota { films }
        }
        ("imports_used", "films") => {
            let (low, high) = range(row, 0)?;
            Rule::ImportsUsed { low, high }
        }
        ("foreign_share", "percent_of_gross") => {
            let (low, high) = range(row, 4)?;
            Rule::ForeignShare { low: Share::ppm(low), high: Share::ppm(high) }
        }
        ("domestic_screen_time", "part_of_screen_time") => read_part(row)?,
        ("import_quota" | "imports_used", _) => return Err(wrong_unit("films")),
        ("foreign_share", _) => return Err(wrong_unit("percent_of_gross")),
        ("domestic_screen_time", _) => return Err(wrong_unit("part_of_screen_time")),
        _ => return Err(row.refuse("rule", "a rule we know", "已知的规则")),
    };
    Ok(rule)
}

/// The two ends of a value; they are not negative and in order.
fn range(row: &Row<'_>, places: usize) -> Result<(i64, i64), Refusal> {
    let (low, high) = (row.scaled_required("low", places)?, row.scaled_required("high", places)?);
    if low < 0 || high < low {
        return Err(row.refuse("high", "a number from low on", "不小于 low 的数"));
    }
    Ok((low, high))
}

/// A fraction such as `2/3`.
fn read_part(row: &Row<'_>) -> Result<Rule, Refusal> {
    let refuse = || row.refuse("low", "a fraction such as 2/3", "2/3 这样的分数");
    let (numerator, denominator) = row.text("low").split_once('/').ok_or_else(refuse)?;
    let numerator: i64 = numerator.parse().map_err(|_| refuse())?;
    let denominator: i64 = denominator.parse().map_err(|_| refuse())?;
    let sane = 0 < numerator && numerator <= denominator && row.text("high") == row.text("low");
    if !sane {
        return Err(refuse());
    }
    Ok(Rule::DomesticScreenTime { numerator, denominator })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quota_went_from_10_to_20_to_34() {
        let rules = Rules::mainland_china();
        let quota = |year| rules.import_quota(year).ok();
        assert_eq!([1993, 1994, 2001].map(quota), [None, Some(10), Some(10)]);
        assert_eq!([2002, 2011, 2012, 2016].map(quota), [Some(20), Some(20), Some(34), Some(34)]);
        assert_eq!(rules.imports_used(2014).ok(), Some((34, 34)));
        assert_eq!(rules.imports_used(2016).ok(), Some((38, 40)), "the sources disagree");
        assert_eq!(rules.import_quota(1993).unwrap_err().code, "unknown_rule");
    }

    #[test]
    fn a_foreign_studio_has_a_quarter_of_the_gross_from_2012() {
        let rules = Rules::mainland_china();
        assert_eq!(rules.foreign_share(2011).ok(), Some((Share::percent(13), Share::ppm(175_000))));
        assert_eq!(rules.foreign_share(2012).ok(), Some((Share::percent(25), Share::percent(25))));
    }

    #[test]
    fn domestic_films_have_two_thirds_of_screen_time() {
        let rules = Rules::mainland_china();
        assert_eq!(rules.enough_domestic_time(2017, 200, 300).ok(), Some(true));
        assert_eq!(rules.enough_domestic_time(2017, 199, 300).ok(), Some(false));
        assert_eq!(rules.enough_domestic_time(2017, 666_666, 1_000_000).ok(), Some(false));
        assert!(rules.enough_domestic_time(2001, 200, 300).is_err());
    }

    #[test]
    fn every_rule_has_a_source() {
        let rules = Rules::mainland_china();
        assert!(rules.entries().iter().all(|entry| !entry.sources.is_empty()));
        assert_eq!(rules.in_year(2016).count(), 4);
    }

    #[test]
    fn a_bad_row_is_refused_by_line_and_column() {
        let good = include_str!("../facts/china_import_rules.csv");
        let cases = [
            ("import_quota,1994,2001,10,10", "import_quota,1994,2001,10,11", "Line 2", "high"),
            ("import_quota,1994,2001,10,10", "import_quota,1994,2001,ten,10", "Line 2", "low"),
            ("import_quota,1994,2001,10,10", "import_quota,1994,1991,10,10", "Line 2", "year_to"),
            ("import_quota,2002,2011", "import_quota,2001,2011", "Line 3", "year_from"),
            ("import_quota,2002,2011,20,20,films", "import_quota,2002,2011,20,20,reels", "Line 3", "unit"),
            ("domestic_screen_time,2017,,2/3,2/3", "domestic_screen_time,2017,,3/2,3/2", "Line 10", "low"),
            ("foreign_share,2012", "foreign_shares,2012", "Line 8", "rule"),
        ];
        for (from, to, line, column) in cases {
            let changed = good.replacen(from, to, 1);
            assert_ne!(changed, good, "{from}");
            let refusal = Rules::parse(&changed).unwrap_err();
            assert!(refusal.say.en.contains(line) && refusal.say.en.contains(column), "{}", refusal.say.en);
        }
    }
}
