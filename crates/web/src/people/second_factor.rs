//! One's own second factor: setting it up with an app, its recovery codes, turning it off.
//!
//! Whoever gives their password is proposed a key, which their browser keeps sealed for some minutes; a first code of it
//! turns the factor on and ends every other session. What comes later asks for the password and a code.

use super::{let_in, password, sign_in};
use crate::address;
use crate::answer::{Answer, Page, SeeOther};
use crate::cookies::{self, Seen};
use crate::form::Form;
use crate::look::parts::{self, Field, Weight};
use crate::look::{Tone, qr};
use crate::visit::{Consumer, Visit};
use ::people::second_factor::{self, Factor};
use ::people::{Token, installation, sessions};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use flows::{Scene, security};
use kernel::{Lang, PersonId, Result};
use maud::{Markup, html};

const PAGE: &str = "/account/second-factor";
const PROPOSAL: &str = "/account/second-factor/proposal";
const CODES: &str = "/account/second-factor/codes";
const REMOVAL: &str = "/account/second-factor/removal";
/// How long a proposed key waits for its first code.
const PROPOSED_SECONDS: i64 = 15 * 60;

/// The page on which to set it up before this one.
pub fn before(path: &str) -> String {
    format!("{PAGE}?next={}", address::encode(path))
}

/// On the account page: how it stands, and the way here.
pub fn card(visit: &Visit, factor: Option<Factor>) -> Markup {
    let (told, way) = match factor {
        Some(factor) => (standing(visit, factor), visit.say("Look after it", "管理")),
        None => (
            visit
                .say(
                    "Off. With it, signing in also asks for a code that an app on your phone shows.",
                    "未开启。开启后，登录时还需输入手机应用显示的验证码。",
                )
                .to_owned(),
            visit.say("Set it up", "开启"),
        ),
    };
    parts::titled_card(
        visit.say("Second factor", "两步验证"),
        html! { div class="stack" {
            @if visit.roles_wait { (parts::alert(Tone::Lantern, waiting(visit), None)) }
            p { (told) }
            (parts::link_button(if visit.roles_wait { Weight::Primary } else { Weight::Quiet }, PAGE, way))
        } },
    )
}

fn waiting(visit: &Visit) -> &'static str {
    crate::look::say(
        visit.lang,
        "The house asks for a second factor of those who do your work. Your roles wait until you have one.",
        "平台要求您所任角色开启两步验证。开启前，您的角色暂不生效。",
    )
}

fn standing(visit: &Visit, factor: Factor) -> String {
    let since = factor.since.say(&visit.home.zone, visit.lang);
    let left = factor.codes_left;
    match visit.lang {
        Lang::En => format!("On since {since}. Recovery codes left: {left}."),
        Lang::Zh => format!("已于{since}开启，剩余恢复码 {left} 个。"),
    }
}

pub async fn show(visit: Visit, consumer: Consumer, headers: HeaderMap) -> Answer<Page> {
    let next = visit.asked("next").unwrap_or_default();
    let form = Form::blank().with("next", next);
    page(&visit, &consumer, proposed(&visit, &consumer, &headers), &form).await
}

/// The page as it stands: what is on, a key to take over, or the way to begin.
async fn page(visit: &Visit, consumer: &Consumer, key: Option<Vec<u8>>, form: &Form) -> Answer<Page> {
    let id = consumer.person.id.clone();
    let (factor, house) =
        visit.read(move |view| Ok((second_factor::of(view, &id)?, installation::house(view)?))).await?;
    let body = match (factor, key) {
        (Some(factor), _) => on(visit, factor),
        (None, Some(key)) => {
            let issuer = house.map(|house| house.name.in_(visit.lang).to_owned()).unwrap_or_default();
            take_over(visit, form, &second_factor::address(&issuer, &consumer.person.email, &key), &key)
        }
        (None, None) => begin(visit, form),
    };
    let title = visit.say("Second factor", "两步验证");
    let body =
        html! { (parts::heading(title, &consumer.person.email, html! {})) div class="stack" { (body) } };
    Ok(Page::narrow(title, body).status(form.status()))
}

