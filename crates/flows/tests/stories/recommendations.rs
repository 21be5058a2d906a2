//! What somebody may also like, and why.

use crate::town::{Town, person};
use flows::agree;
use flows::views::recommendations::{Shown, Suggestion, Thing};
use kernel::{Actor, ProductId};
use people::consents::{self, SUGGESTIONS};

/// Six people see the film and take the poster home; a second film nobody has seen stands on the slate.
fn town_with_taste() -> (Town, ProductId) {
    let town = Town::new();
    let poster = town.poster(50);
    town.sql(
        "insert into title (id, slug, studio_org_id, status, original_name, name_en, name_zh, synopsis_en,
           synopsis_zh, genre, runtime_minutes, premiere, artwork, domestic, created_at, updated_at)
         select 'ttl_other', 'other', studio_org_id, 'announced', '雪信', 'Snow Letter', '雪信', '', '', 'drama', 100,
           null, 'film-snow-letter', domestic, created_at, updated_at
         from title",
    );
    let evening = town.showtime(19, 30, 6_000);
    for (row, name) in ["ann", "ben", "cai", "dan", "eve", "fay"].iter().enumerate() {
        town.buys(name, &evening, &[&format!("B{}", row + 1)]);
        town.later(60);
        let promised = town.orders(name, &poster, 1, None).expect("an order");
        town.tells_at("plc_lantern", &town.pays(&promised.intent)).expect("the notice is taken");
        town.later(60);
    }
    agrees(&town, "zoe", true);
    town.buys("zoe", &evening, &["C1"]);
    town.house.learn_tastes().expect("the house learns");
    (town, poster.product)
}

fn agrees(town: &Town, name: &str, given: bool) {
    town.sql(
        "insert into person (id, email, name, lang, password_hash, created_at)
         values ('per_zoe', 'zoe', 'Zoe', 'en', '', 0)
         on conflict (id) do nothing",
    );
    let told = town.story("plc_house", consumer(name), move |scene| agree::say(scene, SUGGESTIONS, given));
    told.expect("a consent");
}

fn consumer(name: &str) -> Actor {
    Actor::Person { id: person(name), name: name.into(), roles: Vec::new() }
}

fn suggestions(town: &Town, name: Option<&str>, page: Option<Thing>) -> Vec<Suggestion> {
    let (recommender, now) = (town.house.recommender(), town.house.now());
    let reader = name.map(person);
    town.read(move |view| recommender.suggest(view, reader.as_ref(), page.as_ref(), now, 5))
}

fn product_of(suggestion: &Suggestion) -> Option<&ProductId> {
    match &suggestion.shown {
        Shown::Goods(goods) => Some(&goods.product.id),
        Shown::Film(_) => None,
    }
}

#[test]
fn a_film_leads_to_its_goods_and_says_why() {
    let (town, poster) = town_with_taste();
    let for_zoe = suggestions(&town, Some("zoe"), None);
    assert_eq!(product_of(&for_zoe[0]), Some(&poster), "{for_zoe:?}");
    assert!(for_zoe[0].reason.en.starts_with("because you bought "), "{:?}", for_zoe[0].reason);
    assert!(for_zoe[0].reason.zh.starts_with("因为您买过《"), "{:?}", for_zoe[0].reason);
    let seen = |one: &Suggestion| matches!(&one.shown, Shown::Film(title) if title.id == town.film);
    assert!(!for_zoe.iter().any(seen), "what she has seen is not suggested again");
}

#[test]
fn nothing_of_somebodys_own_is_used_before_they_agree_or_after_they_withdraw() {
    let (town, _) = town_with_taste();
    let personal = |name| suggestions(&town, Some(name), None).iter().any(|one| one.because.is_some());
    // Ben bought as much as anybody, but was never asked.
    assert!(personal("zoe") && !personal("ben"));
    assert_eq!(suggestions(&town, Some("ben"), None), suggestions(&town, None, None));
    agrees(&town, "zoe", false);
    assert!(!personal("zoe"), "withdrawn is withdrawn at once");
    // Who agrees anew is somebody of whom nothing is known.
    town.later(60);
    agrees(&town, "zoe", true);
    assert!(!personal("zoe"));
}

