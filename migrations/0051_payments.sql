-- What was put together against a dispute, its number at the provider (empty when it was recorded by hand), and who
-- decided it.
alter table dispute add column evidence text not null default '';
alter table dispute add column number text not null default '';
alter table dispute add column closed_by text not null default '';
