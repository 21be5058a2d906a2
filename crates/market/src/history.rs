//! What the box office of mainland China took, year by year.
//!
//! Up to 2016 the published totals leave out the service fees of online ticketing, from 2017 on they include
//! them. Growth across that change is given twice: naive, and like for like (`docs/algorithms/box_office_history.md`).

use crate::facts::{self, Confidence, Row};
use kernel::{Currency, Kind, Money, Refusal, Round, Share, Words};

const TABLE: &str = "china_box_office_yearly.csv";
const COLUMNS: [&str; 16] = [
    "year",
    "basis",
    "gross_cny_bn",
    "growth_official_pct",
    "gross_usd_bn",
    "domestic_cny_bn",
    "domestic_share_pct",
    "import_cny_bn",
    "import_share_pct",
    "screens",
    "admissions_m",
    "ticket_price_cny",
    "derived_cells",
    "confidence",
    "notes",
    "source",
];
/// Billions to minor units: nine places and two for the fen.
const BILLION_PLACES: usize = 11;
/// How far two published shares may be from one whole, in parts per million (they are rounded apart).
const SHARES_APART_MAX_PPM: i64 = 1_000;

/// What a year's total counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    WithoutServiceFees,
    WithServiceFees,
}

impl Basis {
    pub fn words(self) -> Words {
        match self {
            Basis::WithoutServiceFees => Words::new("service fees left out", "不含服务费"),
            Basis::WithServiceFees => Words::new("service fees included", "含服务费"),
        }
    }
}

/// One year as it was published. Money in fen or US cents; `None` where nobody said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    pub year: i16,
    pub basis: Basis,
    pub gross: Money,
    /// As announced, on one basis; may be negative.
    pub growth_official: Option<Share>,
    pub gross_usd: Option<Money>,
    pub domestic: Option<Money>,
    pub domestic_share: Option<Share>,
    pub import: Option<Money>,
    pub import_share: Option<Share>,
    pub screens: Option<i64>,
    pub admissions: Option<i64>,
    pub ticket_price: Option<Money>,
    /// Which cells the collector computed, and how.
    pub derived: String,
    pub confidence: Confidence,
    pub notes: String,
    pub sources: Vec<String>,
}

impl Year {
    /// The average ticket: as published, else gross by admissions, half-even to the fen.
    pub fn average_ticket_price(&self) -> Option<Money> {
        self.ticket_price.or_else(|| self.gross_per_admission())
    }

    /// Gross by admissions, half-even to the fen.
    pub fn gross_per_admission(&self) -> Option<Money> {
        self.admissions.and_then(|admissions| per_head(self.gross, admissions))
    }

    /// The part of domestic films: as published, else from their gross.
    pub fn share_of_domestic(&self) -> Option<Share> {
        self.domestic_share.or_else(|| self.domestic.and_then(|domestic| ratio(domestic, self.gross)))
    }
}

/// The growth of the gross from one year to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    pub from: i16,
    pub to: i16,
    /// Published total against published total.
    pub naive: Share,
    /// On one basis; the same as naive when the basis did not change in between.
    pub like_for_like: Share,
    pub basis_changed: bool,
}

impl Growth {
    /// The sentence a chart must carry when the two totals do not count the same.
    pub fn warning(&self) -> Option<Words> {
        self.basis_changed.then(|| {
            let (naive, alike) = (percent(self.naive), percent(self.like_for_like));
            Words::new(
                format!(
                    "Totals include service fees from 2017 on: {naive} as published, {alike} like for like."
                ),
                format!("2017 年起票房总额含服务费：按公布数字为 {naive}，同口径为 {alike}。"),
            )
        })
    }
}

/// The years in order, without a hole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    years: Vec<Year>,
}

impl History {
    /// Mainland China, 2005 to 2024, as collected from the press with sources.
    pub fn mainland_china() -> History {
        History::parse(include_str!("../facts/china_box_office_yearly.csv"))
            .expect("the embedded table is tested")
    }

