-- A book belongs to a place. Balances are kept beside the entries and can be recomputed from them.
-- A limited account may not go below zero, counting what is pending against it.
create table account (
    book_id text not null,
    id text not null,
    currency text not null,
    limited boolean not null,
    debits_posted bigint not null,
    credits_posted bigint not null,
    debits_pending bigint not null,
    credits_pending bigint not null,
    primary key (book_id, id, currency),
    constraint account_not_overdrawn check (not limited or credits_posted >= debits_posted + debits_pending)
);

-- One row moves one amount from debit to credit: balanced by construction, never changed.
-- kind: posted, pending, post (of a pending one), void (of a pending one).
create table transfer (
    book_id text not null,
    id text not null,
    kind text not null,
    pending_id text,
    debit text not null,
    credit text not null,
    amount_minor bigint not null constraint transfer_is_positive check (amount_minor > 0),
    currency text not null,
    code text not null,
    reference text not null,
    happened_at bigint not null,
    booked_at bigint not null,
    primary key (book_id, id),
    foreign key (book_id, debit, currency) references account (book_id, id, currency),
    foreign key (book_id, credit, currency) references account (book_id, id, currency),
    constraint transfer_between_two check (debit <> credit)
);

-- A pending transfer is resolved once.
create unique index transfer_resolved_once on transfer (book_id, pending_id) where pending_id is not null;

create index transfer_by_reference on transfer (book_id, reference);
