//! A town for the tests: two of everything that has an owner, and clients that hold every answer
//! against the document.

use crate::contract::Contract;
use api::{Entry, Service, Settings, routes};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use box_office::{Cinema, Hall, SeatMap, cinemas, cities, halls, showtimes};
use channels::NewChannel;
use db::scratch::{Scratch, scratch};
use flows::{House, Scene};
use http_body_util::BodyExt;
use kernel::*;
use payments::providers::pretend::Pretend;
use people::persons::CheckedSignUp;
use people::{OrgKind, PasswordHash, installation, memberships, orgs, passwords, persons, sessions};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use tower::ServiceExt;

/// 19:30 in Shanghai on the film's first day.
pub const NOW: Instant = Instant::from_micros(1_482_492_600_000_000);
pub const PASSWORD: &str = "correct horse";
/// Business days with showings, from the premiere on.
pub const DAYS: i32 = 4;

static HASH: LazyLock<PasswordHash> =
    LazyLock::new(|| passwords::hash(PASSWORD, &mut Dice::seeded(1)).expect("a hash"));

pub struct Town {
    pub house: House,
    pub clock: Arc<FalseClock>,
    pub provider: Arc<Pretend>,
    pub entries: Vec<Entry>,
    pub contract: Contract,
    /// The organisations, `studio_a` and so on.
    pub orgs: BTreeMap<&'static str, OrgId>,
    pub cinemas: [PlaceId; 2],
    pub shops: [PlaceId; 2],
    pub surface: SurfaceId,
    router: Router,
    scratch: Option<Scratch>,
}

/// What the town has two of, with who works there.
pub const STAFF: [(&str, OrgKind, Role); 10] = [
    ("studio_a", OrgKind::Studio, Role::Studio),
    ("studio_b", OrgKind::Studio, Role::Studio),
    ("cinema_a", OrgKind::Cinema, Role::Cinema),
    ("cinema_b", OrgKind::Cinema, Role::Cinema),
    ("merchant_a", OrgKind::Merchant, Role::Merchant),
    ("merchant_b", OrgKind::Merchant, Role::Merchant),
    ("shop_a", OrgKind::Shop, Role::Shop),
    ("shop_b", OrgKind::Shop, Role::Shop),
    ("marketer_a", OrgKind::Studio, Role::Marketer),
    ("marketer_b", OrgKind::Studio, Role::Marketer),
];

/// Everybody who has an account.
pub const CONSUMERS: [&str; 3] = ["ann", "ben", "eve"];

/// Databases are opened and dropped on a thread that may wait; the test's own may not.
fn elsewhere<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| scope.spawn(work).join().expect("the work is done"))
}

impl Drop for Town {
    fn drop(&mut self) {
        let trespasses = self.house.trespasses();
        assert!(trespasses == 0 || std::thread::panicking(), "a route does more than its line says");
        let scratch = self.scratch.take();
        elsewhere(move || drop(scratch));
    }
}

impl Town {
    pub fn new() -> Town {
        elsewhere(Town::build)
    }

    fn build() -> Town {
        let scratch = scratch();
        let clock = Arc::new(FalseClock::at(NOW));
        let provider = Arc::new(Pretend::with_seal(Seal::new(b"a test", "pretend")));
        let house = House::open(scratch.db.clone(), clock.clone(), Dice::seeded(7), provider.clone())
            .expect("a house");
        let routes = routes::registry(Service::new(house.clone(), Settings::local()));
        let entries = routes.entries();
        let made = house.write_blocking(&House::lane(), Actor::System, found).expect("a town");
        let contract = Contract(Value::Null);
        let mut town = Town {
            house,
            clock,
            provider,
            entries,
            contract,
            orgs: made.orgs,
            cinemas: made.cinemas,
            shops: made.shops,
            surface: made.surface,
            router: routes.into_router(),
            scratch: Some(scratch),
        };
        town.contract = Contract(town.document());
        town
    }

