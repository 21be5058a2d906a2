//! Organisations: the house itself, and the studios, cinemas, shops, merchants and partners it works with.

use crate::text;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, Error, Instant, OrgId, Refusal, Result, Role, Words};

pub const NAME_CHARS_MAX: usize = 80;
/// Organisations in one answer, at most.
pub const ORGS_MAX: i64 = 20_000;
/// Organisations in the answer to a search, at most.
pub const FOUND_MAX: i64 = 100;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrgKind {
    House,
    Studio,
    Cinema,
    Shop,
    Merchant,
    /// Others we divide money with or reach people through: distributors, a music service, a club.
    Partner,
}

impl OrgKind {
    pub const ALL: [OrgKind; 6] = [
        OrgKind::House,
        OrgKind::Studio,
        OrgKind::Cinema,
        OrgKind::Shop,
        OrgKind::Merchant,
        OrgKind::Partner,
    ];

    pub fn code(self) -> &'static str {
        match self {
            OrgKind::House => "house",
            OrgKind::Studio => "studio",
            OrgKind::Cinema => "cinema",
            OrgKind::Shop => "shop",
            OrgKind::Merchant => "merchant",
            OrgKind::Partner => "partner",
        }
    }

    pub fn parse(code: &str) -> Option<OrgKind> {
        OrgKind::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub fn words(self) -> Words {
        match self {
            OrgKind::House => Words::new("House", "平台"),
            OrgKind::Studio => Words::new("Studio", "制片方"),
            OrgKind::Cinema => Words::new("Cinema", "影院"),
            OrgKind::Shop => Words::new("Shop", "店铺"),
            OrgKind::Merchant => Words::new("Merchant", "商家"),
            OrgKind::Partner => Words::new("Partner", "合作方"),
        }
    }

    /// Whether somebody can hold this role at such an organisation.
    pub fn has_role(self, role: Role) -> bool {
        match role {
            Role::Operator => self == OrgKind::House,
            Role::Studio => self == OrgKind::Studio,
            Role::Cinema => self == OrgKind::Cinema,
            Role::Merchant => self == OrgKind::Merchant,
            Role::Shop => {
                matches!(self, OrgKind::Shop | OrgKind::Merchant | OrgKind::Partner | OrgKind::House)
            }
            Role::Marketer => matches!(self, OrgKind::Studio | OrgKind::Partner | OrgKind::House),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Org {
    pub id: OrgId,
    pub kind: OrgKind,
    pub name: Words,
    pub created_at: Instant,
}

impl FromRow for Org {
    fn from_row(row: &mut Row) -> Result<Org> {
        let (id, kind): (OrgId, String) = (row.next()?, row.next()?);
        let kind = OrgKind::parse(&kind)
            .ok_or_else(|| Error::fault(format!("“{kind}” is no kind of organisation")))?;
        Ok(Org { id, kind, name: row.words()?, created_at: row.next()? })
    }
}

fn check_name(name: &Words) -> Result<Words, Refusal> {
    let en = text::line("name_en", &Words::new("The English name", "英文名称"), &name.en, NAME_CHARS_MAX)?;
    let zh = text::line("name_zh", &Words::new("The Chinese name", "中文名称"), &name.zh, NAME_CHARS_MAX)?;
    Ok(Words { en, zh })
}

pub fn add(tx: &Tx, act: &mut Act, kind: OrgKind, name: &Words) -> Result<Org> {
    let org = Org { id: act.id(), kind, name: check_name(name)?, created_at: act.at };
    tx.run(
        "insert into org (id, kind, name_en, name_zh, created_at) values ($1, $2, $3, $4, $5)",
        &[&org.id, &org.kind.code(), &org.name.en, &org.name.zh, &org.created_at],
    )?;
    Ok(org)
}

pub fn any(view: &View, id: &OrgId) -> Result<Option<Org>> {
    view.maybe("select id, kind, name_en, name_zh, created_at from org where id = $1", &[id])
}

pub fn all(view: &View) -> Result<Vec<Org>> {
    view.all(
        "select id, kind, name_en, name_zh, created_at from org order by kind, name_en, id limit $1",
        &[&ORGS_MAX],
    )
}

pub fn of_kind(view: &View, kind: OrgKind) -> Result<Vec<Org>> {
    view.all(
        "select id, kind, name_en, name_zh, created_at from org where kind = $1 order by name_en, id limit $2",
        &[&kind.code(), &ORGS_MAX],
    )
}

/// Organisations in whose name either language has this text; the first hundred by name.
pub fn matching(view: &View, text: &str) -> Result<Vec<Org>> {
    let pattern = format!("%{}%", text.trim().to_lowercase().replace(['%', '_', '\\'], ""));
    view.all(
        "select id, kind, name_en, name_zh, created_at from org
        where lower(name_en) like $1 or name_zh like $1
        order by kind, name_en, id limit $2",
        &[&pattern, &FOUND_MAX],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::act;
    use db::{Lane, scratch::scratch};

    #[test]
    fn organisations_are_found_by_kind_and_name() {
        let db = scratch();
        let found = db.write_blocking(Lane::house(), |tx| {
            let mut act = act();
            add(tx, &mut act, OrgKind::Cinema, &Words::new("Star", "星光"))?;
            let studio = add(tx, &mut act, OrgKind::Studio, &Words::new(" Lantern Pictures ", "灯影"))?;
            assert_eq!(any(tx, &studio.id)?, Some(studio));
            assert_eq!(all(tx)?.len(), 2);
            let names = |orgs: Vec<Org>| orgs.into_iter().map(|org| org.name.en).collect::<Vec<_>>();
            Ok((
                names(of_kind(tx, OrgKind::Studio)?),
                names(matching(tx, "星")?),
                names(matching(tx, "LANTERN")?),
            ))
        });
        let (studios, by_zh, by_en) = found.expect("a write");
        assert_eq!(studios, ["Lantern Pictures"]);
        assert_eq!(by_zh, ["Star"]);
        assert_eq!(by_en, ["Lantern Pictures"]);
    }

    #[test]
    fn an_organisation_has_both_names() {
        let db = scratch();
        let nameless = db
            .write_blocking(Lane::house(), |tx| add(tx, &mut act(), OrgKind::Shop, &Words::new("Shop", " ")));
        assert_eq!(nameless.expect_err("no name").refusal().and_then(|no| no.field), Some("name_zh"));
    }
}
