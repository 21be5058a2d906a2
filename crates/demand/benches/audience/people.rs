//! Ten million consumers who look at films, play songs, buy tickets and goods, by a stated distribution.
//!
//! How much somebody does is Poisson around a log-normal mean (ten events a head, σ = 1). Three in ten events are
//! ads seen, three pages looked at; then songs played, tickets, goods, baskets, wishes, ads followed. Of 200 titles
//! in twelve genres the n-th is worth 1/n; half of what somebody does about films is of their favourite genre.
//! Thirty cities are worth 1/n each; nine in ten tickets are for one's own city. Days lie within a year, the recent
//! ones more often (365 u^1.5 days ago).

use crate::rivals::Folder;
use anyhow::Result;
use demand::audience::{Behaviour, Features, Key, KeyId, What};
use kernel::{Day, Dice, PlaceId, TitleId};
use std::io::Write;

pub const TITLES: u16 = 200;
pub const GENRES: u16 = 12;
pub const CATEGORIES: u16 = 24;
pub const CITIES: u16 = 30;
pub const CHANNELS: u16 = 12;
const CINEMAS_A_CITY: u16 = 10;
/// No title, no category, no city.
pub const NONE: u16 = u16::MAX;
const EVENTS_A_HEAD: f64 = 10.0;
const SPREAD: f64 = 1.0;
const EVENTS_MAX: u64 = 400;
const DAYS: f64 = 365.0;
const SHARES: [(Behaviour, f64); 8] = [
    (Behaviour::Viewed, 0.30),
    (Behaviour::Carted, 0.05),
    (Behaviour::Played, 0.12),
    (Behaviour::SawAd, 0.30),
    (Behaviour::ClickedAd, 0.03),
    (Behaviour::BoughtTickets, 0.10),
    (Behaviour::BoughtGoods, 0.06),
    (Behaviour::WantsToSee, 0.04),
];

pub struct Event {
    pub id: u32,
    pub behaviour: u8,
    pub title: u16,
    pub genre: u16,
    pub category: u16,
    pub place: u16,
    pub city: u16,
    pub days_ago: u16,
}

pub struct World {
    pub features: Features,
    pub tables: Tables,
    pub events: u64,
}

pub fn today() -> Day {
    Day::parse("2016-12-23").expect("a day")
}

impl World {
    /// Makes everybody and what they did; also writes it down for the others.
    pub fn make(people: u32, folder: Option<&Folder>) -> Result<World> {
        let mut features = Features::new(today());
        let tables = Tables::new(&mut features);
        let mut files = folder.map(Folder::files).transpose()?;
        let mut dice = Dice::seeded(23);
        let mut events = 0;
        for id in 0..people {
            let (home, taste) = (tables.cities.pick(&mut dice), dice.below(GENRES.into()) as u16);
            features.admit(id);
            features.settle_in(id, &city_code(home));
            let mean = EVENTS_A_HEAD * (SPREAD * dice.normal() - SPREAD * SPREAD / 2.0).exp();
            let did = dice.poisson(mean).min(EVENTS_MAX);
            for _ in 0..did {
                let event = tables.event(id, home, taste, &mut dice);
                tables.note(&mut features, &event);
                if let Some(files) = &mut files {
                    files.events.write_all(&event.bytes())?;
                }
            }
            if let Some(files) = &mut files {
                files.people.write_all(&id.to_le_bytes())?;
                files.people.write_all(&home.to_le_bytes())?;
            }
            events += did;
        }
        if let Some(files) = &mut files {
            files.events.flush()?;
            files.people.flush()?;
        }
        features.settle();
        Ok(World { features, tables, events })
    }
}

impl Event {
    /// As ClickHouse's RowBinary has it.
    fn bytes(&self) -> [u8; 17] {
        let mut bytes = [0; 17];
        bytes[..4].copy_from_slice(&self.id.to_le_bytes());
        bytes[4] = self.behaviour;
        let rest = [self.title, self.genre, self.category, self.place, self.city, self.days_ago];
        for (i, number) in rest.into_iter().enumerate() {
            bytes[5 + 2 * i..7 + 2 * i].copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }
}

/// Chances by table, and every key's number.
pub struct Tables {
    behaviours: Wheel,
    titles: Wheel,
    titles_of: Vec<(Wheel, Vec<u16>)>,
    categories: Wheel,
    cities: Wheel,
    keys: Vec<Keys>,
    days: Vec<Day>,
}

/// The keys of one behaviour.
struct Keys {
    anything: KeyId,
    titles: Vec<KeyId>,
    genres: Vec<KeyId>,
    categories: Vec<KeyId>,
    places: Vec<KeyId>,
    cities: Vec<KeyId>,
}

impl Tables {
    fn new(features: &mut Features) -> Tables {
        let of_genre = |genre: u16| {
            let titles: Vec<u16> = (0..TITLES).filter(|title| title % GENRES == genre).collect();
            (Wheel::new(titles.iter().map(|title| 1.0 / f64::from(title + 1))), titles)
        };
        Tables {
            behaviours: Wheel::new(SHARES.iter().map(|(_, share)| *share)),
            titles: Wheel::zipf(TITLES),
            titles_of: (0..GENRES).map(of_genre).collect(),
            categories: Wheel::zipf(CATEGORIES),
            cities: Wheel::zipf(CITIES),
            keys: SHARES.iter().map(|(behaviour, _)| Keys::new(*behaviour, features)).collect(),
            days: (0..=DAYS as i32).map(|ago| today().plus(-ago)).collect(),
        }
    }

