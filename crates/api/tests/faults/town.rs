//! A cinema that is paid through the sandbox wallet, over HTTP in both directions; its process may die.

use alipay::{Params, form};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use box_office::showtimes::{self, Plan};
use box_office::{Cinema, Hall, Order, SeatMap, Showtime, cinemas, cities, halls, orders};
use db::View;
use db::scratch::{Scratch, scratch};
use flows::buy_product::{self, Promised};
use flows::buy_tickets::{self, Held, Wish};
use flows::{House, Scene, check, license_product, sweep, take_payment};
use kernel::*;
use licensing::applications::{NewApplication, Stage};
use licensing::approvals::Decision;
use licensing::offers::NewOffer;
use payments::intents::{Purpose, State};
use payments::providers::alipay::{Alipay, Cashier, Expiry, SETTLED, Settings, Trust, Version};
use payments::providers::{Ask, Next, Way, trade_no};
use payments::{Intent, Provider, Refund, intents};
use people::{OrgKind, orgs};
use serde_json::{Value, json};
use shops::orders::{Checkout, Wanted};
use shops::{Listing, Shop};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, RwLock};
use std::time::Duration;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// How long anything that happens by itself may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Names the papers with which another process of this program goes on in a town.
pub const PAPERS: &str = "FERRYMAN_TOWN";

/// One wallet for all tests of this program; each town has an app of its own there.
struct Wallet {
    url: String,
    folder: PathBuf,
    _here: Option<wallet::Handle>,
}

static WALLET: LazyLock<Wallet> = LazyLock::new(|| match papers() {
    Some(papers) => {
        Wallet { url: text(&papers, "wallet"), folder: text(&papers, "folder").into(), _here: None }
    }
    None => {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("wallet-{:016x}", Dice::from_entropy().next()));
        let here = wallet::start(wallet::Options::new(folder)).expect("a wallet");
        Wallet { url: here.base_url().to_owned(), folder: here.folder().to_owned(), _here: Some(here) }
    }
});

/// What the process was told that started this one; nothing in a test of its own.
pub fn papers() -> Option<Value> {
    let text = std::env::var(PAPERS).ok()?;
    Some(serde_json::from_str(&text).expect("papers are JSON"))
}

fn text(papers: &Value, name: &str) -> String {
    papers[name].as_str().unwrap_or_else(|| panic!("papers say {name}")).to_owned()
}

static HTTP: LazyLock<ureq::Agent> = LazyLock::new(|| {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(PATIENCE));
    config.build().into()
});

pub struct Town {
    pub clock: Arc<FalseClock>,
    pub provider: Arc<Alipay>,
    pub app: wallet::Keys,
    pub show: Showtime,
    pub star: PlaceId,
    pub poster: Listing,
    /// Where notices come to, whichever process is there.
    address: SocketAddr,
    database: String,
    process: RwLock<Option<Process>>,
    _scratch: Option<Scratch>,
}

/// What ends when a process does.
struct Process {
    house: House,
    router: Router,
    runtime: Runtime,
}

/// What a buyer has begun to pay.
#[derive(Clone)]
pub struct Begun {
    pub held: Held,
    pub key: String,
}

impl Town {
    pub fn new() -> Town {
        Town::speaking(Version::V3, Trust::PublicKeys)
    }

    pub fn speaking(version: Version, trust: Trust) -> Town {
        let (address, app, scratch) = (free_address(), new_app(), scratch());
        let provider = adapter(&app, address, version, trust);
        let noon = Day::new(2016, 12, 23).expect("a day").at(12, 0, &Zone::shanghai());
        let clock = Arc::new(FalseClock::at(noon));
        let database = scratch.address();
        let process = Process::start(scratch.db.clone(), &clock, &provider, address);
        let made = process.house.write_blocking(&House::lane(), Actor::System, found);
        let (show, poster) = made.expect("a town");
        let star = show.place.clone();
        let process = RwLock::new(Some(process));
        Town { clock, provider, app, show, star, poster, address, database, process, _scratch: Some(scratch) }
    }

    /// What another process must know to go on here.
    pub fn papers(&self) -> Value {
        json!({
            "wallet": WALLET.url,
            "folder": WALLET.folder,
            "app": self.app.app_id,
            "address": self.address.to_string(),
            "database": self.database,
            "now": self.clock.now().micros,
            "star": self.star,
            "show": self.show.id,
            "shop": self.poster.place,
            "poster": self.poster.id,
        })
    }

