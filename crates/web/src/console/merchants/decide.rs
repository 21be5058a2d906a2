//! What merchants applied for, as the studio sees it: the list, one of them, and the decision on its stage.

use super::{Side, acting_for, asked, page, short, stages, state_pill};
use crate::answer::{Answer, Page, SeeOther, Wrong};
use crate::form::Form;
use crate::look::parts::{self, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::{StudioStaff, Visit};
use ::people::{OrgKind, orgs};
use axum::extract::Path;
use axum::response::IntoResponse;
use db::View;
use flows::{House, license_product};
use kernel::ids::Id;
use kernel::{ApplicationId, Result, Words};
use licensing::applications::{self, Application, Stage};
use licensing::approvals::{self, Decision};
use licensing::categories;
use maud::{Markup, html};

fn address(id: &ApplicationId) -> String {
    format!("/console/merchants/applications/{id}")
}

/// An application with the names of its merchant and its film.
type Named = (Application, Words, Words);

fn named(view: &View, application: Application) -> Result<Named> {
    let merchant = orgs::any(view, &application.merchant)?.map(|org| org.name).unwrap_or_default();
    let film = flows::views::film(view, &application.title)?.name;
    Ok((application, merchant, film))
}

pub async fn list(visit: Visit, staff: StudioStaff) -> Answer<Page> {
    let studios = acting_for(&visit, &staff.orgs, OrgKind::Studio).await?;
    let all = visit.read(move |view| {
        let mut all = Vec::new();
        for studio in &studios {
            for application in applications::of_licensor(view, &studio.id)? {
                all.push(named(view, application)?);
            }
        }
        all.sort_by_key(|(application, ..)| application.state.awaits().is_none());
        Ok(all)
    });
    let all = all.await?;
    let body = html! {
        @if all.is_empty() {
            (parts::empty(
                visit.say("Nobody has applied yet", "还没有商家申请"),
                visit.say("Merchants apply under an open offer; their ideas wait here for you.", "商家在开放的邀约下提交申请，在这里等您审核。"),
                None,
            ))
        } @else { (table(&visit, &all)) }
    };
    let words = (
        visit.say("Applications", "授权申请"),
        visit.say("What waits for you stands first.", "待审核的排在前面。"),
    );
    Ok(page(&visit, Side::Applications, words, html! {}, body))
}

fn table(visit: &Visit, all: &[Named]) -> Markup {
    let columns = [
        Column::new(visit.say("Product", "商品"), Kind::Text),
        Column::new(visit.say("Merchant", "商家"), Kind::Text),
        Column::new(visit.say("Film", "影片"), Kind::Text),
        Column::new(visit.say("Kind", "分类"), Kind::Text),
        Column::new(visit.say("Planned price", "计划售价"), Kind::Money),
        Column::new(visit.say("Planned units", "计划产量"), Kind::Number),
        Column::new(visit.say("Status", "状态"), Kind::Text),
        Column::new(visit.say("Applied", "申请时间"), Kind::Date),
    ];
    let row = |(application, merchant, film): &Named| {
        let at = application.created_at;
        vec![
            Cell::link(&address(&application.id), application.product.in_(visit.lang)),
            short(merchant.in_(visit.lang)),
            short(film.in_(visit.lang)),
            short(categories::words(&application.category).in_(visit.lang)),
            Cell::money(application.planned_price.minor, application.planned_price.currency.code()),
            Cell::number(application.planned_units),
            Cell::markup(state_pill(visit, application.state), application.state.code()),
            Cell::date(&at.rfc3339(), &at.day_in(&visit.home.zone).say(visit.lang)),
        ]
    };
    Table::new(visit.say("Applications", "授权申请"), &columns, all.iter().map(row).collect())
        .filtered()
        .render(visit.lang)
}

pub async fn show(visit: Visit, staff: StudioStaff, Path(id): Path<String>) -> Answer<Page> {
    let application = find(&visit, &staff, &id).await?;
    one(&visit, application, &Form::blank()).await
}

async fn find(visit: &Visit, staff: &StudioStaff, id: &str) -> Result<Application, Wrong> {
    let id = ApplicationId::parse(id)?;
    let application = visit.read(move |view| applications::any(view, &id)).await?;
    staff.check(&application.licensor)?;
    Ok(application)
}

pub async fn decide(visit: Visit, staff: StudioStaff, Path(id): Path<String>, form: Form) -> Answer {
    let application = find(&visit, &staff, &id).await?;
    match take(&visit, &application, &form).await {
        Ok(decision) => {
            let onward = SeeOther::to(address(&application.id));
            let onward = match decision {
                Decision::Approved => onward.saying("The stage is approved.", "该阶段已通过。"),
                Decision::Rejected => onward.saying(
                    "The application is rejected; the merchant sees why.",
                    "申请已驳回，商家可以看到原因。",
                ),
            };
            Ok(onward.into_response())
        }
        Err(error) => {
            let form = form.refused(error)?;
            let now = find(&visit, &staff, &id).await?;
            Ok(one(&visit, now, &form).await?.into_response())
        }
    }
}

async fn take(visit: &Visit, application: &Application, form: &Form) -> Result<Decision> {
    let stage = form.choice("stage", Stage::parse)?;
    let decision = form.choice("decision", Decision::parse)?;
    let (licensor, id) = (application.licensor.clone(), application.id.clone());
    let note = form.text("note").trim().to_owned();
    let lane = House::lane();
    let told = visit.write(&lane, move |scene| {
        license_product::decide(scene, &licensor, &id, stage, decision, &note).map(|_| ())
    });
    told.await.map(|()| decision)
}

async fn one(visit: &Visit, application: Application, form: &Form) -> Answer<Page> {
    let seen = visit.read(move |view| {
        let approvals = approvals::of(view, &application)?;
        Ok((named(view, application)?, approvals))
    });
    let ((application, merchant, film), approvals) = seen.await?;
    let name = application.product.in_(visit.lang);
    let body = html! {
        (parts::card(stages(visit, &application, &approvals)))
        @match application.state.awaits() {
            Some(stage) => (parts::titled_card(visit.say("Decide", "审核"), decision(visit, &application, stage, form))),
            None => (super::trouble(visit, form)),
        }
        div class="section" { (asked(visit, &application, film.in_(visit.lang), Some(merchant.in_(visit.lang)))) }
    };
    let back = parts::link_button(
        Weight::Quiet,
        "/console/merchants/applications",
        visit.say("All applications", "全部申请"),
    );
    let actions = html! { (state_pill(visit, application.state)) (back) };
    let beneath = merchant.in_(visit.lang);
    Ok(page(visit, Side::Applications, (name, beneath), actions, body).status(form.status()))
}

fn decision(visit: &Visit, application: &Application, stage: Stage, form: &Form) -> Markup {
    let (approve, reject) = match stage {
        Stage::Concept => (
            visit.say("The merchant makes a sample next.", "商家接着制作样品。"),
            visit.say("The application ends here.", "申请到此为止。"),
        ),
        Stage::Sample => (
            visit.say(
                "The contract is made at once; the product may be listed.",
                "合同立即生效，商品可以上架。",
            ),
            visit.say("The application ends here.", "申请到此为止。"),
        ),
    };
    let choices = [
        ("approved", visit.say("Approve", "通过"), approve),
        ("rejected", visit.say("Reject", "驳回"), reject),
    ];
    let stage_words = stage.words();
    let fields = html! {
        input type="hidden" name="stage" value=(stage.code());
        (form.field(visit.lang, "decision", stage_words.in_(visit.lang)).radios(&choices))
        (parts::Field {
            hint: visit.say("The merchant reads it. A rejection needs one.", "商家会看到。驳回时必填。"),
            ..form.field(visit.lang, "note", visit.say("Remark", "意见"))
        }.textarea(3))
    };
    form.render(
        visit.lang,
        &format!("{}/decision", address(&application.id)),
        visit.say("Decide", "提交审核"),
        fields,
    )
}
