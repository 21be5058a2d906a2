-- Who asked to be erased: the number is all that is left of them, and it names nobody any more. Kept so that what
-- was on its way at that moment is found, and so that a copy from before can be put right.
create table erasure (
    person_id text not null primary key,
    asked_by text not null,
    at bigint not null,
    done_at bigint
);
create index erasure_undone on erasure (at) where done_at is null;
