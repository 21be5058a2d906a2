//! What came of a release, in figures: for people, for programs, for comparing runs.

use crate::release::Release;
use crate::world::World;
use demand::calendar::Calendar;
use demand::in_release;
use flows::views::{self, takings::FilmDay};
use kernel::{Day, Result};
use serde::Serialize;

/// The report of a release. Money is in minor units; ratios are parts of one.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub film: kernel::Words,
    pub premiere: Day,
    /// How many real admissions one of ours stands for.
    pub one_stands_for: f64,
    pub days: Vec<Line>,
    pub totals: Totals,
    pub ads: Ads,
    pub merchandise: Merchandise,
    pub split: Split,
    pub forecast: Option<Forecast>,
    pub checks: Vec<flows::check::Checked>,
    pub faults: Faults,
    pub events: i64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Line {
    pub day: Day,
    pub admissions: i64,
    /// Box office on the basis of 2016: without service fees.
    pub box_office_minor: i64,
    pub showings: i64,
    pub share_of_showings: f64,
    pub share_of_box_office: f64,
    pub admissions_per_showing: f64,
    pub occupancy: f64,
    /// Box office at real proportions, in millions of yuan.
    pub real_million_yuan: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Totals {
    pub admissions: i64,
    pub box_office_minor: i64,
    pub service_fees_minor: i64,
    pub subsidies_minor: i64,
    pub opening_day_real_million_yuan: f64,
    pub opening_weekend_real_million_yuan: f64,
    pub total_real_million_yuan: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Ads {
    pub impressions: i64,
    pub clicks: i64,
    pub spend_minor: i64,
    pub budget_minor: i64,
    pub credited_orders: i64,
    pub credited_tickets_minor: i64,
    pub credited_products_minor: i64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Merchandise {
    pub orders: i64,
    pub sales_minor: i64,
    pub royalties_minor: i64,
    pub marketing_fund_minor: i64,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Split {
    pub statements: usize,
    pub base_minor: i64,
    pub special_fund_minor: i64,
    pub tax_minor: i64,
    pub exhibition_minor: i64,
    pub agency_minor: i64,
    pub distribution_minor: i64,
    pub producer_minor: i64,
}

/// The forecast made on the evening of day 3 against what then happened in this world.
#[derive(Clone, Debug, Serialize)]
pub struct Forecast {
    pub made_after_days: usize,
    pub days: Vec<ForecastDay>,
    /// Box office of the whole run in millions: low, middle and high of the 90 % interval.
    pub total_million: [f64; 3],
    /// Weighted absolute percentage error over the days that happened.
    pub wape: f64,
    /// The same error for "tomorrow equals today".
    pub naive_wape: f64,
    /// Days whose outcome lay in the 90 % interval.
    pub within_90: usize,
    pub because: Vec<kernel::Words>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ForecastDay {
    pub day: Day,
    pub forecast_million: f64,
    pub low_million: f64,
    pub high_million: f64,
    pub actual_million: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Faults {
    pub orders_held: u64,
    pub refusals: u64,
    pub refunds: u64,
    pub notices_lost: u64,
    pub notices_late: u64,
    /// Of those, found by asking the provider.
    pub notices_found: u64,
    pub kills: u64,
}

impl Report {
    /// Reads the report from the database after a release has come to rest.
    pub fn of(release: &Release) -> Result<Report> {
        let world = &release.world;
        let (title, scale, now) = (world.ferryman().id.clone(), world.size.one_stands_for, world.house.now());
        let campaign = world.campaign.clone();
        let mut report = world.house.read_blocking(move |view| {
            let days = views::takings::by_day(view, &title)?;
            let totals = views::takings::total(view, &title)?;
            let ads = views::campaigns::sums(view, &campaign)?;
            let goods = views::merchandise::sums(view, &title)?;
            let split = split(&views::statements::of_title(view, &title)?);
            Ok(Report {
                film: views::film(view, &title)?.name,
                premiere: World::premiere(),
                one_stands_for: scale,
                totals: real(&days, &totals, scale),
                ads: Ads {
                    impressions: ads.impressions,
                    clicks: ads.clicks,
                    spend_minor: ads.spend_minor,
                    budget_minor: ads.budget_minor,
                    credited_orders: ads.credited_orders,
                    credited_tickets_minor: ads.credited_tickets_minor,
                    credited_products_minor: ads.credited_products_minor,
                },
                merchandise: Merchandise {
                    orders: goods.orders,
                    sales_minor: goods.sales_minor,
                    royalties_minor: goods.royalty_minor,
                    marketing_fund_minor: goods.fund_minor,
                },
                split,
                forecast: forecast(&days, scale)?,
                checks: flows::check::all(view, now)?,
                events: views::events::count(view)?,
                days: days.iter().map(|day| line(day, scale)).collect(),
                faults: Faults {
                    orders_held: 0,
                    refusals: 0,
                    refunds: 0,
                    notices_lost: 0,
                    notices_late: 0,
                    notices_found: 0,
                    kills: 0,
                },
            })
        })?;
        let tally = &release.tally;
        report.faults = Faults {
            orders_held: tally.orders,
            refusals: tally.refused,
            refunds: tally.refunds,
            notices_lost: tally.notices_lost,
            notices_late: tally.notices_late,
            notices_found: tally.notices_found,
            kills: tally.kills,
        };
        Ok(report)
    }

    /// What the invariants found; empty when all hold.
    pub fn broken(&self) -> Vec<&str> {
        self.checks.iter().flat_map(|one| one.broken.iter().map(String::as_str)).collect()
    }
}

fn million(minor: i64, scale: f64) -> f64 {
    (minor as f64 / 100.0 * scale / 1e4).round() / 100.0
}

fn round4(ratio: f64) -> f64 {
    (ratio * 1e4).round() / 1e4
}

fn line(day: &FilmDay, scale: f64) -> Line {
    Line {
        day: day.day,
        admissions: day.admissions,
        box_office_minor: day.base_minor,
        showings: day.showings,
        share_of_showings: round4(day.share_of_showings()),
        share_of_box_office: round4(day.share_of_gross()),
        admissions_per_showing: round4(day.admissions_per_showing()),
        occupancy: round4(day.occupancy()),
        real_million_yuan: million(day.base_minor, scale),
    }
}

fn real(days: &[FilmDay], totals: &views::takings::Takings, scale: f64) -> Totals {
    let sum = |days: &[FilmDay]| million(days.iter().map(|day| day.base_minor).sum(), scale);
    Totals {
        admissions: totals.admissions,
        box_office_minor: totals.base_minor,
        service_fees_minor: totals.fee_minor,
        subsidies_minor: totals.subsidy_minor,
        opening_day_real_million_yuan: sum(&days[..days.len().min(1)]),
        opening_weekend_real_million_yuan: sum(&days[..days.len().min(3)]),
        total_real_million_yuan: sum(days),
    }
}

fn split(statements: &[settlement::statements::Statement]) -> Split {
    let mut sum = Split { statements: statements.len(), ..Split::default() };
    for statement in statements {
        let split = &statement.split;
        sum.base_minor += split.aggregate.minor;
        sum.special_fund_minor += split.special_fund.total().minor;
        sum.tax_minor += split.tax.minor;
        sum.exhibition_minor += split.exhibition.minor;
        sum.agency_minor += split.agency.minor;
        sum.distribution_minor += split.distribution.minor;
        sum.producer_minor += split.producer.minor;
    }
    sum
}

/// Days known when the forecast is made.
const KNOWN_DAYS: usize = 3;

/// What the shipped model says after three days, at real proportions, against what happened.
fn forecast(days: &[FilmDay], scale: f64) -> Result<Option<Forecast>> {
    if days.len() <= KNOWN_DAYS {
        return Ok(None);
    }
    let (known, later) = days.split_at(KNOWN_DAYS);
    let real = |minor: i64| (minor as f64 * scale) as i64;
    let observed = known.iter().map(|day| in_release::Observed::amount(day.day, real(day.base_minor)));
    let measure = in_release::Measure::Gross(kernel::Currency::CNY);
    let film = in_release::Film::of(World::premiere(), measure, observed.collect());
    let said = in_release::Model::shipped().forecast(&film, &Calendar::mainland_china())?;
    let days: Vec<ForecastDay> = said
        .days
        .iter()
        .zip(later)
        .map(|(said, actual)| ForecastDay {
            day: said.day,
            forecast_million: million(said.expected.amount, 1.0),
            low_million: million(said.expected.wide.low, 1.0),
            high_million: million(said.expected.wide.high, 1.0),
            actual_million: million(actual.base_minor, scale),
        })
        .collect();
    let total: f64 = days.iter().map(|day| day.actual_million).sum();
    let off = |said: &dyn Fn(&ForecastDay) -> f64| {
        days.iter().map(|day| (said(day) - day.actual_million).abs()).sum::<f64>() / total
    };
    let today = known.last().map_or(0.0, |day| million(day.base_minor, scale));
    Ok(Some(Forecast {
        made_after_days: KNOWN_DAYS,
        total_million: [said.total.wide.low, said.total.amount, said.total.wide.high]
            .map(|minor| million(minor, 1.0)),
        wape: round4(off(&|day| day.forecast_million)),
        naive_wape: round4(off(&|_| today)),
        within_90: days
            .iter()
            .filter(|day| day.low_million <= day.actual_million && day.actual_million <= day.high_million)
            .count(),
        because: said.because,
        days,
    }))
}