fn on(visit: &Visit, factor: Factor) -> Markup {
    html! {
        p { (standing(visit, factor)) }
        div class="actions" {
            (parts::link_button(Weight::Quiet, CODES, visit.say("New recovery codes", "重新生成恢复码")))
            (parts::link_button(Weight::Grave, REMOVAL, visit.say("Turn it off", "关闭")))
        }
        p { a href="/account" { (visit.say("Back to your account", "返回账号")) } }
    }
}

fn begin(visit: &Visit, form: &Form) -> Markup {
    let fields = html! {
        input type="hidden" name="next" value=(form.text("next"));
        (password_field(visit, form))
    };
    html! {
        @if visit.roles_wait { (parts::alert(Tone::Lantern, waiting(visit), None)) }
        p { (visit.say(
            "You need an app for codes on your phone, such as the one that comes with it, FreeOTP, Aegis or Google Authenticator. Whoever learns your password cannot sign in without that phone.",
            "需要在手机上准备一个身份验证应用，例如系统自带的密码管理、FreeOTP、Aegis 或 Google Authenticator。即使密码泄露，没有这部手机也无法登录。",
        )) }
        (form.render(visit.lang, PROPOSAL, visit.say("Begin", "开始"), fields))
    }
}

fn take_over(visit: &Visit, form: &Form, address: &str, key: &[u8]) -> Markup {
    let fields = html! {
        input type="hidden" name="next" value=(form.text("next"));
        (code_field(visit, form, visit.say("The six digits that it shows", "应用显示的六位数字")))
    };
    html! {
        p { (visit.say("Scan this with your app, or open it on this phone:", "用身份验证应用扫描，或在本机打开：")) }
        div class="qr" role="img" aria-label=(visit.say("QR code of the key", "密钥二维码")) { (qr::picture(address)) }
        p { a href=(address) { (visit.say("Open in an app on this device", "在本设备的应用中打开")) } }
        p { (visit.say("Or type the key (by time, six digits):", "或手动输入密钥（基于时间、六位）：")) br; code class="secret" { (second_factor::grouped(&second_factor::base32(key))) } }
        (form.render(visit.lang, PAGE, visit.say("Turn it on", "开启"), fields))
    }
}

fn password_field(visit: &Visit, form: &Form) -> Markup {
    let field = form.field(visit.lang, "password", visit.say("Your password", "您的密码"));
    Field { kind: "password", value: "", required: true, autocomplete: Some("current-password"), ..field }
        .input()
}

fn code_field(visit: &Visit, form: &Form, label: &str) -> Markup {
    let field = form.field(visit.lang, "code", label);
    Field { value: "", required: true, autocomplete: Some("one-time-code"), ..field }.input()
}

/// Proposes a key to whoever knows the password.
pub async fn propose(visit: Visit, consumer: Consumer, form: Form) -> Answer {
    if let Err(error) = password::prove(&visit, &consumer, &form, "password").await {
        sign_in::note_refused(&visit, &error);
        return Ok(page(&visit, &consumer, None, &form.refused(error)?).await?.into_response());
    }
    let mut dice = visit.house.dice();
    let key = second_factor::propose(&mut dice);
    let sealed = visit.house.keys().vault.seal(&proposed_to(&consumer.person.id), &key, &mut dice)?;
    let until = visit.now.plus_seconds(PROPOSED_SECONDS).micros;
    let word = visit.house.keys().form.sign(&format!("proposed {until} {sealed}"));
    let onward = SeeOther::to(before(address::next(form.text("next"))));
    Ok(onward.cookie(cookies::PROPOSED, word, PROPOSED_SECONDS, Seen::ByServer).into_response())
}

fn proposed_to(person: &PersonId) -> String {
    format!("proposed to {person}")
}

/// The key that this person was proposed in this browser.
fn proposed(visit: &Visit, consumer: &Consumer, headers: &HeaderMap) -> Option<Vec<u8>> {
    let word = cookies::read(headers, cookies::PROPOSED, visit.site.settings().is_secure())?;
    let text = visit.house.keys().form.open(word)?;
    let (until, sealed) = text.strip_prefix("proposed ")?.split_once(' ')?;
    let is_due = until.parse().is_ok_and(|until: i64| visit.now.micros < until);
    is_due.then(|| visit.house.keys().vault.open(&proposed_to(&consumer.person.id), sealed))?
}

