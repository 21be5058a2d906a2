//! What an answer's codes mean: done, wait, no, or nobody knows.

use kernel::{Error, Kind, Refusal};

/// The gateway's own codes, `code` of every answer.
pub const SUCCESS: &str = "10000";
/// The buyer must confirm in their app; ask until they did.
pub const WAITING_FOR_BUYER: &str = "10003";
/// The outcome is unknown: ask, then repeat with the same key.
pub const UNKNOWN: &str = "20000";
pub const BAD_TOKEN: &str = "20001";
pub const MISSING_PARAMETER: &str = "40001";
pub const INVALID_PARAMETER: &str = "40002";
pub const INSUFFICIENT_CONDITIONS: &str = "40003";
pub const BUSINESS_FAILED: &str = "40004";
pub const NO_PERMISSION: &str = "40006";

/// What to make of `code` and `sub_code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was carried out; the node says what became of it.
    Done,
    /// It was taken and waits for the buyer.
    Waiting,
    /// It was not carried out and will not be.
    Refused,
    /// It may have been carried out: ask, then repeat with the same key, never with a new one.
    Unknown,
}

/// Reads an answer's codes. What we have never heard of is `Unknown`, never a no.
pub fn verdict(code: &str, sub_code: &str) -> Verdict {
    const OUTCOME_UNKNOWN: [&str; 4] =
        ["ACQ.SYSTEM_ERROR", "SYSTEM_ERROR", "aop.unknow-error", "isp.unknow-error"];
    match code {
        SUCCESS => Verdict::Done,
        WAITING_FOR_BUYER => Verdict::Waiting,
        BUSINESS_FAILED if OUTCOME_UNKNOWN.contains(&sub_code) => Verdict::Unknown,
        BAD_TOKEN
        | MISSING_PARAMETER
        | INVALID_PARAMETER
        | INSUFFICIENT_CONDITIONS
        | BUSINESS_FAILED
        | NO_PERMISSION => Verdict::Refused,
        _ => Verdict::Unknown,
    }
}

/// Why a request was not carried out, as the platform says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    pub code: &'static str,
    pub sub_code: &'static str,
    pub zh: &'static str,
    pub en: &'static str,
    /// The status of a V3 answer.
    pub http_status: u16,
}

impl Failure {
    /// The failure of a `sub_code` that the sandbox may answer.
    pub fn of(sub_code: &str) -> Option<Failure> {
        FAILURES.into_iter().find(|failure| failure.sub_code == sub_code)
    }

    /// `code` of a V3 problem: V2's sub-code, without the `isv.` of the gateway's own.
    pub fn v3_code(&self) -> &'static str {
        self.sub_code.strip_prefix("isv.").unwrap_or(self.sub_code)
    }

    /// As a refusal with one more sentence in place of the platform's own.
    pub fn because(&self, en: impl Into<String>, zh: impl Into<String>) -> Refusal {
        Refusal::new(Kind::Conflict, self.sub_code, en, zh)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        failure.because(failure.en, failure.zh)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Refusal::from(failure).into()
    }
}

/// `msg` of a code.
pub fn msg(code: &str) -> &'static str {
    match code {
        SUCCESS => "Success",
        WAITING_FOR_BUYER => "order success pay inprocess",
        UNKNOWN => "Service Currently Unavailable",
        BAD_TOKEN => "Insufficient Token Permissions",
        MISSING_PARAMETER => "Missing Required Arguments",
        INVALID_PARAMETER => "Invalid Arguments",
        INSUFFICIENT_CONDITIONS => "Insufficient Conditions",
        NO_PERMISSION => "Insufficient Permissions",
        _ => "Business Failed",
    }
}

const fn failure(
    code: &'static str,
    sub_code: &'static str,
    zh: &'static str,
    en: &'static str,
    http_status: u16,
) -> Failure {
    Failure { code, sub_code, zh, en, http_status }
}

const fn missing(sub_code: &'static str, zh: &'static str, en: &'static str) -> Failure {
    failure(MISSING_PARAMETER, sub_code, zh, en, 400)
}

const fn invalid(sub_code: &'static str, zh: &'static str, en: &'static str) -> Failure {
    failure(INVALID_PARAMETER, sub_code, zh, en, 400)
}

