use crate::town::{NOON, Town, surface, wish};
use ads::book::{Book, FREQUENCY_MAX};
use ads::choosing::{Ask, Chosen};
use ads::holdout::Lots;
use ads::impressions;
use ads::tokens::{self, Shown};
use kernel::{Dice, Lang};

fn ask(visitor: &str) -> Ask {
    Ask {
        surface: surface("home"),
        visitor: visitor.into(),
        person: None,
        city: String::new(),
        audiences: Vec::new(),
        lang: Lang::Zh,
        now: NOON.plus_minutes(10),
    }
}

fn choose(book: &Book, ask: &Ask, dice: &mut Dice) -> Option<Chosen> {
    ads::choosing::choose(book, &Lots::new(b"key"), ask, dice).shown
}

#[test]
fn a_book_knows_what_the_database_knew() {
    let town = Town::new();
    let campaign = town.launches(1, &wish());
    town.drafts(2, &wish()).expect("a draft");
    let views: Vec<_> =
        (0..FREQUENCY_MAX as usize).map(|i| town.view_of(&campaign, i, "ann", NOON)).collect();
    town.write(move |tx| impressions::record_all(tx, &views)).expect("views");
    town.clicks(&campaign, 1);
    let book = town.read(|view| Book::load(view, NOON.plus_minutes(5)));
    assert_eq!(book.campaigns(), 1);
    let known: Vec<_> = ["home", "player"]
        .map(|name| {
            let slot = book.slot(&surface(name)).expect("a slot");
            (slot.place.0.clone(), slot.floor.minor, slot.candidates[0].shown, slot.candidates[0].clicked)
        })
        .into();
    assert_eq!(known, [("plc_music".into(), 100, FREQUENCY_MAX, 1), ("plc_music".into(), 100, 0, 0)]);
    let mut dice = Dice::seeded(1);
    assert!(choose(&book, &ask("ann"), &mut dice).is_none(), "ann has seen it often enough");
    assert!(choose(&book, &ask("ben"), &mut dice).is_some());
}

#[test]
fn a_new_book_remembers_what_was_not_yet_written() {
    let town = Town::new();
    town.launches(1, &wish());
    let mut book = town.read(|view| Book::load(view, NOON));
    let mut dice = Dice::seeded(1);
    for _ in 0..FREQUENCY_MAX {
        let decision = ads::choosing::choose(&book, &Lots::new(b"key"), &ask("ann"), &mut dice);
        book.note(&ask("ann"), &decision);
    }
    let fresh = town.read(|view| Book::load(view, NOON.plus_minutes(5)));
    assert!(choose(&fresh, &ask("ann"), &mut dice).is_some());
    assert!(choose(&fresh.carrying(&book), &ask("ann"), &mut dice).is_none());
}

#[test]
fn a_campaign_without_money_left_is_in_nobodys_way() {
    let town = Town::new();
    let campaign =
        town.launches(1, &ads::campaigns::NewCampaign { budget: kernel::Money::fen(200), ..wish() });
    let full = town.read(|view| Book::load(view, NOON));
    assert!(choose(&full, &ask("ann"), &mut Dice::seeded(1)).is_some());
    town.clicks(&campaign, 1);
    let spent = town.read(|view| Book::load(view, NOON));
    assert!(choose(&spent, &ask("ann"), &mut Dice::seeded(1)).is_none());
}

#[test]
fn a_shown_ad_comes_back_as_an_impression_and_a_click() {
    let town = Town::new();
    let campaign = town.launches(1, &wish());
    let book = town.read(|view| Book::load(view, NOON));
    let ask = ask("ann");
    let chosen = choose(&book, &ask, &mut Dice::seeded(1)).expect("an ad");
    let seal = tokens::seal(b"key");
    let back = Shown::open(&seal, &Shown::of(&chosen, &ask).sign(&seal), ask.now).expect("our token");
    assert_eq!((&back.0.campaign, &back.0.visitor), (&campaign.id, &ask.visitor));
    assert_eq!(back.click().impression, chosen.impression);
    let seen = back.0.clone();
    assert_eq!(
        town.write(move |tx| impressions::record_all(tx, std::slice::from_ref(&seen))).expect("a view"),
        1
    );
}
