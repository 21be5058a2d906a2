//! The house: the database, the clock, the dice, the keys, the provider, held together.

use crate::capacity::Work;
use crate::views::recommendations::Recommender;
use db::{Db, Lane, Tx, View, Waiting};
use kernel::{Act, Actor, Clock, Day, Dice, Error, Home, Instant, PlaceId, Result, Seal, Zone};
use payments::{Provider, Providers};
use people::second_factor::Vault;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};

/// A handle to the house; clones share it. The program's own does whatever there is to do; a request's does its kind of
/// work, so that nothing slow can be done behind a bulkhead that was not made for it.
#[derive(Clone)]
pub struct House {
    inner: Arc<Inner>,
    work: Option<Work>,
}

struct Inner {
    db: Db,
    clock: Arc<dyn Clock>,
    dice: Mutex<Dice>,
    keys: Keys,
    home: RwLock<Arc<Home>>,
    providers: Providers,
    ads: ads::desk::Desk,
    recommender: Mutex<Arc<Recommender>>,
    crowd: crate::audiences::Crowd,
    rounds: crate::sweep::Rounds,
    memory: crate::learn_market::Memory,
    findings: crate::audit::Findings,
    openings: crate::learn_openings::Memory,
    showings: crate::learn_showings::Memory,
    morning: crate::keep_forecasts::Morning,
    outlooks: crate::views::outlook::Memory,
    lines: crate::wait_in_line::Lines,
    lifts: crate::views::lift::Memory,
    capacity: crate::capacity::Capacity,
    metrics: crate::metrics::Metrics,
    /// How often a request was about to do what its route does not say.
    trespasses: AtomicU64,
    /// How long reads are shared, in microseconds; not at all when zero.
    shared_micros: AtomicI64,
    pickers: crate::fresh::Fresh<crate::buy_tickets::Picker>,
}

/// What this installation signs with; every purpose has its own.
#[derive(Clone)]
pub struct Keys {
    pub click: Seal,
    pub form: Seal,
    pub visitor: Seal,
    /// How numbers of people are rounded before they are told.
    pub counts: Seal,
    /// Who is held out of which campaign.
    pub lots: ads::holdout::Lots,
    pub tickets: box_office::Signer,
    /// Places in lines.
    pub line: Seal,
    /// Whose lot in a line is which.
    pub line_lots: Seal,
    /// Secrets of people that the house has to read again.
    pub vault: Vault,
}

impl Keys {
    fn of(key: &[u8; 32], lots: &[u8; 32]) -> Keys {
        Keys {
            click: Seal::new(key, "click"),
            form: Seal::new(key, "form"),
            visitor: Seal::new(key, "visitor"),
            counts: Seal::new(key, "counts"),
            lots: ads::holdout::Lots::new(lots),
            tickets: box_office::Signer::new(key),
            line: Seal::new(key, "line"),
            line_lots: Seal::new(key, "line lots"),
            vault: Vault::new(key),
        }
    }
}

/// Where a story happens: one transaction, one act, one house.
pub struct Scene<'a> {
    pub tx: &'a Tx<'a>,
    pub act: Act,
    pub house: &'a House,
}

impl Scene<'_> {
    pub fn now(&self) -> Instant {
        self.act.at
    }

    /// The house's own day; a showtime has its cinema's.
    pub fn today(&self) -> Day {
        self.act.at.day_in(&self.house.home().zone)
    }

    pub fn keys(&self) -> &Keys {
        &self.house.inner.keys
    }
}

impl House {
    /// Opens the house on a database: reads its keys, or makes them the first time.
    pub fn open(db: Db, clock: Arc<dyn Clock>, dice: Dice, provider: Arc<dyn Provider>) -> Result<House> {
        House::open_with(db, clock, dice, Providers::only(provider))
    }

