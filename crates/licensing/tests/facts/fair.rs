//! A licensing fair: one studio with a film, two merchants called Harbour and Rival.

use db::{Lane, Tx, View, scratch, scratch::Scratch};
use kernel::{Act, Actor, Day, Dice, Error, Instant, Money, OfferId, OrgId, Result, Share, TitleId, Words};
use licensing::applications::{self, Application, NewApplication, Stage};
use licensing::approvals::{self, Decided, Decision, Ruling};
use licensing::contracts::Contract;
use licensing::offers::{self, NewOffer, Offer};
use licensing::royalties::CardRow;

/// Noon of 23 December 2016 in Shanghai.
pub const NOON: Instant = Instant::from_micros(1_482_465_600_000_000);

pub struct Fair {
    pub db: Scratch,
    pub studio: OrgId,
    pub harbour: OrgId,
    pub rival: OrgId,
}

pub fn act(seed: u64, at: Instant) -> Act {
    Act::new(Actor::System, at, Dice::seeded(seed))
}

pub fn refused<T>(tried: Result<T>) -> &'static str {
    match tried {
        Err(Error::Refused(refusal)) => refusal.code,
        Err(fault) => panic!("{fault}"),
        Ok(_) => panic!("it was allowed"),
    }
}

/// The house of the fair is at home in Shanghai.
pub fn today(now: Instant) -> Day {
    now.day_in(&kernel::Zone::shanghai())
}

pub fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

/// Posters at 10 % and anything else at 8 %, of which the platform has 30 %; 12 % online for mugs.
pub fn terms() -> NewOffer {
    let row = |channel: Option<&str>, category: &str, percent| CardRow {
        channel: channel.map(str::to_owned),
        category: Some(category.into()),
        territory: None,
        royalty: Share::percent(percent),
    };
    NewOffer {
        title: TitleId("ttl_ferryman".into()),
        licensor: OrgId("org_studio".into()),
        name: Words::new("Opening week goods", "首周周边"),
        about: Words::default(),
        categories: vec!["posters".into(), "home".into()],
        territory: "CN".into(),
        royalty: Share::percent(8),
        rates: vec![row(None, "posters", 10), row(Some("online"), "home", 12)],
        fund: Share::percent(2),
        platform: Share::percent(30),
        guarantee: Money::fen(1_000_000),
        term_days: 365,
        closes_on: day("2017-01-31"),
    }
}

pub fn poster(offer: &OfferId) -> NewApplication {
    NewApplication {
        offer: offer.clone(),
        product: Words::new("Night poster", "夜色海报"),
        category: "posters".into(),
        concept: "A boat under a bridge, in silver ink.".into(),
        artwork: "night".into(),
        planned_price: Money::fen(9900),
        planned_units: 5000,
    }
}

impl Fair {
    pub fn new() -> Fair {
        let fair = Fair {
            db: scratch::scratch(),
            studio: OrgId("org_studio".into()),
            harbour: OrgId("org_harbour".into()),
            rival: OrgId("org_rival".into()),
        };
        fair.write(|tx| {
            for org in ["org_studio", "org_harbour", "org_rival"] {
                tx.run(
                    "insert into org (id, kind, name_en, name_zh, created_at) values ($1, 'x', $1, '', 0)",
                    &[&org],
                )?;
            }
            tx.run(
                "insert into title (id, slug, studio_org_id, status, original_name, name_en, name_zh, synopsis_en,
                    synopsis_zh, genre, runtime_minutes, artwork, domestic, created_at, updated_at)
                values ('ttl_ferryman', 'ferryman', 'org_studio', 'released', '摆渡人', '', '', '', '', '', 128, '',
                    true, 0, 0)",
                &[],
            )
        })
        .expect("a fair");
        fair
    }

    pub fn write<T: Send + 'static>(&self, story: impl Fn(&Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.write_blocking(Lane::house(), move |tx| story(tx))
    }

    pub fn read<T: Send + 'static>(&self, look: impl FnOnce(&View) -> Result<T> + Send + 'static) -> T {
        self.db.read_blocking(look).expect("it can be read")
    }

    pub fn offers(&self, new: &NewOffer) -> Result<Offer> {
        let new = new.clone();
        self.write(move |tx| offers::add(tx, &mut act(1, NOON), &new, today(NOON)))
    }

    pub fn offer(&self) -> Offer {
        self.offers(&terms()).expect("an offer")
    }

    pub fn applies(
        &self,
        merchant: &OrgId,
        new: &NewApplication,
        key: &str,
    ) -> Result<applications::Applied> {
        let (merchant, new, key) = (merchant.clone(), new.clone(), key.to_owned());
        let seed = merchant.0.bytes().chain(key.bytes()).map(u64::from).sum();
        self.write(move |tx| {
            applications::apply(tx, &mut act(seed, NOON), &merchant, &new, &key, today(NOON))
        })
    }

    pub fn application(&self, merchant: &OrgId, offer: &Offer) -> Application {
        self.applies(merchant, &poster(&offer.id), "k1").expect("an application").application().clone()
    }

    pub fn decides(&self, application: &Application, stage: Stage, decision: Decision) -> Result<Decided> {
        let (studio, id) = (self.studio.clone(), application.id.clone());
        self.write(move |tx| {
            let act = &mut act(stage as u64 + 50, NOON.plus_minutes(stage as i64));
            let ruling = Ruling { stage, decision, note: "seen" };
            let today = today(act.at);
            approvals::decide(tx, act, &studio, &id, ruling, today)
        })
    }

    /// A contract for Harbour's posters.
    pub fn contract(&self) -> Contract {
        let application = self.application(&self.harbour, &self.offer());
        self.decides(&application, Stage::Concept, Decision::Approved).expect("a concept");
        let decided = self.decides(&application, Stage::Sample, Decision::Approved).expect("a sample");
        decided.contract.expect("a contract")
    }
}