    /// Reads a table of the same columns. Refuses a bad cell by line and column, years that do not follow each
    /// other, and domestic and import shares that do not make a whole.
    pub fn parse(text: &str) -> Result<History, Refusal> {
        let mut last: Option<i16> = None;
        let years = facts::read(TABLE, text, &COLUMNS, |row| {
            let year = read_year(row)?;
            if last.is_some_and(|last| last + 1 != year.year) {
                return Err(row.refuse("year", "the year after the line above", "上一行的次年"));
            }
            last = Some(year.year);
            Ok(year)
        })?;
        Ok(History { years })
    }

    pub fn years(&self) -> &[Year] {
        &self.years
    }

    pub fn year(&self, year: i16) -> Result<&Year, Refusal> {
        self.years.iter().find(|one| one.year == year).ok_or_else(|| {
            Refusal::new(
                Kind::NotFound,
                "unknown_year",
                format!("The box office of {year} is not in the history."),
                format!("历史数据中没有 {year} 年的票房。"),
            )
        })
    }

    /// How the gross grew between two years, both ways of counting.
    pub fn growth(&self, from: i16, to: i16) -> Result<Growth, Refusal> {
        let (first, last) = (self.year(from)?, self.year(to)?);
        let nothing = || unknown_growth(from, to);
        let naive = change(first.gross, last.gross).ok_or_else(nothing)?;
        let restated = self.restated(first, last.basis)?;
        let like_for_like = change(restated, last.gross).ok_or_else(nothing)?;
        Ok(Growth { from, to, naive, like_for_like, basis_changed: first.basis != last.basis })
    }

    /// A year's gross on the other basis.
    ///
    /// The first year with fees says its growth on one basis; the last year without fees, restated, is its gross
    /// divided by that growth. Earlier years are assumed to have had fees in the same proportion.
    pub fn restated(&self, year: &Year, basis: Basis) -> Result<Money, Refusal> {
        if year.basis == basis {
            return Ok(year.gross);
        }
        let changed = self.years.windows(2).find(|pair| pair[0].basis != pair[1].basis);
        let (before, after) = match changed {
            Some([before, after]) => (before, after),
            _ => return Err(unknown_growth(year.year, year.year)),
        };
        let growth = after.growth_official.ok_or_else(|| unknown_growth(before.year, after.year))?;
        let with_fees = base_of(after.gross.minor, growth);
        let (numerator, denominator) = match basis {
            Basis::WithServiceFees => (with_fees, before.gross.minor),
            Basis::WithoutServiceFees => (before.gross.minor, with_fees),
        };
        let exact = i128::from(year.gross.minor) * i128::from(numerator);
        let minor = Round::HalfEven.divide(exact, i128::from(denominator.max(1)));
        Ok(Money::new(minor as i64, year.gross.currency))
    }
}

fn unknown_growth(from: i16, to: i16) -> Refusal {
    Refusal::new(
        Kind::NotFound,
        "unknown_growth",
        format!("The growth from {from} to {to} cannot be told on one basis."),
        format!("无法在同一口径下计算 {from} 至 {to} 年的增长。"),
    )
}

/// What something was before it grew: `now ÷ (1 + growth)`, half-even; a growth of −100 % or less gives 0.
pub fn base_of(now: i64, growth: Share) -> i64 {
    let grown = i128::from(Share::ONE.ppm) + i128::from(growth.ppm);
    if grown <= 0 {
        return 0;
    }
    Round::HalfEven.divide(i128::from(now) * i128::from(Share::ONE.ppm), grown) as i64
}

/// `now ÷ before − 1` in parts per million, half-even; `None` when there was nothing before.
pub fn change(before: Money, now: Money) -> Option<Share> {
    ratio(now, before).map(|ratio| Share::ppm(ratio.ppm - Share::ONE.ppm))
}

/// `part ÷ whole` in parts per million, half-even; `None` when the whole is not positive or in another currency.
pub fn ratio(part: Money, whole: Money) -> Option<Share> {
    if whole.minor <= 0 || part.currency != whole.currency {
        return None;
    }
    let exact = i128::from(part.minor) * i128::from(Share::ONE.ppm);
    i64::try_from(Round::HalfEven.divide(exact, i128::from(whole.minor))).ok().map(Share::ppm)
}

