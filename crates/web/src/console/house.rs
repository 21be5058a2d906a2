//! The house itself: what it is called, where it is at home, and what it asks of those who work in it.

pub mod access;

use crate::answer::{Answer, Page, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::look::{Tone, money};
use crate::visit::{OperatorStaff, Visit};
use ::people::installation;
use axum::response::IntoResponse;
use flows::{House, choose_home, views};
use kernel::{Currency, Home, Lang, Refusal, Result, Share, Territory};
use maud::{Markup, html};
use settlement::taxes::{self, Of, Rate};

pub async fn show(visit: Visit, _: OperatorStaff) -> Answer<Page> {
    page(&visit, &filled(&visit.home)).await
}

pub async fn change(visit: Visit, _: OperatorStaff, form: Form) -> Answer {
    match make(&visit, &form).await {
        Ok(()) => {
            let onward = SeeOther::to("/console/house");
            Ok(onward.saying("The house is at home there now.", "平台所在地已更新。").into_response())
        }
        Err(error) => Ok(page(&visit, &form.refused(error)?).await?.into_response()),
    }
}

async fn make(visit: &Visit, form: &Form) -> Result<()> {
    let home = read(form)?;
    let chosen = home.clone();
    visit.write(&House::lane(), move |scene| choose_home::change(scene, &chosen)).await?;
    visit.house.know_home(home);
    Ok(())
}

/// Writes down a tax rate with the day from which it holds.
pub async fn change_tax(visit: Visit, _: OperatorStaff, form: Form) -> Answer {
    match write_tax(&visit, &form).await {
        Ok(()) => {
            let onward = SeeOther::to("/console/house#tax");
            Ok(onward.saying("The tax rate is written down.", "税率已保存。").into_response())
        }
        Err(error) => {
            let refused = form.refused(error)?;
            let page = whole(&visit, [&filled(&visit.home), &refused, &Form::blank()]).await?;
            Ok(page.status(refused.status()).into_response())
        }
    }
}

async fn write_tax(visit: &Visit, form: &Form) -> Result<()> {
    let rate = Rate {
        of: form.choice("taken_of", Of::parse)?,
        starts_on: form.day("starts_on")?,
        rate: form.percent("rate")?,
    };
    visit.write(&House::lane(), move |scene| flows::change_tax::change(scene, &rate)).await
}

/// Where a house is to be at home, as it was typed; what is left empty is the territory's own.
pub fn read(form: &Form) -> Result<Home, Refusal> {
    Home::parse(form.text("territory"), form.text("currency"), form.text("zone"))
}

/// The form of a house that is at home there.
pub fn filled(home: &Home) -> Form {
    // What is the territory's own is left to it, so that another territory brings its own.
    let own = |is: bool, value: &str| if is { String::new() } else { value.to_owned() };
    Form::filled([
        ("territory", home.territory.code().to_owned()),
        ("currency", own(home.territory.currency() == Some(home.currency), home.currency.code())),
        ("zone", own(home.territory.zone().as_ref() == Some(&home.zone), home.zone.name())),
    ])
}

/// The questions of where a house is at home.
pub fn fields(visit: &Visit, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let own = visit.say("the territory’s own", "按所在地");
    let names: Vec<String> = Currency::ALL
        .map(|currency| match visit.lang {
            Lang::En => currency.code().to_owned(),
            Lang::Zh => format!("{}（{}）", currency.unit(Lang::Zh), currency.code()),
        })
        .to_vec();
    let currencies: Vec<(&str, &str)> = std::iter::once(("", own))
        .chain(Currency::ALL.iter().map(|currency| currency.code()).zip(names.iter().map(String::as_str)))
        .collect();
    html! {
        (Field { required: true, list: Some("territories"), autocomplete: Some("off"), hint: visit.say("Where the house is at home, by its two letters: CN, KR, US, …", "平台所在国家或地区的两位代码：CN、KR、US……"), ..field("territory", "Country or territory", "国家或地区") }.input())
        (Field { hint: visit.say("Of its books and prices.", "记账与标价的货币。"), ..field("currency", "Currency", "货币") }.select(&currencies))
        (Field { list: Some("zones"), autocomplete: Some("off"), hint: visit.say("Such as Asia/Seoul; the territory’s own when left empty.", "例如 Asia/Seoul；留空则按所在地。"), ..field("zone", "Time zone", "时区") }.input())
        datalist id="territories" {
            @for territory in Territory::known() { option value=(territory.code()) { (territory.words().in_(visit.lang)) } }
        }
        datalist id="zones" { @for zone in zones() { option value=(zone) {} } }
    }
}

/// The zones of the territories that we know.
fn zones() -> Vec<String> {
    Territory::known().filter_map(|territory| Some(territory.zone()?.name().to_owned())).collect()
}

async fn page(visit: &Visit, form: &Form) -> Answer<Page> {
    let taxed = Form::filled([("starts_on", visit.today().to_string())]);
    Ok(whole(visit, [form, &taxed, &Form::blank()]).await?.status(form.status()))
}

/// The page with its three forms: where the house is at home, what the law takes there, what it asks of its people.
async fn whole(visit: &Visit, [form, taxed, asked]: [&Form; 3]) -> Answer<Page> {
    let (home, today) = (visit.home.clone(), visit.today());
    let (house, booked, rates, rules, of_goods, of_tickets) = visit
        .read(move |view| {
            let goods = flows::change_tax::of_goods(view, &home, today)?;
            let tickets = flows::change_tax::usual_terms(view, &home, today)?.tax;
            let booked = views::books::is_anything_booked(view)?;
            let rules = ::people::access::rules(view)?;
            Ok((installation::house(view)?, booked, taxes::all(view)?, rules, goods, tickets))
        })
        .await?;
    let home = &visit.home;
    let name = house.map(|house| house.name.in_(visit.lang).to_owned()).unwrap_or_default();
    let heading = visit.say("The house", "平台");
    let known = [
        (visit.say("Country or territory", "国家或地区"), territory_said(home, visit.lang)),
        (visit.say("Currency", "货币"), currency_said(home, visit.lang)),
        (visit.say("Time zone", "时区"), home.zone.name().to_owned()),
        (visit.say("Its clock now", "当前时间"), visit.now.say(&home.zone, visit.lang)),
    ];
    let known = known.map(|(name, value)| (name, html! { (value) }));
    let untaken = !visit.house.provider().quote().currencies.contains(&home.currency);
    let body = html! {
        (parts::heading(heading, &name, html! {}))
        div class="stack" {
            @if untaken { (parts::alert(Tone::Cinnabar, &no_provider(visit), None)) }
            (parts::titled_card(visit.say("At home", "所在地"), parts::definitions(&known)))
            (parts::titled_card(visit.say("Move it", "更改"), html! {
                div class="stack" {
                    p class="muted" { (standing(visit, booked)) }
                    (form.render(visit.lang, "/console/house", visit.say("Change", "更改"), parts::grid(3, fields(visit, form))))
                }
            }))
            (parts::titled_card(visit.say("Tax", "税率"), tax(visit, taxed, &rates, [of_goods, of_tickets])))
            (parts::titled_card(visit.say("Who works here", "工作人员登录要求"), access::form(visit, asked, rules)))
        }
    };
    Ok(Page::console(heading, body))
}

/// What the law takes: today's rates, those to come, and a form for another.
fn tax(visit: &Visit, form: &Form, rates: &[Rate], [goods, tickets]: [Share; 2]) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let today = [
        (of_said(Of::Goods, visit.lang), html! { (money::rate(goods, visit.lang)) }),
        (of_said(Of::Tickets, visit.lang), html! { (money::rate(tickets, visit.lang)) }),
    ];
    let fields = parts::grid(
        3,
        html! {
            (field("taken_of", "Taken of", "征税对象").select(&Of::ALL.map(|of| (of.code(), of_said(of, visit.lang)))))
            (Field { unit: "%", inputmode: Some("decimal"), required: true, ..field("rate", "Rate", "税率") }.input())
            (Field { kind: "date", required: true, hint: visit.say("What was sold before keeps its rate.", "此前售出的仍按原税率。"), ..field("starts_on", "Effective from", "生效日期") }.input())
        },
    );
    html! {
        div class="stack" id="tax" {
            p class="muted" { (visit.say(
                "Prices of goods include their tax: royalties are of the price without it. The rate of tickets is what new settlement terms of a film begin with; terms that were agreed keep theirs.",
                "商品标价含税，版税按不含税价计算。电影票税率用作影片新分账条款的默认值；已约定的条款不变。",
            )) }
            (parts::definitions(&today))
            @if !rates.is_empty() {
                table {
                    caption { (visit.say("Rates written down", "已录入的税率")) }
                    thead { tr {
                        th scope="col" { (visit.say("Effective from", "生效日期")) }
                        th scope="col" { (visit.say("Taken of", "征税对象")) }
                        th scope="col" class="number" { (visit.say("Rate", "税率")) }
                    } }
                    tbody { @for rate in rates { tr {
                        td { (rate.starts_on) } td { (of_said(rate.of, visit.lang)) } td class="number" { (money::rate(rate.rate, visit.lang)) }
                    } } }
                }
            }
            (form.render(visit.lang, "/console/house/tax", visit.say("Write it down", "保存税率"), fields))
        }
    }
}

