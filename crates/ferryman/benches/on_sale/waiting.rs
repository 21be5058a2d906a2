//! An on-sale with a line before it, while the crowd goes on: how many are let in a second, beside the pace.

use crate::client::{Ask, Connection};
use crate::crowd::Crowd;
use anyhow::{Context, Result};
use kernel::{Clock, Dice, SystemClock};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many are let in a second.
pub const PACE: f64 = 20.0;
/// Between the announcement and the doors.
const SECONDS_BEFORE: i64 = 8;

pub struct LetIn {
    /// Turns that came a second, beside [`PACE`].
    pub turns_per_second: f64,
    pub holds_per_second: f64,
    /// Who tried to buy before their turn, and was let.
    pub too_early: usize,
}

/// Announces it, lets people join, opens, and watches for so many seconds.
pub async fn watch(crowd: &Arc<Crowd>, at: SocketAddr, seconds: u64) -> Result<LetIn> {
    let mut studio = Connection::to(at);
    let title = crowd.town.title.clone();
    let opens_at = SystemClock.now().plus_seconds(SECONDS_BEFORE);
    let draft = json!({
        "opens_at": opens_at.rfc3339(), "minutes": 60, "per_minute": (PACE * 60.0) as i64, "turn_minutes": 10,
    });
    let announced = Ask::put(format!("/api/titles/{title}/on-sale"), draft.to_string());
    let answer = studio.ask(&announced.bearing(&crowd.town.studio)).await?;
    anyhow::ensure!(answer.status < 300, "{}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    let opening = Instant::now() + Duration::from_secs(SECONDS_BEFORE as u64);
    let end = opening + Duration::from_secs(seconds);
    let people = ((PACE * seconds as f64 * 1.5) as usize).min(crowd.town.people.len());
    let visitors: Vec<_> = (0..people).map(|n| tokio::spawn(visit(crowd.clone(), at, n, end))).collect();
    let (mut turns, mut holds, mut too_early) = (0, 0, 0);
    for visitor in visitors {
        let seen = visitor.await??;
        turns += usize::from(seen.had_turn);
        holds += usize::from(seen.held);
        too_early += usize::from(seen.too_early);
    }
    let seconds = seconds as f64;
    Ok(LetIn {
        turns_per_second: turns as f64 / seconds,
        holds_per_second: holds as f64 / seconds,
        too_early,
    })
}

#[derive(Default)]
struct Seen {
    had_turn: bool,
    held: bool,
    too_early: bool,
}

/// Joins, asks as often as the house says, and holds two seats when it is their turn.
async fn visit(crowd: Arc<Crowd>, at: SocketAddr, person: usize, end: Instant) -> Result<Seen> {
    let (mut connection, mut dice) = (Connection::to(at), Dice::seeded(90_000 + person as u64));
    let mut seen = Seen::default();
    let line = format!("/api/titles/{}/line", crowd.town.title);
    let Some(place) = join(&mut connection, &crowd, &line, person, end).await? else { return Ok(seen) };
    while Instant::now() < end {
        let answer = connection.ask(&Ask::get(&line).with("ferryman-place", &place)).await;
        let said: Value = match answer {
            Ok(answer) if answer.status == 200 => answer.json()?,
            // The house is busy.
            _ => json!({ "state": "unknown", "ask_again_seconds": 1 }),
        };
        let is_turn = said["state"] == "turn";
        if is_turn || dice.below(50) == 0 {
            let wish = crowd.hold(&mut dice, Some((person, &place)));
            let answer = connection.ask(&wish.ask).await?;
            crowd.hear(&wish, &answer)?;
            seen.had_turn |= is_turn;
            seen.held |= answer.status == 201;
            seen.too_early |= said["state"] == "early" && answer.status == 201;
            if is_turn && answer.status != 503 {
                return Ok(seen);
            }
        }
        let seconds = said["ask_again_seconds"].as_u64().unwrap_or(2);
        // Nobody comes to the second: a little earlier or later.
        let rest = Duration::from_secs_f64(seconds as f64 * (0.5 + dice.fraction()));
        tokio::time::sleep(rest.min(end.saturating_duration_since(Instant::now()))).await;
    }
    // Their turn may have come since they looked.
    if let Ok(answer) = connection.ask(&Ask::get(&line).with("ferryman-place", &place)).await
        && answer.status == 200
    {
        seen.had_turn |= answer.json()?["state"] == "turn";
    }
    Ok(seen)
}

async fn join(
    connection: &mut Connection,
    crowd: &Crowd,
    line: &str,
    person: usize,
    end: Instant,
) -> Result<Option<String>> {
    let ask = Ask::post(line, None).bearing(&crowd.town.people[person]);
    while Instant::now() < end {
        match connection.ask(&ask).await {
            Ok(answer) if answer.status == 201 => {
                return Ok(Some(answer.json()?["place"].as_str().context("a place")?.to_owned()));
            }
            Ok(answer) if answer.status != 503 => {
                anyhow::bail!("{}: {}", answer.status, String::from_utf8_lossy(&answer.body))
            }
            _ => tokio::time::sleep(Duration::from_millis(500)).await,
        }
    }
    Ok(None)
}
