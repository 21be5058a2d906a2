-- The part of its audience that a campaign keeps from its ads at random, so that their lift shows.
alter table campaign add column holdout_ppm bigint not null default 0;

-- unit: whoever it was, by a keyed pseudonym of this campaign alone; empty of a guest. city: where they live, as far as
-- it was known then.
alter table impression add column unit text not null default '';

alter table impression add column city text not null default '';

alter table click add column city text not null default '';

-- An ad that had won the auction and was not shown, because whoever looked is held out.
create table withheld (
    place_id text not null,
    id text not null,
    campaign_id text not null,
    creative_id text not null,
    surface_id text not null,
    title_id text not null,
    visitor text not null,
    unit text not null,
    city text not null,
    propensity_ppm bigint not null,
    at bigint not null,
    primary key (place_id, id)
);

create index withheld_by_campaign on withheld (place_id, campaign_id, at);

create index withheld_by_unit on withheld (campaign_id, unit);

create index impression_by_unit on impression (campaign_id, unit);

-- What of an allotment may be spent on a surface in a city; the part without either is for all the rest.
create table allotment_part (
    place_id text not null,
    campaign_id text not null references campaign (id),
    surface_id text not null,
    city text not null,
    allotted_minor bigint not null,
    spent_minor bigint not null,
    primary key (place_id, campaign_id, surface_id, city),
    constraint allotment_part_within_budget check (spent_minor >= 0 and spent_minor <= allotted_minor)
);
