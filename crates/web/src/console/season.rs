//! A season for tests: one film of one studio, two cinemas of two circuits, and what they sold.
//!
//! The film opened on Monday 19 December 2016; the town's clock stands at 19:30 on the Friday.

use crate::testing::{Browser, NOW, Town};
use ::people::persons;
use box_office::{Cinema, Hall, SeatMap, Showtime, cinemas, cities, halls, showtimes};
use flows::{House, buy_tickets, take_payment};
use kernel::*;
use payments::notices::{Notice, What};
use settlement::splits::Terms;
use settlement::terms;
use std::sync::atomic::{AtomicUsize, Ordering};
use titles::{Draft, Status};

pub struct Season {
    pub town: Town,
    pub title: TitleId,
    pub studio: OrgId,
    /// Of the film's studio.
    pub ann: Browser,
    /// Of the first cinema.
    pub chen: Browser,
    /// Of the second cinema.
    pub dai: Browser,
    pub star: Hall,
    pub dock: Hall,
    sold: AtomicUsize,
}

pub const PREMIERE: (i16, i8, i8) = (2016, 12, 19);

pub fn day(day: i8) -> Day {
    Day::new(2016, 12, day).expect("a day of December")
}

impl Season {
    pub async fn new() -> Season {
        let town = Town::new();
        let (studio, ann) = town.staff("ann", Role::Studio).await;
        let (first, chen) = town.staff("chen", Role::Cinema).await;
        let (second, dai) = town.staff("dai", Role::Cinema).await;
        let title = film(&town, &studio).await;
        let star = cinema(&town, &first, "star", "Star", "星光").await;
        let dock = cinema(&town, &second, "dock", "Old Dock", "老码头").await;
        let _ = town.person("buyer", &[]).await;
        Season { town, title, studio, ann, chen, dai, star, dock, sold: AtomicUsize::new(0) }
    }

    /// Puts a showing of the film on sale a week before.
    pub async fn showing(&self, hall: &Hall, day: Day, hour: i8) -> Showtime {
        let (hall, title) = (hall.clone(), self.title.clone());
        let plan = showtimes::Plan {
            title,
            runtime_minutes: 100,
            starts_at: day.at(hour, 0, &Zone::shanghai()),
            zone: Zone::shanghai(),
            version: "2D".into(),
            price: Money::fen(4000),
            minimum: Money::fen(0),
        };
        let story = move |scene: &mut flows::Scene| showtimes::add(scene.tx, &mut scene.act, &hall, &plan);
        let lane = House::lane();
        self.town.house.write(&lane, Actor::System, story).await.expect("a showtime")
    }

    /// Sells the first free seats of a showing, an hour before it begins.
    pub async fn sells(&self, showtime: &Showtime, seats: usize) {
        let buyer = self
            .town
            .house
            .read(|view| persons::by_email(view, "buyer@example.com"))
            .await
            .expect("a view")
            .expect("somebody signed up");
        let actor = Actor::Person { id: buyer.id, name: "buyer".into(), roles: vec![] };
        let taken = self.sold.fetch_add(seats, Ordering::SeqCst);
        let (place, id) = (showtime.place.clone(), showtime.id.clone());
        let at = Instant::from_micros(showtime.starts_at.micros.min(NOW.micros)).plus_minutes(-60);
        let map = self.hall_of(showtime).seat_map.clone();
        let story = move |scene: &mut flows::Scene| {
            scene.act.at = at;
            let used = box_office::holds::taken(scene.tx, &place, &id, at)?;
            let free = map.seats().into_iter().map(|seat| seat.id);
            let mut free = free.filter(|seat| !used.iter().any(|one| one.seat == *seat));
            for order in 0..seats.div_ceil(6) {
                let wish = buy_tickets::Wish {
                    place: place.clone(),
                    showtime: id.clone(),
                    seats: free.by_ref().take((seats - order * 6).min(6)).collect(),
                    key: format!("{taken}-{order}"),
                    click: None,
                    turn: None,
                };
                let held = buy_tickets::hold(scene, &wish)?;
                let notice = Notice {
                    provider: "pretend".into(),
                    id: format!("{}-paid", held.intent.id),
                    place: place.clone(),
                    intent: held.intent.id.clone(),
                    what: What::Paid,
                    amount: held.intent.amount,
                    reference: None,
                };
                take_payment::receive(scene, &notice)?;
            }
            Ok(())
        };
        self.town.house.write(&showtime.place.clone(), actor, story).await.expect("a sale");
    }

