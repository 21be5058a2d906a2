//! An asynchronous notice: a form that the platform posts when something became of a trade.
//!
//! The signature covers every field but `sign` and `sign_type`, sorted by name, raw decoded values. A
//! verified notice is still only a claim about a trade: app, seller, order and amount must be the order's
//! own (`Notice::disagreement`), and a partial refund sends `TRADE_SUCCESS` again.

use crate::request::bad_signature;
use crate::{Params, PrivateKey, PublicKey, TradeStatus, amount, clip, form, refuse, wall};
use kernel::{Currency, Instant, Money, Refusal};

/// What must be answered for the platform to stop repeating: these seven characters and nothing else.
pub const SUCCESS: &str = "success";
/// The longest notice that is read, in bytes.
pub const BYTES_MAX: usize = 64 << 10;
/// The kind of notice that speaks of a trade.
pub const TRADE_STATUS_SYNC: &str = "trade_status_sync";

/// What a verified notice says.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// Unchanged when the same notice is sent again.
    pub notify_id: String,
    pub app_id: String,
    pub seller_id: String,
    pub out_trade_no: String,
    pub trade_no: String,
    pub total: Money,
    pub status: TradeStatus,
    pub refund: Option<Refund>,
    /// When the buyer paid.
    pub paid_at: Option<Instant>,
    /// Every field that is not empty, as it was sent.
    pub fields: Params,
}

/// What has gone back.
#[derive(Clone, Debug, PartialEq)]
pub struct Refund {
    /// Everything refunded of this trade so far, not this refund alone.
    pub total: Money,
    /// The refund's own key, our `out_request_no`.
    pub out_request_no: Option<String>,
    pub at: Option<Instant>,
}

/// What the order says; a notice must say the same.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    pub app_id: &'a str,
    pub seller_id: &'a str,
    pub out_trade_no: &'a str,
    pub total: Money,
}

/// What a notice claims otherwise than the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disagreement {
    App,
    Seller,
    Order,
    Amount,
}

impl Notice {
    /// Reads a posted body and believes it if one of these keys signed it (two, while a key is rotated).
    ///
    /// Refuses what `form::read` refuses, `too_long`, `missing_signature`, `bad_signature_type`,
    /// `bad_signature`, and with `bad_notice` what lacks a field or holds nonsense in it.
    pub fn open(body: &[u8], keys: &[PublicKey]) -> Result<Notice, Refusal> {
        if body.len() > BYTES_MAX {
            return Err(refuse("too_long", "The notice is too long.", "通知内容过长。"));
        }
        let mut fields = form::read_bytes(body)?;
        verify(&fields, keys)?;
        // An empty field need not have been signed, so anybody may have added it.
        fields.retain(|_, value| !value.is_empty());
        Notice::of(fields)
    }

    fn of(fields: Params) -> Result<Notice, Refusal> {
        let take = |name: &'static str| {
            let found = fields.get(name).filter(|value| !value.is_empty());
            found.cloned().ok_or_else(|| bad_notice(name))
        };
        let status = take("trade_status")?;
        let currency = amount::currency(fields.get(amount::CURRENCY).map(String::as_str))?;
        Ok(Notice {
            notify_id: take("notify_id")?,
            app_id: take("app_id")?,
            seller_id: take("seller_id")?,
            out_trade_no: take("out_trade_no")?,
            trade_no: take("trade_no")?,
            total: amount::read(&take("total_amount")?, currency)?,
            status: TradeStatus::parse(&status).ok_or_else(|| bad_notice("trade_status"))?,
            refund: refund(&fields, currency)?,
            paid_at: time(&fields, "gmt_payment")?,
            fields,
        })
    }

    /// The first of the four things that is not the order's own.
    pub fn disagreement(&self, expected: Expected) -> Option<Disagreement> {
        let checks = [
            (self.app_id == expected.app_id, Disagreement::App),
            (self.seller_id == expected.seller_id, Disagreement::Seller),
            (self.out_trade_no == expected.out_trade_no, Disagreement::Order),
            (self.total == expected.total, Disagreement::Amount),
        ];
        checks.into_iter().find(|(agrees, _)| !agrees).map(|(_, what)| what)
    }

    /// Whether it tells of a payment and not of what went back.
    pub fn is_payment(&self) -> bool {
        self.status.is_paid() && self.refund.is_none()
    }
}

