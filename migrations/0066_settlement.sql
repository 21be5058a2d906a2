-- What the law where the house is at home takes off a price, from a day on. Whoever sold before that day keeps its own.
-- taken_of: goods, tickets.
create table tax_rate (
    taken_of text not null,
    starts_on text not null,
    rate_ppm bigint not null,
    written_by text not null,
    written_at bigint not null,
    primary key (taken_of, starts_on),
    constraint tax_rate_part check (rate_ppm >= 0 and rate_ppm <= 1000000)
);
