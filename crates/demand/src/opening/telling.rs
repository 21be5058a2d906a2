//! A forecast in sentences, for the person who decides.

use super::features;
use super::*;
use kernel::{counted, signed};

/// A theme that moves the first week by less is not told.
const TOLD_FACTOR_MIN: f64 = 0.05;

pub(super) fn tell(
    model: &Model,
    history: &History,
    film: &Film,
    slate: &[&Film],
    forecast: &Forecast,
) -> Vec<Words> {
    let mut because = vec![sources(model, forecast)];
    because.extend(comparables(forecast));
    because.extend(forecast.reasons.iter().filter_map(|one| reason(one, history, film, forecast)));
    because.extend(total_of_a_week(forecast));
    because.extend(competition(history, film, slate, forecast));
    because.extend(unknown(film, forecast));
    because
}

fn in_days(days: i32) -> String {
    counted(days, "day", "days")
}

fn sources(model: &Model, forecast: &Forecast) -> Words {
    let (films, judged, days) = (model.films, model.judged_films, forecast.days_ahead);
    Words::new(
        format!(
            "{} before release, learned from {} as they looked {} before theirs; the ranges are the errors made on {judged} of them that had not been seen.",
            in_days(days),
            counted(films, "film", "films"),
            in_days(model.days_ahead)
        ),
        format!(
            "上映前 {days} 天；学习自 {films} 部影片上映前 {} 天的情况，区间来自其中 {judged} 部未见影片的误差。",
            model.days_ahead
        ),
    )
}

fn comparables(forecast: &Forecast) -> Option<Words> {
    let named: Vec<&Comparable> = forecast.comparables.iter().take(3).collect();
    if named.is_empty() {
        return None;
    }
    let en: Vec<String> =
        named.iter().map(|one| format!("“{}” ({})", one.name, one.release.year())).collect();
    let zh: Vec<String> =
        named.iter().map(|one| format!("《{}》（{}）", one.name, one.release.year())).collect();
    Some(Words::new(
        format!("Most like it: {}.", en.join(", ")),
        format!("最相近的影片：{}。", zh.join("、")),
    ))
}

/// One theme; that nothing is known of it says something, too.
fn reason(reason: &Reason, history: &History, film: &Film, forecast: &Forecast) -> Option<Words> {
    let percent = signed(100.0 * (reason.factor - 1.0), 0);
    if (reason.factor.ln()).abs() < TOLD_FACTOR_MIN {
        return None;
    }
    let knows = |read: fn(&Fact) -> bool| {
        film.facts.iter().any(|known| known.at <= forecast.as_of && read(&known.fact))
    };
    let (en, zh) = match reason.theme {
        Theme::Competition => ("What else opens", "同期竞争"),
        Theme::Distributor if !knows(|fact| matches!(fact, Fact::Distributor(_))) => {
            ("No distributor is named", "未注明发行方")
        }
        Theme::Distributor => ("The distributor’s record", "发行方的过往表现"),
        Theme::Kind => ("Genre, length, versions and budget", "类型、片长、版本与预算"),
        Theme::Lately => ("How the newest films came out against their forecasts", "近期影片与预测之差"),
        Theme::Name => ("What the name promises", "片名"),
        Theme::People if !knows(|fact| matches!(fact, Fact::Cast(_) | Fact::Directors(_))) => {
            ("Neither cast nor directors are named", "未注明演员和导演")
        }
        Theme::People => ("The record of cast and directors", "主创的过往表现"),
        Theme::Presales => ("Presales and want-to-see", "预售与想看"),
        Theme::Screens => ("Theatres and share of showings", "影院数与排片"),
        Theme::Season => ("The season", "档期"),
        Theme::Series if !features::continues(history, film, forecast.as_of) => {
            ("It continues no film that is known", "没有已知的前作")
        }
        Theme::Series => ("The films before it in its series", "系列前作"),
    };
    Some(Words::new(
        format!("{en}: {percent} % on the first week against the average film."),
        format!("{zh}：首周与平均影片相比 {percent}%。"),
    ))
}

/// Says why no more is forecast of the whole run than of its first week.
fn total_of_a_week(forecast: &Forecast) -> Option<Words> {
    (forecast.total == forecast.week).then(|| {
        Words::new(
            "The total is that of the first week at least: totals are learned from every film, first weeks only from those that stayed on the chart for one.",
            "总票房至少等于首周：总票房学习自全部影片，首周只学习自在榜满一周的影片。",
        )
    })
}

/// Who opens within a week, the strongest named.
fn competition(history: &History, film: &Film, slate: &[&Film], forecast: &Forecast) -> Option<Words> {
    let near =
        slate.iter().filter(|other| other.id != film.id && other.release.days_until(film.release).abs() <= 7);
    let mut rivals: Vec<(f64, &str)> =
        near.map(|other| (features::strength(history, other, forecast.as_of), other.name.as_str())).collect();
    rivals.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (_, strongest) = rivals.first()?;
    let count = rivals.len();
    Some(Words::new(
        match count {
            1 => format!("“{strongest}” opens within a week of it."),
            _ => format!("{count} other films open within a week of it; the strongest is “{strongest}”."),
        },
        format!("前后一周内另有 {count} 部影片上映，最强的是《{strongest}》。"),
    ))
}

/// What would say more, and is not known yet.
fn unknown(film: &Film, forecast: &Forecast) -> Option<Words> {
    let knows = |read: fn(&Fact) -> bool| film.facts.iter().any(|known| read(&known.fact));
    let screens = knows(|fact| matches!(fact, Fact::Theatres(_) | Fact::ShareOfShowings(_)));
    (!screens && forecast.days_ahead <= 28).then(|| {
        Words::new(
            "Theatres and share of showings are not known yet; they say the most.",
            "影院数与排片占比尚未可知，而它们最能说明问题。",
        )
    })
}
