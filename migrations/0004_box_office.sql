create table city (
    code text not null primary key,
    name_en text not null,
    name_zh text not null,
    tier bigint not null,
    longitude double precision not null,
    latitude double precision not null
);

create table cinema (
    place_id text not null primary key,
    org_id text not null references org (id),
    city_code text not null references city (code),
    slug text not null unique,
    name_en text not null,
    name_zh text not null,
    address_en text not null,
    address_zh text not null,
    zone text not null,
    currency text not null,
    service_fee_minor bigint not null check (service_fee_minor >= 0),
    created_at bigint not null
);

-- seat_map is JSON: rows of seats and aisles.
create table hall (
    place_id text not null references cinema (place_id),
    id text not null,
    name_en text not null,
    name_zh text not null,
    seat_map text not null,
    seats bigint not null check (seats > 0),
    primary key (place_id, id)
);

-- state: open, closed. day is the cinema's business day.
create table showtime (
    place_id text not null,
    id text not null,
    hall_id text not null,
    title_id text not null references title (id),
    starts_at bigint not null,
    ends_at bigint not null,
    day text not null,
    version text not null,
    state text not null,
    price_minor bigint not null check (price_minor >= 0),
    minimum_minor bigint not null check (minimum_minor >= 0),
    currency text not null,
    seats bigint not null,
    primary key (place_id, id),
    foreign key (place_id, hall_id) references hall (place_id, id)
);

create index showtime_by_title_day on showtime (place_id, title_id, day);

create index showtime_by_hall on showtime (place_id, hall_id, starts_at);

-- state: held, paid, expired, cancelled, refunded.
-- paid = base - subsidy + fee, where base is the split base, fee the service fee.
create table ticket_order (
    place_id text not null,
    id text not null,
    showtime_id text not null,
    title_id text not null,
    buyer_id text not null,
    key text not null,
    asked text not null,
    state text not null,
    held_until bigint not null,
    seats bigint not null check (seats > 0),
    paid_minor bigint not null check (paid_minor >= 0),
    fee_minor bigint not null check (fee_minor >= 0),
    base_minor bigint not null check (base_minor >= 0),
    subsidy_minor bigint not null check (subsidy_minor >= 0),
    subsidy_funder text,
    currency text not null,
    click text,
    created_at bigint not null,
    closed_at bigint,
    primary key (place_id, id),
    unique (place_id, buyer_id, key),
    foreign key (place_id, showtime_id) references showtime (place_id, id),
    constraint ticket_order_adds_up check (paid_minor = base_minor - subsidy_minor + fee_minor)
);

create index ticket_order_by_buyer on ticket_order (place_id, buyer_id, created_at);

create index ticket_order_by_showtime on ticket_order (place_id, showtime_id);

create index ticket_order_held on ticket_order (place_id, held_until) where state = 'held';

create table ticket_order_line (
    place_id text not null,
    order_id text not null,
    seat text not null,
    kind text not null,
    paid_minor bigint not null,
    fee_minor bigint not null,
    base_minor bigint not null,
    subsidy_minor bigint not null,
    primary key (place_id, order_id, seat),
    foreign key (place_id, order_id) references ticket_order (place_id, id)
);

-- A seat has a row while it is held or sold; a hold whose time is over may be taken.
create table showtime_seat (
    place_id text not null,
    showtime_id text not null,
    seat text not null,
    state text not null,
    order_id text not null,
    held_until bigint not null,
    primary key (place_id, showtime_id, seat),
    foreign key (place_id, showtime_id) references showtime (place_id, id)
);

create table ticket (
    place_id text not null,
    id text not null,
    order_id text not null,
    showtime_id text not null,
    seat text not null,
    issued_at bigint not null,
    admitted_at bigint,
    admitted_by text,
    voided_at bigint,
    primary key (place_id, id),
    foreign key (place_id, order_id) references ticket_order (place_id, id)
);

-- The last word on selling a seat once.
create unique index ticket_seat_once on ticket (place_id, showtime_id, seat) where voided_at is null;

create index ticket_by_order on ticket (place_id, order_id);
