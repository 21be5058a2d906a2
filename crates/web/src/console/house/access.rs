//! What the house asks of those who work in it before they may.

use crate::answer::{Answer, SeeOther};
use crate::form::Form;
use crate::look::parts::Field;
use crate::visit::{OperatorStaff, Visit};
use ::people::access::{FactorFor, IDLE_MINUTES, Rules};
use axum::response::IntoResponse;
use flows::{House, change_access_rules, security};
use kernel::Result;
use maud::{Markup, html};

const ACTION: &str = "/console/house/access";

pub async fn change(visit: Visit, _: OperatorStaff, form: Form) -> Answer {
    match make(&visit, &form).await {
        Ok(()) => {
            security::done("access_rules_changed", visit.actor.code(), &visit.from);
            let onward = SeeOther::to("/console/house#access");
            Ok(onward.saying("The house asks for this from now on.", "登录要求已更新。").into_response())
        }
        Err(error) => {
            let refused = form.refused(error)?;
            let taxed = Form::filled([("starts_on", visit.today().to_string())]);
            let page = super::whole(&visit, [&super::filled(&visit.home), &taxed, &refused]).await?;
            Ok(page.status(refused.status()).into_response())
        }
    }
}

async fn make(visit: &Visit, form: &Form) -> Result<()> {
    let rules = Rules {
        factor_for: form.choice("factor_for", FactorFor::parse)?,
        idle_minutes: form.int("idle_minutes", IDLE_MINUTES)?,
    };
    visit.write(&House::lane(), move |scene| change_access_rules::change(scene, &rules)).await
}

