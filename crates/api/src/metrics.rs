//! What this process counts, for an operator's monitor.

use crate::answer::Answer;
use crate::call::{Call, OperatorStaff};
use crate::openapi::{Describe, Operation};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use flows::metrics;

pub async fn show(call: Call, _: OperatorStaff) -> Answer<Text> {
    Ok(Text(call.blocking(metrics::text).await?))
}

/// The text format of Prometheus.
pub struct Text(String);

impl IntoResponse for Text {
    fn into_response(self) -> Response {
        ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], self.0).into_response()
    }
}

impl Describe for Text {
    fn describe(operation: &mut Operation) {
        operation.answers(200, "OpenMetrics text, as Prometheus reads it.", None);
    }
}
