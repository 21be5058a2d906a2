//! Learning a market: one model from its imported chart and our own sales, kept with the instant it was learned.
//!
//! The house forecasts with the newest model of a market. Until one is learned, its own films are forecast with the one
//! that was shipped, which learned mainland China; at home elsewhere it says so beside every forecast. Of other markets
//! nothing is foretold before it is learned.

use crate::house::House;
use crate::views::{market_series, release_calendar};
use db::{Lane, View};
use demand::calendar::{Calendar, Country};
use demand::in_release::{Effect, Film, Forecast, HORIZON_DAYS, MarketModel, Measure, Model, Watch};
use kernel::{Currency, Day, Error, Home, Instant, Kind, Lang, Refusal, Result, Territory, Words};
use market::learned;
use market::series::Market;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex};

/// What the model is stored under.
const SUBJECT: &str = "in_release";
/// How old a model becomes before new figures make a new one.
const RELEARN_HOURS: i64 = 24;

/// The shipped model, and what of it can be lent to films that are counted in another currency.
static SHIPPED: LazyLock<BTreeMap<Currency, Arc<Model>>> = LazyLock::new(|| {
    let shipped = Model::shipped();
    let own = Market::China.currency();
    let lent = |currency| match currency == own {
        true => shipped.clone(),
        false => shipped.lent(Measure::Gross(currency)),
    };
    Currency::ALL.into_iter().map(|currency| (currency, Arc::new(lent(currency)))).collect()
});
static CHINA: LazyLock<Calendar> = LazyLock::new(Calendar::mainland_china);
static KOREA: LazyLock<Calendar> = LazyLock::new(Calendar::south_korea);
static US: LazyLock<Calendar> = LazyLock::new(Calendar::united_states);
static WEEKDAYS: LazyLock<Calendar> = LazyLock::new(Calendar::of_weekdays);

/// The days of a territory; where we know no holidays, its weekdays.
pub(crate) fn days_of(territory: Territory) -> &'static Calendar {
    Market::of(territory).map_or(&WEEKDAYS, calendar)
}

/// The days of a market.
fn calendar(market: Market) -> &'static Calendar {
    match market {
        Market::China => &CHINA,
        Market::Korea => &KOREA,
        Market::Taiwan => &WEEKDAYS,
        Market::Us => &US,
    }
}

/// What was read of each market, until something newer is there.
#[derive(Default)]
pub(crate) struct Memory {
    learned: Mutex<BTreeMap<Market, (Stand, Arc<Learned>)>>,
    /// Charts that taught nothing, by the instant of their newest figures, and why.
    refused: Mutex<BTreeMap<Market, (Option<Instant>, Refusal)>>,
}

/// What is newest: the model, the figures, the day. Whatever was read of an earlier one is read again.
#[derive(Clone, Copy, PartialEq)]
struct Stand {
    model: Instant,
    chart: Option<Instant>,
    today: Day,
}

/// A model with the films of its market, which are each other's rivals.
struct Learned {
    at: Instant,
    model: MarketModel,
    films: Vec<Film>,
}

/// What learning came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lesson {
    pub market: Market,
    /// Films that were learned from.
    pub films: usize,
    pub at: Instant,
}

/// Learns a market from everything known now, and stores the model. Takes seconds to minutes; nothing is locked
/// meanwhile. Refuses when too few films are known.
pub fn learn(house: &House, market: Market) -> Result<Lesson> {
    let at = house.now();
    let films = house.read_blocking(move |view| market_series::films(view, market, at))?;
    let charted = house.read_blocking(move |view| market_series::charted(view, market, at))?;
    let learn = |until: Day| MarketModel::learn(&films, calendar(market), until);
    let newest = newest_day(&films).unwrap_or(at.day_in(&house.zone()));
    // Our own sales may be years newer than the chart: the year to be judged by is then the chart's last.
    let model = match (learn(newest), newest_day(&charted)) {
        (Err(refusal), Some(last)) if last < newest && refusal.code == "too_few_films" => learn(last)?,
        (learned, _) => learned?,
    };
    let row = learned::Learned { subject: SUBJECT.to_owned(), at, body: model.to_json() };
    house.db().write_blocking(Lane::house(), move |tx| {
        learned::append(tx, None, market.code(), learned::Kind::Model, &row)
    })?;
    Ok(Lesson { market, films: model.films(), at })
}

