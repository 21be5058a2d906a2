//! The program is killed in the middle of a release and started again: nothing is lost, nothing half done.

mod program;

use program::{FERRYMAN, Folder, sold, start, wait_until};
use std::path::Path;
use std::process::Command;

#[test]
fn a_release_that_is_killed_and_served_again_is_whole() {
    let folder = Folder::new("kill");
    let db = folder.file("demo.db");
    let mut demo = start(&["demo", "--exit", "--db", &db]);
    wait_until("tickets are sold", || sold(&db) > 300);
    demo.kill().expect("it is killed");
    demo.wait().expect("it is gone");
    let before = sold(&db);

    let (port, wallet) = (free_port(), format!("127.0.0.1:{}", free_port()));
    let listen = format!("127.0.0.1:{port}");
    let mut serve = start(&["serve", "--db", &db, "--listen", &listen, "--wallet-listen", &wallet]);
    wait_until("it serves", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    serve.kill().expect("it is killed again");
    serve.wait().expect("it is gone");

    assert!(sold(&db) >= before, "a ticket that was there is there");
    let check = Command::new(FERRYMAN).args(["check", "--db", &db]).output().expect("it checks");
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stdout));
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}

/// A house in service audits itself from its first moment on, and says what it finds.
#[test]
fn a_house_that_serves_audits_its_books() {
    let folder = Folder::new("audit");
    let db = folder.file("mine.db");
    let touched = db::Db::open(&db).and_then(|db| {
        db.write_blocking(db::Lane::house(), |tx| {
            tx.run("insert into account values ('plc_house', 'fee', 'CNY', false, 0, 5, 0, 0)", &[])
        })
    });
    touched.expect("a balance that no transfer explains");
    let (listen, wallet) = (format!("127.0.0.1:{}", free_port()), format!("127.0.0.1:{}", free_port()));
    let log = std::fs::File::create(folder.file("log")).expect("a log");
    let mut serve = Command::new(FERRYMAN)
        .args(["serve", "--db", &db, "--listen", &listen, "--wallet-listen", &wallet])
        .stdout(log.try_clone().expect("the same log"))
        .stderr(log)
        .spawn()
        .expect("it starts");
    let said = || std::fs::read_to_string(folder.file("log")).unwrap_or_default();
    wait_until("it says so", || said().contains("the books do not agree"));
    serve.kill().expect("it is killed");
    serve.wait().expect("it is gone");
}

#[test]
fn a_database_that_is_no_demonstration_is_left_alone() {
    let folder = Folder::new("other");
    let db = folder.file("mine.db");
    drop(db::Db::open(&db).expect("an installation"));
    let demo = Command::new(FERRYMAN).args(["demo", "--exit", "--db", &db]).output().expect("it answers");
    assert!(!demo.status.success());
    assert!(String::from_utf8_lossy(&demo.stderr).contains("is not a demonstration's database"));
    assert!(Path::new(&db).exists());
}

#[test]
fn a_check_of_nothing_says_so() {
    let check =
        Command::new(FERRYMAN).args(["check", "--db", "/nowhere/at/all.db"]).output().expect("it answers");
    assert!(!check.status.success());
    assert!(String::from_utf8_lossy(&check.stderr).contains("there is no database"));
}

/// The processes that a process has started.
fn children(of: u32) -> Vec<u32> {
    let said = Command::new("ps").args(["-o", "pid=", "--ppid", &of.to_string()]).output().expect("ps runs");
    String::from_utf8_lossy(&said.stdout).split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

fn is_alive(pid: u32) -> bool {
    let said = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().expect("ps runs");
    let state = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    !state.is_empty() && !state.starts_with('Z')
}

fn takes_connections(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}

/// The sandbox wallet is a process of its own: it comes back when it dies, and goes when we are killed.
#[test]
fn the_sandbox_wallet_lives_as_long_as_we_do() {
    let folder = Folder::new("sandbox");
    let (port, wallet) = (free_port(), free_port());
    let (listen, wallet_listen) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{wallet}"));
    let db = folder.file("mine.db");
    let mut serve = start(&["serve", "--db", &db, "--listen", &listen, "--wallet-listen", &wallet_listen]);
    wait_until("it serves", || takes_connections(port));
    assert!(takes_connections(wallet), "the wallet is there before us");
    assert!(Path::new(&folder.file("mine-wallet")).is_dir(), "its keys lie beside our database");
    let [first] = children(serve.id())[..] else { panic!("one wallet: {:?}", children(serve.id())) };

    assert!(Command::new("kill").args(["-9", &first.to_string()]).status().expect("kill runs").success());
    wait_until("it is started again", || {
        let now = children(serve.id());
        now.len() == 1 && now[0] != first && takes_connections(wallet)
    });
    let second = children(serve.id())[0];
    serve.kill().expect("we are killed");
    serve.wait().expect("we are gone");
    wait_until("it is gone too", || !is_alive(second));
    assert!(!takes_connections(wallet));
}

#[test]
fn a_provider_that_is_half_configured_says_what_is_missing() {
    let folder = Folder::new("half");
    let db = folder.file("mine.db");
    let keys = folder.file("");
    for (arguments, missing) in [
        (vec!["--alipay-keys", &keys], "--alipay-app-id"),
        (vec!["--alipay-keys", &keys, "--alipay-app-id", "1", "--alipay-seller-id", "2"], "--base-url"),
        (
            vec![
                "--base-url",
                "https://a",
                "--alipay-keys",
                &keys,
                "--alipay-app-id",
                "1",
                "--alipay-seller-id",
                "2",
            ],
            "app_private_key.pem",
        ),
        (vec!["--stripe-keys", &keys], "webhook secret"),
    ] {
        let answer = Command::new(FERRYMAN).args(["serve", "--db", &db]).args(&arguments).output();
        let answer = answer.expect("it answers");
        let said = String::from_utf8_lossy(&answer.stderr).into_owned();
        assert!(!answer.status.success() && said.contains(missing), "{arguments:?}: {said}");
    }
}
