-- What a person has agreed to, until they withdraw it. purpose: audiences.
create table consent (
    person_id text not null references person (id),
    purpose text not null,
    given_at bigint not null,
    primary key (person_id, purpose)
);