    /// The town of another process, which has stopped.
    pub fn of(papers: &Value) -> Town {
        let app = wallet::Keys::of(&WALLET.folder, &text(papers, "app")).expect("its keys");
        let address = text(papers, "address").parse().expect("an address");
        let provider = adapter(&app, address, Version::V3, Trust::PublicKeys);
        let clock =
            Arc::new(FalseClock::at(Instant::from_micros(papers["now"].as_i64().expect("an instant"))));
        let database = text(papers, "database");
        let process =
            Process::start(db::Db::open(&database).expect("a database"), &clock, &provider, address);
        let (star, show) = (PlaceId(text(papers, "star")), ShowtimeId(text(papers, "show")));
        let (shop, poster) = (PlaceId(text(papers, "shop")), ListingId(text(papers, "poster")));
        let look = move |view: &View| {
            Ok((showtimes::any(view, &star, &show)?, shops::listings::any(view, &shop, &poster)?))
        };
        let (show, poster) = process.house.read_blocking(look).expect("the town is there");
        let star = show.place.clone();
        let process = RwLock::new(Some(process));
        Town { clock, provider, app, show, star, poster, address, database, process, _scratch: None }
    }

    pub fn house(&self) -> House {
        let process = self.process.read().expect("no panic");
        process.as_ref().expect("the process lives").house.clone()
    }

    /// The process ends; nobody hears what is sent to its address.
    pub fn stops(&self) {
        let ended = self.process.write().expect("no panic").take().expect("the process lives");
        ended.runtime.shutdown_timeout(PATIENCE);
    }

    /// A process starts on the same database, under the same address.
    pub fn starts(&self) {
        let db = db::Db::open(&self.database).expect("a database");
        let process = Process::start(db, &self.clock, &self.provider, self.address);
        *self.process.write().expect("no panic") = Some(process);
    }

