//! A group of consumers, as one bit each.

use super::column::{BLOCK, Bits, NO_BITS, split};

#[derive(Clone, Debug, Default)]
pub struct Members {
    blocks: Vec<Box<Bits>>,
}

impl Members {
    pub fn contains(&self, id: u32) -> bool {
        let (block, low) = split(id);
        self.blocks.get(block).is_some_and(|bits| bits[usize::from(low) >> 6] >> (low & 63) & 1 == 1)
    }

    /// Takes somebody in; whether that is new.
    pub fn insert(&mut self, id: u32) -> bool {
        let (block, low) = split(id);
        if block >= self.blocks.len() {
            self.blocks.resize_with(block + 1, || Box::new(NO_BITS));
        }
        let word = &mut self.blocks[block][usize::from(low) >> 6];
        let new = *word >> (low & 63) & 1 == 0;
        *word |= 1 << (low & 63);
        new
    }

    /// Lets somebody go; whether they were there.
    pub fn remove(&mut self, id: u32) -> bool {
        let (block, low) = split(id);
        let Some(bits) = self.blocks.get_mut(block) else { return false };
        let word = &mut bits[usize::from(low) >> 6];
        let there = *word >> (low & 63) & 1 == 1;
        *word &= !(1 << (low & 63));
        there
    }

    pub fn count(&self) -> u64 {
        self.blocks.iter().map(|bits| count(bits)).sum()
    }

    /// How many are in both.
    pub fn shared_with(&self, other: &Members) -> u64 {
        let both = |mine: &Bits, theirs: &Bits| -> u64 {
            mine.iter().zip(theirs.iter()).map(|(a, b)| u64::from((a & b).count_ones())).sum()
        };
        self.blocks.iter().zip(&other.blocks).map(|(mine, theirs)| both(mine, theirs)).sum()
    }

    /// Everybody, in order.
    pub fn each(&self) -> impl Iterator<Item = u32> {
        self.blocks.iter().enumerate().flat_map(|(block, bits)| {
            let words = bits.iter().enumerate().filter(|(_, word)| **word != 0);
            words.flat_map(move |(i, word)| {
                let first = (block * BLOCK + i * 64) as u32;
                (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| first + bit)
            })
        })
    }

    pub fn bytes(&self) -> usize {
        self.blocks.len() * size_of::<Bits>()
    }

    pub(crate) fn block(&self, block: usize) -> Option<&Bits> {
        self.blocks.get(block).map(|bits| &**bits)
    }

    pub(crate) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    pub(crate) fn push(&mut self, bits: Bits) {
        self.blocks.push(Box::new(bits));
    }
}

pub(crate) fn count(bits: &Bits) -> u64 {
    bits.iter().map(|word| u64::from(word.count_ones())).sum()
}
