-- Payouts that went to the bank together. One file is one instruction: its text follows from these rows alone.
create table payout_file (
    place_id text not null,
    id text not null,
    payer_name text not null,
    payer_scheme text not null,
    payer_number text not null,
    payer_bank_code text not null,
    execute_on text not null,
    sent_by text not null,
    sent_at bigint not null,
    primary key (place_id, id)
);

-- What is owed to somebody on its way to their bank account.
-- state: proposed, approved, sent, paid, returned, withdrawn. Bank accounts: scheme iban, or cnaps with its bank code.
create table payout (
    place_id text not null,
    id text not null,
    key text not null,
    account text not null,
    org_id text not null,
    payee_name text not null,
    payee_scheme text not null,
    payee_number text not null,
    payee_bank_code text not null,
    amount_minor bigint not null,
    currency text not null,
    state text not null,
    proposed_by text not null,
    proposed_at bigint not null,
    approved_by text,
    approved_at bigint,
    file_id text,
    closed_by text,
    closed_at bigint,
    note text not null,
    primary key (place_id, id),
    unique (place_id, key),
    foreign key (place_id, file_id) references payout_file (place_id, id),
    constraint payout_has_amount check (amount_minor > 0),
    constraint payout_two_people check (approved_by is null or approved_by <> proposed_by),
    constraint payout_approved check (state in ('proposed', 'withdrawn') or approved_by is not null),
    constraint payout_in_file check ((state in ('sent', 'paid', 'returned')) = (file_id is not null))
);

create index payout_by_file on payout (place_id, file_id);
create index payout_by_state on payout (place_id, state, proposed_at);