    pub fn read<T: Send + 'static>(&self, look: impl FnOnce(&View) -> Result<T> + Send + 'static) -> T {
        self.house().read_blocking(look).expect("a read")
    }

    pub fn story<T: Send + 'static>(
        &self,
        actor: Actor,
        story: impl FnMut(&mut Scene) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.house().write_blocking(&self.star, actor, story)
    }

    // The buyer.

    pub fn holds(&self, buyer: &str, seats: &[&str]) -> Result<Held> {
        let wish = Wish {
            place: self.star.clone(),
            showtime: self.show.id.clone(),
            seats: seats.iter().map(|seat| (*seat).to_owned()).collect(),
            key: format!("{buyer} {}", seats.join(" ")),
            click: None,
            turn: None,
        };
        self.story(person(buyer), move |scene| buy_tickets::hold(scene, &wish))
    }

    /// Our key of a payment.
    pub fn key(&self, intent: &Intent) -> String {
        trade_no::of(intent).expect("a key")
    }

    pub fn begins_by(&self, intent: &Intent, ask: &Ask) -> Result<Next> {
        let intent = self.intent(intent);
        take_payment::begin_by(&self.house(), &intent, ask).map(|checkout| checkout.next)
    }

    /// Begins and goes to the cashier's page, which knows the order from then on.
    pub fn begins(&self, held: &Held) -> Result<Begun> {
        self.visits(held, Way::Page)
    }

    pub fn visits(&self, held: &Held, way: Way) -> Result<Begun> {
        let next = self.begins_by(&held.intent, &Ask { way, seen_at: "http://127.0.0.1:8080".into() })?;
        let Next::Visit(address) = next else { panic!("a page, not {next:?}") };
        let answer = HTTP.get(&address).call().expect("the cashier answers");
        assert_eq!(answer.status().as_u16(), 303, "the cashier takes the order");
        Ok(Begun { held: held.clone(), key: self.key(&held.intent) })
    }

    /// Holds seats and stands before the cashier.
    pub fn stands_at_the_cashier(&self, buyer: &str, seats: &[&str]) -> Begun {
        let held = self.holds(buyer, seats).expect("the seats are free");
        self.begins(&held).expect("the payment begins")
    }

    /// The buyer confirms at the wallet; whether it took the money.
    pub fn pays(&self, begun: &Begun) -> bool {
        self.pays_for(&begun.key)
    }

    /// Orders so many posters.
    pub fn orders(&self, buyer: &str, quantity: i64) -> Result<Promised> {
        let checkout = Checkout {
            place: self.poster.place.clone(),
            buyer: PersonId(format!("per_{buyer}")),
            key: format!("{buyer} {quantity}"),
            lines: vec![Wanted {
                listing: self.poster.id.clone(),
                quantity,
                price_minor: self.poster.price.minor,
            }],
            recipient: "安小渡".into(),
            address: "滨江路 1 号".into(),
            click: None,
        };
        let (house, shop) = (self.house(), self.poster.place.clone());
        house.write_blocking(&shop, person(buyer), move |scene| buy_product::order(scene, &checkout))
    }

    /// Goes to the cashier's page with any payment; our key of it.
    pub fn goes_to_the_cashier(&self, intent: &Intent) -> Result<String> {
        let ask = Ask { way: Way::Page, seen_at: "http://127.0.0.1:8080".into() };
        if let Next::Visit(address) = self.begins_by(intent, &ask)? {
            let answer = HTTP.get(&address).call().expect("the cashier answers");
            assert_eq!(answer.status().as_u16(), 303, "the cashier takes the order");
        }
        Ok(self.key(intent))
    }

    /// Orders posters, pays, and the notice arrives.
    pub fn buys_posters(&self, buyer: &str, quantity: i64) -> Promised {
        let promised = self.orders(buyer, quantity).expect("there are posters");
        let key = self.goes_to_the_cashier(&promised.intent).expect("the payment begins");
        assert!(self.pays_for(&key));
        self.until("the notice arrives", || self.intent(&promised.intent).state == State::Captured);
        promised
    }

    pub fn sends_back(&self, buyer: &str, promised: &Promised) -> Result<Refund> {
        self.takes_all_back(buyer, &promised.intent)
    }

    /// Everything of any payment goes back.
    pub fn takes_all_back(&self, buyer: &str, intent: &Intent) -> Result<Refund> {
        let (house, place) = (self.house(), intent.place.clone());
        let intent = intent.clone();
        house.write_blocking(&place, person(buyer), move |scene| match intent.purpose {
            Purpose::Tickets => buy_tickets::refund(scene, &intent.place, &intent.order),
            Purpose::Products => buy_product::refund(scene, &intent.place, &intent.order),
        })
    }

    pub fn goods(&self, promised: &Promised) -> shops::orders::State {
        let (place, order) = (promised.order.place.clone(), promised.order.id.clone());
        self.read(move |view| shops::orders::any(view, &place, &order)).state
    }

    pub fn stock(&self) -> i64 {
        let (place, id) = (self.poster.place.clone(), self.poster.id.clone());
        self.read(move |view| shops::listings::any(view, &place, &id)).stock
    }

    /// Gives a part of any payment back.
    pub fn gives_back_of(&self, intent: &Intent, key: &str, fen: i64) -> Result<Refund> {
        let (house, place) = (self.house(), intent.place.clone());
        let (at, id, key) = (place.clone(), intent.id.clone(), key.to_owned());
        house.write_blocking(&place, Actor::System, move |scene| {
            take_payment::give_back(scene, &at, &id, &key, Money::fen(fen))
        })
    }

    pub fn pays_for(&self, key: &str) -> bool {
        // Every town has a buyer of its own, who has never more to pay than there is in one purse.
        let app = &self.app.app_id;
        let path = format!("trades/{key}/payment?buyer={app}&app_id={app}");
        let (status, said) = self.desk("POST", &path, "");
        assert!(status < 500, "{said}");
        status == 200
    }

    /// Holds, pays, and the notice arrives.
    pub fn buys(&self, buyer: &str, seats: &[&str]) -> Begun {
        let begun = self.stands_at_the_cashier(buyer, seats);
        assert!(self.pays(&begun));
        self.until("the notice arrives", || self.intent(&begun.held.intent).state == State::Captured);
        begun
    }

    pub fn takes_back(&self, buyer: &str, begun: &Begun) -> Result<Refund> {
        self.takes_all_back(buyer, &begun.held.intent)
    }

    pub fn gives_back(&self, begun: &Begun, key: &str, fen: i64) -> Result<Refund> {
        self.gives_back_of(&begun.held.intent, key, fen)
    }

    pub fn pays_back(&self, refund: &Refund) -> Result<()> {
        take_payment::pay_back(&self.house(), refund)
    }

    // How things stand with us.

    pub fn intent(&self, of: &Intent) -> Intent {
        let (place, id) = (of.place.clone(), of.id.clone());
        self.read(move |view| intents::any(view, &place, &id))
    }

    pub fn order(&self, begun: &Begun) -> Order {
        let (place, id) = (self.star.clone(), begun.held.order.id.clone());
        self.read(move |view| orders::any(view, &place, &id))
    }

    pub fn live_tickets(&self) -> i64 {
        self.read(|view| view.one::<(i64,)>("select count(*) from ticket where voided_at is null", &[])).0
    }

    pub fn happened(&self, kind: events::Kind) -> i64 {
        self.read(move |view| {
            view.one::<(i64,)>("select count(*) from event where kind = $1", &[&kind.code()])
        })
        .0
    }

    pub fn sql(&self, statement: &'static str) {
        let house = self.house();
        house.db().write_blocking(db::Lane::house(), move |tx| tx.run(statement, &[])).expect("a statement");
    }

    pub fn later(&self, seconds: i64) {
        self.clock.advance_seconds(seconds);
    }

    pub fn sweeps(&self) -> sweep::Swept {
        sweep::all(&self.house()).expect("a sweep")
    }

    pub fn broken(&self) -> Vec<String> {
        let now = self.house().now();
        self.read(move |view| check::broken(view, now))
    }

    /// Waits for what happens by itself.
    #[track_caller]
    pub fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let step = Duration::from_millis(20);
        for _ in 0..PATIENCE.as_millis() / step.as_millis() {
            if is_so() {
                return;
            }
            std::thread::sleep(step);
        }
        panic!("{what}: it has not happened; the wallet's notices: {}", self.notices());
    }

    /// Time passes and nobody does anything more: holds end, lost notices are found, refunds are paid. Then every
    /// invariant holds, and the wallet holds for us exactly what our books say.
    #[track_caller]
    pub fn is_whole_in_the_end(&self) {
        for _ in 0..8 {
            self.later(120);
            self.sweeps();
        }
        assert_eq!(self.broken(), Vec::<String>::new());
        self.agrees_with_the_wallet();
    }

    /// Payment by payment: what the wallet says was paid and went back is what we have captured and refunded.
    #[track_caller]
    pub fn agrees_with_the_wallet(&self) {
        let all: Vec<(PlaceId, IntentId)> =
            self.read(|view| view.all("select place_id, id from payment_intent order by id", &[]));
        let mut kept = 0;
        for (place, id) in all {
            let intent = self.read(move |view| intents::any(view, &place, &id));
            let trade = self.trade(&self.key(&intent));
            let minor = |name: &str| trade.as_ref().map_or(0, |trade| fen(&trade[name]));
            let is_paid = trade
                .as_ref()
                .is_some_and(|trade| trade["trade_status"] == "TRADE_SUCCESS" || minor("refund_fee") > 0);
            let paid = if is_paid { minor("total_amount") } else { 0 };
            assert_eq!(
                (paid, minor("refund_fee")),
                (intent.captured.minor, intent.refunded.minor),
                "{}",
                intent.id
            );
            kept += paid - minor("refund_fee");
        }
        let owed: i64 = self.read(|view| {
            view.one::<(i64,)>(
                "select cast(coalesce(sum(debits_posted - credits_posted), 0) as bigint) from account where id = 'provider:wallet'",
                &[],
            )
        })
        .0;
        assert_eq!(owed, kept, "the books and the wallet agree");
    }

    // The wallet's desk.

    /// A convenience of the wallet: its status and what it says.
    pub fn desk(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        desk(method, path, body)
    }

    /// The wallet treats our app badly from now on.
    pub fn suffers(&self, hostility: Value) {
        let path = format!("apps/{}/hostility", self.app.app_id);
        let (status, said) = self.desk("PUT", &path, &hostility.to_string());
        assert_eq!(status, 200, "{said}");
    }

    pub fn trade(&self, key: &str) -> Option<Value> {
        let (status, said) = self.desk("GET", &format!("trades/{key}?app_id={}", self.app.app_id), "");
        (status == 200).then_some(said)
    }

    /// The wallet's own notices of our app, with their deliveries.
    pub fn notices(&self) -> Value {
        let ours = [&self.star, &self.poster.place].map(|place| format!("{place}pay_"));
        let (_, said) = self.desk("GET", "notices", "");
        let all = said.as_array().cloned().unwrap_or_default();
        all.into_iter()
            .filter(|one| {
                one["out_trade_no"].as_str().is_some_and(|key| ours.iter().any(|ours| key.starts_with(ours)))
            })
            .collect()
    }

    /// Deliveries that were answered like this.
    pub fn deliveries(&self, begun: &Begun, answer: &str) -> usize {
        self.deliveries_of(&begun.key, answer)
    }

    pub fn deliveries_of(&self, key: &str, answer: &str) -> usize {
        let notices = self.notices();
        let of_it = notices.as_array().into_iter().flatten().filter(|one| one["out_trade_no"] == key);
        of_it
            .flat_map(|one| one["deliveries"].as_array().cloned().unwrap_or_default())
            .filter(|delivery| delivery["outcome"].as_str().is_some_and(|outcome| outcome.contains(answer)))
            .count()
    }

    pub fn hurries(&self) {
        self.desk("POST", "notices/hurry", "");
    }

    /// A notice that this key of the platform signs, sent to our address: the status and the answer.
    pub fn is_told(&self, fields: &Params, path: &str) -> (u16, String) {
        let body = form::write(fields);
        let request = Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .body(Body::from(body))
            .expect("a request");
        let process = self.process.read().expect("no panic");
        let process = process.as_ref().expect("the process lives");
        process.runtime.block_on(async {
            let response = process.router.clone().oneshot(request).await.expect("an answer");
            let status = response.status().as_u16();
            let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
            (status, String::from_utf8_lossy(&bytes).into_owned())
        })
    }
}

