//! Aiming a campaign at an audience, or at everybody.

use crate::answer::{Answer, SeeOther};
use crate::console::campaigns::{Promoter, address, find, show};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::visit::Visit;
use ads::audiences::{self, Audience};
use ads::campaigns::{Campaign, State};
use axum::extract::Path;
use axum::response::IntoResponse;
use db::View;
use flows::House;
use flows::audiences::{self as crowd};
use kernel::{AudienceId, Error, Result};
use maud::{Markup, html};

/// Whom a campaign is for, and for whom it could be.
pub struct Aim {
    audience: Option<AudienceId>,
    choices: Vec<Audience>,
}

pub fn aim_of(view: &View, campaign: &Campaign) -> Result<Aim> {
    let choices = audiences::of_org(view, &campaign.org)?;
    Ok(Aim { audience: audiences::aimed_at(view, &campaign.id)?, choices })
}

pub fn card(visit: &Visit, campaign: &Campaign, aim: &Aim) -> Markup {
    let everybody = visit.say("Everybody", "所有人");
    let chosen = aim.audience.as_ref().map_or("", |id| id.0.as_str());
    let mut choices = vec![("", everybody)];
    choices.extend(aim.choices.iter().map(|one| (one.id.0.as_str(), one.name.as_str())));
    let field =
        Field {
            name: "audience", label: visit.say("Shown to", "展示给"), value: chosen, ..Field::default()
        };
    let name = aim.choices.iter().find(|one| Some(&one.id) == aim.audience.as_ref()).map(|one| &one.name);
    let body = html! {
        @if campaign.state == State::Ended { p { (name.map_or(everybody, |name| name.as_str())) } }
        @else {
            form class="form" method="post" action={ (address(&campaign.id)) "/audience" } {
                (field.select(&choices))
                div class="form-foot" {
                    (parts::button(parts::Weight::Quiet, visit.say("Aim it", "设为投放人群")))
                    a class="button quiet" href="/console/audiences/new" { (visit.say("Describe an audience", "新建人群")) }
                }
            }
        }
    };
    parts::section(visit.say("For whom", "投放人群"), None, parts::card(body))
}

pub async fn aim(visit: Visit, promoter: Promoter, Path(id): Path<String>, form: Form) -> Answer {
    let campaign = find(&visit, &promoter, &id).await?;
    match change(&visit, &campaign, &form).await {
        Ok(()) => {
            let onward = SeeOther::to(address(&campaign.id));
            Ok(onward.saying("It is aimed.", "投放人群已更新。").into_response())
        }
        Err(error) => Ok(show::page(&visit, campaign, &form.refused(error)?).await?.into_response()),
    }
}

async fn change(visit: &Visit, campaign: &Campaign, form: &Form) -> Result<()> {
    let audience: Option<AudienceId> =
        if form.text("audience").is_empty() { None } else { Some(form.id("audience")?) };
    let (org, id) = (campaign.org.clone(), campaign.id.clone());
    let lane = House::lane();
    visit.write(&lane, move |scene| crowd::aim(scene, &org, &id, audience.as_ref())).await?;
    let house = visit.house.clone();
    let read = tokio::task::spawn_blocking(move || {
        house.reload_ads()?;
        crowd::refresh(&house)
    });
    read.await.unwrap_or_else(|_| Err(Error::fault("reading the audiences stopped")))
}