/// An amount by head, half-even to the minor unit; `None` when there were no heads.
pub fn per_head(amount: Money, heads: i64) -> Option<Money> {
    let minor = (heads > 0).then(|| Round::HalfEven.divide(i128::from(amount.minor), i128::from(heads)))?;
    Some(Money::new(minor as i64, amount.currency))
}

/// Yuan in US dollars at a rate in millionths of a yuan per dollar (6.149 is 6,149,000), half-even to the cent.
pub fn in_dollars(yuan: Money, rate_millionths: i64) -> Option<Money> {
    let exact = i128::from(yuan.minor) * 1_000_000;
    let minor = (rate_millionths > 0).then(|| Round::HalfEven.divide(exact, i128::from(rate_millionths)))?;
    Some(Money::new(minor as i64, Currency::USD))
}

/// `+13.45 %`, to two decimals, for sentences.
fn percent(share: Share) -> String {
    format!("{} %", kernel::signed(share.as_percent(), 2))
}

fn read_year(row: &Row<'_>) -> Result<Year, Refusal> {
    let year = row.year("year")?.ok_or_else(|| row.refuse("year", "a year", "年份"))?;
    let yuan = |column| Ok::<_, Refusal>(row.scaled(column, BILLION_PLACES)?.map(Money::fen));
    let dollars = row.scaled("gross_usd_bn", BILLION_PLACES)?.map(|minor| Money::new(minor, Currency::USD));
    let share = |column| Ok::<_, Refusal>(row.scaled(column, 4)?.map(Share::ppm));
    let (domestic_share, import_share) = (share("domestic_share_pct")?, share("import_share_pct")?);
    if let (Some(domestic), Some(import)) = (domestic_share, import_share)
        && (domestic.ppm + import.ppm - Share::ONE.ppm).abs() > SHARES_APART_MAX_PPM
    {
        return Err(row.refuse("import_share_pct", "what domestic films leave", "国产片之外的份额"));
    }
    Ok(Year {
        year,
        basis: read_basis(row)?,
        gross: Money::fen(row.scaled_required("gross_cny_bn", BILLION_PLACES)?),
        growth_official: share("growth_official_pct")?,
        gross_usd: dollars,
        domestic: yuan("domestic_cny_bn")?,
        domestic_share,
        import: yuan("import_cny_bn")?,
        import_share,
        screens: row.scaled("screens", 0)?,
        admissions: row.scaled("admissions_m", 6)?,
        ticket_price: row.scaled("ticket_price_cny", 2)?.map(Money::fen),
        derived: row.text("derived_cells").to_owned(),
        confidence: row.confidence()?,
        notes: row.text("notes").to_owned(),
        sources: row.sources("source"),
    })
}

