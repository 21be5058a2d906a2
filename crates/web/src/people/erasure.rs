//! Taking away what is known of oneself, and asking to be erased: what goes, what is kept and why, and the password.

use super::password;
use super::sign_out::leaving_nothing;
use crate::answer::{Answer, Page, SeeOther, attached};
use crate::cookies::{self, Seen};
use crate::form::Form;
use crate::look::parts::{self, Action, Field, Weight};
use crate::look::{Tone, say};
use crate::visit::{Consumer, Visit};
use axum::response::IntoResponse;
use flows::views::erasures::{self, InTheWay};
use flows::views::personal_data;
use flows::{House, erase_person, security};
use kernel::{Actor, Kind, Lang, Refusal, Result};
use maud::{Markup, html};

const PAGE: &str = "/account/erasure";

/// On the account page: both rights, each with its one way.
pub fn card(visit: &Visit) -> Markup {
    parts::titled_card(
        visit.say("What is known of you", "我们掌握的资料"),
        html! { div class="stack" {
            p { (visit.say(
                "Everything that this installation knows of you, in one file: your account, orders, payments, wishes, and what the log says that you did.",
                "本站所掌握的关于您的全部资料，汇成一个文件：账号、订单、付款、想看，以及日志中关于您的记录。",
            )) }
            div class="actions" {
                (parts::link_button(Weight::Quiet, "/account/data.json", visit.say("Download it (JSON)", "下载（JSON）")))
                (parts::link_button(Weight::Grave, PAGE, visit.say("Be erased", "删除账号")))
            }
        } },
    )
}

pub async fn download(visit: Visit, consumer: Consumer) -> Answer {
    let text = known(&visit, &consumer.actor).await?;
    Ok(attached("what-is-known-of-me.json", "application/json", text))
}

/// What is known of somebody, as a file.
pub async fn known(visit: &Visit, whom: &Actor) -> Result<String> {
    let (house, whom) = (visit.house.clone(), whom.clone());
    let told = visit.read(move |view| personal_data::taken_away(&house, view, &whom)).await?;
    Ok(serde_json::to_string_pretty(&told)?)
}

pub async fn show(visit: Visit, consumer: Consumer) -> Answer<Page> {
    page(&visit, &consumer, &Form::blank()).await
}

pub async fn erase(visit: Visit, consumer: Consumer, form: Form) -> Answer {
    match end(&visit, &consumer, &form).await {
        Ok(()) => {
            let away = SeeOther::to("/").saying(
                "You are erased. What was bought here stays in the books, and names nobody any more.",
                "您的资料已删除。购买记录留在账本中，不再指向任何人。",
            );
            security::done("erased", consumer.person.id.0.as_str(), &visit.from);
            let forgotten = [cookies::SESSION, cookies::VISITOR, cookies::CLICK_COOKIE, cookies::KNOWN];
            let away =
                forgotten.into_iter().fold(away, |away, name| away.cookie(name, "", 0, Seen::ByServer));
            Ok(leaving_nothing(away.into_response()))
        }
        Err(error) => Ok(page(&visit, &consumer, &form.refused(error)?).await?.into_response()),
    }
}

async fn end(visit: &Visit, consumer: &Consumer, form: &Form) -> Result<()> {
    let person = consumer.person.id.clone();
    password::prove(visit, consumer, form, "password").await?;
    let gone = person.clone();
    visit.write(&House::lane(), move |scene| erase_person::begin(scene, &gone)).await?;
    erase_person::forget(&visit.house, &person);
    Ok(())
}

async fn page(visit: &Visit, consumer: &Consumer, form: &Form) -> Answer<Page> {
    let (person, now) = (consumer.person.id.clone(), visit.now);
    let in_the_way = visit.read(move |view| erasures::in_the_way(view, &person, now)).await?;
    let password = form.field(visit.lang, "password", visit.say("Your password", "您的密码"));
    let fields = html! {
        (Field { kind: "password", value: "", required: true, autocomplete: Some("current-password"), ..password }.input())
    };
    let body = html! {
        (parts::heading(visit.say("Be erased", "删除账号"), &consumer.person.email, html! {}))
        (told(visit.lang))
        @if in_the_way.is_empty() {
            (parts::titled_card(visit.say("For good", "不可恢复"), html! { div class="stack" {
                p { (visit.say("This cannot be taken back. Your address is free to sign up again; nothing comes back with it.",
                    "此操作无法撤销。该邮箱可重新注册，但原有资料不会恢复。")) }
                p { a href="/account/data.json" { (visit.say("Download what is known of you first", "先下载您的资料")) } }
                (parts::Form { action: PAGE, error: form.error(visit.lang, &fields), submit: visit.say("Erase me", "删除我的资料"), cancel: Some("/account"), takes_away: true, ..parts::Form::default() }.render(visit.lang, fields))
            } }))
        } @else {
            @if let Some(error) = form.error(visit.lang, &html! {}) { div role="alert" { (parts::alert(Tone::Cinnabar, error, None)) } }
            (waiting(visit.lang, &in_the_way))
            div class="section" { (parts::link_button(Weight::Quiet, "/account", visit.say("Back to your account", "返回账号"))) }
        }
    };
    Ok(Page::narrow(visit.say("Be erased", "删除账号"), body).status(form.status()))
}

