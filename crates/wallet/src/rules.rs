//! What the platform's documents say with numbers, kept as configuration: none of it was checked against it.

use kernel::{Instant, Share};

#[derive(Clone, Debug)]
pub struct Rules {
    /// What the merchant pays of every payment.
    pub fee: Share,
    /// Seconds between one delivery of a notice and the next.
    pub notice_gaps_seconds: Vec<i64>,
    /// How many times faster than the clock a notice is repeated.
    pub notice_speed: i64,
    /// How long a QR code may be scanned.
    pub qr_seconds: i64,
    /// How long a trade waits for its buyer, unless the merchant says otherwise.
    pub trade_seconds: i64,
    /// How long a paid trade may be refunded; then it is finished.
    pub refund_seconds: i64,
    /// How long a bar code is valid.
    pub auth_code_seconds: i64,
    /// A bar code pays more than this only after its owner confirmed; in the smallest units of any currency, as what
    /// follows: ¥1,000.00, $1,000.00, ₩100,000.
    pub confirm_above_minor: i64,
    /// The hour of the next day, in Beijing, at which a day's bill is ready.
    pub bill_hour: i8,
    /// How long the address of a bill lives.
    pub bill_link_seconds: i64,
    /// What a buyer's account begins with in a currency.
    pub opening_minor: i64,
    /// What one top-up may add.
    pub top_up_max_minor: i64,
}

impl Default for Rules {
    fn default() -> Rules {
        const MINUTE: i64 = 60;
        const HOUR: i64 = 60 * MINUTE;
        const DAY: i64 = 24 * HOUR;
        Rules {
            fee: Share::ppm(6_000),
            notice_gaps_seconds: vec![
                4 * MINUTE,
                10 * MINUTE,
                10 * MINUTE,
                HOUR,
                2 * HOUR,
                6 * HOUR,
                15 * HOUR,
            ],
            notice_speed: 1,
            qr_seconds: 2 * HOUR,
            trade_seconds: 15 * DAY,
            refund_seconds: 90 * DAY,
            auth_code_seconds: MINUTE,
            confirm_above_minor: 100_000,
            bill_hour: 9,
            bill_link_seconds: 30,
            opening_minor: 500_000,
            top_up_max_minor: 1_000_000,
        }
    }
}

impl Rules {
    /// When a notice is due again after so many deliveries; never, after the last.
    pub fn next_delivery(&self, attempts: i64, speed: i64, now: Instant) -> Option<Instant> {
        let gap = self.notice_gaps_seconds.get(usize::try_from(attempts - 1).ok()?)?;
        Some(Instant::from_micros(now.micros + gap * 1_000_000 / speed.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_delivered_eight_times_within_25_hours() {
        let rules = Rules::default();
        let (mut at, mut deliveries) = (Instant::from_micros(0), 1);
        while let Some(next) = rules.next_delivery(deliveries, 1, at) {
            at = next;
            deliveries += 1;
        }
        assert_eq!(deliveries, 8);
        assert_eq!(at, Instant::from_micros(0).plus_minutes(24 * 60 + 24));
    }

    #[test]
    fn the_clock_of_the_repeats_may_run_faster() {
        let next =
            Rules::default().next_delivery(1, 240, Instant::from_micros(0)).expect("a second delivery");
        assert_eq!(next, Instant::from_micros(1_000_000));
    }
}
