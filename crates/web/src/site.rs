//! What every request shares: the house, the settings, and the few things kept in memory.

use crate::console::imports::bringing::Imports;
use crate::film::show::Film;
use crate::routes::Entry;
use axum::http::Method;
use flows::House;
use flows::capacity::Work;
use flows::fresh::Fresh;
use flows::views::recommendations::Suggestion;
use kernel::{Actor, Error, Result};
use people::{PasswordHash, Throttle, passwords};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::Semaphore;

/// Passwords hashed at once, at most; each takes 19 MiB and a core.
const HASHING_MAX: usize = 2;

/// How this site is reached.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://tickets.example.com`, without a slash at its end. Cookies are secure when it is https.
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

    /// The address by which a reader with this `Host` header reaches us; the base URL when that is none to go back to.
    pub fn seen_at(&self, host: &str) -> String {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        if self.is_secure() || host.is_empty() || host.len() > 255 || !host.bytes().all(plain) {
            return self.base_url.trim_end_matches('/').to_owned();
        }
        format!("http://{host}")
    }

    /// The host and port of the base URL.
    pub fn authority(&self) -> &str {
        let rest = self.base_url.split_once("://").map_or(self.base_url.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest)
    }
}

/// A handle that every request carries; clones share it.
#[derive(Clone)]
pub struct Site {
    inner: Arc<Inner>,
}

struct Inner {
    house: House,
    settings: Settings,
    throttle: Throttle,
    hashing: Semaphore,
    founded: AtomicBool,
    entries: OnceLock<Vec<Entry>>,
    imports: Imports,
    films: Fresh<Option<Film>>,
    suggestions: Fresh<Vec<Suggestion>>,
}

impl Site {
    pub fn new(house: House, settings: Settings) -> Site {
        let inner = Inner {
            house,
            settings,
            throttle: Throttle::new(),
            hashing: Semaphore::new(HASHING_MAX),
            founded: AtomicBool::new(false),
            entries: OnceLock::new(),
            imports: Imports::default(),
            films: Fresh::default(),
            suggestions: Fresh::default(),
        };
        Site { inner: Arc::new(inner) }
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

    /// The files that are being imported at this moment.
    pub(crate) fn imports(&self) -> &Imports {
        &self.inner.imports
    }

    /// What everybody sees of a film.
    pub(crate) fn films(&self) -> &Fresh<Option<Film>> {
        &self.inner.films
    }

    /// What everybody who has not signed in is suggested.
    pub(crate) fn suggestions(&self) -> &Fresh<Vec<Suggestion>> {
        &self.inner.suggestions
    }

    /// Whether an operator is known to exist; once true it stays true.
    pub fn is_founded(&self) -> bool {
        self.inner.founded.load(Ordering::Relaxed)
    }

    pub fn mark_founded(&self) {
        self.inner.founded.store(true, Ordering::Relaxed);
    }

    pub(crate) fn publish(&self, entries: Vec<Entry>) {
        // A site has one router; a second one would find the same routes.
        let _ = self.inner.entries.set(entries);
    }

    /// Whether there is a page at this path that the actor may see; so that no way leads nowhere.
    pub fn leads(&self, path: &str, actor: &Actor) -> bool {
        let entries = self.inner.entries.get().map_or(&[][..], Vec::as_slice);
        let page = entries.iter().find(|entry| entry.method == Method::GET && entry.path == path);
        page.is_some_and(|page| page.who.check(actor).is_ok())
    }

    /// Hashes a password on a thread that may take its time.
    pub async fn hash(&self, house: &House, password: String) -> Result<PasswordHash> {
        let mut dice = house.dice();
        self.slowly(house, move || passwords::hash(&password, &mut dice)).await
    }

    /// Checks a password; as slow when there is nothing to check it against.
    pub async fn verify(&self, house: &House, password: String, hash: Option<PasswordHash>) -> Result<bool> {
        self.slowly(house, move || passwords::verify(&password, hash.as_ref())).await
    }

    async fn slowly<T: Send + 'static>(
        &self,
        house: &House,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        house.may(Work::SignIn)?;
        let _turn = self.inner.hashing.acquire().await?;
        let done = tokio::task::spawn_blocking(work).await;
        done.unwrap_or_else(|_| Err(Error::fault("hashing a password panicked")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_knows_its_authority() {
        let settings = |url: &str| Settings { base_url: url.into(), behind_proxy: false };
        assert_eq!(settings("https://tickets.example.com").authority(), "tickets.example.com");
        assert_eq!(settings("http://127.0.0.1:8080/").authority(), "127.0.0.1:8080");
        assert!(settings("https://a").is_secure() && !settings("http://a").is_secure());
    }
}
