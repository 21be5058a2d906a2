//! The key under which a request that moves money is sent: the same key never does it twice.

use crate::openapi::{Describe, Operation};
use crate::problem::{Problem, invalid};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::json;

pub const HEADER: &str = "idempotency-key";
pub const CHARS_MAX: usize = 80;

/// `Idempotency-Key`: 1 to 80 printable ASCII characters, chosen by the caller.
pub struct Key(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Key, Problem> {
        let sent = parts.headers.get(HEADER).and_then(|value| value.to_str().ok()).map(str::trim);
        let key = sent.filter(|key| {
            (1..=CHARS_MAX).contains(&key.len()) && key.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        });
        let key = key.ok_or_else(|| {
            invalid(
                "Idempotency-Key",
                "bad_key",
                "Send an Idempotency-Key of 1 to 80 printable characters, fresh for every order.",
                "请在 Idempotency-Key 中给出 1 到 80 个可见字符，每笔订单使用新的键。",
            )
        })?;
        Ok(Key(key.to_owned()))
    }
}

impl Describe for Key {
    fn describe(operation: &mut Operation) {
        operation.parameter(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": true,
            "description": "Chosen by the caller; the same key and body answer with what was made before, the same key with another body is refused (`key_reused`).",
            "schema": { "type": "string", "minLength": 1, "maxLength": CHARS_MAX },
        }));
        operation.refuses(&[409, 422]);
    }
}
