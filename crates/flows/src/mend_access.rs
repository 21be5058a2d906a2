//! Helping somebody back into their account, by an operator who knows them or by the machine's owner.
//!
//! Whatever is done is written into the log with who did it, and its owner is told at their next sign-in. No operator takes
//! both the password and the second factor of an account, and none the password of another operator
//! (`docs/decisions/0036`). The machine's owner, who acts as the system, may.

use crate::house::Scene;
use events::{Kind as What, log};
use kernel::{Actor, Kind, PersonId, PlaceId, Refusal, Result, Role};
use people::password_links::{self, Link};
use people::{PasswordHash, Person, notices, persons, second_factor, sessions};
use serde_json::json;

/// Takes a lost second factor off somebody else's account, and signs them out everywhere.
pub fn take_factor_off(scene: &mut Scene, person: &PersonId) -> Result<()> {
    if scene.act.actor.person() == Some(person) {
        return Err(not_ones_own().into());
    }
    let link = password_links::by_whom(scene.tx, person, scene.act.at)?;
    let set = notices::by_whom(scene.tx, person, notices::What::PasswordSetByLink)?;
    if [link, set].iter().flatten().any(|who| is_by(scene, who)) {
        return Err(somebody_else().into());
    }
    if !second_factor::turn_off(scene.tx, person)? {
        return Err(Refusal::not_found("second factor", "两步验证").into());
    }
    sessions::close_all(scene.tx, person)?;
    leave_word(scene, person, notices::What::FactorTakenOff)
}

fn not_ones_own() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "ones_own_factor",
        "Nobody takes off their own second factor here. Your account page does it, with a code.",
        "不能在此关闭自己的两步验证，请在账号页凭验证码关闭。",
    )
}

/// Makes a link by which somebody sets a new password, once and within the hour; answers the code in it.
pub fn make_link(scene: &mut Scene, person: &PersonId) -> Result<String> {
    persons::any(scene.tx, person)?.ok_or_else(|| Refusal::not_found("person", "用户"))?;
    if scene.act.actor.person() == Some(person) {
        return Err(ones_own_password().into());
    }
    if scene.act.actor != Actor::System && is_operator(scene, person)? {
        return Err(operators_password().into());
    }
    let taken_off = notices::by_whom(scene.tx, person, notices::What::FactorTakenOff)?;
    if taken_off.is_some_and(|who| is_by(scene, &who)) {
        return Err(somebody_else().into());
    }
    let code = password_links::make(scene.tx, &mut scene.act, person)?;
    note(scene, person, "password_link_made")?;
    Ok(code)
}

/// Whose password a code may set. Refuses (`link_over`) one that is unknown, used or too old; that was made by somebody
/// who is no operator any more; or by an operator for somebody who has become one.
pub fn of_code(scene: &mut Scene, typed: &str) -> Result<Link> {
    let link = password_links::of_code(scene.tx, typed, scene.act.at)?.ok_or_else(over)?;
    if link.by_whom == Actor::System.code() {
        return Ok(link);
    }
    let maker = PersonId(link.by_whom.clone());
    let is_good = is_operator(scene, &maker)? && !is_operator(scene, &link.person.id)?;
    if is_good { Ok(link) } else { Err(over().into()) }
}

/// Sets the password of whoever a code is for, and signs them out everywhere. Their second factor stays.
pub fn set_password(scene: &mut Scene, typed: &str, hash: &PasswordHash) -> Result<Person> {
    let Link { person, by_whom } = of_code(scene, typed)?;
    persons::set_password(scene.tx, &person.id, hash)?;
    sessions::close_all(scene.tx, &person.id)?;
    let what = notices::What::PasswordSetByLink;
    notices::leave(scene.tx, &scene.act, &person.id, what, &by_whom)?;
    note(scene, &person.id, what.code())?;
    Ok(person)
}

fn is_operator(scene: &Scene, person: &PersonId) -> Result<bool> {
    Ok(sessions::roles(scene.tx, person)?.iter().any(|(role, _)| *role == Role::Operator))
}

/// Whether the actor is the operator of that number. The machine's owner needs nobody else.
fn is_by(scene: &Scene, who: &str) -> bool {
    scene.act.actor != Actor::System && scene.act.actor.code() == who
}

fn ones_own_password() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "ones_own_password",
        "Nobody makes a link for themselves. Your account page changes your password.",
        "不能为自己生成链接，请在账号页修改密码。",
    )
}

fn operators_password() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "operators_password",
        "No operator sets the password of another: what needs two of them would need one. Whoever owns the machine makes the link, with “ferryman password-link”.",
        "运营者不能为其他运营者重设密码，否则双人复核将形同虚设。请由服务器所有者用 ferryman password-link 命令生成链接。",
    )
}

fn somebody_else() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "somebody_else",
        "You have helped with their password or their second factor already. The other one is for another operator, or for whoever owns the machine, until they have signed in again.",
        "您已协助其重设密码或关闭两步验证；在其重新登录之前，另一项须由其他运营者或服务器所有者办理。",
    )
}

fn over() -> Refusal {
    let refusal = Refusal::new(
        Kind::Gone,
        "link_over",
        "This link is over: it is good once, for an hour. Ask for another.",
        "链接已失效：仅一小时内有效，且只能使用一次。请重新索取。",
    );
    Refusal { field: Some("code"), ..refusal }
}

fn leave_word(scene: &mut Scene, person: &PersonId, what: notices::What) -> Result<()> {
    let by_whom = scene.act.actor.code().to_owned();
    notices::leave(scene.tx, &scene.act, person, what, &by_whom)?;
    note(scene, person, what.code())
}

fn note(scene: &mut Scene, person: &PersonId, what: &str) -> Result<()> {
    let body = json!({ "what": what });
    log::append(scene.tx, &mut scene.act, &PlaceId::house(), What::AccessChanged, None, person, body)
}
