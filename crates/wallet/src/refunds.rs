//! What goes back: once a refund number, never more than was paid.

use crate::movements::{self, HOUSE, Kind};
use crate::notices::News;
use crate::rules::Rules;
use crate::trades::{self, Trade};
use alipay::{TradeStatus, code};
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Currency, Instant, Money, Result, Round};

#[derive(Clone, Debug, PartialEq)]
pub struct Refund {
    pub out_request_no: String,
    pub amount: Money,
    pub fee_back: Money,
    pub reason: String,
    pub at: Instant,
}

impl FromRow for Refund {
    fn from_row(row: &mut Row) -> Result<Refund> {
        let currency: String = row.next()?;
        let currency = Currency::parse(&currency)?;
        Ok(Refund {
            out_request_no: row.next()?,
            amount: Money::new(row.next()?, currency),
            fee_back: Money::new(row.next()?, currency),
            reason: row.next()?,
            at: row.next()?,
        })
    }
}

/// What a merchant asks to go back.
#[derive(Clone, Debug)]
pub struct Asked {
    pub amount: Money,
    /// The refund's own key; only a refund of the whole may leave it out.
    pub out_request_no: Option<String>,
    pub reason: String,
}

/// The trade after a refund, and whether this request is what changed it.
#[derive(Clone, Debug)]
pub struct Done {
    pub trade: Trade,
    pub refund: Refund,
    pub changed: bool,
}

/// Pays back. The same number and amount again change nothing; another amount is refused with
/// `ACQ.DISCORDANT_REPEAT_REQUEST`, more than is left with `ACQ.REFUND_AMT_NOT_EQUAL_TOTAL`.
pub fn pay_back(tx: &Tx, act: &mut Act, rules: &Rules, trade_no: &str, asked: &Asked) -> Result<Done> {
    let trade = trades::current(tx, act, trade_no)?;
    let whole = asked.amount == trade.order.total;
    let number = match &asked.out_request_no {
        Some(number) => number.clone(),
        None if whole => trade.order.out_trade_no.clone(),
        None => return Err(code::REFUND_AMT_NOT_EQUAL_TOTAL.into()),
    };
    if let Some(refund) = of(tx, trade_no, &number)? {
        if refund.amount != asked.amount {
            return Err(code::DISCORDANT_REPEAT_REQUEST.into());
        }
        return Ok(Done { trade, refund, changed: false });
    }
    match trade.status {
        TradeStatus::TradeSuccess => {}
        TradeStatus::TradeFinished => return Err(code::TRADE_HAS_FINISHED.into()),
        TradeStatus::TradeClosed if trade.paid_at.is_some() => {
            return Err(code::REFUND_AMT_NOT_EQUAL_TOTAL.into());
        }
        TradeStatus::TradeClosed => return Err(code::TRADE_HAS_CLOSE.into()),
        TradeStatus::WaitBuyerPay => return Err(code::TRADE_STATUS_ERROR.into()),
    }
    if asked.amount.minor > trade.left().minor {
        return Err(code::REFUND_AMT_NOT_EQUAL_TOTAL.into());
    }
    carry_out(tx, act, rules, &trade, &number, asked)
}

fn carry_out(
    tx: &Tx,
    act: &mut Act,
    rules: &Rules,
    trade: &Trade,
    number: &str,
    asked: &Asked,
) -> Result<Done> {
    let left = trade.left().minus(asked.amount)?;
    let fee = rules.fee.of(left, Round::HalfUp);
    let fee_back = trade.fee.minus(fee)?;
    tx.run(
        "insert into refund (trade_no, out_request_no, amount_minor, fee_back_minor, reason, at)
         values ($1, $2, $3, $4, $5, $6)",
        &[&trade.trade_no, &number, &asked.amount.minor, &fee_back.minor, &asked.reason, &act.at],
    )?;
    let (seller, number_of_trade) = (trade.order.seller_id.as_str(), Some(trade.trade_no.as_str()));
    // The fee comes back first, so that a merchant who holds nothing else can still pay all of it back.
    movements::post(tx, act, (HOUSE, seller), fee_back, Kind::FeeBack, number_of_trade)?;
    movements::post(tx, act, (seller, &trade.buyer_id), asked.amount, Kind::Refund, number_of_trade)?;
    let refunded = trade.refunded.plus(asked.amount)?;
    let closes = left.is_zero();
    let changed = tx.run(
        "update trade
         set refunded_minor = $2, fee_minor = $3, status = $4, closed_at = $5
         where trade_no = $1 and status = 'TRADE_SUCCESS' and refunded_minor = $6",
        &[
            &trade.trade_no,
            &refunded.minor,
            &fee.minor,
            &if closes { TradeStatus::TradeClosed.code() } else { TradeStatus::TradeSuccess.code() },
            &closes.then_some(act.at),
            &trade.refunded.minor,
        ],
    )?;
    if changed == 0 {
        return Err(code::SYSTEM_ERROR.into());
    }
    let news = News::Refunded { out_request_no: number.to_owned(), at: act.at };
    let trade = trades::tell(tx, act, &trade.trade_no, &news)?;
    let refund = of(tx, &trade.trade_no, number)?.ok_or(code::SYSTEM_ERROR)?;
    Ok(Done { trade, refund, changed: true })
}

pub fn of(view: &View, trade_no: &str, out_request_no: &str) -> Result<Option<Refund>> {
    view.maybe(
        "select trade.currency, refund.out_request_no, refund.amount_minor, refund.fee_back_minor, refund.reason,
                refund.at
         from refund
         join trade on trade.trade_no = refund.trade_no
         where refund.trade_no = $1 and refund.out_request_no = $2",
        &[&trade_no, &out_request_no],
    )
}

/// What a merchant's cancel did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// Nobody had paid.
    Closed,
    /// Somebody had, and all of it went back.
    Refunded,
    /// There was nothing to do.
    Nothing,
}

/// Undoes a payment whose outcome the merchant does not know: unpaid is closed, paid goes back in full.
pub fn cancel(tx: &Tx, act: &mut Act, rules: &Rules, trade_no: &str) -> Result<(Trade, Cancelled)> {
    let trade = trades::current(tx, act, trade_no)?;
    match trade.status {
        TradeStatus::WaitBuyerPay => Ok((trades::close(tx, act, trade_no)?, Cancelled::Closed)),
        TradeStatus::TradeClosed => Ok((trade, Cancelled::Nothing)),
        TradeStatus::TradeFinished => Err(code::TRADE_HAS_FINISHED.into()),
        TradeStatus::TradeSuccess => {
            let asked = Asked {
                amount: trade.left(),
                out_request_no: Some(format!("cancel-{trade_no}")),
                reason: "交易撤销".into(),
            };
            Ok((pay_back(tx, act, rules, trade_no, &asked)?.trade, Cancelled::Refunded))
        }
    }
}
