//! Gradient-boosted regression trees: many small trees, each correcting the ones before it.
//!
//! Columns are binned once, about as many rows to a bin; a missing value (`NaN`) is a bin of its own whose side every
//! split learns. Trees grow best leaf first (Friedman 2001; Ke et al. 2017, LightGBM). Losses without curvature (the
//! absolute error and the quantiles) grow on their gradient and then set each leaf to the weighted quantile of its
//! residuals. The same table, settings and seed give the same model on every machine.

use kernel::Dice;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What is made small.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// Half the squared error; predicts the mean.
    Squared,
    /// The absolute error; predicts the median.
    Absolute,
    /// The pinball loss; predicts the quantile, strictly between 0 and 1.
    Quantile(f64),
    /// The deviance of a count; predictions are logarithms of the mean.
    Poisson,
    /// The deviance of a Tweedie distribution whose variance grows with this power of the mean, strictly between 1
    /// and 2 (Jørgensen 1987): counts that come in groups; predictions are logarithms of the mean.
    Tweedie(f64),
    /// The cross-entropy of an outcome in `0..=1`; predictions are log-odds.
    Logistic,
}

/// How a model grows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    pub trees: usize,
    /// What part of its correction each tree may make.
    pub learning_rate: f64,
    pub leaves_max: usize,
    /// The smallest sum of weights in a leaf.
    pub leaf_weight_min: f64,
    /// Added to every leaf's curvature: pulls small leaves to zero.
    pub ridge: f64,
    /// The part of the rows each tree sees.
    pub rows_part: f64,
    /// The part of the columns each tree sees.
    pub columns_part: f64,
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            trees: 300,
            learning_rate: 0.05,
            leaves_max: 31,
            leaf_weight_min: 20.0,
            ridge: 1.0,
            rows_part: 0.8,
            columns_part: 0.8,
            seed: 1,
        }
    }
}

/// Rows of numbers, held by column; `NaN` means unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    columns: Vec<Vec<f64>>,
    rows: usize,
}

impl Table {
    pub fn new(columns: usize) -> Table {
        Table { columns: vec![Vec::new(); columns], rows: 0 }
    }