const fn business(sub_code: &'static str, zh: &'static str, en: &'static str) -> Failure {
    failure(BUSINESS_FAILED, sub_code, zh, en, 400)
}

pub const MISSING_METHOD: Failure = missing("isv.missing-method", "缺少方法名参数", "The method is missing.");
pub const MISSING_SIGNATURE: Failure =
    missing("isv.missing-signature", "缺少签名参数", "The signature is missing.");
pub const MISSING_SIGNATURE_TYPE: Failure =
    missing("isv.missing-signature-type", "缺少签名类型参数", "The kind of signature is missing.");
pub const MISSING_APP_ID: Failure =
    missing("isv.missing-app-id", "缺少appId参数", "The app's number is missing.");
pub const MISSING_TIMESTAMP: Failure =
    missing("isv.missing-timestamp", "缺少时间戳参数", "The timestamp is missing.");
pub const MISSING_VERSION: Failure =
    missing("isv.missing-version", "缺少版本参数", "The version is missing.");

pub const INVALID_SIGNATURE_TYPE: Failure =
    invalid("isv.invalid-signature-type", "无效签名类型", "Only RSA2 signatures are accepted.");
pub const INVALID_TIMESTAMP: Failure = invalid(
    "isv.invalid-timestamp",
    "非法的时间戳参数",
    "The timestamp is not of the form 2019-08-15 15:56:22.",
);
pub const INVALID_CHARSET: Failure = invalid("isv.invalid-charset", "字符集错误", "Only UTF-8 is accepted.");
pub const INVALID_ARGUMENTS: Failure =
    invalid("isv.invalid-parameter", "参数无效", "A parameter makes no sense.");
pub const INVALID_CERTIFICATE: Failure =
    invalid("isv.invalid-cert-sn", "证书序列号不匹配", "The certificate is not this app's.");

pub const ACQ_INVALID_PARAMETER: Failure =
    business("ACQ.INVALID_PARAMETER", "参数无效", "A parameter makes no sense.");
pub const TRADE_NOT_EXIST: Failure = business("ACQ.TRADE_NOT_EXIST", "交易不存在", "There is no such trade.");
pub const TRADE_HAS_SUCCESS: Failure =
    business("ACQ.TRADE_HAS_SUCCESS", "交易已被支付", "This trade has been paid.");
pub const TRADE_HAS_CLOSE: Failure = business("ACQ.TRADE_HAS_CLOSE", "交易已经关闭", "This trade is closed.");
pub const TRADE_HAS_FINISHED: Failure =
    business("ACQ.TRADE_HAS_FINISHED", "交易已完结", "This trade is finished.");
pub const TRADE_STATUS_ERROR: Failure =
    business("ACQ.TRADE_STATUS_ERROR", "交易状态不合法", "The trade's state does not allow this.");
pub const CONTEXT_INCONSISTENT: Failure = business(
    "ACQ.CONTEXT_INCONSISTENT",
    "交易信息被篡改",
    "The same order number was used for another amount or subject.",
);
pub const TOTAL_FEE_EXCEED: Failure =
    business("ACQ.TOTAL_FEE_EXCEED", "订单总金额不在允许范围内", "The amount is outside of what is allowed.");
pub const EXPIRED: Failure = business(
    "ACQ.NOW_TIME_AFTER_EXPIRE_TIME_ERROR",
    "当前时间已超过允许支付的时间",
    "The time to pay is over.",
);
pub const BUYER_BALANCE_NOT_ENOUGH: Failure =
    business("ACQ.BUYER_BALANCE_NOT_ENOUGH", "买家余额不足", "There is not enough money in this account.");
pub const BUYER_NOT_EXIST: Failure =
    business("ACQ.BUYER_NOT_EXIST", "买家不存在", "There is no such account.");
pub const SELLER_BALANCE_NOT_ENOUGH: Failure =
    business("ACQ.SELLER_BALANCE_NOT_ENOUGH", "卖家余额不足", "The seller's account does not hold enough.");
