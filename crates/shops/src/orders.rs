//! A product order: stock promised for fifteen minutes, then paid for or given back.
//!
//! `Placed → Paid → Shipped`, `Placed → Expired`, `Paid | Shipped → Refunded`.
//! Placing is idempotent by the buyer's key. Every change of state is a compare-and-set, so of two
//! that come at once one happens and the other sees that it did. Stock is given back when an order becomes
//! `Expired`, and with what goes back of a paid one (`returns`), which is `Refunded` once nothing of it is left.

use crate::listings::{self, State as Shelf};
use crate::{baskets, limits, products};
use db::{FromRow, Row, Tx, View};
use kernel::{
    Act, ContractId, Currency, Error, Instant, Kind, ListingId, Money, OrderId, OrgId, PersonId, PlaceId,
    ProductId, Refusal, Result, Share, TitleId,
};
use serde::Serialize;

/// How long an order waits for its payment.
pub const PAY_MINUTES: i64 = 15;
pub const LINES_MAX: usize = baskets::LINES_MAX as usize;
pub const QUANTITY_MAX: i64 = baskets::QUANTITY_MAX;
pub const KEY_CHARS_MAX: usize = 100;
pub const RECIPIENT_CHARS_MAX: usize = 80;
pub const ADDRESS_CHARS_MAX: usize = 300;
pub const CLICK_CHARS_MAX: usize = 1000;
/// Orders or lines in one list, the newest first.
pub const LIST_MAX: i64 = 500;
/// Orders that one person may leave unpaid in one shop, at most.
pub const UNPAID_MAX: i64 = 10;
/// How often a change looks again when somebody else was faster.
const TRIES_MAX: usize = 3;

/// The life of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The stock is reserved until then.
    Placed {
        pay_until: Instant,
    },
    Paid {
        at: Instant,
    },
    Shipped {
        at: Instant,
    },
    Expired {
        at: Instant,
    },
    Refunded {
        at: Instant,
    },
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Placed { .. } => "placed",
            State::Paid { .. } => "paid",
            State::Shipped { .. } => "shipped",
            State::Expired { .. } => "expired",
            State::Refunded { .. } => "refunded",
        }
    }

    /// A payment came. One that comes late finds the order expired.
    pub fn pay(self, at: Instant) -> State {
        match self {
            State::Placed { pay_until } if at <= pay_until => State::Paid { at },
            other => other.expire(at),
        }
    }

    /// Time passed.
    pub fn expire(self, at: Instant) -> State {
        match self {
            State::Placed { pay_until } if at > pay_until => State::Expired { at },
            other => other,
        }
    }

    pub fn ship(self, at: Instant) -> Result<State, Refusal> {
        match self {
            State::Paid { .. } => Ok(State::Shipped { at }),
            State::Shipped { .. } => Ok(self),
            _ => Err(not_paid()),
        }
    }

    pub(crate) fn closed_at(self) -> Option<Instant> {
        match self {
            State::Placed { .. } => None,
            State::Paid { at } | State::Shipped { at } | State::Expired { at } | State::Refunded { at } => {
                Some(at)
            }
        }
    }

    fn stored(code: &str, pay_until: Instant, closed_at: Option<Instant>) -> Result<State> {
        match (code, closed_at) {
            ("placed", None) => Ok(State::Placed { pay_until }),
            ("paid", Some(at)) => Ok(State::Paid { at }),
            ("shipped", Some(at)) => Ok(State::Shipped { at }),
            ("expired", Some(at)) => Ok(State::Expired { at }),
            ("refunded", Some(at)) => Ok(State::Refunded { at }),
            _ => Err(Error::fault(format!("an order is {code}, closed at {closed_at:?}"))),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub place: PlaceId,
    pub id: OrderId,
    pub buyer: PersonId,
    pub state: State,
    pub pay_until: Instant,
    /// What was ordered comes to, whatever went back of it since.
    pub total: Money,
    pub recipient: String,
    pub address: String,
    /// The sealed token of the ad click that led here.
    pub click: Option<String>,
    pub created_at: Instant,
    /// What the pieces that went back had cost.
    pub back: Money,
}

impl FromRow for Order {
    fn from_row(row: &mut Row) -> Result<Order> {
        let (place, id, buyer) = (row.next()?, row.next()?, row.next()?);
        let (code, pay_until, closed_at) = (row.next::<String>()?, row.next()?, row.next()?);
        let (total_minor, currency): (_, Currency) = (row.next()?, row.next()?);
        Ok(Order {
            place,
            id,
            buyer,
            state: State::stored(&code, pay_until, closed_at)?,
            pay_until,
            total: Money::new(total_minor, currency),
            recipient: row.next()?,
            address: row.next()?,
            click: row.next()?,
            created_at: row.next()?,
            back: row.money(currency)?,
        })
    }
}

/// One listing of an order, with everything that settling it needs, as it was when it was placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub place: PlaceId,
    pub order: OrderId,
    pub listing: ListingId,
    pub product: ProductId,
    pub merchant: OrgId,
    pub title: Option<TitleId>,
    pub contract: Option<ContractId>,
    pub quantity: i64,
    pub price: Money,
    /// `price × quantity`, tax included.
    pub total: Money,
    pub vat: Share,
    /// How many of its pieces went back, and what had been paid for them.
    pub back: i64,
    pub back_total: Money,
}