    /// Panics when the row has another number of columns than the table.
    pub fn push(&mut self, row: &[f64]) {
        assert_eq!(row.len(), self.columns.len(), "a row has one value for every column");
        for (column, value) in self.columns.iter_mut().zip(row) {
            column.push(*value);
        }
        self.rows += 1;
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Every row, in the order they were pushed.
    pub fn iter(&self) -> impl Iterator<Item = Vec<f64>> {
        (0..self.rows).map(|row| self.columns.iter().map(|column| column[row]).collect())
    }

    pub fn columns(&self) -> usize {
        self.columns.len()
    }

    pub fn column(&self, column: usize) -> &[f64] {
        &self.columns[column]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Node {
    /// Values up to `at` go left, larger ones right, missing ones where `missing_left` says.
    Split {
        column: u32,
        at: f64,
        missing_left: bool,
        left: u32,
        right: u32,
    },
    Leaf {
        value: f64,
    },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Tree(Vec<Node>);

impl Tree {
    fn value(&self, row: &[f64]) -> f64 {
        let mut node = 0;
        loop {
            match self.0[node] {
                Node::Leaf { value } => return value,
                Node::Split { column, at, missing_left, left, right } => {
                    let value = row[column as usize];
                    let goes_left = if value.is_nan() { missing_left } else { value <= at };
                    node = if goes_left { left } else { right } as usize;
                }
            }
        }
    }
}

/// A fitted model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Boosted {
    loss: Loss,
    start: f64,
    trees: Vec<Tree>,
    columns: usize,
}

impl Boosted {
    /// Fits `targets` (one a row) with `weights` (one a row, not negative). An empty table predicts zero.
    ///
    /// Panics when the lengths differ.
    pub fn fit(table: &Table, targets: &[f64], weights: &[f64], loss: Loss, settings: &Settings) -> Boosted {
        Boosted::fit_on(&Bins::of(table), targets, weights, loss, settings)
    }

    /// The same for a table whose columns are binned already, as where several models learn from one.
    pub(crate) fn fit_on(
        bins: &Bins,
        targets: &[f64],
        weights: &[f64],
        loss: Loss,
        settings: &Settings,
    ) -> Boosted {
        assert!(targets.len() == bins.rows && weights.len() == bins.rows, "one target and weight a row");
        let start = start(targets, weights, loss);
        let mut model = Boosted { loss, start, trees: Vec::new(), columns: bins.codes.len() };
        if bins.rows == 0 {
            return model;
        }
        let mut dice = Dice::seeded(settings.seed);
        let mut scores = vec![start; bins.rows];
        for _ in 0..settings.trees {
            let slopes: Vec<Slope> =
                (0..bins.rows).map(|i| slope(loss, targets[i], scores[i], weights[i])).collect();
            let mut growth = Growth::new(bins, &slopes, settings, &mut dice);
            for leaf in growth.grow() {
                let rows = &growth.rows[leaf.rows];
                let step = match quantile_of(loss) {
                    None => leaf.sum.step(settings.ridge),
                    Some(q) => residual_quantile(&rows[..leaf.drawn], targets, &scores, weights, q),
                };
                let value = step * settings.learning_rate;
                growth.tree.0[leaf.node] = Node::Leaf { value };
                rows.iter().for_each(|row| scores[*row as usize] += value);
            }
            model.trees.push(growth.tree);
        }
        model
    }

    /// The raw score of a row: the mean or quantile itself, the logarithm of a Poisson mean, or log-odds.
    pub fn score(&self, row: &[f64]) -> f64 {
        assert_eq!(row.len(), self.columns, "a row has the columns the model was fitted on");
        self.start + self.trees.iter().map(|tree| tree.value(row)).sum::<f64>()
    }

    /// The expected value of a row: a Poisson mean or a probability where the loss has one.
    pub fn predict(&self, row: &[f64]) -> f64 {
        let score = self.score(row);
        match self.loss {
            Loss::Squared | Loss::Absolute | Loss::Quantile(_) => score,
            Loss::Poisson | Loss::Tweedie(_) => score.exp(),
            Loss::Logistic => 1.0 / (1.0 + (-score).exp()),
        }
    }

    /// How much each column moved one row's score, in its units; with [`Boosted::base`] they sum to the score.
    /// (Saabas 2014: the change of the node's mean along the path, a node's mean being that of its leaves.)
    pub fn contributions(&self, row: &[f64]) -> Vec<f64> {
        let mut moved = vec![0.0; self.columns];
        for tree in &self.trees {
            let means = tree.means();
            let mut node = 0;
            while let Node::Split { column, at, missing_left, left, right } = tree.0[node] {
                let value = row[column as usize];
                let goes_left = if value.is_nan() { missing_left } else { value <= at };
                let next = if goes_left { left } else { right } as usize;
                moved[column as usize] += means[next] - means[node];
                node = next;
            }
        }
        moved
    }

    /// The score before any column has spoken.
    pub fn base(&self) -> f64 {
        self.start + self.trees.iter().map(|tree| tree.means()[0]).sum::<f64>()
    }
}

/// Where a loss points, at one row or summed over many: its gradient and curvature, weighted, and the weight.
#[derive(Clone, Copy, Default)]
struct Slope {
    gradient: f64,
    curvature: f64,
    weight: f64,
}

impl Slope {
    fn plus(self, other: Slope) -> Slope {
        Slope {
            gradient: self.gradient + other.gradient,
            curvature: self.curvature + other.curvature,
            weight: self.weight + other.weight,
        }
    }

    fn minus(self, other: Slope) -> Slope {
        Slope {
            gradient: self.gradient - other.gradient,
            curvature: self.curvature - other.curvature,
            weight: self.weight - other.weight,
        }
    }

    fn step(self, ridge: f64) -> f64 {
        -self.gradient / (self.curvature + ridge).max(1e-12)
    }

    fn gain(self, ridge: f64) -> f64 {
        self.gradient * self.gradient / (self.curvature + ridge).max(1e-12)
    }
}

fn quantile_of(loss: Loss) -> Option<f64> {
    match loss {
        Loss::Absolute => Some(0.5),
        Loss::Quantile(q) => Some(q),
        Loss::Squared | Loss::Poisson | Loss::Tweedie(_) | Loss::Logistic => None,
    }
}

fn slope(loss: Loss, target: f64, score: f64, weight: f64) -> Slope {
    let (gradient, curvature) = match loss {
        Loss::Squared => (score - target, 1.0),
        Loss::Absolute => (if target > score { -0.5 } else { 0.5 }, 1.0),
        Loss::Quantile(q) => (if target > score { -q } else { 1.0 - q }, 1.0),
        Loss::Poisson => (score.exp() - target, score.exp()),
        Loss::Tweedie(power) => {
            let (counts, means) = (target * ((1.0 - power) * score).exp(), ((2.0 - power) * score).exp());
            (means - counts, (2.0 - power) * means + (power - 1.0) * counts)
        }
        Loss::Logistic => {
            let p = 1.0 / (1.0 + (-score).exp());
            (p - target, (p * (1.0 - p)).max(1e-9))
        }
    };
    Slope { gradient: gradient * weight, curvature: curvature * weight, weight }
}

/// The best constant.
fn start(targets: &[f64], weights: &[f64], loss: Loss) -> f64 {
    let total: f64 = weights.iter().sum();
    if total <= 0.0 {
        return 0.0;
    }
    let mean = targets.iter().zip(weights).map(|(t, w)| t * w).sum::<f64>() / total;
    match loss {
        Loss::Squared => mean,
        Loss::Absolute | Loss::Quantile(_) => {
            let rows: Vec<u32> = (0..targets.len() as u32).collect();
            let q = quantile_of(loss).unwrap_or(0.5);
            residual_quantile(&rows, targets, &vec![0.0; targets.len()], weights, q)
        }
        Loss::Poisson | Loss::Tweedie(_) => mean.max(1e-9).ln(),
        Loss::Logistic => {
            let p = mean.clamp(1e-6, 1.0 - 1e-6);
            (p / (1.0 - p)).ln()
        }
    }
}

/// The weighted quantile of what is left to explain.
fn residual_quantile(rows: &[u32], targets: &[f64], scores: &[f64], weights: &[f64], q: f64) -> f64 {
    let mut left: Vec<(f64, f64)> =
        rows.iter().map(|i| (targets[*i as usize] - scores[*i as usize], weights[*i as usize])).collect();
    left.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = q * left.iter().map(|(_, weight)| weight).sum::<f64>();
    let mut seen = 0.0;
    for (residual, weight) in &left {
        seen += weight;
        if seen >= half {
            return *residual;
        }
    }
    left.last().map_or(0.0, |(residual, _)| *residual)
}

const BINS_MAX: usize = 255;

/// Every column as small numbers: 0 is missing, `k` lies between two edges.
pub(crate) struct Bins {
    rows: usize,
    /// By column and row.
    codes: Vec<Vec<u8>>,
    /// By column: bin `k + 1` holds values up to here.
    edges: Vec<Vec<f64>>,
    /// The columns in which rows differ.
    telling: Vec<usize>,
}

impl Bins {
    pub(crate) fn of(table: &Table) -> Bins {
        let edges: Vec<Vec<f64>> = table.columns.iter().map(|column| edges(column)).collect();
        let codes: Vec<Vec<u8>> =
            table.columns.iter().zip(&edges).map(|(column, edges)| codes(column, edges)).collect();
        let differs = |column: &usize| codes[*column].iter().any(|code| *code != codes[*column][0]);
        let telling = (0..table.columns()).filter(differs).collect();
        Bins { rows: table.rows, codes, edges, telling }
    }
}

fn codes(column: &[f64], edges: &[f64]) -> Vec<u8> {
    let code = |value: &f64| {
        if value.is_nan() { 0 } else { edges.partition_point(|edge| edge < value) as u8 + 1 }
    };
    column.iter().map(code).collect()
}

/// The ends of up to [`BINS_MAX`] bins, each halfway to the next value, for values to come lie on either side of what
/// was seen. A value of more rows than a bin's share has a bin for itself and the others share what is left: a column
/// that is mostly zero is told apart where it is not.
fn edges(column: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = column.iter().copied().filter(|value| !value.is_nan()).collect();
    values.sort_by(f64::total_cmp);
    let distinct: Vec<&[f64]> = values.chunk_by(|a, b| a == b).collect();
    let few = distinct.len() <= BINS_MAX;
    let fills_a_bin = |rows: &[f64]| few || rows.len() * BINS_MAX > values.len();
    let shared = || distinct.iter().filter(|rows| !fills_a_bin(rows));
    let mut rows_left: usize = shared().map(|rows| rows.len()).sum();
    let mut bins_left = BINS_MAX.saturating_sub(distinct.len() - shared().count());
    let (mut edges, mut inside) = (Vec::new(), 0);
    for pair in distinct.windows(2) {
        let (this, next) = (pair[0], pair[1]);
        inside += this.len();
        let full = fills_a_bin(this) || fills_a_bin(next) || inside * bins_left >= rows_left;
        if !full || edges.len() + 1 == BINS_MAX {
            continue;
        }
        edges.push(halfway(this[0], next[0]));
        if !fills_a_bin(this) {
            rows_left -= inside;
            bins_left = bins_left.saturating_sub(1);
        }
        inside = 0;
    }
    edges.push(f64::INFINITY);
    edges
}

/// Between two values, not below the first and below the second.
fn halfway(low: f64, high: f64) -> f64 {
    let middle = low / 2.0 + high / 2.0;
    if low <= middle && middle < high { middle } else { low }
}

/// One tree on its way.
struct Growth<'a> {
    bins: &'a Bins,
    slopes: &'a [Slope],
    settings: &'a Settings,
    /// Those this tree sees.
    columns: Vec<usize>,
    /// Every row. Those of a leaf lie together, the ones that were drawn before the others.
    rows: Vec<u32>,
    drawn: usize,
    tree: Tree,
}

/// For every column that takes part: the missing, then each of its bins.
type Histogram = Vec<Vec<Slope>>;

struct Leaf {
    node: usize,
    /// Its part of the rows, of which the first so many were drawn.
    rows: Range<usize>,
    drawn: usize,
    /// Over the drawn rows.
    sum: Slope,
    histogram: Histogram,
    cut: Option<Cut>,
}

#[derive(Clone, Copy)]
struct Cut {
    gain: f64,
    column: usize,
    /// The last bin that goes left.
    code: u8,
    missing_left: bool,
    left: Slope,
}

impl<'a> Growth<'a> {
    fn new(bins: &'a Bins, slopes: &'a [Slope], settings: &'a Settings, dice: &mut Dice) -> Growth<'a> {
        let (mut rows, others) = draw(dice, slopes.len(), settings.rows_part);
        let drawn = rows.len();
        rows.extend(others);
        let (columns, _) = draw(dice, bins.telling.len(), settings.columns_part);
        let columns = columns.into_iter().map(|i| bins.telling[i as usize]).collect();
        Growth { bins, slopes, settings, columns, rows, drawn, tree: Tree(vec![Node::Leaf { value: 0.0 }]) }
    }

    /// Splits where most is gained until there are leaves enough, or nothing is gained.
    fn grow(&mut self) -> Vec<Leaf> {
        let drawn = &self.rows[..self.drawn];
        let sum = drawn.iter().fold(Slope::default(), |sum, row| sum.plus(self.slopes[*row as usize]));
        let histogram = self.histogram(drawn);
        let cut = self.best(&histogram, sum);
        let mut leaves =
            vec![Leaf { node: 0, rows: 0..self.rows.len(), drawn: self.drawn, sum, histogram, cut }];
        while leaves.len() < self.settings.leaves_max {
            let gain = |i: &usize| leaves[*i].cut.map_or(0.0, |cut| cut.gain);
            let best = (0..leaves.len()).max_by(|a, b| gain(a).total_cmp(&gain(b)));
            let Some((best, cut)) = best.and_then(|best| Some((best, leaves[best].cut?))) else { break };
            let leaf = leaves.swap_remove(best);
            leaves.extend(self.split(leaf, cut));
        }
        leaves
    }

    fn split(&mut self, leaf: Leaf, cut: Cut) -> [Leaf; 2] {
        let codes = &self.bins.codes[cut.column];
        let goes_left = |row: &u32| match codes[*row as usize] {
            0 => cut.missing_left,
            code => code <= cut.code,
        };
        let rows = &mut self.rows[leaf.rows.clone()];
        let left_drawn = rows[..leaf.drawn].iter().filter(|row| goes_left(row)).count();
        let left_rows = partition(rows, goes_left);
        let middle = leaf.rows.start + left_rows;
        let right_drawn = leaf.drawn - left_drawn;
        // The side with fewer rows is counted, the other is what remains.
        let left_is_small = left_drawn < right_drawn;
        let small = if left_is_small {
            self.histogram(&self.rows[leaf.rows.start..][..left_drawn])
        } else {
            self.histogram(&self.rows[middle..][..right_drawn])
        };
        let mut large = leaf.histogram;
        for (cell, part) in large.iter_mut().flatten().zip(small.iter().flatten()) {
            *cell = cell.minus(*part);
        }
        let (left_histogram, right_histogram) = if left_is_small { (small, large) } else { (large, small) };
        let node = self.tree.branch(leaf.node, &cut, self.bins);
        let leaf_of = |node, rows, drawn, sum, histogram| {
            let cut = self.best(&histogram, sum);
            Leaf { node, rows, drawn, sum, histogram, cut }
        };
        [
            leaf_of(node, leaf.rows.start..middle, left_drawn, cut.left, left_histogram),
            leaf_of(node + 1, middle..leaf.rows.end, right_drawn, leaf.sum.minus(cut.left), right_histogram),
        ]
    }

    fn histogram(&self, rows: &[u32]) -> Histogram {
        let slopes: Vec<Slope> = rows.iter().map(|row| self.slopes[*row as usize]).collect();
        let of_column = |column: &usize| {
            let mut cells = vec![Slope::default(); self.bins.edges[*column].len() + 1];
            let codes = &self.bins.codes[*column];
            for (row, slope) in rows.iter().zip(&slopes) {
                let cell = &mut cells[codes[*row as usize] as usize];
                *cell = cell.plus(*slope);
            }
            cells
        };
        self.columns.iter().map(of_column).collect()
    }

    /// The split of a leaf that gains most, if one gains anything.
    fn best(&self, histogram: &Histogram, all: Slope) -> Option<Cut> {
        let Settings { ridge, leaf_weight_min, .. } = *self.settings;
        let weight_min = leaf_weight_min.max(1e-9);
        let before = all.gain(ridge);
        let mut best: Option<Cut> = None;
        for (column, cells) in self.columns.iter().zip(histogram) {
            let missing = cells[0];
            let sides = if missing.weight > 0.0 { [true, false].as_slice() } else { [false].as_slice() };
            for missing_left in sides {
                let mut left = if *missing_left { missing } else { Slope::default() };
                for (code, cell) in cells.iter().enumerate().skip(1).filter(|(_, cell)| cell.weight > 0.0) {
                    left = left.plus(*cell);
                    let right = all.minus(left);
                    if right.weight < weight_min {
                        break;
                    }
                    let gain = left.gain(ridge) + right.gain(ridge) - before;
                    if left.weight >= weight_min && gain > best.map_or(1e-9, |cut| cut.gain) {
                        // Where nothing was missing, what is missing later goes with the most.
                        let missing_left =
                            if missing.weight > 0.0 { *missing_left } else { left.weight > right.weight };
                        best = Some(Cut { gain, column: *column, code: code as u8, missing_left, left });
                    }
                }
            }
        }
        best
    }
}

/// Exactly this part of `0..n`, at least one, and the others; both in order.
fn draw(dice: &mut Dice, n: usize, part: f64) -> (Vec<u32>, Vec<u32>) {
    let mut wanted = ((n as f64 * part).round() as usize).clamp(1, n.max(1));
    (0..n as u32).partition(|i| {
        let taken = dice.chance(wanted as f64 / (n - *i as usize) as f64);
        wanted -= usize::from(taken);
        taken
    })
}

/// Brings those that go left to the front, all in their order, and says how many they are.
fn partition(rows: &mut [u32], goes_left: impl Fn(&u32) -> bool) -> usize {
    let (left, right): (Vec<u32>, Vec<u32>) = rows.iter().partition(|row| goes_left(row));
    rows[..left.len()].copy_from_slice(&left);
    rows[left.len()..].copy_from_slice(&right);
    left.len()
}

impl Tree {
    /// Turns a leaf into a split with two leaves, of which the first is returned and the second comes next.
    fn branch(&mut self, leaf: usize, cut: &Cut, bins: &Bins) -> usize {
        let left = self.0.len();
        self.0[leaf] = Node::Split {
            column: cut.column as u32,
            at: bins.edges[cut.column][cut.code as usize - 1].min(f64::MAX),
            missing_left: cut.missing_left,
            left: left as u32,
            right: left as u32 + 1,
        };
        self.0.extend([Node::Leaf { value: 0.0 }; 2]);
        left
    }

    /// Of every node, the plain mean of the leaves below it. Children come after their parents.
    fn means(&self) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); self.0.len()];
        for (i, node) in self.0.iter().enumerate().rev() {
            sums[i] = match *node {
                Node::Leaf { value } => (value, 1.0),
                Node::Split { left, right, .. } => {
                    let (a, b): ((f64, f64), (f64, f64)) = (sums[left as usize], sums[right as usize]);
                    (a.0 + b.0, a.1 + b.1)
                }
            };
        }
        sums.into_iter().map(|(sum, count)| sum / count).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[Vec<f64>]) -> Table {
        let mut table = Table::new(rows[0].len());
        rows.iter().for_each(|row| table.push(row));
        table
    }

