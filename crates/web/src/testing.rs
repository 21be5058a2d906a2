//! A town for tests: a founded house on a scratch database, with browsers that keep cookies.

use crate::{Entry, Settings, Site, routes};
use ::people::persons::CheckedSignUp;
use ::people::{
    OrgKind, PasswordHash, installation, memberships, orgs, passwords, persons, second_factor, sessions,
};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use db::scratch::{Scratch, scratch};
use flows::House;
use http_body_util::BodyExt;
use kernel::{Actor, Dice, FalseClock, Home, Instant, Lang, OrgId, PersonId, Role, Words};
use payments::providers::pretend::Pretend;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};
use tower::ServiceExt;

pub const NOW: Instant = Instant::from_micros(1_482_492_600_000_000);

/// Everybody's password is `correct horse`.
static HASH: LazyLock<PasswordHash> =
    LazyLock::new(|| passwords::hash("correct horse", &mut Dice::seeded(1)).expect("a hash"));

/// The form of a title, without its studio.
pub const FERRYMAN: [(&str, &str); 11] = [
    ("status", "announced"),
    ("original_name", "摆渡人"),
    ("name_en", "The Ferryman"),
    ("name_zh", "摆渡人"),
    ("synopsis_en", "A bar, a river, three friends."),
    ("synopsis_zh", "一家酒吧，三个朋友。"),
    ("genre", "comedy"),
    ("runtime_minutes", "128"),
    ("premiere", "2016-12-23"),
    ("artwork", "the-ferryman"),
    ("domestic", "yes"),
];

pub struct Town {
    pub house: House,
    pub clock: Arc<FalseClock>,
    pub provider: Arc<Pretend>,
    pub entries: Vec<Entry>,
    router: Router,
    scratch: Option<Scratch>,
}

/// Databases are opened and dropped on a thread that may wait; the test's own may not.
fn elsewhere<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::spawn(work).join().expect("the work is done")
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
    /// A town whose house nobody has founded.
    pub fn unfounded() -> Town {
        elsewhere(|| Town::build(Settings::local()))
    }

    /// A town whose house has an operator: `operator@example.com`.
    pub fn new() -> Town {
        Town::reached_at("http://127.0.0.1:8080")
    }

    pub fn reached_at(base_url: &str) -> Town {
        let settings = Settings { base_url: base_url.into(), behind_proxy: false };
        elsewhere(|| {
            let town = Town::build(settings);
            let founded = town.house.write_blocking(&House::lane(), Actor::System, |scene| {
                let operator = persons::sign_up(scene.tx, &mut scene.act, &sign_up_of("operator"))?;
                installation::found(
                    scene.tx,
                    &mut scene.act,
                    &Words::new("Ferry House", "渡口"),
                    &Home::mainland(),
                    &operator.id,
                )
            });
            founded.expect("a founded house");
            town
        })
    }

    fn build(settings: Settings) -> Town {
        let scratch = scratch();
        let clock = Arc::new(FalseClock::at(NOW));
        let provider = Arc::new(Pretend::new());
        let house = House::open(scratch.db.clone(), clock.clone(), Dice::seeded(7), provider.clone())
            .expect("a house");
        let routes = routes::registry(Site::new(house.clone(), settings));
        let entries = routes.entries().to_vec();
        Town { house, clock, provider, entries, router: routes.into_router(), scratch: Some(scratch) }
    }

    /// A browser of somebody who has not signed in.
    pub fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: BTreeMap::new(), headers: Vec::new() }
    }

    pub async fn operator(&self) -> Browser {
        self.session("operator").await
    }

    /// Somebody new, signed in, with these roles.
    pub async fn person(&self, name: &'static str, roles: &[(Role, OrgId)]) -> Browser {
        let roles = roles.to_vec();
        let lane = House::lane();
        let made = self.house.write(&lane, Actor::System, move |scene| {
            let person = persons::sign_up(scene.tx, &mut scene.act, &sign_up_of(name))?;
            for (role, org) in &roles {
                memberships::add(scene.tx, &person.id, org, *role)?;
            }
            Ok(person.id)
        });
        let _: PersonId = made.await.expect("a person");
        self.session(name).await
    }

    /// Another browser in which somebody is signed in.
    pub async fn session(&self, name: &'static str) -> Browser {
        let lane = House::lane();
        let opened = self.house.write(&lane, Actor::System, move |scene| {
            let person =
                persons::by_email(scene.tx, &format!("{name}@example.com"))?.expect("somebody signed up");
            sessions::open(scene.tx, &mut scene.act, &person)
        });
        let token = opened.await.expect("a session");
        let mut browser = self.browser();
        browser.cookies.insert(crate::cookies::SESSION.into(), token.0);
        browser
    }

    /// An organisation that has this role, and somebody who holds it there.
    pub async fn staff(&self, name: &'static str, role: Role) -> (OrgId, Browser) {
        let kind = match role {
            Role::Cinema => OrgKind::Cinema,
            Role::Merchant => OrgKind::Merchant,
            Role::Shop => OrgKind::Shop,
            Role::Studio | Role::Marketer => OrgKind::Studio,
            Role::Operator => OrgKind::House,
        };
        let lane = House::lane();
        let made = self.house.write(&lane, Actor::System, move |scene| {
            orgs::add(
                scene.tx,
                &mut scene.act,
                kind,
                &Words::new(format!("Of {name}"), format!("{name}的机构")),
            )
        });
        let org = made.await.expect("an organisation").id;
        let browser = self.person(name, &[(role, org.clone())]).await;
        (org, browser)
    }

    /// The console's address of a new title, and somebody of its studio.
    pub async fn title(&self, name: &'static str) -> (String, Browser) {
        let (studio, browser) = self.staff(name, Role::Studio).await;
        let mut typed = FERRYMAN.to_vec();
        typed.push(("studio", &studio.0));
        let answer = browser.post("/console/slate", &typed).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        (answer.location().to_owned(), browser)
    }
}

