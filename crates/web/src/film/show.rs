//! A film's own page: what it is, when it plays, what comes with it.

use super::{
    address, amount, from_price, goods_cards, line, linked_data, original, picture, poster, suggested, today,
};
use crate::address::sign_in_before;
use crate::answer::{Answer, Page, Wrong};
use crate::look::parts::{self, Action, AtCinema, Hero, Time};
use crate::look::{icon, money, say, when};
use crate::shops::in_basket;
use crate::visit::Visit;
use axum::extract::Path;
use db::View;
use events::Kind;
use flows::audiences::{self, Sighting};
use flows::views::recommendations::Thing;
use flows::views::shelf::{self, Goods};
use flows::views::showing::{self, Showing, Stop};
use kernel::{Day, Instant, Lang, Money, PlaceId, Result, Words};
use maud::{Markup, html};
use titles::credits::{self, Credit, Job};
use titles::{Title, want_to_see};

/// Names of the cast in the line of facts.
const CAST_MAX: usize = 3;
/// When fewer than one seat in this many is free, it is said.
const FEW_OF: i64 = 5;

/// Everything the page shows that is the same for everybody.
pub(crate) struct Film {
    pub title: Title,
    pub credits: Vec<Credit>,
    pub stops: Vec<Stop>,
    /// The day and city that were chosen, when it plays at all.
    pub chosen: Option<(Day, String)>,
    pub showings: Vec<Showing>,
    goods: Vec<Goods>,
    wanted: i64,
}

pub async fn show(visit: Visit, Path(slug): Path<String>) -> Answer<Page> {
    let day = visit.asked("day").and_then(|day| Day::parse(&day).ok());
    let city = visit.asked("city");
    let now = visit.now;
    let key = format!(
        "{slug}?{}&{}",
        day.map_or(String::new(), |day| day.to_string()),
        city.as_deref().unwrap_or_default()
    );
    let shared =
        visit.site.films().get(&visit.house, key, move |view| film(view, &slug, day, city, now)).await?;
    let film = shared.as_ref().as_ref().ok_or_else(Wrong::not_found)?;
    let wants = wants(&visit, film).await?;
    let seen = Sighting::of(Kind::PageViewed, &PlaceId::house(), &film.title.id).about(&film.title.id);
    audiences::notice(&visit.house, &visit.actor, seen);

    let lang = visit.lang;
    let body = html! {
        (hero(&visit, film, wants))
        div class="wrap" {
            (line::notice(&visit, &film.title))
            div id="showtimes" { (parts::section(say(lang, "Showtimes", "场次"), None, showtimes(&visit, film)?)) }
            (goods_row(&visit, film))
            @if !film.title.synopsis.in_(lang).is_empty() {
                (parts::section(say(lang, "The story", "剧情"), None, parts::card(html! { p { (film.title.synopsis.in_(lang)) } })))
            }
            (credits_card(lang, &film.credits))
            (suggested::row(&visit, Some(Thing::Film(film.title.id.clone()))).await?)
        }
    };
    let page = Page::consumer(film.title.name.in_(lang), body).basket(in_basket(&visit).await?);
    let page = page.json_ld(linked_data::of_film(&visit.site.settings().base_url, lang, film)?);
    Ok(match cheapest(&film.showings)? {
        Some(price) => page.bottom_bar(parts::price_link(
            "#showtimes",
            say(lang, "Tickets", "购票"),
            &from_price(price, lang),
        )),
        None => page,
    })
}

fn film(
    view: &View,
    slug: &str,
    day: Option<Day>,
    city: Option<String>,
    now: Instant,
) -> Result<Option<Film>> {
    let title = titles::by_slug(view, slug)?.filter(|title| title.status.is_public());
    let Some(title) = title else { return Ok(None) };
    let stops = showing::stops(view, &title.id, now)?;
    let chosen = choose(&stops, day, city.as_deref());
    let showings = match &chosen {
        Some((day, city)) => showing::of_day(view, &title.id, *day, city, now)?,
        None => Vec::new(),
    };
    Ok(Some(Film {
        credits: credits::of(view, &title.id)?,
        goods: shelf::of_title(view, &title.id)?,
        wanted: want_to_see::count(view, &title.id)?,
        title,
        stops,
        chosen,
        showings,
    }))
}

/// Whether the reader wants to see it.
async fn wants(visit: &Visit, film: &Film) -> Result<bool> {
    let Some(person) = visit.person.as_ref().map(|person| person.id.clone()) else { return Ok(false) };
    let title = film.title.id.clone();
    visit.read(move |view| want_to_see::has(view, &title, &person)).await
}

/// The asked day and city where the film plays, else the nearest of each; the asked city goes before the first.
fn choose(stops: &[Stop], day: Option<Day>, city: Option<&str>) -> Option<(Day, String)> {
    let on_day = |day| stops.iter().filter(move |stop| stop.day == day);
    let first = stops.first()?;
    let day = day.filter(|day| on_day(*day).next().is_some()).unwrap_or(first.day);
    let asked = city.and_then(|city| on_day(day).find(|stop| stop.city == city));
    asked.or_else(|| on_day(day).next()).map(|stop| (day, stop.city.clone()))
}

