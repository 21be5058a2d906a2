//! A house is founded in Korea by a command, serves, and is paid in won through the sandbox wallet, which is a process of
//! its own and is reached over HTTP alone; it pays back, and closes the day with the wallet's bill.

mod program;

use kernel::{Clock, Day, SystemClock, Zone};
use program::{FERRYMAN, Folder, said, wait_until};
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

const EMAIL: &str = "ann@example.com";
const PASSWORD: &str = "correct horse battery";
const DAY_SECONDS: i64 = 86_400;

/// `ferryman found`, with a password piped in.
fn found(db: &str, more: &[&str], password: &str) -> Output {
    let mut child = Command::new(FERRYMAN)
        .args(["found", "--db", db, "--name", "Han House", "--name-zh", "汉江", "--operator", EMAIL])
        .args(more)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let piped = child.stdin.take().expect("a pipe").write_all(password.as_bytes());
    // Whoever refuses before it asks has closed the pipe.
    let _ = piped;
    child.wait_with_output().expect("it answers")
}

#[test]
fn a_house_is_founded_by_a_command_once() {
    let folder = Folder::new("found");
    let db = folder.file("han.db");
    for (more, password, sentence) in [
        (&["--territory", "XX"][..], PASSWORD, "XX"),
        (&["--territory", "KR", "--currency", "XAU"], PASSWORD, "not a currency"),
        (&["--territory", "KR"], "short", "password"),
        (&["--territory", "KR", "--password-file", "/nowhere/at/all"], "", "/nowhere/at/all"),
    ] {
        let refused = found(&db, more, password);
        assert!(!refused.status.success() && said(&refused).contains(sentence), "{}", said(&refused));
    }
    let founded = found(&db, &["--territory", "kr"], &format!("{PASSWORD}\n"));
    assert!(founded.status.success(), "{}", said(&founded));
    assert!(said(&founded).contains("Han House is founded: KR, KRW, Asia/Seoul"), "{}", said(&founded));
    let again = found(&db, &["--territory", "US"], PASSWORD);
    assert!(!again.status.success() && said(&again).contains("already"), "{}", said(&again));
    let file = folder.file("password");
    std::fs::write(&file, format!("{PASSWORD}\nnothing else")).expect("a file");
    let other = folder.file("other.db");
    let founded = found(&other, &["--territory", "US", "--password-file", &file], "");
    assert!(said(&founded).contains("US, USD, America/New_York"), "{}", said(&founded));
}

#[test]
fn the_machines_owner_lets_a_locked_out_operator_in() {
    let folder = Folder::new("locked-out");
    let db = folder.file("han.db");
    assert!(found(&db, &["--territory", "KR"], PASSWORD).status.success());
    let unknown = program::run(&["password-link", "eve@example.com", "--db", &db]);
    assert!(!unknown.status.success() && said(&unknown).contains("no such account"), "{}", said(&unknown));

    let served = Served::start(&db);
    let made = program::run(&["password-link", EMAIL, "--db", &db, "--base-url", &served.house]);
    assert!(made.status.success(), "{}", said(&made));
    let link = format!("{}/new-password", served.house);
    let printed = String::from_utf8_lossy(&made.stdout).into_owned();
    let code = printed.lines().find_map(|line| line.strip_prefix(&link)?.strip_prefix('#')).expect("a link");
    let mut browser = Browser::new();
    let set = browser.post(&link, &[("code", code), ("password", "a boat goes over at dawn")]);
    assert_eq!((set.status, set.location.as_str()), (303, "/sign-in"), "{}", set.text);
    let sign_in = format!("{}/sign-in", served.house);
    let old = browser.post(&sign_in, &[("email", EMAIL), ("password", PASSWORD)]);
    assert_eq!(old.status, 422);
    let new = [("email", EMAIL), ("password", "a boat goes over at dawn"), ("next", "/console/house")];
    assert_eq!(browser.post(&sign_in, &new).location, "/console/house");
    assert!(browser.get(&format!("{}/console/house", served.house)).text.contains("Han House"));
}

/// The house in service with its wallet; both end with it.
struct Served {
    child: Child,
    house: String,
    wallet: String,
}

