//! A street with one shop, a merchant called Harbour Goods, and buyers who only have names.

use db::{Lane, Tx, View, scratch, scratch::Scratch};
use kernel::{
    Act, Actor, Currency, Dice, Error, Instant, ListingId, Money, OrderId, OrgId, PersonId, PlaceId,
    ProductId, Result, Share, TitleId, Words,
};
use shops::listings::{self, Listing, NewListing};
use shops::orders::{self, Checkout, Placed, Wanted};
use shops::products::{self, NewProduct};
use shops::shops::{self as places, Shop};

pub const NOON: Instant = Instant::from_micros(1_482_465_600_000_000);

pub struct Street {
    pub db: Scratch,
    pub place: PlaceId,
    pub merchant: OrgId,
}

pub fn act(seed: u64, at: Instant) -> Act {
    Act::new(Actor::System, at, Dice::seeded(seed))
}

pub fn person(name: &str) -> PersonId {
    PersonId(format!("per_{name}"))
}

pub fn refused<T>(tried: Result<T>) -> (&'static str, String) {
    match tried {
        Err(Error::Refused(refusal)) => (refusal.code, refusal.say.en),
        Err(fault) => panic!("{fault}"),
        Ok(_) => panic!("it was allowed"),
    }
}

impl Street {
    pub fn new() -> Street {
        let street = Street {
            db: scratch::scratch(),
            place: PlaceId("plc_shop".into()),
            merchant: OrgId("org_harbour".into()),
        };
        street.write(|tx| {
            for org in ["org_harbour", "org_rival", "org_shop", "org_studio"] {
                tx.run("insert into org (id, kind, name_en, name_zh, created_at) values ($1, 'x', $1, '', 0)", &[
                    &org,
                ])?;
            }
            tx.run(
                "insert into title (id, slug, studio_org_id, status, original_name, name_en, name_zh, synopsis_en,
                    synopsis_zh, genre, runtime_minutes, artwork, domestic, created_at, updated_at)
                values ('ttl_ferryman', 'ferryman', 'org_studio', 'released', '摆渡人', '', '', '', '', '', 128, '',
                    true, 0, 0)",
                &[],
            )?;
            places::add(tx, &act(0, NOON), &shop("plc_shop", "shop"))
        })
        .expect("a street");
        street
    }

    pub fn write<T: Send + 'static>(&self, story: impl Fn(&Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.write_blocking(Lane::of(&self.place), move |tx| story(tx))
    }

    pub fn read<T: Send + 'static>(&self, look: impl FnOnce(&View) -> Result<T> + Send + 'static) -> T {
        self.db.read_blocking(look).expect("it can be read")
    }

    pub fn product(&self, seed: u64, name: &str) -> ProductId {
        let new = NewProduct {
            merchant: self.merchant.clone(),
            title: Some(TitleId("ttl_ferryman".into())),
            contract: None,
            name: Words::new(name, ""),
            about: Words::default(),
            category: "posters".into(),
            artwork: String::new(),
        };
        self.write(move |tx| products::add(tx, &mut act(seed, NOON), &new)).expect("a product").id
    }

    /// A listing of a new product at this price in fen.
    pub fn sells(&self, name: &str, price: i64, stock: i64) -> Listing {
        let seed = name.bytes().map(u64::from).sum();
        let (product, merchant, place) =
            (self.product(seed, name), self.merchant.clone(), self.place.clone());
        self.write(move |tx| {
            let new = NewListing {
                place: place.clone(),
                product: product.clone(),
                price: Money::fen(price),
                vat: Share::percent(13),
                stock,
            };
            listings::list(tx, &mut act(seed, NOON), &merchant, &new)
        })
        .expect("a listing")
    }

    pub fn stock(&self, listing: &Listing) -> i64 {
        let (place, id) = (self.place.clone(), listing.id.clone());
        self.read(move |view| listings::any(view, &place, &id)).stock
    }

    pub fn checkout(&self, buyer: &str, key: &str, wanted: &[(&Listing, i64)]) -> Checkout {
        let lines = wanted.iter().map(|(listing, quantity)| Wanted {
            listing: listing.id.clone(),
            quantity: *quantity,
            price_minor: listing.price.minor,
        });
        Checkout {
            place: self.place.clone(),
            buyer: person(buyer),
            key: key.into(),
            lines: lines.collect(),
            recipient: "Ann 安".into(),
            address: "Pier 1, Shanghai".into(),
            click: None,
        }
    }

    pub fn places(&self, seed: u64, checkout: &Checkout) -> Result<Placed> {
        let checkout = checkout.clone();
        self.write(move |tx| orders::place(tx, &mut act(seed, NOON), &checkout, None))
    }

    /// An order that is waiting for its payment.
    pub fn buys(&self, buyer: &str, key: &str, wanted: &[(&Listing, i64)]) -> OrderId {
        let seed = key.bytes().map(u64::from).sum();
        self.places(seed, &self.checkout(buyer, key, wanted)).expect("an order").order().id.clone()
    }

    pub fn pays(&self, order: &OrderId, at: Instant) -> orders::Confirmed {
        let (place, order) = (self.place.clone(), order.clone());
        self.write(move |tx| orders::confirm(tx, &place, &order, at)).expect("an answer")
    }
}

pub fn shop(place: &str, slug: &str) -> Shop {
    Shop {
        place: PlaceId(place.into()),
        org: OrgId("org_shop".into()),
        slug: slug.into(),
        name: Words::new("The Shop", "小店"),
        currency: Currency::CNY,
        commission: Share::percent(10),
    }
}

pub fn unknown_listing() -> ListingId {
    ListingId("lst_none".into())
}
