-- The terms under which a title's box office is divided; data with effective days, never code.
create table settlement_terms (
    id text not null primary key,
    title_id text not null references title (id),
    territory text not null,
    starts_on text not null,
    ends_on text,
    terms text not null,
    created_at bigint not null
);

-- One film in one cinema over one period (days, both included). state: issued.
create table statement (
    place_id text not null,
    id text not null,
    title_id text not null,
    terms_id text not null,
    starts_on text not null,
    ends_on text not null,
    admissions bigint not null,
    consumers_minor bigint not null,
    fee_minor bigint not null,
    subsidy_minor bigint not null,
    base_minor bigint not null,
    special_fund_central_minor bigint not null,
    special_fund_provincial_minor bigint not null,
    tax_minor bigint not null,
    net_minor bigint not null,
    exhibition_minor bigint not null,
    agency_minor bigint not null,
    distribution_minor bigint not null,
    producer_minor bigint not null,
    currency text not null,
    issued_at bigint not null,
    primary key (place_id, id),
    unique (place_id, title_id, starts_on, ends_on),
    constraint statement_net_adds_up check (
        net_minor = base_minor - special_fund_central_minor - special_fund_provincial_minor - tax_minor
    ),
    constraint statement_split_adds_up check (
        net_minor = exhibition_minor + agency_minor + distribution_minor + producer_minor
    )
);
