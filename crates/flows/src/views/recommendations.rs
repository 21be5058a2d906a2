//! What somebody may also like: films and goods together, each with its reason.
//!
//! The house learns from its own tickets, orders, baskets and wishes, holds what it learnt in memory
//! (`House::recommender`), and learns again every now and then. Somebody who has not agreed to be known gets what
//! is popular, and what goes with the page they look at.

use super::shelf::{self, Goods};
use db::View;
use demand::recommend::{Event, Item, Kind, Log, Model, Pick, Reason, Settings, Taken};
use kernel::{Instant, PersonId, ProductId, Result, TitleId, Words};
use people::consents;
use std::collections::{BTreeMap, BTreeSet};
use titles::Title;

/// Films and products that are learnt about, the newest first, and events they are learnt from, the latest first.
const ITEMS_MAX: i64 = 5_000;
const EVENTS_MAX: i64 = 200_000;

/// A film or a product.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    Film(TitleId),
    Product(ProductId),
}

impl Thing {
    /// `film:ttl_…`: how somebody says that it is not to be used.
    pub fn code(&self) -> String {
        match self {
            Thing::Film(id) => format!("film:{id}"),
            Thing::Product(id) => format!("product:{id}"),
        }
    }
}

/// Something to show, as it is now.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    Film(Box<Title>),
    Goods(Box<Goods>),
}

/// What is shown and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    pub shown: Shown,
    pub reason: Words,
    /// What of the reader's own it rests on, if on anything.
    pub because: Option<Thing>,
}

/// What leads people to a film: something else they took.
#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    pub thing: Thing,
    pub name: Words,
    /// What having taken it adds to the log-odds of wanting the film.
    pub strength: f64,
}

/// What was learnt, at some moment.
#[derive(Default)]
pub struct Recommender {
    model: Option<Model>,
    things: Vec<Thing>,
    names: Vec<Words>,
    numbers: BTreeMap<Thing, u32>,
}

impl Recommender {
    /// Learns from what people did until now; with nothing public or listed it has nothing to say.
    pub fn learn(view: &View) -> Result<Recommender> {
        let listed = listed(view)?;
        if listed.is_empty() {
            return Ok(Recommender::default());
        }
        let mut tags: BTreeMap<String, u32> = BTreeMap::new();
        let mut tag = |name: &String| {
            let next = tags.len() as u32;
            *tags.entry(name.clone()).or_insert(next)
        };
        let items: Vec<Item> = listed
            .iter()
            .map(|one| Item { tags: one.tags.iter().map(&mut tag).collect(), since: Some(one.since) })
            .collect();
        let numbers: BTreeMap<Thing, u32> = listed.iter().map(|one| one.thing.clone()).zip(0..).collect();
        let mut people: BTreeMap<PersonId, u32> = BTreeMap::new();
        let mut events = Vec::new();
        for one in acts(view, None)? {
            let next = people.len() as u32;
            let person = *people.entry(one.person).or_insert(next);
            if let Some(item) = numbers.get(&one.thing) {
                events.push(Event { person, item: *item, kind: one.kind, at: one.at });
            }
        }
        let model = Model::fit(&Log::new(items, &events), &Settings::default());
        let (things, names) = listed.into_iter().map(|one| (one.thing, one.name)).unzip();
        Ok(Recommender { model: Some(model), things, names, numbers })
    }

    /// Up to `count` things for a reader: by what they did since they agreed to that, if they did and still do, without
    /// what they keep out of it, and by the page they look at. What they have taken and the page's own thing are left out, as is what cannot be had any more.
    pub fn suggest(
        &self,
        view: &View,
        person: Option<&PersonId>,
        page: Option<&Thing>,
        now: Instant,
        count: usize,
    ) -> Result<Vec<Suggestion>> {
        let Some(model) = &self.model else { return Ok(Vec::new()) };
        let history = self.history(view, person, page, now)?;
        let bought = self.bought(view, person)?;
        let open = |item: u32| !bought.contains(&item) && !history.iter().any(|taken| taken.item == item);
        let mut suggestions = Vec::new();
        for pick in model.rank(&history, now, self.things.len(), open) {
            if suggestions.len() == count {
                break;
            }
            if let Some(shown) = self.look_up(view, pick.item, now)? {
                suggestions.push(Suggestion {
                    shown,
                    reason: self.reason(&pick, page),
                    because: self.because(&pick, page),
                });
            }
        }
        Ok(suggestions)
    }

