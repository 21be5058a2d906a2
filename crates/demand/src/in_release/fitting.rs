//! How a model is learned: the shared coefficients, how films differ, and the errors on unseen films.

use super::series::{AGE_MAX, Point, Run};
use super::shape::{Row, Shape, names};
use super::{
    CLIP, Change, ErrorsFrom, Film, HORIZON_DAYS, Measure, Model, Observed, Path, Prior, RUN_DAYS, Spread,
    amount, blend, wrong_measure,
};
use crate::calendar::{Calendar, Country};
use crate::least_squares::{quantile, solve};
use kernel::{Day, Kind, Refusal};

/// The fewest films a model is learned from.
pub const FILMS_MIN: usize = 100;
/// The last day ahead of each group that errors are kept for.
pub(super) const HORIZONS: [i32; 9] = [1, 2, 3, 5, 7, 10, 14, 21, 28];
/// How many days are known when errors are measured.
const DAYS_KNOWN: [i32; 7] = [3, 5, 7, 10, 14, 21, 28];
/// The films' time is cut into stretches with as many films each; errors are measured on each stretch but the
/// first, with a model learned from the stretches before it, as a forecaster would have had to.
const STRETCHES: usize = 5;
/// The ages the difference between films is learned from.
const PRIOR_AGE_MAX: i32 = 18;
/// Changes larger than this (in logarithms) lose weight in the fit (Huber 1964).
const HUBER: f64 = 0.5;
/// Holds coefficients near 0 that the films say nothing about.
const RIDGE: f64 = 0.5;
/// A longer step between two reported days teaches nothing about single days.
const CHANGE_DAYS_MAX: f64 = 2.0;
const ROUNDS_SHAPE: usize = 4;
const ROUNDS_PRIOR: usize = 40;
/// Fewer errors than this say nothing about a range.
const ERRORS_MIN: usize = 20;

/// The group of errors for a day this far ahead.
pub(super) fn horizon(ahead: i32) -> usize {
    HORIZONS.iter().position(|last| ahead <= *last).unwrap_or(HORIZONS.len() - 1)
}

/// The middle of a group of horizons, in days ahead.
pub(super) fn middle(group: usize) -> f64 {
    let before = if group == 0 { 0 } else { HORIZONS[group - 1] };
    f64::from(before + 1 + HORIZONS[group]) / 2.0
}

/// A film to learn from, with its regressors.
struct Lesson {
    run: Run,
    /// The days as they were reported, to know what was taken after any day.
    days: Vec<Observed>,
    /// The age after each change, and the change.
    changes: Vec<(i32, Change)>,
    /// Whether its whole run could be seen before the films' data end.
    whole: bool,
}

pub(super) fn fit(films: &[Film], calendar: &Calendar) -> Result<Model, Refusal> {
    let measure = films.first().map_or(Measure::Admissions, |film| film.measure);
    if let Some(other) = films.iter().find(|film| film.measure != measure) {
        return Err(wrong_measure(measure, other.measure));
    }
    let usable = usable(films);
    if usable.len() < FILMS_MIN {
        return Err(too_few(usable.len()));
    }
    let newest = films.iter().flat_map(|film| film.days.last()).map(|one| one.day).max();
    let newest = newest.expect("usable films have days");
    let lesson = |(film, run)| lesson(calendar, newest, film, run);
    let lessons: Vec<Lesson> = usable.into_iter().map(lesson).collect();
    let all: Vec<&Lesson> = lessons.iter().collect();
    let mut model = learn(measure, calendar.country(), &all);
    let (small, large) = errors(measure, &lessons, calendar);
    model.errors_small = spreads(small).ok_or_else(|| too_few(lessons.len()))?;
    model.errors_large = spreads(large).ok_or_else(|| too_few(lessons.len()))?;
    model.judged_films = (0..lessons.len()).filter(|i| stretch(*i, lessons.len()) > 0).count();
    // Openings grow with the market: a film of today is small beside films of today.
    model.usual_opening = usual_opening(&lessons, STRETCHES - 1);
    Ok(model)
}

