//! Planning a campaign: which film, when, for how much, where, and what it says.

use super::{Promoter, address, payers};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::Tone;
use crate::look::icon;
use crate::look::parts::{self, Field};
use crate::visit::Visit;
use ::channels::{Channel, Surface, surfaces};
use ::people::{Org, OrgKind};
use ads::campaigns::{Campaign, NewCampaign};
use ads::creatives::NewCreative;
use ads::holdout::PROPOSED;
use axum::response::IntoResponse;
use flows::{House, run_campaign};
use kernel::ids::Id;
use kernel::{Currency, Error, OrgId, Refusal, Result, Share, SurfaceId, TitleId};
use maud::{Markup, html};
use titles::Title;

/// Days of a flight that a new form proposes.
const DAYS_PROPOSED: i32 = 14;

pub async fn blank(visit: Visit, promoter: Promoter) -> Answer<Page> {
    let today = visit.today();
    let last = today.plus(DAYS_PROPOSED - 1);
    let form = Form::filled([
        ("starts_on", today.to_string()),
        ("ends_on", last.to_string()),
        ("holdout", (PROPOSED.ppm / 10_000).to_string()),
    ]);
    page(&visit, &promoter, &form).await
}

pub async fn add(visit: Visit, promoter: Promoter, form: Form) -> Answer {
    match make(&visit, &promoter, &form).await {
        Ok(campaign) => {
            let onward = SeeOther::to(address(&campaign.id));
            let onward = onward.saying(
                "The campaign is planned. It starts when you launch it.",
                "投放计划已建好，上线后开始投放。",
            );
            Ok(onward.into_response())
        }
        Err(error) => Ok(page(&visit, &promoter, &form.refused(error)?).await?.into_response()),
    }
}

async fn make(visit: &Visit, promoter: &Promoter, form: &Form) -> Result<Campaign> {
    let choices = choices(visit, promoter).await?;
    let campaign = read(visit, form, &choices)?;
    let lane = House::lane();
    let made = visit.write(&lane, move |scene| run_campaign::draft(scene, &campaign));
    made.await.map_err(said_of_the_form)
}

/// The form asks for the last day, the campaign for the moment after it.
fn said_of_the_form(error: Error) -> Error {
    match error {
        Error::Refused(refusal) if refusal.field == Some("ends_at") => {
            Refusal { field: Some("ends_on"), ..refusal }.into()
        }
        error => error,
    }
}

/// What somebody may choose from.
struct Choices {
    payers: Vec<Org>,
    titles: Vec<Title>,
    surfaces: Vec<(Channel, Vec<Surface>)>,
}

async fn choices(visit: &Visit, promoter: &Promoter) -> Result<Choices> {
    let payers = payers(visit, promoter).await?;
    let (titles, channels) = visit
        .read(|view| {
            let mut channels = Vec::new();
            for channel in ::channels::all(view)? {
                let surfaces = surfaces::of_channel(view, &channel.id)?;
                channels.push((channel, surfaces));
            }
            Ok((titles::all(view)?, channels))
        })
        .await?;
    let titles =
        titles.into_iter().filter(|title| payers.iter().any(|payer| pays_for(payer, title))).collect();
    Ok(Choices { payers, titles, surfaces: channels })
}

/// A studio advertises its own films; a partner those that everybody may see.
fn pays_for(payer: &Org, title: &Title) -> bool {
    title.studio == payer.id || (payer.kind != OrgKind::Studio && title.status.is_public())
}

fn read(visit: &Visit, form: &Form, choices: &Choices) -> Result<NewCampaign, Refusal> {
    let id: TitleId = form.id("title")?;
    let title = choices.titles.iter().find(|title| title.id == id).ok_or_else(not_your_title)?;
    let payer = payer(form, choices, title)?;
    let chosen: Vec<SurfaceId> = form
        .all("surfaces")
        .into_iter()
        .map(|id| SurfaceId::parse(id).map_err(|_| no_surface()))
        .collect::<Result<_, _>>()?;
    let known = choices.surfaces.iter().flat_map(|(_, surfaces)| surfaces);
    let currency =
        known.into_iter().find(|surface| chosen.contains(&surface.id)).map(|surface| surface.floor.currency);
    let currency: Currency = currency.ok_or_else(no_surface)?;
    let (first, last, zone) = (form.day("starts_on")?, form.day("ends_on")?, &visit.home.zone);
    Ok(NewCampaign {
        title: id,
        org: payer,
        name: form.text("name").into(),
        starts_at: first.at(0, 0, zone),
        ends_at: last.plus(1).at(0, 0, zone),
        budget: form.money("budget", currency)?,
        click_price: form.money("click_price", currency)?,
        holdout: holdout(form)?,
        surfaces: chosen,
        creative: NewCreative {
            headline: form.words("headline"),
            text: form.words("text"),
            artwork: form.text("artwork").trim().into(),
        },
    })
}

