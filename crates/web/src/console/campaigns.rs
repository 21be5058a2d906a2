//! Campaigns: what a studio or its marketers pay to be seen, and what came of it.

pub mod draft;
pub mod flight;
mod lift;
pub mod next;
pub mod show;

use crate::answer::{Answer, Page, Wrong};
use crate::look::parts::{self, Action, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money};
use crate::visit::Visit;
use ::people::{Org, OrgKind, orgs};
use ads::campaigns::{self, Campaign, State};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use db::View;
use flows::views::campaigns::{Sums, sums};
use kernel::ids::Id;
use kernel::{Actor, CampaignId, Lang, OrgId, Refusal, Result, Role, TitleId, Words};
use maud::{Markup, html};

/// Somebody who may advertise for an organisation: its studio people and its marketers.
pub struct Promoter {
    actor: Actor,
}

impl Promoter {
    const ROLES: [Role; 2] = [Role::Studio, Role::Marketer];

    pub(super) fn may(&self, org: &OrgId) -> bool {
        Promoter::ROLES.into_iter().any(|role| self.actor.may(role, org))
    }

    fn orgs(&self) -> Vec<OrgId> {
        let mut orgs: Vec<OrgId> =
            Promoter::ROLES.into_iter().flat_map(|role| self.actor.orgs(role)).collect();
        orgs.sort();
        orgs.dedup();
        orgs
    }
}

impl<S: Sync> FromRequestParts<S> for Promoter {
    type Rejection = Wrong;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Promoter, Wrong> {
        let actor = Visit::from_request_parts(parts, state).await?.actor;
        actor.signed_in()?;
        if !Promoter::ROLES.into_iter().any(|role| actor.has(role)) {
            return Err(Refusal::forbidden().into());
        }
        Ok(Promoter { actor })
    }
}

pub(super) fn address(campaign: &CampaignId) -> String {
    format!("/console/campaigns/{campaign}")
}

/// Whose money somebody may spend: their organisations', an operator every studio's.
pub(super) async fn payers(visit: &Visit, promoter: &Promoter) -> Result<Vec<Org>> {
    let (everywhere, mine) = (promoter.actor.is_operator(), promoter.orgs());
    visit
        .read(move |view| {
            let mut payers = Vec::new();
            for org in &mine {
                payers.extend(orgs::any(view, org)?.filter(|org| org.kind != OrgKind::House));
            }
            if everywhere {
                let studios = orgs::of_kind(view, OrgKind::Studio)?;
                payers.extend(studios.into_iter().filter(|org| !mine.contains(&org.id)));
            }
            Ok(payers)
        })
        .await
}

pub(super) async fn find(visit: &Visit, promoter: &Promoter, id: &str) -> Result<Campaign> {
    let id = CampaignId::parse(id)?;
    let campaign = visit.read(move |view| campaigns::any(view, &id)).await?;
    if promoter.may(&campaign.org) {
        Ok(campaign)
    } else {
        Err(Refusal::not_found("campaign", "投放计划").into())
    }
}

fn state_words(state: State) -> Words {
    match state {
        State::Draft => Words::new("Draft", "草稿"),
        State::Live => Words::new("Live", "投放中"),
        State::Paused => Words::new("Paused", "已暂停"),
        State::Ended => Words::new("Ended", "已结束"),
    }
}

fn state_pill(visit: &Visit, state: State) -> Markup {
    let tone = match state {
        State::Live => Tone::Jade,
        State::Paused => Tone::Lantern,
        State::Draft | State::Ended => Tone::Plain,
    };
    parts::pill(tone, state_words(state).in_(visit.lang))
}

/// `Fri 23 Dec – Sat 7 Jan`: the first and the last day on which it is shown.
fn flight(visit: &Visit, campaign: &Campaign) -> String {
    let (zone, lang) = (&visit.home.zone, visit.lang);
    let last = campaign.ends_at.plus_seconds(-1);
    format!("{} – {}", campaign.starts_at.day_in(zone).say(lang), last.day_in(zone).say(lang))
}

