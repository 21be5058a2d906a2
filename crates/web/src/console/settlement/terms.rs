//! The terms under which a film's box office is divided: rates that belong to a contract, from a day on.
//!
//! A studio reads them, an operator writes down what was agreed. New terms never reach days that any
//! cinema has settled.

use super::statement::rates;
use crate::answer::{Answer, Page, SeeOther};
use crate::console::slate;
use crate::form::{self, Form};
use crate::look::parts::{self, Field};
use crate::visit::{OperatorStaff, StudioStaff, Visit};
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::views::undivided;
use flows::{House, change_tax};
use kernel::ids::Id;
use kernel::{Currency, Day, Lang, Money, Refusal, Result, Share, Territory, TitleId};
use maud::{Markup, html};
use settlement::splits::{Agency, BANDS_MAX, Band, Terms, Tier};
use settlement::terms::{self, Agreed};
use titles::Title;

/// Empty pairs offered after those that are filled.
const SPARE_ROWS: usize = 2;

async fn find(visit: &Visit, id: &str) -> Result<Title> {
    let id = TitleId::parse(id)?;
    let found = visit.read(move |view| titles::any(view, &id)).await?;
    Ok(found.ok_or_else(|| Refusal::not_found("title", "影片"))?)
}

fn address(title: &TitleId) -> String {
    format!("/console/settlement/terms/{title}")
}

pub async fn show(visit: Visit, staff: StudioStaff, Path(id): Path<String>) -> Answer<Page> {
    let title = find(&visit, &id).await?;
    staff.check(&title.studio)?;
    page(&visit, &title, None).await
}

pub async fn agree(visit: Visit, _: OperatorStaff, Path(id): Path<String>, form: Form) -> Answer {
    let title = find(&visit, &id).await?;
    match write_down(&visit, &title, &form).await {
        Ok(()) => {
            let onward = SeeOther::to(address(&title.id));
            Ok(onward.saying("The terms are agreed.", "条款已生效。").into_response())
        }
        Err(error) => Ok(page(&visit, &title, Some(form.refused(error)?)).await?.into_response()),
    }
}

async fn write_down(visit: &Visit, title: &Title, form: &Form) -> Result<()> {
    let home = visit.home.clone();
    let (id, starts_on, agreed) = (title.id.clone(), form.day("starts_on")?, read(form, home.currency)?);
    visit
        .write(&House::lane(), move |scene| {
            if let Some(settled) = undivided::settled_until(scene.tx, &id)?.filter(|last| starts_on <= *last)
            {
                return Err(already_settled(settled).into());
            }
            terms::agree(scene.tx, &mut scene.act, &id, home.territory.code(), starts_on, &agreed)?;
            slate::changed(scene, &id, "terms")
        })
        .await
}

fn already_settled(last: Day) -> Refusal {
    Refusal::field(
        "starts_on",
        "already_settled",
        format!("Days up to {last} are settled already; new terms begin later."),
        format!("{last} 及之前的日期已经结算，新条款须在此之后生效。"),
    )
}

/// What was typed, as terms that can divide a sum.
fn read(form: &Form, currency: Currency) -> Result<Terms, Refusal> {
    let steps =
        |name, from: &str, share: &str| read_steps(name, currency, (&form.all(from), &form.all(share)));
    let agency = match form.text("agency") {
        "none" => Agency::None,
        "of_net" => Agency::OfNet(form.percent("agency_share")?),
        "of_base" => {
            let tiers = steps("tiers", "tier_from", "tier_share")?;
            Agency::OfBase(
                tiers.into_iter().map(|(from_gross_minor, share)| Tier { from_gross_minor, share }).collect(),
            )
        }
        _ => return form.choice("agency", |_| None),
    };
    let bands = steps("bands", "band_from", "band_share")?;
    let terms = Terms {
        currency,
        special_fund: form.percent("special_fund")?,
        special_fund_central: form.percent("special_fund_central")?,
        tax: form.percent("tax")?,
        bands: bands
            .into_iter()
            .map(|(from_gross_minor, producer)| Band { from_gross_minor, producer })
            .collect(),
        agency,
        distribution_fee: form.percent("distribution_fee")?,
    };
    terms.check()?;
    Ok(terms)
}