    pub fn event(&self, id: u32, home: u16, taste: u16, dice: &mut Dice) -> Event {
        let behaviour = self.behaviours.pick(dice) as u8;
        let kind = SHARES[usize::from(behaviour)].0;
        let goods = matches!(kind, Behaviour::Carted | Behaviour::BoughtGoods);
        let titled = !goods || dice.chance(0.5);
        let title = if titled { self.title(taste, dice) } else { NONE };
        let tickets = kind == Behaviour::BoughtTickets;
        let city = if dice.chance(0.9) { home } else { self.cities.pick(dice) };
        Event {
            id,
            behaviour,
            title,
            genre: if titled { title % GENRES } else { NONE },
            category: if goods { self.categories.pick(dice) } else { NONE },
            place: if tickets {
                CHANNELS + city * CINEMAS_A_CITY + dice.below(CINEMAS_A_CITY.into()) as u16
            } else {
                dice.below(CHANNELS.into()) as u16
            },
            city: if tickets { city } else { NONE },
            days_ago: (DAYS * dice.fraction().powf(1.5)) as u16,
        }
    }

    fn title(&self, taste: u16, dice: &mut Dice) -> u16 {
        if dice.chance(0.5) {
            let (wheel, titles) = &self.titles_of[usize::from(taste)];
            return titles[usize::from(wheel.pick(dice))];
        }
        self.titles.pick(dice)
    }

    pub fn note(&self, features: &mut Features, event: &Event) {
        let keys = &self.keys[usize::from(event.behaviour)];
        let mut noted = [keys.anything; 6];
        let mut n = 1;
        let parts = [
            (event.title, &keys.titles),
            (event.genre, &keys.genres),
            (event.category, &keys.categories),
            (event.place, &keys.places),
            (event.city, &keys.cities),
        ];
        for (number, keys) in parts {
            if number != NONE {
                noted[n] = keys[usize::from(number)];
                n += 1;
            }
        }
        features.note(event.id, &noted[..n], self.days[usize::from(event.days_ago)]);
    }
}

impl Keys {
    fn new(behaviour: Behaviour, features: &mut Features) -> Keys {
        let mut all = |count: u16, what: fn(u16) -> What| -> Vec<KeyId> {
            (0..count).map(|i| features.key(&Key::Did(behaviour, what(i)))).collect()
        };
        Keys {
            anything: all(1, |_| What::Anything)[0],
            titles: all(TITLES, title),
            genres: all(GENRES, genre),
            categories: all(CATEGORIES, category),
            places: all(CHANNELS + CITIES * CINEMAS_A_CITY, place),
            cities: all(CITIES, |city| What::City(city_code(city))),
        }
    }
}

pub fn title(number: u16) -> What {
    What::Title(TitleId(format!("ttl_{number}")))
}

pub fn genre(number: u16) -> What {
    What::Genre(number.to_string())
}

pub fn category(number: u16) -> What {
    What::Category(number.to_string())
}

pub fn place(number: u16) -> What {
    What::Place(PlaceId(format!("plc_{number}")))
}

pub fn city_code(number: u16) -> String {
    number.to_string()
}

/// A quick wheel of fortune: 16,384 equal fields.
struct Wheel(Vec<u16>);

impl Wheel {
    fn new(weights: impl Iterator<Item = f64>) -> Wheel {
        const FIELDS: usize = 1 << 14;
        let weights: Vec<f64> = weights.collect();
        let sum: f64 = weights.iter().sum();
        let mut fields = Vec::with_capacity(FIELDS);
        let mut reached = 0.0;
        for (i, weight) in weights.iter().enumerate() {
            reached += weight / sum * FIELDS as f64;
            while fields.len() < reached.round() as usize {
                fields.push(i as u16);
            }
        }
        Wheel(fields)
    }

    fn zipf(count: u16) -> Wheel {
        Wheel::new((1..=count).map(|rank| 1.0 / f64::from(rank)))
    }

    fn pick(&self, dice: &mut Dice) -> u16 {
        self.0[dice.below(self.0.len() as u64) as usize]
    }
}
