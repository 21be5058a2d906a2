//! Licensed goods from every side: a studio offers and approves, a merchant applies, makes and lists,
//! a shop sends. A merchant never sees what another merchant plans or sells.

pub mod apply;
pub mod contracts;
pub mod decide;
pub mod mine;
pub mod offers;
pub mod orders;
pub mod products;
pub mod sales;

use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Stage as Step};
use crate::look::table::Cell;
use crate::look::{Tone, icon};
use crate::visit::Visit;
use ::people::{Org, OrgKind, orgs};
use axum::response::IntoResponse;
use kernel::{Lang, OrgId, Refusal, Result, Role, Words};
use licensing::applications::{Application, Stage, State};
use licensing::approvals::{Approval, Decision};
use maud::{Markup, html};

/// The sides of licensed goods, as they stand in the tabs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Applications,
    Offers,
    Contracts,
    Open,
    Mine,
    Products,
    Sales,
    Orders,
}

/// Every side with whom it is for, its address and its words.
const SIDES: [(Side, Role, &str, &str, &str); 8] = [
    (Side::Applications, Role::Studio, "/console/merchants/applications", "Applications", "授权申请"),
    (Side::Offers, Role::Studio, "/console/merchants/offers", "Offers", "授权邀约"),
    (Side::Contracts, Role::Studio, "/console/merchants/contracts", "Contracts", "授权合同"),
    (Side::Open, Role::Merchant, "/console/merchants/open", "Open offers", "可申请的授权"),
    (Side::Mine, Role::Merchant, "/console/merchants/mine", "My applications", "我的申请"),
    (Side::Products, Role::Merchant, "/console/merchants/products", "My products", "我的商品"),
    (Side::Sales, Role::Merchant, "/console/merchants/sales", "Sales and royalties", "销售与版税"),
    (Side::Orders, Role::Shop, "/console/merchants/orders", "Orders to send", "店铺订单"),
];

/// Leads to the first side that is the visitor's.
pub async fn start(visit: Visit) -> Answer {
    let first =
        SIDES.into_iter().find(|(_, role, ..)| visit.actor.has(*role)).ok_or_else(Refusal::forbidden)?;
    Ok(SeeOther::to(first.2).into_response())
}

/// A page of one side, under the tabs of all that the visitor may see.
fn page(visit: &Visit, side: Side, (title, beneath): (&str, &str), actions: Markup, body: Markup) -> Page {
    let mine: Vec<_> = SIDES.into_iter().filter(|(_, role, ..)| visit.actor.has(*role)).collect();
    let tabs: Vec<(&str, &str)> = mine.iter().map(|(.., href, en, zh)| (*href, visit.say(en, zh))).collect();
    let here = mine.iter().position(|(known, ..)| *known == side).unwrap_or_default();
    let body = html! {
        (parts::heading(title, beneath, actions))
        @if tabs.len() > 1 { (parts::tabs(visit.say("Licensed goods", "授权商品"), &tabs, here)) }
        (body)
    };
    Page::console(title, body)
}

/// The organisations somebody acts for; an operator acts for all of that kind.
async fn acting_for(visit: &Visit, orgs: &[OrgId], kind: OrgKind) -> Result<Vec<Org>> {
    let (everywhere, mine) = (visit.actor.is_operator(), orgs.to_vec());
    visit
        .read(move |view| {
            if everywhere {
                return orgs::of_kind(view, kind);
            }
            let mut found = Vec::new();
            for org in &mine {
                found.extend(orgs::any(view, org)?);
            }
            Ok(found)
        })
        .await
}

/// What went wrong with the page as a whole.
fn trouble(visit: &Visit, form: &Form) -> Markup {
    html! {
        @if let Some(error) = form.error(visit.lang, &html! {}) {
            div role="alert" { (parts::alert(Tone::Cinnabar, error, None)) }
        }
    }
}

fn state_pill(visit: &Visit, state: State) -> Markup {
    let tone = match state {
        State::Concept | State::Sample => Tone::Lantern,
        State::Approved => Tone::Jade,
        State::Rejected => Tone::Cinnabar,
        State::Withdrawn => Tone::Plain,
    };
    parts::pill(tone, state.words().in_(visit.lang))
}