/// Turns it on with a first code, and shows the recovery codes.
pub async fn turn_on(visit: Visit, consumer: Consumer, headers: HeaderMap, form: Form) -> Answer {
    let Some(key) = proposed(&visit, &consumer, &headers) else {
        let again = before(address::next(form.text("next")));
        return Ok(SeeOther::to(again)
            .saying("That took too long. Please begin again.", "等待时间过长，请重新开始。")
            .into_response());
    };
    match keep(&visit, &consumer, key.clone(), &form).await {
        Ok((token, codes)) => {
            security::done("second_factor_on", &consumer.person.id.0, &visit.from);
            let next = address::next(form.text("next"));
            let cookies = let_in(&visit, &consumer.person.email, &token, next);
            let mut response = written_down(&visit, &codes, next);
            response.extensions_mut().insert(cookies.cookie(cookies::PROPOSED, "", 0, Seen::ByServer));
            Ok(response)
        }
        Err(error) => {
            sign_in::note_refused(&visit, &error);
            Ok(page(&visit, &consumer, Some(key), &form.refused(error)?).await?.into_response())
        }
    }
}

async fn keep(visit: &Visit, consumer: &Consumer, key: Vec<u8>, form: &Form) -> Result<(Token, Vec<String>)> {
    let (throttle, door) = (visit.site.throttle(), second_factor::door(&consumer.person.id));
    throttle.knock_known(&door, &visit.from, visit.now)?;
    let (person, typed) = (consumer.person.clone(), form.text("code").to_owned());
    let kept = visit.write(&consumer.person.id, move |scene| {
        let vault = &scene.house.keys().vault;
        let at = scene.house.outside();
        let codes = second_factor::turn_on(scene.tx, &mut scene.act, vault, &person.id, &key, &typed, at)?;
        sessions::close_all(scene.tx, &person.id)?;
        Ok((sessions::open(scene.tx, &mut scene.act, &person)?, codes))
    });
    let kept = kept.await?;
    throttle.welcome_known(&door);
    Ok(kept)
}

/// The recovery codes, this once.
fn written_down(visit: &Visit, codes: &[String], next: &str) -> Response {
    let title = visit.say("Your recovery codes", "恢复码");
    let onward = if next == "/" { "/account" } else { next };
    let body = html! {
        (parts::heading(title, "", html! {}))
        div class="stack" {
            p { (visit.say(
                "Write them down or print them now; they are never shown again. Each opens your account once, in place of a code, when your phone is lost. Keep them where your password is not.",
                "请立即抄写或打印，此后不再显示。手机丢失时，每个恢复码可代替验证码登录一次。请勿与密码放在一起。",
            )) }
            ol class="recovery-codes" { @for code in codes { li { code class="secret" { (code) } } } }
            (parts::link_button(Weight::Primary, onward, visit.say("I have them", "已保存")))
        }
    };
    Page::narrow(title, body).into_response()
}

pub async fn ask_codes(visit: Visit, consumer: Consumer) -> Page {
    asking(&visit, &consumer, &NEW_CODES, &Form::blank())
}

pub async fn renew(visit: Visit, consumer: Consumer, form: Form) -> Answer {
    let id = consumer.person.id.clone();
    let renewed = with_both(&visit, &consumer, &form, move |scene| {
        second_factor::renew_codes(scene.tx, &mut scene.act, &id)
    });
    match renewed.await {
        Ok(codes) => {
            security::done("recovery_codes_made", &consumer.person.id.0, &visit.from);
            Ok(written_down(&visit, &codes, "/account"))
        }
        Err(error) => {
            sign_in::note_refused(&visit, &error);
            Ok(asking(&visit, &consumer, &NEW_CODES, &form.refused(error)?).into_response())
        }
    }
}

pub async fn ask_removal(visit: Visit, consumer: Consumer) -> Page {
    asking(&visit, &consumer, &TURN_OFF, &Form::blank())
}

pub async fn turn_off(visit: Visit, consumer: Consumer, form: Form) -> Answer {
    let id = consumer.person.id.clone();
    let off = with_both(&visit, &consumer, &form, move |scene| second_factor::turn_off(scene.tx, &id));
    match off.await {
        Ok(_) => {
            security::done("second_factor_off", &consumer.person.id.0, &visit.from);
            Ok(SeeOther::to("/account")
                .saying("Your second factor is off.", "两步验证已关闭。")
                .into_response())
        }
        Err(error) => {
            sign_in::note_refused(&visit, &error);
            Ok(asking(&visit, &consumer, &TURN_OFF, &form.refused(error)?).into_response())
        }
    }
}

