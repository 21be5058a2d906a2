//! What a film would take from a day on, in every world, and what that says of the day.

use super::worlds::{Rival, World, overlap};
use super::{Choice, Question, RUN_WEEKS, SHARE_WEEKS, Scenario, expected, part};
use kernel::{Day, Lang, Words, signed};

/// What one day brought in one world.
struct Outcome {
    opening: f64,
    total: f64,
    domestic_share: f64,
    /// Takings lost to rivals, as a factor on the opening.
    appetite: f64,
}

pub(super) fn choose(question: &Question, candidates: &[Day], worlds: &[World]) -> Vec<Choice> {
    let mut choices = Vec::new();
    for (s, scenario) in question.scenarios.iter().enumerate() {
        let outcomes: Vec<Vec<Outcome>> = candidates
            .iter()
            .map(|day| worlds.iter().map(|world| outcome(question, world, s, *day)).collect())
            .collect();
        for (c, day) in candidates.iter().enumerate() {
            let best = (0..worlds.len())
                .filter(|w| outcomes.iter().all(|others| others[*w].total <= outcomes[c][*w].total))
                .count();
            let read = |f: fn(&Outcome) -> f64| outcomes[c].iter().map(f).collect::<Vec<f64>>();
            let appetite = read(|one| one.appetite).iter().sum::<f64>() / worlds.len() as f64;
            choices.push(Choice {
                day: *day,
                scenario: scenario.code.clone(),
                opening: expected(read(|one| one.opening)),
                total: expected(read(|one| one.total)),
                domestic_share: part(read(|one| one.domestic_share)),
                best: best as f64 / worlds.len() as f64,
                because: because(question, scenario, *day, appetite),
            });
        }
    }
    choices.sort_by_key(|choice| choice.day);
    choices
}

/// Brings the film's draw to where the middle of its first week, on the day it opens now and under the first scenario, is
/// what was foreseen of it.
pub(super) fn meet(question: &Question, worlds: &mut [World], first_week: i64) {
    let opening = |world: &World| outcome(question, world, 0, question.film.release).opening;
    let middle = expected(worlds.iter().map(opening).collect()).amount;
    let factor = first_week as f64 / middle.max(1) as f64;
    for world in worlds {
        world.film *= factor;
    }
}

fn outcome(question: &Question, world: &World, scenario: usize, day: Day) -> Outcome {
    let rivals = || world.slate.iter().chain(&world.imports[scenario]);
    let (mut opening, mut total, mut domestic, mut all, mut first_appetite) = (0.0, 0.0, 0.0, 0.0, 1.0);
    for week in 0..RUN_WEEKS {
        let begin = day.plus(7 * week);
        let season = question.season.at(begin);
        let kept = question.competition.kept_weekly;
        let others: f64 = rivals().map(|rival| rival.overlap * taken(rival, begin, kept)).sum();
        let appetite = appetite(question, others);
        let own = world.film * kept.powi(week) * season * appetite;
        total += own;
        if week == 0 {
            (opening, first_appetite) = (own, appetite);
        }
        if week < SHARE_WEEKS {
            let of = |domestic: bool| -> f64 {
                rivals().filter(|one| one.domestic == domestic).map(|one| taken(one, begin, kept)).sum()
            };
            let (home, foreign) = (of(true) * season, of(false) * season);
            domestic += home + if question.film.domestic { own } else { 0.0 };
            all += home + foreign + own;
        }
    }
    Outcome {
        opening,
        total,
        domestic_share: if all > 0.0 { domestic / all } else { 0.0 },
        appetite: first_appetite,
    }
}

/// What a rival takes in the week from a day on, in an average season: its part of that week in cinemas.
fn taken(rival: &Rival, begin: Day, kept: f64) -> f64 {
    let age = rival.release.days_until(begin);
    if age <= -7 || age > 7 * RUN_WEEKS {
        return 0.0;
    }
    let in_cinemas = f64::from(7 + age.min(0)) / 7.0;
    rival.first_week * in_cinemas * kept.powf(f64::from(age.max(0)) / 7.0)
}

/// What is left for the film against rivals of so much takings, measured against one average week's worth of
/// everybody, of whom the least overlap is shared: 1 at average competition.
pub(super) fn appetite(question: &Question, others: f64) -> f64 {
    let strength = question.competition.substitution;
    let usual = question.competition.overlap_least;
    (1.0 + strength * usual) / (1.0 + strength * others / question.season.week)
}

fn because(question: &Question, scenario: &Scenario, day: Day, appetite: f64) -> Vec<Words> {
    let season = signed(100.0 * (question.season.at(day) - 1.0), 0);
    let lost = signed(100.0 * (appetite - 1.0), 0);
    let mut because = vec![
        Words::new(
            format!("The week from {} takes {season} % against an average week.", day.say(Lang::En)),
            format!("{}起的一周大盘与平均周相比 {season}%。", day.say(Lang::Zh)),
        ),
        Words::new(
            format!("Competition moves the opening by {lost} % against the usual."),
            format!("竞争使首周与平常相比 {lost}%。"),
        ),
    ];
    because.extend(rivals_told(question, day));
    let imports = scenario.imports_per_week;
    because.push(Words::new(
        format!("{}: {imports:.2} more imports a week are reckoned with.", scenario.name.en),
        format!("{}：另计每周 {imports:.2} 部进口片。", scenario.name.zh),
    ));
    because
}

/// The two rivals within two weeks that cost the most.
fn rivals_told(question: &Question, day: Day) -> Vec<Words> {
    let near = question.slate.iter().filter(|rival| rival.release.days_until(day).abs() <= 14);
    let mut weighed: Vec<(f64, f64, &super::Entrant)> = near
        .map(|rival| {
            let shared = overlap(&question.film, rival, &question.competition);
            (shared * rival.first_week as f64, shared, rival)
        })
        .collect();
    weighed.sort_by(|a, b| b.0.total_cmp(&a.0));
    let told = weighed.iter().take(2).map(|(_, shared, rival)| {
        let (name, release, percent) = (&rival.name, rival.release, (100.0 * shared).round());
        Words::new(
            format!("“{name}” opens on {} and shares {percent} % of the audience.", release.say(Lang::En)),
            format!("《{name}》{}上映，人群重合 {percent}%。", release.say(Lang::Zh)),
        )
    });
    told.collect()
}
