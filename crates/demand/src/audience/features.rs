//! What consumers did, by dense id: for every behaviour and thing the days of the latest times.
//!
//! The n-th [`Column`] of a key holds, for everybody, the day of the n-th latest time. Somebody did it at least
//! n times since a day exactly when that day is not before it. A new time sinks through the columns like a
//! card into a sorted hand; it may come in any order.

use super::column::{Column, VALUE_MAX};
use super::likeness::Likeness;
use super::members::Members;
use super::rule::{Behaviour, What};
use kernel::{AudienceId, Day};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The latest times that are kept for each consumer and key.
pub const TIMES_MAX: u32 = 8;
/// The longest window that may be asked for.
pub const WINDOW_DAYS_MAX: u32 = 366;
/// Days that are still known after the calendar was turned.
const KEPT_DAYS: i32 = 400;
const NO_HOME: u32 = u32::MAX;

/// What can be asked of a consumer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    Did(Behaviour, What),
    Lives(String),
    /// How probably they buy in a category tomorrow; its one column holds thousandths, up to [`VALUE_MAX`].
    Likely(String),
}

/// A key's number here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyId(u32);

#[derive(Clone, Debug)]
pub struct Features {
    /// The day that columns call 1.
    first: Day,
    today: Day,
    ids: HashMap<Key, KeyId>,
    recents: Vec<(Key, Vec<Column>)>,
    present: Members,
    people: u64,
    /// Each consumer's city, as its key.
    homes: Vec<u32>,
    likenesses: BTreeMap<AudienceId, Arc<Likeness>>,
    knows_likely: bool,
}

impl Features {
    pub fn new(today: Day) -> Features {
        Features {
            first: today.plus(1 - KEPT_DAYS),
            today,
            ids: HashMap::new(),
            recents: Vec::new(),
            present: Members::default(),
            people: 0,
            homes: Vec::new(),
            likenesses: BTreeMap::new(),
            knows_likely: false,
        }
    }

    pub fn today(&self) -> Day {
        self.today
    }

    /// Goes on to a later day. Every few months everything older than four hundred days is forgotten.
    pub fn turn_to(&mut self, today: Day) {
        self.today = self.today.max(today);
        if self.first.days_until(self.today) < i32::from(VALUE_MAX) {
            return;
        }
        let first = self.today.plus(1 - KEPT_DAYS);
        let passed = self.first.days_until(first) as u16;
        for (key, columns) in &mut self.recents {
            if matches!(key, Key::Did(..)) {
                for column in columns {
                    *column = column.mapped(|value| value.saturating_sub(passed));
                }
            }
        }
        self.first = first;
    }

    /// The number of a key, which is new if nobody has it yet.
    pub fn key(&mut self, key: &Key) -> KeyId {
        if let Some(id) = self.ids.get(key) {
            return *id;
        }
        let id = KeyId(self.recents.len() as u32);
        self.ids.insert(key.clone(), id);
        self.recents.push((key.clone(), Vec::new()));
        id
    }

