//! Accounts with pretend money: shoppers who pay, merchants who are paid, in whichever currencies they meet.

use crate::movements::{self, Kind, OUTSIDE};
use crate::rules::Rules;
use alipay::code;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Currency, Instant, Money, Refusal, Result};

#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// `2088` and twelve digits.
    pub id: String,
    pub name: String,
    /// What its owner signs in with.
    pub logon_id: String,
}

const NAME_MAX: usize = 40;

impl FromRow for Account {
    fn from_row(row: &mut Row) -> Result<Account> {
        Ok(Account { id: row.next()?, name: row.next()?, logon_id: row.next()? })
    }
}

impl Account {
    /// `ann***@wallet.test`: as much of it as others may read.
    pub fn masked(&self) -> String {
        let (name, host) = self.logon_id.split_once('@').unwrap_or((&self.logon_id, ""));
        let shown: String = name.chars().take(3).collect();
        if host.is_empty() { format!("{shown}***") } else { format!("{shown}***@{host}") }
    }
}

/// The two accounts that the wallet itself has.
pub fn open_own(tx: &Tx, at: Instant) -> Result<()> {
    for (id, kind) in [(OUTSIDE, "outside"), (movements::HOUSE, "house")] {
        tx.run(
            "insert into account (id, kind, name, logon_id, balance_minor, created_at)
             values ($1, $2, $1, $1, 0, $3)
             on conflict (id) do nothing",
            &[&id, &kind, &at],
        )?;
    }
    Ok(())
}

/// The shopper of this name; a new one is given an account.
/// Refuses a name that is empty, longer than 40 characters or holds control characters (`bad_name`).
pub fn buyer(tx: &Tx, act: &mut Act, name: &str) -> Result<Account> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.chars().any(char::is_control) {
        return Err(bad_name().into());
    }
    let logon_id = format!("{}@wallet.test", name.to_lowercase());
    if let Some(known) = by_logon(tx, &logon_id)? {
        return Ok(known);
    }
    let id = format!("2088{:012}", act.dice.below(1_000_000_000_000));
    tx.run(
        "insert into account (id, kind, name, logon_id, balance_minor, created_at)
         values ($1, 'buyer', $2, $3, 0, $4)",
        &[&id, &name, &logon_id, &act.at],
    )?;
    of(tx, &id)
}

/// Gives a shopper what an account begins with in a currency, the first time it has to do with it.
pub fn meet(tx: &Tx, act: &mut Act, rules: &Rules, buyer: &Account, currency: Currency) -> Result<()> {
    if held(tx, &buyer.id, currency)?.is_none() {
        let opening = Money::new(rules.opening_minor, currency);
        movements::post(tx, act, (OUTSIDE, &buyer.id), opening, Kind::TopUp, None)?;
    }
    Ok(())
}

fn held(view: &View, id: &str, currency: Currency) -> Result<Option<Money>> {
    let found: Option<(i64,)> = view.maybe(
        "select minor from balance where account_id = $1 and currency = $2",
        &[&id, &currency.code()],
    )?;
    Ok(found.map(|(minor,)| Money::new(minor, currency)))
}

/// What an account holds in a currency.
pub fn balance(view: &View, id: &str, currency: Currency) -> Result<Money> {
    Ok(held(view, id, currency)?.unwrap_or(Money::zero(currency)))
}

/// What a shopper may spend in a currency: one that never met it will begin with something.
pub fn spendable(view: &View, rules: &Rules, buyer: &Account, currency: Currency) -> Result<Money> {
    Ok(held(view, &buyer.id, currency)?.unwrap_or(Money::new(rules.opening_minor, currency)))
}

/// What an account holds, by currency.
pub fn balances(view: &View, id: &str) -> Result<Vec<Money>> {
    let rows: Vec<(String, i64)> =
        view.all("select currency, minor from balance where account_id = $1 order by currency", &[&id])?;
    rows.into_iter().map(|(code, minor)| Ok(Money::new(minor, Currency::parse(&code)?))).collect()
}

