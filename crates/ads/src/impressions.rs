//! That an ad was seen, or would have been by somebody who is held out, recorded in batches after the fact.

use crate::limits;
use db::Tx;
use kernel::{CampaignId, CreativeId, ImpressionId, Instant, PlaceId, Result, SurfaceId, TitleId};

/// Impressions in one batch.
pub const BATCH_MAX: usize = 1000;
pub const VISITOR_CHARS_MAX: usize = 80;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impression {
    pub place: PlaceId,
    pub id: ImpressionId,
    pub campaign: CampaignId,
    pub creative: CreativeId,
    pub surface: SurfaceId,
    pub title: TitleId,
    /// Whoever saw it, by a pseudonym.
    pub visitor: String,
    /// Whoever it was, by the pseudonym of this campaign alone; empty of a guest.
    pub unit: String,
    /// Where they live, as far as it was known; empty if it was not.
    pub city: String,
    pub arm: Arm,
    /// How probable it was that this ad and no other was chosen.
    pub propensity_ppm: i64,
    pub at: Instant,
}

/// Whether the ad was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arm {
    Exposed,
    /// It had won, but whoever looked is held out of its campaign.
    Withheld,
}

/// Forgets whose an impression was, shown or withheld, and whose the click on it: that it was, and what it cost, stays.
pub fn untie(tx: &Tx, place: &PlaceId, impressions: &[ImpressionId]) -> Result<()> {
    for id in impressions {
        tx.run(
            "update impression set visitor = '', unit = '' where place_id = $1 and id = $2",
            &[place, id],
        )?;
        tx.run("update withheld set visitor = '', unit = '' where place_id = $1 and id = $2", &[place, id])?;
        tx.run("update click set visitor = '' where place_id = $1 and impression_id = $2", &[place, id])?;
    }
    Ok(())
}

/// Records a batch; one that is already there is left as it is. Answers how many were new.
pub fn record_all(tx: &Tx, impressions: &[Impression]) -> Result<u64> {
    limits::within("impressions", impressions.len() as i64, 0, BATCH_MAX as i64)?;
    let mut recorded = 0;
    for seen in impressions {
        limits::filled("visitor", &seen.visitor, VISITOR_CHARS_MAX)?;
        let statement = match seen.arm {
            Arm::Exposed => {
                "insert into impression (place_id, id, campaign_id, creative_id, surface_id, title_id, visitor, unit,
                    city, propensity_ppm, at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                on conflict (place_id, id) do nothing"
            }
            Arm::Withheld => {
                "insert into withheld (place_id, id, campaign_id, creative_id, surface_id, title_id, visitor, unit,
                    city, propensity_ppm, at)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                on conflict (place_id, id) do nothing"
            }
        };
        recorded += tx.run(
            statement,
            &[
                &seen.place,
                &seen.id,
                &seen.campaign,
                &seen.creative,
                &seen.surface,
                &seen.title,
                &seen.visitor,
                &seen.unit,
                &seen.city,
                &seen.propensity_ppm,
                &seen.at,
            ],
        )?;
    }
    Ok(recorded)
}
