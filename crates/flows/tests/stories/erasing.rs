//! People who ask to be erased: when that can be, what goes at once, what is kept and names nobody.

use crate::town::{Town, code, person, premiere};
use events::Kind;
use flows::audiences::{self, Sighting};
use flows::views::{erasures as reading, personal_data};
use flows::{agree, erase_person, serve_ad, want_to_see};
use kernel::{Actor, Lang, PlaceId, Result, SurfaceId};
use people::consents::{AUDIENCES, SUGGESTIONS};
use serde_json::Value;

fn ann() -> Actor {
    Actor::Person { id: person("ann"), name: "Ann".into(), roles: Vec::new() }
}

impl Town {
    fn erases(&self, who: Actor, name: &str) -> Result<()> {
        let gone = person(name);
        self.story("plc_house", who, move |scene| erase_person::begin(scene, &gone))?;
        erase_person::forget(&self.house, &person(name));
        Ok(())
    }

    /// Until a sweep has looked for what was on its way.
    fn finishes_erasing(&self) {
        self.sweeps();
        self.later(erase_person::LATE_SECONDS + 1);
        self.sweeps();
    }

    fn in_the_way(&self, name: &str) -> Vec<&'static str> {
        let (one, now) = (person(name), self.house.now());
        let found = self.read(move |view| reading::in_the_way(view, &one, now));
        found.into_iter().map(|one| one.code).collect()
    }

    fn rows(&self, sql: &'static str) -> i64 {
        self.read(move |view| view.one::<(i64,)>(sql, &[])).0
    }

    /// Ann agrees, looks around, wishes, and buys a seat and a poster after ads that she followed.
    fn ann_was_here(&self) -> SurfaceId {
        self.people();
        self.at(premiere(), 12, 0);
        for purpose in [AUDIENCES, SUGGESTIONS] {
            self.story("plc_house", ann(), move |scene| agree::say(scene, purpose, true)).expect("a consent");
        }
        audiences::refresh(&self.house).expect("a refresh");
        let film = self.film.clone();
        self.story("plc_house", ann(), move |scene| want_to_see::say(scene, &film, true)).expect("a wish");
        let seen = Sighting::of(Kind::PageViewed, &PlaceId::house(), &self.film).about(&self.film);
        audiences::notice(&self.house, &ann(), seen);
        audiences::write_sightings(&self.house).expect("written");
        let (_, surface) = self.campaign();
        let ad = serve_ad::show_to(&self.house, &surface, "browser", &ann(), Lang::Zh).expect("an ad");
        serve_ad::write_views(&self.house).expect("written");
        let shown = serve_ad::place_of(&self.house, &ad.token).expect("a genuine token");
        let token = self
            .story("plc_tide", ann(), move |scene| serve_ad::follow(scene, &shown))
            .expect("a click")
            .token;
        let show = self.showtime(19, 30, 4000);
        let held = self.holds_with("ann", "k", &show, &["A1"], Some(token.clone())).expect("held");
        assert_eq!(self.in_the_way("ann"), ["held", "payment"]);
        self.tells(&self.pays(&held.intent)).expect("the notice is taken");
        let poster = self.poster(5);
        let promised = self.orders("ann", &poster, 1, Some(token)).expect("an order");
        self.tells_at("plc_lantern", &self.pays(&promised.intent)).expect("the notice is taken");
        assert_eq!(self.in_the_way("ann"), ["ticket", "goods"]);
        assert_eq!(code(self.erases(ann(), "ann")), "not_yet_erasable");
        self.ships("plc_lantern", &promised.order.id).expect("it is sent");
        surface
    }
}

