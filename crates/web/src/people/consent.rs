//! Agreeing that what one does here decides which ads one sees, or what one is suggested, and taking that back. Each is
//! asked by itself.

use crate::address;
use crate::answer::{Answer, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Weight};
use crate::visit::{Consumer, Visit};
use ::people::consents;
use flows::{House, agree, audiences};
use kernel::{Refusal, Words};
use maud::{Markup, html};

/// What a person agreed to, as their own page tells it.
pub struct Agreed {
    pub ads: bool,
    pub suggestions: bool,
    /// What they keep out of suggestions, by code.
    pub kept_out: Vec<String>,
}

/// What is asked, each with its one button.
pub fn cards(visit: &Visit, agreed: &Agreed) -> Markup {
    html! { (ads(visit, agreed.ads)) (suggestions(visit, agreed)) }
}

fn ads(visit: &Visit, given: bool) -> Markup {
    let told = visit.say(
        "If you agree, what you look at, want to see and buy here from now on decides which ads you are shown, also by \
         reckoning what you are likely to buy. It stays on this installation, advertisers see only numbers of people, \
         and you can take it back at any time; then it is forgotten.",
        "如果您同意，此后您在这里的浏览、想看与购买将用于决定给您看哪些广告，包括推算您可能购买什么。数据不离开本站，广告主只能看到人数；您可随时撤回，撤回后即被遗忘。",
    );
    card(visit, visit.say("Ads that suit you", "个性化广告"), told, consents::AUDIENCES, given, html! {})
}

fn suggestions(visit: &Visit, agreed: &Agreed) -> Markup {
    let told = visit.say(
        "If you agree, what you want to see and buy here from now on decides which films and goods are suggested to you, \
         each with its reason. Nobody else sees it. You can keep single things out of it, and take it back at any time; \
         from then on you see what is popular.",
        "如果您同意，此后您在这里的想看与购买将用于向您推荐影片和商品，并说明理由。他人无法看到。您可以排除其中某一项，也可随时撤回，撤回后只推荐热门内容。",
    );
    let recommender = visit.house.recommender();
    let kept_out = html! {
        @if !agreed.kept_out.is_empty() {
            h3 { (visit.say("You keep these out", "您已排除")) }
            ul class="plain" { @for code in &agreed.kept_out {
                li class="row" {
                    span { (recommender.called(code).unwrap_or_else(|| Words::new("something that is no longer here", "已下架的内容")).in_(visit.lang)) }
                    (parts::press(Weight::Quiet, EXCEPTIONS, &[("subject", code), ("use", "yes")], visit.say("Use it again", "恢复使用")))
                }
            } }
        }
    };
    card(
        visit,
        visit.say("Suggestions that suit you", "个性化推荐"),
        told,
        consents::SUGGESTIONS,
        agreed.suggestions,
        kept_out,
    )
}

fn card(visit: &Visit, title: &str, told: &str, purpose: &str, given: bool, more: Markup) -> Markup {
    let (value, word) = if given {
        ("no", visit.say("I no longer agree", "撤回同意"))
    } else {
        ("yes", visit.say("I agree", "同意"))
    };
    let state = if given {
        visit.say("You agreed.", "您已同意。")
    } else {
        visit.say("You have not agreed.", "您尚未同意。")
    };
    parts::titled_card(
        title,
        html! { div class="stack" {
            p { (told) }
            p class="muted" { (state) }
            (more)
            (parts::press(Weight::Quiet, "/account/consent", &[("purpose", purpose), ("given", value)], word))
        } },
    )
}

/// Where it is said that one thing is not to be used.
pub const EXCEPTIONS: &str = "/account/suggestions/exceptions";

pub async fn change(visit: Visit, _: Consumer, form: Form) -> Answer<SeeOther> {
    let given = form.text("given") == "yes";
    let purpose = match form.text("purpose") {
        "" | consents::AUDIENCES => consents::AUDIENCES,
        consents::SUGGESTIONS => consents::SUGGESTIONS,
        _ => return Err(Refusal::not_found("purpose", "用途").into()),
    };
    visit.write(&House::lane(), move |scene| agree::say(scene, purpose, given)).await?;
    if purpose == consents::AUDIENCES && !given {
        audiences::forget(&visit.house, &visit.actor);
    }
    let onward = SeeOther::to("/account");
    Ok(if given {
        onward.saying("Thank you. You can take it back here at any time.", "谢谢，您可随时在此撤回。")
    } else {
        onward.saying("It is taken back; what we knew for this is forgotten.", "已撤回，相关记录将被遗忘。")
    })
}

/// Keeps one thing out of the suggestions, or lets it be used again.
pub async fn except(visit: Visit, _: Consumer, form: Form) -> Answer<SeeOther> {
    let (subject, used) = (form.text("subject").to_owned(), form.text("use") == "yes");
    visit
        .write(&House::lane(), move |scene| agree::except(scene, consents::SUGGESTIONS, &subject, !used))
        .await?;
    let next = if form.text("next").is_empty() { "/account" } else { address::next(form.text("next")) };
    let onward = SeeOther::to(next);
    Ok(if used {
        onward.saying("It is used again.", "已恢复使用。")
    } else {
        onward.saying("It is not used any more.", "不再用于推荐。")
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;

    #[tokio::test]
    async fn consent_is_asked_given_and_taken_back() {
        let town = Town::new();
        let ann = town.person("ann", &[]).await;
        assert!(ann.get("/account").await.text.contains("You have not agreed."));
        assert_eq!(ann.post("/account/consent", &[("given", "yes")]).await.location(), "/account");
        assert!(ann.get("/account").await.text.contains("You agreed."));
        ann.post("/account/consent", &[("given", "no")]).await;
        assert!(!ann.get("/account").await.text.contains("You agreed."));
    }

    #[tokio::test]
    async fn each_purpose_is_asked_by_itself() {
        let town = Town::new();
        let ann = town.person("ann", &[]).await;
        ann.post("/account/consent", &[("purpose", "suggestions"), ("given", "yes")]).await;
        let page = ann.get("/account").await.text;
        assert_eq!(page.matches("You agreed.").count(), 1, "{page}");
        assert_eq!(page.matches("You have not agreed.").count(), 1);
        let unknown = ann.post("/account/consent", &[("purpose", "everything"), ("given", "yes")]).await;
        assert_eq!(unknown.status, axum::http::StatusCode::NOT_FOUND);
    }
}
