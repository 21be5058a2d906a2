//! A release, hour by hour: the cinemas put their days on sale, the shoppers come, notices travel,
//! whatever was left undone is swept up.

use crate::faults::Faults;
use crate::shoppers::{self, Party, Post, Visits};
use crate::till::Till;
use crate::world::{Screen, World};
use crate::{appetite, merchandise, schedule};
use db::CommitFault;
use flows::buy_tickets::Held;
use flows::{House, reconcile, seal_books, serve_ad, sweep};
use kernel::{Actor, Clock, Day, FalseClock, OrderId, PersonId, PlaceId, Result, Words, Zone};
use payments::Intent;
use std::sync::Arc;

/// Who is told how far a release has come.
pub trait Progress {
    fn begin(&mut self, what: Words, steps: u64);
    fn step(&mut self, note: &str);
    fn end(&mut self);
}

/// Nobody is told.
pub struct Silent;

impl Progress for Silent {
    fn begin(&mut self, _what: Words, _steps: u64) {}
    fn step(&mut self, _note: &str) {}
    fn end(&mut self) {}
}

/// What happened that the books do not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub orders: u64,
    pub clicks: u64,
    pub refused: u64,
    pub refunds: u64,
    pub notices_lost: u64,
    pub notices_late: u64,
    pub notices_found: u64,
    pub kills: u64,
    pub replies_lost: u64,
}

pub struct Release {
    pub world: World,
    pub till: Till,
    pub faults: Faults,
    pub clock: Arc<FalseClock>,
    pub tally: Tally,
    screens: Vec<Screen>,
    shelves: Vec<Vec<shops::Listing>>,
    shares: Option<Vec<f64>>,
    post: Post,
    bought: Vec<(PersonId, PlaceId, OrderId)>,
}

/// The hours at which people buy: from ten in the morning until nine at night.
const HOURS: std::ops::RangeInclusive<i8> = 10..=21;
/// Rounds in which a bill is asked for, at most.
const ROUNDS: usize = 10;

impl Release {
    pub fn new(world: World, till: Till, faults: Faults, clock: Arc<FalseClock>) -> Release {
        Release {
            world,
            till,
            faults,
            clock,
            tally: Tally::default(),
            screens: Vec::new(),
            shelves: Vec::new(),
            shares: None,
            post: Post { late: Vec::new() },
            bought: Vec::new(),
        }
    }

    /// Lives through the days, then lets everything come to rest.
    pub fn run(&mut self, progress: &mut dyn Progress) -> Result<()> {
        let first = World::premiere();
        self.look_forward()?;
        self.license(progress)?;
        for i in 0..self.world.size.days {
            let day = first.plus(i);
            self.day(day, progress)?;
        }
        self.rest(first.plus(self.world.size.days))
    }

    /// Before the premiere, one shopper in eight says that they want to see the film.
    fn look_forward(&mut self) -> Result<()> {
        let title = self.world.ferryman().id.clone();
        let mut waiting = Vec::new();
        for person in &self.world.shoppers {
            if self.world.dice.chance(0.125) {
                let title = title.clone();
                waiting.push(self.world.house.submit(
                    &House::lane(),
                    shoppers::consumer(person),
                    move |scene| flows::want_to_see::say(scene, &title, true),
                ));
            }
        }
        waiting.into_iter().try_for_each(|one| one.wait().map(|_| ()))
    }

    /// The merchants apply, the studio decides, the approved goods are listed.
    fn license(&mut self, progress: &mut dyn Progress) -> Result<()> {
        progress.begin(Words::new("Licensing", "授权"), 3);
        self.clock.set(World::premiere().plus(-5).at(9, 0, &Zone::shanghai()));
        self.shelves = merchandise::license(&self.world, progress)?;
        progress.end();
        Ok(())
    }

    fn day(&mut self, day: Day, progress: &mut dyn Progress) -> Result<()> {
        let zone = Zone::shanghai();
        progress.begin(
            Words::new(day.say(kernel::Lang::En), day.say(kernel::Lang::Zh)),
            HOURS.count() as u64 + 1,
        );
        self.clock.set(day.plus(-1).at(22, 30, &zone));
        self.put_on_sale(day)?;
        progress.step("");
        self.sell(day, *HOURS.end(), progress)?;
        self.clock.set(day.at(23, 50, &zone));
        self.admit(day)?;
        progress.end();
        Ok(())
    }

    /// Lives through a day that is on sale, up to an hour.
    pub fn sell(&mut self, day: Day, last: i8, progress: &mut dyn Progress) -> Result<()> {
        let zone = Zone::shanghai();
        let wanted: Vec<f64> = self.wanted(day);
        let rush: f64 = HOURS.map(|hour| appetite::hour(hour + 1)).sum();
        for hour in *HOURS.start()..=last {
            self.clock.set(day.at(hour, 2, &zone));
            self.hour(&wanted, appetite::hour(hour + 1) / rush)?;
            progress.step(&format!("{} orders", self.tally.orders));
        }
        Ok(())
    }

