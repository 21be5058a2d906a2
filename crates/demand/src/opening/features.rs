//! A film as a row of numbers, seen at an instant. `NaN` where something is not known.

use super::history::{History, Key, Opened, number};
use super::names::Name;
use super::{Fact, Film, Theme, Version, Window};
use kernel::Instant;

/// Every column: its name and what it is about.
const NAMED: [(&str, Theme); NAMED_COUNT] = {
    use Theme::*;
    [
        ("season_sin", Season),
        ("season_cos", Season),
        ("season_sin_2", Season),
        ("season_cos_2", Season),
        ("week_of_year", Season),
        ("weekday", Season),
        ("rest_days_in_3", Season),
        ("rest_days_in_7", Season),
        ("days_since_lunar_new_year", Season),
        ("outings_in_7", Season),
        ("schools_out", Season),
        ("market_same_week", Season),
        ("openers_same_season", Season),
        ("market_lately", Season),
        ("genre_mean", Kind),
        ("genre_best", Kind),
        ("genre_worst", Kind),
        ("genres", Kind),
        ("minutes", Kind),
        ("version_mean", Kind),
        ("three_d", Kind),
        ("imax", Kind),
        ("versions", Kind),
        ("domestic", Kind),
        ("budget", Kind),
        ("distributor_mean", Distributor),
        ("distributor_recent", Distributor),
        ("distributor_best", Distributor),
        ("distributor_worst", Distributor),
        ("distributor_films", Distributor),
        ("distributor_theatres", Distributor),
        ("distributor_all_films", Distributor),
        ("distributor_peers_part", Distributor),
        ("distributor_year", Distributor),
        ("distributor_legs", Distributor),
        ("distributor_legs_least", Distributor),
        ("director_mean", People),
        ("director_films", People),
        ("cast_mean", People),
        ("cast_best", People),
        ("name_words", Name),
        ("name_mean", Name),
        ("name_best", Name),
        ("name_worst", Name),
        ("name_strongest", Name),
        ("name_letters", Name),
        ("name_legs", Name),
        ("name_legs_least", Name),
        ("numbered", Series),
        ("subtitled", Series),
        ("returns", Series),
        ("series_films", Series),
        ("series_last", Series),
        ("series_best", Series),
        ("series_mean", Series),
        ("series_years", Series),
        ("series_legs", Series),
        ("rivals_same_day", Competition),
        ("rivals_week", Competition),
        ("rivals_two_weeks", Competition),
        ("rival_strongest_same_day", Competition),
        ("rival_strongest_week", Competition),
        ("rival_sum_week", Competition),
        ("rival_sum_two_weeks", Competition),
        ("rival_like_it", Competition),
        ("theatres", Screens),
        ("theatres_on_usual", Screens),
        ("theatres_on_distributor", Screens),
        ("rival_theatres_most", Screens),
        ("theatres_part", Screens),
        ("share_of_showings", Screens),
        ("rival_share_most", Screens),
        ("previews", Presales),
        ("previewed_days", Presales),
        ("rival_previews_most", Presales),
        ("opens_as_asked", Screens),
    ]
};
const NAMED_COUNT: usize = 76;
/// The market's most frequent genres have a column each, after the named ones.
pub(super) const GENRES: usize = 16;
pub(super) const COLUMN_COUNT: usize = NAMED_COUNT + GENRES;

/// What each column is about.
pub(super) fn theme(column: usize) -> Theme {
    NAMED.get(column).map_or(Theme::Kind, |(_, theme)| *theme)
}

/// Films pulled towards the mean of all when a key has few.
const SHRINK: f64 = 3.0;
/// How many of a key's newest films are looked at.
const NEWEST: usize = 12;
/// Rivals open within this many days.
const RIVAL_DAYS: i32 = 14;

/// The mean outcome of the market's newest films, which everything is measured against.
fn usual(history: &History, today: i32) -> f64 {
    let peers = history.before(today).iter().rev().filter(|one| one.peer());
    let outcomes = peers.filter_map(|one| one.outcome(Window::Week, today));
    mean(outcomes.take(300)).unwrap_or(0.0)
}

