//! MovieLens folders: films with genres and tags, and what thousands of strangers thought of them.
//!
//! Both layouts are read: `u.data` with `u.item` (100k), and `ratings.csv` with `movies.csv` (latest). The raters are
//! nobody's customers: their ratings stay by the folder's own numbers and say only which films go together.

use crate::films::Facts;
use crate::learned::{self, Kind};
use crate::table::{Encoding, Line, Packed, Shape, bad_file};
use db::View;
use kernel::{Day, Instant, Refusal, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Tags that are kept of one film.
const TAGS_MAX: usize = 20;
/// The genres of the 100k layout, in the order of its columns.
const GENRES: [&str; 19] = [
    "unknown",
    "Action",
    "Adventure",
    "Animation",
    "Children's",
    "Comedy",
    "Crime",
    "Documentary",
    "Drama",
    "Fantasy",
    "Film-Noir",
    "Horror",
    "Musical",
    "Mystery",
    "Romance",
    "Sci-Fi",
    "Thriller",
    "War",
    "Western",
];

/// One rating.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rating {
    /// The film: the folder's layout and its number.
    pub film: String,
    /// Half stars, 1 to 10.
    pub half_stars: i64,
    /// Seconds since 1970.
    pub at_seconds: i64,
}

/// One person's ratings, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taste {
    pub ratings: Vec<Rating>,
}

/// What was read, and the lines that were refused. Films are by the layout and its numbers, people by the folder and its
/// numbers: other folders give the same number to other people, and the 100k layout to other films.
pub struct Reading {
    pub films: Vec<(String, Facts)>,
    pub tastes: Vec<(String, Taste)>,
    pub rows: usize,
    pub refusals: Vec<Refusal>,
}

/// Whether a folder is laid out like one of MovieLens.
pub fn is_movielens(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).is_file();
    (has("u.data") && has("u.item")) || (has("ratings.csv") && has("movies.csv"))
}

/// Reads a MovieLens folder. A rating of a film that is not in it, or outside half a star to five, is refused.
pub fn read(folder: &Path) -> Result<Reading, Refusal> {
    let mut reader =
        Reader { films: BTreeMap::new(), tastes: BTreeMap::new(), rows: 0, refusals: Vec::new() };
    if folder.join("u.data").is_file() {
        reader.films_of_100k(&Packed::open(&folder.join("u.item"))?)?;
        reader
            .ratings(&Packed::open(&folder.join("u.data"))?, Shape { delimiter: b'\t', has_header: false })?;
    } else if is_movielens(folder) {
        reader.films_of_latest(&Packed::open(&folder.join("movies.csv"))?)?;
        if folder.join("tags.csv").is_file() {
            reader.tags(&Packed::open(&folder.join("tags.csv"))?)?;
        }
        reader.ratings(
            &Packed::open(&folder.join("ratings.csv"))?,
            Shape { delimiter: b',', has_header: true },
        )?;
    } else {
        let name = folder.display();
        return Err(bad_file(
            format!(
                "“{name}” is not a MovieLens folder: it needs u.data and u.item, or ratings.csv and movies.csv."
            ),
            format!("“{name}”不是 MovieLens 文件夹：需要 u.data 和 u.item，或 ratings.csv 和 movies.csv。"),
        ));
    }
    for taste in reader.tastes.values_mut() {
        taste.ratings.sort_by(|a, b| (a.at_seconds, &a.film).cmp(&(b.at_seconds, &b.film)));
    }
    let layout = if folder.join("u.data").is_file() { "100k" } else { "latest" };
    let name = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let film = |number: &str| format!("{layout}:{number}");
    let person = |(number, mut taste): (String, Taste)| {
        taste.ratings.iter_mut().for_each(|rating| rating.film = film(&rating.film));
        (format!("{name}:{number}"), taste)
    };
    Ok(Reading {
        films: reader.films.into_iter().map(|(number, facts)| (film(&number), facts)).collect(),
        tastes: reader.tastes.into_iter().map(person).collect(),
        rows: reader.rows,
        refusals: reader.refusals,
    })
}

struct Reader {
    films: BTreeMap<String, Facts>,
    tastes: BTreeMap<String, Taste>,
    rows: usize,
    refusals: Vec<Refusal>,
}

impl Reader {
    fn films_of_100k(&mut self, file: &Packed) -> Result<(), Refusal> {
        let source = file.decode(Some(Encoding::Windows1252))?;
        source.shaped(Shape { delimiter: b'|', has_header: false }).each_line(|line| {
            self.rows += 1;
            let genres = GENRES.iter().zip(5..).filter(|(_, at)| line.text(*at) == "1");
            let facts = Facts {
                title: line.text(1).to_owned(),
                release: written_out(line.text(2)),
                genres: genres
                    .map(|(genre, _)| (*genre).to_owned())
                    .filter(|genre| genre != "unknown")
                    .collect(),
                ..Facts::default()
            };
            self.take_film("u.item", line, facts);
            Ok(())
        })
    }

