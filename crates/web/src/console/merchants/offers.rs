//! What a studio offers to merchants: its offers, a new one, and closing one.

use super::{Side, acting_for, page, short, ticks, trouble};
use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::Tone;
use crate::look::parts::{self, Field, Weight};
use crate::look::table::{Cell, Column, Kind, Table};
use crate::visit::{StudioStaff, Visit};
use ::people::OrgKind;
use axum::extract::Path;
use axum::response::IntoResponse;
use flows::{House, license_product};
use kernel::ids::Id;
use kernel::{Currency, OfferId, Refusal, Result, TitleId, Words};
use licensing::categories;
use licensing::offers::{self, NewOffer, Offer};
use maud::{Markup, html};
use titles::Title;

pub async fn list(visit: Visit, staff: StudioStaff) -> Answer<Page> {
    show(&visit, &staff, &Form::blank()).await
}

async fn show(visit: &Visit, staff: &StudioStaff, form: &Form) -> Answer<Page> {
    let studios = acting_for(visit, &staff.orgs, OrgKind::Studio).await?;
    let all = visit.read(move |view| {
        let mut all = Vec::new();
        for studio in &studios {
            for offer in offers::of_licensor(view, &studio.id)? {
                let film = flows::views::film(view, &offer.title)?.name;
                all.push((offer, film));
            }
        }
        Ok(all)
    });
    let all = all.await?;
    let new = parts::link_button(
        Weight::Primary,
        "/console/merchants/offers/new",
        visit.say("Open an offer", "发布授权邀约"),
    );
    let body = html! {
        (trouble(visit, form))
        @if all.is_empty() {
            (parts::empty(
                visit.say("No offer yet", "还没有授权邀约"),
                visit.say("An offer says what merchants may make of a film, for which royalty, until when.", "邀约写明商家可以用影片做什么、版税多少、截止到何时。"),
                None,
            ))
        } @else { (table(visit, &all)) }
    };
    let words = (
        visit.say("Licence offers", "授权邀约"),
        visit.say("What merchants may apply for.", "商家可以申请的授权。"),
    );
    Ok(page(visit, Side::Offers, words, new, body).status(form.status()))
}

fn table(visit: &Visit, all: &[(Offer, Words)]) -> Markup {
    let columns = [
        Column::new(visit.say("Offer", "邀约"), Kind::Text),
        Column::new(visit.say("Film", "影片"), Kind::Text),
        Column::new(visit.say("Kinds of goods", "商品分类"), Kind::Text),
        Column::new(visit.say("Royalty", "版税"), Kind::Number),
        Column::new(visit.say("Marketing fund", "市场推广金"), Kind::Number),
        Column::new(visit.say("Guarantee", "保底金"), Kind::Money),
        Column::new(visit.say("Closes", "截止"), Kind::Date),
        Column::new(visit.say("Status", "状态"), Kind::Text),
        Column::new("", Kind::Text),
    ];
    let rows = all.iter().map(|(offer, film)| row(visit, offer, film)).collect();
    Table::new(visit.say("Offers", "授权邀约"), &columns, rows).render(visit.lang)
}

fn row(visit: &Visit, offer: &Offer, film: &Words) -> Vec<Cell> {
    let open = offer.is_open(visit.today());
    let close = format!("/console/merchants/offers/{}/close", offer.id);
    let (tone, word) = if open {
        (Tone::Jade, visit.say("Open", "开放中"))
    } else {
        (Tone::Plain, visit.say("Closed", "已关闭"))
    };
    vec![
        Cell::text(offer.name.in_(visit.lang)),
        short(film.in_(visit.lang)),
        Cell::text(&kinds(visit, offer)),
        Cell::markup(html! { (offer.royalty) }, &offer.royalty.ppm.to_string()),
        Cell::markup(html! { (offer.fund) }, &offer.fund.ppm.to_string()),
        Cell::money(offer.guarantee.minor, offer.guarantee.currency.code()),
        Cell::date(&offer.closes_on.to_string(), &offer.closes_on.to_string()),
        Cell::markup(parts::pill(tone, word), word),
        if open {
            Cell::markup(parts::press(Weight::Grave, &close, &[], visit.say("Close", "关闭")), "")
        } else {
            Cell::text("")
        },
    ]
}

pub(super) fn kinds(visit: &Visit, offer: &Offer) -> String {
    let words: Vec<String> =
        offer.categories.iter().map(|code| categories::words(code).in_(visit.lang).to_owned()).collect();
    words.join(visit.say(", ", "、"))
}

