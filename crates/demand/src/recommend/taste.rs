//! What things have in common before anybody took them: genre, franchise, category.

use super::log::Item;

/// Items as unit vectors over tags, rare tags weighing more.
#[derive(Clone, Debug)]
pub(crate) struct Taste {
    tags: usize,
    items: Vec<Vec<(u32, f64)>>,
}

impl Taste {
    pub(crate) fn fit(items: &[Item]) -> Taste {
        let tags = items.iter().flat_map(|item| &item.tags).max().map_or(0, |tag| *tag as usize + 1);
        let mut counts = vec![0.0; tags];
        items.iter().flat_map(|item| &item.tags).for_each(|tag| counts[*tag as usize] += 1.0);
        let vector = |item: &Item| {
            let rare = |tag: u32| (1.0 + items.len() as f64 / counts[tag as usize]).ln();
            let length = item.tags.iter().map(|tag| rare(*tag).powi(2)).sum::<f64>().sqrt().max(1e-12);
            item.tags.iter().map(|tag| (*tag, rare(*tag) / length)).collect()
        };
        Taste { tags, items: items.iter().map(vector).collect() }
    }

    /// The cosine of every item with the sum of a history of (item, weight).
    pub(crate) fn scores(&self, history: &[(u32, f64)]) -> Vec<f64> {
        let mut taste = vec![0.0; self.tags];
        for (item, weight) in history {
            for (tag, value) in &self.items[*item as usize] {
                taste[*tag as usize] += weight * value;
            }
        }
        self.items.iter().map(|item| item.iter().map(|(tag, v)| v * taste[*tag as usize]).sum()).collect()
    }

    pub(crate) fn likeness(&self, a: u32, b: u32) -> f64 {
        let other = &self.items[b as usize];
        let same = |tag: u32| other.iter().find(|(t, _)| *t == tag).map_or(0.0, |(_, v)| *v);
        self.items[a as usize].iter().map(|(tag, value)| value * same(*tag)).sum()
    }
}
