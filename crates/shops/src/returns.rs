//! Pieces of a paid order that go back, line by line, under a key that takes them back once.
//!
//! What goes back of a line is its share of what was paid for it, as a difference of rounded totals, so that however
//! many returns empty a line they sum to it (`docs/algorithms/rounding.md`). Lines keep what was sold and count what went
//! back beside it; an order whose last piece goes back is `Refunded`.

use crate::listings;
use crate::orders::{self, Line, Order, State};
use crate::{limits, products};
use db::{FromRow, Row, Tx, View};
use kernel::{Currency, Error, Instant, Kind, ListingId, Money, OrderId, PlaceId, Refusal, Result};
use std::collections::BTreeMap;

pub const KEY_CHARS_MAX: usize = 100;
/// Returns in one list: an order has at most so many pieces.
pub const LIST_MAX: i64 = orders::LINES_MAX as i64 * orders::QUANTITY_MAX;

/// Whether what went back can be sold again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stock {
    Restocked,
    Lost,
}

impl Stock {
    pub fn code(self) -> &'static str {
        match self {
            Stock::Restocked => "restocked",
            Stock::Lost => "lost",
        }
    }

    pub fn parse(code: &str) -> Option<Stock> {
        [Stock::Restocked, Stock::Lost].into_iter().find(|stock| stock.code() == code)
    }

    /// Unless somebody says otherwise: what was not sent yet is still on the shelf, what was sent has to be looked at.
    pub fn usual(state: State) -> Stock {
        if matches!(state, State::Shipped { .. }) { Stock::Lost } else { Stock::Restocked }
    }
}

/// Who takes goods back, which decides until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// Their buyer, before they are sent.
    Buyer,
    /// Whoever works at the shop, also afterwards. Whether they do is for the caller to know.
    Shop,
}

/// How many of a line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pieces {
    pub listing: ListingId,
    pub quantity: i64,
}

/// What somebody wants to go back.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Made by whoever asks; the same key takes back once.
    pub key: String,
    pub pieces: Vec<Pieces>,
    /// [`Stock::usual`] when nobody says.
    pub stock: Option<Stock>,
}

/// A return as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    pub place: PlaceId,
    pub order: OrderId,
    /// Counts the returns of an order from 1.
    pub number: i64,
    pub key: String,
    pub stock: Stock,
    pub amount: Money,
    /// The person who did it; empty when the house did it itself.
    pub taken_by: String,
    pub at: Instant,
}

impl FromRow for Return {
    fn from_row(row: &mut Row) -> Result<Return> {
        let currency: Currency = row.next()?;
        let (place, order, number, key) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let stock = row.next::<String>()?;
        Ok(Return {
            place,
            order,
            number,
            key,
            stock: Stock::parse(&stock).ok_or_else(|| Error::fault(format!("stock is {stock}")))?,
            amount: row.money(currency)?,
            taken_by: row.next()?,
            at: row.next()?,
        })
    }
}

/// Pieces of a line that go back now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// The line as it was until now: `line.back` of its pieces had gone back before.
    pub line: Line,
    pub quantity: i64,
    pub amount: Money,
}

impl Back {
    pub fn empties_line(&self) -> bool {
        self.line.left() == self.quantity
    }
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The order as it is now, with what went back of which line.
    Now { order: Order, made: Return, lines: Vec<Back> },
    /// This key had taken the same back before.
    Before { order: Order, made: Return },
}

/// Takes pieces of a paid order back. Refuses what is not in it (`not_in_order`), more than is left of a line
/// (`more_than_left`), the same line twice (`line_repeated`), nothing at all (`nothing_chosen`), an order that was not
/// paid (`not_paid`) or was sent before its buyer asked (`already_shipped`), and a key that took something else back
/// (`key_reused`).
pub fn take(
    tx: &Tx,
    place: &PlaceId,
    id: &OrderId,
    wish: &Wish,
    desk: Desk,
    (by, at): (&str, Instant),
) -> Result<Taken> {
    let pieces = checked(&wish.pieces)?;
    let order = lock(tx, place, id)?;
    if let Some(made) = of_key(tx, &order, &wish.key)? {
        return before(tx, order, made, wish, &pieces);
    }
    let lines = chosen(tx, &order, &pieces)?;
    may(&order, desk)?;
    let lines =
        lines.into_iter().map(|(line, quantity)| back(tx, line, quantity)).collect::<Result<Vec<_>>>()?;
    let amount =
        lines.iter().try_fold(Money::zero(order.total.currency), |sum, back| sum.plus(back.amount))?;
    let made = Return {
        place: place.clone(),
        order: id.clone(),
        number: next_number(tx, &order)?,
        key: wish.key.clone(),
        stock: wish.stock.unwrap_or_else(|| Stock::usual(order.state)),
        amount,
        taken_by: by.to_owned(),
        at,
    };
    insert(tx, &made)?;
    for back in &lines {
        write(tx, &made, back)?;
    }
    Ok(Taken::Now { order: shrink(tx, order, amount, at)?, made, lines })
}

