//! A number from 0 to 511 for every consumer, held so that "at least so much" is quick to ask of everybody.
//!
//! Consumers come in blocks of 65,536. A block in which few have a number lists them; a full one holds the
//! numbers as nine bit slices (O'Neil and Quass, "Improved query performance with variant indexes", SIGMOD
//! 1997). How many have each number is counted beside, so that a single question needs no look at the blocks.

/// Consumers in one block.
pub const BLOCK: usize = 1 << 16;
/// The highest number; 0 is nobody's.
pub const VALUE_MAX: u16 = (1 << SLICES) - 1;

pub(crate) const SLICES: usize = 9;
const WORDS: usize = BLOCK / 64;
/// A block with more numbers than this is sliced: from about here on slices are the quicker to ask.
const LISTED_MAX: usize = 4096;

/// Words of one slice that lie side by side, before the same words of the next slice: a cache line. Who changes
/// somebody's number then touches nine neighbours, and who asks everybody reads straight on.
const LINE: usize = 8;

type Slices = [[[u64; LINE]; SLICES]; WORDS / LINE];

/// One bit for each consumer of a block.
pub(crate) type Bits = [u64; WORDS];
pub(crate) const NO_BITS: Bits = [0; WORDS];

#[derive(Clone, Debug)]
pub struct Column {
    blocks: Vec<Block>,
    /// How many consumers have each number; the first is never used.
    counts: Box<[u32]>,
}

#[derive(Clone, Debug, Default)]
enum Block {
    #[default]
    Empty,
    /// Consumers in order, each with a number.
    Listed {
        lows: Vec<u16>,
        values: Vec<u16>,
    },
    Sliced(Box<Slices>),
}

impl Default for Column {
    fn default() -> Column {
        Column { blocks: Vec::new(), counts: vec![0; usize::from(VALUE_MAX) + 1].into() }
    }
}

impl Column {
    pub fn get(&self, id: u32) -> u16 {
        let (block, low) = split(id);
        self.blocks.get(block).map_or(0, |block| block.get(low))
    }

    /// Gives a consumer a number of at most [`VALUE_MAX`]; 0 takes it away. Answers what it was before.
    pub fn set(&mut self, id: u32, value: u16) -> u16 {
        debug_assert!(value <= VALUE_MAX);
        let (block, low) = split(id);
        if block >= self.blocks.len() {
            if value == 0 {
                return 0;
            }
            self.blocks.resize_with(block + 1, Block::default);
        }
        let before = self.blocks[block].set(low, value);
        if before > 0 {
            self.counts[usize::from(before)] -= 1;
        }
        if value > 0 {
            self.counts[usize::from(value)] += 1;
        }
        before
    }

    /// How many consumers have at least this number, which is at least one.
    pub fn count_at_least(&self, value: u16) -> u64 {
        self.counts[usize::from(value.max(1))..].iter().map(|count| u64::from(*count)).sum()
    }

    /// The least number that no more than `most` consumers reach; none when nobody would be left.
    pub fn cut(&self, most: u64) -> Option<u16> {
        let (mut above, mut cut) = (0, None);
        for value in (1..=VALUE_MAX).rev() {
            above += u64::from(self.counts[usize::from(value)]);
            if above > most {
                break;
            }
            if above > 0 {
                cut = Some(value);
            }
        }
        cut
    }

    /// Whether anybody has a number.
    pub fn is_empty(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
    }

    /// Writes down who of a block has at least this number; whether anybody has.
    pub(crate) fn at_least(&self, block: usize, value: u16, bits: &mut Bits) -> bool {
        match self.blocks.get(block) {
            None | Some(Block::Empty) => {
                *bits = NO_BITS;
                false
            }
            Some(Block::Listed { lows, values }) => {
                *bits = NO_BITS;
                for (low, held) in lows.iter().zip(values) {
                    bits[usize::from(*low) >> 6] |= u64::from(*held >= value) << (low & 63);
                }
                true
            }
            Some(Block::Sliced(slices)) => {
                compare(slices, value, bits);
                true
            }
        }
    }

    /// About how many nanoseconds `at_least` takes over all blocks; for planning only.
    pub(crate) fn cost_ns(&self, value: u16) -> f64 {
        let sliced = (SLICES as u32 - value.trailing_zeros().min(8)) as f64 * 700.0;
        let cost = |block: &Block| match block {
            Block::Empty => 50.0,
            Block::Listed { lows, .. } => 100.0 + lows.len() as f64 * 1.2,
            Block::Sliced(_) => sliced,
        };
        self.blocks.iter().map(cost).sum()
    }

