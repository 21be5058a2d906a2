//! Ticket orders: held, then paid or expired; a paid one may be refunded.

use crate::showtimes::Showtime;
use crate::tariff::Quote;
use crate::{holds, tickets};
use db::{FromRow, Row, Tx, View};
use kernel::{
    Act, Currency, Error, Instant, Kind, Money, OrderId, OrgId, PersonId, PlaceId, Refusal, Result,
    ShowtimeId, TitleId,
};

pub const KEY_MAX: usize = 80;
/// Orders that one person may hold unpaid at one place, at most.
pub const HOLDS_MAX: i64 = 5;
/// Orders swept or listed at once, at most.
pub const PAGE_MAX: i64 = 200;
/// How often a change looks again when another node was faster.
const TRIES_MAX: usize = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Held,
    Paid,
    Expired,
    Refunded,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Held => "held",
            State::Paid => "paid",
            State::Expired => "expired",
            State::Refunded => "refunded",
        }
    }

    fn parse(code: &str) -> Result<State> {
        [State::Held, State::Paid, State::Expired, State::Refunded]
            .into_iter()
            .find(|state| state.code() == code)
            .ok_or_else(|| Error::fault(format!("unknown state of a ticket order: {code}")))
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub place: PlaceId,
    pub id: OrderId,
    pub showtime: ShowtimeId,
    pub title: TitleId,
    pub buyer: PersonId,
    pub state: State,
    pub held_until: Instant,
    pub seats: i64,
    pub paid: Money,
    pub fee: Money,
    pub base: Money,
    pub subsidy: Money,
    pub subsidy_funder: Option<OrgId>,
    /// The signed token of the ad click that brought the buyer.
    pub click: Option<String>,
    pub created_at: Instant,
    asked: String,
}

impl FromRow for Order {
    fn from_row(row: &mut Row) -> Result<Order> {
        let currency: Currency = row.next()?;
        Ok(Order {
            place: row.next()?,
            id: row.next()?,
            showtime: row.next()?,
            title: row.next()?,
            buyer: row.next()?,
            state: State::parse(&row.next::<String>()?)?,
            held_until: row.next()?,
            seats: row.next()?,
            paid: row.money(currency)?,
            fee: row.money(currency)?,
            base: row.money(currency)?,
            subsidy: row.money(currency)?,
            subsidy_funder: row.next()?,
            click: row.next()?,
            created_at: row.next()?,
            asked: row.next()?,
        })
    }
}

/// A seat of an order with its amounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub seat: String,
    pub kind: String,
    pub paid_minor: i64,
    pub fee_minor: i64,
}

impl FromRow for Line {
    fn from_row(row: &mut Row) -> Result<Line> {
        Ok(Line { seat: row.next()?, kind: row.next()?, paid_minor: row.next()?, fee_minor: row.next()? })
    }
}

