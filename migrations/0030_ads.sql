-- Whom campaigns may be shown to. rule is JSON, which only those read who know what people did.
create table audience (
    id text not null primary key,
    org_id text not null references org (id),
    name text not null,
    rule text not null,
    created_at bigint not null,
    changed_at bigint not null
);

create index audience_by_org on audience (org_id, created_at);

-- A campaign that is aimed at an audience is shown to nobody else.
create table campaign_audience (
    campaign_id text not null primary key references campaign (id),
    audience_id text not null references audience (id)
);
