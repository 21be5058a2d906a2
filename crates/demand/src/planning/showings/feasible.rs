//! Rules that no plan can meet, found before any is sought and said in hours and showings.

use super::{Cinema, Measure};
use kernel::{Kind, Refusal, Words, counted};

/// Refuses when contracts ask for more than the halls, the staff or the films of the cinema can give.
///
/// Only what is certain is refused here: each question leaves out what the others ask.
pub(super) fn check(cinema: &Cinema) -> Result<(), Refusal> {
    let days = (0..cinema.days).find_map(|day| no_hours(cinema, day).or_else(|| no_starts(cinema, day)));
    let found = no_hall(cinema).or(days).or_else(|| no_domestic(cinema));
    found.map_or(Ok(()), |says| Err(Refusal::new(Kind::Conflict, "rules_too_tight", says.en, says.zh)))
}

/// Showings that a film's contract asks for on a day.
fn asked(cinema: &Cinema, film: usize, day: usize) -> u32 {
    let (owed, prime) = cinema.owed(film, day);
    owed.max(prime)
}

/// A film that is promised showings and may be shown nowhere on a day, or is too long for every hall's hours.
fn no_hall(cinema: &Cinema) -> Option<Words> {
    (0..cinema.days).find_map(|day| {
        let film = (0..cinema.films.len()).find(|film| {
            asked(cinema, *film, day) > 0
                && halls(cinema, *film, day).iter().all(|hall| most(cinema, *film, *hall, day) == 0)
        })?;
        let (name, asks) = (&cinema.films[film].name, asked(cinema, film, day));
        let on = cinema.day_words(day);
        Some(Words::new(
            format!(
                "{name} is promised {} on {}, and no hall it may have is open long enough for one.",
                counted(asks, "showing", "showings"),
                on.en
            ),
            format!("《{name}》{}承诺 {asks} 场，但可用影厅的营业时间连一场也放不下。", on.zh),
        ))
    })
}

fn halls(cinema: &Cinema, film: usize, day: usize) -> Vec<usize> {
    (0..cinema.halls.len()).filter(|hall| cinema.may_show(film, *hall, day)).collect()
}

/// How often a film fits into a hall's hours on a day.
fn most(cinema: &Cinema, film: usize, hall: usize, day: usize) -> u32 {
    let Some(hours) = cinema.halls[hall].hours[day] else { return 0 };
    let minutes = cinema.films[film].minutes + cinema.rules.adverts_minutes;
    let turn = u32::from(minutes + cinema.halls[hall].cleaning_minutes).max(1);
    // The last one need not be cleaned up before the hall closes.
    (u32::from(hours.closes - hours.opens) + u32::from(cinema.halls[hall].cleaning_minutes)) / turn
}

/// Films that may only be shown in some of the halls are promised more hours than those halls have on a day.
fn no_hours(cinema: &Cinema, day: usize) -> Option<Words> {
    let mut rooms: Vec<Vec<usize>> = (0..cinema.films.len())
        .filter(|film| asked(cinema, *film, day) > 0)
        .map(|film| halls(cinema, film, day))
        .collect();
    rooms.push((0..cinema.halls.len()).collect());
    rooms.sort();
    rooms.dedup();
    rooms.into_iter().find_map(|halls| too_much_for(cinema, day, &halls))
}

fn too_much_for(cinema: &Cinema, day: usize, halls: &[usize]) -> Option<Words> {
    let within = |film: &usize| self::halls(cinema, *film, day).iter().all(|hall| halls.contains(hall));
    let promised: Vec<usize> =
        (0..cinema.films.len()).filter(within).filter(|film| asked(cinema, *film, day) > 0).collect();
    let cleaning = halls.iter().map(|hall| cinema.halls[*hall].cleaning_minutes).min()?;
    let turn =
        |film: &usize| u32::from(cinema.films[*film].minutes + cinema.rules.adverts_minutes + cleaning);
    let needed: u32 = promised.iter().map(|film| asked(cinema, *film, day) * turn(film)).sum();
    // The last showing of a hall need not be cleaned up before it closes.
    let needed = needed.saturating_sub(u32::from(cleaning) * halls.len() as u32);
    let open = |hall: &usize| {
        cinema.halls[*hall].hours[day].map_or(0, |hours| u32::from(hours.closes - hours.opens))
    };
    let there: u32 = halls.iter().map(open).sum();
    if needed <= there {
        return None;
    }
    let showings: u32 = promised.iter().map(|film| asked(cinema, *film, day)).sum();
    let (place_en, place_zh) = place(cinema, halls);
    let (needed, there) = (hours(needed), hours(there));
    let on = cinema.day_words(day);
    Some(Words::new(
        format!(
            "On {} the contracts ask for {}, {needed} hours with cleaning, in {place_en} {there} hours.",
            on.en,
            counted(showings, "showing", "showings")
        ),
        format!("{}合约要求 {showings} 场，连同清场需 {needed} 小时，而{place_zh}只有 {there} 小时。", on.zh),
    ))
}

