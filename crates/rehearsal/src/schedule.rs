//! How the cinemas of a rehearsal fill their halls: by the box office they expect of each film.

use crate::appetite;
use crate::world::{Film, Screen, Site};
use box_office::showtimes::{self, Plan};
use flows::House;
use kernel::{Actor, Day, Dice, Money, Result};

/// Showings of one hall on a day.
const STARTS: [(i8, i8); 6] = [(10, 0), (12, 30), (15, 0), (17, 30), (20, 0), (22, 30)];

/// The share of showings each film gets on a day: more evenly than its box office, since a second hall
/// for the same film sells less than the first, and with distrust of a film that people leave shaking
/// their heads. Cinemas follow slowly: a part of yesterday's share stays. (In 2018, log showings tomorrow
/// = .18 + .74 log showings today + .15 log share of box office today.)
pub fn shares(films: &[Film], yesterday: Option<&[f64]>, day: Day) -> Vec<f64> {
    let expected: Vec<f64> = films.iter().map(|film| expected(film, day).powf(0.53)).collect();
    let expected = parts(&expected);
    let Some(before) = yesterday else { return expected };
    parts(&expected.iter().zip(before).map(|(now, before)| 0.4 * before + 0.6 * now).collect::<Vec<_>>())
}

/// What cinemas expect a film to take: on its first weekend what everybody does, then ever less.
fn expected(film: &Film, day: Day) -> f64 {
    let age = f64::from(film.appeal.premiere.days_until(day));
    let heard = (age / 4.0).clamp(0.0, 1.0);
    film.appeal.yuan(day) * (1.0 - 0.85 * film.appeal.disappointment * heard)
}

fn parts(weights: &[f64]) -> Vec<f64> {
    let sum: f64 = weights.iter().sum::<f64>().max(1e-9);
    weights.iter().map(|weight| weight / sum).collect()
}

/// Puts a day's showtimes of one cinema on sale and returns them.
pub fn put_on_sale(
    house: &House,
    films: &[Film],
    site: &Site,
    day: Day,
    shares: &[f64],
    dice: &mut Dice,
) -> Result<Vec<Screen>> {
    let (halls, zone) = (&site.halls, &site.cinema.zone);
    let mut slots: Vec<(usize, usize)> =
        (0..halls.len()).flat_map(|hall| (0..STARTS.len()).map(move |slot| (hall, slot))).collect();
    // The late slot is only for some halls, which makes about five and a half showings a hall.
    slots.retain(|(hall, slot)| slot + 1 < STARTS.len() || (hall + day.day() as usize).is_multiple_of(2));
    dice.shuffle(&mut slots);
    let mut owed: Vec<f64> = shares.iter().map(|share| share * slots.len() as f64).collect();
    let mut waiting = Vec::new();
    for (hall, slot) in slots {
        let film = (0..films.len()).max_by(|a, b| owed[*a].total_cmp(&owed[*b])).unwrap_or(0);
        owed[film] -= 1.0;
        let (hour, minute) = STARTS[slot];
        let starts_at = day.at(hour, minute, zone);
        let plan = Plan {
            title: films[film].id.clone(),
            runtime_minutes: films[film].runtime_minutes,
            starts_at,
            zone: zone.clone(),
            version: "2D".into(),
            price: price(&films[film], site.tier, day, hour, dice),
            minimum: Money::fen(if films[film].subsidised(day) { 3500 } else { 0 }),
        };
        let (hall, place) = (halls[hall].clone(), halls[hall].place.clone());
        waiting.push(house.submit(&place, Actor::System, move |scene| {
            let showtime = showtimes::add(scene.tx, &mut scene.act, &hall, &plan)?;
            Ok(Screen::new(showtime, hall.seat_map.clone(), hour))
        }));
    }
    waiting.into_iter().map(db::Waiting::wait).collect()
}

/// A ticket's price by city, day and hour; on its first days the film offers some showings for 19.90,
/// and its studio makes up the difference to the minimum settlement price.
fn price(film: &Film, tier: i64, day: Day, hour: i8, dice: &mut Dice) -> Money {
    if film.subsidised(day) && hour < 17 && dice.chance(0.25) {
        return Money::fen(1990);
    }
    let city: f64 = [3320.0, 2800.0, 2450.0][(tier.clamp(1, 3) - 1) as usize];
    let when = if hour < 12 {
        0.80
    } else if hour < 17 {
        0.95
    } else {
        1.08
    };
    let rush = if appetite::calendar(day) > 1.2 { 1.06 } else { 0.97 };
    let fen = city * when * rush;
    Money::fen((fen / 100.0).round() as i64 * 100)
}
