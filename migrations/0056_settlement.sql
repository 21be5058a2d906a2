-- A bank account counts once a second person has said that it may; what was told before this counts as it did.
-- state: proposed, approved, refused.
alter table bank_account add column state text not null default 'approved'
    constraint bank_account_state check (state in ('proposed', 'approved', 'refused'));
alter table bank_account add column decided_by text
    constraint bank_account_two_people check (decided_by is null or decided_by <> changed_by);
alter table bank_account add column decided_at bigint;
