//! Gradient-boosted regression trees: many small trees, each correcting the ones before it.
//!
//! Columns are binned once by their quantiles; a missing value (`NaN`) is a bin of its own whose side every split
//! learns. Trees grow best leaf first (Friedman 2001; Ke et al. 2017, LightGBM). Losses without curvature (the
//! absolute error and the quantiles) grow on their gradient and then set each leaf to the weighted quantile of its
//! residuals. The same table, settings and seed give the same model on every machine.

use kernel::Dice;
use serde::{Deserialize, Serialize};

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
        assert!(targets.len() == table.rows && weights.len() == table.rows, "one target and weight a row");
        let start = start(targets, weights, loss);
        let mut model = Boosted { loss, start, trees: Vec::new(), columns: table.columns() };
        if table.rows == 0 {
            return model;
        }
        let bins = Bins::of(table);
        let mut dice = Dice::seeded(settings.seed);
        let mut scores = vec![start; table.rows];
        for _ in 0..settings.trees {
            let slopes: Vec<Slope> =
                (0..table.rows).map(|i| slope(loss, targets[i], scores[i], weights[i])).collect();
            let rows: Vec<u32> = (0..table.rows as u32).filter(|_| dice.chance(settings.rows_part)).collect();
            let columns: Vec<usize> =
                (0..table.columns()).filter(|_| dice.chance(settings.columns_part)).collect();
            let grown =
                Growth { bins: &bins, slopes: &slopes, weights, columns: &columns, settings }.grow(rows);
            let mut tree = grown.tree;
            for (leaf, rows) in &grown.leaves {
                let step = match quantile_of(loss) {
                    None => Slope::sum(rows, &slopes).step(settings.ridge),
                    Some(q) => residual_quantile(rows, targets, &scores, weights, q),
                };
                tree.0[*leaf] = Node::Leaf { value: step * settings.learning_rate };
            }
            for (i, score) in scores.iter_mut().enumerate() {
                *score += tree.value_binned(&bins, i);
            }
            model.trees.push(tree.with_edges(&bins));
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

/// Where a loss points at one row: its gradient and curvature, weighted.
#[derive(Clone, Copy, Default)]
struct Slope {
    gradient: f64,
    curvature: f64,
}

impl Slope {
    fn sum(rows: &[u32], slopes: &[Slope]) -> Slope {
        rows.iter().fold(Slope::default(), |sum, i| sum.plus(slopes[*i as usize]))
    }

    fn plus(self, other: Slope) -> Slope {
        Slope { gradient: self.gradient + other.gradient, curvature: self.curvature + other.curvature }
    }

    fn minus(self, other: Slope) -> Slope {
        Slope { gradient: self.gradient - other.gradient, curvature: self.curvature - other.curvature }
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
    Slope { gradient: gradient * weight, curvature: curvature * weight }
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
struct Bins {
    /// By column and row.
    codes: Vec<Vec<u8>>,
    /// By column: the largest value of bin `k + 1`.
    edges: Vec<Vec<f64>>,
}

impl Bins {
    fn of(table: &Table) -> Bins {
        let edges: Vec<Vec<f64>> = table.columns.iter().map(|column| edges(column)).collect();
        let codes = table.columns.iter().zip(&edges).map(|(column, edges)| codes(column, edges)).collect();
        Bins { codes, edges }
    }
}

fn codes(column: &[f64], edges: &[f64]) -> Vec<u8> {
    let code = |value: &f64| {
        let bin = edges.partition_point(|edge| edge < value).min(edges.len().saturating_sub(1));
        if value.is_nan() { 0 } else { bin as u8 + 1 }
    };
    column.iter().map(code).collect()
}

/// Up to [`BINS_MAX`] edges at the column's quantiles; the last is its largest value.
fn edges(column: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = column.iter().copied().filter(|value| !value.is_nan()).collect();
    values.sort_by(f64::total_cmp);
    let total = values.len();
    let mut distinct = values.clone();
    distinct.dedup();
    if distinct.len() <= BINS_MAX {
        return distinct;
    }
    let mut edges: Vec<f64> = (1..=BINS_MAX).map(|k| values[(k * total / BINS_MAX).max(1) - 1]).collect();
    edges.dedup();
    edges
}

/// One tree on its way.
struct Growth<'a> {
    bins: &'a Bins,
    slopes: &'a [Slope],
    weights: &'a [f64],
    columns: &'a [usize],
    settings: &'a Settings,
}

struct Grown {
    /// Splits hold bin codes until [`Tree::with_edges`].
    tree: Tree,
    leaves: Vec<(usize, Vec<u32>)>,
}

#[derive(Clone, Copy)]
struct Cut {
    gain: f64,
    column: usize,
    code: u8,
    missing_left: bool,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    slope: Slope,
    weight: f64,
}

impl Cell {
    fn plus(self, other: Cell) -> Cell {
        Cell { slope: self.slope.plus(other.slope), weight: self.weight + other.weight }
    }

    fn minus(self, other: Cell) -> Cell {
        Cell { slope: self.slope.minus(other.slope), weight: self.weight - other.weight }
    }
}

/// Cells of every column that takes part, one after the other: the missing, then each of its bins.
type Histogram = Vec<Cell>;

struct Leaf {
    node: usize,
    rows: Vec<u32>,
    histogram: Histogram,
    cut: Option<Cut>,
}

impl Growth<'_> {
    fn grow(&self, rows: Vec<u32>) -> Grown {
        let mut tree = Tree(vec![Node::Leaf { value: 0.0 }]);
        let histogram = self.histogram(&rows);
        let cut = self.best(&histogram);
        let mut leaves = vec![Leaf { node: 0, rows, histogram, cut }];
        while leaves.len() < self.settings.leaves_max {
            let gain = |leaf: &Leaf| leaf.cut.map_or(0.0, |cut| cut.gain);
            let Some(best) = (0..leaves.len()).max_by(|a, b| gain(&leaves[*a]).total_cmp(&gain(&leaves[*b])))
            else {
                break;
            };
            let Some(cut) = leaves[best].cut else { break };
            let leaf = leaves.swap_remove(best);
            leaves.extend(self.split(&mut tree, leaf, cut));
        }
        Grown { tree, leaves: leaves.into_iter().map(|leaf| (leaf.node, leaf.rows)).collect() }
    }

    fn split(&self, tree: &mut Tree, leaf: Leaf, cut: Cut) -> [Leaf; 2] {
        let codes = &self.bins.codes[cut.column];
        let goes_left = |row: &u32| match codes[*row as usize] {
            0 => cut.missing_left,
            code => code <= cut.code,
        };
        let (left_rows, right_rows): (Vec<u32>, Vec<u32>) = leaf.rows.iter().partition(|row| goes_left(row));
        // The smaller side is counted, the larger is what remains.
        let left_is_small = left_rows.len() < right_rows.len();
        let small = self.histogram(if left_is_small { &left_rows } else { &right_rows });
        let large: Histogram =
            leaf.histogram.iter().zip(&small).map(|(all, part)| all.minus(*part)).collect();
        let (left_histogram, right_histogram) = if left_is_small { (small, large) } else { (large, small) };
        let (left, right) = (tree.0.len(), tree.0.len() + 1);
        tree.0.extend([Node::Leaf { value: 0.0 }; 2]);
        tree.0[leaf.node] = Node::Split {
            column: cut.column as u32,
            at: f64::from(cut.code),
            missing_left: cut.missing_left,
            left: left as u32,
            right: right as u32,
        };
        let leaf = |node, rows, histogram| {
            let cut = self.best(&histogram);
            Leaf { node, rows, histogram, cut }
        };
        [leaf(left, left_rows, left_histogram), leaf(right, right_rows, right_histogram)]
    }

    fn cells(&self, column: usize) -> usize {
        self.bins.edges[column].len() + 1
    }

    fn histogram(&self, rows: &[u32]) -> Histogram {
        let mut histogram =
            vec![Cell::default(); self.columns.iter().map(|column| self.cells(*column)).sum()];
        let mut left = histogram.as_mut_slice();
        for column in self.columns {
            let cells;
            (cells, left) = left.split_at_mut(self.cells(*column));
            let codes = &self.bins.codes[*column];
            for row in rows {
                let row = *row as usize;
                let cell = &mut cells[codes[row] as usize];
                *cell = cell.plus(Cell { slope: self.slopes[row], weight: self.weights[row] });
            }
        }
        histogram
    }

    fn best(&self, histogram: &Histogram) -> Option<Cut> {
        let mut best: Option<Cut> = None;
        let mut left = histogram.as_slice();
        for column in self.columns {
            let cells;
            (cells, left) = left.split_at(self.cells(*column));
            let all = cells.iter().copied().fold(Cell::default(), Cell::plus);
            let missing = cells[0];
            let mut known = Cell::default();
            for (code, cell) in cells.iter().enumerate().skip(1) {
                known = known.plus(*cell);
                let sides = if missing.weight > 0.0 { [true, false].as_slice() } else { [false].as_slice() };
                for missing_left in sides {
                    let left = if *missing_left { known.plus(missing) } else { known };
                    let gain = self.gain(left, all.minus(left), all);
                    if gain > best.map_or(1e-9, |cut| cut.gain) {
                        let code = code as u8;
                        best = Some(Cut { gain, column: *column, code, missing_left: *missing_left });
                    }
                }
            }
        }
        best
    }

    fn gain(&self, left: Cell, right: Cell, all: Cell) -> f64 {
        let smallest = self.settings.leaf_weight_min.max(1e-9);
        if left.weight < smallest || right.weight < smallest {
            return 0.0;
        }
        let ridge = self.settings.ridge;
        left.slope.gain(ridge) + right.slope.gain(ridge) - all.slope.gain(ridge)
    }
}

impl Tree {
    /// The value of a fitted row while splits still hold bin codes.
    fn value_binned(&self, bins: &Bins, row: usize) -> f64 {
        let mut node = 0;
        loop {
            match self.0[node] {
                Node::Leaf { value } => return value,
                Node::Split { column, at, missing_left, left, right } => {
                    let code = bins.codes[column as usize][row];
                    let goes_left = if code == 0 { missing_left } else { f64::from(code) <= at };
                    node = if goes_left { left } else { right } as usize;
                }
            }
        }
    }

    fn with_edges(mut self, bins: &Bins) -> Tree {
        for node in &mut self.0 {
            if let Node::Split { column, at, .. } = node {
                *at = bins.edges[*column as usize][*at as usize - 1];
            }
        }
        self
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