    /// The page's thing stands last, as what holds the reader's interest now.
    fn history(
        &self,
        view: &View,
        person: Option<&PersonId>,
        page: Option<&Thing>,
        now: Instant,
    ) -> Result<Vec<Taken>> {
        let acts = person.map_or(Ok(Vec::new()), |person| agreed_acts(view, person))?;
        let event = |one: Act| {
            let item = *self.numbers.get(&one.thing)?;
            Some(Event { person: 0, item, kind: one.kind, at: one.at })
        };
        let mut events: Vec<Event> = acts.into_iter().filter_map(event).collect();
        if let Some(item) = page.and_then(|thing| self.numbers.get(thing)) {
            events.push(Event { person: 0, item: *item, kind: Kind::View, at: now });
        }
        let items = vec![Item::default(); self.things.len()];
        Ok(Log::new(items, &events).histories.pop().unwrap_or_default())
    }

    /// What a reader who agreed has bought, also before they did and of what they keep out of the reasons: nobody is sent
    /// to what they have.
    fn bought(&self, view: &View, person: Option<&PersonId>) -> Result<BTreeSet<u32>> {
        let Some(person) = person else { return Ok(BTreeSet::new()) };
        if consents::since(view, person, consents::SUGGESTIONS)?.is_none() {
            return Ok(BTreeSet::new());
        }
        let all = acts(view, Some(person))?.into_iter();
        let bought = all.filter(|act| matches!(act.kind, Kind::Buy));
        Ok(bought.filter_map(|act| self.numbers.get(&act.thing).copied()).collect())
    }

    /// A thing as it is now; none when it cannot be had any more.
    fn look_up(&self, view: &View, item: u32, now: Instant) -> Result<Option<Shown>> {
        Ok(match &self.things[item as usize] {
            Thing::Film(id) => {
                let title = titles::any(view, id)?.filter(|title| title.status.is_public());
                match title {
                    Some(title) if is_to_be_seen(view, &title, now)? => Some(Shown::Film(Box::new(title))),
                    _ => None,
                }
            }
            Thing::Product(id) => shelf::of_product(view, id)?.map(|goods| Shown::Goods(Box::new(goods))),
        })
    }

    /// On its own page a thing needs no name: what goes with it is often chosen with it.
    fn reason(&self, pick: &Pick, page: Option<&Thing>) -> Words {
        match pick.reason {
            Reason::Because { item, .. } if page == Some(&self.things[item as usize]) => {
                Words::new("goes with this", "与它相配")
            }
            reason => reason.say(|item| self.name(item)),
        }
    }

    fn because(&self, pick: &Pick, page: Option<&Thing>) -> Option<Thing> {
        let Reason::Because { item, .. } = pick.reason else { return None };
        Some(self.things[item as usize].clone()).filter(|thing| page != Some(thing))
    }

    /// What a thing that somebody keeps out is called, by its code.
    pub fn called(&self, code: &str) -> Option<Words> {
        let (_, number) = self.numbers.iter().find(|(thing, _)| thing.code() == code)?;
        Some(self.name(*number))
    }

    /// 《片名》 for a film in 中文.
    fn name(&self, item: u32) -> Words {
        let name = &self.names[item as usize];
        match &self.things[item as usize] {
            Thing::Film(_) => Words::new(&name.en, format!("《{}》", name.in_(kernel::Lang::Zh))),
            Thing::Product(_) => {
                Words::new(name.in_(kernel::Lang::En), format!("“{}”", name.in_(kernel::Lang::Zh)))
            }
        }
    }

    /// Who will want this film: those who took these, the strongest first. Seeds for an audience.
    pub fn leads(&self, film: &TitleId, count: usize) -> Vec<Lead> {
        let known = self.model.as_ref().zip(self.numbers.get(&Thing::Film(film.clone())));
        let Some((model, item)) = known else { return Vec::new() };
        let lead = |(item, strength): (u32, f64)| Lead {
            thing: self.things[item as usize].clone(),
            name: self.name(item),
            strength,
        };
        model.seeds(*item, count).into_iter().map(lead).collect()
    }
}

/// Whether a film is still to come, or has a showing that sells tickets.
fn is_to_be_seen(view: &View, title: &Title, now: Instant) -> Result<bool> {
    let today = now.day_in(&people::home::of(view)?.zone);
    if title.premiere.is_none_or(|premiere| premiere > today) {
        return Ok(true);
    }
    let showing: Option<(i64,)> = view.maybe(
        "select 1
         from showtime
         where title_id = $1 and state = 'open' and starts_at > $2
         limit 1",
        &[&title.id, &now],
    )?;
    Ok(showing.is_some())
}

/// A film or product with what is known of it before anybody took it.
struct Listed {
    thing: Thing,
    name: Words,
    tags: Vec<String>,
    since: Instant,
}

