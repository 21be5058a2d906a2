//! What a campaign did: seen, followed, paid, sold.

use super::own;
use crate::answer::{Answer, Found};
use crate::at::At;
use crate::call::{Call, ReleaseTeam};
use crate::money::Amount;
use crate::words::Bilingual;
use flows::views::ad_reports::{self, ByChannel};
use flows::views::campaigns;
use kernel::{CampaignId, Currency, Money};
use serde::Serialize;
use utoipa::ToSchema;

/// A campaign over every channel that showed it and every place that sold.
#[derive(Serialize, ToSchema)]
pub struct CampaignReport {
    campaign: String,
    budget: Amount,
    spent: Amount,
    impressions: i64,
    clicks: i64,
    /// Orders that clicks are credited with, refunds taken off.
    orders: i64,
    ticket_sales: Amount,
    product_sales: Amount,
    channels: Vec<ChannelReport>,
}

/// What one channel did for a campaign.
#[derive(Serialize, ToSchema)]
pub struct ChannelReport {
    channel: Bilingual,
    slug: String,
    allotted: Amount,
    spent: Amount,
    impressions: i64,
    clicks: i64,
    orders: i64,
    sales: Amount,
}

impl ChannelReport {
    fn new(channel: ByChannel, currency: Currency) -> ChannelReport {
        let amount = |minor| Amount::from(Money::new(minor, currency));
        ChannelReport {
            channel: channel.channel.into(),
            slug: channel.slug,
            allotted: amount(channel.allotted_minor),
            spent: amount(channel.spent_minor),
            impressions: channel.impressions,
            clicks: channel.clicks,
            orders: channel.orders,
            sales: amount(channel.sales_minor),
        }
    }
}

pub async fn show(
    call: Call,
    team: ReleaseTeam,
    At((id,)): At<(CampaignId,)>,
) -> Answer<Found<CampaignReport>> {
    let campaign = own(&call, &team, id).await?;
    let report = call.read(move |view| {
        let sums = campaigns::sums(view, &campaign.id)?;
        let amount = |minor| Amount::from(Money::new(minor, campaign.budget.currency));
        let channels = ad_reports::by_channel(view, &campaign.id)?.into_iter();
        Ok(CampaignReport {
            budget: amount(sums.budget_minor),
            spent: amount(sums.spend_minor),
            impressions: sums.impressions,
            clicks: sums.clicks,
            orders: sums.credited_orders,
            ticket_sales: amount(sums.credited_tickets_minor),
            product_sales: amount(sums.credited_products_minor),
            channels: channels.map(|one| ChannelReport::new(one, campaign.budget.currency)).collect(),
            campaign: campaign.id.0,
        })
    });
    Ok(Found(report.await?))
}
