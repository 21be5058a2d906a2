//! What each method does, apart from how it was called.

use super::Call;
use crate::accounts;
use crate::apps::App;
use crate::orders::{self, Biz, Order};
use crate::refunds::{self, Asked, Cancelled};
use crate::till::Till;
use crate::trades::{self, Name, Trade};
use crate::{bills, checkouts};
use alipay::{Method, TradeStatus, amount, code, wall};
use db::View;
use kernel::{Day, Instant, Money, Refusal, Result};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What is answered when a call was carried out.
#[derive(Clone, Debug)]
pub struct Answer {
    pub code: &'static str,
    pub fields: Map<String, Value>,
    /// The trade that it was about, as far as there is one.
    pub trade_no: Option<String>,
}

impl Answer {
    fn of(fields: Value, trade: Option<&Trade>) -> Answer {
        let Value::Object(mut fields) = fields else { return Answer::of(json!({}), trade) };
        fields.retain(|_, value| !value.is_null());
        Answer { code: code::SUCCESS, fields, trade_no: trade.map(|trade| trade.trade_no.clone()) }
    }
}

pub async fn carry_out(till: &Arc<Till>, call: Call) -> Result<Answer> {
    match call.method {
        Method::TradePrecreate => precreate(till, order(&call)?).await,
        Method::TradePagePay | Method::TradeWapPay => {
            Err(code::INVALID_METHOD.because("A browser is sent there.", "请通过浏览器跳转调用。").into())
        }
        Method::TradeCreate => create(till, order(&call)?, buyer_named(&call.biz)?).await,
        Method::TradePay => pay(till, order(&call)?, call.biz.required("auth_code")?).await,
        Method::TradeQuery => query(till, call).await,
        Method::TradeClose => close(till, call).await,
        Method::TradeCancel => cancel(till, call).await,
        Method::TradeRefund => refund(till, call).await,
        Method::TradeFastpayRefundQuery => refund_query(till, call).await,
        Method::BillDownloadUrlQuery => bill(till, call).await,
    }
}

/// The order of a call; `notify_url` may also stand in a V3 body.
pub fn order(call: &Call) -> Result<Order, Refusal> {
    let in_body = |name| call.biz.text(name);
    let notify_url = call.notify_url.clone().or(in_body("notify_url")?);
    let return_url = call.return_url.clone().or(in_body("return_url")?);
    let merchant = (call.app.app_id.as_str(), call.app.seller_id.as_str());
    orders::read(&call.biz, call.method, merchant, (notify_url, return_url))
}

fn buyer_named(biz: &Biz) -> Result<String, Refusal> {
    let named = biz.text("buyer_id")?.or(biz.text("buyer_open_id")?);
    named.ok_or_else(|| orders::bad("buyer_id"))
}

fn named(biz: &Biz) -> Result<Name, Refusal> {
    Ok(Name { trade_no: biz.text("trade_no")?, out_trade_no: biz.text("out_trade_no")? })
}

/// A QR code; no trade exists before it is scanned.
async fn precreate(till: &Arc<Till>, order: Order) -> Result<Answer> {
    let base_url = till.base_url.clone();
    let checkout = till.write(move |tx, act, rules| checkouts::put_up(tx, act, rules, &order)).await?;
    Ok(Answer::of(
        json!({
            "out_trade_no": checkout.order.out_trade_no,
            "qr_code": format!("{base_url}/cashier/{}", checkout.token),
        }),
        None,
    ))
}

/// A trade for a buyer who is known; it exists at once.
async fn create(till: &Arc<Till>, order: Order, buyer: String) -> Result<Answer> {
    let trade = till
        .write(move |tx, act, rules| {
            let buyer = accounts::buyer_of(tx, &buyer)?;
            let trade = trades::open(tx, act, rules, &order, &buyer, "")?;
            let trade = trades::current(tx, act, &trade.trade_no)?;
            match trade.status {
                TradeStatus::WaitBuyerPay => Ok(trade),
                TradeStatus::TradeClosed => Err(code::TRADE_HAS_CLOSE.into()),
                _ => Err(code::TRADE_HAS_SUCCESS.into()),
            }
        })
        .await?;
    Ok(Answer::of(
        json!({ "trade_no": trade.trade_no, "out_trade_no": trade.order.out_trade_no }),
        Some(&trade),
    ))
}

