//! What a plan must keep, each rule as a question of its own.

use super::grid::{Grid, amount, quarter};
use super::{Cinema, Placed};
use kernel::{Words, counted};
use std::collections::BTreeMap;

/// A rule that a plan breaks.
#[derive(Clone, Debug, PartialEq)]
pub enum Violation {
    /// Before opening, after closing, on a closed day, or off the grid of starts.
    OutsideHours(Placed),
    /// It starts before the hall is cleaned after the one before.
    HallTaken(Placed),
    /// Outside the film’s run, or in a hall it has no right to.
    NotAllowed(Placed),
    TooManyStarts {
        day: usize,
        minute: u16,
        starts: u32,
    },
    TooManyCleanings {
        day: usize,
        minute: u16,
        halls: u32,
    },
    TooFewADay {
        film: usize,
        day: usize,
        showings: u32,
    },
    TooManyADay {
        film: usize,
        day: usize,
        showings: u32,
    },
    TooFewInPrimeTime {
        film: usize,
        day: usize,
        showings: u32,
    },
    TooFewShowings {
        film: usize,
        showings: u32,
    },
    /// It has to stand, and the plan does not have it.
    Gone(Placed),
    TooLittleDomestic {
        domestic: u64,
        all: u64,
    },
}

/// Every rule that the showings break; empty when they keep them all.
pub fn violations(cinema: &Cinema, showings: &[Placed]) -> Vec<Violation> {
    let grid = Grid::of(cinema);
    let gone = cinema.fixed.iter().filter(|one| !showings.contains(one));
    let mut broken: Vec<Violation> = gone.map(|one| Violation::Gone(*one)).collect();
    broken.extend(outside_hours(&grid, showings));
    broken.extend(halls_taken(&grid, showings));
    broken.extend(not_allowed(cinema, showings));
    broken.extend(too_many_starts(cinema, showings));
    broken.extend(too_many_cleanings(&grid, showings));
    broken.extend(runs(cinema, showings));
    broken.extend(too_little_domestic(cinema, showings));
    broken
}

/// What stands is nobody's choice: a limit that is passed by it alone is not broken by the plan.
fn is_planned(cinema: &Cinema, one: &Placed) -> bool {
    !cinema.fixed.contains(one)
}

fn outside_hours(grid: &Grid<'_>, showings: &[Placed]) -> Vec<Violation> {
    let inside = |one: &&Placed| {
        let hours = grid.cinema.halls[one.hall].hours[one.day];
        hours.is_some_and(|hours| hours.opens <= one.start && grid.end(one.film, one.start) <= hours.closes)
            && one.start.is_multiple_of(grid.cinema.rules.step_minutes)
    };
    showings
        .iter()
        .filter(|one| is_planned(grid.cinema, one) && !inside(one))
        .map(|one| Violation::OutsideHours(*one))
        .collect()
}

fn halls_taken(grid: &Grid<'_>, showings: &[Placed]) -> Vec<Violation> {
    let mut sorted = showings.to_vec();
    sorted.sort();
    let taken = |pair: &&[Placed]| {
        let free = grid.clean(pair[0].hall, pair[0].film, pair[0].start);
        let planned = pair.iter().any(|one| is_planned(grid.cinema, one));
        planned && (pair[0].day, pair[0].hall) == (pair[1].day, pair[1].hall) && pair[1].start < free
    };
    sorted.windows(2).filter(taken).map(|pair| Violation::HallTaken(pair[1])).collect()
}

fn not_allowed(cinema: &Cinema, showings: &[Placed]) -> Vec<Violation> {
    let may = |one: &&Placed| cinema.may_show(one.film, one.hall, one.day);
    let wrong = showings.iter().filter(|one| is_planned(cinema, one) && !may(one));
    wrong.map(|one| Violation::NotAllowed(*one)).collect()
}

fn too_many_starts(cinema: &Cinema, showings: &[Placed]) -> Vec<Violation> {
    let Some(most) = cinema.rules.starts_max else { return Vec::new() };
    let mut starts: BTreeMap<(usize, usize), (u32, bool)> = BTreeMap::new();
    for one in showings {
        let (starts, planned) = starts.entry((one.day, quarter(one.start))).or_default();
        *starts += 1;
        *planned |= is_planned(cinema, one);
    }
    let broken = starts.into_iter().filter(|(_, (starts, planned))| *starts > most && *planned);
    broken
        .map(|((day, quarter), (starts, _))| Violation::TooManyStarts {
            day,
            minute: quarter as u16 * 15,
            starts,
        })
        .collect()
}

fn too_many_cleanings(grid: &Grid<'_>, showings: &[Placed]) -> Vec<Violation> {
    let Some(most) = grid.cinema.rules.cleaning_max else { return Vec::new() };
    let mut halls: BTreeMap<(usize, u16), (u32, bool)> = BTreeMap::new();
    for one in showings {
        let end = grid.end(one.film, one.start);
        for minute in end..grid.clean(one.hall, one.film, one.start) {
            let (halls, planned) = halls.entry((one.day, minute)).or_default();
            *halls += 1;
            *planned |= is_planned(grid.cinema, one);
        }
    }
    let broken = halls.into_iter().filter(|(_, (halls, planned))| *halls > most && *planned);
    broken.map(|((day, minute), (halls, _))| Violation::TooManyCleanings { day, minute, halls }).collect()
}

