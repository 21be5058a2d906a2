//! Why a showing's forecast says what it says, in sentences.

use super::board::{Board, Row};
use super::level::Levels;
use super::{Range, percent};
use kernel::{Words, counted};

/// The sentences, most important first.
pub(super) fn because(
    board: &Board,
    base: &[f64],
    levels: &Levels,
    i: usize,
    seats: f64,
    wide: Range,
    showings: usize,
) -> Vec<Words> {
    let row = &board.rows[i];
    let mut sentences = vec![slot(row, base[i]), film(row, levels.film(i))];
    sentences.extend(levels.here(i).filter(|here| tells(*here)).map(here));
    sentences.push(sharing(row));
    sentences.extend(Some(seats / levels.seats(base, i)).filter(|ratio| tells(*ratio)).map(correction));
    sentences.push(ranges(wide, showings));
    sentences
}

/// Whether a ratio is worth a word: it is not one, rounded to per cent.
fn tells(ratio: f64) -> bool {
    ((ratio - 1.0) * 100.0).round() != 0.0
}

fn slot(row: &Row, seats: f64) -> Words {
    let (hour, minute) = (row.minute / 60 % 24, row.minute % 60);
    let kind = match (row.kind.rests, row.kind.eve, row.kind.school_holiday) {
        (true, ..) => Words::new("a day off", "休息日"),
        (_, true, _) => Words::new("the eve of a day off", "休息日前夕"),
        (_, _, true) => Words::new("a weekday in the school holidays", "假期中的工作日"),
        _ => Words::new("a weekday", "工作日"),
    };
    Words::new(
        format!(
            "At {hour:02}:{minute:02} on {} an ordinary film sells {} in this hall.",
            kind.en,
            counted(seats.round() as i64, "seat", "seats")
        ),
        format!("{}{hour:02}:{minute:02} 在这个影厅，普通影片售出 {seats:.0} 张。", kind.zh),
    )
}

fn film(row: &Row, level: Option<f64>) -> Words {
    let it = &row.schedule;
    match level {
        Some(level) if !tells(level) => Words::new(
            "This film sells as much as an ordinary one lately, over all cinemas.",
            "该片近日在所有影院与普通影片持平。",
        ),
        Some(level) => {
            let change = percent(level);
            Words::new(
                format!("Against an ordinary film this one sells {change} lately, over all cinemas."),
                format!("与普通影片相比，该片近日在所有影院为 {change}。"),
            )
        }
        None => Words::new(
            format!(
                "No seat of this film has been counted yet: what is known is its schedule, {:.0} showings in {:.0} \
                 cinemas that day, in halls of {:.0} seats on average.",
                it.everywhere, it.cinemas, it.hall_mean
            ),
            format!(
                "该片尚无售票数据：仅知当日排片，{:.0} 家影院共 {:.0} 场，平均影厅 {:.0} 座。",
                it.cinemas, it.everywhere, it.hall_mean
            ),
        ),
    }
}

fn here(level: f64) -> Words {
    let change = percent(level);
    Words::new(
        format!("In this cinema it does {change} against the others."),
        format!("在本影院与其他影院相比为 {change}。"),
    )
}

fn sharing(row: &Row) -> Words {
    let it = &row.schedule;
    let showings = it.here;
    let near = it.same_around;
    Words::new(
        format!(
            "Its {} here share its public that day; {} within an hour and a half.",
            counted(showings.round() as i64, "showing", "showings"),
            counted(near.round() as i64, "other seat of it is", "other seats of it are")
        ),
        format!("当日本影院共 {showings:.0} 场分享其观众；前后一个半小时内另有该片 {near:.0} 座。"),
    )
}

fn correction(ratio: f64) -> Words {
    let change = percent(ratio);
    Words::new(
        format!(
            "What else the schedule says (its change of seats, its age, what shows beside it) moves that by {change}."
        ),
        format!("排片的其他信息（座位增减、上映天数、同时段影片）使预测变动 {change}。"),
    )
}

fn ranges(wide: Range, showings: usize) -> Words {
    let (low, high) = (wide.low, wide.high);
    Words::new(
        format!(
            "In nine of ten such showings between {low} and {high} seats: the errors made on days not seen, \
             learned from {}.",
            counted(showings, "showing", "showings")
        ),
        format!("十次中有九次在 {low} 与 {high} 张之间：取自对未见日期的误差，共学习 {showings} 场。"),
    )
}
