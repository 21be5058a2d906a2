-- The first hours in which a film's tickets are sold, when people wait in line. A film's newest one counts.
create table on_sale (
    title_id text not null references title (id),
    number bigint not null,
    opens_at bigint not null,
    closes_at bigint not null,
    turn_minutes bigint not null constraint on_sale_turn check (turn_minutes between 1 and 120),
    -- The first position that nobody has; before the doors open, how many have joined.
    next_position bigint not null default 0 constraint on_sale_positions check (next_position >= 0),
    -- How many had joined when the doors opened.
    early bigint,
    primary key (title_id, number),
    constraint on_sale_opens_before_it_closes check (opens_at <= closes_at)
);

-- How fast people are let in from an instant on; only ever added to once the doors are open.
create table on_sale_pace (
    title_id text not null,
    number bigint not null,
    from_at bigint not null,
    per_minute bigint not null constraint on_sale_pace_limits check (per_minute between 0 and 60000),
    primary key (title_id, number, from_at),
    foreign key (title_id, number) references on_sale (title_id, number)
);
