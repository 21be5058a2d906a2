//! `ferryman serve`: the pages and the API, and what must happen every few seconds beside them.

use crate::{installation, metrics, providers};
use anyhow::Context;
use axum::middleware::from_fn_with_state;
use clap::Args;
use flows::{
    House, audiences, audit, fresh, learn_market, reconcile, seal_books, serve_ad, sign_in, sweep,
    wait_in_line,
};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::watch;

#[derive(Args, Clone)]
pub struct Options {
    /// The database: a SQLite file, made when it is not there, or a postgres:// URL.
    #[arg(long, default_value = "ferryman.db", env = "FERRYMAN_DB", hide_env_values = true)]
    pub db: String,
    #[command(flatten)]
    pub edge: Edge,
    #[command(flatten)]
    pub providers: providers::Options,
}

/// How the world reaches us.
#[derive(Args, Clone)]
pub struct Edge {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8080", env = "FERRYMAN_LISTEN")]
    pub listen: SocketAddr,
    /// The address people type, when a proxy stands in front; cookies are secure when it is https.
    #[arg(long, env = "FERRYMAN_BASE_URL")]
    pub base_url: Option<String>,
    /// Believe the proxy's X-Forwarded-For header.
    #[arg(long)]
    pub behind_proxy: bool,
    /// Where a monitor reads /metrics without signing in; nowhere when left out.
    #[arg(long, value_name = "ADDRESS:PORT", env = "FERRYMAN_METRICS")]
    pub metrics: Option<SocketAddr>,
    /// Requests that read the database at once; four times as many wait. Eight for each core when left out.
    #[arg(long, value_name = "REQUESTS", env = "FERRYMAN_LOOKS")]
    pub looks: Option<usize>,
    /// How old the film page and the seat map may be that everybody shares, in milliseconds; 0 reads them for each.
    #[arg(long, value_name = "MS", env = "FERRYMAN_SHARE_MS", default_value_t = fresh::KEPT_MICROS / 1000)]
    pub share_ms: i64,
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    let db = installation::open_database(&options.db)?;
    let providers::Opened { providers, sandbox } =
        providers::open(&options.providers, &options.edge, &options.db)?;
    let house = installation::open_house(db, providers)?;
    recover(&house);
    let new = house.read_blocking(people::installation::is_new)?;
    serve(house, &options.edge, |address| {
        println!("Ferryman 摆渡人  {address}");
        if new {
            println!("This installation is empty: open {address}/first-run to create its operator.");
        }
        if new && !options.edge.listen.ip().is_loopback() {
            println!("Do it now: until then, whoever opens that page first becomes the operator.");
        }
    })?;
    drop(sandbox);
    Ok(())
}

/// Before anybody is served: finishes what the last process left undone. What cannot be finished now is
/// tried again while we serve.
fn recover(house: &House) {
    const PASSES_MAX: usize = 100;
    for _ in 0..PASSES_MAX {
        match sweep::all(house) {
            Ok(swept) if swept == sweep::Swept::default() => return,
            Ok(_) => {}
            Err(error) => return tracing::error!(%error, "something is left undone; it will be tried again"),
        }
    }
}

/// How often the house learns again what goes with what.
const TASTES_EVERY: Duration = Duration::from_secs(600);
/// How often every book is audited from its newest seal on.
const BOOKS_EVERY: Duration = Duration::from_secs(300);
/// How often it is looked whether a market is to be learned: soon after its chart was imported, else once a day.
const MARKETS_EVERY: Duration = Duration::from_secs(30);
/// How often every invariant is checked.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Serves a house until ctrl-c or SIGTERM, and lets what is under way finish.
pub fn serve(house: House, edge: &Edge, greet: impl FnOnce(&str)) -> anyhow::Result<()> {
    if let Err(error) = audiences::refresh(&house) {
        tracing::error!(%error, "audiences are empty until the log can be read");
    }
    house.share_reads(edge.share_ms * 1000);
    if let Some(looks) = edge.looks {
        house.capacity().set_looks(looks);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served: anyhow::Result<()> = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(edge.listen)
            .await
            .with_context(|| format!("{} is not free to listen on", edge.listen))?;
        let base_url = edge.base_url.clone().unwrap_or_else(|| format!("http://{}", edge.listen));
        let settings = web::Settings {
            base_url: base_url.trim_end_matches('/').to_owned(),
            behind_proxy: edge.behind_proxy,
        };
        greet(&settings.base_url);
        if is_in_the_clear(edge.listen, &settings.base_url) {
            tracing::warn!(
                "passwords and sessions travel in the clear: put a proxy with TLS before this, and name it with --base-url https://…"
            );
        }
        let (stop, stopping) = watch::channel(());
        let beside = [
            beside(house.clone(), stopping.clone(), Duration::from_secs(2), "sweep", |house| {
                sweep::all(house).map(|_| ())
            }),
            beside(house.clone(), stopping.clone(), Duration::from_secs(1), "views", |house| {
                serve_ad::write_views(house)?;
                audiences::write_sightings(house).map(|_| ())
            }),
            beside(house.clone(), stopping.clone(), Duration::from_secs(1), "lines", wait_in_line::refresh),
            beside(house.clone(), stopping.clone(), Duration::from_secs(15), "audiences", audiences::refresh),
            beside(house.clone(), stopping.clone(), TASTES_EVERY, "likely buyers", |house| {
                audiences::reckon(house).map(|_| ())
            }),
            beside(house.clone(), stopping.clone(), Duration::from_secs(60), "lift", |house| {
                flows::views::lift::refresh(house).map(|_| ())
            }),
            beside(house.clone(), stopping.clone(), Duration::from_secs(60), "seals", |house| {
                seal_books::all(house).map(|_| ())
            }),
            beside(house.clone(), stopping.clone(), Duration::from_secs(600), "bills", |house| {
                reconcile::finish(house)?;
                reconcile::recent(house)
            }),
            beside(house.clone(), stopping.clone(), Duration::from_secs(30), "ads", House::reload_ads),
            beside(house.clone(), stopping.clone(), Duration::from_secs(30), "home", House::reload_home),
            beside(house.clone(), stopping.clone(), HOUR, "sessions", sign_in::sweep),
            behind(house.clone(), stopping.clone(), At::Once, BOOKS_EVERY, "books", audit::books),
            behind(house.clone(), stopping.clone(), At::Once, HOUR, "check", audit::whole),
            behind(house.clone(), stopping.clone(), At::Once, TASTES_EVERY, "tastes", House::learn_tastes),
            behind(house.clone(), stopping, At::Later, MARKETS_EVERY, "markets", |house| {
                learn_market::refresh(house).map(|_| ())
            }),
        ];
        let api = api::router(
            house.clone(),
            api::Settings { behind_proxy: edge.behind_proxy, base_url: settings.base_url.clone() },
        );
        let router = web::router(house.clone(), settings)
            .merge(api)
            .layer(from_fn_with_state(house.clone(), metrics::measure));
        tell_monitor(&house, edge.metrics).await?;
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
            .with_graceful_shutdown(asked_to_stop())
            .await?;
        drop(stop);
        for task in beside {
            task.await?;
        }
        Ok(())
    });
    // What only reads and learns may take minutes; it is begun again next time.
    runtime.shutdown_background();
    served
}