fn read_basis(row: &Row<'_>) -> Result<Basis, Refusal> {
    match row.text("basis") {
        "without_service_fees" => Ok(Basis::WithoutServiceFees),
        "with_service_fees" => Ok(Basis::WithServiceFees),
        _ => Err(row.refuse(
            "basis",
            "without_service_fees or with_service_fees",
            "without_service_fees 或 with_service_fees",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_decimals(share: Share) -> String {
        format!("{:.2}", share.as_percent())
    }

    #[test]
    fn the_history_runs_from_2005_to_2024_without_a_hole() {
        let history = History::mainland_china();
        assert_eq!(history.years().len(), 20);
        assert_eq!((history.years()[0].year, history.years()[19].year), (2005, 2024));
        assert!(history.years().iter().all(|year| !year.sources.is_empty()));
        assert_eq!(history.year(2004).unwrap_err().code, "unknown_year");
    }

    #[test]
    fn the_gross_of_2014_grew_by_36_percent_to_4_8_billion_dollars() {
        let history = History::mainland_china();
        let year = history.year(2014).unwrap();
        let growth = history.growth(2013, 2014).unwrap();
        assert_eq!(two_decimals(growth.naive), "36.15");
        assert_eq!((growth.like_for_like, growth.basis_changed), (growth.naive, false));
        assert_eq!(year.growth_official, Some(Share::ppm(361_500)));
        let dollars = in_dollars(year.gross, 6_149_000).unwrap();
        assert_eq!(format!("{:.2}", dollars.minor as f64 / 1e11), "4.82");
        assert_eq!(year.gross_usd, Some(Money::new(482_000_000_000, Currency::USD)));
        assert_eq!(year.gross, Money::fen(2_964_000_000_000));
    }

    #[test]
    fn a_ticket_of_2014_cost_35_yuan_70() {
        let history = History::mainland_china();
        let year = history.year(2014).unwrap();
        assert_eq!(year.average_ticket_price(), Some(Money::fen(3_570)));
        assert_eq!(year.gross_per_admission(), Some(Money::fen(3_571)));
    }

    #[test]
    fn admissions_of_2013_follow_from_those_of_2014() {
        let admissions = History::mainland_china().year(2014).unwrap().admissions.unwrap();
        assert_eq!(admissions, 830_000_000);
        let before = base_of(admissions, Share::ppm(345_000));
        assert_eq!(format!("{:.1}", before as f64 / 1e6), "617.1");
    }

    #[test]
    fn the_change_of_basis_in_2017_is_taken_out_of_growth() {
        let history = History::mainland_china();
        let growth = history.growth(2016, 2017).unwrap();
        assert_eq!(two_decimals(growth.naive), "22.32");
        assert_eq!(two_decimals(growth.like_for_like), "13.45");
        let warning = growth.warning().unwrap();
        assert_eq!(
            warning.en,
            "Totals include service fees from 2017 on: +22.32 % as published, +13.45 % like for like."
        );
        let year = history.year(2016).unwrap();
        let restated = history.restated(year, Basis::WithServiceFees).unwrap();
        assert_eq!(format!("{:.2}", restated.minor as f64 / 1e11), "49.28");
        let fees = restated.minus(year.gross).unwrap();
        assert_eq!(format!("{:.2}", fees.minor as f64 / 1e11), "3.57");
        assert_eq!(per_head(fees, year.admissions.unwrap()), Some(Money::fen(260)));
    }

    #[test]
    fn growth_over_the_change_of_basis_chains_both_sides() {
        let history = History::mainland_china();
        let growth = history.growth(2014, 2018).unwrap();
        let chained = (45.71 / 29.64) * 1.1345 * (60.976 / 55.911) - 1.0;
        assert!((growth.like_for_like.as_percent() / 100.0 - chained).abs() < 1e-5);
        assert!(growth.like_for_like < growth.naive);
        assert!(history.growth(2018, 2014).unwrap().like_for_like.ppm < 0);
        assert!(history.growth(2017, 2018).unwrap().warning().is_none());
    }

    #[test]
    fn china_took_47_percent_of_what_north_america_took_in_2014() {
        let dollars = History::mainland_china().year(2014).unwrap().gross_usd.unwrap();
        let north_america = Money::new(1_030_000_000_000, Currency::USD);
        assert_eq!(format!("{:.1}", ratio(dollars, north_america).unwrap().as_percent()), "46.8");
    }

    #[test]
    fn imports_led_only_in_2012() {
        let history = History::mainland_china();
        let led = |year: &&Year| year.share_of_domestic().is_some_and(|share| share < Share::percent(50));
        let years: Vec<i16> = history.years().iter().filter(led).map(|year| year.year).collect();
        assert_eq!(years, [2012]);
    }

    #[test]
    fn a_bad_row_is_refused_by_line_and_column() {
        let good = include_str!("../facts/china_box_office_yearly.csv");
        let cases = [
            ("2006,without_service_fees,2.62", "2006,without_service_fees,2.6two", "gross_cny_bn"),
            ("2006,without_service_fees,2.62", "2006,sometimes,2.62", "basis"),
            ("2006,without_service_fees,2.62", "2008,without_service_fees,2.62", "year"),
            ("55.03,1.18,44.97", "55.03,1.18,54.97", "import_share_pct"),
        ];
        for (from, to, column) in cases {
            let refusal = History::parse(&good.replacen(from, to, 1)).unwrap_err();
            assert!(
                refusal.say.en.contains("Line 3") && refusal.say.en.contains(column),
                "{}",
                refusal.say.en
            );
        }
    }
}
