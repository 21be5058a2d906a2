//! The program as its users start it, with its sandbox wallet.

use anyhow::{Context, Result};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const READY_TRIES_MAX: usize = 600;

/// The program of this build; another one, to compare, where `FERRYMAN_BENCH_PROGRAM` names it.
fn program() -> std::ffi::OsString {
    std::env::var_os("FERRYMAN_BENCH_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_ferryman").into())
}

pub struct Serving {
    child: Child,
    pub at: SocketAddr,
    pub wallet: SocketAddr,
    /// Where a monitor reads.
    pub metrics: SocketAddr,
}

impl Serving {
    /// Serves a database; its log and its wallet lie in the folder. So many may look at once, or as many as usual.
    pub fn start(db: &str, folder: &Path, looks: Option<usize>) -> Result<Serving> {
        let (at, wallet, metrics) = (free()?, free()?, free()?);
        let log = std::fs::File::create(folder.join("serve.log"))?;
        let child = Command::new(program())
            .args(["serve", "--listen", &at.to_string(), "--wallet-listen", &wallet.to_string()])
            .arg("--wallet-folder")
            .arg(folder.join("wallet"))
            .env("FERRYMAN_DB", db)
            .env("FERRYMAN_METRICS", metrics.to_string())
            .envs(looks.map(|looks| ("FERRYMAN_LOOKS", looks.to_string())))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let mut serving = Serving { child, at, wallet, metrics };
        for _ in 0..READY_TRIES_MAX {
            if TcpStream::connect(at).is_ok() {
                return Ok(serving);
            }
            if let Some(status) = serving.child.try_wait()? {
                anyhow::bail!("it ended at once: {status}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        anyhow::bail!("it does not listen at {at}")
    }

    /// The most memory that it held so far, in MiB.
    pub fn memory_mib_max(&self) -> Option<f64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
        Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1024.0)
    }

    /// Its processor time so far, in seconds, with all its threads.
    pub fn cpu_seconds(&self) -> Option<f64> {
        const TICKS_A_SECOND: f64 = 100.0;
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |at: usize| fields.get(at)?.parse::<f64>().ok();
        Some((ticks(11)? + ticks(12)?) / TICKS_A_SECOND)
    }

    /// Ends it as an operator does, and waits.
    pub fn stop(mut self) -> Result<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Holds every invariant against the database; what is broken, or nothing.
pub fn check(db: &str) -> Result<()> {
    let said = Command::new(program()).arg("check").env("FERRYMAN_DB", db).output()?;
    anyhow::ensure!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    Ok(())
}

fn free() -> Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).context("no port is free")
}
