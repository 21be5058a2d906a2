//! What a plan must keep, each rule as a question of its own.

use super::grid::{Grid, amount, quarter};
use super::{Cinema, Placed};
use kernel::Words;
use std::collections::BTreeMap;

/// A rule that a plan breaks.
#[derive(Clone, Debug, PartialEq)]
pub enum Violation {
    /// Before opening, after closing, on a closed day, or off the grid of starts.
    OutsideHours(Placed),
    /// It starts before the hall is cleaned after the one before.
    HallTaken(Placed),
    /// Outside the film's run, or in a hall it has no right to.
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
    TooFewShowings {
        film: usize,
        showings: u32,
    },
    TooLittleDomestic {
        domestic: u64,
        all: u64,
    },
}

/// Every rule that the showings break; empty when they keep them all.
pub fn violations(cinema: &Cinema, showings: &[Placed]) -> Vec<Violation> {
    let grid = Grid::of(cinema);
    let mut broken = outside_hours(&grid, showings);
    broken.extend(halls_taken(&grid, showings));
    broken.extend(not_allowed(cinema, showings));
    broken.extend(too_many_starts(cinema, showings));
    broken.extend(too_many_cleanings(&grid, showings));
    broken.extend(runs(cinema, showings));
    broken.extend(too_little_domestic(cinema, showings));
    broken
}

fn outside_hours(grid: &Grid<'_>, showings: &[Placed]) -> Vec<Violation> {
    let inside = |one: &&Placed| {
        let hours = grid.cinema.halls[one.hall].hours[one.day];
        hours.is_some_and(|hours| hours.opens <= one.start && grid.end(one.film, one.start) <= hours.closes)
            && one.start.is_multiple_of(grid.cinema.rules.step_minutes)
    };
    showings.iter().filter(|one| !inside(one)).map(|one| Violation::OutsideHours(*one)).collect()
}

fn halls_taken(grid: &Grid<'_>, showings: &[Placed]) -> Vec<Violation> {
    let mut sorted = showings.to_vec();
    sorted.sort();
    let taken = |pair: &&[Placed]| {
        let free = grid.end(pair[0].film, pair[0].start) + grid.cinema.rules.cleaning_minutes;
        (pair[0].day, pair[0].hall) == (pair[1].day, pair[1].hall) && pair[1].start < free
    };
    sorted.windows(2).filter(taken).map(|pair| Violation::HallTaken(pair[1])).collect()
}

fn not_allowed(cinema: &Cinema, showings: &[Placed]) -> Vec<Violation> {
    let may = |one: &&Placed| cinema.may_show(one.film, one.hall, one.day);
    showings.iter().filter(|one| !may(one)).map(|one| Violation::NotAllowed(*one)).collect()
}

fn too_many_starts(cinema: &Cinema, showings: &[Placed]) -> Vec<Violation> {
    let Some(most) = cinema.rules.starts_max else { return Vec::new() };
    let mut starts: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    showings.iter().for_each(|one| *starts.entry((one.day, quarter(one.start))).or_default() += 1);
    let broken = starts.into_iter().filter(|(_, starts)| *starts > most);
    broken
        .map(|((day, quarter), starts)| Violation::TooManyStarts { day, minute: quarter as u16 * 15, starts })
        .collect()
}

fn too_many_cleanings(grid: &Grid<'_>, showings: &[Placed]) -> Vec<Violation> {
    let Some(most) = grid.cinema.rules.cleaning_max else { return Vec::new() };
    let mut halls: BTreeMap<(usize, u16), u32> = BTreeMap::new();
    for one in showings {
        let end = grid.end(one.film, one.start);
        for minute in end..end + grid.cinema.rules.cleaning_minutes {
            *halls.entry((one.day, minute)).or_default() += 1;
        }
    }
    let broken = halls.into_iter().filter(|(_, halls)| *halls > most);
    broken.map(|((day, minute), halls)| Violation::TooManyCleanings { day, minute, halls }).collect()
}

fn runs(cinema: &Cinema, showings: &[Placed]) -> Vec<Violation> {
    let mut broken = Vec::new();
    for (film, it) in cinema.films.iter().enumerate() {
        let on = |day: usize| showings.iter().filter(|one| one.film == film && one.day == day).count() as u32;
        for day in it.first_day..=it.last_day.min(cinema.days - 1) {
            let showings = on(day);
            if showings < it.a_day_min {
                broken.push(Violation::TooFewADay { film, day, showings });
            }
            if it.a_day_max.is_some_and(|most| showings > most) {
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
    /// The rule and where it is broken, with the names of the cinema; days count from 1.
    pub fn words(&self, cinema: &Cinema) -> Words {
        let film = |film: usize| cinema.films[film].name.clone();
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60 % 24, minute % 60);
        let placed = |one: &Placed| {
            let (film, hall, start) = (film(one.film), &cinema.halls[one.hall].name, clock(one.start));
            (
                format!("{film} in {hall}, day {}, {start}", one.day + 1),
                format!("第 {} 天 {start} {hall}《{film}》", one.day + 1),
            )
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
                    format!("{en} is outside the film's run or halls."),
                    format!("{zh}不在该片的档期或影厅内。"),
                )
            }
            Violation::TooManyStarts { day, minute, starts } => Words::new(
                format!("{starts} showings start in the quarter from {} on day {}.", clock(*minute), day + 1),
                format!("第 {} 天 {} 起的一刻钟内有 {starts} 场开场。", day + 1, clock(*minute)),
            ),
            Violation::TooManyCleanings { day, minute, halls } => Words::new(
                format!("{halls} halls are cleaned at {} on day {}.", clock(*minute), day + 1),
                format!("第 {} 天 {} 有 {halls} 个影厅同时清场。", day + 1, clock(*minute)),
            ),
            Violation::TooFewADay { film: one, day, showings } => Words::new(
                format!(
                    "{} has {showings} showings on day {}, fewer than its run asks.",
                    film(*one),
                    day + 1
                ),
                format!("《{}》第 {} 天只有 {showings} 场，少于最低场次。", film(*one), day + 1),
            ),
            Violation::TooManyADay { film: one, day, showings } => Words::new(
                format!("{} has {showings} showings on day {}, more than it may.", film(*one), day + 1),
                format!("《{}》第 {} 天有 {showings} 场，超过上限。", film(*one), day + 1),
            ),
            Violation::TooFewShowings { film: one, showings } => Words::new(
                format!("{} has {showings} showings, fewer than were promised.", film(*one)),
                format!("《{}》共 {showings} 场，少于承诺场次。", film(*one)),
            ),
            Violation::TooLittleDomestic { domestic, all } => Words::new(
                format!("{domestic} of {all} are domestic, less than the rule asks."),
                format!("国产片为 {domestic}/{all}，低于规定比例。"),
            ),
        }
    }
}
