//! What a campaign did: seen, followed, paid, sold.

use crate::{campaigns, credits};
use db::View;
use kernel::{CampaignId, Money, PlaceId, Result};

/// One campaign at one place, or over several. Money is in the campaign's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub campaign: CampaignId,
    pub impressions: i64,
    pub clicks: i64,
    pub allotted: Money,
    pub spent: Money,
    /// Orders that clicks of this campaign are credited with, and what they brought.
    pub orders: i64,
    pub sales: Money,
}

impl Report {
    fn nothing(campaign: &CampaignId, zero: Money) -> Report {
        Report {
            campaign: campaign.clone(),
            impressions: 0,
            clicks: 0,
            allotted: zero,
            spent: zero,
            orders: 0,
            sales: zero,
        }
    }

    /// Clicks of a hundred impressions.
    pub fn click_percent(&self) -> f64 {
        if self.impressions == 0 { 0.0 } else { self.clicks as f64 * 100.0 / self.impressions as f64 }
    }
}

/// What one place saw, charged, and itself sold. Sales in another currency than the campaign's are left out.
pub fn of(view: &View, place: &PlaceId, campaign: &CampaignId) -> Result<Report> {
    let zero = Money::zero(campaigns::any(view, campaign)?.budget.currency);
    let mut report = Report::nothing(campaign, zero);
    (report.impressions,) = view.one(
        "select count(*) from impression where place_id = $1 and campaign_id = $2",
        &[place, campaign],
    )?;
    (report.clicks,) =
        view.one("select count(*) from click where place_id = $1 and campaign_id = $2", &[place, campaign])?;
    if let Some(allotment) = campaigns::allotment(view, place, campaign)? {
        report.allotted = allotment.allotted;
        report.spent = allotment.spent;
    }
    for sum in credits::sums(view, place, campaign)? {
        if sum.amount.currency == zero.currency {
            report.orders += sum.orders;
            report.sales = report.sales.plus(sum.amount)?;
        }
    }
    Ok(report)
}

/// A campaign over several places: the channels that showed it, the shops and cinemas that sold.
pub fn across(view: &View, places: &[PlaceId], campaign: &CampaignId) -> Result<Report> {
    let zero = Money::zero(campaigns::any(view, campaign)?.budget.currency);
    let mut total = Report::nothing(campaign, zero);
    for place in places {
        let part = of(view, place, campaign)?;
        total.impressions += part.impressions;
        total.clicks += part.clicks;
        total.allotted = total.allotted.plus(part.allotted)?;
        total.spent = total.spent.plus(part.spent)?;
        total.orders += part.orders;
        total.sales = total.sales.plus(part.sales)?;
    }
    Ok(total)
}
