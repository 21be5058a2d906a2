//! Buying products from one shop's basket: stock is promised with an order and a payment to make;
//! the payment's notice sells them, with every licensed line owing its royalty.

use crate::house::Scene;
use db::View;
use events::{Kind, log};
use kernel::{Instant, Money, OrderId, PersonId, PlaceId, Refusal as Refuse, Result, Round};
use ledger::{Transfer, balances, transfers};
use licensing::royalties;
use licensing::{accruals, contracts};
use payments::intents::{Bill, Purpose};
use payments::{Intent, Refund, intents};
use serde_json::json;
use shops::orders::{Changed, Checkout, Confirmed, Line, Placed};
use shops::{Order, Shop, baskets, orders};

#[derive(Clone, Debug, PartialEq)]
pub struct Promised {
    pub order: Order,
    pub intent: Intent,
}

/// Orders what the checkout names, for the signed-in actor, and empties that shop's basket.
pub fn order(scene: &mut Scene, checkout: &Checkout) -> Result<Promised> {
    let buyer = scene.act.person()?;
    if checkout.buyer != buyer {
        return Err(Refuse::forbidden().into());
    }
    let shop = shops::shops::any(scene.tx, &checkout.place)?;
    let click = checkout
        .click
        .clone()
        .filter(|token| crate::serve_ad::attribution(scene, token, scene.act.at).is_some());
    let checkout = Checkout { click, ..checkout.clone() };
    let order = match orders::place(scene.tx, &mut scene.act, &checkout)? {
        Placed::Again(order) => {
            let intent = intents::of_order(scene.tx, &order.place, &order.id)?;
            return Ok(Promised { order, intent });
        }
        Placed::Now(order) => order,
    };
    let bill = Bill {
        place: &order.place,
        purpose: Purpose::Products,
        order: &order.id,
        payer: &order.buyer,
        provider: scene.house.provider().name(),
        subject: format!(
            "{} {} 件",
            shop.name.zh,
            checkout.lines.iter().map(|line| line.quantity).sum::<i64>()
        ),
        amount: order.total,
        expires_at: order.pay_until,
    };
    let intent = intents::open(scene.tx, &mut scene.act, &bill)?;
    baskets::clear(scene.tx, &buyer, &order.place)?;
    let body = json!({ "total_minor": order.total.minor });
    log::append(scene.tx, &mut scene.act, &order.place, Kind::ProductOrderPlaced, None, &order.id, body)?;
    Ok(Promised { order, intent })
}

/// The money for an order is captured: sells it, or books the way back.
pub(crate) fn paid(scene: &mut Scene, intent: &Intent) -> Result<()> {
    match orders::confirm(scene.tx, &intent.place, &intent.order, scene.act.at)? {
        Confirmed::Now(order) => sold(scene, &order, intent),
        Confirmed::Already(_) | Confirmed::Late(_) => crate::take_payment::late(scene, intent),
    }
}

fn sold(scene: &mut Scene, order: &Order, intent: &Intent) -> Result<()> {
    let shop = shops::shops::any(scene.tx, &order.place)?;
    let lines = orders::lines(scene.tx, &order.place, &order.id)?;
    for line in &lines {
        let owed = owed(scene.tx, line)?;
        if let Some(owed) = &owed {
            accruals::record(scene.tx, &owed.row(scene.act.at))?;
        }
        let sale = sale(&shop, line, owed.as_ref(), &intent.provider, scene.act.at)?;
        ledger::post_all(scene.tx, &sale, scene.act.at)?;
        let body = json!({
            "product": line.product,
            "quantity": line.quantity,
            "total_minor": line.total.minor,
            "royalty_minor": owed.as_ref().map_or(0, |owed| owed.accrued.royalty.minor),
        });
        let title = line.title.as_ref();
        log::append(scene.tx, &mut scene.act, &order.place, Kind::ProductsSold, title, &order.id, body)?;
    }
    let sale = crate::buy_tickets::Sale {
        place: &order.place,
        order: &order.id,
        kind: Purpose::Products,
        titles: lines.into_iter().filter_map(|line| line.title).collect(),
        amount: order.total,
    };
    crate::serve_ad::credit(scene, order.click.as_deref(), &sale)
}

