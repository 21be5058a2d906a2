//! What must happen sooner or later, whether or not anybody asks: holds end, lost notices are found,
//! refunds are paid out, clearing accounts mirror, the day's forecasts are kept, nothing stays tied to who was erased. Each
//! is safe to repeat.

use crate::house::House;
use crate::take_payment::{self, Heard};
use crate::{buy_product, buy_tickets, close_period, erase_person, keep_forecasts};
use kernel::{Actor, Error, Instant, PlaceId, Result};
use payments::intents::{self, Asked};
use payments::refunds;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// How long a notice may be on its way before the provider is asked.
pub const NOTICE_SECONDS: i64 = 20;
/// Payments or refunds taken up in one sweep of a place, at most.
const SWEPT_MAX: i64 = 200;
/// A provider that did not answer this often in a row is left alone until the next sweep.
const SILENCES_MAX: usize = 5;
/// Between two questions about the same thing; after the second they grow, up to this.
const GAP_SECONDS: i64 = 3;
const GAP_SECONDS_MAX: i64 = 60;
/// Things that are waited for are remembered up to this many; beyond it all of them are due.
const REMEMBERED_MAX: usize = 100_000;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    pub holds_ended: usize,
    pub notices_found: usize,
    pub refunds_paid: usize,
}

impl Swept {
    fn add(&mut self, other: Swept) {
        self.holds_ended += other.holds_ended;
        self.notices_found += other.notices_found;
        self.refunds_paid += other.refunds_paid;
    }
}

/// How far sweeps have come with what had to be left waiting, so that the next one goes on behind it and nothing
/// that the provider will not answer keeps the rest from being asked about.
#[derive(Default)]
pub struct Rounds {
    skips: Mutex<BTreeMap<(PlaceId, Task), i64>>,
    asked: Mutex<BTreeMap<String, Questions>>,
}

/// How often somebody was asked about one thing, and when last.
#[derive(Clone, Copy)]
struct Questions {
    count: u32,
    last: Instant,
}

