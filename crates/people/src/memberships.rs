//! Who holds which role at which organisation.

use crate::orgs::{self, Org};
use crate::persons::Person;
use crate::sessions::read_role;
use db::{FromRow, Row, Tx, View};
use kernel::{Kind, OrgId, PersonId, Refusal, Result, Role};

/// Members of one organisation in one answer, at most.
pub const MEMBERS_MAX: i64 = 1_000;

/// Gives the role; false when the person already had it. Refuses a role that such an organisation does not have.
pub fn add(tx: &Tx, person: &PersonId, org: &OrgId, role: Role) -> Result<bool> {
    let at = orgs::any(tx, org)?.ok_or_else(|| Refusal::not_found("organisation", "机构"))?;
    if !at.kind.has_role(role) {
        return Err(unfitting(&at, role).into());
    }
    let added = tx.run(
        "insert into membership (person_id, org_id, role) values ($1, $2, $3)
        on conflict (person_id, org_id, role) do nothing",
        &[person, org, &role.code()],
    )?;
    Ok(added == 1)
}

fn unfitting(org: &Org, role: Role) -> Refusal {
    let kind = org.kind.words();
    let refusal = Refusal::new(
        Kind::Conflict,
        "role_does_not_fit",
        format!("Nobody can be {} at an organisation of the kind “{}”.", role.code(), kind.en),
        format!("“{}”这类机构没有 {} 角色。", kind.zh, role.code()),
    );
    Refusal { field: Some("role"), ..refusal }
}

/// Takes the role away; false when the person did not have it. The last operator stays.
pub fn remove(tx: &Tx, person: &PersonId, org: &OrgId, role: Role) -> Result<bool> {
    // Touching every operator's row first makes two operators who remove each other wait for one another.
    let operators = tx.run("update membership set role = role where role = 'operator'", &[])?;
    let removed = tx.run(
        "delete from membership where person_id = $1 and org_id = $2 and role = $3",
        &[person, org, &role.code()],
    )?;
    let was_last = role == Role::Operator && removed == 1 && operators == 1;
    if was_last {
        return Err(last_operator().into());
    }
    Ok(removed == 1)
}

fn last_operator() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "last_operator",
        "The house needs at least one operator. Name another one first.",
        "平台至少要有一位运营者，请先任命另一位。",
    )
}

/// A person's roles with the organisations where they hold them.
pub fn of_person(view: &View, person: &PersonId) -> Result<Vec<(Role, Org)>> {
    let rows: Vec<With<Org>> = view.all(
        "select membership.role, org.id, org.kind, org.name_en, org.name_zh, org.created_at
        from membership join org on org.id = membership.org_id
        where membership.person_id = $1
        order by org.name_en, org.id, membership.role",
        &[person],
    )?;
    Ok(rows.into_iter().map(|With(role, org)| (role, org)).collect())
}

/// An organisation's people with their roles; the first thousand by name.
pub fn of_org(view: &View, org: &OrgId) -> Result<Vec<(Role, Person)>> {
    let rows: Vec<With<Person>> = view.all(
        "select membership.role, person.id, person.email, person.name, person.lang, person.created_at
        from membership join person on person.id = membership.person_id
        where membership.org_id = $1
        order by person.name, person.id, membership.role
        limit $2",
        &[org, &MEMBERS_MAX],
    )?;
    Ok(rows.into_iter().map(|With(role, person)| (role, person)).collect())
}

struct With<T>(Role, T);

impl<T: FromRow> FromRow for With<T> {
    fn from_row(row: &mut Row) -> Result<With<T>> {
        let role: String = row.next()?;
        Ok(With(read_role(&role)?, T::from_row(row)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::orgs::OrgKind;
    use crate::testing::{act, ann};
    use crate::{installation, sessions};
    use db::{Lane, scratch::scratch};
    use kernel::Words;

    #[test]
    fn a_role_is_held_once_and_goes_away() {
        let db = scratch();
        let ann = ann(&db);
        let story = db.write_blocking(Lane::house(), move |tx| {
            let star = orgs::add(tx, &mut act(), OrgKind::Cinema, &Words::new("Star", "星光"))?;
            assert!(add(tx, &ann.id, &star.id, Role::Cinema)?);
            assert!(!add(tx, &ann.id, &star.id, Role::Cinema)?);
            assert_eq!(of_person(tx, &ann.id)?, [(Role::Cinema, star.clone())]);
            assert_eq!(of_org(tx, &star.id)?, [(Role::Cinema, ann.clone())]);
            assert_eq!(sessions::roles(tx, &ann.id)?, [(Role::Cinema, star.id.clone())]);
            assert!(remove(tx, &ann.id, &star.id, Role::Cinema)?);
            assert!(!remove(tx, &ann.id, &star.id, Role::Cinema)?);
            Ok(of_org(tx, &star.id)?.len())
        });
        assert_eq!(story.expect("a write"), 0);
    }

    #[test]
    fn a_cinema_has_no_operators() {
        let db = scratch();
        let ann = ann(&db);
        let story = db.write_blocking(Lane::house(), move |tx| {
            let star = orgs::add(tx, &mut act(), OrgKind::Cinema, &Words::new("Star", "星光"))?;
            add(tx, &ann.id, &star.id, Role::Operator)
        });
        assert_eq!(story.expect_err("refused").refusal().map(|no| no.code), Some("role_does_not_fit"));
    }

    #[test]
    fn the_last_operator_stays() {
        let db = scratch();
        let ann = ann(&db);
        let story = db.write_blocking(Lane::house(), move |tx| {
            let house = installation::found(
                tx,
                &mut act(),
                &Words::new("House", "平台"),
                &kernel::Home::mainland(),
                &ann.id,
            )?;
            remove(tx, &ann.id, &house.id, Role::Operator)
        });
        assert_eq!(story.expect_err("refused").refusal().map(|no| no.code), Some("last_operator"));
    }
}