pub(super) fn too_few(films: usize) -> Refusal {
    Refusal::new(
        Kind::Invalid,
        "too_few_films",
        format!("A model is learned from {FILMS_MIN} films with whole runs or more; {films} could be used."),
        format!("至少需要 {FILMS_MIN} 部走势完整的影片才能学习模型；可用的只有 {films} 部。"),
    )
}

/// What films took in their first three days, the smallest first.
fn openings<'a>(lessons: impl Iterator<Item = &'a Lesson>) -> Vec<f64> {
    let mut openings: Vec<f64> = lessons.map(|lesson| lesson.run.opening()).collect();
    openings.sort_by(f64::total_cmp);
    openings
}

/// Which stretch of time the lesson at this place lies in.
fn stretch(i: usize, lessons: usize) -> usize {
    i * STRETCHES / lessons
}

/// The median opening of one stretch.
fn usual_opening(lessons: &[Lesson], of: usize) -> i64 {
    let inside = lessons.iter().enumerate().filter(|(i, _)| stretch(*i, lessons.len()) == of);
    amount(quantile(&openings(inside.map(|(_, lesson)| lesson)), 0.5))
}

/// The shared coefficients and the prior; no errors yet.
fn learn(measure: Measure, country: Country, lessons: &[&Lesson]) -> Model {
    let shape = Shape { country, coefficients: learn_shape(country, lessons, 0.0) };
    let prior = learn_prior(lessons, &shape.coefficients);
    let openings = openings(lessons.iter().copied());
    Model {
        measure,
        films: lessons.len(),
        judged_films: 0,
        smallest_opening: amount(openings[0]),
        usual_opening: amount(quantile(&openings, 0.5)),
        shape,
        prior,
        errors_small: Vec::new(),
        errors_large: Vec::new(),
    }
}

/// The films that can be learned from, oldest first.
fn usable<'a>(films: &'a [Film]) -> Vec<(&'a Film, Run)> {
    let read = |film: &'a Film| Run::read(film.release, &up_to_hole(film)).ok().map(|run| (film, run));
    let mut usable: Vec<(&Film, Run)> = films.iter().filter_map(read).collect();
    usable.sort_by_key(|(film, _)| film.release);
    usable
}

fn lesson(calendar: &Calendar, newest: Day, film: &Film, run: Run) -> Lesson {
    let row = |point: &Point| Row::of(calendar, film.release, point.day);
    let rows: Vec<Row> = run.points.iter().map(row).collect();
    let changes =
        run.points.windows(2).zip(rows.windows(2)).map(|(points, rows)| {
            (points[1].age, Change::between(&points[0], &rows[0], &points[1], &rows[1]))
        });
    let changes = changes.filter(|(_, change)| change.days <= CHANGE_DAYS_MAX).collect();
    let whole = film.release.days_until(newest) >= RUN_DAYS;
    Lesson { run, days: film.days.clone(), changes, whole }
}

/// The days of a film that a lesson can use: up to the first hole, the last day learned, and the last taking.
fn up_to_hole(film: &Film) -> Vec<Observed> {
    let mut days: Vec<Observed> = Vec::new();
    let mut expected: Option<Day> = None;
    for one in film.days.iter().filter(|one| film.release.days_until(one.day) < AGE_MAX) {
        let hole = expected.is_some_and(|day| day.days_until(one.day) > super::HOLE_DAYS_MAX);
        if hole {
            break;
        }
        if one.day >= film.release {
            expected = Some(one.day.plus(1));
        }
        days.push(*one);
    }
    while days.last().is_some_and(|one| one.amount == 0) {
        days.pop();
    }
    days
}

