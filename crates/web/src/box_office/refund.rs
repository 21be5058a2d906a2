//! Giving tickets back before the showing begins.

use super::{located, order, order_address};
use crate::answer::{Answer, SeeOther};
use crate::film;
use crate::form::Form;
use crate::visit::{Consumer, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::buy_tickets::{self, Desk};
use kernel::{Error, Kind, OrderId};

/// Everything, or the seats that were chosen.
pub async fn refund(
    visit: Visit,
    consumer: Consumer,
    Path((place, id)): Path<(String, String)>,
    form: Form,
) -> Answer {
    let (place, id) = located::<OrderId>(&place, &id)?;
    let (at, order) = (place.clone(), id.clone());
    let seats: Vec<String> = form.all("seat").into_iter().map(str::to_owned).collect();
    let refunded = visit.write(&place, move |scene| match &seats[..] {
        [] => buy_tickets::refund(scene, &at, &order),
        seats => buy_tickets::refund_seats(scene, &at, &order, seats, Desk::Buyer),
    });
    match refunded.await {
        Ok(refund) => {
            let sum = film::amount(refund.amount);
            let onward = SeeOther::to(order_address(&place, &id));
            let onward = if crate::pay::pay_back(&visit, refund).await {
                onward.saying(format!("{sum} were paid back."), format!("{sum} 已退回。"))
            } else {
                onward.saying(format!("{sum} are on their way back."), format!("{sum} 正在退回。"))
            };
            Ok(onward.into_response())
        }
        Err(Error::Refused(refusal)) if refusal.kind == Kind::Conflict => {
            let page = order::page(&visit, consumer.person.id, &place, &id, Some(&refusal)).await?;
            Ok(page.status(axum::http::StatusCode::CONFLICT).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
