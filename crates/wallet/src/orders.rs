//! What a merchant asks to be paid for: read from `biz_content`, kept with the trade that comes of it.

use alipay::{Method, amount, code, wall};
use kernel::{Currency, Instant, Money, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

const OUT_TRADE_NO_MAX: usize = 64;
const SUBJECT_MAX: usize = 256;
const TEXT_MAX: usize = 1024;
/// The longest that a merchant may let a trade wait, in seconds: fifteen days.
const WAIT_MAX: i64 = 15 * 86_400;

/// The merchant's order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub app_id: String,
    pub seller_id: String,
    pub out_trade_no: String,
    pub subject: String,
    pub total: Money,
    /// The method that it came by, which decides what is told about it.
    pub method: String,
    pub notify_url: Option<String>,
    pub return_url: Option<String>,
    pub passback_params: Option<String>,
    /// A moment after which nobody can pay.
    pub time_expire: Option<Instant>,
    /// How long the trade waits once it is open.
    pub wait_seconds: Option<i64>,
}

impl Order {
    /// Whether it is the same purchase; what else differs is of no account.
    pub fn agrees(&self, other: &Order) -> bool {
        self.subject == other.subject && self.total == other.total && self.app_id == other.app_id
    }

    /// Whether time-outs and the end of the refund window are told, too.
    pub fn tells_endings(&self) -> bool {
        [Method::TradeWapPay, Method::TradeCreate].iter().any(|method| method.name() == self.method)
    }
}

/// `biz_content`, member by member.
pub struct Biz(pub Map<String, Value>);

impl Biz {
    /// Reads a JSON object; nothing at all is an empty one.
    pub fn read(json: &str) -> Result<Biz, Refusal> {
        if json.is_empty() {
            return Ok(Biz(Map::new()));
        }
        match serde_json::from_str(json) {
            Ok(Value::Object(members)) => Ok(Biz(members)),
            _ => Err(bad("biz_content")),
        }
    }

    /// A text, or a number as it was written; nothing when it is missing or empty.
    pub fn text(&self, name: &'static str) -> Result<Option<String>, Refusal> {
        let text = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(bad(name)),
        };
        if text.chars().count() > TEXT_MAX {
            Err(bad(name))
        } else {
            Ok(Some(text).filter(|text| !text.is_empty()))
        }
    }

    pub fn required(&self, name: &'static str) -> Result<String, Refusal> {
        self.text(name)?.ok_or_else(|| bad(name))
    }

    /// The currency that the request names, the yuan when it names none.
    pub fn currency(&self, name: &'static str) -> Result<Currency, Refusal> {
        amount::currency(self.text(name)?.as_deref()).map_err(|_| bad(name))
    }

    /// An amount between the smallest unit of its currency and as many of them as make 100,000,000.00 yuan.
    pub fn amount(&self, name: &'static str, currency: Currency) -> Result<Money, Refusal> {
        amount::read(&self.required(name)?, currency).map_err(|_| bad(name))
    }
}

/// Says which parameter makes no sense.
pub fn bad(name: &str) -> Refusal {
    code::ACQ_INVALID_PARAMETER
        .because(format!("The parameter {name} is missing or makes no sense."), format!("参数无效：{name}"))
}

/// Reads the order of a request. Refuses it with `ACQ.INVALID_PARAMETER` or `ACQ.TOTAL_FEE_EXCEED`.
pub fn read(
    biz: &Biz,
    method: Method,
    (app_id, seller_id): (&str, &str),
    addresses: (Option<String>, Option<String>),
) -> Result<Order, Refusal> {
    let currency = biz.currency(amount::CURRENCY)?;
    let total = biz.amount("total_amount", currency);
    let total = total.map_err(|refusal| too_much(biz, currency).unwrap_or(refusal))?;
    // A merchant is paid in what the price is in: nothing is exchanged here.
    if biz.text("settle_currency")?.is_some_and(|named| named != currency.code()) {
        return Err(bad("settle_currency"));
    }
    if biz.text("seller_id")?.is_some_and(|named| named != seller_id) {
        return Err(bad("seller_id"));
    }
    let (notify_url, return_url) = addresses;
    Ok(Order {
        app_id: app_id.into(),
        seller_id: seller_id.into(),
        out_trade_no: out_trade_no(biz)?,
        subject: biz.required("subject").and_then(|text| within(text, SUBJECT_MAX, "subject"))?,
        total,
        method: method.name().into(),
        notify_url,
        return_url,
        passback_params: biz.text("passback_params")?,
        time_expire: biz
            .text("time_expire")?
            .map(|text| wall::read(&text).map_err(|_| bad("time_expire")))
            .transpose()?,
        wait_seconds: wait(biz)?,
    })
}

