//! What stands in the way of erasing somebody, and what is tied to the number of somebody who is being erased.

use ads::holdout::Lots;
use db::View;
use events::PERSONAL;
use kernel::{
    CampaignId, EventId, ImpressionId, Instant, IntentId, OrderId, PersonId, PlaceId, Result, Words,
};
use people::memberships;
use std::collections::BTreeMap;

/// Things of one kind that are named, at most.
const NAMED_MAX: i64 = 20;
/// Traces of one kind that are read at once; what is left comes with the next reading.
const READ_MAX: i64 = 100_000;

/// Something that somebody else still has to do for this person, or they for somebody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InTheWay {
    pub code: &'static str,
    pub why: Words,
    /// The buyer's own page about it.
    pub page: Option<String>,
}

/// Everything because of which a person cannot be erased yet; nothing when they can.
pub fn in_the_way(view: &View, person: &PersonId, now: Instant) -> Result<Vec<InTheWay>> {
    let mut found: Vec<InTheWay> =
        memberships::of_person(view, person)?.iter().map(|(_, org)| role(&org.name)).collect();
    found.extend(tickets(view, person, now)?);
    found.extend(goods(view, person, now)?);
    found.extend(money(view, person)?);
    Ok(found)
}

fn role(org: &Words) -> InTheWay {
    let why = Words::new(
        format!("There is a role at {}: somebody there, or an operator, has to take it away first.", org.en),
        format!("在{}仍有角色，须先由该机构或运营者收回。", org.zh),
    );
    InTheWay { code: "role", why, page: None }
}

/// Seats that are held, and tickets for showings that are not over.
fn tickets(view: &View, person: &PersonId, now: Instant) -> Result<Vec<InTheWay>> {
    let rows: Vec<(PlaceId, OrderId, String, String, String)> = view.all(
        "select orders.place_id, orders.id, orders.state, title.name_en, title.name_zh
         from cinema
         join ticket_order orders on orders.place_id = cinema.place_id
         join showtime on showtime.place_id = orders.place_id and showtime.id = orders.showtime_id
         join title on title.id = orders.title_id
         where orders.buyer_id = $1
           and ((orders.state = 'held' and orders.held_until >= $2)
             or (orders.state = 'paid' and showtime.ends_at > $2 and exists (
               select 1 from ticket
               where ticket.place_id = orders.place_id and ticket.order_id = orders.id
                 and ticket.voided_at is null and ticket.admitted_at is null)))
         order by orders.created_at, orders.id
         limit $3",
        &[person, &now, &NAMED_MAX],
    )?;
    let tell = |(place, order, state, en, zh): (PlaceId, OrderId, String, String, String)| {
        let page = Some(format!("/tickets/{place}/{order}"));
        if state == "held" {
            let why = Words::new(
                format!("Seats for {en} are held: they have to be paid for, or let go, first."),
                format!("《{zh}》仍有锁定的座位，须先付款或等待锁座到期。"),
            );
            return InTheWay { code: "held", why, page: None };
        }
        let why = Words::new(
            format!("Tickets for {en} are still to be used: use them, or give them back, first."),
            format!("《{zh}》还有未使用的票，须先使用或退票。"),
        );
        InTheWay { code: "ticket", why, page }
    };
    Ok(rows.into_iter().map(tell).collect())
}

/// Goods that wait to be paid for or sent.
fn goods(view: &View, person: &PersonId, now: Instant) -> Result<Vec<InTheWay>> {
    let rows: Vec<(PlaceId, OrderId, String, String, String)> = view.all(
        "select orders.place_id, orders.id, orders.state, shop.name_en, shop.name_zh
         from shop
         join product_order orders on orders.place_id = shop.place_id
         where orders.buyer_id = $1
           and (orders.state = 'paid' or (orders.state = 'placed' and orders.pay_until >= $2))
         order by orders.created_at, orders.id
         limit $3",
        &[person, &now, &NAMED_MAX],
    )?;
    let tell = |(place, order, state, en, zh): (PlaceId, OrderId, String, String, String)| {
        let why = if state == "placed" {
            Words::new(
                format!("An order at {en} waits to be paid: it has to be paid for, or let go, first."),
                format!("在{zh}有一笔待支付的订单，须先付款或等待其到期。"),
            )
        } else {
            Words::new(
                format!("{en} has still to send an order: wait for it, or ask for the money back, first."),
                format!("{zh}有一笔订单尚未发货，须先等待发货或申请退款。"),
            )
        };
        InTheWay { code: "goods", why, page: Some(format!("/orders/{place}/{order}")) }
    };
    Ok(rows.into_iter().map(tell).collect())
}

