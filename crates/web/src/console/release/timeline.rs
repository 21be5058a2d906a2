//! The latest events in sentences; sales of one hour are told as one.

use super::Glance;
use crate::look::parts::{self, Happening};
use crate::look::{Tone, money, when};
use events::Kind;
use events::log::Event;
use kernel::{Day, Instant, Lang, Words, Zone};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Lines of the timeline.
const LINES_MAX: usize = 10;
/// Sales within this time are told as one.
const RUN_SECONDS: i64 = 60 * 60;

/// One line: a run of events of one kind.
#[derive(Clone, Debug, PartialEq)]
struct Told {
    kind: Kind,
    /// The newest of the run.
    at: Instant,
    places: BTreeSet<String>,
    place: Words,
    /// Tickets or goods, and what was paid.
    count: i64,
    minor: i64,
}

impl Glance<'_> {
    pub(super) fn timeline(&self) -> Markup {
        let (told_in, zone) = (self.told(), &self.facts.home.zone);
        let today = self.facts.now.day_in(zone);
        let told = tell(&self.facts.happenings);
        let lines: Vec<(String, String, Tone)> = told
            .iter()
            .take(LINES_MAX)
            .map(|one| {
                (hour_or_day(one.at, (zone, today), self.lang), sentence(one, told_in), tone(one.kind))
            })
            .collect();
        let happenings: Vec<Happening> =
            lines.iter().map(|(when, what, tone)| Happening { when, what, who: "", tone: *tone }).collect();
        html! {
            @if happenings.is_empty() { p class="muted" { (self.say("Nothing has happened yet.", "还没有动态。")) } }
            @else { (parts::timeline(&happenings)) }
        }
    }
}

fn tell(happenings: &[(Event, Words)]) -> Vec<Told> {
    let mut told: Vec<Told> = Vec::new();
    for (event, place) in happenings {
        let number = |name: &str| event.body[name].as_i64().unwrap_or(0);
        let (count, minor) = match event.kind {
            Kind::ProductsSold => (number("quantity"), number("total_minor")),
            Kind::ShowtimeChanged => (1, 0),
            _ => (number("admissions"), number("paid_minor")),
        };
        let adds_up = matches!(
            event.kind,
            Kind::TicketsSold
                | Kind::ProductsSold
                | Kind::ShowtimeChanged
                | Kind::StatementIssued
                | Kind::WantToSee
        );
        let same = |one: &&mut Told| {
            adds_up && one.kind == event.kind && event.at.seconds_until(one.at) < RUN_SECONDS
        };
        match told.iter_mut().rev().find(same) {
            Some(last) => {
                last.places.insert(event.place.0.clone());
                last.count += count;
                last.minor += minor;
            }
            None => told.push(Told {
                kind: event.kind,
                at: event.at,
                places: BTreeSet::from([event.place.0.clone()]),
                place: place.clone(),
                count,
                minor,
            }),
        }
    }
    told
}

fn sentence(told: &Told, sums: money::Told) -> String {
    let lang = sums.lang;
    let (count, paid) = (money::grouped(told.count), money::full(told.minor, sums.currency.code()));
    let (places, place) = (told.places.len(), told.place.in_(lang));
    match (lang, told.kind, places) {
        (Lang::En, Kind::TicketsSold, 1) if told.count == 1 => format!("One ticket sold at {place}, {paid}"),
        (Lang::En, Kind::TicketsSold, 1) => format!("{count} tickets sold at {place}, {paid}"),
        (Lang::En, Kind::TicketsSold, _) => format!("{count} tickets sold in {places} cinemas, {paid}"),
        (Lang::En, Kind::TicketsRefunded, _) => {
            format!("{} taken back at {place}, {paid}", kernel::counted(told.count, "ticket", "tickets"))
        }
        (Lang::En, Kind::ProductsSold, _) if told.count == 1 => format!("One licensed product sold, {paid}"),
        (Lang::En, Kind::ProductsSold, _) => format!("{count} licensed products sold, {paid}"),
        (Lang::En, Kind::ShowtimeChanged, 1) => {
            format!("{} put on or off sale at {place}", kernel::counted(told.count, "showing", "showings"))
        }
        (Lang::En, Kind::ShowtimeChanged, _) => {
            format!("{count} showings put on or off sale in {places} cinemas")
        }
        (Lang::Zh, Kind::ShowtimeChanged, 1) => format!("{place} 调整 {count} 场的开售或停售"),
        (Lang::Zh, Kind::ShowtimeChanged, _) => format!("{places} 家影院调整 {count} 场的开售或停售"),
        (Lang::En, Kind::StatementIssued, 1) => format!("Period closed at {place}"),
        (Lang::En, Kind::StatementIssued, _) => format!("Periods closed in {places} cinemas"),
        (Lang::Zh, Kind::TicketsSold, 1) => format!("{place} 售出 {count} 张票，{paid}"),
        (Lang::Zh, Kind::TicketsSold, _) => format!("{places} 家影院售出 {count} 张票，{paid}"),
        (Lang::Zh, Kind::TicketsRefunded, _) => format!("{place} 退票 {count} 张，{paid}"),
        (Lang::Zh, Kind::ProductsSold, _) => format!("售出 {count} 件正版周边，{paid}"),
        (Lang::Zh, Kind::StatementIssued, 1) => format!("{place} 完成结算"),
        (Lang::Zh, Kind::StatementIssued, _) => format!("{places} 家影院完成结算"),
        (_, kind, _) => kind.words().in_(lang).to_owned(),
    }
}