impl Served {
    fn start(db: &str) -> Served {
        let (house, wallet) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
        let child = Command::new(FERRYMAN)
            .args(["serve", "--db", db, "--listen", &house, "--wallet-listen", &wallet])
            .stdout(Stdio::null())
            .spawn()
            .expect("it starts");
        wait_until("it serves", || std::net::TcpStream::connect(&house).is_ok());
        Served { child, house: format!("http://{house}"), wallet: format!("http://{wallet}") }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}

/// Somebody with cookies who follows no link by themselves.
struct Browser {
    agent: ureq::Agent,
    cookies: BTreeMap<String, String>,
}

struct Page {
    status: u16,
    location: String,
    text: String,
}

impl Browser {
    fn new() -> Browser {
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)));
        Browser { agent: config.build().into(), cookies: BTreeMap::new() }
    }

    fn get(&mut self, url: &str) -> Page {
        let cookies = self.sent();
        let answer = self
            .agent
            .get(url)
            .header("cookie", cookies)
            .header("accept-language", "en")
            .call()
            .expect("it answers");
        self.read(answer)
    }

    fn post(&mut self, url: &str, form: &[(&str, &str)]) -> Page {
        let cookies = self.sent();
        let sent = self
            .agent
            .post(url)
            .header("cookie", cookies)
            .header("accept-language", "en")
            .send_form(form.iter().copied());
        self.read(sent.expect("it answers"))
    }

    /// A form that must lead on; where to.
    #[track_caller]
    fn led(&mut self, url: &str, form: &[(&str, &str)]) -> String {
        let page = self.post(url, form);
        assert_eq!(page.status, 303, "{url}: {}", page.text);
        page.location
    }

    fn sent(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn read(&mut self, mut answer: ureq::http::Response<ureq::Body>) -> Page {
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer.headers().get("location").and_then(|value| value.to_str().ok());
        let location = location.unwrap_or_default().to_owned();
        let text = answer.body_mut().read_to_string().expect("text");
        Page { status: answer.status().as_u16(), location, text }
    }
}

fn after<'a>(text: &'a str, mark: &str, begin: &str) -> &'a str {
    let at = text.find(mark).unwrap_or_else(|| panic!("“{mark}” in {text}"));
    let rest = &text[at..];
    let from = rest.find(begin).unwrap_or_else(|| panic!("“{begin}” in {rest}")) + begin.len();
    rest[from..].split('"').next().unwrap_or_default()
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// A film, a cinema with a hall, and a showing of tomorrow evening; the cinema's place and the showing.
fn on_sale(browser: &mut Browser, house: &str, day: Day) -> String {
    let at = |path: &str| format!("{house}{path}");
    let mut org = |kind, name| {
        let form = [("kind", kind), ("name_en", name), ("name_zh", name)];
        last(&browser.led(&at("/console/people"), &form)).to_owned()
    };
    let (studio, circuit) = (org("studio", "Han Pictures"), org("cinema", "River Cinemas"));
    let premiere = day.to_string();
    let film = [
        ("studio", studio.as_str()),
        ("status", "released"),
        ("original_name", "摆渡人"),
        ("name_en", "The Ferryman"),
        ("name_zh", "摆渡人"),
        ("genre", "comedy"),
        ("synopsis_en", "A bar, a river."),
        ("synopsis_zh", "一家酒吧。"),
        ("runtime_minutes", "128"),
        ("premiere", &premiere),
        ("artwork", "the-ferryman"),
        ("domestic", "yes"),
    ];
    let title = browser.led(&at("/console/slate"), &film);
    let city = [
        ("code", "SEL"),
        ("tier", "1"),
        ("city_en", "Seoul"),
        ("city_zh", "首尔"),
        ("longitude", "126.98"),
        ("latitude", "37.57"),
    ];
    browser.led(&at("/console/cinemas/cities"), &city);
    let cinema = [
        ("org", circuit.as_str()),
        ("name_en", "Han Cinema"),
        ("name_zh", "汉江影城"),
        ("address_en", "1 Riverside"),
        ("address_zh", "江边 1 号"),
        ("city", "SEL"),
        ("slug", "han"),
        ("zone", "Asia/Seoul"),
        ("fee", "1000"),
    ];
    let cinema = browser.led(&at("/console/cinemas"), &cinema);
    let hall = [("name_en", "Hall 1"), ("name_zh", "1 号厅"), ("seat_map", "ssssss\nssssss")];
    browser.led(&at(&format!("{cinema}/halls")), &hall);
    let board = at(&format!("{cinema}/showtimes?day={premiere}"));
    let page = browser.get(&board).text;
    let showing = [
        ("title", last(&title)),
        ("hall", after(&page, "name=\"hall\"", "value=\"")),
        ("day", &premiere),
        ("starts", "20:10"),
        ("price", "15000"),
        ("minimum", "0"),
        ("version", "2D"),
    ];
    browser.led(&at(&format!("{cinema}/showtimes")), &showing);
    let page = browser.get(&board).text;
    let showtime = after(&page, &format!("{cinema}/showtimes/"), "/showtimes/").replace("/closure", "");
    format!("/showtimes/{}/{showtime}", last(&cinema))
}