#[test]
fn an_erased_person_leaves_what_they_bought_and_nothing_else() {
    let town = Town::new();
    let surface = town.ann_was_here();
    town.later(86_400);
    assert!(town.in_the_way("ann").is_empty(), "the showing is over and the poster was sent");
    let sold = town.rows("select cast(sum(paid_minor) as bigint) from ticket_order where state = 'paid'");
    town.erases(ann(), "ann").expect("an erasure");

    // At once: no account, no consent, no wish, in no audience.
    for sql in [
        "select count(*) from person where id = 'per_ann'",
        "select count(*) from consent",
        "select count(*) from want_to_see",
    ] {
        assert_eq!(town.rows(sql), 0, "{sql}");
    }
    assert_eq!(town.house.crowd().exact_people(), 0);
    town.finishes_erasing();

    // Then: nothing says who it was, wherever it was written.
    for sql in [
        "select count(*) from product_order where recipient <> '' or address <> '' or asked <> '' or click is not null",
        "select count(*) from ticket_order where click is not null",
        "select count(*) from impression where visitor <> '' or unit <> ''",
        "select count(*) from click where visitor <> ''",
        "select count(*) from event where actor = 'per_ann' and kind in ('page_viewed', 'want_to_see', 'consent_given',
           'ad_seen', 'ad_clicked')",
    ] {
        assert_eq!(town.rows(sql), 0, "{sql}");
    }
    assert_eq!(town.rows("select count(*) from erasure where done_at is not null"), 1);
    // What was looked at is still counted, and what was sold is still in the books.
    assert_eq!(town.happened(Kind::PageViewed), 1);
    assert_eq!(town.happened(Kind::AdClicked), 1);
    let still = town.rows("select cast(sum(paid_minor) as bigint) from ticket_order where state = 'paid'");
    assert_eq!(still, sold);
    town.is_whole();
    // Whoever comes to the same browser is somebody else to the ads.
    assert!(serve_ad::show_to(&town.house, &surface, "browser", &Actor::Guest, Lang::Zh).is_some());
    // A process that reads everything again knows nobody.
    let mut town = town;
    town.restarts();
    audiences::refresh(&town.house).expect("a refresh");
    assert_eq!(town.house.crowd().exact_people(), 0);
}

#[test]
fn what_was_on_its_way_is_found_a_minute_later() {
    let town = Town::new();
    town.people();
    town.erases(ann(), "ann").expect("an erasure");
    town.sweeps();
    // Another process writes down what it had noticed before it heard of it.
    town.sql(
        "insert into event (place_id, id, at, kind, actor, subject, body)
         values ('plc_star', 'evt_late', 1, 'page_viewed', 'per_ann', 'ttl_x', '{}')",
    );
    town.later(erase_person::LATE_SECONDS + 1);
    town.sweeps();
    assert_eq!(town.rows("select count(*) from event where kind = 'page_viewed' and actor = 'erased'"), 1);
    town.is_whole();
}

#[test]
fn nobody_is_erased_by_a_stranger_and_nobody_who_works_here() {
    let town = Town::new();
    town.people();
    let ben = Actor::Person { id: person("ben"), name: "Ben".into(), roles: Vec::new() };
    assert_eq!(code(town.erases(ben, "ann")), "forbidden");
    assert_eq!(code(town.erases(Actor::Guest, "ann")), "sign_in_first");
    let house = "insert into org (id, kind, name_en, name_zh, created_at) values ('org_h', 'house', 'House', '平台', 0)";
    town.sql(house);
    town.sql("insert into membership (person_id, org_id, role) values ('per_cai', 'org_h', 'operator')");
    let cai = Actor::Person {
        id: person("cai"),
        name: "Cai".into(),
        roles: vec![(kernel::Role::Operator, kernel::OrgId("org_h".into()))],
    };
    assert_eq!(town.in_the_way("cai"), ["role"]);
    assert_eq!(code(town.erases(cai.clone(), "cai")), "not_yet_erasable");
    town.erases(cai, "ann").expect("an operator does it for her");
    assert_eq!(code(town.erases(ann(), "ann")), "not_found");
}

#[test]
fn what_is_known_of_a_person_is_theirs_to_take_away() {
    let town = Town::new();
    town.ann_was_here();
    let known = |name: &str| -> Value {
        let (lots, one, now) = (town.house.keys().lots.clone(), person(name), town.house.now());
        town.read(move |view| personal_data::of(view, &lots, &one, now))
    };
    let told = known("ann");
    assert_eq!(told["account"]["name"], "Ann");
    assert_eq!(told["consents"].as_array().map(Vec::len), Some(2));
    assert_eq!(told["wants_to_see"].as_array().map(Vec::len), Some(1));
    assert_eq!(told["ticket_orders"][0]["seats"][0]["seat"], "A1");
    assert_eq!(told["product_orders"][0]["address"], "滨江路 1 号");
    assert_eq!(told["payments"].as_array().map(Vec::len), Some(2));
    assert_eq!(told["ads_met"][0]["what"], "shown");
    let log = told["log"].as_array().expect("a log");
    assert!(log.iter().any(|line| line["kind"] == "page_viewed"), "{log:?}");
    assert!(!told.to_string().contains("per_ben"), "nobody else is in it");
    assert_eq!(known("ben")["ticket_orders"], Value::Array(Vec::new()));
    assert_eq!(known("nobody"), Value::Null);
}
