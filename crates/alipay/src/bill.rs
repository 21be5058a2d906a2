//! A day's bill: a zip of GBK text with 25 columns, one line for every trade and every refund.
//!
//! Lines that begin with `#` frame the table; the last of them sum it up. A bill whose sums do not agree
//! with its lines is refused: half a download is not a day without sales.
//!
//! A table is in one currency, which its columns name: `订单金额（元）`. The sandbox writes `订单金额（KRW）` where a
//! merchant was paid in won, one pair of files for each currency; whether the platform has anything like it is not known.

mod reading;
mod writing;

pub use reading::{read, read_table};
pub use writing::{write, write_table};

use kernel::{Currency, Day, Instant, Money};

/// Lines of one bill, at most.
pub const LINES_MAX: usize = 1_000_000;
/// The longest bill that is read, unpacked, in bytes.
pub const BYTES_MAX: u64 = 256 << 20;

/// The columns, in the order and with the names of the platform; `（元）` is there in the table's currency.
pub const COLUMNS: [&str; 25] = [
    "支付宝交易号",
    "商户订单号",
    "业务类型",
    "商品名称",
    "创建时间",
    "完成时间",
    "门店编号",
    "门店名称",
    "操作员",
    "终端号",
    "对方账户",
    "订单金额（元）",
    "商家实收（元）",
    "支付宝红包（元）",
    "集分宝（元）",
    "支付宝优惠（元）",
    "商家优惠（元）",
    "券核销金额（元）",
    "券名称",
    "商家红包消费金额（元）",
    "卡消费金额（元）",
    "退款批次号/请求号",
    "服务费（元）",
    "分润（元）",
    "备注",
];

/// What happened between a merchant and its buyers on one business day in Beijing.
#[derive(Clone, Debug, PartialEq)]
pub struct Bill {
    /// The merchant's account, `2088…`.
    pub seller_id: String,
    pub day: Day,
    /// When the file was made.
    pub made_at: Instant,
    pub lines: Vec<Line>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Business {
    Trade,
    Refund,
}

impl Business {
    pub fn word(self) -> &'static str {
        match self {
            Business::Trade => "交易",
            Business::Refund => "退款",
        }
    }
}

/// One line. Amounts are as the merchant's account moves: a refund is negative, and so is a fee charged.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub trade_no: String,
    pub out_trade_no: String,
    pub business: Business,
    pub subject: String,
    pub created_at: Instant,
    pub finished_at: Instant,
    /// The buyer's account, masked.
    pub counterparty: String,
    /// What the order came to.
    pub amount: Money,
    /// What the merchant got of it, before the fee.
    pub received: Money,
    /// A refund's own key; empty on a trade.
    pub out_request_no: String,
    /// -0.24 was charged, 0.24 was given back.
    pub fee: Money,
    pub note: String,
}

impl Bill {
    /// The currencies of its lines, in the order of their codes; the yuan when there are none.
    pub fn currencies(&self) -> Vec<Currency> {
        let mut found: Vec<Currency> = self.lines.iter().map(|line| line.amount.currency).collect();
        found.sort_unstable();
        found.dedup();
        if found.is_empty() { vec![Currency::CNY] } else { found }
    }

    /// Its lines in one currency.
    fn in_currency(&self, currency: Currency) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.amount.currency == currency)
    }

    /// Number of lines of a kind in a currency, and what the merchant got by them together.
    pub fn total(&self, business: Business, currency: Currency) -> (usize, Money) {
        let lines = self.in_currency(currency).filter(|line| line.business == business);
        let (count, minor) = lines
            .fold((0, 0_i64), |(count, minor), line| (count + 1, minor.saturating_add(line.received.minor)));
        (count, Money::new(minor, currency))
    }
}

/// As a bill says a currency: `元`, `KRW`.
fn unit(currency: Currency) -> &'static str {
    if currency == Currency::CNY { "元" } else { currency.code() }
}