    /// Everybody's number after `map`, which must keep the order and map 0 to 0.
    pub(crate) fn mapped(&self, map: impl Fn(u16) -> u16) -> Column {
        let mut mapped = Column::default();
        for (block, held) in self.blocks.iter().enumerate() {
            held.each(|low, value| {
                mapped.set((block * BLOCK) as u32 + u32::from(low), map(value));
            });
        }
        mapped.settle();
        mapped
    }

    /// Adds the next block, by its slices, the lowest first.
    pub(crate) fn push_sliced(&mut self, slices: &[Bits]) {
        let mut lines = no_slices();
        for (at, line) in lines.iter_mut().enumerate() {
            for (words, slice) in line.iter_mut().zip(slices) {
                words.copy_from_slice(&slice[at * LINE..][..LINE]);
            }
        }
        let block = Block::Sliced(lines);
        block.each(|_, value| self.counts[usize::from(value)] += 1);
        self.blocks.push(block);
    }

    /// Gives back memory that was kept for growing.
    pub(crate) fn settle(&mut self) {
        for block in &mut self.blocks {
            if let Block::Listed { lows, values } = block {
                lows.shrink_to_fit();
                values.shrink_to_fit();
            }
        }
        self.blocks.shrink_to_fit();
    }

    /// Memory in bytes.
    pub fn bytes(&self) -> usize {
        let block = |block: &Block| match block {
            Block::Empty => 0,
            Block::Listed { lows, values } => 2 * (lows.capacity() + values.capacity()),
            Block::Sliced(_) => size_of::<Slices>(),
        };
        let blocks = self.blocks.capacity() * size_of::<Block>();
        size_of::<Column>() + 4 * self.counts.len() + blocks + self.blocks.iter().map(block).sum::<usize>()
    }
}

/// The block of a consumer, and which of its consumers it is.
pub(crate) fn split(id: u32) -> (usize, u16) {
    ((id >> 16) as usize, id as u16)
}

impl Block {
    fn get(&self, low: u16) -> u16 {
        match self {
            Block::Empty => 0,
            Block::Listed { lows, values } => find(lows, low).map_or(0, |at| values[at]),
            Block::Sliced(slices) => {
                let (line, word, bit) = place(low);
                let bits = slices[line].iter().enumerate();
                bits.map(|(i, slice)| (((slice[word] >> bit) & 1) as u16) << i).sum()
            }
        }
    }

    fn set(&mut self, low: u16, value: u16) -> u16 {
        match self {
            Block::Empty if value == 0 => 0,
            Block::Empty => {
                *self = Block::Listed { lows: vec![low], values: vec![value] };
                0
            }
            Block::Listed { lows, values } => {
                let before = set_listed(lows, values, low, value);
                if lows.len() > LISTED_MAX {
                    *self = Block::Sliced(slice(lows, values));
                }
                before
            }
            Block::Sliced(slices) => {
                let (line, word, bit) = place(low);
                let mut before = 0;
                for (i, slice) in slices[line].iter_mut().enumerate() {
                    before |= (((slice[word] >> bit) & 1) as u16) << i;
                    slice[word] = slice[word] & !(1 << bit) | u64::from((value >> i) & 1) << bit;
                }
                before
            }
        }
    }

    /// Calls for every consumer that has a number, in order.
    fn each(&self, mut call: impl FnMut(u16, u16)) {
        match self {
            Block::Empty => {}
            Block::Listed { lows, values } => {
                lows.iter().zip(values).for_each(|(low, value)| call(*low, *value));
            }
            Block::Sliced(slices) => {
                for word in 0..WORDS {
                    let line = &slices[word / LINE];
                    let mut left = line.iter().fold(0, |any, slice| any | slice[word % LINE]);
                    while left != 0 {
                        let low = (word * 64) as u16 + left.trailing_zeros() as u16;
                        call(low, self.get(low));
                        left &= left - 1;
                    }
                }
            }
        }
    }
}

/// Where somebody is in a list, or belongs. When all is read anew, they mostly come in order.
fn find(lows: &[u16], low: u16) -> Result<usize, usize> {
    match lows.last() {
        None => Err(0),
        Some(last) if *last < low => Err(lows.len()),
        Some(last) if *last == low => Ok(lows.len() - 1),
        Some(_) => lows.binary_search(&low),
    }
}