fn runs(cinema: &Cinema, showings: &[Placed]) -> Vec<Violation> {
    let mut broken = Vec::new();
    for (film, it) in cinema.films.iter().enumerate() {
        let mine = |day: usize| showings.iter().filter(move |one| one.film == film && one.day == day);
        for day in 0..cinema.days {
            let (owed, owed_prime) = cinema.owed(film, day);
            let showings = mine(day).count() as u32;
            let prime = mine(day).filter(|one| cinema.is_prime(one.start)).count() as u32;
            if prime < owed_prime {
                broken.push(Violation::TooFewInPrimeTime { film, day, showings: prime });
            }
            if showings < owed {
                broken.push(Violation::TooFewADay { film, day, showings });
            }
            let planned = mine(day).any(|one| is_planned(cinema, one));
            if planned && cinema.a_day_max(film, day).is_some_and(|most| showings > most) {
                broken.push(Violation::TooManyADay { film, day, showings });
            }
        }
        let showings = showings.iter().filter(|one| one.film == film).count() as u32;
        if showings < it.showings_min {
            broken.push(Violation::TooFewShowings { film, showings });
        }
    }
    broken
}

fn too_little_domestic(cinema: &Cinema, showings: &[Placed]) -> Vec<Violation> {
    let Some(rule) = &cinema.rules.domestic else { return Vec::new() };
    let (mut domestic, mut all) = (rule.domestic_before, rule.all_before);
    for one in showings {
        let film = &cinema.films[one.film];
        let shown = amount(rule.measure, film.minutes);
        all += shown;
        domestic += if film.domestic { shown } else { 0 };
    }
    let kept = i128::from(domestic) * 1_000_000 >= i128::from(all) * i128::from(rule.part.ppm);
    if kept { Vec::new() } else { vec![Violation::TooLittleDomestic { domestic, all }] }
}

impl Violation {
    /// The rule and where it is broken, with the names of the cinema and its days.
    pub fn words(&self, cinema: &Cinema) -> Words {
        let film = |film: usize| cinema.films[film].name.clone();
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
        let on = |day: usize| cinema.day_words(day);
        let placed = |one: &Placed| {
            let (film, hall, start) = (film(one.film), &cinema.halls[one.hall].name, clock(one.start));
            let on = cinema.day_words(one.day);
            (format!("{film} in {hall}, {}, {start}", on.en), format!("{} {start} {hall}《{film}》", on.zh))
        };
        match self {
            Violation::OutsideHours(one) => {
                let (en, zh) = placed(one);
                Words::new(format!("{en} is outside the opening hours."), format!("{zh}不在营业时间内。"))
            }
            Violation::HallTaken(one) => {
                let (en, zh) = placed(one);
                Words::new(
                    format!("{en} starts before the hall is free."),
                    format!("{zh}开场时影厅尚未空出。"),
                )
            }
            Violation::NotAllowed(one) => {
                let (en, zh) = placed(one);
                Words::new(
                    format!("{en} is outside the film’s run or halls."),
                    format!("{zh}不在该片的档期或影厅内。"),
                )
            }
            Violation::TooManyStarts { day, minute, starts } => Words::new(
                format!(
                    "{} in the quarter from {} on {}.",
                    counted(*starts, "showing starts", "showings start"),
                    clock(*minute),
                    on(*day).en
                ),
                format!("{} {} 起的一刻钟内有 {starts} 场开场。", on(*day).zh, clock(*minute)),
            ),
            Violation::TooManyCleanings { day, minute, halls } => Words::new(
                format!(
                    "{} cleaned at {} on {}.",
                    counted(*halls, "hall is", "halls are"),
                    clock(*minute),
                    on(*day).en
                ),
                format!("{} {} 有 {halls} 个影厅同时清场。", on(*day).zh, clock(*minute)),
            ),
            Violation::TooFewADay { film: one, day, showings } => Words::new(
                format!(
                    "{} has {} on {}, fewer than its run asks.",
                    film(*one),
                    counted(*showings, "showing", "showings"),
                    on(*day).en
                ),
                format!("《{}》{}只有 {showings} 场，少于最低场次。", film(*one), on(*day).zh),
            ),
            Violation::TooManyADay { film: one, day, showings } => Words::new(
                format!(
                    "{} has {} on {}, more than it may.",
                    film(*one),
                    counted(*showings, "showing", "showings"),
                    on(*day).en
                ),
                format!("《{}》{}有 {showings} 场，超过上限。", film(*one), on(*day).zh),
            ),
            Violation::TooFewInPrimeTime { film: one, day, showings } => Words::new(
                format!(
                    "{} starts {} in prime time on {}, fewer than was promised.",
                    film(*one),
                    counted(*showings, "time", "times"),
                    on(*day).en
                ),
                format!("《{}》{}黄金时段只有 {showings} 场，少于承诺场次。", film(*one), on(*day).zh),
            ),
            Violation::Gone(one) => {
                let (en, zh) = placed(one);
                Words::new(
                    format!("{en} has to stand, and the plan does not have it."),
                    format!("{zh}须保留，方案中却没有。"),
                )
            }
            Violation::TooFewShowings { film: one, showings } => Words::new(
                format!(
                    "{} has {}, fewer than were promised.",
                    film(*one),
                    counted(*showings, "showing", "showings")
                ),
                format!("《{}》共 {showings} 场，少于承诺场次。", film(*one)),
            ),
            Violation::TooLittleDomestic { domestic, all } => Words::new(
                format!("{domestic} of {all} are domestic, less than the rule asks."),
                format!("国产片为 {domestic}/{all}，低于规定比例。"),
            ),
        }
    }
}