fn tone(kind: Kind) -> Tone {
    match kind {
        Kind::TicketsSold | Kind::ProductsSold | Kind::StatementIssued | Kind::ContractMade => Tone::Jade,
        Kind::TicketsRefunded => Tone::Cinnabar,
        Kind::ApplicationMade => Tone::Lantern,
        _ => Tone::Plain,
    }
}

/// The hour of today, the day of any other.
fn hour_or_day(at: Instant, (zone, today): (&Zone, Day), lang: Lang) -> String {
    let day = at.day_in(zone);
    if day == today { when::clock(at, zone) } else { super::short_day(day, lang) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{EventId, PlaceId};
    use serde_json::json;

    fn yuan(lang: Lang) -> money::Told {
        money::Told { currency: kernel::Currency::CNY, lang }
    }

    fn event(kind: Kind, place: &str, count: i64) -> (Event, Words) {
        event_at(0, kind, place, count)
    }

    fn event_at(minutes_ago: i64, kind: Kind, place: &str, count: i64) -> (Event, Words) {
        let event = Event {
            place: PlaceId(place.into()),
            id: EventId("evt_a".into()),
            at: Instant::from_micros(1_482_492_600_000_000).plus_minutes(-minutes_ago),
            kind,
            actor: "system".into(),
            title: None,
            subject: "ord_a".into(),
            body: json!({ "admissions": count, "paid_minor": count * 4300 }),
        };
        (event, Words::new(place, place))
    }

    #[test]
    fn a_plan_that_was_taken_is_one_line() {
        let happened = [
            event(Kind::ShowtimeChanged, "Star", 0),
            event(Kind::ShowtimeChanged, "Star", 0),
            event_at(61, Kind::ShowtimeChanged, "Star", 0),
        ];
        let said: Vec<String> = tell(&happened).iter().map(|one| sentence(one, yuan(Lang::En))).collect();
        assert_eq!(said, ["2 showings put on or off sale at Star", "1 showing put on or off sale at Star"]);
    }

    #[test]
    fn sales_of_one_hour_are_one_line() {
        let happened = [
            event(Kind::TicketsSold, "Star", 2),
            event(Kind::TicketsSold, "Dock", 3),
            event(Kind::TicketsRefunded, "Star", 2),
            event(Kind::TicketsSold, "Star", 1),
            event_at(61, Kind::TicketsSold, "Star", 4),
            event(Kind::ContractMade, "House", 0),
        ];
        let told = tell(&happened);
        let said: Vec<String> = told.iter().map(|one| sentence(one, yuan(Lang::En))).collect();
        assert_eq!(
            said,
            [
                "6 tickets sold in 2 cinemas, ¥258.00",
                "2 tickets taken back at Star, ¥86.00",
                "4 tickets sold at Star, ¥172.00",
                "Licence granted",
            ]
        );
        assert_eq!(sentence(&told[0], yuan(Lang::Zh)), "2 家影院售出 6 张票，¥258.00");
    }
}
