//! From a rule to who is in it: the cheap and decisive questions first, a block at a time.
//!
//! Every term becomes one comparison against one column; a "not" moves down to its terms (De Morgan). How many
//! a term alone has is known without looking, so that what nobody or everybody has falls away. The parts of a
//! group are asked in the order of cost over what they decide (Hellerstein and Stonebraker, "Predicate
//! migration", SIGMOD 1993), and no further once a block's answer is certain.

use super::column::{Bits, Column, NO_BITS};
use super::features::{Features, Key};
use super::members::{Members, count};
use super::rule::{Did, Like, Likely, Rule, Times, What};
use kernel::{Kind, Refusal};

pub struct Plan<'a> {
    features: &'a Features,
    root: Node<'a>,
}

enum Node<'a> {
    Nobody,
    Everybody,
    Leaf(Leaf<'a>),
    All(Vec<Node<'a>>),
    Any(Vec<Node<'a>>),
}

/// Who reaches a number in a column, or who does not.
struct Leaf<'a> {
    column: &'a Column,
    value: u16,
    negated: bool,
    /// The part of all people that it is true of.
    part: f64,
    cost_ns: f64,
}

impl<'a> Plan<'a> {
    /// Refuses a rule beyond its limits, and one that asks for likeness which has not been measured.
    pub fn of(features: &'a Features, rule: &Rule) -> Result<Plan<'a>, Refusal> {
        rule.check()?;
        Ok(Plan { features, root: node(features, rule, false)? })
    }

    /// How many consumers it holds for.
    pub fn count(&self) -> u64 {
        match &self.root {
            Node::Nobody => 0,
            Node::Everybody => self.features.people(),
            Node::Leaf(leaf) => leaf.count(self.features),
            Node::All(_) | Node::Any(_) => {
                let mut sum = 0;
                self.each_block(|bits| sum += count(bits));
                sum
            }
        }
    }

    /// Who they are.
    pub fn members(&self) -> Members {
        let mut members = Members::default();
        self.each_block(|bits| members.push(*bits));
        members
    }

    fn each_block(&self, mut call: impl FnMut(&Bits)) {
        let mut desk = vec![NO_BITS; self.root.depth() + 1];
        for block in 0..self.features.blocks() {
            self.answer(block, &mut desk);
            call(&desk[0]);
        }
    }

    /// Who of one block it holds for, in the first of these bits; the others are for reckoning.
    fn answer(&self, block: usize, desk: &mut [Bits]) {
        let present = self.features.everybody().block(block).unwrap_or(&NO_BITS);
        ask(&self.root, block, present, desk);
        desk[0].iter_mut().zip(present).for_each(|(word, here)| *word &= here);
    }
}

fn node<'a>(features: &'a Features, rule: &Rule, negated: bool) -> Result<Node<'a>, Refusal> {
    Ok(match rule {
        Rule::Not(part) => node(features, part, !negated)?,
        Rule::All(parts) => group(nodes(features, parts, negated)?, !negated),
        Rule::Any(parts) => group(nodes(features, parts, negated)?, negated),
        Rule::Did(did) => did_node(features, did, negated),
        Rule::Lives(city) => leaf(features, features.recent(&Key::Lives(city.clone()), 1), 1, negated),
        Rule::Like(like) => like_node(features, like, negated)?,
        Rule::Likely(likely) => likely_node(features, likely, negated)?,
    })
}

fn nodes<'a>(features: &'a Features, parts: &[Rule], negated: bool) -> Result<Vec<Node<'a>>, Refusal> {
    parts.iter().map(|part| node(features, part, negated)).collect()
}

/// "At most n times" is "not at least n + 1 times".
fn did_node<'a>(features: &'a Features, did: &Did, negated: bool) -> Node<'a> {
    let (times, negated) = match did.times {
        Times::AtLeast(times) => (times, negated),
        Times::AtMost(times) => (times + 1, !negated),
    };
    let what: What = did.what.clone();
    leaf(features, features.recent(&Key::Did(did.behaviour, what), times), features.since(did.days), negated)
}

fn like_node<'a>(features: &'a Features, like: &Like, negated: bool) -> Result<Node<'a>, Refusal> {
    let likeness = features.likeness(&like.seed).ok_or_else(|| {
        Refusal::new(
            Kind::Conflict,
            "likeness_unknown",
            "Who is like the people of this audience has not been measured yet.",
            "尚未计算与该人群相似的人。",
        )
    })?;
    Ok(match likeness.cut(like.people) {
        Some(points) => leaf(features, Some(&likeness.scores), points, negated),
        None => leaf(features, None, 1, negated),
    })
}

fn likely_node<'a>(features: &'a Features, likely: &Likely, negated: bool) -> Result<Node<'a>, Refusal> {
    if !features.knows_likely() {
        return Err(Refusal::new(
            Kind::Conflict,
            "likely_unknown",
            "Too little was bought so far to say who is likely to buy.",
            "购买记录太少，尚不能推算谁可能购买。",
        ));
    }
    let column = features.recent(&Key::Likely(likely.category.clone()), 1);
    Ok(leaf(features, column, likely.permille as u16, negated))
}