fn holdout(form: &Form) -> Result<Share, Refusal> {
    let typed = form.text("holdout").trim();
    if typed.is_empty() {
        return Ok(PROPOSED);
    }
    Share::parse_percent(typed).map_err(|refusal| Refusal { field: Some("holdout"), ..refusal })
}

fn payer(form: &Form, choices: &Choices, title: &Title) -> Result<OrgId, Refusal> {
    let able: Vec<&Org> = choices.payers.iter().filter(|payer| pays_for(payer, title)).collect();
    match able[..] {
        [only] => Ok(only.id.clone()),
        _ => {
            let asked: OrgId = form.id("payer")?;
            able.into_iter()
                .find(|payer| payer.id == asked)
                .map(|payer| payer.id.clone())
                .ok_or_else(not_your_payer)
        }
    }
}

fn not_your_title() -> Refusal {
    Refusal::field("title", "not_your_title", "Please choose one of your films.", "请选择您的影片。")
}

fn not_your_payer() -> Refusal {
    Refusal::field(
        "payer",
        "not_your_payer",
        "Please choose who pays for this film.",
        "请选择为这部影片付费的机构。",
    )
}

fn no_surface() -> Refusal {
    Refusal::field(
        "surfaces",
        "no_surface",
        "Please choose at least one place where it is shown.",
        "请至少选择一个广告位。",
    )
}

async fn page(visit: &Visit, promoter: &Promoter, form: &Form) -> Answer<Page> {
    let choices = choices(visit, promoter).await?;
    let title = visit.say("Plan a campaign", "新建投放计划");
    let body = html! {
        (parts::heading(title, visit.say("It costs nothing until it is launched.", "上线之前不产生费用。"), html! {}))
        @if choices.titles.is_empty() {
            (parts::alert(Tone::Lantern, visit.say("There is no film of yours to advertise yet. Put one on the slate first.", "还没有可投放的影片，请先加入片单。"), None))
        } @else if choices.surfaces.iter().all(|(_, surfaces)| surfaces.is_empty()) {
            (parts::alert(Tone::Lantern, visit.say("No channel offers a place for ads yet.", "还没有渠道开放广告位。"), None))
        } @else {
            (form.render(visit.lang, "/console/campaigns", visit.say("Keep the plan", "保存计划"), fields(visit, &choices, form)))
        }
    };
    Ok(Page::console(title, body).status(form.status()))
}

fn fields(visit: &Visit, choices: &Choices, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let titles: Vec<(&str, &str)> =
        choices.titles.iter().map(|title| (title.id.0.as_str(), title.name.in_(visit.lang))).collect();
    let payers: Vec<(&str, &str)> =
        choices.payers.iter().map(|payer| (payer.id.0.as_str(), payer.name.in_(visit.lang))).collect();
    let decimal = Some("decimal");
    let unit = choices
        .surfaces
        .iter()
        .flat_map(|(_, surfaces)| surfaces)
        .next()
        .map_or("", |one| one.floor.currency.symbol());
    html! {
        (parts::titled_card(visit.say("What and when", "影片与投放期"), html! { div class="form" {
            (field("title", "Film", "影片").select(&titles))
            @if payers.len() > 1 { (field("payer", "Who pays", "付费方").select(&payers)) }
            (Field { required: true, hint: visit.say("Only you see it.", "仅内部可见。"), ..field("name", "Name", "计划名称") }.input())
            (parts::grid(2, html! {
                (Field { required: true, kind: "date", ..field("starts_on", "First day", "首日") }.input())
                (Field { required: true, kind: "date", ..field("ends_on", "Last day", "末日") }.input())
                (Field { required: true, inputmode: decimal, unit, ..field("budget", "Budget", "预算") }.input())
                (Field { required: true, inputmode: decimal, unit, hint: visit.say("Paid for a click, once an impression.", "按点击付费，同一次曝光只计一次。"), ..field("click_price", "Price of a click", "点击单价") }.input())
                (Field { inputmode: decimal, unit: "%", hint: visit.say("Kept from the ads at random, at most 50 %. They show what is sold without them; 0 measures nothing.", "随机留出、不看广告的人，最多 50%。由此得知没有广告时的销售；填 0 则无法测量。"), ..field("holdout", "Hold-out", "对照组") }.input())
            }))
        } }))
        (parts::titled_card(visit.say("Where", "投放位置"), places(visit, choices, form)))
        (parts::titled_card(visit.say("What it says", "素材"), html! { div class="form" {
            (parts::grid(2, html! {
                (field("headline_en", "Headline in English", "英文标题").input())
                (field("headline_zh", "Headline in Chinese", "中文标题").input())
                (field("text_en", "Text in English", "英文文案").textarea(2))
                (field("text_zh", "Text in Chinese", "中文文案").textarea(2))
            }))
            (Field {
                hint: visit.say("Left empty, the film’s own picture is shown. Readers see the headline in their language.", "留空则用影片自己的图片。读者看到自己语言的标题。"),
                ..field("artwork", "Picture’s key", "图片代号")
            }.input())
        } }))
    }
}

