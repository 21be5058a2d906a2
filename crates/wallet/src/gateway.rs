//! The gateway: both ways to call it, and what every call goes through after it was understood.
//!
//! understand (parameters, app, signature) → carry out (one transaction) → be hostile, if asked to → answer, signed.

mod methods;
pub mod v2;
pub mod v3;

use crate::apps::App;
use crate::hostility::Hostility;
use crate::till::Till;
use crate::{apps, notices};
use alipay::{Method, code};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Error, Refusal, Result};
use methods::Answer;
use std::sync::Arc;
use std::time::Duration;

/// A call that was understood and believed.
pub struct Call {
    pub app: App,
    pub method: Method,
    pub biz: crate::orders::Biz,
    pub notify_url: Option<String>,
    pub return_url: Option<String>,
}

/// What a call comes to.
pub enum Outcome {
    Answered(Answer),
    /// It was carried out and nobody will hear of it: the connection ends.
    Lost,
}

/// Carries a call out, then does to its answer what the app's hostility says.
pub async fn perform(till: &Arc<Till>, call: Call) -> Result<Outcome> {
    let (app_id, method) = (call.app.app_id.clone(), call.method);
    let answer = methods::carry_out(till, call).await?;
    if is_question(method) {
        return Ok(Outcome::Answered(answer));
    }
    let hostility = till
        .read({
            let app_id = app_id.clone();
            move |view| apps::of(view, &app_id)
        })
        .await?
        .hostility;
    if hostility.notice_before_reply {
        wait_for_notices(till, answer.trade_no.clone()).await?;
    }
    match turn(till, app_id, &hostility).await? {
        Turn::Answer => Ok(Outcome::Answered(answer)),
        Turn::Lose => Ok(Outcome::Lost),
        Turn::SayNobodyKnows => Err(code::SYSTEM_ERROR.into()),
    }
}

/// Whether a call changes nothing.
fn is_question(method: Method) -> bool {
    matches!(method, Method::TradeQuery | Method::TradeFastpayRefundQuery | Method::BillDownloadUrlQuery)
}

enum Turn {
    Answer,
    Lose,
    SayNobodyKnows,
}

/// Takes one off what is counted down.
async fn turn(till: &Arc<Till>, app_id: String, hostility: &Hostility) -> Result<Turn> {
    if hostility.replies_lost == 0 && hostility.system_errors == 0 {
        return Ok(Turn::Answer);
    }
    till.write(move |tx, _, _| {
        let mut hostility = apps::of(tx, &app_id)?.hostility;
        let turn = match (&mut hostility.replies_lost, &mut hostility.system_errors) {
            (0, 0) => return Ok(Turn::Answer),
            (0, errors) => {
                *errors -= 1;
                Turn::SayNobodyKnows
            }
            (lost, _) => {
                *lost -= 1;
                Turn::Lose
            }
        };
        apps::treat(tx, &app_id, &hostility)?;
        Ok(turn)
    })
    .await
}

/// Waits until the trade's notices have set out, three seconds at most.
async fn wait_for_notices(till: &Arc<Till>, trade_no: Option<String>) -> Result<()> {
    const TRIES_MAX: u32 = 150;
    let Some(trade_no) = trade_no else { return Ok(()) };
    for _ in 0..TRIES_MAX {
        let looked_for = trade_no.clone();
        if till.read(move |view| notices::unsent(view, &looked_for)).await? == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// What went wrong, as the protocol says it. A fault is logged and answered as an outcome nobody knows.
fn failure(error: Error) -> (code::Failure, Refusal) {
    match error {
        Error::Refused(refusal) => match code::Failure::of(refusal.code) {
            Some(failure) => (failure, refusal),
            None => (code::INVALID_ARGUMENTS, refusal),
        },
        Error::Fault(fault) => {
            tracing::error!(fault = format!("{fault:#}"), "a call broke off");
            (code::SYSTEM_ERROR, code::SYSTEM_ERROR.into())
        }
    }
}

/// Changes an answer after it was signed: an amount if there is one, else any letter.
fn tampered(body: &str) -> String {
    match body.find("_amount\":\"").map(|at| at + "_amount\":\"".len()) {
        Some(at) => {
            let digit = if body.as_bytes().get(at) == Some(&b'9') { "8" } else { "9" };
            format!("{}{digit}{}", &body[..at], &body[at + 1..])
        }
        None => body.replacen("_no\":\"", "_no\":\"x", 1).replacen("Success", "success", 1),
    }
}

/// The zip of a bill, for as long as its link lives.
pub async fn bill(State(till): State<Arc<Till>>, Path(token): Path<String>) -> Response {
    let (asked, now) = (till.clone(), till.now());
    match till.read(move |view| methods::fetch_bill(view, &asked, &token, now)).await {
        Ok(Some(zip)) => ([(header::CONTENT_TYPE, "application/zip")], zip).into_response(),
        Ok(None) => (StatusCode::NOT_FOUND, "this link is no longer valid").into_response(),
        Err(error) => {
            tracing::error!(%error, "a bill could not be made");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
