//! `ferryman wallet`: the sandbox wallet, a process of its own that others reach only over HTTP.

use crate::serve::interrupted_or_terminated;
use ::wallet::Rules;
use anyhow::Context;
use clap::Args;
use kernel::Share;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Args, Clone)]
pub struct Options {
    /// Where its keys, certificates and database lie; made when it is not there.
    #[arg(long, default_value = "wallet", env = "FERRYMAN_WALLET_FOLDER")]
    pub folder: PathBuf,
    /// Its own database, when it is not a file in that folder: a SQLite file or a postgres:// URL.
    #[arg(long, env = "FERRYMAN_WALLET_DB", hide_env_values = true)]
    pub db: Option<String>,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8081", env = "FERRYMAN_WALLET_LISTEN")]
    pub listen: SocketAddr,
    /// The address that phones and merchants reach it under.
    #[arg(long, env = "FERRYMAN_WALLET_BASE_URL")]
    pub base_url: Option<String>,
    /// What the first app's merchant is called.
    #[arg(long, default_value = "Ferryman 摆渡")]
    pub merchant: String,
    /// What a merchant pays of every payment, in per cent.
    #[arg(long, default_value = "0.6")]
    pub fee_percent: String,
    /// Repeat notices so many times faster than the protocol says.
    #[arg(long, default_value_t = 1)]
    pub notice_speed: i64,
    /// Do not serve /sandbox, where anybody may act as any buyer.
    #[arg(long)]
    pub no_conveniences: bool,
    /// End when whoever started it has gone.
    #[arg(long, hide = true)]
    pub until_stdin_closes: bool,
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    let mut wallet = ::wallet::Options::new(&options.folder);
    if let Some(db) = &options.db {
        wallet.db = db.clone();
    }
    wallet.listen = options.listen;
    wallet.base_url = options.base_url.clone();
    wallet.merchant = options.merchant.clone();
    wallet.conveniences = !options.no_conveniences;
    let fee =
        Share::parse_percent(&options.fee_percent).map_err(|refusal| anyhow::anyhow!(refusal.say.en))?;
    wallet.rules = Rules { fee, notice_speed: options.notice_speed, ..Rules::default() };
    let folder = options.folder.display().to_string();
    let greet = move |_, base_url: &str| greet(base_url, &folder);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime
        .block_on(::wallet::serve(wallet, end(options.until_stdin_closes), greet))
        .map_err(anyhow::Error::from)
        .context("the wallet has stopped")
}

/// Our own end, or that of whoever holds the other end of our standard input.
async fn end(until_stdin_closes: bool) {
    if !until_stdin_closes {
        return interrupted_or_terminated().await;
    }
    let (close, closed) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = close.send(());
    });
    tokio::select! {
        _ = closed => {}
        () = interrupted_or_terminated() => {}
    }
}

/// The first line is for programs: whoever started us may call from now on. They may also have stopped
/// listening to what we print, which ends nothing.
fn greet(base_url: &str, folder: &str) {
    let said = format!(
        "ready {base_url}\n\
         Sandbox wallet 沙箱钱包: Alipay-protocol compatible sandbox, not Alipay. The money is pretend.\n\
         gateway {base_url}/gateway.do, keys in {folder}/apps\n"
    );
    if let Err(error) = std::io::stdout().write_all(said.as_bytes()) {
        tracing::debug!(%error, "nobody reads what is printed");
    }
}
