//! What campaigns did, over every channel and every place that sold.

use db::{FromRow, Row, View};
use kernel::{CampaignId, Result};

/// Sums of one campaign; money in minor units of its currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub impressions: i64,
    pub clicks: i64,
    pub spend_minor: i64,
    pub budget_minor: i64,
    pub credited_orders: i64,
    pub credited_tickets_minor: i64,
    pub credited_products_minor: i64,
}

impl FromRow for Sums {
    fn from_row(row: &mut Row) -> Result<Sums> {
        Ok(Sums {
            impressions: row.next()?,
            clicks: row.next()?,
            spend_minor: row.next()?,
            budget_minor: row.next()?,
            credited_orders: row.next()?,
            credited_tickets_minor: row.next()?,
            credited_products_minor: row.next()?,
        })
    }
}

pub fn sums(view: &View, campaign: &CampaignId) -> Result<Sums> {
    view.one(
        "with shown as (
           select count(*) as views from impression where campaign_id = $1
         ), followed as (
           select count(*) as clicks, coalesce(sum(cost_minor), 0) as cost from click where campaign_id = $1
         ), credited as (
           select count(*) as orders,
             coalesce(sum(case when kind = 'tickets' then amount_minor - back_minor else 0 end), 0) as tickets,
             coalesce(sum(case when kind = 'products' then amount_minor - back_minor else 0 end), 0) as products
           from ad_credit
           where campaign_id = $1 and reversed_at is null
         )
         select cast(shown.views as bigint), cast(followed.clicks as bigint), cast(followed.cost as bigint),
           campaign.budget_minor, cast(credited.orders as bigint), cast(credited.tickets as bigint),
           cast(credited.products as bigint)
         from campaign
         cross join shown
         cross join followed
         cross join credited
         where campaign.id = $1",
        &[campaign],
    )
}
