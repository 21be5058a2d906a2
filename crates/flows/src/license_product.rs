//! From an offer to a listing: the studio offers its title, a merchant applies, the studio approves the
//! concept, then the sample; the contract makes the product, which its merchant lists in a shop.

use crate::change_tax;
use crate::house::Scene;
use events::{Kind, log};
use kernel::{ApplicationId, ContractId, ListingId, Money, OfferId, OrgId, PlaceId, Result, Share, Words};
use licensing::applications::{self, Application, Applied, NewApplication, Stage};
use licensing::approvals::{self, Decided, Decision, Ruling};
use licensing::contracts::{self, Contract};
use licensing::offers::{self, NewOffer, Offer};
use serde_json::json;
use shops::listings::{self, NewListing};
use shops::products::{self, NewProduct};
use shops::{Listing, Product, Shop};

/// A studio offers its own title to merchants. Refuses `not_your_title` when the title is another's.
pub fn offer(scene: &mut Scene, new: &NewOffer) -> Result<Offer> {
    titles::of(scene.tx, &new.licensor, &new.title)?.ok_or_else(not_your_title)?;
    let today = scene.today();
    let offer = offers::add(scene.tx, &mut scene.act, new, today)?;
    let body = json!({ "name": offer.name, "royalty_ppm": offer.royalty.ppm });
    note(scene, Kind::OfferMade, &offer.title, &offer.id.0, body)?;
    Ok(offer)
}

fn not_your_title() -> kernel::Refusal {
    kernel::Refusal::field(
        "title",
        "not_your_title",
        "Only the studio of a title offers it to merchants.",
        "只有影片的制片方才能发布它的授权。",
    )
}

/// A merchant applies under an offer, once a key.
pub fn apply(scene: &mut Scene, merchant: &OrgId, new: &NewApplication, key: &str) -> Result<Application> {
    let today = scene.today();
    match applications::apply(scene.tx, &mut scene.act, merchant, new, key, today)? {
        Applied::Again(application) => Ok(application),
        Applied::Now(application) => {
            let body = json!({ "merchant": merchant, "product": application.product });
            note(scene, Kind::ApplicationMade, &application.title, &application.id.0, body)?;
            Ok(application)
        }
    }
}

/// The studio takes no more applications under an offer.
pub fn close_offer(scene: &mut Scene, licensor: &OrgId, id: &OfferId) -> Result<Offer> {
    let offer = offers::close(scene.tx, licensor, id)?;
    note(scene, Kind::OfferClosed, &offer.title, &id.0, json!({}))?;
    Ok(offer)
}

/// A merchant gives an application up that is not decided yet.
pub fn withdraw(scene: &mut Scene, merchant: &OrgId, id: &ApplicationId) -> Result<Application> {
    let before = applications::of(scene.tx, merchant, id)?;
    if before.state == applications::State::Withdrawn {
        return Ok(before);
    }
    let application = applications::withdraw(scene.tx, merchant, id)?;
    note(scene, Kind::ApplicationWithdrawn, &application.title, &id.0, json!({ "merchant": merchant }))?;
    Ok(application)
}

/// The studio decides the stage that is waited for. Approving the sample makes the contract and the product.
pub fn decide(
    scene: &mut Scene,
    licensor: &OrgId,
    application: &ApplicationId,
    stage: Stage,
    decision: Decision,
    remark: &str,
) -> Result<(Decided, Option<Product>)> {
    let (ruling, today) = (Ruling { stage, decision, note: remark }, scene.today());
    let decided = approvals::decide(scene.tx, &mut scene.act, licensor, application, ruling, today)?;
    let title = decided.application.title.clone();
    let body = json!({ "stage": stage.code(), "decision": decision.code() });
    note(scene, Kind::ApplicationDecided, &title, &application.0, body)?;
    let Some(contract) = &decided.contract else { return Ok((decided, None)) };

    let made = &decided.application;
    let product = NewProduct {
        merchant: made.merchant.clone(),
        title: Some(title.clone()),
        contract: Some(contract.id.clone()),
        name: made.product.clone(),
        about: Words::new(made.concept.clone(), made.concept.clone()),
        category: made.category.clone(),
        artwork: made.artwork.clone(),
    };
    let product = products::add(scene.tx, &mut scene.act, &product)?;
    let body =
        json!({ "merchant": made.merchant, "product": product.id, "royalty_ppm": contract.royalty.ppm });
    let contract = contract.id.0.clone();
    note(scene, Kind::ContractMade, &title, &contract, body)?;
    Ok((decided, Some(product)))
}

/// A merchant puts its product on a shop's shelf; a licensed one only while its contract runs.
pub fn list(
    scene: &mut Scene,
    merchant: &OrgId,
    place: &PlaceId,
    product: &kernel::ProductId,
    price: Money,
    stock: i64,
) -> Result<Listing> {
    let product = products::of(scene.tx, merchant, product)?;
    if let Some(contract) = &product.contract {
        let contract = running(scene, merchant, contract)?;
        leaves_something(&shops::shops::any(scene.tx, place)?, &contract)?;
    }
    let vat = change_tax::of_goods(scene.tx, &scene.house.home(), scene.today())?;
    let new = NewListing { place: place.clone(), product: product.id.clone(), price, vat, stock };
    let listing = listings::list(scene.tx, &mut scene.act, merchant, &new)?;
    let body = json!({ "product": product.id, "price_minor": price.minor, "stock": stock });
    log::append(
        scene.tx,
        &mut scene.act,
        place,
        Kind::ListingChanged,
        product.title.as_ref(),
        &listing.id,
        body,
    )?;
    Ok(listing)
}

