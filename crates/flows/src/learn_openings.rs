//! Learning openings: a model of the home market's films before release, from imported charts and our own books.
//!
//! What was learned is kept in memory until a chart, a calendar or the slate brings something newer, or the day is
//! over; the next question waits for it.

use crate::house::House;
use crate::learn_market;
use crate::views::openings;
use db::View;
use demand::opening::{FILMS_MIN, Film, Forecast, History, Market, Model, Standing};
use kernel::{Day, Home, Instant, Refusal, Result, Words};
use market::learned;
use market::release_calendar;
use market::series;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// What was learned, until something newer is there.
#[derive(Default)]
pub(crate) struct Memory(Mutex<Option<(Stand, Arc<Openings>)>>);

/// What is newest: the figures, what tables, calendars and titles say, the day.
#[derive(Clone, Copy, PartialEq)]
struct Stand {
    chart: Option<Instant>,
    tables: Option<Instant>,
    calendar: Option<Instant>,
    titles: Option<Instant>,
    today: Day,
}

/// The openings of the home market as a day began to know them.
pub struct Openings {
    pub history: History,
    slate: Vec<Film>,
    as_of: Instant,
    /// By days ahead; what was refused is not tried again.
    models: Mutex<BTreeMap<i32, Result<Arc<Model>, Refusal>>>,
}

/// Everything known of openings today, read at most once while no newer chart is there.
pub fn openings(house: &House, view: &View, now: Instant) -> Result<Arc<Openings>> {
    let home = people::home::of(view)?;
    let market = crate::views::market_series::home(view)?;
    let chart = match market.map(|market| series::fullest_chart(view, market)).transpose()?.flatten() {
        Some(chart) => learned::newest_of(view, chart.code, learned::Kind::Run)?,
        None => None,
    };
    let stand = Stand {
        chart,
        tables: learned::newest_of(view, market::imports::Kind::Tmdb.code(), learned::Kind::Film)?,
        calendar: match market {
            Some(market) => {
                learned::newest_of(view, release_calendar::code(market), learned::Kind::Announcement)?
            }
            None => None,
        },
        titles: titles::newest_change(view)?,
        today: now.day_in(&home.zone),
    };
    let mut memory = house.openings().0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some((kept, openings)) = memory.as_ref()
        && *kept == stand
    {
        return Ok(openings.clone());
    }
    let openings = Arc::new(Openings::of(openings::all(view, now)?, &home, now));
    *memory = Some((stand, openings.clone()));
    Ok(openings)
}

impl Openings {
    pub fn of(known: openings::Openings, home: &Home, as_of: Instant) -> Openings {
        let calendar = learn_market::days_of(home.territory).clone();
        let market = Market { zone: home.zone.clone(), calendar };
        Openings {
            history: History::new(known.past, market, |_| Standing::Peer),
            slate: known.slate,
            as_of,
            models: Mutex::default(),
        }
    }

    /// What a film will take, with ranges, comparable films and reasons. Takes seconds when it is the day's first of
    /// its distance from release.
    ///
    /// Refuses when fewer than [`demand::opening::FILMS_MIN`] films are known, and whatever [`Model::forecast`] does.
    pub fn forecast(&self, film: &Film, now: Instant) -> Result<Forecast, Refusal> {
        let days_ahead = self.history.market.day_of(now).days_until(film.release);
        let model = self.model(Model::rung(days_ahead))?;
        model.forecast(&self.history, film, &self.slate, now).map_err(guide)
    }

    /// The announced films that open no later than another, by the model that forecasts that one.
    pub fn rivals(&self, film: &Film, now: Instant) -> BTreeMap<String, Forecast> {
        let days_ahead = self.history.market.day_of(now).days_until(film.release);
        let Ok(model) = self.model(Model::rung(days_ahead)) else { return BTreeMap::new() };
        let forecast = |one: &Film| model.forecast(&self.history, one, &self.slate, now).ok();
        self.slate.iter().filter_map(|one| Some((one.id.clone(), forecast(one)?))).collect()
    }

    fn model(&self, rung: i32) -> Result<Arc<Model>, Refusal> {
        let mut models = self.models.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let learn = || Model::learn(&self.history, self.as_of, rung).map(Arc::new).map_err(guide);
        models.entry(rung).or_insert_with(learn).clone()
    }
}

/// To whoever has too few films, or a chart that ends long ago, where more comes from.
pub(crate) fn guide(refusal: Refusal) -> Refusal {
    if refusal.code == "stale_market" {
        let say = Words::new(
            format!("{} Import the daily chart since then under Market, Imported figures.", refusal.say.en),
            format!("{}请在“市场”的“导入的数据”里导入此后的每日榜单。", refusal.say.zh),
        );
        return Refusal { say, ..refusal };
    }
    if refusal.code != "too_few_films" {
        return refusal;
    }
    let say = Words::new(
        format!(
            "An opening is forecast from films whose first week is known, at least {FILMS_MIN} of the home market; those here are too few to learn openings from. The market’s daily chart brings them: import it under Market, Imported figures."
        ),
        format!(
            "开画预测至少需要本地市场 {FILMS_MIN} 部首周已知的影片；这里还太少，不足以学习开画表现。请在“市场”的“导入的数据”里导入每日榜单。"
        ),
    );
    Refusal { say, ..refusal }
}