    fn document(&self) -> Value {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let request = Request::get("/api/openapi.json").body(Body::empty()).expect("a request");
        let bytes = runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("an answer");
            response.into_body().collect().await.expect("a whole body").to_bytes()
        });
        serde_json::from_slice(&bytes).expect("the document is JSON")
    }

    /// Somebody who has not signed in.
    pub fn guest(&self) -> Client {
        Client { router: self.router.clone(), contract: self.contract.clone(), headers: Vec::new() }
    }

    /// Somebody in a fresh session.
    pub async fn sign_in(&self, name: &str) -> Client {
        let email = format!("{name}@example.com");
        let opened = self.inside(move |scene| {
            let person = persons::by_email(scene.tx, &email)?.expect("somebody signed up");
            sessions::open(scene.tx, &mut scene.act, &person)
        });
        let token = opened.await.0;
        self.guest().header("authorization", format!("Bearer {token}"))
    }

    /// Does something through the rooms.
    pub async fn inside<T: Send + 'static>(
        &self,
        story: impl FnMut(&mut Scene) -> Result<T> + Send + 'static,
    ) -> T {
        self.house.write(&House::lane(), Actor::System, story).await.expect("a story")
    }

    /// How much of everything there is: equal prints mean that nothing was written.
    pub async fn print(&self) -> Vec<i64> {
        let counted = self.house.read(|view| {
            let mut print = Vec::new();
            for sql in COUNTS {
                let (count,): (i64,) = view.one(sql, &[])?;
                print.push(count);
            }
            Ok(print)
        });
        counted.await.expect("counts")
    }

    /// Whatever the invariants find wrong.
    pub async fn broken(&self) -> Vec<String> {
        let now = self.clock.now();
        self.house.read(move |view| flows::check::broken(view, now)).await.expect("checks")
    }
}

const COUNTS: [&str; 15] = [
    "select count(*) from event",
    "select count(*) from ticket_order",
    "select count(*) from ticket",
    "select count(*) from showtime_seat",
    "select count(*) from product_order",
    "select count(*) from basket_line",
    "select cast(coalesce(sum(stock), 0) as bigint) from listing",
    "select count(*) from payment_intent",
    "select count(*) from transfer",
    "select count(*) from campaign",
    "select count(*) from audience",
    "select count(*) from application",
    "select count(*) from licence_offer",
    "select count(*) from statement",
    "select count(*) from learned",
];

struct Made {
    orgs: BTreeMap<&'static str, OrgId>,
    cinemas: [PlaceId; 2],
    shops: [PlaceId; 2],
    surface: SurfaceId,
}

fn found(scene: &mut Scene) -> Result<Made> {
    let operator = persons::sign_up(scene.tx, &mut scene.act, &sign_up("operator"))?;
    let house = installation::found(
        scene.tx,
        &mut scene.act,
        &Words::new("Ferry House", "渡口"),
        &Home::mainland(),
        &operator.id,
    )?;
    let second = persons::sign_up(scene.tx, &mut scene.act, &sign_up("operator_b"))?;
    memberships::add(scene.tx, &second.id, &house.id, Role::Operator)?;
    for name in CONSUMERS {
        persons::sign_up(scene.tx, &mut scene.act, &sign_up(name))?;
    }
    let mut orgs: BTreeMap<&'static str, OrgId> = BTreeMap::from([("house", house.id)]);
    for (name, kind, role) in STAFF {
        let org = match name.strip_prefix("marketer") {
            Some(end) => orgs[format!("studio{end}").as_str()].clone(),
            None => self::orgs::add(scene.tx, &mut scene.act, kind, &Words::new(name, name))?.id,
        };
        let person = persons::sign_up(scene.tx, &mut scene.act, &sign_up(name))?;
        memberships::add(scene.tx, &person.id, &org, role)?;
        orgs.insert(name, org);
    }
    let cinemas = [open_cinema(scene, "a", &orgs["cinema_a"])?, open_cinema(scene, "b", &orgs["cinema_b"])?];
    let shops = [open_shop(scene, "a", &orgs["shop_a"])?, open_shop(scene, "b", &orgs["shop_b"])?];
    let surface = open_channel(scene, &shops[0], &orgs["shop_a"])?;
    Ok(Made { orgs, cinemas, shops, surface })
}

fn sign_up(name: &str) -> CheckedSignUp {
    let email = format!("{name}@example.com");
    CheckedSignUp { name: name.into(), email, lang: Lang::En, password_hash: HASH.clone() }
}

fn open_cinema(scene: &mut Scene, name: &str, org: &OrgId) -> Result<PlaceId> {
    let city = cities::City {
        code: "sh".into(),
        name: Words::new("Shanghai", "上海"),
        tier: 1,
        longitude: 121.0,
        latitude: 31.0,
    };
    cities::add(scene.tx, &city)?;
    let cinema = Cinema {
        place: scene.act.id(),
        org: org.clone(),
        city: "sh".into(),
        slug: format!("star-{name}"),
        name: Words::new("Star", "星光"),
        address: Words::new("1 River Road", "江边路 1 号"),
        zone: Zone::shanghai(),
        service_fee: Money::fen(300),
    };
    cinemas::add(scene.tx, &cinema, NOW)?;
    Ok(cinema.place)
}