fn cheapest(showings: &[Showing]) -> Result<Option<Money>> {
    let prices = showings.iter().map(Showing::price).collect::<Result<Vec<_>>>()?;
    Ok(prices.into_iter().min_by_key(|price| price.minor))
}

fn hero(visit: &Visit, film: &Film, wants: bool) -> Markup {
    let (lang, title) = (visit.lang, &film.title);
    let facts = facts(film, lang);
    let facts: Vec<&str> = facts.iter().map(String::as_str).collect();
    let hero = Hero {
        still: &picture(&title.artwork),
        poster: Some(&poster(title)),
        title: title.name.in_(lang),
        original: original(title, lang),
        facts: &facts,
        picture_says: "",
    };
    hero.render(want(visit, film, wants))
}

/// The premiere, the length, the versions, the first names of the cast.
fn facts(film: &Film, lang: Lang) -> Vec<String> {
    let mut facts = Vec::new();
    facts.extend(film.title.premiere.map(|premiere| premiere.say(lang)));
    if film.title.runtime_minutes > 0 {
        facts.push(when::length(film.title.runtime_minutes as u32, lang));
    }
    let mut versions: Vec<&str> = film.stops.iter().map(|stop| stop.version.as_str()).collect();
    versions.sort_unstable();
    versions.dedup();
    facts.push(versions.join(say(lang, ", ", "、")));
    let cast = film.credits.iter().filter(|credit| credit.job == Job::Cast).take(CAST_MAX);
    facts.push(cast.map(|credit| credit.name.in_(lang)).collect::<Vec<_>>().join(say(lang, ", ", "、")));
    facts.retain(|fact| !fact.is_empty());
    facts
}

fn want(visit: &Visit, film: &Film, wants: bool) -> Markup {
    let (lang, count) = (visit.lang, money::count(film.wanted, visit.lang));
    if visit.person.is_some() {
        let action = format!("{}/want-to-see", address(&film.title));
        return parts::want_to_see(lang, &action, &count, wants);
    }
    html! {
        a class="button quiet" rel="nofollow" href=(sign_in_before(&address(&film.title))) {
            (icon("heart")) span { (say(lang, "Want to see", "想看")) } b { (count) }
        }
    }
}

fn showtimes(visit: &Visit, film: &Film) -> Result<Markup> {
    let Some((day, city)) = &film.chosen else { return Ok(none_on_sale(visit, film)) };
    let days = days(visit, film, city);
    let chosen = days.iter().position(|(known, _, _)| known == day).unwrap_or_default();
    let links: Vec<(&str, &str)> =
        days.iter().map(|(_, href, word)| (href.as_str(), word.as_str())).collect();
    let times = film.showings.iter().map(|showing| time(showing, visit.lang)).collect::<Result<Vec<_>>>()?;
    Ok(html! {
        (cities(visit, film, *day, city))
        (parts::showtimes(visit.lang, &links, chosen, &at_cinemas(&film.showings, &times, visit.lang)))
    })
}

fn none_on_sale(visit: &Visit, film: &Film) -> Markup {
    let is_over = film.title.premiere.is_some_and(|premiere| premiere < today(visit));
    let (en, zh) = if is_over {
        (
            "No cinema near or far has a showing on sale. What was made with the film’s licence stays.",
            "目前没有影院在售这部影片的场次，正版周边仍可购买。",
        )
    } else {
        (
            "Cinemas have not put it on sale yet. Press “want to see”: the more people do, the more screens it gets.",
            "影院还没有开售。点一下“想看”：想看的人越多，排片就越多。",
        )
    };
    parts::card(parts::empty(visit.say("No showtimes on sale", "暂无在售场次"), visit.say(en, zh), None))
}

/// Each day with its address and its words.
fn days(visit: &Visit, film: &Film, city: &str) -> Vec<(Day, String, String)> {
    let mut days: Vec<Day> = film.stops.iter().map(|stop| stop.day).collect();
    days.dedup();
    let word = |day: Day| {
        let said = day.say(visit.lang);
        match (today(visit).days_until(day), visit.lang) {
            (0, Lang::En) => format!("Today, {said}"),
            (0, Lang::Zh) => format!("今天 {said}"),
            (1, Lang::Zh) => format!("明天 {said}"),
            _ => said,
        }
    };
    days.into_iter().map(|day| (day, link(film, day, city), word(day))).collect()
}

fn link(film: &Film, day: Day, city: &str) -> String {
    format!("{}?day={day}&city={}#showtimes", address(&film.title), crate::encode(city))
}

