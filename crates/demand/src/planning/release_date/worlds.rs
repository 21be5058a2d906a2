//! Ways things may go: every film's draw, and the imports that a rule may let in, thrown once for all scenarios.

use super::{Competition, DRAWS, Entrant, Question, RUN_WEEKS};
use kernel::{Day, Dice};

/// A film in cinemas in one world.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rival {
    pub release: Day,
    /// Its first week in an average season, in minor units.
    pub first_week: f64,
    /// How much of the planned film's audience it shares, 0 to 1.
    pub overlap: f64,
    pub domestic: bool,
    /// It opens under a scenario whose imports a week are more than this; the slate's films open under all.
    pub lot: f64,
}

/// One way things may go.
pub(super) struct World {
    /// The planned film's first week against average competition and season.
    pub film: f64,
    pub slate: Vec<Rival>,
    /// By scenario: the imports it lets in.
    pub imports: Vec<Vec<Rival>>,
}

/// Throws all worlds. An import of a stricter rule is there under a looser one too: the looser only adds.
pub(super) fn throw(question: &Question, candidates: &[Day], dice: &mut Dice) -> Vec<World> {
    let overlaps: Vec<f64> =
        question.slate.iter().map(|rival| overlap(&question.film, rival, &question.competition)).collect();
    (0..DRAWS).map(|_| world(question, candidates, &overlaps, dice)).collect()
}

fn world(question: &Question, candidates: &[Day], overlaps: &[f64], dice: &mut Dice) -> World {
    let film = drawn(&question.film, dice);
    let rivals = question.slate.iter().zip(overlaps).map(|(rival, overlap)| Rival {
        release: rival.release,
        first_week: drawn(rival, dice),
        overlap: *overlap,
        domestic: rival.domestic,
        lot: 0.0,
    });
    let mut slate: Vec<Rival> = rivals.collect();
    let lots = lots(question, candidates, overlaps, dice);
    let imports = question.scenarios.iter().map(|scenario| {
        let size = scenario.import_first_week as f64;
        let let_in = lots.iter().filter(|lot| lot.rival.lot < scenario.imports_per_week);
        let_in
            .map(|lot| Rival { first_week: size * (lot.size * scenario.import_spread).exp(), ..lot.rival })
            .collect()
    });
    let imports = imports.collect();
    slate.extend(unannounced(question, candidates, overlaps, dice));
    World { film, slate, imports }
}

/// Domestic films that nobody has announced yet: each week is filled up to as many as usually open, so that a far day
/// does not look free only because it is far.
fn unannounced(question: &Question, candidates: &[Day], overlaps: &[f64], dice: &mut Dice) -> Vec<Rival> {
    let usual = &question.usual;
    let mut films = Vec::new();
    for week in weeks(candidates) {
        let opens = |one: &&Entrant| one.domestic && (0..7).contains(&week.days_until(one.release));
        let announced = question.slate.iter().filter(opens).count() as f64;
        for _ in 0..dice.poisson((usual.films_per_week - announced).max(0.0)) {
            films.push(Rival {
                release: week.plus(dice.between(0, 6) as i32),
                first_week: usual.first_week as f64 * (usual.spread * dice.normal()).exp(),
                overlap: typical(question, overlaps, dice),
                domestic: true,
                lot: 0.0,
            });
        }
    }
    films
}

/// The weeks in which a rival of any candidate may open.
fn weeks(candidates: &[Day]) -> impl Iterator<Item = Day> {
    let ends = candidates.first().zip(candidates.last());
    ends.into_iter().flat_map(|(first, last)| {
        let begin = first.plus(-7 * RUN_WEEKS);
        let end = last.plus(7 * RUN_WEEKS);
        (0..).map(move |i| begin.plus(7 * i)).take_while(move |week| *week < end)
    })
}

/// How much audience a film of which nothing is known shares: as much as one of the slate.
fn typical(question: &Question, overlaps: &[f64], dice: &mut Dice) -> f64 {
    if overlaps.is_empty() { question.competition.overlap_least } else { *dice.pick(overlaps) }
}

struct Lot {
    rival: Rival,
    /// In standard deviations.
    size: f64,
}

/// Imports that might open, each with the rule's generosity from which on it does: a Poisson process thinned.
fn lots(question: &Question, candidates: &[Day], overlaps: &[f64], dice: &mut Dice) -> Vec<Lot> {
    let most = question.scenarios.iter().map(|one| one.imports_per_week).fold(0.0, f64::max);
    let mut lots = Vec::new();
    for week in weeks(candidates) {
        for _ in 0..dice.poisson(most) {
            let typical = typical(question, overlaps, dice);
            let rival = Rival {
                release: week.plus(dice.between(0, 6) as i32),
                first_week: 0.0,
                overlap: typical,
                domestic: false,
                lot: dice.fraction() * most,
            };
            lots.push(Lot { rival, size: dice.normal() });
        }
    }
    lots
}

fn drawn(film: &Entrant, dice: &mut Dice) -> f64 {
    film.first_week as f64 * (film.spread * dice.normal()).exp()
}

/// The measured part of the audience, else the genres in common over all (Jaccard), lifted from the least overlap.
pub(super) fn overlap(film: &Entrant, rival: &Entrant, competition: &Competition) -> f64 {
    if let Some(shared) = rival.shared_audience {
        return shared;
    }
    let common = film.genres.iter().filter(|genre| rival.genres.contains(genre)).count() as f64;
    let all = (film.genres.len() + rival.genres.len()) as f64 - common;
    let alike = if all > 0.0 { common / all } else { 0.0 };
    competition.overlap_least + (1.0 - competition.overlap_least) * alike
}