impl Line {
    /// Pieces that are still the buyer's.
    pub fn left(&self) -> i64 {
        self.quantity - self.back
    }
}

/// The columns of a line, then the order's currency.
impl FromRow for Line {
    fn from_row(row: &mut Row) -> Result<Line> {
        let (place, order, listing, product) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let (merchant, title, contract) = (row.next()?, row.next()?, row.next()?);
        let (quantity, price_minor, line_minor) = (row.next()?, row.next()?, row.next()?);
        let (vat, back, back_minor) = (row.next()?, row.next()?, row.next()?);
        let currency: Currency = row.next()?;
        Ok(Line {
            place,
            order,
            listing,
            product,
            merchant,
            title,
            contract,
            quantity,
            price: Money::new(price_minor, currency),
            total: Money::new(line_minor, currency),
            vat,
            back,
            back_total: Money::new(back_minor, currency),
        })
    }
}

/// What a buyer asks for.
#[derive(Clone, Debug)]
pub struct Checkout {
    pub place: PlaceId,
    pub buyer: PersonId,
    /// Made by the buyer's side; the same key is the same order.
    pub key: String,
    pub lines: Vec<Wanted>,
    pub recipient: String,
    pub address: String,
    /// The sealed token of the ad click that led here. It is no part of what the key stands for.
    pub click: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Wanted {
    pub listing: ListingId,
    pub quantity: i64,
    /// The price of one that the buyer saw.
    pub price_minor: i64,
}

/// What came of placing an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placed {
    Now(Order),
    /// The same key and the same wish as before: the order of then, as it is today.
    Again(Order),
}

impl Placed {
    pub fn order(&self) -> &Order {
        match self {
            Placed::Now(order) | Placed::Again(order) => order,
        }
    }
}

/// Places an order and reserves its stock; all of it or nothing.
///
/// `tax` is what every price includes today; where nobody says, what each listing was put up with.
///
/// Refuses with `out_of_stock`, `price_changed`, `not_for_sale`, `key_reused`, `too_many_unpaid`, or the field that is
/// wrong.
pub fn place(tx: &Tx, act: &mut Act, checkout: &Checkout, tax: Option<Share>) -> Result<Placed> {
    check(checkout)?;
    let asked = asked(checkout)?;
    if let Some(before) = again(tx, checkout, &asked)? {
        return Ok(before);
    }
    may_place(tx, checkout, act.at)?;
    let lines = priced(tx, checkout, act.id(), tax)?;
    let order = open(act, checkout, &lines)?;
    if !insert(tx, &order, &checkout.key, &asked)? {
        // The same request is being answered at this moment on another connection.
        return again(tx, checkout, &asked)?.ok_or_else(|| Error::fault("a key is taken by no order"));
    }
    for line in &lines {
        if !listings::take(tx, &line.place, &line.listing, line.quantity, line.price)? {
            return Err(why_not(tx, line)?.into());
        }
        insert_line(tx, line)?;
    }
    Ok(Placed::Now(order))
}

