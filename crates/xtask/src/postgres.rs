//! A PostgreSQL server of our own: made in a new folder, stopped and deleted at the end.

use crate::tools;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whether an answered commit must be on disk: yes to measure, no to test quickly.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fsync {
    On,
    Off,
}

pub struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Server {
    /// Starts a server with its data in a new folder inside `parent`.
    pub fn start(parent: &Path, fsync: Fsync) -> Result<Server> {
        let programs = tools::find_or_install(programs, &["postgresql"]).context("PostgreSQL is missing")?;
        let folder = parent.join(format!("ferryman-postgres-{}", std::process::id()));
        let server = Server { programs, folder, port: tools::free_port()? };
        server.make()?;
        server.certify()?;
        server.run(fsync)?;
        Ok(server)
    }

    pub fn url(&self) -> String {
        format!("postgres://ferryman@127.0.0.1:{}/postgres", self.port)
    }

    /// The authority that vouches for the server under the name `localhost`, in PEM.
    pub fn authority(&self) -> PathBuf {
        self.folder.join("server.crt")
    }

    fn make(&self) -> Result<()> {
        std::fs::create_dir(&self.folder)
            .with_context(|| format!("{} cannot be made", self.folder.display()))?;
        if tools::is_root() {
            tools::run(Command::new("chown").arg("nobody").arg(&self.folder))?;
        }
        let mut initdb = self.program("initdb");
        initdb.args(["--username=ferryman", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        tools::run(initdb.arg("-D").arg(self.folder.join("data")))
    }

    /// A certificate that vouches for itself, by OpenSSL, which PostgreSQL's package brings along.
    fn certify(&self) -> Result<()> {
        let openssl = tools::find_or_install(|| tools::find("openssl", &[]), &["openssl"])?;
        let mut make = self.as_nobody(&openssl);
        make.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]);
        make.args(["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
        make.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
        make.arg("-out").arg(self.authority()).arg("-keyout").arg(self.folder.join("server.key"));
        tools::run(&mut make)
    }

    fn run(&self, fsync: Fsync) -> Result<()> {
        let fsync = match fsync {
            Fsync::On => "",
            Fsync::Off => "-c fsync=off -c synchronous_commit=off -c full_page_writes=off",
        };
        let folder = self.folder.display();
        let options = format!(
            "-p {} -k {folder} -c listen_addresses=127.0.0.1 -c max_connections=300 -c ssl=on \
             -c ssl_cert_file={folder}/server.crt -c ssl_key_file={folder}/server.key {fsync}",
            self.port
        );
        let mut start = self.program("pg_ctl");
        start.arg("-D").arg(self.folder.join("data")).arg("-l").arg(self.folder.join("log"));
        // The server inherits our pipes, so waiting for their end would be waiting for its.
        let status = start
            .args(["-o", &options, "-w", "-s", "start"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        anyhow::ensure!(status.success(), "PostgreSQL did not start: {log}");
        Ok(())
    }

    /// One of PostgreSQL's programs, which refuse to be root.
    fn program(&self, name: &str) -> Command {
        self.as_nobody(&self.programs.join(name))
    }

    fn as_nobody(&self, program: &Path) -> Command {
        let mut command = if tools::is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "nobody", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        stop.arg("-D").arg(self.folder.join("data")).args(["-m", "immediate", "-w", "-s", "stop"]);
        // What cannot be stopped or deleted is only untidy.
        let _ = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The folder of `initdb`, where `pg_ctl` and `postgres` are too.
fn programs() -> Option<PathBuf> {
    let initdb = tools::find("initdb", &debian_folders())?.canonicalize().ok()?;
    let folder = initdb.parent()?.to_owned();
    folder.join("pg_ctl").is_file().then_some(folder)
}

/// `/usr/lib/postgresql/15/bin`, the newest first.
fn debian_folders() -> Vec<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    folders
}