/// The buyer's bar code was read at a till. A large sum waits until its owner confirms. The same code
/// again for the same order is answered like the first time.
async fn pay(till: &Arc<Till>, order: Order, auth_code: String) -> Result<Answer> {
    let (trade, logon_id) = till
        .write(move |tx, act, rules| {
            let known = trades::by_order(tx, &order.seller_id, &order.out_trade_no)?;
            let buyer = match &known {
                Some(trade) if trade.auth_code == auth_code => accounts::of(tx, &trade.buyer_id)?,
                Some(trade) if trade.status.is_paid() => return Err(code::TRADE_HAS_SUCCESS.into()),
                Some(trade) if trade.status == TradeStatus::TradeClosed => {
                    return Err(code::TRADE_HAS_CLOSE.into());
                }
                _ => accounts::of_auth_code(tx, &auth_code, act.at)?,
            };
            let mut trade = trades::open(tx, act, rules, &order, &buyer, &auth_code)?;
            if order.total.minor <= rules.confirm_above_minor || trade.status != TradeStatus::WaitBuyerPay {
                trade = trades::pay(tx, act, rules, &trade.trade_no, &buyer)?;
            }
            Ok((trade, buyer.masked()))
        })
        .await?;
    let mut answer = Answer::of(told(&trade, &logon_id), Some(&trade));
    if trade.status == TradeStatus::WaitBuyerPay {
        answer.code = code::WAITING_FOR_BUYER;
    }
    Ok(answer)
}

/// What a trade says of itself.
fn told(trade: &Trade, logon_id: &str) -> Value {
    let total = amount::write(trade.order.total);
    let paid = |value: Value| if trade.paid_at.is_some() { value } else { Value::Null };
    let nothing = amount::write(Money::zero(trade.order.total.currency));
    let received = if trade.paid_at.is_some() { total.clone() } else { nothing.clone() };
    json!({
        "trade_no": trade.trade_no,
        "out_trade_no": trade.order.out_trade_no,
        "trade_status": trade.status.code(),
        "subject": trade.order.subject,
        "total_amount": total,
        amount::CURRENCY: amount::named(trade.order.total.currency),
        "receipt_amount": received,
        "buyer_pay_amount": received,
        "invoice_amount": received,
        "point_amount": nothing,
        "buyer_user_id": trade.buyer_id,
        "buyer_logon_id": logon_id,
        "send_pay_date": trade.paid_at.map(wall::write),
        "gmt_payment": trade.paid_at.map(wall::write),
        "fund_bill_list": paid(json!([{ "fund_channel": "ALIPAYACCOUNT", "amount": total }])),
        "passback_params": trade.order.passback_params,
    })
}

/// Looks a trade up as it stands now, whose time may be over since it was last looked at.
async fn look_up(till: &Arc<Till>, call: &Call) -> Result<Trade> {
    let (seller, name) = (call.app.seller_id.clone(), named(&call.biz)?);
    till.write(move |tx, act, _| {
        let trade = trades::of(tx, &seller, &name)?;
        trades::current(tx, act, &trade.trade_no)
    })
    .await
}

async fn query(till: &Arc<Till>, call: Call) -> Result<Answer> {
    let trade = look_up(till, &call).await?;
    let buyer = trade.buyer_id.clone();
    let buyer = till.read(move |view| accounts::of(view, &buyer)).await?;
    Ok(Answer::of(told(&trade, &buyer.masked()), Some(&trade)))
}

async fn close(till: &Arc<Till>, call: Call) -> Result<Answer> {
    let (seller, name) = (call.app.seller_id.clone(), named(&call.biz)?);
    let trade = till
        .write(move |tx, act, _| {
            let trade = trades::of(tx, &seller, &name)?;
            trades::close(tx, act, &trade.trade_no)
        })
        .await?;
    Ok(Answer::of(
        json!({ "trade_no": trade.trade_no, "out_trade_no": trade.order.out_trade_no }),
        Some(&trade),
    ))
}

async fn cancel(till: &Arc<Till>, call: Call) -> Result<Answer> {
    let (seller, name) = (call.app.seller_id.clone(), named(&call.biz)?);
    let out_trade_no = name.out_trade_no.clone();
    let done = till
        .write(move |tx, act, rules| {
            let trade = trades::of(tx, &seller, &name)?;
            refunds::cancel(tx, act, rules, &trade.trade_no)
        })
        .await;
    let (trade, done) = match done {
        Ok((trade, done)) => (Some(trade), done),
        // What was never begun needs no undoing.
        Err(error)
            if error.refusal().is_some_and(|refusal| refusal.code == code::TRADE_NOT_EXIST.sub_code) =>
        {
            (None, Cancelled::Nothing)
        }
        Err(error) => return Err(error),
    };
    let action = match done {
        Cancelled::Closed => Some("close"),
        Cancelled::Refunded => Some("refund"),
        Cancelled::Nothing => None,
    };
    let fields = json!({
        "trade_no": trade.as_ref().map(|trade| trade.trade_no.clone()),
        "out_trade_no": trade.as_ref().map(|trade| trade.order.out_trade_no.clone()).or(out_trade_no),
        "retry_flag": "N",
        "action": action,
    });
    Ok(Answer::of(fields, trade.as_ref()))
}

