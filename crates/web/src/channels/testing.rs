//! A street for tests: four channels with a surface each, a film with its studio, a maker, a shopkeeper.

use crate::testing::{Browser, FERRYMAN, NOW, Town};
use ::channels::{Kind, NewChannel, surfaces};
use ::shops::listings::{self, Listing, NewListing};
use ::shops::products::{self, NewProduct};
use ads::campaigns::{self, NewCampaign};
use ads::creatives::NewCreative;
use flows::views::campaigns::Sums;
use flows::{House, Scene};
use kernel::ids::Id;
use kernel::*;
use std::sync::Mutex;

const CHANNELS: [(&str, Kind, &str, &str); 4] = [
    ("east-gate", Kind::Marketplace, "East Gate Market", "东门集市"),
    ("lantern-store", Kind::BrandStore, "Lantern Store", "灯火旗舰店"),
    ("night-tide", Kind::Music, "Night Tide Music", "夜潮音乐"),
    ("river-city-fc", Kind::Club, "River City FC", "江城足球俱乐部"),
];

pub struct Street {
    pub house: House,
    pub studio: OrgId,
    pub sun: Browser,
    pub title: TitleId,
    pub maker: OrgId,
    pub bo: Browser,
    pub shu: Browser,
    pub surfaces: Vec<SurfaceId>,
    /// Every listing is a second younger than the one before.
    listed: Mutex<i64>,
}

/// A listing in the marketplace.
pub struct Goods {
    pub listing: Listing,
}

impl Goods {
    pub fn address(&self) -> String {
        format!("/shops/east-gate/products/{}", self.listing.id)
    }
}

pub fn place(slug: &str) -> PlaceId {
    PlaceId(format!("plc_{}", slug.replace('-', "_")))
}

impl Street {
    pub async fn new(town: &Town) -> Street {
        let (studio, sun) = town.staff("sun", Role::Studio).await;
        let (maker, bo) = town.staff("maker", Role::Merchant).await;
        let (shop, shu) = town.staff("shu", Role::Shop).await;
        let mut typed = FERRYMAN.to_vec();
        typed.push(("studio", &studio.0));
        let added = sun.post("/console/slate", &typed).await;
        let title = TitleId::parse(added.location().rsplit('/').next().unwrap_or_default()).expect("a title");
        let org = shop;
        let lane = House::lane();
        let opened = town.house.write(&lane, Actor::System, move |scene| {
            CHANNELS.iter().map(|channel| open(scene, &org, *channel)).collect::<Result<Vec<_>>>()
        });
        let surfaces = opened.await.expect("a street");
        let house = town.house.clone();
        Street { house, studio, sun, title, maker, bo, shu, surfaces, listed: Mutex::new(0) }
    }

    /// Something for sale in the marketplace, licensed by the film.
    pub async fn goods(&self, name: &'static str, price_minor: i64, stock: i64) -> Goods {
        let (maker, title) = (self.maker.clone(), self.title.clone());
        let age = {
            let mut listed = self.listed.lock().expect("nobody broke it");
            *listed += 1;
            *listed
        };
        let lane = place("east-gate");
        let made = self.house.write(&lane, Actor::System, move |scene| {
            scene.act.at = NOW.plus_seconds(age - 10_000);
            let product = NewProduct {
                merchant: maker.clone(),
                title: Some(title.clone()),
                contract: None,
                name: Words::new(name, format!("灯·{name}")),
                about: Words::new("From the film.", "取自影片。"),
                category: if name.contains("mug") { "home".into() } else { "posters".into() },
                artwork: "goods-mug".into(),
            };
            let product = products::add(scene.tx, &mut scene.act, &product)?;
            let new = NewListing {
                place: place("east-gate"),
                product: product.id,
                price: Money::fen(price_minor),
                vat: Share::percent(13),
                stock,
            };
            listings::list(scene.tx, &mut scene.act, &maker, &new)
        });
        Goods { listing: made.await.expect("a listing") }
    }

