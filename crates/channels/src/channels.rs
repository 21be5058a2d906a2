//! The channels themselves.

use crate::text;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, ChannelId, Error, Instant, OrgId, PlaceId, Refusal, Result, Words};

pub const NAME_CHARS_MAX: usize = 80;
pub const ABOUT_CHARS_MAX: usize = 1_000;
pub const SLUG_CHARS_MAX: usize = 40;
pub const ARTWORK_CHARS_MAX: usize = 60;
/// Channels in one answer, at most.
pub const CHANNELS_MAX: i64 = 2_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Marketplace,
    BrandStore,
    Music,
    Club,
}

impl Kind {
    pub const ALL: [Kind; 4] = [Kind::Marketplace, Kind::BrandStore, Kind::Music, Kind::Club];

    pub fn code(self) -> &'static str {
        match self {
            Kind::Marketplace => "marketplace",
            Kind::BrandStore => "brand_store",
            Kind::Music => "music",
            Kind::Club => "club",
        }
    }

    pub fn parse(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub fn words(self) -> Words {
        match self {
            Kind::Marketplace => Words::new("Marketplace", "集市"),
            Kind::BrandStore => Words::new("Brand store", "旗舰店"),
            Kind::Music => Words::new("Music", "音乐"),
            Kind::Club => Words::new("Club", "俱乐部"),
        }
    }
}

/// What a channel is about to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChannel {
    /// The place whose book it keeps: a shop's own, or one made for it.
    pub place: PlaceId,
    pub org: OrgId,
    pub slug: String,
    pub kind: Kind,
    pub name: Words,
    pub about: Words,
    pub artwork: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    pub id: ChannelId,
    pub place_id: PlaceId,
    pub org_id: OrgId,
    pub slug: String,
    pub kind: Kind,
    pub name: Words,
    pub about: Words,
    pub artwork: String,
    pub created_at: Instant,
}

impl FromRow for Channel {
    fn from_row(row: &mut Row) -> Result<Channel> {
        let (id, place_id, org_id, slug, code): (_, _, _, _, String) =
            (row.next()?, row.next()?, row.next()?, row.next()?, row.next()?);
        let kind =
            Kind::parse(&code).ok_or_else(|| Error::fault(format!("“{code}” is no kind of channel")))?;
        let (name, about) = (row.words()?, row.words()?);
        Ok(Channel {
            id,
            place_id,
            org_id,
            slug,
            kind,
            name,
            about,
            artwork: row.next()?,
            created_at: row.next()?,
        })
    }
}

impl NewChannel {
    fn check(&self) -> Result<NewChannel, Refusal> {
        let about = Words {
            en: text::prose("about_en", &Words::new("The text", "介绍"), &self.about.en, ABOUT_CHARS_MAX)?,
            zh: text::prose("about_zh", &Words::new("The text", "介绍"), &self.about.zh, ABOUT_CHARS_MAX)?,
        };
        Ok(NewChannel {
            slug: text::code("slug", &Words::new("The address", "网址"), &self.slug, SLUG_CHARS_MAX)?,
            name: text::name(&self.name, NAME_CHARS_MAX)?,
            artwork: text::code(
                "artwork",
                &Words::new("A picture’s key", "图片代号"),
                &self.artwork,
                ARTWORK_CHARS_MAX,
            )?,
            about,
            ..self.clone()
        })
    }
}

/// Opens a channel. Refuses `channel_taken` when its address or its place has one already.
pub fn add(tx: &Tx, act: &mut Act, channel: &NewChannel) -> Result<Channel> {
    let new = channel.check()?;
    let channel = Channel {
        id: act.id(),
        place_id: new.place,
        org_id: new.org,
        slug: new.slug,
        kind: new.kind,
        name: new.name,
        about: new.about,
        artwork: new.artwork,
        created_at: act.at,
    };
    let added = tx.run(
        "insert into channel (
            id, place_id, org_id, slug, kind, name_en, name_zh, about_en, about_zh, artwork, created_at
        ) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict do nothing",
        &[
            &channel.id,
            &channel.place_id,
            &channel.org_id,
            &channel.slug,
            &channel.kind.code(),
            &channel.name.en,
            &channel.name.zh,
            &channel.about.en,
            &channel.about.zh,
            &channel.artwork,
            &channel.created_at,
        ],
    )?;
    if added == 1 { Ok(channel) } else { Err(taken().into()) }
}

