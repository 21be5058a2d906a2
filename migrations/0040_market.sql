-- A file that was brought in and changed something, with what became of its lines.
create table imported_file (
    id text not null primary key,
    kind text not null,
    file text not null,
    at bigint not null,
    actor text not null,
    rows_read bigint not null,
    rows_refused bigint not null,
    rows_repeated bigint not null,
    cells_unknown bigint not null,
    subjects bigint not null,
    first_day text,
    last_day text,
    added bigint not null,
    corrected bigint not null,
    refusals text not null
);

create index imported_file_by_time on imported_file (at);

-- What was learned about a subject, and when; only ever appended to, so that any earlier state of knowledge
-- can be told. kind: cinema, film, model, run, taste. body is JSON.
create table learned (
    source text not null,
    kind text not null,
    subject text not null,
    learned_at bigint not null,
    imported_file_id text references imported_file (id),
    body text not null,
    primary key (source, kind, subject, learned_at)
);
