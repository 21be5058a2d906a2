//! Recommendation: what people chose next, among everything they had not chosen yet.
//!
//! Every rating of a MovieLens folder is one implicit choice. Two questions are asked of every method: each
//! person's last choice (*leave-last-out*), and everything chosen in the last fifth of all choices by people who
//! had chosen before (*time split*). Few people choose both before and after one moment, so the second is asked a
//! second time at four moments, each in what the one before it knew, and the people are pooled. All items that the person had not taken are ranked, none is sampled.
//! `docs/algorithms/recommendation.md` defines the protocol.

use demand::recommend::{Event, FEATURES, Held, Holdout, Item, Kind, Log, Method, Model, Settings, Taken};
use kernel::{Instant, Refusal, Result};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What to evaluate.
#[derive(Clone, Debug)]
pub struct Options {
    /// A folder with `u.data` and `u.item`, or with `ratings.csv` and `movies.csv`.
    pub movielens: PathBuf,
    /// Where the report goes as JSON.
    pub json: Option<PathBuf>,
}

/// How one method did, means over people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Score {
    pub method: String,
    pub ndcg_at_10: f64,
    /// Hits among the first twenty over what could be hit: the chosen items, or twenty when there are more.
    pub recall_at_20: f64,
    /// Hits among the first twenty over all chosen items.
    pub recall_at_20_of_all: f64,
}

/// How far the blend is ahead of another method, over the same people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Margin {
    pub over: String,
    /// The mean difference of NDCG@10, and its standard error: a margin within two of them may be chance.
    pub ndcg_at_10: f64,
    pub standard_error: f64,
}

/// One question, asked of every method.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Protocol {
    pub name: &'static str,
    pub people: usize,
    /// Ferryman's blend first, the baselines after it.
    pub scores: Vec<Score>,
    pub margins: Vec<Margin>,
    /// The same with people of whom nothing was known before, in the time split.
    pub everybody: Vec<Score>,
    pub everybody_people: usize,
    /// The blend's weights, by feature.
    pub weights: BTreeMap<&'static str, f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub folder: String,
    pub people: usize,
    pub items: usize,
    pub choices: usize,
    pub protocols: Vec<Protocol>,
}

/// The part of all choices that a time split asks about.
const TIME_SPLIT: f64 = 0.2;
/// Moments at which it is asked: each time what came after is as if it had not been written yet.
const TIME_SPLITS: usize = 4;
/// The name of the blend in a report.
pub const BLEND: &str = "ferryman";

/// Reads the folder, asks both questions, writes the report where the options say.
///
/// Refuses a folder of another layout, a line that cannot be read (with its number), text that is not in the
/// layout's encoding, a film rated twice by one person, and a folder without ratings.
pub fn run(options: &Options) -> Result<Report> {
    let log = read(&options.movielens)?;
    let report = judge(&log, &options.movielens.display().to_string())?;
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_string_pretty(&report)?)?;
    }
    Ok(report)
}

fn judge(log: &Log, folder: &str) -> Result<Report> {
    let choices: usize = log.histories.iter().map(Vec::len).sum();
    let latest = Holdout::Latest(TIME_SPLIT);
    let mut earlier = vec![log.clone()];
    while earlier.len() < TIME_SPLITS {
        let rest = earlier[earlier.len() - 1].hold_out(latest).0;
        earlier.push(rest);
    }
    let earlier: Vec<&Log> = earlier.iter().collect();
    let protocols = vec![
        ask(&earlier[..1], "leave-last-out", Holdout::LastEach),
        ask(&earlier[..1], "time split", latest),
        ask(&earlier, "time split at four moments", latest),
    ];
    if protocols.iter().any(|protocol| protocol.people == 0) {
        return Err(refuse(
            "too_few_ratings",
            format!("{folder} has too few ratings: nobody has one before and one after."),
            format!("{folder} 的评分太少：没有人前后各有一条评分。"),
        ));
    }
    Ok(Report {
        folder: folder.to_string(),
        people: log.histories.iter().filter(|history| !history.is_empty()).count(),
        items: log.items.len(),
        choices,
        protocols,
    })
}