fn newest_day(films: &[Film]) -> Option<Day> {
    films.iter().filter_map(|film| film.days.last()).map(|one| one.day).max()
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
        let figures = house.read_blocking(move |view| newest_figures(view, market))?;
        if refused(house, market).is_some_and(|(of, _)| of == figures) {
            continue;
        }
        match learn(house, market) {
            Ok(_) => learned_now.push(market),
            Err(Error::Refused(refusal)) => {
                let memory = &house.memory().refused;
                let mut memory = memory.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                memory.insert(market, (figures, refusal));
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(learned_now)
}

fn refused(house: &House, market: Market) -> Option<(Option<Instant>, Refusal)> {
    let memory = house.memory().refused.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    memory.get(&market).cloned()
}

/// The instant of what is newest of a market's fullest chart.
fn newest_figures(view: &View, market: Market) -> Result<Option<Instant>> {
    match market::series::fullest_chart(view, market)? {
        Some(chart) => learned::newest_of(view, chart.code, learned::Kind::Run),
        None => Ok(None),
    }
}

/// How it stands with the model of the home market.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// Nothing was imported to learn from.
    NoChart,
    /// A chart is there, and [`refresh`] will learn it.
    BeingLearned,
    /// A chart is there that teaches nothing, and why.
    Refused(Refusal),
    Learned,
}

/// How it stands with the model of the home market.
pub fn standing(house: &House, view: &View) -> Result<Standing> {
    let Some(market) = market_series::home(view)? else { return Ok(Standing::NoChart) };
    if learned::newest_at(view, market.code(), learned::Kind::Model, SUBJECT, house.now())?.is_some() {
        return Ok(Standing::Learned);
    }
    let figures = newest_figures(view, market)?;
    Ok(match (figures, refused(house, market)) {
        (None, _) => Standing::NoChart,
        (_, Some((of, refusal))) if of == figures => Standing::Refused(refusal),
        _ => Standing::BeingLearned,
    })
}

/// A chart must be there, or the shipped model is as good as ours can be.
fn is_stale(view: &View, market: Market, now: Instant) -> Result<bool> {
    let Some(chart) = market::series::fullest_chart(view, market)? else { return Ok(false) };
    let newest = learned::newest_at(view, market.code(), learned::Kind::Model, SUBJECT, now)?;
    let Some(learned_at) = newest else { return Ok(true) };
    let is_young = learned_at.seconds_until(now) < RELEARN_HOURS * 60 * 60;
    let figures = learned::newest_of(view, chart.code, learned::Kind::Run)?;
    let grew = figures.is_some_and(|figures| figures > learned_at);
    let sells = Some(market) == market_series::home(view)?;
    Ok(!is_young && (grew || sells))
}

/// What the house forecasts a market with.
#[derive(Clone)]
pub struct Foresight {
    /// `None` at home in a territory of whose charts nothing is known.
    market: Option<Market>,
    calendar: &'static Calendar,
    mind: Mind,
    /// What a forecast by a model that learned elsewhere has to say first.
    caveats: Vec<Words>,
    /// Films without a day yet, of which it is known when they open.
    announced: Arc<Vec<Film>>,
}

#[derive(Clone)]
enum Mind {
    Learned(Arc<Learned>),
    /// Knows a film by its own days alone.
    Shipped(Arc<Model>),
}

impl Foresight {
    /// The newest model that was learned; at home the shipped one else. Refuses a market that has neither.
    pub fn of(house: &House, view: &View, market: Market) -> Result<Foresight> {
        let Some(learned) = remembered(house, view, market)? else {
            let is_home = market_series::home(view)? == Some(market);
            return if is_home { Foresight::of_home(house, view) } else { Err(no_model(market).into()) };
        };
        Ok(Foresight {
            market: Some(market),
            calendar: calendar(market),
            mind: Mind::Learned(learned),
            caveats: Vec::new(),
            announced: Arc::new(release_calendar::rivals(view, market, house.now())?),
        })
    }

    /// What our own films are forecast with.
    pub fn of_home(house: &House, view: &View) -> Result<Foresight> {
        let market = market_series::home(view)?;
        match market {
            Some(market) if remembered(house, view, market)?.is_some() => Foresight::of(house, view, market),
            _ => Ok(Foresight::shipped_to(&people::home::of(view)?, market)),
        }
    }

    /// The shipped model where it was learned.
    pub fn shipped() -> Foresight {
        Foresight::shipped_to(&Home::mainland(), Some(Market::China))
    }

    fn shipped_to(home: &Home, market: Option<Market>) -> Foresight {
        Foresight {
            market,
            calendar: days_of(home.territory),
            mind: Mind::Shipped(SHIPPED[&home.currency].clone()),
            caveats: caveats(home.territory),
            announced: Arc::default(),
        }
    }

    /// Whether another would tell the same of every film.
    pub(crate) fn is(&self, other: &Foresight) -> bool {
        let same_mind = match (&self.mind, &other.mind) {
            (Mind::Learned(own), Mind::Learned(others)) => Arc::ptr_eq(own, others),
            (Mind::Shipped(own), Mind::Shipped(others)) => Arc::ptr_eq(own, others),
            _ => false,
        };
        let same_place = self.market == other.market && self.caveats == other.caveats;
        same_mind && same_place && self.announced == other.announced
    }

    /// Which model this is, for the record: `shipped`, or `learned` with its instant.
    pub fn version(&self) -> String {
        match &self.mind {
            Mind::Shipped(_) => "shipped".to_owned(),
            Mind::Learned(learned) => format!("learned {}", learned.at.rfc3339()),
        }
    }

    /// What a film will still take, from its days up to one, and why.
    pub fn forecast(&self, film: &Film, until: Day) -> Result<Forecast, Refusal> {
        self.watch(film, |watched| watched.explain(until))
    }

    /// Looks at a film among its rivals, from as many of its days as one likes.
    pub fn watch<T>(
        &self,
        film: &Film,
        look: impl Fn(&Watched<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let mut looked = self.watch_all(std::slice::from_ref(film), |watched, _| look(watched))?;
        looked.remove(0)
    }

    /// Looks at each of several films among their rivals; the market is taken in once.
    pub fn watch_all<T>(
        &self,
        asked: &[Film],
        look: impl Fn(&Watched<'_>, &Film) -> T,
    ) -> Result<Vec<T>, Refusal> {
        match &self.mind {
            Mind::Shipped(model) => {
                let (calendar, caveats) = (self.calendar, &self.caveats[..]);
                let alone = |film| look(&Watched::Alone { model, film, calendar, caveats }, film);
                Ok(asked.iter().map(alone).collect())
            }
            Mind::Learned(learned) => {
                let mut films = asked.to_vec();
                let names: BTreeSet<(&str, Day)> =
                    asked.iter().map(|film| (film.name.as_str(), film.release)).collect();
                let is_other = |film: &&Film| !names.contains(&(film.name.as_str(), film.release));
                let rivals = learned.films.iter().chain(self.announced.iter());
                films.extend(rivals.filter(is_other).cloned());
                let watch = learned.model.watch(&films, self.calendar)?;
                let (films, calendar) = (&films[..], self.calendar);
                let among =
                    |film| look(&Watched::AmongRivals { watch: &watch, film, films, calendar }, &asked[film]);
                Ok((0..asked.len()).map(among).collect())
            }
        }
    }
}

/// A film that is being watched.
pub enum Watched<'a> {
    Alone { model: &'a Model, film: &'a Film, calendar: &'static Calendar, caveats: &'a [Words] },
    AmongRivals { watch: &'a Watch<'a>, film: usize, films: &'a [Film], calendar: &'static Calendar },
}

/// What moves a forecast from one evening to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The model itself was learned anew.
    Model,
    /// The newest day's own takings, against what was expected of it.
    NewestDay,
    /// The days to come start from where the newest day stands.
    Level,
    /// The film's decay, weekends and age are read anew.
    Pace,
    /// Level and pace together, where rivals are known.
    OwnDays,
    Screens,
    Rivals,
    Calendar,
    /// What lately was forecast too high or too low, and rounding.
    Errors,
}

impl Cause {
    pub fn code(self) -> &'static str {
        match self {
            Cause::Model => "model",
            Cause::NewestDay => "newest_day",
            Cause::Level => "level",
            Cause::Pace => "pace",
            Cause::OwnDays => "own_days",
            Cause::Screens => "screens",
            Cause::Rivals => "rivals",
            Cause::Calendar => "calendar",
            Cause::Errors => "errors",
        }
    }

    pub fn words(self) -> Words {
        match self {
            Cause::Model => Words::new("The model learned anew", "模型重新学习"),
            Cause::NewestDay => Words::new("The newest day itself", "最新一天本身"),
            Cause::Level => Words::new("The days to come start from it", "后续各日以此为起点"),
            Cause::Pace => Words::new("Its decay, weekends and age", "衰减、周末与上映天数"),
            Cause::OwnDays => Words::new("What its own days say of those to come", "自身走势对后续的影响"),
            Cause::Screens => Words::new("Screens and showings", "银幕与排片"),
            Cause::Rivals => Words::new("Rivals and the market", "竞争与大盘"),
            Cause::Calendar => Words::new("Calendar and age", "日历与上映天数"),
            Cause::Errors => Words::new("What forecasts missed by lately", "近期预测偏差的修正"),
        }
    }
}