/// A campaign with what came of it and what its film is called.
struct Told {
    campaign: Campaign,
    sums: Sums,
    film: Words,
}

fn told(view: &View, campaign: Campaign) -> Result<Told> {
    let film = titles::any(view, &campaign.title)?.map(|title| title.name).unwrap_or_default();
    Ok(Told { sums: sums(view, &campaign.id)?, campaign, film })
}

pub async fn list(visit: Visit, promoter: Promoter) -> Answer<Page> {
    let (everywhere, mine) = (promoter.actor.is_operator(), promoter.orgs());
    let all = visit.read(move |view| {
        let found = if everywhere { of_every_title(view)? } else { of_orgs(view, &mine)? };
        found.into_iter().map(|campaign| told(view, campaign)).collect::<Result<Vec<_>>>()
    });
    let all = all.await?;
    let title = visit.say("Campaigns", "投放");
    let draft =
        Action { href: "/console/campaigns/new", word: visit.say("Plan a campaign", "新建投放计划") };
    let body = html! {
        (parts::heading(title, visit.say("What is paid to be seen, and what it sold.", "投放花费及其带来的销售。"), html! { (parts::link_button(Weight::Quiet, "/console/audiences", visit.say("Audiences", "人群"))) (parts::link_button(Weight::Primary, draft.href, draft.word)) }))
        @if all.is_empty() {
            (parts::empty(
                visit.say("No campaign yet", "还没有投放计划"),
                visit.say("A campaign shows a film as a card among goods, songs and fixtures, and counts every ticket it sells.", "投放计划让影片出现在商品、歌曲和赛程之间，并记录它卖出的每一张票。"),
                None,
            ))
        } @else { (stats(&visit, &all)) (table(&visit, &all)) }
    };
    Ok(Page::console(title, body))
}

fn of_orgs(view: &View, orgs: &[OrgId]) -> Result<Vec<Campaign>> {
    let mut found = Vec::new();
    for org in orgs {
        found.extend(campaigns::of_org(view, org)?);
    }
    Ok(found)
}

fn of_every_title(view: &View) -> Result<Vec<Campaign>> {
    let mut found = Vec::new();
    for title in titles::all(view)? {
        let id: TitleId = title.id;
        found.extend(campaigns::of_title(view, &id)?);
    }
    Ok(found)
}

/// Everything together, in the currency of the first: campaigns in another one are left to their own pages.
fn stats(visit: &Visit, all: &[Told]) -> Markup {
    let currency = all.first().map_or(visit.home.currency, |one| one.campaign.budget.currency);
    let counted = || all.iter().filter(move |one| one.campaign.budget.currency == currency);
    let sum = |of: fn(&Sums) -> i64| counted().map(|one| of(&one.sums)).sum::<i64>();
    let amount = |minor| money::compact(minor, currency.code(), visit.lang);
    let live = counted().filter(|one| one.campaign.state == State::Live).count().to_string();
    let stat = |label, value: &str, note: &str| {
        parts::Stat { label, value, note, ..parts::Stat::default() }.render()
    };
    let spent = format!("{} {}", visit.say("of", "预算"), amount(sum(|sums| sums.budget_minor)));
    let (seen, clicks) = (sum(|sums| sums.impressions), sum(|sums| sums.clicks));
    let sales = sum(|sums| sums.credited_tickets_minor + sums.credited_products_minor);
    let orders = sum(|sums| sums.credited_orders);
    let orders = match visit.lang {
        Lang::En => kernel::counted(orders, "order", "orders"),
        Lang::Zh => format!("{} 单", money::grouped(orders)),
    };
    parts::grid(
        4,
        html! {
            (stat(visit.say("Live", "投放中"), &live, ""))
            (stat(visit.say("Spent", "已花费"), &amount(sum(|sums| sums.spend_minor)), &spent))
            (stat(visit.say("Clicks", "点击"), &money::count(clicks, visit.lang), &rate(visit, clicks, seen)))
            (stat(visit.say("Credited sales", "归因销售"), &amount(sales), &orders))
        },
    )
}