/// The mean of `ln total − ln first day` of the market's newest films.
fn usual_legs(history: &History, today: i32) -> f64 {
    let peers = history.before(today).iter().rev().filter(|one| one.peer());
    mean(peers.filter_map(|one| one.legs(today)).take(300)).unwrap_or(f64::NAN)
}

/// The row of a film at an instant. Facts after the instant are not looked at, of the film and of its rivals.
pub(super) fn row(history: &History, film: &Film, slate: &[&Film], as_of: Instant) -> Vec<f64> {
    let today = number(history.market.day_of(as_of));
    let (usual, usual_legs) = (usual(history, today), usual_legs(history, today));
    let sight = Sight { history, film, name: Name::of(&film.name), as_of, today, usual, usual_legs };
    let mut row = Vec::with_capacity(COLUMN_COUNT);
    sight.season(&mut row);
    sight.kind(&mut row);
    sight.distributor(&mut row);
    sight.people(&mut row);
    sight.names(&mut row);
    sight.series(&mut row);
    sight.competition(slate, &mut row);
    sight.genres(&mut row);
    debug_assert_eq!(row.len(), COLUMN_COUNT);
    row
}

/// What a film is expected to be from its series, distributor and genres alone, on the logarithm less the market's size.
pub(super) fn strength(history: &History, film: &Film, as_of: Instant) -> f64 {
    let today = number(history.market.day_of(as_of));
    let name = Name::of(&film.name);
    let usual = usual(history, today);
    Sight { history, film, name, as_of, today, usual, usual_legs: f64::NAN }.strength()
}

/// Whether a film before it in a series is known.
pub(super) fn continues(history: &History, film: &Film, as_of: Instant) -> bool {
    let before = number(history.market.day_of(as_of)).min(number(film.release));
    history.earlier(film).into_iter().any(|one| one.release < before)
}

struct Sight<'a> {
    history: &'a History,
    film: &'a Film,
    name: Name,
    as_of: Instant,
    today: i32,
    usual: f64,
    usual_legs: f64,
}

