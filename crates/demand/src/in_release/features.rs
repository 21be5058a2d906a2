//! What a forecast of one day is made from: named numbers, each with the day it was known on.

use super::market::{AsOf, Market, Take, later_value};
use super::openings::Releases;
use super::shape::{Row, Shape};
use super::{HORIZON_DAYS, Prior, posterior};
use crate::calendar::Calendar;
use kernel::Refusal;

/// The names of the columns, in their order.
pub(super) const COLUMNS: [&str; 76] = [
    "age",
    "ahead",
    "age_then",
    "weekday_then",
    "weekday",
    "weekday_of_release",
    "calendar_change",
    "calendar_then",
    "calendar_week",
    "rest_days_around",
    "month_then",
    "schools_out_then",
    "since_lunar_new_year_then",
    "fridays_passed",
    "level",
    "opening_level",
    "total_to_last",
    "recent_3",
    "recent_7",
    "first_day_residual",
    "own_decay",
    "own_weekend",
    "week_ratio",
    "opening_multiple",
    "second_day",
    "third_day",
    "screens",
    "screens_to_most",
    "screens_week_change",
    "screens_day_change",
    "takings_a_screen",
    "showings",
    "showings_to_most",
    "showings_week_change",
    "showings_day_change",
    "takings_a_showing",
    "rank",
    "share",
    "share_change",
    "leader_share",
    "newer_share",
    "new_share",
    "newer_screens",
    "new_films",
    "market_trend",
    "drift_14",
    "drift_60",
    "drift_365",
    "previews",
    "kind_1",
    "kind_2",
    "kind_3",
    "kind_4",
    "kind_5",
    "kind_6",
    "kind_7",
    "kind_8",
    "sequel",
    "days_reported",
    "residual_spread",
    "taken_weeks",
    "taken_weekends",
    "taken_saturday",
    "taken_sunday",
    "taken_day_week",
    "taken_day_day",
    "rest_then",
    "rest_eve_then",
    "same_weekday",
    "same_weekday_ratio",
    "market_weekday",
    "year_ago",
    "opening_then",
    "opening_week_before_then",
    "opening_until_then",
    "opened_lately",
];

/// Where a film stands in its market: `ln` of its day over the market's week.
pub(super) const LEVEL: usize = 14;
/// The newest known day of the same name, against the path.
pub(super) const SAME_WEEKDAY: usize = 68;

/// One row on its way: values by column, each told with the day it was known on.
pub(super) struct Sheet<'a> {
    market: &'a Market<'a>,
    origin: i32,
    values: Vec<f64>,
    refused: Option<Refusal>,
}

/// Known before everything: calendars and facts of the film that were public before its release.
const EVER: i32 = i32::MIN;

impl<'a> Sheet<'a> {
    pub fn new(market: &'a Market<'a>, origin: i32) -> Sheet<'a> {
        Sheet { market, origin, values: Vec::with_capacity(COLUMNS.len()), refused: None }
    }

    /// The next column's value, known at the end of day `as_of`; one that is later than the origin is refused.
    pub fn tell(&mut self, value: f64, as_of: i32) {
        if as_of > self.origin {
            let (origin, later) = (self.market.day(self.origin), self.market.day(as_of));
            self.refused.get_or_insert(later_value(origin, later));
        }
        self.values.push(if value.is_finite() { value } else { f64::NAN });
    }

    pub fn row(self) -> Result<Vec<f64>, Refusal> {
        match self.refused {
            Some(refusal) => Err(refusal),
            None => Ok(self.values),
        }
    }
}

/// A market with its shared curve and calendar at hand by day: what features are computed from.
pub(super) struct Ground<'a> {
    pub market: Market<'a>,
    shape: &'a Shape,
    prior: &'a Prior,
    /// By day from the market's first, and [`super::RUN_DAYS`] beyond its last.
    days: Vec<GroundDay>,
    /// By day: running sums of what films did beyond expectation.
    drift: Vec<Drift>,
    /// What the first knots of the curve say, by age from 1.
    curve: Vec<f64>,
    kinds: &'a [String],
    /// By day, one more than there are: running sums of the expected openings.
    opened: Vec<f64>,
    /// Whether so many years were learned from that times of the year may be told apart.
    knows_seasons: bool,
}