    /// `y = 3 where x > 0.5, less where it is unknown`, and a column of noise.
    fn steps(seed: u64, rows: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
        let mut dice = Dice::seeded(seed);
        (0..rows)
            .map(|i| {
                let x = if i % 10 == 0 { f64::NAN } else { dice.fraction() };
                let mean = if x.is_nan() {
                    -2.0
                } else if x > 0.5 {
                    3.0
                } else {
                    0.0
                };
                (vec![x, dice.fraction()], mean + 0.1 * dice.normal())
            })
            .unzip()
    }

    #[test]
    fn a_step_and_a_missing_value_are_learned() {
        let (rows, targets) = steps(7, 2_000);
        let model = Boosted::fit(&table(&rows), &targets, &[1.0; 2_000], Loss::Squared, &Settings::default());
        for (x, expected) in [(0.2, 0.0), (0.8, 3.0), (f64::NAN, -2.0)] {
            let predicted = model.predict(&[x, 0.5]);
            assert!((predicted - expected).abs() < 0.15, "at {x}: {predicted}");
        }
    }

    #[test]
    fn quantiles_lie_where_they_say() {
        let mut dice = Dice::seeded(3);
        let rows: Vec<Vec<f64>> = (0..4_000).map(|_| vec![dice.fraction()]).collect();
        let targets: Vec<f64> = rows.iter().map(|row| row[0] + dice.normal()).collect();
        for q in [0.1, 0.5, 0.9] {
            let settings = Settings { leaves_max: 4, leaf_weight_min: 200.0, ..Settings::default() };
            let weights = vec![1.0; targets.len()];
            let model = Boosted::fit(&table(&rows), &targets, &weights, Loss::Quantile(q), &settings);
            let below = rows.iter().zip(&targets).filter(|(row, y)| **y <= model.predict(row)).count();
            let part = below as f64 / targets.len() as f64;
            assert!((part - q).abs() < 0.03, "{q}: {part}");
        }
    }