/// Money that is on its way in either direction, or that a bank has still to decide about.
fn money(view: &View, person: &PersonId) -> Result<Vec<InTheWay>> {
    let rows: Vec<(String, IntentId)> = view.all(
        "select what, id from (
           select 'payment' as what, intent.id
           from payment_intent intent
           where intent.payer_id = $1 and intent.state = 'open'
           union
           select 'refund' as what, intent.id
           from payment_intent intent
           join refund on refund.place_id = intent.place_id and refund.intent_id = intent.id
           where intent.payer_id = $1 and refund.state <> 'done'
           union
           select 'dispute' as what, intent.id
           from payment_intent intent
           join dispute on dispute.place_id = intent.place_id and dispute.intent_id = intent.id
           where intent.payer_id = $1 and dispute.state = 'open'
         ) waiting
         order by what, id
         limit $2",
        &[person, &NAMED_MAX],
    )?;
    let tell = |(what, _): (String, IntentId)| match what.as_str() {
        "refund" => InTheWay {
            code: "refund",
            why: Words::new(
                "Money is on its way back: wait until it has arrived.",
                "有退款正在途中，须等待到账。",
            ),
            page: None,
        },
        "dispute" => InTheWay {
            code: "dispute",
            why: Words::new("A bank has still to decide about a payment.", "有一笔付款争议尚未结案。"),
            page: None,
        },
        _ => InTheWay {
            code: "payment",
            why: Words::new(
                "A payment is not decided yet; that takes a few minutes.",
                "有一笔付款尚无结果，需要几分钟。",
            ),
            page: None,
        },
    };
    let mut told: Vec<InTheWay> = rows.into_iter().map(tell).collect();
    told.dedup();
    Ok(told)
}

/// What at one place is tied to a number beside what was bought there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traces {
    pub events: Vec<EventId>,
    pub impressions: Vec<ImpressionId>,
}

/// The traces of a number by place, and whether there are more.
pub fn traces(view: &View, lots: &Lots, person: &PersonId) -> Result<(BTreeMap<PlaceId, Traces>, bool)> {
    let mut traces: BTreeMap<PlaceId, Traces> = BTreeMap::new();
    let mut more = false;
    let mut clicked: Vec<(PlaceId, String)> = Vec::new();
    let kinds = PERSONAL.iter().map(|kind| format!(",{}", kind.code())).collect::<String>() + ",";
    let events: Vec<(PlaceId, EventId, String, String)> = view.all(
        "select place_id, id, kind, subject
         from event
         where (actor = $1 or subject = $1) and $2 like '%,' || kind || ',%'
         order by place_id, id
         limit $3",
        &[person, &kinds, &READ_MAX],
    )?;
    more |= events.len() as i64 == READ_MAX;
    for (place, id, kind, subject) in events {
        if kind == events::Kind::AdClicked.code() {
            clicked.push((place.clone(), subject));
        }
        traces.entry(place).or_default().events.push(id);
    }
    clicked.extend(credited(view, person)?);
    let mut met: Vec<(PlaceId, ImpressionId)> = Vec::new();
    for (place, click) in clicked {
        met.extend(view.maybe::<(PlaceId, ImpressionId)>(
            "select place_id, impression_id from click where place_id = $1 and id = $2 and visitor <> ''",
            &[&place, &click],
        )?);
    }
    let campaigns: Vec<(CampaignId,)> = view.all("select id from campaign order by id", &[])?;
    for (campaign,) in campaigns {
        let unit = lots.pseudonym(&campaign, person);
        let units: Vec<(PlaceId, ImpressionId)> = view.all(
            "select place_id, id from impression where campaign_id = $1 and unit = $2
             union all
             select place_id, id from withheld where campaign_id = $1 and unit = $2
             order by 1, 2
             limit $3",
            &[&campaign, &unit, &READ_MAX],
        )?;
        more |= units.len() as i64 == READ_MAX;
        met.extend(units);
    }
    for (place, impression) in met {
        traces.entry(place).or_default().impressions.push(impression);
    }
    Ok((traces, more))
}

/// The clicks that a buyer's orders are credited to.
fn credited(view: &View, person: &PersonId) -> Result<Vec<(PlaceId, String)>> {
    view.all(
        "select credit.click_place_id, credit.click_id
         from ad_credit credit
         join ticket_order orders on orders.place_id = credit.place_id and orders.id = credit.order_id
         where orders.buyer_id = $1
         union
         select credit.click_place_id, credit.click_id
         from ad_credit credit
         join product_order orders on orders.place_id = credit.place_id and orders.id = credit.order_id
         where orders.buyer_id = $1
         order by 1, 2",
        &[person],
    )
}
