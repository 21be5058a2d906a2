//! The methods that Ferryman calls, and the sandbox answers.

/// A method of the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    BillDownloadUrlQuery,
    TradeCancel,
    TradeClose,
    TradeCreate,
    TradeFastpayRefundQuery,
    TradePagePay,
    TradePay,
    TradePrecreate,
    TradeQuery,
    TradeRefund,
    TradeWapPay,
}

impl Method {
    pub const ALL: [Method; 11] = [
        Method::BillDownloadUrlQuery,
        Method::TradeCancel,
        Method::TradeClose,
        Method::TradeCreate,
        Method::TradeFastpayRefundQuery,
        Method::TradePagePay,
        Method::TradePay,
        Method::TradePrecreate,
        Method::TradeQuery,
        Method::TradeRefund,
        Method::TradeWapPay,
    ];

    /// As V2 calls it.
    pub fn name(self) -> &'static str {
        match self {
            Method::BillDownloadUrlQuery => "alipay.data.dataservice.bill.downloadurl.query",
            Method::TradeCancel => "alipay.trade.cancel",
            Method::TradeClose => "alipay.trade.close",
            Method::TradeCreate => "alipay.trade.create",
            Method::TradeFastpayRefundQuery => "alipay.trade.fastpay.refund.query",
            Method::TradePagePay => "alipay.trade.page.pay",
            Method::TradePay => "alipay.trade.pay",
            Method::TradePrecreate => "alipay.trade.precreate",
            Method::TradeQuery => "alipay.trade.query",
            Method::TradeRefund => "alipay.trade.refund",
            Method::TradeWapPay => "alipay.trade.wap.pay",
        }
    }

    /// As V3 calls it: `/v3/alipay/trade/query`.
    pub fn path(self) -> String {
        format!("/v3/{}", self.name().replace('.', "/"))
    }

    pub fn parse(name: &str) -> Option<Method> {
        Method::ALL.into_iter().find(|method| method.name() == name)
    }

    pub fn of_path(path: &str) -> Option<Method> {
        Method::ALL.into_iter().find(|method| method.path() == path)
    }

    /// Whether a browser is sent there; the answer is a page and not an envelope.
    pub fn is_page(self) -> bool {
        matches!(self, Method::TradePagePay | Method::TradeWapPay)
    }

    /// What the merchant's agreement must contain, as `product_code` says it.
    pub fn product_code(self) -> Option<&'static str> {
        match self {
            Method::TradePagePay => Some("FAST_INSTANT_TRADE_PAY"),
            Method::TradeWapPay => Some("QUICK_WAP_WAY"),
            Method::TradePay | Method::TradePrecreate => Some("FACE_TO_FACE_PAYMENT"),
            Method::TradeCreate => Some("JSAPI_PAY"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_read_back() {
        for method in Method::ALL {
            assert_eq!(Method::parse(method.name()), Some(method));
            assert_eq!(Method::of_path(&method.path()), Some(method));
        }
        assert_eq!(Method::TradeFastpayRefundQuery.path(), "/v3/alipay/trade/fastpay/refund/query");
        assert_eq!(Method::parse("alipay.trade"), None);
    }
}
