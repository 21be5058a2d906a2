//! A wallet to call, a merchant who calls it, and an ear for its notices.

use alipay::Method;
use alipay::notice::Notice;
use alipay::{Params, PrivateKey, PublicKey, envelope::Envelope, request};
use kernel::{Clock, FalseClock, Instant};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use wallet::{Handle, Keys, Options};

/// Fri 23 Dec 2016 19:30 in Beijing.
pub const OPENING: Instant = Instant::from_micros(1_482_492_600_000_000);

pub struct Stand {
    pub wallet: Option<Handle>,
    pub keys: Keys,
    pub clock: Arc<FalseClock>,
    key: PrivateKey,
    folder: PathBuf,
    database: db::scratch::Scratch,
}

static STANDS: AtomicU32 = AtomicU32::new(0);

impl Stand {
    pub fn new() -> Stand {
        let name = format!("stand-{}-{}", std::process::id(), STANDS.fetch_add(1, Ordering::SeqCst));
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let database = db::scratch::scratch_tree(wallet::MIGRATIONS);
        let clock = Arc::new(FalseClock::at(OPENING));
        let wallet = wallet::start(options(&folder, &database, &clock)).expect("a wallet");
        let keys = wallet.app().expect("an app");
        let key = PrivateKey::parse(&keys.private_key).expect("a key");
        Stand { wallet: Some(wallet), keys, clock, key, folder, database }
    }

    /// Ends the wallet and starts it again on what it left behind.
    pub fn restart(&mut self) {
        self.wallet.take().expect("it runs").stop().expect("it ends well");
        let options = options(&self.folder, &self.database, &self.clock);
        self.wallet = Some(wallet::start(options).expect("it starts again"));
    }

    pub fn address(&self) -> SocketAddr {
        self.wallet.as_ref().expect("it runs").address()
    }

    /// The parameters of a call, signed.
    pub fn signed(&self, method: &str, biz: &Value, more: &[(&str, &str)]) -> Params {
        let pairs = [
            ("app_id", self.keys.app_id.as_str()),
            ("method", method),
            ("charset", "utf-8"),
            ("version", "1.0"),
            ("timestamp", &alipay::wall::write(self.clock.now())),
            ("biz_content", &biz.to_string()),
        ];
        let pairs = pairs.iter().chain(more);
        let mut params: Params =
            pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        request::sign(&mut params, &self.key);
        params
    }

    /// Calls a method over V2; its node, verified.
    pub fn call(&self, method: Method, biz: &Value) -> Value {
        self.call_with(method, biz, &[])
    }

    pub fn call_with(&self, method: Method, biz: &Value, more: &[(&str, &str)]) -> Value {
        let (query, body) = request::write(&self.signed(method.name(), biz, more));
        self.opened(method, &self.post(&format!("/gateway.do?{query}"), &body).1)
    }

    pub fn opened(&self, method: Method, body: &[u8]) -> Value {
        let key = PublicKey::parse(&self.keys.alipay_public_key).expect("a key");
        let envelope = Envelope::read(body, method).expect("an envelope");
        serde_json::from_str(envelope.open(&key).expect("signed")).expect("JSON")
    }

    pub fn post(&self, target: &str, body: &str) -> (u16, Vec<u8>) {
        self.send("POST", target, "application/x-www-form-urlencoded", body)
    }

