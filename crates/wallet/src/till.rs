//! The wallet at work: its database, keys, rules, clock and dice.

use crate::apps::{self, Keys};
use crate::keyring::Keyring;
use crate::rules::Rules;
use crate::{accounts, trades};
use db::{Db, Lane, Tx, View};
use kernel::{Act, Actor, Clock, Dice, Instant, Result};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tokio::sync::Notify;

pub struct Till {
    pub db: Db,
    pub rules: Rules,
    /// How the world reaches the wallet, without a slash at its end.
    pub base_url: String,
    /// Whether anybody may act as any buyer over plain HTTP.
    pub conveniences: bool,
    /// Rings when there is something to deliver.
    pub news: Notify,
    keyring: RwLock<Arc<Keyring>>,
    clock: Arc<dyn Clock>,
    /// How far the wallet's clock was moved, in microseconds.
    shift: AtomicI64,
    speed: AtomicI64,
    dice: Mutex<Dice>,
}

impl Till {
    pub fn new(
        db: Db,
        rules: Rules,
        base_url: String,
        conveniences: bool,
        keyring: Keyring,
        clock: Arc<dyn Clock>,
        dice: Dice,
    ) -> Till {
        let speed = AtomicI64::new(rules.notice_speed);
        Till {
            db,
            base_url,
            conveniences,
            news: Notify::new(),
            keyring: RwLock::new(Arc::new(keyring)),
            clock,
            shift: AtomicI64::new(0),
            speed,
            dice: Mutex::new(dice),
            rules,
        }
    }

    pub fn now(&self) -> Instant {
        Instant::from_micros(self.clock.now().micros + self.shift.load(Ordering::SeqCst))
    }

    /// Moves the wallet's clock on.
    pub fn advance(&self, seconds: i64) {
        self.shift.fetch_add(seconds.max(0).saturating_mul(1_000_000), Ordering::SeqCst);
    }

    /// How many times faster than the clock notices are repeated.
    pub fn speed(&self) -> i64 {
        self.speed.load(Ordering::SeqCst)
    }

    pub fn set_speed(&self, speed: i64) {
        self.speed.store(speed.max(1), Ordering::SeqCst);
    }

    pub fn act(&self) -> Act {
        let dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner).fork();
        Act::new(Actor::System, self.now(), dice)
    }

    pub fn keyring(&self) -> Arc<Keyring> {
        self.keyring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn replace_keyring(&self, keyring: Keyring) {
        *self.keyring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keyring);
    }

    /// Runs a transaction. What it answers is on disk; what it refuses has changed nothing.
    /// There is one lane: balances and trades are changed one transaction after the other.
    pub async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        mut story: impl FnMut(&Tx, &mut Act, &Rules) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (act, till) = (self.act(), self.clone());
        let done = self.db.write(Lane::house(), move |tx| story(tx, &mut act.clone(), &till.rules)).await;
        self.news.notify_one();
        done
    }

    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&View) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.db.read(look).await
    }

    /// Before anybody is served: the wallet's own accounts, the apps of the folder, and a first app.
    pub fn furnish(&self, first_app: &str) -> Result<()> {
        let at = self.now();
        self.db.write_blocking(Lane::house(), move |tx| accounts::open_own(tx, at))?;
        if Keys::all(self.keyring().folder())?.is_empty() {
            apps::prepare(&self.keyring(), &mut self.act(), first_app)?;
        }
        Keys::all(self.keyring().folder())?.into_iter().try_for_each(|keys| self.open_app(keys))
    }

    fn open_app(&self, keys: Keys) -> Result<()> {
        let act = self.act();
        self.db.write_blocking(Lane::house(), move |tx| apps::open(tx, &mut act.clone(), &keys))
    }

    /// Makes another app with keys of its own. Slow: a key is searched for.
    pub fn add_app(&self, name: &str) -> Result<()> {
        apps::prepare(&self.keyring(), &mut self.act(), name)?;
        self.furnish(name)
    }

    /// Closes and finishes what time has ended.
    pub async fn sweep(self: &Arc<Self>) -> Result<()> {
        self.write(trades::sweep).await
    }
}