/// Refuses somebody who keeps too much stock from others without paying.
fn may_place(view: &View, checkout: &Checkout, now: Instant) -> Result<()> {
    let (unpaid,): (i64,) = view.one(
        "select count(*) from product_order
        where place_id = $1 and buyer_id = $2 and state = 'placed' and pay_until >= $3",
        &[&checkout.place, &checkout.buyer, &now],
    )?;
    if unpaid < UNPAID_MAX {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::TooMany,
        "too_many_unpaid",
        "Several orders of yours wait to be paid here. Pay for them or let them go first.",
        "您在本店已有多笔待支付的订单，请先付款，或等它们到期。",
    )
    .into())
}

fn check(checkout: &Checkout) -> Result<(), Refusal> {
    limits::filled("key", &checkout.key, KEY_CHARS_MAX)?;
    limits::filled("recipient", &checkout.recipient, RECIPIENT_CHARS_MAX)?;
    limits::filled("address", &checkout.address, ADDRESS_CHARS_MAX)?;
    limits::short("click", checkout.click.as_deref().unwrap_or(""), CLICK_CHARS_MAX)?;
    limits::within("lines", checkout.lines.len() as i64, 1, LINES_MAX as i64)?;
    for wanted in &checkout.lines {
        limits::within("quantity", wanted.quantity, 1, QUANTITY_MAX)?;
    }
    let mut listings: Vec<&ListingId> = checkout.lines.iter().map(|wanted| &wanted.listing).collect();
    listings.sort();
    if listings.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(line_repeated());
    }
    Ok(())
}

/// What the key stands for, the same text for the same wish.
fn asked(checkout: &Checkout) -> Result<String> {
    #[derive(Serialize)]
    struct Asked<'a> {
        lines: Vec<&'a Wanted>,
        recipient: &'a str,
        address: &'a str,
    }
    let mut lines: Vec<&Wanted> = checkout.lines.iter().collect();
    lines.sort();
    let asked = Asked { lines, recipient: checkout.recipient.trim(), address: checkout.address.trim() };
    Ok(serde_json::to_string(&asked)?)
}

/// The order that this key made before, if it was for the same.
fn again(view: &View, checkout: &Checkout, asked: &str) -> Result<Option<Placed>> {
    let before: Option<(OrderId, String)> = view.maybe(
        "select id, asked from product_order where place_id = $1 and buyer_id = $2 and key = $3",
        &[&checkout.place, &checkout.buyer, &checkout.key],
    )?;
    match before {
        None => Ok(None),
        Some((id, before)) if before == asked => Ok(Some(Placed::Again(any(view, &checkout.place, &id)?))),
        Some(_) => Err(key_reused().into()),
    }
}

/// The lines at today's prices, in the order of their listings so that two baskets never wait for each other.
fn priced(view: &View, checkout: &Checkout, order: OrderId, tax: Option<Share>) -> Result<Vec<Line>> {
    let mut lines = Vec::with_capacity(checkout.lines.len());
    for wanted in &checkout.lines {
        let listing = listings::any(view, &checkout.place, &wanted.listing)?;
        let line = Line {
            place: listing.place,
            order: order.clone(),
            listing: listing.id,
            product: listing.product,
            merchant: listing.merchant,
            title: listing.title,
            contract: listing.contract,
            quantity: wanted.quantity,
            price: Money::new(wanted.price_minor, listing.price.currency),
            total: listing.price.times(wanted.quantity)?,
            vat: tax.unwrap_or(listing.vat),
            back: 0,
            back_total: Money::zero(listing.price.currency),
        };
        // The compare-and-set decides; most wishes that it would turn down are refused here, before any write.
        if listing.price != line.price || listing.state != Shelf::Listed || listing.stock < line.quantity {
            return Err(why_not(view, &line)?.into());
        }
        lines.push(line);
    }
    lines.sort_by(|a, b| a.listing.cmp(&b.listing));
    Ok(lines)
}

fn open(act: &Act, checkout: &Checkout, lines: &[Line]) -> Result<Order> {
    let first = lines.first().ok_or_else(|| Error::fault("an order without lines"))?;
    let mut total = Money::zero(first.price.currency);
    for line in lines {
        total = total.plus(line.total)?;
    }
    let pay_until = act.at.plus_minutes(PAY_MINUTES);
    Ok(Order {
        place: checkout.place.clone(),
        id: first.order.clone(),
        buyer: checkout.buyer.clone(),
        state: State::Placed { pay_until },
        pay_until,
        total,
        recipient: checkout.recipient.trim().to_owned(),
        address: checkout.address.trim().to_owned(),
        click: checkout.click.clone(),
        created_at: act.at,
        back: Money::zero(total.currency),
    })
}

