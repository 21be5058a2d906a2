//! Opening an installation: its database, its clock, its key, its provider.

use anyhow::Context;
use db::{Db, Engine, Lane};
use flows::House;
use kernel::{Act, Actor, Clock, Dice, ShiftedClock, SystemClock};
use payments::Providers;
use people::{installation, settings};
use std::sync::Arc;

/// How far a demonstration's clock is from the machine's, in microseconds.
pub const CLOCK_SHIFT: &str = "clock_shift_micros";
/// How many real admissions one of a demonstration's stands for.
pub const ONE_STANDS_FOR: &str = "one_stands_for";

/// Which installation a command is about.
#[derive(clap::Args, Clone)]
pub struct Place {
    /// The database: a SQLite file, made when it is not there, or a postgres:// URL.
    #[arg(long, default_value = "ferryman.db", env = "FERRYMAN_DB", hide_env_values = true)]
    db: String,
    /// A folder with the installation's ferryman.db in it, instead of --db.
    #[arg(long, conflicts_with = "db", value_name = "DIR")]
    data: Option<std::path::PathBuf>,
}

impl Place {
    pub fn open(&self) -> anyhow::Result<Db> {
        let Some(folder) = &self.data else { return open_database(&self.db) };
        std::fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        open_database(&folder.join("ferryman.db").to_string_lossy())
    }
}

/// A refusal that ends the program, in both languages.
pub fn spoken(refusal: kernel::Refusal) -> anyhow::Error {
    anyhow::anyhow!("{}\n          {}", refusal.say.en, refusal.say.zh)
}

/// What ends the program: a refusal in both languages, or a fault.
pub fn ending(error: kernel::Error) -> anyhow::Error {
    match error {
        kernel::Error::Refused(refusal) => spoken(refusal),
        kernel::Error::Fault(fault) => fault,
    }
}

/// The engine that an address leads to; no other servers are known than PostgreSQL's.
pub fn engine(address: &str) -> anyhow::Result<Engine> {
    let engine = Engine::of(address);
    anyhow::ensure!(
        engine == Engine::Postgres || !address.contains("://"),
        "{0} is neither a file nor a postgres:// address\n          {0} 既不是文件，也不是 postgres:// 地址",
        without_secrets(address)
    );
    Ok(engine)
}

/// Opens the database at an address: a SQLite file's path or a `postgres://` URL.
pub fn open_database(address: &str) -> anyhow::Result<Db> {
    let db = Db::open(address).map_err(anyhow::Error::from);
    db.with_context(|| format!("the database at {} cannot be opened", without_secrets(address)))
}

/// An address without its password.
pub fn without_secrets(address: &str) -> String {
    match (address.find("://"), address.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => format!("{}://…{}", &address[..scheme], &address[at..]),
        _ => address.to_owned(),
    }
}

/// Opens the house to live in: with the machine's entropy, these providers and the installation's clock.
pub fn open_house(db: Db, providers: Providers) -> anyhow::Result<House> {
    let shift = db.read_blocking(|view| settings::get(view, CLOCK_SHIFT))?;
    let clock: Arc<dyn Clock> = match shift.and_then(|shift| shift.parse().ok()) {
        Some(micros) => Arc::new(ShiftedClock::by_micros(micros)),
        None => Arc::new(SystemClock),
    };
    let key = make_key(&db)?;
    db.write_blocking(Lane::house(), move |tx| installation::lots_key(tx, key))?;
    Ok(House::open_with(db, clock, Dice::from_entropy(), providers)?)
}

/// Makes the installation's secret key from the machine's entropy, the first time.
pub fn make_key(db: &Db) -> anyhow::Result<[u8; 32]> {
    let act = Act::new(Actor::System, SystemClock.now(), Dice::from_entropy());
    Ok(db.write_blocking(Lane::house(), move |tx| installation::key(tx, &mut act.clone()))?)
}
