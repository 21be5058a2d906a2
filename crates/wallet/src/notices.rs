//! What a merchant is told, and how often: until it answers `success`, or the schedule ends.

use crate::accounts::Account;
use crate::apps;
use crate::rules::Rules;
use crate::trades::{Trade, numbered};
use alipay::{Params, amount, notice, wall};
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Instant, Money, Result};
use serde_json::json;

/// What became of a trade.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    Paid,
    Refunded { out_request_no: String, at: Instant },
    Closed,
    Finished,
}

/// A notice on its way.
#[derive(Clone, Debug)]
pub struct Pending {
    pub id: String,
    pub app_id: String,
    pub trade_no: String,
    pub url: String,
    /// Everything but the time of sending and the signature.
    pub fields: Params,
    pub attempts: i64,
    pub state: String,
    pub next_at: Instant,
    pub created_at: Instant,
}

impl FromRow for Pending {
    fn from_row(row: &mut Row) -> Result<Pending> {
        let (id, app_id, trade_no, url) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let fields: String = row.next()?;
        Ok(Pending {
            id,
            app_id,
            trade_no,
            url,
            fields: serde_json::from_str(&fields)?,
            attempts: row.next()?,
            state: row.next()?,
            next_at: row.next()?,
            created_at: row.next()?,
        })
    }
}

/// Writes a notice down in the transaction that it tells of, if the merchant wants to know.
pub fn tell(tx: &Tx, act: &mut Act, trade: &Trade, buyer: &Account, news: &News) -> Result<()> {
    let wanted = match news {
        News::Paid | News::Refunded { .. } => true,
        News::Closed | News::Finished => trade.order.tells_endings(),
    };
    let Some(url) = trade.order.notify_url.as_ref().filter(|_| wanted) else { return Ok(()) };
    let id = numbered(act, "00222", 19);
    let delay = apps::of(tx, &trade.order.app_id)?.hostility.delay_seconds;
    tx.run(
        "insert into notice (id, app_id, trade_no, url, fields, state, attempts, next_at, created_at)
         values ($1, $2, $3, $4, $5, 'waiting', 0, $6, $7)",
        &[
            &id,
            &trade.order.app_id,
            &trade.trade_no,
            url,
            &serde_json::to_string(&fields(&id, trade, buyer, news))?,
            &act.at.plus_seconds(delay),
            &act.at,
        ],
    )?;
    Ok(())
}

fn fields(id: &str, trade: &Trade, buyer: &Account, news: &News) -> Params {
    let order = &trade.order;
    let total = amount::write(order.total);
    let fund_bill_list = json!([{ "amount": total, "fundChannel": "ALIPAYACCOUNT" }]).to_string();
    let mut fields: Params = [
        ("notify_id", id),
        ("notify_type", notice::TRADE_STATUS_SYNC),
        ("app_id", &order.app_id),
        ("auth_app_id", &order.app_id),
        ("charset", "utf-8"),
        ("version", "1.0"),
        ("trade_no", &trade.trade_no),
        ("out_trade_no", &order.out_trade_no),
        ("trade_status", trade.status.code()),
        ("subject", &order.subject),
        ("total_amount", &total),
        (amount::CURRENCY, amount::named(order.total.currency).unwrap_or_default()),
        ("seller_id", &order.seller_id),
        ("buyer_id", &trade.buyer_id),
        ("buyer_logon_id", &buyer.masked()),
        ("passback_params", order.passback_params.as_deref().unwrap_or_default()),
        ("gmt_create", &wall::write(trade.created_at)),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let mut add = |name: &str, value: String| fields.insert(name.to_owned(), value);
    if let Some(at) = trade.paid_at {
        add("gmt_payment", wall::write(at));
        for name in ["receipt_amount", "buyer_pay_amount", "invoice_amount"] {
            add(name, total.clone());
        }
        add("point_amount", amount::write(Money::zero(order.total.currency)));
        add("fund_bill_list", fund_bill_list);
    }
    if let Some(at) = trade.closed_at {
        add("gmt_close", wall::write(at));
    }
    if let News::Refunded { out_request_no, at } = news {
        add("refund_fee", amount::write(trade.refunded));
        add("out_biz_no", out_request_no.clone());
        add("gmt_refund", format!("{}.000", wall::write(*at)));
    }
    fields
}

/// What is due, oldest first, at most `limit`.
pub fn due(view: &View, now: Instant, limit: i64) -> Result<Vec<Pending>> {
    view.all(
        "select id, app_id, trade_no, url, fields, attempts, state, next_at, created_at
         from notice
         where state = 'waiting' and next_at <= $1
         order by next_at, id
         limit $2",
        &[&now, &limit],
    )
}

/// Writes one delivery down. `success` ends it; anything else is repeated until the schedule ends.
pub fn delivered(tx: &Tx, rules: &Rules, speed: i64, id: &str, outcome: &str, now: Instant) -> Result<()> {
    let (attempts,): (i64,) = tx.one("select attempts from notice where id = $1", &[&id])?;
    let attempt = attempts + 1;
    let clipped: String = outcome.chars().take(200).collect();
    tx.run(
        "insert into delivery (notice_id, attempt, outcome, at) values ($1, $2, $3, $4)",
        &[&id, &attempt, &clipped, &now],
    )?;
    let next = rules.next_delivery(attempt, speed, now);
    let (state, next_at) = match (outcome == notice::SUCCESS, next) {
        (true, _) => ("delivered", now),
        (false, Some(next)) => ("waiting", next),
        (false, None) => ("given_up", now),
    };
    tx.run(
        "update notice set state = $2, attempts = $3, next_at = $4 where id = $1",
        &[&id, &state, &attempt, &next_at],
    )?;
    Ok(())
}

/// Makes everything that waits due now: the retry clock, moved on.
pub fn hurry(tx: &Tx, now: Instant) -> Result<u64> {
    tx.run("update notice set next_at = $1 where state = 'waiting' and next_at > $1", &[&now])
}

/// How many notices of a trade have never been sent.
pub fn unsent(view: &View, trade_no: &str) -> Result<i64> {
    let (count,): (i64,) = view.one(
        "select count(*) from notice where trade_no = $1 and state = 'waiting' and attempts = 0",
        &[&trade_no],
    )?;
    Ok(count)
}

/// The newest notices, at most `limit`.
pub fn newest(view: &View, limit: i64) -> Result<Vec<Pending>> {
    view.all(
        "select id, app_id, trade_no, url, fields, attempts, state, next_at, created_at
         from notice
         order by created_at desc, id
         limit $1",
        &[&limit],
    )
}

/// How the deliveries of a notice went.
pub fn deliveries(view: &View, id: &str) -> Result<Vec<(i64, String, Instant)>> {
    view.all("select attempt, outcome, at from delivery where notice_id = $1 order by attempt", &[&id])
}
