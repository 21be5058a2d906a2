//! Our books beside a provider's bill: every movement of money that the two do not tell alike.
//!
//! A movement is known by its payment and by what moved: it was paid, or refunded under one of our keys. Each is on
//! the bill of one day, once, with the same amount, and with the fee that the contract says. Whatever is otherwise is
//! one difference of one class (`docs/algorithms/reconciliation.md`).

use crate::providers::{BillLine, Moved, Quote};
use kernel::{Currency, Day, IntentId, Money, PlaceId, Result};
use std::collections::{BTreeMap, BTreeSet};

/// In which way a movement differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// We booked it, the bill of its day does not have it.
    OursOnly,
    /// The bill has it, and we know nothing of it.
    TheirsOnly,
    Amount,
    /// Both know it, as something else: we wait for what they say is paid, or they refunded what we hold.
    Status,
    Fee,
    /// It stands on the bill of another day than ours.
    CutOff,
    /// The bill has it more than once.
    Duplicate,
}

impl Class {
    pub const ALL: [Class; 7] = [
        Class::OursOnly,
        Class::TheirsOnly,
        Class::Amount,
        Class::Status,
        Class::Fee,
        Class::CutOff,
        Class::Duplicate,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Class::OursOnly => "ours_only",
            Class::TheirsOnly => "theirs_only",
            Class::Amount => "amount",
            Class::Status => "status",
            Class::Fee => "fee",
            Class::CutOff => "cut_off",
            Class::Duplicate => "duplicate",
        }
    }
}

/// A movement as we booked it, or as we are waiting for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Movement {
    pub place: PlaceId,
    pub intent: IntentId,
    pub what: Moved,
    pub amount: Money,
    /// The provider's business day on which we learned of it; `None` while we wait for it.
    pub day: Option<Day>,
}

/// What the two sides do not tell alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    pub class: Class,
    pub what: Moved,
    /// Our key as the bill has it; empty when only we know of it.
    pub key: String,
    pub payment: Option<(PlaceId, IntentId)>,
    /// 0, or which repetition of the same movement this is.
    pub again: usize,
    pub ours: Option<Money>,
    pub theirs: Option<Money>,
    /// What the provider holds for us by its bill, less what it holds by our books.
    pub off: Money,
}

/// A movement without its amount.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub place: String,
    pub intent: String,
    /// Empty for what was paid.
    pub refund: String,
}

impl Name {
    pub fn of(place: &PlaceId, intent: &IntentId, what: &Moved) -> Name {
        Name { place: place.0.clone(), intent: intent.0.clone(), refund: refund_key(what).to_owned() }
    }

    fn of_line(line: &BillLine) -> Name {
        match &line.payment {
            Some((place, intent)) => Name::of(place, intent, &line.what),
            None => Name {
                place: String::new(),
                intent: line.key.clone(),
                refund: refund_key(&line.what).to_owned(),
            },
        }
    }
}

/// The key of a refund; empty for what was paid.
pub fn refund_key(what: &Moved) -> &str {
    match what {
        Moved::Paid => "",
        Moved::Refunded(id) => &id.0,
    }
}

/// Compares a day's bill with our movements.
///
/// `ours` are the movements of that day, and those of other days that the bill names; `elsewhere` are the movements
/// that bills of other days have.
pub fn compare(
    day: Day,
    bill: &[BillLine],
    ours: &[Movement],
    elsewhere: &BTreeSet<Name>,
    quote: &Quote,
) -> Result<Vec<Difference>> {
    let ours: BTreeMap<Name, &Movement> =
        ours.iter().map(|one| (Name::of(&one.place, &one.intent, &one.what), one)).collect();
    let mut seen: BTreeMap<Name, usize> = BTreeMap::new();
    let mut told_otherwise: BTreeSet<Name> = BTreeSet::new();
    let mut found = Vec::new();
    for line in bill {
        let name = Name::of_line(line);
        let again = seen.entry(name.clone()).or_default();
        *again += 1;
        let repeated = *again > 1 || elsewhere.contains(&name);
        let difference = match ours.get(&name) {
            Some(_) if repeated => Some(on_top(Class::Duplicate, line, *again)),
            Some(known) => of_one(day, line, known, quote)?,
            None if repeated => Some(on_top(Class::Duplicate, line, *again)),
            None => match held_payment(&ours, line) {
                Some(held) => {
                    told_otherwise.insert(Name::of(&held.place, &held.intent, &held.what));
                    Some(otherwise(line, held)?)
                }
                None => Some(on_top(Class::TheirsOnly, line, 0)),
            },
        };
        found.extend(difference);
    }
    for (name, known) in &ours {
        let told = seen.contains_key(name) || told_otherwise.contains(name) || elsewhere.contains(name);
        if known.day == Some(day) && !told {
            found.push(missing(known));
        }
    }
    Ok(found)
}

