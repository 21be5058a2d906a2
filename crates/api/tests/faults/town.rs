//! A cinema that is paid through the sandbox wallet, over HTTP in both directions; its process may die.

use alipay::{Params, form};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use box_office::showtimes::{self, Plan};
use box_office::{Cinema, Hall, Order, SeatMap, Showtime, cinemas, cities, halls, orders};
use db::View;
use db::scratch::{Scratch, scratch};
use flows::buy_tickets::{self, Held, Wish};
use flows::{House, Scene, check, sweep, take_payment};
use kernel::*;
use payments::intents::State;
use payments::providers::alipay::{Alipay, Cashier, Expiry, Settings, Trust, Version};
use payments::providers::{Ask, Next, Way, trade_no};
use payments::{Intent, Provider, Refund, intents};
use people::{OrgKind, orgs};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Mutex, RwLock};
use std::time::Duration;
use tower::ServiceExt;

/// How long anything that happens by itself may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// One wallet for all tests of this program; each town has an app of its own there.
static WALLET: LazyLock<wallet::Handle> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("wallet-{:016x}", Dice::from_entropy().next()));
    wallet::start(wallet::Options::new(folder)).expect("a wallet")
});

static HTTP: LazyLock<ureq::Agent> = LazyLock::new(|| {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(PATIENCE));
    config.build().into()
});

pub struct Town {
    pub scratch: Scratch,
    pub clock: Arc<FalseClock>,
    pub provider: Arc<Alipay>,
    pub app: wallet::Keys,
    pub show: Showtime,
    pub star: PlaceId,
    house: RwLock<House>,
    router: Arc<Mutex<Router>>,
    _runtime: tokio::runtime::Runtime,
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
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address");
        let app = new_app();
        let settings = Settings {
            name: "wallet",
            app_id: app.app_id.clone(),
            seller_id: app.seller_id.clone(),
            gateway: WALLET.gateway(),
            cashier: Cashier::Gateway,
            version,
            expiry: Expiry::After,
            notify_url: format!("http://{address}/api/payments/wallet/notices"),
            keys: vec![WALLET.folder().join("apps").join(&app.app_id), WALLET.folder().join("wallet")],
            trust,
            fee: Share::ppm(6_000),
        };
        let provider = Arc::new(Alipay::open(settings, Dice::from_entropy()).expect("the keys are there"));
        let scratch = scratch();
        let clock =
            Arc::new(FalseClock::at(Day::new(2016, 12, 23).expect("a day").at(12, 0, &Zone::shanghai())));
        let house = open(&scratch, &clock, &provider);
        let show = house.write_blocking(&House::lane(), Actor::System, found).expect("a town");
        let router = Arc::new(Mutex::new(api::router(house.clone(), api::Settings::local())));
        let current = router.clone();
        let served = Router::new().fallback(move |request: Request| serve(current.clone(), request));
        runtime.spawn(async move { axum::serve(listener, served).await });
        let star = show.place.clone();
        Town {
            scratch,
            clock,
            provider,
            app,
            show,
            star,
            house: RwLock::new(house),
            router,
            _runtime: runtime,
        }
    }

    pub fn house(&self) -> House {
        self.house.read().expect("no panic").clone()
    }

    /// The process ends and starts again on the same database, under the same address.
    pub fn restarts(&self) {
        let house = open(&self.scratch, &self.clock, &self.provider);
        *self.router.lock().expect("no panic") = api::router(house.clone(), api::Settings::local());
        *self.house.write().expect("no panic") = house;
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

    pub fn pays_for(&self, key: &str) -> bool {
        let path = format!("trades/{key}/payment?buyer=ann&app_id={}", self.app.app_id);
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
        let (place, order) = (self.star.clone(), begun.held.order.id.clone());
        self.story(person(buyer), move |scene| buy_tickets::refund(scene, &place, &order))
    }

    pub fn gives_back(&self, begun: &Begun, key: &str, fen: i64) -> Result<Refund> {
        let (place, id, key) = (self.star.clone(), begun.held.intent.id.clone(), key.to_owned());
        self.story(Actor::System, move |scene| {
            take_payment::give_back(scene, &place, &id, &key, Money::fen(fen))
        })
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
        self.scratch
            .write_blocking(db::Lane::house(), move |tx| tx.run(statement, &[]))
            .expect("a statement");
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
        let ours = format!("{}pay_", self.star);
        let (_, said) = self.desk("GET", "notices", "");
        let all = said.as_array().cloned().unwrap_or_default();
        all.into_iter()
            .filter(|one| one["out_trade_no"].as_str().is_some_and(|key| key.starts_with(&ours)))
            .collect()
    }

    /// Deliveries that were answered like this.
    pub fn deliveries(&self, begun: &Begun, answer: &str) -> usize {
        let notices = self.notices();
        let of_it =
            notices.as_array().into_iter().flatten().filter(|one| one["out_trade_no"] == begun.key.as_str());
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
        let router = self.router.lock().expect("no panic").clone();
        self._runtime.block_on(async {
            let response = router.oneshot(request).await.expect("an answer");
            let status = response.status().as_u16();
            let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
            (status, String::from_utf8_lossy(&bytes).into_owned())
        })
    }
}

pub const NOTICES: &str = "/api/payments/wallet/notices";

async fn serve(current: Arc<Mutex<Router>>, request: Request) -> Response {
    let router = current.lock().expect("no panic").clone();
    router.oneshot(request).await.unwrap_or_else(|never| match never {})
}

fn open(scratch: &Scratch, clock: &Arc<FalseClock>, provider: &Arc<Alipay>) -> House {
    let provider: Arc<dyn Provider> = provider.clone();
    House::open(scratch.db.clone(), clock.clone(), Dice::from_entropy(), provider).expect("a house")
}

pub fn person(name: &str) -> Actor {
    Actor::Person { id: PersonId(format!("per_{name}")), name: name.into(), roles: Vec::new() }
}

fn fen(amount: &Value) -> i64 {
    alipay::amount::read_or_zero(amount.as_str().unwrap_or("0")).expect("an amount").minor
}

pub fn desk(method: &str, path: &str, body: &str) -> (u16, Value) {
    let url = format!("{}/sandbox/{path}", WALLET.base_url());
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
    wallet::Keys::of(WALLET.folder(), &id).expect("its keys")
}

/// The platform's key, to sign what it never said.
pub fn platform_key() -> alipay::PrivateKey {
    let file = WALLET.folder().join("wallet/alipay_private_key.pem");
    alipay::PrivateKey::parse(&std::fs::read_to_string(file).expect("a key")).expect("a key")
}

fn found(scene: &mut Scene) -> Result<Showtime> {
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
    showtimes::add(scene.tx, &mut scene.act, &hall, &plan)
}
