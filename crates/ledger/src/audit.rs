//! Proof that a book is right: it sums to zero, and every balance follows from the transfers.

use crate::balances::{self, Sums};
use crate::{seals, statements, transfers};
use db::View;
use kernel::{Currency, Instant, PlaceId, Result};
use std::collections::BTreeMap;

/// What an audit found wrong with one book; empty when all is well.
pub fn discrepancies(view: &View, book: &PlaceId) -> Result<Vec<String>> {
    let mut found = unbalanced(view, book)?;
    found.extend(wrong_balances(view, book)?);
    found.extend(overdrawn(view, book)?);
    Ok(found)
}

fn unbalanced(view: &View, book: &PlaceId) -> Result<Vec<String>> {
    let rows: Vec<(String, i64)> = view.all(
        "select currency, cast(sum(credits_posted - debits_posted) as bigint)
         from account
         where book_id = $1
         group by currency
         having sum(credits_posted - debits_posted) <> 0 or sum(credits_pending - debits_pending) <> 0",
        &[book],
    )?;
    Ok(rows
        .into_iter()
        .map(|(currency, sum)| format!("book {book} sums to {sum} {currency}, not to zero"))
        .collect())
}

/// Recomputes every account from the transfers and compares.
fn wrong_balances(view: &View, book: &PlaceId) -> Result<Vec<String>> {
    let rows: Vec<(String, String)> = view.all(
        "with leg as (
           select t.debit as id, t.currency as currency,
             case when t.kind in ('posted', 'post') then t.amount_minor else 0 end as debits,
             0 as credits,
             case when t.kind = 'pending' then t.amount_minor when t.kind in ('post', 'void', 'expire') then -p.amount_minor else 0 end
               as debits_pending,
             0 as credits_pending
           from transfer t
           left join transfer p on p.book_id = t.book_id and p.id = t.pending_id
           where t.book_id = $1
           union all
           select t.credit, t.currency, 0,
             case when t.kind in ('posted', 'post') then t.amount_minor else 0 end,
             0,
             case when t.kind = 'pending' then t.amount_minor when t.kind in ('post', 'void', 'expire') then -p.amount_minor else 0 end
           from transfer t
           left join transfer p on p.book_id = t.book_id and p.id = t.pending_id
           where t.book_id = $1
         ), summed as (
           select id, currency, sum(debits) as debits, sum(credits) as credits,
             sum(debits_pending) as debits_pending, sum(credits_pending) as credits_pending
           from leg
           group by id, currency
         )
         select account.id, account.currency
         from account
         left join summed on summed.id = account.id and summed.currency = account.currency
         where account.book_id = $1
           and (account.debits_posted <> coalesce(summed.debits, 0)
             or account.credits_posted <> coalesce(summed.credits, 0)
             or account.debits_pending <> coalesce(summed.debits_pending, 0)
             or account.credits_pending <> coalesce(summed.credits_pending, 0))
         order by account.id",
        &[book],
    )?;
    Ok(rows.into_iter().map(|(account, currency)| differs(book, &account, &currency)).collect())
}

fn overdrawn(view: &View, book: &PlaceId) -> Result<Vec<String>> {
    let rows: Vec<(String,)> = view.all(
        "select id
         from account
         where book_id = $1 and limited and credits_posted < debits_posted + debits_pending
         order by id",
        &[book],
    )?;
    Ok(rows.into_iter().map(|(account,)| format!("account {account} of book {book} is overdrawn")).collect())
}

/// Whether balances follow from the newest seal and from what was booked after it: what a house can afford to ask
/// all day. [`discrepancies`] begins at the beginning.
pub fn discrepancies_since_seal(view: &View, book: &PlaceId) -> Result<Vec<String>> {
    let sealed = seals::newest(view, book)?;
    let (number, from) = sealed.map_or((0, i64::MIN), |seal| (seal.number, seal.until.micros + 1));
    let mut moved: BTreeMap<(String, Currency), Sums> = BTreeMap::new();
    let end = Instant::from_micros(i64::MAX);
    statements::booked_in(view, book, Instant::from_micros(from), end, |kept| {
        let reserved = transfers::amount_freed(view, book, &kept)?;
        for (account, sums) in Sums::of(&kept, reserved) {
            let sum = moved.entry((account.to_owned(), kept.amount.currency)).or_default();
            *sum = sum.plus(sums);
        }
        Ok(())
    })?;
    let mut found = unbalanced(view, book)?;
    for balance in balances::of_book(view, book)? {
        let key = (balance.account.clone(), balance.currency);
        let sealed = seals::checkpoint(view, book, &key.0, key.1, number + 1)?;
        if sealed.plus(moved.remove(&key).unwrap_or_default()) != balance.sums() {
            found.push(differs(book, &key.0, key.1.code()));
        }
    }
    found.extend(moved.keys().map(|(account, currency)| differs(book, account, currency.code())));
    found.extend(overdrawn(view, book)?);
    Ok(found)
}

fn differs(book: &PlaceId, account: &str, currency: &str) -> String {
    format!("account {account} ({currency}) of book {book} differs from its transfers")
}