fn too_much(biz: &Biz, currency: Currency) -> Option<Refusal> {
    let text = biz.text("total_amount").ok()??;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let whole = text.split('.').next().unwrap_or_default();
    (digits && whole.trim_start_matches('0').len() >= 11 - currency.exponent() as usize)
        .then(|| code::TOTAL_FEE_EXCEED.into())
}

fn out_trade_no(biz: &Biz) -> Result<String, Refusal> {
    let text = within(biz.required("out_trade_no")?, OUT_TRADE_NO_MAX, "out_trade_no")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if text.bytes().all(plain) { Ok(text) } else { Err(bad("out_trade_no")) }
}

fn within(text: String, most: usize, name: &'static str) -> Result<String, Refusal> {
    let fits = text.chars().count() <= most && !text.chars().any(char::is_control);
    if fits { Ok(text) } else { Err(bad(name)) }
}

/// `timeout_express` and its kind: `90m`, `2h`, `1d`, `1c` (until midnight, here a day).
fn wait(biz: &Biz) -> Result<Option<i64>, Refusal> {
    let text = match biz.text("timeout_express")? {
        Some(text) => text,
        None => match biz.text("qr_code_timeout_express")? {
            Some(text) => text,
            None => return Ok(None),
        },
    };
    let unit = match text.as_bytes().last() {
        Some(b'm') => 60,
        Some(b'h') => 3600,
        Some(b'd' | b'c') => 86_400,
        _ => return Err(bad("timeout_express")),
    };
    let number = &text[..text.len() - 1];
    let digits = !number.is_empty() && number.len() <= 5 && number.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = number.parse::<i64>().ok().filter(|_| digits).map(|number| number * unit);
    let seconds = seconds.filter(|seconds| (60..=WAIT_MAX).contains(seconds));
    seconds.map(Some).ok_or_else(|| bad("timeout_express"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn order(biz: Value) -> Result<Order, &'static str> {
        let biz = Biz::read(&biz.to_string()).expect("an object");
        read(&biz, Method::TradePrecreate, ("app", "seller"), (None, None)).map_err(|refusal| refusal.code)
    }

    #[test]
    fn an_order_is_read_strictly() {
        let good = json!({"out_trade_no": "pay_1", "total_amount": "39.90", "subject": "摆渡人 \"sign\" }{", "timeout_express": "90m"});
        let read = order(good.clone()).expect("an order");
        assert_eq!((read.total, read.wait_seconds), (Money::fen(3990), Some(5400)));
        for (name, value) in [
            ("out_trade_no", json!("")),
            ("out_trade_no", json!("a/b")),
            ("out_trade_no", json!("a".repeat(65))),
            ("subject", json!("a".repeat(257))),
            ("subject", json!(["a"])),
            ("total_amount", json!("３9.90")),
            ("total_amount", json!("39.901")),
            ("total_amount", json!("0.00")),
            ("total_amount", json!("-1.00")),
            ("total_amount", json!("4e1")),
            ("total_amount", json!(" 1")),
            ("timeout_express", json!("90")),
            ("timeout_express", json!("0m")),
            ("timeout_express", json!("16d")),
            ("timeout_express", json!("摆")),
            ("time_expire", json!("tomorrow")),
            ("seller_id", json!("another")),
            ("trans_currency", json!("XAU")),
            ("settle_currency", json!("USD")),
        ] {
            let mut bad = good.clone();
            bad[name] = value;
            assert_eq!(order(bad.clone()), Err("ACQ.INVALID_PARAMETER"), "{bad}");
        }
        let mut dear = good;
        dear["total_amount"] = json!("100000000.01");
        assert_eq!(order(dear), Err("ACQ.TOTAL_FEE_EXCEED"));
    }

    #[test]
    fn an_order_is_in_the_currency_it_names() {
        let won = json!({"out_trade_no": "1", "subject": "a", "total_amount": "15000",
            "trans_currency": "KRW", "settle_currency": "KRW"});
        assert_eq!(order(won.clone()).expect("an order").total, Money::new(15_000, Currency::KRW));
        for (amount, code) in [("15000.00", "ACQ.INVALID_PARAMETER"), ("10000000001", "ACQ.TOTAL_FEE_EXCEED")]
        {
            let mut bad = won.clone();
            bad["total_amount"] = json!(amount);
            assert_eq!(order(bad), Err(code), "{amount}");
        }
    }

    #[test]
    fn an_amount_may_be_a_number() {
        let read =
            order(json!({"out_trade_no": "1", "total_amount": 39.9, "subject": "a"})).expect("an order");
        assert_eq!(read.total, Money::fen(3990));
    }
}
