//! The providers of an installation: Alipay and Stripe where they are configured, else the sandbox wallet, which is
//! started beside us. Adding one is a file in `payments/src/providers/` and a line in `configured`.

use crate::sandbox::{self, Sandbox};
use crate::serve::Edge;
use anyhow::{Context, bail, ensure};
use clap::{Args, ValueEnum};
use kernel::{Currency, Dice, Share};
use payments::providers::alipay::{self, Alipay, Cashier, Expiry, Trust};
use payments::providers::pretend::Pretend;
use payments::providers::stripe::{self, Stripe};
use payments::{Provider, Providers};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

/// Who carries the money.
#[derive(Args, Clone)]
#[group(id = "providers")]
pub struct Options {
    /// Take payments by Alipay: the folder with app_private_key.pem and the platform's keys or certificates.
    #[arg(long, env = "FERRYMAN_ALIPAY_KEYS")]
    pub alipay_keys: Option<PathBuf>,
    /// Our number at Alipay's Open Platform.
    #[arg(long, env = "FERRYMAN_ALIPAY_APP_ID")]
    pub alipay_app_id: Option<String>,
    /// The account that is paid, 2088….
    #[arg(long, env = "FERRYMAN_ALIPAY_SELLER_ID")]
    pub alipay_seller_id: Option<String>,
    #[arg(long, env = "FERRYMAN_ALIPAY_GATEWAY", default_value = "https://openapi.alipay.com/gateway.do")]
    pub alipay_gateway: String,
    /// Believe certificates instead of public keys.
    #[arg(long, env = "FERRYMAN_ALIPAY_CERTIFICATES")]
    pub alipay_certificates: bool,
    #[arg(long, value_enum, env = "FERRYMAN_ALIPAY_VERSION", default_value = "v3")]
    pub alipay_version: Version,
    /// Take payments by Stripe: the folder with secret_key and webhook_secret.
    #[arg(long, env = "FERRYMAN_STRIPE_KEYS")]
    pub stripe_keys: Option<PathBuf>,
    /// What payers pay with there, of the methods that lead to a page of their own.
    #[arg(long, env = "FERRYMAN_STRIPE_METHOD", default_value = "alipay")]
    pub stripe_method: String,
    #[arg(long, env = "FERRYMAN_STRIPE_API", default_value = "https://api.stripe.com")]
    pub stripe_api: String,
    /// Where the sandbox wallet keeps its keys and its database; it is started when no provider is configured.
    #[arg(long, env = "FERRYMAN_WALLET_FOLDER")]
    pub wallet_folder: Option<PathBuf>,
    /// Where the sandbox wallet listens; the port after ours when left out.
    #[arg(long, env = "FERRYMAN_WALLET_LISTEN")]
    pub wallet_listen: Option<SocketAddr>,
    /// The address by which payers reach the sandbox wallet; the host by which they reach us, with its port, when left out.
    #[arg(long, env = "FERRYMAN_WALLET_BASE_URL")]
    pub wallet_url: Option<String>,
}

/// The version of Alipay's interface.
#[derive(Clone, Copy, ValueEnum)]
pub enum Version {
    V2,
    V3,
}

impl From<Version> for alipay::Version {
    fn from(version: Version) -> alipay::Version {
        match version {
            Version::V2 => alipay::Version::V2,
            Version::V3 => alipay::Version::V3,
        }
    }
}

/// The providers, and the sandbox wallet while it must run.
pub struct Opened {
    pub providers: Providers,
    pub sandbox: Option<Sandbox>,
}

/// What Alipay keeps of a payment unless a contract says otherwise: 0.6 %.
const ALIPAY_FEE: Share = Share::ppm(6_000);
/// What Stripe keeps of a payment unless a contract says otherwise: 2.9 %.
const STRIPE_FEE: Share = Share::ppm(29_000);

/// Opens them for an installation whose database is there.
pub fn open(options: &Options, edge: &Edge, db: &str) -> anyhow::Result<Opened> {
    let mut real = configured(options, edge)?.into_iter();
    let (usual, sandbox) = match real.next() {
        Some(usual) => (usual, None),
        None => {
            let sandbox = sandbox::start(options, edge, db)?;
            (wallet(&sandbox, options, edge)?, Some(sandbox))
        }
    };
    // A rehearsal's payments can still be refunded.
    let all = real.fold(Providers::only(usual), Providers::and);
    Ok(Opened { providers: all.and(Arc::new(Pretend::of_a_rehearsal())), sandbox })
}