    /// Opens it with several providers: one for new payments, others for those that they began.
    pub fn open_with(db: Db, clock: Arc<dyn Clock>, mut dice: Dice, providers: Providers) -> Result<House> {
        let act = Act::new(Actor::System, clock.now(), dice.fork());
        let (key, lots) = db.write_blocking(Lane::house(), move |tx| {
            let key = people::installation::key(tx, &mut act.clone())?;
            Ok((key, people::installation::lots_key(tx, act.clone().dice.bytes())?))
        })?;
        let now = clock.now();
        let book = db.read_blocking(move |view| ads::book::Book::load(view, now))?;
        let home = db.read_blocking(people::home::of)?;
        let lines = db.read_blocking(move |view| box_office::on_sales::live(view, now))?;
        let keys = Keys::of(&key, &lots);
        let inner = Inner {
            db,
            clock,
            dice: Mutex::new(dice),
            ads: ads::desk::Desk::new(book, keys.lots.clone()),
            keys,
            providers,
            recommender: Mutex::default(),
            crowd: crate::audiences::Crowd::new(now.day_in(&home.zone)),
            rounds: crate::sweep::Rounds::default(),
            memory: crate::learn_market::Memory::default(),
            findings: crate::audit::Findings::default(),
            openings: crate::learn_openings::Memory::default(),
            showings: crate::learn_showings::Memory::default(),
            morning: crate::keep_forecasts::Morning::default(),
            outlooks: crate::views::outlook::Memory::default(),
            lines: crate::wait_in_line::Lines::default(),
            lifts: crate::views::lift::Memory::default(),
            capacity: crate::capacity::Capacity::default(),
            metrics: crate::metrics::Metrics::default(),
            trespasses: AtomicU64::new(0),
            shared_micros: AtomicI64::new(0),
            pickers: crate::fresh::Fresh::default(),
            home: RwLock::new(Arc::new(home)),
        };
        inner.lines.replace(lines);
        Ok(House { inner: Arc::new(inner), work: None })
    }

    /// The handle of a request that does this kind of work.
    pub fn doing(&self, work: Work) -> House {
        House { inner: self.inner.clone(), work: Some(work) }
    }

    /// That this handle may do such work. A route that did not say so in its registry is a fault of ours.
    pub fn may(&self, work: Work) -> Result<()> {
        let Some(own) = self.work.filter(|own| !own.covers(work)) else { return Ok(()) };
        self.inner.trespasses.fetch_add(1, Ordering::Relaxed);
        Err(Error::fault(format!("a route whose work is “{}” is about to “{}”", own.code(), work.code())))
    }

    /// How often a request was about to do what its route does not say; tests end with none.
    pub fn trespasses(&self) -> u64 {
        self.inner.trespasses.load(Ordering::Relaxed)
    }

    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    pub fn now(&self) -> Instant {
        self.inner.clock.now()
    }

    /// What clocks outside show, where the house lives in a time of its own.
    pub fn outside(&self) -> Instant {
        self.inner.clock.outside()
    }

    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// Where the house is at home, as it was last read; stories that depend on it read `people::home::of` instead.
    pub fn home(&self) -> Arc<Home> {
        self.inner.home.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// The house's own day.
    pub fn today(&self) -> Day {
        self.now().day_in(&self.home().zone)
    }

    /// The house's own clock on the wall; a cinema has its own.
    pub fn zone(&self) -> Zone {
        self.home().zone.clone()
    }

    /// Reads again where the house is at home; after it changed, and every now and then.
    pub fn reload_home(&self) -> Result<()> {
        self.know_home(self.inner.db.read_blocking(people::home::of)?);
        Ok(())
    }

    /// Remembers where the house is at home, as somebody has just read it.
    pub fn know_home(&self, home: Home) {
        *self.inner.home.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Arc::new(home);
    }

    /// The provider of new payments.
    pub fn provider(&self) -> &Arc<dyn Provider> {
        self.inner.providers.usual()
    }

    /// Every provider that carries payments of this house.
    pub fn providers(&self) -> &Providers {
        &self.inner.providers
    }

    /// A provider that is about to be asked, which may take its time.
    pub(crate) fn asks(&self, provider: &str) -> Result<&Arc<dyn Provider>> {
        self.may(Work::Pay)?;
        self.inner.providers.named(provider)
    }

    pub fn ads(&self) -> &ads::desk::Desk {
        &self.inner.ads
    }

    /// What consumers did who agreed that it may be looked at; empty until `audiences::refresh`.
    pub fn crowd(&self) -> &crate::audiences::Crowd {
        &self.inner.crowd
    }

    /// The lines of people who wait for an on-sale.
    pub fn lines(&self) -> &crate::wait_in_line::Lines {
        &self.inner.lines
    }

    /// How much this process does at once.
    pub fn capacity(&self) -> &crate::capacity::Capacity {
        &self.inner.capacity
    }

    /// What an operator's monitor reads.
    pub fn metrics(&self) -> &crate::metrics::Metrics {
        &self.inner.metrics
    }

    /// From now on what many look at is read once in so many microseconds (`fresh`).
    pub fn share_reads(&self, micros: i64) {
        self.inner.shared_micros.store(micros, Ordering::Relaxed);
    }

    pub(crate) fn shares_reads_for(&self) -> Option<i64> {
        Some(self.inner.shared_micros.load(Ordering::Relaxed)).filter(|micros| *micros > 0)
    }

    pub(crate) fn pickers(&self) -> &crate::fresh::Fresh<crate::buy_tickets::Picker> {
        &self.inner.pickers
    }

    pub(crate) fn rounds(&self) -> &crate::sweep::Rounds {
        &self.inner.rounds
    }

    pub(crate) fn outlooks(&self) -> &crate::views::outlook::Memory {
        &self.inner.outlooks
    }

    pub(crate) fn lifts(&self) -> &crate::views::lift::Memory {
        &self.inner.lifts
    }

    pub(crate) fn openings(&self) -> &crate::learn_openings::Memory {
        &self.inner.openings
    }

    pub(crate) fn showings(&self) -> &crate::learn_showings::Memory {
        &self.inner.showings
    }

    pub(crate) fn memory(&self) -> &crate::learn_market::Memory {
        &self.inner.memory
    }

    /// What the audits of this house found.
    pub fn findings(&self) -> &crate::audit::Findings {
        &self.inner.findings
    }

    pub(crate) fn morning(&self) -> &crate::keep_forecasts::Morning {
        &self.inner.morning
    }

    /// Fresh dice, independent of everybody else's.
    pub fn dice(&self) -> Dice {
        self.inner.dice.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).fork()
    }

