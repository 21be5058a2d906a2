-- When a session was last used by somebody who works here, to the minute; of others it stays when it was opened.
alter table session add column seen_at bigint not null default 0;

update session set seen_at = created_at;