/// A released film that began alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Alike {
    pub name: String,
    pub release: Day,
    /// What it took in the four weeks after this age, per unit of what it had taken by then.
    pub kept: f64,
    /// Its days by age (the release day is 1), in the market's minor units.
    pub days: Vec<(i32, i64)>,
}

impl Watched<'_> {
    /// What the film will still take after a day.
    pub fn forecast(&self, until: Day) -> Result<Forecast, Refusal> {
        match self {
            Watched::Alone { .. } => self.explain(until),
            Watched::AmongRivals { watch, film, .. } => ranged(watch.forecast(*film, until)?),
        }
    }

    /// What moved the forecast of the days to come between the evening before a day and that day's: logarithms
    /// that add up, by cause. Refuses when either evening has no forecast.
    pub fn causes(&self, until: Day) -> Result<Vec<(Cause, f64)>, Refusal> {
        match self {
            Watched::AmongRivals { watch, film, .. } => {
                let moved = watch.moved(*film, until)?;
                Ok(vec![
                    (Cause::OwnDays, moved.own_days),
                    (Cause::Screens, moved.screens),
                    (Cause::Rivals, moved.rivals),
                    (Cause::Calendar, moved.calendar),
                ])
            }
            Watched::Alone { film, .. } => {
                let (before, now) = (self.explain(until.plus(-1))?, self.explain(until)?);
                let taken = film.days.iter().find(|one| one.day == until).map_or(0, |one| one.amount);
                let expected = before.days[0].expected.amount;
                let sum = |forecast: &Forecast, skip: usize| -> f64 {
                    let days = forecast.days.iter().skip(skip).take(HORIZON_DAYS as usize - 1);
                    days.map(|ahead| ahead.expected.amount as f64).sum()
                };
                let level = (taken.max(1) as f64 / expected.max(1) as f64).ln();
                let all = (sum(&now, 0) / sum(&before, 1).max(1.0)).ln();
                Ok(vec![(Cause::Level, level), (Cause::Pace, all - level)])
            }
        }
    }

    /// Released films whose first days were most like this one's, the most alike first. A model without rivals
    /// knows none.
    pub fn alike(&self, until: Day) -> Result<Vec<Alike>, Refusal> {
        let Watched::AmongRivals { watch, film, films, .. } = self else { return Ok(Vec::new()) };
        let found = watch.comparable(*film, until)?.into_iter().filter_map(|(name, kept)| {
            let of_name = films.iter().filter(|film| film.name == name && film.release < until);
            let whole = of_name.max_by_key(|film| film.days.len())?;
            let day =
                |one: &demand::in_release::Observed| (whole.release.days_until(one.day) + 1, one.amount);
            let days = whole.days.iter().map(day).collect();
            Some(Alike { name: name.to_owned(), release: whole.release, kept, days })
        });
        Ok(found.collect())
    }

    /// What weekdays and holidays do to the days after one, as far as a forecast goes.
    pub fn effects(&self, until: Day) -> Vec<Effect> {
        let days = (1..=HORIZON_DAYS).map(|ahead| until.plus(ahead));
        match self {
            Watched::Alone { model, calendar, .. } => model.effects(calendar, days),
            Watched::AmongRivals { watch, calendar, .. } => watch.effects(calendar, days),
        }
    }

    /// The same with its reasons.
    pub fn explain(&self, until: Day) -> Result<Forecast, Refusal> {
        match self {
            Watched::Alone { model, film, calendar, caveats } => {
                let mut known = (*film).clone();
                known.days.retain(|one| one.day <= until);
                let mut told = model.forecast(&known, calendar)?;
                // Beside where the film stands, before any reason.
                let first = told.because.len().min(1);
                told.because.splice(first..first, caveats.iter().cloned());
                Ok(told)
            }
            Watched::AmongRivals { watch, film, .. } => ranged(watch.explain(*film, until)?),
        }
    }
}