/// Rows of an amount and a percentage; rows left empty are left out.
fn read_steps(
    field: &'static str,
    currency: Currency,
    (from, shares): (&[&str], &[&str]),
) -> Result<Vec<(i64, Share)>, Refusal> {
    let mut steps = Vec::new();
    for (from, share) in from.iter().zip(shares).take(BANDS_MAX + 1) {
        let (from, share) = (from.trim(), share.trim());
        if from.is_empty() && share.is_empty() {
            continue;
        }
        let from = form::at(field, Money::parse(from, currency))?;
        steps.push((from.minor, form::at(field, Share::parse_percent(share))?));
    }
    Ok(steps)
}

/// Terms as they are typed, for the form to begin with.
fn filled(terms: &Terms, starts_on: Day) -> Form {
    let percent = |share: Share| share.as_percent().to_string();
    let (agency, agency_share, tiers) = match &terms.agency {
        Agency::None => ("none", String::new(), &[][..]),
        Agency::OfNet(share) => ("of_net", percent(*share), &[][..]),
        Agency::OfBase(tiers) => ("of_base", String::new(), tiers.as_slice()),
    };
    let mut form = Form::filled([
        ("starts_on", starts_on.to_string()),
        ("special_fund", percent(terms.special_fund)),
        ("special_fund_central", percent(terms.special_fund_central)),
        ("tax", percent(terms.tax)),
        ("distribution_fee", percent(terms.distribution_fee)),
        ("agency", agency.to_owned()),
        ("agency_share", agency_share),
    ]);
    for band in &terms.bands {
        let from = Money::new(band.from_gross_minor, terms.currency).decimal();
        form = form.with("band_from", from).with("band_share", percent(band.producer));
    }
    for tier in tiers {
        let from = Money::new(tier.from_gross_minor, terms.currency).decimal();
        form = form.with("tier_from", from).with("tier_share", percent(tier.share));
    }
    form
}

async fn page(visit: &Visit, title: &Title, refused: Option<Form>) -> Answer<Page> {
    let (id, home, today) = (title.id.clone(), visit.home.clone(), visit.today());
    let premiere = title.premiere;
    let (agreed, earliest, usual) = visit
        .read(move |view| {
            let settled = undivided::settled_until(view, &id)?;
            let earliest = settled.map(|last| last.plus(1)).or(premiere).unwrap_or(today);
            Ok((terms::of_title(view, &id)?, earliest, change_tax::usual_terms(view, &home, earliest)?))
        })
        .await?;
    let home = &visit.home;
    let newest = agreed.iter().rev().find(|one| one.territory == home.territory.code());
    let suggested = newest.map_or(usual, |one| one.terms.clone());
    let form = refused.unwrap_or_else(|| filled(&suggested, earliest));
    let heading = visit.say("Settlement terms", "分账条款");
    let body = html! {
        (parts::heading(heading, title.name.in_(visit.lang), parts::link_button(parts::Weight::Quiet, "/console/settlement", visit.say("Settlement", "结算"))))
        @if agreed.is_empty() {
            (parts::card(parts::empty(
                visit.say("No terms are agreed yet", "还没有约定条款"),
                visit.say("Until they are, this film’s periods cannot be closed.", "约定之前，这部影片无法结算。"),
                None,
            )))
        }
        (parts::grid(2, html! { @for one in agreed.iter().rev() { (card(visit, one, today)) } }))
        @if visit.actor.is_operator() {
            (parts::section(visit.say("Agree on new terms", "约定新条款"), None, parts::card(fields_form(visit, title, &form))))
        } @else {
            p class="muted" { (visit.say("An operator of the house writes down what is agreed.", "新条款由平台运营者录入。")) }
        }
    };
    Ok(Page::console(heading, body).status(form.status()))
}

fn card(visit: &Visit, agreed: &Agreed, today: Day) -> Markup {
    let from = match (visit.lang, agreed.starts_on <= today) {
        (Lang::En, true) => format!("Since {}", agreed.starts_on),
        (Lang::En, false) => format!("From {} on", agreed.starts_on),
        (Lang::Zh, _) => format!("{} 起", agreed.starts_on),
    };
    let lines = rates(visit.lang, &agreed.terms);
    let rows: Vec<(&str, Markup)> =
        lines.iter().map(|(name, rate)| (name.as_str(), html! { (rate) })).collect();
    parts::titled_card(&from, parts::definitions(&rows))
}