    /// An act of this actor, now.
    pub fn act(&self, actor: Actor) -> Act {
        Act::new(actor, self.now(), self.dice())
    }

    /// Hands a story to the lane of a place (or of a person, a campaign) and returns what to wait for.
    pub fn submit<T: Send + 'static>(
        &self,
        lane: &impl AsRef<str>,
        actor: Actor,
        mut story: impl FnMut(&mut Scene) -> Result<T> + Send + 'static,
    ) -> Waiting<T> {
        let (house, act) = (self.clone(), self.act(actor));
        self.inner
            .db
            .submit(Lane::of(lane), move |tx| story(&mut Scene { tx, act: act.clone(), house: &house }))
    }

    /// Tells a story; what it answers is on disk.
    pub async fn write<T: Send + 'static>(
        &self,
        lane: &impl AsRef<str>,
        actor: Actor,
        story: impl FnMut(&mut Scene) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.submit(lane, actor, story).answer().await
    }

    /// `write` for callers without an async runtime.
    pub fn write_blocking<T: Send + 'static>(
        &self,
        lane: &impl AsRef<str>,
        actor: Actor,
        story: impl FnMut(&mut Scene) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.submit(lane, actor, story).wait()
    }

    /// Looks at a consistent snapshot.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&View) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.inner.db.read(look).await
    }

    /// `read` for callers without an async runtime.
    pub fn read_blocking<T: Send + 'static>(
        &self,
        look: impl FnOnce(&View) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.inner.db.read_blocking(look)
    }

    /// Reads the live campaigns again; after a campaign has changed, and every now and then.
    pub fn reload_ads(&self) -> Result<()> {
        let now = self.now();
        self.inner.ads.replace(self.inner.db.read_blocking(move |view| ads::book::Book::load(view, now))?);
        Ok(())
    }

    /// What the house has learnt of who wants what; nothing until [`House::learn_tastes`] ran.
    pub fn recommender(&self) -> Arc<Recommender> {
        self.inner.recommender.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// Learns again what goes with what, from everything sold and wished for until now.
    pub fn learn_tastes(&self) -> Result<()> {
        let learnt = Arc::new(self.inner.db.read_blocking(Recommender::learn)?);
        *self.inner.recommender.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = learnt;
        Ok(())
    }

    /// The lane of what belongs to no cinema or shop.
    pub fn lane() -> PlaceId {
        PlaceId::house()
    }
}
