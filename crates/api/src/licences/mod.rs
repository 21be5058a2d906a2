//! Licences: a studio offers a title, a merchant applies, the studio decides, the contract allows.

pub mod applications;
pub mod apply;
pub mod close_offer;
pub mod contract;
pub mod contracts;
pub mod decide;
pub mod offer;
pub mod offers;
pub mod offers_of_studio;
pub mod show_application;
pub mod show_offer;
pub mod withdraw;

use crate::listings::Product;
use crate::money::Amount;
use crate::words::Bilingual;
use licensing::applications::Application as Kept;
use licensing::approvals::Approval;
use licensing::{contracts as made, offers as offered};
use serde::Serialize;
use utoipa::ToSchema;

/// What a studio offers to merchants.
#[derive(Serialize, ToSchema)]
pub struct LicenceOffer {
    id: String,
    title: String,
    /// The studio.
    licensor: String,
    name: Bilingual,
    about: Bilingual,
    categories: Vec<String>,
    territory: String,
    /// Of net sales, in parts per million.
    royalty_ppm: i64,
    /// Of net sales, for the common marketing fund, in parts per million.
    fund_ppm: i64,
    /// The platform's part of the royalty, in parts per million.
    platform_ppm: i64,
    guarantee: Amount,
    term_days: i64,
    /// The last day on which merchants may apply.
    closes_on: String,
    /// `open` or `closed`.
    state: String,
}

impl From<offered::Offer> for LicenceOffer {
    fn from(offer: offered::Offer) -> LicenceOffer {
        LicenceOffer {
            id: offer.id.0,
            title: offer.title.0,
            licensor: offer.licensor.0,
            name: offer.name.into(),
            about: offer.about.into(),
            categories: offer.categories,
            territory: offer.territory,
            royalty_ppm: offer.royalty.ppm,
            fund_ppm: offer.fund.ppm,
            platform_ppm: offer.platform.ppm,
            guarantee: offer.guarantee.into(),
            term_days: offer.term_days,
            closes_on: offer.closes_on.to_string(),
            state: offer.state.code().into(),
        }
    }
}

/// A merchant's wish to make something under an offer.
#[derive(Serialize, ToSchema)]
pub struct Application {
    id: String,
    offer: String,
    title: String,
    licensor: String,
    merchant: String,
    product: Bilingual,
    category: String,
    concept: String,
    artwork: String,
    planned_price: Amount,
    planned_units: i64,
    /// `concept` or `sample` while that stage waits, then `approved`, `rejected` or `withdrawn`.
    state: String,
    created_at: String,
}

impl From<&Kept> for Application {
    fn from(application: &Kept) -> Application {
        Application {
            id: application.id.0.clone(),
            offer: application.offer.0.clone(),
            title: application.title.0.clone(),
            licensor: application.licensor.0.clone(),
            merchant: application.merchant.0.clone(),
            product: (&application.product).into(),
            category: application.category.clone(),
            concept: application.concept.clone(),
            artwork: application.artwork.clone(),
            planned_price: application.planned_price.into(),
            planned_units: application.planned_units,
            state: application.state.code().into(),
            created_at: application.created_at.rfc3339(),
        }
    }
}

/// What a licensor decided at one stage.
#[derive(Serialize, ToSchema)]
#[schema(as = StageDecision)]
pub struct Decision {
    stage: String,
    decision: String,
    remark: String,
    at: String,
}

impl From<&Approval> for Decision {
    fn from(approval: &Approval) -> Decision {
        Decision {
            stage: approval.stage.code().into(),
            decision: approval.decision.code().into(),
            remark: approval.note.clone(),
            at: approval.at.rfc3339(),
        }
    }
}

/// The right to make and sell one kind of goods.
#[derive(Serialize, ToSchema)]
pub struct Contract {
    id: String,
    application: String,
    title: String,
    licensor: String,
    merchant: String,
    category: String,
    territory: String,
    royalty_ppm: i64,
    fund_ppm: i64,
    platform_ppm: i64,
    guarantee: Amount,
    starts_on: String,
    /// The last day.
    ends_on: String,
}

impl From<&made::Contract> for Contract {
    fn from(contract: &made::Contract) -> Contract {
        Contract {
            id: contract.id.0.clone(),
            application: contract.application.0.clone(),
            title: contract.title.0.clone(),
            licensor: contract.licensor.0.clone(),
            merchant: contract.merchant.0.clone(),
            category: contract.category.clone(),
            territory: contract.territory.clone(),
            royalty_ppm: contract.royalty.ppm,
            fund_ppm: contract.fund.ppm,
            platform_ppm: contract.platform.ppm,
            guarantee: contract.guarantee.into(),
            starts_on: contract.starts_on.to_string(),
            ends_on: contract.ends_on.to_string(),
        }
    }
}

/// An application after a decision, with what the last approval made.
#[derive(Serialize, ToSchema)]
pub struct Decided {
    application: Application,
    contract: Option<Contract>,
    product: Option<Product>,
}
