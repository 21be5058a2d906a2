//! The club: its next fixtures.

use crate::look::parts;
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::Visit;
use ::channels::Channel;
use kernel::{Day, Instant, Words, Zone};
use maud::{Markup, html};

/// Opponent in both languages, whether at home, kick-off. One a weekend; every club is invented.
const FIXTURES: [(&str, &str, bool, i8); 6] = [
    ("North Pier Rovers", "北码头流浪者", true, 15),
    ("Salt Lake United", "盐湖联", false, 19),
    ("Copper Hill", "铜山", true, 15),
    ("Long Bridge Athletic", "长桥竞技", true, 19),
    ("Delta Stars", "三角洲之星", false, 15),
    ("Harbour Town", "港城", true, 15),
];

struct Fixture {
    starts_at: Instant,
    opponent: Words,
    at_home: bool,
}

/// The next match days, from the coming Saturday on.
fn fixtures(now: Instant, zone: &Zone) -> Vec<Fixture> {
    let today = now.day_in(zone);
    let saturday = today.plus(i32::from((6 - today.weekday()).rem_euclid(7)));
    let all = FIXTURES.iter().zip(0..);
    let fixture = |((en, zh, at_home, hour), week): (&(&str, &str, bool, i8), i32)| {
        let day: Day = saturday.plus(week * 7);
        Fixture { starts_at: day.at(*hour, 30, zone), opponent: Words::new(*en, *zh), at_home: *at_home }
    };
    all.map(fixture).filter(|fixture| fixture.starts_at >= now).collect()
}

fn where_(visit: &Visit, at_home: bool) -> &'static str {
    crate::look::say(visit.lang, if at_home { "home" } else { "away" }, if at_home { "主场" } else { "客场" })
}

pub fn glimpse(visit: &Visit, channel: &Channel) -> Markup {
    let fixtures = fixtures(visit.now, &visit.home.zone);
    let Some(next) = fixtures.first() else { return html! {} };
    html! {
        div class="card" {
            p class="muted" { (visit.say("Next match", "下一场")) }
            h2 class="row-name" { (channel.name.in_(visit.lang)) " – " (next.opponent.in_(visit.lang)) }
            p { (next.starts_at.say(&visit.home.zone, visit.lang)) " · " (where_(visit, next.at_home)) }
        }
    }
}

pub fn body(visit: &Visit, channel: &Channel, ads: &[Markup]) -> Markup {
    let columns = [
        Column::new(visit.say("Kick-off", "开球"), Kind::Date),
        Column::new(visit.say("Opponent", "对手"), Kind::Text),
        Column::new(visit.say("Where", "场地"), Kind::Text),
    ];
    let fixtures = fixtures(visit.now, &visit.home.zone);
    let row = |fixture: &Fixture| {
        let at = fixture.starts_at;
        vec![
            Cell::date(&at.rfc3339(), &at.say(&visit.home.zone, visit.lang)),
            Cell::text(fixture.opponent.in_(visit.lang)),
            Cell::text(where_(visit, fixture.at_home)),
        ]
    };
    let table = Table::new(visit.say("Fixtures", "赛程"), &columns, fixtures.iter().map(row).collect());
    html! {
        div class="split" {
            div class="stack" { (glimpse(visit, channel)) (table.render(visit.lang)) }
            div { (parts::shelf(ads)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_match_is_still_to_come() {
        let zone = Zone::shanghai();
        let friday = Day::parse("2016-12-23").expect("a day");
        let first =
            |hour, day: Day| fixtures(day.at(hour, 0, &zone), &zone)[0].starts_at.day_in(&zone).to_string();
        assert_eq!(first(19, friday), "2016-12-24");
        assert_eq!(first(10, friday.plus(1)), "2016-12-24");
        assert_eq!(first(22, friday.plus(1)), "2016-12-31");
        assert_eq!(first(9, friday.plus(2)), "2016-12-31");
    }
}