/// Everything that is left of an order.
pub fn all_left(view: &View, place: &PlaceId, id: &OrderId) -> Result<Vec<Pieces>> {
    let lines = orders::lines(view, place, id)?.into_iter().filter(|line| line.left() > 0);
    Ok(lines.map(|line| Pieces { quantity: line.left(), listing: line.listing }).collect())
}

/// The returns of an order, in the order in which they were made.
pub fn of_order(view: &View, place: &PlaceId, id: &OrderId) -> Result<Vec<Return>> {
    view.all(
        "select o.currency, r.place_id, r.order_id, r.number, r.key, r.stock, r.amount_minor, r.taken_by, r.at
        from product_return r
        join product_order o on o.place_id = r.place_id and o.id = r.order_id
        where r.place_id = $1 and o.place_id = $1 and r.order_id = $2
        order by r.number
        limit $3",
        &[place, id, &LIST_MAX],
    )
}

fn checked(pieces: &[Pieces]) -> Result<Vec<Pieces>, Refusal> {
    if pieces.is_empty() {
        return Err(Refusal::field(
            "lines",
            "nothing_chosen",
            "Choose what goes back.",
            "请选择要退的商品。",
        ));
    }
    limits::within("lines", pieces.len() as i64, 1, orders::LINES_MAX as i64)?;
    for one in pieces {
        limits::within("quantity", one.quantity, 1, orders::QUANTITY_MAX)?;
    }
    let mut pieces = pieces.to_vec();
    pieces.sort();
    if pieces.windows(2).any(|pair| pair[0].listing == pair[1].listing) {
        return Err(orders::line_repeated());
    }
    Ok(pieces)
}

/// The order, which nobody else changes until the end of this transaction.
fn lock(tx: &Tx, place: &PlaceId, id: &OrderId) -> Result<Order> {
    tx.run("update product_order set state = state where place_id = $1 and id = $2", &[place, id])?;
    orders::any(tx, place, id)
}

fn of_key(view: &View, order: &Order, key: &str) -> Result<Option<Return>> {
    limits::short("key", key, KEY_CHARS_MAX)?;
    view.maybe(
        "select o.currency, r.place_id, r.order_id, r.number, r.key, r.stock, r.amount_minor, r.taken_by, r.at
        from product_return r
        join product_order o on o.place_id = r.place_id and o.id = r.order_id
        where r.place_id = $1 and o.place_id = $1 and r.order_id = $2 and r.key = $3",
        &[&order.place, &order.id, &key],
    )
}

fn before(view: &View, order: Order, made: Return, wish: &Wish, pieces: &[Pieces]) -> Result<Taken> {
    let taken: Vec<(ListingId, i64)> = view.all(
        "select listing_id, quantity
        from product_return_line
        where place_id = $1 and order_id = $2 and number = $3
        order by listing_id",
        &[&made.place, &made.order, &made.number],
    )?;
    let is_same = taken
        .iter()
        .map(|(listing, quantity)| (listing, *quantity))
        .eq(pieces.iter().map(|one| (&one.listing, one.quantity)));
    if !is_same || wish.stock.is_some_and(|stock| stock != made.stock) {
        return Err(key_reused().into());
    }
    Ok(Taken::Before { order, made })
}

/// The lines that are meant, with how many of each.
fn chosen(view: &View, order: &Order, pieces: &[Pieces]) -> Result<Vec<(Line, i64)>> {
    let mut lines: BTreeMap<ListingId, Line> = orders::lines(view, &order.place, &order.id)?
        .into_iter()
        .map(|line| (line.listing.clone(), line))
        .collect();
    let line = |one: &Pieces| {
        let line = lines.remove(&one.listing).ok_or_else(not_in_order)?;
        Ok((line, one.quantity))
    };
    pieces.iter().map(line).collect()
}

