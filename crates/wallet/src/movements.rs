//! Money moves from one account to another; what an account holds is kept beside its movements.

use alipay::code;
use db::{Tx, View, broke_check};
use kernel::{Act, Currency, Money, Result};

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
        "insert into movement (id, debit_id, credit_id, amount_minor, kind, trade_no, at, currency)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[&id, &from, &to, &amount.minor, &kind.code(), &trade_no, &act.at, &amount.currency.code()],
    )?;
    add(tx, from, Money { minor: -amount.minor, ..amount }).map_err(|error| {
        if broke_check(&error, "balance_not_overdrawn") { kind.too_little().into() } else { error }
    })?;
    add(tx, to, amount)
}

fn add(tx: &Tx, account: &str, money: Money) -> Result<()> {
    let currency = money.currency.code();
    let changed = tx.run(
        "update balance set minor = minor + $3 where account_id = $1 and currency = $2",
        &[&account, &currency, &money.minor],
    )?;
    if changed == 0 {
        tx.run(
            "insert into balance (account_id, currency, minor, is_outside) values ($1, $2, $3, $4)",
            &[&account, &currency, &money.minor, &(account == OUTSIDE)],
        )?;
    }
    Ok(())
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
    let rows: Vec<(String, i64, String, String, Option<String>, kernel::Instant)> = view.all(
        "select movement.kind, movement.amount_minor, movement.currency, movement.debit_id, trade.subject, movement.at
         from movement
         left join trade on trade.trade_no = movement.trade_no
         where movement.debit_id = $1 or movement.credit_id = $1
         order by movement.at desc, movement.id
         limit $2",
        &[&account, &limit],
    )?;
    let seen = rows.into_iter().map(|(kind, minor, currency, debit, subject, at)| {
        let minor = if debit == account { -minor } else { minor };
        let amount = Money::new(minor, Currency::parse(&currency)?);
        Ok(Seen { kind, amount, subject: subject.unwrap_or_default(), at })
    });
    seen.collect()
}
