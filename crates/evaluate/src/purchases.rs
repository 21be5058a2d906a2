//! Tomorrow's purchases against the probabilities given today.
//!
//! The log is a CSV of `user,item,category,behaviour,timestamp` (behaviours `pv`, `fav`, `cart`, `buy`; seconds),
//! with or without a header. The last whole day is the test; earlier days are learnt from, as of each one's eve.

use demand::purchase::{Action, Diary, Example, FEATURES, Model, regress};
use demand::recommend::Kind;
use kernel::{Day, Instant, Refusal, Result, Zone};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// What to evaluate.
#[derive(Clone, Debug)]
pub struct Options {
    pub log: PathBuf,
    /// Where the report goes as JSON.
    pub json: Option<PathBuf>,
}

/// How one method ranked the pairs of a test.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    pub method: String,
    /// The chance that a buyer stands before somebody who does not buy.
    pub auc: f64,
    pub average_precision: f64,
    /// Its standard error: the jackknife over twenty groups of people.
    pub average_precision_error: f64,
    /// Buyers in the top tenth, over a tenth of all buyers.
    pub lift_top_tenth: f64,
    /// The mean distance of ten equally large groups' forecast from what they did, over the share of buyers; of
    /// methods that give probabilities.
    pub calibration_error: Option<f64>,
}

/// One group of pairs with about the same probability.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    pub pairs: usize,
    pub forecast: f64,
    pub bought: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Test {
    pub days: Vec<Day>,
    pub pairs: usize,
    pub buyers: usize,
    /// Ferryman first.
    pub scores: Vec<Score>,
    pub reliability: Vec<Group>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub log: String,
    pub people: usize,
    pub events: usize,
    /// Exact repeats of a line.
    pub repeats: usize,
    /// Events on days outside the span of the log.
    pub stray: usize,
    pub from: Day,
    pub until: Day,
    /// The last day.
    pub last_day: Test,
    /// The last three days, each forecast on its eve from the days before it, pooled.
    pub last_three: Test,
    /// Every day of people in five groups, each forecast by what the other four did.
    pub other_people: Test,
}

/// The name of the calibrated model in a report.
pub const OURS: &str = "ferryman";
const TEST_DAYS: i32 = 3;
const GROUPS_OF_PEOPLE: u32 = 5;
const JACKKNIFE_GROUPS: u32 = 20;
const DAYS_MIN: i32 = 6;

/// Reads the log, forecasts its last days, writes the report where the options say.
///
/// Refuses a line that cannot be read (with its number), text that is not UTF-8, an empty log, a log of fewer than
/// six days, and one without purchases to learn from.
pub fn run(options: &Options) -> Result<Report> {
    let log = read(&options.log)?;
    let report = judge(log, &options.log.display().to_string())?;
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_string_pretty(&report)?)?;
    }
    Ok(report)
}

struct Read {
    actions: Vec<Action>,
    repeats: usize,
}

fn judge(read: Read, name: &str) -> Result<Report> {
    let zone = Zone::shanghai();
    let (from, until) = span(&read.actions, &zone);
    if from.days_until(until) + 1 < DAYS_MIN {
        return Err(refuse(
            "log_too_short",
            format!("{name} covers {} days; at least {DAYS_MIN} are needed.", from.days_until(until) + 1),
            format!("{name} 只有 {} 天，至少需要 {DAYS_MIN} 天。", from.days_until(until) + 1),
        ));
    }
    let inside: Vec<Action> = read
        .actions
        .iter()
        .filter(|action| (from..=until).contains(&action.at.day_in(&zone)))
        .copied()
        .collect();
    let diary = Diary::new(&inside, zone);
    let test_days = TEST_DAYS.min(from.days_until(until) - DAYS_MIN + 2);
    let days: Vec<Day> = (0..test_days).map(|back| until.plus(-back)).collect();
    let tomorrows: Vec<Forecast> =
        days.iter().map(|day| tomorrow(&diary, from, *day, name)).collect::<Result<_>>()?;
    let others = other_people(&inside, &diary, from..=until, name)?;
    let people: std::collections::BTreeSet<u32> = inside.iter().map(|action| action.person).collect();
    Ok(Report {
        log: name.to_string(),
        people: people.len(),
        events: inside.len(),
        repeats: read.repeats,
        stray: read.actions.len() - inside.len(),
        from,
        until,
        last_day: test(days[..1].to_vec(), &tomorrows[..1]),
        last_three: test(days, &tomorrows),
        other_people: test(days_learnt(from, until.plus(1)), &others),
    })
}

