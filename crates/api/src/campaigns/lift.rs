//! What a campaign sold that would not have been sold without it.

use super::own;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, ReleaseTeam};
use crate::words::Bilingual;
use ::demand::planning::lift::{Arm, Arms, Interval};
use flows::views::lift::{self, Lift};
use kernel::CampaignId;
use serde::Serialize;
use utoipa::ToSchema;

/// Those who could see the ads beside those who were held out, by the lots that were drawn.
#[derive(Serialize, ToSchema)]
pub struct CampaignLift {
    campaign: String,
    /// When it was computed; of a large campaign not at every asking.
    computed_at: String,
    /// Whether enough people are in both groups to say anything.
    known: bool,
    exposed: LiftGroup,
    held_out: LiftGroup,
    /// By how much more of the exposed bought, as a part of one.
    rate: Range,
    /// Tickets of the exposed that would not have been sold without the ads.
    tickets: Range,
    /// The same of sales, in minor units of the campaign's currency.
    sales_minor: Range,
    by_city: Vec<PartialLift>,
    by_surface: Vec<PartialLift>,
}

/// One group and what it bought within a week of first meeting the ads.
#[derive(Serialize, ToSchema)]
pub struct LiftGroup {
    people: i64,
    buyers: i64,
    tickets: i64,
    sales_minor: i64,
}

/// A number with the range that holds it nine times in ten.
#[derive(Serialize, ToSchema)]
pub struct Range {
    mean: f64,
    low: f64,
    high: f64,
}

/// The lift in a city or on a surface, drawn to that of all where few were counted.
#[derive(Serialize, ToSchema)]
pub struct PartialLift {
    /// A city's code, empty where it is not known; a surface's id.
    code: String,
    name: Bilingual,
    exposed: LiftGroup,
    held_out: LiftGroup,
    /// Nothing without people in both groups.
    rate: Option<Range>,
}

impl From<&Arm> for LiftGroup {
    fn from(arm: &Arm) -> LiftGroup {
        LiftGroup {
            people: arm.people,
            buyers: arm.buyers,
            tickets: arm.tickets,
            sales_minor: arm.sales_minor,
        }
    }
}

impl From<Interval> for Range {
    fn from(interval: Interval) -> Range {
        Range { mean: interval.mean, low: interval.low, high: interval.high }
    }
}

impl From<lift::Group> for PartialLift {
    fn from(group: lift::Group) -> PartialLift {
        let Arms { exposed, held_out } = &group.arms;
        PartialLift {
            exposed: exposed.into(),
            held_out: held_out.into(),
            rate: group.rate_lift.map(Range::from),
            code: group.code,
            name: group.name.into(),
        }
    }
}

pub async fn show(
    call: Call,
    team: ReleaseTeam,
    At((id,)): At<(CampaignId,)>,
) -> Answer<Found<CampaignLift>> {
    let campaign = own(&call, &team, id).await?;
    let (kept, campaign) = call.blocking(move |house| Ok((lift::kept(house, &campaign)?, campaign))).await?;
    let lift = Lift::clone(&kept.lift);
    Ok(Found(CampaignLift {
        campaign: campaign.id.0,
        computed_at: kept.at.rfc3339(),
        known: lift.all.tell(),
        exposed: (&lift.all.exposed).into(),
        held_out: (&lift.all.held_out).into(),
        rate: lift.all.rate_lift().into(),
        tickets: lift.all.tickets().into(),
        sales_minor: lift.all.sales_minor().into(),
        by_city: lift.by_city.into_iter().map(PartialLift::from).collect(),
        by_surface: lift.by_surface.into_iter().map(PartialLift::from).collect(),
    }))
}
