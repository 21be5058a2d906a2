//! Everything that an installation knows of one person, as they may take it away with them.
//!
//! Written for whoever it is about: what is told has its name in words, instants are RFC 3339, money is in minor units
//! with its currency.

use crate::house::House;
use crate::views::audiences;
use ads::holdout::Lots;
use db::View;
use kernel::{Actor, CampaignId, Instant, OrderId, PersonId, PlaceId, Refusal, Result};
use people::{consents, memberships, persons, second_factor, sessions};
use serde_json::{Value, json};

/// Rows of one kind that are told, at most, the latest.
pub const ROWS_MAX: i64 = 20_000;

/// All of it at this instant, also what is in memory alone: which audiences somebody is in, and where they seem to live.
/// Refuses (`not_found`) an actor of whom nothing is kept.
pub fn taken_away(house: &House, view: &View, whom: &Actor) -> Result<Value> {
    let mut told = of(view, &house.keys().lots, whom.signed_in()?, house.now())?;
    if told.is_null() {
        return Err(Refusal::not_found("person", "用户").into());
    }
    let named = audiences::names(view)?.audiences;
    let crowd = house.crowd();
    let is_in = crowd.audiences_of(whom);
    told["audiences"] = is_in.iter().map(|id| named.get(id).unwrap_or(&id.0).as_str()).collect();
    told["city_reckoned"] = json!(crowd.home_of(whom));
    told["made"] = json!(house.now().rfc3339());
    Ok(told)
}

/// Null when there is nobody with this number.
pub fn of(view: &View, lots: &Lots, person: &PersonId, now: Instant) -> Result<Value> {
    let Some(account) = persons::any(view, person)? else { return Ok(Value::Null) };
    let roles = memberships::of_person(view, person)?;
    let consents = consents::of(view, person)?;
    let factor = second_factor::of(view, person)?;
    Ok(json!({
        "account": {
            "id": account.id, "name": account.name, "email": account.email, "language": account.lang.code(),
            "signed_up": account.created_at.rfc3339(), "password": "kept as a hash that cannot be turned back",
        },
        "second_factor": factor.map(|factor| json!({
            "since": factor.since.rfc3339(), "recovery_codes_left": factor.codes_left, "key": "kept sealed",
        })),
        "work": roles.iter().map(|(role, org)| json!({ "role": role.code(), "organisation": org.name.en })).collect::<Vec<_>>(),
        "sessions": sessions::of(view, person, now)?.iter().map(|one| json!({
            "from": one.since.rfc3339(), "until": one.until.rfc3339(), "seen": one.seen.rfc3339(),
        })).collect::<Vec<_>>(),
        "consents": consents.iter()
            .map(|(purpose, at, kept_out)| json!({ "purpose": purpose, "given": at.rfc3339(), "kept_out": kept_out }))
            .collect::<Vec<_>>(),
        "wants_to_see": wishes(view, person)?,
        "baskets": baskets(view, person)?,
        "ticket_orders": ticket_orders(view, person)?,
        "product_orders": product_orders(view, person)?,
        "payments": payments(view, person)?,
        "ads_met": ads_met(view, lots, person)?,
        "log": log(view, person)?,
        "rows_of_one_kind_max": ROWS_MAX,
    }))
}

fn wishes(view: &View, person: &PersonId) -> Result<Vec<Value>> {
    let rows: Vec<(String, Instant)> = view.all(
        "select title.name_en, want_to_see.at
         from want_to_see
         join title on title.id = want_to_see.title_id
         where want_to_see.person_id = $1
         order by want_to_see.at desc, title.id
         limit $2",
        &[person, &ROWS_MAX],
    )?;
    Ok(rows.into_iter().map(|(film, at)| json!({ "film": film, "since": at.rfc3339() })).collect())
}

fn baskets(view: &View, person: &PersonId) -> Result<Vec<Value>> {
    let rows: Vec<(PlaceId, String, i64, Instant)> = view.all(
        "select shop.place_id, product.name_en, line.quantity, line.added_at
         from shop
         join basket_line line on line.place_id = shop.place_id
         join listing on listing.place_id = line.place_id and listing.id = line.listing_id
         join product on product.id = listing.product_id
         where line.person_id = $1
         order by line.added_at desc, listing.id
         limit $2",
        &[person, &ROWS_MAX],
    )?;
    let tell = |(shop, product, quantity, at): (PlaceId, String, i64, Instant)| json!({ "shop": shop, "product": product, "quantity": quantity, "added": at.rfc3339() });
    Ok(rows.into_iter().map(tell).collect())
}