/// The days between the first and the last that have a twentieth of the busiest day's events: logs carry strays
/// with broken clocks.
fn span(actions: &[Action], zone: &Zone) -> (Day, Day) {
    let mut counts: BTreeMap<Day, usize> = BTreeMap::new();
    actions.iter().for_each(|action| *counts.entry(action.at.day_in(zone)).or_default() += 1);
    let busiest = counts.values().copied().max().unwrap_or(0);
    let mut busy = counts.iter().filter(|(_, count)| **count * 20 >= busiest).map(|(day, _)| *day);
    let first = busy.next().unwrap_or(Instant::default().day_in(zone));
    (first, busy.next_back().unwrap_or(first))
}

/// Pairs with every method's score.
struct Forecast {
    people: Vec<u32>,
    bought: Vec<bool>,
    ours: Vec<f64>,
    counts: Vec<f64>,
    recency: Vec<f64>,
}

/// The pairs of a day, by what was known on its eve.
fn tomorrow(diary: &Diary, from: Day, day: Day, name: &str) -> Result<Forecast> {
    forecast(diary, &days_learnt(from, day), diary.examples(day), day, name)
}

/// A day is learnt from when two days before it are known.
fn days_learnt(from: Day, until: Day) -> Vec<Day> {
    (2..from.days_until(until)).map(|k| from.plus(k)).collect()
}

/// The pairs of every day, of people in groups, by what the people of the other groups did.
fn other_people(
    actions: &[Action],
    diary: &Diary,
    span: RangeInclusive<Day>,
    name: &str,
) -> Result<Vec<Forecast>> {
    let days = days_learnt(*span.start(), span.end().plus(1));
    let asked: Vec<Example> = days.iter().flat_map(|day| diary.examples(*day)).collect();
    let of_group = |group: u32| {
        let others = actions.iter().filter(|one| one.person % GROUPS_OF_PEOPLE != group).copied();
        let others = Diary::new(&others.collect::<Vec<Action>>(), Zone::shanghai());
        let asked = asked.iter().filter(|one| one.person % GROUPS_OF_PEOPLE == group).cloned().collect();
        forecast(&others, &days, asked, span.end().plus(1), name)
    };
    (0..GROUPS_OF_PEOPLE).map(of_group).collect()
}

fn forecast(diary: &Diary, learnt: &[Day], asked: Vec<Example>, until: Day, name: &str) -> Result<Forecast> {
    let Some(model) = Model::fit(diary, learnt) else {
        return Err(refuse(
            "no_purchases",
            format!("{name} has too few purchases before {until} to learn from."),
            format!("{name} 在 {until} 之前的购买太少，无法学习。"),
        ));
    };
    let examples: Vec<Example> = learnt.iter().flat_map(|day| diary.examples(*day)).collect();
    let by_counts = regression(&examples);
    Ok(Forecast {
        people: asked.iter().map(|one| one.person).collect(),
        bought: asked.iter().map(|one| one.bought).collect(),
        ours: asked.iter().map(|one| model.probability(&one.row)).collect(),
        counts: asked.iter().map(by_counts).collect(),
        recency: asked.iter().map(|one| -last_hours(one)).collect(),
    })
}

fn last_hours(one: &Example) -> f64 {
    one.row[16..20].iter().copied().filter(|hours| !hours.is_nan()).fold(f64::MAX, f64::min)
}

/// Logistic regression on the logarithms of the pair's own sixteen counts.
fn regression(learnt: &[Example]) -> impl Fn(&Example) -> f64 + use<> {
    let row = |one: &Example| {
        let counts = one.row[..16].iter().map(|count| count.ln_1p());
        std::iter::once(1.0).chain(counts).collect::<Vec<f64>>()
    };
    let rows: Vec<Vec<f64>> = learnt.iter().map(row).collect();
    let targets: Vec<f64> = learnt.iter().map(|one| f64::from(u8::from(one.bought))).collect();
    let weights = regress(&rows, &targets, 1.0, &[0.0; 17]).unwrap_or(vec![0.0; 17]);
    move |one| {
        let odds: f64 = row(one).iter().zip(&weights).map(|(x, w)| x * w).sum();
        1.0 / (1.0 + (-odds).exp())
    }
}

