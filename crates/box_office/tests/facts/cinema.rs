//! A cinema with one hall of two rows of six, in a zone of one's choice.

use box_office::showtimes::{self, Plan};
use box_office::{Cinema, Hall, SeatMap, Showtime, cinemas, cities, halls};
use db::scratch::{Scratch, scratch};
use db::{Lane, Tx, View};
use kernel::{Act, Actor, Day, Dice, HallId, Instant, Money, OrgId, PlaceId, Result, TitleId, Words, Zone};

pub const NOW: Instant = Instant::from_micros(1_457_000_000_000_000);

pub struct Star {
    pub db: Scratch,
    pub place: PlaceId,
    pub hall: Hall,
    pub zone: Zone,
}

pub fn act(seed: u64, at: Instant) -> Act {
    Act::new(Actor::System, at, Dice::seeded(seed))
}

pub fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

/// Why it was refused.
pub fn code<T: std::fmt::Debug>(answer: Result<T>) -> &'static str {
    answer.expect_err("a refusal").refusal().expect("a refusal, not a fault").code
}

impl Star {
    pub fn new(zone: &str) -> Star {
        let place = PlaceId("plc_star".into());
        let zone = Zone::parse(zone).expect("a zone");
        let hall = Hall {
            place: place.clone(),
            id: HallId("hal_1".into()),
            name: Words::new("Hall 1", "1 号厅"),
            seat_map: SeatMap::of_rows(&["ssssss", "ssllss"]).expect("a map"),
        };
        let star = Star { db: scratch(), place, hall, zone };
        let (cinema, hall) = (star.cinema(), star.hall.clone());
        star.write(move |tx| {
            tx.run(
                "insert into org (id, kind, name_en, name_zh, created_at) values ('org_a', 'studio', 'A', '甲', $1)",
                &[&NOW],
            )?;
            tx.run(
                "insert into title (id, slug, studio_org_id, status, original_name, name_en, name_zh, synopsis_en,
                   synopsis_zh, genre, runtime_minutes, artwork, domestic, created_at, updated_at)
                 values ('ttl_a', 'a', 'org_a', 'released', 'A', 'A', '甲', '', '', 'drama', 100, '', true, $1, $1)",
                &[&NOW],
            )?;
            let city =
                cities::City { code: "SHA".into(), name: Words::new("X", "某"), tier: 1, longitude: 0.0, latitude: 0.0 };
            cities::add(tx, &city)?;
            cinemas::add(tx, &cinema, NOW)?;
            halls::add(tx, &hall)
        })
        .expect("a cinema");
        star
    }

    pub fn cinema(&self) -> Cinema {
        Cinema {
            place: self.place.clone(),
            org: OrgId("org_a".into()),
            city: "SHA".into(),
            slug: "star".into(),
            name: Words::new("Star", "星"),
            address: Words::default(),
            zone: self.zone.clone(),
            service_fee: Money::fen(300),
        }
    }

    pub fn write<T: Send + 'static>(
        &self,
        story: impl FnMut(&Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.db.write_blocking(Lane::of(&self.place), story)
    }

    pub fn read<T: Send + 'static>(&self, look: impl FnOnce(&View) -> Result<T> + Send + 'static) -> T {
        self.db.read_blocking(look).expect("a read")
    }

    /// A film of a hundred minutes.
    pub fn plan(&self, day: Day, hour: i8, minute: i8) -> Plan {
        Plan {
            title: TitleId("ttl_a".into()),
            runtime_minutes: 100,
            starts_at: day.at(hour, minute, &self.zone),
            zone: self.zone.clone(),
            version: "2D".into(),
            price: Money::fen(4000),
            minimum: Money::fen(0),
        }
    }

    pub fn adds(&self, plan: &Plan) -> Result<Showtime> {
        let (hall, plan) = (self.hall.clone(), plan.clone());
        let seed = plan.starts_at.micros as u64;
        self.write(move |tx| showtimes::add(tx, &mut act(seed, NOW), &hall, &plan))
    }
}
