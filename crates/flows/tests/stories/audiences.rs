//! Audiences: made from what people did who agreed, forgotten when they no longer do, aimed at by campaigns.

use crate::town::{Town, code, person};
use ads::audiences::Audience;
use demand::audience::{Behaviour, Did, Like, Likely, Rule, Times, What};
use events::Kind;
use flows::audiences::{self, Look, Sighting};
use flows::{agree, serve_ad, want_to_see};
use kernel::{Actor, CampaignId, Lang, PlaceId, Result, SurfaceId};
use people::consents::AUDIENCES;

fn consumer(name: &str) -> Actor {
    Actor::Person { id: person(name), name: name.into(), roles: Vec::new() }
}

fn did(behaviour: Behaviour, what: What, times: u32) -> Rule {
    Rule::Did(Did { behaviour, what, times: Times::AtLeast(times), days: 30 })
}

fn bought_tickets() -> Rule {
    did(Behaviour::BoughtTickets, What::Anything, 1)
}

impl Town {
    /// People with an account.
    pub fn people(&self) {
        self.sql(
            "insert into person (id, email, name, lang, password_hash, created_at)
             values ('per_ann', 'ann', 'Ann', 'en', '', 0), ('per_ben', 'ben', 'Ben', 'en', '', 0),
               ('per_cai', 'cai', 'Cai', 'zh', '', 0)",
        );
    }

    fn agrees_to_audiences(&self, name: &str, given: bool) {
        let told = self.story("plc_house", consumer(name), move |scene| agree::say(scene, AUDIENCES, given));
        told.expect("a consent");
    }

    fn refreshes(&self) {
        audiences::write_sightings(&self.house).expect("sightings are written");
        audiences::refresh(&self.house).expect("a refresh");
    }

    fn counts(&self, rule: &Rule) -> u64 {
        audiences::exact_count(&self.house, rule).expect("a count")
    }

    fn agreed(&self) -> u64 {
        self.house.crowd().exact_people()
    }

    fn looks(&self, rule: &Rule) -> Look {
        audiences::look(&self.house, rule).expect("a count")
    }

    fn saves(&self, name: &'static str, rule: Rule) -> Result<Audience> {
        let studio = self.studio.clone();
        self.story("plc_house", Actor::System, move |scene| audiences::save(scene, &studio, name, &rule))
    }

    fn aims(&self, campaign: &CampaignId, audience: Option<&Audience>) {
        let (studio, campaign) = (self.studio.clone(), campaign.clone());
        let audience = audience.map(|audience| audience.id.clone());
        self.story("plc_house", Actor::System, move |scene| {
            audiences::aim(scene, &studio, &campaign, audience.as_ref())
        })
        .expect("it is aimed");
        self.house.reload_ads().expect("the campaigns are read");
        self.refreshes();
    }

    fn is_shown(&self, surface: &SurfaceId, viewer: &Actor) -> bool {
        serve_ad::show_to(&self.house, surface, "browser", viewer, Lang::Zh).is_some()
    }

    fn buys_a_seat(&self, name: &str, seat: &str) -> box_office::Order {
        let showtime = self.showtime(if name == "ann" { 16 } else { 20 }, 0, 4000);
        let held = self.holds(name, &showtime, &[seat]).expect("a hold");
        self.tells(&self.pays(&held.intent)).expect("the notice is taken");
        held.order
    }
}

#[test]
fn only_what_people_did_after_they_agreed_is_known() {
    let town = Town::new();
    town.people();
    town.at(crate::town::premiere(), 12, 0);
    town.agrees_to_audiences("ann", true);
    town.buys_a_seat("ann", "A1");
    town.buys_a_seat("ben", "B1");
    town.later(60);
    town.agrees_to_audiences("ben", true);
    town.refreshes();
    assert_eq!((town.agreed(), town.counts(&bought_tickets())), (2, 1));
    let film = What::Title(town.film.clone());
    assert_eq!(town.counts(&did(Behaviour::BoughtTickets, film, 1)), 1);
    assert_eq!(town.counts(&did(Behaviour::BoughtTickets, What::City("SHA".into()), 1)), 1);
    assert_eq!(town.counts(&did(Behaviour::BoughtTickets, What::Place(town.star.clone()), 2)), 0);
    assert_eq!(town.counts(&Rule::Lives("SHA".into())), 1);
}