/// The cities of a day; nothing when there is only one.
fn cities(visit: &Visit, film: &Film, day: Day, chosen: &str) -> Markup {
    let mut cities: Vec<(&str, &Words)> = Vec::new();
    for stop in film.stops.iter().filter(|stop| stop.day == day) {
        if cities.iter().all(|(code, _)| *code != stop.city) {
            cities.push((&stop.city, &stop.city_name));
        }
    }
    let addresses: Vec<String> = cities.iter().map(|(code, _)| link(film, day, code)).collect();
    let links: Vec<(&str, &str)> = addresses
        .iter()
        .zip(&cities)
        .map(|(href, (_, name))| (href.as_str(), name.in_(visit.lang)))
        .collect();
    let at = cities.iter().position(|(code, _)| *code == chosen).unwrap_or_default();
    html! { @if links.len() > 1 { (parts::tabs(visit.say("Cities", "城市"), &links, at)) } }
}

/// A showing in words that live as long as the page is drawn.
struct Said {
    href: String,
    starts: String,
    ends: String,
    line: String,
    price: String,
    note: String,
    closed: bool,
}

fn time(showing: &Showing, lang: Lang) -> Result<Said> {
    let (showtime, free) = (&showing.showtime, showing.free());
    let clock = |at: Instant| when::clock(at, &showing.cinema.zone);
    let note = match lang {
        _ if free * FEW_OF > showtime.seats => String::new(),
        Lang::En if free == 0 => "sold out".into(),
        Lang::Zh if free == 0 => "已售罄".into(),
        Lang::En if free == 1 => "1 seat left".into(),
        Lang::En => format!("{free} seats left"),
        Lang::Zh => format!("仅剩 {free} 座"),
    };
    Ok(Said {
        href: crate::box_office::address(&showtime.place, &showtime.id),
        starts: clock(showtime.starts_at),
        ends: clock(showtime.ends_at),
        line: format!("{} · {}", showtime.version, showing.hall.in_(lang)),
        price: amount(showing.price()?),
        note,
        closed: free == 0,
    })
}

fn at_cinemas<'a>(showings: &'a [Showing], times: &'a [Said], lang: Lang) -> Vec<AtCinema<'a>> {
    let mut cinemas: Vec<(&kernel::PlaceId, AtCinema)> = Vec::new();
    for (showing, said) in showings.iter().zip(times) {
        let time = Time {
            href: &said.href,
            starts: &said.starts,
            ends: &said.ends,
            line: &said.line,
            price: &said.price,
            note: &said.note,
            closed: said.closed,
        };
        match cinemas.last_mut() {
            Some((place, at)) if **place == showing.cinema.place => at.times.push(time),
            _ => cinemas.push((
                &showing.cinema.place,
                AtCinema {
                    cinema: showing.cinema.name.in_(lang),
                    line: showing.cinema.address.in_(lang),
                    times: vec![time],
                },
            )),
        }
    }
    cinemas.into_iter().map(|(_, at)| at).collect()
}

fn goods_row(visit: &Visit, film: &Film) -> Markup {
    let cards = goods_cards(visit, &film.goods, &film.title);
    let more = Action { href: "/shops", word: visit.say("To the shops", "去商店") };
    html! { @if !cards.is_empty() { (parts::section(visit.say("Licensed goods", "正版周边"), Some(more), parts::shelf(&cards))) } }
}

fn credits_card(lang: Lang, credits: &[Credit]) -> Markup {
    let names = |job: Job| {
        let of_job = credits.iter().filter(|credit| credit.job == job);
        of_job.map(|credit| credit.name.in_(lang)).collect::<Vec<_>>().join(say(lang, ", ", "、"))
    };
    let jobs: Vec<(Words, String)> = Job::ALL.into_iter().map(|job| (job.words(), names(job))).collect();
    let pairs: Vec<(&str, Markup)> = jobs
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(job, names)| (job.in_(lang), html! { (names) }))
        .collect();
    html! { @if !pairs.is_empty() { (parts::section(say(lang, "Cast and crew", "演职员"), None, parts::card(parts::definitions(&pairs)))) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stop(day: i8, city: &str) -> Stop {
        Stop {
            day: Day::new(2016, 12, day).expect("a day"),
            city: city.into(),
            city_name: Words::default(),
            showings: 1,
            version: "2D".into(),
        }
    }

    #[test]
    fn the_nearest_day_and_city_stand_in_for_what_is_not_there() {
        let stops = [stop(23, "SHA"), stop(23, "BJS"), stop(24, "BJS")];
        let chosen = |day: i8, city| {
            let (day, city) = choose(&stops, Day::new(2016, 12, day).ok(), city).expect("it plays");
            (day.day(), city)
        };
        assert_eq!(chosen(24, Some("SHA")), (24, "BJS".into()));
        assert_eq!(chosen(31, Some("BJS")), (23, "BJS".into()));
        assert_eq!(chosen(23, Some("nowhere")), (23, "SHA".into()));
        assert_eq!(choose(&[], None, None), None);
    }
}
