//! Learning a market: one model from its imported chart and our own sales, kept with the instant it was learned.
//!
//! The house forecasts with the newest model of a market. Until one is learned, mainland China has the one that was
//! shipped; other markets have none.

use crate::house::House;
use crate::views::market_series;
use db::{Lane, View};
use demand::calendar::Calendar;
use demand::in_release::{self, Film, Forecast, Model};
use kernel::{Day, Instant, Kind, Refusal, Result};
use market::learned::{self, Learned};
use market::series::Market;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

/// What the model is stored under.
const SUBJECT: &str = "in_release";
/// How old a model becomes before new figures make a new one.
const RELEARN_HOURS: i64 = 24;

static SHIPPED: LazyLock<Arc<Model>> = LazyLock::new(|| Arc::new(Model::shipped()));
static CHINA: LazyLock<Calendar> = LazyLock::new(Calendar::mainland_china);
static KOREA: LazyLock<Calendar> = LazyLock::new(Calendar::south_korea);
static US: LazyLock<Calendar> = LazyLock::new(Calendar::united_states);
static WEEKDAYS: LazyLock<Calendar> = LazyLock::new(Calendar::of_weekdays);

/// The days of a market.
fn calendar(market: Market) -> &'static Calendar {
    match market {
        Market::China => &CHINA,
        Market::Korea => &KOREA,
        Market::Taiwan => &WEEKDAYS,
        Market::Us => &US,
    }
}

/// The models that have been read, with when each was learned.
#[derive(Default)]
pub(crate) struct Models(Mutex<BTreeMap<Market, (Instant, Arc<Model>)>>);

/// What learning came to.
#[derive(Clone, Debug)]
pub struct Lesson {
    pub market: Market,
    /// Films that were usable.
    pub films: usize,
    pub at: Instant,
    pub model: Arc<Model>,
}

/// Learns a market from everything known now, and stores the model. Takes seconds to minutes; nothing is locked
/// meanwhile. Refuses when too few films are known.
pub fn learn(house: &House, market: Market) -> Result<Lesson> {
    let at = house.now();
    let films = house.read_blocking(move |view| market_series::films(view, market, at))?;
    let model = Arc::new(in_release::fit(&films, calendar(market))?);
    let row = Learned { subject: SUBJECT.to_owned(), at, body: model.to_json() };
    house.db().write_blocking(Lane::house(), move |tx| {
        learned::append(tx, None, market.code(), learned::Kind::Model, &row)
    })?;
    Ok(Lesson { market, films: model.films(), at, model })
}

/// Learns again every market of which more is known than its model knew, at most once in [`RELEARN_HOURS`].
/// The markets that were learned.
pub fn refresh(house: &House) -> Result<Vec<Market>> {
    let now = house.now();
    let mut learned_now = Vec::new();
    for market in Market::ALL {
        if !house.read_blocking(move |view| is_stale(view, market, now))? {
            continue;
        }
        match learn(house, market) {
            Ok(_) => learned_now.push(market),
            Err(error) if error.refusal().is_some() => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(learned_now)
}

/// A chart must be there, or the shipped model is as good as ours can be.
fn is_stale(view: &View, market: Market, now: Instant) -> Result<bool> {
    let Some(chart) = market::series::fullest_chart(view, market)? else { return Ok(false) };
    let newest = learned::newest(view, market.code(), learned::Kind::Model, SUBJECT, now)?;
    let Some(model) = newest else { return Ok(true) };
    let is_young = model.at.seconds_until(now) < RELEARN_HOURS * 60 * 60;
    let grew = learned::since(view, chart.code, learned::Kind::Run, model.at)?;
    let sells = market == market_series::home();
    Ok(!is_young && (grew || sells))
}

/// What the house forecasts a market with.
#[derive(Clone)]
pub struct Foresight {
    market: Market,
    model: Arc<Model>,
}

impl Foresight {
    /// The newest model that was learned, else the shipped one. Refuses a market that has neither.
    pub fn of(house: &House, view: &View, market: Market) -> Result<Foresight> {
        let model = model(house, view, market)?.ok_or_else(|| no_model(market))?;
        Ok(Foresight { market, model })
    }

    /// The shipped model of our own market.
    pub fn shipped() -> Foresight {
        Foresight { market: market_series::home(), model: SHIPPED.clone() }
    }

    /// What a film will still take, from its days up to one.
    pub fn forecast(&self, film: &Film, until: Day) -> Result<Forecast, Refusal> {
        let mut known = film.clone();
        known.days.retain(|one| one.day <= until);
        self.model.forecast(&known, calendar(self.market))
    }
}

fn model(house: &House, view: &View, market: Market) -> Result<Option<Arc<Model>>> {
    let now = house.now();
    let newest = learned::newest_at(view, market.code(), learned::Kind::Model, SUBJECT, now)?;
    let shipped = || (market == market_series::home()).then(|| SHIPPED.clone());
    let Some(at) = newest else { return Ok(shipped()) };
    let mut models = house.models().0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some((kept, model)) = models.get(&market)
        && *kept == at
    {
        return Ok(Some(model.clone()));
    }
    let row = learned::newest(view, market.code(), learned::Kind::Model, SUBJECT, now)?;
    // A model that another version of the program learned is not read; a new one will be learned.
    let model = row.and_then(|row| Model::from_json(&row.body).ok());
    let Some(model) = model.map(Arc::new) else { return Ok(shipped()) };
    models.insert(market, (at, model.clone()));
    Ok(Some(model))
}

/// Says that a market has no model yet.
fn no_model(market: Market) -> Refusal {
    let (code, words) = (market.code(), market.words());
    Refusal::new(
        Kind::Conflict,
        "no_model",
        format!(
            "Nothing was learned of {} yet: import its daily chart, then run `ferryman forecast --learn --market {code}`.",
            words.en
        ),
        format!(
            "还没有学习过{}的走势：请先导入每日榜单，再运行 `ferryman forecast --learn --market {code}`。",
            words.zh
        ),
    )
}