    /// A live campaign for the film on every surface.
    pub async fn campaign(&self) -> CampaignId {
        let (org, title, surfaces) = (self.studio.clone(), self.title.clone(), self.surfaces.clone());
        let lane = House::lane();
        let launched = self.house.write(&lane, Actor::System, move |scene| {
            let new = NewCampaign {
                title: title.clone(),
                org: org.clone(),
                name: "Christmas".into(),
                starts_at: NOW.plus_minutes(-60),
                ends_at: NOW.plus_minutes(60 * 24 * 20),
                budget: Money::fen(100_000),
                click_price: Money::fen(120),
                holdout: Share::ZERO,
                surfaces: surfaces.clone(),
                creative: NewCreative {
                    headline: Words::new("Every night has a ferryman", "每个夜里，都有一个摆渡人"),
                    text: Words::new("In cinemas now.", "正在热映。"),
                    artwork: "the-ferryman".into(),
                },
            };
            let made = campaigns::add(scene.tx, &mut scene.act, &new)?;
            campaigns::launch(scene.tx, &org, &made.id, scene.act.at)?;
            Ok(made.id)
        });
        let campaign = launched.await.expect("a campaign");
        self.reload().await;
        campaign
    }

    pub async fn reload(&self) {
        let house = self.house.clone();
        tokio::task::spawn_blocking(move || house.reload_ads()).await.expect("a thread").expect("a book");
    }

    /// Somebody buys goods as a consumer does, and pays; the id of the order.
    pub async fn buys(&self, buyer: &Browser, goods: &Goods, quantity: &str) -> String {
        buyer.post(&goods.address(), &[("quantity", quantity)]).await;
        let checkout = buyer.get("/basket/east-gate/checkout").await;
        let (key, line) = (checkout.value_of("key"), checkout.value_of("line"));
        let form =
            [("key", key.as_str()), ("line", &line), ("recipient", "Ann"), ("address", "1 Riverside Road")];
        let placed = buyer.post("/basket/east-gate/orders", &form).await;
        self.pays(placed.location()).await;
        let list = buyer.get("/orders").await;
        list.value_after("<article", "href=\"/orders/").rsplit('/').next().unwrap_or_default().to_owned()
    }

    pub async fn sums(&self, campaign: &CampaignId) -> Sums {
        let campaign = campaign.clone();
        self.house.read(move |view| flows::views::campaigns::sums(view, &campaign)).await.expect("sums")
    }

    /// The provider takes the money for an order and says so.
    pub async fn pays(&self, at: &str) {
        let mut parts = at.trim_start_matches("/pay/").split('/');
        let place = PlaceId::parse(parts.next().unwrap_or_default()).expect("a place");
        let id = IntentId::parse(parts.next().unwrap_or_default()).expect("an intent");
        let found = place.clone();
        let intent =
            self.house.read(move |view| payments::intents::any(view, &found, &id)).await.expect("an intent");
        let notice = payments::Notice {
            provider: intent.provider.clone(),
            id: format!("{}-paid", intent.id),
            place: place.clone(),
            intent: intent.id.clone(),
            what: payments::notices::What::Paid,
            amount: intent.amount,
            reference: None,
        };
        let told = self
            .house
            .write(&place, Actor::System, move |scene| flows::take_payment::receive(scene, &notice));
        told.await.expect("a capture");
    }
}

fn open(scene: &mut Scene, org: &OrgId, (slug, kind, en, zh): (&str, Kind, &str, &str)) -> Result<SurfaceId> {
    let new = NewChannel {
        place: place(slug),
        org: org.clone(),
        slug: slug.into(),
        kind,
        name: Words::new(en, zh),
        about: Words::new("A place.", "一个地方。"),
        artwork: "logo-market".into(),
    };
    let channel = ::channels::add(scene.tx, &mut scene.act, &new)?;
    if matches!(kind, Kind::Marketplace | Kind::BrandStore) {
        let shop = ::shops::Shop {
            place: place(slug),
            org: org.clone(),
            slug: slug.into(),
            name: Words::new(en, zh),
            currency: Currency::CNY,
            commission: Share::percent(5),
        };
        ::shops::shops::add(scene.tx, &scene.act, &shop)?;
    }
    let name = Words::new("Home card", "首页卡片");
    Ok(surfaces::add(scene.tx, &mut scene.act, &channel, "home-card", &name, Money::fen(50))?.id)
}
