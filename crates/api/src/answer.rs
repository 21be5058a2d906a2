//! What handlers answer when they do not refuse, and the pages in which lists come.

use crate::openapi::{Describe, Operation};
use crate::problem::{Problem, invalid};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kernel::{Error, Refusal};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

/// Items of a list in one answer, at most.
pub const PAGE_MAX: i64 = 100;
const PAGE_USUAL: i64 = 50;
/// The characters of a cursor, at most.
const CURSOR_CHARS_MAX: usize = 200;

pub type Answer<T> = Result<T, Problem>;

/// Here it is (200).
pub struct Found<T>(pub T);

/// It has been made (201).
pub struct Made<T>(pub T);

/// What is made once: now (201), or before by the same request (200).
pub enum Once<T> {
    Now(T),
    Again(T),
}

/// It is done, and there is nothing to say (204).
pub struct Done;

/// A part of a list (200).
#[derive(Serialize)]
pub struct Page<T> {
    items: Vec<T>,
    /// Where the next page goes on; nothing on the last one.
    next: Option<String>,
}

impl<T> Once<T> {
    pub fn new(is_new: bool, thing: T) -> Once<T> {
        if is_new { Once::Now(thing) } else { Once::Again(thing) }
    }
}

impl<T: Serialize> IntoResponse for Found<T> {
    fn into_response(self) -> Response {
        said(StatusCode::OK, &self.0)
    }
}

impl<T: Serialize> IntoResponse for Made<T> {
    fn into_response(self) -> Response {
        said(StatusCode::CREATED, &self.0)
    }
}

impl<T: Serialize> IntoResponse for Once<T> {
    fn into_response(self) -> Response {
        match self {
            Once::Now(thing) => said(StatusCode::CREATED, &thing),
            Once::Again(thing) => said(StatusCode::OK, &thing),
        }
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        said(StatusCode::OK, &self)
    }
}

fn said<T: Serialize>(status: StatusCode, thing: &T) -> Response {
    match serde_json::to_value(thing) {
        Ok(value) => (status, Json(value)).into_response(),
        Err(error) => Problem::from(Error::from(error)).into_response(),
    }
}

impl<T: ToSchema> Describe for Found<T> {
    fn describe(operation: &mut Operation) {
        let schema = operation.schema::<T>();
        operation.answers(200, "Here it is.", Some(schema));
    }
}

impl<T: ToSchema> Describe for Made<T> {
    fn describe(operation: &mut Operation) {
        let schema = operation.schema::<T>();
        operation.answers(201, "It has been made.", Some(schema));
    }
}

impl<T: ToSchema> Describe for Once<T> {
    fn describe(operation: &mut Operation) {
        let schema = operation.schema::<T>();
        operation.answers(201, "It has been made.", Some(schema.clone()));
        operation.answers(200, "The same request made it before; this is how it stands now.", Some(schema));
    }
}

impl Describe for Done {
    fn describe(operation: &mut Operation) {
        operation.answers(204, "It is done.", None);
    }
}

impl<T: ToSchema> Describe for Page<T> {
    fn describe(operation: &mut Operation) {
        let items = operation.schema::<T>();
        let page = json!({
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": { "type": "array", "items": items, "maxItems": PAGE_MAX },
                "next": { "type": ["string", "null"], "description": "Give it as `after` for the next page." },
            },
        });
        operation.answers(200, "A page of the list.", Some(page));
    }
}

impl<T: Describe> Describe for Answer<T> {
    fn describe(operation: &mut Operation) {
        T::describe(operation);
    }
}

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// How many items, 1 to 100; 50 when left out.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

impl Paging {
    pub fn limit(&self) -> Result<usize, Refusal> {
        let limit = self.limit.unwrap_or(PAGE_USUAL);
        if (1..=PAGE_MAX).contains(&limit) {
            return Ok(limit as usize);
        }
        let (en, zh) = (format!("A page has 1 to {PAGE_MAX} items."), format!("每页 1 到 {PAGE_MAX} 条。"));
        Err(Refusal::field("limit", "out_of_limits", en, zh))
    }

    /// The part of a whole list; its items are found again by their id.
    pub fn page<X, T>(
        &self,
        all: Vec<X>,
        id: impl Fn(&X) -> String,
        shape: impl Fn(X) -> T,
    ) -> Result<Page<T>, Refusal> {
        let limit = self.limit()?;
        let begin = match &self.after {
            None => 0,
            Some(after) => 1 + all.iter().position(|item| id(item) == *after).ok_or_else(unknown_cursor)?,
        };
        let has_more = all.len() > begin + limit;
        let items: Vec<X> = all.into_iter().skip(begin).take(limit).collect();
        let next = items.last().filter(|_| has_more).map(&id);
        Ok(Page { items: items.into_iter().map(shape).collect(), next })
    }

    /// The cursor, when it is short enough to be one of ours.
    pub fn cursor(&self) -> Result<Option<&str>, Refusal> {
        match self.after.as_deref() {
            Some(after) if after.len() > CURSOR_CHARS_MAX => Err(unknown_cursor()),
            after => Ok(after),
        }
    }
}

impl<T> Page<T> {
    /// A page that was read as one, with the cursor behind its last item if there may be more.
    pub fn read(items: Vec<T>, next: Option<String>) -> Page<T> {
        Page { items, next }
    }
}

pub(crate) fn unknown_cursor() -> Refusal {
    invalid(
        "after",
        "unknown_cursor",
        "This list has no such item. Please begin again at its start.",
        "列表中没有这一项，请从头开始。",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(paging: Paging) -> Result<(Vec<i32>, Option<String>), &'static str> {
        let page = paging.page((1..=5).collect(), |number| number.to_string(), |number| number);
        page.map(|page| (page.items, page.next)).map_err(|refusal| refusal.code)
    }

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let part = |after: Option<&str>| Paging { limit: Some(2), after: after.map(str::to_owned) };
        assert_eq!(numbers(part(None)), Ok((vec![1, 2], Some("2".into()))));
        assert_eq!(numbers(part(Some("2"))), Ok((vec![3, 4], Some("4".into()))));
        assert_eq!(numbers(part(Some("4"))), Ok((vec![5], None)));
        assert_eq!(numbers(part(Some("5"))), Ok((vec![], None)));
        assert_eq!(numbers(part(Some("9"))), Err("unknown_cursor"));
    }

    #[test]
    fn a_page_has_a_maximum() {
        for limit in [0, -1, PAGE_MAX + 1, i64::MAX] {
            assert_eq!(numbers(Paging { limit: Some(limit), after: None }), Err("out_of_limits"));
        }
        assert_eq!(numbers(Paging::default()).map(|(items, _)| items.len()), Ok(5));
    }
}