/// Whether somebody between a reader's machine and this one can read along.
fn is_in_the_clear(listen: SocketAddr, base_url: &str) -> bool {
    !listen.ip().is_loopback() && !base_url.starts_with("https://")
}

/// Listens for a monitor, where there is one; it ends with the process.
async fn tell_monitor(house: &House, at: Option<SocketAddr>) -> anyhow::Result<()> {
    let Some(at) = at else { return Ok(()) };
    let listener = tokio::net::TcpListener::bind(at);
    let listener = listener.await.with_context(|| format!("{at} is not free for the monitor"))?;
    let router = metrics::router(house.clone());
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "the monitor is told nothing any more");
        }
    });
    Ok(())
}

/// When work that repeats is done for the first time.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Once,
    Later,
}

/// Repeats a long piece of work that only reads until we stop; what is under way then is not waited for.
fn behind(
    house: House,
    mut stopping: watch::Receiver<()>,
    first: At,
    every: Duration,
    what: &'static str,
    work: fn(&House) -> kernel::Result<()>,
) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        let mut wait = if first == At::Once { Duration::ZERO } else { every };
        loop {
            tokio::select! {
                _ = tokio::time::sleep(wait) => {}
                _ = stopping.changed() => return,
            }
            wait = every;
            let house = house.clone();
            tokio::select! {
                done = tokio::task::spawn_blocking(move || work(&house)) => log_failed(what, done),
                _ = stopping.changed() => return,
            }
        }
    })
}

fn log_failed(what: &'static str, done: Result<kernel::Result<()>, tokio::task::JoinError>) {
    match done {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(what, %error, "this will be tried again"),
        Err(panic) => tracing::error!(what, %panic, "this panicked"),
    }
}

/// Repeats a piece of blocking work until we stop, once more at the end.
fn beside(
    house: House,
    mut stopping: watch::Receiver<()>,
    every: Duration,
    what: &'static str,
    work: fn(&House) -> kernel::Result<()>,
) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            let stopped = tokio::select! {
                _ = tokio::time::sleep(every) => false,
                _ = stopping.changed() => true,
            };
            let house = house.clone();
            log_failed(what, tokio::task::spawn_blocking(move || work(&house)).await);
            if stopped {
                return;
            }
        }
    })
}

/// Waits for the end, and then ends what would never end by itself: pages that follow live.
async fn asked_to_stop() {
    interrupted_or_terminated().await;
    web::end_streams();
}

/// Ctrl-c or SIGTERM.
pub async fn interrupted_or_terminated() {
    let interrupted = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminated) = terminated {
            tokio::select! {
                _ = interrupted => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    let _ = interrupted.await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_house_in_the_clear_is_warned() {
        let at = |listen: &str, base_url| is_in_the_clear(listen.parse().expect("an address"), base_url);
        assert!(at("0.0.0.0:8080", "http://0.0.0.0:8080"));
        assert!(at("[2001:db8::1]:80", "http://tickets.example.com"));
        assert!(!at("0.0.0.0:8080", "https://tickets.example.com"));
        assert!(!at("127.0.0.1:8080", "http://127.0.0.1:8080") && !at("[::1]:8080", "http://localhost:8080"));
    }
}
