//! Random rules over all kinds of terms.

use crate::people::{self, CATEGORIES, CHANNELS, CITIES, GENRES, TITLES};
use demand::audience::{Behaviour, Did, Like, Rule, TERMS_MAX, Times, What};
use kernel::{AudienceId, Dice};

/// The seeds whose likeness rules may ask for.
pub fn seeds() -> Vec<Rule> {
    let did =
        |behaviour, what, times| Rule::Did(Did { behaviour, what, times: Times::AtLeast(times), days: 180 });
    vec![
        did(Behaviour::BoughtTickets, people::title(3), 1),
        Rule::All(vec![
            did(Behaviour::Viewed, people::genre(5), 2),
            did(Behaviour::BoughtGoods, What::Anything, 1),
        ]),
    ]
}

pub fn seed_id(number: usize) -> AudienceId {
    AudienceId(format!("aud_{number}"))
}

pub fn random(dice: &mut Dice, people: u32) -> Rule {
    let terms = 1 + dice.below(TERMS_MAX as u64) as usize;
    group(dice, terms, 0, people)
}

/// Two audiences that many are in.
pub fn large() -> [Rule; 2] {
    [Behaviour::Viewed, Behaviour::SawAd].map(|behaviour| {
        Rule::Did(Did { behaviour, what: What::Anything, times: Times::AtLeast(1), days: 180 })
    })
}

fn group(dice: &mut Dice, terms: usize, depth: usize, people: u32) -> Rule {
    let rule = match terms {
        1 => term(dice, people),
        _ if depth == 2 => join(dice, (0..terms).map(|_| 1).collect(), depth, people),
        _ => {
            let first = 1 + dice.below(terms as u64 - 1) as usize;
            let mut parts = vec![first];
            while parts.iter().sum::<usize>() < terms {
                let left = terms - parts.iter().sum::<usize>();
                parts.push(1 + dice.below(left as u64) as usize);
            }
            join(dice, parts, depth, people)
        }
    };
    let may_not = depth == 0 || (terms == 1 && depth == 1);
    if may_not && dice.chance(0.1) { Rule::Not(Box::new(rule)) } else { rule }
}

fn join(dice: &mut Dice, parts: Vec<usize>, depth: usize, people: u32) -> Rule {
    let all = dice.chance(0.5);
    let parts = parts.into_iter().map(|terms| group(dice, terms, depth + 1, people)).collect();
    if all { Rule::All(parts) } else { Rule::Any(parts) }
}

fn term(dice: &mut Dice, people: u32) -> Rule {
    match dice.below(10) {
        0 => Rule::Lives(people::city_code(dice.below(CITIES.into()) as u16)),
        1 => Rule::Like(Like {
            seed: seed_id(dice.below(2) as usize),
            people: 1 + dice.below(u64::from(people) / 5),
        }),
        _ => Rule::Did(did(dice)),
    }
}

fn did(dice: &mut Dice) -> Did {
    let behaviour = *dice.pick(&Behaviour::ALL);
    let goods = matches!(behaviour, Behaviour::Carted | Behaviour::BoughtGoods);
    let tickets = behaviour == Behaviour::BoughtTickets;
    let what = match dice.below(6) {
        0 | 1 => What::Anything,
        2 => people::title(dice.below(TITLES.into()) as u16),
        3 => people::genre(dice.below(GENRES.into()) as u16),
        4 if goods => people::category(dice.below(CATEGORIES.into()) as u16),
        4 if tickets => What::City(people::city_code(dice.below(CITIES.into()) as u16)),
        _ if tickets => people::place(CHANNELS + dice.below(10 * u64::from(CITIES)) as u16),
        _ => people::place(dice.below(CHANNELS.into()) as u16),
    };
    let times = match dice.below(4) {
        0 => Times::AtMost(dice.below(4) as u32),
        1 => Times::AtLeast(2 + dice.below(4) as u32),
        _ => Times::AtLeast(1),
    };
    Did { behaviour, what, times, days: 1 + dice.below(366) as u32 }
}