/// Least absolute changes, nearly: iterated ridge regression on the changes from day to day, so that a film's
/// level needs no coefficient, and large changes weigh less.
fn learn_shape(country: Country, lessons: &[&Lesson], power: f64) -> Vec<f64> {
    let n = names(country).len();
    let mut coefficients = vec![0.0; n];
    for _ in 0..ROUNDS_SHAPE {
        let mut a = vec![vec![0.0; n]; n];
        let mut b = vec![0.0; n];
        (0..n).for_each(|i| a[i][i] = RIDGE);
        for (size, change) in sized(lessons, power) {
            let weight = size / (change.unexplained(&coefficients).abs() / HUBER).max(1.0);
            for (i, left) in &change.row.cells {
                b[*i] += weight * left * change.ln;
                for (j, right) in &change.row.cells {
                    a[*i][*j] += weight * left * right;
                }
            }
        }
        coefficients = solve(a, b).expect("the ridge makes the equations definite");
    }
    coefficients.iter().map(|value| rounded(*value)).collect()
}

/// Every change with its film's weight, which is 1 in the mean: the opening to a power.
fn sized<'a>(lessons: &'a [&Lesson], power: f64) -> impl Iterator<Item = (f64, &'a Change)> {
    let weight = move |lesson: &Lesson| lesson.run.opening().powf(power);
    let changes: f64 = lessons.iter().map(|lesson| lesson.changes.len() as f64).sum();
    let total: f64 = lessons.iter().map(|lesson| weight(lesson) * lesson.changes.len() as f64).sum();
    lessons.iter().flat_map(move |lesson| {
        let size = weight(lesson) * changes / total;
        lesson.changes.iter().map(move |(_, change)| (size, change))
    })
}

/// How films differ, by expectation and maximisation (Dempster, Laird and Rubin 1977): each film's own decay and
/// lift are guessed from its changes, then their spread and the noise are guessed from the films.
fn learn_prior(lessons: &[&Lesson], coefficients: &[f64]) -> Prior {
    let mut prior = Prior { decay: 0.3, weekend: 0.3, day: 0.2 };
    for _ in 0..ROUNDS_PRIOR {
        let (mut decay, mut weekend, mut noise, mut count) = (0.0, 0.0, 0.0, 0.0);
        for lesson in lessons {
            let young =
                || lesson.changes.iter().filter(|(age, _)| *age <= PRIOR_AGE_MAX).map(|(_, change)| change);
            let own = blend(young(), coefficients, &prior);
            decay += own.decay.value.powi(2) + own.variance[0];
            weekend += own.weekend.value.powi(2) + own.variance[1];
            for change in young() {
                let (weeks, lift) = (change.days / 7.0, change.row.weekend);
                let limit = CLIP * prior.day * change.days.sqrt();
                let left = change.unexplained(coefficients).clamp(-limit, limit);
                let miss = left - own.decay.value * weeks - own.weekend.value * lift;
                let unsure = own.variance[0] * weeks * weeks
                    + own.variance[1] * lift * lift
                    + 2.0 * own.variance[2] * weeks * lift;
                noise += (miss * miss + unsure) / change.days;
                count += 1.0;
            }
        }
        let films = lessons.len() as f64;
        prior = Prior {
            decay: (decay / films).sqrt(),
            weekend: (weekend / films).sqrt(),
            day: (noise / f64::max(count, 1.0)).sqrt().max(0.01),
        };
    }
    Prior { decay: rounded(prior.decay), weekend: rounded(prior.weekend), day: rounded(prior.day) }
}

/// What the method missed on each stretch of time when it had learned from the films before it only: on small
/// films, and on large ones.
fn errors(measure: Measure, lessons: &[Lesson], calendar: &Calendar) -> (AllMissed, AllMissed) {
    let stretch = |i: usize| stretch(i, lessons.len());
    let nothing = || DAYS_KNOWN.map(|_| Missed::default());
    let (mut small, mut large) = (nothing(), nothing());
    for now in 1..STRETCHES {
        let before = lessons.iter().enumerate().filter(|(i, _)| stretch(*i) < now);
        let before: Vec<&Lesson> = before.map(|(_, lesson)| lesson).collect();
        let model = learn(measure, calendar.country(), &before);
        let usual = usual_opening(lessons, now) as f64;
        for (_, lesson) in lessons.iter().enumerate().filter(|(i, _)| stretch(*i) == now) {
            let is_small = lesson.run.opening() < usual;
            let missed = if is_small { &mut small } else { &mut large };
            for (known, missed) in DAYS_KNOWN.into_iter().zip(missed) {
                missed.add(&model, calendar, lesson, known);
            }
        }
    }
    (small, large)
}

