//! A fuzzer for what strangers send us: seeded mutations of genuine inputs, thrown at the real parsers.
//!
//! It looks for panics, for inputs that take too long, and for answers that must not be: a changed notice
//! that is believed. It knows nothing of coverage; an input whose outcome is new joins the corpus. A parser
//! with a planted bug comes first and must be found out, or nothing here proves anything.
//!
//! `cargo xtask fuzz alipay --minutes 10 --seed 1`

mod notices;
mod protocol;

use kernel::{Dice, Refusal};
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
    let name = arguments.first().cloned().unwrap_or_else(|| "alipay".into());
    let minutes: f64 = value("--minutes").and_then(|text| text.parse().ok()).unwrap_or(1.0);
    let seed: u64 = value("--seed").and_then(|text| text.parse().ok()).unwrap_or(1);
    std::panic::set_hook(Box::new(|_| {}));
    prove_yourself(seed);
    let Some(target) = target(&name) else {
        eprintln!("there is no target “{name}”; there are alipay, stripe, envelope, bill, certificate");
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
    let planted = Target { corpus: notices::genuine(), run: Box::new(planted) };
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

fn target(name: &str) -> Option<Target> {
    Some(match name {
        "alipay" => notices::alipay(),
        "stripe" => notices::stripe(),
        "envelope" => protocol::envelope(),
        "bill" => protocol::bill(),
        "certificate" => protocol::certificate(),
        _ => return None,
    })
}