fn sign_up_of(name: &str) -> CheckedSignUp {
    let email = format!("{name}@example.com");
    CheckedSignUp { name: name.into(), email, lang: Lang::En, password_hash: HASH.clone() }
}

/// An app on a phone that took over the key of a second factor.
pub struct App(Vec<u8>);

impl App {
    /// Turns the second factor of a browser's owner on, with the key that the page shows; what they are told last.
    pub async fn set_up(town: &Town, browser: &Browser) -> (App, Browser, Answer) {
        let begun = browser.post("/account/second-factor/proposal", &[("password", "correct horse")]).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text);
        let browser = browser.clone().with_cookies_of(&begun);
        let shown = browser.get("/account/second-factor").await;
        let app = App::scan(&shown.text);
        let on = browser.post("/account/second-factor", &[("code", &app.code(town))]).await;
        assert_eq!(on.status, StatusCode::OK, "{}", on.text);
        (app, browser.with_cookies_of(&on), on)
    }

    pub fn scan(page: &str) -> App {
        let key =
            page.split("<code class=\"secret\">").nth(1).expect("a key").split('<').next().expect("its end");
        let value = |letter: u8| match letter {
            b'A'..=b'Z' => u64::from(letter - b'A'),
            _ => u64::from(letter - b'2') + 26,
        };
        let letters: Vec<u64> = key.bytes().filter(|byte| *byte != b'-').map(value).collect();
        let fives = letters.chunks(8).map(|eight| eight.iter().fold(0, |bits, five| bits << 5 | five));
        App(fives.flat_map(|bits: u64| bits.to_be_bytes()[3..].to_vec()).collect())
    }

    /// What it shows now.
    pub fn code(&self, town: &Town) -> String {
        second_factor::code(&self.0, second_factor::step(town.house.now()), second_factor::DIGITS)
    }
}

/// What this thread writes into the log under the name `security`, until it is dropped.
pub struct Log {
    written: Arc<Mutex<Vec<u8>>>,
    _until: tracing::subscriber::DefaultGuard,
}

