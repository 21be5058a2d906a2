//! The licensed goods of a rehearsal: offered, applied for, decided in stages, listed.

use crate::release::Progress;
use crate::world::World;
use flows::license_product as license;
use kernel::{Day, Money, PlaceId, Result, Share, Words};
use licensing::applications::{NewApplication, Stage};
use licensing::approvals::Decision;
use licensing::offers::NewOffer;
use shops::Listing;

/// A product that a merchant would like to make.
struct Idea {
    /// Which of the world's merchants.
    merchant: usize,
    name: (&'static str, &'static str),
    category: &'static str,
    artwork: &'static str,
    price_fen: i64,
    units: i64,
    /// Whether the studio will want it.
    wanted: bool,
}

#[rustfmt::skip]
const IDEAS: [Idea; 6] = [
    Idea { merchant: 0, name: ("Night river poster", "夜渡海报"), category: "posters", artwork: "goods-print", price_fen: 5900, units: 3000, wanted: true },
    Idea { merchant: 0, name: ("Ferry log notebook", "渡船日志笔记本"), category: "stationery", artwork: "goods-notebook", price_fen: 4500, units: 2000, wanted: true },
    Idea { merchant: 1, name: ("Lantern mug", "河灯马克杯"), category: "home", artwork: "goods-mug", price_fen: 8800, units: 1500, wanted: true },
    Idea { merchant: 2, name: ("Paper boat pin", "纸船徽章"), category: "accessories", artwork: "goods-pin", price_fen: 3200, units: 4000, wanted: true },
    Idea { merchant: 2, name: ("Riverbank tote", "河岸帆布袋"), category: "accessories", artwork: "goods-tote", price_fen: 9900, units: 1200, wanted: true },
    Idea { merchant: 1, name: ("Talking ferryman doll", "会说话的摆渡人玩偶"), category: "toys", artwork: "goods-scarf", price_fen: 19900, units: 500, wanted: false },
];

/// Lives through licensing; the shelf of every stand, in order.
pub fn license(world: &World, progress: &mut dyn Progress) -> Result<Vec<Vec<Listing>>> {
    let house = &world.house;
    let lane = flows::House::lane();
    let offer = new_offer(world)?;
    let offer =
        house.write_blocking(&lane, world.manager.clone(), move |scene| license::offer(scene, &offer))?;
    progress.step("");

    let mut approved = Vec::new();
    for idea in &IDEAS {
        let (en, zh) = idea.name;
        let (merchant, key) = (world.merchants[idea.merchant].clone(), format!("apply {en}"));
        let application = NewApplication {
            offer: offer.id.clone(),
            product: Words::new(en, zh),
            category: idea.category.into(),
            concept: format!("{zh}：取自影片里的河、灯与船。"),
            artwork: idea.artwork.into(),
            planned_price: Money::fen(idea.price_fen),
            planned_units: idea.units,
        };
        let org = merchant.org.clone();
        let made = house.write_blocking(&lane, merchant.person.clone(), move |scene| {
            license::apply(scene, &org, &application, &key)
        })?;
        let stages: &[(Stage, Decision, &str)] = if idea.wanted {
            &[
                (Stage::Concept, Decision::Approved, "好看，做样品。"),
                (Stage::Sample, Decision::Approved, "样品通过。"),
            ]
        } else {
            &[(Stage::Concept, Decision::Rejected, "和影片的气质不合。")]
        };
        for (stage, decision, note) in stages {
            let (studio, id, stage, decision, note) =
                (world.studio.clone(), made.id.clone(), *stage, *decision, *note);
            let (_, product) = house.write_blocking(&lane, world.manager.clone(), move |scene| {
                license::decide(scene, &studio, &id, stage, decision, note)
            })?;
            approved.extend(product.map(|product| (merchant.clone(), product, idea.price_fen, idea.units)));
        }
    }
    progress.step("");

    let mut shelves = vec![Vec::new(); world.stands.len()];
    for (stand, shelf) in world.stands.iter().zip(&mut shelves).filter(|(stand, _)| stand.sells) {
        for (merchant, product, price, units) in &approved {
            let (place, org, product): (PlaceId, _, _) =
                (stand.place.clone(), merchant.org.clone(), product.id.clone());
            let (price, stock) = (Money::fen(*price), (*units / 2).min(900));
            shelf.push(house.write_blocking(&stand.place, merchant.person.clone(), move |scene| {
                license::list(scene, &org, &place, &product, price, stock)
            })?);
        }
    }
    progress.step("");
    Ok(shelves)
}

fn new_offer(world: &World) -> Result<NewOffer> {
    let premiere: Day = World::premiere();
    Ok(NewOffer {
        title: world.ferryman().id.clone(),
        licensor: world.studio.clone(),
        name: Words::new("The Ferryman: licensed goods", "《摆渡人》授权衍生品"),
        about: Words::new(
            "River, lantern, boat: the film's style guide comes with the licence.",
            "河、灯、船：授权附图库。",
        ),
        categories: ["posters", "stationery", "home", "accessories", "toys"].map(str::to_owned).to_vec(),
        territory: "CN".into(),
        royalty: Share::percent(8),
        rates: Vec::new(),
        fund: Share::percent(2),
        platform: Share::percent(30),
        guarantee: Money::fen(1_000_000),
        term_days: 365,
        closes_on: premiere.plus(60),
    })
}
