//! A fuzzer for what strangers send us: seeded mutations of genuine inputs, thrown at the real parsers.
//!
//! It looks for panics, for inputs that take too long, and for answers that must not be: a changed notice
//! that is believed. It knows nothing of coverage; an input whose outcome is new joins the corpus. A parser
//! with a planted bug comes first and must be found out, or nothing here proves anything.
//!
//! `cargo xtask fuzz notice --minutes 10 --seed 1`

use alipay::bill::{self, Bill, Business, Line};
use alipay::certificate::Certificate;
use alipay::envelope::{self, Envelope};
use alipay::notice::{self, Notice};
use alipay::rest::Authorization;
use alipay::{Method, Params, PrivateKey, PublicKey, form, request, wall};
use kernel::{Day, Dice, Money, Refusal};
use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Mutated copies of one input, at most.
const MUTATIONS_MAX: u64 = 8;
/// Inputs kept because their outcome was new, at most.
const CORPUS_MAX: usize = 2_000;
/// The longest input.
const BYTES_MAX: usize = 64 << 10;
/// Longer than this is a hang.
const SLOW: Duration = Duration::from_secs(2);

type Outcome = Result<&'static str, Refusal>;
type Parser = Box<dyn Fn(&[u8]) -> Outcome>;

struct Target {
    corpus: Vec<Vec<u8>>,
    run: Parser,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let value = |name: &str| arguments.iter().skip_while(|word| *word != name).nth(1).cloned();
    let name = arguments.first().cloned().unwrap_or_else(|| "notice".into());
    let minutes: f64 = value("--minutes").and_then(|text| text.parse().ok()).unwrap_or(1.0);
    let seed: u64 = value("--seed").and_then(|text| text.parse().ok()).unwrap_or(1);
    std::panic::set_hook(Box::new(|_| {}));
    prove_yourself(seed);
    let Some(target) = target(&name) else {
        eprintln!("there is no target “{name}”; there are notice, envelope, bill, certificate");
        std::process::exit(2);
    };
    if !fuzz(&name, target, seed, Duration::from_secs_f64(minutes * 60.0)) {
        std::process::exit(1);
    }
}

/// A parser that breaks on one kind of input must be found out within a minute.
fn prove_yourself(seed: u64) {
    let planted = |bytes: &[u8]| -> Outcome {
        let text = String::from_utf8_lossy(bytes);
        let at = text.find("total_amount=").map_or(0, |at| at + 13);
        assert!(!text[at..].starts_with("-"), "the planted bug");
        Ok("read")
    };
    let planted = Target { corpus: notices(&key()), run: Box::new(planted) };
    let mut fuzzer = Fuzzer::new(planted, seed);
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        if fuzzer.step().is_err() {
            println!("the planted bug was found after {} inputs", fuzzer.runs);
            return;
        }
    }
    eprintln!("the planted bug was not found: this fuzzer proves nothing");
    std::process::exit(1);
}

fn fuzz(name: &str, target: Target, seed: u64, long: Duration) -> bool {
    let mut fuzzer = Fuzzer::new(target, seed);
    let began = Instant::now();
    let mut told = Duration::ZERO;
    while began.elapsed() < long {
        if let Err(found) = fuzzer.step() {
            let hex: String = found.input.iter().map(|byte| format!("{byte:02x}")).collect();
            println!("{name}, seed {seed}, input {}: {}\n{hex}", fuzzer.runs, found.why);
            return false;
        }
        if began.elapsed() - told > Duration::from_secs(60) {
            told = began.elapsed();
            println!("{}", fuzzer.said(name, told));
        }
    }
    println!("{}; no panic, no hang, nothing believed that was changed", fuzzer.said(name, began.elapsed()));
    true
}

struct Found {
    input: Vec<u8>,
    why: String,
}

struct Fuzzer {
    target: Target,
    dice: Dice,
    seen: HashSet<String>,
    runs: u64,
}

impl Fuzzer {
    fn new(target: Target, seed: u64) -> Fuzzer {
        Fuzzer { target, dice: Dice::seeded(seed), seen: HashSet::new(), runs: 0 }
    }