/// Ann alone has bought, so whoever could subtract would know that it was her.
#[test]
fn what_is_told_of_an_audience_does_not_tell_one_person() {
    let town = Town::new();
    town.at(crate::town::premiere(), 12, 0);
    for i in 0..45 {
        let agrees = Actor::Person { id: person(&format!("p{i}")), name: String::new(), roles: Vec::new() };
        town.scratch
            .write_blocking(db::Lane::house(), move |tx| {
                tx.run(
                    "insert into person (id, email, name, lang, password_hash, created_at) values ($1, $1, '', 'en', '', 0)",
                    &[&person(&format!("p{i}"))],
                )
            })
            .expect("an account");
        town.story("plc_house", agrees, move |scene| agree::say(scene, AUDIENCES, true)).expect("a consent");
    }
    town.buys_a_seat("p7", "A1");
    town.refreshes();
    let film = |name: &str| did(Behaviour::BoughtTickets, What::Title(kernel::TitleId(name.into())), 1);
    let without = |rule: Rule, other: Rule| Rule::All(vec![rule, Rule::Not(Box::new(other))]);
    let nobody = |i: usize| film(&format!("ttl_{i:026}"));
    let everybody = |i: usize| Rule::Not(Box::new(nobody(i)));
    // The same subtraction by many ways of asking: of Ann, who bought, and of nobody.
    let mut sums = [0_i64; 2];
    for i in 0..60 {
        let told = |rule: &Rule| town.looks(rule).count.count().unwrap_or(0) as i64;
        let whole = told(&everybody(i));
        for (sum, other) in sums.iter_mut().zip([bought_tickets(), nobody(i + 100)]) {
            let rest = told(&without(everybody(i), other));
            assert!(whole % 10 == 0 && rest % 10 == 0 && (whole - rest).abs() <= 10, "{whole} {rest}");
            *sum += whole - rest;
        }
        assert_eq!(told(&everybody(i)), whole, "asking again tells nothing new");
    }
    assert!(sums.iter().all(|sum| sum.abs() <= 250), "sixty draws of a few are about nought: {sums:?}");
    let look = town.looks(&bought_tickets());
    assert!(look.count.count().unwrap_or(0) <= 10, "one is told as fewer than ten, or as ten by chance");
    assert_eq!(town.counts(&bought_tickets()), 1);
}

/// Exact numbers are for the house itself.
#[test]
fn no_page_and_no_verb_asks_for_an_exact_number_of_people() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut folders: Vec<_> = ["web/src", "api/src", "ferryman/src"].map(|one| root.join(one)).to_vec();
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else if let Ok(text) = std::fs::read_to_string(&entry) {
                read += 1;
                assert!(!text.contains("exact_"), "{}", entry.display());
            }
        }
    }
    assert!(read > 100, "the sources are there: {read}");
}

#[test]
fn who_withdraws_is_forgotten_at_the_next_refresh() {
    let town = Town::new();
    town.people();
    town.agrees_to_audiences("ann", true);
    town.buys_a_seat("ann", "A1");
    let (campaign, surface) = town.campaign();
    let buyers = town.saves("Buyers", bought_tickets()).expect("an audience");
    town.aims(&campaign, Some(&buyers));
    assert!(town.is_shown(&surface, &consumer("ann")));

    town.agrees_to_audiences("ann", false);
    town.refreshes();
    assert_eq!(town.agreed(), 0);
    assert!(!town.is_shown(&surface, &consumer("ann")));
    // Who comes back is somebody of whom nothing is known.
    town.later(60);
    town.agrees_to_audiences("ann", true);
    town.refreshes();
    assert_eq!((town.agreed(), town.counts(&bought_tickets())), (1, 0));
    // Nor does a process that reads everything again know what was withdrawn.
    let mut town = town;
    town.restarts();
    town.refreshes();
    assert_eq!(town.counts(&bought_tickets()), 0);
}

