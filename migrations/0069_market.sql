-- Whose figures a file holds, where they are one circuit's own and nobody else's.
alter table imported_file add column org_id text references org (id);

create index imported_file_by_org on imported_file (org_id, at);