fn of_said(of: Of, lang: Lang) -> &'static str {
    match of {
        Of::Goods => crate::look::say(lang, "Goods, in the price", "商品（含在标价内）"),
        Of::Tickets => crate::look::say(lang, "Tickets, of the split base", "电影票（占分账票房）"),
    }
}

fn territory_said(home: &Home, lang: Lang) -> String {
    match (lang, home.territory.words()) {
        (Lang::En, words) => format!("{} ({})", words.en, home.territory),
        (Lang::Zh, words) => format!("{}（{}）", words.zh, home.territory),
    }
}

fn currency_said(home: &Home, lang: Lang) -> String {
    match lang {
        Lang::En => home.currency.code().to_owned(),
        Lang::Zh => format!("{}（{}）", home.currency.unit(lang), home.currency.code()),
    }
}

fn standing(visit: &Visit, booked: bool) -> &'static str {
    if booked {
        crate::look::say(
            visit.lang,
            "Money is on the books, so the territory and the currency stay. The time zone may change: the house’s days begin by it from then on, what is recorded keeps its moment, and every cinema keeps its own zone.",
            "账上已有款项，所在地和货币不能再改。时区可以更改：此后平台的日期按新时区计算，已有记录的时刻不变，各影院保留自己的时区。",
        )
    } else {
        crate::look::say(
            visit.lang,
            "Nothing is booked yet, so all of it may still change; the currency only until a cinema or a shop prices in it. Holidays, the forecast’s market and what forms propose follow the territory.",
            "尚未记账，以上均可更改；有影院或店铺开始标价后，货币不能再改。节假日、预测所依据的市场和表单的默认值随所在地而定。",
        )
    }
}