impl Questions {
    fn next(self) -> Instant {
        let doublings = self.count.saturating_sub(2).min(10);
        let gap = if self.count < 2 { 0 } else { (GAP_SECONDS << doublings).min(GAP_SECONDS_MAX) };
        self.last.plus_seconds(gap)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Task {
    Ask,
    PayBack,
}

impl Rounds {
    fn skip(&self, place: &PlaceId, task: Task) -> i64 {
        let rounds = self.skips.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        rounds.get(&(place.clone(), task)).copied().unwrap_or(0)
    }

    /// After a page: the next sweep skips what is left, or begins again when there was no more than this.
    fn turn(&self, place: &PlaceId, task: Task, page: usize, left: usize) {
        let mut rounds = self.skips.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let skip = rounds.entry((place.clone(), task)).or_default();
        *skip = if page as i64 == SWEPT_MAX { *skip + left as i64 } else { 0 };
    }

    /// Whether to ask about something now, and if so remembers it. A moment that has passed since makes it due.
    pub(crate) fn is_due(&self, id: &str, moment: Instant, now: Instant) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if asked.len() > REMEMBERED_MAX {
            asked.clear();
        }
        let before = asked.get(id).copied();
        let has_passed = |before: Questions| before.last <= moment && moment < now;
        let is_due = before.is_none_or(|before| before.next() <= now || has_passed(before));
        if is_due {
            let count = before.map_or(1, |before| before.count + 1);
            asked.insert(id.to_owned(), Questions { count, last: now });
        }
        is_due
    }

    pub(crate) fn forget(&self, id: &str) {
        self.asked.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(id);
    }
}

/// Sweeps one place. Lost notices are looked for first, so that a hold which was paid in time is not
/// let go because nobody told us. What the provider does not answer now is left for the next sweep.
pub fn place(house: &House, place: &PlaceId) -> Result<Swept> {
    let notices_found = find_lost_notices(house, place)?;
    let at = place.clone();
    let holds_ended = house.write_blocking(place, Actor::System, move |scene| {
        Ok(buy_tickets::expire(scene, &at)? + buy_product::expire(scene, &at)?)
    })?;
    let refunds_paid = pay_refunds(house, place)?;
    Ok(Swept { holds_ended, notices_found, refunds_paid })
}

/// Sweeps every place that sells. One that fails keeps no other waiting; its error is answered at the end.
pub fn all(house: &House) -> Result<Swept> {
    let mut swept = Swept::default();
    let mut failed = close_period::mirror_all(house).err();
    failed = failed.or(keep_forecasts::keep(house).err());
    failed = failed.or(erase_person::finish(house).err());
    for at in house.read_blocking(crate::views::places::selling)? {
        match place(house, &at) {
            Ok(one) => swept.add(one),
            Err(error) => {
                tracing::error!(place = %at, %error, "a place was not swept");
                failed = failed.or(Some(error));
            }
        }
    }
    failed.map_or(Ok(swept), Err)
}

/// Asks about open payments, and gives those up whose time is over and of which the provider says that nobody
/// paid. Until it has said so a payment stays open, so that no money is forgotten while the provider is silent.
fn find_lost_notices(house: &House, place: &PlaceId) -> Result<usize> {
    let (at, before) = (place.clone(), house.now().plus_seconds(-NOTICE_SECONDS));
    let skip = house.rounds().skip(place, Task::Ask);
    let waiting = house.read_blocking(move |view| intents::waiting(view, &at, before, skip, SWEPT_MAX))?;
    let (mut found, mut over, mut silences) = (0, Vec::new(), 0);
    for intent in &waiting {
        let is_unasked = intent.asked == Asked::Never;
        let may_ask =
            || silences < SILENCES_MAX && house.rounds().is_due(&intent.id.0, intent.expires_at, house.now());
        if !is_unasked && !may_ask() {
            continue;
        }
        let heard = match take_payment::hear(house, intent) {
            Ok(heard) => heard,
            Err(unknown) => {
                silences += 1;
                tracing::warn!(intent = %intent.id, %unknown, "the provider did not answer");
                continue;
            }
        };
        silences = 0;
        match heard {
            Heard::Waiting => continue,
            Heard::Paid => found += 1,
            Heard::Over => over.push((intent.order.clone(), is_unasked)),
        }
        house.rounds().forget(&intent.id.0);
    }
    house.rounds().turn(place, Task::Ask, waiting.len(), waiting.len() - found - over.len());
    if !over.is_empty() {
        let at = place.clone();
        house.write_blocking(place, Actor::System, move |scene| {
            over.iter().try_for_each(|(order, is_unasked)| {
                let close = if *is_unasked { intents::close_unasked } else { intents::close };
                close(scene.tx, &at, order).map(|_| ())
            })
        })?;
    }
    Ok(found)
}

fn pay_refunds(house: &House, place: &PlaceId) -> Result<usize> {
    let at = place.clone();
    let skip = house.rounds().skip(place, Task::PayBack);
    let requested = house.read_blocking(move |view| refunds::requested(view, &at, skip, SWEPT_MAX))?;
    let (mut paid, mut silences) = (0, 0);
    for refund in &requested {
        let now = house.now();
        if silences == SILENCES_MAX || !house.rounds().is_due(&refund.id.0, now, now) {
            continue;
        }
        match take_payment::pay_back(house, refund) {
            Ok(()) => {
                paid += 1;
                house.rounds().forget(&refund.id.0);
            }
            Err(Error::Refused(refusal)) => {
                tracing::info!(refund = %refund.id, code = refusal.code, "a refund has to wait");
            }
            Err(unknown) => {
                silences += 1;
                tracing::warn!(refund = %refund.id, %unknown, "the provider did not answer");
            }
        }
    }
    house.rounds().turn(place, Task::PayBack, requested.len(), requested.len() - paid);
    Ok(paid)
}