/// Who orders, and under which key of their own.
#[derive(Clone, Debug)]
pub struct Buyer {
    pub person: PersonId,
    /// Made by the caller once a checkout; the same key never orders twice.
    pub key: String,
    pub click: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Opened {
    New(Order),
    /// This key has ordered the same seats before.
    Again(Order),
}

/// Opens an order and holds its seats. The same key with other seats is refused (`key_reused`).
pub fn open(
    tx: &Tx,
    act: &mut Act,
    showtime: &Showtime,
    quote: &Quote,
    funder: &OrgId,
    buyer: &Buyer,
) -> Result<Opened> {
    let seats: Vec<String> = quote.lines.iter().map(|line| line.seat.id.clone()).collect();
    if let Some(before) = before(tx, &showtime.place, &showtime.id, &seats, buyer)? {
        return Ok(Opened::Again(before));
    }
    let order = draft(act, showtime, quote, funder, buyer)?;
    if !insert(tx, &order, &buyer.key)? {
        // The same request is being answered at this moment by another node.
        let before = before(tx, &showtime.place, &showtime.id, &seats, buyer)?;
        return before.map(Opened::Again).ok_or_else(|| Error::fault("a key is taken by no order"));
    }
    insert_lines(tx, &order, quote)?;
    let mut seats: Vec<&str> = seats.iter().map(String::as_str).collect();
    seats.sort_unstable();
    holds::take(tx, &order.place, &order.showtime, &seats, &order.id, order.held_until, act.at)?;
    Ok(Opened::New(order))
}

/// The order that this key has opened for the same seats, as it is today, whatever became of the showtime since.
/// Refuses a key that was used for others (`key_reused`), and one that is no key (`bad_key`).
pub fn before(
    view: &View,
    place: &PlaceId,
    showtime: &ShowtimeId,
    seats: &[String],
    buyer: &Buyer,
) -> Result<Option<Order>> {
    let Some(before) = by_key(view, place, buyer)? else { return Ok(None) };
    if before.asked == asked(showtime, seats) {
        return Ok(Some(before));
    }
    Err(Refusal::new(
        Kind::Conflict,
        "key_reused",
        "This checkout was already used for other seats. Please choose again.",
        "这次下单已用于其他座位，请重新选择。",
    )
    .into())
}

/// What a key stands for, the same text for the same wish.
fn asked(showtime: &ShowtimeId, seats: &[String]) -> String {
    let mut seats: Vec<&str> = seats.iter().map(String::as_str).collect();
    seats.sort_unstable();
    format!("{showtime} {}", seats.join(" "))
}

fn by_key(view: &View, place: &PlaceId, buyer: &Buyer) -> Result<Option<Order>> {
    let is_key = (1..=KEY_MAX).contains(&buyer.key.len()) && !buyer.key.chars().any(char::is_control);
    if !is_key {
        return Err(Refusal::field(
            "key",
            "bad_key",
            "An idempotency key has 1 to 80 characters.",
            "幂等键应为 1 到 80 个字符。",
        )
        .into());
    }
    view.maybe(
        "select currency, place_id, id, showtime_id, title_id, buyer_id, state, held_until, seats, paid_minor, fee_minor,
           base_minor, subsidy_minor, subsidy_funder, click, created_at, asked
         from ticket_order
         where place_id = $1 and buyer_id = $2 and key = $3",
        &[place, &buyer.person, &buyer.key],
    )
}

fn draft(act: &mut Act, showtime: &Showtime, quote: &Quote, funder: &OrgId, buyer: &Buyer) -> Result<Order> {
    let seats: Vec<String> = quote.lines.iter().map(|line| line.seat.id.clone()).collect();
    let subsidy = quote.subsidy()?;
    Ok(Order {
        place: showtime.place.clone(),
        id: act.id(),
        showtime: showtime.id.clone(),
        title: showtime.title.clone(),
        buyer: buyer.person.clone(),
        state: State::Held,
        held_until: act.at.plus_minutes(holds::HOLD_MINUTES),
        seats: seats.len() as i64,
        paid: quote.paid()?,
        fee: quote.fee()?,
        base: quote.base()?,
        subsidy,
        subsidy_funder: (!subsidy.is_zero()).then(|| funder.clone()),
        click: buyer.click.clone(),
        created_at: act.at,
        asked: asked(&showtime.id, &seats),
    })
}

/// False when the key is taken.
fn insert(tx: &Tx, order: &Order, key: &str) -> Result<bool> {
    let added = tx.run(
        "insert into ticket_order
           (place_id, id, showtime_id, title_id, buyer_id, key, asked, state, held_until, seats, paid_minor, fee_minor,
            base_minor, subsidy_minor, subsidy_funder, currency, click, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'held', $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         on conflict (place_id, buyer_id, key) do nothing",
        &[
            &order.place,
            &order.id,
            &order.showtime,
            &order.title,
            &order.buyer,
            &key,
            &order.asked,
            &order.held_until,
            &order.seats,
            &order.paid.minor,
            &order.fee.minor,
            &order.base.minor,
            &order.subsidy.minor,
            &order.subsidy_funder,
            &order.paid.currency,
            &order.click,
            &order.created_at,
        ],
    )?;
    Ok(added == 1)
}

fn insert_lines(tx: &Tx, order: &Order, quote: &Quote) -> Result<()> {
    for line in &quote.lines {
        tx.run(
            "insert into ticket_order_line
               (place_id, order_id, seat, kind, paid_minor, fee_minor, base_minor, subsidy_minor)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            &[
                &order.place,
                &order.id,
                &line.seat.id,
                &line.seat.kind.code(),
                &line.paid.minor,
                &line.fee.minor,
                &line.base.minor,
                &line.subsidy.minor,
            ],
        )?;
    }
    Ok(())
}

/// Refuses somebody who keeps too many seats from others without paying (`too_many_holds`).
pub fn may_hold(view: &View, place: &PlaceId, buyer: &PersonId, now: Instant) -> Result<()> {
    let (holds,): (i64,) = view.one(
        "select count(*)
         from ticket_order
         where place_id = $1 and buyer_id = $2 and state = 'held' and held_until >= $3",
        &[place, buyer, &now],
    )?;
    if holds < HOLDS_MAX {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::TooMany,
        "too_many_holds",
        "You hold seats in several orders here. Pay for them or let them go first.",
        "您在这家影院已有多个待支付的订单，请先付款，或等它们到期。",
    )
    .into())
}

/// What became of a payment for an order.
#[derive(Clone, Debug, PartialEq)]
pub enum Confirmed {
    Now(Order),
    /// It was paid already; nothing changed.
    Before(Order),
    /// The hold is over: the seats are free again, or somebody else's; the money must go back.
    Late(Order),
}

/// The money is there: sells the held seats, or says that it came too late.
pub fn confirm(tx: &Tx, place: &PlaceId, id: &OrderId, now: Instant) -> Result<Confirmed> {
    for _ in 0..TRIES_MAX {
        let order = any(tx, place, id)?;
        match order.state {
            State::Paid | State::Refunded => return Ok(Confirmed::Before(order)),
            State::Expired => return Ok(Confirmed::Late(order)),
            State::Held if order.held_until < now => {
                if expire(tx, &order, now)? {
                    return Ok(Confirmed::Late(Order { state: State::Expired, ..order }));
                }
            }
            State::Held => {
                if let Some(confirmed) = sell(tx, order, now)? {
                    return Ok(confirmed);
                }
            }
        }
    }
    Err(moving().into())
}

/// Sells what an order holds. A hold that gave way, because whoever took its seats had the later clock, is over
/// like any other. Nothing when another node changed the order meanwhile.
fn sell(tx: &Tx, order: Order, now: Instant) -> Result<Option<Confirmed>> {
    let sold = holds::sell(tx, &order.place, &order.showtime, &order.id)?;
    if sold != order.seats as u64 {
        let over = expire(tx, &order, now)?;
        return Ok(over.then_some(Confirmed::Late(Order { state: State::Expired, ..order })));
    }
    let paid = change(tx, &order, State::Paid, now)?;
    Ok(paid.then_some(Confirmed::Now(Order { state: State::Paid, ..order })))
}

/// Expires up to `limit` holds of a place whose time is over, oldest first.
pub fn expire_due(tx: &Tx, place: &PlaceId, now: Instant, limit: i64) -> Result<Vec<Order>> {
    let due: Vec<Order> = tx.all(
        "select currency, place_id, id, showtime_id, title_id, buyer_id, state, held_until, seats, paid_minor, fee_minor,
           base_minor, subsidy_minor, subsidy_funder, click, created_at, asked
         from ticket_order
         where place_id = $1 and state = 'held' and held_until < $2
         order by held_until, id
         limit $3",
        &[place, &now, &limit.min(PAGE_MAX)],
    )?;
    let mut expired = Vec::with_capacity(due.len());
    for order in due {
        if expire(tx, &order, now)? {
            expired.push(Order { state: State::Expired, ..order });
        }
    }
    Ok(expired)
}

/// False when another node changed the order meanwhile.
fn expire(tx: &Tx, order: &Order, now: Instant) -> Result<bool> {
    let expired = change(tx, order, State::Expired, now)?;
    if expired {
        holds::release(tx, &order.place, &order.showtime, &order.id)?;
    }
    Ok(expired)
}

/// What came of a change that may be asked for twice.
#[derive(Clone, Debug, PartialEq)]
pub enum Changed {
    Now(Order),
    Already(Order),
}

/// Takes a paid order back: its tickets are void, its seats free. Refused once anybody was admitted
/// (`admitted`) and when the showing has begun (`showtime_begun`); one that was refunded stays so.
pub fn refund(tx: &Tx, order: &Order, showtime: &Showtime, now: Instant) -> Result<Changed> {
    let refuse = |code, en, zh| Err(Refusal::new(Kind::Conflict, code, en, zh).into());
    if order.state == State::Refunded {
        return Ok(Changed::Already(order.clone()));
    }
    if order.state != State::Paid {
        return refuse("not_paid", "Only a paid order can be refunded.", "只有已支付的订单才能退票。");
    }
    if showtime.starts_at <= now {
        return refuse(
            "showtime_begun",
            "The showing has begun, so its tickets cannot be refunded.",
            "电影已开场，不能退票。",
        );
    }
    if tickets::any_admitted(tx, &order.place, &order.id)? {
        return refuse_admitted();
    }
    if !change(tx, order, State::Refunded, now)? {
        let order = any(tx, &order.place, &order.id)?;
        return if order.state == State::Refunded {
            Ok(Changed::Already(order))
        } else {
            Err(moving().into())
        };
    }
    if tickets::void_all(tx, &order.place, &order.id, now)? != order.seats as u64 {
        // The door was faster; the transaction undoes what was written here.
        return refuse_admitted();
    }
    holds::release(tx, &order.place, &order.showtime, &order.id)?;
    Ok(Changed::Now(Order { state: State::Refunded, ..order.clone() }))
}

/// Some seats of a paid order with what was paid for them.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// In their order, without repetition.
    pub seats: Vec<String>,
    /// The order as it is without the others: its sums are those of these seats alone.
    pub order: Order,
}