/// One rule for all questions: the weights are learnt on a part of the training data that is put aside in the same
/// way as the test was. Several logs are asked one by one and their people pooled.
fn ask(logs: &[&Log], name: &'static str, holdout: Holdout) -> Protocol {
    let settings = Settings { holdout, ..Settings::default() };
    let mut answers = Answers::default();
    let mut weights = BTreeMap::new();
    for log in logs {
        let (train, held) = log.hold_out(holdout);
        let (known, unknown): (Vec<Held>, Vec<Held>) =
            held.into_iter().partition(|held| !train.histories[held.person].is_empty());
        let model = Model::fit(&train, &settings);
        weights = FEATURES.into_iter().zip(model.weights()).collect();
        answers.note(BLEND, &train, [&known, &unknown], &|held, history| model.scores(history, held.at));
        for method in Method::ALL {
            let fitted = method.fit(&train, &settings);
            answers.note(method.name(), &train, [&known, &unknown], &|_, history| fitted(history));
        }
    }
    answers.protocol(name, weights)
}

/// What every method made of the people it was asked about: those known before, and the others.
#[derive(Default)]
struct Answers(Vec<(&'static str, [Vec<Marks>; 2])>);

impl Answers {
    fn note(
        &mut self,
        method: &'static str,
        train: &Log,
        held: [&[Held]; 2],
        answer: &(dyn Fn(&Held, &[Taken]) -> Vec<f64> + Sync),
    ) {
        let marks = held.map(|held| judge_each(train, held, answer));
        match self.0.iter_mut().find(|(name, _)| *name == method) {
            Some((_, all)) => all.iter_mut().zip(marks).for_each(|(all, marks)| all.extend(marks)),
            None => self.0.push((method, marks)),
        }
    }

    fn protocol(self, name: &'static str, weights: BTreeMap<&'static str, f64>) -> Protocol {
        let ours = &self.0[0].1;
        let all = |[known, unknown]: &[Vec<Marks>; 2]| [known.as_slice(), unknown].concat();
        Protocol {
            name,
            people: ours[0].len(),
            scores: self.0.iter().map(|(method, marks)| mean(method, &marks[0])).collect(),
            margins: self.0[1..].iter().map(|(method, marks)| margin(method, &ours[0], &marks[0])).collect(),
            everybody: self.0.iter().map(|(method, marks)| mean(method, &all(marks))).collect(),
            everybody_people: ours[0].len() + ours[1].len(),
            weights,
        }
    }
}

/// NDCG at 10, recall at 20, recall at 20 of all.
type Marks = [f64; 3];

fn judge_each(
    train: &Log,
    held: &[Held],
    answer: &(dyn Fn(&Held, &[Taken]) -> Vec<f64> + Sync),
) -> Vec<Marks> {
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get());
    let part = held.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let work: Vec<_> = held
            .chunks(part)
            .map(|chunk| {
                scope.spawn(move || {
                    let marks = |one: &Held| {
                        let history = &train.histories[one.person];
                        marks(&answer(one, history), history, &one.items)
                    };
                    chunk.iter().map(marks).collect::<Vec<Marks>>()
                })
            })
            .collect();
        work.into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// Ranks what is not in the history; equal scores go by the item's number.
fn marks(scores: &[f64], history: &[Taken], chosen: &[u32]) -> Marks {
    let taken: BTreeSet<u32> = history.iter().map(|taken| taken.item).collect();
    let chosen: BTreeSet<u32> = chosen.iter().copied().collect();
    let mut open: Vec<u32> = (0..scores.len() as u32).filter(|item| !taken.contains(item)).collect();
    open.sort_by(|a, b| scores[*b as usize].total_cmp(&scores[*a as usize]).then(a.cmp(b)));
    let hits: Vec<bool> = open.iter().take(20).map(|item| chosen.contains(item)).collect();
    let discount = |place: usize| 1.0 / (place as f64 + 2.0).log2();
    let gain: f64 = hits.iter().take(10).enumerate().filter(|(_, hit)| **hit).map(|(i, _)| discount(i)).sum();
    let best: f64 = (0..chosen.len().min(10)).map(discount).sum();
    let hit = hits.iter().filter(|hit| **hit).count() as f64;
    [gain / best, hit / chosen.len().min(20) as f64, hit / chosen.len() as f64]
}

fn margin(over: &str, ours: &[Marks], theirs: &[Marks]) -> Margin {
    let apart: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours[0] - theirs[0]).collect();
    let n = apart.len() as f64;
    let mean = apart.iter().sum::<f64>() / n.max(1.0);
    let variance = apart.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    Margin { over: over.to_string(), ndcg_at_10: mean, standard_error: (variance / n.max(1.0)).sqrt() }
}

fn mean(method: &str, marks: &[Marks]) -> Score {
    let mean = |k: usize| marks.iter().map(|mark| mark[k]).sum::<f64>() / marks.len().max(1) as f64;
    Score {
        method: method.to_string(),
        ndcg_at_10: mean(0),
        recall_at_20: mean(1),
        recall_at_20_of_all: mean(2),
    }
}

impl Report {
    /// The tables, for a terminal.
    pub fn table(&self) -> String {
        let mut text = format!(
            "{}: {} people, {} items, {} choices\n",
            self.folder, self.people, self.items, self.choices
        );
        for protocol in &self.protocols {
            text += &format!("\n{}, {} people, every unseen item ranked\n", protocol.name, protocol.people);
            text += "                             NDCG@10  Recall@20  of all   ferryman ahead\n";
            for score in &protocol.scores {
                let margin = protocol.margins.iter().find(|margin| margin.over == score.method);
                let margin =
                    margin.map(|one| format!("   {:+.4} ± {:.4}", one.ndcg_at_10, one.standard_error));
                text += &format!(
                    "  {:<26} {:>7.4} {:>10.4} {:>7.4}{}\n",
                    score.method,
                    score.ndcg_at_10,
                    score.recall_at_20,
                    score.recall_at_20_of_all,
                    margin.unwrap_or_default()
                );
            }
        }
        text
    }
}

fn refuse(code: &'static str, en: String, zh: String) -> kernel::Error {
    Refusal::new(kernel::Kind::Invalid, code, en, zh).into()
}

/// One rating as a file has it.
struct Rating {
    person: u64,
    film: u64,
    seconds: i64,
    line: usize,
}

/// Films by their number, with the names of their genres.
type Films = BTreeMap<u64, Vec<String>>;

/// Reads the ratings and the films of one layout.
type Reader = fn(&Path, &Path) -> Result<(Vec<Rating>, Films)>;

fn read(folder: &Path) -> Result<Log> {
    let layouts: [(&str, &str, Reader); 2] =
        [("u.data", "u.item", read_100k), ("ratings.csv", "movies.csv", read_latest)];
    for (ratings, films, read) in layouts {
        let (ratings, films) = (folder.join(ratings), folder.join(films));
        match (ratings.is_file(), films.is_file()) {
            (false, false) => continue,
            (true, true) => {
                let (rated, known) = read(&ratings, &films)?;
                return log(&ratings, rated, &known);
            }
            (true, false) => return Err(missing(&films)),
            (false, true) => return Err(missing(&ratings)),
        }
    }
    Err(refuse(
        "not_movielens",
        format!("{} has neither u.data and u.item nor ratings.csv and movies.csv.", folder.display()),
        format!("{} 里既没有 u.data 和 u.item，也没有 ratings.csv 和 movies.csv。", folder.display()),
    ))
}

fn missing(file: &Path) -> kernel::Error {
    let file = file.display();
    refuse("file_missing", format!("{file} is missing."), format!("缺少文件 {file}。"))
}

fn bad_line(file: &Path, line: usize, en: &str, zh: &str) -> kernel::Error {
    let file = file.display();
    refuse("bad_line", format!("{file}, line {line}: {en}"), format!("{file} 第 {line} 行：{zh}"))
}

fn text(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file)?;
    String::from_utf8(bytes).map_err(|error| {
        let line =
            1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
        bad_line(file, line, "the text is not UTF-8.", "文本不是 UTF-8 编码。")
    })
}

