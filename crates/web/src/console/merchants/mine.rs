//! A merchant's own applications: how far each has come, and taking one back.

use super::{Side, acting_for, asked, page, stages, state_pill, trouble};
use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::form::Form;
use crate::look::parts::{self, Action, Weight};
use crate::shops::picture;
use crate::visit::{MerchantStaff, Visit};
use ::people::OrgKind;
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::{House, license_product};
use kernel::ids::Id;
use kernel::{ApplicationId, Result, Words};
use licensing::applications::{self, Application, Stage, State};
use licensing::approvals;
use licensing::contracts::{self, Contract};
use maud::{Markup, html};

fn address(id: &ApplicationId) -> String {
    format!("/console/merchants/mine/{id}")
}

pub async fn list(visit: Visit, staff: MerchantStaff) -> Answer<Page> {
    let merchants = acting_for(&visit, &staff.orgs, OrgKind::Merchant).await?;
    let all = visit.read(move |view| {
        let mut all = Vec::new();
        for merchant in &merchants {
            for application in applications::of_merchant(view, &merchant.id)? {
                let film = flows::views::film(view, &application.title)?.name;
                all.push((application, film));
            }
        }
        Ok(all)
    });
    let all = all.await?;
    let body = html! {
        @if all.is_empty() {
            (parts::empty(
                visit.say("You have not applied yet", "还没有申请"),
                visit.say("Choose an open offer and describe what you would make of the film.", "选择一个开放的邀约，写下您想做的商品。"),
                Some(Action { href: "/console/merchants/open", word: visit.say("Open offers", "可申请的授权") }),
            ))
        }
        (parts::grid(2, html! { @for (application, film) in &all { (card(&visit, application, film)) } }))
    };
    let words = (
        visit.say("My applications", "我的申请"),
        visit.say("From the concept to the contract.", "从概念到合同。"),
    );
    Ok(page(&visit, Side::Mine, words, html! {}, body))
}

fn card(visit: &Visit, application: &Application, film: &Words) -> Markup {
    let words = [visit.say("Concept", "概念"), visit.say("Sample", "打样"), visit.say("Contract", "合同")];
    html! {
        article class="card" {
            div class="booking" {
                img src=(picture(&application.artwork)) alt="" width="92" height="92";
                div {
                    h2 class="row-name" { a href=(address(&application.id)) { (application.product.in_(visit.lang)) } }
                    p { (film.in_(visit.lang)) " · " (application.planned_price) }
                    (state_pill(visit, application.state))
                }
            }
            @if let Some(here) = reached(application.state) { (parts::steps(visit.lang, &words, here)) }
        }
    }
}

/// How many stages are done; none when it came to nothing.
fn reached(state: State) -> Option<usize> {
    match (state.awaits(), state) {
        (Some(stage), _) => Stage::ALL.iter().position(|known| *known == stage),
        (None, State::Approved) => Some(Stage::ALL.len() + 1),
        (None, _) => None,
    }
}

pub async fn show(visit: Visit, staff: MerchantStaff, Path(id): Path<String>) -> Answer<Page> {
    let application = find(&visit, &staff, &id).await?;
    one(&visit, application, &Form::blank()).await
}

async fn find(visit: &Visit, staff: &MerchantStaff, id: &str) -> Result<Application, Wrong> {
    let id = ApplicationId::parse(id)?;
    let application = visit.read(move |view| applications::any(view, &id)).await?;
    staff.check(&application.merchant)?;
    Ok(application)
}

pub async fn withdraw(visit: Visit, staff: MerchantStaff, Path(id): Path<String>) -> Answer {
    let application = find(&visit, &staff, &id).await?;
    let (merchant, wanted) = (application.merchant.clone(), application.id.clone());
    let lane = House::lane();
    let told = visit.write(&lane, move |scene| license_product::withdraw(scene, &merchant, &wanted));
    match told.await {
        Ok(_) => {
            let onward = SeeOther::to(address(&application.id));
            Ok(onward.saying("The application is withdrawn.", "申请已撤回。").into_response())
        }
        Err(error) => Ok(one(&visit, application, &Form::blank().refused(error)?).await?.into_response()),
    }
}

async fn one(visit: &Visit, application: Application, form: &Form) -> Answer<Page> {
    let seen = visit.read(move |view| {
        let approvals = approvals::of(view, &application)?;
        let contract = contracts::of_application(view, &application)?;
        let film = flows::views::film(view, &application.title)?.name;
        Ok((application, approvals, contract, film))
    });
    let (application, approvals, contract, film) = seen.await?;
    let body = html! {
        (trouble(visit, form))
        (parts::card(stages(visit, &application, &approvals)))
        @if let Some(contract) = &contract { (parts::titled_card(visit.say("Contract", "合同"), terms(visit, contract))) }
        div class="section" { (asked(visit, &application, film.in_(visit.lang), None)) }
    };
    let withdrawal = format!("{}/withdrawal", address(&application.id));
    let actions = html! {
        (state_pill(visit, application.state))
        @if application.state.awaits().is_some() { (parts::press(Weight::Grave, &withdrawal, &[], visit.say("Withdraw", "撤回申请"))) }
        @if contract.is_some() { (parts::link_button(Weight::Primary, "/console/merchants/products", visit.say("List the product", "去上架"))) }
    };
    let words = (application.product.in_(visit.lang), film.in_(visit.lang));
    Ok(page(visit, Side::Mine, words, actions, body).status(form.status()))
}

fn terms(visit: &Visit, contract: &Contract) -> Markup {
    parts::definitions(&[
        (visit.say("Royalty", "版税"), html! { (contract.royalty) }),
        (visit.say("Marketing fund", "市场推广金"), html! { (contract.fund) }),
        (visit.say("Guarantee", "保底金"), html! { (contract.guarantee) }),
        (visit.say("Where", "地区"), html! { (contract.territory) }),
        (visit.say("Runs", "期限"), html! { (contract.starts_on) " – " (contract.ends_on) }),
    ])
}