/// Changes something about the factor of whoever gives both the password and a code.
async fn with_both<T: Send + 'static>(
    visit: &Visit,
    consumer: &Consumer,
    form: &Form,
    change: impl Fn(&mut Scene) -> Result<T> + Send + 'static,
) -> Result<T> {
    password::prove(visit, consumer, form, "password").await?;
    let (throttle, door) = (visit.site.throttle(), second_factor::door(&consumer.person.id));
    throttle.knock_known(&door, &visit.from, visit.now)?;
    let (id, typed) = (consumer.person.id.clone(), form.text("code").to_owned());
    let story = visit.write(&consumer.person.id, move |scene| {
        let vault = &scene.house.keys().vault;
        // A wrong code is written down, so it is no error in here.
        match second_factor::check(scene.tx, vault, &id, &typed, scene.house.outside())?.opened("code") {
            Ok(_) => change(scene).map(Ok),
            Err(refusal) => Ok(Err(refusal)),
        }
    });
    let changed = story.await??;
    throttle.welcome_known(&door);
    Ok(changed)
}

/// A page that asks for both, and what it does.
struct Asking {
    action: &'static str,
    title: (&'static str, &'static str),
    lead: (&'static str, &'static str),
    submit: (&'static str, &'static str),
    takes_away: bool,
}

const NEW_CODES: Asking = Asking {
    action: CODES,
    title: ("New recovery codes", "重新生成恢复码"),
    lead: (
        "Ten new ones; those that you have open nothing any more.",
        "生成十个新的恢复码，原有的全部失效。",
    ),
    submit: ("Make them", "生成"),
    takes_away: false,
};

const TURN_OFF: Asking = Asking {
    action: REMOVAL,
    title: ("Turn the second factor off", "关闭两步验证"),
    lead: ("From then on your password alone opens your account.", "关闭后，仅凭密码即可登录。"),
    submit: ("Turn it off", "关闭"),
    takes_away: true,
};

fn asking(visit: &Visit, consumer: &Consumer, what: &Asking, form: &Form) -> Page {
    let say = |(en, zh): (&'static str, &'static str)| crate::look::say(visit.lang, en, zh);
    let fields = html! {
        (password_field(visit, form))
        (code_field(visit, form, visit.say("A code of your app, or a recovery code", "应用的验证码或恢复码")))
    };
    let ask = parts::Form {
        action: what.action,
        error: form.error(visit.lang, &fields),
        submit: say(what.submit),
        cancel: Some(PAGE),
        takes_away: what.takes_away,
        ..parts::Form::default()
    };
    let body = html! {
        (parts::heading(say(what.title), &consumer.person.email, html! {}))
        div class="stack" { p { (say(what.lead)) } (ask.render(visit.lang, fields)) }
    };
    Page::narrow(say(what.title), body).status(form.status())
}

#[cfg(test)]
mod tests {
    use crate::testing::{App, Town};
    use axum::http::StatusCode;
    use people::second_factor::STEP_SECONDS;

    const SET_UP: &str = "/account/second-factor";

    fn half_a_minute_later(town: &Town) {
        town.clock.set(town.house.now().plus_seconds(STEP_SECONDS));
    }

