//! What licensed goods sold, over every shop.

use db::{FromRow, Row, View};
use kernel::{Result, TitleId};

/// Sums of a title's goods, refunds taken off; money in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub orders: i64,
    pub units: i64,
    pub sales_minor: i64,
    pub royalty_minor: i64,
    pub licensor_minor: i64,
    pub fund_minor: i64,
}

impl FromRow for Sums {
    fn from_row(row: &mut Row) -> Result<Sums> {
        Ok(Sums {
            orders: row.next()?,
            units: row.next()?,
            sales_minor: row.next()?,
            royalty_minor: row.next()?,
            licensor_minor: row.next()?,
            fund_minor: row.next()?,
        })
    }
}

pub fn sums(view: &View, title: &TitleId) -> Result<Sums> {
    view.one(
        "with sold as (
           select count(distinct line.order_id) as orders, coalesce(sum(line.quantity - line.back_quantity), 0) as units,
             coalesce(sum(line.line_minor - line.back_minor), 0) as sales
           from product_order_line line
           join product_order orders on orders.place_id = line.place_id and orders.id = line.order_id
           where line.title_id = $1 and orders.state in ('paid', 'shipped') and line.back_quantity < line.quantity
         ), owed as (
           select coalesce(sum(royalty_minor), 0) as royalty, coalesce(sum(licensor_minor), 0) as licensor,
             coalesce(sum(fund_minor), 0) as fund
           from royalty_accrual
           where title_id = $1
         )
         select cast(sold.orders as bigint), cast(sold.units as bigint), cast(sold.sales as bigint),
           cast(owed.royalty as bigint), cast(owed.licensor as bigint), cast(owed.fund as bigint)
         from sold
         cross join owed",
        &[title],
    )
}
