//! The ids in a path, in its order.

use crate::call::Call;
use crate::openapi::{Describe, Operation};
use crate::problem::Problem;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use kernel::ids::*;
use serde_json::{Value, json};

/// One or several ids: `At((place, order)): At<(PlaceId, OrderId)>`.
pub struct At<T>(pub T);

/// What may stand between two slashes.
pub trait Parameter: Sized {
    fn read(text: &str) -> Result<Self, Problem>;
    fn schema() -> Value;
}

macro_rules! parameters {
    ($($id:ident)*) => {$(
        impl Parameter for $id {
            fn read(text: &str) -> Result<$id, Problem> {
                Ok($id::parse(text)?)
            }

            fn schema() -> Value {
                json!({ "type": "string", "pattern": format!("^{}_[a-z0-9_]{{1,40}}$", $id::PREFIX) })
            }
        }
    )*};
}

parameters! {
    ApplicationId CampaignId CaseId ContractId DisputeId IntentId ListingId OfferId OrderId OrgId PayoutFileId PayoutId
    PlaceId PlanId ShowtimeId StatementId TitleId
}

/// A calendar year.
pub struct Year(pub i16);

impl Parameter for Year {
    fn read(text: &str) -> Result<Year, Problem> {
        let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| is_year).map(Year).ok_or_else(Problem::nowhere)
    }

    fn schema() -> Value {
        json!({ "type": "integer", "minimum": 1000, "maximum": 9999 })
    }
}

impl<S: Send + Sync, T: Together> FromRequestParts<S> for At<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<At<T>, Problem> {
        // Asked for here so that a handler can never read a path before the usher has let it.
        Call::from_request_parts(parts, state).await?;
        let found = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Problem::nowhere())?;
        let texts: Vec<&str> = found.iter().map(|(_, text)| text).collect();
        T::read(&texts).map(At)
    }
}

impl<T: Together> Describe for At<T> {
    fn describe(operation: &mut Operation) {
        operation.in_path(T::schemas());
        operation.refuses(&[404]);
    }
}

/// Several parameters in a row.
pub trait Together: Sized {
    fn read(texts: &[&str]) -> Result<Self, Problem>;
    fn schemas() -> Vec<Value>;
}

impl<A: Parameter> Together for (A,) {
    fn read(texts: &[&str]) -> Result<(A,), Problem> {
        match texts {
            [a] => Ok((A::read(a)?,)),
            _ => Err(Problem::nowhere()),
        }
    }

    fn schemas() -> Vec<Value> {
        vec![A::schema()]
    }
}

impl<A: Parameter, B: Parameter> Together for (A, B) {
    fn read(texts: &[&str]) -> Result<(A, B), Problem> {
        match texts {
            [a, b] => Ok((A::read(a)?, B::read(b)?)),
            _ => Err(Problem::nowhere()),
        }
    }

    fn schemas() -> Vec<Value> {
        vec![A::schema(), B::schema()]
    }
}
