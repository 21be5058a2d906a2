-- What a person keeps out of what they agreed to: a film or a product that no suggestion may rest on.
create table consent_exception (
    person_id text not null references person (id),
    purpose text not null,
    subject text not null,
    at bigint not null,
    primary key (person_id, purpose, subject)
);
