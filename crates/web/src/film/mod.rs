//! Films, as consumers find them: the first page, the list, a film's own page.

pub mod home;
pub mod line;
mod linked_data;
pub mod list;
pub mod show;
pub(crate) mod suggested;
pub mod want_to_see;

use crate::look::parts::{FilmCard, ProductCard};
use crate::look::{art, money, say};
pub(crate) use crate::shops::picture;
use crate::visit::Visit;
use flows::views::shelf::Goods;
use flows::views::showing::Film;
use kernel::{Day, Lang, Money};
use maud::Markup;
use titles::{Status, Title};

/// The page of a film.
pub fn address(title: &Title) -> String {
    format!("/films/{}", title.slug)
}

/// The address of the tall picture beside a title's wide one.
pub(crate) fn poster(title: &Title) -> String {
    let own = format!("{}-poster", title.artwork);
    if art::keys().contains(&own.as_str()) {
        return picture(&own);
    }
    picture(&format!("poster-{}", title.artwork.strip_prefix("film-").unwrap_or(&title.artwork)))
}

/// What a film is called beside its name in the reader's language; empty when that is all.
pub(crate) fn original(title: &Title, lang: Lang) -> &str {
    let name = title.name.in_(lang);
    let other = title.name.in_(if lang == Lang::En { Lang::Zh } else { Lang::En });
    [title.original_name.as_str(), other].into_iter().find(|known| *known != name).unwrap_or_default()
}

/// An amount for people.
pub(crate) fn amount(money: Money) -> String {
    money::full(money.minor, money.currency.code())
}

/// `from ¥39.90` or `¥39.90 起`.
pub(crate) fn from_price(money: Money, lang: Lang) -> String {
    match lang {
        Lang::En => format!("from {}", amount(money)),
        Lang::Zh => format!("{} 起", amount(money)),
    }
}

/// The day it is for those who release and watch: where no cinema is named, the house's own.
fn today(visit: &Visit) -> Day {
    visit.today()
}

/// A film in a list.
fn card(visit: &Visit, film: &Film) -> Markup {
    let lang = visit.lang;
    let wanted = money::count(film.wanted, lang);
    let (line, flag) = match film.title.premiere {
        Some(premiere) if premiere > today(visit) => {
            (premiere.say(lang), if film.showings > 0 { say(lang, "presale", "预售") } else { "" })
        }
        premiere if film.showings > 0 => {
            let opens = premiere == Some(today(visit));
            let line = film.from.map(|price| from_price(price, lang));
            let line = line.unwrap_or_else(|| say(lang, "showing", "热映中").to_owned());
            (line, if opens { say(lang, "today", "今日上映") } else { "" })
        }
        _ if film.title.status == Status::Announced => match lang {
            Lang::En => (format!("{wanted} want to see"), ""),
            Lang::Zh => (format!("{wanted}人想看"), ""),
        },
        _ => (say(lang, "has left cinemas", "已下映").to_owned(), ""),
    };
    FilmCard {
        href: &address(&film.title),
        poster: &poster(&film.title),
        title: film.title.name.in_(lang),
        line: &line,
        flag,
    }
    .render()
}

/// Licensed goods as cards.
fn goods_cards(visit: &Visit, goods: &[Goods], title: &Title) -> Vec<Markup> {
    let card = |one: &Goods| {
        ProductCard {
            href: &goods_address(one),
            picture: &picture(&one.product.artwork),
            title: one.product.name.in_(visit.lang),
            maker: one.maker.in_(visit.lang),
            licensed_by: title.name.in_(visit.lang),
            price: &amount(one.listing.price),
            note: if one.listing.stock == 0 { visit.say("sold out", "已售罄") } else { "" },
            ..ProductCard::default()
        }
        .render(visit.lang)
    };
    goods.iter().map(card).collect()
}

fn goods_address(goods: &Goods) -> String {
    format!("/shops/{}/products/{}", goods.shop_slug, goods.listing.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::{Instant, OrgId, TitleId, Words};

    fn title(artwork: &str, original_name: &str) -> Title {
        Title {
            id: TitleId("ttl_a".into()),
            slug: "a".into(),
            studio: OrgId("org_a".into()),
            status: Status::Released,
            original_name: original_name.into(),
            name: Words::new("The Ferryman", "摆渡人"),
            synopsis: Words::default(),
            genre: String::new(),
            runtime_minutes: 0,
            premiere: None,
            artwork: artwork.into(),
            domestic: true,
            created_at: Instant::default(),
            updated_at: Instant::default(),
        }
    }

    #[test]
    fn every_film_has_a_poster() {
        assert_eq!(poster(&title("the-ferryman", "")), "/art/the-ferryman-poster.svg");
        assert_eq!(poster(&title("film-snow-letter", "")), "/art/poster-snow-letter.svg");
        assert_eq!(poster(&title("夜", "")), "/art/poster-%E5%A4%9C.svg");
    }

    #[test]
    fn the_other_name_stands_beneath() {
        assert_eq!(original(&title("a", "摆渡人"), Lang::En), "摆渡人");
        assert_eq!(original(&title("a", "摆渡人"), Lang::Zh), "The Ferryman");
        assert_eq!(original(&title("a", "Passeur"), Lang::En), "Passeur");
    }
}