/// Refuses a listing whose every sale would owe more than it brings.
fn leaves_something(shop: &Shop, contract: &Contract) -> Result<(), kernel::Refusal> {
    let owed = shop.commission.ppm + contract.royalty.ppm + contract.fund.ppm;
    if owed < Share::ONE.ppm {
        return Ok(());
    }
    let owed = Share::ppm(owed);
    Err(kernel::Refusal::new(
        kernel::Kind::Conflict,
        "nothing_left",
        format!("Commission, royalty and marketing fund take {owed} of every sale."),
        format!("佣金、版税与市场推广金合计占每笔销售的 {owed}。"),
    ))
}

fn running(scene: &Scene, merchant: &OrgId, contract: &ContractId) -> Result<Contract> {
    let contract = contracts::of(scene.tx, merchant, contract)?;
    if contract.runs_on(scene.today()) {
        return Ok(contract);
    }
    Err(kernel::Refusal::new(
        kernel::Kind::Conflict,
        "licence_over",
        format!("The licence for this product ran until {}.", contract.ends_on),
        format!("该商品的授权已于 {} 到期。", contract.ends_on),
    )
    .into())
}

/// A merchant takes its listing off the shelf.
pub fn delist(scene: &mut Scene, merchant: &OrgId, place: &PlaceId, listing: &ListingId) -> Result<Listing> {
    let listing = listings::delist(scene.tx, merchant, place, listing)?;
    relisted(scene, listing, json!({ "state": "delisted" }))
}

/// A merchant puts its listing on the shelf again.
pub fn relist(scene: &mut Scene, merchant: &OrgId, place: &PlaceId, listing: &ListingId) -> Result<Listing> {
    let listing = listings::relist(scene.tx, merchant, place, listing)?;
    relisted(scene, listing, json!({ "state": "listed" }))
}

/// A merchant asks another price from now on; what is ordered keeps its own.
pub fn reprice(
    scene: &mut Scene,
    merchant: &OrgId,
    place: &PlaceId,
    listing: &ListingId,
    price: Money,
) -> Result<Listing> {
    let listing = listings::reprice(scene.tx, merchant, place, listing, price)?;
    relisted(scene, listing, json!({ "price_minor": price.minor }))
}

fn relisted(scene: &mut Scene, listing: Listing, body: serde_json::Value) -> Result<Listing> {
    let (kind, title) = (Kind::ListingChanged, listing.title.clone());
    log::append(scene.tx, &mut scene.act, &listing.place, kind, title.as_ref(), &listing.id, body)?;
    Ok(listing)
}

fn note(
    scene: &mut Scene,
    kind: Kind,
    title: &kernel::TitleId,
    subject: &str,
    body: serde_json::Value,
) -> Result<()> {
    log::append(scene.tx, &mut scene.act, &PlaceId::house(), kind, Some(title), &subject, body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::House;
    use db::scratch::scratch;
    use kernel::{Actor, Day, Dice, FalseClock, Instant, OrgId};
    use payments::providers::pretend::Pretend;
    use people::{OrgKind, orgs};
    use std::sync::Arc;

    fn film() -> titles::Draft {
        titles::Draft {
            status: titles::Status::Announced,
            original_name: "摆渡人".into(),
            name: Words::new("The Ferryman", "摆渡人"),
            synopsis: Words::default(),
            genre: "comedy".into(),
            runtime_minutes: 128,
            premiere: None,
            artwork: "the-ferryman".into(),
            domestic: true,
        }
    }

    fn terms(licensor: &OrgId, title: &kernel::TitleId) -> NewOffer {
        NewOffer {
            title: title.clone(),
            licensor: licensor.clone(),
            name: Words::new("Goods", "衍生品"),
            about: Words::default(),
            categories: vec!["posters".into()],
            territory: "CN".into(),
            royalty: Share::percent(8),
            rates: Vec::new(),
            fund: Share::percent(2),
            platform: Share::percent(30),
            guarantee: Money::fen(0),
            term_days: 365,
            closes_on: Day::parse("2017-02-01").expect("a day"),
        }
    }

    #[test]
    fn only_its_studio_offers_a_title() {
        let scratch = scratch();
        let clock = Arc::new(FalseClock::at(Instant::from_micros(1_482_492_600_000_000)));
        let provider = Arc::new(Pretend::new());
        let house = House::open(scratch.db.clone(), clock, Dice::seeded(7), provider).expect("a house");
        let told = house.write_blocking(&House::lane(), Actor::System, |scene| {
            let mut studio =
                |en: &str| orgs::add(scene.tx, &mut scene.act, OrgKind::Studio, &Words::new(en, "影"));
            let (ours, theirs) = (studio("Lantern")?.id, studio("Rampart")?.id);
            let title = titles::add(scene.tx, &mut scene.act, &ours, &film())?.id;
            let stolen = offer(scene, &terms(&theirs, &title));
            assert_eq!(stolen.err().and_then(|no| no.refusal().map(|no| no.code)), Some("not_your_title"));
            offer(scene, &terms(&ours, &title))
        });
        assert!(told.is_ok_and(|offer| offer.royalty == Share::percent(8)));
    }
}
