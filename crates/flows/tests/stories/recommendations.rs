//! What somebody may also like, and why.

use crate::town::{Town, person};
use flows::views::recommendations::{Shown, Suggestion, Thing};
use kernel::ProductId;

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
    town.buys("zoe", &evening, &["C1"]);
    town.house.learn_tastes().expect("the house learns");
    (town, poster.product)
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