/// A seat of an order with everything that it is booked with.
struct Booked {
    seat: String,
    kind: String,
    sums: [i64; 4],
    is_back: bool,
}

impl FromRow for Booked {
    fn from_row(row: &mut Row) -> Result<Booked> {
        Ok(Booked {
            seat: row.next()?,
            kind: row.next()?,
            sums: [row.next()?, row.next()?, row.next()?, row.next()?],
            is_back: row.next::<Option<Instant>>()?.is_some(),
        })
    }
}

/// What some seats of an order come to, whether they were taken back meanwhile or not. Refuses what is no seat of it
/// (`unknown_seat`), and half of its love seats (`half_love_seat`).
pub fn part(view: &View, order: &Order, seats: &[String]) -> Result<Part> {
    let mut seats = seats.to_vec();
    seats.sort();
    seats.dedup();
    let booked = booked(view, order)?;
    let mut sums = [0; 4];
    for seat in &seats {
        let Some(line) = booked.iter().find(|line| line.seat == *seat) else {
            return Err(unknown_seat(seat).into());
        };
        sums.iter_mut().zip(line.sums).for_each(|(sum, minor)| *sum += minor);
    }
    let loving = |line: &&Booked| line.kind == "love";
    let chosen = booked.iter().filter(loving).filter(|line| seats.contains(&line.seat)).count();
    if chosen != 0 && chosen != booked.iter().filter(loving).count() {
        return Err(half_love_seat().into());
    }
    let money = |minor| Money::new(minor, order.paid.currency);
    let [paid, fee, base, subsidy] = sums.map(money);
    let part = Order { seats: seats.len() as i64, paid, fee, base, subsidy, ..order.clone() };
    Ok(Part { seats, order: part })
}

