-- How a cinema wants its weeks planned. rules is JSON.
create table planning_rules (
    place_id text not null primary key references cinema (place_id),
    rules text not null,
    changed_at bigint not null,
    changed_by text not null
);

-- A plan of showings. state: made, taken, undone. body is JSON: its showings and what is expected of them.
create table showings_plan (
    place_id text not null references cinema (place_id),
    id text not null,
    first_day text not null,
    last_day text not null,
    state text not null check (state in ('made', 'taken', 'undone')),
    made_at bigint not null,
    made_by text not null,
    body text not null,
    primary key (place_id, id)
);

create index showings_plan_by_day on showings_plan (place_id, first_day, made_at);

-- What taking a plan did. did: added, closed.
create table showings_plan_change (
    place_id text not null,
    plan_id text not null,
    showtime_id text not null,
    did text not null check (did in ('added', 'closed')),
    primary key (place_id, plan_id, showtime_id),
    foreign key (place_id, plan_id) references showings_plan (place_id, id),
    foreign key (place_id, showtime_id) references showtime (place_id, id)
);