/// How our shops sell, as contracts call it.
const CHANNEL: &str = "online";

/// What a licensed line owes, by its contract.
pub(crate) struct Owed {
    line: Line,
    contract: contracts::Contract,
    pub accrued: royalties::Accrual,
}

/// What a line owes under its contract; nothing when the product is not licensed.
pub(crate) fn owed(view: &View, line: &Line) -> Result<Option<Owed>> {
    let Some(id) = &line.contract else { return Ok(None) };
    let contract = contracts::any(view, id)?;
    let accrued = royalties::accrue(&contract.rates(CHANNEL), line.total, line.vat)?;
    Ok(Some(Owed { line: line.clone(), contract, accrued }))
}

impl Owed {
    fn row(&self, at: Instant) -> accruals::Accrual {
        accruals::Accrual {
            place: self.line.place.clone(),
            order: self.line.order.clone(),
            listing: self.line.listing.clone(),
            kind: accruals::Kind::Sale,
            contract: self.contract.id.clone(),
            title: self.contract.title.clone(),
            merchant: self.line.merchant.clone(),
            parts: self.accrued,
            at,
        }
    }
}

/// The postings of one line, in the shop's book. The merchant is credited with the sale, and owes from
/// it the shop's commission, the royalty to the licensor and the platform, and the marketing fund.
fn sale(shop: &Shop, line: &Line, owed: Option<&Owed>, provider: &str, at: Instant) -> Result<Vec<Transfer>> {
    let merchant = format!("merchant:{}", line.merchant);
    let commission = shop.commission.of(line.total, Round::HalfEven);
    let mut parts = vec![
        ("sale", format!("provider:{provider}"), merchant.clone(), line.total, "product_sale"),
        ("commission", merchant.clone(), "commission".to_owned(), commission, "commission"),
    ];
    if let Some(Owed { contract, accrued, .. }) = owed {
        let licensor = format!("licensor:{}", contract.licensor);
        parts.push(("licensor", merchant.clone(), licensor, accrued.licensor, "royalty"));
        parts.push(("platform", merchant.clone(), "platform_royalty".into(), accrued.platform, "royalty"));
        parts.push((
            "fund",
            merchant,
            format!("fund:{}", contract.title),
            accrued.marketing_fund,
            "marketing_fund",
        ));
    }
    Ok(parts
        .into_iter()
        .map(|(part, debit, credit, amount, code)| Transfer {
            book: line.place.clone(),
            id: format!("{}/{}/{part}", line.order, line.listing),
            debit,
            credit,
            amount,
            code,
            reference: line.order.0.clone(),
            happened_at: at,
        })
        .collect())
}

/// Takes a paid order back at its buyer's wish, before it is shipped; what it moved and what it owed goes back
/// exactly. Asked again, the same refund.
pub fn refund(scene: &mut Scene, place: &PlaceId, id: &OrderId) -> Result<Refund> {
    let buyer = scene.act.person()?;
    let order = orders::of(scene.tx, &buyer, place, id)?;
    let changed = orders::refund(scene.tx, place, &order.id, scene.act.at)?;
    let intent = intents::of_order(scene.tx, place, &order.id)?;
    let Changed::Now(order) = changed else { return crate::take_payment::take_back(scene, &intent) };
    accruals::reverse(scene.tx, place, &order.id, scene.act.at)?;
    for back in back(scene.tx, &order, scene.act.at)? {
        post_back(scene, &back)?;
    }
    let refund = crate::take_payment::take_back(scene, &intent)?;
    crate::serve_ad::reverse_credit(scene, place, &order.id)?;
    let body = json!({ "total_minor": order.total.minor, "refund": refund.id });
    log::append(scene.tx, &mut scene.act, place, Kind::ProductOrderRefunded, None, &order.id, body)?;
    Ok(refund)
}

