//! Where a trade stands.

/// `WaitBuyerPay` → `TradeSuccess` → `TradeFinished`; `TradeClosed` from a time-out, a close or a full refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TradeStatus {
    WaitBuyerPay,
    /// Paid; may be refunded, and stays here while a part of it is.
    TradeSuccess,
    /// Paid; the time to refund is over.
    TradeFinished,
    /// Never paid, or refunded in full.
    TradeClosed,
}

impl TradeStatus {
    pub const ALL: [TradeStatus; 4] = [
        TradeStatus::WaitBuyerPay,
        TradeStatus::TradeSuccess,
        TradeStatus::TradeFinished,
        TradeStatus::TradeClosed,
    ];

    pub fn code(self) -> &'static str {
        match self {
            TradeStatus::WaitBuyerPay => "WAIT_BUYER_PAY",
            TradeStatus::TradeSuccess => "TRADE_SUCCESS",
            TradeStatus::TradeFinished => "TRADE_FINISHED",
            TradeStatus::TradeClosed => "TRADE_CLOSED",
        }
    }

    pub fn parse(code: &str) -> Option<TradeStatus> {
        TradeStatus::ALL.into_iter().find(|status| status.code() == code)
    }

    pub fn is_paid(self) -> bool {
        matches!(self, TradeStatus::TradeSuccess | TradeStatus::TradeFinished)
    }
}
