//! Money moves from one account to another; what an account holds is kept beside its movements.

use alipay::code;
use db::{Tx, View, broke_check};
use kernel::{Act, Currency, Error, Money, Result};

/// Where pretend money comes from and goes to; the only account that may be below zero.
pub const OUTSIDE: &str = "outside";
/// What the wallet earned in fees.
pub const HOUSE: &str = "house";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    TopUp,
    Payment,
    Fee,
    Refund,
    FeeBack,
    Withdrawal,
}

impl Kind {
    pub fn code(self) -> &'static str {
        match self {
            Kind::TopUp => "top_up",
            Kind::Payment => "payment",
            Kind::Fee => "fee",
            Kind::Refund => "refund",
            Kind::FeeBack => "fee_back",
            Kind::Withdrawal => "withdrawal",
        }
    }

    /// What is said when the account that pays does not hold enough.
    fn too_little(self) -> code::Failure {
        match self {
            Kind::Payment => code::BUYER_BALANCE_NOT_ENOUGH,
            _ => code::SELLER_BALANCE_NOT_ENOUGH,
        }
    }
}

/// Moves money; nothing moves when the amount is zero. Refuses an account that does not hold enough.
pub fn post(
    tx: &Tx,
    act: &mut Act,
    (from, to): (&str, &str),
    amount: Money,
    kind: Kind,
    trade_no: Option<&str>,
) -> Result<()> {
    if amount.is_zero() {
        return Ok(());
    }
    let id = format!("mov_{:032x}", u128::from_be_bytes(act.dice.bytes()));
    tx.run(
        "insert into movement (id, debit_id, credit_id, amount_minor, kind, trade_no, at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        &[&id, &from, &to, &amount.minor, &kind.code(), &trade_no, &act.at],
    )?;
    let taken = add(tx, from, -amount.minor).map_err(|error| {
        if broke_check(&error, "account_not_overdrawn") { kind.too_little().into() } else { error }
    })?;
    if taken + add(tx, to, amount.minor)? == 2 {
        Ok(())
    } else {
        Err(Error::fault("an account is not there"))
    }
}

fn add(tx: &Tx, account: &str, minor: i64) -> Result<u64> {
    tx.run("update account set balance_minor = balance_minor + $2 where id = $1", &[&account, &minor])
}

/// A movement as its account sees it: negative when it paid.
#[derive(Clone, Debug)]
pub struct Seen {
    pub kind: String,
    pub amount: Money,
    /// What it was for.
    pub subject: String,
    pub at: kernel::Instant,
}

/// The newest movements of an account, at most `limit`.
pub fn history(view: &View, account: &str, limit: i64) -> Result<Vec<Seen>> {
    let rows: Vec<(String, i64, String, Option<String>, kernel::Instant)> = view.all(
        "select movement.kind, movement.amount_minor, movement.debit_id, trade.subject, movement.at
         from movement
         left join trade on trade.trade_no = movement.trade_no
         where movement.debit_id = $1 or movement.credit_id = $1
         order by movement.at desc, movement.id
         limit $2",
        &[&account, &limit],
    )?;
    let seen = rows.into_iter().map(|(kind, minor, debit, subject, at)| Seen {
        kind,
        amount: Money::new(if debit == account { -minor } else { minor }, Currency::CNY),
        subject: subject.unwrap_or_default(),
        at,
    });
    Ok(seen.collect())
}