fn insert(tx: &Tx, order: &Order, key: &str, asked: &str) -> Result<bool> {
    let added = tx.run(
        "insert into product_order (place_id, id, buyer_id, key, asked, state, pay_until, total_minor, currency,
            recipient, address, click, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        on conflict (place_id, buyer_id, key) do nothing",
        &[
            &order.place,
            &order.id,
            &order.buyer,
            &key,
            &asked,
            &order.state.code(),
            &order.pay_until,
            &order.total.minor,
            &order.total.currency,
            &order.recipient,
            &order.address,
            &order.click,
            &order.created_at,
        ],
    )?;
    Ok(added == 1)
}

fn insert_line(tx: &Tx, line: &Line) -> Result<()> {
    tx.run(
        "insert into product_order_line (place_id, order_id, listing_id, product_id, merchant_org_id, title_id,
            contract_id, quantity, price_minor, line_minor, vat_ppm)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            &line.place,
            &line.order,
            &line.listing,
            &line.product,
            &line.merchant,
            &line.title,
            &line.contract,
            &line.quantity,
            &line.price.minor,
            &line.total.minor,
            &line.vat,
        ],
    )?;
    Ok(())
}

/// Why a line cannot be had, in words, from what the shelf says now.
fn why_not(view: &View, line: &Line) -> Result<Refusal> {
    let listing = listings::any(view, &line.place, &line.listing)?;
    let name = products::any(view, &listing.product)?.name;
    let (en, zh) = (name.in_(kernel::Lang::En), name.in_(kernel::Lang::Zh));
    if listing.state != Shelf::Listed {
        return Ok(Refusal::new(
            Kind::Gone,
            "not_for_sale",
            format!("“{en}” is no longer for sale here."),
            format!("“{zh}”已下架。"),
        ));
    }
    if listing.price != line.price {
        let price = listing.price;
        return Ok(Refusal::new(
            Kind::Conflict,
            "price_changed",
            format!("“{en}” costs {price} now. Please look again before you pay."),
            format!("“{zh}”现价 {price}，请确认后再下单。"),
        ));
    }
    Ok(match listing.stock {
        0 => Refusal::new(
            Kind::Conflict,
            "out_of_stock",
            format!("“{en}” has sold out: 0 are left."),
            format!("“{zh}”已售罄，剩余 0 件。"),
        ),
        1 => Refusal::new(
            Kind::Conflict,
            "out_of_stock",
            format!("Only 1 of “{en}” is left."),
            format!("“{zh}”只剩 1 件。"),
        ),
        left => Refusal::new(
            Kind::Conflict,
            "out_of_stock",
            format!("Only {left} of “{en}” are left."),
            format!("“{zh}”只剩 {left} 件。"),
        ),
    })
}

/// What came of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmed {
    Now(Order),
    /// It had been paid before; nothing changed.
    Already(Order),
    /// The time to pay was over; the order is expired and the money must go back.
    Late(Order),
}

/// A payment for the order arrived.
pub fn confirm(tx: &Tx, place: &PlaceId, id: &OrderId, at: Instant) -> Result<Confirmed> {
    let (order, changed) = advance(tx, place, id, |state| Ok(state.pay(at)))?;
    Ok(match order.state {
        State::Paid { .. } if changed => Confirmed::Now(order),
        State::Expired { .. } | State::Placed { .. } => Confirmed::Late(order),
        State::Paid { .. } | State::Shipped { .. } | State::Refunded { .. } => Confirmed::Already(order),
    })
}

/// Expires orders whose time to pay is over and gives their stock back; at most `limit`, the oldest first.
pub fn expire_due(tx: &Tx, place: &PlaceId, now: Instant, limit: i64) -> Result<Vec<Order>> {
    let due: Vec<(OrderId,)> = tx.all(
        "select id from product_order
        where place_id = $1 and state = 'placed' and pay_until < $2
        order by pay_until, id
        limit $3",
        &[place, &now, &limit.clamp(0, LIST_MAX)],
    )?;
    let mut expired = Vec::new();
    for (id,) in due {
        let (order, changed) = advance(tx, place, &id, |state| Ok(state.expire(now)))?;
        if changed {
            expired.push(order);
        }
    }
    Ok(expired)
}

