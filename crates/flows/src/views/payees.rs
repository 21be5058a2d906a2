//! What one party is paid, and for what: an account from one payout to the next, line by line.
//!
//! Between two payouts an account goes from what the first left to what the second leaves. A line is a posted movement,
//! or a payout from its reservation on; so `opening + lines = closing`, to the fen, and every line is in one period.

use db::{FromRow, Row, View};
use kernel::{Currency, Day, Instant, Money, OrgId, PayoutId, PlaceId, Refusal, Result, Words};
use ledger::transfers::{self, Kept};
use ledger::{balances, statements};
use settlement::payouts::{self, Payout};
use std::collections::BTreeMap;

/// Lines of one account between two payouts, at most; opening and closing count all there are.
pub const LINES_MAX: i64 = 20_000;
/// Payouts of one party in a list, the latest first.
pub const PAYOUTS_MAX: i64 = 200;

/// What moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A part of a divided period.
    Share,
    Sale,
    Commission,
    Royalty,
    Fund,
    /// What clicks on ads brought.
    Clicks,
    Refund,
    /// What a refund took beyond what was there: lent by the house, and deducted later.
    Lent,
    Deducted,
    PaidOut,
    /// A payout that was withdrawn or returned.
    CameBack,
    Other,
}

impl What {
    pub fn code(self) -> &'static str {
        match self {
            What::Share => "share",
            What::Sale => "sale",
            What::Commission => "commission",
            What::Royalty => "royalty",
            What::Fund => "marketing_fund",
            What::Clicks => "clicks",
            What::Refund => "refund",
            What::Lent => "lent",
            What::Deducted => "deducted",
            What::PaidOut => "paid_out",
            What::CameBack => "came_back",
            What::Other => "other",
        }
    }

    pub fn words(self) -> Words {
        match self {
            What::Share => Words::new("Part of a settled period", "结算分成"),
            What::Sale => Words::new("Sales", "销售"),
            What::Commission => Words::new("Commission", "佣金"),
            What::Royalty => Words::new("Royalty", "版税"),
            What::Fund => Words::new("Marketing fund", "市场推广金"),
            What::Clicks => Words::new("Clicks on ads", "广告点击"),
            What::Refund => Words::new("Refunds", "退款"),
            What::Lent => Words::new("Refund paid for you, deducted later", "退款垫付，后续抵扣"),
            What::Deducted => Words::new("Deducted for earlier refunds", "抵扣此前退款欠款"),
            What::PaidOut => Words::new("Payout", "打款"),
            What::CameBack => Words::new("Payout that came back", "打款退回或撤回"),
            What::Other => Words::new("Other", "其他"),
        }
    }

    fn of(kept: &Kept) -> What {
        match (kept.code.as_str(), kept.kind.as_str()) {
            ("payout", "pending") => What::PaidOut,
            ("payout", _) | (_, "void" | "expire") => What::CameBack,
            ("settlement", _) => What::Share,
            ("product_sale", _) => What::Sale,
            ("commission", _) => What::Commission,
            ("royalty", _) => What::Royalty,
            ("marketing_fund", _) => What::Fund,
            ("ad_click", _) => What::Clicks,
            ("receivable", _) if kept.id.ends_with("/deducted") => What::Deducted,
            ("receivable", _) => What::Lent,
            (code, _) if code.ends_with("refund") => What::Refund,
            _ => What::Other,
        }
    }
}

/// One movement of an account, as its owner reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub at: Instant,
    pub what: What,
    /// The film, product or campaign; empty when it is about none.
    pub about: Words,
    /// Where it was taken, of a settled period.
    pub cinema: Option<Words>,
    /// The days that were settled.
    pub period: Option<(Day, Day)>,
    /// The order, statement or payout.
    pub reference: String,
    /// Less than zero when it was taken away.
    pub amount: Money,
}

/// An account from one payout to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// What the payout before left.
    pub opening: Money,
    /// The first [`LINES_MAX`].
    pub lines: Vec<Line>,
    /// Neither paid out nor promised to a payout.
    pub closing: Money,
}

/// Lines that say the same of the same, in one sum.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub what: What,
    pub about: Words,
    pub period: Option<(Day, Day)>,
    pub count: usize,
    pub amount: Money,
}

