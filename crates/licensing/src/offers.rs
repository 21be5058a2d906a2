//! What a studio offers to merchants: a title, what may be made of it, where, and for what share.
//!
//! `Open → Closed`; an open offer also stops taking applications after its closing day.

use crate::limits;
use crate::royalties::{CardRow, RateCard};
use db::{FromRow, Row, Tx, View};
use kernel::{
    Act, Currency, Day, Error, Instant, Money, OfferId, OrgId, Refusal, Result, Share, TitleId, Words,
};

pub const NAME_CHARS_MAX: usize = 80;
pub const ABOUT_CHARS_MAX: usize = 2000;
pub const CATEGORIES_MAX: usize = 30;
pub const CATEGORY_CHARS_MAX: usize = 40;
pub const TERRITORY_CHARS_MAX: usize = 40;
/// Ten million of the major unit in currencies with two decimals.
pub const GUARANTEE_MAX_MINOR: i64 = 1_000_000_000;
pub const TERM_DAYS_MAX: i64 = 3660;
/// Offers in one list, the newest first.
pub const LIST_MAX: i64 = 500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    Closed,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Closed => "closed",
        }
    }

    fn stored(code: &str) -> Result<State> {
        let found = [State::Open, State::Closed].into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| Error::fault(format!("an offer is {code}")))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub id: OfferId,
    pub title: TitleId,
    pub licensor: OrgId,
    pub name: Words,
    pub about: Words,
    pub categories: Vec<String>,
    pub territory: String,
    /// The royalty for every case, `royalty` being its default.
    pub rates: RateCard,
    /// Of net sales.
    pub royalty: Share,
    /// Of net sales, for the common marketing fund, on top of the royalty.
    pub fund: Share,
    /// The platform's part of the royalty.
    pub platform: Share,
    pub guarantee: Money,
    /// How long a contract runs from the day its sample is approved.
    pub term_days: i64,
    /// The last day on which merchants may apply.
    pub closes_on: Day,
    pub state: State,
    pub created_at: Instant,
}

impl Offer {
    /// Whether merchants may apply on this day.
    pub fn is_open(&self, day: Day) -> bool {
        self.state == State::Open && day <= self.closes_on
    }
}

#[derive(Clone, Debug)]
pub struct NewOffer {
    pub title: TitleId,
    pub licensor: OrgId,
    pub name: Words,
    pub about: Words,
    pub categories: Vec<String>,
    pub territory: String,
    pub royalty: Share,
    /// Where the royalty differs; may be empty.
    pub rates: Vec<CardRow>,
    pub fund: Share,
    pub platform: Share,
    pub guarantee: Money,
    pub term_days: i64,
    pub closes_on: Day,
}

impl FromRow for Offer {
    fn from_row(row: &mut Row) -> Result<Offer> {
        let (id, title, licensor) = (row.next()?, row.next()?, row.next()?);
        let (name, about) = (row.words()?, row.words()?);
        let categories = serde_json::from_str(&row.next::<String>()?)?;
        let (territory, rates) = (row.next()?, RateCard::from_json(&row.next::<String>()?)?);
        let (royalty, fund, platform) = (row.next()?, row.next()?, row.next()?);
        let (guarantee_minor, currency) = (row.next()?, row.next::<Currency>()?);
        Ok(Offer {
            id,
            title,
            licensor,
            name,
            about,
            categories,
            territory,
            rates,
            royalty,
            fund,
            platform,
            guarantee: Money::new(guarantee_minor, currency),
            term_days: row.next()?,
            closes_on: row.next()?,
            state: State::stored(&row.next::<String>()?)?,
            created_at: row.next()?,
        })
    }
}

/// Opens an offer on one of the house's days. Whether the licensor owns the title is for the caller to know.
pub fn add(tx: &Tx, act: &mut Act, new: &NewOffer, today: Day) -> Result<Offer> {
    check(new, today)?;
    let everything_else = CardRow { channel: None, category: None, territory: None, royalty: new.royalty };
    let rates = RateCard::new([&[everything_else], new.rates.as_slice()].concat())
        .map_err(|refusal| Refusal { field: Some("rates"), ..refusal })?;
    let offer = Offer {
        id: act.id(),
        title: new.title.clone(),
        licensor: new.licensor.clone(),
        name: new.name.clone(),
        about: new.about.clone(),
        categories: new.categories.clone(),
        territory: new.territory.clone(),
        rates,
        royalty: new.royalty,
        fund: new.fund,
        platform: new.platform,
        guarantee: new.guarantee,
        term_days: new.term_days,
        closes_on: new.closes_on,
        state: State::Open,
        created_at: act.at,
    };
    insert(tx, &offer)?;
    Ok(offer)
}

