//! Royalties: computed again from order lines and contracts, and compared with what was accrued and booked.

use super::{Moment, sentences};
use crate::views;
use db::View;
use kernel::Result;
use licensing::royalties::Accrual;

pub(super) fn royalties_derive(view: &View, _at: Moment) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for place in views::places::selling(view)? {
        for (line, kind, accrued) in views::royalties::accrued_lines(view, &place)? {
            let owed = crate::buy_product::owed(view, &line)?.map(|owed| owed.accrued);
            let back = |owed: Accrual| owed.of_pieces(0, line.back, line.quantity).reversed();
            let owed = if kind == "sale" { owed } else { owed.map(back) };
            if owed != Some(accrued) {
                found.push(format!(
                    "the {kind} of {} in order {} of {place} owes another royalty",
                    line.listing, line.order
                ));
            }
        }
    }
    found.extend(missing(view)?);
    found.extend(unbooked(view)?);
    Ok(found)
}

/// Pieces of licensed lines that were sold, or taken back, without an accrual; and accruals of what was not.
fn missing(view: &View) -> Result<Vec<String>> {
    let rows: Vec<(String, String)> = view.all(
        "with owing as (
           select line.place_id, line.order_id, line.listing_id, 'sale' as kind, line.quantity
           from product_order_line line
           join product_order orders on orders.place_id = line.place_id and orders.id = line.order_id
           where line.contract_id is not null and orders.state in ('paid', 'shipped', 'refunded')
           union all
           select place_id, order_id, listing_id, 'refund', -back_quantity
           from product_order_line
           where contract_id is not null
         ), side as (
           select place_id, order_id, listing_id, kind, quantity as owing from owing
           union all
           select place_id, order_id, listing_id, kind, -quantity from royalty_accrual
         )
         select place_id, order_id
         from side
         group by place_id, order_id, listing_id, kind
         having sum(owing) <> 0",
        &[],
    )?;
    Ok(sentences(rows, |place, id| {
        format!("order {id} of {place} sold or took back a licensed product without its royalty")
    }))
}

fn unbooked(view: &View) -> Result<Vec<String>> {
    let rows: Vec<(String, String)> = view.all(
        "with side as (
           select place_id, order_id, licensor_minor as licensor, platform_minor as platform, fund_minor as fund
           from royalty_accrual
           union all
           select book_id, reference,
             case when credit like 'licensor:%' then -amount_minor when debit like 'licensor:%' then amount_minor
               else 0 end,
             case when credit = 'platform_royalty' then -amount_minor when debit = 'platform_royalty' then amount_minor
               else 0 end,
             case when credit like 'fund:%' then -amount_minor when debit like 'fund:%' then amount_minor else 0 end
           from transfer
           where code in ('royalty', 'marketing_fund', 'product_refund')
         )
         select place_id, order_id
         from side
         group by place_id, order_id
         having sum(licensor) <> 0 or sum(platform) <> 0 or sum(fund) <> 0",
        &[],
    )?;
    Ok(sentences(rows, |place, id| {
        format!("the royalty of order {id} of {place} is not booked as it accrued")
    }))
}
