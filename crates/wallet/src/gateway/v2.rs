//! V2: `GET|POST /gateway.do`, parameters in query and body, the answer in an envelope.
//!
//! Every answer is HTTP 200 on one line, the method's node first, whatever went wrong: the official SDKs
//! read nothing else.

use super::methods::Answer;
use super::{Call, Outcome, failure, methods, perform, tampered};
use crate::apps::{self, App};
use crate::checkouts;
use crate::orders::Biz;
use crate::server::Lost;
use crate::till::Till;
use crate::{pages, server};
use alipay::{Method, Params, code, envelope, request};
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Error, Refusal, Result};
use serde_json::{Map, Value};
use std::sync::Arc;

pub async fn serve(
    State(till): State<Arc<Till>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let params = match request::read(query.as_deref().unwrap_or_default(), &body) {
        Ok(params) => params,
        Err(refusal) => {
            let why = match refusal.code {
                "wrong_charset" => code::INVALID_CHARSET,
                _ => code::INVALID_ARGUMENTS,
            };
            return refused(&till, "", None, why.because(refusal.say.en, refusal.say.zh));
        }
    };
    let method = params.get("method").cloned().unwrap_or_default();
    let is_page = Method::parse(&method).is_some_and(Method::is_page);
    match understand(&till, &params).await {
        Ok(call) if is_page => to_the_cashier(&till, call, &headers).await,
        Ok(call) => answer(&till, call, &params).await,
        Err(error) if is_page => pages::refused(&till, &headers, &failure(error).1),
        Err(error) => refused(&till, &method, sn(&till, &params), failure(error)),
    }
}

/// In certificate mode the answer names the certificate that its key belongs to.
fn sn(till: &Till, params: &Params) -> Option<String> {
    params.contains_key("app_cert_sn").then(|| till.keyring().alipay_cert_sn.clone())
}

/// Whose call it is and what it says; everything that is wrong with it has its own code.
async fn understand(till: &Arc<Till>, params: &Params) -> Result<Call> {
    let take = |name: &str| params.get(name).filter(|value| !value.is_empty());
    let method = take("method").ok_or(code::MISSING_METHOD)?;
    let app_id = take("app_id").ok_or(code::MISSING_APP_ID)?.clone();
    take("version").ok_or(code::MISSING_VERSION)?;
    take("timestamp").ok_or(code::MISSING_TIMESTAMP)?;
    take("sign_type").ok_or(code::MISSING_SIGNATURE_TYPE)?;
    take("sign").ok_or(code::MISSING_SIGNATURE)?;
    if take("charset").is_some_and(|charset| !charset.eq_ignore_ascii_case("utf-8")) {
        return Err(code::INVALID_CHARSET.into());
    }
    let app = till.read(move |view| apps::of(view, &app_id)).await?;
    request::verify(params, &app.public_key).map_err(|refusal| match refusal.code {
        "bad_signature_type" => Refusal::from(code::INVALID_SIGNATURE_TYPE),
        _ => Refusal::from(code::INVALID_SIGNATURE),
    })?;
    check_certificates(till, &app, params)?;
    note_skew(till, params)?;
    let method = Method::parse(method).ok_or(code::INVALID_METHOD)?;
    let biz = Biz::read(&content(&app, params)?)?;
    let (notify_url, return_url) = (take("notify_url").cloned(), take("return_url").cloned());
    Ok(Call { method, biz, notify_url, return_url, app })
}

fn check_certificates(till: &Till, app: &App, params: &Params) -> Result<(), Refusal> {
    let agrees = |name: &str, known: &str| params.get(name).is_none_or(|sn| sn == known);
    let known = agrees("app_cert_sn", &app.app_cert_sn)
        && agrees("alipay_root_cert_sn", &till.keyring().root_cert_sn);
    if known { Ok(()) } else { Err(code::INVALID_CERTIFICATE.into()) }
}