fn set_listed(lows: &mut Vec<u16>, values: &mut Vec<u16>, low: u16, value: u16) -> u16 {
    match find(lows, low) {
        Ok(at) if value == 0 => {
            lows.remove(at);
            values.remove(at)
        }
        Ok(at) => std::mem::replace(&mut values[at], value),
        Err(_) if value == 0 => 0,
        Err(at) => {
            lows.insert(at, low);
            values.insert(at, value);
            0
        }
    }
}

fn slice(lows: &[u16], values: &[u16]) -> Box<Slices> {
    let mut slices = no_slices();
    for (low, value) in lows.iter().zip(values) {
        let (line, word, bit) = place(*low);
        for (i, slice) in slices[line].iter_mut().enumerate() {
            slice[word] |= u64::from((value >> i) & 1) << bit;
        }
    }
    slices
}

/// Where a consumer's bits are: the line, the word in each of its slices, the bit in that.
fn place(low: u16) -> (usize, usize, u16) {
    let word = usize::from(low) >> 6;
    (word / LINE, word % LINE, low & 63)
}

/// Slices in which nobody has a number, made where they stay: they are too large for a stack.
fn no_slices() -> Box<Slices> {
    let slices: Box<[[[u64; LINE]; SLICES]]> = vec![[[0; LINE]; SLICES]; WORDS / LINE].into();
    slices.try_into().unwrap_or_else(|_| unreachable!("there are as many lines as were asked for"))
}

/// `number >= value` for 65,536 numbers, from the lowest slice up: where the value has a one the number must have
/// one too, and reach the rest; where it has a nought a one decides, or the rest does. Slices below the value's
/// lowest one are of no account.
fn compare(slices: &Slices, value: u16, bits: &mut Bits) {
    let lowest = value.trailing_zeros() as usize;
    for (line, reached) in slices.iter().zip(bits.chunks_exact_mut(LINE)) {
        let mut words = line[lowest];
        for (i, slice) in line.iter().enumerate().skip(lowest + 1) {
            if value >> i & 1 == 1 {
                words.iter_mut().zip(slice).for_each(|(word, one)| *word &= one);
            } else {
                words.iter_mut().zip(slice).for_each(|(word, one)| *word |= one);
            }
        }
        reached.copy_from_slice(&words);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Dice;

    /// As many consumers in the first block as to slice it, a few in the third.
    fn numbers() -> Vec<(u32, u16)> {
        let mut dice = Dice::seeded(5);
        let mut numbers: Vec<(u32, u16)> = (0..BLOCK as u32).map(|id| (id, dice.below(512) as u16)).collect();
        numbers.retain(|_| dice.chance(0.3));
        numbers.extend((0..500).map(|i| (2 * BLOCK as u32 + i * 7, 1 + dice.below(511) as u16)));
        numbers
    }

    #[test]
    fn a_column_answers_what_a_list_answers() {
        let mut column = Column::default();
        let numbers = numbers();
        for (id, value) in &numbers {
            column.set(*id, *value);
        }
        assert!(matches!(column.blocks[0], Block::Sliced(_)));
        assert!(matches!(column.blocks[2], Block::Listed { .. }));
        assert!(numbers.iter().all(|(id, value)| column.get(*id) == *value));
        let mut bits = NO_BITS;
        for value in [1, 2, 3, 64, 255, 256, 257, 400, 511] {
            let expected = numbers.iter().filter(|(_, held)| *held >= value).count();
            let mut counted = 0;
            for block in 0..4 {
                column.at_least(block, value, &mut bits);
                counted += bits.iter().map(|word| word.count_ones() as usize).sum::<usize>();
            }
            assert_eq!((counted, column.count_at_least(value) as usize), (expected, expected), "{value}");
        }
    }

    #[test]
    fn numbers_change_and_go() {
        let mut column = Column::default();
        for (id, value) in numbers() {
            column.set(id, value);
        }
        for (id, value) in numbers() {
            assert_eq!(column.set(id, 511 - value), value);
        }
        let shifted = column.mapped(|value| value.saturating_sub(100));
        assert_eq!(shifted.count_at_least(1), column.count_at_least(101));
        for (id, _) in numbers() {
            column.set(id, 0);
        }
        assert!(column.is_empty());
    }

    #[test]
    fn a_cut_leaves_no_more_than_was_asked_for() {
        let mut column = Column::default();
        for id in 0..100 {
            column.set(id, 1 + (id / 10) as u16);
        }
        assert_eq!(column.cut(35), Some(8));
        assert_eq!(column.count_at_least(8), 30);
        assert_eq!(column.cut(9), None);
        assert_eq!(column.cut(1000), Some(1));
    }
}
