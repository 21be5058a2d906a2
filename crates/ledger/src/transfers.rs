//! Transfers: posted, or pending and later posted, voided or expired.

use db::{FromRow, Row, Tx, View};
use kernel::{Currency, Error, Instant, Kind as Why, Money, PlaceId, Refusal, Result};

/// One movement of money inside a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    pub book: PlaceId,
    /// Chosen by the caller; the same id moves money once, however often it is sent.
    pub id: String,
    pub debit: String,
    pub credit: String,
    pub amount: Money,
    /// What kind of movement it is: `ticket_sale`, `refund`, `royalty`, ….
    pub code: &'static str,
    /// What it is for: an order, a statement.
    pub reference: String,
    pub happened_at: Instant,
}

/// Whether this call moved the money or an earlier one had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    Now,
    Before,
}

/// A transfer as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub id: String,
    /// `posted`, `pending`, `post`, `void` or `expire`.
    pub kind: String,
    /// The reservation that this one resolves.
    pub pending_id: Option<String>,
    pub debit: String,
    pub credit: String,
    pub amount: Money,
    pub code: String,
    pub reference: String,
    /// When it happened outside; the past, for what came late.
    pub happened_at: Instant,
    /// When it came into the book; never before what is sealed there.
    pub booked_at: Instant,
    /// Until when a reservation stands.
    pub expires_at: Option<Instant>,
}

impl FromRow for Kept {
    fn from_row(row: &mut Row) -> Result<Kept> {
        let currency: Currency = row.next()?;
        Ok(Kept {
            amount: row.money(currency)?,
            id: row.next()?,
            kind: row.next()?,
            pending_id: row.next()?,
            debit: row.next()?,
            credit: row.next()?,
            code: row.next()?,
            reference: row.next()?,
            happened_at: row.next()?,
            booked_at: row.next()?,
            expires_at: row.next()?,
        })
    }
}

/// Posts one transfer. The same id with another content is refused (`transfer_differs`); a limited
/// account that would be overdrawn is refused (`overdrawn`).
pub fn post(tx: &Tx, transfer: &Transfer, now: Instant) -> Result<Posted> {
    enter(tx, transfer, &Step::Post, now)
}

/// Posts several transfers of one story; all or, by the transaction, none. Empty amounts are left out.
pub fn post_all(tx: &Tx, transfers: &[Transfer], now: Instant) -> Result<()> {
    for transfer in transfers.iter().filter(|transfer| !transfer.amount.is_zero()) {
        post(tx, transfer, now)?;
    }
    Ok(())
}

/// Reserves an amount: it counts against a limited debit account until it is posted or voided.
pub fn reserve(tx: &Tx, transfer: &Transfer, now: Instant) -> Result<Posted> {
    enter(tx, transfer, &Step::Reserve { until: None }, now)
}

/// Reserves an amount until an instant; from then on it can only be given up ([`expire`]).
pub fn reserve_until(tx: &Tx, transfer: &Transfer, until: Instant, now: Instant) -> Result<Posted> {
    enter(tx, transfer, &Step::Reserve { until: Some(until) }, now)
}

/// Posts a pending transfer, in whole or in part; the rest of it is released. Once only, and in its time
/// (`reservation_over`); a post that was in time may be repeated later and is answered as before.
pub fn resolve_post(tx: &Tx, book: &PlaceId, pending: &str, amount: Money, now: Instant) -> Result<Posted> {
    let reserved = pending_one(tx, book, pending)?;
    reserved.amount.same_currency(amount)?;
    if amount.minor > reserved.amount.minor {
        return Err(refuse("over_reserved", "This is more than was reserved.", "金额超过了预留数。"));
    }
    let over = reserved.expires_at.is_some_and(|end| end <= now);
    if over && find(tx, book, &resolution(pending, "post"))?.is_none() {
        return Err(refuse("reservation_over", "The time of this reservation is over.", "预留已过期。"));
    }
    resolve(tx, &reserved, "post", amount, book, now)
}

/// Gives a pending transfer up. Once only.
pub fn resolve_void(tx: &Tx, book: &PlaceId, pending: &str, now: Instant) -> Result<Posted> {
    let reserved = pending_one(tx, book, pending)?;
    resolve(tx, &reserved, "void", reserved.amount, book, now)
}