#[test]
fn who_withdraws_is_out_at_once_and_nothing_more_of_them_is_written() {
    let town = Town::new();
    town.people();
    town.agrees_to_audiences("ann", true);
    town.buys_a_seat("ann", "A1");
    let (campaign, surface) = town.campaign();
    let buyers = town.saves("Buyers", bought_tickets()).expect("an audience");
    town.aims(&campaign, Some(&buyers));
    let looks_on = || {
        let seen = Sighting::of(Kind::PageViewed, &PlaceId::house(), &town.film).about(&town.film);
        audiences::notice(&town.house, &consumer("ann"), seen);
    };
    looks_on();
    town.agrees_to_audiences("ann", false);
    // What another process noticed before it heard of it is not written either.
    assert_eq!(audiences::write_sightings(&town.house).expect("nothing"), 0);
    looks_on();
    audiences::forget(&town.house, &consumer("ann"));
    looks_on();
    assert!(!town.is_shown(&surface, &consumer("ann")), "without a refresh");
    assert_eq!(town.agreed(), 0);
    assert_eq!(audiences::write_sightings(&town.house).expect("nothing"), 0);
    let written: (i64,) =
        town.read(|view| view.one("select count(*) from event where kind = 'page_viewed'", &[]));
    assert_eq!(written.0, 0);
}

#[test]
fn an_ad_is_shown_to_the_audience_it_is_aimed_at() {
    let town = Town::new();
    town.people();
    town.agrees_to_audiences("ann", true);
    town.agrees_to_audiences("ben", true);
    town.buys_a_seat("ann", "A1");
    let (campaign, surface) = town.campaign();
    let shown = |name: &str| town.is_shown(&surface, &consumer(name));
    assert!(shown("ann") && shown("ben") && town.is_shown(&surface, &Actor::Guest));

    let buyers = town.saves("Buyers", bought_tickets()).expect("an audience");
    town.aims(&campaign, Some(&buyers));
    assert!(shown("ann"));
    assert!(!shown("ben") && !shown("cai") && !town.is_shown(&surface, &Actor::Guest));
    // Ben buys, and is in it once the log was read again.
    town.buys_a_seat("ben", "B1");
    assert!(!shown("ben"));
    town.refreshes();
    assert!(shown("ben"));
    town.aims(&campaign, None);
    assert!(shown("cai"));
}

#[test]
fn a_refund_and_a_wish_that_is_over_are_taken_back() {
    let town = Town::new();
    town.people();
    town.agrees_to_audiences("ann", true);
    let order = town.buys_a_seat("ann", "A1");
    let film = town.film.clone();
    let wants = |wanted| {
        let film = film.clone();
        let said =
            town.story("plc_house", consumer("ann"), move |scene| want_to_see::say(scene, &film, wanted));
        said.expect("a wish");
        town.refreshes();
        town.counts(&did(Behaviour::WantsToSee, What::Anything, 1))
    };
    assert_eq!(wants(true), 1);
    town.later(60);
    assert_eq!(wants(false), 0);
    assert_eq!(town.counts(&bought_tickets()), 1);
    town.refunds("ann", &order.id).expect("a refund");
    town.refreshes();
    assert_eq!(town.counts(&bought_tickets()), 0);
}

#[test]
fn what_is_looked_at_is_noticed_of_those_who_agreed() {
    let town = Town::new();
    town.people();
    town.agrees_to_audiences("ann", true);
    town.refreshes();
    let house = PlaceId::house();
    for name in ["ann", "ann", "ben"] {
        let seen = Sighting::of(Kind::PageViewed, &house, &town.film).about(&town.film);
        audiences::notice(&town.house, &consumer(name), seen);
    }
    let seen = Sighting::of(Kind::ProductCarted, &town.lantern(), &"lst_1").in_category("posters");
    audiences::notice(&town.house, &consumer("ann"), seen);
    assert_eq!(audiences::write_sightings(&town.house).expect("they are written"), 3);
    town.refreshes();
    assert_eq!(town.counts(&did(Behaviour::Viewed, What::Title(town.film.clone()), 2)), 1);
    let written: (i64,) =
        town.read(|view| view.one("select count(*) from event where kind = 'page_viewed'", &[]));
    assert_eq!(written.0, 2, "nobody else's views are in the log");
}