fn refund(fields: &Params, currency: Currency) -> Result<Option<Refund>, Refusal> {
    let total = match fields.get("refund_fee") {
        Some(text) => amount::read_or_zero(text, currency)?,
        None => return Ok(None),
    };
    let out_request_no = fields.get("out_biz_no").filter(|text| !text.is_empty()).cloned();
    let at = time(fields, "gmt_refund")?;
    Ok((!total.is_zero()).then_some(Refund { total, out_request_no, at }))
}

/// Times may carry a fraction of a second, which is not read.
fn time(fields: &Params, name: &str) -> Result<Option<Instant>, Refusal> {
    let text = fields.get(name).filter(|text| !text.is_empty());
    text.map(|text| wall::read(text.split('.').next().unwrap_or_default())).transpose()
}

fn bad_notice(field: &str) -> Refusal {
    let field = clip(field);
    refuse(
        "bad_notice",
        format!("The notice's {field} is missing or makes no sense."),
        format!("通知的 {field} 缺失或无法识别。"),
    )
}

/// What is signed of a notice, of a `return_url` too.
pub fn canonical(fields: &Params) -> String {
    form::joined(fields.iter().filter(|(name, _)| !is_signature(name)))
}

fn is_signature(name: &str) -> bool {
    name == "sign" || name == "sign_type"
}

/// Signs the fields as the platform does; empty ones are dropped.
pub fn sign(fields: &mut Params, key: &PrivateKey) {
    fields.retain(|name, value| !is_signature(name) && !value.is_empty());
    let sign = key.sign(canonical(fields).as_bytes());
    fields.insert("sign_type".into(), "RSA2".into());
    fields.insert("sign".into(), sign);
}

