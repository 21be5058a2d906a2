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
