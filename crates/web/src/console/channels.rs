//! Channels: the shops, music services and clubs that reach people, and how the house opens one.

use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::look::{Tone, money};
use crate::visit::{OperatorStaff, Visit};
use ::channels::{Channel, Kind as Of, NewChannel};
use ::people::{Org, OrgKind, orgs};
use axum::response::IntoResponse;
use db::View;
use flows::open_channel;
use kernel::ids::Id;
use kernel::{OrgId, PlaceId, Refusal, Result, Share, Words};
use maud::{Markup, html};
use shops::Shop;
use std::collections::HashMap;

pub async fn list(visit: Visit, _: OperatorStaff) -> Answer<Page> {
    page(&visit, &Form::filled([("commission", "5"), ("floor", "0")])).await
}

pub async fn add(visit: Visit, _: OperatorStaff, form: Form) -> Answer {
    match open(&visit, &form).await {
        Ok(()) => {
            let onward = SeeOther::to("/console/channels");
            Ok(onward.saying("The channel is open.", "渠道已开设。").into_response())
        }
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

async fn open(visit: &Visit, form: &Form) -> Result<()> {
    let kind = form.choice("kind", Of::parse)?;
    let org: OrgId = form.id("org")?;
    let known = visit.read(runners).await?.into_iter().any(|runner| runner.id == org);
    if !known {
        let (en, zh) = ("Please choose one of the list.", "请从列表中选择。");
        return Err(Refusal::field("org", "bad_choice", en, zh).into());
    }
    let new = NewChannel {
        place: PlaceId::make(visit.now, &mut visit.house.dice()),
        org,
        slug: form.text("slug").trim().to_owned(),
        kind,
        name: form.words("name"),
        about: form.words("about"),
        artwork: mark(kind).to_owned(),
    };
    let commission = if open_channel::sells(kind) { form.percent("commission")? } else { Share::ZERO };
    let floor = form.money("floor", visit.home.currency)?;
    visit
        .write(&new.place.clone(), move |scene| {
            open_channel::open(scene, &new, commission, floor).map(|_| ())
        })
        .await
}

/// The mark that stands beside a channel of this kind.
fn mark(kind: Of) -> &'static str {
    match kind {
        Of::Marketplace => "logo-market",
        Of::BrandStore => "logo-shop",
        Of::Music => "logo-music",
        Of::Club => "logo-club",
    }
}

/// Who may run one.
fn runners(view: &View) -> Result<Vec<Org>> {
    let mut found = orgs::of_kind(view, OrgKind::Shop)?;
    found.extend(orgs::of_kind(view, OrgKind::Partner)?);
    Ok(found)
}

async fn page(visit: &Visit, form: &Form) -> Answer<Page> {
    let (channels, shops, runners) =
        visit.read(|view| Ok((::channels::all(view)?, ::shops::shops::all(view)?, runners(view)?))).await?;
    let heading = visit.say("Channels", "渠道");
    let lead = visit.say(
        "Where people are reached: shops that sell the goods, and places that show the ads.",
        "触达观众的地方：出售商品的店铺，以及展示广告的场所。",
    );
    let body = html! {
        (parts::heading(heading, lead, html! {}))
        @if channels.is_empty() {
            (parts::empty(
                visit.say("No channel yet", "还没有渠道"),
                visit.say("Open one below; merchants then list their goods in it, and campaigns advertise there.", "请在下方开设；之后商家可上架商品，投放计划可在此投放广告。"),
                None,
            ))
        } @else {
            (table(visit, &channels, &shops, &runners))
        }
        (parts::section(visit.say("Open a channel", "开设渠道"), None, parts::card(fields(visit, form, &runners))))
    };
    Ok(Page::console(heading, body).status(form.status()))
}

fn table(visit: &Visit, channels: &[Channel], shops: &[Shop], runners: &[Org]) -> Markup {
    let columns = [
        Column::new(visit.say("Channel", "渠道"), Kind::Text),
        Column::new(visit.say("Kind", "类型"), Kind::Text),
        Column::new(visit.say("Run by", "运营机构"), Kind::Text),
        Column::new(visit.say("Its commission", "佣金"), Kind::Text),
    ];
    let shops: HashMap<&PlaceId, &Shop> = shops.iter().map(|shop| (&shop.place, shop)).collect();
    let row = |channel: &Channel| {
        let runner = runners.iter().find(|org| org.id == channel.org_id);
        let shop = shops.get(&channel.place_id);
        vec![
            Cell::link(&format!("/shops/{}", channel.slug), channel.name.in_(visit.lang)),
            Cell::text(channel.kind.words().in_(visit.lang)),
            Cell::text(runner.map(|org| org.name.in_(visit.lang)).unwrap_or_default()),
            Cell::text(&shop.map_or("—".to_owned(), |shop| money::rate(shop.commission, visit.lang))),
        ]
    };
    Table::new(visit.say("Channels", "渠道"), &columns, channels.iter().map(row).collect()).render(visit.lang)
}

fn fields(visit: &Visit, form: &Form, runners: &[Org]) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let orgs: Vec<(&str, &str)> =
        runners.iter().map(|org| (org.id.0.as_str(), org.name.in_(visit.lang))).collect();
    let words: Vec<Words> = Of::ALL.map(Of::words).to_vec();
    let kinds: Vec<(&str, &str)> =
        Of::ALL.iter().map(|kind| kind.code()).zip(words.iter().map(|words| words.in_(visit.lang))).collect();
    let fields = parts::grid(
        2,
        html! {
            (field("kind", "Kind", "类型").select(&kinds))
            (field("org", "Who runs it", "运营机构").select(&orgs))
            (Field { required: true, ..field("name_en", "English name", "英文名称") }.input())
            (Field { required: true, ..field("name_zh", "Chinese name", "中文名称") }.input())
            (field("about_en", "What it is, in English", "英文介绍").input())
            (field("about_zh", "What it is, in Chinese", "中文介绍").input())
            (Field { required: true, hint: visit.say("Its address on the pages, such as lantern-store.", "页面网址，如 lantern-store。"), ..field("slug", "Short address", "网址") }.input())
            (Field { unit: "%", inputmode: Some("decimal"), hint: visit.say("What it keeps of a sale; music and clubs sell nothing.", "店铺从每笔销售中收取；音乐与俱乐部不售商品。"), ..field("commission", "Commission", "佣金") }.input())
            (Field { required: true, unit: visit.told(visit.home.currency).unit(), inputmode: Some("decimal"), hint: visit.say("The least that a click on an ad costs there.", "广告每次点击的最低价。"), ..field("floor", "Least price of a click", "点击底价") }.input())
        },
    );
    html! {
        @if runners.is_empty() {
            div class="alerts" { (parts::alert(Tone::Lantern, visit.say("Nobody runs channels yet. Add a shop or a partner under People.", "还没有店铺或合作机构，请先在“人员”中添加。"), None)) }
        }
        (form.render(visit.lang, "/console/channels", visit.say("Open it", "开设"), fields))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;
    use kernel::Role;

    #[tokio::test]
    async fn an_operator_opens_a_channel() {
        let town = Town::new();
        let operator = town.operator().await;
        assert!(operator.get("/console/channels").await.text.contains("Nobody runs channels yet"));
        let (org, shu) = town.staff("shu", Role::Shop).await;
        let typed = |slug, kind| {
            [
                ("kind", kind),
                ("org", org.0.as_str()),
                ("name_en", "Lantern Store"),
                ("name_zh", "灯火旗舰店"),
                ("slug", slug),
                ("commission", "5"),
                ("floor", "0.50"),
            ]
        };
        let opened = operator.post("/console/channels", &typed("lantern", "brand_store")).await;
        assert_eq!(opened.location(), "/console/channels", "{}", opened.text);
        let shown = operator.get("/console/channels").await.text;
        assert!(shown.contains("Lantern Store") && shown.contains("5\u{202f}%"), "{shown}");
        assert_eq!(town.browser().get("/shops/lantern").await.status, StatusCode::OK);
        let twice = operator.post("/console/channels", &typed("lantern", "club")).await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        for (slug, kind, field) in [("Lantern Store", "club", "slug"), ("other", "stall", "kind")] {
            let refused = operator.post("/console/channels", &typed(slug, kind)).await;
            assert!(refused.text.contains(&format!("id=\"{field}-error\"")), "{}", refused.text);
        }
        let mut nobody = typed("third", "club");
        nobody[1].1 = "org_nobody";
        assert!(operator.post("/console/channels", &nobody).await.text.contains("org-error"));
        assert_eq!(shu.get("/console/channels").await.status, StatusCode::FORBIDDEN);
    }
}