    pub fn send(&self, verb: &str, target: &str, kind: &str, body: &str) -> (u16, Vec<u8>) {
        let head = format!(
            "{verb} {target} HTTP/1.1\r\nHost: wallet\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        exchange(self.address(), &format!("{head}{body}"))
    }

    /// A convenience; what it says.
    pub fn sandbox(&self, verb: &str, address: &str, body: &str) -> Value {
        let (status, said) = self.send(verb, &format!("/sandbox{address}"), "application/json", body);
        let said: Value = serde_json::from_slice(&said).expect("JSON");
        assert_eq!(status, 200, "{address}: {said}");
        said
    }

    pub fn order(&self, number: &str, amount: &str) -> Value {
        serde_json::json!({ "out_trade_no": number, "total_amount": amount, "subject": "摆渡人" })
    }

    /// An order that ann has paid.
    pub fn paid(&self, number: &str, amount: &str) {
        let created = self.call(Method::TradePrecreate, &self.order(number, amount));
        assert_eq!(created["code"], "10000", "{created}");
        self.sandbox("POST", &format!("/trades/{number}/payment?buyer=ann"), "");
    }

    pub fn status(&self, number: &str) -> String {
        let told = self.call(Method::TradeQuery, &serde_json::json!({ "out_trade_no": number }));
        told["trade_status"].as_str().or(told["sub_code"].as_str()).expect("a status").to_owned()
    }

    pub fn refund(&self, number: &str, amount: &str, request: &str) -> Value {
        let biz =
            serde_json::json!({ "out_trade_no": number, "refund_amount": amount, "out_request_no": request });
        self.call(Method::TradeRefund, &biz)
    }

    /// The books of the wallet balance.
    pub fn check(&self) {
        let said = self.sandbox("GET", "/check", "");
        assert_eq!(said["holds"], true, "{said}");
    }

    pub fn treat(&self, modes: &str) {
        self.sandbox("PUT", &format!("/apps/{}/hostility", self.keys.app_id), modes);
    }
}

fn options(folder: &Path, database: &db::scratch::Scratch, clock: &Arc<FalseClock>) -> Options {
    let mut options = Options::new(folder);
    options.db = database.address();
    options.clock = clock.clone();
    options
}

impl Drop for Stand {
    fn drop(&mut self) {
        drop(self.wallet.take());
        // What is left behind is small and in the target folder.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Sends bytes and reads until the other side closes: status and body.
pub fn exchange(address: SocketAddr, request: &str) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(address).expect("somebody listens");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time-out");
    stream.write_all(request.as_bytes()).expect("it can be sent");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("it can be read");
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&bytes[..at]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    (status, bytes[at + 4..].to_vec())
}

/// Hears notices and answers them.
pub struct Ear {
    pub url: String,
    heard: Arc<Mutex<Vec<Notice>>>,
    answer: Arc<Mutex<&'static str>>,
}

impl Ear {
    pub fn new(keys: &Keys) -> Ear {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/notify", listener.local_addr().expect("an address"));
        let (heard, answer) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new("success")));
        let key = PublicKey::parse(&keys.alipay_public_key).expect("a key");
        let (hearing, answering) = (heard.clone(), answer.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let body = read_post(&stream);
                let notice = Notice::open(&body, std::slice::from_ref(&key)).expect("a genuine notice");
                hearing.lock().expect("unpoisoned").push(notice);
                let answer = *answering.lock().expect("unpoisoned");
                let reply = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
                    answer.len()
                );
                (&stream).write_all(reply.as_bytes()).expect("it can be answered");
            }
        });
        Ear { url, heard, answer }
    }

    pub fn answers(&self, answer: &'static str) {
        *self.answer.lock().expect("unpoisoned") = answer;
    }

    /// What was heard, once it is so many.
    pub fn hears(&self, count: usize) -> Vec<Notice> {
        const TRIES: u32 = 1000;
        for _ in 0..TRIES {
            let heard = self.heard.lock().expect("unpoisoned").clone();
            if heard.len() >= count {
                return heard;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("fewer than {count} notices were heard");
    }
}

fn read_post(mut stream: &TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let count = stream.read(&mut part).expect("it can be read");
        bytes.extend_from_slice(&part[..count]);
        let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..at]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
        let length: usize = length.trim().parse().expect("a number");
        if bytes.len() >= at + 4 + length {
            return bytes[at + 4..at + 4 + length].to_vec();
        }
    }
}