impl Account {
    /// The lines in sums: by what they are about, then by what moved; last what is about nothing, such as a payout.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: BTreeMap<_, Group> = BTreeMap::new();
        for line in &self.lines {
            let key = (
                line.about.en.is_empty(),
                line.about.clone().en,
                line.about.clone().zh,
                line.period,
                line.what,
            );
            let group = groups.entry(key).or_insert_with(|| Group {
                what: line.what,
                about: line.about.clone(),
                period: line.period,
                count: 0,
                amount: Money { minor: 0, ..line.amount },
            });
            group.count += 1;
            group.amount.minor += line.amount.minor;
        }
        groups.into_values().collect()
    }
}

/// What moved in an account since its last payout was proposed.
pub fn since_last(view: &View, place: &PlaceId, account: &str, currency: Currency) -> Result<Account> {
    let never = Instant::from_micros(i64::MAX);
    let from = reserved_before(view, place, account, currency, never)?;
    let opening = opening(view, place, account, currency, from)?;
    let lines = lines(view, place, account, currency, (from, never))?;
    let closing = balances::available_of(view, place, account, currency)?;
    Ok(Account { opening, lines, closing })
}

/// What a payout pays for: what moved in its account since the payout before it, itself the last.
pub fn of_payout(view: &View, payout: &Payout) -> Result<Account> {
    let (place, account, currency) = (&payout.place, payout.account.as_str(), payout.amount.currency);
    let booked = transfers::of_reference(view, place, &payout.id.0)?;
    let until =
        booked.iter().find(|kept| kept.kind == "pending").map_or(payout.proposed_at, |kept| kept.booked_at);
    let from = reserved_before(view, place, account, currency, until)?;
    let opening = opening(view, place, account, currency, from)?;
    let lines = lines(view, place, account, currency, (from, until))?;
    Ok(Account { opening, lines, closing: available_at(view, place, account, currency, until)? })
}

fn opening(
    view: &View,
    place: &PlaceId,
    account: &str,
    currency: Currency,
    from: Option<Instant>,
) -> Result<Money> {
    from.map_or(Ok(Money::new(0, currency)), |from| available_at(view, place, account, currency, from))
}

/// When the last payout of an account before an instant was reserved.
fn reserved_before(
    view: &View,
    place: &PlaceId,
    account: &str,
    currency: Currency,
    before: Instant,
) -> Result<Option<Instant>> {
    let (last,): (Option<Instant>,) = view.one(
        "select max(reserved.booked_at)
         from payout
         join transfer reserved on reserved.book_id = payout.place_id and reserved.id = payout.id || '/reserved'
         where payout.place_id = $1 and payout.account = $2 and payout.currency = $3 and reserved.booked_at < $4",
        &[place, &account, &currency, &before],
    )?;
    Ok(last)
}

/// What of an account was neither debited nor reserved at the end of an instant.
fn available_at(
    view: &View,
    place: &PlaceId,
    account: &str,
    currency: Currency,
    at: Instant,
) -> Result<Money> {
    let after = Instant::from_micros(at.micros.saturating_add(1));
    let posted = statements::standing(view, place, account, currency, after)?;
    let (reserved,): (i64,) = view.one(
        "select cast(coalesce(sum(reserved.amount_minor), 0) as bigint)
         from payout
         join transfer reserved on reserved.book_id = payout.place_id and reserved.id = payout.id || '/reserved'
         left join transfer resolved on resolved.book_id = reserved.book_id and resolved.pending_id = reserved.id
           and resolved.booked_at <= $4
         where payout.place_id = $1 and payout.account = $2 and payout.currency = $3 and reserved.booked_at <= $4
           and resolved.id is null",
        &[place, &account, &currency, &at],
    )?;
    Ok(Money::new(posted - reserved, currency))
}

/// After one instant and up to another, both by when it was booked.
fn lines(
    view: &View,
    place: &PlaceId,
    account: &str,
    currency: Currency,
    (from, until): (Option<Instant>, Instant),
) -> Result<Vec<Line>> {
    let from = from.unwrap_or(Instant::from_micros(i64::MIN));
    let moved: Vec<Kept> = view.all(
        "select currency, amount_minor, id, kind, pending_id, debit, credit, code, reference, happened_at, booked_at,
           expires_at
         from transfer
         where book_id = $1 and booked_at > $4 and booked_at <= $5 and (credit = $2 or debit = $2) and currency = $3
         order by booked_at, id
         limit $6",
        &[place, &account, &currency, &from, &until, &LINES_MAX],
    )?;
    let told = Told::load(view, place)?;
    Ok(moved.iter().filter(|kept| kept.kind != "post").map(|kept| told.line(kept, account)).collect())
}

/// What the references of a book's transfers are about.
struct Told {
    /// By listing.
    products: BTreeMap<String, Words>,
    campaigns: BTreeMap<String, Words>,
    periods: BTreeMap<String, Settled>,
}