    fn step(&mut self) -> Result<(), Found> {
        let corpus = &self.target.corpus;
        let mut input = self.dice.pick(corpus).clone();
        let other = self.dice.pick(corpus).clone();
        for _ in 0..=self.dice.below(MUTATIONS_MAX) {
            mutate(&mut input, &other, &mut self.dice);
        }
        input.truncate(BYTES_MAX);
        self.runs += 1;
        let began = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.target.run)(&input)));
        let said = match outcome {
            Err(panic) => {
                let text = panic.downcast_ref::<String>().map(String::as_str);
                let text = text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
                return Err(Found { why: format!("it panics: {text}"), input });
            }
            Ok(_) if began.elapsed() > SLOW => {
                return Err(Found { why: format!("it takes {:?}", began.elapsed()), input });
            }
            Ok(Ok(what)) => what.to_owned(),
            Ok(Err(refusal)) => format!("{}: {}", refusal.code, shape(&refusal.say.en)),
        };
        if self.seen.insert(said) && self.target.corpus.len() < CORPUS_MAX {
            self.target.corpus.push(input);
        }
        Ok(())
    }

    fn said(&self, name: &str, elapsed: Duration) -> String {
        format!(
            "{name}: {} inputs in {:.0} s, {} different outcomes, {} in the corpus",
            self.runs,
            elapsed.as_secs_f64(),
            self.seen.len(),
            self.target.corpus.len()
        )
    }
}

/// A sentence without what was quoted in it.
fn shape(sentence: &str) -> String {
    sentence.split(['“', '”']).step_by(2).collect::<Vec<_>>().join("…").chars().take(120).collect()
}

fn mutate(input: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    const TOKENS: [&[u8]; 18] = [
        b"&",
        b"=",
        b"%",
        b"%00",
        b"%C4%E3",
        b"sign",
        b"sign_type=RSA2",
        b"\"",
        b"{",
        b"}",
        b",",
        b"-",
        b"0.00",
        b"99999999999999999999",
        "１".as_bytes(),
        "😀".as_bytes(),
        b"\\u0000",
        b"\xff\xfe",
    ];
    let at = dice.below(input.len() as u64 + 1) as usize;
    let end = (at + dice.below(24) as usize).min(input.len());
    match dice.below(8) {
        0 if at < input.len() => input[at] ^= 1 << dice.below(8),
        1 if at < input.len() => input[at] = dice.next() as u8,
        2 => drop(input.drain(at..end)),
        3 => {
            let part: Vec<u8> = input[at..end].to_vec();
            input.splice(at..at, part);
        }
        4 => input.truncate(at),
        5 if !other.is_empty() => {
            let from = dice.below(other.len() as u64) as usize;
            let part = &other[from..(from + 64).min(other.len())];
            input.splice(at..end, part.iter().copied());
        }
        6 => drop(input.splice(at..end, dice.bytes::<3>())),
        _ => drop(input.splice(at..at, dice.pick(&TOKENS).iter().copied())),
    }
}

fn key() -> PrivateKey {
    PrivateKey::generate().expect("a key")
}

fn target(name: &str) -> Option<Target> {
    Some(match name {
        "notice" => notice_target(),
        "envelope" => envelope_target(),
        "bill" => bill_target(),
        "certificate" => certificate_target(),
        _ => return None,
    })
}

/// The notice endpoint's parser: as it is, then again signed by the platform's own key, so that what lies
/// behind the signature is reached too.
fn notice_target() -> Target {
    let key = key();
    let keys = [key.public()];
    let corpus = notices(&key);
    let genuine: Vec<Params> = corpus.iter().filter_map(|body| form::read_bytes(body).ok()).collect();
    let run = move |bytes: &[u8]| {
        let opened = Notice::open(bytes, &keys);
        if let Ok(notice) = &opened {
            let signed = |fields: &Params| notice::canonical(fields);
            assert!(
                genuine.iter().any(|fields| signed(fields) == signed(&notice.fields)),
                "a changed notice was believed"
            );
        }
        let Ok(mut fields) = form::read_bytes(bytes) else { return opened.map(|_| "believed") };
        notice::sign(&mut fields, &key);
        Notice::open(form::write(&fields).as_bytes(), &keys).map(|_| "believed when signed")
    };
    Target { corpus, run: Box::new(run) }
}

