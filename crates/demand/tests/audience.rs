//! Audiences against a plain list of what everybody did.

use demand::audience::{
    Behaviour, Did, Features, Key, Like, Likely, Likeness, Members, Plan, Rule, SEED_MIN, Times, What,
};
use kernel::{AudienceId, Day, Dice, TitleId};

fn today() -> Day {
    Day::parse("2016-12-23").expect("a day")
}

fn title(number: u64) -> What {
    What::Title(TitleId(format!("ttl_{number}")))
}

fn did(behaviour: Behaviour, what: What, times: Times, days: u32) -> Rule {
    Rule::Did(Did { behaviour, what, times, days })
}

fn count(features: &Features, rule: &Rule) -> u64 {
    let plan = Plan::of(features, rule).expect("a rule within its limits");
    let members = plan.members();
    assert_eq!(members.count(), plan.count(), "who they are and how many: {}", rule.text());
    plan.count()
}

/// Everything kept as a list, asked the slow way.
#[derive(Default)]
struct Ledger {
    people: Vec<u32>,
    homes: Vec<(u32, String)>,
    did: Vec<(u32, Behaviour, What, Day)>,
}

impl Ledger {
    fn holds(&self, id: u32, rule: &Rule, today: Day) -> bool {
        match rule {
            Rule::All(parts) => parts.iter().all(|part| self.holds(id, part, today)),
            Rule::Any(parts) => parts.iter().any(|part| self.holds(id, part, today)),
            Rule::Not(part) => !self.holds(id, part, today),
            Rule::Lives(city) => self.homes.iter().any(|(who, home)| *who == id && home == city),
            Rule::Did(asked) => {
                let since = today.plus(1 - asked.days as i32);
                let matching = self.did.iter().filter(|(who, behaviour, what, day)| {
                    *who == id
                        && *behaviour == asked.behaviour
                        && (asked.what == What::Anything || *what == asked.what)
                        && (since..=today).contains(day)
                });
                match asked.times {
                    Times::AtLeast(n) => matching.count() >= n as usize,
                    Times::AtMost(n) => matching.count() <= n as usize,
                }
            }
            Rule::Like(_) => unreachable!("a list does not know who is like whom"),
            Rule::Likely(_) => unreachable!("a list does not know who will buy"),
        }
    }

    fn count(&self, rule: &Rule, today: Day) -> u64 {
        self.people.iter().filter(|id| self.holds(**id, rule, today)).count() as u64
    }
}

/// A small town in both books. People are spread over three blocks, and many look at pages, so that
/// columns are sliced as well as listed.
struct Town {
    features: Features,
    ledger: Ledger,
    dice: Dice,
}

impl Town {
    fn new(people: u32) -> Town {
        let mut town =
            Town { features: Features::new(today()), ledger: Ledger::default(), dice: Dice::seeded(9) };
        for i in 0..people {
            let id = i * 150_000 / people;
            town.features.admit(id);
            town.ledger.people.push(id);
            let home = town.dice.pick(&["shanghai", "beijing", "xian"]).to_string();
            town.features.settle_in(id, &home);
            town.ledger.homes.push((id, home));
        }
        town
    }

    fn act(&mut self, events: usize) {
        for _ in 0..events {
            let id = *self.dice.pick(&self.ledger.people);
            let behaviour = *self.dice.pick(&Behaviour::ALL[..3]);
            let (what, ago) = (title(self.dice.below(4)), self.dice.below(60) as i32);
            self.note(id, behaviour, what, self.features.today().plus(-ago));
        }
    }

    fn note(&mut self, id: u32, behaviour: Behaviour, what: What, day: Day) {
        let keys = [What::Anything, what.clone()].map(|what| self.features.key(&Key::Did(behaviour, what)));
        self.features.note(id, &keys, day);
        self.ledger.did.push((id, behaviour, what, day));
    }

    fn rule(&mut self, depth: usize) -> Rule {
        let group = depth < 3 && self.dice.chance(0.7);
        if !group {
            let dice = &mut self.dice;
            if dice.chance(0.2) {
                return Rule::Lives(dice.pick(&["shanghai", "beijing", "nowhere"]).to_string());
            }
            let what = if dice.chance(0.5) { What::Anything } else { title(dice.below(5)) };
            let times = if dice.chance(0.4) {
                Times::AtMost(dice.below(4) as u32)
            } else {
                Times::AtLeast(1 + dice.below(4) as u32)
            };
            return did(*dice.pick(&Behaviour::ALL[..4]), what, times, 1 + dice.below(70) as u32);
        }
        match self.dice.below(3) {
            0 => Rule::Not(Box::new(self.rule(depth + 1))),
            1 => Rule::All((0..2).map(|_| self.rule(depth + 1)).collect()),
            _ => Rule::Any((0..2).map(|_| self.rule(depth + 1)).collect()),
        }
    }

    fn agrees(&mut self, rules: usize) {
        for _ in 0..rules {
            let rule = self.rule(0);
            if rule.check().is_err() {
                continue;
            }
            let (ours, theirs) =
                (count(&self.features, &rule), self.ledger.count(&rule, self.features.today()));
            assert_eq!(ours, theirs, "{}", rule.text());
        }
    }
}