/// The stages of an application with what was decided, and the contract at their end.
fn stages(visit: &Visit, application: &Application, approvals: &[Approval]) -> Markup {
    let mut steps: Vec<(Words, Tone, String)> =
        Stage::ALL.into_iter().map(|stage| step(visit, application, approvals, stage)).collect();
    let contract = Words::new("Contract", "合同");
    steps.push(match application.state {
        State::Approved => (
            contract,
            Tone::Jade,
            visit.say("Made; the product can be listed.", "已生效，商品可以上架。").into(),
        ),
        _ => {
            (contract, Tone::Plain, visit.say("Made when the sample is approved.", "打样通过后生效。").into())
        }
    });
    let steps: Vec<Step> = steps
        .iter()
        .map(|(word, tone, note)| Step { word: word.in_(visit.lang), tone: *tone, note })
        .collect();
    parts::stages(&steps)
}

fn step(
    visit: &Visit,
    application: &Application,
    approvals: &[Approval],
    stage: Stage,
) -> (Words, Tone, String) {
    let decided = approvals.iter().find(|approval| approval.stage == stage);
    let (tone, note) = match decided {
        Some(approval) => {
            let tone = match approval.decision {
                Decision::Approved => Tone::Jade,
                Decision::Rejected => Tone::Cinnabar,
            };
            (tone, said(visit, approval))
        }
        None if application.state.awaits() == Some(stage) => {
            (Tone::Lantern, visit.say("Waits for the studio.", "等待制片方审核。").to_owned())
        }
        None if application.state.awaits().is_some() => {
            (Tone::Plain, visit.say("Comes after.", "尚未开始。").to_owned())
        }
        None => (Tone::Plain, visit.say("Not reached.", "未进行。").to_owned()),
    };
    (stage.words(), tone, note)
}

/// `Approved, Fri 23 Dec: …`
fn said(visit: &Visit, approval: &Approval) -> String {
    let lang = visit.lang;
    let (word, day) = (approval.decision.words(), approval.at.day_in(&visit.home.zone).say(lang));
    match (lang, approval.note.is_empty()) {
        (Lang::En, true) => format!("{}, {day}", word.en),
        (Lang::En, false) => format!("{}, {day}: {}", word.en, approval.note),
        (Lang::Zh, true) => format!("{day} {}", word.zh),
        (Lang::Zh, false) => format!("{day} {}：{}", word.zh, approval.note),
    }
}

/// Everything a merchant wrote into an application.
fn asked(visit: &Visit, application: &Application, film: &str, merchant: Option<&str>) -> Markup {
    let kind = licensing::categories::words(&application.category);
    let other = match visit.lang {
        Lang::En => &application.product.zh,
        Lang::Zh => &application.product.en,
    };
    let units = crate::look::money::grouped(application.planned_units);
    let mut rows = vec![
        (visit.say("Film", "影片"), html! { (film) }),
        (visit.say("In the other language", "另一语言"), html! { (other) }),
        (visit.say("Kind", "分类"), html! { (kind.in_(visit.lang)) }),
        (visit.say("Planned price", "计划售价"), html! { (application.planned_price) }),
        (visit.say("Planned units", "计划产量"), html! { (units) }),
        (visit.say("Concept", "概念"), html! { (application.concept) }),
    ];
    if let Some(merchant) = merchant {
        rows.insert(0, (visit.say("Merchant", "商家"), html! { (merchant) }));
    }
    let picture = crate::shops::picture(&application.artwork);
    html! {
        div class="split" {
            div { (parts::card(parts::definitions(&rows))) }
            div { div class="product" { img src=(picture) alt="" width="800" height="800"; } }
        }
    }
}

/// A short name, which stays on its line even where the table is narrow.
fn short(text: &str) -> Cell {
    Cell::markup(html! { span class="amount" { (text) } }, text)
}

