//! A city that cinemas may be in.

use super::new_page;
use crate::answer::{Answer, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Field};
use crate::visit::{OperatorStaff, Visit};
use axum::response::IntoResponse;
use box_office::cities::{self, City};
use flows::House;
use kernel::{Refusal, Result, Words};
use maud::{Markup, html};

pub async fn add(visit: Visit, _: OperatorStaff, form: Form) -> Answer {
    match keep(&visit, &form).await {
        Ok(()) => {
            let onward = SeeOther::to("/console/cinemas/new");
            Ok(onward.saying("The city is in the list.", "城市已加入列表。").into_response())
        }
        Err(error) => Ok(new_page(&visit, &Form::blank(), &form.refused(error)?).await?.into_response()),
    }
}

async fn keep(visit: &Visit, form: &Form) -> Result<()> {
    let city = City {
        code: code(form)?,
        name: Words::new(
            super::line(form, "city_en", "The English name", "英文名称")?,
            super::line(form, "city_zh", "The Chinese name", "中文名称")?,
        ),
        tier: form.int("tier", 1..=5)?,
        longitude: degrees(form, "longitude", 180.0)?,
        latitude: degrees(form, "latitude", 90.0)?,
    };
    visit.write(&House::lane(), move |scene| cities::add(scene.tx, &city)).await
}

fn code(form: &Form) -> Result<String, Refusal> {
    let text = form.text("code").trim();
    let fits =
        (2..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if fits {
        return Ok(text.to_owned());
    }
    Err(Refusal::field(
        "code",
        "bad_code",
        "A city’s code is 2 to 8 capital letters or digits, such as SHA.",
        "城市代码为 2 到 8 个大写字母或数字，如 SHA。",
    ))
}

fn degrees(form: &Form, field: &'static str, most: f64) -> Result<f64, Refusal> {
    let text = form.text(field).trim();
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
    let number = if plain { text.parse::<f64>().ok() } else { None };
    number.filter(|number| number.abs() <= most).ok_or_else(|| {
        Refusal::field(
            field,
            "bad_degrees",
            format!("Please give degrees from -{most} to {most}, such as 31.23."),
            format!("请填写 -{most} 到 {most} 的度数，如 31.23。"),
        )
    })
}

pub(super) fn form(visit: &Visit, form: &Form) -> Markup {
    let field = |name, en, zh| form.field(visit.lang, name, visit.say(en, zh));
    let fields = parts::grid(
        2,
        html! {
            (Field { required: true, ..field("code", "Code", "代码") }.input())
            (Field { required: true, inputmode: Some("numeric"), hint: visit.say("1 for the largest markets, 5 for the smallest.", "1 为一线，5 为五线。"), ..field("tier", "Tier", "城市级别") }.input())
            (Field { required: true, ..field("city_en", "English name", "英文名称") }.input())
            (Field { required: true, ..field("city_zh", "Chinese name", "中文名称") }.input())
            (Field { required: true, unit: "°", inputmode: Some("decimal"), ..field("longitude", "Degrees east", "东经") }.input())
            (Field { required: true, unit: "°", inputmode: Some("decimal"), ..field("latitude", "Degrees north", "北纬") }.input())
        },
    );
    form.render(visit.lang, "/console/cinemas/cities", visit.say("Add the city", "添加城市"), fields)
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;

    #[tokio::test]
    async fn a_city_lies_somewhere_on_earth() {
        let town = Town::new();
        let operator = town.operator().await;
        let good = [
            ("code", "SHA"),
            ("city_en", "Shanghai"),
            ("city_zh", "上海"),
            ("tier", "1"),
            ("longitude", "121.47"),
            ("latitude", "31.23"),
        ];
        for (name, bad) in [
            ("code", "sha"),
            ("tier", "9"),
            ("longitude", "181"),
            ("latitude", "NaN"),
            ("latitude", "1e9"),
            ("city_en", ""),
        ] {
            let typed: Vec<(&str, &str)> =
                good.iter().map(|(key, value)| (*key, if *key == name { bad } else { value })).collect();
            let refused = operator.post("/console/cinemas/cities", &typed).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}={bad}");
        }
        assert_eq!(operator.post("/console/cinemas/cities", &good).await.location(), "/console/cinemas/new");
        assert!(operator.get("/console/cinemas/new").await.text.contains("Shanghai"));
    }
}
