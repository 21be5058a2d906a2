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

/// Every accrual of a place with its line and its kind, `sale` or `refund`.
pub fn accrued_lines(view: &View, place: &PlaceId) -> Result<Vec<(Line, String, Accrual)>> {
    let rows: Vec<Accrued> = view.all(
        "select line.place_id, line.order_id, line.listing_id, line.product_id, line.merchant_org_id, line.title_id,
           line.contract_id, line.quantity, line.price_minor, line.line_minor, line.vat_ppm, orders.currency,
           accrual.kind, accrual.currency, accrual.net_sales_minor, accrual.royalty_minor, accrual.licensor_minor,
           accrual.platform_minor, accrual.fund_minor
         from royalty_accrual accrual
         join product_order_line line on line.place_id = accrual.place_id and line.order_id = accrual.order_id
           and line.listing_id = accrual.listing_id
         join product_order orders on orders.place_id = line.place_id and orders.id = line.order_id
         where accrual.place_id = $1",
        &[place],
    )?;
    Ok(rows.into_iter().map(|Accrued(line, kind, accrued)| (line, kind, accrued)).collect())
}
