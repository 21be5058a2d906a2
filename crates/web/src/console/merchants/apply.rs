//! What a merchant may apply for, and applying.

use super::offers::kinds;
use super::{Side, acting_for, page, trouble};
use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::form::Form;
use crate::look::Tone;
use crate::look::parts::{self, Field, Weight};
use crate::visit::{MerchantStaff, Visit};
use ::people::{Org, OrgKind};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::{House, license_product};
use kernel::ids::Id;
use kernel::{Lang, OfferId, OrgId, Refusal, Result, Words};
use licensing::applications::{Application, NewApplication, UNITS_MAX};
use licensing::categories;
use licensing::offers::{self, Offer};
use maud::{Markup, html};

pub async fn list(visit: Visit, _: MerchantStaff) -> Answer<Page> {
    let today = visit.today();
    let open = visit.read(move |view| {
        let open = offers::open_for_merchants(view, today)?;
        open.into_iter()
            .map(|offer| Ok((flows::views::film(view, &offer.title)?, offer)))
            .collect::<Result<Vec<_>>>()
    });
    let open = open.await?;
    let body = html! {
        @if open.is_empty() {
            (parts::empty(
                visit.say("No offer is open", "暂无可申请的授权"),
                visit.say("Studios open offers before a film comes out. They appear here at once.", "制片方会在影片上映前发布邀约，发布后立即出现在这里。"),
                None,
            ))
        }
        (parts::grid(2, html! { @for (film, offer) in &open { (card(&visit, &film.name, &film.artwork, offer)) } }))
    };
    let words = (
        visit.say("Open offers", "可申请的授权"),
        visit.say("What closes first stands first.", "即将截止的排在前面。"),
    );
    Ok(page(&visit, Side::Open, words, html! {}, body))
}

fn address(offer: &OfferId) -> String {
    format!("/console/merchants/open/{offer}")
}

fn card(visit: &Visit, film: &Words, artwork: &str, offer: &Offer) -> Markup {
    html! {
        article class="card stack" {
            (parts::booking(&crate::shops::picture(artwork), offer.name.in_(visit.lang), &[film.in_(visit.lang), offer.about.in_(visit.lang)]))
            (terms(visit, offer))
            p class="form-foot" { (parts::link_button(Weight::Primary, &address(&offer.id), visit.say("Apply", "申请"))) }
        }
    }
}

fn terms(visit: &Visit, offer: &Offer) -> Markup {
    let term = match visit.lang {
        Lang::En => format!("{} days from approval", offer.term_days),
        Lang::Zh => format!("自批准起 {} 天", offer.term_days),
    };
    parts::definitions(&[
        (visit.say("Kinds of goods", "商品分类"), html! { (kinds(visit, offer)) }),
        (
            visit.say("Royalty", "版税"),
            html! { (offer.royalty) " + " (offer.fund) " " (visit.say("marketing fund", "市场推广金")) },
        ),
        (visit.say("Guarantee", "保底金"), html! { (offer.guarantee) }),
        (
            visit.say("Where, how long", "地区与期限"),
            html! { (offer.territory) (visit.say(", ", "，")) (term) },
        ),
        (visit.say("Closes", "截止"), html! { (offer.closes_on.say(visit.lang)) }),
    ])
}

pub async fn show(visit: Visit, staff: MerchantStaff, Path(id): Path<String>) -> Answer<Page> {
    let (offer, film) = find(&visit, &id).await?;
    one(&visit, &staff, &offer, &film, (&Form::blank(), &new_key(&visit))).await
}

/// An offer with the name of its film; every merchant may look at every offer.
async fn find(visit: &Visit, id: &str) -> Result<(Offer, Words), Wrong> {
    let id = OfferId::parse(id)?;
    let found = visit.read(move |view| {
        let offer = offers::any(view, &id)?;
        let film = flows::views::film(view, &offer.title)?.name;
        Ok((offer, film))
    });
    Ok(found.await?)
}