#[derive(Clone, Copy)]
struct GroundDay {
    effect: f64,
    weekend: f64,
    weekday: i8,
    rests: bool,
    rest_days: f64,
    schools_out: f64,
    lunar: f64,
    month: f64,
    total: f64,
}

#[derive(Clone, Copy, Default)]
struct Drift {
    moved: f64,
    weight: f64,
    /// How much the market as a whole was above its own week, beyond the calendar.
    above: f64,
}

const CURVE_AGES: i32 = 140;
const BEYOND: i32 = 80;

impl<'a> Ground<'a> {
    pub fn of(
        market: Market<'a>,
        calendar: &Calendar,
        shape: &'a Shape,
        prior: &'a Prior,
        kinds: &'a [String],
        releases: Releases<'_>,
        knows_seasons: bool,
    ) -> Ground<'a> {
        let days = (0..=market.last() + BEYOND).map(|at| ground_day(&market, calendar, shape, at)).collect();
        let curve = (0..=CURVE_AGES).map(|age| Row::of_age(f64::from(age.max(1))).times(&shape.coefficients));
        let opened = opened(&market, releases);
        let mut ground = Ground {
            market,
            shape,
            prior,
            days,
            drift: Vec::new(),
            curve: curve.collect(),
            kinds,
            opened,
            knows_seasons,
        };
        ground.drift = ground.drifts();
        ground
    }

    /// What age and calendar say of a film's day, in logarithms.
    fn shared(&self, film: usize, at: i32) -> f64 {
        let release = self.market.releases[film];
        let age = (at - release + 1).clamp(1, CURVE_AGES) as usize;
        let fridays = f64::from(self.fridays_passed(release, at));
        self.days[at as usize].effect + self.curve[age] + fridays * self.shape.friday_passed()
    }

    fn fridays_passed(&self, release: i32, at: i32) -> i32 {
        // Counted from the market's first day: the weekday of day 0 fixes all others.
        let friday = (5 - i32::from(self.days[0].weekday)).rem_euclid(7);
        (at - friday).div_euclid(7) - (release - friday).div_euclid(7)
    }

    /// Running sums over days of what films of the market did beyond curve and calendar.
    fn drifts(&self) -> Vec<Drift> {
        let mut drift = vec![Drift::default(); self.days.len() + 1];
        let mut above = vec![(0.0, 0.0); self.days.len()];
        for film in 0..self.market.films.len() {
            let run = self.market.run(film);
            for pair in run.windows(2) {
                let (a, b) = (pair[0], pair[1]);
                if b.at - a.at != 1 || a.age < 3 || b.age > 45 {
                    continue;
                }
                let moved = b.ln - a.ln - self.shared(film, b.at) + self.shared(film, a.at);
                let weight = a.amount.sqrt();
                let cell = &mut drift[b.at as usize + 1];
                cell.moved += weight * moved.clamp(-0.7, 0.7);
                cell.weight += weight;
            }
            for (i, take) in run.iter().enumerate() {
                let Some(from) = i.checked_sub(6).filter(|from| take.at - run[*from].at == 6) else {
                    continue;
                };
                if run[from].age < 2 || take.age > 45 {
                    continue;
                }
                let week = &run[from..=i];
                let off = |take: &Take| take.ln - self.shared(film, take.at);
                let mean = week.iter().map(off).sum::<f64>() / 7.0;
                let weight = take.amount.sqrt();
                let cell = &mut above[take.at as usize];
                *cell = (cell.0 + weight * (off(take) - mean), cell.1 + weight);
            }
        }
        for i in 1..drift.len() {
            drift[i].moved += drift[i - 1].moved;
            drift[i].weight += drift[i - 1].weight;
            drift[i].above = above[i - 1].0 / above[i - 1].1;
        }
        drift
    }

    /// The openings expected of films released from one day to another, in usual weeks of the market.
    fn opened(&self, from: i32, to: i32) -> f64 {
        let sum = |day: i32| self.opened[day.clamp(0, self.opened.len() as i32 - 1) as usize];
        if from > to { 0.0 } else { sum(to + 1) - sum(from) }
    }

    /// The mean change a week beyond expectation over the days up to `at`.
    fn drift(&self, at: i32, days: i32) -> f64 {
        let (to, from) = (self.drift[at as usize + 1], self.drift[(at + 1 - days).max(0) as usize]);
        let weight = to.weight - from.weight;
        if weight > 0.0 { 7.0 * (to.moved - from.moved) / weight } else { f64::NAN }
    }

    /// How the last three days of the same name lay within their weeks.
    fn market_weekday(&self, at: i32, then: i32) -> (f64, i32) {
        let back = (then - at - 1).div_euclid(7) + 1;
        let days = (0..3).map(|k| then - 7 * (back + k)).filter(|day| *day >= 0);
        let above: Vec<f64> =
            days.map(|day| self.drift[day as usize + 1].above).filter(|above| above.is_finite()).collect();
        (above.iter().sum::<f64>() / above.len() as f64, then - 7 * back)
    }

    fn week_total(&self, to: i32) -> f64 {
        if to < 6 {
            return f64::NAN;
        }
        self.days[to as usize - 6..=to as usize].iter().map(|day| day.total).sum()
    }
}