pub async fn close(visit: Visit, staff: StudioStaff, Path(id): Path<String>) -> Answer {
    let id = OfferId::parse(&id)?;
    let wanted = id.clone();
    let offer = visit.read(move |view| offers::any(view, &wanted)).await?;
    staff.check(&offer.licensor)?;
    let licensor = offer.licensor;
    let closed =
        visit.write(&House::lane(), move |scene| license_product::close_offer(scene, &licensor, &id)).await;
    match closed {
        Ok(_) => {
            let onward = SeeOther::to("/console/merchants/offers");
            let onward = onward.saying(
                "The offer is closed; what was applied for is still decided.",
                "邀约已关闭，已提交的申请照常审核。",
            );
            Ok(onward.into_response())
        }
        Err(error) => Ok(show(&visit, &staff, &Form::blank().refused(error)?).await?.into_response()),
    }
}

pub async fn blank(visit: Visit, staff: StudioStaff) -> Answer<Page> {
    let closes = visit.today().plus(60).to_string();
    let form = Form::filled([
        ("territory", visit.home.territory.code()),
        ("royalty", "8"),
        ("fund", "2"),
        ("platform", "30"),
        ("currency", visit.currency()),
        ("guarantee", "0"),
        ("term_days", "365"),
        ("closes_on", &closes),
    ]);
    blank_page(&visit, &staff, &form).await
}

pub async fn add(visit: Visit, staff: StudioStaff, form: Form) -> Answer {
    match make(&visit, &staff, &form).await {
        Ok(_) => {
            let onward = SeeOther::to("/console/merchants/offers");
            Ok(onward.saying("Merchants may apply now.", "邀约已发布，商家可以申请了。").into_response())
        }
        Err(error) => Ok(blank_page(&visit, &staff, &form.refused(error)?).await?.into_response()),
    }
}

async fn make(visit: &Visit, staff: &StudioStaff, form: &Form) -> Result<Offer> {
    let id: TitleId = form.id("title")?;
    let mine = titles_of(visit, staff).await?;
    let title = mine.into_iter().find(|title| title.id == id).ok_or_else(not_your_title)?;
    let currency = Currency::parse(form.text("currency"))?;
    let categories: Vec<String> = form.all("categories").into_iter().map(str::to_owned).collect();
    if categories.is_empty() {
        return Err(no_kind().into());
    }
    let new = NewOffer {
        title: id,
        licensor: title.studio,
        name: form.words("name"),
        about: form.words("about"),
        categories,
        territory: form.text("territory").trim().into(),
        royalty: form.percent("royalty")?,
        rates: Vec::new(),
        fund: form.percent("fund")?,
        platform: form.percent("platform")?,
        guarantee: form.money("guarantee", currency)?,
        term_days: form.int("term_days", 1..=offers::TERM_DAYS_MAX)?,
        closes_on: form.day("closes_on")?,
    };
    visit.write(&House::lane(), move |scene| license_product::offer(scene, &new)).await
}

fn not_your_title() -> Refusal {
    Refusal::field("title", "not_your_title", "Please choose one of your films.", "请选择您的影片。")
}

fn no_kind() -> Refusal {
    Refusal::field(
        "categories",
        "no_kind",
        "Please choose at least one kind of goods.",
        "请至少选择一种商品分类。",
    )
}

async fn titles_of(visit: &Visit, staff: &StudioStaff) -> Result<Vec<Title>> {
    let all = visit.read(titles::all).await?;
    Ok(all.into_iter().filter(|title| staff.may(&title.studio)).collect())
}

async fn blank_page(visit: &Visit, staff: &StudioStaff, form: &Form) -> Answer<Page> {
    let titles = titles_of(visit, staff).await?;
    let body = html! {
        @if titles.is_empty() {
            (parts::alert(Tone::Lantern, visit.say("There is no film of yours to license yet. Put one on the slate first.", "还没有可授权的影片，请先加入片单。"), None))
        } @else {
            (form.render(visit.lang, "/console/merchants/offers", visit.say("Open the offer", "发布"), fields(visit, &titles, form)))
        }
    };
    let words = (
        visit.say("Open an offer", "发布授权邀约"),
        visit.say("Every merchant sees it until its last day.", "截止日前所有商家可见。"),
    );
    Ok(page(visit, Side::Offers, words, html! {}, body).status(form.status()))
}