/// Gives up the reservations of a book whose time is over, the oldest first, at most so many; how many.
pub fn expire(tx: &Tx, book: &PlaceId, now: Instant, at_most: i64) -> Result<usize> {
    let over: Vec<Kept> = tx.all(
        "select p.currency, p.amount_minor, p.id, p.kind, p.pending_id, p.debit, p.credit, p.code, p.reference,
           p.happened_at, p.booked_at, p.expires_at
         from transfer p
         where p.book_id = $1 and p.kind = 'pending' and p.expires_at <= $2
           and not exists (select 1 from transfer r where r.book_id = p.book_id and r.pending_id = p.id)
         order by p.expires_at, p.id
         limit $3",
        &[book, &now, &at_most],
    )?;
    for reserved in &over {
        resolve(tx, reserved, "expire", reserved.amount, book, now)?;
    }
    Ok(over.len())
}

/// The transfers of one reference, in order.
pub fn of_reference(view: &View, book: &PlaceId, reference: &str) -> Result<Vec<Kept>> {
    view.all(
        "select currency, amount_minor, id, kind, pending_id, debit, credit, code, reference, happened_at, booked_at,
           expires_at
         from transfer
         where book_id = $1 and reference = $2
         order by id",
        &[book, &reference],
    )
}

/// What was booked after a transfer (by instant and id) and up to an instant, in the order of booking; a page of it.
pub fn booked(
    view: &View,
    book: &PlaceId,
    (after, after_id): (Instant, &str),
    until: Instant,
    page: i64,
) -> Result<Vec<Kept>> {
    view.all(
        "select currency, amount_minor, id, kind, pending_id, debit, credit, code, reference, happened_at, booked_at,
           expires_at
         from transfer
         where book_id = $1 and (booked_at > $2 or (booked_at = $2 and id > $3)) and booked_at <= $4
         order by booked_at, id
         limit $5",
        &[book, &after, &after_id, &until, &page],
    )
}

fn find(view: &View, book: &PlaceId, id: &str) -> Result<Option<Kept>> {
    view.maybe(
        "select currency, amount_minor, id, kind, pending_id, debit, credit, code, reference, happened_at, booked_at,
           expires_at
         from transfer
         where book_id = $1 and id = $2",
        &[book, &id],
    )
}

/// What a resolution frees of the reservation it resolves, in minor units; nothing for every other transfer.
pub(crate) fn amount_freed(view: &View, book: &PlaceId, kept: &Kept) -> Result<i64> {
    let Some(pending) = &kept.pending_id else { return Ok(0) };
    Ok(find(view, book, pending)?.map_or(0, |reserved| reserved.amount.minor))
}

fn pending_one(view: &View, book: &PlaceId, id: &str) -> Result<Kept> {
    let found = find(view, book, id)?.filter(|kept| kept.kind == "pending");
    found.ok_or_else(|| Refusal::not_found("pending transfer", "预留转账").into())
}

/// What a new row does to the balances.
enum Step<'a> {
    Post,
    Reserve { until: Option<Instant> },
    Resolve { reserved: &'a Kept, kind: &'static str },
}

impl Step<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Step::Post => "posted",
            Step::Reserve { .. } => "pending",
            Step::Resolve { kind, .. } => kind,
        }
    }

    /// What is added to the posted and to the pending sums.
    fn moves(&self, amount: i64) -> (i64, i64) {
        match self {
            Step::Post => (amount, 0),
            Step::Reserve { .. } => (0, amount),
            Step::Resolve { reserved, kind: "post" } => (amount, -reserved.amount.minor),
            Step::Resolve { reserved, .. } => (0, -reserved.amount.minor),
        }
    }
}

fn resolution(pending: &str, kind: &str) -> String {
    format!("{pending}/{kind}")
}

fn resolve(
    tx: &Tx,
    reserved: &Kept,
    kind: &'static str,
    amount: Money,
    book: &PlaceId,
    now: Instant,
) -> Result<Posted> {
    let transfer = Transfer {
        book: book.clone(),
        id: resolution(&reserved.id, kind),
        debit: reserved.debit.clone(),
        credit: reserved.credit.clone(),
        amount,
        code: "resolution",
        reference: reserved.reference.clone(),
        happened_at: now,
    };
    enter(tx, &transfer, &Step::Resolve { reserved, kind }, now)
}

/// Moves the balances, then writes the row; a row that exists already moves nothing.
///
/// Each of the three statements that write touches one row by its key, for which no engine keeps a journal of its own.
fn enter(tx: &Tx, transfer: &Transfer, step: &Step, now: Instant) -> Result<Posted> {
    if transfer.amount.minor <= 0 {
        return Err(Error::fault("a transfer moves more than nothing"));
    }
    let moved = step.moves(transfer.amount.minor);
    if !debit(tx, transfer, moved)? {
        if let Some(kept) = find(tx, &transfer.book, &transfer.id)? {
            return entered_before(&kept, transfer, step);
        }
        open(tx, &transfer.book, &transfer.debit, transfer.amount.currency)?;
        if !debit(tx, transfer, moved)? {
            return Err(overdrawn());
        }
    }
    if !credit(tx, transfer, moved)? {
        open(tx, &transfer.book, &transfer.credit, transfer.amount.currency)?;
        credit(tx, transfer, moved)?;
    }
    if insert(tx, transfer, step, now)? == 1 {
        return Ok(Posted::Now);
    }
    let back = (-moved.0, -moved.1);
    debit(tx, transfer, back)?;
    credit(tx, transfer, back)?;
    // Two resolutions of one reservation have different ids; the second finds the first in its way.
    let kept = find(tx, &transfer.book, &transfer.id)?.ok_or_else(differs)?;
    entered_before(&kept, transfer, step)
}