/// The seats of an order that are still the buyer's.
pub fn seats_left(view: &View, order: &Order) -> Result<Vec<String>> {
    Ok(booked(view, order)?.into_iter().filter(|line| !line.is_back).map(|line| line.seat).collect())
}

fn booked(view: &View, order: &Order) -> Result<Vec<Booked>> {
    view.all(
        "select line.seat, line.kind, line.paid_minor, line.fee_minor, line.base_minor, line.subsidy_minor,
           ticket.voided_at
         from ticket_order_line line
         left join ticket on ticket.place_id = line.place_id and ticket.order_id = line.order_id
           and ticket.seat = line.seat
         where line.place_id = $1 and line.order_id = $2
         order by line.seat",
        &[&order.place, &order.id],
    )
}

/// Takes some seats of a paid order back: their tickets are void, they are free, and the order is of the others from
/// now on. Refused when one of them was admitted (`admitted`) or taken back before (`seat_back`), and when none would
/// be left: taking everything back is [`refund`].
pub fn refund_some(tx: &Tx, order: &Order, part: &Part, now: Instant) -> Result<()> {
    let refuse = |code, en, zh| Err(Refusal::new(Kind::Conflict, code, en, zh).into());
    if order.state != State::Paid {
        return refuse("not_paid", "Only a paid order can be refunded.", "只有已支付的订单才能退票。");
    }
    let left = seats_left(tx, order)?;
    if part.seats.is_empty() || part.seats.len() >= left.len() {
        return refuse("seat_back", "These seats were taken back before.", "这些座位此前已退票。");
    }
    let gone = &part.order;
    let changed = tx.run(
        "update ticket_order
         set seats = seats - $4, paid_minor = paid_minor - $5, fee_minor = fee_minor - $6,
           base_minor = base_minor - $7, subsidy_minor = subsidy_minor - $8
         where place_id = $1 and id = $2 and state = 'paid' and seats = $3",
        &[
            &order.place,
            &order.id,
            &order.seats,
            &gone.seats,
            &gone.paid.minor,
            &gone.fee.minor,
            &gone.base.minor,
            &gone.subsidy.minor,
        ],
    )?;
    if changed == 0 {
        return Err(moving().into());
    }
    if part.seats.iter().any(|seat| !left.contains(seat)) {
        return refuse("seat_back", "One of these seats was taken back before.", "其中有座位此前已退票。");
    }
    let count = part.seats.len() as u64;
    if tickets::void_some(tx, &order.place, &order.id, &part.seats, now)? != count {
        return refuse_admitted().map(|_| ());
    }
    let released = holds::release_some(tx, &order.place, &order.showtime, &order.id, &part.seats)?;
    if released == count { Ok(()) } else { Err(Error::fault("a sold seat was not its order's")) }
}

