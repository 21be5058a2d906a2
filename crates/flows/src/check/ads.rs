//! Ads: clicks within their budgets and booked, sales credited to them.

use super::{Moment, sentences};
use db::View;
use kernel::Result;

pub(super) fn budgets_kept(view: &View, _at: Moment) -> Result<Vec<String>> {
    let spent: Vec<(String, String)> = view.all(
        "with clicked as (
           select place_id, campaign_id, sum(cost_minor) as cost from click group by place_id, campaign_id
         )
         select allotment.place_id, allotment.campaign_id
         from allotment
         left join clicked on clicked.place_id = allotment.place_id and clicked.campaign_id = allotment.campaign_id
         where allotment.spent_minor > allotment.allotted_minor or allotment.spent_minor <> coalesce(clicked.cost, 0)",
        &[],
    )?;
    let budgets: Vec<(String,)> = view.all(
        "select campaign.id
         from campaign
         join allotment on allotment.campaign_id = campaign.id
         group by campaign.id, campaign.budget_minor
         having sum(allotment.allotted_minor) > campaign.budget_minor",
        &[],
    )?;
    let billed: Vec<(String, String)> = view.all(
        "with side as (
           select place_id, id || '/cost' as id, cost_minor as cost, 0 as booked from click
           union all
           select book_id, id, 0, amount_minor from transfer where code = 'ad_click'
         )
         select place_id, id
         from side
         group by place_id, id
         having sum(cost) <> sum(booked)",
        &[],
    )?;
    let divided: Vec<(String, String)> = view.all(
        "with part as (
           select place_id, campaign_id, sum(allotted_minor) as allotted, sum(spent_minor) as spent
           from allotment_part
           group by place_id, campaign_id
         )
         select part.place_id, part.campaign_id
         from part
         left join allotment on allotment.place_id = part.place_id and allotment.campaign_id = part.campaign_id
         where allotment.place_id is null or part.allotted <> allotment.allotted_minor
           or part.spent <> allotment.spent_minor",
        &[],
    )?;
    let mut found = sentences(spent, |place, id| {
        format!("campaign {id} at {place} spent what its clicks do not explain")
    });
    found.extend(sentences(divided, |place, id| {
        format!("the parts of campaign {id} at {place} are not what it is allotted and has spent")
    }));
    found.extend(budgets.into_iter().map(|(id,)| format!("campaign {id} allots more than its budget")));
    found.extend(sentences(billed, |place, id| {
        format!("{id} of {place} is not booked as the click was charged")
    }));
    Ok(found)
}

pub(super) fn lots_kept(view: &View, _at: Moment) -> Result<Vec<String>> {
    let both: Vec<(String,)> = view.all(
        "select distinct withheld.campaign_id
         from withheld
         join impression on impression.campaign_id = withheld.campaign_id and impression.unit = withheld.unit
         where withheld.unit <> ''",
        &[],
    )?;
    Ok(both
        .into_iter()
        .map(|(id,)| format!("somebody who is held out of campaign {id} was shown it"))
        .collect())
}

pub(super) fn credits_derive(view: &View, _at: Moment) -> Result<Vec<String>> {
    let rows: Vec<(String, String)> = view.all(
        "with sold as (
           select orders.place_id, orders.id, 'tickets' as kind, lines.minor,
             case when orders.state = 'refunded' then lines.minor else lines.minor - orders.paid_minor end as back,
             case when orders.state = 'refunded' then 1 else 0 end as refunded
           from ticket_order orders
           join (
             select place_id, order_id, sum(paid_minor) as minor from ticket_order_line group by place_id, order_id
           ) lines on lines.place_id = orders.place_id and lines.order_id = orders.id
           where orders.state in ('paid', 'refunded')
           union all
           select place_id, id, 'products', total_minor, back_minor, case when state = 'refunded' then 1 else 0 end
           from product_order
           where state in ('paid', 'shipped', 'refunded')
         )
         select credit.place_id, credit.order_id
         from ad_credit credit
         left join sold on sold.place_id = credit.place_id and sold.id = credit.order_id and sold.kind = credit.kind
         left join click on click.place_id = credit.click_place_id and click.id = credit.click_id
           and click.campaign_id = credit.campaign_id
         where sold.id is null or click.id is null or sold.minor <> credit.amount_minor or click.at > credit.at
           or sold.back <> credit.back_minor
           or sold.refunded <> case when credit.reversed_at is null then 0 else 1 end",
        &[],
    )?;
    Ok(sentences(rows, |place, id| {
        format!("order {id} of {place} is credited to a click as it was not sold")
    }))
}