    #[test]
    fn counts_and_odds_come_back_in_their_own_units() {
        let rows: Vec<Vec<f64>> = (0..1_000).map(|i| vec![f64::from(i % 2)]).collect();
        let counts: Vec<f64> = (0..1_000).map(|i| if i % 2 == 1 { 8.0 } else { 2.0 }).collect();
        let wins: Vec<f64> = (0..1_000).map(|i| f64::from(u8::from(i % 2 == 1 && i % 4 == 1))).collect();
        let weights = vec![1.0; 1_000];
        let poisson = Boosted::fit(&table(&rows), &counts, &weights, Loss::Poisson, &Settings::default());
        assert!((poisson.predict(&[1.0]) - 8.0).abs() < 0.1, "{}", poisson.predict(&[1.0]));
        let odds = Boosted::fit(&table(&rows), &wins, &weights, Loss::Logistic, &Settings::default());
        assert!((odds.predict(&[1.0]) - 0.5).abs() < 0.05 && odds.predict(&[0.0]) < 0.02);
    }

    #[test]
    fn contributions_and_base_sum_to_the_score() {
        let (rows, targets) = steps(11, 500);
        let model = Boosted::fit(&table(&rows), &targets, &[1.0; 500], Loss::Squared, &Settings::default());
        for row in rows.iter().take(50) {
            let told: f64 = model.base() + model.contributions(row).iter().sum::<f64>();
            assert!((told - model.score(row)).abs() < 1e-9);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_model_and_json_carries_it() {
        let (rows, targets) = steps(5, 300);
        let fit = || Boosted::fit(&table(&rows), &targets, &[1.0; 300], Loss::Absolute, &Settings::default());
        let model = fit();
        assert_eq!(model, fit());
        let text = serde_json::to_string(&model).expect("a model is data");
        let read: Boosted = serde_json::from_str(&text).expect("and comes back");
        for row in rows.iter().take(20) {
            assert!((read.score(row) - model.score(row)).abs() < 1e-12);
        }
    }

    #[test]
    fn a_column_that_is_mostly_zero_is_told_apart_where_it_is_not() {
        let column: Vec<f64> = (0..20_000).map(|i| if i % 10 == 0 { f64::from(i) } else { 0.0 }).collect();
        let edges = edges(&column);
        assert_eq!((edges.len(), edges[0]), (BINS_MAX, 5.0), "zero has one bin, what is larger the others");
        let codes = codes(&column, &edges);
        let most = (2..=BINS_MAX).map(|bin| codes.iter().filter(|code| **code as usize == bin).count()).max();
        assert_eq!(most, Some(8), "1,999 values lie evenly in 254 bins");
    }

    #[test]
    fn a_split_lies_halfway_between_the_values_it_was_learned_from() {
        let rows: Vec<Vec<f64>> = (0..100).map(|i| vec![f64::from(i % 2) * 10.0]).collect();
        let targets: Vec<f64> = rows.iter().map(|row| row[0]).collect();
        let model = Boosted::fit(&table(&rows), &targets, &[1.0; 100], Loss::Squared, &Settings::default());
        assert_eq!(model.predict(&[4.9]), model.predict(&[0.0]));
        assert_eq!(model.predict(&[5.1]), model.predict(&[10.0]));
    }

    #[test]
    fn exactly_a_part_is_drawn() {
        let mut dice = Dice::seeded(1);
        for (n, part, drawn) in [(10, 0.3, 3), (7, 1.0, 7), (5, 0.01, 1), (0, 0.5, 0)] {
            let (taken, others) = draw(&mut dice, n, part);
            assert_eq!((taken.len(), others.len()), (drawn, n - drawn));
        }
    }

    #[test]
    fn an_empty_table_predicts_zero() {
        let model = Boosted::fit(&Table::new(2), &[], &[], Loss::Squared, &Settings::default());
        assert_eq!(model.predict(&[1.0, 2.0]), 0.0);
    }

    #[test]
    fn a_tweedie_fit_gives_the_means_of_groups_many_of_which_are_empty() {
        let mut table = Table::new(1);
        let mut targets = Vec::new();
        for i in 0..2_000 {
            let large = i % 2 == 0;
            table.push(&[f64::from(u8::from(large))]);
            // Every fourth sells four times its mean, the others nothing.
            let sells = (i / 2) % 4 == 0;
            targets.push(if sells { if large { 48.0 } else { 8.0 } } else { 0.0 });
        }
        let settings = Settings { trees: 200, learning_rate: 0.1, ridge: 0.0, ..Settings::default() };
        let model = Boosted::fit(&table, &targets, &vec![1.0; 2_000], Loss::Tweedie(1.5), &settings);
        let [small, large] = [0.0, 1.0].map(|x| model.predict(&[x]));
        assert!((small - 2.0).abs() < 0.2 && (large - 12.0).abs() < 1.0, "{small} and {large}");
    }
}
