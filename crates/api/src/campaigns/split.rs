//! Where a campaign's money does most, and dividing what is left of it so.

use super::{Campaign, own};
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::body::Body;
use crate::call::{Call, ReleaseTeam};
use crate::money::Amount;
use crate::problem::invalid;
use crate::read;
use crate::words::Bilingual;
use ::demand::planning::advertising::{CellPlan, Evidence};
use flows::views::advertising::{self, Advice, Spot};
use flows::{House, run_campaign};
use kernel::{CampaignId, Currency, Refusal, SurfaceId};
use serde::{Deserialize, Serialize};
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

/// How what is left of a budget is to be divided.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Division {
    /// What each surface may yet cost in each city; what is over is everywhere's. Left out, the split that is advised.
    #[schema(min_items = 1, max_items = 2000)]
    parts: Option<Vec<DivisionPart>>,
}

/// What may yet be spent on a surface in a city.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DivisionPart {
    surface: String,
    /// A city's code; empty for people whose city is not known.
    #[serde(default)]
    #[schema(max_length = 20, pattern = "^[A-Za-z0-9_-]*$")]
    city: String,
    amount: Amount,
}

impl DivisionPart {
    fn read(self, currency: Currency) -> Result<(SurfaceId, String, i64), Refusal> {
        let amount = self.amount.read("parts")?;
        if amount.currency != currency {
            let (en, zh) =
                ("These amounts must be in the campaign’s currency.", "金额须与投放计划的币种相同。");
            return Err(invalid("parts", "currency_differs", en, zh));
        }
        Ok((read::id("parts", &self.surface)?, crate::ads::decide::city(self.city, "parts")?, amount.minor))
    }
}

pub async fn take(
    call: Call,
    team: ReleaseTeam,
    At((id,)): At<(CampaignId,)>,
    Body(asked): Body<Division>,
) -> Answer<Found<Campaign>> {
    let campaign = own(&call, &team, id).await?;
    let (org, id, currency) = (campaign.org, campaign.id, campaign.budget.currency);
    let parts = asked.parts.map(|parts| parts.into_iter().map(|part| part.read(currency)).collect());
    let parts: Option<Vec<_>> = parts.transpose()?;
    let divided = call.write_in_house(move |scene| match &parts {
        Some(parts) => run_campaign::divide(scene, &org, &id, parts),
        None => run_campaign::take_split(scene, &org, &id),
    });
    let divided = divided.await?;
    call.blocking(House::reload_ads).await?;
    Ok(Found(divided.into()))
}
