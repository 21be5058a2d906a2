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
use payments::{Intent, Refund, intents, refunds};
use serde_json::json;
use settlement::taxes::{self, Of};
use shops::orders::{Changed, Checkout, Confirmed, Line, Placed, State};
use shops::returns::{self, Back, Desk, Return, Taken, Wish};
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
    let tax = taxes::on(scene.tx, Of::Goods, scene.today())?;
    let order = match orders::place(scene.tx, &mut scene.act, &checkout, tax)? {
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
            number: 0,
            quantity: self.line.quantity,
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

/// Pieces of an order that were taken back, with the money that goes back for them.
#[derive(Clone, Debug, PartialEq)]
pub struct Returned {
    pub order: Order,
    pub made: Return,
    pub refund: Refund,
    /// Whether this call took them back, or an earlier one of the same key.
    pub is_new: bool,
}

/// Takes all that is left of a paid order back at its buyer's wish, before it is shipped. Asked again, the same refund.
pub fn refund(scene: &mut Scene, place: &PlaceId, id: &OrderId) -> Result<Refund> {
    let order = orders::of(scene.tx, &scene.act.person()?, place, id)?;
    let intent = intents::of_order(scene.tx, place, &order.id)?;
    if let Some(before) = refunds::requested_for(scene.tx, &intent, ALL)? {
        return Ok(before);
    }
    let pieces = returns::all_left(scene.tx, place, &order.id)?;
    if pieces.is_empty() {
        return Err(returns::nothing_left().into());
    }
    let wish = Wish { key: String::new(), pieces, stock: None };
    Ok(take_back(scene, place, id, &wish, Desk::Buyer)?.refund)
}

/// The reason of a refund of all that was left, and how those of some pieces begin.
const ALL: &str = "refund";
const LINES: &str = "lines_";

/// Takes pieces of an order back, each with its share of what was paid: the merchant's part, the shop's commission and
/// the royalties go back as they were booked. Restocked when somebody says so, or by [`shops::returns::Stock::usual`];
/// its buyer, who asks before it is sent, has no say. The same key with the same pieces is the return that there is.
pub fn return_pieces(
    scene: &mut Scene,
    place: &PlaceId,
    id: &OrderId,
    wish: &Wish,
    desk: Desk,
) -> Result<Returned> {
    if wish.key.is_empty() {
        let (en, zh) = ("A key has at least one character.", "幂等键不能为空。");
        return Err(Refuse::field("key", "bad_key", en, zh).into());
    }
    match desk {
        Desk::Shop => take_back(scene, place, id, wish, desk),
        Desk::Buyer => {
            orders::of(scene.tx, &scene.act.person()?, place, id)?;
            take_back(scene, place, id, &Wish { stock: None, ..wish.clone() }, desk)
        }
    }
}

fn take_back(scene: &mut Scene, place: &PlaceId, id: &OrderId, wish: &Wish, desk: Desk) -> Result<Returned> {
    let by = scene.act.person().map_or_else(|_| String::new(), |person| person.0);
    let taken = returns::take(scene.tx, place, id, wish, desk, (&by, scene.act.at))?;
    let intent = intents::of_order(scene.tx, place, id)?;
    let (order, made, lines) = match taken {
        Taken::Now { order, made, lines } => (order, made, lines),
        Taken::Before { order, made } => {
            let before = refunds::requested_for(scene.tx, &intent, &reason(&made))?;
            let refund = before.unwrap_or_else(|| Refund::of_nothing(&intent, &reason(&made)));
            return Ok(Returned { order, made, refund, is_new: false });
        }
    };
    for back in &lines {
        post_back(scene, &made, back)?;
    }
    let refund = crate::take_payment::take_back(scene, &intent, &reason(&made), made.amount)?;
    match order.state {
        State::Refunded { .. } => crate::serve_ad::reverse_credit(scene, place, id)?,
        _ => crate::serve_ad::shrink_credit(scene, place, id, made.amount)?,
    }
    note_back(scene, &order, &made, &lines, &refund)?;
    Ok(Returned { order, made, refund, is_new: true })
}

fn reason(made: &Return) -> String {
    if made.key.is_empty() { ALL.into() } else { format!("{LINES}{}", made.number) }
}

fn note_back(scene: &mut Scene, order: &Order, made: &Return, lines: &[Back], refund: &Refund) -> Result<()> {
    let gone = lines.iter().filter(|back| back.empties_line()).map(|back| &back.line.listing);
    let body = json!({
        "total_minor": made.amount.minor,
        "pieces": lines.iter().map(|back| back.quantity).sum::<i64>(),
        "refund": refund.id,
        "stock": made.stock.code(),
        "part": !matches!(order.state, State::Refunded { .. }),
        // The lines of which nothing is left.
        "gone": gone.collect::<Vec<_>>(),
    });
    log::append(scene.tx, &mut scene.act, &order.place, Kind::ProductOrderRefunded, None, &order.id, body)
}

/// Posts what goes back of a line: of each posting of its sale the share of the pieces, backwards, with the consumer's
/// money waiting in `refunds:due`. What the merchant gave away comes back first, so that the sale can be taken from
/// what it has.
fn post_back(scene: &Scene, made: &Return, back: &Back) -> Result<()> {
    let line = &back.line;
    let pieces = accruals::Pieces { listing: &line.listing, before: line.back, quantity: back.quantity };
    accruals::reverse(scene.tx, &made.place, &made.order, pieces, made.number, made.at)?;
    let of_line = format!("{}/{}/", made.order, line.listing);
    let mut posted = transfers::of_reference(scene.tx, &made.place, &made.order.0)?;
    posted.retain(|kept| SALE_CODES.contains(&kept.code.as_str()) && kept.id.starts_with(&of_line));
    posted.sort_by_key(|kept| kept.code == SALE_CODES[0]);
    for kept in posted {
        let amount = kept.amount.of_pieces(line.back, back.quantity, line.quantity);
        let is_sale = kept.code == SALE_CODES[0];
        let part = Transfer {
            book: made.place.clone(),
            id: format!("{}/back_{}", kept.id, made.number),
            credit: if is_sale { "refunds:due".into() } else { kept.debit },
            debit: kept.credit,
            amount,
            code: "product_refund",
            reference: kept.reference,
            happened_at: made.at,
        };
        if !amount.is_zero() {
            post_part_back(scene, &part)?;
        }
    }
    Ok(())
}

/// Posts a part of a refund. A merchant that was paid out before has too little to take the sale from: it owes the
/// rest, which is deducted from its next payout. Others may take from its account at the same time, so that what is
/// missing is asked again.
fn post_part_back(scene: &Scene, back: &Transfer) -> Result<()> {
    const TRIES_MAX: usize = 5;
    for number in 0..TRIES_MAX {
        match ledger::post(scene.tx, back, scene.act.at) {
            Err(kernel::Error::Refused(refusal))
                if refusal.code == "overdrawn" && back.debit.starts_with("merchant:") => {}
            posted => return posted.map(|_| ()),
        }
        let has = balances::available_of(scene.tx, &back.book, &back.debit, back.amount.currency)?;
        let short = Money { minor: back.amount.minor - has.minor, ..back.amount };
        if short.minor > 0 {
            let lent = Transfer {
                id: format!("{}/receivable_{number}", back.id),
                debit: crate::pay_out::receivable(&back.debit),
                credit: back.debit.clone(),
                amount: short,
                code: "receivable",
                ..back.clone()
            };
            ledger::post(scene.tx, &lent, scene.act.at)?;
        }
    }
    Err(Refuse::new(
        kernel::Kind::Busy,
        "busy",
        "The merchant’s account is being changed at this moment. Please try again.",
        "商家账户正在变动，请再试一次。",
    )
    .into())
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
