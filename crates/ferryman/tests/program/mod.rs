//! The program as its users start it, and a folder that goes away with its test.
#![allow(dead_code, reason = "no test needs all of it")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

pub const FERRYMAN: &str = env!("CARGO_BIN_EXE_ferryman");

pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("ferryman-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        Folder(folder)
    }

    pub fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Starts a command in silence.
pub fn start(arguments: &[&str]) -> Child {
    Command::new(FERRYMAN)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts")
}

/// Runs a command to its end.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(FERRYMAN).args(arguments).output().expect("it answers")
}

/// Everything that it printed.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

pub fn wait_until(what: &str, mut happened: impl FnMut() -> bool) {
    const TRIES_MAX: usize = 4800;
    for _ in 0..TRIES_MAX {
        if happened() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("waited too long until {what}");
}

/// How many tickets an installation has sold.
pub fn sold(db: &str) -> i64 {
    if !db.contains("://") && !Path::new(db).exists() {
        return 0;
    }
    let count = db::Db::open(db).and_then(|db| {
        db.read_blocking(|view| view.one::<(i64,)>("select count(*) from ticket", &[])).map(|(count,)| count)
    });
    count.unwrap_or(0)
}