fn fields(visit: &Visit, titles: &[Title], form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let titles: Vec<(&str, &str)> =
        titles.iter().map(|title| (title.id.0.as_str(), title.name.in_(visit.lang))).collect();
    let kinds: Vec<(&str, &str)> =
        categories::KNOWN.into_iter().map(|(code, en, zh)| (code, visit.say(en, zh))).collect();
    let currencies: Vec<(&str, &str)> =
        Currency::ALL.into_iter().map(|currency| (currency.code(), currency.code())).collect();
    let percent =
        |name, en, zh| Field { required: true, inputmode: Some("decimal"), unit: "%", ..field(name, en, zh) };
    html! {
        (parts::titled_card(visit.say("What", "授权内容"), html! { div class="form" {
            (field("title", "Film", "影片").select(&titles))
            (parts::grid(2, html! {
                (Field { required: true, ..field("name_en", "Name in English", "英文名称") }.input())
                (Field { required: true, ..field("name_zh", "Name in Chinese", "中文名称") }.input())
                (field("about_en", "About it in English", "英文说明").textarea(3))
                (field("about_zh", "About it in Chinese", "中文说明").textarea(3))
            }))
            (ticks(form, visit.lang, "categories", visit.say("Kinds of goods", "商品分类"), &kinds))
        } }))
        (parts::titled_card(visit.say("Terms", "条件"), html! { div class="form" {
            (parts::grid(2, html! {
                (Field { hint: visit.say("Of net sales.", "按净销售额计。"), ..percent("royalty", "Royalty", "版税") }.input())
                (Field { hint: visit.say("On top of the royalty.", "在版税之外另计。"), ..percent("fund", "Marketing fund", "市场推广金") }.input())
                (Field { hint: visit.say("Of the royalty.", "从版税中分得。"), ..percent("platform", "The platform’s part", "平台分成") }.input())
                (Field { required: true, hint: visit.say("Two letters of ISO 3166.", "ISO 3166 两位代码。"), ..field("territory", "Territory", "授权地区") }.input())
                (Field { required: true, inputmode: Some("decimal"), hint: visit.say("0 for none.", "没有填 0。"), ..field("guarantee", "Minimum guarantee", "保底金") }.input())
                (Field { hint: visit.say("Of the guarantee and of planned prices.", "保底金与计划售价的币种。"), ..field("currency", "Currency", "币种") }.select(&currencies))
                (Field { required: true, inputmode: Some("numeric"), unit: visit.say("days", "天"), hint: visit.say("From the day the sample is approved.", "自打样通过之日起。"), ..field("term_days", "Term of a contract", "合同期限") }.input())
                (Field { required: true, kind: "date", hint: visit.say("The last day on which merchants may apply.", "商家申请的最后一天。"), ..field("closes_on", "Closes on", "截止日期") }.input())
            }))
        } }))
    }
}

#[cfg(test)]
mod tests {
    use crate::channels::testing::Street;
    use crate::testing::Town;
    use axum::http::StatusCode;
    use kernel::Role;

    #[tokio::test]
    async fn an_offer_is_refused_at_its_field() {
        let town = Town::new();
        let street = Street::new(&town).await;
        let good = [
            ("title", street.title.0.as_str()),
            ("name_en", "Goods"),
            ("name_zh", "衍生品"),
            ("categories", "posters"),
            ("territory", "CN"),
            ("royalty", "8"),
            ("fund", "2"),
            ("platform", "30"),
            ("currency", "CNY"),
            ("guarantee", "0"),
            ("term_days", "365"),
            ("closes_on", "2017-02-01"),
        ];
        for (field, value) in [
            ("title", "ttl_none"),
            ("categories", ""),
            ("categories", "Bad Kind"),
            ("territory", ""),
            ("royalty", "101"),
            ("royalty", "-1"),
            ("fund", "much"),
            ("platform", ""),
            ("currency", "XAU"),
            ("guarantee", "-5"),
            ("guarantee", "USD 5"),
            ("term_days", "0"),
            ("closes_on", "2016-12-01"),
            ("closes_on", "soon"),
        ] {
            let mut typed: Vec<(&str, &str)> = good.into_iter().filter(|(name, _)| *name != field).collect();
            typed.extend(Some((field, value)).filter(|(_, value)| !value.is_empty()));
            let refused = street.sun.post("/console/merchants/offers", &typed).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
            assert!(
                refused.text.contains(&format!("id=\"{field}-error\"")),
                "{field} {value}: {}",
                refused.text
            );
        }
        let (_, rival) = town.staff("rival", Role::Studio).await;
        assert!(rival.get("/console/merchants/offers/new").await.text.contains("Put one on the slate first"));
        assert!(
            rival.post("/console/merchants/offers", &good).await.text.contains("Put one on the slate first")
        );

        street.sun.post("/console/merchants/offers", &good).await;
        let list = street.sun.get("/console/merchants/offers").await;
        let close = list.value_after("<tbody", "action=\"");
        assert_eq!(rival.post(&close, &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(street.sun.post(&close, &[]).await.status, StatusCode::SEE_OTHER);
        assert!(street.sun.get("/console/merchants/offers").await.text.contains("Closed"));
        assert!(street.bo.get("/console/merchants/open").await.text.contains("No offer is open"));
    }
}
