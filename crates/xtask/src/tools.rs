//! Programs of other people that the tests need: found, or installed where that is possible.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whether this run must be complete.
pub fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|ci| ci == "true" || ci == "1")
}

/// A program on the `PATH` or in one of the other folders.
pub fn find(name: &str, folders: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = std::env::split_paths(&path).collect();
    on_path.iter().chain(folders).map(|folder| folder.join(name)).find(|program| program.is_file())
}

pub fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// Finds something; when it is missing on Debian and we are root, installs these packages and looks again.
pub fn find_or_install<T>(look: impl Fn() -> Option<T>, packages: &[&str]) -> Result<T> {
    if let Some(found) = look() {
        return Ok(found);
    }
    let names = packages.join(" ");
    if !is_root() || find("apt-get", &[]).is_none() {
        bail!("please install it, on Debian with: apt-get install {names}");
    }
    println!("installing {names}");
    apt(&["update"])?;
    apt(&[&["install", "--yes", "--no-install-recommends"], packages].concat())?;
    look().with_context(|| format!("{names} did not bring it"))
}

fn apt(arguments: &[&str]) -> Result<()> {
    let output = Command::new("apt-get")
        .args(["--quiet", "--quiet"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdin(Stdio::null())
        .output()
        .context("apt-get cannot be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "apt-get {} failed: {said}", arguments.join(" "));
    Ok(())
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Runs a command to its end and says what it said when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let program = Path::new(command.get_program()).display().to_string();
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("{program} cannot be started"))?;
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    anyhow::ensure!(output.status.success(), "{program} failed: {out}{err}");
    Ok(())
}
