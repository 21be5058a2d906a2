-- state: draft, live, paused, ended. click_minor is what a click costs.
create table campaign (
    id text not null primary key,
    title_id text not null references title (id),
    org_id text not null references org (id),
    name text not null,
    state text not null,
    starts_at bigint not null,
    ends_at bigint not null,
    budget_minor bigint not null check (budget_minor > 0),
    click_minor bigint not null check (click_minor > 0),
    currency text not null,
    created_at bigint not null
);

create table creative (
    id text not null primary key,
    campaign_id text not null references campaign (id),
    headline_en text not null,
    headline_zh text not null,
    text_en text not null,
    text_zh text not null,
    artwork text not null,
    created_at bigint not null
);

create table campaign_surface (
    campaign_id text not null references campaign (id),
    surface_id text not null references surface (id),
    primary key (campaign_id, surface_id)
);

-- The part of a campaign's budget that one channel may spend; the check is the last word on overspending.
create table allotment (
    place_id text not null,
    campaign_id text not null references campaign (id),
    allotted_minor bigint not null,
    spent_minor bigint not null,
    currency text not null,
    primary key (place_id, campaign_id),
    constraint allotment_within_budget check (spent_minor >= 0 and spent_minor <= allotted_minor)
);

create table impression (
    place_id text not null,
    id text not null,
    campaign_id text not null,
    creative_id text not null,
    surface_id text not null,
    title_id text not null,
    visitor text not null,
    propensity_ppm bigint not null,
    at bigint not null,
    primary key (place_id, id)
);

create index impression_by_campaign on impression (place_id, campaign_id, at);

-- A click is paid for once an impression; one over the allotment is free.
create table click (
    place_id text not null,
    id text not null,
    impression_id text not null,
    campaign_id text not null,
    title_id text not null,
    surface_id text not null,
    visitor text not null,
    cost_minor bigint not null check (cost_minor >= 0),
    currency text not null,
    at bigint not null,
    primary key (place_id, id),
    unique (place_id, impression_id)
);

create index click_by_campaign on click (place_id, campaign_id, at);

-- The sale that a click is credited with, in the book of the place that sold. kind: tickets, products.
create table ad_credit (
    place_id text not null,
    order_id text not null,
    click_place_id text not null,
    click_id text not null,
    campaign_id text not null,
    title_id text not null,
    kind text not null,
    amount_minor bigint not null,
    currency text not null,
    at bigint not null,
    reversed_at bigint,
    primary key (place_id, order_id)
);

create index ad_credit_by_campaign on ad_credit (place_id, campaign_id);
