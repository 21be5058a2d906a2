//! A town on its opening night: one film, several cinemas, thousands who are signed in.

use anyhow::Result;
use box_office::showtimes::{self, Plan};
use box_office::{Cinema, Hall, SeatMap, cinemas, cities, halls};
use db::Db;
use flows::{House, Scene};
use kernel::{
    Actor, Clock, Dice, Home, Instant, Lang, Money, OrgId, PersonId, PlaceId, Role, SystemClock, TitleId,
    Words, Zone,
};
use payments::Providers;
use payments::providers::pretend::Pretend;
use people::persons::CheckedSignUp;
use people::{OrgKind, PasswordHash, installation, memberships, orgs, passwords, persons, sessions};
use std::sync::Arc;
use titles::{Draft, Status};

/// How large a town is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub cinemas: usize,
    pub halls: usize,
    pub days: i32,
    pub rows: usize,
    pub across: usize,
    pub people: usize,
}

impl Size {
    /// 48 showings a day, 480 in all, of 180 seats.
    pub const BENCH: Size = Size { cinemas: 8, halls: 3, days: 10, rows: 12, across: 15, people: 6_000 };
    /// 60 showings of 180 seats: more than is held in some seconds, however fast the machine.
    pub const SMOKE: Size = Size { cinemas: 2, halls: 3, days: 5, rows: 12, across: 15, people: 300 };
}

/// Hours at which a hall begins to show the film.
const HOURS: [i8; 2] = [14, 19];
/// People who sign up in one transaction.
const AT_ONCE: usize = 200;

/// A showing, as a visitor's address names it.
#[derive(Clone, Debug)]
pub struct Screen {
    pub place: String,
    pub id: String,
}

/// What its visitors know.
pub struct Town {
    pub slug: String,
    pub title: String,
    pub screens: Vec<Screen>,
    /// Pairs of seats beside each other, the same in every hall.
    pub pairs: Vec<[String; 2]>,
    /// The sessions of everybody who may buy.
    pub people: Vec<String>,
    /// The session of somebody at the studio, and of the operator.
    pub studio: String,
    pub operator: String,
}

/// Founds it through the rooms' own verbs, in an empty installation.
pub fn found(db: Db, size: Size) -> Result<Town> {
    let providers = Providers::only(Arc::new(Pretend::new()));
    let house = House::open_with(db, Arc::new(SystemClock), Dice::seeded(1223), providers)?;
    let now = SystemClock.now();
    // One hash for all: to make one takes as long as it should.
    let hash = passwords::hash("a crowd has one password", &mut Dice::seeded(1))?;
    let of_all = hash.clone();
    let built =
        house.write_blocking(&House::lane(), Actor::System, move |scene| build(scene, size, now, &of_all))?;
    let mut people = Vec::with_capacity(size.people);
    for first in (0..size.people).step_by(AT_ONCE) {
        let (until, hash) = ((first + AT_ONCE).min(size.people), hash.clone());
        let tokens: Vec<String> = house.write_blocking(&House::lane(), Actor::System, move |scene| {
            (first..until).map(|n| Ok(person(scene, &format!("visitor{n}"), &hash)?.0)).collect()
        })?;
        people.extend(tokens);
    }
    Ok(Town { people, ..built })
}

