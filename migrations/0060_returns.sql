-- Pieces of orders that went back. What went back of a line and of its order is kept beside what was sold; a return is
-- asked for under a key, once.
alter table product_order add column back_minor bigint not null default 0
    constraint order_gives_back_what_was_paid check (back_minor >= 0 and back_minor <= total_minor);

alter table product_order_line add column back_quantity bigint not null default 0
    constraint line_gives_back_what_it_sold check (back_quantity >= 0 and back_quantity <= quantity);

alter table product_order_line add column back_minor bigint not null default 0
    constraint line_gives_back_what_was_paid check (back_minor >= 0 and back_minor <= line_minor);

-- stock: restocked, lost. number counts the returns of an order from 1. taken_by is empty when the house did it itself.
create table product_return (
    place_id text not null,
    order_id text not null,
    number bigint not null,
    key text not null,
    stock text not null,
    amount_minor bigint not null,
    taken_by text not null,
    at bigint not null,
    primary key (place_id, order_id, number),
    unique (place_id, order_id, key),
    foreign key (place_id, order_id) references product_order (place_id, id)
);

-- before_quantity of the line's pieces had gone back when these did.
create table product_return_line (
    place_id text not null,
    order_id text not null,
    number bigint not null,
    listing_id text not null,
    before_quantity bigint not null,
    quantity bigint not null check (quantity > 0),
    amount_minor bigint not null,
    primary key (place_id, order_id, number, listing_id),
    foreign key (place_id, order_id, number) references product_return (place_id, order_id, number),
    foreign key (place_id, order_id, listing_id) references product_order_line (place_id, order_id, listing_id)
);

-- Orders that went back whole until now.
insert into product_return (place_id, order_id, number, key, stock, amount_minor, taken_by, at)
select place_id, id, 1, '', 'restocked', total_minor, buyer_id, coalesce(closed_at, created_at)
from product_order
where state = 'refunded';

insert into product_return_line (place_id, order_id, number, listing_id, before_quantity, quantity, amount_minor)
select line.place_id, line.order_id, 1, line.listing_id, 0, line.quantity, line.line_minor
from product_order_line line
join product_return taken on taken.place_id = line.place_id and taken.order_id = line.order_id;

update product_order set back_minor = total_minor where state = 'refunded';

update product_order_line set back_quantity = quantity, back_minor = line_minor
where exists (
    select 1 from product_return taken
    where taken.place_id = product_order_line.place_id and taken.order_id = product_order_line.order_id
);

-- kind: sale, refund. number is 0 for the sale, else that of the return. quantity: pieces, negative when they went back.
create table accrual_by_return (
    place_id text not null,
    order_id text not null,
    listing_id text not null,
    kind text not null,
    number bigint not null,
    quantity bigint not null,
    contract_id text not null,
    title_id text not null,
    merchant_org_id text not null,
    net_sales_minor bigint not null,
    royalty_minor bigint not null,
    licensor_minor bigint not null,
    platform_minor bigint not null,
    fund_minor bigint not null,
    currency text not null,
    at bigint not null,
    primary key (place_id, order_id, listing_id, number),
    constraint royalty_of_line_adds_up check (royalty_minor = licensor_minor + platform_minor)
);

insert into accrual_by_return (place_id, order_id, listing_id, kind, number, quantity, contract_id, title_id,
    merchant_org_id, net_sales_minor, royalty_minor, licensor_minor, platform_minor, fund_minor, currency, at)
select accrual.place_id, accrual.order_id, accrual.listing_id, accrual.kind,
    case when accrual.kind = 'sale' then 0 else 1 end,
    case when accrual.kind = 'sale' then line.quantity else -line.quantity end,
    accrual.contract_id, accrual.title_id, accrual.merchant_org_id, accrual.net_sales_minor, accrual.royalty_minor,
    accrual.licensor_minor, accrual.platform_minor, accrual.fund_minor, accrual.currency, accrual.at
from royalty_accrual accrual
join product_order_line line on line.place_id = accrual.place_id and line.order_id = accrual.order_id
    and line.listing_id = accrual.listing_id;

drop table royalty_accrual;

alter table accrual_by_return rename to royalty_accrual;

create index royalty_accrual_by_contract on royalty_accrual (place_id, contract_id);

-- What of a credited sale went back since.
alter table ad_credit add column back_minor bigint not null default 0;

update ad_credit set back_minor = amount_minor where reversed_at is not null;

update ad_credit
set back_minor = amount_minor - (
    select orders.paid_minor from ticket_order orders
    where orders.place_id = ad_credit.place_id and orders.id = ad_credit.order_id
)
where kind = 'tickets' and reversed_at is null and exists (
    select 1 from ticket_order orders
    where orders.place_id = ad_credit.place_id and orders.id = ad_credit.order_id
);

-- What disputes hold of a payment, or have taken of it; a refund is made of the rest.
alter table payment_intent add column disputed_minor bigint not null default 0
    constraint intent_disputed_within_capture
        check (disputed_minor >= 0 and refunded_minor + disputed_minor <= captured_minor);

update payment_intent
set disputed_minor = (
    select case when sum(dispute.amount_minor) > payment_intent.captured_minor - payment_intent.refunded_minor
        then payment_intent.captured_minor - payment_intent.refunded_minor else sum(dispute.amount_minor) end
    from dispute
    where dispute.place_id = payment_intent.place_id and dispute.intent_id = payment_intent.id
        and dispute.state in ('open', 'lost')
)
where exists (
    select 1 from dispute
    where dispute.place_id = payment_intent.place_id and dispute.intent_id = payment_intent.id
        and dispute.state in ('open', 'lost')
);