/// The heads of a table in a currency.
fn columns(currency: Currency) -> [String; 25] {
    COLUMNS.map(|head| head.replace("（元）", &format!("（{}）", unit(currency))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wall;
    use proptest::prelude::*;

    fn line(i: i64, subject: &str) -> Line {
        let refund = i % 3 == 2;
        let at = wall::read("2016-12-23 19:30:00").expect("a time").plus_seconds(i);
        let amount = Money::fen(if refund { -1000 - i } else { 3990 + i });
        Line {
            trade_no: format!("20161223220014{i:014}"),
            out_trade_no: format!("pay_{i}"),
            business: if refund { Business::Refund } else { Business::Trade },
            subject: subject.into(),
            created_at: at,
            finished_at: at.plus_seconds(3),
            counterparty: "*欣(ann***)".into(),
            amount,
            received: amount,
            out_request_no: if refund { format!("rfd_{i}") } else { String::new() },
            fee: Money::fen(if refund { 6 } else { -24 }),
            note: String::new(),
        }
    }

    fn bill(lines: Vec<Line>) -> Bill {
        let day = Day::parse("2016-12-23").expect("a day");
        let made_at = wall::read("2016-12-24 09:00:00").expect("a time");
        Bill { seller_id: "2088000000000001".into(), day, made_at, lines }
    }

    #[test]
    fn a_bill_reads_back() {
        let bill = bill((0..100).map(|i| line(i, "摆渡人, \"F7\"\n#")).collect());
        assert_eq!(read(&write(&bill).expect("a zip")).expect("our own"), bill);
        let empty = self::bill(Vec::new());
        assert_eq!(read(&write(&empty).expect("a zip")).expect("our own"), empty);
    }

    #[test]
    fn the_text_is_what_the_platform_writes() {
        let text =
            write_table(&bill(vec![line(0, "摆渡人"), line(2, "摆渡人")]), Currency::CNY).expect("a table");
        let expected = [
            "#支付宝业务明细查询",
            "#账号：[20880000000000010156]",
            "#起始日期：[2016年12月23日 00:00:00]   终止日期：[2016年12月24日 00:00:00]",
            "#-----------------------------------------业务明细列表----------------------------------------",
            &COLUMNS.join(","),
            "2016122322001400000000000000\t,pay_0\t,交易,摆渡人,2016-12-23 19:30:00,2016-12-23 19:30:03,,,,,*欣(ann***),39.90,39.90,0.00,0.00,0.00,0.00,0.00,,0.00,0.00,,-0.24,0.00,",
            "2016122322001400000000000002\t,pay_2\t,退款,摆渡人,2016-12-23 19:30:02,2016-12-23 19:30:05,,,,,*欣(ann***),-10.02,-10.02,0.00,0.00,0.00,0.00,0.00,,0.00,0.00,rfd_2\t,0.06,0.00,",
            "#-----------------------------------------业务明细列表结束------------------------------------",
            "#交易合计：1笔，商家实收共39.90元，商家优惠共0.00元",
            "#退款合计：1笔，商家实收退款共-10.02元，商家优惠退款共0.00元",
            "#导出时间：[2016年12月24日 09:00:00]",
        ];
        assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_bill_in_several_currencies_reads_back() {
        let mut lines: Vec<Line> = (0..6).map(|i| line(i, "摆渡人")).collect();
        for (i, currency) in [(1, Currency::KRW), (2, Currency::KRW), (4, Currency::USD)] {
            let line = &mut lines[i];
            for money in [&mut line.amount, &mut line.received, &mut line.fee] {
                money.currency = currency;
            }
        }
        let mut bill = bill(lines);
        assert_eq!(bill.currencies(), [Currency::CNY, Currency::KRW, Currency::USD]);
        let read = read(&write(&bill).expect("a zip")).expect("our own");
        bill.lines.sort_by_key(|line| line.amount.currency);
        assert_eq!(read, bill);
        let won = write_table(&bill, Currency::KRW).expect("a table");
        assert!(won.contains("订单金额（KRW）") && !won.contains('元'), "{won}");
        assert!(won.contains(",3991,3991,0,") && won.contains("#交易合计：1笔，商家实收共3991KRW"), "{won}");
        assert_eq!(read_table(&won.replace("（KRW）", "（XAU）")).expect_err("unknown").code, "bad_bill");
    }

    #[test]
    fn a_bill_that_does_not_add_up_is_refused() {
        let text = write_table(&bill(vec![line(0, "a"), line(1, "b")]), Currency::CNY).expect("a table");
        let read = |text: &str| read_table(text).map(|bill| bill.lines.len()).map_err(|refusal| refusal.code);
        assert_eq!(read(&text), Ok(2));
        let without_a_line: Vec<&str> = text.lines().filter(|line| !line.contains("pay_1")).collect();
        for bad in [
            without_a_line.join("\n"),
            text.replacen("39.90,39.90", "39.90,39.91", 1),
            text.replacen("39.90,39.90", "３9.90,39.90", 1),
            text.replacen("39.90,39.90", "39.90", 1),
            text.replacen("交易,a", "转账,a", 1),
            text.replacen("#交易合计", "#交易", 1),
            text.replacen("商户订单号", "订单号", 1),
            text.replacen("19:30:00", "19:30", 1),
            text[..text.len() / 2].to_owned(),
            String::new(),
        ] {
            assert_eq!(read(&bad), Err("bad_bill"), "{bad}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_bill_reads_back(subjects in prop::collection::vec("[ -~一-龥，。]{0,40}", 0..20)) {
            let lines = subjects.iter().enumerate().map(|(i, subject)| line(i as i64, subject.trim())).collect();
            let bill = bill(lines);
            prop_assert_eq!(read(&write(&bill).expect("a zip")).expect("our own"), bill);
        }

        #[test]
        fn reading_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), at in any::<prop::sample::Index>()) {
            let _ = read(&bytes);
            let mut ours = write(&bill(vec![line(0, "a"), line(2, "b")])).expect("a zip");
            let start = at.index(ours.len());
            for (i, byte) in bytes.iter().take(3).enumerate() {
                if let Some(old) = ours.get_mut(start + i * 7) { *old = *byte; }
            }
            let _ = read(&ours);
        }
    }
}
