//! Disputes over all places, and the payment that a number names, whoever gave it.

use db::View;
use kernel::{IntentId, OrderId, PlaceId, Result, ids::Id};
use payments::Intent;
use payments::disputes::Dispute;

/// Disputes in one list.
pub const DISPUTES_MAX: i64 = 500;

/// Disputes of every place: open ones by the day of their answer, then the latest.
pub fn latest(view: &View) -> Result<Vec<Dispute>> {
    view.all(
        "select currency, place_id, id, intent_id, reason, amount_minor, answer_by, state, opened_at, closed_at,
           evidence, number
         from dispute
         order by case when state = 'open' then 0 else 1 end,
           case when state = 'open' then answer_by else '' end, opened_at desc, id
         limit $1",
        &[&DISPUTES_MAX],
    )
}

/// Disputes of one payment, the latest first.
pub fn of_intent(view: &View, place: &PlaceId, intent: &IntentId) -> Result<Vec<Dispute>> {
    view.all(
        "select currency, place_id, id, intent_id, reason, amount_minor, answer_by, state, opened_at, closed_at,
           evidence, number
         from dispute
         where place_id = $1 and intent_id = $2
         order by opened_at desc, id",
        &[place, intent],
    )
}

/// The payment that a provider knows by this number of its own.
pub fn by_reference(view: &View, provider: &str, reference: &str) -> Result<Option<Intent>> {
    view.maybe(
        "select currency, place_id, id, kind, order_id, payer_id, provider, subject, amount_minor, captured_minor,
           refunded_minor, state, expires_at, asked, provider_ref
         from payment_intent
         where provider = $1 and provider_ref = $2
         order by place_id, id
         limit 1",
        &[&provider, &reference],
    )
}

/// The payment that somebody means by its number, its order's, or the provider's; whatever place it is of.
pub fn meant_by(view: &View, text: &str) -> Result<Option<Intent>> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Ok(None);
    }
    if IntentId::parse(text).is_ok() {
        return view.maybe(
            "select currency, place_id, id, kind, order_id, payer_id, provider, subject, amount_minor, captured_minor,
               refunded_minor, state, expires_at, asked, provider_ref
             from payment_intent
             where id = $1
             limit 1",
            &[&text],
        );
    }
    if OrderId::parse(text).is_ok() {
        return view.maybe(
            "select currency, place_id, id, kind, order_id, payer_id, provider, subject, amount_minor, captured_minor,
               refunded_minor, state, expires_at, asked, provider_ref
             from payment_intent
             where order_id = $1
             limit 1",
            &[&text],
        );
    }
    view.maybe(
        "select currency, place_id, id, kind, order_id, payer_id, provider, subject, amount_minor, captured_minor,
           refunded_minor, state, expires_at, asked, provider_ref
         from payment_intent
         where provider_ref = $1
         order by place_id, id
         limit 1",
        &[&text],
    )
}
