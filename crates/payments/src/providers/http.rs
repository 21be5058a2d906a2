//! Calls over HTTP, with a limit on everything. What cannot be known of a call is a fault, and no fault repeats an
//! address or a body: both carry signatures.

use kernel::{Error, Result};
use rustls::crypto::aws_lc_rs;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

/// The whole call, at most.
const CALL_SECONDS_MAX: u64 = 15;
const CONNECT_SECONDS_MAX: u64 = 5;
/// An answer, at most, in bytes; a bill may be larger.
pub const ANSWER_BYTES_MAX: u64 = 1 << 20;

/// A client that keeps its connections.
pub struct Http {
    agent: Agent,
}

/// What was answered, whatever its status.
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body).map_err(|_| Error::fault("the provider's answer is not UTF-8"))
    }
}

impl Default for Http {
    fn default() -> Http {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(aws_lc_rs::default_provider()))
            .root_certs(roots())
            .build();
        let config = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(CALL_SECONDS_MAX)))
            .timeout_connect(Some(Duration::from_secs(CONNECT_SECONDS_MAX)))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .tls_config(tls)
            .build();
        Http { agent: config.into() }
    }
}

/// The certificates that this machine trusts, read once.
fn roots() -> RootCerts {
    static ROOTS: OnceLock<Arc<Vec<Certificate<'static>>>> = OnceLock::new();
    let read = || {
        let found = rustls_native_certs::load_native_certs();
        Arc::new(found.certs.iter().map(|cert| Certificate::from_der(cert).to_owned()).collect())
    };
    RootCerts::Specific(ROOTS.get_or_init(read).clone())
}

impl Http {
    pub fn get(&self, url: &str, headers: &[(&str, &str)], bytes_max: u64) -> Result<Answer> {
        let mut request = self.agent.get(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.call(), bytes_max)
    }

    pub fn post(&self, url: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer> {
        let mut request = self.agent.post(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body), ANSWER_BYTES_MAX)
    }
}

fn read(answered: Result<ureq::http::Response<ureq::Body>, ureq::Error>, bytes_max: u64) -> Result<Answer> {
    let mut answered = answered.map_err(|error| unknown(&error))?;
    let body = answered.body_mut().with_config().limit(bytes_max).read_to_vec();
    let headers = answered
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())));
    Ok(Answer {
        status: answered.status().as_u16(),
        headers: headers.collect(),
        body: body.map_err(|error| unknown(&error))?,
    })
}

/// Nobody knows what became of the call.
fn unknown(error: &ureq::Error) -> Error {
    let why = match error {
        ureq::Error::Timeout(what) => format!("its time was over ({what})"),
        ureq::Error::Io(error) => format!("the connection failed ({})", error.kind()),
        ureq::Error::HostNotFound => "its host was not found".into(),
        ureq::Error::ConnectionFailed => "nobody took the connection".into(),
        ureq::Error::BodyExceedsLimit(bytes) => format!("its answer is longer than {bytes} bytes"),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "no secure connection came about".into(),
        _ => "its answer cannot be read".into(),
    };
    Error::fault(format!("the provider did not answer: {why}"))
}
