//! Royalties with the order lines they come from.

use db::{FromRow, Row, View};
use kernel::{Currency, PlaceId, Result};
use licensing::royalties::Accrual;
use shops::orders::Line;

struct Accrued(Line, String, Accrual);

impl FromRow for Accrued {
    fn from_row(row: &mut Row) -> Result<Accrued> {
        let (line, kind) = (Line::from_row(row)?, row.next()?);
        let currency: Currency = row.next()?;
        let accrued = Accrual {
            net_sales: row.money(currency)?,
            royalty: row.money(currency)?,
            licensor: row.money(currency)?,
            platform: row.money(currency)?,
            marketing_fund: row.money(currency)?,
        };
        Ok(Accrued(line, kind, accrued))
    }
}

/// What every line of a place accrued, and what went back of it together: the line, `sale` or `refund`, the sums.
pub fn accrued_lines(view: &View, place: &PlaceId) -> Result<Vec<(Line, String, Accrual)>> {
    let rows: Vec<Accrued> = view.all(
        "with owed as (
           select place_id, order_id, listing_id, kind, currency, sum(net_sales_minor) as net,
             sum(royalty_minor) as royalty, sum(licensor_minor) as licensor, sum(platform_minor) as platform,
             sum(fund_minor) as fund
           from royalty_accrual
           where place_id = $1
           group by place_id, order_id, listing_id, kind, currency
         )
         select line.place_id, line.order_id, line.listing_id, line.product_id, line.merchant_org_id, line.title_id,
           line.contract_id, line.quantity, line.price_minor, line.line_minor, line.vat_ppm, line.back_quantity,
           line.back_minor, orders.currency, owed.kind, owed.currency, cast(owed.net as bigint),
           cast(owed.royalty as bigint), cast(owed.licensor as bigint), cast(owed.platform as bigint),
           cast(owed.fund as bigint)
         from owed
         join product_order_line line on line.place_id = owed.place_id and line.order_id = owed.order_id
           and line.listing_id = owed.listing_id
         join product_order orders on orders.place_id = line.place_id and orders.id = line.order_id
         where line.place_id = $1",
        &[place],
    )?;
    Ok(rows.into_iter().map(|Accrued(line, kind, accrued)| (line, kind, accrued)).collect())
}