pub const NOTICES: &str = "/api/payments/wallet/notices";

impl Process {
    fn start(db: db::Db, clock: &Arc<FalseClock>, provider: &Arc<Alipay>, address: SocketAddr) -> Process {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let provider: Arc<dyn Provider> = provider.clone();
        let house = House::open(db, clock.clone(), Dice::from_entropy(), provider).expect("a house");
        let router = api::router(house.clone(), api::Settings::local());
        let listener = runtime.block_on(tokio::net::TcpListener::bind(address)).expect("the address is free");
        let served = router.clone();
        runtime.spawn(async move { axum::serve(listener, served).await });
        Process { house, router, runtime }
    }
}

fn adapter(app: &wallet::Keys, address: SocketAddr, version: Version, trust: Trust) -> Arc<Alipay> {
    let settings = Settings {
        name: "wallet",
        app_id: app.app_id.clone(),
        seller_id: app.seller_id.clone(),
        gateway: format!("{}/gateway.do", WALLET.url),
        cashier: Cashier::Gateway,
        version,
        expiry: Expiry::After,
        notify_url: format!("http://{address}/api/payments/wallet/notices"),
        keys: vec![WALLET.folder.join("apps").join(&app.app_id), WALLET.folder.join("wallet")],
        trust,
        fee: Share::ppm(6_000),
        currencies: SETTLED.to_vec(),
    };
    Arc::new(Alipay::open(settings, Dice::from_entropy()).expect("the keys are there"))
}

