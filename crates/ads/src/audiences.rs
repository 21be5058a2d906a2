//! Whom a campaign may be shown to: audiences that an organisation has named, and which campaigns are aimed at.
//!
//! Here an audience is a name and a rule as text. Who reads the rule knows what people did; who chooses an ad
//! is told which audiences somebody is in.

use crate::campaigns::{self, Campaign, State};
use crate::limits;
use db::{FromRow, Row, Tx, View};
use kernel::{Act, AudienceId, CampaignId, Instant, Kind, OrgId, Refusal, Result};

pub const NAME_CHARS_MAX: usize = 80;
const RULE_CHARS_MAX: usize = 8192;
/// Audiences of one organisation.
pub const AUDIENCES_MAX: i64 = 100;
/// Audiences of everybody in one list.
pub const LIST_MAX: i64 = 1000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    pub id: AudienceId,
    /// Whose it is.
    pub org: OrgId,
    pub name: String,
    /// Who is in it, as JSON.
    pub rule: String,
    pub created_at: Instant,
    pub changed_at: Instant,
}

impl FromRow for Audience {
    fn from_row(row: &mut Row) -> Result<Audience> {
        Ok(Audience {
            id: row.next()?,
            org: row.next()?,
            name: row.next()?,
            rule: row.next()?,
            created_at: row.next()?,
            changed_at: row.next()?,
        })
    }
}

/// Names an audience of an organisation. The rule must have been understood before.
pub fn add(tx: &Tx, act: &mut Act, org: &OrgId, name: &str, rule: &str) -> Result<Audience> {
    check(name, rule)?;
    if of_org(tx, org)?.len() as i64 >= AUDIENCES_MAX {
        return Err(too_many().into());
    }
    let audience = Audience {
        id: act.id(),
        org: org.clone(),
        name: name.trim().to_owned(),
        rule: rule.to_owned(),
        created_at: act.at,
        changed_at: act.at,
    };
    tx.run(
        "insert into audience (id, org_id, name, rule, created_at, changed_at)
        values ($1, $2, $3, $4, $5, $6)",
        &[
            &audience.id,
            &audience.org,
            &audience.name,
            &audience.rule,
            &audience.created_at,
            &audience.changed_at,
        ],
    )?;
    Ok(audience)
}

/// Gives an organisation's own audience another name and rule; campaigns that are aimed at it follow.
pub fn change(tx: &Tx, act: &Act, org: &OrgId, id: &AudienceId, name: &str, rule: &str) -> Result<Audience> {
    check(name, rule)?;
    of(tx, org, id)?;
    tx.run(
        "update audience set name = $2, rule = $3, changed_at = $4 where id = $1",
        &[id, &name.trim(), &rule, &act.at],
    )?;
    of(tx, org, id)
}

fn check(name: &str, rule: &str) -> Result<(), Refusal> {
    limits::filled("name", name, NAME_CHARS_MAX)?;
    limits::filled("rule", rule, RULE_CHARS_MAX)
}

pub fn any(view: &View, id: &AudienceId) -> Result<Audience> {
    let audience = view
        .maybe("select id, org_id, name, rule, created_at, changed_at from audience where id = $1", &[id])?;
    audience.ok_or_else(|| unknown().into())
}

/// One of an organisation's own audiences.
pub fn of(view: &View, org: &OrgId, id: &AudienceId) -> Result<Audience> {
    let audience = any(view, id)?;
    if audience.org == *org { Ok(audience) } else { Err(unknown().into()) }
}

pub fn of_org(view: &View, org: &OrgId) -> Result<Vec<Audience>> {
    view.all(
        "select id, org_id, name, rule, created_at, changed_at
        from audience
        where org_id = $1
        order by created_at desc, id
        limit $2",
        &[org, &AUDIENCES_MAX],
    )
}

/// Everybody's audiences, the newest first.
pub fn all(view: &View) -> Result<Vec<Audience>> {
    view.all(
        "select id, org_id, name, rule, created_at, changed_at
        from audience
        order by created_at desc, id
        limit $1",
        &[&LIST_MAX],
    )
}

/// The audience that a campaign is aimed at, if it is not for everybody.
pub fn aimed_at(view: &View, campaign: &CampaignId) -> Result<Option<AudienceId>> {
    let found: Option<(AudienceId,)> =
        view.maybe("select audience_id from campaign_audience where campaign_id = $1", &[campaign])?;
    Ok(found.map(|(audience,)| audience))
}

/// Aims an organisation's campaign at one of its own audiences, or at everybody; not once it has ended.
pub fn aim(tx: &Tx, org: &OrgId, campaign: &CampaignId, audience: Option<&AudienceId>) -> Result<Campaign> {
    let aimed = campaigns::of(tx, org, campaign)?;
    if aimed.state == State::Ended {
        return Err(has_ended().into());
    }
    match audience {
        None => tx.run("delete from campaign_audience where campaign_id = $1", &[campaign])?,
        Some(audience) => {
            of(tx, org, audience)?;
            tx.run(
                "insert into campaign_audience (campaign_id, audience_id)
                values ($1, $2)
                on conflict (campaign_id) do update set audience_id = excluded.audience_id",
                &[campaign, audience],
            )?
        }
    };
    Ok(aimed)
}

fn unknown() -> Refusal {
    Refusal::not_found("audience", "人群")
}

fn too_many() -> Refusal {
    Refusal::new(
        Kind::Conflict,
        "too_many_audiences",
        format!("An organisation may keep {AUDIENCES_MAX} audiences; change one that is there."),
        format!("每个机构最多保存 {AUDIENCES_MAX} 个人群，请修改已有的人群。"),
    )
}

fn has_ended() -> Refusal {
    Refusal::new(Kind::Conflict, "campaign_state", "This campaign has ended.", "这个投放计划已结束。")
}
