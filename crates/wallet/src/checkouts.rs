//! An order on its way to a buyer: a QR code, or the address of a cashier's page. No trade exists yet.

use crate::accounts::Account;
use crate::orders::Order;
use crate::rules::Rules;
use crate::trades::{self, Trade};
use alipay::{TradeStatus, code};
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Currency, Instant, Result};

#[derive(Clone, Debug)]
pub struct Checkout {
    /// What the buyer's address ends with.
    pub token: String,
    pub order: Order,
    pub opens_until: Instant,
}

impl FromRow for Checkout {
    fn from_row(row: &mut Row) -> Result<Checkout> {
        let token = row.next()?;
        let order: String = row.next()?;
        Ok(Checkout { token, order: serde_json::from_str(&order)?, opens_until: row.next()? })
    }
}

/// Puts an order up, once an order number; asking again for the same answers the same code.
/// Refuses another amount or subject, and a number whose trade is paid or closed.
pub fn put_up(tx: &Tx, act: &mut Act, rules: &Rules, order: &Order) -> Result<Checkout> {
    if let Some(trade) = trades::by_order(tx, &order.seller_id, &order.out_trade_no)? {
        let trade = trades::current(tx, act, &trade.trade_no)?;
        match trade.status {
            TradeStatus::WaitBuyerPay if trade.order.agrees(order) => {}
            TradeStatus::WaitBuyerPay => return Err(code::CONTEXT_INCONSISTENT.into()),
            TradeStatus::TradeClosed => return Err(code::TRADE_HAS_CLOSE.into()),
            TradeStatus::TradeSuccess => return Err(code::TRADE_HAS_SUCCESS.into()),
            TradeStatus::TradeFinished => return Err(code::TRADE_HAS_FINISHED.into()),
        }
    }
    if order.time_expire.is_some_and(|end| end <= act.at) {
        return Err(code::EXPIRED.into());
    }
    let token = format!("{:032x}", u128::from_be_bytes(act.dice.bytes()));
    let until = act.at.plus_seconds(order.wait_seconds.unwrap_or(rules.qr_seconds).min(rules.qr_seconds));
    tx.run(
        "insert into checkout
           (token, app_id, seller_id, out_trade_no, order_json, opens_until, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (seller_id, out_trade_no) do nothing",
        &[
            &token,
            &order.app_id,
            &order.seller_id,
            &order.out_trade_no,
            &serde_json::to_string(order)?,
            &order.time_expire.map_or(until, |end| end.min(until)),
            &act.at,
        ],
    )?;
    let checkout = by_order(tx, &order.seller_id, &order.out_trade_no)?.ok_or(code::SYSTEM_ERROR)?;
    if checkout.order.agrees(order) { Ok(checkout) } else { Err(code::CONTEXT_INCONSISTENT.into()) }
}

pub fn of(view: &View, token: &str) -> Result<Option<Checkout>> {
    view.maybe("select token, order_json, opens_until from checkout where token = $1", &[&token])
}

pub fn by_order(view: &View, seller: &str, out_trade_no: &str) -> Result<Option<Checkout>> {
    view.maybe(
        "select token, order_json, opens_until from checkout where seller_id = $1 and out_trade_no = $2",
        &[&seller, &out_trade_no],
    )
}

/// The currency of the newest order that was put up, the yuan before the first: what somebody who opens an account
/// will most likely be asked for.
pub fn usual_currency(view: &View) -> Result<Currency> {
    let newest: Option<(String,)> =
        view.maybe("select order_json from checkout order by created_at desc, token limit 1", &[])?;
    let Some((order,)) = newest else { return Ok(Currency::CNY) };
    Ok(serde_json::from_str::<Order>(&order)?.total.currency)
}

/// A buyer opens it: from now on there is a trade. Refuses a code that is too old
/// (`ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR`).
pub fn open(tx: &Tx, act: &mut Act, rules: &Rules, checkout: &Checkout, buyer: &Account) -> Result<Trade> {
    let order = &checkout.order;
    match trades::by_order(tx, &order.seller_id, &order.out_trade_no)? {
        Some(known) => trades::current(tx, act, &known.trade_no),
        None if checkout.opens_until <= act.at => Err(code::EXPIRED.into()),
        None => trades::open(tx, act, rules, order, buyer, ""),
    }
}