fn test(days: Vec<Day>, forecasts: &[Forecast]) -> Test {
    let all = |pick: fn(&Forecast) -> &Vec<f64>| {
        forecasts.iter().flat_map(|one| pick(one).clone()).collect::<Vec<f64>>()
    };
    let bought: Vec<bool> = forecasts.iter().flat_map(|one| one.bought.clone()).collect();
    let people: Vec<u32> = forecasts.iter().flat_map(|one| one.people.clone()).collect();
    let ours = all(|one| &one.ours);
    let score = |method, scores: &[f64], probability| score(method, scores, &bought, &people, probability);
    let scores = vec![
        score(OURS, &ours, true),
        score("logistic regression on counts", &all(|one| &one.counts), true),
        score("recency", &all(|one| &one.recency), false),
    ];
    Test {
        days,
        pairs: bought.len(),
        buyers: bought.iter().filter(|b| **b).count(),
        scores,
        reliability: groups(&ours, &bought),
    }
}

fn score(method: &str, scores: &[f64], bought: &[bool], people: &[u32], probability: bool) -> Score {
    let order = order(scores, |_| true);
    let buyers = bought.iter().filter(|b| **b).count() as f64;
    Score {
        method: method.to_string(),
        auc: auc(scores, bought, &order),
        average_precision: average_precision(scores, bought, &order),
        average_precision_error: jackknife(|group| {
            let others = self::order(scores, |pair| people[pair] % JACKKNIFE_GROUPS != group);
            average_precision(scores, bought, &others)
        }),
        lift_top_tenth: top_tenth(&order, bought) / buyers.max(1.0) * 10.0,
        calibration_error: probability.then(|| {
            let off = |group: &Group| group.pairs as f64 * (group.forecast - group.bought).abs();
            groups(scores, bought).iter().map(off).sum::<f64>() / buyers.max(1.0)
        }),
    }
}

/// The pairs that count, the highest score first.
fn order(scores: &[f64], counts: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).filter(|pair| counts(*pair)).collect();
    order.sort_by(|a, b| scores[*b].total_cmp(&scores[*a]));
    order
}

/// The standard error of a mark, from what it is without each group of people (Tukey 1958).
fn jackknife(without: impl Fn(u32) -> f64) -> f64 {
    let marks: Vec<f64> = (0..JACKKNIFE_GROUPS).map(without).collect();
    let n = marks.len() as f64;
    let mean = marks.iter().sum::<f64>() / n;
    (marks.iter().map(|mark| (mark - mean).powi(2)).sum::<f64>() * (n - 1.0) / n).sqrt()
}

/// Mann and Whitney's statistic; equal scores count half.
fn auc(scores: &[f64], bought: &[bool], order: &[usize]) -> f64 {
    let (mut before, mut wins, mut at) = (0.0, 0.0, 0);
    while at < order.len() {
        let tied = order[at..].iter().take_while(|i| scores[**i] == scores[order[at]]).count();
        let buyers = order[at..at + tied].iter().filter(|i| bought[**i]).count() as f64;
        let others = tied as f64 - buyers;
        wins += others * (before + buyers / 2.0);
        before += buyers;
        at += tied;
    }
    let others = order.len() as f64 - before;
    wins / (before * others).max(1.0)
}

/// The mean, over buyers, of the share of buyers among those that stand as high.
fn average_precision(scores: &[f64], bought: &[bool], order: &[usize]) -> f64 {
    let (mut found, mut sum, mut at) = (0.0, 0.0, 0);
    while at < order.len() {
        let tied = order[at..].iter().take_while(|i| scores[**i] == scores[order[at]]).count();
        let buyers = order[at..at + tied].iter().filter(|i| bought[**i]).count() as f64;
        found += buyers;
        at += tied;
        sum += buyers * found / at as f64;
    }
    sum / found.max(1.0)
}

fn top_tenth(order: &[usize], bought: &[bool]) -> f64 {
    order.iter().take(order.len() / 10).filter(|i| bought[**i]).count() as f64
}

/// Ten groups of equally many pairs, likeliest first.
fn groups(scores: &[f64], bought: &[bool]) -> Vec<Group> {
    let order = order(scores, |_| true);
    let group = |members: &[usize]| {
        let mean = |value: &dyn Fn(usize) -> f64| {
            members.iter().map(|i| value(*i)).sum::<f64>() / members.len() as f64
        };
        Group {
            pairs: members.len(),
            forecast: mean(&|i| scores[i]),
            bought: mean(&|i| f64::from(u8::from(bought[i]))),
        }
    };
    order.chunks(order.len().div_ceil(10).max(1)).map(group).collect()
}

