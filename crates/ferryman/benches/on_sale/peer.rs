//! The least a server can do: one axum handler that answers a word, in a process of its own, asked by the same client.

use crate::client::{Ask, Connection};
use anyhow::{Context, Result};
use axum::Router;
use axum::routing::get;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ROLE: &str = "FERRYMAN_BENCH_PEER";

/// Whether this process was started to be the peer.
pub fn is_this() -> bool {
    std::env::var_os(ROLE).is_some()
}

pub fn serve() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        let router = Router::new().route("/", get(|| async { "well" }));
        Ok(axum::serve(listener, router).await?)
    })
}

pub struct Peer {
    child: Child,
    at: SocketAddr,
}

impl Peer {
    pub fn start() -> Result<Peer> {
        let mut child =
            Command::new(std::env::current_exe()?).env(ROLE, "1").stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("a pipe")?).read_line(&mut line)?;
        Ok(Peer { child, at: line.trim().parse()? })
    }

    /// Answers a second, to as many visitors as connections.
    pub async fn rate(&self, connections: usize, lasting: Duration) -> Result<f64> {
        let (began, at) = (Instant::now(), self.at);
        let visitors: Vec<_> = (0..connections)
            .map(|_| {
                tokio::spawn(async move {
                    let (mut connection, mut count) = (Connection::to(at), 0_usize);
                    while began.elapsed() < lasting {
                        connection.ask(&Ask::get("/")).await?;
                        count += 1;
                    }
                    Ok::<usize, anyhow::Error>(count)
                })
            })
            .collect();
        let mut sum = 0;
        for visitor in visitors {
            sum += visitor.await??;
        }
        Ok(sum as f64 / began.elapsed().as_secs_f64())
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends with us at the latest.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