fn open_shop(scene: &mut Scene, name: &str, org: &OrgId) -> Result<PlaceId> {
    let shop = shops::Shop {
        place: scene.act.id(),
        org: org.clone(),
        slug: format!("shop-{name}"),
        name: Words::new("Pier", "码头"),
        currency: Currency::CNY,
        commission: Share::percent(8),
    };
    shops::shops::add(scene.tx, &scene.act, &shop)?;
    Ok(shop.place)
}

fn open_channel(scene: &mut Scene, place: &PlaceId, org: &OrgId) -> Result<SurfaceId> {
    let new = NewChannel {
        place: place.clone(),
        org: org.clone(),
        slug: "pier".into(),
        kind: channels::Kind::Marketplace,
        name: Words::new("Pier", "码头"),
        about: Words::default(),
        artwork: "pier".into(),
    };
    let channel = channels::add(scene.tx, &mut scene.act, &new)?;
    let name = Words::new("Home", "首页");
    let surface =
        channels::surfaces::add(scene.tx, &mut scene.act, &channel, "home-card", &name, Money::fen(0))?;
    Ok(surface.id)
}

/// A showing of a film at 21:00 on every one of the days; on all but the first two more, in the afternoon.
pub fn show_film(scene: &mut Scene, place: &PlaceId, title: &TitleId) -> Result<Vec<ShowtimeId>> {
    let hall = Hall {
        place: place.clone(),
        id: scene.act.id(),
        name: Words::new("Hall 1", "1 号厅"),
        seat_map: SeatMap::plain(8, 16),
    };
    halls::add(scene.tx, &hall)?;
    let zone = Zone::shanghai();
    let add = |scene: &mut Scene, day: i32, hour: i8| {
        let plan = showtimes::Plan {
            title: title.clone(),
            runtime_minutes: 128,
            starts_at: NOW.day_in(&zone).plus(day).at(hour, 0, &zone),
            zone: zone.clone(),
            version: "2D".into(),
            price: Money::fen(3990),
            minimum: Money::fen(3000),
        };
        showtimes::add(scene.tx, &mut scene.act, &hall, &plan).map(|showtime| showtime.id)
    };
    let evenings = (0..DAYS).map(|day| add(scene, day, 21)).collect::<Result<Vec<ShowtimeId>>>()?;
    for (day, hour) in (1..DAYS).flat_map(|day| [(day, 13), (day, 17)]) {
        add(scene, day, hour)?;
    }
    Ok(evenings)
}

/// Sends requests, and fails when an answer is not as the document says.
#[derive(Clone)]
pub struct Client {
    router: Router,
    contract: Contract,
    headers: Vec<(&'static str, String)>,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
    /// The body as it came.
    pub text: String,
}

impl Answer {
    /// The status with the code of the problem.
    pub fn refusal(&self) -> (u16, &str) {
        (self.status.as_u16(), self.json["code"].as_str().unwrap_or_default())
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.json);
        self.json
    }
}

impl Client {
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Client {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.into()));
        self
    }

    pub fn key(&self, key: &str) -> Client {
        self.clone().header("idempotency-key", key)
    }

    /// The session's token.
    pub fn token(&self) -> &str {
        let sent = self.headers.iter().find(|(name, _)| *name == "authorization");
        sent.and_then(|(_, value)| value.strip_prefix("Bearer ")).expect("a session")
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let text = body.map(|body| body.to_string());
        self.send_text(method, path, text.as_deref().map(str::as_bytes)).await
    }

    pub async fn send_text(&self, method: Method, path: &str, body: Option<&[u8]>) -> Answer {
        let mut request = Request::builder().method(method.clone()).uri(path);
        let says_what_it_is = self.headers.iter().any(|(name, _)| *name == "content-type");
        if body.is_some() && !says_what_it_is {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let request = request.body(Body::from(body.unwrap_or_default().to_vec())).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        let content_type =
            parts.headers.get(header::CONTENT_TYPE).map_or("", |kind| kind.to_str().unwrap_or(""));
        let broken = self.contract.broken(method.as_str(), path, parts.status.as_u16(), content_type, &json);
        assert!(broken.is_empty(), "{}", broken.join("\n"));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, json, text }
    }
}
