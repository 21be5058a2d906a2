//! V3: `/v3/alipay/…`, plain JSON, what is signed travels in headers.

use super::{Call, Outcome, failure, perform, tampered};
use crate::apps::{self, App};
use crate::orders::Biz;
use crate::server::Lost;
use crate::till::Till;
use alipay::rest::{self, Authorization, Problem, Seal};
use alipay::{Method, code};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method as Verb, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use kernel::{Instant, Result};
use serde_json::Value;
use std::sync::Arc;

/// What was sent, before anything in it is believed.
struct Sent<'a> {
    verb: &'a Verb,
    path_and_query: &'a str,
    headers: &'a HeaderMap,
    body: &'a str,
}

impl<'a> Sent<'a> {
    fn header(&self, name: &str) -> Option<&'a str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn is_encrypted(&self) -> bool {
        self.header("alipay-encrypt-type") == Some("AES")
    }
}

pub async fn serve(
    State(till): State<Arc<Till>>,
    verb: Verb,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path_and_query = uri.path_and_query().map_or("/", |both| both.as_str());
    let Ok(body) = std::str::from_utf8(&body) else {
        return problem(&till, None, failure(code::INVALID_CHARSET.into()));
    };
    let sent = Sent { verb: &verb, path_and_query, headers: &headers, body };
    let (call, app) = match understand(&till, &sent).await {
        Ok((call, app)) => (call, app),
        Err(error) => return problem(&till, None, failure(error)),
    };
    match perform(&till, call).await {
        Ok(Outcome::Lost) => Lost.into_response(),
        Ok(Outcome::Answered(answer)) => {
            let status =
                if answer.code == code::WAITING_FOR_BUYER { StatusCode::ACCEPTED } else { StatusCode::OK };
            let plain = Value::Object(answer.fields).to_string();
            let body = match sent.is_encrypted().then(|| app.cipher()) {
                None => plain,
                Some(Ok(cipher)) => cipher.encrypt(&plain),
                Some(Err(refusal)) => return problem(&till, Some(&app), (code::DECRYPTION_FAILED, refusal)),
            };
            sealed(&till, Some(&app), status, body)
        }
        Err(error) => problem(&till, Some(&app), failure(error)),
    }
}

async fn understand(till: &Arc<Till>, sent: &Sent<'_>) -> Result<(Call, App)> {
    let header = sent.header(header::AUTHORIZATION.as_str()).ok_or(code::MISSING_SIGNATURE)?;
    let authorization = Authorization::read(header).map_err(|_| code::INVALID_SIGNATURE)?;
    let app_id = authorization.app_id.clone();
    let app = till.read(move |view| apps::of(view, &app_id)).await?;
    let call = rest::Call {
        method: sent.verb.as_str(),
        path_and_query: sent.path_and_query,
        body: sent.body,
        app_auth_token: sent.header(rest::APP_AUTH_TOKEN),
    };
    authorization.verify(call, &app.public_key).map_err(|_| code::INVALID_SIGNATURE)?;
    let known = authorization.app_cert_sn.as_ref().is_none_or(|sn| *sn == app.app_cert_sn)
        && sent.header(rest::ROOT_CERT_SN).is_none_or(|sn| sn == till.keyring().root_cert_sn);
    if !known {
        return Err(code::INVALID_CERTIFICATE.into());
    }
    let path = sent.path_and_query.split('?').next().unwrap_or_default();
    let method = Method::of_path(path).filter(|method| !method.is_page()).ok_or(code::INVALID_METHOD)?;
    let biz = content(&app, sent)?;
    Ok((Call { app: app.clone(), method, biz, notify_url: None, return_url: None }, app))
}

/// The body's members; a GET has them in its query.
fn content(app: &App, sent: &Sent) -> Result<Biz> {
    let query = sent.path_and_query.split_once('?').map_or("", |(_, query)| query);
    let body = match sent.is_encrypted() {
        true => app.cipher()?.decrypt(sent.body).map_err(|_| code::DECRYPTION_FAILED)?,
        false => sent.body.to_owned(),
    };
    let mut biz = Biz::read(&body)?;
    let params = alipay::form::read(query).map_err(|_| code::INVALID_ARGUMENTS)?;
    for (name, value) in params {
        biz.0.entry(name).or_insert(Value::String(value));
    }
    Ok(biz)
}

fn problem(till: &Till, app: Option<&App>, (failure, refusal): (code::Failure, kernel::Refusal)) -> Response {
    let links = vec![rest::Link { link: format!("{}/", till.base_url), desc: "sandbox".into() }];
    let problem = Problem { code: failure.v3_code().into(), message: refusal.say.zh, links };
    let status = StatusCode::from_u16(failure.http_status).unwrap_or(StatusCode::BAD_REQUEST);
    sealed(till, app, status, serde_json::to_string(&problem).unwrap_or_default())
}

/// Seals a body and sends it; a hostile app gets another body than the one that was sealed.
fn sealed(till: &Till, app: Option<&App>, status: StatusCode, body: String) -> Response {
    let keyring = till.keyring();
    let skew = app.map_or(0, |app| app.hostility.clock_skew_seconds);
    let at: Instant = till.now().plus_seconds(skew);
    let nonce = format!("{:032x}", u128::from_be_bytes(till.act().dice.bytes()));
    let seal = Seal::of(&body, &nonce, at, &keyring.alipay);
    let sent = if app.is_some_and(|app| app.hostility.tamper_replies) { tampered(&body) } else { body };
    let named = |name: &'static str| HeaderName::from_static(name);
    let headers = [
        (header::CONTENT_TYPE, "application/json;charset=utf-8".to_owned()),
        (named(rest::TIMESTAMP), seal.timestamp),
        (named(rest::NONCE), seal.nonce.clone()),
        (named(rest::SIGNATURE), seal.signature),
        (named(rest::SN), keyring.alipay_cert_sn.clone()),
        (named(rest::TRACE_ID), seal.nonce),
    ];
    (status, headers, sent).into_response()
}