/// The rules as they are, or as they were typed and refused.
pub(super) fn form(visit: &Visit, form: &Form, rules: Rules) -> Markup {
    let typed = if form.text("factor_for").is_empty() && form.text("idle_minutes").is_empty() {
        let idle = rules.idle_minutes.to_string();
        Form::filled([("factor_for", rules.factor_for.code()), ("idle_minutes", &idle)])
    } else {
        form.clone()
    };
    let factor =
        typed.field(visit.lang, "factor_for", visit.say("Asked for a second factor", "要求两步验证"));
    let note = |factor_for| {
        match factor_for {
        FactorFor::Nobody => visit.say("Everybody may have one.", "任何人都可自行开启。"),
        FactorFor::Operators => "",
        FactorFor::Money => visit.say(
            "Operators, studios, cinemas, merchants and shops: they settle, give money back or tell a bank account.",
            "运营者、制片方、影院、商家和店铺：涉及结算、退款或收款账户。",
        ),
    }
    };
    let word = |factor_for| match factor_for {
        FactorFor::Nobody => visit.say("Nobody", "不要求"),
        FactorFor::Operators => visit.say("Operators", "运营者"),
        FactorFor::Money => visit.say("Whoever moves money", "所有经手资金的角色"),
    };
    let choices = FactorFor::ALL.map(|one| (one.code(), word(one), note(one)));
    let idle = Field {
        required: true,
        inputmode: Some("numeric"),
        unit: visit.say("minutes", "分钟"),
        hint: visit.say(
            "Whoever works here signs in again after leaving the console alone for so long: 720 is twelve hours, 43200 as long as a session lasts. Buyers are not asked.",
            "工作人员超过此时长未操作，须重新登录：720 为十二小时，43200 即登录有效期。普通用户不受影响。",
        ),
        ..typed.field(visit.lang, "idle_minutes", visit.say("Signed out after sitting idle for", "闲置多久后退出登录"))
    };
    let fields = html! { (factor.radios(&choices)) (idle.input()) };
    html! {
        div class="stack" id="access" {
            p class="muted" { (visit.say(
                "Who is asked and has none is led to set it up before anything else in the console; you, too.",
                "被要求而尚未开启的人员，进入控制台前须先开启，包括您自己。",
            )) }
            (typed.render(visit.lang, ACTION, visit.say("Keep", "保存"), fields))
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{App, Town};
    use axum::http::StatusCode;
    use kernel::Role;
    use people::second_factor::STEP_SECONDS;

    const BEN: [(&str, &str); 2] = [("email", "ben@example.com"), ("password", "correct horse")];

    #[tokio::test]
    async fn who_moves_money_sets_up_a_factor_first() {
        let town = Town::new();
        let operator = town.operator().await;
        let (_, ben) = town.staff("ben", Role::Cinema).await;
        let (_, eve) = town.staff("eve", Role::Marketer).await;
        let ann = town.person("ann", &[]).await;
        assert!(operator.get("/console/house").await.text.contains("value=\"nobody\" checked"));
        assert_eq!(ben.get("/console/cinemas").await.status, StatusCode::OK);
        let unknown = operator
            .post("/console/house/access", &[("factor_for", "everybody"), ("idle_minutes", "720")])
            .await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);

        let kept =
            operator.post("/console/house/access", &[("factor_for", "money"), ("idle_minutes", "720")]).await;
        assert_eq!(kept.location(), "/console/house#access", "{}", kept.text);
        for (browser, path) in [(&ben, "/console/cinemas"), (&operator, "/console/house")] {
            let led = browser.get(path).await;
            assert_eq!(led.location(), format!("/account/second-factor?next={}", path.replace('/', "%2F")));
        }
        assert_eq!(
            eve.get("/console/campaigns").await.status,
            StatusCode::OK,
            "who moves no money is let in"
        );
        let refused = ben.post("/console/cinemas/cin_1/halls", &[]).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        assert!(refused.text.contains("Set it up on your account page"), "{}", refused.text);
        assert_eq!(ben.get("/tickets").await.status, StatusCode::OK, "as one who buys they go on");
        assert!(ben.clone().in_chinese().get("/account").await.text.contains("您的角色暂不生效"));
        assert_eq!(ann.get("/account/second-factor").await.text.matches("roles wait").count(), 0);

        // At sign-in they are led there before anything else, and on from there.
        let sign_in = [&BEN[..], &[("next", "/console")]].concat();
        let led = town.browser().post("/sign-in", &sign_in).await;
        assert_eq!(led.location(), "/account/second-factor?next=%2Fconsole");
        let (app, ben, _) = App::set_up(&town, &town.browser().with_cookies_of(&led)).await;
        assert_eq!(ben.get("/console/cinemas").await.status, StatusCode::OK);
        town.clock.set(town.house.now().plus_seconds(STEP_SECONDS));
        let half = town.browser().post("/sign-in", &sign_in).await;
        let browser = town.browser().with_cookies_of(&half);
        let form = [("code", app.code(&town)), ("next", "/console".to_owned())];
        let form = [(form[0].0, form[0].1.as_str()), (form[1].0, form[1].1.as_str())];
        assert_eq!(browser.post("/sign-in/code", &form).await.location(), "/console");
    }

    #[tokio::test]
    async fn whoever_works_here_signs_in_again_after_sitting_idle() {
        let town = Town::new();
        let operator = town.operator().await;
        let rules = |minutes| [("factor_for", "nobody"), ("idle_minutes", minutes)];
        for bad in ["", "4", "43201", "half an hour"] {
            let refused = operator.post("/console/house/access", &rules(bad)).await;
            assert!(refused.text.contains("id=\"idle_minutes-error\""), "{bad}: {}", refused.text);
        }
        operator.post("/console/house/access", &rules("30")).await;
        let (ben, ann) = (town.staff("ben", Role::Studio).await.1, town.person("ann", &[]).await);
        let wall = town.session("ben").await.header("accept", "text/event-stream");
        let later = |minutes| town.clock.set(town.house.now().plus_minutes(minutes));
        let mut seen_on_the_wall = Vec::new();
        for _ in 0..3 {
            later(20);
            assert_eq!(ben.get("/console/slate").await.status, StatusCode::OK, "whoever works stays");
            seen_on_the_wall.push(wall.get("/console/slate").await.status);
        }
        let over = StatusCode::SEE_OTHER;
        assert_eq!(seen_on_the_wall, [StatusCode::OK, over, over], "a page left open is nobody");
        assert_eq!(
            ben.get("/account").await.text.matches("<li>since ").count(),
            1,
            "what is over is not listed"
        );
        later(30);
        assert_eq!(ben.get("/console/slate").await.location(), "/sign-in?next=%2Fconsole%2Fslate");
        assert_eq!(ann.get("/account").await.status, StatusCode::OK, "who only buys is not asked");
    }
}