/// Tab-separated ratings; films in ISO 8859-1, separated by `|`, the last nineteen fields flags of genres.
fn read_100k(ratings: &Path, films: &Path) -> Result<(Vec<Rating>, Films)> {
    const GENRES: usize = 19;
    let mut rated = Vec::new();
    for (i, line) in text(ratings)?.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        rated.push(rating(ratings, i + 1, &line.split('\t').collect::<Vec<_>>())?);
    }
    // Every byte is a letter of ISO 8859-1, and the same number in Unicode; a NUL is in no text.
    let latin: String = std::fs::read(films)?.into_iter().map(char::from).collect();
    let mut known = Films::new();
    for (i, line) in latin.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        if line.contains('\0') {
            return Err(bad_line(films, i + 1, "the text is not ISO 8859-1.", "文本不是 ISO 8859-1 编码。"));
        }
        let fields: Vec<&str> = line.split('|').collect();
        let (Some(Ok(film)), true) = (fields.first().map(|f| f.parse::<u64>()), fields.len() == 5 + GENRES)
        else {
            let en = "expected a film's number, title, dates, address and nineteen genres, separated by “|”.";
            return Err(bad_line(
                films,
                i + 1,
                en,
                "应为影片编号、片名、日期、网址和 19 个类型，以“|”分隔。",
            ));
        };
        let genres = fields[5..].iter().enumerate().filter(|(_, flag)| **flag == "1");
        known.insert(film, genres.map(|(k, _)| k.to_string()).collect());
    }
    Ok((rated, known))
}