#[test]
fn goods_count_by_their_category() {
    let town = Town::new();
    town.people();
    town.agrees_to_audiences("ann", true);
    let poster = town.poster(10);
    let promised = town.orders("ann", &poster, 2, None).expect("an order");
    town.tells(&town.pays(&promised.intent)).expect("the notice is taken");
    let place = poster.place.clone();
    let category = {
        let product = poster.product.clone();
        town.read(move |view| shops::products::any(view, &product)).category
    };
    town.refreshes();
    assert_eq!(town.counts(&did(Behaviour::BoughtGoods, What::Category(category.clone()), 1)), 1);
    assert_eq!(town.counts(&did(Behaviour::BoughtGoods, What::Place(place), 1)), 1);
    town.returns("ann", &promised.order.id).expect("a return");
    town.refreshes();
    assert_eq!(town.counts(&did(Behaviour::BoughtGoods, What::Category(category), 1)), 0);
}

fn likely(permille: u32) -> Rule {
    Rule::Likely(Likely { category: "posters".into(), permille })
}

/// Three weeks in a shop: everybody looks at the poster on one day in five, and every other of them buys it the day
/// after they looked, now and then.
fn three_weeks() -> Town {
    let town = Town::new();
    town.sql(
        "with recursive number as (select 1 as n union all select n + 1 from number where n < 60)
         insert into person (id, email, name, lang, password_hash, created_at)
         select 'per_p' || n, 'p' || n, 'P', 'en', '', 0 from number",
    );
    let poster = town.poster(10_000);
    town.sql("update product set category = 'posters'");
    let names: Vec<String> = (1..=60).map(|n| format!("p{n}")).collect();
    names.iter().for_each(|name| town.agrees_to_audiences(name, true));
    town.refreshes();
    let mut dice = kernel::Dice::seeded(9);
    for day in 0..21 {
        town.at(crate::town::premiere().plus(day), 12, 0);
        for (n, name) in names.iter().enumerate() {
            let looked_yesterday = (day + n as i32 + 4) % 5 == 0;
            if day > 0 && looked_yesterday && n % 2 == 0 && dice.chance(0.5) {
                // Another number every day makes it another order.
                let promised = town.orders(name, &poster, i64::from(day), None);
                let promised = promised.expect("an order");
                town.tells_at("plc_lantern", &town.pays(&promised.intent)).expect("the notice is taken");
            }
            if (day + n as i32) % 5 == 0 {
                let seen = Sighting::of(Kind::PageViewed, &town.lantern(), &poster.id).in_category("posters");
                audiences::notice(&town.house, &consumer(name), seen);
            }
        }
        audiences::write_sightings(&town.house).expect("sightings are written");
        town.later(60);
    }
    town.at(crate::town::premiere().plus(21), 1, 0);
    town.refreshes();
    town
}

#[test]
fn who_will_probably_buy_is_reckoned_once_a_day_of_those_who_agreed() {
    let town = three_weeks();
    assert_eq!(code(audiences::look(&town.house, &likely(100))), "likely_unknown");
    assert!(audiences::reckon(&town.house).expect("it is reckoned"));
    assert!(!audiences::reckon(&town.house).expect("it is known"), "once a day");
    // A purchase in twenty on average; whoever looked yesterday is likelier than that, who did not is less so.
    let (some, most) = (town.counts(&likely(5)), town.counts(&likely(60)));
    assert!(some > most && most > 0, "{some} {most}");
    let calibration = town.house.crowd().exact_calibration().expect("yesterday is known");
    assert!(town.house.crowd().calibration().is_none(), "a handful of purchases is not told");
    assert!(calibration.bought > 0 && calibration.pairs >= 50, "{calibration:?}");
    // One day has few purchases: within three standard deviations of a Poisson count.
    let apart = (calibration.expected - calibration.bought as f64).abs();
    assert!(apart < 3.0 * calibration.expected.sqrt(), "{calibration:?}");
    assert!(calibration.groups[0].0 < calibration.groups[calibration.groups.len() - 1].0);
    // It is an audience like any other, and forgets who withdraws at once.
    let saved = town.saves("Buyers to be", likely(5)).expect("an audience");
    let names: Vec<String> = (1..=60).map(|n| format!("p{n}")).collect();
    names.iter().for_each(|name| town.agrees_to_audiences(name, false));
    town.refreshes();
    assert_eq!(town.counts(&Rule::read(&saved.rule).expect("a rule")), 0);
    // Nor does the next reckoning know them, and it does not wait for another day.
    assert!(audiences::reckon(&town.house).expect("it is reckoned"));
    assert_eq!(code(audiences::look(&town.house, &likely(5))), "likely_unknown");
}

