//! A person's own page: who they are here, how they read, the way out.

use super::consent::{self, Agreed};
use super::erasure;
use super::reading;
use crate::answer::{Answer, Page};
use crate::console::people::role_words;
use crate::look::parts::{self, Weight};
use crate::visit::{Consumer, Visit};
use ::people::{consents, memberships};
use maud::html;

pub async fn show(visit: Visit, consumer: Consumer) -> Answer<Page> {
    let id = consumer.person.id.clone();
    let (roles, agreed) = visit
        .read(move |view| {
            let agrees = |purpose| Ok::<_, kernel::Error>(consents::since(view, &id, purpose)?.is_some());
            let agreed = Agreed {
                ads: agrees(consents::AUDIENCES)?,
                suggestions: agrees(consents::SUGGESTIONS)?,
                kept_out: consents::exceptions(view, &id, consents::SUGGESTIONS)?,
            };
            Ok((memberships::of_person(view, &id)?, agreed))
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
        (erasure::card(&visit))
        (parts::titled_card(visit.say("Leave", "退出"), html! { div class="actions" {
            (parts::press(Weight::Quiet, "/sign-out", &[], visit.say("Sign out", "退出登录")))
            (parts::press(Weight::Quiet, "/sign-out/everywhere", &[], visit.say("Sign out everywhere", "在所有设备退出")))
        } }))
    };
    Ok(Page::narrow(visit.say("Your account", "我的账号"), body))
}
