-- What happened, in the order of its ids within a place; only ever appended to.
create table event (
    place_id text not null,
    id text not null,
    at bigint not null,
    kind text not null,
    actor text not null,
    title_id text,
    subject text not null,
    body text not null,
    primary key (place_id, id)
);

create index event_by_title on event (title_id, at);

create index event_by_time on event (at);
