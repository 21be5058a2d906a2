-- A place that reaches people. kind: marketplace, brand_store, music, club. Its place_id owns its book.
create table channel (
    id text not null primary key,
    place_id text not null unique,
    org_id text not null references org (id),
    slug text not null unique,
    kind text not null,
    name_en text not null,
    name_zh text not null,
    about_en text not null,
    about_zh text not null,
    artwork text not null,
    created_at bigint not null
);

-- Where an ad can appear on a channel's pages.
create table surface (
    id text not null primary key,
    channel_id text not null references channel (id),
    place_id text not null,
    code text not null,
    name_en text not null,
    name_zh text not null,
    floor_minor bigint not null check (floor_minor >= 0),
    currency text not null,
    unique (channel_id, code)
);