/// For a house that is only looked at: nobody is asked anything.
pub fn nobody() -> Providers {
    Providers::only(Arc::new(Pretend::of_a_rehearsal()))
}

/// The real ones; the first takes new payments.
fn configured(options: &Options, edge: &Edge) -> anyhow::Result<Vec<Arc<dyn Provider>>> {
    let mut found: Vec<Arc<dyn Provider>> = Vec::new();
    if let Some(keys) = &options.alipay_keys {
        found.push(Arc::new(real_alipay(options, edge, keys.clone())?));
    }
    if let Some(keys) = &options.stripe_keys {
        let settings = stripe::Settings {
            api: options.stripe_api.trim_end_matches('/').to_owned(),
            method: options.stripe_method.clone(),
            keys: keys.clone(),
            fee: STRIPE_FEE,
        };
        found.push(Arc::new(Stripe::open(settings).map_err(anyhow::Error::from).context("Stripe")?));
    }
    Ok(found)
}

fn real_alipay(options: &Options, edge: &Edge, keys: PathBuf) -> anyhow::Result<Alipay> {
    let (Some(app_id), Some(seller_id)) = (&options.alipay_app_id, &options.alipay_seller_id) else {
        bail!("--alipay-keys needs --alipay-app-id and --alipay-seller-id");
    };
    let base_url =
        edge.base_url.as_deref().context("Alipay sends its notices to --base-url, which is missing")?;
    let is_secure = options.alipay_gateway.starts_with("https://");
    ensure!(is_secure || is_here(&options.alipay_gateway), "--alipay-gateway must be https");
    let settings = alipay::Settings {
        name: "alipay",
        app_id: app_id.clone(),
        seller_id: seller_id.clone(),
        gateway: options.alipay_gateway.clone(),
        cashier: Cashier::Gateway,
        version: options.alipay_version.into(),
        expiry: Expiry::At,
        notify_url: notices(base_url, "alipay"),
        keys: vec![keys],
        trust: if options.alipay_certificates { Trust::Certificates } else { Trust::PublicKeys },
        fee: ALIPAY_FEE,
        currencies: alipay::SETTLED.to_vec(),
    };
    Alipay::open(settings, Dice::from_entropy()).map_err(anyhow::Error::from).context("Alipay")
}

/// A gateway on this machine, as tests have one.
fn is_here(address: &str) -> bool {
    ["http://127.0.0.1:", "http://[::1]:", "http://localhost:"].iter().any(|here| address.starts_with(here))
}

/// The sandbox wallet, spoken to in the newest version and in certificate mode, as a real one would be.
fn wallet(sandbox: &Sandbox, options: &Options, edge: &Edge) -> anyhow::Result<Arc<dyn Provider>> {
    let (app_id, seller_id, folders) = sandbox.app()?;
    let settings = alipay::Settings {
        name: "wallet",
        app_id,
        seller_id,
        gateway: format!("http://{}/gateway.do", reachable(sandbox.listen)),
        cashier: match &options.wallet_url {
            Some(url) => Cashier::At(format!("{}/gateway.do", url.trim_end_matches('/'))),
            None => Cashier::Beside(sandbox.listen.port()),
        },
        version: alipay::Version::V3,
        expiry: Expiry::After,
        notify_url: notices(&format!("http://{}", reachable(edge.listen)), "wallet"),
        keys: folders,
        trust: Trust::Certificates,
        fee: ALIPAY_FEE,
        currencies: Currency::ALL.to_vec(),
    };
    let wallet = Alipay::open(settings, Dice::from_entropy()).map_err(anyhow::Error::from);
    Ok(Arc::new(wallet.context("the sandbox wallet")?))
}

fn notices(base_url: &str, name: &str) -> String {
    format!("{}/api/payments/{name}/notices", base_url.trim_end_matches('/'))
}

/// How this machine reaches what listens there.
pub fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = if listen.ip().is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { listen.ip() };
    SocketAddr::new(ip, listen.port())
}
