//! A browser window, and what a person does with it.

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use kernel::Dice;
use serde_json::Value;
use std::time::Duration;

/// A browser window on the town.
pub struct Window {
    pub client: Client,
    address: String,
}

impl Window {
    pub async fn open(driver: &str, address: &str, width: u32, height: u32) -> Window {
        Window::with(driver, address, (width, height), serde_json::json!({})).await
    }

    /// A window that runs no script of a page.
    pub async fn without_script(driver: &str, address: &str, width: u32, height: u32) -> Window {
        let never = serde_json::json!({ "profile.managed_default_content_settings.javascript": 2 });
        Window::with(driver, address, (width, height), never).await
    }

    async fn with(driver: &str, address: &str, (width, height): (u32, u32), preferences: Value) -> Window {
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
            "--force-prefers-reduced-motion",
            "--lang=en",
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        arguments.push(format!("--window-size={width},{height}"));
        let mut wanted = Capabilities::new();
        wanted.insert(
            "goog:chromeOptions".into(),
            serde_json::json!({ "args": arguments, "prefs": preferences }),
        );
        let client = ClientBuilder::new(hyper_util::client::legacy::connect::HttpConnector::new())
            .capabilities(wanted)
            .connect(driver)
            .await
            .expect("a browser opens");
        client.set_window_size(width, height).await.expect("the window has its size");
        Window { client, address: address.to_owned() }
    }

    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.address)).await.expect("the page opens");
    }

    pub async fn path(&self) -> String {
        self.client.current_url().await.expect("an address").path().to_owned()
    }

    /// Waits for an element and clicks it.
    pub async fn click(&self, css: &str) {
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

    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.client.wait().for_element(Locator::Css(css)).await;
        let field = field.unwrap_or_else(|error| panic!("no {css}: {error}"));
        field.clear().await.expect("it empties");
        field.send_keys(text).await.expect("it takes text");
    }

    /// Presses a key where the keyboard stands.
    pub async fn press(&self, key: char) {
        let keys = KeyActions::new("keyboard".into());
        let pressed = keys.then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        self.client.perform_actions(pressed).await.expect("a key is pressed");
    }

    pub async fn text(&self, css: &str) -> String {
        let found = self.client.wait().at_most(Duration::from_secs(20)).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => element.text().await.expect("it has text"),
            Err(error) => panic!("no {css} on {}: {error}\n{}", self.path().await, self.source().await),
        }
    }

    pub async fn source(&self) -> String {
        self.client.source().await.unwrap_or_default().chars().take(3000).collect()
    }

    pub async fn count(&self, css: &str) -> usize {
        self.client.find_all(Locator::Css(css)).await.expect("elements").len()
    }

    pub async fn wait_for_path(&self, start: &str) {
        for _ in 0..200 {
            if self.path().await.starts_with(start) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("waited for {start}, but stands at {}\n{}", self.path().await, self.source().await);
    }

    pub async fn sign_in(&self, email: &str) {
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

    pub async fn close(self) {
        let _ = self.client.close().await;
    }
}
