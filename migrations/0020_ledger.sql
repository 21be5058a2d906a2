-- A reservation may end by itself.
alter table transfer add column expires_at bigint;

create index transfer_reserved_until on transfer (book_id, expires_at) where kind = 'pending' and expires_at is not null;

-- Books are read in the order in which they were written.
create index transfer_by_booking on transfer (book_id, booked_at, id);

-- What was booked up to an instant is closed under a digest that covers the one before it.
create table seal (
    book_id text not null,
    number bigint not null,
    until bigint not null,
    transfers bigint not null,
    previous text not null,
    digest text not null,
    sealed_at bigint not null,
    primary key (book_id, number)
);

-- The sums of every account that moved under a seal, as they stood at its end.
create table checkpoint (
    book_id text not null,
    account text not null,
    currency text not null,
    number bigint not null,
    debits_posted bigint not null,
    credits_posted bigint not null,
    debits_pending bigint not null,
    credits_pending bigint not null,
    primary key (book_id, account, currency, number),
    foreign key (book_id, number) references seal (book_id, number)
);