/// `0.9 % of 31k impressions`
fn rate(visit: &Visit, clicks: i64, impressions: i64) -> String {
    let ppm = if impressions == 0 { 0 } else { clicks * 1_000_000 / impressions };
    let (share, seen) = (money::percent(ppm, visit.lang), money::count(impressions, visit.lang));
    match visit.lang {
        Lang::En => format!("{share} of {seen} impressions"),
        Lang::Zh => format!("曝光 {seen}，点击率 {share}"),
    }
}

fn table(visit: &Visit, all: &[Told]) -> Markup {
    let columns = [
        Column::new(visit.say("Campaign", "投放计划"), Kind::Text),
        Column::new(visit.say("Film", "影片"), Kind::Text),
        Column::new(visit.say("Status", "状态"), Kind::Text),
        Column::new(visit.say("Flight", "投放期"), Kind::Date),
        Column::new(visit.say("Budget", "预算"), Kind::Money),
        Column::new(visit.say("Spent", "已花费"), Kind::Share),
        Column::new(visit.say("Impressions", "曝光"), Kind::Number),
        Column::new(visit.say("Clicks", "点击"), Kind::Number),
        Column::new(visit.say("Credited sales", "归因销售"), Kind::Money),
    ];
    let row = |one: &Told| {
        let (campaign, sums) = (&one.campaign, &one.sums);
        let code = campaign.budget.currency.code();
        let spent = sums.spend_minor.saturating_mul(1_000_000) / campaign.budget.minor.max(1);
        vec![
            Cell::link(&address(&campaign.id), &campaign.name),
            Cell::text(one.film.in_(visit.lang)),
            Cell::markup(state_pill(visit, campaign.state), campaign.state.code()),
            Cell::date(&campaign.starts_at.rfc3339(), &flight(visit, campaign)),
            Cell::money(campaign.budget.minor, code),
            Cell::share(spent, visit.lang),
            Cell::number(sums.impressions),
            Cell::number(sums.clicks),
            Cell::money(sums.credited_tickets_minor + sums.credited_products_minor, code),
        ]
    };
    let rows = all.iter().map(row).collect();
    html! { div class="section" { (Table::new(visit.say("Campaigns", "投放计划"), &columns, rows).filtered().render(visit.lang)) } }
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::testing::Town;
    use axum::http::StatusCode;
    use kernel::Role;

    #[tokio::test]
    async fn everybody_sees_their_own_campaigns() {
        let town = Town::new();
        let street = Street::new(&town).await;
        assert!(street.sun.get("/console/campaigns").await.text.contains("No campaign yet"));
        let campaign = street.campaign().await;
        let at = format!("/console/campaigns/{campaign}");
        let mei = town.person("mei", &[(Role::Marketer, street.studio.clone())]).await;
        for browser in [&street.sun, &mei, &town.operator().await] {
            let list = browser.get("/console/campaigns").await;
            assert!(list.text.contains("Christmas") && list.text.contains("Live"), "{}", list.text);
            assert_eq!(browser.get(&at).await.status, StatusCode::OK);
        }
        let (_, rival) = town.staff("rival", Role::Studio).await;
        assert!(rival.get("/console/campaigns").await.text.contains("No campaign yet"));
        assert_eq!(rival.get(&at).await.status, StatusCode::NOT_FOUND);
        for change in ["launch", "pause", "resumption", "end"] {
            assert_eq!(rival.post(&format!("{at}/{change}"), &[]).await.status, StatusCode::NOT_FOUND);
        }
        assert_eq!(street.sun.get("/console/campaigns/cmp_none").await.status, StatusCode::NOT_FOUND);
    }
}
