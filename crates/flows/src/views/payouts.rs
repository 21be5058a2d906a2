//! What every party is owed over all books, what was promised of it, and what was sent to the bank together.

use super::payables;
use db::{FromRow, Row, View};
use kernel::{
    Currency, Instant, Money, OrgId, PayoutFileId, PayoutId, PersonId, PlaceId, Refusal, Result, Words,
};
use settlement::bank_accounts;
use settlement::payouts::{File, Party, Payout};
use std::collections::{BTreeMap, BTreeSet};

/// Payouts in one list, the latest first, and messages in one.
pub const PAYOUTS_MAX: i64 = 500;
pub const MESSAGES_MAX: i64 = 60;

/// What one party is owed.
pub fn due_to(view: &View, org: &OrgId) -> Result<Vec<Due>> {
    let mut due = due(view)?;
    due.retain(|one| one.org == *org);
    Ok(due)
}

/// What one account of a book owes somebody outside.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    pub place: PlaceId,
    pub place_name: Words,
    /// Such as `merchant:org_…`.
    pub account: String,
    pub org: OrgId,
    pub org_name: Words,
    pub balance: Money,
    /// Promised to payouts that are not at their end.
    pub reserved: Money,
    /// What the party owes in turn, because it was paid for what was refunded since.
    pub receivable: Money,
    /// Where it is paid, if it has told.
    pub party: Option<Party>,
}

impl Due {
    /// What can be proposed now.
    pub fn free(&self) -> Money {
        let minor = self.balance.minor - self.reserved.minor - self.receivable.minor;
        Money { minor: minor.max(0), ..self.balance }
    }
}

struct Sums {
    book: PlaceId,
    account: String,
    currency: Currency,
    credit: i64,
    reserved: i64,
}

impl FromRow for Sums {
    fn from_row(row: &mut Row) -> Result<Sums> {
        Ok(Sums {
            book: row.next()?,
            account: row.next()?,
            currency: row.next()?,
            credit: row.next()?,
            reserved: row.next()?,
        })
    }
}

/// Everything that is owed or reserved, by party ([`super::payables`]).
pub fn due(view: &View) -> Result<Vec<Due>> {
    let sums: Vec<Sums> = view.all(
        "select book_id, id, currency, credits_posted - debits_posted, debits_pending
         from account
         where (id in ('exhibition', 'special_fund', 'tax', 'commission', 'ad_revenue') or id like 'merchant:%'
             or id like 'licensor:%' or id like 'fund:%' or id like 'receivable:%' or id like 'producer:%')
           and (credits_posted <> debits_posted or debits_pending <> 0)
         order by book_id, id, currency",
        &[],
    )?;
    let (names, owners) = (places(view)?, payables::Owners::load(view)?);
    let orgs: BTreeMap<OrgId, Words> =
        people::orgs::all(view)?.into_iter().map(|org| (org.id, org.name)).collect();
    let told: BTreeMap<OrgId, Party> =
        bank_accounts::latest(view)?.into_iter().map(|version| (version.org, version.party)).collect();
    let receivable = |book: &PlaceId, org: &OrgId, currency: Currency| {
        let id = format!("receivable:{org}");
        let found =
            sums.iter().find(|one| one.book == *book && one.account == id && one.currency == currency);
        found.map_or(0, |one| (-one.credit).max(0))
    };
    let due = sums.iter().filter_map(|one| {
        let org = owners.of(&one.book, &one.account)?;
        let is_merchants = one.account.starts_with("merchant:");
        let owes = if is_merchants { receivable(&one.book, &org, one.currency) } else { 0 };
        Some(Due {
            place: one.book.clone(),
            place_name: names.get(&one.book).cloned().unwrap_or_else(|| Words::new("The house", "平台")),
            account: one.account.clone(),
            org_name: orgs.get(&org).cloned().unwrap_or_else(|| Words::new(&org.0, &org.0)),
            balance: Money::new(one.credit, one.currency),
            reserved: Money::new(one.reserved, one.currency),
            receivable: Money::new(owes, one.currency),
            party: told.get(&org).cloned(),
            org,
        })
    });
    Ok(due.collect())
}