/// What goes and what stays, in plain words.
pub fn told(lang: Lang) -> Markup {
    let goes = say(
        lang,
        "The account with its name, email, password and second factor; every session and key to the API; what was agreed to; wishes, baskets \
         and suggestions; who received goods, and where; which ads were seen and followed; pages looked at and songs played. \
         The account ends at once, the rest is gone within minutes.",
        "账号及其姓名、邮箱、密码和两步验证；所有登录状态与 API 密钥；已作出的同意；想看、购物车与推荐；商品的收件人与地址；看过和点过的广告；浏览与播放记录。账号立即注销，其余在数分钟内清除。",
    );
    let stays = say(
        lang,
        "Orders, tickets, payments and refunds, under a number that names nobody: bookkeeping law asks for them, cinemas, shops \
         and licensors are paid by them, and a bank may still ask about a payment. Whoever carried the payment keeps its own \
         records of it, and copies made for safety before today end with their time.",
        "订单、影票、付款与退款，只留一个不指向任何人的编号：会计法规要求留存，影院、店铺与授权方据此结算，银行也可能查询付款。支付渠道自有其记录；今日之前的安全备份到期后清除。",
    );
    html! {
        (parts::titled_card(say(lang, "What goes", "将被删除"), html! { p { (goes) } }))
        (parts::titled_card(say(lang, "What is kept, and why", "将被保留及原因"), html! { p { (stays) } }))
    }
}

/// What has to end first, each with the page where that is done.
pub fn waiting(lang: Lang, in_the_way: &[InTheWay]) -> Markup {
    parts::titled_card(
        say(lang, "Not yet", "暂时不能"),
        html! { div class="stack" {
            p { (say(lang, "Something is still owed or to come, and would be lost with the account:", "仍有未了结的事项，注销后将无法处理：")) }
            @for one in in_the_way {
                @let action = one.page.as_deref().map(|href| Action { href, word: say(lang, "Look at it", "查看") });
                (parts::alert(Tone::Lantern, one.why.in_(lang), action))
            }
        } },
    )
}

/// The refusal of somebody who did not type the address again.
pub fn not_the_address() -> Refusal {
    let refusal = Refusal::new(
        Kind::Invalid,
        "not_the_address",
        "Type this person’s email address again, so that nobody else is erased.",
        "请再次输入此人的邮箱，以免误删他人。",
    );
    Refusal { field: Some("again"), ..refusal }
}

#[cfg(test)]
mod tests {
    use crate::testing::Town;
    use axum::http::StatusCode;

    const SIGN_IN: [(&str, &str); 2] = [("email", "ann@example.com"), ("password", "correct horse")];

    #[tokio::test]
    async fn a_person_takes_away_what_is_known_and_is_erased() {
        let town = Town::new();
        let ann = town.person("ann", &[]).await;
        let desk = town.session("ann").await;
        let account = ann.get("/account").await.text;
        assert!(account.contains("/account/data.json") && account.contains("/account/erasure"), "{account}");
        let file = ann.get("/account/data.json").await;
        assert!(file.headers["content-disposition"].to_str().expect("text").starts_with("attachment"));
        assert!(file.headers["cache-control"].to_str().expect("text").contains("no-store"));
        let told: serde_json::Value = serde_json::from_str(&file.text).expect("JSON");
        assert_eq!(told["account"]["email"], "ann@example.com");

        let wrong = ann.post("/account/erasure", &[("password", "wrong")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("password-error"), "{}", wrong.text);
        let gone = ann.post("/account/erasure", &[("password", "correct horse")]).await;
        assert_eq!((gone.status, gone.location()), (StatusCode::SEE_OTHER, "/"), "{}", gone.text);
        for cookie in ["ferryman_session", "ferryman_visitor", "ferry_click", "ferryman_known"] {
            assert!(gone.set_cookie(cookie).is_some_and(|set| set.contains("Max-Age=0")), "{cookie}");
        }
        assert_eq!(desk.get("/account").await.location(), "/sign-in?next=%2Faccount", "everywhere");
        let again = town.browser().post("/sign-in", &SIGN_IN).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody can sign in");
    }

    #[tokio::test]
    async fn who_works_here_is_told_what_has_to_end_first() {
        let town = Town::new();
        let (_, ann) = town.staff("ann", kernel::Role::Cinema).await;
        let page = ann.clone().in_chinese().get("/account/erasure").await.text;
        assert!(page.contains("暂时不能") && !page.contains("name=\"password\""), "{page}");
        let tried = ann.post("/account/erasure", &[("password", "correct horse")]).await;
        assert_eq!(tried.status, StatusCode::CONFLICT);
        assert!(tried.text.contains("There is a role at"), "{}", tried.text);
        assert_eq!(ann.get("/account").await.status, StatusCode::OK);
    }
}