/// Comma-separated with a header each; genres separated by `|`.
fn read_latest(ratings: &Path, films: &Path) -> Result<(Vec<Rating>, Films)> {
    let mut rated = Vec::new();
    for (line, row) in rows(ratings, &["userId", "movieId", "rating", "timestamp"])? {
        rated.push(rating(ratings, line, &row.iter().map(String::as_str).collect::<Vec<_>>())?);
    }
    let mut known = Films::new();
    for (line, row) in rows(films, &["movieId", "title", "genres"])? {
        let film = row[0].parse().map_err(|_| {
            bad_line(films, line, &format!("“{}” is not a film's number.", row[0]), "影片编号不是整数。")
        })?;
        let genres = row[2].split('|').filter(|genre| *genre != "(no genres listed)");
        known.insert(film, genres.map(str::to_string).collect());
    }
    Ok((rated, known))
}

/// The rows under the header, each with the number of its line.
fn rows(file: &Path, header: &[&str]) -> Result<Vec<(usize, Vec<String>)>> {
    let text = text(file)?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for (i, record) in reader.records().enumerate() {
        let line = record.as_ref().ok().and_then(|r| r.position()).map_or(i + 1, |p| p.line() as usize);
        let fields: Vec<String> = match record {
            Ok(record) => {
                record.iter().map(|field| field.trim_start_matches('\u{feff}').to_string()).collect()
            }
            Err(error) => {
                let line = error.position().map_or(line, |position| position.line() as usize);
                return Err(bad_line(file, line, "the number of fields is wrong.", "字段数不对。"));
            }
        };
        if i == 0 && fields != header {
            let en = format!("expected the header {}.", header.join(","));
            return Err(bad_line(file, line, &en, &format!("表头应为 {}。", header.join(","))));
        }
        if i > 0 {
            rows.push((line, fields));
        }
    }
    Ok(rows)
}

fn rating(file: &Path, line: usize, fields: &[&str]) -> Result<Rating> {
    let whole = |k: usize| fields.get(k).and_then(|field| field.trim().parse::<u64>().ok());
    let stars = fields.get(2).and_then(|field| field.trim().parse::<f64>().ok());
    match (whole(0), whole(1), stars, whole(3), fields.len()) {
        (Some(person), Some(film), Some(stars), Some(seconds), 4) if (0.0..=5.0).contains(&stars) => {
            Ok(Rating { person, film, seconds: seconds as i64, line })
        }
        _ => {
            let en = "expected a person, a film, a rating of 0 to 5 and a moment in seconds.";
            Err(bad_line(file, line, en, "应为用户、影片、0 到 5 的评分和以秒计的时刻。"))
        }
    }
}

/// People and films numbered without gaps, in the order of their own numbers.
fn log(file: &Path, ratings: Vec<Rating>, films: &Films) -> Result<Log> {
    if ratings.is_empty() {
        let file = file.display();
        return Err(refuse("no_ratings", format!("{file} has no ratings."), format!("{file} 里没有评分。")));
    }
    let mut seen = BTreeMap::new();
    for one in &ratings {
        if let Some(before) = seen.insert((one.person, one.film), one.line) {
            let en = format!("person {} rated film {} before, on line {before}.", one.person, one.film);
            let zh = format!("用户 {} 在第 {before} 行已经评过影片 {}。", one.person, one.film);
            return Err(bad_line(file, one.line, &en, &zh));
        }
        if !films.contains_key(&one.film) {
            let en = format!("film {} is not in the list of films.", one.film);
            return Err(bad_line(file, one.line, &en, &format!("影片 {} 不在影片列表里。", one.film)));
        }
    }
    let people = numbers(ratings.iter().map(|one| one.person));
    let items = numbers(films.keys().copied());
    let genres = numbers(films.values().flatten());
    let event = |one: &Rating| Event {
        person: people[&one.person],
        item: items[&one.film],
        kind: Kind::Buy,
        at: Instant::from_micros(one.seconds.saturating_mul(1_000_000)),
    };
    let tags =
        |names: &Vec<String>| Item { tags: names.iter().map(|name| genres[name]).collect(), since: None };
    let events: Vec<Event> = ratings.iter().map(event).collect();
    Ok(Log::new(films.values().map(tags).collect(), &events))
}

fn numbers<T: Ord>(all: impl Iterator<Item = T>) -> BTreeMap<T, u32> {
    let distinct: BTreeSet<T> = all.collect();
    distinct.into_iter().zip(0..).collect()
}

#[cfg(test)]
mod tests;
