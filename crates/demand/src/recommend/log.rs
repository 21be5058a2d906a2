//! What people took, in one item space: films, goods, whatever else has a page.

use kernel::Instant;
use serde::{Deserialize, Serialize};

/// How somebody showed an interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    View,
    Favourite,
    Cart,
    Buy,
}

impl Kind {
    /// How much of a purchase it is worth as evidence, in `0..=1`.
    pub fn weight(self) -> f64 {
        match self {
            Kind::View => 0.2,
            Kind::Favourite => 0.5,
            Kind::Cart => 0.6,
            Kind::Buy => 1.0,
        }
    }
}

/// One thing somebody did. People and items are numbered from zero without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    pub person: u32,
    pub item: u32,
    pub kind: Kind,
    pub at: Instant,
}

/// One item of a history: the strongest kind of interest, the latest moment of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    pub item: u32,
    pub kind: Kind,
    pub at: Instant,
}

/// What is known of an item before anybody took it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// Numbers of the genres, franchises and categories it belongs to, films and goods in one numbering.
    pub tags: Vec<u32>,
    /// When it came out, if that is known; else the first event tells.
    pub since: Option<Instant>,
}

/// A person's history is no longer than this; the latest stay.
pub const HISTORY_MAX: usize = 5_000;

/// Who took what, each person's items in the order of time.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub items: Vec<Item>,
    pub histories: Vec<Vec<Taken>>,
}

/// Which part of a log is put aside.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Holdout {
    /// Each person's last item, where there are at least two.
    LastEach,
    /// The latest fraction of all items taken, of people who took something before.
    Latest(f64),
}

/// What a person took after the moment at which they are asked about.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    pub person: usize,
    pub at: Instant,
    pub items: Vec<u32>,
}

impl Log {
    /// Repeated events of a person and an item become one. Items that `items` does not list are left out.
    pub fn new(items: Vec<Item>, events: &[Event]) -> Log {
        let people = events.iter().map(|event| event.person as usize + 1).max().unwrap_or(0);
        let mut histories = vec![Vec::<Taken>::new(); people];
        for event in events.iter().filter(|event| (event.item as usize) < items.len()) {
            let taken = Taken { item: event.item, kind: event.kind, at: event.at };
            histories[event.person as usize].push(taken);
        }
        for history in &mut histories {
            *history = merged(std::mem::take(history));
        }
        Log { items, histories }
    }

    /// The log without what is held out, and what that was. The same moment is ordered by the item's number.
    pub fn hold_out(&self, holdout: Holdout) -> (Log, Vec<Held>) {
        match holdout {
            Holdout::LastEach => self.hold_out_last(),
            Holdout::Latest(fraction) => self.hold_out_latest(fraction),
        }
    }

    fn hold_out_last(&self) -> (Log, Vec<Held>) {
        let mut rest = self.clone();
        let mut held = Vec::new();
        for (person, history) in rest.histories.iter_mut().enumerate() {
            if history.len() < 2 {
                continue;
            }
            let last = history.pop().map(|taken| taken.item);
            let at = history.last().map_or(Instant::default(), |taken| taken.at);
            held.push(Held { person, at, items: last.into_iter().collect() });
        }
        (rest, held)
    }

    fn hold_out_latest(&self, fraction: f64) -> (Log, Vec<Held>) {
        let mut order: Vec<(Instant, u32, usize)> = Vec::new();
        for (person, history) in self.histories.iter().enumerate() {
            order.extend(history.iter().map(|taken| (taken.at, taken.item, person)));
        }
        order.sort_unstable();
        let kept = (order.len() as f64 * (1.0 - fraction)) as usize;
        let at = kept.checked_sub(1).map_or(Instant::default(), |last| order[last].0);
        let mut later = vec![Vec::new(); self.histories.len()];
        for (_, item, person) in &order[kept..] {
            later[*person].push(*item);
        }
        let mut rest = self.clone();
        for (history, gone) in rest.histories.iter_mut().zip(&later) {
            history.truncate(history.len() - gone.len());
        }
        let held = later.into_iter().enumerate().filter(|(_, items)| !items.is_empty());
        (rest, held.map(|(person, items)| Held { person, at, items }).collect())
    }

    /// The moment of the last event.
    pub fn until(&self) -> Instant {
        self.histories
            .iter()
            .filter_map(|history| history.last())
            .map(|taken| taken.at)
            .max()
            .unwrap_or_default()
    }
}

fn merged(mut history: Vec<Taken>) -> Vec<Taken> {
    history.sort_by_key(|taken| (taken.item, taken.at));
    let mut once: Vec<Taken> = Vec::with_capacity(history.len());
    for taken in history {
        match once.last_mut() {
            Some(last) if last.item == taken.item => {
                last.kind = last.kind.max(taken.kind);
                last.at = taken.at;
            }
            _ => once.push(taken),
        }
    }
    once.sort_by_key(|taken| (taken.at, taken.item));
    once.split_off(once.len().saturating_sub(HISTORY_MAX))
}

/// How many distinct later moments each item of a history was followed by: 0 for what came last. Things taken
/// at the same moment share a rank.
pub(crate) fn ranks(history: &[Taken]) -> Vec<u32> {
    let mut ranks = vec![0; history.len()];
    for i in (0..history.len().saturating_sub(1)).rev() {
        ranks[i] = ranks[i + 1] + u32::from(history[i].at < history[i + 1].at);
    }
    ranks
}
