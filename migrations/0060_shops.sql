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