fn build(scene: &mut Scene, size: Size, now: Instant, hash: &PasswordHash) -> kernel::Result<Town> {
    let (operator, operators) = person(scene, "operator", hash)?;
    installation::found(
        scene.tx,
        &mut scene.act,
        &Words::new("Ferry House", "渡口"),
        &Home::mainland(),
        &operators,
    )?;
    let studio = orgs::add(scene.tx, &mut scene.act, OrgKind::Studio, &words("River Lantern Pictures"))?.id;
    let circuit = orgs::add(scene.tx, &mut scene.act, OrgKind::Cinema, &words("Nine Bends Cinemas"))?.id;
    let today = now.day_in(&Zone::shanghai());
    let draft = Draft {
        status: Status::Released,
        original_name: "摆渡人".into(),
        name: Words::new("The Ferryman", "摆渡人"),
        synopsis: Words::new("A bar, a river, three friends.", "一家酒吧，三个朋友。"),
        genre: "comedy".into(),
        runtime_minutes: 128,
        premiere: Some(today.plus(1)),
        artwork: "the-ferryman".into(),
        domestic: true,
    };
    let film = titles::add(scene.tx, &mut scene.act, &studio, &draft)?;
    let terms = settlement::splits::Terms::mainland_2016();
    settlement::terms::agree(scene.tx, &mut scene.act, &film.id, "CN", today.plus(-30), &terms)?;
    let city = cities::City {
        code: "SHA".into(),
        name: Words::new("Shanghai", "上海"),
        tier: 1,
        longitude: 121.5,
        latitude: 31.2,
    };
    cities::add(scene.tx, &city)?;
    let map = SeatMap::plain(size.rows, size.across);
    let mut screens = Vec::new();
    for number in 0..size.cinemas {
        screens.extend(cinema(scene, number, &circuit, &film.id, &map, size, now)?);
    }
    let (token, staff) = person(scene, "studio", hash)?;
    memberships::add(scene.tx, &staff, &studio, Role::Studio)?;
    let people = Vec::new();
    Ok(Town {
        slug: film.slug,
        title: film.id.0,
        screens,
        pairs: pairs(&map),
        people,
        studio: token,
        operator,
    })
}

/// A cinema with its halls, each with its showings from tomorrow on.
fn cinema(
    scene: &mut Scene,
    number: usize,
    circuit: &OrgId,
    film: &TitleId,
    map: &SeatMap,
    size: Size,
    now: Instant,
) -> kernel::Result<Vec<Screen>> {
    let zone = Zone::shanghai();
    let place: PlaceId = scene.act.id();
    let cinema = Cinema {
        place: place.clone(),
        org: circuit.clone(),
        city: "SHA".into(),
        slug: format!("star-{number}"),
        name: words(&format!("Star {number}")),
        address: words("1 Riverside Road"),
        zone: zone.clone(),
        service_fee: Money::fen(300),
    };
    cinemas::add(scene.tx, &cinema, now)?;
    let mut screens = Vec::new();
    for hall in 0..size.halls {
        let name = words(&format!("Hall {hall}"));
        let hall = Hall { place: place.clone(), id: scene.act.id(), name, seat_map: map.clone() };
        halls::add(scene.tx, &hall)?;
        for day in 1..=size.days {
            for hour in HOURS {
                let plan = Plan {
                    title: film.clone(),
                    runtime_minutes: 128,
                    starts_at: now.day_in(&zone).plus(day).at(hour, 0, &zone),
                    zone: zone.clone(),
                    version: "2D".into(),
                    price: Money::fen(4_500),
                    minimum: Money::fen(3_500),
                };
                let showtime = showtimes::add(scene.tx, &mut scene.act, &hall, &plan)?;
                screens.push(Screen { place: place.0.clone(), id: showtime.id.0 });
            }
        }
    }
    Ok(screens)
}

/// Somebody, and their session.
fn person(scene: &mut Scene, name: &str, hash: &PasswordHash) -> kernel::Result<(String, PersonId)> {
    let sign_up = CheckedSignUp {
        name: name.into(),
        email: format!("{name}@example.com"),
        lang: Lang::En,
        password_hash: hash.clone(),
    };
    let person = persons::sign_up(scene.tx, &mut scene.act, &sign_up)?;
    Ok((sessions::open(scene.tx, &mut scene.act, &person)?.0, person.id))
}

/// Every two seats that are sold together here.
fn pairs(map: &SeatMap) -> Vec<[String; 2]> {
    let seats = map.seats();
    let chunks = seats.chunk_by(|a, b| a.row == b.row && a.cell + 1 == b.cell);
    chunks.flat_map(|row| row.chunks_exact(2)).map(|two| [two[0].id.clone(), two[1].id.clone()]).collect()
}

fn words(text: &str) -> Words {
    Words::new(text, text)
}