/// Running sums over days of the openings expected of the films released on them, in usual weeks of the market.
fn opened(market: &Market<'_>, releases: Releases<'_>) -> Vec<f64> {
    let Releases { openings, announced } = releases;
    let mut opened = vec![0.0; (market.last() + BEYOND + 2) as usize];
    let mut add = |release: i32, opening: f64| {
        if let Some(day) = usize::try_from(release + 1).ok().and_then(|at| opened.get_mut(at)) {
            *day += opening;
        }
    };
    for (release, film) in market.releases.iter().zip(&market.films) {
        add(*release, openings.expected(film));
    }
    for one in announced {
        add(market.first.days_until(one.release), openings.of_announced(one, market));
    }
    for i in 1..opened.len() {
        opened[i] += opened[i - 1];
    }
    opened
}

fn ground_day(market: &Market<'_>, calendar: &Calendar, shape: &Shape, at: i32) -> GroundDay {
    let day = market.day(at);
    let row = Row::of_calendar(calendar, day);
    let run = |step: i32| (1..6).take_while(|i| calendar.rests(day.plus(step * i))).count() as f64;
    let rests = calendar.rests(day);
    let total = market.as_of(market.last()).chart(at).unwrap_or(&[]).iter().map(|take| take.amount).sum();
    let lunar =
        calendar.days_since_lunar_new_year(day).map_or(f64::NAN, |days| f64::from(days.clamp(-20, 30)));
    GroundDay {
        effect: row.times(&shape.coefficients),
        weekend: row.weekend,
        weekday: day.weekday(),
        rests,
        rest_days: if rests { 1.0 + run(1) + run(-1) } else { 0.0 },
        schools_out: calendar.schools_out(day),
        lunar,
        month: f64::from(day.month()) + f64::from(day.day()) / 31.0,
        total,
    }
}

/// What is known of a film at its origin; [`Origin::row`] adds the day that is forecast.
pub(super) struct Origin<'a> {
    ground: &'a Ground<'a>,
    film: usize,
    at: i32,
    last: Take,
    /// `ln taken − shared`, by reported day of the run.
    residuals: Vec<(Take, f64)>,
    decay: f64,
    weekend: f64,
    /// The level carried forward: recent residuals, the newest counting most.
    level: f64,
    of_film: Vec<(f64, i32)>,
    knows_releases: bool,
}

