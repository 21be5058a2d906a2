//! A trade's life: `WAIT_BUYER_PAY` → `TRADE_SUCCESS` → `TRADE_FINISHED`, or `TRADE_CLOSED`.
//!
//! Every change is one statement that says from which state it comes, so that of two that race one
//! finds nothing to change. What a change does to money and what is told of it stand in the same transaction.

use crate::accounts::{self, Account};
use crate::movements::{self, HOUSE, Kind};
use crate::notices::{self, News};
use crate::orders::Order;
use crate::rules::Rules;
use alipay::{TradeStatus, code};
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Error, Instant, Money, Result, Round};

#[derive(Clone, Debug, PartialEq)]
pub struct Trade {
    pub trade_no: String,
    pub buyer_id: String,
    pub order: Order,
    pub refunded: Money,
    pub fee: Money,
    pub status: TradeStatus,
    /// The bar code that it was paid with; empty when there was none.
    pub auth_code: String,
    pub created_at: Instant,
    pub expires_at: Instant,
    pub paid_at: Option<Instant>,
    pub closed_at: Option<Instant>,
}

const BY_NUMBER: &str = "select trade_no, buyer_id, order_json, refunded_minor, fee_minor, status, auth_code, created_at, expires_at,
            paid_at, closed_at
     from trade
     where trade_no = $1";

impl FromRow for Trade {
    fn from_row(row: &mut Row) -> Result<Trade> {
        let trade_no = row.next()?;
        let buyer_id = row.next()?;
        let order: String = row.next()?;
        let order: Order = serde_json::from_str(&order)?;
        let currency = order.total.currency;
        let refunded = Money::new(row.next()?, currency);
        let fee = Money::new(row.next()?, currency);
        let status: String = row.next()?;
        Ok(Trade {
            trade_no,
            buyer_id,
            order,
            refunded,
            fee,
            status: TradeStatus::parse(&status).ok_or_else(|| Error::fault("a trade of no known status"))?,
            auth_code: row.next()?,
            created_at: row.next()?,
            expires_at: row.next()?,
            paid_at: row.next()?,
            closed_at: row.next()?,
        })
    }
}

impl Trade {
    /// What may still go back.
    pub fn left(&self) -> Money {
        Money { minor: self.order.total.minor - self.refunded.minor, ..self.order.total }
    }

    fn is_over(&self, now: Instant) -> bool {
        self.status == TradeStatus::WaitBuyerPay && self.expires_at <= now
    }
}

/// How a merchant names a trade; the platform's number wins.
#[derive(Clone, Debug, Default)]
pub struct Name {
    pub trade_no: Option<String>,
    pub out_trade_no: Option<String>,
}

/// A seller's trade; another's does not exist (`ACQ.TRADE_NOT_EXIST`).
pub fn of(view: &View, seller: &str, name: &Name) -> Result<Trade> {
    let found = match (&name.trade_no, &name.out_trade_no) {
        (Some(trade_no), _) => any(view, trade_no)?,
        (None, Some(out_trade_no)) => by_order(view, seller, out_trade_no)?,
        (None, None) => return Err(crate::orders::bad("out_trade_no").into()),
    };
    found.filter(|trade| trade.order.seller_id == seller).ok_or_else(|| code::TRADE_NOT_EXIST.into())
}

/// Whosesoever trade it is.
pub fn any(view: &View, trade_no: &str) -> Result<Option<Trade>> {
    view.maybe(BY_NUMBER, &[&trade_no])
}

pub fn by_order(view: &View, seller: &str, out_trade_no: &str) -> Result<Option<Trade>> {
    let found: Option<(String,)> = view.maybe(
        "select trade_no from trade where seller_id = $1 and out_trade_no = $2",
        &[&seller, &out_trade_no],
    )?;
    found.map_or(Ok(None), |(trade_no,)| any(view, &trade_no))
}

/// The trade of an order, opened by this buyer the first time. Refuses an order number that was used for
/// something else (`ACQ.CONTEXT_INCONSISTENT`), and one whose time is over.
pub fn open(
    tx: &Tx,
    act: &mut Act,
    rules: &Rules,
    order: &Order,
    buyer: &Account,
    auth_code: &str,
) -> Result<Trade> {
    if let Some(known) = by_order(tx, &order.seller_id, &order.out_trade_no)? {
        return if known.order.agrees(order) { Ok(known) } else { Err(code::CONTEXT_INCONSISTENT.into()) };
    }
    let waits_until = act.at.plus_seconds(order.wait_seconds.unwrap_or(rules.trade_seconds));
    let expires_at = order.time_expire.map_or(waits_until, |end| end.min(waits_until));
    if expires_at <= act.at {
        return Err(code::EXPIRED.into());
    }
    let trade_no = numbered(act, "22001", 15);
    tx.run(
        "insert into trade
           (trade_no, app_id, seller_id, out_trade_no, buyer_id, order_json, subject, total_minor, currency,
            refunded_minor, fee_minor, status, auth_code, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, 'WAIT_BUYER_PAY', $10, $11, $12)",
        &[
            &trade_no,
            &order.app_id,
            &order.seller_id,
            &order.out_trade_no,
            &buyer.id,
            &serde_json::to_string(order)?,
            &order.subject,
            &order.total.minor,
            &order.total.currency.code(),
            &auth_code,
            &act.at,
            &expires_at,
        ],
    )?;
    any(tx, &trade_no)?.ok_or_else(|| Error::fault("a trade that was just opened is gone"))
}

