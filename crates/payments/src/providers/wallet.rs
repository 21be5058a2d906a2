//! The built-in sandbox wallet: accounts with pretend money, a trade to confirm, refunds.
//!
//! It keeps its own tables and talks to the rooms only as a provider does: it is created, asked,
//! and sends a notice. The consumer's page for it confirms a trade with `pay`.

use super::{Checkout, Outcome, Provider};
use crate::notices::{Notice, What};
use crate::{Intent, Refund};
use db::{Db, FromRow, Lane, Row, Tx, View, broke_check};
use kernel::{Currency, Error, Instant, IntentId, Kind, Money, PersonId, PlaceId, Refusal, Result};

pub const NAME: &str = "wallet";
/// What a new account starts with, in minor units.
pub const OPENING_MINOR: i64 = 500_000;
pub const TOP_UP_MAX_MINOR: i64 = 1_000_000;

pub struct Wallet {
    db: Db,
}

/// A payment as the wallet sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trade {
    pub intent: IntentId,
    pub place: PlaceId,
    pub owner: PersonId,
    pub subject: String,
    pub amount: Money,
    pub refunded: Money,
    /// `waiting`, `paid` or `closed`.
    pub state: String,
    pub expires_at: Instant,
}

impl FromRow for Trade {
    fn from_row(row: &mut Row) -> Result<Trade> {
        let currency: Currency = row.next()?;
        Ok(Trade {
            intent: row.next()?,
            place: row.next()?,
            owner: row.next()?,
            subject: row.next()?,
            amount: row.money(currency)?,
            refunded: row.money(currency)?,
            state: row.next()?,
            expires_at: row.next()?,
        })
    }
}

/// The lane of one owner's account.
pub fn lane(owner: &PersonId) -> Lane {
    Lane::of(owner)
}

/// Begins a trade for an intent, once.
pub fn create(tx: &Tx, intent: &Intent) -> Result<()> {
    open_account(tx, &intent.payer, intent.amount.currency)?;
    tx.run(
        "insert into wallet_trade
           (out_trade_no, place_id, owner, subject, amount_minor, refunded_minor, currency, state, expires_at)
         values ($1, $2, $3, $4, $5, 0, $6, 'waiting', $7)
         on conflict (out_trade_no) do nothing",
        &[
            &intent.id,
            &intent.place,
            &intent.payer,
            &intent.subject,
            &intent.amount.minor,
            &intent.amount.currency,
            &intent.expires_at,
        ],
    )?;
    Ok(())
}

/// The owner confirms: takes the money and says so in a notice. Confirming again repeats the notice.
/// Refuses a trade that is closed or whose time is over (`trade_closed`) and an empty account (`not_enough_money`).
pub fn pay(tx: &Tx, owner: &PersonId, intent: &IntentId, now: Instant) -> Result<Notice> {
    let paid = tx.run(
        "update wallet_trade
         set state = 'paid', paid_at = $2
         where out_trade_no = $1 and state = 'waiting' and expires_at >= $2 and owner = $3",
        &[intent, &now, owner],
    )?;
    let trade = of(tx, owner, intent)?;
    if paid == 0 && trade.state == "paid" {
        return Ok(notice(&trade));
    }
    if paid == 0 {
        return Err(Refusal::new(
            Kind::Gone,
            "trade_closed",
            "The time to pay is over. Nothing was taken.",
            "支付时间已过，没有扣款。",
        )
        .into());
    }
    add_to_account(tx, owner, Money { minor: -trade.amount.minor, ..trade.amount })?;
    Ok(notice(&trade))
}

fn notice(trade: &Trade) -> Notice {
    Notice {
        provider: NAME.into(),
        id: format!("{}-paid", trade.intent),
        place: trade.place.clone(),
        intent: trade.intent.clone(),
        what: What::Paid,
        amount: trade.amount,
    }
}

fn open_account(tx: &Tx, owner: &PersonId, currency: Currency) -> Result<()> {
    tx.run(
        "insert into wallet_account (owner, balance_minor, currency)
         values ($1, $2, $3)
         on conflict (owner) do nothing",
        &[owner, &OPENING_MINOR, &currency],
    )?;
    Ok(())
}

/// Adds to an account, or takes from it; money of another currency than the account's has no place there.
fn add_to_account(tx: &Tx, owner: &PersonId, amount: Money) -> Result<()> {
    let too_little = |error: Error| {
        if !broke_check(&error, "wallet_not_overdrawn") {
            return error;
        }
        Refusal::new(
            Kind::Conflict,
            "not_enough_money",
            "There is not enough money in your wallet. Top it up and pay again.",
            "钱包余额不足，请充值后再付。",
        )
        .into()
    };
    let added = tx
        .run(
            "update wallet_account
             set balance_minor = balance_minor + $2
             where owner = $1 and currency = $3",
            &[owner, &amount.minor, &amount.currency],
        )
        .map_err(too_little)?;
    if added == 1 {
        return Ok(());
    }
    Err(Refusal::new(
        Kind::Conflict,
        "other_currency",
        format!("Your wallet holds no {}.", amount.currency.code()),
        format!("您的钱包里没有 {} 账户。", amount.currency.code()),
    )
    .into())
}

