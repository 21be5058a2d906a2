//! Every film that consumers may see: now playing, to come, and gone.

use super::{card, home, today};
use crate::answer::{Answer, Page};
use crate::look::parts;
use crate::shops::in_basket;
use crate::visit::Visit;
use flows::views::showing::{self, Film};
use kernel::Lang;
use maud::{Markup, html};

pub async fn list(visit: Visit) -> Answer<Page> {
    let now = visit.now;
    let films = visit.read(move |view| showing::films(view, now)).await?;
    let body = html! {
        div class="wrap" {
            (parts::heading(visit.say("Films", "影片"), &beneath(&visit, &films), html! {}))
            @if films.is_empty() {
                (parts::empty(
                    visit.say("No film is announced yet", "还没有公开的影片"),
                    visit.say("As soon as a studio announces one, it is here.", "制片方公开影片后，就会出现在这里。"),
                    None,
                ))
            }
            (groups(&visit, &films))
        }
    };
    Ok(Page::consumer(visit.say("Films", "影片"), body).basket(in_basket(&visit).await?))
}

fn beneath(visit: &Visit, films: &[Film]) -> String {
    let playing = films.iter().filter(|film| film.showings > 0).count();
    match (home::cheapest(films), visit.lang) {
        (None, _) => String::new(),
        (Some(price), Lang::En) if playing == 1 => format!("One on sale, from {price}"),
        (Some(price), Lang::En) => format!("{playing} on sale, from {price}"),
        (Some(price), Lang::Zh) => format!("{playing} 部在售，{price} 起"),
    }
}

fn groups(visit: &Visit, films: &[Film]) -> Markup {
    let upcoming = |film: &Film| film.title.premiere.is_none_or(|premiere| premiere > today(visit));
    let cards = |wanted: &dyn Fn(&Film) -> bool| {
        films.iter().filter(|film| wanted(film)).map(|film| card(visit, film)).collect::<Vec<_>>()
    };
    let groups = [
        (visit.say("In cinemas", "正在上映"), cards(&|film| film.showings > 0 && !upcoming(film))),
        (visit.say("Coming", "即将上映"), cards(&upcoming)),
        (visit.say("Shown before", "已下映"), cards(&|film| film.showings == 0 && !upcoming(film))),
    ];
    html! {
        @for (heading, cards) in groups.iter().filter(|(_, cards)| !cards.is_empty()) {
            (parts::section(heading, None, parts::product_grid(cards)))
        }
    }
}