fn fields_form(visit: &Visit, title: &Title, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let percent =
        |name, en, zh| Field { unit: "%", inputmode: Some("decimal"), required: true, ..field(name, en, zh) };
    let elsewhere = visit.home.territory != Territory::CN;
    let fields = html! {
        @if elsewhere { p class="hint" { (visit.say(
            "The special fund and the tax are what mainland China’s law takes off a box office; leave them at 0 where yours takes none. Nothing is proposed here: write down what was agreed.",
            "专资和增值税是中国内地法规从票房中扣除的部分；其他地区没有的请保留 0。此处不预填条款，请按约定填写。",
        )) } }
        (Field { kind: "date", required: true, hint: visit.say("Periods that begin on this day or later are divided by these terms.", "自该日起开始的结算期适用本条款。"), ..field("starts_on", "Effective from", "生效日期") }.input())
        (parts::grid(2, html! {
            (percent("special_fund", "Special fund, of the split base", "专资占分账票房").input())
            (percent("special_fund_central", "The central treasury’s part of the fund", "专资中央部分").input())
            (percent("tax", "Tax and surcharges, of the split base", "增值税及附加占分账票房").input())
            (percent("distribution_fee", "Distribution fee, of what is left after the agent", "发行费（代理费之后的余额）").input())
        }))
        (steps(visit, form, &Steps {
            name: "bands",
            title: visit.say("Producer and distributor, of the net", "制片与发行占净票房"),
            hint: visit.say("The first row starts at 0; a later row holds for the box office above its amount.", "第一行从 0 起；之后各行只适用于超过该金额的部分。"),
            from: "band_from",
            share: "band_share",
        }))
        (field("agency", "Booking agent", "代理费").select(&[
            ("none", visit.say("none", "无")),
            ("of_net", visit.say("a share of the net", "净票房的一定比例")),
            ("of_base", visit.say("tiers of the split base", "分账票房分档")),
        ]))
        (Field { unit: "%", inputmode: Some("decimal"), hint: visit.say("When the agent has a share of the net.", "代理费按净票房比例时填写。"), ..field("agency_share", "The agent’s share of the net", "代理费比例") }.input())
        (steps(visit, form, &Steps {
            name: "tiers",
            title: visit.say("The agent’s tiers", "代理费分档"),
            hint: visit.say("When the agent is paid by tiers of the split base.", "代理费按分账票房分档时填写。"),
            from: "tier_from",
            share: "tier_share",
        }))
    };
    form.render(visit.lang, &address(&title.id), visit.say("Agree on these terms", "约定条款"), fields)
}

struct Steps<'a> {
    name: &'static str,
    title: &'a str,
    hint: &'a str,
    from: &'static str,
    share: &'static str,
}