    fn hall_of(&self, showtime: &Showtime) -> &Hall {
        if showtime.place == self.star.place { &self.star } else { &self.dock }
    }

    /// The circuit a hall belongs to.
    pub async fn org_of(&self, hall: &Hall) -> OrgId {
        let place = hall.place.clone();
        let cinema = self.town.house.read(move |view| cinemas::any(view, &place)).await;
        cinema.expect("a cinema").org
    }

    /// The film's terms from a day on.
    pub async fn agrees(&self, from: Day) {
        let title = self.title.clone();
        let story = move |scene: &mut flows::Scene| {
            terms::agree(scene.tx, &mut scene.act, &title, "CN", from, &Terms::mainland_2016()).map(|_| ())
        };
        self.town.house.write(&House::lane(), Actor::System, story).await.expect("terms");
    }

    /// One showing a day in the first cinema from the premiere on, sold to that many people.
    pub async fn runs(&self, sold: &[usize]) {
        let (year, month, first) = PREMIERE;
        let premiere = Day::new(year, month, first).expect("a day");
        for (i, seats) in sold.iter().enumerate() {
            let showtime = self.showing(&self.star, premiere.plus(i as i32), 18).await;
            self.sells(&showtime, *seats).await;
        }
    }
}

async fn film(town: &Town, studio: &OrgId) -> TitleId {
    let studio = studio.clone();
    let (year, month, first) = PREMIERE;
    let draft = Draft {
        status: Status::Released,
        original_name: "摆渡人".into(),
        name: Words::new("The Ferryman", "摆渡人"),
        synopsis: Words::new("A bar, a river.", "一家酒吧，一条河。"),
        genre: "romance".into(),
        runtime_minutes: 100,
        premiere: Day::new(year, month, first).ok(),
        artwork: "the-ferryman".into(),
        domestic: true,
    };
    let story = move |scene: &mut flows::Scene| titles::add(scene.tx, &mut scene.act, &studio, &draft);
    town.house.write(&House::lane(), Actor::System, story).await.expect("a title").id
}

async fn cinema(town: &Town, org: &OrgId, slug: &'static str, en: &'static str, zh: &'static str) -> Hall {
    let (org, place) = (org.clone(), PlaceId(format!("plc_{slug}")));
    let story = move |scene: &mut flows::Scene| {
        let city = cities::City {
            code: slug.to_uppercase(),
            name: Words::new(format!("{en} City"), format!("{zh}市")),
            tier: 1,
            longitude: 121.0,
            latitude: 31.0,
        };
        cities::add(scene.tx, &city)?;
        let cinema = Cinema {
            place: place.clone(),
            org: org.clone(),
            city: city.code,
            slug: slug.into(),
            name: Words::new(format!("{en} Cinema"), format!("{zh}影城")),
            address: Words::new("1 River Road", "滨江路1号"),
            zone: Zone::shanghai(),
            service_fee: Money::fen(300),
        };
        cinemas::add(scene.tx, &cinema, scene.act.at)?;
        let hall = Hall {
            place: place.clone(),
            id: scene.act.id(),
            name: Words::new("Hall 1", "1号厅"),
            seat_map: SeatMap::of_rows(&["ssssssssss"; 10])?,
        };
        halls::add(scene.tx, &hall)?;
        Ok(hall)
    };
    town.house.write(&House::lane(), Actor::System, story).await.expect("a cinema")
}