/// Forty people want to see the film and looked at its page; ten looked at the page only, and are like them.
fn fans() -> (Town, CampaignId, SurfaceId, Audience) {
    let town = Town::new();
    town.at(crate::town::premiere(), 12, 0);
    let names: Vec<String> = (0..80).map(|i| format!("f{i:02}")).collect();
    for name in names.clone() {
        town.scratch
            .write_blocking(db::Lane::house(), move |tx| {
                tx.run(
                    "insert into person (id, email, name, lang, password_hash, created_at) values ($1, $1, '', 'en', '', 0)",
                    &[&person(&name)],
                )
            })
            .expect("an account");
    }
    names.iter().for_each(|name| town.agrees_to_audiences(name, true));
    town.refreshes();
    for (i, name) in names.iter().enumerate().filter(|(i, _)| *i < 50) {
        let seen = Sighting::of(Kind::PageViewed, &PlaceId::house(), &town.film).about(&town.film);
        audiences::notice(&town.house, &consumer(name), seen);
        if i < 40 {
            let film = town.film.clone();
            town.story("plc_house", consumer(name), move |scene| want_to_see::say(scene, &film, true))
                .expect("a wish");
        }
    }
    town.refreshes();
    let wanting = did(Behaviour::WantsToSee, What::Anything, 1);
    let seed = town.saves("Fans", wanting).expect("an audience");
    let like =
        town.saves("Like them", Rule::Like(Like { seed: seed.id.clone(), people: 20 })).expect("an audience");
    let (campaign, surface) = town.campaign();
    town.aims(&campaign, Some(&like));
    (town, campaign, surface, seed)
}

#[test]
fn what_somebody_taught_of_who_is_alike_goes_with_them_at_once() {
    let (town, _, surface, seed) = fans();
    assert!(town.is_shown(&surface, &consumer("f45")), "who looked at the page is like the fans");
    assert!(!town.is_shown(&surface, &consumer("f70")) && !town.is_shown(&surface, &consumer("f05")));
    assert!(audiences::reasons(&town.house, &seed.id).is_some());

    town.agrees_to_audiences("f05", false);
    audiences::forget(&town.house, &consumer("f05"));
    assert!(audiences::reasons(&town.house, &seed.id).is_none(), "their weight is in it");
    assert!(!town.is_shown(&surface, &consumer("f45")), "nor is anybody shown anything because of it");
    town.refreshes();
    assert!(audiences::reasons(&town.house, &seed.id).is_some(), "measured again, without them");
    assert!(town.is_shown(&surface, &consumer("f45")));
}

#[test]
fn a_rule_that_cannot_be_followed_is_refused() {
    let town = Town::new();
    assert_eq!(code(town.saves("", bought_tickets())), "missing");
    assert_eq!(code(town.saves("None", Rule::All(vec![]))), "empty_group");
    let buyers = town.saves("Buyers", bought_tickets()).expect("an audience");
    let alike = Rule::Like(Like { seed: buyers.id.clone(), people: 100 });
    let refusal = audiences::look(&town.house, &alike).expect_err("too few people");
    assert_eq!(refusal.refusal().map(|refusal| refusal.code), Some("seed_too_small"));
    let like = town.saves("Like them", alike).expect("an audience");
    let nested = Rule::Like(Like { seed: like.id.clone(), people: 100 });
    assert_eq!(code(town.saves("Like those", nested)), "seed_of_likeness");
    // A campaign that is aimed at it is shown to nobody, rather than to everybody.
    town.people();
    town.agrees_to_audiences("ann", true);
    let (campaign, surface) = town.campaign();
    town.aims(&campaign, Some(&like));
    assert!(!town.is_shown(&surface, &consumer("ann")));
}
