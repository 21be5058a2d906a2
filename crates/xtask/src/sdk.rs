//! What others made that judges us: the official SDKs of the protocols we speak and axe for our pages, installed from their registries into `target/sdk`.

use crate::{tools, workspace};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

/// The judges, at the versions whose behaviour was written down.
const NPM: [&str; 3] = ["alipay-sdk@4.14.0", "stripe@23.1.0", "axe-core@4.14.1"];
const PYPI: &str = "alipay-sdk-python==3.7.1411";

/// Where they lie, for `crates/wallet/tests/sdk.rs`, `crates/payments/tests/facts/stripe.rs` and the pages' test in
/// `crates/ferryman/tests/browser`.
pub struct Sdks {
    /// A folder with `node_modules` in it.
    pub node: PathBuf,
    /// A Python that can import the SDK.
    pub python: PathBuf,
}

impl Sdks {
    /// Installs what is missing. Fails when a tool is missing or a registry cannot be reached.
    pub fn install() -> Result<Sdks> {
        let folder = workspace::root().join("target/sdk");
        Ok(Sdks { node: npm(&folder.join("node"))?, python: pypi(&folder.join("python"))? })
    }

    /// Tells a test run where they are.
    pub fn show_to(&self, tests: &mut Command) {
        tests.env("FERRYMAN_SDK_NODE", &self.node).env("FERRYMAN_SDK_PYTHON", &self.python);
    }
}

fn npm(folder: &PathBuf) -> Result<PathBuf> {
    let look = || Some((tools::find("node", &[])?, tools::find("npm", &[])?));
    let (_, npm) = tools::find_or_install(look, &["nodejs", "npm"]).context("Node.js or npm is missing")?;
    let wanted = NPM.join(" ");
    if !is_installed(folder, &wanted) {
        std::fs::create_dir_all(folder)?;
        let mut install = Command::new(npm);
        install.args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"]).args(NPM);
        tools::run(install.current_dir(folder)).with_context(|| format!("npm cannot install {wanted}"))?;
        mark(folder, &wanted)?;
    }
    Ok(folder.clone())
}

fn pypi(folder: &PathBuf) -> Result<PathBuf> {
    let look = || tools::find("python3", &[]).filter(has_venv);
    let python = tools::find_or_install(look, &["python3", "python3-venv"]).context("Python is missing")?;
    let own = folder.join("bin/python");
    if !is_installed(folder, PYPI) {
        tools::run(Command::new(python).args(["-m", "venv"]).arg(folder))?;
        let mut install = Command::new(&own);
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", PYPI]);
        tools::run(&mut install).with_context(|| format!("pip cannot install {PYPI}"))?;
        mark(folder, PYPI)?;
    }
    Ok(own)
}

fn has_venv(python: &PathBuf) -> bool {
    Command::new(python)
        .args(["-c", "import ensurepip, venv"])
        .output()
        .is_ok_and(|output| output.status.success())
}

/// An installation that came to its end says which version it is of.
fn is_installed(folder: &std::path::Path, version: &str) -> bool {
    std::fs::read_to_string(folder.join("installed")).is_ok_and(|installed| installed == version)
}

fn mark(folder: &std::path::Path, version: &str) -> Result<()> {
    Ok(std::fs::write(folder.join("installed"), version)?)
}
