//! A shop's shelf: its goods in a grid, by kind and page, with the ads among them.

use crate::channels::spots;
use crate::look::parts::{self, ProductCard};
use crate::shops::picture;
use crate::visit::Visit;
use ::shops::Shop;
use ::shops::listings::LIST_MAX;
use flows::views::goods::{self, Goods};
use kernel::{Lang, Result};
use licensing::categories;
use maud::{Markup, html};

/// Goods on one page.
const PAGE: usize = 24;
/// A stock at which it is said how many are left.
const FEW: i64 = 10;

pub(crate) async fn body(visit: &Visit, address: &str, shop: &Shop, ads: Vec<Markup>) -> Result<Markup> {
    let place = shop.place.clone();
    let all = visit.read(move |view| goods::of_shop(view, &place, LIST_MAX)).await?;
    let mut kinds: Vec<String> = all.iter().map(|goods| goods.product.category.clone()).collect();
    kinds.sort();
    kinds.dedup();
    let kind = visit.asked("kind").filter(|asked| kinds.contains(asked));
    let of_kind = |goods: &&Goods| kind.as_ref().is_none_or(|kind| goods.product.category == *kind);
    let chosen: Vec<&Goods> = all.iter().filter(of_kind).collect();

    let pages = chosen.len().div_ceil(PAGE).max(1);
    let page = visit.asked("page").and_then(|page| page.parse().ok()).unwrap_or(1).clamp(1, pages);
    let first = (page - 1) * PAGE;
    let shown = &chosen[first..chosen.len().min(first + PAGE)];
    let cards = spots::among(shown.iter().map(|goods| card(visit, shop, goods)).collect(), ads);
    Ok(html! {
        div class="stack" {
            @if kinds.len() > 1 { (chips(visit, address, &kinds, kind.as_deref())) }
            @if all.is_empty() {
                (parts::empty(
                    visit.say("The shelves are empty", "货架还空着"),
                    visit.say("Makers are putting their goods up. Please come back soon.", "商家正在上架，请稍后再来。"),
                    None,
                ))
            }
            (parts::product_grid(&cards))
            @if pages > 1 { (pagination(visit, address, kind.as_deref(), page, chosen.len())) }
        }
    })
}

fn chips(visit: &Visit, address: &str, kinds: &[String], chosen: Option<&str>) -> Markup {
    let named =
        |kind: &String| (asking(address, Some(kind), 1), categories::words(kind).in_(visit.lang).to_owned());
    let mut links = vec![(address.to_owned(), visit.say("All", "全部").to_owned())];
    links.extend(kinds.iter().map(named));
    let links: Vec<(&str, &str)> = links.iter().map(|(href, word)| (href.as_str(), word.as_str())).collect();
    let at = chosen.and_then(|chosen| kinds.iter().position(|kind| kind == chosen)).map_or(0, |i| i + 1);
    parts::chips(visit.say("Kinds", "分类"), &links, at)
}

fn asking(address: &str, kind: Option<&str>, page: usize) -> String {
    let kind = kind.map(|kind| format!("kind={}", crate::encode(kind)));
    let page = (page > 1).then(|| format!("page={page}"));
    let asked: Vec<String> = kind.into_iter().chain(page).collect();
    if asked.is_empty() { address.to_owned() } else { format!("{address}?{}", asked.join("&")) }
}

fn pagination(visit: &Visit, address: &str, kind: Option<&str>, page: usize, count: usize) -> Markup {
    let (first, last) = ((page - 1) * PAGE + 1, (page * PAGE).min(count));
    let sentence = match visit.lang {
        Lang::En => format!("{first}–{last} of {count}"),
        Lang::Zh => format!("第 {first}–{last} 件，共 {count} 件"),
    };
    let earlier = (page > 1).then(|| asking(address, kind, page - 1));
    let later = (last < count).then(|| asking(address, kind, page + 1));
    parts::pagination(visit.lang, earlier.as_deref(), later.as_deref(), &sentence)
}

pub(crate) fn cards(visit: &Visit, shop: &Shop, goods: &[Goods]) -> Vec<Markup> {
    goods.iter().map(|goods| card(visit, shop, goods)).collect()
}

pub(super) fn address(shop: &Shop, goods: &Goods) -> String {
    format!("/shops/{}/products/{}", shop.slug, goods.listing.id)
}

pub(super) fn note(visit: &Visit, stock: i64) -> String {
    match (stock, visit.lang) {
        (..=0, _) => visit.say("sold out", "售罄").into(),
        (1..=FEW, Lang::En) => format!("last {stock}"),
        (1..=FEW, Lang::Zh) => format!("仅剩 {stock} 件"),
        _ => String::new(),
    }
}

fn card(visit: &Visit, shop: &Shop, goods: &Goods) -> Markup {
    ProductCard {
        href: &address(shop, goods),
        picture: &picture(&goods.product.artwork),
        title: goods.product.name.in_(visit.lang),
        maker: goods.maker.in_(visit.lang),
        licensed_by: goods.film.as_ref().map_or("", |film| film.name.in_(visit.lang)),
        price: &goods.listing.price.to_string(),
        before: None,
        note: &note(visit, goods.listing.stock),
    }
    .render(visit.lang)
}