/// What every cinema, shop and other channel is called.
pub fn places(view: &View) -> Result<BTreeMap<PlaceId, Words>> {
    let rows: Vec<(PlaceId, String, String)> = view.all(
        "select place_id, name_en, name_zh from cinema
         union all
         select place_id, name_en, name_zh from channel
         union all
         select place_id, name_en, name_zh from shop",
        &[],
    )?;
    Ok(rows.into_iter().map(|(place, en, zh)| (place, Words::new(en, zh))).collect())
}

/// What people are called, by id.
pub fn names(view: &View, ids: impl IntoIterator<Item = PersonId>) -> Result<BTreeMap<PersonId, String>> {
    let mut names = BTreeMap::new();
    for id in ids.into_iter().collect::<BTreeSet<PersonId>>() {
        if let Some(person) = people::persons::any(view, &id)? {
            names.insert(id, person.name);
        }
    }
    Ok(names)
}

/// Payouts of every place, the latest first.
pub fn latest(view: &View) -> Result<Vec<Payout>> {
    view.all(
        "select currency, place_id, id, key, account, org_id, payee_name, payee_scheme, payee_number, payee_bank_code,
           amount_minor, state, proposed_by, proposed_at, approved_by, file_id, closed_at, note
         from payout
         order by case when state in ('proposed', 'approved', 'sent') then 0 else 1 end, proposed_at desc, id desc
         limit $1",
        &[&PAYOUTS_MAX],
    )
}

/// The place in whose book a payout is; a payout's id says nothing of it.
pub fn place_of(view: &View, id: &PayoutId) -> Result<Option<PlaceId>> {
    let found: Option<(PlaceId,)> = view.maybe("select place_id from payout where id = $1", &[id])?;
    Ok(found.map(|(place,)| place))
}

/// What went to the bank together, in sums.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub message: PayoutFileId,
    pub sent_at: Instant,
    pub payouts: i64,
    /// Of which the bank has said nothing yet.
    pub unanswered: i64,
    pub total: Money,
}

impl FromRow for Sent {
    fn from_row(row: &mut Row) -> Result<Sent> {
        let currency: Currency = row.next()?;
        Ok(Sent {
            message: row.next()?,
            sent_at: row.next()?,
            payouts: row.next()?,
            unanswered: row.next()?,
            total: row.money(currency)?,
        })
    }
}

/// The latest messages, one row a currency.
pub fn messages(view: &View) -> Result<Vec<Sent>> {
    view.all(
        "with sent as (
           select place_id, id, case when message = '' then id else message end as message, sent_at
           from payout_file
         )
         select payout.currency, sent.message, min(sent.sent_at), count(*),
           cast(sum(case when payout.state = 'sent' then 1 else 0 end) as bigint),
           cast(sum(payout.amount_minor) as bigint)
         from sent
         join payout on payout.place_id = sent.place_id and payout.file_id = sent.id
         group by payout.currency, sent.message
         order by min(sent.sent_at) desc, sent.message
         limit $1",
        &[&MESSAGES_MAX],
    )
}

/// A message with its files and their payouts, in an order of their own.
pub fn message(view: &View, id: &PayoutFileId) -> Result<Vec<(File, Vec<Payout>)>> {
    let files: Vec<File> = view.all(
        "select place_id, id, payer_name, payer_scheme, payer_number, payer_bank_code, execute_on, sent_by, sent_at,
           message
         from payout_file
         where message = $1 or (message = '' and id = $1)
         order by place_id, id",
        &[id],
    )?;
    let mut message: Vec<(File, Vec<Payout>)> = Vec::new();
    for file in files {
        let payouts = settlement::payouts::of_file(view, &file.place, &file.id)?;
        message.push((file, payouts));
    }
    if message.is_empty() {
        Err(Refusal::not_found("payout file", "打款文件").into())
    } else {
        Ok(message)
    }
}
