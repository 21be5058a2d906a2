//! Where an ad can appear on a channel's pages, and the least it costs there.

use crate::channels::Channel;
use crate::text;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, ChannelId, Kind, Money, PlaceId, Refusal, Result, SurfaceId, Words};

pub const NAME_CHARS_MAX: usize = 80;
pub const CODE_CHARS_MAX: usize = 40;
/// Surfaces in one answer, at most.
pub const SURFACES_MAX: i64 = 5_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surface {
    pub id: SurfaceId,
    pub channel_id: ChannelId,
    pub place_id: PlaceId,
    /// What the channel's pages call it: `home-card`.
    pub code: String,
    pub name: Words,
    /// The least a click costs here.
    pub floor: Money,
}

impl FromRow for Surface {
    fn from_row(row: &mut Row) -> Result<Surface> {
        let (id, channel_id, place_id, code) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let (name, currency) = (row.words()?, row.next()?);
        Ok(Surface { id, channel_id, place_id, code, name, floor: row.money(currency)? })
    }
}

/// Adds a surface to a channel. Refuses `surface_taken` when the channel has one of this code.
pub fn add(
    tx: &Tx,
    act: &mut Act,
    channel: &Channel,
    code: &str,
    name: &Words,
    floor: Money,
) -> Result<Surface> {
    if floor.minor < 0 {
        let en = "A floor price cannot be below zero.";
        return Err(Refusal::field("floor", "bad_floor", en, "底价不能低于零。").into());
    }
    let surface = Surface {
        id: act.id(),
        channel_id: channel.id.clone(),
        place_id: channel.place_id.clone(),
        code: text::code("code", &Words::new("The code", "代号"), code, CODE_CHARS_MAX)?,
        name: text::name(name, NAME_CHARS_MAX)?,
        floor,
    };
    let added = tx.run(
        "insert into surface (id, channel_id, place_id, code, name_en, name_zh, floor_minor, currency)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (channel_id, code) do nothing",
        &[
            &surface.id,
            &surface.channel_id,
            &surface.place_id,
            &surface.code,
            &surface.name.en,
            &surface.name.zh,
            &floor.minor,
            &floor.currency,
        ],
    )?;
    if added == 1 { Ok(surface) } else { Err(taken().into()) }
}

fn taken() -> Refusal {
    Refusal {
        field: Some("code"),
        ..Refusal::new(
            Kind::Conflict,
            "surface_taken",
            "This channel has a surface of this code already.",
            "这个渠道已经有同代号的广告位了。",
        )
    }
}

pub fn of_channel(view: &View, channel: &ChannelId) -> Result<Vec<Surface>> {
    view.all(
        "select id, channel_id, place_id, code, name_en, name_zh, currency, floor_minor from surface
        where channel_id = $1
        order by code
        limit $2",
        &[channel, &SURFACES_MAX],
    )
}

pub fn all(view: &View) -> Result<Vec<Surface>> {
    view.all(
        "select id, channel_id, place_id, code, name_en, name_zh, currency, floor_minor from surface
        order by channel_id, code
        limit $1",
        &[&SURFACES_MAX],
    )
}

pub fn any(view: &View, id: &SurfaceId) -> Result<Option<Surface>> {
    view.maybe(
        "select id, channel_id, place_id, code, name_en, name_zh, currency, floor_minor from surface where id = $1",
        &[id],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::tests::{act, music, open, town};
    use db::Lane;

    #[test]
    fn a_channel_has_one_surface_of_a_code() {
        let db = town();
        let channel = open(&db, 1, music()).expect("a channel");
        let story = db.write_blocking(Lane::house(), move |tx| {
            let mut act = act(2);
            let name = Words::new("Home card", "首页卡片");
            let card = add(tx, &mut act, &channel, "home-card", &name, Money::fen(30))?;
            assert_eq!(any(tx, &card.id)?, Some(card.clone()));
            assert_eq!(of_channel(tx, &channel.id)?, vec![card]);
            assert_eq!(all(tx)?.len(), 1);
            add(tx, &mut act, &channel, "home-card", &name, Money::fen(30))
        });
        assert_eq!(story.expect_err("taken").refusal().map(|no| no.code), Some("surface_taken"));
    }

    #[test]
    fn surfaces_have_limits() {
        let db = town();
        let channel = open(&db, 1, music()).expect("a channel");
        let refused = |code: &'static str, en: &'static str, floor: i64| {
            let channel = channel.clone();
            let tried = db.write_blocking(Lane::house(), move |tx| {
                add(tx, &mut act(2), &channel, code, &Words::new(en, "名"), Money::fen(floor))
            });
            tried.err().and_then(|error| error.refusal().and_then(|no| no.field))
        };
        assert_eq!(refused("Home card", "Name", 1), Some("code"));
        assert_eq!(refused("home-card", "", 1), Some("name_en"));
        assert_eq!(refused("home-card", "Name", -1), Some("floor"));
        assert_eq!(refused("home-card", "Name", 0), None);
    }
}
