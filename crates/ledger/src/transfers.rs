//! Transfers: posted, pending, then posted or voided.

use db::{FromRow, Row, Tx, View, broke_check};
use kernel::{Currency, Error, Instant, Kind, Money, PlaceId, Refusal, Result};

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
    pub kind: String,
    pub debit: String,
    pub credit: String,
    pub amount: Money,
    pub code: String,
    pub reference: String,
    pub happened_at: Instant,
    pub booked_at: Instant,
}

impl FromRow for Kept {
    fn from_row(row: &mut Row) -> Result<Kept> {
        let currency: Currency = row.next()?;
        Ok(Kept {
            amount: row.money(currency)?,
            id: row.next()?,
            kind: row.next()?,
            debit: row.next()?,
            credit: row.next()?,
            code: row.next()?,
            reference: row.next()?,
            happened_at: row.next()?,
            booked_at: row.next()?,
        })
    }
}

/// Posts one transfer. The same id with another content is refused (`transfer_differs`); a limited
/// account that would be overdrawn is refused (`overdrawn`).
pub fn post(tx: &Tx, transfer: &Transfer, now: Instant) -> Result<Posted> {
    enter(tx, transfer, "posted", None, now)
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
    enter(tx, transfer, "pending", None, now)
}

/// Posts a pending transfer, in whole or in part; the rest of it is released. Once only.
pub fn resolve_post(tx: &Tx, book: &PlaceId, pending: &str, amount: Money, now: Instant) -> Result<Posted> {
    let reserved = pending_one(tx, book, pending)?;
    reserved.amount.same_currency(amount)?;
    if amount.minor > reserved.amount.minor {
        return Err(refuse("over_reserved", "This is more than was reserved.", "金额超过了预留数。"));
    }
    resolve(tx, book, pending, &reserved, "post", amount, now)
}

/// Gives a pending transfer up. Once only.
pub fn resolve_void(tx: &Tx, book: &PlaceId, pending: &str, now: Instant) -> Result<Posted> {
    let reserved = pending_one(tx, book, pending)?;
    let amount = reserved.amount;
    resolve(tx, book, pending, &reserved, "void", amount, now)
}

/// The transfers of one reference, in order.
pub fn of_reference(view: &View, book: &PlaceId, reference: &str) -> Result<Vec<Kept>> {
    view.all(
        "select currency, amount_minor, id, kind, debit, credit, code, reference, happened_at, booked_at
         from transfer
         where book_id = $1 and reference = $2
         order by id",
        &[book, &reference],
    )
}

fn find(view: &View, book: &PlaceId, id: &str) -> Result<Option<Kept>> {
    view.maybe(
        "select currency, amount_minor, id, kind, debit, credit, code, reference, happened_at, booked_at
         from transfer
         where book_id = $1 and id = $2",
        &[book, &id],
    )
}

fn pending_one(view: &View, book: &PlaceId, id: &str) -> Result<Kept> {
    let found = find(view, book, id)?.filter(|kept| kept.kind == "pending");
    found.ok_or_else(|| Refusal::not_found("pending transfer", "预留转账").into())
}

fn resolve(
    tx: &Tx,
    book: &PlaceId,
    pending: &str,
    reserved: &Kept,
    kind: &'static str,
    amount: Money,
    now: Instant,
) -> Result<Posted> {
    let transfer = Transfer {
        book: book.clone(),
        id: format!("{pending}/{kind}"),
        debit: reserved.debit.clone(),
        credit: reserved.credit.clone(),
        amount,
        code: "resolution",
        reference: reserved.reference.clone(),
        happened_at: now,
    };
    enter(tx, &transfer, kind, Some((pending, reserved.amount)), now)
}

/// Writes the row, then moves the balances; a row that exists already moves nothing.
fn enter(
    tx: &Tx,
    transfer: &Transfer,
    kind: &'static str,
    pending: Option<(&str, Money)>,
    now: Instant,
) -> Result<Posted> {
    if transfer.amount.minor <= 0 {
        return Err(Error::fault("a transfer moves more than nothing"));
    }
    if pending.is_none() {
        open(tx, &transfer.book, &transfer.debit, transfer.amount.currency)?;
        open(tx, &transfer.book, &transfer.credit, transfer.amount.currency)?;
    }
    let entered = tx.run(
        "insert into transfer
           (book_id, id, kind, pending_id, debit, credit, amount_minor, currency, code, reference, happened_at, booked_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         on conflict do nothing",
        &[
            &transfer.book,
            &transfer.id,
            &kind,
            &pending.map(|(id, _)| id),
            &transfer.debit,
            &transfer.credit,
            &transfer.amount.minor,
            &transfer.amount.currency,
            &transfer.code,
            &transfer.reference,
            &transfer.happened_at,
            &now,
        ],
    )?;
    if entered == 0 {
        return entered_before(tx, transfer, kind);
    }
    let amount = transfer.amount.minor;
    let reserved = pending.map_or(0, |(_, reserved)| reserved.minor);
    let (posted, pending) = match kind {
        "posted" => (amount, 0),
        "pending" => (0, amount),
        "post" => (amount, -reserved),
        _ => (0, -reserved),
    };
    move_balances(tx, transfer, posted, pending)?;
    Ok(Posted::Now)
}

fn entered_before(tx: &Tx, transfer: &Transfer, kind: &str) -> Result<Posted> {
    let same = find(tx, &transfer.book, &transfer.id)?.is_some_and(|kept| {
        kept.kind == kind
            && kept.debit == transfer.debit
            && kept.credit == transfer.credit
            && kept.amount == transfer.amount
    });
    if same {
        return Ok(Posted::Before);
    }
    Err(refuse(
        "transfer_differs",
        "This movement of money was already decided otherwise.",
        "这笔转账此前已按另一内容处理。",
    ))
}

/// Makes sure of an account. Names decide limits: what we owe somebody (`box_office:…`) is limited.
fn open(tx: &Tx, book: &PlaceId, id: &str, currency: Currency) -> Result<()> {
    let limited = LIMITED.iter().any(|kind| id.split(':').next() == Some(kind));
    tx.run(
        "insert into account
           (book_id, id, currency, limited, debits_posted, credits_posted, debits_pending, credits_pending)
         values ($1, $2, $3, $4, 0, 0, 0, 0)
         on conflict (book_id, id, currency) do nothing",
        &[book, &id, &currency, &limited],
    )?;
    Ok(())
}

/// The accounts that may never be overdrawn: nobody is paid from them what was not put in.
const LIMITED: [&str; 4] = ["box_office", "fund", "merchant", "refunds"];

fn move_balances(tx: &Tx, transfer: &Transfer, posted: i64, pending: i64) -> Result<()> {
    let overdrawn = |error: Error| {
        if !broke_check(&error, "account_not_overdrawn") {
            return error;
        }
        refuse("overdrawn", "There is not enough money in this account.", "账户余额不足。")
    };
    tx.run(
        "update account
         set debits_posted = debits_posted + $4, debits_pending = debits_pending + $5
         where book_id = $1 and id = $2 and currency = $3",
        &[&transfer.book, &transfer.debit, &transfer.amount.currency, &posted, &pending],
    )
    .map_err(overdrawn)?;
    tx.run(
        "update account
         set credits_posted = credits_posted + $4, credits_pending = credits_pending + $5
         where book_id = $1 and id = $2 and currency = $3",
        &[&transfer.book, &transfer.credit, &transfer.amount.currency, &posted, &pending],
    )?;
    Ok(())
}

fn refuse(code: &'static str, en: &str, zh: &str) -> Error {
    Refusal::new(Kind::Conflict, code, en, zh).into()
}