/// By how many days were known.
type AllMissed = [Missed; DAYS_KNOWN.len()];

/// The quantiles of the errors; a group with too few takes those of the same horizon with fewer days known, else
/// those of the horizon before. `None` when there is no such group either: nobody may read certainty into that.
fn spreads(missed: AllMissed) -> Option<Vec<ErrorsFrom>> {
    let mut spreads: Vec<ErrorsFrom> = Vec::new();
    for (days_known, missed) in DAYS_KNOWN.into_iter().zip(missed) {
        let before = spreads.last();
        let mut ahead: Vec<Spread> = Vec::new();
        for (group, errors) in missed.ahead.into_iter().enumerate() {
            let fewer_known = before.map(|before| before.ahead[group]);
            let nearer = ahead.last().copied();
            ahead.push(Spread::of(errors).or(fewer_known).or(nearer)?);
        }
        let rest = Spread::of(missed.rest).or(before.map(|before| before.rest))?;
        spreads.push(ErrorsFrom { days_known, ahead, rest });
    }
    Some(spreads)
}

/// `ln(taken ÷ forecast)` of many films from one number of known days.
struct Missed {
    ahead: Vec<Vec<f64>>,
    rest: Vec<f64>,
}

impl Default for Missed {
    fn default() -> Missed {
        Missed { ahead: HORIZONS.map(|_| Vec::new()).to_vec(), rest: Vec::new() }
    }
}

impl Missed {
    fn add(&mut self, model: &Model, calendar: &Calendar, lesson: &Lesson, days_known: i32) {
        let mut run = lesson.run.clone();
        run.points.retain(|point| point.age <= days_known);
        if run.points.len() < super::DAYS_MIN || run.last().age != days_known {
            return;
        }
        let path = Path::of(model, calendar, &run);
        let end = run.release.plus(RUN_DAYS);
        let later = lesson.days.iter().filter(|one| one.day > run.last().day && one.day < end);
        let mut taken = 0.0;
        for one in later {
            let ahead = run.last().day.days_until(one.day);
            taken += one.amount.max(0) as f64;
            if one.amount > 0 && ahead <= HORIZON_DAYS {
                let error = (one.amount as f64).ln() - path.ln(one.day);
                self.ahead[horizon(ahead)].push(error);
            }
        }
        if lesson.whole && taken > 0.0 {
            self.rest.push((taken / path.rest()).ln());
        }
    }
}

impl Spread {
    fn of(mut errors: Vec<f64>) -> Option<Spread> {
        if errors.len() < ERRORS_MIN {
            return None;
        }
        errors.sort_by(f64::total_cmp);
        let at = |fraction| rounded(quantile(&errors, fraction));
        Some(Spread { q05: at(0.05), q25: at(0.25), q50: at(0.5), q75: at(0.75), q95: at(0.95) })
    }
}

/// Five decimals: what a constant is worth, and what a reader can bear.
fn rounded(value: f64) -> f64 {
    (value * 1e5).round() / 1e5
}

/// The shared shape and how films differ, learned from films as they are; for what is built on top.
///
/// Large films count for more, by this power of what they take.
pub(super) fn learn_base(films: &[Film], calendar: &Calendar, power: f64) -> Result<(Shape, Prior), Refusal> {
    let usable = usable(films);
    if usable.len() < FILMS_MIN {
        return Err(too_few(usable.len()));
    }
    let newest = films.iter().flat_map(|film| film.days.last()).map(|one| one.day).max();
    let newest = newest.expect("usable films have days");
    let lessons: Vec<Lesson> =
        usable.into_iter().map(|(film, run)| lesson(calendar, newest, film, run)).collect();
    let all: Vec<&Lesson> = lessons.iter().collect();
    let coefficients = learn_shape(calendar.country(), &all, power);
    let prior = learn_prior(&all, &coefficients);
    Ok((Shape { country: calendar.country(), coefficients }, prior))
}