#[test]
fn nothing_is_suggested_that_was_bought_or_cannot_be_bought() {
    let (town, _) = town_with_taste();
    let films = |name: Option<&str>| -> Vec<String> {
        let all = suggestions(&town, name, None);
        let films = all.into_iter().filter_map(|one| match one.shown {
            Shown::Film(title) => Some(title.slug.clone()),
            Shown::Goods(_) => None,
        });
        films.collect()
    };
    let code = Thing::Film(town.film.clone()).code();
    town.story("plc_house", consumer("zoe"), move |scene| agree::except(scene, SUGGESTIONS, &code, true))
        .expect("a word");
    assert_eq!(films(Some("zoe")), ["other"], "kept out of the reasons, and bought all the same");
    assert!(films(None).contains(&"the-ferryman".to_owned()), "{:?}", films(None));
    town.later(24 * 60 * 60);
    assert_eq!(films(None), ["other"], "its last showing has begun; the other has no day yet");
}

#[test]
fn what_is_kept_out_is_not_used_until_it_may_be_again() {
    let (town, _) = town_with_taste();
    let because = || suggestions(&town, Some("zoe"), None)[0].because.clone();
    assert_eq!(because(), Some(Thing::Film(town.film.clone())));
    let code = Thing::Film(town.film.clone()).code();
    let say = |kept_out| {
        let code = code.clone();
        let told = town.story("plc_house", consumer("zoe"), move |scene| {
            agree::except(scene, SUGGESTIONS, &code, kept_out)
        });
        told.expect("a word");
    };
    say(true);
    assert_eq!(because(), None);
    say(false);
    assert!(because().is_some());
    say(true);
    agrees(&town, "zoe", false);
    let kept = town.read(|view| consents::exceptions(view, &person("zoe"), SUGGESTIONS));
    assert_eq!(kept, Vec::<String>::new(), "who withdraws leaves no list behind");
    say(true);
    assert!(town.read(|view| consents::exceptions(view, &person("zoe"), SUGGESTIONS)).is_empty());
}

#[test]
fn one_consent_is_not_the_other() {
    let (town, _) = town_with_taste();
    flows::audiences::refresh(&town.house).expect("a refresh");
    assert_eq!(town.house.crowd().exact_people(), 0, "zoe agreed to suggestions alone");
}

#[test]
fn a_stranger_gets_what_is_popular_and_what_goes_with_the_page() {
    let (town, poster) = town_with_taste();
    let for_anybody = suggestions(&town, None, None);
    assert_eq!(for_anybody.len(), 3);
    assert!(for_anybody.iter().all(|one| !one.reason.en.contains("because you")), "{for_anybody:?}");
    let on_the_films_page = suggestions(&town, None, Some(Thing::Film(town.film.clone())));
    assert_eq!(product_of(&on_the_films_page[0]), Some(&poster));
    assert_eq!(on_the_films_page[0].reason.zh, "与它相配");
    let on_the_posters_page = suggestions(&town, None, Some(Thing::Product(poster)));
    assert!(matches!(&on_the_posters_page[0].shown, Shown::Film(title) if title.id == town.film));
}

#[test]
fn what_has_sold_out_is_not_suggested() {
    let (town, _) = town_with_taste();
    town.sql("update listing set stock = 0");
    assert!(suggestions(&town, Some("zoe"), None).iter().all(|one| product_of(one).is_none()));
}

#[test]
fn a_film_knows_who_will_want_it() {
    let (town, poster) = town_with_taste();
    let leads = town.house.recommender().leads(&town.film, 3);
    assert_eq!(leads[0].thing, Thing::Product(poster));
    assert!(leads[0].strength > 0.0);
}

#[test]
fn a_house_that_has_learnt_nothing_suggests_nothing() {
    let town = Town::new();
    assert!(suggestions(&town, Some("zoe"), None).is_empty());
    assert!(town.house.recommender().leads(&town.film, 3).is_empty());
}
