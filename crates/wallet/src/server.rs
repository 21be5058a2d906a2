//! Serving the wallet: in a process of its own, or beside a test.

use crate::apps::Keys;
use crate::keyring::Keyring;
use crate::migrations::MIGRATIONS;
use crate::rules::Rules;
use crate::till::Till;
use crate::{cashier, conveniences, delivery, desk, gateway, pages, purse};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use db::Db;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use kernel::{Act, Actor, Clock, Dice, Error, Result, SystemClock};
use std::future::Future;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

/// The longest request that is read, in bytes.
const BODY_BYTES_MAX: usize = 256 << 10;

/// How a wallet is set up.
pub struct Options {
    /// Where keys and certificates lie; made when it is not there.
    pub folder: PathBuf,
    /// The wallet's own database: a SQLite file or a `postgres://` URL. Never the installation's.
    pub db: String,
    pub listen: SocketAddr,
    /// The address that buyers' phones and merchants reach it under, when it is not where it listens.
    pub base_url: Option<String>,
    pub rules: Rules,
    /// Whether `/sandbox/…` is served: anybody may then act as any buyer.
    pub conveniences: bool,
    /// What the first app is called.
    pub merchant: String,
    pub clock: Arc<dyn Clock>,
    pub dice: Dice,
}

impl Options {
    /// A wallet with everything in this folder, on a free port of this machine.
    pub fn new(folder: impl Into<PathBuf>) -> Options {
        let folder = folder.into();
        Options {
            db: folder.join("wallet.db").display().to_string(),
            folder,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            base_url: None,
            rules: Rules::default(),
            conveniences: true,
            merchant: "Ferryman 摆渡".into(),
            clock: Arc::new(SystemClock),
            dice: Dice::from_entropy(),
        }
    }
}

/// A wallet that runs on a thread of its own; it stops when this value goes.
pub struct Handle {
    address: SocketAddr,
    base_url: String,
    folder: PathBuf,
    stop: Option<watch::Sender<()>>,
    thread: Option<std::thread::JoinHandle<Result<()>>>,
}

impl Handle {
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How the world reaches it, without a slash at its end. This is the `endpoint` of V3.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Where V2 is called.
    pub fn gateway(&self) -> String {
        format!("{}/gateway.do", self.base_url)
    }

    /// The keys of every app, as they lie in its folder.
    pub fn apps(&self) -> Result<Vec<Keys>> {
        Keys::all(&self.folder)
    }

    /// The first app's keys.
    pub fn app(&self) -> Result<Keys> {
        self.apps()?.into_iter().next().ok_or_else(|| Error::fault("the wallet has no app"))
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Ends it and says how it ended.
    pub fn stop(mut self) -> Result<()> {
        self.end()
    }

    fn end(&mut self) -> Result<()> {
        drop(self.stop.take());
        match self.thread.take().map(std::thread::JoinHandle::join) {
            None | Some(Ok(Ok(()))) => Ok(()),
            Some(Ok(Err(error))) => Err(error),
            Some(Err(_)) => Err(Error::fault("the wallet panicked")),
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            tracing::error!(%error, "the wallet ended badly");
        }
    }
}

/// Starts a wallet beside the caller; it listens when this returns.
pub fn start(options: Options) -> Result<Handle> {
    let folder = options.folder.clone();
    let (stop, mut stopping) = watch::channel(());
    let (tell, told) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new().name("wallet".into()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let until = async move {
            // Both a word and the end of whoever could say one mean: stop.
            let _ = stopping.changed().await;
        };
        let greet = move |address: SocketAddr, base_url: &str| {
            // Whoever started us may have gone; then the channel above ends us, too.
            let _ = tell.send((address, base_url.to_owned()));
        };
        runtime.block_on(serve(options, until, greet))
    })?;
    let mut handle = Handle {
        address: SocketAddr::from(([0, 0, 0, 0], 0)),
        base_url: String::new(),
        folder,
        stop: Some(stop),
        thread: Some(thread),
    };
    match told.recv() {
        Ok((address, base_url)) => {
            (handle.address, handle.base_url) = (address, base_url);
            Ok(handle)
        }
        Err(_) => Err(handle.end().err().unwrap_or_else(|| Error::fault("the wallet ended at once"))),
    }
}

