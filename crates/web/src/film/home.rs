//! The first page: the film now in release, what else is on, what comes with it, where to meet it.

use super::{address, amount, card, from_price, goods_cards, original, picture, poster, suggested, today};
use crate::answer::{Answer, Page};
use crate::look::parts::{self, Action, Hero, Weight};
use crate::look::{icon, money, say, when};
use crate::shops::in_basket;
use crate::visit::Visit;
use channels::Channel;
use flows::views::shelf::{self, Goods};
use flows::views::showing::{self, Film};
use kernel::{Day, Lang, counted};
use maud::{Markup, html};
use titles::Status;

/// Films and goods in one row of the page, at most.
const ROW_MAX: usize = 12;
const CHANNELS_MAX: usize = 8;

pub async fn show(visit: Visit) -> Answer<Page> {
    let (now, day) = (visit.now, today(&visit));
    let (films, featured, goods, channels) = visit
        .read(move |view| {
            let films = showing::films(view, now)?;
            let featured = featured(&films, day).cloned();
            let goods = match &featured {
                Some(film) => shelf::of_title(view, &film.title.id)?,
                None => Vec::new(),
            };
            Ok((films, featured, goods, channels::all(view)?))
        })
        .await?;
    let title = visit.say("Films and what comes with them", "电影与它的一切");
    let Some(featured) = featured else { return Ok(Page::consumer(title, nothing_yet(&visit, &channels))) };
    let body = html! {
        (hero(&visit, &featured))
        div class="wrap" {
            (rows(&visit, &films, &featured))
            (goods_row(&visit, &goods, &featured))
            (suggested::row(&visit, None).await?)
            (channels_row(&visit, &channels))
        }
    };
    Ok(Page::consumer(title, body).basket(in_basket(&visit).await?))
}

/// The film that the page opens with: one that plays, with goods of its licence on the shelves before
/// others, for that is the film this house releases; then the latest premiere, then the most showings.
/// When none plays, the next to come.
fn featured(films: &[Film], today: Day) -> Option<&Film> {
    let premiered = |film: &&Film| film.title.premiere.is_some_and(|premiere| premiere <= today);
    let playing = films.iter().filter(|film| film.title.status == Status::Released && film.showings > 0);
    let best = |film: &&Film| (film.goods > 0, film.title.premiere, film.showings);
    let next = || {
        let to_come = films.iter().filter(|film| !premiered(film));
        to_come.min_by_key(|film| (film.title.premiere.is_none(), film.title.premiere))
    };
    let in_cinemas = playing.clone().filter(premiered).max_by_key(best);
    in_cinemas.or_else(|| playing.max_by_key(best)).or_else(next).or(films.first())
}

fn hero(visit: &Visit, film: &Film) -> Markup {
    let (lang, title) = (visit.lang, &film.title);
    let mut facts: Vec<String> = title.premiere.map(|premiere| premiere.say(lang)).into_iter().collect();
    if title.runtime_minutes > 0 {
        facts.push(when::length(title.runtime_minutes as u32, lang));
    }
    if film.showings > 0 {
        let (showings, cinemas) = (money::grouped(film.showings), film.cinemas);
        facts.push(match lang {
            Lang::En => format!(
                "{} in {}",
                counted(film.showings, "showing", "showings"),
                if cinemas == 1 { "one cinema".to_owned() } else { counted(cinemas, "cinema", "cinemas") }
            ),
            Lang::Zh => format!("{cinemas} 家影院 {showings} 场"),
        });
    }
    let facts: Vec<&str> = facts.iter().map(String::as_str).collect();
    let hero = Hero {
        still: &picture(&title.artwork),
        poster: Some(&poster(title)),
        title: title.name.in_(lang),
        original: original(title, lang),
        facts: &facts,
        picture_says: "",
    };
    hero.render(html! {
        @if film.showings > 0 {
            a class="button primary" href={ (address(title)) "#showtimes" } {
                span { (say(lang, "Tickets", "购票")) }
                @if let Some(price) = film.from { span class="button-price" { (from_price(price, lang)) } }
            }
        }
        (parts::link_button(Weight::Quiet, &address(title), say(lang, "About the film", "影片详情")))
    })
}

fn rows(visit: &Visit, films: &[Film], featured: &Film) -> Markup {
    let others = || films.iter().filter(|film| film.title.id != featured.title.id);
    let upcoming = |film: &&Film| film.title.premiere.is_none_or(|premiere| premiere > today(visit));
    let cards =
        |films: Vec<&Film>| films.into_iter().take(ROW_MAX).map(|film| card(visit, film)).collect::<Vec<_>>();
    let on = cards(others().filter(|film| film.showings > 0 && !upcoming(film)).collect());
    let soon = cards(others().filter(upcoming).collect());
    let all = Action { href: "/films", word: visit.say("All films", "全部影片") };
    html! {
        @if !on.is_empty() { (parts::section(visit.say("Also in cinemas", "同期上映"), Some(all), parts::shelf(&on))) }
        @if !soon.is_empty() { (parts::section(visit.say("Coming", "即将上映"), on.is_empty().then_some(all), parts::shelf(&soon))) }
    }
}