fn places(visit: &Visit, choices: &Choices, form: &Form) -> Markup {
    let label = visit.say("Surfaces", "广告位");
    let chosen = form.all("surfaces");
    let field = form.field(visit.lang, "surfaces", label);
    let note = |surface: &Surface| {
        format!("{} {}", visit.say("A thousand views are worth at least", "千次曝光底价"), surface.floor)
    };
    html! {
        fieldset class=(if field.error.is_some() { "field wrong" } else { "field" }) {
            legend class="visually-hidden" { (label) }
            @if let Some(error) = field.error { p class="field-error" id="surfaces-error" { (icon("alert")) (error) } }
            @for (channel, surfaces) in &choices.surfaces { @for surface in surfaces {
                label class="choice" {
                    input type="checkbox" name="surfaces" value=(surface.id) checked[chosen.contains(&surface.id.0.as_str())];
                    span { b { (channel.name.in_(visit.lang)) " · " (surface.name.in_(visit.lang)) } span class="muted" { (note(surface)) } }
                }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::testing::{Answer, Town};
    use axum::http::StatusCode;
    use kernel::Role;

    async fn planned(street: &Street, change: &[(&'static str, &str)]) -> Answer {
        let surfaces = street.surfaces.clone();
        let mut typed = vec![
            ("title", street.title.0.as_str()),
            ("name", "Christmas"),
            ("starts_on", "2016-12-23"),
            ("ends_on", "2017-01-05"),
            ("budget", "1000.00"),
            ("click_price", "1.20"),
            ("headline_en", "Every night has a ferryman"),
            ("headline_zh", "每个夜里，都有一个摆渡人"),
            ("text_en", "In cinemas."),
            ("text_zh", "热映。"),
            ("artwork", ""),
        ];
        typed.retain(|(name, _)| !change.iter().any(|(changed, _)| changed == name));
        if !change.iter().any(|(name, _)| *name == "surfaces") {
            typed.extend(surfaces.iter().map(|id| ("surfaces", id.0.as_str())));
        }
        typed.extend(change.iter().filter(|(_, value)| !value.is_empty()).copied());
        street.sun.post("/console/campaigns", &typed).await
    }

    #[tokio::test]
    async fn a_campaign_is_planned() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let blank = street.sun.get("/console/campaigns/new").await;
        assert!(
            blank.text.contains("East Gate Market · Home card")
                && blank.text.contains("value=\"2016-12-23\"")
        );
        let planned = planned(&street, &[]).await;
        assert_eq!(planned.status, StatusCode::SEE_OTHER, "{}", planned.text);
        let shown = street.sun.get(planned.location()).await;
        for word in [
            "Christmas",
            "Draft",
            "Fri 23 Dec – Thu 5 Jan",
            "¥1,000.00",
            "¥1.20",
            "Hold-out",
            "Every night has a ferryman",
        ] {
            assert!(shown.text.contains(word), "{word}: {}", shown.text);
        }
    }

    #[tokio::test]
    async fn what_is_wrong_stands_at_its_field() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let (_, rival) = town.title("rival").await;
        let stolen = {
            let list = rival.get("/console/slate").await;
            format!("ttl_{}", list.value_after("<tbody", "/console/slate/ttl_"))
        };
        let long = "x".repeat(81);
        for (field, value, at) in [
            ("title", "ttl_none", "title"),
            ("title", "x", "title"),
            ("title", stolen.as_str(), "title"),
            ("name", "", "name"),
            ("name", long.as_str(), "name"),
            ("starts_on", "tomorrow", "starts_on"),
            ("ends_on", "2016-12-22", "ends_on"),
            ("ends_on", "2018-12-22", "ends_on"),
            ("budget", "0", "budget"),
            ("budget", "-5", "budget"),
            ("budget", "USD 30", "budget"),
            ("click_price", "1000.01", "click_price"),
            ("holdout", "51", "holdout"),
            ("holdout", "some", "holdout"),
            ("surfaces", "", "surfaces"),
            ("surfaces", "srf_none", "surfaces"),
            ("headline_en", "headline too long, far too long, longer than any card can bear", "headline_en"),
        ] {
            let refused = planned(&street, &[(field, value)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
            assert!(
                refused.text.contains(&format!("id=\"{at}-error\"")),
                "{field} {value}: {}",
                refused.text
            );
        }
        let kept = planned(&street, &[("budget", "much")]).await;
        assert!(
            kept.text.contains("value=\"much\"")
                && kept.text.contains("checked")
                && kept.text.contains("热映。")
        );
    }

    #[tokio::test]
    async fn who_has_no_film_is_told_what_to_do() {
        let town = Town::new();
        let (_, ann) = town.staff("ann", Role::Marketer).await;
        assert!(ann.get("/console/campaigns/new").await.text.contains("Put one on the slate first"));
    }
}