fn unknown_seat(seat: &str) -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "unknown_seat",
        format!("Seat {seat} is not in this order."),
        format!("订单中没有座位 {seat}。"),
    )
}

fn half_love_seat() -> Refusal {
    Refusal::new(Kind::Invalid, "half_love_seat", "Love seats go back together.", "情侣座须一并退票。")
}

fn refuse_admitted() -> Result<Changed> {
    Err(Refusal::new(
        Kind::Conflict,
        "admitted",
        "Somebody was already admitted with these tickets.",
        "这些票已有人检票入场，不能退票。",
    )
    .into())
}

fn moving() -> Refusal {
    Refusal::new(
        Kind::Busy,
        "busy",
        "This order is being changed at this moment. Please try again.",
        "这笔订单正在处理中，请再试一次。",
    )
}

/// Compare and set: only from the state and the seats that were read. Whether it was still that.
fn change(tx: &Tx, order: &Order, to: State, now: Instant) -> Result<bool> {
    let changed = tx.run(
        "update ticket_order
         set state = $4, closed_at = $5
         where place_id = $1 and id = $2 and state = $3 and seats = $6",
        &[&order.place, &order.id, &order.state.code(), &to.code(), &now, &order.seats],
    )?;
    Ok(changed == 1)
}

/// Forgets which ads brought a buyer who is erased; what they bought stays with the books.
pub fn forget_buyer(tx: &Tx, place: &PlaceId, buyer: &PersonId) -> Result<()> {
    tx.run(
        "update ticket_order set click = null where place_id = $1 and buyer_id = $2 and click is not null",
        &[place, buyer],
    )?;
    Ok(())
}

pub fn any(view: &View, place: &PlaceId, id: &OrderId) -> Result<Order> {
    let found = view.maybe(
        "select currency, place_id, id, showtime_id, title_id, buyer_id, state, held_until, seats, paid_minor, fee_minor,
           base_minor, subsidy_minor, subsidy_funder, click, created_at, asked
         from ticket_order
         where place_id = $1 and id = $2",
        &[place, id],
    )?;
    found.ok_or_else(|| Refusal::not_found("order", "订单").into())
}

/// A buyer's own order; somebody else's is not found.
pub fn of(view: &View, buyer: &PersonId, place: &PlaceId, id: &OrderId) -> Result<Order> {
    let order = any(view, place, id)?;
    if order.buyer == *buyer { Ok(order) } else { Err(Refusal::not_found("order", "订单").into()) }
}

pub fn lines(view: &View, place: &PlaceId, id: &OrderId) -> Result<Vec<Line>> {
    view.all(
        "select seat, kind, paid_minor, fee_minor
         from ticket_order_line
         where place_id = $1 and order_id = $2
         order by seat",
        &[place, id],
    )
}
