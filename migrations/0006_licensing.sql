-- What a studio offers to merchants. state: open, closed. categories is a JSON list, rates a JSON rate card.
-- term_days is how long a contract runs from the day its sample is approved.
create table licence_offer (
    id text not null primary key,
    title_id text not null references title (id),
    licensor_org_id text not null references org (id),
    name_en text not null,
    name_zh text not null,
    about_en text not null,
    about_zh text not null,
    categories text not null,
    territory text not null,
    rates text not null,
    royalty_ppm bigint not null,
    fund_ppm bigint not null,
    platform_ppm bigint not null,
    guarantee_minor bigint not null check (guarantee_minor >= 0),
    currency text not null,
    term_days bigint not null check (term_days > 0),
    closes_on text not null,
    state text not null,
    created_at bigint not null
);

-- state: concept, sample, approved, rejected, withdrawn. The state names the stage that is waited for.
create table application (
    id text not null primary key,
    offer_id text not null references licence_offer (id),
    title_id text not null,
    licensor_org_id text not null,
    merchant_org_id text not null references org (id),
    key text not null,
    product_en text not null,
    product_zh text not null,
    category text not null,
    concept text not null,
    artwork text not null,
    planned_price_minor bigint not null check (planned_price_minor > 0),
    planned_units bigint not null check (planned_units > 0),
    currency text not null,
    state text not null,
    created_at bigint not null,
    unique (merchant_org_id, key)
);

create index application_by_licensor on application (licensor_org_id, created_at);

-- One decision a stage, never changed. decision: approved, rejected.
create table approval (
    application_id text not null references application (id),
    stage text not null,
    decision text not null,
    note text not null,
    decided_by text not null,
    at bigint not null,
    primary key (application_id, stage)
);

-- The offer's terms at the moment of approval. royalty_ppm is the rate of the category; rates may differ by channel.
create table licence_contract (
    id text not null primary key,
    application_id text not null unique references application (id),
    title_id text not null,
    licensor_org_id text not null,
    merchant_org_id text not null,
    category text not null,
    territory text not null,
    rates text not null,
    royalty_ppm bigint not null,
    fund_ppm bigint not null,
    platform_ppm bigint not null,
    guarantee_minor bigint not null,
    currency text not null,
    starts_on text not null,
    ends_on text not null,
    created_at bigint not null
);

-- What one order line owes under a contract; a refund is a second row with the opposite signs.
create table royalty_accrual (
    place_id text not null,
    order_id text not null,
    listing_id text not null,
    kind text not null,
    contract_id text not null,
    title_id text not null,
    merchant_org_id text not null,
    net_sales_minor bigint not null,
    royalty_minor bigint not null,
    licensor_minor bigint not null,
    platform_minor bigint not null,
    fund_minor bigint not null,
    currency text not null,
    at bigint not null,
    primary key (place_id, order_id, listing_id, kind),
    constraint royalty_adds_up check (royalty_minor = licensor_minor + platform_minor)
);

create index royalty_accrual_by_contract on royalty_accrual (place_id, contract_id);
