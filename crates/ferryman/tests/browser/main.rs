//! What people do, in a real browser: headless Chromium, driven over WebDriver.
//!
//! `FERRYMAN_WEBDRIVER` holds the address of a chromedriver; without it these tests say that they did not run.

mod accessibility;
mod keyboard;
mod town;
mod window;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use town::Town;
use window::Window;

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
