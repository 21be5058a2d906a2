//! Errors planted in a bill, so that whoever reconciles can be asked to find them all and invent none.
//!
//! Which lines are wrong follows from the seed and the day alone: the same bill is wrong in the same way
//! however often it is fetched. No line is wrong twice.

use crate::hostility::BillErrors;
use alipay::bill::{Business, Line};
use kernel::{Day, Dice, Money};
use serde::Serialize;

/// In which way a line is wrong; the names are those of the reconciliation's classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    OursOnly,
    TheirsOnly,
    Amount,
    Status,
    Fee,
    CutOff,
    Duplicate,
}

/// One error, for a test to look for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Planted {
    pub what: What,
    pub trade_no: String,
    pub out_trade_no: String,
    /// The refund's own key, when the line is a refund.
    pub out_request_no: String,
}

/// A day's lines after planting.
pub struct Crop {
    pub lines: Vec<Line>,
    /// Lines that belong to this day and stand in the next day's bill.
    pub carried: Vec<Line>,
    pub planted: Vec<Planted>,
}

/// Plants errors among true lines. Fewer lines than errors means fewer errors.
pub fn plant(lines: Vec<Line>, errors: &BillErrors, day: Day) -> Crop {
    let mut dice = dice(errors.seed, day);
    let mut order: Vec<usize> = (0..lines.len()).filter(|&i| lines[i].business == Business::Trade).collect();
    dice.shuffle(&mut order);
    let mut chosen = order.into_iter();
    let mut wrong: Vec<Option<What>> = vec![None; lines.len()];
    for (what, count) in [
        (What::OursOnly, errors.ours_only),
        (What::Amount, errors.amount),
        (What::Status, errors.status),
        (What::Fee, errors.fee),
        (What::CutOff, errors.cut_off),
        (What::Duplicate, errors.duplicate),
    ] {
        chosen.by_ref().take(count as usize).for_each(|i| wrong[i] = Some(what));
    }
    let mut crop = Crop { lines: Vec::with_capacity(lines.len()), carried: Vec::new(), planted: Vec::new() };
    let invented: Vec<Line> = match lines.first() {
        Some(like) => (0..errors.theirs_only).map(|_| invent(like, &mut dice)).collect(),
        None => Vec::new(),
    };
    for (line, what) in lines.into_iter().zip(wrong) {
        if let Some(what) = what {
            crop.planted.push(planted(what, &line));
        }
        spoil(&mut crop, line, what, &mut dice);
    }
    crop.planted.extend(invented.iter().map(|line| planted(What::TheirsOnly, line)));
    crop.lines.extend(invented);
    crop
}

fn dice(seed: u64, day: Day) -> Dice {
    let day =
        day.to_string().bytes().fold(0_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(byte.into()));
    Dice::seeded(seed ^ day.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn planted(what: What, line: &Line) -> Planted {
    Planted {
        what,
        trade_no: line.trade_no.clone(),
        out_trade_no: line.out_trade_no.clone(),
        out_request_no: line.out_request_no.clone(),
    }
}

fn spoil(crop: &mut Crop, mut line: Line, what: Option<What>, dice: &mut Dice) {
    match what {
        None => crop.lines.push(line),
        Some(What::OursOnly | What::TheirsOnly) => {}
        Some(What::CutOff) => crop.carried.push(line),
        Some(What::Duplicate) => crop.lines.extend([line.clone(), line]),
        Some(What::Amount) => {
            let other = Money { minor: line.amount.minor + dice.between(1, 500), ..line.amount };
            (line.amount, line.received) = (other, other);
            crop.lines.push(line);
        }
        Some(What::Fee) => {
            line.fee.minor -= dice.between(1, 50);
            crop.lines.push(line);
        }
        Some(What::Status) => {
            line.business = Business::Refund;
            (line.amount, line.received) = (negated(line.amount), negated(line.received));
            line.fee = negated(line.fee);
            line.out_request_no = format!("planted-{}", line.out_trade_no);
            crop.lines.push(line);
        }
    }
}

fn negated(money: Money) -> Money {
    Money { minor: -money.minor, ..money }
}

/// A payment that nobody made, on the day of a true one.
fn invent(like: &Line, dice: &mut Dice) -> Line {
    let amount = Money { minor: dice.between(1, 20_000), ..like.amount };
    let day: String = like.trade_no.chars().take(8).collect();
    Line {
        trade_no: format!("{day}22009{:015}", dice.below(1_000_000_000_000_000)),
        out_trade_no: format!("nobody-{:016x}", dice.next()),
        business: Business::Trade,
        amount,
        received: amount,
        fee: Money { minor: -(amount.minor * 6 + 500) / 1000, ..amount },
        out_request_no: String::new(),
        ..like.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn lines(count: i64) -> Vec<Line> {
        let at = kernel::Instant::from_micros(1_482_400_000_000_000);
        let line = |i: i64| Line {
            trade_no: format!("20161223220014{i:014}"),
            out_trade_no: format!("pay_{i}"),
            business: if i % 5 == 4 { Business::Refund } else { Business::Trade },
            subject: "摆渡人".into(),
            created_at: at,
            finished_at: at,
            counterparty: String::new(),
            amount: Money::fen(3990),
            received: Money::fen(3990),
            out_request_no: String::new(),
            fee: Money::fen(-24),
            note: String::new(),
        };
        (0..count).map(line).collect()
    }

    const ERRORS: BillErrors = BillErrors {
        seed: 7,
        ours_only: 6,
        theirs_only: 6,
        amount: 6,
        status: 6,
        fee: 6,
        cut_off: 5,
        duplicate: 5,
    };

    #[test]
    fn as_many_errors_are_planted_as_were_asked_for() {
        let day = Day::parse("2016-12-23").expect("a day");
        let crop = plant(lines(10_000), &ERRORS, day);
        let count = |what| crop.planted.iter().filter(|planted| planted.what == what).count();
        assert_eq!(crop.planted.len(), 40);
        assert_eq!((count(What::OursOnly), count(What::CutOff), count(What::TheirsOnly)), (6, 5, 6));
        assert_eq!(crop.lines.len(), 10_000 - 6 - 5 + 5 + 6);
        assert_eq!(crop.carried.len(), 5);
        let touched: HashSet<&str> =
            crop.planted.iter().map(|planted| planted.out_trade_no.as_str()).collect();
        assert_eq!(touched.len(), 40, "no line is wrong twice");
        let again = plant(lines(10_000), &ERRORS, day);
        assert_eq!((again.planted, again.lines), (crop.planted.clone(), crop.lines.clone()));
        assert_ne!(plant(lines(10_000), &ERRORS, day.plus(1)).planted, crop.planted);
    }

    #[test]
    fn nothing_is_planted_unless_asked() {
        let day = Day::parse("2016-12-23").expect("a day");
        let crop = plant(lines(50), &BillErrors::default(), day);
        assert_eq!(crop.lines, lines(50));
        assert!(crop.planted.is_empty() && crop.carried.is_empty());
        assert!(plant(Vec::new(), &ERRORS, day).lines.is_empty());
    }
}
