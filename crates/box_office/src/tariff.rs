//! What seats cost: a pure decision from the showtime, the cinema's fee and the seat map.

use crate::seat_map::{Seat, SeatMap};
use crate::showtimes::Showtime;
use kernel::{Kind, Money, Refusal, Result};

/// Seats in one order, at most.
pub const SEATS_MAX: usize = 6;

/// One seat's three amounts and who makes up the difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub seat: Seat,
    /// What the consumer pays, fee included: `base - subsidy + fee`.
    pub paid: Money,
    pub fee: Money,
    /// What box office is divided on.
    pub base: Money,
    /// What the funder owes.
    pub subsidy: Money,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    pub lines: Vec<Line>,
}

impl Quote {
    fn sum(&self, part: impl Fn(&Line) -> Money) -> Result<Money> {
        let zero = Money::zero(part(&self.lines[0]).currency);
        self.lines.iter().try_fold(zero, |sum, line| sum.plus(part(line)))
    }

    pub fn paid(&self) -> Result<Money> {
        self.sum(|line| line.paid)
    }

    pub fn fee(&self) -> Result<Money> {
        self.sum(|line| line.fee)
    }

    pub fn base(&self) -> Result<Money> {
        self.sum(|line| line.base)
    }

    pub fn subsidy(&self) -> Result<Money> {
        self.sum(|line| line.subsidy)
    }
}

/// The price of these seats. Refuses none or too many, a seat twice, a seat that is not there, half a love seat.
pub fn quote(map: &SeatMap, showtime: &Showtime, fee: Money, wanted: &[String]) -> Result<Quote> {
    let refuse = |code, en: String, zh: String| Err(Refusal::new(Kind::Invalid, code, en, zh).into());
    if wanted.is_empty() {
        return refuse("no_seats", "Choose at least one seat.".into(), "请至少选择一个座位。".into());
    }
    if wanted.len() > SEATS_MAX {
        return refuse(
            "too_many_seats",
            format!("One order takes at most {SEATS_MAX} seats."),
            format!("一个订单最多 {SEATS_MAX} 个座位。"),
        );
    }
    let mut lines = Vec::with_capacity(wanted.len());
    for (i, id) in wanted.iter().enumerate() {
        let seat = map.seat(id)?;
        if wanted[..i].contains(id) {
            return refuse("seat_twice", format!("Seat {id} is chosen twice."), format!("{id} 座选了两次。"));
        }
        if let Some(partner) = seat.partner.as_ref().filter(|partner| !wanted.contains(partner)) {
            return refuse(
                "half_love_seat",
                format!("{id} is half of a love seat: take {partner} with it."),
                format!("{id} 是情侣座的一半，请同时选择 {partner}。"),
            );
        }
        lines.push(line(seat, showtime, fee)?);
    }
    Ok(Quote { lines })
}

fn line(seat: Seat, showtime: &Showtime, fee: Money) -> Result<Line> {
    let base = if showtime.price.minor < showtime.minimum.minor { showtime.minimum } else { showtime.price };
    Ok(Line { seat, paid: showtime.price.plus(fee)?, fee, base, subsidy: base.minus(showtime.price)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Day, HallId, Instant, PlaceId, ShowtimeId, TitleId};

    fn showtime(price: i64, minimum: i64) -> Showtime {
        Showtime {
            place: PlaceId("plc_a".into()),
            id: ShowtimeId("sho_a".into()),
            hall: HallId("hal_a".into()),
            title: TitleId("ttl_a".into()),
            starts_at: Instant::default(),
            ends_at: Instant::default(),
            day: Day::new(2016, 12, 23).expect("a day"),
            version: "2D".into(),
            open: true,
            seats: 8,
            price: Money::fen(price),
            minimum: Money::fen(minimum),
        }
    }

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn the_fee_stays_out_of_the_split_base_and_a_subsidy_fills_it_up() {
        let map = SeatMap::of_rows(&["ssss", "llll"]).expect("a map");
        let quote =
            quote(&map, &showtime(1990, 3500), Money::fen(300), &ids(&["A1", "A2"])).expect("a quote");
        let sums =
            [quote.paid(), quote.fee(), quote.base(), quote.subsidy()].map(|sum| sum.expect("a sum").minor);
        assert_eq!(sums, [4580, 600, 7000, 3020]);
        assert_eq!(sums[0], sums[2] - sums[3] + sums[1]);
    }

    #[test]
    fn a_bad_choice_is_refused() {
        let map = SeatMap::of_rows(&["sssssss", "llll"]).expect("a map");
        let refused = |wanted: &[&str]| {
            let quoted = quote(&map, &showtime(4000, 0), Money::fen(300), &ids(wanted));
            quoted.expect_err("a refusal").refusal().map(|refusal| refusal.code)
        };
        assert_eq!(refused(&[]), Some("no_seats"));
        assert_eq!(refused(&["A1", "A1"]), Some("seat_twice"));
        assert_eq!(refused(&["B2"]), Some("half_love_seat"));
        assert_eq!(refused(&["Z9"]), Some("unknown_seat"));
        assert_eq!(refused(&["A1", "A2", "A3", "A4", "A5", "A6", "A7"]), Some("too_many_seats"));
    }
}
