//! Agreeing that what one does here decides which ads one sees, and taking that back.

use crate::answer::{Answer, SeeOther};
use crate::form::Form;
use crate::look::parts::{self, Weight};
use crate::visit::{Consumer, Visit};
use flows::{House, audiences};
use maud::{Markup, html};

/// What is asked, and the one button.
pub fn card(visit: &Visit, given: bool) -> Markup {
    let told = visit.say(
        "If you agree, what you look at, want to see and buy here from now on decides which ads you are shown. It \
         stays on this installation, advertisers see only numbers of people, and you can take it back at any time; \
         then it is forgotten.",
        "如果您同意，此后您在这里的浏览、想看与购买将用于决定给您看哪些广告。数据不离开本站，广告主只能看到人数；您可随时撤回，撤回后即被遗忘。",
    );
    let (weight, value, word) = if given {
        (Weight::Quiet, "no", visit.say("I no longer agree", "撤回同意"))
    } else {
        (Weight::Quiet, "yes", visit.say("I agree", "同意"))
    };
    let state = if given {
        visit.say("You agreed.", "您已同意。")
    } else {
        visit.say("You have not agreed.", "您尚未同意。")
    };
    parts::titled_card(
        visit.say("Ads that suit you", "个性化广告"),
        html! { p { (told) } p class="muted" { (state) } (parts::press(weight, "/account/consent", &[("given", value)], word)) },
    )
}

pub async fn change(visit: Visit, _: Consumer, form: Form) -> Answer<SeeOther> {
    let given = form.text("given") == "yes";
    visit.write(&House::lane(), move |scene| audiences::consent(scene, given)).await?;
    let onward = SeeOther::to("/account");
    Ok(if given {
        onward.saying("Thank you. You can take it back here at any time.", "谢谢，您可随时在此撤回。")
    } else {
        onward.saying("It is taken back; what we knew for this is forgotten.", "已撤回，相关记录将被遗忘。")
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
        assert!(ann.get("/account").await.text.contains("You have not agreed."));
    }
}
