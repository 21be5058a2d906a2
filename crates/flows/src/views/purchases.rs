//! Product orders with what was in them: a buyer's over all shops, and a shop's to be sent.

use db::{FromRow, Row, View};
use kernel::{ListingId, OrderId, PersonId, PlaceId, Result, Words};
use shops::Order;
use std::collections::BTreeMap;

/// An order at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchase {
    pub order: Order,
    pub shop: Words,
    /// Different products in it, and how many pieces together.
    pub products: i64,
    pub pieces: i64,
    /// One of its products.
    pub product: Words,
    pub artwork: String,
}

impl FromRow for Purchase {
    fn from_row(row: &mut Row) -> Result<Purchase> {
        Ok(Purchase {
            order: Order::from_row(row)?,
            shop: row.words()?,
            products: row.next()?,
            pieces: row.next()?,
            product: row.words()?,
            artwork: row.next()?,
        })
    }
}

/// A buyer's orders in every shop, the newest first.
pub fn of_buyer(view: &View, buyer: &PersonId) -> Result<Vec<Purchase>> {
    view.all(
        "with mine as (
           select place_id, id, buyer_id, state, pay_until, closed_at, total_minor, currency, recipient, address,
             click, created_at, back_minor
           from product_order
           where buyer_id = $1
           order by created_at desc, id
           limit $2
         ), held as (
           select line.place_id, line.order_id, count(*) as products, sum(line.quantity) as pieces,
             min(line.product_id) as product_id
           from product_order_line line
           join mine on mine.place_id = line.place_id and mine.id = line.order_id
           group by line.place_id, line.order_id
         )
         select mine.place_id, mine.id, mine.buyer_id, mine.state, mine.pay_until, mine.closed_at,
           mine.total_minor, mine.currency, mine.recipient, mine.address, mine.click, mine.created_at,
           mine.back_minor,
           shop.name_en, shop.name_zh, cast(held.products as bigint), cast(held.pieces as bigint),
           product.name_en, product.name_zh, product.artwork
         from mine
         join held on held.place_id = mine.place_id and held.order_id = mine.id
         join shop on shop.place_id = mine.place_id
         join product on product.id = held.product_id
         order by mine.created_at desc, mine.id",
        &[buyer, &shops::orders::LIST_MAX],
    )
}

/// What lies in one order.
pub type Contents = Vec<Packed>;

/// A line of an order as a shop packs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    pub listing: ListingId,
    pub product: Words,
    /// Pieces that were ordered.
    pub quantity: i64,
    /// How many of them went back.
    pub back: i64,
}

impl Packed {
    /// Pieces that are still the buyer's.
    pub fn left(&self) -> i64 {
        self.quantity - self.back
    }
}

/// A shop's paid orders that wait to be sent, with what is still to go into each, the oldest first, and how many there are altogether.
pub fn to_send(view: &View, place: &PlaceId, limit: i64) -> Result<(i64, Vec<(Order, Contents)>)> {
    let (count,): (i64,) =
        view.one("select count(*) from product_order where place_id = $1 and state = 'paid'", &[place])?;
    let orders = view.all(
        "select place_id, id, buyer_id, state, pay_until, closed_at, total_minor, currency, recipient, address,
           click, created_at, back_minor
         from product_order
         where place_id = $1 and state = 'paid'
         order by created_at, id
         limit $2",
        &[place, &limit],
    )?;
    let lines = view.all(
        "with waiting as (
           select place_id, id
           from product_order
           where place_id = $1 and state = 'paid'
           order by created_at, id
           limit $2
         )
         select line.order_id, product.name_en, product.name_zh, line.listing_id, line.quantity,
           line.back_quantity
         from product_order_line line
         join waiting on waiting.place_id = line.place_id and waiting.id = line.order_id
         join product on product.id = line.product_id
         where line.place_id = $1 and line.back_quantity < line.quantity
         order by line.order_id, line.listing_id",
        &[place, &limit],
    )?;
    Ok((count, packed(orders, lines)))
}

/// A shop's latest orders, however they stand, the newest first.
pub fn of_shop(view: &View, place: &PlaceId) -> Result<Vec<(Order, Contents)>> {
    let limit = shops::orders::LIST_MAX;
    let orders = view.all(
        "select place_id, id, buyer_id, state, pay_until, closed_at, total_minor, currency, recipient, address,
           click, created_at, back_minor
         from product_order
         where place_id = $1
         order by created_at desc, id
         limit $2",
        &[place, &limit],
    )?;
    let lines = view.all(
        "with latest as (
           select place_id, id
           from product_order
           where place_id = $1
           order by created_at desc, id
           limit $2
         )
         select line.order_id, product.name_en, product.name_zh, line.listing_id, line.quantity,
           line.back_quantity
         from product_order_line line
         join latest on latest.place_id = line.place_id and latest.id = line.order_id
         join product on product.id = line.product_id
         where line.place_id = $1
         order by line.order_id, line.listing_id",
        &[place, &limit],
    )?;
    Ok(packed(orders, lines))
}

type LineRow = (OrderId, String, String, ListingId, i64, i64);

fn packed(orders: Vec<Order>, lines: Vec<LineRow>) -> Vec<(Order, Contents)> {
    let mut contents: BTreeMap<OrderId, Contents> = BTreeMap::new();
    for (order, en, zh, listing, quantity, back) in lines {
        let packed = Packed { listing, product: Words::new(en, zh), quantity, back };
        contents.entry(order).or_default().push(packed);
    }
    let with_contents = |order: Order| {
        let held = contents.remove(&order.id).unwrap_or_default();
        (order, held)
    };
    orders.into_iter().map(with_contents).collect()
}