fn new_key(visit: &Visit) -> String {
    visit.house.dice().bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

pub async fn apply(visit: Visit, staff: MerchantStaff, Path(id): Path<String>, form: Form) -> Answer {
    let (offer, film) = find(&visit, &id).await?;
    match send(&visit, &staff, &offer, &form).await {
        Ok(application) => {
            let onward = SeeOther::to(format!("/console/merchants/mine/{}", application.id));
            Ok(onward.saying("The studio looks at it now.", "已提交，等待制片方审核。").into_response())
        }
        Err(error) => {
            // The key belongs to another application, so the next try needs its own.
            let reused = error.refusal().is_some_and(|refusal| refusal.code == "key_reused");
            let form = form.refused(error)?;
            let key = if reused { new_key(&visit) } else { form.text("key").to_owned() };
            Ok(one(&visit, &staff, &offer, &film, (&form, &key)).await?.into_response())
        }
    }
}

async fn send(visit: &Visit, staff: &MerchantStaff, offer: &Offer, form: &Form) -> Result<Application> {
    let mine = acting_for(visit, &staff.orgs, OrgKind::Merchant).await?;
    let merchant = merchant(form, &mine)?;
    let new = NewApplication {
        offer: offer.id.clone(),
        product: form.words("product"),
        category: form.text("category").to_owned(),
        concept: form.text("concept").trim().to_owned(),
        artwork: form.text("artwork").trim().to_owned(),
        planned_price: form.money("planned_price", offer.guarantee.currency)?,
        planned_units: form.int("planned_units", 1..=UNITS_MAX)?,
    };
    let key = form.text("key").to_owned();
    visit.write(&House::lane(), move |scene| license_product::apply(scene, &merchant, &new, &key)).await
}

/// For whom it is sent: the only organisation somebody acts for, or the one they chose.
fn merchant(form: &Form, mine: &[Org]) -> Result<OrgId, Refusal> {
    if let [only] = mine {
        return Ok(only.id.clone());
    }
    let chosen: OrgId = form.id("merchant")?;
    let found = mine.iter().find(|org| org.id == chosen);
    found.map(|org| org.id.clone()).ok_or_else(|| {
        Refusal::field(
            "merchant",
            "not_your_org",
            "Please choose one of your organisations.",
            "请选择您所在的商家。",
        )
    })
}

async fn one(
    visit: &Visit,
    staff: &MerchantStaff,
    offer: &Offer,
    film: &Words,
    (form, key): (&Form, &str),
) -> Answer<Page> {
    let mine = acting_for(visit, &staff.orgs, OrgKind::Merchant).await?;
    let open = offer.is_open(visit.today());
    let body = html! {
        div class="split" {
            div {
                @if open {
                    (form.render(visit.lang, &address(&offer.id), visit.say("Send the application", "提交申请"), fields(visit, &mine, offer, (form, key))))
                } @else {
                    (trouble(visit, form))
                    (parts::alert(Tone::Plain, visit.say("This offer takes no more applications.", "这个邀约已不再接受申请。"), None))
                }
            }
            div { (parts::titled_card(visit.say("Terms", "条件"), terms(visit, offer))) }
        }
    };
    let back =
        parts::link_button(Weight::Quiet, "/console/merchants/open", visit.say("All offers", "全部邀约"));
    let words = (offer.name.in_(visit.lang), film.in_(visit.lang));
    Ok(page(visit, Side::Open, words, back, body).status(form.status()))
}

fn fields(visit: &Visit, mine: &[Org], offer: &Offer, (form, key): (&Form, &str)) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let merchants: Vec<(&str, &str)> =
        mine.iter().map(|org| (org.id.0.as_str(), org.name.in_(visit.lang))).collect();
    let kinds: Vec<(&str, Words)> =
        offer.categories.iter().map(|code| (code.as_str(), categories::words(code))).collect();
    let kinds: Vec<(&str, &str)> = kinds.iter().map(|(code, words)| (*code, words.in_(visit.lang))).collect();
    html! {
        input type="hidden" name="key" value=(key);
        @if merchants.len() != 1 { (field("merchant", "For", "申请商家").select(&merchants)) }
        (parts::grid(2, html! {
            (Field { required: true, ..field("product_en", "Product in English", "英文品名") }.input())
            (Field { required: true, ..field("product_zh", "Product in Chinese", "中文品名") }.input())
        }))
        (field("category", "Kind", "分类").select(&kinds))
        (Field {
            required: true,
            hint: visit.say("What it is, what it takes from the film, how it is made.", "是什么、取自影片的什么、怎么做。"),
            ..field("concept", "Concept", "概念")
        }.textarea(5))
        (Field { hint: visit.say("Such as goods-print.", "例如 goods-print。"), ..field("artwork", "Picture’s key", "图片代号") }.input())
        (parts::grid(2, html! {
            (Field { required: true, inputmode: Some("decimal"), unit: offer.guarantee.currency.symbol(), ..field("planned_price", "Planned price", "计划售价") }.input())
            (Field { required: true, inputmode: Some("numeric"), ..field("planned_units", "Planned units", "计划产量") }.input())
        }))
    }
}