pub const PAYMENT_AUTH_CODE_INVALID: Failure =
    business("ACQ.PAYMENT_AUTH_CODE_INVALID", "支付授权码无效", "The bar code is not valid any more.");
pub const DISCORDANT_REPEAT_REQUEST: Failure = business(
    "ACQ.DISCORDANT_REPEAT_REQUEST",
    "请求信息不一致",
    "The same refund number was used for another amount.",
);
pub const REFUND_AMT_NOT_EQUAL_TOTAL: Failure = business(
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
    "退款金额超限",
    "The refund is more than is left, or a partial refund lacks its own number.",
);
pub const REASON_TRADE_REFUND_FEE_ERR: Failure =
    business("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额有误", "The refund's amount makes no sense.");
pub const BILL_NOT_EXIST: Failure =
    business("isp.bill_not_exist", "账单不存在", "There is no bill of that day yet.");

pub const INVALID_SIGNATURE: Failure = failure(
    INVALID_PARAMETER,
    "isv.invalid-signature",
    "验签出错，请检查签名和密钥是否匹配",
    "The signature does not verify with this app's key.",
    401,
);
pub const INVALID_APP_ID: Failure =
    failure(INVALID_PARAMETER, "isv.invalid-app-id", "无效的AppID参数", "There is no such app.", 401);
pub const INVALID_METHOD: Failure =
    failure(INVALID_PARAMETER, "isv.invalid-method", "不存在的方法名", "There is no such method.", 404);
pub const DECRYPTION_FAILED: Failure = failure(
    INSUFFICIENT_CONDITIONS,
    "isv.decryption-error-unknown",
    "解密出错，请检查加密密钥",
    "The content cannot be decrypted.",
    400,
);
pub const UNKNOWN_ERROR: Failure =
    failure(UNKNOWN, "aop.unknow-error", "系统繁忙", "Nobody knows what became of it; ask.", 500);
pub const SYSTEM_ERROR: Failure =
    failure(BUSINESS_FAILED, "ACQ.SYSTEM_ERROR", "系统错误", "Nobody knows what became of it; ask.", 500);

const FAILURES: [Failure; 34] = [
    MISSING_METHOD,
    MISSING_SIGNATURE,
    MISSING_SIGNATURE_TYPE,
    MISSING_APP_ID,
    MISSING_TIMESTAMP,
    MISSING_VERSION,
    INVALID_SIGNATURE_TYPE,
    INVALID_TIMESTAMP,
    INVALID_CHARSET,
    INVALID_ARGUMENTS,
    INVALID_CERTIFICATE,
    ACQ_INVALID_PARAMETER,
    TRADE_NOT_EXIST,
    TRADE_HAS_SUCCESS,
    TRADE_HAS_CLOSE,
    TRADE_HAS_FINISHED,
    TRADE_STATUS_ERROR,
    CONTEXT_INCONSISTENT,
    TOTAL_FEE_EXCEED,
    EXPIRED,
    BUYER_BALANCE_NOT_ENOUGH,
    BUYER_NOT_EXIST,
    SELLER_BALANCE_NOT_ENOUGH,
    PAYMENT_AUTH_CODE_INVALID,
    DISCORDANT_REPEAT_REQUEST,
    REFUND_AMT_NOT_EQUAL_TOTAL,
    REASON_TRADE_REFUND_FEE_ERR,
    BILL_NOT_EXIST,
    INVALID_SIGNATURE,
    INVALID_APP_ID,
    INVALID_METHOD,
    DECRYPTION_FAILED,
    UNKNOWN_ERROR,
    SYSTEM_ERROR,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_knows_is_no_refusal() {
        assert_eq!(verdict("10000", ""), Verdict::Done);
        assert_eq!(verdict("10003", ""), Verdict::Waiting);
        assert_eq!(verdict("40004", "ACQ.TRADE_NOT_EXIST"), Verdict::Refused);
        for (code, sub_code) in [
            ("20000", ""),
            ("20000", "isp.unknow-error"),
            ("40004", "ACQ.SYSTEM_ERROR"),
            ("", ""),
            ("99999", "x"),
        ] {
            assert_eq!(verdict(code, sub_code), Verdict::Unknown, "{code} {sub_code}");
        }
    }
}
