//! Who will probably buy, and in which category: reckoned once a day of those who agreed, from what they did lately.
//!
//! The model (`demand::purchase`) learns from the last two weeks. How well it does is told by the day before: the same
//! model without it is asked about it, and its forecasts are held beside what was bought.

use crate::views::audiences::Did;
use demand::audience::{Behaviour, TICKETS, part_in_tens, to_tens};
use demand::purchase::{Action, Diary, Example, Model};
use demand::recommend::Kind;
use kernel::{Day, Instant, Zone};
use std::collections::{BTreeMap, HashMap};

/// Days that are learnt from, and that a pair's own past reaches back; older notes are let go.
const LEARNT_DAYS: i32 = 14;
const KEPT_DAYS: i32 = 2 * LEARNT_DAYS + 1;
/// Notes of one person that are kept, the latest.
const NOTES_MAX: usize = 2_000;
/// Groups of equal size in which forecasts are held beside what happened.
const GROUPS: usize = 5;

/// What everybody did lately, by their number.
#[derive(Clone, Default)]
pub(super) struct Notes {
    people: HashMap<u32, Vec<Note>>,
    items: HashMap<String, u32>,
    categories: BTreeMap<String, u32>,
}

#[derive(Clone, Copy)]
struct Note {
    item: u32,
    category: u32,
    kind: Kind,
    at: Instant,
}

/// How forecasts for yesterday compare with what was bought.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    pub day: Day,
    /// Pairs of a person and a category that were forecast.
    pub pairs: usize,
    /// Those forecast to buy, as the sum of probabilities, and those who did.
    pub expected: f64,
    pub bought: usize,
    /// The same in groups of equal size, the least likely first: mean forecast and the part that bought.
    pub groups: Vec<(f64, f64)>,
}

/// What was reckoned for a day: of a person's number and a category the probability, and how well that is known to work.
pub(super) struct Reckoned {
    pub likely: Vec<(u32, String, f64)>,
    /// None while yesterday was too soon to forecast.
    pub calibration: Option<Calibration>,
}

impl Calibration {
    /// As it may be told: numbers of deeds rounded to tens; not at all of a few.
    pub(super) fn in_tens(self) -> Option<Calibration> {
        let size = self.pairs.div_ceil(GROUPS).max(1) as u64;
        let part = |bought: f64| part_in_tens((bought * size as f64).round() as u64, size);
        let tens = |count: f64| to_tens(count.round().max(0.0) as u64);
        let told = Calibration {
            pairs: tens(self.pairs as f64) as usize,
            expected: tens(self.expected) as f64,
            bought: tens(self.bought as f64) as usize,
            groups: self.groups.into_iter().map(|(forecast, bought)| (forecast, part(bought))).collect(),
            ..self
        };
        (told.bought > 0).then_some(told)
    }
}

impl Notes {
    pub fn note(&mut self, id: u32, did: &Did) {
        let Some((kind, category, item)) = read(did) else { return };
        let next = self.items.len() as u32;
        let item = *self.items.entry(item).or_insert(next);
        let next = self.categories.len() as u32;
        let category = *self.categories.entry(category).or_insert(next);
        let own = self.people.entry(id).or_default();
        own.push(Note { item, category, kind, at: did.at });
        if own.len() > NOTES_MAX {
            own.remove(0);
        }
    }

    /// A purchase or a wish that was taken back was none.
    pub fn take_back(&mut self, id: u32, did: &Did) {
        let Some((kind, category, _)) = read(did) else { return };
        let Some((own, category)) = self.people.get_mut(&id).zip(self.categories.get(&category)) else {
            return;
        };
        if let Some(at) = own.iter().rposition(|note| note.kind == kind && note.category == *category) {
            own.remove(at);
        }
    }

    /// Whether there was anything to forget.
    pub fn forget(&mut self, id: u32) -> bool {
        self.people.remove(&id).is_some()
    }

    /// Lets go what is too long ago.
    pub fn turn_to(&mut self, today: Day, zone: &Zone) {
        let first = today.plus(-KEPT_DAYS).at(0, 0, zone);
        self.people.values_mut().for_each(|own| own.retain(|note| note.at >= first));
        self.people.retain(|_, own| !own.is_empty());
    }

    /// Everybody's probabilities for a day, from what they did before it. None while too little was bought.
    pub fn reckon(&self, today: Day, zone: &Zone) -> Option<Reckoned> {
        let note = |(id, own): (&u32, &Vec<Note>)| -> Vec<Action> {
            let action = |note: &Note| {
                let Note { item, category, kind, at } = *note;
                Action { person: *id, item, category, kind, at }
            };
            own.iter().map(action).collect()
        };
        let mut actions: Vec<Action> = self.people.iter().flat_map(note).collect();
        // In the order of people, not of a hash.
        actions.sort_by_key(|action| (action.person, action.at, action.category, action.item));
        let diary = Diary::new(&actions, zone.clone());
        let days: Vec<Day> = (-LEARNT_DAYS..0).map(|ago| today.plus(ago)).collect();
        let model = Model::fit(&diary, &days)?;
        let names: BTreeMap<u32, &String> =
            self.categories.iter().map(|(name, number)| (*number, name)).collect();
        let told = |one: Example| {
            Some((one.person, (*names.get(&one.category)?).clone(), model.probability(&one.row)))
        };
        let likely = diary.examples(today).into_iter().filter_map(told).collect();
        let before = Model::fit(&diary, &days[..days.len() - 1]);
        let calibration = before.map(|model| judge(&model, &diary, today.plus(-1)));
        Some(Reckoned { likely, calibration })
    }
}

/// What a deed is to the model: how, in which category, with what.
fn read(did: &Did) -> Option<(Kind, String, String)> {
    let kind = match did.behaviour {
        Behaviour::Viewed => Kind::View,
        Behaviour::WantsToSee => Kind::Favourite,
        Behaviour::Carted => Kind::Cart,
        Behaviour::BoughtTickets | Behaviour::BoughtGoods => Kind::Buy,
        Behaviour::Played | Behaviour::SawAd | Behaviour::ClickedAd => return None,
    };
    let title = did.title.as_ref().map(|title| title.0.clone());
    match (&did.category, title) {
        (Some(category), _) => Some((kind, category.clone(), did.item.clone())),
        (None, Some(title)) if did.behaviour != Behaviour::BoughtGoods => {
            Some((kind, TICKETS.to_owned(), title))
        }
        (None, _) => None,
    }
}

fn judge(model: &Model, diary: &Diary, day: Day) -> Calibration {
    let mut told: Vec<(f64, bool)> =
        diary.examples(day).iter().map(|one| (model.probability(&one.row), one.bought)).collect();
    told.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mean = |part: &[(f64, bool)], of: fn(&(f64, bool)) -> f64| {
        part.iter().map(of).sum::<f64>() / part.len() as f64
    };
    let group =
        |part: &[(f64, bool)]| (mean(part, |one| one.0), mean(part, |one| f64::from(u8::from(one.1))));
    Calibration {
        day,
        pairs: told.len(),
        expected: told.iter().map(|one| one.0).sum(),
        bought: told.iter().filter(|one| one.1).count(),
        groups: told.chunks(told.len().div_ceil(GROUPS).max(1)).map(group).collect(),
    }
}