/// Serves a wallet until `until` is over; greets with where it listens and how it is reached, once it does.
pub async fn serve(
    options: Options,
    until: impl Future<Output = ()>,
    greet: impl FnOnce(SocketAddr, &str),
) -> Result<()> {
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|error| Error::fault(format!("{} is not free to listen on: {error}", options.listen)))?;
    let address = listener.local_addr()?;
    let till = tokio::task::spawn_blocking(move || open(options, address)).await??;
    let (stop, stopping) = watch::channel(());
    let beside = [
        tokio::spawn(delivery::run(till.clone(), stopping.clone())),
        tokio::spawn(sweep(till.clone(), stopping.clone())),
    ];
    let router = router(&till);
    greet(address, &till.base_url);
    tokio::pin!(until);
    loop {
        tokio::select! {
            () = &mut until => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { tokio::spawn(connection(stream, router.clone(), stopping.clone())); }
                Err(error) => tracing::warn!(%error, "a connection was not accepted"),
            },
        }
    }
    drop(stop);
    for task in beside {
        task.await?;
    }
    Ok(())
}

fn open(options: Options, address: SocketAddr) -> Result<Arc<Till>> {
    let base_url = options.base_url.unwrap_or_else(|| format!("http://{address}"));
    let mut dice = options.dice;
    let mut act = Act::new(Actor::System, options.clock.now(), dice.fork());
    let keyring = Keyring::open(&options.folder, &mut act)?;
    let db = Db::open_tree(&options.db, MIGRATIONS)?;
    let base_url = base_url.trim_end_matches('/').to_owned();
    let till = Till::new(db, options.rules, base_url, options.conveniences, keyring, options.clock, dice);
    till.furnish(&options.merchant)?;
    Ok(Arc::new(till))
}

/// Closes and finishes what time has ended, every second.
async fn sweep(till: Arc<Till>, mut stopping: watch::Receiver<()>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = stopping.changed() => return,
        }
        if let Err(error) = till.sweep().await {
            tracing::error!(%error, "the sweep broke off; it will be tried again");
        }
    }
}

/// One connection. It ends without an answer where an answer is to be lost.
async fn connection(stream: TcpStream, router: Router, mut stopping: watch::Receiver<()>) {
    let answer = service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move {
            let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
            let lost = response.extensions().get::<Lost>().is_some();
            if lost { Err(std::io::Error::other("this answer is to be lost")) } else { Ok(response) }
        }
    });
    let serving =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), answer);
    tokio::pin!(serving);
    let ended = tokio::select! {
        ended = &mut serving => ended,
        _ = stopping.changed() => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended");
    }
}

/// An answer that nobody is to get.
#[derive(Clone, Copy)]
pub struct Lost;

impl IntoResponse for Lost {
    fn into_response(self) -> Response {
        let mut response = StatusCode::OK.into_response();
        response.extensions_mut().insert(Lost);
        response
    }
}

pub fn see_other(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location.to_owned())]).into_response()
}

fn router(till: &Arc<Till>) -> Router {
    let mut router = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/style.css", get(pages::style))
        .route("/gateway.do", get(gateway::v2::serve).post(gateway::v2::serve))
        .route("/v3/{*path}", any(gateway::v3::serve))
        .route("/bills/{token}", get(gateway::bill))
        .route("/cashier/{id}", get(cashier::show))
        .route("/cashier/{id}/account", post(cashier::choose))
        .route("/cashier/{id}/payment", post(cashier::pay))
        .route("/cashier/{id}/return", get(cashier::go_back))
        .route("/purse", get(purse::show))
        .route("/purse/account", post(purse::choose))
        .route("/purse/top-up", post(purse::top_up))
        .route("/purse/bar-code", post(purse::bar_code))
        .route("/", get(desk::show));
    if till.conveniences {
        router = router.nest("/sandbox", conveniences::router());
    }
    router.fallback(pages::nothing_here).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).with_state(till.clone())
}