/// Whether one of these keys signed the fields, empty ones dropped or kept.
pub fn verify(fields: &Params, keys: &[PublicKey]) -> Result<(), Refusal> {
    if fields.get("sign_type").is_none_or(|kind| kind != "RSA2") {
        return Err(refuse("bad_signature_type", "Only RSA2 signatures are accepted.", "只接受 RSA2 签名。"));
    }
    let sign = fields.get("sign").filter(|sign| !sign.is_empty());
    let sign = sign.ok_or_else(|| refuse("missing_signature", "The signature is missing.", "缺少签名。"))?;
    let dropped =
        form::joined(fields.iter().filter(|(name, value)| !is_signature(name) && !value.is_empty()));
    let signed = |text: &str| keys.iter().any(|key| key.verifies(text.as_bytes(), sign));
    if signed(&dropped) || signed(&canonical(fields)) { Ok(()) } else { Err(bad_signature()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static KEY: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate().expect("a key"));
    static KEYS: LazyLock<Vec<PublicKey>> = LazyLock::new(|| vec![KEY.public()]);

    fn fields() -> Params {
        let pairs = [
            ("notify_type", TRADE_STATUS_SYNC),
            ("notify_id", "20190815"),
            ("app_id", "2021"),
            ("seller_id", "2088"),
            ("out_trade_no", "pay_1"),
            ("trade_no", "20190815220014"),
            ("total_amount", "39.90"),
            ("trade_status", "TRADE_SUCCESS"),
            ("gmt_payment", "2019-08-15 15:56:24"),
            ("subject", "摆渡人 \"sign\" } & % 😀"),
        ];
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn body(fields: &Params) -> Vec<u8> {
        let mut fields = fields.clone();
        sign(&mut fields, &KEY);
        form::write(&fields).into_bytes()
    }

    fn opened(fields: &Params) -> Result<Notice, &'static str> {
        Notice::open(&body(fields), &KEYS).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_notice_says_what_was_signed() {
        let notice = opened(&fields()).expect("signed");
        assert_eq!((notice.total, notice.status), (Money::fen(3990), TradeStatus::TradeSuccess));
        assert!(notice.is_payment());
        assert_eq!(notice.paid_at.expect("paid").rfc3339(), "2019-08-15T07:56:24Z");
        assert_eq!(notice.fields["subject"], "摆渡人 \"sign\" } & % 😀");
    }

    #[test]
    fn an_added_empty_field_says_nothing() {
        let mut sent = String::from_utf8(body(&fields())).expect("a form");
        sent.push_str("&refund_fee=&out_biz_no&trade_status20014");
        let notice = Notice::open(sent.as_bytes(), &KEYS).expect("what was signed is unchanged");
        assert!(notice.is_payment());
        assert!(
            !notice.fields.contains_key("refund_fee") && !notice.fields.contains_key("trade_status20014")
        );
    }

    #[test]
    fn a_partial_refund_is_no_payment() {
        let mut fields = fields();
        let refund =
            [("refund_fee", "10.00"), ("out_biz_no", "rfd_1"), ("gmt_refund", "2019-08-16 10:00:00.123")];
        fields.extend(refund.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let notice = opened(&fields).expect("signed");
        assert!(!notice.is_payment());
        let refund = notice.refund.expect("a refund");
        assert_eq!((refund.total, refund.out_request_no.as_deref()), (Money::fen(1000), Some("rfd_1")));
    }

    #[test]
    fn a_notice_is_in_the_currency_it_names() {
        let mut fields = fields();
        fields.insert("trans_currency".into(), "KRW".into());
        assert_eq!(opened(&fields), Err("bad_amount"), "won have no decimals");
        fields.insert("total_amount".into(), "39900".into());
        assert_eq!(opened(&fields).expect("signed").total, Money::new(39_900, Currency::KRW));
        fields.insert("trans_currency".into(), "XAU".into());
        assert_eq!(opened(&fields), Err("unknown_currency"));
    }

    #[test]
    fn the_four_checks_are_named() {
        let notice = opened(&fields()).expect("signed");
        let ours =
            Expected { app_id: "2021", seller_id: "2088", out_trade_no: "pay_1", total: Money::fen(3990) };
        let found = |expected| notice.disagreement(expected);
        assert_eq!(found(ours), None);
        assert_eq!(found(Expected { app_id: "2022", ..ours }), Some(Disagreement::App));
        assert_eq!(found(Expected { seller_id: "2089", ..ours }), Some(Disagreement::Seller));
        assert_eq!(found(Expected { out_trade_no: "pay_2", ..ours }), Some(Disagreement::Order));
        assert_eq!(found(Expected { total: Money::fen(3991), ..ours }), Some(Disagreement::Amount));
    }

    #[test]
    fn nonsense_is_refused_even_when_signed() {
        for (name, value, code) in [
            ("total_amount", "３9.90", "bad_amount"),
            ("total_amount", "39.901", "bad_amount"),
            ("total_amount", "4e1", "bad_amount"),
            ("total_amount", "-39.90", "bad_amount"),
            ("trade_status", "PAID", "bad_notice"),
            ("notify_id", "", "bad_notice"),
            ("gmt_payment", "yesterday", "bad_time"),
            ("refund_fee", "1.234", "bad_amount"),
        ] {
            let mut fields = fields();
            fields.insert(name.into(), value.into());
            assert_eq!(opened(&fields), Err(code), "{name}={value}");
        }
    }

    #[test]
    fn only_the_owners_of_the_keys_are_believed() {
        let old = PrivateKey::generate().expect("a key");
        let body = body(&fields());
        assert!(Notice::open(&body, &[old.public(), KEY.public()]).is_ok());
        assert_eq!(Notice::open(&body, &[old.public()]).expect_err("another's").code, "bad_signature");
        assert_eq!(Notice::open(&body, &[]).expect_err("no keys").code, "bad_signature");
        let text = String::from_utf8(body).expect("a form").replace("sign_type=RSA2", "sign_type=RSA");
        assert_eq!(Notice::open(text.as_bytes(), &KEYS).expect_err("SHA-1").code, "bad_signature_type");
        assert_eq!(Notice::open(&vec![b'a'; BYTES_MAX + 1], &KEYS).expect_err("long").code, "too_long");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_subject_survives_the_journey(subject in ".{1,256}") {
            let mut fields = fields();
            fields.insert("subject".into(), subject.clone());
            prop_assert_eq!(&opened(&fields).expect("signed").fields["subject"], &subject);
        }

        #[test]
        fn reading_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Notice::open(&bytes, &KEYS);
        }
    }
}