impl Sight<'_> {
    fn season(&self, row: &mut Vec<f64>) {
        let (release, calendar) = (self.film.release, &self.history.market.calendar);
        let first = kernel::Day::new(release.year(), 1, 1).map_or(0, |first| first.days_until(release));
        let turn = f64::from(first) / 365.25 * std::f64::consts::TAU;
        row.extend([turn.sin(), turn.cos(), (2.0 * turn).sin(), (2.0 * turn).cos()]);
        row.extend([f64::from(first / 7), f64::from(release.weekday())]);
        let rests = |days: i32| (0..days).filter(|i| calendar.rests(release.plus(*i))).count() as f64;
        row.extend([rests(3), rests(7)]);
        let moon = calendar.days_since_lunar_new_year(release).filter(|_| calendar.covers(release));
        row.push(moon.map_or(f64::NAN, |days| f64::from(days.clamp(-40, 40))));
        row.push((0..7).filter(|i| calendar.outing(release.plus(*i)).is_some()).count() as f64);
        let out: f64 = (0..7).map(|i| calendar.schools_out(release.plus(i))).sum();
        row.push(out / 7.0);
        row.push(self.market_same_week());
        row.push(self.openers_same_season());
        let lately = self.history.taken(self.today - 14, self.today) / 14.0;
        row.push((lately.max(1.0)).ln() - self.history.level_on(self.today));
    }

    /// The market's takings in the same week of the three years before, against those years' size.
    fn market_same_week(&self) -> f64 {
        let release = number(self.film.release);
        let weeks = (1..=3).map(|years| release - 364 * years);
        let known = weeks.filter(|from| from + 7 <= self.today && self.history.reaches_back_to(from - 182));
        let logs = known.map(|from| {
            let taken = self.history.taken(from, from + 7) / 7.0;
            taken.max(1.0).ln() - self.history.level_on(from + 182)
        });
        mean(logs).unwrap_or(f64::NAN)
    }

    /// How films did that opened within ten days of this date in earlier years.
    fn openers_same_season(&self) -> f64 {
        let release = number(self.film.release);
        let outcomes = (1..=6).flat_map(|years| {
            let day = release - (f64::from(years) * 365.25) as i32;
            self.history.between(day - 10, day + 10)
        });
        let outcomes =
            outcomes.filter(|one| one.peer()).filter_map(|one| one.outcome(Window::Week, self.today));
        self.shrunk(outcomes, 5.0).0
    }

    fn kind(&self, row: &mut Vec<f64>) {
        let genres = self.list(|fact| match fact {
            Fact::Genres(all) => Some(all),
            _ => None,
        });
        let known: Vec<f64> =
            genres.iter().map(|genre| self.encoded(&Key::Genre(genre.clone()), 40).0).collect();
        row.extend([mean(known.iter().copied()).unwrap_or(f64::NAN), most(&known), least(&known)]);
        row.push(if genres.is_empty() { f64::NAN } else { genres.len() as f64 });
        row.push(self.count(|fact| match fact {
            Fact::Minutes(n) => Some(*n as f64),
            _ => None,
        }));
        let versions = self.film.newest(self.as_of, |fact| match fact {
            Fact::Versions(all) => Some(all.as_slice()),
            _ => None,
        });
        let means = versions.unwrap_or_default().iter();
        let means: Vec<f64> = means.map(|version| self.encoded(&Key::Version(*version), 40).0).collect();
        row.push(most(&means));
        let has = |version| versions.map_or(f64::NAN, |all| f64::from(u8::from(all.contains(&version))));
        row.extend([has(Version::ThreeD), has(Version::Imax)]);
        row.push(versions.map_or(f64::NAN, |all| all.len() as f64));
        row.push(self.count(|fact| match fact {
            Fact::Domestic(domestic) => Some(f64::from(u8::from(*domestic))),
            _ => None,
        }));
        let budget = self.count(|fact| match fact {
            Fact::Budget(minor) => Some(*minor as f64),
            _ => None,
        });
        row.push(budget.max(1.0).ln() - self.history.level_on(self.today) + 0.0 * budget);
    }

    fn distributor(&self, row: &mut Vec<f64>) {
        let name = self.film.newest(self.as_of, |fact| match fact {
            Fact::Distributor(name) => Some(name.clone()),
            _ => None,
        });
        let Some(name) = name else {
            row.extend([f64::NAN; 11]);
            return;
        };
        let key = Key::Distributor(name);
        let newest: Vec<&Opened> = self.newest(&key, 30).collect();
        let outcomes: Vec<f64> =
            newest.iter().filter_map(|one| one.outcome(Window::Week, self.today)).collect();
        row.push(self.shrunk(outcomes.iter().copied(), SHRINK).0);
        row.push(self.shrunk(outcomes.iter().copied().take(4), 1.0).0);
        row.extend([most(&outcomes), least(&outcomes), (outcomes.len() as f64).ln_1p()]);
        row.push(self.distributor_theatres(&newest));
        self.distributor_width(&key, row);
        // Films of any width: who sells events for one evening did so in fewer theatres before.
        let any_width = self.history.sharing(&key).rev().filter(|one| one.release < self.today);
        let legs: Vec<f64> = any_width.filter_map(|one| one.legs(self.today)).take(NEWEST).collect();
        row.extend([self.shrunk_legs(&legs), least(&legs)]);
    }

    /// How many films of any width it opened in two years, which part of them as this one does, and how much they took.
    fn distributor_width(&self, key: &Key, row: &mut Vec<f64>) {
        let two_years = self.history.sharing(key).rev().filter(|one| one.release < self.today);
        let two_years: Vec<&Opened> = two_years.take_while(|one| one.release >= self.today - 730).collect();
        let peers = two_years.iter().filter(|one| one.peer()).count() as f64;
        let taken = two_years.iter().filter_map(|one| one.outcome(Window::Week, self.today));
        row.push((two_years.len() as f64).ln_1p());
        row.push((peers + 1.0) / (two_years.len() as f64 + 2.0));
        row.push((taken.map(f64::exp).sum::<f64>() + 0.01).ln());
    }

    fn distributor_theatres(&self, newest: &[&Opened]) -> f64 {
        let theatres = newest.iter().filter_map(|one| one.theatres).filter(|n| *n > 0.0).map(f64::ln);
        let usual = self.usual_theatres();
        let (sum, count) = theatres.fold((0.0, 0.0), |(sum, count), log| (sum + log, count + 1.0));
        (sum + usual * SHRINK) / (count + SHRINK)
    }

    /// The mean logarithm of theatres of the newest films of the market.
    fn usual_theatres(&self) -> f64 {
        let newest = self.history.before(self.today).iter().rev().filter(|one| one.peer()).take(200);
        mean(newest.filter_map(|one| one.theatres).filter(|n| *n > 0.0).map(f64::ln)).unwrap_or(f64::NAN)
    }

    fn people(&self, row: &mut Vec<f64>) {
        let directors = self.list(|fact| match fact {
            Fact::Directors(names) => Some(names),
            _ => None,
        });
        let cast = self.list(|fact| match fact {
            Fact::Cast(names) => Some(names),
            _ => None,
        });
        let encoded = |key: Key| self.encoded(&key, NEWEST);
        let of_directors: Vec<(f64, f64)> =
            directors.iter().cloned().map(Key::Director).map(encoded).collect();
        let of_cast: Vec<f64> =
            cast.iter().take(6).cloned().map(Key::Cast).map(|key| encoded(key).0).collect();
        row.push(mean(of_directors.iter().map(|one| one.0)).unwrap_or(f64::NAN));
        row.push(if directors.is_empty() { f64::NAN } else { of_directors.iter().map(|one| one.1).sum() });
        row.extend([mean(of_cast.iter().copied()).unwrap_or(f64::NAN), most(&of_cast)]);
    }

    fn names(&self, row: &mut Vec<f64>) {
        row.push(self.name.plain.split(' ').count() as f64);
        let tokens = self.name.tokens().into_iter().map(Key::Token);
        let known = tokens.map(|key| self.encoded(&key, NEWEST)).filter(|(_, films)| *films > 0.0);
        let means: Vec<f64> = known.map(|(mean, _)| mean).collect();
        row.extend([mean(means.iter().copied()).unwrap_or(f64::NAN), most(&means), least(&means)]);
        let strongest =
            means.iter().max_by(|a, b| (*a - self.usual).abs().total_cmp(&(*b - self.usual).abs()));
        row.push(strongest.copied().unwrap_or(f64::NAN));
        row.push(self.name.plain.chars().count() as f64);
        let tokens = self.name.tokens().into_iter().map(Key::Token);
        let legs: Vec<f64> = tokens
            .filter_map(|key| {
                let legs = self.newest(&key, NEWEST).filter_map(|one| one.legs(self.today));
                let legs: Vec<f64> = legs.collect();
                (!legs.is_empty()).then(|| self.shrunk_legs(&legs))
            })
            .collect();
        row.extend([mean(legs.iter().copied()).unwrap_or(f64::NAN), least(&legs)]);
    }

    /// The mean of `ln total − ln first day`, pulled to the usual.
    fn shrunk_legs(&self, legs: &[f64]) -> f64 {
        (legs.iter().sum::<f64>() + SHRINK * self.usual_legs) / (legs.len() as f64 + SHRINK)
    }

    fn series(&self, row: &mut Vec<f64>) {
        let flag = |yes: bool| f64::from(u8::from(yes));
        row.extend([flag(self.name.numbered), flag(self.name.subtitled), flag(self.name.returns)]);
        let earlier: Vec<&Opened> = self.earlier_in_series().collect();
        let outcomes: Vec<f64> =
            earlier.iter().filter_map(|one| one.outcome(Window::Week, self.today)).collect();
        row.push(outcomes.len() as f64);
        row.push(outcomes.last().copied().unwrap_or(f64::NAN));
        row.extend([most(&outcomes), mean(outcomes.iter().copied()).unwrap_or(f64::NAN)]);
        let since = earlier.last().map(|one| f64::from(number(self.film.release) - one.release) / 365.25);
        row.push(since.unwrap_or(f64::NAN));
        let legs = earlier.last().and_then(|one| {
            Some(one.outcome(Window::Total, self.today)? - one.outcome(Window::Week, self.today)?)
        });
        row.push(legs.unwrap_or(f64::NAN));
    }

    fn earlier_in_series(&self) -> impl Iterator<Item = &Opened> {
        let before = self.today.min(number(self.film.release));
        self.history.earlier(self.film).into_iter().filter(move |one| one.release < before)
    }

    fn competition(&self, slate: &[&Film], row: &mut Vec<f64>) {
        let rivals = self.rivals(slate);
        let within = |days: i32| rivals.iter().filter(move |rival| rival.apart.abs() <= days);
        row.extend([0, 7, RIVAL_DAYS].map(|days| within(days).count() as f64));
        let strengths = |days: i32| within(days).map(|rival| rival.strength).collect::<Vec<f64>>();
        row.extend([most(&strengths(0)), most(&strengths(7))]);
        row.extend(
            [7, RIVAL_DAYS].map(|days| strengths(days).iter().map(|log| log.exp()).sum::<f64>().ln_1p()),
        );
        let alike = rivals.iter().filter(|rival| rival.alike > 0.0);
        row.push(alike.map(|rival| rival.strength.exp() * rival.alike).sum::<f64>().ln_1p());
        self.screens(&rivals, row);
        // Who is asked about opens as those do that are asked about; a film of the history may not have.
        let as_asked = self.history.find(&self.film.id).is_none_or(Opened::peer);
        row.push(f64::from(u8::from(as_asked)));
    }

    fn screens(&self, rivals: &[Rival], row: &mut Vec<f64>) {
        let theatres = self.count(|fact| match fact {
            Fact::Theatres(n) => Some((*n as f64).max(1.0)),
            _ => None,
        });
        let usual = self.usual_theatres();
        let of_distributor = row[column("distributor_theatres")];
        row.extend([theatres.ln(), theatres.ln() - usual, theatres.ln() - of_distributor]);
        let same_day = || rivals.iter().filter(|rival| rival.apart == 0);
        row.push(most(&same_day().map(|rival| rival.theatres).collect::<Vec<f64>>()));
        let of_rivals: f64 = same_day().map(|rival| rival.theatres).filter(|n| !n.is_nan()).sum();
        row.push(theatres / (theatres + of_rivals));
        let share = self.count(share_of);
        row.push((share + 0.0005).ln());
        row.push(most(&same_day().map(|rival| rival.share).collect::<Vec<f64>>()));
        self.previews(rivals, row);
    }

    /// Showings before the release: what they brought, since when there were any, and what the rivals' brought.
    fn previews(&self, rivals: &[Rival], row: &mut Vec<f64>) {
        let market = self.history.level_on(self.today);
        row.push((self.count(previews_of) + 1.0).ln() - market);
        let first = self.film.facts.iter().filter(|known| known.at <= self.as_of);
        let first = first.filter(|known| previews_of(&known.fact).is_some()).map(|known| known.at).min();
        let days = first.map(|at| self.history.market.day_of(at).days_until(self.film.release) + 1);
        row.push(days.map_or(f64::NAN, |days| f64::from(days.min(60))));
        let of_rivals = rivals.iter().filter(|rival| rival.apart.abs() <= 7).map(|rival| rival.previews);
        row.push((most(&of_rivals.collect::<Vec<f64>>()) + 1.0).ln() - market);
    }

    /// Other films that open within two weeks, as far as was known.
    fn rivals(&self, slate: &[&Film]) -> Vec<Rival> {
        let release = number(self.film.release);
        let announced = slate.iter().filter(|other| other.id != self.film.id);
        let near = announced.filter_map(|other| {
            let apart = number(other.release) - release;
            (apart.abs() <= RIVAL_DAYS).then_some((other, apart))
        });
        near.map(|(other, apart)| self.rival(other, apart)).collect()
    }

    fn rival(&self, other: &Film, apart: i32) -> Rival {
        let name = Name::of(&other.name);
        let there = Sight { film: other, name, ..*self };
        let number_of = |read: fn(&Fact) -> Option<f64>| there.count(read);
        let genres = |film: &Film| -> Vec<String> {
            let found = film.newest(self.as_of, |fact| match fact {
                Fact::Genres(all) => Some(all.clone()),
                _ => None,
            });
            found.unwrap_or_default()
        };
        let (ours, theirs) = (genres(self.film), genres(other));
        let shared = ours.iter().filter(|genre| theirs.contains(genre)).count() as f64;
        let alike = shared / (ours.len() + theirs.len()).max(1) as f64 * 2.0;
        let theatres = number_of(|fact| match fact {
            Fact::Theatres(n) => Some(*n as f64),
            _ => None,
        });
        let (share, previews) = (number_of(share_of), number_of(previews_of));
        Rival { apart, strength: there.strength(), theatres, share, previews, alike }
    }

    /// What a rival is expected to be, from its series, distributor and genres, whichever speak.
    fn strength(&self) -> f64 {
        let keys = super::history::keys(self.film, &Name::default(), self.as_of);
        let spoken = keys.iter().map(|key| self.encoded(key, NEWEST)).filter(|(_, films)| *films > 0.0);
        let own = mean(spoken.map(|(mean, _)| mean)).unwrap_or(self.usual);
        let series = self.earlier_in_series().filter_map(|one| one.outcome(Window::Week, self.today));
        series.last().map_or(own, |last| 0.7 * last + 0.3 * own)
    }

    fn genres(&self, row: &mut Vec<f64>) {
        let own = self.list(|fact| match fact {
            Fact::Genres(all) => Some(all),
            _ => None,
        });
        let has = |i: usize| match self.history.genres.get(i) {
            Some(genre) if !own.is_empty() => f64::from(u8::from(own.contains(genre))),
            _ => f64::NAN,
        };
        row.extend((0..GENRES).map(has));
    }

    /// A number, or `NaN` when it is not known.
    fn count(&self, read: impl Fn(&Fact) -> Option<f64>) -> f64 {
        self.film.newest(self.as_of, read).unwrap_or(f64::NAN)
    }

    fn list(&self, read: fn(&Fact) -> Option<&Vec<String>>) -> Vec<String> {
        self.film.newest(self.as_of, read).cloned().unwrap_or_default()
    }

    fn newest<'b>(&'b self, key: &Key, films: usize) -> impl Iterator<Item = &'b Opened> {
        let sharing = self.history.sharing(key).rev();
        let known =
            sharing.filter(|one| one.peer() && one.release < self.today && one.film.id != self.film.id);
        known.take(films)
    }

    /// What films that share a key did lately, pulled to the usual, and how many they are.
    fn encoded(&self, key: &Key, films: usize) -> (f64, f64) {
        let newest = self.newest(key, films);
        self.shrunk(newest.filter_map(|one| one.outcome(Window::Week, self.today)), SHRINK)
    }

    fn shrunk(&self, outcomes: impl Iterator<Item = f64>, weight: f64) -> (f64, f64) {
        let (sum, count) = outcomes.fold((0.0, 0.0), |(sum, count), one| (sum + one, count + 1.0));
        ((sum + weight * self.usual) / (count + weight), count)
    }
}

struct Rival {
    /// Days after the film's release.
    apart: i32,
    strength: f64,
    theatres: f64,
    share: f64,
    previews: f64,
    /// How far its genres are the film's, 0 to 1.
    alike: f64,
}

fn share_of(fact: &Fact) -> Option<f64> {
    match fact {
        Fact::ShareOfShowings(part) => Some(*part),
        _ => None,
    }
}

fn previews_of(fact: &Fact) -> Option<f64> {
    match fact {
        Fact::Previews(minor) => Some(*minor as f64),
        _ => None,
    }
}

pub(super) fn column(name: &str) -> usize {
    NAMED.iter().position(|(one, _)| *one == name).expect("a column of the table above")
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    (count > 0.0).then(|| sum / count)
}

/// `NaN` of nothing.
fn most(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::max)
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::min)
}
