-- The bank account of an organisation, as it was told each time; the highest number counts, nothing is overwritten.
-- Schemes: iban; cnaps and bic with the code of the bank.
create table bank_account (
    org_id text not null,
    number bigint not null,
    holder text not null,
    scheme text not null,
    account_number text not null,
    bank_code text not null,
    changed_by text not null,
    changed_at bigint not null,
    primary key (org_id, number)
);

-- Files of several places that went to the bank as one message; empty when a file is a message of its own.
alter table payout_file add column message text not null default '';

-- What a bank told of our payouts, taken in once: the digest is over its bytes.
create table bank_answer (
    digest text not null primary key,
    name text not null,
    lines bigint not null,
    taken_at bigint not null,
    taken_by text not null
);

-- outcome: paid, returned, pending. came_to: closed, before, waits, unknown, amount_differs, state_differs.
create table bank_answer_line (
    digest text not null,
    number bigint not null,
    payout text not null,
    outcome text not null,
    amount_minor bigint,
    currency text,
    says text not null,
    came_to text not null,
    primary key (digest, number),
    foreign key (digest) references bank_answer (digest)
);