    /// Every key there is, in the order in which they came.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.recents.iter().map(|(key, _)| key)
    }

    /// Takes somebody in, of whom nothing is known yet.
    pub fn admit(&mut self, id: u32) {
        self.people += u64::from(self.present.insert(id));
    }

    /// Forgets somebody and everything they did.
    pub fn forget(&mut self, id: u32) {
        self.people -= u64::from(self.present.remove(id));
        for (_, columns) in &mut self.recents {
            for column in columns {
                column.set(id, 0);
            }
        }
        if let Some(home) = self.homes.get_mut(id as usize) {
            *home = NO_HOME;
        }
        // What they taught of who is like whom goes with them; it has to be measured again without them.
        self.likenesses.retain(|_, likeness| !likeness.weighs(id));
        for likeness in self.likenesses.values_mut() {
            Arc::make_mut(likeness).scores.set(id, 0);
        }
    }

    /// Notes that somebody who was admitted did something that these keys describe. Days that are too long ago
    /// or yet to come are of no account.
    pub fn note(&mut self, id: u32, keys: &[KeyId], day: Day) {
        debug_assert!(self.present.contains(id));
        let Some(value) = self.value(day) else { return };
        for key in keys {
            sink(&mut self.recents[key.0 as usize].1, id, value);
        }
    }

    /// Takes one time back, as after a refund. A ninth time, which is not kept, does not come up again.
    pub fn take_back(&mut self, id: u32, keys: &[KeyId], day: Day) {
        let Some(value) = self.value(day) else { return };
        for key in keys {
            let columns = &mut self.recents[key.0 as usize].1;
            let Some(at) = columns.iter().position(|column| column.get(id) == value) else { continue };
            for i in at..columns.len() {
                let next = columns.get(i + 1).map_or(0, |column| column.get(id));
                columns[i].set(id, next);
            }
        }
    }

    /// The day on which somebody last did something, if it is still known.
    pub fn latest(&self, id: u32, key: &Key) -> Option<Day> {
        let value = self.recent(key, 1)?.get(id);
        (value > 0).then(|| self.first.plus(i32::from(value) - 1))
    }

    /// Notes in which city somebody is at home; what was said before is over.
    pub fn settle_in(&mut self, id: u32, city: &str) {
        let KeyId(home) = self.key(&Key::Lives(city.to_owned()));
        if self.homes.len() <= id as usize {
            self.homes.resize(id as usize + 1, NO_HOME);
        }
        let before = std::mem::replace(&mut self.homes[id as usize], home);
        if before != NO_HOME {
            self.recents[before as usize].1[0].set(id, 0);
        }
        let columns = &mut self.recents[home as usize].1;
        columns.resize_with(1, Column::default);
        columns[0].set(id, VALUE_MAX);
    }

    /// The city where somebody is at home, if it is known.
    pub fn home(&self, id: u32) -> Option<&str> {
        let key = self.homes.get(id as usize).filter(|home| **home != NO_HOME)?;
        match &self.recents[*key as usize].0 {
            Key::Lives(city) => Some(city),
            _ => None,
        }
    }

    /// Puts what was reckoned of who will buy in the place of what was reckoned before: of a person and a category the
    /// probability. Below a thousandth is not kept, and who was not admitted is left out. `None` forgets all of it.
    pub fn keep_likely<'a>(&mut self, reckoned: Option<impl Iterator<Item = (u32, &'a str, f64)>>) {
        for (key, columns) in &mut self.recents {
            if matches!(key, Key::Likely(_)) {
                columns.clear();
            }
        }
        self.knows_likely = reckoned.is_some();
        for (id, category, probability) in reckoned.into_iter().flatten() {
            let permille = (probability * 1000.0).floor().clamp(0.0, f64::from(VALUE_MAX)) as u16;
            if permille == 0 || !self.present.contains(id) {
                continue;
            }
            let KeyId(key) = self.key(&Key::Likely(category.to_owned()));
            let columns = &mut self.recents[key as usize].1;
            columns.resize_with(1, Column::default);
            columns[0].set(id, permille);
        }
    }

    /// Whether it was reckoned who will buy.
    pub fn knows_likely(&self) -> bool {
        self.knows_likely
    }

    /// How many of a group are at home in each city, most first; whose city is not known is left out.
    pub fn by_home(&self, members: &Members) -> Vec<(&str, u64)> {
        let mut counts = vec![0_u64; self.recents.len()];
        for id in members.each() {
            if let Some(home) = self.homes.get(id as usize).filter(|home| **home != NO_HOME) {
                counts[*home as usize] += 1;
            }
        }
        let named = self.recents.iter().zip(counts).filter_map(|((key, _), count)| match key {
            Key::Lives(city) if count > 0 => Some((city.as_str(), count)),
            _ => None,
        });
        let mut named: Vec<(&str, u64)> = named.collect();
        named.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        named
    }

    /// Everybody there is.
    pub fn people(&self) -> u64 {
        self.people
    }

    pub fn everybody(&self) -> &Members {
        &self.present
    }

    /// Keeps who is like the people of an audience, for rules that ask.
    pub fn keep_likeness(&mut self, seed: AudienceId, likeness: Likeness) {
        self.likenesses.insert(seed, Arc::new(likeness));
    }

    pub fn likeness(&self, seed: &AudienceId) -> Option<&Arc<Likeness>> {
        self.likenesses.get(seed)
    }

    /// Gives back memory that was kept for growing; after everything was noted at once.
    pub fn settle(&mut self) {
        self.recents.iter_mut().flat_map(|(_, columns)| columns).for_each(Column::settle);
    }

    /// Memory in bytes.
    pub fn bytes(&self) -> usize {
        let columns: usize = self.recents.iter().flat_map(|(_, columns)| columns).map(Column::bytes).sum();
        let scores: usize = self.likenesses.values().map(|likeness| likeness.scores.bytes()).sum();
        columns + scores + self.present.bytes() + 4 * self.homes.len()
    }

    pub(crate) fn blocks(&self) -> usize {
        self.present.blocks()
    }

    /// The days of the n-th latest times; none when nobody did it so often.
    pub(crate) fn recent(&self, key: &Key, nth: u32) -> Option<&Column> {
        let KeyId(at) = self.ids.get(key)?;
        self.recents[*at as usize].1.get(nth as usize - 1)
    }

    /// The least number that a day of the last so many has, today included.
    pub(crate) fn since(&self, days: u32) -> u16 {
        let today = self.first.days_until(self.today) + 1;
        (today - days as i32 + 1).clamp(1, i32::from(VALUE_MAX)) as u16
    }

    fn value(&self, day: Day) -> Option<u16> {
        let value = self.first.days_until(day) + 1;
        (day <= self.today && value >= 1).then_some(value as u16)
    }
}

fn sink(columns: &mut Vec<Column>, id: u32, mut value: u16) {
    for column in columns.iter_mut() {
        let held = column.get(id);
        if value > held {
            column.set(id, value);
            value = held;
        }
        if value == 0 {
            return;
        }
    }
    if columns.len() < TIMES_MAX as usize {
        let mut column = Column::default();
        column.set(id, value);
        columns.push(column);
    }
}