#[test]
fn any_rule_counts_whom_a_list_counts() {
    let mut town = Town::new(300);
    town.act(3_000);
    town.agrees(200);
}

#[test]
fn columns_that_are_sliced_count_the_same() {
    let mut town = Town::new(15_000);
    town.act(60_000);
    let viewed = did(Behaviour::Viewed, What::Anything, Times::AtLeast(1), 60);
    let rule = Rule::All(vec![
        Rule::Not(Box::new(did(Behaviour::Carted, What::Anything, Times::AtLeast(2), 33))),
        Rule::Any(vec![viewed.clone(), did(Behaviour::Played, title(1), Times::AtMost(0), 60)]),
    ]);
    let members = Plan::of(&town.features, &rule).unwrap().members();
    // A list of fifteen thousand is slow to ask, so every fiftieth is.
    for id in town.ledger.people.iter().step_by(50) {
        assert_eq!(members.contains(*id), town.ledger.holds(*id, &rule, today()), "{id}");
    }
    assert!(count(&town.features, &viewed) > 10_000, "more in each of two blocks than are listed");
}

#[test]
fn days_pass_and_people_move_and_leave() {
    let mut town = Town::new(200);
    for round in 1..=8 {
        town.act(300);
        town.agrees(25);
        // Half a year and more goes by every few rounds, so that the calendar is turned twice.
        town.features.turn_to(today().plus(round * 45));
        town.agrees(25);
        let gone = town.ledger.people.remove(7);
        town.features.forget(gone);
        let moved = town.ledger.people[3];
        town.features.settle_in(moved, "beijing");
        town.ledger.homes.retain(|(id, _)| *id != moved);
        town.ledger.homes.push((moved, "beijing".into()));
        town.agrees(25);
    }
}

#[test]
fn who_was_forgotten_is_in_no_audience() {
    let mut town = Town::new(50);
    town.act(1_000);
    let gone = town.ledger.people[10];
    let everybody = Rule::Not(Box::new(Rule::Lives("nowhere".into())));
    assert_eq!(count(&town.features, &everybody), 50);
    town.features.forget(gone);
    assert_eq!(count(&town.features, &everybody), 49);
    let members = Plan::of(&town.features, &everybody).unwrap().members();
    assert!(!members.contains(gone));
    // Who comes back begins anew.
    town.features.admit(gone);
    let active = did(Behaviour::Viewed, What::Anything, Times::AtLeast(1), 366);
    assert!(!Plan::of(&town.features, &active).unwrap().members().contains(gone));
}

#[test]
fn a_refund_takes_a_time_back() {
    let mut features = Features::new(today());
    let tickets = features.key(&Key::Did(Behaviour::BoughtTickets, What::Anything));
    features.admit(1);
    for ago in [2, 2, 9] {
        features.note(1, &[tickets], today().plus(-ago));
    }
    let bought = |features: &Features, times, days| {
        count(features, &did(Behaviour::BoughtTickets, What::Anything, Times::AtLeast(times), days))
    };
    assert_eq!((bought(&features, 3, 10), bought(&features, 3, 9), bought(&features, 2, 3)), (1, 0, 1));
    features.take_back(1, &[tickets], today().plus(-2));
    assert_eq!((bought(&features, 3, 10), bought(&features, 2, 10), bought(&features, 2, 9)), (0, 1, 0));
    features.take_back(1, &[tickets], today().plus(-5));
    assert_eq!(bought(&features, 2, 10), 1, "nothing happened on that day");
}

/// The example of docs/algorithms/audiences.md.
#[test]
fn five_people_and_a_rule() {
    let mut features = Features::new(today());
    let viewed = features.key(&Key::Did(Behaviour::Viewed, What::Genre("romance".into())));
    let tickets = features.key(&Key::Did(Behaviour::BoughtTickets, What::Anything));
    for (id, home) in ["shanghai", "shanghai", "beijing", "shanghai", "shanghai"].into_iter().enumerate() {
        features.admit(id as u32);
        features.settle_in(id as u32, home);
    }
    for (id, ago) in [(0, 1), (0, 5), (0, 40), (1, 3), (1, 29), (2, 0), (2, 1), (3, 30), (3, 31), (4, 0)] {
        features.note(id, &[viewed], today().plus(-ago));
    }
    features.note(1, &[tickets], today().plus(-6));
    let often = did(Behaviour::Viewed, What::Genre("romance".into()), Times::AtLeast(2), 30);
    let members = |rule: &Rule| Plan::of(&features, rule).unwrap().members().each().collect::<Vec<u32>>();
    assert_eq!(members(&often), [0, 1, 2]);
    let rule = Rule::All(vec![
        often,
        Rule::Lives("shanghai".into()),
        did(Behaviour::BoughtTickets, What::Anything, Times::AtMost(0), 7),
    ]);
    assert_eq!(members(&rule), [0]);
    let by_home = features.by_home(&Plan::of(&features, &rule).unwrap().members());
    assert_eq!(by_home, [("shanghai", 1)]);
}