/// A port that nobody is given by chance, so that one process after the other may have it.
fn free_address() -> SocketAddr {
    let mut dice = Dice::from_entropy();
    let mut ports = std::iter::repeat_with(|| 20_000 + dice.below(12_000) as u16);
    let free = ports.find(|port| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok());
    SocketAddr::from(([127, 0, 0, 1], free.expect("there are ports")))
}

pub fn person(name: &str) -> Actor {
    Actor::Person { id: PersonId(format!("per_{name}")), name: name.into(), roles: Vec::new() }
}

fn fen(amount: &Value) -> i64 {
    alipay::amount::read_or_zero(amount.as_str().unwrap_or("0"), Currency::CNY).expect("an amount").minor
}

pub fn desk(method: &str, path: &str, body: &str) -> (u16, Value) {
    let url = format!("{}/sandbox/{path}", WALLET.url);
    let answered = match method {
        "GET" => HTTP.get(&url).call(),
        "PUT" => HTTP.put(&url).send(body),
        _ => HTTP.post(&url).send(body),
    };
    let mut answer = answered.unwrap_or_else(|error| panic!("{method} {path}: {error}"));
    let text = answer.body_mut().read_to_string().expect("a body");
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap_or(json!(text)))
}

/// One after the other: the wallet reads its whole folder of apps when it adds one.
fn new_app() -> wallet::Keys {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let name = format!("town-{:016x}", Dice::from_entropy().next());
    let (status, apps) = desk("POST", &format!("apps?name={name}"), "");
    assert_eq!(status, 200, "{apps}");
    let app = apps.as_array().into_iter().flatten().find(|app| app["name"] == name).cloned();
    let id = app.expect("the app is there")["app_id"].as_str().expect("a number").to_owned();
    wallet::Keys::of(&WALLET.folder, &id).expect("its keys")
}