/// A line and the movement of ours that it names.
fn of_one(day: Day, line: &BillLine, known: &Movement, quote: &Quote) -> Result<Option<Difference>> {
    let difference = |class, ours, off| Difference { ours, off, ..on_top(class, line, 0) };
    let Some(our_day) = known.day else {
        return Ok(Some(difference(Class::Status, None, held(&line.what, line.amount))));
    };
    if line.amount != known.amount {
        let more = line.amount.minus(known.amount)?;
        return Ok(Some(difference(Class::Amount, Some(known.amount), held(&line.what, more))));
    }
    let expected = quote.fee.of(line.amount, kernel::Round::HalfUp);
    if line.what == Moved::Paid && line.fee != expected {
        let off = expected.minus(line.fee)?;
        return Ok(Some(Difference {
            theirs: Some(line.fee),
            ..difference(Class::Fee, Some(expected), off)
        }));
    }
    if our_day != day {
        return Ok(Some(difference(Class::CutOff, Some(known.amount), Money::zero(line.amount.currency))));
    }
    Ok(None)
}

/// The payment that we hold of a day while the bill has a refund of it under a key that is none of ours.
fn held_payment<'a>(ours: &BTreeMap<Name, &'a Movement>, line: &BillLine) -> Option<&'a Movement> {
    let (place, intent) = line.payment.as_ref()?;
    if line.what == Moved::Paid {
        return None;
    }
    ours.get(&Name::of(place, intent, &Moved::Paid)).filter(|held| held.day.is_some()).copied()
}

/// They refunded what we hold as paid.
fn otherwise(line: &BillLine, held: &Movement) -> Result<Difference> {
    let off = Money::zero(held.amount.currency).minus(held.amount)?;
    Ok(Difference { what: Moved::Paid, ours: Some(held.amount), off, ..on_top(Class::Status, line, 0) })
}

/// A line that stands for nothing of ours, or for what was already told.
fn on_top(class: Class, line: &BillLine, again: usize) -> Difference {
    Difference {
        class,
        what: line.what.clone(),
        key: line.key.clone(),
        payment: line.payment.clone(),
        again,
        ours: None,
        theirs: Some(line.amount),
        off: held(&line.what, line.amount),
    }
}

fn missing(known: &Movement) -> Difference {
    let off = held(&known.what, Money { minor: -known.amount.minor, ..known.amount });
    Difference {
        class: Class::OursOnly,
        what: known.what.clone(),
        key: String::new(),
        payment: Some((known.place.clone(), known.intent.clone())),
        again: 0,
        ours: Some(known.amount),
        theirs: None,
        off,
    }
}

/// What a movement adds to what the provider holds for us.
fn held(what: &Moved, amount: Money) -> Money {
    match what {
        Moved::Paid => amount,
        Moved::Refunded(_) => Money { minor: -amount.minor, ..amount },
    }
}