fn place(cinema: &Cinema, halls: &[usize]) -> (String, String) {
    if halls.len() == cinema.halls.len() {
        return ("all halls’".into(), "全部影厅".into());
    }
    let names: Vec<&str> = halls.iter().map(|hall| cinema.halls[*hall].name.as_str()).collect();
    (format!("{}’s", names.join(" and ")), names.join("、"))
}

fn hours(minutes: u32) -> String {
    format!("{:.1}", f64::from(minutes) / 60.0)
}

/// The day's promises need more starts than the staff can make while halls are open.
fn no_starts(cinema: &Cinema, day: usize) -> Option<Words> {
    let a_quarter = cinema.rules.starts_max?;
    let open = cinema.halls.iter().filter_map(|hall| hall.hours[day]);
    let (opens, closes) =
        open.fold((u16::MAX, 0), |(opens, closes), hours| (opens.min(hours.opens), closes.max(hours.closes)));
    let quarters = u32::from(closes.saturating_sub(opens)).div_ceil(15) + 1;
    let promised: u32 = (0..cinema.films.len()).map(|film| asked(cinema, film, day)).sum();
    let can = quarters * a_quarter;
    let on = cinema.day_words(day);
    (promised > can).then(|| {
        Words::new(
            format!(
                "On {} the contracts ask for {}; with {} a quarter of an hour there can be {can}.",
                on.en,
                counted(promised, "showing", "showings"),
                counted(a_quarter, "start", "starts")
            ),
            format!("{}合约要求 {promised} 场；每刻钟最多 {a_quarter} 场开场，全天最多 {can} 场。", on.zh),
        )
    })
}

/// A share of domestic films that even showing nothing else would not reach.
fn no_domestic(cinema: &Cinema) -> Option<Words> {
    let rule = cinema.rules.domestic.as_ref()?;
    let part = rule.part.ppm as f64 / 1e6;
    let foreign: f64 = (0..cinema.films.len())
        .filter(|film| !cinema.films[*film].domestic)
        .map(|film| {
            let it = &cinema.films[film];
            let showings: u32 =
                (0..cinema.days).map(|day| asked(cinema, film, day)).sum::<u32>().max(it.showings_min);
            f64::from(showings) * of(rule.measure, it.minutes)
        })
        .sum();
    let most = |hall: usize, day: usize| {
        if rule.measure == Measure::ShowingTime {
            return cinema.halls[hall].hours[day].map_or(0.0, |hours| f64::from(hours.closes - hours.opens));
        }
        let films = (0..cinema.films.len())
            .filter(|film| cinema.films[*film].domestic && cinema.may_show(*film, hall, day));
        films.map(|film| f64::from(most(cinema, film, hall, day))).fold(0.0, f64::max)
    };
    let domestic: f64 = (0..cinema.days)
        .flat_map(|day| (0..cinema.halls.len()).map(move |hall| (hall, day)))
        .map(|(hall, day)| most(hall, day))
        .sum();
    let (domestic, all) =
        (rule.domestic_before as f64 + domestic, rule.all_before as f64 + domestic + foreign);
    let short = all > 0.0 && domestic < part * all;
    short.then(|| {
        let (reached, asked) = (100.0 * domestic / all, 100.0 * part);
        Words::new(
            format!("Even with domestic films in every hall and only the promised foreign showings the period’s share is {reached:.1} %, less than the {asked:.1} % asked."),
            format!("即使所有影厅全放国产片、进口片只放承诺场次，周期内国产片占比也只有 {reached:.1}%，低于要求的 {asked:.1}%。"),
        )
    })
}

fn of(measure: Measure, minutes: u16) -> f64 {
    super::grid::amount(measure, minutes) as f64
}
