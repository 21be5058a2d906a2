//! A campaign by channel and by day, over every place that showed it or sold.

use db::{FromRow, Row, View};
use kernel::{CampaignId, Instant, Result, Words};

/// What one channel did for a campaign; money in minor units of the campaign's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByChannel {
    pub channel: Words,
    pub slug: String,
    pub allotted_minor: i64,
    pub spent_minor: i64,
    pub impressions: i64,
    pub clicks: i64,
    /// Orders credited to clicks here, wherever they were placed.
    pub orders: i64,
    pub sales_minor: i64,
}

impl FromRow for ByChannel {
    fn from_row(row: &mut Row) -> Result<ByChannel> {
        Ok(ByChannel {
            channel: row.words()?,
            slug: row.next()?,
            allotted_minor: row.next()?,
            spent_minor: row.next()?,
            impressions: row.next()?,
            clicks: row.next()?,
            orders: row.next()?,
            sales_minor: row.next()?,
        })
    }
}

/// The channels of a campaign, what was clicked most first.
pub fn by_channel(view: &View, campaign: &CampaignId) -> Result<Vec<ByChannel>> {
    view.all(
        "with chosen as (
           select distinct surface.place_id
           from campaign_surface
           join surface on surface.id = campaign_surface.surface_id
           where campaign_surface.campaign_id = $1
         ), given as (
           select place_id, allotted_minor, spent_minor from allotment where campaign_id = $1
         ), shown as (
           select place_id, count(*) as views from impression where campaign_id = $1 group by place_id
         ), followed as (
           select place_id, count(*) as clicks from click where campaign_id = $1 group by place_id
         ), credited as (
           select click_place_id, count(*) as orders, sum(amount_minor - back_minor) as amount
           from ad_credit
           where campaign_id = $1 and reversed_at is null
           group by click_place_id
         )
         select channel.name_en, channel.name_zh, channel.slug,
           cast(coalesce(given.allotted_minor, 0) as bigint), cast(coalesce(given.spent_minor, 0) as bigint),
           cast(coalesce(shown.views, 0) as bigint), cast(coalesce(followed.clicks, 0) as bigint),
           cast(coalesce(credited.orders, 0) as bigint), cast(coalesce(credited.amount, 0) as bigint)
         from chosen
         join channel on channel.place_id = chosen.place_id
         left join given on given.place_id = chosen.place_id
         left join shown on shown.place_id = chosen.place_id
         left join followed on followed.place_id = chosen.place_id
         left join credited on credited.click_place_id = chosen.place_id
         order by coalesce(followed.clicks, 0) desc, channel.slug",
        &[campaign],
    )
}

/// One day of a campaign, counted from its first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByDay {
    pub day: i64,
    pub impressions: i64,
    pub clicks: i64,
    pub spent_minor: i64,
}

impl FromRow for ByDay {
    fn from_row(row: &mut Row) -> Result<ByDay> {
        Ok(ByDay {
            day: row.next()?,
            impressions: row.next()?,
            clicks: row.next()?,
            spent_minor: row.next()?,
        })
    }
}

/// Every day on which something was seen or followed; `first` is the midnight that day 0 begins at.
pub fn by_day(view: &View, campaign: &CampaignId, first: Instant) -> Result<Vec<ByDay>> {
    view.all(
        "with happened as (
           select (at - $2) / 86400000000 as day, 1 as views, 0 as clicks, 0 as cost
           from impression
           where campaign_id = $1 and at >= $2
           union all
           select (at - $2) / 86400000000 as day, 0 as views, 1 as clicks, cost_minor as cost
           from click
           where campaign_id = $1 and at >= $2
         )
         select cast(day as bigint), cast(sum(views) as bigint), cast(sum(clicks) as bigint),
           cast(sum(cost) as bigint)
         from happened
         group by day
         order by day",
        &[campaign, &first],
    )
}