/// Half of ten thousand people are fans, who play songs and look at pages of title 1 more often than others do.
/// A third of the fans buy tickets.
fn fans() -> (Features, Members) {
    let (mut features, mut fans, mut dice) = (Features::new(today()), Members::default(), Dice::seeded(4));
    let keys: Vec<_> = [
        (Behaviour::Played, title(1), 0.7, 0.2),
        (Behaviour::Viewed, title(1), 0.6, 0.3),
        (Behaviour::Viewed, title(2), 0.4, 0.4),
        (Behaviour::SawAd, title(2), 0.1, 0.4),
    ]
    .into_iter()
    .map(|(behaviour, what, fan, other)| (features.key(&Key::Did(behaviour, what)), fan, other))
    .collect();
    let tickets = features.key(&Key::Did(Behaviour::BoughtTickets, title(1)));
    for id in 0..10_000 {
        features.admit(id);
        let fan = dice.chance(0.5);
        if fan {
            fans.insert(id);
        }
        for (key, with_fans, with_others) in &keys {
            if dice.chance(if fan { *with_fans } else { *with_others }) {
                features.note(id, &[*key], today().plus(-(dice.below(60) as i32)));
            }
        }
        if fan && dice.chance(1.0 / 3.0) {
            features.note(id, &[tickets], today());
        }
    }
    (features, fans)
}

#[test]
fn those_who_are_like_the_buyers_are_the_other_fans() {
    let (mut features, fans) = fans();
    let buyers = did(Behaviour::BoughtTickets, title(1), Times::AtLeast(1), 30);
    let likeness = Likeness::measure(&features, &buyers).unwrap();
    // Two in five of the others are fans too, whom nothing tells from buyers.
    assert!((0.66..0.76).contains(&likeness.auc), "{}", likeness.auc);
    let told = |behaviour, what| {
        let key = Key::Did(behaviour, what);
        likeness.reasons.iter().find(|why| why.key == key).expect("a reason")
    };
    let (played, saw_ad) = (told(Behaviour::Played, title(1)), told(Behaviour::SawAd, title(2)));
    assert!(played.points > 50 && saw_ad.points < -50, "{:?}", likeness.reasons);
    assert!(played.in_seed > 0.65 && played.in_everybody < 0.5, "{played:?}");

    let seed = AudienceId("aud_buyers".into());
    let alike = Rule::Like(Like { seed: seed.clone(), people: 2_000 });
    assert_eq!(Plan::of(&features, &alike).err().map(|refusal| refusal.code), Some("likeness_unknown"));
    features.keep_likeness(seed, likeness);
    let found = Plan::of(&features, &alike).unwrap().members();
    let bought = Plan::of(&features, &buyers).unwrap().members();
    assert!((1_000..=2_000).contains(&found.count()), "{}", found.count());
    assert_eq!(found.shared_with(&bought), 0, "the seed is not like itself");
    // Two in five of those who did not buy are fans; of those found it should be four in five.
    let part = found.shared_with(&fans) as f64 / found.count() as f64;
    assert!(part > 0.8, "{part}");
}

#[test]
fn a_look_alike_needs_people_to_learn_from() {
    let (features, _) = fans();
    let nobody = did(Behaviour::BoughtGoods, What::Anything, Times::AtLeast(1), 30);
    let refusal = Likeness::measure(&features, &nobody).err().unwrap();
    assert_eq!(refusal.code, "seed_too_small");
    assert!(refusal.say.en.contains(&SEED_MIN.to_string()));
    let alike = Rule::Like(Like { seed: AudienceId("aud_1".into()), people: 10 });
    assert_eq!(Likeness::measure(&features, &alike).err().unwrap().code, "seed_of_likeness");
}

#[test]
fn a_probability_is_a_term_like_any_other_and_is_forgotten_with_whom_it_is_of() {
    let mut features = Features::new(today());
    (0..4).for_each(|id| features.admit(id));
    let likely = |permille| Rule::Likely(Likely { category: "posters".into(), permille });
    let count = |features: &Features, rule: &Rule| Plan::of(features, rule).map(|plan| plan.count());
    assert_eq!(count(&features, &likely(10)).expect_err("nothing was reckoned").code, "likely_unknown");
    let reckoned = [(0, "posters", 0.0129), (1, "posters", 0.6), (2, "posters", 0.0009), (9, "posters", 0.5)];
    features.keep_likely(Some(reckoned.into_iter()));
    let counts = [1, 12, 13, 500].map(|permille| count(&features, &likely(permille)).expect("a count"));
    assert_eq!(counts, [2, 2, 1, 1], "thousandths are rounded down, and a stranger is left out");
    assert_eq!(count(&features, &Rule::Not(Box::new(likely(12)))).expect("a count"), 2);
    features.forget(1);
    assert_eq!(count(&features, &likely(12)).expect("a count"), 1);
    features.keep_likely(None::<std::iter::Empty<(u32, &str, f64)>>);
    assert!(count(&features, &likely(12)).is_err());
}