/// The postings of a refund: what the sale posted, backwards, with the consumer's money waiting in `refunds:due`.
/// What the merchant gave away comes back first, so that the sale can be taken from what it has.
fn back(view: &View, order: &Order, at: Instant) -> Result<Vec<Transfer>> {
    let mut posted = transfers::of_reference(view, &order.place, &order.id.0)?;
    posted.retain(|kept| SALE_CODES.contains(&kept.code.as_str()));
    posted.sort_by_key(|kept| kept.code == SALE_CODES[0]);
    let back = posted.into_iter().map(|kept| Transfer {
        book: order.place.clone(),
        id: format!("{}/back", kept.id),
        credit: if kept.code == SALE_CODES[0] { "refunds:due".into() } else { kept.debit },
        debit: kept.credit,
        amount: kept.amount,
        code: "product_refund",
        reference: kept.reference,
        happened_at: at,
    });
    Ok(back.collect())
}

/// Posts a part of a refund. A merchant that was paid out before has too little to take the sale from: it owes the
/// rest, which is deducted from its next payout. What its parts gave back was posted before, so its account is ours
/// until the end of this transaction.
fn post_back(scene: &Scene, back: &Transfer) -> Result<()> {
    if back.debit.starts_with("merchant:") {
        let has = balances::available_of(scene.tx, &back.book, &back.debit, back.amount.currency)?;
        let short = Money { minor: back.amount.minor - has.minor, ..back.amount };
        if short.minor > 0 {
            let lent = Transfer {
                id: format!("{}/receivable", back.id),
                debit: crate::pay_out::receivable(&back.debit),
                credit: back.debit.clone(),
                amount: short,
                code: "receivable",
                ..back.clone()
            };
            ledger::post(scene.tx, &lent, scene.act.at)?;
        }
    }
    ledger::post(scene.tx, back, scene.act.at)?;
    Ok(())
}

/// What a sale posts a line, the consumer's money first.
const SALE_CODES: [&str; 4] = ["product_sale", "commission", "royalty", "marketing_fund"];

/// The shop sends a paid order off; sending it again changes nothing.
pub fn ship(scene: &mut Scene, place: &PlaceId, id: &OrderId) -> Result<Order> {
    match orders::ship(scene.tx, place, id, scene.act.at)? {
        Changed::Already(order) => Ok(order),
        Changed::Now(order) => {
            log::append(scene.tx, &mut scene.act, place, Kind::ProductsShipped, None, id, json!({}))?;
            Ok(order)
        }
    }
}

/// Lets go of a shop's orders that nobody paid for; how many. Their payments stay open until the provider has
/// said what became of them (`sweep`).
pub fn expire(scene: &mut Scene, place: &PlaceId) -> Result<usize> {
    let due = orders::expire_due(scene.tx, place, scene.act.at, box_office::orders::PAGE_MAX)?;
    for order in &due {
        log::append(scene.tx, &mut scene.act, place, Kind::ProductOrderExpired, None, &order.id, json!({}))?;
    }
    Ok(due.len())
}

/// Everything about an order that its buyer may see.
#[derive(Clone, Debug)]
pub struct Bought {
    pub order: Order,
    pub lines: Vec<(Line, shops::Product)>,
    pub intent: Intent,
    pub shop: Shop,
}

pub fn bought(view: &View, buyer: &PersonId, place: &PlaceId, id: &OrderId) -> Result<Bought> {
    let order = orders::of(view, buyer, place, id)?;
    let mut lines = Vec::new();
    for line in orders::lines(view, place, id)? {
        let product = shops::products::any(view, &line.product)?;
        lines.push((line, product));
    }
    Ok(Bought {
        lines,
        intent: intents::of_order(view, place, id)?,
        shop: shops::shops::any(view, place)?,
        order,
    })
}
