-- Links of one use by which somebody sets a new password, one each; only a hash of the code in it is kept. by_whom: the
-- operator who made it, or system for the machine's owner.
create table password_link (
    person_id text not null primary key references person (id),
    code_hash text not null unique,
    by_whom text not null,
    expires_at bigint not null
);
