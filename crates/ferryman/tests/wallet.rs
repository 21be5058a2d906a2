//! The wallet is a process of its own; killed, it has kept whatever it answered.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

struct Process {
    child: Child,
    address: String,
}

impl Process {
    /// Starts it and waits for its first line.
    fn start(folder: &Path) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_ferryman"))
            .args(["wallet", "--listen", "127.0.0.1:0", "--folder"])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        let said = child.stdout.take().expect("a pipe");
        BufReader::new(said).read_line(&mut line).expect("it says something");
        let address = line.trim().strip_prefix("ready http://").expect("it is ready").to_owned();
        Process { child, address }
    }

    fn call(&self, verb: &str, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let request =
            format!("{verb} {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("it can be asked");
        let mut said = String::new();
        stream.read_to_string(&mut said).expect("it answers");
        let status = said.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        (status, said.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
    }

    fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind is small and in the target folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_the_wallet_answered_survives_its_death() {
    const ROUNDS: i64 = 5;
    let folder =
        Folder(Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("wallet-{}", std::process::id())));
    let mut kept = 0;
    for round in 1..=ROUNDS {
        let wallet = Process::start(&folder.0);
        assert_eq!(wallet.call("GET", "/healthz"), (200, "ok".into()));
        assert_eq!(wallet.call("POST", "/sandbox/accounts?name=ann").0, 200);
        std::thread::scope(|scope| {
            let tops: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| wallet.call("POST", "/sandbox/accounts/ann/top-up?amount=1.00").0))
                .collect();
            kept +=
                tops.into_iter().filter_map(|top| top.join().ok()).filter(|code| *code == 200).count() as i64;
        });
        wallet.kill();
        let again = Process::start(&folder.0);
        let (_, accounts) = again.call("GET", "/sandbox/accounts");
        assert!(
            accounts.contains(&format!("\"{}.00\"", 5000 + kept)),
            "round {round}, {kept} kept: {accounts}"
        );
        assert!(again.call("GET", "/sandbox/check").1.contains("\"holds\":true"));
        again.kill();
    }
}