    #[tokio::test]
    async fn somebody_sets_up_a_second_factor_with_their_app() {
        let town = Town::new();
        let (phone, desk) = (town.person("ann", &[]).await, town.session("ann").await);
        assert!(phone.get("/account").await.text.contains(SET_UP));
        let wrong = phone.post("/account/second-factor/proposal", &[("password", "guess")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("password-error"), "{}", wrong.text);

        let begun = phone.post("/account/second-factor/proposal", &[("password", "correct horse")]).await;
        let phone = phone.with_cookies_of(&begun);
        let shown = phone.get(SET_UP).await;
        assert!(shown.text.contains("<svg") && shown.text.contains("otpauth://totp/Ferry%20House:ann%40"));
        let elsewhere = desk.get(SET_UP).await.text;
        assert!(!elsewhere.contains("otpauth"), "the key is this browser's alone");
        let guess = phone.post(SET_UP, &[("code", "000000")]).await;
        assert!(guess.text.contains("code-error") && guess.text.contains("otpauth"), "{}", guess.text);

        let code = App::scan(&shown.text).code(&town);
        let on = phone.post(SET_UP, &[("code", &code), ("next", "/console")]).await;
        assert_eq!(on.text.matches("<code class=\"secret\">").count(), 10, "{}", on.text);
        assert!(on.text.contains("href=\"/console\""));
        for over in [&phone, &desk] {
            assert_eq!(over.get("/account").await.location(), "/sign-in?next=%2Faccount");
        }
        let phone = phone.with_cookies_of(&on);
        let account = phone.get("/account").await.text;
        assert!(account.contains("Recovery codes left: 10"), "{account}");
        let later = phone.in_chinese().get(SET_UP).await.text;
        assert!(
            later.contains("剩余恢复码 10 个") && !later.contains("otpauth"),
            "it is shown once: {later}"
        );
    }

    #[tokio::test]
    async fn a_proposed_key_waits_for_a_quarter_of_an_hour() {
        let town = Town::new();
        let ann = town.person("ann", &[]).await;
        let begun = ann.post("/account/second-factor/proposal", &[("password", "correct horse")]).await;
        let ann = ann.with_cookies_of(&begun);
        let app = App::scan(&ann.get(SET_UP).await.text);
        town.clock.set(town.house.now().plus_minutes(15));
        let late = ann.post(SET_UP, &[("code", &app.code(&town))]).await;
        assert_eq!(
            (late.status, late.location()),
            (StatusCode::SEE_OTHER, "/account/second-factor?next=%2F")
        );
        assert!(!ann.get(SET_UP).await.text.contains("otpauth"));
        // Nor is it anybody else's who sits down at this browser.
        let begun = ann.post("/account/second-factor/proposal", &[("password", "correct horse")]).await;
        let ben = town.person("ben", &[]).await.with_cookies_of(&begun);
        assert!(!ben.get(SET_UP).await.text.contains("otpauth"));
    }

    #[tokio::test]
    async fn what_comes_later_asks_for_the_password_and_a_code() {
        let town = Town::new();
        let (app, ann, _) = App::set_up(&town, &town.person("ann", &[]).await).await;
        for page in ["/account/second-factor/codes", "/account/second-factor/removal"] {
            assert!(ann.get(page).await.text.contains("name=\"code\""));
            let used = app.code(&town);
            let replay = ann.post(page, &[("password", "correct horse"), ("code", &used)]).await;
            assert!(replay.text.contains("code-error"), "{}", replay.text);
            half_a_minute_later(&town);
            let code = app.code(&town);
            let wrong = ann.post(page, &[("password", "guess"), ("code", &code)]).await;
            assert!(wrong.text.contains("password-error"), "{}", wrong.text);
            let done = ann.post(page, &[("password", "correct horse"), ("code", &code)]).await;
            assert!(
                done.text.matches("<code class=\"secret\">").count() == 10 || done.location() == "/account"
            );
        }
        assert!(ann.get("/account").await.text.contains("Off. With it"));
        let sign_in = [("email", "ann@example.com"), ("password", "correct horse"), ("next", "/account")];
        assert_eq!(town.browser().post("/sign-in", &sign_in).await.location(), "/account");
    }

    #[tokio::test]
    async fn codes_are_guessed_at_ten_times() {
        let town = Town::new();
        let (app, ann, _) = App::set_up(&town, &town.person("ann", &[]).await).await;
        half_a_minute_later(&town);
        let form = |code: &str| [("password", "correct horse".to_owned()), ("code", code.to_owned())];
        let tried = |code: String| {
            let ann = ann.clone();
            async move {
                let form = form(&code);
                let form = [(form[0].0, form[0].1.as_str()), (form[1].0, form[1].1.as_str())];
                ann.post("/account/second-factor/removal", &form).await.status
            }
        };
        for _ in 0..people::throttle::TRIES_PER_EMAIL_MAX {
            assert_eq!(tried("000000".into()).await, StatusCode::UNPROCESSABLE_ENTITY);
        }
        assert_eq!(tried(app.code(&town)).await, StatusCode::TOO_MANY_REQUESTS);
    }
}