    /// Tomorrow's shares of showings, then every hall's day.
    pub fn put_on_sale(&mut self, day: Day) -> Result<()> {
        let shares = schedule::shares(&self.world.films, self.shares.as_deref(), day);
        let mut screens = Vec::new();
        for site in self.world.cinemas.clone() {
            screens.extend(schedule::put_on_sale(
                &self.world.house,
                &self.world.films,
                &site,
                day,
                &shares,
                &mut self.world.dice,
            )?);
        }
        self.screens = screens;
        self.shares = Some(shares);
        Ok(())
    }

    /// Admissions each film could sell today; the day's mood moves all of them a little.
    fn wanted(&mut self, day: Day) -> Vec<f64> {
        let scale = self.world.size.one_stands_for;
        let dice = &mut self.world.dice;
        let mood = 1.0 + 0.02 * dice.normal();
        self.world
            .films
            .iter()
            .map(|film| film.appeal.admissions(day, scale) * mood * (1.0 + 0.03 * dice.normal()))
            .collect()
    }

    fn hour(&mut self, wanted: &[f64], part: f64) -> Result<()> {
        let house = self.world.house.clone();
        shoppers::deliver_late(&house, &mut self.post)?;

        let Visits { by_ad, mut intents } = self.visit_channels()?;
        let parties = self.parties(wanted, part, by_ad);
        let held =
            shoppers::hold_all(&house, &mut self.screens, parties, &mut self.tally, &mut self.world.dice)?;
        self.tally.orders += held.len() as u64;
        self.remember(&held);
        intents.extend(held.into_iter().map(|held| held.intent));
        self.kill_somewhere(&intents)?;
        shoppers::pay_all(
            &house,
            &self.till,
            &self.faults,
            intents,
            &mut self.post,
            &mut self.tally,
            &mut self.world.dice,
        )?;
        self.refund_some()?;
        serve_ad::write_views(&house)?;
        self.clock.advance_seconds(16 * 60);
        self.lose_a_reply();
        self.sweep()
    }

    fn visit_channels(&mut self) -> Result<Visits> {
        let mut all = Visits { by_ad: Vec::new(), intents: Vec::new() };
        for (i, stand) in self.world.stands.clone().iter().enumerate() {
            let shelf = self.shelves.get(i).cloned().unwrap_or_default();
            let visits = shoppers::visit(&mut self.world, stand, &shelf, &mut self.tally)?;
            all.by_ad.extend(visits.by_ad);
            all.intents.extend(visits.intents);
        }
        Ok(all)
    }

    /// Parties of an hour: those the film draws by itself, and those whom an ad has brought.
    fn parties(&mut self, wanted: &[f64], part: f64, by_ad: Vec<(PersonId, String)>) -> Vec<Party> {
        let mut parties = Vec::new();
        let now = self.clock.now();
        for (film, wanted) in wanted.iter().enumerate() {
            let mut people = self.world.dice.poisson(wanted * part) as i64;
            while people > 0 {
                let count = shoppers::party_size(&mut self.world.dice);
                people -= count as i64;
                parties.extend(self.party(film, count, now, None));
            }
        }
        for (person, token) in by_ad {
            let count = shoppers::party_size(&mut self.world.dice);
            let party = self.party(0, count, now, Some(token));
            parties.extend(party.map(|party| Party { person, ..party }));
        }
        parties
    }

    fn party(
        &mut self,
        film: usize,
        count: usize,
        now: kernel::Instant,
        click: Option<String>,
    ) -> Option<Party> {
        let title = &self.world.films[film].id;
        let weights: Vec<f64> = self.world.cinemas.iter().map(|site| site.weight).collect();
        let place = &self.world.cinemas[self.world.dice.weighted(&weights)].cinema.place;
        let of_film = |near: bool| -> Vec<usize> {
            (0..self.screens.len())
                .filter(|i| {
                    let showtime = &self.screens[*i].showtime;
                    showtime.title == *title && (!near || showtime.place == *place)
                })
                .collect()
        };
        let dice = &mut self.world.dice;
        let screen = shoppers::choose_screen(&self.screens, &of_film(true), now, count, dice)
            .or_else(|| shoppers::choose_screen(&self.screens, &of_film(false), now, count, dice))?;
        Some(Party { person: dice.pick(&self.world.shoppers).clone(), screen, count, click })
    }

    fn remember(&mut self, held: &[Held]) {
        for one in held {
            if self.world.dice.chance(self.faults.refunded) {
                self.bought.push((one.order.buyer.clone(), one.order.place.clone(), one.order.id.clone()));
            }
        }
    }

    fn refund_some(&mut self) -> Result<()> {
        let bought = std::mem::take(&mut self.bought);
        shoppers::refund_some(&self.world.house, &bought, &mut self.tally)
    }