struct Settled {
    film: Words,
    cinema: Words,
    period: (Day, Day),
}

impl FromRow for Settled {
    fn from_row(row: &mut Row) -> Result<Settled> {
        Ok(Settled { film: row.words()?, cinema: row.words()?, period: (row.next()?, row.next()?) })
    }
}

struct Named(String, Words);

impl FromRow for Named {
    fn from_row(row: &mut Row) -> Result<Named> {
        Ok(Named(row.next()?, row.words()?))
    }
}

struct Period(String, Settled);

impl FromRow for Period {
    fn from_row(row: &mut Row) -> Result<Period> {
        Ok(Period(row.next()?, Settled::from_row(row)?))
    }
}

impl Told {
    fn load(view: &View, place: &PlaceId) -> Result<Told> {
        let products: Vec<Named> = view.all(
            "select listing.id, product.name_en, product.name_zh
             from listing
             join product on product.id = listing.product_id
             where listing.place_id = $1",
            &[place],
        )?;
        let campaigns: Vec<Named> = view.all(
            "select campaign.id, campaign.name, campaign.name
             from campaign
             join allotment on allotment.campaign_id = campaign.id and allotment.place_id = $1",
            &[place],
        )?;
        // The house's book has the studios' parts of every cinema.
        let periods: Vec<Period> = view.all(
            "select statement.id, title.name_en, title.name_zh, cinema.name_en, cinema.name_zh, statement.starts_on,
               statement.ends_on
             from statement
             join title on title.id = statement.title_id
             join cinema on cinema.place_id = statement.place_id
             where statement.place_id = $1 or $1 = $2",
            &[place, &PlaceId::house()],
        )?;
        Ok(Told {
            products: products.into_iter().map(|Named(id, words)| (id, words)).collect(),
            campaigns: campaigns.into_iter().map(|Named(id, words)| (id, words)).collect(),
            periods: periods.into_iter().map(|Period(id, settled)| (id, settled)).collect(),
        })
    }

    fn line(&self, kept: &Kept, account: &str) -> Line {
        let settled = self.periods.get(&kept.reference);
        // A line of an order has the listing in its transfer's id.
        let listing = kept.id.split('/').nth(1).and_then(|listing| self.products.get(listing));
        let campaign = self.campaigns.get(&kept.reference);
        let about = settled.map(|settled| &settled.film).or(listing).or(campaign);
        // What is given up comes back to where it was reserved.
        let is_given_up = matches!(kept.kind.as_str(), "void" | "expire");
        let is_added = (kept.credit == account) != is_given_up;
        let minor = if is_added { kept.amount.minor } else { -kept.amount.minor };
        Line {
            at: kept.booked_at,
            what: What::of(kept),
            about: about.cloned().unwrap_or_else(|| Words::new("", "")),
            cinema: settled.map(|settled| settled.cinema.clone()),
            period: settled.map(|settled| settled.period),
            reference: kept.reference.clone(),
            amount: Money { minor, ..kept.amount },
        }
    }
}

/// A party's payouts, the latest first.
pub fn payouts_to(view: &View, org: &OrgId) -> Result<Vec<Payout>> {
    view.all(
        "select currency, place_id, id, key, account, org_id, payee_name, payee_scheme, payee_number, payee_bank_code,
           amount_minor, state, proposed_by, proposed_at, approved_by, file_id, closed_at, note
         from payout
         where org_id = $1
         order by proposed_at desc, id desc
         limit $2",
        &[org, &PAYOUTS_MAX],
    )
}

/// One payout of a party; somebody else's is not there.
pub fn payout_to(view: &View, org: &OrgId, id: &PayoutId) -> Result<Payout> {
    let place = super::payouts::place_of(view, id)?;
    let found = place.map(|place| payouts::any(view, &place, id)).transpose()?;
    let own = found.filter(|payout| payout.org == *org);
    own.ok_or_else(|| Refusal::not_found("payout", "打款").into())
}

/// What refunds took beyond what a party had, and deductions gave back since: the sum is what it owes.
pub fn receivable(view: &View, place: &PlaceId, org: &OrgId, currency: Currency) -> Result<Account> {
    let account = format!("receivable:{org}");
    let zero = Money::new(0, currency);
    let never = Instant::from_micros(i64::MAX);
    let lines = lines(view, place, &account, currency, (None, never))?;
    Ok(Account { opening: zero, lines, closing: balances::credit_of(view, place, &account, currency)? })
}
