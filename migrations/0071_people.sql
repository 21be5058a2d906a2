-- What somebody is asked for beside their password. The key is sealed with the installation's own; no code of last_step (a
-- count of half minutes since 1970) or before is taken again. misses: wrong codes in a row.
create table second_factor (
    person_id text not null primary key references person (id),
    sealed_key text not null,
    since bigint not null,
    last_step bigint not null,
    misses bigint not null
);

-- What opens the account once when the second factor is lost; only hashes are kept, of those that were not used.
create table recovery_code (
    person_id text not null references person (id),
    code_hash text not null,
    primary key (person_id, code_hash)
);

-- A sign-in of which the password was right and the second factor is still to come. It is no session.
create table half_open_sign_in (
    token_hash text not null primary key,
    person_id text not null references person (id),
    expires_at bigint not null,
    tries_left bigint not null
);

create index half_open_sign_in_by_person on half_open_sign_in (person_id);

-- What others did to somebody's account, and who, until its owner was told of it at a sign-in.
create table account_notice (
    person_id text not null references person (id),
    what text not null,
    by_whom text not null,
    at bigint not null,
    primary key (person_id, what)
);
