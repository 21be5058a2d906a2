//! A small town to visit, served in this process and paid through a sandbox wallet of its own.

use db::scratch::{self, Scratch};
use flows::House;
use kernel::{Dice, FalseClock, Share, ShiftedClock, Zone};
use payments::Providers;
use payments::providers::alipay::{Alipay, Cashier, Expiry, SETTLED, Settings, Trust, Version};
use payments::providers::pretend::Pretend;
use people::passwords;
use rehearsal::till::Till;
use rehearsal::{Faults, Release, Silent, Size, World};
use std::sync::Arc;

/// A town on the morning of the premiere, with the day on sale and its goods on the shelf. It is paid through a sandbox
/// wallet on another port.
pub struct Town {
    pub scratch: Scratch,
    pub house: House,
    pub title: kernel::TitleId,
    wallet: wallet::Handle,
}

impl Town {
    /// A town that is served at this address.
    pub fn build(seed: u64, address: &str) -> Town {
        let scratch = scratch::scratch();
        let mut dice = Dice::seeded(seed);
        let zone = Zone::shanghai();
        let pretend = Arc::new(Pretend::new());
        let clock = Arc::new(FalseClock::at(World::premiere().plus(-8).at(9, 0, &zone)));
        let house =
            House::open(scratch.db.clone(), clock.clone(), dice.fork(), pretend.clone()).expect("a house");
        let password = passwords::hash(rehearsal::world::PASSWORD, &mut dice.fork()).expect("a hash");
        let world = World::build(&house, Size::small(), &password, dice.fork()).expect("a town");
        let title = world.ferryman().id.clone();
        rehearsal::merchandise::license(&world, &mut Silent).expect("goods");
        let mut release = Release::new(world, Till(pretend), Faults::ordinary(), clock);
        for days in 0..2 {
            release.put_on_sale(World::premiere().plus(days)).expect("showtimes");
        }
        let morning = ShiftedClock::starting_at(World::premiere().at(9, 30, &zone));
        let folder =
            std::env::temp_dir().join(format!("ferryman-wallet-{:016x}", Dice::from_entropy().next()));
        let wallet = wallet::start(wallet::Options::new(folder)).expect("a wallet");
        let providers =
            Providers::only(Arc::new(account(&wallet, address))).and(Arc::new(Pretend::of_a_rehearsal()));
        let house =
            House::open_with(scratch.db.clone(), Arc::new(morning), dice.fork(), providers).expect("a house");
        Town { scratch, house, title, wallet }
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.wallet.folder());
    }
}

/// The town's account at the wallet, as `ferryman serve` has one.
fn account(wallet: &wallet::Handle, address: &str) -> Alipay {
    let app = wallet.app().expect("an app");
    let settings = Settings {
        name: "wallet",
        app_id: app.app_id.clone(),
        seller_id: app.seller_id,
        gateway: wallet.gateway(),
        cashier: Cashier::Beside(wallet.address().port()),
        version: Version::V3,
        expiry: Expiry::After,
        notify_url: format!("{address}/api/payments/wallet/notices"),
        keys: vec![wallet.folder().join("apps").join(&app.app_id), wallet.folder().join("wallet")],
        trust: Trust::Certificates,
        fee: Share::ppm(6_000),
        currencies: SETTLED.to_vec(),
    };
    Alipay::open(settings, Dice::from_entropy()).expect("the keys are there")
}