/// Buys seats and pays at the wallet's cashier as a browser does; the order's address.
fn buys(browser: &mut Browser, served: &Served, showtime: &str, seats: &[&str], sum: &str) -> String {
    let at = |path: &str| format!("{}{path}", served.house);
    let picker = browser.get(&at(showtime)).text;
    let mut form = vec![("key", after(&picker, "name=\"key\"", "value=\""))];
    form.extend(seats.iter().map(|seat| ("seat", *seat)));
    let pay = browser.led(&at(showtime), &form);
    let onward = browser.post(&at(&pay), &[]).text;
    let gateway = after(&onward, "gateway.do", "").replace("&amp;", "&");
    let cashier = browser.get(&format!("{}/{gateway}", served.wallet)).location;
    let cashier = format!("{}{cashier}", served.wallet);
    browser.led(&format!("{cashier}/account"), &[("name", "ann")]);
    let asked = browser.get(&cashier).text;
    assert!(asked.contains(sum) && asked.contains("₩500,000") && !asked.contains('¥'), "{asked}");
    assert!(asked.contains("The money is pretend."), "{asked}");
    let back = browser.led(&format!("{cashier}/payment"), &[]);
    let back = browser.get(&format!("{}{back}", served.wallet)).location;
    let mut order = String::new();
    wait_until("the notice is taken", || {
        order = browser.get(&back).location;
        !order.is_empty()
    });
    order
}

#[test]
fn a_house_founded_in_korea_is_paid_in_won_through_the_wallet() {
    let folder = Folder::new("anywhere");
    let db = folder.file("han.db");
    assert!(found(&db, &["--territory", "KR"], PASSWORD).status.success());
    let tomorrow = SystemClock.now().day_in(&Zone::stored("Asia/Seoul")).plus(1);
    let paid_on;
    {
        let served = Served::start(&db);
        let mut ann = Browser::new();
        let sign_in = format!("{}/sign-in", served.house);
        ann.led(&sign_in, &[("email", EMAIL), ("password", PASSWORD)]);
        let home = ann.get(&format!("{}/console/house", served.house)).text;
        assert!(home.contains("South Korea (KR)") && !home.contains("takes no KRW"), "{home}");
        let showtime = on_sale(&mut ann, &served.house, tomorrow);
        let order = buys(&mut ann, &served, &showtime, &["A1", "A2"], "₩32,000");
        let kept = ann.get(&format!("{}{order}", served.house)).text;
        assert!(kept.contains("ticket-code") && kept.contains("₩16,000"), "{kept}");
        ann.led(&format!("{}{order}/refund", served.house), &[]);
        paid_on = SystemClock.now().day_in(&Zone::shanghai());
        wait_until("the wallet has paid back", || {
            ann.get(&format!("{}/sandbox/accounts?currency=KRW", served.wallet)).text.contains("\"500000\"")
        });
        let check = ann.get(&format!("{}/sandbox/check", served.wallet)).text;
        assert!(check.contains("\"holds\":true"), "{check}");
    }
    // A day later the wallet's bill of that day is there, and nothing in it is otherwise than in the house's books.
    let shift = (DAY_SECONDS * 1_000_000).to_string();
    let moved = db::Db::open(&db).and_then(|db| {
        db.write_blocking(db::Lane::house(), move |tx| {
            people::settings::put(tx, "clock_shift_micros", &shift)
        })
    });
    moved.expect("the house's clock is moved on");
    let served = Served::start(&db);
    let mut ann = Browser::new();
    ann.led(&format!("{}/sign-in", served.house), &[("email", EMAIL), ("password", PASSWORD)]);
    ann.post(&format!("{}/sandbox/clock?advance_seconds={}", served.wallet, 2 * DAY_SECONDS), &[]);
    let bill = [("provider", "wallet"), ("day", &*paid_on.to_string())];
    let at = ann.led(&format!("{}/console/reconciliation/bills", served.house), &bill);
    let page = ann.get(&format!("{}{at}", served.house)).text;
    let is_taken = page.contains("it opened 0 cases") || page.contains("was taken in before");
    assert!(is_taken && page.contains('₩') && !page.contains('¥'), "{page}");
    drop(served);
    let check = Command::new(FERRYMAN).args(["check", "--db", &db]).output().expect("it checks");
    assert!(check.status.success(), "{}", said(&check));
}
