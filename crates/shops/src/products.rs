//! What a merchant makes. A licensed product names the title it is about and the contract that allows it.
//!
//! Products are a catalog that every shop may sell from; price and stock are the listing's.

use crate::limits;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, ContractId, Instant, OrgId, ProductId, Refusal, Result, TitleId, Words};

pub const NAME_CHARS_MAX: usize = 80;
pub const ABOUT_CHARS_MAX: usize = 1000;
pub const CATEGORY_CHARS_MAX: usize = 40;
pub const ARTWORK_CHARS_MAX: usize = 200;
/// Products in one list, the newest first.
pub const LIST_MAX: i64 = 500;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub id: ProductId,
    pub merchant: OrgId,
    pub title: Option<TitleId>,
    pub contract: Option<ContractId>,
    pub name: Words,
    pub about: Words,
    pub category: String,
    pub artwork: String,
    pub created_at: Instant,
}

#[derive(Clone, Debug)]
pub struct NewProduct {
    pub merchant: OrgId,
    pub title: Option<TitleId>,
    pub contract: Option<ContractId>,
    pub name: Words,
    pub about: Words,
    pub category: String,
    pub artwork: String,
}

impl FromRow for Product {
    fn from_row(row: &mut Row) -> Result<Product> {
        Ok(Product {
            id: row.next()?,
            merchant: row.next()?,
            title: row.next()?,
            contract: row.next()?,
            name: row.words()?,
            about: row.words()?,
            category: row.next()?,
            artwork: row.next()?,
            created_at: row.next()?,
        })
    }
}

/// Adds a product. Whether its contract allows it is for the caller to know.
pub fn add(tx: &Tx, act: &mut Act, new: &NewProduct) -> Result<Product> {
    limits::words(["name_en", "name_zh"], &new.name, NAME_CHARS_MAX)?;
    limits::short("about_en", &new.about.en, ABOUT_CHARS_MAX)?;
    limits::short("about_zh", &new.about.zh, ABOUT_CHARS_MAX)?;
    limits::code("category", &new.category, CATEGORY_CHARS_MAX)?;
    limits::short("artwork", &new.artwork, ARTWORK_CHARS_MAX)?;
    let product = Product {
        id: act.id(),
        merchant: new.merchant.clone(),
        title: new.title.clone(),
        contract: new.contract.clone(),
        name: new.name.clone(),
        about: new.about.clone(),
        category: new.category.clone(),
        artwork: new.artwork.clone(),
        created_at: act.at,
    };
    tx.run(
        "insert into product (id, merchant_org_id, title_id, contract_id, name_en, name_zh, about_en, about_zh,
            category, artwork, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &[
            &product.id,
            &product.merchant,
            &product.title,
            &product.contract,
            &product.name.en,
            &product.name.zh,
            &product.about.en,
            &product.about.zh,
            &product.category,
            &product.artwork,
            &product.created_at,
        ],
    )?;
    Ok(product)
}

pub fn any(view: &View, id: &ProductId) -> Result<Product> {
    let product = view.maybe(
        "select id, merchant_org_id, title_id, contract_id, name_en, name_zh, about_en, about_zh,
            category, artwork, created_at
        from product
        where id = $1",
        &[id],
    )?;
    product.ok_or_else(|| unknown().into())
}

/// One of a merchant's own products.
pub fn of(view: &View, merchant: &OrgId, id: &ProductId) -> Result<Product> {
    let product = any(view, id)?;
    if product.merchant == *merchant { Ok(product) } else { Err(unknown().into()) }
}

pub fn of_merchant(view: &View, merchant: &OrgId) -> Result<Vec<Product>> {
    view.all(
        "select id, merchant_org_id, title_id, contract_id, name_en, name_zh, about_en, about_zh,
            category, artwork, created_at
        from product
        where merchant_org_id = $1
        order by created_at desc, id
        limit $2",
        &[merchant, &LIST_MAX],
    )
}

pub fn of_title(view: &View, title: &TitleId) -> Result<Vec<Product>> {
    view.all(
        "select id, merchant_org_id, title_id, contract_id, name_en, name_zh, about_en, about_zh,
            category, artwork, created_at
        from product
        where title_id = $1
        order by created_at desc, id
        limit $2",
        &[title, &LIST_MAX],
    )
}

fn unknown() -> Refusal {
    Refusal::not_found("product", "商品")
}