/// Pairs of an amount and a percentage.
fn steps(visit: &Visit, form: &Form, steps: &Steps) -> Markup {
    let (from, share) = (form.all(steps.from), form.all(steps.share));
    let filled =
        from.iter().zip(&share).filter(|(from, share)| !from.is_empty() || !share.is_empty()).count();
    let value = |list: &[&str], i: usize| list.get(i).copied().unwrap_or_default().to_owned();
    let input = |name: &str, label: &str, unit: &str, value: String| {
        html! {
            label {
                span class="hint" { (label) }
                span class="input-row" { input type="text" name=(name) value=(value) inputmode="decimal"; span class="unit" { (unit) } }
            }
        }
    };
    let error = form.field(visit.lang, steps.name, "").error;
    html! {
        fieldset class=(if error.is_some() { "field wrong" } else { "field" }) {
            legend { (steps.title) }
            p class="hint" { (steps.hint) }
            (parts::grid(4, html! {
                @for i in 0..(filled + SPARE_ROWS).next_multiple_of(2).min(BANDS_MAX) {
                    (input(steps.from, visit.say("from a box office of", "票房自"), visit.told(visit.home.currency).unit(), value(&from, i)))
                    (input(steps.share, visit.say("share", "比例"), "%", value(&share, i)))
                }
            }))
            @if let Some(error) = error { p class="field-error" id={ (steps.name) "-error" } { (crate::look::icon("alert")) (error) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::season::{Season, day};
    use axum::http::StatusCode;
    use kernel::Role;

    const TYPED: [(&str, &str); 12] = [
        ("starts_on", "2016-12-01"),
        ("special_fund", "5"),
        ("special_fund_central", "40"),
        ("tax", "3.3"),
        ("distribution_fee", "0"),
        ("agency", "of_net"),
        ("agency_share", "2"),
        ("band_from", "0"),
        ("band_share", "43"),
        ("band_from", "300000000"),
        ("band_share", "45.5"),
        ("band_from", ""),
    ];

    fn with(name: &str, value: &'static str) -> Vec<(&'static str, &'static str)> {
        let mut typed = TYPED.to_vec();
        if let Some(pair) = typed.iter_mut().find(|(key, _)| *key == name) {
            pair.1 = value;
        }
        typed
    }

    #[test]
    fn what_is_typed_is_what_is_agreed() {
        let typed = Form::filled(TYPED);
        let agreed = read(&typed, Currency::CNY).expect("terms");
        assert_eq!(agreed.bands.len(), 2);
        assert_eq!(agreed.bands[1], Band { from_gross_minor: 30_000_000_000, producer: Share::ppm(455_000) });
        assert_eq!(agreed.agency, Agency::OfNet(Share::percent(2)));
        assert_eq!(read(&filled(&agreed, day(1)), Currency::CNY).expect("terms"), agreed);
        let tiers = Agency::OfBase(vec![Tier { from_gross_minor: 0, share: Share::percent(3) }]);
        let other = Terms { agency: tiers, ..Terms::mainland_2016() };
        assert_eq!(read(&filled(&other, day(1)), Currency::CNY).expect("terms"), other);
    }

    #[tokio::test]
    async fn an_operator_agrees_and_a_studio_reads() {
        let season = Season::new().await;
        let operator = season.town.operator().await;
        let path = address(&season.title);
        assert!(season.ann.get(&path).await.text.contains("No terms are agreed yet"));
        assert_eq!(season.ann.post(&path, &TYPED).await.status, StatusCode::FORBIDDEN);
        let agreed = operator.post(&path, &TYPED).await;
        assert_eq!(agreed.status, StatusCode::SEE_OTHER, "{}", agreed.text);
        let shown = season.ann.get(&path).await;
        assert!(shown.text.contains("from ¥300m on") && shown.text.contains("45.5"), "{}", shown.text);
        assert!(!shown.text.contains("band_from"), "a studio has no form");
        let (_, ben) = season.town.staff("ben", Role::Studio).await;
        assert_eq!(ben.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(season.chen.get(&path).await.status, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn rates_that_divide_nothing_are_refused_at_their_field() {
        let season = Season::new().await;
        let operator = season.town.operator().await;
        let path = address(&season.title);
        for (name, value, said) in [
            ("tax", "3,3", "tax-error"),
            ("special_fund", "101", "special_fund-error"),
            ("band_from", "much", "bands-error"),
            ("band_share", "", "bands-error"),
            ("band_from", "5", "Bands must start at 0"),
            ("tax", "96", "the fund and the tax together"),
            ("agency", "of_base", "Bands must start at 0"),
            ("agency", "gift", "agency-error"),
            ("starts_on", "now", "starts_on-error"),
        ] {
            let answer = operator.post(&path, &with(name, value)).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}={value}");
            assert!(answer.text.contains(said), "{name}={value}: {}", answer.text);
            assert!(answer.text.contains("value=\"45.5\""), "what was typed is kept");
        }
    }

    #[tokio::test]
    async fn settled_days_keep_their_terms() {
        let season = Season::new().await;
        season.runs(&[40]).await;
        season.agrees(day(1)).await;
        let close = [
            ("place", season.star.place.0.as_str()),
            ("title", &season.title.0),
            ("first", "2016-12-19"),
            ("last", "2016-12-19"),
        ];
        season.chen.post("/console/settlement", &close).await;
        let operator = season.town.operator().await;
        let path = address(&season.title);
        let late = operator.post(&path, &with("starts_on", "2016-12-19")).await;
        assert!(late.text.contains("Days up to 2016-12-19 are settled already"), "{}", late.text);
        let next = operator.post(&path, &with("starts_on", "2016-12-20")).await;
        assert_eq!(next.status, StatusCode::SEE_OTHER);
    }
}
