//! A town with two channels: music with two surfaces, the club with one. A studio pays for its film.

use ads::campaigns::{self, Campaign, NewCampaign};
use ads::clicks::{self, Click, Recorded};
use ads::creatives::{self, Creative, NewCreative};
use ads::impressions::Impression;
use db::{Lane, Tx, View, scratch, scratch::Scratch};
use kernel::{
    Act, Actor, CampaignId, Dice, Error, ImpressionId, Instant, Money, OrgId, PlaceId, Result, SurfaceId,
    TitleId, Words,
};

pub const NOON: Instant = Instant::from_micros(1_482_465_600_000_000);

pub struct Town {
    pub db: Scratch,
    pub studio: OrgId,
    pub music: PlaceId,
    pub club: PlaceId,
}

pub fn act(seed: u64, at: Instant) -> Act {
    Act::new(Actor::System, at, Dice::seeded(seed))
}

pub fn surface(name: &str) -> SurfaceId {
    SurfaceId(format!("srf_{name}"))
}

pub fn refused<T>(tried: Result<T>) -> &'static str {
    match tried {
        Err(Error::Refused(refusal)) => refusal.code,
        Err(fault) => panic!("{fault}"),
        Ok(_) => panic!("it was allowed"),
    }
}

/// A campaign of 100 yuan at one yuan a click, for three days from noon, everywhere in town.
pub fn wish() -> NewCampaign {
    NewCampaign {
        title: TitleId("ttl_ferryman".into()),
        org: OrgId("org_studio".into()),
        name: "Opening week".into(),
        starts_at: NOON,
        ends_at: NOON.plus_minutes(3 * 24 * 60),
        budget: Money::fen(10_000),
        click_price: Money::fen(100),
        holdout: kernel::Share::ZERO,
        surfaces: ["home", "player", "club"].map(surface).into(),
        creative: NewCreative {
            headline: Words::new("The Ferryman", "摆渡人"),
            text: Words::new("This Christmas", "圣诞"),
            artwork: "ferry".into(),
        },
    }
}

impl Town {
    pub fn new() -> Town {
        let town = Town {
            db: scratch::scratch(),
            studio: OrgId("org_studio".into()),
            music: PlaceId("plc_music".into()),
            club: PlaceId("plc_club".into()),
        };
        town.write(|tx| {
            for org in ["org_studio", "org_rival"] {
                tx.run("insert into org (id, kind, name_en, name_zh, created_at) values ($1, 'studio', $1, '', 0)", &[
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
            channel(tx, "music", &["home", "player"])?;
            channel(tx, "club", &["club"])
        })
        .expect("a town");
        town
    }

    pub fn write<T: Send + 'static>(&self, story: impl Fn(&Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.db.write_blocking(Lane::of(&self.music), move |tx| story(tx))
    }

    pub fn read<T: Send + 'static>(&self, look: impl FnOnce(&View) -> Result<T> + Send + 'static) -> T {
        self.db.read_blocking(look).expect("it can be read")
    }

    pub fn drafts(&self, seed: u64, new: &NewCampaign) -> Result<Campaign> {
        let new = new.clone();
        self.write(move |tx| campaigns::add(tx, &mut act(seed, NOON), &new))
    }

    pub fn launches(&self, seed: u64, new: &NewCampaign) -> Campaign {
        let draft = self.drafts(seed, new).expect("a draft");
        self.write(move |tx| campaigns::launch(tx, &draft.org, &draft.id, NOON)).expect("a launch")
    }

    pub fn creative(&self, campaign: &CampaignId) -> Creative {
        let campaign = campaign.clone();
        self.read(move |view| creatives::of_campaign(view, &campaign)).remove(0)
    }

    /// A view of the campaign's first creative.
    pub fn view_of(&self, campaign: &Campaign, number: usize, visitor: &str, at: Instant) -> Impression {
        Impression {
            place: self.music.clone(),
            id: ImpressionId(format!("imp_{number}")),
            campaign: campaign.id.clone(),
            creative: self.creative(&campaign.id).id,
            surface: surface("home"),
            title: campaign.title.clone(),
            visitor: visitor.into(),
            unit: String::new(),
            city: String::new(),
            arm: ads::impressions::Arm::Exposed,
            propensity_ppm: 500_000,
            at,
        }
    }

    pub fn click_of(&self, campaign: &Campaign, number: usize) -> Click {
        Click {
            place: self.music.clone(),
            impression: ImpressionId(format!("imp_{number}")),
            campaign: campaign.id.clone(),
            title: campaign.title.clone(),
            surface: surface("home"),
            visitor: "ann".into(),
            city: String::new(),
        }
    }

    pub fn clicks(&self, campaign: &Campaign, number: usize) -> Recorded {
        let click = self.click_of(campaign, number);
        self.write(move |tx| clicks::record(tx, &mut act(1000 + number as u64, NOON), &click))
            .expect("a click")
    }

    pub fn spent(&self, campaign: &Campaign) -> i64 {
        let (place, id) = (self.music.clone(), campaign.id.clone());
        self.read(move |view| campaigns::allotment(view, &place, &id)).expect("an allotment").spent.minor
    }
}

fn channel(tx: &Tx, name: &str, surfaces: &[&str]) -> Result<()> {
    let place = format!("plc_{name}");
    let channel = format!("chn_{name}");
    tx.run(
        "insert into channel (id, place_id, org_id, slug, kind, name_en, name_zh, about_en, about_zh, artwork,
            created_at)
        values ($1, $2, 'org_rival', $3, $3, '', '', '', '', '', 0)",
        &[&channel, &place, &name],
    )?;
    for code in surfaces {
        tx.run(
            "insert into surface (id, channel_id, place_id, code, name_en, name_zh, floor_minor, currency)
            values ($1, $2, $3, $4, '', '', 100, 'CNY')",
            &[&surface(code), &channel, &place, code],
        )?;
    }
    Ok(())
}
