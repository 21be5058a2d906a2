//! The installation: new until its house is founded, and the keeper of its secret key.

use crate::orgs::{self, Org, OrgKind};
use crate::{home, memberships, settings};
use db::{Tx, View};
use kernel::ids::Id;
use kernel::{Act, Error, Home, Kind, OrgId, PersonId, Refusal, Result, Role, Words};

const HOUSE: &str = "house_org";
const KEY: &str = "installation_key";
const LOTS_KEY: &str = "lots_key";

/// Whether nobody operates this installation yet.
pub fn is_new(view: &View) -> Result<bool> {
    let found: Option<(String,)> =
        view.maybe("select person_id from membership where role = 'operator' limit 1", &[])?;
    Ok(found.is_none())
}

/// Makes the house, where it is at home, and its first operator, exactly once.
pub fn found(tx: &Tx, act: &mut Act, name: &Words, home: &Home, operator: &PersonId) -> Result<Org> {
    let house = orgs::add(tx, act, OrgKind::House, name)?;
    if !settings::put_once(tx, HOUSE, &house.id.0)? {
        return Err(already_founded().into());
    }
    home::put(tx, home)?;
    memberships::add(tx, operator, &house.id, Role::Operator)?;
    Ok(house)
}

fn already_founded() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "already_founded",
        "This installation has an operator already. Please sign in.",
        "平台已经有运营者了，请登录。",
    )
}

/// The organisation that runs this installation, once it is founded.
pub fn house(view: &View) -> Result<Option<Org>> {
    match settings::get(view, HOUSE)? {
        Some(id) => orgs::any(view, &OrgId::from_text(id)),
        None => Ok(None),
    }
}

/// The secret key under which this installation signs; made the first time it is asked for.
pub fn key(tx: &Tx, act: &mut Act) -> Result<[u8; 32]> {
    settings::put_once(tx, KEY, &to_hex(&act.dice.bytes::<32>()))?;
    let kept = settings::get(tx, KEY)?.unwrap_or_default();
    from_hex(&kept).ok_or_else(|| Error::fault("the installation key is not 64 hexadecimal digits"))
}

/// The key that draws who is held out of campaigns: the one that is proposed the first time, the same ever after. It is
/// apart from [`key`], so that a rehearsal with a secret of its own draws what its seed says.
pub fn lots_key(tx: &Tx, proposed: [u8; 32]) -> Result<[u8; 32]> {
    settings::put_once(tx, LOTS_KEY, &to_hex(&proposed))?;
    let kept = settings::get(tx, LOTS_KEY)?.unwrap_or_default();
    from_hex(&kept).ok_or_else(|| Error::fault("the key of lots is not 64 hexadecimal digits"))
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[i * 2..i * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{act, ann};
    use db::{Lane, scratch::scratch};
    use kernel::Dice;

    #[test]
    fn a_house_is_founded_once() {
        let db = scratch();
        let ann = ann(&db);
        let name = Words::new("Ferry House", "渡口");
        let (first, second) = (ann.id.clone(), ann.id.clone());
        let given = name.clone();
        assert!(db.read_blocking(is_new).expect("a read"));
        let made = db
            .write_blocking(Lane::house(), move |tx| found(tx, &mut act(), &given, &Home::mainland(), &first))
            .expect("a house");
        assert!(!db.read_blocking(is_new).expect("a read"));
        let again = db.write_blocking(Lane::house(), move |tx| {
            found(tx, &mut Act { dice: Dice::seeded(9), ..act() }, &name, &Home::mainland(), &second)
        });
        assert_eq!(again.expect_err("refused").refusal().map(|no| no.code), Some("already_founded"));
        assert_eq!(db.read_blocking(house).expect("a read"), Some(made));
        assert_eq!(db.read_blocking(orgs::all).expect("a read").len(), 1);
    }

    #[test]
    fn the_key_is_made_once() {
        let db = scratch();
        let ask = |seed| {
            let act = Act { dice: Dice::seeded(seed), ..act() };
            db.write_blocking(Lane::house(), move |tx| key(tx, &mut act.clone())).expect("a key")
        };
        assert_eq!(ask(1), ask(2));
        assert_eq!(from_hex(&to_hex(&ask(1))), Some(ask(1)));
    }
}
