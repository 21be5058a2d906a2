//! A person's own page: who they are here, how they read, the way out.

use super::consent::{self, Agreed};
use super::erasure;
use super::password;
use super::reading;
use super::second_factor;
use crate::answer::{Answer, Page};
use crate::console::people::role_words;
use crate::look::parts::{self, Weight};
use crate::visit::{Consumer, Visit};
use ::people::{consents, memberships, sessions};
use maud::html;

pub async fn show(visit: Visit, consumer: Consumer) -> Answer<Page> {
    let id = consumer.person.id.clone();
    let now = visit.now;
    let (roles, agreed, signed_in, factor) = visit
        .read(move |view| {
            let agrees = |purpose| Ok::<_, kernel::Error>(consents::since(view, &id, purpose)?.is_some());
            let agreed = Agreed {
                ads: agrees(consents::AUDIENCES)?,
                suggestions: agrees(consents::SUGGESTIONS)?,
                kept_out: consents::exceptions(view, &id, consents::SUGGESTIONS)?,
            };
            let signed_in = sessions::of(view, &id, now)?;
            let factor = ::people::second_factor::of(view, &id)?;
            Ok((memberships::of_person(view, &id)?, agreed, signed_in, factor))
        })
        .await?;
    let lang = visit.lang;
    let body = html! {
        (parts::heading(&consumer.person.name, &consumer.person.email, html! {}))
        @if !roles.is_empty() {
            (parts::titled_card(visit.say("Your work", "您的工作"), html! {
                ul { @for (role, org) in &roles { li { (org.name.in_(lang)) " · " (role_words(*role).in_(lang)) } } }
                (parts::link_button(Weight::Primary, "/console", visit.say("To the console", "进入控制台")))
            }))
        }
        (parts::titled_card(visit.say("How you read", "阅读偏好"), reading::form(&visit)))
        (consent::cards(&visit, &agreed))
        (password::card(&visit))
        (second_factor::card(&visit, factor))
        (erasure::card(&visit))
        (parts::titled_card(visit.say("Where you are signed in", "登录情况"), html! { div class="stack" {
            ul { @for one in &signed_in {
                li { (visit.say("since", "始于")) " " (one.since.say(&visit.home.zone, lang)) ", " (visit.say("until", "止于")) " " (one.until.say(&visit.home.zone, lang)) }
            } }
            div class="actions" {
                (parts::press(Weight::Quiet, "/sign-out", &[], visit.say("Sign out", "退出登录")))
                (parts::press(Weight::Quiet, "/sign-out/everywhere", &[], visit.say("Sign out everywhere", "在所有设备退出")))
            }
        } }))
    };
    Ok(Page::narrow(visit.say("Your account", "我的账号"), body))
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;

    #[tokio::test]
    async fn somebody_sees_where_they_are_signed_in() {
        let town = Town::new();
        let phone = town.person("ann", &[]).await;
        assert_eq!(phone.get("/account").await.text.matches("<li>since ").count(), 1);
        let desk = town.session("ann").await;
        town.person("ben", &[]).await;
        assert_eq!(phone.get("/account").await.text.matches("<li>since ").count(), 2);
        desk.post("/sign-out", &[]).await;
        assert_eq!(phone.in_chinese().get("/account").await.text.matches("<li>始于 ").count(), 1);
    }
}
