-- Money lies in accounts. kind: outside (where money comes from and goes to), house (its fees), buyer, seller.
create table account (
    id text not null primary key,
    kind text not null,
    name text not null,
    logon_id text not null unique,
    balance_minor bigint not null,
    created_at bigint not null,
    constraint account_not_overdrawn check (kind = 'outside' or balance_minor >= 0)
);

-- Money moves from one account to another; rows are only ever added.
-- kind: top_up, payment, fee, refund, fee_back, withdrawal.
create table movement (
    id text not null primary key,
    debit_id text not null references account (id),
    credit_id text not null references account (id),
    amount_minor bigint not null,
    kind text not null,
    trade_no text,
    at bigint not null,
    constraint movement_positive check (amount_minor > 0)
);

create index movement_by_debit on movement (debit_id, at);
create index movement_by_credit on movement (credit_id, at);

create table app (
    app_id text not null primary key,
    seller_id text not null references account (id),
    name text not null,
    public_key text not null,
    app_cert_sn text not null,
    cipher_key text not null,
    hostility text not null,
    created_at bigint not null
);

-- An order that a buyer may open; it becomes a trade when somebody does.
create table checkout (
    token text not null primary key,
    app_id text not null references app (app_id),
    seller_id text not null,
    out_trade_no text not null,
    order_json text not null,
    opens_until bigint not null,
    created_at bigint not null,
    unique (seller_id, out_trade_no)
);

create table trade (
    trade_no text not null primary key,
    app_id text not null references app (app_id),
    seller_id text not null references account (id),
    out_trade_no text not null,
    buyer_id text not null references account (id),
    order_json text not null,
    subject text not null,
    total_minor bigint not null,
    refunded_minor bigint not null,
    fee_minor bigint not null,
    status text not null,
    auth_code text not null,
    created_at bigint not null,
    expires_at bigint not null,
    paid_at bigint,
    closed_at bigint,
    unique (seller_id, out_trade_no),
    constraint trade_refunded_at_most_paid check (refunded_minor >= 0 and refunded_minor <= total_minor)
);

create index trade_by_status on trade (status, expires_at);
create index trade_by_buyer on trade (buyer_id, created_at);
create index trade_by_payment on trade (seller_id, paid_at);

create table refund (
    trade_no text not null references trade (trade_no),
    out_request_no text not null,
    amount_minor bigint not null,
    fee_back_minor bigint not null,
    reason text not null,
    at bigint not null,
    primary key (trade_no, out_request_no)
);

create index refund_by_time on refund (at);

-- The bar code in a buyer's app.
create table auth_code (
    code text not null primary key,
    buyer_id text not null references account (id),
    expires_at bigint not null
);

-- state: waiting, delivered, given_up.
create table notice (
    id text not null primary key,
    app_id text not null references app (app_id),
    trade_no text not null references trade (trade_no),
    url text not null,
    fields text not null,
    state text not null,
    attempts bigint not null,
    next_at bigint not null,
    created_at bigint not null
);

create index notice_by_state on notice (state, next_at);
create index notice_by_trade on notice (trade_no, created_at);

create table delivery (
    notice_id text not null references notice (id),
    attempt bigint not null,
    outcome text not null,
    at bigint not null,
    primary key (notice_id, attempt)
);

create table bill_link (
    token text not null primary key,
    app_id text not null references app (app_id),
    day text not null,
    expires_at bigint not null
);
