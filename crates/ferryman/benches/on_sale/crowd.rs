//! The crowd: what each visitor asks for, and what was acknowledged to whom.

use crate::client::{Answer, Ask, Connection};
use crate::town::{Screen, Town};
use anyhow::{Context, Result};
use kernel::Dice;
use serde_json::json;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::mpsc;

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The film's page.
    Film,
    /// The page on which seats are chosen.
    Picker,
    /// The state of every seat, as JSON.
    Seats,
    /// How the line stands.
    Line,
    /// Two seats are held.
    Hold,
    /// A payment is begun.
    Pay,
}

impl Kind {
    pub const ALL: [Kind; 6] = [Kind::Film, Kind::Picker, Kind::Seats, Kind::Line, Kind::Hold, Kind::Pay];

    pub fn code(self) -> &'static str {
        match self {
            Kind::Film => "film page",
            Kind::Picker => "seat page",
            Kind::Seats => "seat map",
            Kind::Line => "line",
            Kind::Hold => "hold",
            Kind::Pay => "pay",
        }
    }

    /// The profile of an on-sale, in hundredths: 90 of reading, 8 of holding, 2 of paying.
    fn of(hundredth: u64) -> Kind {
        match hundredth {
            0..20 => Kind::Film,
            20..40 => Kind::Picker,
            40..60 => Kind::Seats,
            60..90 => Kind::Line,
            90..98 => Kind::Hold,
            _ => Kind::Pay,
        }
    }
}

/// Seats that the house said are held.
#[derive(Clone, Debug)]
pub struct Held {
    pub place: String,
    pub order: String,
    pub intent: String,
    pub buyer: usize,
}

/// A payment that the wallet said is made.
#[derive(Clone, Debug)]
pub struct Paid {
    pub place: String,
    pub intent: String,
}

/// What was acknowledged.
#[derive(Default)]
pub struct Told {
    pub held: Vec<Held>,
    pub paid: Vec<Paid>,
    /// Payments that the wallet did not take.
    pub unpaid: usize,
}

pub struct Crowd {
    pub town: Town,
    /// The next pair of each showing that nobody has asked for.
    next: Vec<AtomicUsize>,
    people: AtomicUsize,
    payable: Mutex<Vec<Held>>,
    told: Mutex<Told>,
    to_wallet: mpsc::UnboundedSender<(Held, String)>,
}

/// One hold in this many asks for seats that somebody else has asked for.
const CONTENDED_ONE_IN: u64 = 10;

impl Crowd {
    /// Visitors of a town, whose payments are made at a wallet.
    pub fn new(town: Town, wallet: SocketAddr) -> Arc<Crowd> {
        const PAYERS: usize = 8;
        let (to_wallet, payments) = mpsc::unbounded_channel();
        let next = town.screens.iter().map(|_| AtomicUsize::new(0)).collect();
        let crowd = Crowd {
            town,
            next,
            people: AtomicUsize::new(0),
            payable: Mutex::default(),
            told: Mutex::default(),
            to_wallet,
        };
        let crowd = Arc::new(crowd);
        let payments = Arc::new(tokio::sync::Mutex::new(payments));
        for _ in 0..PAYERS {
            tokio::spawn(pay_at_wallet(crowd.clone(), payments.clone(), wallet));
        }
        crowd
    }

    pub fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn payable(&self) -> MutexGuard<'_, Vec<Held>> {
        self.payable.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// What somebody asks next, with what must be known to read the answer.
    pub fn wish(&self, dice: &mut Dice) -> Wish {
        self.wish_of(Kind::of(dice.below(100)), dice)
    }

    pub fn wish_of(&self, kind: Kind, dice: &mut Dice) -> Wish {
        let screen = &self.town.screens[self.showing(dice)];
        let plain = |ask| Wish { kind, ask, subject: Subject::Nothing };
        match kind {
            Kind::Film => plain(Ask::get(format!("/films/{}", self.town.slug))),
            Kind::Picker => plain(Ask::get(format!("/showtimes/{}/{}", screen.place, screen.id))),
            Kind::Seats => {
                plain(Ask::get(format!("/api/places/{}/showtimes/{}/seats", screen.place, screen.id)))
            }
            Kind::Line => plain(Ask::get(format!("/api/titles/{}/line", self.town.title))),
            Kind::Hold => self.hold(dice, None),
            Kind::Pay => match self.payable().pop() {
                Some(held) => self.checkout(held),
                // Nobody holds anything yet.
                None => self.hold(dice, None),
            },
        }
    }

    /// The first evening is wanted most.
    fn showing(&self, dice: &mut Dice) -> usize {
        let (all, drawn) = (self.town.screens.len(), dice.fraction());
        ((drawn * drawn * all as f64) as usize).min(all - 1)
    }

