-- What we know of what we asked a provider for. asked: never, unknown (no answer has reached us), answered.
-- Payments from before this migration may have been begun, so their provider is asked.
alter table payment_intent add column asked text not null default 'unknown';

-- A refund's state: requested, unknown (asked for, no answer has reached us), pending (the provider is at it), done.
drop index refund_requested;

create index refund_undone on refund (place_id, requested_at) where state <> 'done';

-- The sandbox wallet is a program of its own now, with its own database. What stood here was pretend money.
drop table wallet_refund;

drop table wallet_trade;

drop table wallet_account;