fn bad_name() -> Refusal {
    Refusal::field("name", "bad_name", "A name has 1 to 40 characters.", "名字应为 1 到 40 个字符。")
}

/// An account for a merchant, empty, unless it is open already.
pub fn open_seller(tx: &Tx, act: &mut Act, id: &str, name: &str) -> Result<()> {
    tx.run(
        "insert into account (id, kind, name, logon_id, balance_minor, created_at)
         values ($1, 'seller', $2, $3, 0, $4)
         on conflict (id) do nothing",
        &[&id, &name, &format!("{id}@merchant.test"), &act.at],
    )?;
    Ok(())
}

/// Puts pretend money into a shopper's account: more than nothing, at most the rules' maximum (`bad_amount`).
pub fn top_up(tx: &Tx, act: &mut Act, rules: &Rules, id: &str, amount: Money) -> Result<Account> {
    if amount.minor <= 0 || amount.minor > rules.top_up_max_minor {
        let [least, most] = [1, rules.top_up_max_minor].map(|minor| Money::new(minor, amount.currency));
        return Err(Refusal::field(
            "amount",
            "bad_amount",
            format!("Top up between {least} and {most}."),
            format!("充值金额应在 {least} 到 {most} 之间。"),
        )
        .into());
    }
    let account = buyer_of(tx, id)?;
    movements::post(tx, act, (OUTSIDE, &account.id), amount, Kind::TopUp, None)?;
    of(tx, id)
}

/// A merchant takes money out.
pub fn withdraw(tx: &Tx, act: &mut Act, seller: &str, amount: Money) -> Result<Account> {
    movements::post(tx, act, (seller, OUTSIDE), amount, Kind::Withdrawal, None)?;
    of(tx, seller)
}

pub fn of(view: &View, id: &str) -> Result<Account> {
    let found = view.maybe("select id, name, logon_id from account where id = $1", &[&id])?;
    found.ok_or_else(|| code::BUYER_NOT_EXIST.into())
}

/// A shopper's account, by its number or by the name it was opened with.
pub fn buyer_of(view: &View, id_or_name: &str) -> Result<Account> {
    let logon_id = format!("{}@wallet.test", id_or_name.trim().to_lowercase());
    let found = view.maybe(
        "select id, name, logon_id
         from account
         where kind = 'buyer' and (id = $1 or logon_id = $2)",
        &[&id_or_name, &logon_id],
    )?;
    found.ok_or_else(|| code::BUYER_NOT_EXIST.into())
}

fn by_logon(view: &View, logon_id: &str) -> Result<Option<Account>> {
    view.maybe("select id, name, logon_id from account where logon_id = $1", &[&logon_id])
}

/// Shoppers in the order of their names, at most `limit`.
pub fn buyers(view: &View, limit: i64) -> Result<Vec<Account>> {
    view.all(
        "select id, name, logon_id
         from account
         where kind = 'buyer'
         order by name, id
         limit $1",
        &[&limit],
    )
}

/// A new bar code of a shopper: `28` and sixteen digits.
pub fn auth_code(tx: &Tx, act: &mut Act, rules: &Rules, buyer: &str) -> Result<String> {
    let buyer = buyer_of(tx, buyer)?;
    let code = format!("28{:016}", act.dice.below(10_000_000_000_000_000));
    let until = act.at.plus_seconds(rules.auth_code_seconds);
    tx.run(
        "insert into auth_code (code, buyer_id, expires_at) values ($1, $2, $3)",
        &[&code, &buyer.id, &until],
    )?;
    Ok(code)
}

/// Whose bar code it is, as long as it is valid.
pub fn of_auth_code(view: &View, code: &str, now: Instant) -> Result<Account> {
    let found: Option<(String,)> =
        view.maybe("select buyer_id from auth_code where code = $1 and expires_at >= $2", &[&code, &now])?;
    let (buyer,) = found.ok_or(code::PAYMENT_AUTH_CODE_INVALID)?;
    of(view, &buyer)
}