/// What came of a change that may be asked for twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    Now(Order),
    Already(Order),
}

impl Changed {
    pub fn order(&self) -> &Order {
        match self {
            Changed::Now(order) | Changed::Already(order) => order,
        }
    }
}

/// The goods have left the shop.
pub fn ship(tx: &Tx, place: &PlaceId, id: &OrderId, at: Instant) -> Result<Changed> {
    let (order, changed) = advance(tx, place, id, |state| state.ship(at))?;
    Ok(if changed { Changed::Now(order) } else { Changed::Already(order) })
}

/// Reads, decides, and writes if nobody was faster; looks again when somebody was.
///
/// The answer says whether this call changed the state. Whoever lets an order expire also gives its stock back.
fn advance(
    tx: &Tx,
    place: &PlaceId,
    id: &OrderId,
    decide: impl Fn(State) -> Result<State, Refusal>,
) -> Result<(Order, bool)> {
    for _ in 0..TRIES_MAX {
        let order = any(tx, place, id)?;
        let next = decide(order.state)?;
        if next == order.state {
            return Ok((order, false));
        }
        let changed = tx.run(
            "update product_order set state = $4, closed_at = $5 where place_id = $1 and id = $2 and state = $3",
            &[place, id, &order.state.code(), &next.code(), &next.closed_at()],
        )?;
        if changed == 1 {
            if matches!(next, State::Expired { .. }) {
                for line in lines(tx, place, id)? {
                    listings::give_back(tx, place, &line.listing, line.quantity)?;
                }
            }
            return Ok((Order { state: next, ..order }, true));
        }
    }
    Err(moving().into())
}

/// Forgets who received a buyer's orders, where, and which ads brought them; what was bought stays with the books.
pub fn forget_buyer(tx: &Tx, place: &PlaceId, buyer: &PersonId) -> Result<()> {
    tx.run(
        "update product_order
        set recipient = '', address = '', asked = '', click = null
        where place_id = $1 and buyer_id = $2",
        &[place, buyer],
    )?;
    Ok(())
}

pub fn any(view: &View, place: &PlaceId, id: &OrderId) -> Result<Order> {
    let order = view.maybe(
        "select place_id, id, buyer_id, state, pay_until, closed_at, total_minor, currency, recipient, address,
            click, created_at, back_minor
        from product_order
        where place_id = $1 and id = $2",
        &[place, id],
    )?;
    order.ok_or_else(|| unknown().into())
}

/// One of a buyer's own orders.
pub fn of(view: &View, buyer: &PersonId, place: &PlaceId, id: &OrderId) -> Result<Order> {
    let order = any(view, place, id)?;
    if order.buyer == *buyer { Ok(order) } else { Err(unknown().into()) }
}

pub fn lines(view: &View, place: &PlaceId, id: &OrderId) -> Result<Vec<Line>> {
    view.all(
        "select l.place_id, l.order_id, l.listing_id, l.product_id, l.merchant_org_id, l.title_id, l.contract_id,
            l.quantity, l.price_minor, l.line_minor, l.vat_ppm, l.back_quantity, l.back_minor, o.currency
        from product_order_line l
        join product_order o on o.place_id = l.place_id and o.id = l.order_id
        where l.place_id = $1 and o.place_id = $1 and l.order_id = $2
        order by l.listing_id",
        &[place, id],
    )
}

/// A buyer's orders in all of these shops, the newest first.
pub fn of_buyer(view: &View, buyer: &PersonId, places: &[PlaceId]) -> Result<Vec<Order>> {
    let mut orders: Vec<Order> = Vec::new();
    for place in places {
        orders.extend(view.all::<Order>(
            "select place_id, id, buyer_id, state, pay_until, closed_at, total_minor, currency, recipient, address,
                click, created_at, back_minor
            from product_order
            where place_id = $1 and buyer_id = $2
            order by created_at desc, id
            limit $3",
            &[place, buyer, &LIST_MAX],
        )?);
    }
    orders.sort_by(|a, b| (b.created_at, &a.id).cmp(&(a.created_at, &b.id)));
    orders.truncate(LIST_MAX as usize);
    Ok(orders)
}

