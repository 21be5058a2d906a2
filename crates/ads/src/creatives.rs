//! What an ad says and shows. A campaign has one or a few; readers see those in their language.

use crate::{campaigns, limits};
use db::{FromRow, Row, Tx, View};
use kernel::{Act, CampaignId, CreativeId, Instant, Kind, Lang, OrgId, Refusal, Result, Words};

pub const HEADLINE_CHARS_MAX: usize = 60;
pub const TEXT_CHARS_MAX: usize = 200;
pub const ARTWORK_CHARS_MAX: usize = 200;
/// Of one campaign.
pub const CREATIVES_MAX: i64 = 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Creative {
    pub id: CreativeId,
    pub campaign: CampaignId,
    pub headline: Words,
    pub text: Words,
    pub artwork: String,
    pub created_at: Instant,
}

impl Creative {
    /// Whether it has a headline in this language.
    pub fn speaks(&self, lang: Lang) -> bool {
        match lang {
            Lang::En => !self.headline.en.is_empty(),
            Lang::Zh => !self.headline.zh.is_empty(),
        }
    }
}

#[derive(Clone, Debug)]
pub struct NewCreative {
    pub headline: Words,
    pub text: Words,
    pub artwork: String,
}

impl FromRow for Creative {
    fn from_row(row: &mut Row) -> Result<Creative> {
        Ok(Creative {
            id: row.next()?,
            campaign: row.next()?,
            headline: row.words()?,
            text: row.words()?,
            artwork: row.next()?,
            created_at: row.next()?,
        })
    }
}

/// Adds a creative to an organisation's own campaign.
pub fn add(
    tx: &Tx,
    act: &mut Act,
    org: &OrgId,
    campaign: &CampaignId,
    new: &NewCreative,
) -> Result<Creative> {
    let campaign = campaigns::of(tx, org, campaign)?;
    limits::words(["headline_en", "headline_zh"], &new.headline, HEADLINE_CHARS_MAX)?;
    limits::short("text_en", &new.text.en, TEXT_CHARS_MAX)?;
    limits::short("text_zh", &new.text.zh, TEXT_CHARS_MAX)?;
    limits::short("artwork", &new.artwork, ARTWORK_CHARS_MAX)?;
    let (others,): (i64,) =
        tx.one("select count(*) from creative where campaign_id = $1", &[&campaign.id])?;
    if others >= CREATIVES_MAX {
        return Err(too_many().into());
    }
    let creative = Creative {
        id: act.id(),
        campaign: campaign.id,
        headline: trimmed(&new.headline),
        text: trimmed(&new.text),
        artwork: new.artwork.clone(),
        created_at: act.at,
    };
    tx.run(
        "insert into creative (id, campaign_id, headline_en, headline_zh, text_en, text_zh, artwork, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            &creative.id,
            &creative.campaign,
            &creative.headline.en,
            &creative.headline.zh,
            &creative.text.en,
            &creative.text.zh,
            &creative.artwork,
            &creative.created_at,
        ],
    )?;
    Ok(creative)
}

fn trimmed(words: &Words) -> Words {
    Words::new(words.en.trim(), words.zh.trim())
}

/// A campaign's creatives, the oldest first.
pub fn of_campaign(view: &View, campaign: &CampaignId) -> Result<Vec<Creative>> {
    view.all(
        "select id, campaign_id, headline_en, headline_zh, text_en, text_zh, artwork, created_at
        from creative
        where campaign_id = $1
        order by created_at, id",
        &[campaign],
    )
}

pub fn any(view: &View, id: &CreativeId) -> Result<Creative> {
    let creative = view.maybe(
        "select id, campaign_id, headline_en, headline_zh, text_en, text_zh, artwork, created_at
        from creative
        where id = $1",
        &[id],
    )?;
    creative.ok_or_else(|| Refusal::not_found("creative", "素材").into())
}

fn too_many() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "too_many_creatives",
        format!("A campaign has at most {CREATIVES_MAX} creatives."),
        format!("一个投放计划最多 {CREATIVES_MAX} 个素材。"),
    )
}