fn leaf<'a>(features: &Features, column: Option<&'a Column>, value: u16, negated: bool) -> Node<'a> {
    let people = features.people();
    let reached = column.map_or(0, |column| column.count_at_least(value));
    let (none, all) = (reached == 0, reached == people);
    match column {
        Some(column) if !none && !all => {
            let part = reached as f64 / people as f64;
            let part = if negated { 1.0 - part } else { part };
            Node::Leaf(Leaf { column, value, negated, part, cost_ns: column.cost_ns(value) })
        }
        _ if all != negated && people > 0 => Node::Everybody,
        _ => Node::Nobody,
    }
}

/// A group of all or of any, without what is certain, in the order in which its parts are best asked.
fn group(parts: Vec<Node>, all: bool) -> Node {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match (part, all) {
            (Node::Everybody, true) | (Node::Nobody, false) => {}
            (Node::Nobody, true) => return Node::Nobody,
            (Node::Everybody, false) => return Node::Everybody,
            // A group of the same sort inside is the same group.
            (Node::All(inner), true) | (Node::Any(inner), false) => kept.extend(inner),
            (part, _) => kept.push(part),
        }
    }
    kept.sort_by(|a, b| a.rank(all).total_cmp(&b.rank(all)));
    match (kept.len(), all) {
        (0, true) => Node::Everybody,
        (0, false) => Node::Nobody,
        (1, _) => kept.remove(0),
        (_, true) => Node::All(kept),
        (_, false) => Node::Any(kept),
    }
}

impl Node<'_> {
    /// The part of all people, as if what people do were independent.
    fn part(&self) -> f64 {
        match self {
            Node::Nobody => 0.0,
            Node::Everybody => 1.0,
            Node::Leaf(leaf) => leaf.part,
            Node::All(parts) => parts.iter().map(Node::part).product(),
            Node::Any(parts) => 1.0 - parts.iter().map(|part| 1.0 - part.part()).product::<f64>(),
        }
    }

    fn cost_ns(&self) -> f64 {
        match self {
            Node::Nobody | Node::Everybody => 0.0,
            Node::Leaf(leaf) => leaf.cost_ns,
            Node::All(parts) | Node::Any(parts) => parts.iter().map(Node::cost_ns).sum(),
        }
    }

    /// Cost over how much of a group's question it decides.
    fn rank(&self, all: bool) -> f64 {
        let decided = if all { 1.0 - self.part() } else { self.part() };
        self.cost_ns() / decided.max(1e-9)
    }

    fn depth(&self) -> usize {
        match self {
            Node::Nobody | Node::Everybody | Node::Leaf(_) => 0,
            Node::All(parts) | Node::Any(parts) => {
                1 + parts.iter().map(Node::depth).max().unwrap_or_default()
            }
        }
    }
}

impl Leaf<'_> {
    fn count(&self, features: &Features) -> u64 {
        let reached = self.column.count_at_least(self.value);
        if self.negated { features.people() - reached } else { reached }
    }
}

fn ask(node: &Node, block: usize, present: &Bits, desk: &mut [Bits]) {
    match node {
        Node::Nobody => desk[0] = NO_BITS,
        Node::Everybody => desk[0] = *present,
        Node::Leaf(leaf) => {
            leaf.column.at_least(block, leaf.value, &mut desk[0]);
            if leaf.negated {
                desk[0].iter_mut().for_each(|word| *word = !*word);
            }
        }
        Node::All(parts) => ask_all(parts, block, present, desk),
        Node::Any(parts) => ask_any(parts, block, present, desk),
    }
}

/// Starts from everybody; ends when nobody is left.
fn ask_all(parts: &[Node], block: usize, present: &Bits, desk: &mut [Bits]) {
    let [answer, rest @ ..] = desk else { return };
    *answer = *present;
    for part in parts {
        let mut left = 0;
        match part {
            // What a leaf has not in a block needs no look at the bits.
            Node::Leaf(leaf) if !leaf.column.at_least(block, leaf.value, &mut rest[0]) => {
                if !leaf.negated {
                    *answer = NO_BITS;
                    return;
                }
                continue;
            }
            Node::Leaf(leaf) if leaf.negated => answer.iter_mut().zip(&rest[0]).for_each(|(word, bits)| {
                *word &= !bits;
                left |= *word;
            }),
            other => {
                if !matches!(other, Node::Leaf(_)) {
                    ask(other, block, present, rest);
                }
                answer.iter_mut().zip(&rest[0]).for_each(|(word, bits)| {
                    *word &= bits;
                    left |= *word;
                });
            }
        }
        if left == 0 {
            return;
        }
    }
}

/// Starts from nobody; ends when everybody is in.
fn ask_any(parts: &[Node], block: usize, present: &Bits, desk: &mut [Bits]) {
    let [answer, rest @ ..] = desk else { return };
    *answer = NO_BITS;
    for part in parts {
        let mut missing = 0;
        match part {
            Node::Leaf(leaf) if !leaf.column.at_least(block, leaf.value, &mut rest[0]) => {
                if leaf.negated {
                    *answer = *present;
                    return;
                }
                continue;
            }
            Node::Leaf(leaf) if leaf.negated => {
                for ((word, bits), here) in answer.iter_mut().zip(&rest[0]).zip(present) {
                    *word |= !bits;
                    missing |= here & !*word;
                }
            }
            other => {
                if !matches!(other, Node::Leaf(_)) {
                    ask(other, block, present, rest);
                }
                for ((word, bits), here) in answer.iter_mut().zip(&rest[0]).zip(present) {
                    *word |= bits;
                    missing |= here & !*word;
                }
            }
        }
        if missing == 0 {
            return;
        }
    }
}