    /// Two seats; for a visitor who stood in line, with their place.
    pub fn hold(&self, dice: &mut Dice, turn: Option<(usize, &str)>) -> Wish {
        let first = self.showing(dice);
        let (screen, pair) = self.seats(first, dice);
        let buyer = turn.map_or_else(
            || self.people.fetch_add(1, Ordering::Relaxed) % self.town.people.len(),
            |(person, _)| person,
        );
        let mut body = json!({ "seats": self.town.pairs[pair] });
        if let Some((_, place)) = turn {
            body["place"] = place.into();
        }
        let path = format!("/api/places/{}/showtimes/{}/orders", screen.place, screen.id);
        let ask = Ask::post(path, Some(body.to_string()))
            .bearing(&self.town.people[buyer])
            .with("idempotency-key", format!("{:032x}", u128::from(dice.next())));
        Wish { kind: Kind::Hold, ask, subject: Subject::Seats { buyer } }
    }

    /// Seats of a showing that nobody has asked for, or now and then such as somebody has; the next with seats left.
    fn seats(&self, first: usize, dice: &mut Dice) -> (&Screen, usize) {
        let pairs = self.town.pairs.len();
        for step in 0..self.town.screens.len() {
            let at = (first + step) % self.town.screens.len();
            let asked = self.next[at].load(Ordering::Relaxed);
            if asked > 0 && dice.below(CONTENDED_ONE_IN) == 0 {
                return (&self.town.screens[at], dice.below(asked.min(pairs) as u64) as usize);
            }
            let pair = self.next[at].fetch_add(1, Ordering::Relaxed);
            if pair < pairs {
                return (&self.town.screens[at], pair);
            }
        }
        (&self.town.screens[first], 0)
    }

    /// Seats that are left which nobody has asked for.
    pub fn pairs_left(&self) -> usize {
        let pairs = self.town.pairs.len();
        self.next.iter().map(|next| pairs.saturating_sub(next.load(Ordering::Relaxed))).sum()
    }

    fn checkout(&self, held: Held) -> Wish {
        let path = format!("/api/places/{}/payments/{}/checkout", held.place, held.intent);
        let ask = Ask::post(path, None).bearing(&self.town.people[held.buyer]);
        Wish { kind: Kind::Pay, ask, subject: Subject::Payment(held) }
    }

    /// Remembers what an answer acknowledged, and goes on to the wallet.
    pub fn hear(&self, wish: &Wish, answer: &Answer) -> Result<()> {
        match &wish.subject {
            Subject::Seats { buyer } if matches!(answer.status, 200 | 201) => {
                let said = answer.json()?;
                let text = |at: &str| said.pointer(at).and_then(|value| value.as_str()).map(str::to_owned);
                let held = Held {
                    place: text("/order/place").context("a place")?,
                    order: text("/order/id").context("an order")?,
                    intent: text("/payment/id").context("a payment")?,
                    buyer: *buyer,
                };
                self.told().held.push(held.clone());
                self.payable().push(held);
            }
            Subject::Payment(held) if answer.status == 200 => {
                let address = answer.json()?["address"].as_str().context("a cashier")?.to_owned();
                // Nobody listens any more once the crowd goes home.
                let _ = self.to_wallet.send((held.clone(), address));
            }
            // Sent away: they try again later.
            Subject::Payment(held) if answer.status == 503 => self.payable().push(held.clone()),
            _ => {}
        }
        Ok(())
    }
}

/// What somebody asks for.
pub struct Wish {
    pub kind: Kind,
    pub ask: Ask,
    subject: Subject,
}

enum Subject {
    Nothing,
    Seats { buyer: usize },
    Payment(Held),
}

type Payments = Arc<tokio::sync::Mutex<mpsc::UnboundedReceiver<(Held, String)>>>;

/// Buyers follow the address to the cashier and pay there, as a wallet's app does it for them.
async fn pay_at_wallet(crowd: Arc<Crowd>, payments: Payments, wallet: SocketAddr) {
    let mut connection = Connection::to(wallet);
    loop {
        let next = payments.lock().await.recv().await;
        let Some((held, address)) = next else { return };
        let paid = pay(&mut connection, &held, &address).await;
        let mut told = crowd.told();
        match paid {
            Ok(()) => told.paid.push(Paid { place: held.place, intent: held.intent }),
            Err(_) => told.unpaid += 1,
        }
    }
}

async fn pay(connection: &mut Connection, held: &Held, address: &str) -> Result<()> {
    let cashier = address.find("/gateway.do").context("the cashier's address")?;
    let shown = connection.ask(&Ask::get(&address[cashier..])).await?;
    anyhow::ensure!(shown.status < 400, "the cashier says {}", shown.status);
    let buyer = format!("buyer{}", held.buyer);
    let path = format!("/sandbox/trades/{}{}/payment?buyer={buyer}", held.place, held.intent);
    let paid = connection.ask(&Ask::post(path, None)).await?;
    anyhow::ensure!(paid.status == 200, "{}: {}", paid.status, String::from_utf8_lossy(&paid.body));
    Ok(())
}