/// Puts pretend money into an account.
pub fn top_up(tx: &Tx, owner: &PersonId, amount: Money) -> Result<()> {
    if amount.minor <= 0 || amount.minor > TOP_UP_MAX_MINOR {
        return Err(Refusal::field(
            "amount",
            "bad_amount",
            "Top up between 0.01 and 10,000.",
            "充值金额应在 0.01 到 10,000 之间。",
        )
        .into());
    }
    open_account(tx, owner, amount.currency)?;
    add_to_account(tx, owner, amount)
}

/// What an owner has; nothing when the account was never used.
pub fn balance(view: &View, owner: &PersonId) -> Result<Option<Money>> {
    let found: Option<(i64, Currency)> =
        view.maybe("select balance_minor, currency from wallet_account where owner = $1", &[owner])?;
    Ok(found.map(|(minor, currency)| Money::new(minor, currency)))
}

/// An owner's own trade; somebody else's is not found.
pub fn of(view: &View, owner: &PersonId, intent: &IntentId) -> Result<Trade> {
    let trade = any(view, intent)?.filter(|trade| trade.owner == *owner);
    trade.ok_or_else(|| Refusal::not_found("payment", "支付").into())
}

fn any(view: &View, intent: &IntentId) -> Result<Option<Trade>> {
    view.maybe(
        "select currency, out_trade_no, place_id, owner, subject, amount_minor, refunded_minor, state, expires_at
         from wallet_trade
         where out_trade_no = $1",
        &[intent],
    )
}

/// Pays back into the account, once a request.
pub fn refund(tx: &Tx, intent: &Intent, refund: &Refund, now: Instant) -> Result<()> {
    let asked = tx.run(
        "insert into wallet_refund (out_trade_no, out_request_no, amount_minor, at)
         values ($1, $2, $3, $4)
         on conflict (out_trade_no, out_request_no) do nothing",
        &[&intent.id, &refund.id, &refund.amount.minor, &now],
    )?;
    if asked == 0 {
        return Ok(());
    }
    let refunded = tx.run(
        "update wallet_trade
         set refunded_minor = refunded_minor + $2
         where out_trade_no = $1 and state = 'paid'",
        &[&intent.id, &refund.amount.minor],
    )?;
    if refunded == 0 {
        return Err(Error::fault(format!("trade {} was never paid", intent.id)));
    }
    add_to_account(tx, &intent.payer, refund.amount)
}

impl Wallet {
    pub fn new(db: Db) -> Wallet {
        Wallet { db }
    }
}

impl Provider for Wallet {
    fn name(&self) -> &'static str {
        NAME
    }

    fn create(&self, intent: &Intent, _now: Instant) -> Result<Checkout> {
        let asked = intent.clone();
        self.db.write_blocking(lane(&intent.payer), move |tx| create(tx, &asked))?;
        Ok(Checkout { address: format!("/wallet/{}", intent.id) })
    }

    fn query(&self, intent: &Intent, _now: Instant) -> Result<Outcome> {
        let id = intent.id.clone();
        let trade = self.db.read_blocking(move |view| any(view, &id))?;
        Ok(trade.map_or(Outcome::Unheard, |trade| outcome(&trade)))
    }

    fn close(&self, intent: &Intent, _now: Instant) -> Result<Outcome> {
        let id = intent.id.clone();
        let trade = self.db.write_blocking(lane(&intent.payer), move |tx| {
            tx.run(
                "update wallet_trade set state = 'closed' where out_trade_no = $1 and state = 'waiting'",
                &[&id],
            )?;
            any(tx, &id)
        })?;
        Ok(trade.map_or(Outcome::Unheard, |trade| outcome(&trade)))
    }

    fn refund(&self, intent: &Intent, asked: &Refund, now: Instant) -> Result<()> {
        let (intent, asked) = (intent.clone(), asked.clone());
        self.db.write_blocking(lane(&intent.payer), move |tx| refund(tx, &intent, &asked, now))
    }
}

fn outcome(trade: &Trade) -> Outcome {
    match trade.state.as_str() {
        "paid" => Outcome::Paid { amount: trade.amount, notice_id: notice(trade).id },
        "closed" => Outcome::Closed,
        _ => Outcome::Waiting,
    }
}
