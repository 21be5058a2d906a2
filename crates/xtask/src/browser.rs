//! A browser that tests can drive: Chromium behind its WebDriver.

use crate::tools;
use anyhow::{Context, Result, bail};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running driver; it and its browsers end with this value.
pub struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    pub fn start() -> Result<Driver> {
        let packages = ["chromium", "chromium-driver", "fonts-noto-cjk"];
        let program =
            tools::find_or_install(program, &packages).context("Chromium or its WebDriver is missing")?;
        let port = tools::free_port()?;
        let child = Command::new(program)
            .arg(format!("--port={port}"))
            .arg("--silent")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let mut driver = Driver { child, port };
        driver.wait()?;
        Ok(driver)
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn wait(&mut self) -> Result<()> {
        const TRIES: u32 = 100;
        for _ in 0..TRIES {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("chromedriver ended at once: {status}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("chromedriver did not answer on port {}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The driver, when there is also a browser for it.
fn program() -> Option<std::path::PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"].iter().find_map(|name| tools::find(name, &[]))?;
    tools::find("chromedriver", &["/usr/lib/chromium".into()])
}