/// The platform's key, to sign what it never said.
pub fn platform_key() -> alipay::PrivateKey {
    let file = WALLET.folder.join("wallet/alipay_private_key.pem");
    alipay::PrivateKey::parse(&std::fs::read_to_string(file).expect("a key")).expect("a key")
}

fn found(scene: &mut Scene) -> Result<(Showtime, Listing)> {
    let words = |text: &str| Words::new(text, text);
    let zone = Zone::shanghai();
    let premiere = Day::new(2016, 12, 23)?;
    let studio = orgs::add(scene.tx, &mut scene.act, OrgKind::Studio, &words("River Lantern"))?.id;
    let circuit = orgs::add(scene.tx, &mut scene.act, OrgKind::Cinema, &words("Nine Bends"))?.id;
    let draft = titles::Draft {
        status: titles::Status::Released,
        original_name: "摆渡人".into(),
        name: Words::new("The \"Ferryman\" {&%}", "摆渡人\"sign\":{\"code\":\"10000\"}&total_amount=0.01🎬"),
        synopsis: Words::default(),
        genre: "comedy".into(),
        runtime_minutes: 128,
        premiere: Some(premiere),
        artwork: "the-ferryman".into(),
        domestic: true,
    };
    let title = titles::add(scene.tx, &mut scene.act, &studio, &draft)?.id;
    let city = cities::City {
        code: "SHA".into(),
        name: words("Shanghai"),
        tier: 1,
        longitude: 121.5,
        latitude: 31.2,
    };
    cities::add(scene.tx, &city)?;
    let cinema = Cinema {
        place: scene.act.id(),
        org: circuit,
        city: "SHA".into(),
        slug: "star".into(),
        name: words("Star"),
        address: words("1 Riverside Road"),
        zone: zone.clone(),
        service_fee: Money::fen(300),
    };
    cinemas::add(scene.tx, &cinema, scene.act.at)?;
    let hall = Hall {
        place: cinema.place,
        id: scene.act.id(),
        name: words("Hall 1"),
        seat_map: SeatMap::of_rows(&["ssssssssss"; 10])?,
    };
    halls::add(scene.tx, &hall)?;
    let plan = Plan {
        title,
        runtime_minutes: 128,
        starts_at: premiere.at(23, 30, &zone),
        zone,
        version: "2D".into(),
        price: Money::fen(4000),
        minimum: Money::fen(0),
    };
    let show = showtimes::add(scene.tx, &mut scene.act, &hall, &plan)?;
    let poster = licensed(scene, &studio, &show.title)?;
    Ok((show, poster))
}

/// A shop that takes 5 %, with 500 posters for 99 yuan under a licence.
fn licensed(scene: &mut Scene, studio: &OrgId, film: &TitleId) -> Result<Listing> {
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
    let offer = NewOffer {
        title: film.clone(),
        licensor: studio.clone(),
        name: words("Goods"),
        about: Words::default(),
        categories: vec!["posters".into()],
        territory: "CN".into(),
        royalty: Share::percent(8),
        rates: Vec::new(),
        fund: Share::percent(2),
        platform: Share::percent(30),
        guarantee: Money::fen(0),
        term_days: 365,
        closes_on: Day::new(2017, 2, 21)?,
    };
    let offer = license_product::offer(scene, &offer)?;
    let application = NewApplication {
        offer: offer.id,
        product: words("Night river poster"),
        category: "posters".into(),
        concept: "The river, a lantern, a boat.".into(),
        artwork: "goods-print".into(),
        planned_price: Money::fen(9900),
        planned_units: 3000,
    };
    let made = license_product::apply(scene, &merchant, &application, "apply")?;
    license_product::decide(scene, studio, &made.id, Stage::Concept, Decision::Approved, "Make a sample.")?;
    let (_, product) =
        license_product::decide(scene, studio, &made.id, Stage::Sample, Decision::Approved, "Good.")?;
    let product = product.expect("the last approval makes the product");
    license_product::list(scene, &merchant, &shop.place, &product.id, Money::fen(9900), 500)
}
