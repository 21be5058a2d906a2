//! What every call shares: the house, the settings, and the few things kept in memory.

use flows::House;
use flows::capacity::Work;
use kernel::{Error, Result};
use people::{PasswordHash, Throttle, passwords};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// Passwords checked at once, at most; each takes 19 MiB and a core.
const HASHING_MAX: usize = 2;

/// How the API is reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://tickets.example.com`, without a slash at its end.
    pub base_url: String,
    /// Whether a proxy in front of us writes `X-Forwarded-For`; only then is that header believed.
    pub behind_proxy: bool,
}

impl Settings {
    pub fn local() -> Settings {
        Settings { base_url: "http://127.0.0.1:8080".into(), behind_proxy: false }
    }

    pub fn is_secure(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}

/// A handle that every call carries; clones share it.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    house: House,
    settings: Settings,
    throttle: Throttle,
    hashing: Semaphore,
    document: OnceLock<String>,
}

impl Service {
    pub fn new(house: House, settings: Settings) -> Service {
        let inner = Inner {
            house,
            settings,
            throttle: Throttle::new(),
            hashing: Semaphore::new(HASHING_MAX),
            document: OnceLock::new(),
        };
        Service { inner: Arc::new(inner) }
    }

    pub fn house(&self) -> &House {
        &self.inner.house
    }

    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    pub fn throttle(&self) -> &Throttle {
        &self.inner.throttle
    }

    /// The OpenAPI document, as text; empty until the registry has been published.
    pub fn document(&self) -> &str {
        self.inner.document.get().map_or("", String::as_str)
    }

    pub(crate) fn publish(&self, document: String) {
        // A service has one router; a second one would write the same document.
        let _ = self.inner.document.set(document);
    }

    /// Checks a password on a thread that may take its time; as slow when there is nothing to check it against.
    pub async fn verify(&self, house: &House, password: String, hash: Option<PasswordHash>) -> Result<bool> {
        house.may(Work::SignIn)?;
        let _turn = self.inner.hashing.acquire().await?;
        let checked = tokio::task::spawn_blocking(move || passwords::verify(&password, hash.as_ref())).await;
        checked.unwrap_or_else(|_| Err(Error::fault("checking a password panicked")))
    }
}