fn goods_row(visit: &Visit, goods: &[Goods], featured: &Film) -> Markup {
    let some = &goods[..goods.len().min(ROW_MAX)];
    let heading = match visit.lang {
        Lang::En => format!("From {}", featured.title.name.in_(Lang::En)),
        Lang::Zh => format!("《{}》正版周边", featured.title.name.in_(Lang::Zh)),
    };
    let more = Action { href: "/shops", word: visit.say("To the shops", "去商店") };
    let cards = goods_cards(visit, some, &featured.title);
    html! { @if !cards.is_empty() { (parts::section(&heading, Some(more), parts::shelf(&cards))) } }
}

fn channels_row(visit: &Visit, channels: &[Channel]) -> Markup {
    let card = |channel: &Channel| {
        html! {
            a class="product" href={ "/shops/" (channel.slug) } {
                img src=(picture(&channel.artwork)) alt="" loading="lazy" width="800" height="800";
                span class="product-words" {
                    b class="product-title" { (channel.name.in_(visit.lang)) }
                    span class="muted" { (channel.about.in_(visit.lang)) }
                }
            }
        }
    };
    let cards: Vec<Markup> = channels.iter().take(CHANNELS_MAX).map(card).collect();
    html! { @if !cards.is_empty() { (parts::section(visit.say("Where to meet it", "在这些地方遇见它"), None, parts::shelf(&cards))) } }
}

/// What a house without a film still lacks, with the way to each.
fn nothing_yet(visit: &Visit, channels: &[Channel]) -> Markup {
    let may = |path: &str| visit.site.leads(path, &visit.actor);
    let lang = visit.lang;
    let step = |icon_name: &str, word: &str, note: &str, href: &str| {
        html! {
            li class="plain" {
                span class="step-mark" { (icon(icon_name)) }
                div { b { @if may(href) { a href=(href) { (word) } } @else { (word) } } p class="muted" { (note) } }
            }
        }
    };
    let action = may("/console/slate/new").then_some(Action {
        href: "/console/slate/new",
        word: say(lang, "Put a film on the slate", "把影片加入片单"),
    });
    html! {
        div class="wrap reading" {
            (parts::empty(
                say(lang, "No film is announced yet", "还没有公开的影片"),
                say(lang, "This is where people will meet the film, take seats, and find what was made with its licence.", "影片公开后，人们在这里看介绍、选座位、买正版周边。"),
                action,
            ))
            (parts::titled_card(say(lang, "How a release gets here", "一部影片怎样来到这里"), html! {
                ol class="stages" {
                    (step("slate", say(lang, "A studio", "制片方"), say(lang, "announces a title on its slate.", "在片单上公开影片。"), "/console/slate"))
                    (step("cinema", say(lang, "A cinema", "影院"), say(lang, "opens halls and puts showtimes on sale.", "开设影厅，开售场次。"), "/console/cinemas"))
                    (step("merchant", say(lang, "Merchants", "商家"), say(lang, "make licensed goods for the shops.", "取得授权，为商店制作周边。"), "/console/merchants"))
                    (step("campaign", say(lang, "Campaigns", "投放"), say(lang, "bring people here from where they shop.", "把人从购物的地方带到这里。"), "/console/campaigns"))
                }
            }))
            (channels_row(visit, channels))
        }
    }
}

/// What the cheapest of some films costs; for the list's heading.
pub(super) fn cheapest(films: &[Film]) -> Option<String> {
    films.iter().filter_map(|film| film.from).min_by_key(|money| money.minor).map(amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Instant, OrgId, TitleId, Words};
    use titles::Title;

    fn film(name: &str, premiere: i8, showings: i64, goods: i64) -> Film {
        let title = Title {
            id: TitleId(format!("ttl_{name}")),
            slug: name.into(),
            studio: OrgId("org_a".into()),
            status: Status::Released,
            original_name: name.into(),
            name: Words::new(name, name),
            synopsis: Words::default(),
            genre: String::new(),
            runtime_minutes: 0,
            premiere: Day::new(2016, 12, premiere).ok(),
            artwork: String::new(),
            domestic: true,
            created_at: Instant::default(),
            updated_at: Instant::default(),
        };
        Film { title, showings, cinemas: 1, from: None, wanted: 0, goods }
    }

    fn opens_with(films: &[Film]) -> Option<&str> {
        let today = Day::new(2016, 12, 25).expect("a day");
        featured(films, today).map(|film| film.title.slug.as_str())
    }

    #[test]
    fn the_page_opens_with_the_film_in_release() {
        let (old, new, small) = (film("old", 16, 90, 0), film("new", 23, 50, 0), film("small", 23, 5, 0));
        let (own, next, far) = (film("own", 16, 9, 4), film("next", 30, 0, 0), film("far", 31, 0, 0));
        let playing = [next.clone(), small.clone(), new.clone(), old.clone()];
        assert_eq!(opens_with(&playing), Some("new"));
        assert_eq!(opens_with(&[new, own, old]), Some("own"));
        assert_eq!(opens_with(&[far, next]), Some("next"));
        assert_eq!(opens_with(&[film("presale", 31, 5, 0), small]), Some("small"));
        assert_eq!(opens_with(&[]), None);
    }
}