/// The orders of a shop, the newest first.
pub fn of_shop(view: &View, place: &PlaceId) -> Result<Vec<Order>> {
    view.all(
        "select place_id, id, buyer_id, state, pay_until, closed_at, total_minor, currency, recipient, address,
            click, created_at, back_minor
        from product_order
        where place_id = $1
        order by created_at desc, id
        limit $2",
        &[place, &LIST_MAX],
    )
}

/// A line as its merchant sees it: what was sold, not to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sold {
    pub line: Line,
    pub state: State,
    pub ordered_at: Instant,
}

impl FromRow for Sold {
    fn from_row(row: &mut Row) -> Result<Sold> {
        let line = Line::from_row(row)?;
        let (code, pay_until, closed_at) = (row.next::<String>()?, row.next()?, row.next()?);
        Ok(Sold { line, state: State::stored(&code, pay_until, closed_at)?, ordered_at: row.next()? })
    }
}

/// What a shop sold of a merchant's goods: lines of orders that were paid, also those refunded since.
pub fn of_merchant(view: &View, place: &PlaceId, merchant: &OrgId) -> Result<Vec<Sold>> {
    view.all(
        "select l.place_id, l.order_id, l.listing_id, l.product_id, l.merchant_org_id, l.title_id, l.contract_id,
            l.quantity, l.price_minor, l.line_minor, l.vat_ppm, l.back_quantity, l.back_minor, o.currency, o.state, o.pay_until, o.closed_at,
            o.created_at
        from product_order_line l
        join product_order o on o.place_id = l.place_id and o.id = l.order_id
        where l.place_id = $1 and o.place_id = $1 and l.merchant_org_id = $2
            and o.state in ('paid', 'shipped', 'refunded')
        order by o.created_at desc, l.order_id, l.listing_id
        limit $3",
        &[place, merchant, &LIST_MAX],
    )
}

fn unknown() -> Refusal {
    Refusal::not_found("order", "订单")
}

pub(crate) fn line_repeated() -> Refusal {
    Refusal::field(
        "lines",
        "line_repeated",
        "A product stands in the order twice. Please order it once, with the quantity.",
        "同一件商品出现了两次，请合并数量。",
    )
}

fn key_reused() -> Refusal {
    Refusal {
        field: Some("key"),
        ..Refusal::new(
            Kind::Conflict,
            "key_reused",
            "This key was used for a different order before.",
            "这个幂等键已用于另一笔订单。",
        )
    }
}

pub(crate) fn not_paid() -> Refusal {
    Refusal::new(Kind::Conflict, "not_paid", "This order has not been paid.", "这笔订单尚未支付。")
}

pub(crate) fn already_shipped() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "already_shipped",
        "This order has already been shipped.",
        "这笔订单已发货，不能直接退款。",
    )
}

fn moving() -> Refusal {
    Refusal::new(
        Kind::Busy,
        "busy",
        "This order is being changed at this moment. Please try again.",
        "这笔订单正在处理中，请再试一次。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Instant = Instant::from_micros(1_482_465_600_000_000);

    fn placed() -> State {
        State::Placed { pay_until: NOON.plus_minutes(PAY_MINUTES) }
    }

    #[test]
    fn an_order_may_be_paid_until_its_last_microsecond() {
        let last = NOON.plus_minutes(PAY_MINUTES);
        assert_eq!(placed().pay(last), State::Paid { at: last });
        assert_eq!(placed().expire(last), placed());
        let late = Instant::from_micros(last.micros + 1);
        assert_eq!(placed().pay(late), State::Expired { at: late });
        assert_eq!(placed().expire(late), State::Expired { at: late });
    }

    #[test]
    fn an_order_that_is_over_stays_as_it_is() {
        let later = NOON.plus_minutes(60);
        for over in [State::Expired { at: NOON }, State::Refunded { at: NOON }] {
            assert_eq!(over.pay(later), over);
            assert_eq!(over.expire(later), over);
            assert_eq!(over.ship(later).map_err(|refusal| refusal.code), Err("not_paid"));
        }
        let shipped = State::Shipped { at: NOON };
        assert_eq!(shipped.ship(later), Ok(shipped));
    }
}
