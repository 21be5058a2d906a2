//! One connection that stays open, as a browser's does: a request, its whole answer, the next.

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, RETRY_AFTER};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// Who has not been answered by then hangs.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub struct Connection {
    at: SocketAddr,
    open: Option<SendRequest<Full<Bytes>>>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: Method,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
}

impl Ask {
    pub fn get(path: impl Into<String>) -> Ask {
        Ask { method: Method::GET, path: path.into(), headers: Vec::new(), body: None }
    }

    pub fn post(path: impl Into<String>, body: Option<String>) -> Ask {
        Ask { method: Method::POST, body, ..Ask::get(path) }
    }

    pub fn put(path: impl Into<String>, body: String) -> Ask {
        Ask { method: Method::PUT, body: Some(body), ..Ask::get(path) }
    }

    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Ask {
        self.headers.push((name, value.into()));
        self
    }

    pub fn bearing(self, token: &str) -> Ask {
        self.with("authorization", format!("Bearer {token}"))
    }

    fn request(&self, at: SocketAddr) -> Result<Request<Full<Bytes>>> {
        let mut request =
            Request::builder().method(self.method.clone()).uri(&self.path).header(HOST, at.to_string());
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if self.body.is_some() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        Ok(request.body(Full::new(Bytes::from(self.body.clone().unwrap_or_default())))?)
    }
}

/// What is answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("no JSON: {}", String::from_utf8_lossy(&self.body)))
    }

    /// Sent away with a time to come again.
    pub fn says_when_to_retry(&self) -> bool {
        self.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<u64>().ok()).is_some()
    }
}

impl Connection {
    pub fn to(at: SocketAddr) -> Connection {
        Connection { at, open: None }
    }

    /// Asks, and reads the whole answer; a connection that broke is opened again for the next.
    pub async fn ask(&mut self, ask: &Ask) -> Result<Answer> {
        let answer = tokio::time::timeout(PATIENCE, self.try_to_ask(ask)).await;
        match answer.context("no answer in time").and_then(|answer| answer) {
            Ok(answer) => Ok(answer),
            Err(error) => {
                self.open = None;
                Err(error)
            }
        }
    }

    async fn try_to_ask(&mut self, ask: &Ask) -> Result<Answer> {
        let mut open = match self.open.take().filter(|open| !open.is_closed()) {
            Some(open) => open,
            None => self.connect().await?,
        };
        open.ready().await?;
        let (head, body) = open.send_request(ask.request(self.at)?).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        self.open = Some(open);
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    async fn connect(&self) -> Result<SendRequest<Full<Bytes>>> {
        let stream = TcpStream::connect(self.at).await?;
        stream.set_nodelay(true)?;
        let (open, carried) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(carried);
        Ok(open)
    }
}