fn taken() -> Refusal {
    Refusal {
        field: Some("slug"),
        ..Refusal::new(
            kernel::Kind::Conflict,
            "channel_taken",
            "There is a channel at this address or this place already.",
            "这个网址或场所已经有渠道了。",
        )
    }
}

pub fn all(view: &View) -> Result<Vec<Channel>> {
    view.all(
        "select id, place_id, org_id, slug, kind, name_en, name_zh, about_en, about_zh, artwork, created_at
        from channel
        order by name_en, id
        limit $1",
        &[&CHANNELS_MAX],
    )
}

pub fn any(view: &View, id: &ChannelId) -> Result<Option<Channel>> {
    view.maybe(
        "select id, place_id, org_id, slug, kind, name_en, name_zh, about_en, about_zh, artwork, created_at
        from channel where id = $1",
        &[id],
    )
}

pub fn by_slug(view: &View, slug: &str) -> Result<Option<Channel>> {
    view.maybe(
        "select id, place_id, org_id, slug, kind, name_en, name_zh, about_en, about_zh, artwork, created_at
        from channel where slug = $1",
        &[&slug],
    )
}

pub fn by_place(view: &View, place: &PlaceId) -> Result<Option<Channel>> {
    view.maybe(
        "select id, place_id, org_id, slug, kind, name_en, name_zh, about_en, about_zh, artwork, created_at
        from channel where place_id = $1",
        &[place],
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use db::scratch::{Scratch, scratch};
    use db::{Db, Lane};
    use kernel::{Actor, Dice};

    pub fn town() -> Scratch {
        let db = scratch();
        let made = db.write_blocking(Lane::house(), |tx| {
            tx.run(
                "insert into org (id, kind, name_en, name_zh, created_at) values ('org_1', 'partner', 'M', '乐', 0)",
                &[],
            )
        });
        made.expect("an organisation");
        db
    }

    pub fn act(seed: u64) -> Act {
        Act::new(Actor::System, Instant::from_micros(1_482_492_600_000_000), Dice::seeded(seed))
    }

    pub fn music() -> NewChannel {
        NewChannel {
            place: PlaceId("plc_music".into()),
            org: OrgId("org_1".into()),
            slug: "river-music".into(),
            kind: Kind::Music,
            name: Words::new("River Music", "河音乐"),
            about: Words::new("Songs.", "歌。"),
            artwork: "logo-music".into(),
        }
    }

    pub fn open(db: &Db, seed: u64, channel: NewChannel) -> Result<Channel> {
        let act = act(seed);
        db.write_blocking(Lane::house(), move |tx| add(tx, &mut act.clone(), &channel))
    }

    #[test]
    fn a_channel_is_found_by_all_its_names() {
        let db = town();
        let made = open(&db, 1, music()).expect("a channel");
        let found = db.read_blocking(move |view| {
            assert_eq!(any(view, &made.id)?, Some(made.clone()));
            assert_eq!(by_slug(view, "river-music")?, Some(made.clone()));
            assert_eq!(by_slug(view, "river")?, None);
            assert_eq!(by_place(view, &made.place_id)?, Some(made));
            all(view)
        });
        assert_eq!(found.map(|all| all.len()).expect("a read"), 1);
    }

    #[test]
    fn an_address_and_a_place_have_one_channel() {
        let db = town();
        open(&db, 1, music()).expect("a channel");
        for again in [
            NewChannel { place: PlaceId("plc_other".into()), ..music() },
            NewChannel { slug: "other".into(), ..music() },
        ] {
            let error = open(&db, 2, again).expect_err("taken");
            assert_eq!(error.refusal().map(|no| no.code), Some("channel_taken"));
        }
    }

    #[test]
    fn channels_have_limits() {
        let refused = |channel: NewChannel| channel.check().err().and_then(|no| no.field);
        assert_eq!(refused(music()), None);
        assert_eq!(refused(NewChannel { slug: "River Music".into(), ..music() }), Some("slug"));
        assert_eq!(refused(NewChannel { slug: "-river".into(), ..music() }), Some("slug"));
        assert_eq!(refused(NewChannel { name: Words::new("", "河"), ..music() }), Some("name_en"));
        assert_eq!(
            refused(NewChannel { about: Words::new("", "河".repeat(1_001)), ..music() }),
            Some("about_zh")
        );
        assert_eq!(refused(NewChannel { artwork: "a/b".into(), ..music() }), Some("artwork"));
    }
}
