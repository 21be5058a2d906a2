//! A merchant's wish to make something under an offer.
//!
//! `Concept → Sample → Approved`, either stage `→ Rejected` by the licensor or `→ Withdrawn` by the
//! merchant. The state names the stage that is waited for. Applying is idempotent by the merchant's key.

use crate::limits;
use crate::offers::{self, Offer};
use db::{FromRow, Row, Tx, View};
use kernel::{
    Act, ApplicationId, Currency, Day, Error, Instant, Kind, Money, OfferId, OrgId, Refusal, Result, TitleId,
    Words,
};

pub const KEY_CHARS_MAX: usize = 100;
pub const PRODUCT_CHARS_MAX: usize = 80;
pub const CONCEPT_CHARS_MAX: usize = 2000;
pub const ARTWORK_CHARS_MAX: usize = 200;
/// A million of the major unit in currencies with two decimals.
pub const PRICE_MAX_MINOR: i64 = 100_000_000;
pub const UNITS_MAX: i64 = 10_000_000;
/// Applications in one list, the newest first.
pub const LIST_MAX: i64 = 500;

/// What the licensor looks at, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Concept,
    Sample,
}

impl Stage {
    pub const ALL: [Stage; 2] = [Stage::Concept, Stage::Sample];

    pub fn code(self) -> &'static str {
        match self {
            Stage::Concept => "concept",
            Stage::Sample => "sample",
        }
    }

    pub fn parse(code: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.code() == code)
    }

    pub fn words(self) -> Words {
        match self {
            Stage::Concept => Words::new("Concept", "概念"),
            Stage::Sample => Words::new("Sample", "打样"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Concept,
    Sample,
    Approved,
    Rejected,
    Withdrawn,
}

impl State {
    const ALL: [State; 5] =
        [State::Concept, State::Sample, State::Approved, State::Rejected, State::Withdrawn];

    pub fn code(self) -> &'static str {
        match self {
            State::Concept => "concept",
            State::Sample => "sample",
            State::Approved => "approved",
            State::Rejected => "rejected",
            State::Withdrawn => "withdrawn",
        }
    }

    pub fn words(self) -> Words {
        match self {
            State::Concept => Words::new("Concept in review", "概念审核中"),
            State::Sample => Words::new("Sample in review", "打样审核中"),
            State::Approved => Words::new("Approved", "已通过"),
            State::Rejected => Words::new("Rejected", "已驳回"),
            State::Withdrawn => Words::new("Withdrawn", "已撤回"),
        }
    }

    /// The stage that waits for a decision, while there is one.
    pub fn awaits(self) -> Option<Stage> {
        match self {
            State::Concept => Some(Stage::Concept),
            State::Sample => Some(Stage::Sample),
            State::Approved | State::Rejected | State::Withdrawn => None,
        }
    }

    /// The state that waits for a stage.
    pub(crate) fn awaiting(stage: Stage) -> State {
        match stage {
            Stage::Concept => State::Concept,
            Stage::Sample => State::Sample,
        }
    }

    fn stored(code: &str) -> Result<State> {
        let found = State::ALL.into_iter().find(|state| state.code() == code);
        found.ok_or_else(|| Error::fault(format!("an application is {code}")))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    pub id: ApplicationId,
    pub offer: OfferId,
    pub title: TitleId,
    pub licensor: OrgId,
    pub merchant: OrgId,
    pub product: Words,
    pub category: String,
    pub concept: String,
    pub artwork: String,
    pub planned_price: Money,
    pub planned_units: i64,
    pub state: State,
    pub created_at: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApplication {
    pub offer: OfferId,
    pub product: Words,
    pub category: String,
    pub concept: String,
    pub artwork: String,
    pub planned_price: Money,
    pub planned_units: i64,
}

impl FromRow for Application {
    fn from_row(row: &mut Row) -> Result<Application> {
        let (id, offer, title, licensor, merchant) =
            (row.next()?, row.next()?, row.next()?, row.next()?, row.next()?);
        let (product, category, concept, artwork) = (row.words()?, row.next()?, row.next()?, row.next()?);
        let (price_minor, planned_units, currency) = (row.next()?, row.next()?, row.next::<Currency>()?);
        Ok(Application {
            id,
            offer,
            title,
            licensor,
            merchant,
            product,
            category,
            concept,
            artwork,
            planned_price: Money::new(price_minor, currency),
            planned_units,
            state: State::stored(&row.next::<String>()?)?,
            created_at: row.next()?,
        })
    }
}

/// What came of applying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    Now(Application),
    /// The same key and the same wish as before: the application of then, as it is today.
    Again(Application),
}

impl Applied {
    pub fn application(&self) -> &Application {
        match self {
            Applied::Now(application) | Applied::Again(application) => application,
        }
    }
}

/// Applies to an open offer. Refuses with `offer_closed`, `key_reused`, or the field that is wrong.
pub fn apply(
    tx: &Tx,
    act: &mut Act,
    merchant: &OrgId,
    new: &NewApplication,
    key: &str,
    today: Day,
) -> Result<Applied> {
    limits::filled("key", key, KEY_CHARS_MAX)?;
    if let Some(before) = again(tx, merchant, new, key)? {
        return Ok(before);
    }
    let offer = offers::any(tx, &new.offer)?;
    if !offer.is_open(today) {
        return Err(offer_closed().into());
    }
    check(new, &offer)?;
    let application = Application {
        id: act.id(),
        offer: offer.id,
        title: offer.title,
        licensor: offer.licensor,
        merchant: merchant.clone(),
        product: new.product.clone(),
        category: new.category.clone(),
        concept: new.concept.clone(),
        artwork: new.artwork.clone(),
        planned_price: new.planned_price,
        planned_units: new.planned_units,
        state: State::Concept,
        created_at: act.at,
    };
    if insert(tx, &application, key)? {
        return Ok(Applied::Now(application));
    }
    // The same request is being answered at this moment on another connection.
    again(tx, merchant, new, key)?.ok_or_else(|| Error::fault("a key is taken by no application"))
}

/// The application that this key made before, if it was for the same.
fn again(view: &View, merchant: &OrgId, new: &NewApplication, key: &str) -> Result<Option<Applied>> {
    let before: Option<Application> = view.maybe(
        "select id, offer_id, title_id, licensor_org_id, merchant_org_id, product_en, product_zh, category, concept,
            artwork, planned_price_minor, planned_units, currency, state, created_at
        from application
        where merchant_org_id = $1 and key = $2",
        &[merchant, &key],
    )?;
    let Some(before) = before else { return Ok(None) };
    let asked = NewApplication {
        offer: before.offer.clone(),
        product: before.product.clone(),
        category: before.category.clone(),
        concept: before.concept.clone(),
        artwork: before.artwork.clone(),
        planned_price: before.planned_price,
        planned_units: before.planned_units,
    };
    if asked == *new { Ok(Some(Applied::Again(before))) } else { Err(key_reused().into()) }
}

fn check(new: &NewApplication, offer: &Offer) -> Result<(), Refusal> {
    limits::words(["product_en", "product_zh"], &new.product, PRODUCT_CHARS_MAX)?;
    limits::filled("concept", &new.concept, CONCEPT_CHARS_MAX)?;
    limits::short("artwork", &new.artwork, ARTWORK_CHARS_MAX)?;
    if !offer.categories.contains(&new.category) {
        return Err(not_offered(offer));
    }
    if new.planned_price.currency != offer.guarantee.currency {
        return Err(currency_differs(offer.guarantee.currency));
    }
    if !(1..=PRICE_MAX_MINOR).contains(&new.planned_price.minor) {
        return Err(price_out_of_limits(offer.guarantee.currency));
    }
    limits::within("planned_units", new.planned_units, 1, UNITS_MAX)
}

fn insert(tx: &Tx, application: &Application, key: &str) -> Result<bool> {
    let added = tx.run(
        "insert into application (id, offer_id, title_id, licensor_org_id, merchant_org_id, key, product_en,
            product_zh, category, concept, artwork, planned_price_minor, planned_units, currency, state, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        on conflict (merchant_org_id, key) do nothing",
        &[
            &application.id,
            &application.offer,
            &application.title,
            &application.licensor,
            &application.merchant,
            &key,
            &application.product.en,
            &application.product.zh,
            &application.category,
            &application.concept,
            &application.artwork,
            &application.planned_price.minor,
            &application.planned_units,
            &application.planned_price.currency,
            &application.state.code(),
            &application.created_at,
        ],
    )?;
    Ok(added == 1)
}

/// The merchant no longer wants it. A second time changes nothing; what has been decided stays decided.
pub fn withdraw(tx: &Tx, merchant: &OrgId, id: &ApplicationId) -> Result<Application> {
    tx.run(
        "update application set state = 'withdrawn'
        where id = $1 and merchant_org_id = $2 and state in ('concept', 'sample')",
        &[id, merchant],
    )?;
    let application = of(tx, merchant, id)?;
    if application.state == State::Withdrawn { Ok(application) } else { Err(already_decided().into()) }
}

/// One of a merchant's own applications.
pub fn of(view: &View, merchant: &OrgId, id: &ApplicationId) -> Result<Application> {
    let application = any(view, id)?;
    if application.merchant == *merchant { Ok(application) } else { Err(unknown().into()) }
}

/// One of the applications that a licensor received.
pub fn for_licensor(view: &View, licensor: &OrgId, id: &ApplicationId) -> Result<Application> {
    let application = any(view, id)?;
    if application.licensor == *licensor { Ok(application) } else { Err(unknown().into()) }
}

pub fn any(view: &View, id: &ApplicationId) -> Result<Application> {
    let application = view.maybe(
        "select id, offer_id, title_id, licensor_org_id, merchant_org_id, product_en, product_zh, category, concept,
            artwork, planned_price_minor, planned_units, currency, state, created_at
        from application
        where id = $1",
        &[id],
    )?;
    application.ok_or_else(|| unknown().into())
}

pub fn of_merchant(view: &View, merchant: &OrgId) -> Result<Vec<Application>> {
    view.all(
        "select id, offer_id, title_id, licensor_org_id, merchant_org_id, product_en, product_zh, category, concept,
            artwork, planned_price_minor, planned_units, currency, state, created_at
        from application
        where merchant_org_id = $1
        order by created_at desc, id
        limit $2",
        &[merchant, &LIST_MAX],
    )
}

/// What a licensor received, whatever waits for a decision before the rest.
pub fn of_licensor(view: &View, licensor: &OrgId) -> Result<Vec<Application>> {
    view.all(
        "select id, offer_id, title_id, licensor_org_id, merchant_org_id, product_en, product_zh, category, concept,
            artwork, planned_price_minor, planned_units, currency, state, created_at
        from application
        where licensor_org_id = $1
        order by case when state in ('concept', 'sample') then 0 else 1 end, created_at desc, id
        limit $2",
        &[licensor, &LIST_MAX],
    )
}

/// Moves an application on, if it is still in the state it was decided in.
pub(crate) fn change(tx: &Tx, id: &ApplicationId, from: State, to: State) -> Result<bool> {
    let changed = tx.run(
        "update application set state = $3 where id = $1 and state = $2",
        &[id, &from.code(), &to.code()],
    )?;
    Ok(changed == 1)
}

fn unknown() -> Refusal {
    Refusal::not_found("application", "申请")
}

fn offer_closed() -> Refusal {
    Refusal::new(
        Kind::Gone,
        "offer_closed",
        "This offer takes no more applications.",
        "这个授权邀约已不再接受申请。",
    )
}

fn key_reused() -> Refusal {
    Refusal {
        field: Some("key"),
        ..Refusal::new(
            Kind::Conflict,
            "key_reused",
            "This key was used for a different application before.",
            "这个幂等键已用于另一份申请。",
        )
    }
}

fn not_offered(offer: &Offer) -> Refusal {
    let named = |lang| {
        let names = offer.categories.iter().map(|code| crate::categories::words(code).in_(lang).to_owned());
        names.collect::<Vec<_>>()
    };
    Refusal::field(
        "category",
        "category_not_offered",
        format!("This offer is for: {}.", named(kernel::Lang::En).join(", ")),
        format!("这个邀约只开放：{}。", named(kernel::Lang::Zh).join("、")),
    )
}

fn currency_differs(currency: Currency) -> Refusal {
    Refusal::field(
        "planned_price",
        "currency_differs",
        format!("This offer counts in {}.", currency.code()),
        format!("这个邀约以 {} 计价。", currency.code()),
    )
}

fn price_out_of_limits(currency: Currency) -> Refusal {
    let highest = Money::new(PRICE_MAX_MINOR, currency);
    Refusal::field(
        "planned_price",
        "price_out_of_limits",
        format!("A price is more than zero and at most {highest}."),
        format!("价格须大于零，且不超过 {highest}。"),
    )
}

fn already_decided() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "already_decided",
        "This application has already been decided.",
        "这份申请已有结果，不能撤回。",
    )
}
