//! Erased people: no account, nothing that says who they are, nothing that they did besides buying.

use super::{ERASURE_GRACE_SECONDS, Moment, sentences};
use db::View;
use events::PERSONAL;
use kernel::Result;

pub(super) fn erased_forgotten(view: &View, at: Moment) -> Result<Vec<String>> {
    let late: Vec<(String, String)> = view.all(
        "select person_id, 'its erasure' from erasure where done_at is null and at < $1",
        &[&at.late(ERASURE_GRACE_SECONDS)],
    )?;
    let accounts: Vec<(String, String)> = view.all(
        "select erasure.person_id, 'an account'
         from erasure
         join person on person.id = erasure.person_id
         union all
         select erasure.person_id, 'a role'
         from erasure
         join membership on membership.person_id = erasure.person_id
         union all
         select erasure.person_id, 'a session'
         from erasure
         join session on session.person_id = erasure.person_id
         union all
         select erasure.person_id, 'a second factor'
         from erasure
         join second_factor on second_factor.person_id = erasure.person_id
         union all
         select erasure.person_id, 'a recovery code'
         from erasure
         join recovery_code on recovery_code.person_id = erasure.person_id
         union all
         select erasure.person_id, 'a half-open sign-in'
         from erasure
         join half_open_sign_in on half_open_sign_in.person_id = erasure.person_id
         union all
         select erasure.person_id, 'a link for a new password'
         from erasure
         join password_link on password_link.person_id = erasure.person_id
         union all
         select erasure.person_id, 'a word about the account'
         from erasure
         join account_notice on account_notice.person_id = erasure.person_id
         union all
         select erasure.person_id, 'a consent'
         from erasure
         join consent on consent.person_id = erasure.person_id
         union all
         select erasure.person_id, 'a wish to see ' || want_to_see.title_id
         from erasure
         join want_to_see on want_to_see.person_id = erasure.person_id",
        &[],
    )?;
    let shopped: Vec<(String, String)> = view.all(
        "select erasure.person_id, 'a basket at ' || basket_line.place_id
         from erasure
         join basket_line on basket_line.person_id = erasure.person_id
         where erasure.done_at is not null
         union all
         select erasure.person_id, 'who received order ' || product_order.id
         from erasure
         join product_order on product_order.buyer_id = erasure.person_id
         where erasure.done_at is not null
           and (product_order.recipient <> '' or product_order.address <> '' or product_order.asked <> ''
             or product_order.click is not null)
         union all
         select erasure.person_id, 'the ad that led to order ' || ticket_order.id
         from erasure
         join ticket_order on ticket_order.buyer_id = erasure.person_id
         where erasure.done_at is not null and ticket_order.click is not null",
        &[],
    )?;
    let mut found = sentences(late, |person, _| format!("{person} waits to be erased"));
    let still = |person: &str, what: &str| format!("{what} is still tied to {person}, who was erased");
    found.extend(sentences(accounts, still));
    found.extend(sentences(shopped, still));
    found.extend(sentences(told(view)?, still));
    Ok(found)
}

/// Events that tell of an erased person alone and still say that it was them.
fn told(view: &View) -> Result<Vec<(String, String)>> {
    let rows: Vec<(String, String, String)> = view.all(
        "select erasure.person_id, event.kind, event.id
         from event
         join erasure on erasure.person_id = event.actor or erasure.person_id = event.subject
         where erasure.done_at is not null
         order by event.place_id, event.id",
        &[],
    )?;
    let personal = |kind: &str| PERSONAL.iter().any(|one| one.code() == kind);
    let rows = rows.into_iter().filter(|(_, kind, _)| personal(kind));
    Ok(rows.map(|(person, kind, id)| (person, format!("{kind} {id}"))).collect())
}
