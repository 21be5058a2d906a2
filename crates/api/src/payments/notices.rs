//! What providers tell us. Anybody may send something; only what a provider has signed is believed.
//!
//! The answer is `success` and nothing else, once the notice is on disk: on any other answer the provider sends it
//! again. A notice that is refused is logged by the check that it failed, never with what it said.

use crate::answer::Answer;
use crate::at::{At, Parameter};
use crate::body::{BYTES_MAX, whole};
use crate::call::Call;
use crate::openapi::{Describe, Operation};
use crate::problem::Problem;
use ::payments::disputes::Told;
use ::payments::providers::{Delivery, Heard};
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use flows::{dispute, take_payment};
use kernel::Error;
use serde_json::{Value, json};

/// What a provider wants to hear.
const SUCCESS: &str = "success";
/// The headers of a delivery that are kept, at most; a signature is among the first.
const HEADERS_MAX: usize = 64;

pub async fn take(call: Call, At((Name(name),)): At<(Name,)>, letter: Letter) -> Answer<Success> {
    let provider = call.house.providers().named(&name).map_err(|_| Problem::nowhere())?.clone();
    let now = call.now;
    let heard = call.blocking(move |_| Ok(provider.read_notice(&letter.delivery(), now))).await?;
    let notice = match heard {
        Ok(Heard::Notice(notice)) => notice,
        Ok(Heard::Dispute(told)) => return disputed(&call, name, told).await,
        Ok(Heard::Nothing(what)) => {
            tracing::debug!(provider = name, what, "a notice says nothing that concerns us");
            return Ok(Success);
        }
        Err(unread) => {
            tracing::warn!(provider = name, why = unread.code(), "a notice was not believed");
            return Err(unread.refusal().into());
        }
    };
    let told = notice.clone();
    let taken = call.blocking(move |house| take_payment::hear_notice(house, &told)).await;
    if let Err(Error::Refused(refusal)) = &taken {
        tracing::warn!(provider = name, intent = %notice.intent, why = refusal.code, "a genuine notice was refused");
    }
    let taken = taken?;
    // The provider does not wait while we ask it something; what is not done when we end, the sweep does.
    let house = call.house.clone();
    tokio::task::spawn_blocking(move || take_payment::follow(&house, &notice, taken));
    Ok(Success)
}

/// A dispute is on disk before we say so; one about a payment that was not begun here is none of ours.
async fn disputed(call: &Call, name: String, told: Told) -> Answer<Success> {
    match call.blocking(move |house| dispute::hear(house, &told)).await {
        Err(Error::Refused(refusal)) => {
            tracing::warn!(provider = name, why = refusal.code, "a genuine dispute was not taken");
            Ok(Success)
        }
        heard => heard.map(|()| Success).map_err(Problem::from),
    }
}

/// A provider's name in a path.
pub struct Name(String);

impl Parameter for Name {
    fn read(text: &str) -> Result<Name, Problem> {
        let is_name = (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase());
        if is_name { Ok(Name(text.to_owned())) } else { Err(Problem::nowhere()) }
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^[a-z]{1,20}$" })
    }
}

/// What was sent, as it was sent: a signature covers its bytes.
pub struct Letter {
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl Letter {
    fn delivery(&self) -> Delivery<'_> {
        Delivery { headers: &self.headers, body: &self.body }
    }
}

impl<S: Send + Sync> FromRequest<S> for Letter {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Letter, Problem> {
        let readable = request.headers().iter().filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some((name.as_str().to_owned(), value.to_owned()))
        });
        let headers = readable.take(HEADERS_MAX).collect();
        Ok(Letter { headers, body: whole(request, state).await? })
    }
}

impl Describe for Letter {
    fn describe(operation: &mut Operation) {
        let about = format!("As the provider writes it, at most {} KiB.", BYTES_MAX / 1024);
        operation.takes_any(&about);
        operation.refuses(&[400, 413, 422]);
    }
}

/// The notice is on disk.
pub struct Success;

impl IntoResponse for Success {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, "text/plain")], SUCCESS).into_response()
    }
}

impl Describe for Success {
    fn describe(operation: &mut Operation) {
        operation.answers(200, "The word `success`: it is on disk and need not be sent again.", None);
    }
}
