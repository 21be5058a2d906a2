//! What people do, in a real browser: headless Chromium, driven over WebDriver.
//!
//! `FERRYMAN_WEBDRIVER` holds the address of a chromedriver; without it these tests say that they did not run.

use db::scratch::{self, Scratch};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use flows::House;
use kernel::{Dice, FalseClock, Share, ShiftedClock, Zone};
use payments::Providers;
use payments::providers::alipay::{Alipay, Cashier, Expiry, Settings, Trust, Version};
use payments::providers::pretend::Pretend;
use people::passwords;
use rehearsal::till::Till;
use rehearsal::{Faults, Release, Silent, Size, World};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// A town on the morning of the premiere, with the day on sale and its goods on the shelf. It is paid through a sandbox
/// wallet on another port.
struct Town {
    scratch: Scratch,
    house: House,
    title: kernel::TitleId,
    wallet: wallet::Handle,
}

impl Town {
    /// A town that is served at this address.
    fn build(seed: u64, address: &str) -> Town {
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
    };
    Alipay::open(settings, Dice::from_entropy()).expect("the keys are there")
}

/// A browser window on the town.
struct Window {
    client: Client,
    address: String,
}

impl Window {
    async fn open(driver: &str, address: &str, width: u32, height: u32) -> Window {
        let profile =
            std::env::temp_dir().join(format!("ferryman-chromium-{:016x}", Dice::from_entropy().next()));
        let mut arguments: Vec<String> = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--lang=en",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        arguments.push(format!("--window-size={width},{height}"));
        let mut wanted = Capabilities::new();
        wanted.insert("goog:chromeOptions".into(), serde_json::json!({ "args": arguments }));
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(wanted)
            .connect(driver)
            .await
            .expect("a browser opens");
        client.set_window_size(width, height).await.expect("the window has its size");
        Window { client, address: address.to_owned() }
    }