/// `yyyyMMdd`, a kind and digits.
pub fn numbered(act: &mut Act, kind: &str, digits: u32) -> String {
    let day = act.at.day_in(&kernel::Zone::shanghai()).to_string().replace('-', "");
    format!("{day}{kind}{:0width$}", act.dice.below(10_u64.pow(digits)), width = digits as usize)
}

/// Takes the buyer's money, once. Refuses what is closed or whose time is over, and an account that does
/// not hold enough; a trade that was paid is answered as it is.
pub fn pay(tx: &Tx, act: &mut Act, rules: &Rules, trade_no: &str, buyer: &Account) -> Result<Trade> {
    let trade = current(tx, act, trade_no)?;
    match trade.status {
        TradeStatus::TradeSuccess | TradeStatus::TradeFinished => return Ok(trade),
        TradeStatus::TradeClosed => return Err(code::TRADE_HAS_CLOSE.into()),
        TradeStatus::WaitBuyerPay => {}
    }
    let total = trade.order.total;
    let fee = rules.fee.of(total, Round::HalfUp);
    accounts::meet(tx, act, rules, buyer, total.currency)?;
    let paid = tx.run(
        "update trade
         set status = 'TRADE_SUCCESS', paid_at = $2, buyer_id = $3, fee_minor = $4
         where trade_no = $1 and status = 'WAIT_BUYER_PAY'",
        &[&trade_no, &act.at, &buyer.id, &fee.minor],
    )?;
    if paid == 0 {
        return Err(code::TRADE_STATUS_ERROR.into());
    }
    let seller = trade.order.seller_id.as_str();
    movements::post(tx, act, (&buyer.id, seller), total, Kind::Payment, Some(trade_no))?;
    movements::post(tx, act, (seller, HOUSE), fee, Kind::Fee, Some(trade_no))?;
    tell(tx, act, trade_no, &News::Paid)
}

/// Reads the trade anew and tells its merchant.
pub fn tell(tx: &Tx, act: &mut Act, trade_no: &str, news: &News) -> Result<Trade> {
    let trade = any(tx, trade_no)?.ok_or(code::TRADE_NOT_EXIST)?;
    let buyer = accounts::of(tx, &trade.buyer_id)?;
    notices::tell(tx, act, &trade, &buyer, news)?;
    Ok(trade)
}

/// The trade as it stands now: one whose time is over is closed first.
pub fn current(tx: &Tx, act: &mut Act, trade_no: &str) -> Result<Trade> {
    let trade = any(tx, trade_no)?.ok_or(code::TRADE_NOT_EXIST)?;
    if trade.is_over(act.at) { shut(tx, act, &trade) } else { Ok(trade) }
}

/// The merchant gives up waiting. Refuses what was paid (`ACQ.TRADE_HAS_SUCCESS`) and what is closed
/// (`ACQ.TRADE_HAS_CLOSE`).
pub fn close(tx: &Tx, act: &mut Act, trade_no: &str) -> Result<Trade> {
    let trade = current(tx, act, trade_no)?;
    match trade.status {
        TradeStatus::WaitBuyerPay => shut(tx, act, &trade),
        TradeStatus::TradeSuccess => Err(code::TRADE_HAS_SUCCESS.into()),
        TradeStatus::TradeFinished => Err(code::TRADE_HAS_FINISHED.into()),
        TradeStatus::TradeClosed => Err(code::TRADE_HAS_CLOSE.into()),
    }
}

fn shut(tx: &Tx, act: &mut Act, trade: &Trade) -> Result<Trade> {
    let shut = tx.run(
        "update trade
         set status = 'TRADE_CLOSED', closed_at = $2
         where trade_no = $1 and status = 'WAIT_BUYER_PAY'",
        &[&trade.trade_no, &act.at],
    )?;
    if shut == 0 {
        return Err(code::TRADE_STATUS_ERROR.into());
    }
    tell(tx, act, &trade.trade_no, &News::Closed)
}

/// Closes what nobody paid in time and finishes what can no longer be refunded, at most `SWEPT_MAX` of each.
pub fn sweep(tx: &Tx, act: &mut Act, rules: &Rules) -> Result<()> {
    const SWEPT_MAX: i64 = 200;
    let over: Vec<(String,)> = tx.all(
        "select trade_no
         from trade
         where status = 'WAIT_BUYER_PAY' and expires_at <= $1
         order by expires_at
         limit $2",
        &[&act.at, &SWEPT_MAX],
    )?;
    for (trade_no,) in over {
        current(tx, act, &trade_no)?;
    }
    let since = act.at.plus_seconds(-rules.refund_seconds);
    let done: Vec<(String,)> = tx.all(
        "select trade_no from trade where status = 'TRADE_SUCCESS' and paid_at <= $1 order by paid_at limit $2",
        &[&since, &SWEPT_MAX],
    )?;
    for (trade_no,) in done {
        tx.run(
            "update trade set status = 'TRADE_FINISHED' where trade_no = $1 and status = 'TRADE_SUCCESS'",
            &[&trade_no],
        )?;
        tell(tx, act, &trade_no, &News::Finished)?;
    }
    Ok(())
}

/// The newest trades, at most `limit`.
pub fn newest(view: &View, limit: i64) -> Result<Vec<Trade>> {
    view.all(
        "select trade_no, buyer_id, order_json, refunded_minor, fee_minor, status, auth_code, created_at, expires_at,
                paid_at, closed_at
         from trade
         order by created_at desc, trade_no
         limit $1",
        &[&limit],
    )
}
