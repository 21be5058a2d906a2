//! A budget divided among surfaces and cities.

use crate::town::{NOON, Town, act, surface, wish};
use ads::book::Book;
use ads::campaigns::{self, Campaign, Part, Wish};
use ads::choosing::{Ask, choose};
use ads::clicks::{self, Click};
use ads::holdout::Lots;
use kernel::{Dice, ImpressionId, Lang, Result};

/// A part by its name, what it is allotted and has spent.
type Told = (String, i64, i64);

impl Town {
    fn divides(&self, campaign: &Campaign, wishes: Vec<Wish>) -> Result<Campaign> {
        let (org, id) = (campaign.org.clone(), campaign.id.clone());
        self.write(move |tx| campaigns::divide_rest(tx, &org, &id, &wishes))
    }

    fn wish_for(&self, name: &str, city: &str, minor: i64) -> Wish {
        let place = if name == "club" { &self.club } else { &self.music };
        Wish { place: place.clone(), surface: Some(surface(name)), city: city.into(), minor }
    }

    /// What each part of the music service is allotted and has spent, and the whole.
    fn purse(&self, campaign: &Campaign) -> (Vec<Told>, (i64, i64)) {
        let (place, id) = (self.music.clone(), campaign.id.clone());
        let told = |part: Part| {
            let name = part.surface.map_or("rest".into(), |surface| format!("{}/{}", surface.0, part.city));
            (name, part.allotted_minor, part.spent_minor)
        };
        self.read(move |view| {
            let whole = campaigns::allotment(view, &place, &id)?.expect("an allotment");
            let parts = campaigns::parts(view, &place, &id)?;
            Ok((parts.into_iter().map(told).collect(), (whole.allotted.minor, whole.spent.minor)))
        })
    }

    fn clicks_in(&self, campaign: &Campaign, number: u64, city: &'static str) -> i64 {
        let click = Click { city: city.into(), ..self.click_of(campaign, number as usize) };
        let click = Click { impression: ImpressionId(format!("imp_{number}")), ..click };
        let recorded = self.write(move |tx| clicks::record(tx, &mut act(number, NOON), &click));
        recorded.expect("a click").clicked().cost.minor
    }
}

#[test]
fn a_divided_budget_is_spent_where_it_was_meant() {
    let town = Town::new();
    let campaign = town.launches(1, &wish());
    assert_eq!(town.clicks_in(&campaign, 1, "SHA"), 100);
    let wishes = vec![
        town.wish_for("home", "SHA", 200),
        town.wish_for("player", "SHA", 1_000),
        town.wish_for("club", "", 3_000),
    ];
    town.divides(&campaign, wishes).expect("a division");
    // 10,000 less 100 that were spent less 4,200: 5,700 for everywhere, 12 parts of 42 of them here.
    let (parts, whole) = town.purse(&campaign);
    let (home, player) = ("srf_home/SHA".to_string(), "srf_player/SHA".to_string());
    assert_eq!(parts, [("rest".into(), 1_729, 100), (home.clone(), 200, 0), (player.clone(), 1_000, 0)]);
    assert_eq!(whole, (2_929, 100));

    assert_eq!([2, 3, 4].map(|number| town.clicks_in(&campaign, number, "SHA")), [100, 100, 0]);
    assert_eq!(town.clicks_in(&campaign, 5, "BEI"), 100, "another city is paid from the rest");
    let (parts, whole) = town.purse(&campaign);
    assert_eq!(parts[..2], [("rest".into(), 1_729, 200), (home, 200, 200)]);
    assert_eq!(whole, (2_929, 400), "a click that a part cannot pay takes nothing from the whole");
    let book = town.read(|view| Book::load(view, NOON));
    let shown = |city: &str| {
        let ask = Ask {
            surface: surface("home"),
            visitor: "ann".into(),
            person: None,
            city: city.into(),
            audiences: Vec::new(),
            lang: Lang::Zh,
            now: NOON,
        };
        choose(&book, &Lots::new(b"key"), &ask, &mut Dice::seeded(1)).shown.is_some()
    };
    assert!(!shown("SHA") && shown("BEI") && shown(""));

    // Divided anew, what was spent stays spent and the sum is the budget.
    town.divides(&campaign, vec![town.wish_for("home", "SHA", 500), town.wish_for("player", "BEI", 0)])
        .expect("a division");
    let (parts, (allotted, spent)) = town.purse(&campaign);
    assert_eq!(parts[1], ("srf_home/SHA".into(), 700, 200));
    assert_eq!(parts.iter().map(|part| part.1).sum::<i64>(), allotted);
    assert_eq!(parts.iter().map(|part| part.2).sum::<i64>(), spent);
    let id = campaign.id.clone();
    let all = town.read(move |view| campaigns::allotments(view, &id));
    assert_eq!(all.iter().map(|one| one.allotted.minor).sum::<i64>(), 10_000);
}

#[test]
fn what_cannot_be_divided_is_refused() {
    let town = Town::new();
    let campaign = town.launches(1, &wish());
    let code = |campaign: &Campaign, wishes| {
        let refused = town.divides(campaign, wishes).expect_err("a refusal");
        refused.refusal().map(|refusal| refusal.code)
    };
    assert_eq!(code(&campaign, vec![]), Some("out_of_limits"));
    assert_eq!(code(&campaign, vec![town.wish_for("home", "SHA", 10_001)]), Some("more_than_left"));
    assert_eq!(code(&campaign, vec![town.wish_for("home", "SHA", -1)]), Some("unknown_part"));
    let elsewhere = Wish { place: town.club.clone(), ..town.wish_for("home", "SHA", 1) };
    assert_eq!(code(&campaign, vec![elsewhere]), Some("unknown_part"));
    let huge = Wish { minor: i64::MAX, ..town.wish_for("home", "SHA", 0) };
    assert_eq!(code(&campaign, vec![huge.clone(), huge]), Some("more_than_left"));
    let draft = town.drafts(2, &wish()).expect("a draft");
    assert_eq!(code(&draft, vec![town.wish_for("home", "SHA", 1)]), Some("campaign_state"));
}