/// A box of choices of which several may be ticked, with what is wrong about it.
fn ticks(form: &Form, lang: Lang, name: &'static str, label: &str, choices: &[(&str, &str)]) -> Markup {
    let field = form.field(lang, name, label);
    let ticked = form.all(name);
    html! {
        fieldset class=(if field.error.is_some() { "field wrong" } else { "field" }) {
            legend { (label) }
            @if let Some(error) = field.error { p class="field-error" id={ (name) "-error" } { (icon("alert")) (error) } }
            ul class="times" {
                @for (value, word) in choices {
                    li { label class="choice" { input type="checkbox" name=(name) value=(value) checked[ticked.contains(value)]; span { b { (word) } } } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::testing::{Answer, Browser, Town};
    use axum::http::StatusCode;
    use kernel::Role;

    /// The studio opens an offer for posters and mugs; the address where merchants apply.
    async fn offered(street: &Street) -> String {
        let typed = [
            ("title", street.title.0.as_str()),
            ("name_en", "Licensed goods"),
            ("name_zh", "授权衍生品"),
            ("about_en", "River, lantern, boat."),
            ("about_zh", "河、灯、船。"),
            ("categories", "posters"),
            ("categories", "home"),
            ("territory", "CN"),
            ("royalty", "8"),
            ("fund", "2"),
            ("platform", "30"),
            ("currency", "CNY"),
            ("guarantee", "10000"),
            ("term_days", "365"),
            ("closes_on", "2017-02-01"),
        ];
        let made = street.sun.post("/console/merchants/offers", &typed).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        let open = street.bo.get("/console/merchants/open").await;
        assert!(open.text.contains("Licensed goods") && open.text.contains("The Ferryman"), "{}", open.text);
        format!("/console/merchants/open/{}", open.value_after("<article", "href=\"/console/merchants/open/"))
    }

    const POSTER: [(&str, &str); 7] = [
        ("product_en", "Night river poster"),
        ("product_zh", "夜渡海报"),
        ("category", "posters"),
        ("concept", "The river from the first scene."),
        ("artwork", "goods-print"),
        ("planned_price", "59.00"),
        ("planned_units", "3000"),
    ];

    async fn applied(browser: &Browser, at: &str) -> Answer {
        let key = browser.get(at).await.value_of("key");
        browser.post(at, &[&POSTER[..], &[("key", &key)]].concat()).await
    }

    async fn decided(street: &Street, at: &str, stage: &str, decision: &str, note: &str) -> Answer {
        let typed = [("stage", stage), ("decision", decision), ("note", note)];
        street.sun.post(&format!("{at}/decision"), &typed).await
    }

    #[tokio::test]
    async fn a_poster_comes_from_an_idea_to_a_buyer() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let offer = offered(&street).await;
        let mine = applied(&street.bo, &offer).await.location().to_owned();
        assert!(mine.starts_with("/console/merchants/mine/app_"), "{mine}");
        let waiting = street.bo.get(&mine).await;
        assert!(
            waiting.text.contains("Waits for the studio.") && waiting.text.contains("Night river poster")
        );

        // Approved in two stages.
        let received = mine.replace("/mine/", "/applications/");
        assert!(street.sun.get("/console/merchants/applications").await.text.contains("Concept in review"));
        assert_eq!(decided(&street, &received, "concept", "approved", "Lovely.").await.location(), received);
        let twice = decided(&street, &received, "concept", "approved", "").await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        assert!(twice.text.contains("is not waiting for a decision"));
        let silent = decided(&street, &received, "sample", "rejected", " ").await;
        assert!(
            silent.status == StatusCode::UNPROCESSABLE_ENTITY && silent.text.contains("id=\"note-error\"")
        );
        decided(&street, &received, "sample", "approved", "").await;
        assert!(street.bo.get(&mine).await.text.contains("Made; the product can be listed."));
        assert!(street.sun.get("/console/merchants/contracts").await.text.contains("Night river poster"));

        // Listed.
        let products = street.bo.get("/console/merchants/products").await;
        let product = format!(
            "/console/merchants/products/{}",
            products.value_after("<tbody", "/console/merchants/products/")
        );
        let place = crate::channels::testing::place("east-gate");
        let list = [("place", place.0.as_str()), ("price", "59.00"), ("stock", "10")];
        let listed = street.bo.post(&format!("{product}/listings"), &list).await;
        assert_eq!(listed.location(), product, "{}", listed.text);
        let again = street.bo.post(&format!("{product}/listings"), &list).await;
        assert_eq!(again.status, StatusCode::CONFLICT);

        // Bought and paid; the royalty is owed.
        let ann = town.person("ann", &[]).await;
        let shelf = ann.get("/shops/east-gate").await;
        let goods =
            format!("/shops/east-gate/products/{}", shelf.value_after("class=\"product\"", "/products/"));
        ann.post(&goods, &[("quantity", "2")]).await;
        let checkout = ann.get("/basket/east-gate/checkout").await;
        let (key, line) = (checkout.value_of("key"), checkout.value_of("line"));
        let order =
            [("key", key.as_str()), ("line", &line), ("recipient", "Ann"), ("address", "1 Riverside Road")];
        let placed = ann.post("/basket/east-gate/orders", &order).await;
        street.pays(placed.location()).await;
        let sales = street.bo.get("/console/merchants/sales").await;
        // 118.00 with 13 % tax is 104.42 without; 8 % of that is 8.35.
        assert!(sales.text.contains("¥118.00") && sales.text.contains("¥8.35"), "{}", sales.text);

        // Sent by the shop; then it cannot be taken back.
        let orders = street.shu.get("/console/merchants/orders").await;
        assert!(orders.text.contains("Night river poster × 2") && orders.text.contains("1 Riverside Road"));
        let ship = orders.value_after("<article", "action=\"");
        let (_, rival) = town.staff("rival", Role::Shop).await;
        assert_eq!(rival.post(&ship, &[]).await.status, StatusCode::NOT_FOUND);
        assert!(!rival.get("/console/merchants/orders").await.text.contains("Riverside"));
        assert_eq!(street.shu.post(&ship, &[]).await.location(), "/console/merchants/orders");
        let at = format!("/orders/{}", ann.get("/orders").await.value_after("<article", "href=\"/orders/"));
        assert!(ann.get(&at).await.text.contains("On its way"));
        let late = ann.post(&format!("{at}/refund"), &[]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text.contains("has already been shipped"));
    }

    #[tokio::test]
    async fn a_refund_takes_the_royalty_back() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let mine = applied(&street.bo, &offered(&street).await).await.location().to_owned();
        let received = mine.replace("/mine/", "/applications/");
        decided(&street, &received, "concept", "approved", "").await;
        decided(&street, &received, "sample", "approved", "").await;
        let products = street.bo.get("/console/merchants/products").await;
        let product = format!(
            "/console/merchants/products/{}",
            products.value_after("<tbody", "/console/merchants/products/")
        );
        let place = crate::channels::testing::place("east-gate");
        street
            .bo
            .post(&format!("{product}/listings"), &[("place", &place.0), ("price", "59"), ("stock", "10")])
            .await;
        let ann = town.person("ann", &[]).await;
        let shelf = ann.get("/shops/east-gate").await;
        let goods =
            format!("/shops/east-gate/products/{}", shelf.value_after("class=\"product\"", "/products/"));
        ann.post(&goods, &[("quantity", "1")]).await;
        let checkout = ann.get("/basket/east-gate/checkout").await;
        let (key, line) = (checkout.value_of("key"), checkout.value_of("line"));
        let order =
            [("key", key.as_str()), ("line", &line), ("recipient", "Ann"), ("address", "1 Riverside Road")];
        street.pays(ann.post("/basket/east-gate/orders", &order).await.location()).await;
        assert!(street.bo.get("/console/merchants/sales").await.text.contains("¥4.18"));
        let at = format!("/orders/{}", ann.get("/orders").await.value_after("<article", "href=\"/orders/"));
        ann.post(&format!("{at}/refund"), &[]).await;
        let sales = street.bo.get("/console/merchants/sales").await;
        assert!(!sales.text.contains("¥4.18") && sales.text.contains("¥0.00"), "{}", sales.text);
    }

    #[tokio::test]
    async fn another_merchants_things_are_not_found() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let offer = offered(&street).await;
        let mine = applied(&street.bo, &offer).await.location().to_owned();
        let received = mine.replace("/mine/", "/applications/");
        decided(&street, &received, "concept", "approved", "").await;
        decided(&street, &received, "sample", "approved", "").await;
        let products = street.bo.get("/console/merchants/products").await;
        let product = format!(
            "/console/merchants/products/{}",
            products.value_after("<tbody", "/console/merchants/products/")
        );

        let (_, rival) = town.staff("rival", Role::Merchant).await;
        for at in [&mine, &product] {
            assert_eq!(rival.get(at).await.status, StatusCode::NOT_FOUND, "{at}");
        }
        let place = crate::channels::testing::place("east-gate");
        let listing = [("place", place.0.as_str()), ("price", "1"), ("stock", "1")];
        for post in [
            format!("{mine}/withdrawal"),
            format!("{product}/listings"),
            format!("{product}/listings/{place}/lst_none/price"),
        ] {
            assert_eq!(rival.post(&post, &listing).await.status, StatusCode::NOT_FOUND, "{post}");
        }
        for list in ["/console/merchants/mine", "/console/merchants/products", "/console/merchants/sales"] {
            assert!(!rival.get(list).await.text.contains("Night river poster"), "{list}");
        }
        let (_, studio) = town.staff("otherstudio", Role::Studio).await;
        assert_eq!(studio.get(&received).await.status, StatusCode::NOT_FOUND);
        assert_eq!(studio.post(&format!("{received}/decision"), &[]).await.status, StatusCode::NOT_FOUND);
        assert!(!studio.get("/console/merchants/applications").await.text.contains("Night river poster"));
        assert_eq!(rival.get("/console/merchants/applications").await.status, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn an_application_is_made_once_a_key_and_can_be_withdrawn() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let offer = offered(&street).await;
        let key = street.bo.get(&offer).await.value_of("key");
        let typed = [&POSTER[..], &[("key", key.as_str())]].concat();
        let first = street.bo.post(&offer, &typed).await.location().to_owned();
        assert_eq!(street.bo.post(&offer, &typed).await.location(), first);
        let mut other = typed.clone();
        other[0] = ("product_en", "Another");
        let reused = street.bo.post(&offer, &other).await;
        assert_eq!(reused.status, StatusCode::CONFLICT);
        assert!(reused.value_of("key") != key && reused.text.contains("value=\"Another\""));

        let withdrawn = street.bo.post(&format!("{first}/withdrawal"), &[]).await;
        assert_eq!(withdrawn.location(), first);
        assert!(street.bo.get(&first).await.text.contains("Withdrawn"));
        let late =
            decided(&street, &first.replace("/mine/", "/applications/"), "concept", "approved", "").await;
        assert_eq!(late.status, StatusCode::CONFLICT);
    }

    #[tokio::test]
    async fn what_is_wrong_with_an_application_stands_at_its_field() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let offer = offered(&street).await;
        let long = "长".repeat(2001);
        for (field, value) in [
            ("product_en", "x".repeat(81)),
            ("category", "toys".into()),
            ("concept", String::new()),
            ("concept", long),
            ("planned_price", "-1".into()),
            ("planned_price", "CNY 5".into()),
            ("planned_price", "0".into()),
            ("planned_units", "0".into()),
            ("planned_units", "many".into()),
        ] {
            let mut typed: Vec<(&str, &str)> =
                POSTER.iter().filter(|(name, _)| *name != field).copied().collect();
            typed.extend([(field, value.as_str()), ("key", "k")]);
            let refused = street.bo.post(&offer, &typed).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
            assert!(
                refused.text.contains(&format!("id=\"{field}-error\"")),
                "{field} {value}: {}",
                refused.text
            );
            assert!(refused.text.contains("goods-print"), "nothing is lost");
        }
        assert_eq!(street.bo.get("/console/merchants/open/ofr_none").await.status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn everybody_starts_at_their_side() {
        let town = Town::new();
        let street = Street::new(&town).await;
        for (browser, at) in [(&street.sun, "applications"), (&street.bo, "open"), (&street.shu, "orders")] {
            assert_eq!(
                browser.get("/console/merchants").await.location(),
                format!("/console/merchants/{at}")
            );
        }
        let shown = street.bo.get("/console/merchants/open").await;
        assert!(shown.text.contains("My products") && !shown.text.contains("Contracts"));
        assert!(shown.text.contains("No offer is open"));
    }
}