impl<'a> Origin<'a> {
    /// `None` when the film has nothing reported from its release up to this day, or nothing in the last week.
    pub fn of(ground: &'a Ground<'a>, film: usize, at: i32) -> Result<Option<Origin<'a>>, Refusal> {
        let known = ground.market.as_of(at);
        let run: Vec<Take> = known.run(film).iter().copied().filter(|take| take.age >= 1).collect();
        let Some(last) = run.last().copied().filter(|last| at - last.at < 7) else { return Ok(None) };
        let residuals: Vec<(Take, f64)> =
            run.iter().map(|take| (*take, take.ln - ground.shared(film, take.at))).collect();
        let changes = residuals.windows(2).map(|pair| {
            let (a, b) = (pair[0], pair[1]);
            let lift = ground.days[b.0.at as usize].weekend - ground.days[a.0.at as usize].weekend;
            (f64::from(b.0.at - a.0.at), b.1 - a.1, lift)
        });
        let own = posterior(changes, ground.prior);
        let mut origin = Origin {
            ground,
            film,
            at,
            last,
            residuals,
            decay: own.decay.value,
            weekend: own.weekend.value,
            level: 0.0,
            of_film: Vec::new(),
            knows_releases: ground.opened(at + 1, at + HORIZON_DAYS) > 0.0,
        };
        origin.level = origin.smoothed_level();
        origin.of_film = origin.tell_film(&known)?;
        Ok(Some(origin))
    }

    pub fn at(&self) -> i32 {
        self.at
    }

    /// As where nobody keeps a calendar of releases to come.
    pub fn forget_releases(&mut self) {
        self.knows_releases = false;
    }

    /// The release day is 1.
    pub fn age(&self) -> i32 {
        self.at - self.ground.market.releases[self.film] + 1
    }

    /// What makes films comparable: standing in the market, own decay and weekend, how the opening went.
    pub fn shape(&self) -> [f64; 4] {
        let (level, _) = self.of_film[0];
        [
            level / 3.0,
            self.decay / self.ground.prior.decay,
            self.weekend / self.ground.prior.weekend,
            self.opening_multiple(3),
        ]
    }

    /// A residual carried to the origin by the film's own decay, its own weekend taken out.
    fn carried(&self, take: &Take, residual: f64) -> f64 {
        let weeks = f64::from(self.at - take.at) / 7.0;
        residual + self.decay * weeks - self.weekend * self.ground.days[take.at as usize].weekend
    }

    fn smoothed_level(&self) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (take, residual) in self.residuals.iter().rev().take(7) {
            let weight = 0.6_f64.powi(self.at - take.at);
            sum += weight * self.carried(take, *residual);
            weights += weight;
        }
        sum / weights
    }

    /// What curve, calendar and the film's own path say of a day to come, in logarithms.
    pub fn path(&self, then: i32) -> f64 {
        let weeks = f64::from(then - self.at) / 7.0;
        let weekend = self.weekend * self.ground.days[then as usize].weekend;
        self.level + self.decay * weeks + weekend + self.ground.shared(self.film, then)
    }

    /// The film's own decay, by the root of the weeks that it has to go on: it wears off.
    pub fn pace(&self, then: i32) -> f64 {
        self.decay * (f64::from(then - self.at) / 7.0).sqrt()
    }

    /// The row of one day to come, `1..` days ahead.
    pub fn row(&self, then: i32) -> Result<Vec<f64>, Refusal> {
        let ground = self.ground;
        let mut sheet = Sheet::new(&ground.market, self.at);
        let (now, day) = (&ground.days[self.at as usize], &ground.days[then as usize]);
        let release = ground.market.releases[self.film];
        let week = (0..7).filter_map(|i| ground.days.get((self.at - i).max(0) as usize));
        let week_effect = week.map(|day| day.effect).sum::<f64>() / 7.0;
        let flag = |yes: bool| f64::from(u8::from(yes));
        let next_rests = ground.days.get(then as usize + 1).is_some_and(|next| next.rests);
        sheet.tell(f64::from(self.at - release + 1), EVER);
        sheet.tell(f64::from(then - self.at), EVER);
        sheet.tell(f64::from(then - release + 1), EVER);
        sheet.tell(f64::from(day.weekday), EVER);
        sheet.tell(f64::from(now.weekday), EVER);
        sheet.tell(f64::from((i32::from(now.weekday) - 1 - (self.at - release)).rem_euclid(7) + 1), EVER);
        sheet.tell(day.effect - now.effect, EVER);
        sheet.tell(day.effect, EVER);
        sheet.tell(day.effect - week_effect, EVER);
        sheet.tell(day.rest_days, EVER);
        sheet.tell(if ground.knows_seasons { day.month } else { f64::NAN }, EVER);
        sheet.tell(day.schools_out, EVER);
        sheet.tell(day.lunar, EVER);
        sheet.tell(f64::from(ground.fridays_passed(self.at, then)), EVER);
        for (value, as_of) in &self.of_film {
            sheet.tell(*value, *as_of);
        }
        sheet.tell(flag(day.rests), EVER);
        sheet.tell(flag(!day.rests && next_rests), EVER);
        for (value, as_of) in [
            self.same_weekday(then),
            self.same_weekday_ratio(then),
            ground.market_weekday(self.at, then),
            self.year_ago(then),
        ] {
            sheet.tell(value, as_of);
        }
        self.tell_announced(&mut sheet, then);
        sheet.row()
    }

    /// Rivals to come: release days are public [`HORIZON_DAYS`] ahead, how large the films open is guessed from what
    /// is public of them. Unknown when nobody told of a release in that time.
    fn tell_announced(&self, sheet: &mut Sheet<'_>, then: i32) {
        let announced = |from: i32, to: i32| self.ground.opened(from.max(self.at + 1), to).ln_1p();
        for (from, to) in [(then - 6, then), (then - 13, then - 7), (self.at, then)] {
            sheet.tell(if self.knows_releases { announced(from, to) } else { f64::NAN }, then - HORIZON_DAYS);
        }
        sheet.tell(self.ground.opened(self.at - 6, self.at).ln_1p(), self.at);
    }

    /// The newest known day of the same name, against the path.
    fn same_weekday(&self, then: i32) -> (f64, i32) {
        match self.same_weekdays(then).next() {
            Some((take, residual)) => (self.carried(take, *residual) - self.level, take.at),
            None => (f64::NAN, EVER),
        }
    }

    /// The film's days of the same name as a day to come, newest first, with their residuals.
    fn same_weekdays(&self, then: i32) -> impl Iterator<Item = &(Take, f64)> {
        self.residuals.iter().rev().filter(move |(take, _)| (then - take.at) % 7 == 0)
    }

    /// `ln` of what the film took: on the newest known day of the same name and the one before (`NaN` where there is
    /// none), on its last day, and in the mean of its last week's days.
    pub fn taken(&self, then: i32) -> [f64; 4] {
        let mut same = self.same_weekdays(then);
        let mut next = || same.next().map_or(f64::NAN, |(take, _)| take.ln);
        let week: Vec<f64> = self
            .residuals
            .iter()
            .filter(|(take, _)| take.at > self.at - 7)
            .map(|(take, _)| take.amount)
            .collect();
        let mean = week.iter().sum::<f64>() / week.len() as f64;
        [next(), next(), self.last.ln, mean.ln()]
    }

    /// How that day compared with the same day a week before, beyond expectation.
    fn same_weekday_ratio(&self, then: i32) -> (f64, i32) {
        let mut same = self.same_weekdays(then);
        match (same.next(), same.next()) {
            (Some((a, newer)), Some((b, older))) if a.at - b.at == 7 => (newer - older, a.at),
            _ => (f64::NAN, EVER),
        }
    }

    /// What the market did a year ago from the week of the origin to the week of the day to come.
    fn year_ago(&self, then: i32) -> (f64, i32) {
        let (to, from) = (then - 364 + 3, self.at - 364);
        if from < 6 || !self.ground.knows_seasons {
            return (f64::NAN, EVER);
        }
        ((self.ground.week_total(to) / self.ground.week_total(from)).ln(), to)
    }

    /// The film's own columns, `level` to `residual_spread`.
    fn tell_film(&self, known: &AsOf<'_>) -> Result<Vec<(f64, i32)>, Refusal> {
        let mut told: Vec<(f64, i32)> = Vec::with_capacity(52);
        let (ground, at, last) = (self.ground, self.at, self.last);
        let market_level = ground.week_total(at).ln();
        let mut tell = |value: f64, as_of: i32| told.push((value, as_of));
        let first = self.residuals[0];
        let sum: f64 = self.residuals.iter().map(|(take, _)| take.amount).sum();
        let mean_last = |n: usize| {
            let recent: Vec<f64> = self
                .residuals
                .iter()
                .rev()
                .take(n)
                .map(|(take, residual)| self.carried(take, *residual))
                .collect();
            recent.iter().sum::<f64>() / recent.len() as f64
        };
        tell(self.level + ground.shared(self.film, at) - market_level, at);
        tell(first.0.ln - market_level, at);
        tell(sum.ln() - last.ln, last.at);
        tell(self.carried(&last, self.residuals[self.residuals.len() - 1].1) - self.level, last.at);
        tell(mean_last(7) - self.level, last.at);
        tell(self.carried(&first.0, first.1) - self.level, last.at);
        tell(self.decay, last.at);
        tell(self.weekend, last.at);
        tell(self.week_ratio(), last.at);
        tell(self.opening_multiple(3), last.at);
        tell(self.step(2), last.at);
        tell(self.step(3), last.at);
        self.tell_places(&mut tell, known, |take| take.screens)?;
        self.tell_places(&mut tell, known, |take| take.showings)?;
        self.tell_rivals(&mut tell, known)?;
        tell((ground.week_total(at) / ground.week_total(at - 7)).ln(), at);
        for days in [14, 60, 365] {
            let knows = days < 365 || ground.knows_seasons;
            tell(if knows { ground.drift(at, days) } else { f64::NAN }, at);
        }
        let previews: f64 =
            known.run(self.film).iter().filter(|take| take.age < 1).map(|take| take.amount).sum();
        tell((1.0 + previews / first.0.amount).ln(), last.at);
        let film = ground.market.films[self.film];
        for i in 0..8 {
            let has = ground.kinds.get(i).is_some_and(|kind| film.kinds.contains(kind));
            tell(f64::from(u8::from(has)), EVER);
        }
        let sequel = film.name.chars().any(|c| c.is_ascii_digit() || c == ':' || c == '：');
        tell(f64::from(u8::from(sequel)), EVER);
        tell(self.residuals.len() as f64, last.at);
        let mean = mean_last(28);
        let spread = self.residuals.iter().map(|(take, one)| (self.carried(take, *one) - mean).powi(2));
        tell((spread.sum::<f64>() / self.residuals.len() as f64).sqrt(), last.at);
        self.tell_taken(&mut tell);
        Ok(told)
    }

    /// Ratios of what was taken, with the calendar in them: a day's of another day, a week's of another week.
    fn tell_taken(&self, tell: &mut impl FnMut(f64, i32)) {
        let at = self.last.at;
        let taken = |from: i32, to: i32| -> f64 {
            let inside = self.residuals.iter().filter(|(take, _)| (from..=to).contains(&take.at));
            inside.map(|(take, _)| take.amount).sum()
        };
        let ratio =
            |now: (i32, i32), before: (i32, i32)| (taken(now.0, now.1) / taken(before.0, before.1)).ln();
        let weekday = i32::from(self.ground.days[at as usize].weekday);
        let friday = at - (weekday - 5).rem_euclid(7);
        let sunday = at.min(friday + 2);
        tell(ratio((at - 6, at), (at - 13, at - 7)), at);
        tell(ratio((friday, sunday), (friday - 7, sunday - 7)), at);
        for day in [friday + 1, friday + 2] {
            let day = if day <= at { day } else { day - 7 };
            tell(ratio((day, day), (day - 1, day - 1)), at);
        }
        tell(ratio((at, at), (at - 7, at - 7)), at);
        tell(ratio((at, at), (at - 1, at - 1)), at);
    }

    fn residual_at_age(&self, age: i32) -> Option<f64> {
        self.residuals.iter().find(|(take, _)| take.age == age).map(|(_, residual)| *residual)
    }

    fn step(&self, age: i32) -> f64 {
        match (self.residual_at_age(age), self.residual_at_age(age - 1)) {
            (Some(now), Some(before)) => now - before,
            _ => f64::NAN,
        }
    }

    fn opening_multiple(&self, days: i32) -> f64 {
        let sum: f64 =
            self.residuals.iter().filter(|(take, _)| take.age <= days).map(|(take, _)| take.amount).sum();
        (sum / self.residuals[0].0.amount).ln()
    }

    /// The last seven days against the seven before, beyond expectation.
    fn week_ratio(&self) -> f64 {
        let mean = |from: i32, to: i32| {
            let inside = self.residuals.iter().filter(|(take, _)| (from..to).contains(&(self.at - take.at)));
            let all: Vec<f64> = inside.map(|(_, residual)| *residual).collect();
            if all.len() < 4 { f64::NAN } else { all.iter().sum::<f64>() / all.len() as f64 }
        };
        mean(0, 7) - mean(7, 14)
    }

    /// Screens (or showings): how many, against the most, a week and a day ago, and what one takes.
    fn tell_places(
        &self,
        tell: &mut impl FnMut(f64, i32),
        known: &AsOf<'_>,
        number: impl Fn(&Take) -> f64,
    ) -> Result<(), Refusal> {
        let last = self.last;
        let now = number(&last);
        let most = self.residuals.iter().map(|(take, _)| number(take)).fold(f64::NAN, f64::max);
        let before = |days: i32| {
            let found = self.residuals.iter().rev().find(|(take, _)| take.at == last.at - days);
            found.map_or(f64::NAN, |(take, _)| number(take))
        };
        let chart = known.chart(last.at)?;
        let (mut takings, mut places) = (0.0, 0.0);
        for take in chart.iter().filter(|take| number(take).is_finite()) {
            takings += take.amount;
            places += number(take);
        }
        tell((now / places).ln(), last.at);
        tell((now / most).ln(), last.at);
        tell((now / before(7)).ln(), last.at);
        tell((now / before(1)).ln(), last.at);
        tell((last.amount / now).ln() - (takings / places).ln(), last.at);
        Ok(())
    }

    fn tell_rivals(&self, tell: &mut impl FnMut(f64, i32), known: &AsOf<'_>) -> Result<(), Refusal> {
        let last = self.last;
        let chart = known.chart(last.at)?;
        let total: f64 = chart.iter().map(|take| take.amount).sum();
        let share_of = |of: &dyn Fn(&Take) -> bool| {
            chart
                .iter()
                .filter(|take| take.film != self.film && of(take))
                .map(|take| take.amount)
                .sum::<f64>()
                / total
        };
        let rank = chart.iter().position(|take| take.film == self.film).unwrap_or(chart.len());
        let before = known.chart(last.at - 7)?;
        let then: f64 = before.iter().map(|take| take.amount).sum();
        let mine = before.iter().find(|take| take.film == self.film).map_or(f64::NAN, |take| take.amount);
        tell(rank as f64 + 1.0, last.at);
        tell((last.amount / total).ln(), last.at);
        tell((last.amount / total).ln() - (mine / then).ln(), last.at);
        tell(chart.first().map_or(f64::NAN, |take| take.amount / total), last.at);
        tell(share_of(&|take| take.age < last.age), last.at);
        tell(share_of(&|take| take.age <= 7), last.at);
        let newer = chart.iter().filter(|take| take.age < last.age);
        tell(
            newer.map(|take| take.screens).filter(|screens| screens.is_finite()).sum::<f64>().ln_1p(),
            last.at,
        );
        tell(chart.iter().filter(|take| take.age <= 7).count() as f64, last.at);
        Ok(())
    }
}