    fn films_of_latest(&mut self, file: &Packed) -> Result<(), Refusal> {
        let source = file.decode(None)?;
        source.headers()?.require(&["movieid", "title", "genres"])?;
        source.each_line(|line| {
            self.rows += 1;
            let genres = line.text(2).split('|').filter(|genre| !genre.is_empty() && !genre.starts_with('('));
            let facts = Facts {
                title: line.text(1).to_owned(),
                genres: genres.map(str::to_owned).collect(),
                ..Facts::default()
            };
            self.take_film("movies.csv", line, facts);
            Ok(())
        })
    }

    fn take_film(&mut self, file: &str, line: &Line, facts: Facts) {
        let id = line.text(0);
        if id.is_empty() || facts.title.is_empty() || self.films.contains_key(id) {
            let wanted = ("the number of a film of its own, with a title", "有片名的唯一影片编号");
            self.refusals.push(line.refuse(file, Some(0), "movieId", wanted));
            return;
        }
        self.films.insert(id.to_owned(), facts);
    }

    /// The tags that were put to a film most often, at most [`TAGS_MAX`].
    fn tags(&mut self, file: &Packed) -> Result<(), Refusal> {
        let source = file.decode(None)?;
        source.headers()?.require(&["userid", "movieid", "tag"])?;
        let mut counts: HashMap<(String, String), i64> = HashMap::new();
        source.each_line(|line| {
            self.rows += 1;
            *counts.entry((line.text(1).to_owned(), line.text(2).to_lowercase())).or_default() += 1;
            Ok(())
        })?;
        let mut counted: Vec<((String, String), i64)> = counts.into_iter().collect();
        counted.sort_by(|(a, times_a), (b, times_b)| times_b.cmp(times_a).then(a.cmp(b)));
        for ((film, tag), _) in counted {
            if let Some(facts) = self.films.get_mut(&film)
                && facts.tags.len() < TAGS_MAX
                && !tag.is_empty()
            {
                facts.tags.push(tag);
            }
        }
        Ok(())
    }

    fn ratings(&mut self, file: &Packed, shape: Shape) -> Result<(), Refusal> {
        let source = file.decode(None)?;
        if shape.has_header {
            source.headers()?.require(&["userid", "movieid", "rating", "timestamp"])?;
        }
        let name = source.name().to_owned();
        source.shaped(shape).each_line(|line| {
            self.rows += 1;
            match self.rating(&name, line) {
                Err(refusal) => self.refusals.push(refusal),
                Ok((person, rating)) => self.tastes.entry(person).or_default().ratings.push(rating),
            }
            Ok(())
        })
    }

    fn rating(&self, file: &str, line: &Line) -> Result<(String, Rating), Refusal> {
        let wrong = |at, column, wanted| line.refuse(file, Some(at), column, wanted);
        let (person, film) = (line.text(0), line.text(1));
        if person.is_empty() {
            return Err(wrong(0, "userId", ("a person’s number", "用户编号")));
        }
        if !self.films.contains_key(film) {
            return Err(wrong(1, "movieId", ("a film of this folder", "本文件夹中的影片")));
        }
        let tenths = line.scaled(2, 1).ok().flatten();
        let tenths = tenths.filter(|tenths| (5..=50).contains(tenths) && tenths % 5 == 0);
        let tenths = tenths.ok_or_else(|| wrong(2, "rating", ("half a star to five", "半星到五星")))?;
        let at = line.whole(3).ok().flatten().filter(|at| *at >= 0);
        let at_seconds =
            at.ok_or_else(|| wrong(3, "timestamp", ("seconds since 1970", "1970 年以来的秒数")))?;
        Ok((person.to_owned(), Rating { film: film.to_owned(), half_stars: tenths / 5, at_seconds }))
    }
}

/// `01-Jan-1995`.
fn written_out(text: &str) -> Option<Day> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = text.split('-');
    let day = parts.next()?.parse().ok()?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|one| *one == month)? as i8 + 1;
    Day::new(parts.next()?.parse().ok()?, month, day).ok()
}

/// Everybody's ratings of a source as they were known at an instant, by the folder and its number.
pub fn all(view: &View, source: &str, as_of: Instant) -> Result<BTreeMap<String, Taste>> {
    let mut tastes = BTreeMap::new();
    for row in learned::by(view, source, Kind::Taste, as_of)? {
        tastes.insert(row.subject, serde_json::from_str(&row.body)?);
    }
    Ok(tastes)
}