fn listed(view: &View) -> Result<Vec<Listed>> {
    let films: Vec<(TitleId, String, String, String, Instant)> = view.all(
        "select id, name_en, name_zh, genre, created_at
         from title
         where status in ('announced', 'released')
         order by created_at desc, id
         limit $1",
        &[&ITEMS_MAX],
    )?;
    let goods: Vec<(ProductId, String, String, String, Option<TitleId>, Instant)> = view.all(
        "select product.id, product.name_en, product.name_zh, product.category, product.title_id,
           product.created_at
         from product
         where exists (select 1 from listing
           where listing.product_id = product.id and listing.state = 'listed' and listing.stock > 0)
         order by product.created_at desc, product.id
         limit $1",
        &[&ITEMS_MAX],
    )?;
    let film = |(id, en, zh, genre, since): (TitleId, String, String, String, Instant)| {
        let genres = genre.split([',', '、', '/', '|', ' ']).filter(|genre| !genre.is_empty());
        let mut tags: Vec<String> = genres.map(|genre| format!("genre:{genre}")).collect();
        tags.push(format!("film:{id}"));
        Listed { thing: Thing::Film(id), name: Words::new(en, zh), tags, since }
    };
    let product =
        |(id, en, zh, category, title, since): (_, String, String, String, Option<TitleId>, Instant)| {
            let mut tags = vec![format!("category:{category}")];
            tags.extend(title.map(|title| format!("film:{title}")));
            Listed { thing: Thing::Product(id), name: Words::new(en, zh), tags, since }
        };
    Ok(films.into_iter().map(film).chain(goods.into_iter().map(product)).collect())
}

/// Something a person did with a film or a product.
struct Act {
    person: PersonId,
    thing: Thing,
    kind: Kind,
    at: Instant,
}

/// What somebody did since they agreed that it decides what they are suggested; nothing when they do not agree. Read
/// with the page, so that a consent is over the moment it is withdrawn.
fn agreed_acts(view: &View, person: &PersonId) -> Result<Vec<Act>> {
    let Some(since) = consents::since(view, person, consents::SUGGESTIONS)? else { return Ok(Vec::new()) };
    let kept_out = consents::exceptions(view, person, consents::SUGGESTIONS)?;
    let mut acts = acts(view, Some(person))?;
    acts.retain(|act| act.at >= since && !kept_out.contains(&act.thing.code()));
    Ok(acts)
}

/// What everybody did who is still here, or one person: tickets and goods that were paid for, baskets, wishes.
fn acts(view: &View, of: Option<&PersonId>) -> Result<Vec<Act>> {
    let (everybody, one) = (of.is_none(), of.map_or("", |person| person.0.as_str()));
    let films: Vec<(PersonId, TitleId, String, Instant)> = view.all(
        "select person_id, title_id, kind, at from (
           select buyer_id as person_id, title_id, 'buy' as kind, created_at as at
           from ticket_order where state = 'paid'
           union all
           select person_id, title_id, 'favourite' as kind, at from want_to_see
         ) done
         where ($1 or person_id = $2) and person_id not in (select erasure.person_id from erasure)
         order by at desc, person_id, title_id
         limit $3",
        &[&everybody, &one, &EVENTS_MAX],
    )?;
    let goods: Vec<(PersonId, ProductId, String, Instant)> = view.all(
        "select person_id, product_id, kind, at from (
           select placed.buyer_id as person_id, line.product_id, 'buy' as kind, placed.created_at as at
           from product_order placed
           join product_order_line line on line.place_id = placed.place_id and line.order_id = placed.id
           where placed.state in ('paid', 'shipped') and line.back_quantity < line.quantity
           union all
           select basket.person_id, listing.product_id, 'cart' as kind, basket.added_at as at
           from basket_line basket
           join listing on listing.place_id = basket.place_id and listing.id = basket.listing_id
         ) done
         where ($1 or person_id = $2) and person_id not in (select erasure.person_id from erasure)
         order by at desc, person_id, product_id
         limit $3",
        &[&everybody, &one, &EVENTS_MAX],
    )?;
    let kind = |code: &str| match code {
        "buy" => Kind::Buy,
        "cart" => Kind::Cart,
        _ => Kind::Favourite,
    };
    let mut acts: Vec<Act> = films
        .into_iter()
        .map(|(person, film, code, at)| Act { person, thing: Thing::Film(film), kind: kind(&code), at })
        .collect();
    acts.extend(goods.into_iter().map(|(person, product, code, at)| Act {
        person,
        thing: Thing::Product(product),
        kind: kind(&code),
        at,
    }));
    Ok(acts)
}