fn may(order: &Order, desk: Desk) -> Result<(), Refusal> {
    match (order.state, desk) {
        (State::Paid { .. }, _) | (State::Shipped { .. }, Desk::Shop) => Ok(()),
        (State::Shipped { .. }, Desk::Buyer) => Err(orders::already_shipped()),
        (State::Refunded { .. }, _) => Err(nothing_left()),
        (State::Placed { .. } | State::Expired { .. }, _) => Err(orders::not_paid()),
    }
}

fn back(view: &View, line: Line, quantity: i64) -> Result<Back> {
    if quantity > line.left() {
        let name = products::any(view, &line.product)?.name;
        return Err(more_than_left(&name, line.left()).into());
    }
    let amount = line.total.of_pieces(line.back, quantity, line.quantity);
    Ok(Back { line, quantity, amount })
}

fn next_number(view: &View, order: &Order) -> Result<i64> {
    let (number,): (i64,) = view.one(
        "select coalesce(max(number), 0) + 1 from product_return where place_id = $1 and order_id = $2",
        &[&order.place, &order.id],
    )?;
    Ok(number)
}

fn insert(tx: &Tx, made: &Return) -> Result<()> {
    tx.run(
        "insert into product_return (place_id, order_id, number, key, stock, amount_minor, taken_by, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            &made.place,
            &made.order,
            &made.number,
            &made.key,
            &made.stock.code(),
            &made.amount.minor,
            &made.taken_by,
            &made.at,
        ],
    )?;
    Ok(())
}

fn write(tx: &Tx, made: &Return, back: &Back) -> Result<()> {
    let line = &back.line;
    tx.run(
        "insert into product_return_line
            (place_id, order_id, number, listing_id, before_quantity, quantity, amount_minor)
        values ($1, $2, $3, $4, $5, $6, $7)",
        &[
            &made.place,
            &made.order,
            &made.number,
            &line.listing,
            &line.back,
            &back.quantity,
            &back.amount.minor,
        ],
    )?;
    tx.run(
        "update product_order_line set back_quantity = back_quantity + $4, back_minor = back_minor + $5
        where place_id = $1 and order_id = $2 and listing_id = $3",
        &[&made.place, &made.order, &line.listing, &back.quantity, &back.amount.minor],
    )?;
    match made.stock {
        Stock::Restocked => listings::give_back(tx, &made.place, &line.listing, back.quantity),
        Stock::Lost => Ok(()),
    }
}

/// The order less what went back; when nothing is left of it, it is refunded.
fn shrink(tx: &Tx, order: Order, amount: Money, at: Instant) -> Result<Order> {
    let is_over = all_left(tx, &order.place, &order.id)?.is_empty();
    let (state, closed_at) = match is_over {
        true => (State::Refunded { at }, at),
        false => (order.state, order.state.closed_at().unwrap_or(at)),
    };
    tx.run(
        "update product_order set back_minor = back_minor + $3, state = $4, closed_at = $5
        where place_id = $1 and id = $2",
        &[&order.place, &order.id, &amount.minor, &state.code(), &closed_at],
    )?;
    Ok(Order { state, back: order.back.plus(amount)?, ..order })
}

fn not_in_order() -> Refusal {
    Refusal::field("lines", "not_in_order", "This product is not in the order.", "订单中没有这件商品。")
}

fn more_than_left(name: &kernel::Words, left: i64) -> Refusal {
    let (en, zh) = (name.in_(kernel::Lang::En), name.in_(kernel::Lang::Zh));
    let (say_en, say_zh) = match left {
        0 => (format!("All of “{en}” went back before."), format!("“{zh}”此前已全部退回。")),
        1 => (format!("Only 1 of “{en}” can still go back."), format!("“{zh}”最多还能退 1 件。")),
        left => {
            (format!("Only {left} of “{en}” can still go back."), format!("“{zh}”最多还能退 {left} 件。"))
        }
    };
    Refusal { field: Some("quantity"), ..Refusal::new(Kind::Conflict, "more_than_left", say_en, say_zh) }
}

/// Why nothing of an order can go back any more.
pub fn nothing_left() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "nothing_left",
        "Everything in this order went back before.",
        "这笔订单此前已全部退回。",
    )
}

fn key_reused() -> Refusal {
    Refusal {
        field: Some("key"),
        ..Refusal::new(
            Kind::Conflict,
            "key_reused",
            "This key took something else back before.",
            "这个幂等键已用于另一次退货。",
        )
    }
}
