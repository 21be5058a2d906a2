//! The official SDKs, unmodified, are the judges of the protocol.
//!
//! `cargo xtask test` installs them from the registries and says where they lie; without them these tests
//! are left out with a sentence.

use std::path::{Path, PathBuf};
use std::process::Command;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is small and in the target folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk").join(name)
}

fn judged(name: &str, command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{name} cannot be started: {error}"));
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{name} found something:\n{out}{err}");
    println!("{out}");
    assert!(out.contains("facts held"), "{name} came to its end:\n{out}");
}

#[test]
fn the_official_npm_client_is_content() {
    let Some(modules) = std::env::var_os("FERRYMAN_SDK_NODE") else {
        println!(
            "left out: FERRYMAN_SDK_NODE names no folder with alipay-sdk; cargo xtask test --only sdk installs it"
        );
        return;
    };
    let folder = Folder::new("npm");
    let wallet = wallet::start(wallet::Options::new(&folder.0)).expect("a wallet");
    let mut node = Command::new("node");
    node.arg(script("judge.mjs")).arg(modules).arg(wallet.folder()).arg(wallet.base_url());
    judged("alipay-sdk", &mut node);
}

#[test]
fn the_official_pypi_client_is_content() {
    let Some(python) = std::env::var_os("FERRYMAN_SDK_PYTHON") else {
        println!(
            "left out: FERRYMAN_SDK_PYTHON names no python with alipay-sdk-python; cargo xtask test --only sdk installs it"
        );
        return;
    };
    let folder = Folder::new("pypi");
    let wallet = wallet::start(wallet::Options::new(&folder.0)).expect("a wallet");
    let mut judge = Command::new(python);
    judge.arg(script("judge.py")).arg(wallet.folder()).arg(wallet.base_url());
    judged("alipay-sdk-python", &mut judge);
}
