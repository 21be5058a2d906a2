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