fn ticket_orders(view: &View, person: &PersonId) -> Result<Vec<Value>> {
    let rows: Vec<TicketRow> = view.all(
        "select orders.place_id, orders.id, orders.state, title.name_en, cinema.name_en, showtime.starts_at,
           orders.paid_minor, orders.currency, orders.created_at
         from cinema
         join ticket_order orders on orders.place_id = cinema.place_id
         join showtime on showtime.place_id = orders.place_id and showtime.id = orders.showtime_id
         join title on title.id = orders.title_id
         where orders.buyer_id = $1
         order by orders.created_at desc, orders.id
         limit $2",
        &[person, &ROWS_MAX],
    )?;
    let tell = |(place, id, state, film, cinema, starts, paid, currency, at): TicketRow| {
        let lines: Vec<(String, i64, Option<Instant>, Option<Instant>)> = view.all(
            "select line.seat, line.paid_minor, ticket.admitted_at, ticket.voided_at
             from ticket_order_line line
             left join ticket on ticket.place_id = line.place_id and ticket.order_id = line.order_id
               and ticket.seat = line.seat
             where line.place_id = $1 and line.order_id = $2
             order by line.seat",
            &[&place, &id],
        )?;
        let seat = |(seat, paid, admitted, voided): (String, i64, Option<Instant>, Option<Instant>)| {
            json!({
                "seat": seat, "paid_minor": paid, "admitted": admitted.map(|at| at.rfc3339()),
                "went_back": voided.map(|at| at.rfc3339()),
            })
        };
        Ok(json!({
            "place": place, "order": id, "state": state, "film": film, "cinema": cinema, "starts": starts.rfc3339(),
            "paid_minor": paid, "currency": currency, "ordered": at.rfc3339(),
            "seats": lines.into_iter().map(seat).collect::<Vec<_>>(),
        }))
    };
    rows.into_iter().map(tell).collect()
}

type TicketRow = (PlaceId, OrderId, String, String, String, Instant, i64, String, Instant);

fn product_orders(view: &View, person: &PersonId) -> Result<Vec<Value>> {
    let rows: Vec<GoodsRow> = view.all(
        "select orders.place_id, orders.id, orders.state, shop.name_en, orders.recipient, orders.address,
           orders.total_minor, orders.currency, orders.created_at
         from shop
         join product_order orders on orders.place_id = shop.place_id
         where orders.buyer_id = $1
         order by orders.created_at desc, orders.id
         limit $2",
        &[person, &ROWS_MAX],
    )?;
    let tell = |(place, id, state, shop, recipient, address, total, currency, at): GoodsRow| {
        let lines: Vec<(String, i64, i64, i64)> = view.all(
            "select product.name_en, line.quantity, line.back_quantity, line.line_minor
             from product_order_line line
             join product on product.id = line.product_id
             where line.place_id = $1 and line.order_id = $2
             order by product.id",
            &[&place, &id],
        )?;
        let line = |(product, quantity, back, paid): (String, i64, i64, i64)| json!({ "product": product, "quantity": quantity, "went_back": back, "paid_minor": paid });
        Ok(json!({
            "place": place, "order": id, "state": state, "shop": shop, "recipient": recipient, "address": address,
            "total_minor": total, "currency": currency, "ordered": at.rfc3339(),
            "lines": lines.into_iter().map(line).collect::<Vec<_>>(),
        }))
    };
    rows.into_iter().map(tell).collect()
}

type GoodsRow = (PlaceId, OrderId, String, String, String, String, i64, String, Instant);

/// Through whom each order was paid, and what went back.
fn payments(view: &View, person: &PersonId) -> Result<Vec<Value>> {
    let rows: Vec<PaymentRow> = view.all(
        "select intent.order_id, intent.provider, intent.provider_ref, intent.state, intent.captured_minor,
           intent.refunded_minor, intent.currency
         from payment_intent intent
         where intent.payer_id = $1
         order by intent.created_at desc, intent.id
         limit $2",
        &[person, &ROWS_MAX],
    )?;
    let tell = |(order, provider, reference, state, captured, refunded, currency): PaymentRow| {
        json!({
            "order": order, "provider": provider, "providers_number": reference, "state": state,
            "captured_minor": captured, "refunded_minor": refunded, "currency": currency,
        })
    };
    Ok(rows.into_iter().map(tell).collect())
}

type PaymentRow = (OrderId, String, Option<String>, String, i64, i64, String);

/// Ads that somebody saw while they were signed in, and those kept from them to measure what ads do.
fn ads_met(view: &View, lots: &Lots, person: &PersonId) -> Result<Vec<Value>> {
    let campaigns: Vec<(CampaignId, String)> = view.all(
        "select campaign.id, title.name_en
         from campaign
         join title on title.id = campaign.title_id
         order by campaign.id",
        &[],
    )?;
    let mut told = Vec::new();
    for (campaign, film) in campaigns {
        let unit = lots.pseudonym(&campaign, person);
        let met: Vec<(String, String, Instant)> = view.all(
            "select what, city, at from (
               select 'shown' as what, city, at from impression where campaign_id = $1 and unit = $2
               union all
               select 'withheld' as what, city, at from withheld where campaign_id = $1 and unit = $2
             ) met
             order by at desc, what
             limit $3",
            &[&campaign, &unit, &ROWS_MAX],
        )?;
        told.extend(
            met.into_iter().map(
                |(what, city, at)| json!({ "film": film, "what": what, "city": city, "at": at.rfc3339() }),
            ),
        );
    }
    Ok(told)
}

/// What the log says that they did.
fn log(view: &View, person: &PersonId) -> Result<Vec<Value>> {
    let rows: Vec<(Instant, String, PlaceId, Option<String>, String, String)> = view.all(
        "select at, kind, place_id, title_id, subject, body
         from event
         where actor = $1 or subject = $1
         order by at desc, id desc
         limit $2",
        &[person, &ROWS_MAX],
    )?;
    let tell = |(at, kind, place, title, subject, body): (
        Instant,
        String,
        PlaceId,
        Option<String>,
        String,
        String,
    )| {
        let said = events::Kind::parse(&kind).map(|kind| kind.words().en);
        Ok(json!({
            "at": at.rfc3339(), "kind": kind, "said": said, "place": place, "film": title, "about": subject,
            "more": serde_json::from_str::<Value>(&body)?,
        }))
    };
    rows.into_iter().map(tell).collect()
}