async fn refund(till: &Arc<Till>, call: Call) -> Result<Answer> {
    let (seller, name) = (call.app.seller_id.clone(), named(&call.biz)?);
    let out_request_no = call.biz.text("out_request_no")?;
    let reason = call.biz.text("refund_reason")?.unwrap_or_default();
    let (done, logon_id) = till
        .write(move |tx, act, rules| {
            let trade = trades::of(tx, &seller, &name)?;
            let asked = Asked {
                amount: call.biz.amount("refund_amount", trade.order.total.currency)?,
                out_request_no: out_request_no.clone(),
                reason: reason.clone(),
            };
            let done = refunds::pay_back(tx, act, rules, &trade.trade_no, &asked)?;
            let buyer = accounts::of(tx, &trade.buyer_id)?;
            Ok((done, buyer.masked()))
        })
        .await?;
    let total = amount::write(done.trade.refunded);
    Ok(Answer::of(
        json!({
            "trade_no": done.trade.trade_no,
            "out_trade_no": done.trade.order.out_trade_no,
            "buyer_user_id": done.trade.buyer_id,
            "buyer_logon_id": logon_id,
            "fund_change": if done.changed { "Y" } else { "N" },
            "refund_fee": total,
            amount::REFUND_CURRENCY: amount::named(done.refund.amount.currency),
            "send_back_fee": if done.changed { amount::write(done.refund.amount) } else { amount::write(Money::zero(done.refund.amount.currency)) },
            "gmt_refund_pay": wall::write(done.refund.at),
            "refund_detail_item_list": [{ "fund_channel": "ALIPAYACCOUNT", "amount": amount::write(done.refund.amount) }],
        }),
        Some(&done.trade),
    ))
}

/// That it was asked says nothing: only `refund_status` does.
async fn refund_query(till: &Arc<Till>, call: Call) -> Result<Answer> {
    let trade = look_up(till, &call).await?;
    let number = call.biz.required("out_request_no")?;
    let (trade_no, asked) = (trade.trade_no.clone(), number.clone());
    let found = till.read(move |view| refunds::of(view, &trade_no, &asked)).await?;
    let Some(refund) = found else {
        return Ok(Answer::of(json!({}), Some(&trade)));
    };
    Ok(Answer::of(
        json!({
            "trade_no": trade.trade_no,
            "out_trade_no": trade.order.out_trade_no,
            "out_request_no": number,
            "total_amount": amount::write(trade.order.total),
            amount::CURRENCY: amount::named(trade.order.total.currency),
            "refund_amount": amount::write(refund.amount),
            "refund_status": "REFUND_SUCCESS",
            "refund_reason": refund.reason,
            "gmt_refund_pay": wall::write(refund.at),
        }),
        Some(&trade),
    ))
}

/// The address of a day's bill. There are bills of trades only, and of days only.
async fn bill(till: &Arc<Till>, call: Call) -> Result<Answer> {
    if call.biz.required("bill_type")? != "trade" {
        return Err(orders::bad("bill_type").into());
    }
    let day = Day::parse(&call.biz.required("bill_date")?).map_err(|_| orders::bad("bill_date"))?;
    let app: App = call.app;
    let token = till.write(move |tx, act, rules| bills::link(tx, act, rules, &app, day)).await?;
    Ok(Answer::of(json!({ "bill_download_url": format!("{}/bills/{token}", till.base_url) }), None))
}

/// The zip that a link leads to.
pub fn fetch_bill(view: &View, till: &Till, token: &str, now: Instant) -> Result<Option<Vec<u8>>> {
    let Some((app_id, day)) = bills::linked(view, token, now)? else { return Ok(None) };
    let app = crate::apps::of(view, &app_id)?;
    let (bill, _) = bills::of(view, &till.rules, &app, day, now)?;
    Ok(Some(alipay::bill::write(&bill)?))
}