fn check(new: &NewOffer, today: Day) -> Result<(), Refusal> {
    limits::words(["name_en", "name_zh"], &new.name, NAME_CHARS_MAX)?;
    limits::short("about_en", &new.about.en, ABOUT_CHARS_MAX)?;
    limits::short("about_zh", &new.about.zh, ABOUT_CHARS_MAX)?;
    limits::within("categories", new.categories.len() as i64, 1, CATEGORIES_MAX as i64)?;
    for category in &new.categories {
        limits::code("categories", category, CATEGORY_CHARS_MAX)?;
    }
    limits::filled("territory", &new.territory, TERRITORY_CHARS_MAX)?;
    for (field, share) in [("royalty", new.royalty), ("fund", new.fund), ("platform", new.platform)] {
        limits::share(field, share)?;
    }
    limits::within("guarantee", new.guarantee.minor, 0, GUARANTEE_MAX_MINOR)?;
    limits::within("term_days", new.term_days, 1, TERM_DAYS_MAX)?;
    if new.closes_on < today { Err(closes_too_early()) } else { Ok(()) }
}

fn insert(tx: &Tx, offer: &Offer) -> Result<()> {
    tx.run(
        "insert into licence_offer (id, title_id, licensor_org_id, name_en, name_zh, about_en, about_zh, categories,
            territory, rates, royalty_ppm, fund_ppm, platform_ppm, guarantee_minor, currency, term_days, closes_on,
            state, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        &[
            &offer.id,
            &offer.title,
            &offer.licensor,
            &offer.name.en,
            &offer.name.zh,
            &offer.about.en,
            &offer.about.zh,
            &serde_json::to_string(&offer.categories)?,
            &offer.territory,
            &offer.rates.to_json(),
            &offer.royalty,
            &offer.fund,
            &offer.platform,
            &offer.guarantee.minor,
            &offer.guarantee.currency,
            &offer.term_days,
            &offer.closes_on,
            &offer.state.code(),
            &offer.created_at,
        ],
    )?;
    Ok(())
}

/// Takes no more applications; those that wait are still decided. A second time changes nothing.
pub fn close(tx: &Tx, licensor: &OrgId, id: &OfferId) -> Result<Offer> {
    tx.run(
        "update licence_offer set state = 'closed' where id = $1 and licensor_org_id = $2 and state = 'open'",
        &[id, licensor],
    )?;
    of(tx, licensor, id)
}

pub fn any(view: &View, id: &OfferId) -> Result<Offer> {
    let offer = view.maybe(
        "select id, title_id, licensor_org_id, name_en, name_zh, about_en, about_zh, categories, territory, rates,
            royalty_ppm, fund_ppm, platform_ppm, guarantee_minor, currency, term_days, closes_on, state, created_at
        from licence_offer
        where id = $1",
        &[id],
    )?;
    offer.ok_or_else(|| unknown().into())
}

/// One of a licensor's own offers.
pub fn of(view: &View, licensor: &OrgId, id: &OfferId) -> Result<Offer> {
    let offer = any(view, id)?;
    if offer.licensor == *licensor { Ok(offer) } else { Err(unknown().into()) }
}

pub fn of_licensor(view: &View, licensor: &OrgId) -> Result<Vec<Offer>> {
    view.all(
        "select id, title_id, licensor_org_id, name_en, name_zh, about_en, about_zh, categories, territory, rates,
            royalty_ppm, fund_ppm, platform_ppm, guarantee_minor, currency, term_days, closes_on, state, created_at
        from licence_offer
        where licensor_org_id = $1
        order by created_at desc, id
        limit $2",
        &[licensor, &LIST_MAX],
    )
}

/// What merchants may apply for today, what closes first before the rest.
pub fn open_for_merchants(view: &View, today: Day) -> Result<Vec<Offer>> {
    view.all(
        "select id, title_id, licensor_org_id, name_en, name_zh, about_en, about_zh, categories, territory, rates,
            royalty_ppm, fund_ppm, platform_ppm, guarantee_minor, currency, term_days, closes_on, state, created_at
        from licence_offer
        where state = 'open' and closes_on >= $1
        order by closes_on, id
        limit $2",
        &[&today, &LIST_MAX],
    )
}

pub(crate) fn unknown() -> Refusal {
    Refusal::not_found("offer", "授权邀约")
}

fn closes_too_early() -> Refusal {
    Refusal::field(
        "closes_on",
        "closes_too_early",
        "The last day to apply has already passed.",
        "申请截止日期已经过了。",
    )
}
