-- A provider's bill of one day, as it was taken in. The house has one account with a provider, for every place.
create table bill (
    provider text not null,
    day text not null,
    digest text not null,
    lines bigint not null,
    imported_at bigint not null,
    imported_by text not null,
    primary key (provider, day)
);

-- what: paid, refunded. payment_place and intent_id say whose it is, when it is one of ours.
create table bill_line (
    provider text not null,
    day text not null,
    number bigint not null,
    what text not null,
    key text not null,
    refund_id text not null,
    payment_place text,
    intent_id text,
    reference text not null,
    amount_minor bigint not null,
    fee_minor bigint not null,
    currency text not null,
    at bigint not null,
    primary key (provider, day, number),
    foreign key (provider, day) references bill (provider, day)
);

create index bill_line_by_key on bill_line (provider, key, refund_id);

-- Where a bill and our books differ. class: ours_only, theirs_only, amount, status, fee, cut_off, duplicate.
-- book: whose books hold the suspense. off_minor: what the provider holds by its bill, less what it holds by our books.
-- state: open, accepted (the provider is right), corrected (we are), found (it stood on another day's bill).
create table reconciliation_case (
    id text not null primary key,
    provider text not null,
    day text not null,
    class text not null,
    what text not null,
    key text not null,
    refund_id text not null,
    book text not null,
    intent_id text,
    ours_minor bigint,
    theirs_minor bigint,
    off_minor bigint not null,
    currency text not null,
    provider_says text not null,
    state text not null,
    opened_at bigint not null,
    closed_at bigint,
    closed_by text
);

create index reconciliation_case_open on reconciliation_case (provider, day) where state = 'open';

-- A payer's claim for their money, through their bank. state: open, won, lost.
create table dispute (
    place_id text not null,
    id text not null,
    intent_id text not null,
    reason text not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    answer_by text not null,
    state text not null,
    opened_at bigint not null,
    closed_at bigint,
    primary key (place_id, id),
    foreign key (place_id, intent_id) references payment_intent (place_id, id)
);

create index dispute_open on dispute (place_id, opened_at) where state = 'open';
