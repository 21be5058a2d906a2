//! Giving tickets back before the showing begins.

use super::{located, order, order_address};
use crate::answer::{Answer, SeeOther};
use crate::film;
use crate::visit::{Consumer, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::buy_tickets;
use kernel::{Error, Kind, OrderId};

pub async fn refund(visit: Visit, consumer: Consumer, Path((place, id)): Path<(String, String)>) -> Answer {
    let (place, id) = located::<OrderId>(&place, &id)?;
    let (at, order) = (place.clone(), id.clone());
    match visit.write(&place, move |scene| buy_tickets::refund(scene, &at, &order)).await {
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
