-- status: development, production, post_production, announced, released, withdrawn.
create table title (
    id text not null primary key,
    slug text not null unique,
    studio_org_id text not null references org (id),
    status text not null,
    original_name text not null,
    name_en text not null,
    name_zh text not null,
    synopsis_en text not null,
    synopsis_zh text not null,
    genre text not null,
    runtime_minutes bigint not null,
    premiere text,
    artwork text not null,
    domestic boolean not null,
    created_at bigint not null,
    updated_at bigint not null
);

create table title_name (
    title_id text not null references title (id),
    lang text not null,
    name text not null,
    primary key (title_id, lang)
);

create table credit (
    title_id text not null references title (id),
    position bigint not null,
    job text not null,
    name_en text not null,
    name_zh text not null,
    primary key (title_id, position)
);

create table budget_line (
    title_id text not null references title (id),
    id text not null,
    category text not null,
    label text not null,
    planned_minor bigint not null check (planned_minor >= 0),
    currency text not null,
    primary key (title_id, id)
);

create table cost (
    title_id text not null,
    id text not null,
    budget_line_id text not null,
    label text not null,
    amount_minor bigint not null,
    currency text not null,
    day text not null,
    primary key (title_id, id),
    foreign key (title_id, budget_line_id) references budget_line (title_id, id)
);

create table rights_window (
    title_id text not null references title (id),
    id text not null,
    territory text not null,
    medium text not null,
    exclusive boolean not null,
    holder text not null,
    starts_on text not null,
    ends_on text,
    primary key (title_id, id)
);

create table want_to_see (
    title_id text not null references title (id),
    person_id text not null references person (id),
    at bigint not null,
    primary key (title_id, person_id)
);