impl Log {
    pub fn begin() -> Log {
        // Another test may be the first to write such a line at this moment; `tracing` then asks nobody who comes later.
        flows::security::done("a test begins", "nobody", "nowhere");
        flows::security::refused("a test begins", "nobody", "nowhere", "nothing");
        let written = Arc::new(Mutex::new(Vec::new()));
        let log = Written(written.clone());
        let subscriber = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::new("off,security=info"))
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish();
        let until = tracing::subscriber::set_default(subscriber);
        tracing::callsite::rebuild_interest_cache();
        Log { written, _until: until }
    }

    pub fn lines(&self) -> Vec<String> {
        let written = self.written.lock().expect("nobody panicked while writing");
        String::from_utf8_lossy(&written).lines().map(str::to_owned).collect()
    }
}

#[derive(Clone)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked while writing").extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Sends requests to the town's pages.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    headers: Vec<(&'static str, &'static str)>,
}

impl Browser {
    pub fn header(mut self, name: &'static str, value: &'static str) -> Browser {
        self.headers.push((name, value));
        self
    }

    /// The same browser of somebody who reads 中文.
    pub fn in_chinese(mut self) -> Browser {
        self.cookies.insert(crate::cookies::LANG.into(), "zh".into());
        self
    }

    /// Keeps what an answer told to keep.
    pub fn with_cookies_of(mut self, answer: &Answer) -> Browser {
        for cookie in answer.cookies() {
            let (name, value) =
                cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            self.cookies.insert(name.into(), value.into());
        }
        self
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[]).await
    }

    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, form).await
    }

    /// Posts a form with a file in it.
    pub async fn upload(&self, path: &str, form: &[(&str, &str)], (name, bytes): (&str, &[u8])) -> Answer {
        const EDGE: &str = "--edge-of-a-part";
        let mut body = Vec::new();
        for (field, value) in form {
            let head =
                format!("{EDGE}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend(head.into_bytes());
        }
        let head = format!(
            "{EDGE}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(bytes);
        body.extend(format!("\r\n{EDGE}--\r\n").into_bytes());
        self.call(Method::POST, path, "multipart/form-data; boundary=edge-of-a-part", Body::from(body)).await
    }

    /// Posts a form with a file, of which the connection carries no more than half.
    pub async fn cut_upload(&self, path: &str, (name, bytes): (&str, &[u8])) -> Answer {
        let head = format!(
            "--edge-of-a-part\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
        );
        let body = [head.as_bytes(), &bytes[..bytes.len() / 2]].concat();
        self.call(Method::POST, path, "multipart/form-data; boundary=edge-of-a-part", Body::from(body)).await
    }

    pub async fn send(&self, method: Method, path: &str, form: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> = form
            .iter()
            .map(|(name, value)| format!("{}={}", crate::encode(name), crate::encode(value)))
            .collect();
        let kind = "application/x-www-form-urlencoded";
        self.call(method, path, kind, Body::from(pairs.join("&"))).await
    }

    async fn call(&self, method: Method, path: &str, kind: &str, body: Body) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::COOKIE, cookies.join("; "))
            .header(header::CONTENT_TYPE, kind);
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a whole body").to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// Where it leads; empty when nowhere.
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn cookies(&self) -> impl Iterator<Item = &str> {
        self.headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok())
    }

    pub fn set_cookie(&self, name: &str) -> Option<&str> {
        self.cookies().find(|cookie| cookie.split('=').next() == Some(name))
    }

    /// The value of the first hidden field of this name.
    pub fn value_of(&self, name: &str) -> String {
        self.value_after(&format!("name=\"{name}\""), "value=\"")
    }

    /// What stands, up to the next quote, after a mark that follows another.
    pub fn value_after(&self, first: &str, mark: &str) -> String {
        let from = self.text.find(first).expect("the first mark") + first.len();
        let from = from + self.text[from..].find(mark).expect("the second mark") + mark.len();
        self.text[from..].split('"').next().unwrap_or_default().to_owned()
    }
}