fn no_provider(visit: &Visit) -> String {
    let (name, currency) = (visit.house.provider().name(), visit.home.currency);
    match visit.lang {
        Lang::En => format!(
            "Payments are taken by “{name}”, which takes no {}. Start the program with a provider that does, such as Stripe (--stripe-keys).",
            currency.code()
        ),
        Lang::Zh => format!(
            "当前支付渠道“{name}”不支持{}。请以支持该货币的渠道启动，例如 Stripe（--stripe-keys）。",
            currency.unit(Lang::Zh)
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::console::season::Season;
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn a_house_may_move_while_nothing_is_booked() {
        let town = Town::new();
        let operator = town.operator().await;
        let shown = operator.get("/console/house").await;
        assert!(shown.text.contains("mainland China (CN)") && shown.text.contains("Asia/Shanghai"));
        let moved =
            operator.post("/console/house", &[("territory", "US"), ("zone", "America/Chicago")]).await;
        assert_eq!(moved.location(), "/console/house", "{}", moved.text);
        let shown = operator.get("/console/house").await;
        assert!(shown.text.contains("United States (US)") && shown.text.contains("America/Chicago"));
        assert!(shown.text.contains("USD"), "{}", shown.text);
        let zh = operator.get("/console/house?lang=zh").await;
        assert!(zh.text.contains("美国（US）") && zh.text.contains("美元（USD）"), "{}", zh.text);
        let nowhere = operator.post("/console/house", &[("territory", "Mars")]).await;
        assert!(nowhere.text.contains("territory-error"), "{}", nowhere.text);
    }

    #[tokio::test]
    async fn a_tax_rate_is_written_down_with_its_day() {
        let town = Town::new();
        let operator = town.operator().await;
        operator.post("/console/house", &[("territory", "US")]).await;
        let shown = operator.get("/console/house").await.text;
        assert!(shown.contains("0\u{202f}%") && !shown.contains("13\u{202f}%"), "{shown}");
        let rate = |of, percent, day| [("taken_of", of), ("rate", percent), ("starts_on", day)];
        for (of, percent, day) in
            [("goods", "8.875", "2016-12-23"), ("goods", "9", "2017-01-01"), ("tickets", "4", "2016-12-23")]
        {
            let written = operator.post("/console/house/tax", &rate(of, percent, day)).await;
            assert_eq!(written.location(), "/console/house#tax", "{}", written.text);
        }
        let shown = operator.get("/console/house").await.text;
        for rate in ["8.875", "9", "4"] {
            assert!(shown.contains(&format!("{rate}\u{202f}%")), "{shown}");
        }
        for (of, percent, day, field) in [
            ("goods", "8", "2016-12-22", "starts_on"),
            ("goods", "101", "2016-12-24", "rate"),
            ("goods", "8 %", "2016-12-24", "rate"),
            ("gold", "8", "2016-12-24", "taken_of"),
        ] {
            let refused = operator.post("/console/house/tax", &rate(of, percent, day)).await;
            assert!(refused.text.contains(&format!("id=\"{field}-error\"")), "{}", refused.text);
        }
    }

    #[tokio::test]
    async fn a_house_with_books_keeps_its_currency() {
        let season = Season::new().await;
        season.runs(&[2]).await;
        let operator = season.town.operator().await;
        let refused = operator.post("/console/house", &[("territory", "KR")]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.text.contains("keeps its books in CNY"), "{}", refused.text);
        let zone = [("territory", "CN"), ("currency", "CNY"), ("zone", "Asia/Urumqi")];
        assert_eq!(operator.post("/console/house", &zone).await.status, StatusCode::SEE_OTHER);
        assert!(operator.get("/console/house").await.text.contains("Asia/Urumqi"));
        assert_eq!(season.ann.get("/console/house").await.status, StatusCode::FORBIDDEN);
    }
}