/// The client's wall clock, of whatever zone, must be a time; how far it is off is logged and never held against it.
fn note_skew(till: &Till, params: &Params) -> Result<(), Refusal> {
    let shown = params.get("timestamp").map(|text| alipay::wall::read(text));
    let shown = shown.and_then(Result::ok).ok_or(code::INVALID_TIMESTAMP)?;
    tracing::debug!(seconds = till.now().seconds_until(shown), "the client's clock is ahead");
    Ok(())
}

fn content(app: &App, params: &Params) -> Result<String, Refusal> {
    let content = params.get("biz_content").cloned().unwrap_or_default();
    if params.get("encrypt_type").is_none_or(|kind| kind != "AES") || content.is_empty() {
        return Ok(content);
    }
    app.cipher()?.decrypt(&content).map_err(|_| code::DECRYPTION_FAILED.into())
}

async fn answer(till: &Arc<Till>, call: Call, params: &Params) -> Response {
    let (app, method) = (call.app.clone(), call.method.name());
    let sn = sn(till, params);
    match perform(till, call).await {
        Ok(Outcome::Lost) => Lost.into_response(),
        Ok(Outcome::Answered(answer)) => {
            let mut node = node(&answer);
            if params.get("encrypt_type").is_some_and(|kind| kind == "AES") {
                node = match app.cipher() {
                    Ok(cipher) => format!("\"{}\"", cipher.encrypt(&node)),
                    Err(refusal) => return refused(till, method, sn, (code::DECRYPTION_FAILED, refusal)),
                };
            }
            let body = envelope::write(method, &node, sn.as_deref(), &till.keyring().alipay);
            let sent = if app.hostility.tamper_replies { tampered(&body) } else { body };
            json(sent)
        }
        Err(error) => refused(till, method, sn, failure(error)),
    }
}

/// `code` and `msg` first, as the platform writes it, and every slash escaped.
fn node(answer: &Answer) -> String {
    written(answer.code, &answer.fields)
}

fn written(code: &str, fields: &Map<String, Value>) -> String {
    let rest = Value::Object(fields.clone()).to_string();
    let comma = if fields.is_empty() { "" } else { "," };
    let head = format!(r#"{{"code":"{code}","msg":"{}"{comma}"#, code::msg(code));
    format!("{head}{}", &rest[1..]).replace('/', "\\/")
}

fn refused(till: &Till, method: &str, sn: Option<String>, why: impl Into<Why>) -> Response {
    let Why(failure, refusal) = why.into();
    let mut fields = Map::new();
    fields.insert("sub_code".into(), failure.sub_code.into());
    fields.insert("sub_msg".into(), refusal.say.zh.into());
    json(envelope::write(method, &written(failure.code, &fields), sn.as_deref(), &till.keyring().alipay))
}

struct Why(code::Failure, Refusal);

impl From<(code::Failure, Refusal)> for Why {
    fn from((failure, refusal): (code::Failure, Refusal)) -> Why {
        Why(failure, refusal)
    }
}

impl From<Refusal> for Why {
    fn from(refusal: Refusal) -> Why {
        let (failure, refusal) = failure(Error::Refused(refusal));
        Why(failure, refusal)
    }
}

fn json(body: String) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/json;charset=utf-8")], body).into_response()
}

/// A browser comes with an order: it is put up, and the browser goes on to the cashier's page.
async fn to_the_cashier(till: &Arc<Till>, call: Call, headers: &HeaderMap) -> Response {
    let put_up = match methods::order(&call) {
        Ok(order) => till.write(move |tx, act, rules| checkouts::put_up(tx, act, rules, &order)).await,
        Err(refusal) => Err(refusal.into()),
    };
    match put_up {
        Ok(checkout) => server::see_other(&format!("/cashier/{}", checkout.token)),
        Err(error) => pages::refused(till, headers, &failure(error).1),
    }
}