    async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.address)).await.expect("the page opens");
    }

    async fn path(&self) -> String {
        self.client.current_url().await.expect("an address").path().to_owned()
    }

    /// Waits for an element and clicks it.
    async fn click(&self, css: &str) {
        let found = self.client.wait().at_most(Duration::from_secs(20)).for_element(Locator::Css(css)).await;
        let element = match found {
            Ok(element) => element,
            Err(error) => panic!("no {css} on {}: {error}\n{}", self.path().await, self.source().await),
        };
        self.client
            .execute(
                "arguments[0].scrollIntoView({block:'center'})",
                vec![serde_json::to_value(&element).expect("an element")],
            )
            .await
            .expect("it scrolls");
        element.click().await.unwrap_or_else(|error| panic!("{css} cannot be clicked: {error}"));
    }

    async fn fill(&self, css: &str, text: &str) {
        let field = self.client.wait().for_element(Locator::Css(css)).await;
        let field = field.unwrap_or_else(|error| panic!("no {css}: {error}"));
        field.clear().await.expect("it empties");
        field.send_keys(text).await.expect("it takes text");
    }

    async fn text(&self, css: &str) -> String {
        let found = self.client.wait().at_most(Duration::from_secs(20)).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element.text().await.expect("it has text"),
            Err(error) => panic!("no {css} on {}: {error}\n{}", self.path().await, self.source().await),
        }
    }

    async fn source(&self) -> String {
        self.client.source().await.unwrap_or_default().chars().take(3000).collect()
    }

    async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.expect("elements").len()
    }

    async fn wait_for_path(&self, start: &str) {
        for _ in 0..200 {
            if self.path().await.starts_with(start) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("waited for {start}, but stands at {}\n{}", self.path().await, self.source().await);
    }

    async fn sign_in(&self, email: &str) {
        self.go("/sign-in?lang=en").await;
        self.fill("input[name=email]", email).await;
        self.fill("input[name=password]", rehearsal::world::PASSWORD).await;
        self.click("main form button[type=submit]").await;
        for _ in 0..100 {
            if self.path().await != "/sign-in" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{email} could not sign in\n{}", self.source().await);
    }

    async fn close(self) {
        let _ = self.client.close().await;
    }
}

/// Serves a town and runs a visit to it; says so when there is no browser.
fn visit<F>(seed: u64, story: impl FnOnce(String, String, Arc<Town>) -> F)
where
    F: Future<Output = ()>,
{
    let Ok(driver) = std::env::var("FERRYMAN_WEBDRIVER") else {
        println!("skipped: FERRYMAN_WEBDRIVER names no chromedriver");
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let town = Arc::new(Town::build(seed, &address));
    runtime.block_on(async {
        let settings = web::Settings { base_url: address.clone(), behind_proxy: false };
        let api = api::Settings { base_url: address.clone(), behind_proxy: false };
        let router = web::router(town.house.clone(), settings).merge(api::router(town.house.clone(), api));
        let server = tokio::spawn(async move {
            axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
        });
        story(driver, address, town.clone()).await;
        server.abort();
    });
    runtime.shutdown_timeout(Duration::from_secs(2));
    let now = town.house.now();
    let broken = town.scratch.read_blocking(move |view| flows::check::broken(view, now)).expect("a check");
    assert_eq!(broken, Vec::<String>::new());
}

/// The first showtime's picker of the film, from its page.
async fn choose_showtime(window: &Window) {
    window.go("/films/the-ferryman").await;
    window.click("a[href^='/showtimes/']").await;
    window.wait_for_path("/showtimes/").await;
}

/// Goes to the cashier's page of the wallet, opens an account there the first time, and confirms.
async fn pay(window: &Window) {
    window.wait_for_path("/pay/").await;
    window.click("button[form=pay]").await;
    window.wait_for_path("/cashier/").await;
    window.fill("form[action$='/account'] input[name=name]", "Ann").await;
    window.click("form.stack[action$='/account'] button").await;
    window.click("form[action$='/payment'] button").await;
}

#[test]
fn two_seats_are_bought_on_a_phone() {
    visit(1, |driver, address, _town| async move {
        let window = Window::open(&driver, &address, 390, 844).await;
        window.sign_in("ann@ferryman.example").await;
        choose_showtime(&window).await;
        window.click("button[data-best]").await;
        assert_eq!(window.count("input[name=seat]:checked").await, 2, "the best two together are chosen");
        window.click("button[form=seats]").await;
        pay(&window).await;
        window.wait_for_path("/tickets/").await;
        assert_eq!(window.count("article.ticket").await, 2);
        assert!(window.count("article.ticket svg").await >= 2, "each ticket has its code as a picture");
        window.close().await;
    });
}

#[test]
fn a_poster_is_bought_in_a_shop() {
    visit(2, |driver, address, _town| async move {
        let window = Window::open(&driver, &address, 390, 844).await;
        window.sign_in("ann@ferryman.example").await;
        window.go("/shops/lantern-store").await;
        window.click("main a[href*='/products/']").await;
        window.wait_for_path("/shops/lantern-store/products/").await;
        let product = window.text("main h1").await;
        window.click("main form[method=post] button[type=submit], button.primary[type=submit]").await;
        window.wait_for_path("/basket").await;
        window.click("a[href$='/checkout']").await;
        window.wait_for_path("/basket/lantern-store/checkout").await;
        window.fill("input[name=recipient]", "安小渡").await;
        window.fill("[name=address]", "滨江路 1 号").await;
        window.click("button.primary[type=submit]").await;
        pay(&window).await;
        window.wait_for_path("/orders/").await;
        let order = window.text("main").await;
        assert!(order.contains(&product), "{product} is not on the order's page: {order}");
        window.close().await;
    });
}

#[test]
fn the_release_page_follows_a_sale_live() {
    visit(3, |driver, address, town| async move {
        let window = Window::open(&driver, &address, 1280, 900).await;
        window.sign_in("studio@ferryman.example").await;
        window.go(&format!("/console/release/{}", town.title)).await;
        let before = window.text("#release-tiles").await;

        let buyer = Window::open(&driver, &address, 390, 844).await;
        buyer.sign_in("ann@ferryman.example").await;
        choose_showtime(&buyer).await;
        buyer.click("button[data-best]").await;
        buyer.click("button[form=seats]").await;
        pay(&buyer).await;
        buyer.wait_for_path("/tickets/").await;
        buyer.close().await;

        let mut after = before.clone();
        for _ in 0..100 {
            after = window.text("#release-tiles").await;
            if after != before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert_ne!(before, after, "the sale is on the page without a reload");
        window.close().await;
    });
}