impl Report {
    /// The tables, for a terminal.
    pub fn table(&self) -> String {
        let mut text = format!(
            "{}: {} people, {} events, {} to {} ({} repeats, {} strays left out), {} features\n",
            self.log,
            self.people,
            self.events,
            self.from,
            self.until,
            self.repeats,
            self.stray,
            FEATURES.len()
        );
        let tests = [
            ("the last day", &self.last_day),
            ("the last three days", &self.last_three),
            ("people who were not learned from", &self.other_people),
        ];
        for (title, test) in tests {
            let share = 100.0 * test.buyers as f64 / test.pairs.max(1) as f64;
            text += &format!("\n{title}: {} pairs, {} bought ({share:.2} %)\n", test.pairs, test.buyers);
            text += "                                    AUC           AP  lift@10%  calibration error\n";
            for score in &test.scores {
                let off = score.calibration_error.map_or("–".to_string(), |off| format!("{off:.3}"));
                text += &format!(
                    "  {:<30} {:>7.4} {:>6.4} ±{:.4} {:>9.2} {:>18}\n",
                    score.method,
                    score.auc,
                    score.average_precision,
                    score.average_precision_error,
                    score.lift_top_tenth,
                    off
                );
            }
        }
        text
    }
}

fn refuse(code: &'static str, en: String, zh: String) -> kernel::Error {
    Refusal::new(kernel::Kind::Invalid, code, en, zh).into()
}

fn bad_line(file: &Path, line: usize, en: &str, zh: &str) -> kernel::Error {
    let file = file.display();
    refuse("bad_line", format!("{file}, line {line}: {en}"), format!("{file} 第 {line} 行：{zh}"))
}

/// Any text is a name; people, items and categories are numbered in the order they appear.
#[derive(Default)]
struct Numbers(HashMap<String, u32>);

impl Numbers {
    fn of(&mut self, name: &str) -> u32 {
        let next = self.0.len() as u32;
        match self.0.get(name) {
            Some(number) => *number,
            None => *self.0.entry(name.to_string()).or_insert(next),
        }
    }
}

fn read(path: &Path) -> Result<Read> {
    use std::io::BufRead;
    let name = path.display();
    let file = std::fs::File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            refuse("file_missing", format!("There is no file “{name}”."), format!("没有“{name}”这个文件。"))
        }
        _ => error.into(),
    })?;
    let mut file = std::io::BufReader::new(file);
    let (mut people, mut items, mut categories) =
        (Numbers::default(), Numbers::default(), Numbers::default());
    let mut actions = Vec::new();
    let mut bytes = Vec::new();
    let mut line = 0;
    while {
        bytes.clear();
        file.read_until(b'\n', &mut bytes)?
    } > 0
    {
        line += 1;
        let Ok(text) = std::str::from_utf8(&bytes) else {
            return Err(bad_line(path, line, "the text is not UTF-8.", "文本不是 UTF-8 编码。"));
        };
        let text = text.trim_start_matches('\u{feff}').trim_end();
        let fields: Vec<&str> = text.split(',').map(str::trim).collect();
        let header =
            line == 1 && fields.len() == 5 && fields[4].parse::<i64>().is_err() && kind(fields[3]).is_none();
        if text.is_empty() || header {
            continue;
        }
        let action = match fields[..] {
            [person, item, category, behaviour, seconds] => {
                kind(behaviour).zip(seconds.parse::<u32>().ok()).map(|(kind, seconds)| Action {
                    person: people.of(person),
                    item: items.of(item),
                    category: categories.of(category),
                    kind,
                    at: Instant::from_micros(i64::from(seconds) * 1_000_000),
                })
            }
            _ => None,
        };
        let Some(action) = action else {
            let en = "expected user, item, category, one of pv, fav, cart, buy, and a moment in seconds.";
            return Err(bad_line(
                path,
                line,
                en,
                "应为用户、商品、类目、pv/fav/cart/buy 之一和以秒计的时刻。",
            ));
        };
        actions.push(action);
    }
    if actions.is_empty() {
        let path = path.display();
        return Err(refuse("no_events", format!("{path} has no events."), format!("{path} 里没有行为。")));
    }
    let before = actions.len();
    actions.sort_unstable_by_key(|a| (a.person, a.at, a.item, a.category, a.kind));
    actions.dedup();
    Ok(Read { repeats: before - actions.len(), actions })
}

fn kind(behaviour: &str) -> Option<Kind> {
    match behaviour {
        "pv" => Some(Kind::View),
        "fav" => Some(Kind::Favourite),
        "cart" => Some(Kind::Cart),
        "buy" => Some(Kind::Buy),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
