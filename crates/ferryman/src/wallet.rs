//! `ferryman wallet`: the sandbox wallet by itself, Alipay-protocol compatible and not Alipay.

use anyhow::Context;
use clap::Args;
use std::io::Read;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Args)]
pub struct Options {
    /// Where its keys, certificates and database lie; made when it is not there.
    #[arg(long, default_value = "ferryman-wallet", env = "FERRYMAN_WALLET_DIR")]
    dir: PathBuf,
    #[arg(long, default_value = "127.0.0.1:8081", env = "FERRYMAN_WALLET_LISTEN")]
    listen: SocketAddr,
    /// The address by which payers and merchants reach it, when it is not where it listens.
    #[arg(long, env = "FERRYMAN_WALLET_URL")]
    base_url: Option<String>,
    /// End when whoever started it has gone.
    #[arg(long, hide = true)]
    until_stdin_closes: bool,
}

pub fn run(options: &Options) -> anyhow::Result<()> {
    std::fs::create_dir_all(&options.dir)
        .with_context(|| format!("{} cannot be made", options.dir.display()))?;
    let mut wallet = wallet::Options::new(&options.dir);
    wallet.listen = options.listen;
    wallet.base_url = options.base_url.clone();
    // Where only this machine listens anybody may act as any buyer, for tests and demonstrations.
    wallet.conveniences = options.listen.ip().is_loopback();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let until = end(options.until_stdin_closes);
    let greet = |_: SocketAddr, address: &str| println!("Sandbox wallet 沙箱钱包  {address}  (not Alipay)");
    runtime.block_on(wallet::serve(wallet, until, greet))?;
    Ok(())
}

async fn end(until_stdin_closes: bool) {
    let (closed, closes) = tokio::sync::oneshot::channel();
    if until_stdin_closes {
        std::thread::spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            let _ = closed.send(());
        });
        let _ = closes.await;
        return;
    }
    crate::serve::interrupted_or_terminated().await;
}