fn notices(key: &PrivateKey) -> Vec<Vec<u8>> {
    let paid = [
        ("notify_id", "2016122300222193000"),
        ("notify_type", "trade_status_sync"),
        ("notify_time", "2016-12-23 19:30:02"),
        ("app_id", "2021000000000001"),
        ("seller_id", "2088000000000001"),
        ("out_trade_no", "pay_1"),
        ("trade_no", "20161223220014"),
        ("total_amount", "39.90"),
        ("trade_status", "TRADE_SUCCESS"),
        ("gmt_payment", "2016-12-23 19:30:01"),
        ("subject", "摆渡人 F7 F8"),
        ("fund_bill_list", r#"[{"amount":"39.90","fundChannel":"ALIPAYACCOUNT"}]"#),
    ];
    let refunded =
        [("refund_fee", "10.00"), ("out_biz_no", "rfd_1"), ("gmt_refund", "2016-12-24 10:00:00.123")];
    let body = |pairs: &[(&str, &str)]| {
        let mut fields: Params =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        notice::sign(&mut fields, key);
        form::write(&fields).into_bytes()
    };
    vec![body(&paid), body(&[&paid[..], &refunded[..]].concat()), b"a=1&b=2".to_vec(), Vec::new()]
}

fn envelope_target() -> Target {
    let key = key();
    let public = key.public();
    let node = r#"{"code":"10000","msg":"Success","total_amount":"39.90","subject":"a \"sign\" } {","qr_code":"https:\/\/a"}"#;
    let name = Method::TradeQuery.name();
    let corpus = vec![
        envelope::write(name, node, None, &key).into_bytes(),
        envelope::write(name, node, Some("5f"), &key).into_bytes(),
        br#"{"error_response":{"code":"40002"},"sign":"AAAA"}"#.to_vec(),
        b"ALIPAY-SHA256withRSA app_id=1,nonce=2,timestamp=3,sign=AAAA".to_vec(),
    ];
    let run = move |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let _ = Authorization::read(&text);
        let _ = request::read(&text, bytes);
        let opened = Envelope::read(bytes, Method::TradeQuery)?.open(&public)?;
        assert!(opened == node, "a changed answer was believed");
        Ok("believed")
    };
    Target { corpus, run: Box::new(run) }
}

fn bill_target() -> Target {
    let line = |i: i64| {
        let refund = i % 3 == 2;
        let at = wall::read("2016-12-23 19:30:00").expect("a time");
        let amount = Money::fen(if refund { -1000 - i } else { 3990 + i });
        Line {
            trade_no: format!("20161223220014{i:014}"),
            out_trade_no: format!("pay_{i}"),
            business: if refund { Business::Refund } else { Business::Trade },
            subject: "摆渡人, \"F7\"".into(),
            created_at: at,
            finished_at: at,
            counterparty: "ann***".into(),
            amount,
            received: amount,
            out_request_no: if refund { format!("rfd_{i}") } else { String::new() },
            fee: Money::fen(-24),
            note: String::new(),
        }
    };
    let (day, made_at) =
        (Day::parse("2016-12-23").expect("a day"), wall::read("2016-12-24 09:00:00").expect("a time"));
    let seller_id = String::from("2088000000000001");
    let bill = Bill { seller_id, day, made_at, lines: (0..9).map(line).collect() };
    let zip = bill::write(&bill).expect("a zip");
    let text = bill::write_table(&bill).expect("a table");
    let corpus = vec![zip, text.clone().into_bytes(), text.into_bytes(), b"PK\x05\x06".to_vec()];
    let run = |bytes: &[u8]| match bytes.starts_with(b"PK") {
        true => bill::read(bytes).map(|_| "a zip was read"),
        false => bill::read_table(&String::from_utf8_lossy(bytes)).map(|_| "a table was read"),
    };
    Target { corpus, run: Box::new(run) }
}

fn certificate_target() -> Target {
    use alipay::certificate::{Issuing, Name, issue};
    let key = key();
    let name = Name { country: "CN", organization: "Sandbox", unit: "Sandbox", common_name: "摆渡" };
    let at = wall::read("2016-12-23 19:30:00").expect("a time");
    let issuing = Issuing {
        issuer: name,
        subject: name,
        serial: 7,
        from: at,
        until: at.plus_seconds(86_400),
        authority: true,
    };
    let pem = issue(&issuing, &key.public(), &key);
    let corpus = vec![pem.clone().into_bytes(), key.public().pem().into_bytes(), pem.repeat(2).into_bytes()];
    let run = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        let _ = PublicKey::parse(&text);
        let _ = PrivateKey::parse(&text);
        let bundle = Certificate::bundle(&text)?;
        for certificate in &bundle {
            certificate.sn();
            certificate.is_issued_by(&bundle[0]);
            let _ = certificate.public_key();
        }
        Ok("read")
    };
    Target { corpus, run: Box::new(run) }
}
