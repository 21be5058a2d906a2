//! A day of ten thousand payments, closed with the sandbox wallet, which is a process of its own with a database of its own:
//! its bill comes over HTTP, zipped, in GBK, with forty errors in it. All are found, none is invented.

use db::scratch::scratch;
use flows::{House, Scene, buy_product, check, reconcile, take_payment};
use kernel::{
    Actor, Clock, Currency, Day, Dice, FalseClock, Instant, Money, PersonId, PlaceId, Result, Share, Words,
    Zone,
};
use payments::bills::Taken;
use payments::cases::{self, Case};
use payments::notices::What;
use payments::providers::alipay::{Alipay, Cashier, Expiry, SETTLED, Settings, Trust, Version};
use payments::{Intent, Notice, Provider};
use people::{OrgKind, orgs};
use serde_json::{Value, json};
use shops::listings::NewListing;
use shops::orders::{Checkout, Wanted};
use shops::products::NewProduct;
use shops::{Listing, Shop};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

const PAYMENTS: usize = 10_000;
/// Payments of one buyer, which one call makes and one account can pay.
const OF_A_BUYER: usize = 500;
const DAY_SECONDS: i64 = 86_400;

/// The program as a wallet, with its folder; both gone at the end.
struct Wallet {
    child: Child,
    folder: PathBuf,
    url: String,
}

