//! Where a campaign's money does most, and dividing what is left of it so.

use super::{Campaign, own};
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Empty;
use crate::call::{Call, ReleaseTeam};
use crate::money::Amount;
use crate::words::Bilingual;
use ::demand::planning::advertising::{CellPlan, Evidence};
use flows::views::advertising::{self, Advice, Spot};
use flows::{House, run_campaign};
use kernel::CampaignId;
use serde::Serialize;
use utoipa::ToSchema;

/// How a week's part of the budget is best split, and what is known so far.
#[derive(Serialize, ToSchema)]
pub struct Split {
    /// What is left for a week, when it is to last until the end.
    budget: Amount,
    /// Of it, kept for where too little is known.
    kept: Amount,
    /// Whether there is a split; `because` says why not.
    known: bool,
    because: Vec<Bilingual>,
    cells: Vec<SplitCell>,
}

/// A surface in a city.
#[derive(Serialize, ToSchema)]
pub struct SplitCell {
    surface: String,
    /// Empty where it is not known.
    city: String,
    name: Bilingual,
    /// People who could see the ads there, and who were held out.
    exposed: i64,
    held_out: i64,
    /// Nothing while too little is known.
    plan: Option<SplitPlan>,
}

/// What is planned for a cell; ranges hold nine times in ten.
#[derive(Serialize, ToSchema)]
pub struct SplitPlan {
    spend: Amount,
    tickets: f64,
    tickets_range: (f64, f64),
    /// Tickets that the next unit of the currency sells, at what was spent so far.
    marginal: f64,
    marginal_range: (f64, f64),
}

impl SplitCell {
    fn of(spot: Spot, plan: Option<&CellPlan>) -> SplitCell {
        let plan = plan.filter(|plan| plan.evidence == Evidence::Measured).map(|plan| SplitPlan {
            spend: plan.spend.into(),
            tickets: plan.tickets.mean,
            tickets_range: plan.tickets.wide,
            marginal: plan.marginal_now.mean,
            marginal_range: plan.marginal_now.wide,
        });
        SplitCell {
            surface: spot.surface.0,
            city: spot.city,
            name: spot.cell.name.into(),
            exposed: spot.people.0,
            held_out: spot.people.1,
            plan,
        }
    }
}

impl From<Advice> for Split {
    fn from(advice: Advice) -> Split {
        let (plan, because) = match advice.plan {
            Ok(plan) => (plan.cells, plan.because),
            Err(refusal) => (Vec::new(), vec![refusal.say]),
        };
        let cells = advice.spots.into_iter().enumerate().map(|(i, spot)| SplitCell::of(spot, plan.get(i)));
        Split {
            budget: advice.budget.into(),
            kept: advice.kept.into(),
            known: !plan.is_empty(),
            cells: cells.collect(),
            because: because.into_iter().map(Bilingual::from).collect(),
        }
    }
}

pub async fn show(call: Call, team: ReleaseTeam, At((id,)): At<(CampaignId,)>) -> Answer<Found<Split>> {
    let campaign = own(&call, &team, id).await?;
    let (lots, now) = (call.house.keys().lots.clone(), call.house.now());
    let advice = call.read(move |view| {
        let (week, _) = advertising::week_of(view, &campaign, now)?;
        advertising::advise(view, &lots, &campaign, week, now)
    });
    Ok(Found(advice.await?.into()))
}

pub async fn take(
    call: Call,
    team: ReleaseTeam,
    At((id,)): At<(CampaignId,)>,
    _: Empty,
) -> Answer<Found<Campaign>> {
    let org = own(&call, &team, id.clone()).await?.org;
    let divided = call.write_in_house(move |scene| run_campaign::take_split(scene, &org, &id)).await?;
    call.blocking(House::reload_ads).await?;
    Ok(Found(divided.into()))
}
