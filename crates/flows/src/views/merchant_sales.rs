//! What a merchant's goods sold, by product and shop. It says what was sold, never to whom.

use db::{FromRow, Row, View};
use kernel::{Currency, Money, OrgId, ProductId, Result, Words};

/// One product in one shop, over orders that were paid; what was refunded is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sales {
    pub product: ProductId,
    pub name: Words,
    pub artwork: String,
    pub shop: Words,
    pub pieces: i64,
    pub amount: Money,
    /// Pieces that were paid for and given back.
    pub refunded: i64,
}

impl FromRow for Sales {
    fn from_row(row: &mut Row) -> Result<Sales> {
        let currency: Currency = row.next()?;
        Ok(Sales {
            product: row.next()?,
            name: row.words()?,
            artwork: row.next()?,
            shop: row.words()?,
            pieces: row.next()?,
            amount: row.money(currency)?,
            refunded: row.next()?,
        })
    }
}

/// A merchant's sales, what brought most first.
pub fn of(view: &View, merchant: &OrgId) -> Result<Vec<Sales>> {
    view.all(
        "with sold as (
           select line.place_id, line.product_id, orders.currency,
             sum(line.quantity - line.back_quantity) as pieces, sum(line.line_minor - line.back_minor) as amount,
             sum(line.back_quantity) as refunded
           from product_order_line line
           join product_order orders on orders.place_id = line.place_id and orders.id = line.order_id
           where line.merchant_org_id = $1 and orders.state in ('paid', 'shipped', 'refunded')
           group by line.place_id, line.product_id, orders.currency
         )
         select sold.currency, product.id, product.name_en, product.name_zh, product.artwork, shop.name_en,
           shop.name_zh, cast(sold.pieces as bigint), cast(sold.amount as bigint), cast(sold.refunded as bigint)
         from sold
         join product on product.id = sold.product_id
         join shop on shop.place_id = sold.place_id
         order by sold.amount desc, product.id, shop.slug",
        &[merchant],
    )
}