/// The fees of a bill, summed by the books they belong to; lines of nobody belong to the house.
pub fn fees(bill: &[BillLine]) -> BTreeMap<(PlaceId, Currency), i64> {
    let mut fees = BTreeMap::new();
    for line in bill {
        let book = line.payment.as_ref().map_or_else(PlaceId::house, |(place, _)| place.clone());
        *fees.entry((book, line.fee.currency)).or_default() += line.fee.minor;
    }
    fees
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::Way;
    use kernel::{Dice, RefundId, Share, Zone};

    fn day() -> Day {
        Day::new(2016, 12, 23).expect("a day")
    }

    fn quote() -> Quote {
        Quote {
            currencies: vec![Currency::CNY],
            minor_min: 1,
            minor_max: 10_000_000,
            fee: Share::ppm(6_000),
            ways: vec![Way::Page],
        }
    }

    fn movement(i: i64, amount: i64) -> Movement {
        let what =
            if i % 9 == 8 { Moved::Refunded(RefundId(format!("rfd_{i}_refund"))) } else { Moved::Paid };
        Movement {
            place: PlaceId(format!("plc_{}", i % 7)),
            intent: IntentId(format!("pay_{i}")),
            what,
            amount: Money::fen(amount),
            day: Some(day()),
        }
    }

    fn line(one: &Movement) -> BillLine {
        BillLine {
            what: one.what.clone(),
            key: format!("{}{}", one.place, one.intent),
            payment: Some((one.place.clone(), one.intent.clone())),
            reference: "2016".into(),
            amount: one.amount,
            fee: match one.what {
                Moved::Paid => quote().fee.of(one.amount, kernel::Round::HalfUp),
                Moved::Refunded(_) => Money::fen(0),
            },
            at: day().at(20, 0, &Zone::shanghai()),
        }
    }

    /// Which movements are told otherwise, and how.
    type Wrong = BTreeMap<Class, BTreeSet<Name>>;

    /// Ten thousand movements, forty of which are told otherwise in every way; which ones, and how.
    fn planted(seed: u64) -> (Vec<Movement>, Vec<BillLine>, BTreeSet<Name>, Wrong) {
        let mut dice = Dice::seeded(seed);
        let mut ours: Vec<Movement> = (0..10_000).map(|i| movement(i, dice.between(100, 20_000))).collect();
        let mut chosen: Vec<usize> = (0..ours.len()).filter(|i| ours[*i].what == Moved::Paid).collect();
        dice.shuffle(&mut chosen);
        let mut chosen = chosen.into_iter();
        let mut wrong = Wrong::new();
        let mut class_of: BTreeMap<usize, Class> = BTreeMap::new();
        for class in Class::ALL.into_iter().filter(|class| *class != Class::TheirsOnly) {
            for i in chosen.by_ref().take(40) {
                class_of.insert(i, class);
                wrong.entry(class).or_default().insert(Name::of(
                    &ours[i].place,
                    &ours[i].intent,
                    &ours[i].what,
                ));
            }
        }
        let (mut bill, mut elsewhere) = (Vec::new(), BTreeSet::new());
        for (i, one) in ours.iter_mut().enumerate() {
            let mut told = line(one);
            match class_of.get(&i) {
                Some(Class::OursOnly) => continue,
                Some(Class::Amount) => told.amount.minor += dice.between(1, 500),
                Some(Class::Fee) => told.fee.minor += dice.between(1, 50),
                Some(Class::CutOff) => one.day = Some(day().plus(-1)),
                Some(Class::Duplicate) if i % 2 == 0 => bill.push(told.clone()),
                Some(Class::Duplicate) => {
                    elsewhere.insert(Name::of(&one.place, &one.intent, &one.what));
                }
                Some(Class::Status) if i % 2 == 0 => one.day = None,
                Some(Class::Status) => told.what = Moved::Refunded(RefundId("planted".into())),
                _ => {}
            }
            bill.push(told);
        }
        for i in 0..40 {
            let stranger =
                BillLine { key: format!("nobody{i}"), payment: None, ..line(&movement(0, 100 + i)) };
            wrong.entry(Class::TheirsOnly).or_default().insert(Name::of_line(&stranger));
            bill.push(stranger);
        }
        dice.shuffle(&mut bill);
        (ours, bill, elsewhere, wrong)
    }

    #[test]
    fn every_planted_error_is_found_and_none_is_invented() {
        for seed in 1..=5 {
            let (ours, bill, elsewhere, wrong) = planted(seed);
            let found = compare(day(), &bill, &ours, &elsewhere, &quote()).expect("compared");
            let mut classes = Wrong::new();
            for one in &found {
                let name = match &one.payment {
                    Some((place, intent)) => Name::of(place, intent, &one.what),
                    None => Name { place: String::new(), intent: one.key.clone(), refund: String::new() },
                };
                assert!(classes.entry(one.class).or_default().insert(name), "{one:?} is told twice");
            }
            assert_eq!(classes, wrong, "seed {seed}");
            assert_eq!(found.len(), 40 * Class::ALL.len());
        }
    }

    #[test]
    fn what_is_off_makes_our_books_the_providers() {
        let (ours, bill, elsewhere, _) = planted(3);
        let found = compare(day(), &bill, &ours, &elsewhere, &quote()).expect("compared");
        let booked = |one: &Movement| one.day.map_or(0, |_| held(&one.what, one.amount).minor);
        // Of the movements of other days, the bill has those that it names; what other bills have is theirs.
        let by_us: i64 = ours.iter().map(booked).sum();
        let twice: i64 = elsewhere
            .iter()
            .filter_map(|name| ours.iter().find(|one| Name::of(&one.place, &one.intent, &one.what) == *name))
            .map(booked)
            .sum();
        let fee_off: i64 = found.iter().filter(|one| one.class == Class::Fee).map(|one| one.off.minor).sum();
        let by_them: i64 = bill.iter().map(|line| held(&line.what, line.amount).minor).sum();
        let off: i64 = found.iter().map(|one| one.off.minor).sum();
        let planted_refunds: i64 = bill
            .iter()
            .filter(|line| refund_key(&line.what) == "planted")
            .map(|line| line.amount.minor)
            .sum();
        // A payment told as a refund is one line less and one refund more on their side: our hold of it ends.
        assert_eq!(by_us + off - fee_off, by_them + twice + planted_refunds);
    }

    #[test]
    fn a_bill_that_tells_the_same_has_no_difference() {
        let ours: Vec<Movement> = (0..500).map(|i| movement(i, 4_000 + i)).collect();
        let bill: Vec<BillLine> = ours.iter().map(line).collect();
        assert_eq!(compare(day(), &bill, &ours, &BTreeSet::new(), &quote()).expect("compared"), []);
    }

    #[test]
    fn fees_are_summed_by_book() {
        let bill: Vec<BillLine> = [0, 7, 1].map(|i| line(&movement(i, 10_000))).to_vec();
        let fees: Vec<_> = fees(&bill).into_iter().map(|((book, _), fee)| (book.0, fee)).collect();
        assert_eq!(fees, [("plc_0".to_owned(), 120), ("plc_1".to_owned(), 60)]);
    }
}