impl Wallet {
    fn start() -> Wallet {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bill-{}", std::process::id()));
        let mut child = Command::new(env!("CARGO_BIN_EXE_ferryman"))
            .args(["wallet", "--listen", "127.0.0.1:0", "--folder"])
            .arg(&folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let said = child.stdout.take().expect("a pipe");
        BufReader::new(said).read_line(&mut line).expect("it says something");
        let url = line.trim().strip_prefix("ready ").expect("it is ready").to_owned();
        Wallet { child, folder, url }
    }

    fn keys(&self) -> wallet::Keys {
        let said: Value = self.get("apps");
        wallet::Keys::of(&self.folder, said[0]["app_id"].as_str().expect("an app")).expect("its keys")
    }

    fn get(&self, path: &str) -> Value {
        let mut said = ureq::get(&format!("{}/sandbox/{path}", self.url)).call().expect("it answers");
        serde_json::from_str(&said.body_mut().read_to_string().expect("a body")).expect("JSON")
    }

    fn send(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/sandbox/{path}", self.url);
        let text = body.to_string();
        let sent = if path.ends_with("hostility") {
            ureq::put(&url).send(text)
        } else {
            ureq::post(&url).send(text)
        };
        let mut said = sent.expect("it answers");
        serde_json::from_str(&said.body_mut().read_to_string().expect("a body")).expect("JSON")
    }

    /// Its clock, to the minute.
    fn now(&self) -> Instant {
        let said = self.get("clock");
        let (day, clock) = said["beijing"].as_str().and_then(|text| text.split_once(' ')).expect("a time");
        let mut parts = clock.split(':').map(|part| part.parse().expect("a number"));
        let (hour, minute) = (parts.next().expect("an hour"), parts.next().expect("a minute"));
        Day::parse(day).expect("a day").at(hour, minute, &Zone::shanghai())
    }

    fn later(&self, seconds: i64) {
        self.send(&format!("clock?advance_seconds={seconds}"), &Value::Null);
    }
}

impl Drop for Wallet {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn adapter(wallet: &Wallet) -> Arc<dyn Provider> {
    let app = wallet.keys();
    let settings = Settings {
        name: "wallet",
        app_id: app.app_id.clone(),
        seller_id: app.seller_id.clone(),
        gateway: format!("{}/gateway.do", wallet.url),
        cashier: Cashier::Gateway,
        version: Version::V2,
        expiry: Expiry::After,
        notify_url: "http://127.0.0.1:9/unheard".into(),
        keys: vec![wallet.folder.join("apps").join(&app.app_id), wallet.folder.join("wallet")],
        trust: Trust::PublicKeys,
        fee: Share::ppm(6_000),
        currencies: SETTLED.to_vec(),
    };
    Arc::new(Alipay::open(settings, Dice::seeded(3)).expect("the keys are there"))
}

/// A shop with stickers for three yuan.
fn found(scene: &mut Scene) -> Result<Listing> {
    let words = |text: &str| Words::new(text, text);
    let merchant = orgs::add(scene.tx, &mut scene.act, OrgKind::Merchant, &words("Paper Boat Studio"))?.id;
    let shop = Shop {
        place: scene.act.id(),
        org: orgs::add(scene.tx, &mut scene.act, OrgKind::Shop, &words("East Gate Commerce"))?.id,
        slug: "lantern".into(),
        name: words("Lantern Store"),
        currency: Currency::CNY,
        commission: Share::percent(5),
    };
    shops::shops::add(scene.tx, &scene.act, &shop)?;
    let product = NewProduct {
        merchant: merchant.clone(),
        title: None,
        contract: None,
        name: words("Lantern sticker"),
        about: Words::default(),
        category: "stickers".into(),
        artwork: "goods-print".into(),
    };
    let product = shops::products::add(scene.tx, &mut scene.act, &product)?;
    let listing = NewListing {
        place: shop.place,
        product: product.id,
        price: Money::fen(300),
        vat: Share::percent(13),
        stock: 3 * PAYMENTS as i64,
    };
    shops::listings::list(scene.tx, &mut scene.act, &merchant, &listing)
}

/// Orders that nobody has paid yet; everybody leaves as many unpaid as they may.
fn order(house: &House, listing: &Listing) -> Vec<Intent> {
    let ordered: Vec<_> = (0..PAYMENTS)
        .map(|i| {
            let buyer = PersonId(format!("per_{}", i / shops::orders::UNPAID_MAX as usize));
            let quantity = 1 + i as i64 % 3;
            let checkout = Checkout {
                place: listing.place.clone(),
                buyer: buyer.clone(),
                key: format!("order {i}"),
                lines: vec![Wanted { listing: listing.id.clone(), quantity, price_minor: 300 }],
                recipient: "安小渡".into(),
                address: "滨江路 1 号".into(),
                click: None,
            };
            let actor = Actor::Person { id: buyer, name: "Ann".into(), roles: Vec::new() };
            house.submit(&listing.place, actor, move |scene| buy_product::order(scene, &checkout))
        })
        .collect();
    ordered.into_iter().map(|one| one.wait().expect("an order").intent).collect()
}

fn key(intent: &Intent) -> String {
    format!("{}{}", intent.place, intent.id)
}

/// The wallet's trades; its numbers for them by our keys.
fn pay(wallet: &Wallet, app: &str, intents: &[Intent]) -> BTreeMap<String, String> {
    let mut numbers = BTreeMap::new();
    for (buyer, intents) in intents.chunks(OF_A_BUYER).enumerate() {
        let order = |intent: &Intent| {
            let amount = intent.amount.minor;
            let total = format!("{}.{:02}", amount / 100, amount % 100);
            json!({ "out_trade_no": key(intent), "total_amount": total, "subject": intent.subject })
        };
        let orders: Value = intents.iter().map(order).collect();
        let trades = wallet.send(&format!("apps/{app}/trades?buyer=b{buyer}"), &orders);
        let text = |trade: &Value, name: &str| trade[name].as_str().expect("a text").to_owned();
        let of_ours = trades.as_array().expect("trades").iter();
        numbers.extend(of_ours.map(|trade| (text(trade, "out_trade_no"), text(trade, "trade_no"))));
    }
    numbers
}

/// What the adapter would have read from the wallet's notices.
fn hear(house: &House, intents: &[Intent], numbers: &BTreeMap<String, String>) {
    let heard: Vec<_> = intents
        .iter()
        .map(|intent| {
            let notice = Notice {
                provider: intent.provider.clone(),
                id: format!("notice of {}", intent.id),
                place: intent.place.clone(),
                intent: intent.id.clone(),
                what: What::Paid,
                amount: intent.amount,
                reference: numbers.get(&key(intent)).cloned(),
            };
            house.submit(&intent.place, Actor::System, move |scene| take_payment::receive(scene, &notice))
        })
        .collect();
    heard.into_iter().for_each(|one| one.wait().expect("it is taken"));
}

/// What was planted in the wallet's bill of a day: our key, and the class it must be found under.
fn planted(wallet: &Wallet, app: &str, day: Day) -> (usize, BTreeSet<(String, String)>) {
    let said = wallet.get(&format!("apps/{app}/bills/{day}/planted"));
    let text = |one: &Value, name: &str| one[name].as_str().expect("a text").to_owned();
    let all = said["planted"].as_array().expect("a list").iter();
    let known = all.map(|one| (text(one, "out_trade_no"), text(one, "what"))).collect();
    (said["lines"].as_u64().expect("a number") as usize, known)
}

fn cases(house: &House) -> Vec<Case> {
    house.read_blocking(|view| cases::latest(view, 1_000)).expect("cases")
}

fn name(case: &Case) -> String {
    let ours = case.intent.as_ref().map(|intent| format!("{}{intent}", case.book));
    if case.key.is_empty() { ours.expect("ours alone") } else { case.key.clone() }
}

fn count(house: &House, sql: &'static str) -> i64 {
    house.read_blocking(move |view| view.one::<(i64,)>(sql, &[])).expect("a count").0
}

#[test]
fn forty_errors_in_a_bill_of_ten_thousand_lines_are_found_and_none_is_invented() {
    let wallet = Wallet::start();
    let app = wallet.keys().app_id;
    let zone = Zone::shanghai();
    let day = wallet.now().day_in(&zone).plus(1);
    let morning = day.at(10, 0, &zone);
    wallet.later((morning.micros - wallet.now().micros) / 1_000_000);
    let clock = Arc::new(FalseClock::at(morning));
    let scratch = scratch();
    let house =
        House::open(scratch.db.clone(), clock.clone(), Dice::seeded(3), adapter(&wallet)).expect("a house");
    let listing = house.write_blocking(&House::lane(), Actor::System, found).expect("a shop");

    let intents = order(&house, &listing);
    let numbers = pay(&wallet, &app, &intents);
    assert_eq!(numbers.len(), PAYMENTS);
    hear(&house, &intents, &numbers);
    let errors = json!({ "bill": {
        "seed": 7, "ours_only": 6, "theirs_only": 6, "amount": 6, "status": 6, "fee": 6, "cut_off": 5, "duplicate": 5,
    } });
    wallet.send(&format!("apps/{app}/hostility"), &errors);
    wallet.later(DAY_SECONDS);
    clock.advance_seconds(DAY_SECONDS);

    let closed = reconcile::day(&house, "wallet", day, Actor::System).expect("the bill is taken in");
    let (lines, wrong) = planted(&wallet, &app, day);
    assert_eq!((wrong.len(), lines, closed.lines), (40, 9_994 + 6 - 5 + 5, lines));
    // What stands on the bill of the next day is missing on this one.
    let missing = |what: &str| if what == "cut_off" { "ours_only".to_owned() } else { what.to_owned() };
    let expected: BTreeSet<_> = wrong.iter().map(|(key, what)| (key.clone(), missing(what))).collect();
    let told = |case: &Case| (name(case), case.class.code().to_owned());
    let opened = cases(&house);
    assert_eq!(opened.iter().map(told).collect::<BTreeSet<_>>(), expected);
    assert_eq!((opened.len(), closed.opened), (40, 40));
    // The third way: whatever of ours differs in more than its fee was asked after, and was paid.
    for case in &opened {
        let is_asked = case.intent.is_some() && case.class.code() != "fee";
        assert_eq!(case.provider_says.starts_with("paid"), is_asked, "{case:?}");
    }

    let transfers = "select count(*) from transfer";
    let before = count(&house, transfers);
    let again = reconcile::day(&house, "wallet", day, Actor::System).expect("the same bill");
    assert_eq!((again.taken, again.opened, again.found), (Taken::Before, 0, 0));
    assert_eq!((cases(&house), count(&house, transfers)), (opened, before));

    wallet.later(DAY_SECONDS);
    clock.advance_seconds(DAY_SECONDS);
    let next = reconcile::day(&house, "wallet", day.plus(1), Actor::System).expect("the next bill");
    assert_eq!((next.lines, next.opened, next.found), (5, 0, 5), "those that were cut off are found");
    let now = clock.now();
    assert_eq!(
        house.read_blocking(move |view| check::broken(view, now)).expect("a check"),
        Vec::<String>::new()
    );
    let at: PlaceId = listing.place;
    let open = house
        .read_blocking(move |view| ledger::balances::credit_of(view, &at, "provider:wallet", Currency::CNY));
    let paid: i64 = intents.iter().map(|intent| intent.amount.minor).sum();
    assert_eq!(open.expect("a balance").minor, -paid, "the orders' own books are as they were");
}
