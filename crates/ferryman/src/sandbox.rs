//! The sandbox wallet beside us: a process of its own with a database of its own, to which we talk only over HTTP.
//! It is started before us, started again when it dies, and ends when we do, however we end: it reads our end of a
//! pipe, which closes with us.

use crate::providers::{Options, reachable};
use crate::serve::Edge;
use anyhow::{Context, bail};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// It makes its keys at its first start, which takes a while on a slow machine.
const READY_SECONDS_MAX: u64 = 60;
const LOOK_MILLIS: u64 = 100;
/// Between its death and its next start.
const REST_MILLIS: u64 = 500;

pub struct Sandbox {
    pub listen: SocketAddr,
    folder: PathBuf,
    child: Arc<Mutex<Child>>,
    is_over: Arc<AtomicBool>,
    watcher: Option<JoinHandle<()>>,
}

/// Starts it and waits until it answers.
pub fn start(options: &Options, edge: &Edge, db: &str) -> anyhow::Result<Sandbox> {
    let listen = match options.wallet_listen {
        Some(listen) => listen,
        None => after(edge.listen)?,
    };
    let folder = options.wallet_folder.clone().unwrap_or_else(|| beside(db));
    let command = Launch { folder: folder.clone(), listen, url: options.wallet_url.clone() };
    let mut child = command.launch()?;
    wait_until_ready(&mut child, listen)?;
    let (child, is_over) = (Arc::new(Mutex::new(child)), Arc::new(AtomicBool::new(false)));
    let watched = (child.clone(), is_over.clone());
    let watcher = std::thread::Builder::new()
        .name("sandbox".into())
        .spawn(move || watch(&command, &watched.0, &watched.1))?;
    Ok(Sandbox { listen, folder, child, is_over, watcher: Some(watcher) })
}

/// The port after ours.
fn after(ours: SocketAddr) -> anyhow::Result<SocketAddr> {
    let port = ours.port().checked_add(1).filter(|port| *port > 1);
    let port = port.context("say with --wallet-listen where the sandbox wallet listens")?;
    Ok(SocketAddr::new(ours.ip(), port))
}

/// `ferryman-wallet` beside `ferryman.db`; in the working folder when the database is served.
fn beside(db: &str) -> PathBuf {
    let file = if db.contains("://") { Path::new("ferryman") } else { Path::new(db) };
    let name = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or("ferryman");
    file.with_file_name(format!("{name}-wallet"))
}

/// How it is started, each time.
struct Launch {
    folder: PathBuf,
    listen: SocketAddr,
    url: Option<String>,
}

impl Launch {
    fn launch(&self) -> anyhow::Result<Child> {
        let program = std::env::current_exe().context("this program cannot be found on the disk")?;
        let mut command = Command::new(program);
        command.arg("wallet").arg("--folder").arg(&self.folder);
        command.arg("--listen").arg(self.listen.to_string()).arg("--until-stdin-closes");
        // Where only this machine listens anybody may act as any buyer, for tests and demonstrations.
        if !self.listen.ip().is_loopback() {
            command.arg("--no-conveniences");
        }
        let here = || format!("http://{}", reachable(self.listen));
        command.arg("--base-url").arg(self.url.clone().unwrap_or_else(here));
        // A ctrl-c is for us; the wallet ends with us.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let started = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        started.context("the sandbox wallet cannot be started")
    }
}

fn wait_until_ready(child: &mut Child, listen: SocketAddr) -> anyhow::Result<()> {
    let at = reachable(listen);
    for _ in 0..READY_SECONDS_MAX * 1000 / LOOK_MILLIS {
        if let Some(status) = child.try_wait()? {
            bail!("the sandbox wallet ended at once ({status}); is {listen} free?");
        }
        if is_well(at).unwrap_or(false) {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(LOOK_MILLIS));
    }
    let _ = child.kill();
    bail!("the sandbox wallet does not answer at {at}")
}

/// Whether it answers. It listens before it has its keys, and answers only afterwards.
fn is_well(at: SocketAddr) -> std::io::Result<bool> {
    let second = Some(Duration::from_secs(1));
    let mut stream = TcpStream::connect_timeout(&at, Duration::from_secs(1))?;
    stream.set_read_timeout(second)?;
    stream.set_write_timeout(second)?;
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: wallet\r\nconnection: close\r\n\r\n")?;
    let mut status = [0; 12];
    stream.read_exact(&mut status)?;
    Ok(status == *b"HTTP/1.1 200")
}

/// Starts it again whenever it has died, until we end.
fn watch(launch: &Launch, child: &Mutex<Child>, is_over: &AtomicBool) {
    while !is_over.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(REST_MILLIS));
        let mut child = child.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let Ok(Some(status)) = child.try_wait() else { continue };
        if is_over.load(Ordering::SeqCst) {
            return;
        }
        tracing::error!(%status, "the sandbox wallet has died and is started again");
        match launch.launch() {
            Ok(fresh) => *child = fresh,
            Err(error) => tracing::error!(%error, "it could not be started"),
        }
    }
}

impl Sandbox {
    /// Our number and account there, and the folders with our keys and its own.
    pub fn app(&self) -> anyhow::Result<(String, String, Vec<PathBuf>)> {
        let apps = wallet::Keys::all(&self.folder).map_err(anyhow::Error::from)?;
        let app = apps.into_iter().next().context("the sandbox wallet has no app")?;
        let folders = vec![self.folder.join("apps").join(&app.app_id), self.folder.join("wallet")];
        Ok((app.app_id, app.seller_id, folders))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        let mut child = self.child.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        drop(child.stdin.take());
        if let Err(error) = child.kill().and_then(|()| child.wait()) {
            tracing::warn!(%error, "the sandbox wallet did not end");
        }
        drop(child);
        if let Some(watcher) = self.watcher.take() {
            let _ = watcher.join();
        }
    }
}