/// The rows written: none when the id is taken or the reservation is resolved.
fn insert(tx: &Tx, transfer: &Transfer, step: &Step, now: Instant) -> Result<u64> {
    let (pending_id, expires_at) = match step {
        Step::Post => (None, None),
        Step::Reserve { until } => (None, *until),
        Step::Resolve { reserved, .. } => (Some(reserved.id.as_str()), None),
    };
    tx.run(
        "insert into transfer
           (book_id, id, kind, pending_id, debit, credit, amount_minor, currency, code, reference, happened_at,
            booked_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict do nothing",
        &[
            &transfer.book,
            &transfer.id,
            &step.kind(),
            &pending_id,
            &transfer.debit,
            &transfer.credit,
            &transfer.amount.minor,
            &transfer.amount.currency,
            &transfer.code,
            &transfer.reference,
            &transfer.happened_at,
            &booked_at(tx, &transfer.book, now)?,
            &expires_at,
        ],
    )
}

/// A transfer is never booked under a seal: should the clock stand before the newest one, it follows it.
fn booked_at(tx: &Tx, book: &PlaceId, now: Instant) -> Result<Instant> {
    let sealed: Option<(Instant,)> =
        tx.maybe("select until from seal where book_id = $1 order by number desc limit 1", &[book])?;
    Ok(sealed.map_or(now, |(until,)| now.max(Instant::from_micros(until.micros + 1))))
}

fn entered_before(kept: &Kept, transfer: &Transfer, step: &Step) -> Result<Posted> {
    let same = kept.kind == step.kind()
        && kept.debit == transfer.debit
        && kept.credit == transfer.credit
        && kept.amount == transfer.amount;
    if same { Ok(Posted::Before) } else { Err(differs()) }
}

fn differs() -> Error {
    refuse(
        "transfer_differs",
        "This movement of money was already decided otherwise.",
        "这笔转账此前已按另一内容处理。",
    )
}

/// Makes sure of an account. Names decide limits: what we owe somebody (`box_office:…`) is limited. An account from when
/// its name was limited is so no longer once it would be refused for that.
fn open(tx: &Tx, book: &PlaceId, id: &str, currency: Currency) -> Result<()> {
    let limited = LIMITED.iter().any(|kind| id.split(':').next() == Some(kind));
    tx.run(
        "insert into account
           (book_id, id, currency, limited, debits_posted, credits_posted, debits_pending, credits_pending)
         values ($1, $2, $3, $4, 0, 0, 0, 0)
         on conflict (book_id, id, currency) do update set limited = excluded.limited",
        &[book, &id, &currency, &limited],
    )?;
    Ok(())
}

/// The accounts that may never be overdrawn: nobody is paid from them what was not put in.
const LIMITED: [&str; 3] = ["box_office", "merchant", "refunds"];

/// Whether the account was there and held enough.
fn debit(tx: &Tx, transfer: &Transfer, (posted, pending): (i64, i64)) -> Result<bool> {
    let touched = tx.run(
        "update account
         set debits_posted = debits_posted + $4, debits_pending = debits_pending + $5
         where book_id = $1 and id = $2 and currency = $3
           and (not limited or credits_posted >= debits_posted + debits_pending + $4 + $5)",
        &[&transfer.book, &transfer.debit, &transfer.amount.currency, &posted, &pending],
    )?;
    Ok(touched == 1)
}

/// Whether the account was there.
fn credit(tx: &Tx, transfer: &Transfer, (posted, pending): (i64, i64)) -> Result<bool> {
    let touched = tx.run(
        "update account
         set credits_posted = credits_posted + $4, credits_pending = credits_pending + $5
         where book_id = $1 and id = $2 and currency = $3",
        &[&transfer.book, &transfer.credit, &transfer.amount.currency, &posted, &pending],
    )?;
    Ok(touched == 1)
}

fn overdrawn() -> Error {
    refuse("overdrawn", "There is not enough money in this account.", "账户余额不足。")
}

fn refuse(code: &'static str, en: &str, zh: &str) -> Error {
    Refusal::new(Why::Conflict, code, en, zh).into()
}