/// A forecast of a day before anything the model was judged on has no range, and is not told.
fn ranged(told: Forecast) -> Result<Forecast, Refusal> {
    if told.days.iter().any(|ahead| ahead.expected.wide.low < ahead.expected.wide.high) {
        return Ok(told);
    }
    let until = told.as_of;
    Err(Refusal::new(
        Kind::Conflict,
        "not_judged_yet",
        format!(
            "No forecast had come due by {}, so how far one may be off is not known; none is told.",
            until.in_full(Lang::En)
        ),
        format!("截至{}还没有到期的预测，误差无从得知，因此不作预测。", until.in_full(Lang::Zh)),
    ))
}

/// The newest model with its films, read at most once while nothing newer is there.
fn remembered(house: &House, view: &View, market: Market) -> Result<Option<Arc<Learned>>> {
    let now = house.now();
    let kind = learned::Kind::Model;
    let Some(at) = learned::newest_at(view, market.code(), kind, SUBJECT, now)? else { return Ok(None) };
    let chart = newest_figures(view, market)?;
    let stand = Stand { model: at, chart, today: now.day_in(&house.zone()) };
    let mut memory = house.memory().learned.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some((kept, learned)) = memory.get(&market)
        && *kept == stand
    {
        return Ok(Some(learned.clone()));
    }
    let row = learned::newest(view, market.code(), kind, SUBJECT, now)?;
    // A model that another version of the program learned is not read; a new one will be learned.
    let Some(model) = row.and_then(|row| MarketModel::from_json(&row.body).ok()) else { return Ok(None) };
    let learned = Arc::new(Learned { at, model, films: market_series::films(view, market, now)? });
    memory.insert(market, (stand, learned.clone()));
    Ok(Some(learned))
}

/// What has to be said when the shipped model speaks of films that run elsewhere than it learned.
fn caveats(territory: Territory) -> Vec<Words> {
    if territory == Territory::CN {
        return Vec::new();
    }
    let Words { en, zh } = territory.words();
    let mut said = vec![Words::new(
        format!(
            "Nothing was learned of {en} yet: how fast films fade comes from mainland China’s charts, with the wide ranges of its small films."
        ),
        format!("尚未学习{zh}的走势：影片衰减的快慢来自中国内地的榜单，区间取其小片的较宽区间。"),
    )];
    if days_of(territory).country() == Country::Anywhere {
        said.push(Words::new(
            format!("No holidays of {en} are known; only weekdays count."),
            format!("尚无{zh}的节假日资料，只按星期计算。"),
        ));
    }
    said
}

/// Says that a market has no model yet.
fn no_model(market: Market) -> Refusal {
    let (code, words) = (market.code(), market.words());
    if !market.is_daily() {
        return Refusal::new(
            Kind::Conflict,
            "no_model",
            format!(
                "Of {} only weekly charts are read; what single days take can be learned from a daily chart only.",
                words.en
            ),
            format!("{}目前只有周票房榜，而逐日走势只能从日票房榜学习。", words.zh),
        );
    }
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