    /// Kills the process during the commit of one story, then starts it again: whoever was waiting asks
    /// again with the same key, and whatever had been promised is still there.
    fn kill_somewhere(&mut self, intents: &[Intent]) -> Result<()> {
        for intent in intents {
            if !self.world.dice.chance(self.faults.killed) {
                continue;
            }
            let when = if self.world.dice.chance(0.5) {
                CommitFault::KilledBefore
            } else {
                CommitFault::KilledAfter
            };
            self.tally.kills += 1;
            let Some(notice) =
                self.till.pay_all(&self.world.house, std::slice::from_ref(intent))?.pop().flatten()
            else {
                continue;
            };
            self.world.house.db().plan_commit_fault(1, when);
            let lost = notice.clone();
            let died = self.world.house.write_blocking(&notice.place, Actor::System, move |scene| {
                flows::take_payment::receive(scene, &lost)
            });
            debug_assert!(died.is_err(), "nobody is answered when the process dies");
            self.restart()?;
            shoppers::deliver(&self.world.house, vec![notice])?;
        }
        Ok(())
    }

    /// A new process on the same database: nothing that was only in memory is left.
    fn restart(&mut self) -> Result<()> {
        let old = &self.world.house;
        let providers = old.providers().clone();
        let fresh = House::open_with(old.db().clone(), self.clock.clone(), old.dice(), providers)?;
        self.world.house = fresh;
        Ok(())
    }

    /// The provider does its next work and then says nothing: whoever asked cannot know, and asks again.
    fn lose_a_reply(&mut self) {
        if self.world.dice.chance(self.faults.reply_lost) {
            self.till.0.lose_replies(1);
            self.tally.replies_lost += 1;
        }
    }

    /// What the house does every few seconds, for all places together.
    fn sweep(&mut self) -> Result<()> {
        let house = &self.world.house;
        self.tally.notices_found += sweep::all(house)?.notices_found as u64;
        Ok(())
    }

    /// Nine in ten of those who bought go in; the rest stay away.
    fn admit(&mut self, day: Day) -> Result<()> {
        let house = self.world.house.clone();
        let signer = house.keys().tickets.clone();
        let zone = Zone::shanghai();
        for site in &self.world.cinemas {
            let place = site.cinema.place.clone();
            let live =
                house.read_blocking(move |view| flows::views::door::live_tickets(view, &place, day))?;
            let mut waiting = Vec::new();
            for (ticket, starts_at) in live {
                if !self.world.dice.chance(0.9) {
                    continue;
                }
                self.clock.set(starts_at.plus_minutes(-12));
                let (place, code) = (site.cinema.place.clone(), signer.code(&ticket));
                waiting.push(house.submit(&place.clone(), Actor::System, move |scene| {
                    flows::buy_tickets::admit(scene, &place, &code)
                }));
            }
            for one in waiting {
                one.wait()?;
            }
        }
        self.clock.set(day.at(23, 55, &zone));
        Ok(())
    }

    /// The morning after the last day: late notices arrive, holds end, refunds are paid, periods close, bills are compared.
    fn rest(&mut self, day: Day) -> Result<()> {
        let zone = Zone::shanghai();
        self.clock.set(day.at(9, 0, &zone));
        shoppers::deliver_late(&self.world.house, &mut self.post)?;
        serve_ad::write_views(&self.world.house)?;
        for _ in 0..4 {
            self.sweep()?;
            self.clock.advance_seconds(30);
        }
        self.close_periods(day.plus(-1))?;
        self.reconcile(day.plus(-1))?;
        self.clock.advance_seconds(2 * ledger::seals::LAG_SECONDS);
        seal_books::all(&self.world.house)?;
        Ok(())
    }

    /// Every day's bill of the till is taken in, from the eve of the premiere on.
    fn reconcile(&mut self, last: Day) -> Result<()> {
        let till = self.world.house.providers().usual().name();
        let mut day = World::premiere().plus(-1);
        while day <= last {
            self.take_bill(till, day)?;
            day = day.plus(1);
        }
        Ok(())
    }

    /// As in every round of a house: what failed is tried again in the next.
    fn take_bill(&self, till: &str, day: Day) -> Result<()> {
        let take = || reconcile::day(&self.world.house, till, day, Actor::System).map(|_| ());
        (1..ROUNDS).fold(take(), |taken, _| taken.or_else(|_| take()))
    }

    fn close_periods(&mut self, last: Day) -> Result<()> {
        let house = self.world.house.clone();
        let period = flows::close_period::Period { first: World::premiere(), last };
        for site in &self.world.cinemas {
            for film in &self.world.films {
                let (place, title) = (site.cinema.place.clone(), film.id.clone());
                let statement = house.write_blocking(&site.cinema.place, Actor::System, move |scene| {
                    flows::close_period::close(scene, &place, &title, period)
                })?;
                house.write_blocking(&House::lane(), Actor::System, move |scene| {
                    flows::close_period::mirror(scene, &statement)
                })?;
            }
        }
        Ok(())
    }
}
