//! How an app is treated badly on purpose.

use serde::{Deserialize, Serialize};

/// What may go wrong for one app. Nothing does by default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hostility {
    /// Each notice is delivered so many times more, whatever was answered.
    pub duplicate: u32,
    /// Notices are held back for a moment and delivered newest first.
    pub reorder: bool,
    /// Every notice sets out so much later.
    pub delay_seconds: i64,
    /// The first so many deliveries of every notice are lost on the way.
    pub drop: u32,
    /// The amount in a notice is changed after it was signed.
    pub tamper_notices: bool,
    /// An answer is changed after it was signed.
    pub tamper_replies: bool,
    /// An answer waits until the notices of what it did have been delivered.
    pub notice_before_reply: bool,
    /// The clock that notices and answers show is so much ahead.
    pub clock_skew_seconds: i64,
    /// The next so many answers to calls that change something are lost: the connection ends after the commit.
    pub replies_lost: u32,
    /// The next so many of them say that nobody knows, after the commit.
    pub system_errors: u32,
    /// What is wrong in every bill.
    pub bill: BillErrors,
}

/// How many lines of every day's bill are wrong, and in which way; the seed says which lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BillErrors {
    pub seed: u64,
    /// Lines that are missing: only the merchant knows of them.
    pub ours_only: u32,
    /// Lines that never happened: only the bill knows of them.
    pub theirs_only: u32,
    /// Lines with another amount.
    pub amount: u32,
    /// Payments that stand there as refunds.
    pub status: u32,
    /// Lines with another fee.
    pub fee: u32,
    /// Lines that stand in the next day's bill.
    pub cut_off: u32,
    /// Lines that stand there twice.
    pub duplicate: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_mode_is_refused() {
        assert!(serde_json::from_str::<Hostility>(r#"{"dupliacte": 1}"#).is_err());
        let read: Hostility = serde_json::from_str(r#"{"bill": {"fee": 3}, "drop": 2}"#).expect("two modes");
        assert_eq!((read.bill.fee, read.drop, read.duplicate), (3, 2, 0));
    }
}
