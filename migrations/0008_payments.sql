-- kind: tickets, products. state: open, captured, closed, refunded (in full).
create table payment_intent (
    place_id text not null,
    id text not null,
    kind text not null,
    order_id text not null,
    payer_id text not null,
    provider text not null,
    provider_ref text,
    subject text not null,
    amount_minor bigint not null check (amount_minor > 0),
    captured_minor bigint not null,
    refunded_minor bigint not null,
    currency text not null,
    state text not null,
    expires_at bigint not null,
    created_at bigint not null,
    captured_at bigint,
    primary key (place_id, id),
    unique (place_id, order_id),
    constraint intent_within_amount check (captured_minor >= 0 and captured_minor <= amount_minor),
    constraint intent_refund_within_capture check (refunded_minor >= 0 and refunded_minor <= captured_minor)
);

create index payment_intent_open on payment_intent (place_id, expires_at) where state = 'open';

-- What a provider told us, once each.
create table payment_notice (
    place_id text not null,
    provider text not null,
    notice_id text not null,
    intent_id text not null,
    what text not null,
    amount_minor bigint not null,
    at bigint not null,
    primary key (place_id, provider, notice_id)
);

-- state: requested, done. The id is the key under which the provider is asked, however often.
create table refund (
    place_id text not null,
    id text not null,
    intent_id text not null,
    reason text not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    state text not null,
    requested_at bigint not null,
    done_at bigint,
    primary key (place_id, id),
    foreign key (place_id, intent_id) references payment_intent (place_id, id)
);

create index refund_requested on refund (place_id, requested_at) where state = 'requested';

-- The sandbox wallet's own tables; Ferryman's rooms never read them.
create table wallet_account (
    owner text not null primary key,
    balance_minor bigint not null constraint wallet_not_overdrawn check (balance_minor >= 0),
    currency text not null
);

-- state: waiting, paid, closed. out_trade_no is the merchant's key: here an intent.
create table wallet_trade (
    out_trade_no text not null primary key,
    place_id text not null,
    owner text not null,
    subject text not null,
    amount_minor bigint not null check (amount_minor > 0),
    refunded_minor bigint not null,
    currency text not null,
    state text not null,
    expires_at bigint not null,
    paid_at bigint,
    constraint wallet_refund_within_amount check (refunded_minor >= 0 and refunded_minor <= amount_minor)
);

create table wallet_refund (
    out_trade_no text not null references wallet_trade (out_trade_no),
    out_request_no text not null,
    amount_minor bigint not null,
    at bigint not null,
    primary key (out_trade_no, out_request_no)
);
