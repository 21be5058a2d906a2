-- The installation's own settings: its name, its keys.
create table setting (
    name text not null primary key,
    value text not null
);

create table person (
    id text not null primary key,
    email text not null unique,
    name text not null,
    lang text not null,
    password_hash text not null,
    created_at bigint not null
);

-- kind: house, studio, cinema, shop, merchant, partner.
create table org (
    id text not null primary key,
    kind text not null,
    name_en text not null,
    name_zh text not null,
    created_at bigint not null
);

create table membership (
    person_id text not null references person (id),
    org_id text not null references org (id),
    role text not null,
    primary key (person_id, org_id, role)
);

-- Only a hash of the session's token is kept.
create table session (
    token_hash text not null primary key,
    person_id text not null references person (id),
    created_at bigint not null,
    expires_at bigint not null
);

create index session_by_person on session (person_id);
