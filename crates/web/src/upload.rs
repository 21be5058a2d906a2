//! A form with one file in it (`multipart/form-data`), held in memory up to a named size.

use crate::answer::Wrong;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use kernel::{Kind, Refusal};
use multer::{Constraints, Error, Multipart, SizeLimit};

/// A file, at most; a chart of twenty years gzipped is five.
pub const BYTES_MAX: u64 = 32 << 20;
/// Any other field, at most.
const TEXT_BYTES_MAX: u64 = 4 << 10;

/// What was sent: the file, and the other fields.
#[derive(Debug, Default)]
pub struct Upload {
    /// What its owner calls the file; empty when none was chosen.
    pub name: String,
    pub bytes: Vec<u8>,
    fields: Vec<(String, String)>,
}

impl Upload {
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = Wrong;

    /// Reads the field called `file` and up to a handful of short ones.
    async fn from_request(request: Request, _: &S) -> Result<Upload, Wrong> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let boundary = kind.and_then(|kind| multer::parse_boundary(kind).ok()).ok_or_else(not_a_file)?;
        let sizes = SizeLimit::new()
            .whole_stream(BYTES_MAX + 64 * TEXT_BYTES_MAX)
            .for_field("file", BYTES_MAX)
            .per_field(TEXT_BYTES_MAX);
        let body = request.into_body().into_data_stream();
        let parts = Multipart::with_constraints(body, boundary, Constraints::new().size_limit(sizes));
        read(parts).await.map_err(|error| match error {
            Error::FieldSizeExceeded { .. } | Error::StreamSizeExceeded { .. } => too_large().into(),
            _ => not_a_file().into(),
        })
    }
}

async fn read(mut parts: Multipart<'_>) -> Result<Upload, Error> {
    let mut upload = Upload::default();
    while let Some(part) = parts.next_field().await? {
        match part.name().unwrap_or_default() {
            "file" => {
                upload.name = part.file_name().unwrap_or_default().to_owned();
                upload.bytes = part.bytes().await?.to_vec();
            }
            name => {
                let name = name.to_owned();
                upload.fields.push((name, part.text().await?));
            }
        }
    }
    Ok(upload)
}

fn too_large() -> Refusal {
    let megabytes = BYTES_MAX >> 20;
    Refusal::new(
        Kind::Invalid,
        "file_too_large",
        format!("That file has more than {megabytes} MB; gzip it, or import it with `ferryman import`."),
        format!("文件超过 {megabytes} MB；请用 gzip 压缩，或使用 `ferryman import` 导入。"),
    )
}

fn not_a_file() -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "not_a_file",
        "What was sent is not a form with a file.",
        "提交的内容不是带文件的表单。",
    )
}
