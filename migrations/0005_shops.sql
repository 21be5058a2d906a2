create table shop (
    place_id text not null primary key,
    org_id text not null references org (id),
    slug text not null unique,
    name_en text not null,
    name_zh text not null,
    currency text not null,
    commission_ppm bigint not null check (commission_ppm between 0 and 1000000),
    created_at bigint not null
);

-- What a merchant makes; a licensed product names its title and contract.
create table product (
    id text not null primary key,
    merchant_org_id text not null references org (id),
    title_id text references title (id),
    contract_id text,
    name_en text not null,
    name_zh text not null,
    about_en text not null,
    about_zh text not null,
    category text not null,
    artwork text not null,
    created_at bigint not null
);

create index product_by_merchant on product (merchant_org_id, created_at);

create index product_by_title on product (title_id, created_at);

-- state: listed, delisted. stock is what may still be promised.
create table listing (
    place_id text not null references shop (place_id),
    id text not null,
    product_id text not null references product (id),
    merchant_org_id text not null,
    title_id text,
    contract_id text,
    price_minor bigint not null check (price_minor > 0),
    currency text not null,
    vat_ppm bigint not null check (vat_ppm between 0 and 1000000),
    stock bigint not null constraint listing_has_stock check (stock >= 0),
    state text not null,
    created_at bigint not null,
    primary key (place_id, id),
    unique (place_id, product_id)
);

create table basket_line (
    place_id text not null,
    person_id text not null,
    listing_id text not null,
    quantity bigint not null check (quantity > 0),
    added_at bigint not null,
    primary key (place_id, person_id, listing_id),
    foreign key (place_id, listing_id) references listing (place_id, id)
);

-- state: placed, paid, shipped, expired, refunded; closed_at is when it left placed, or last changed after.
-- asked is the JSON of what the buyer sent under the key. total = sum of lines.
create table product_order (
    place_id text not null,
    id text not null,
    buyer_id text not null,
    key text not null,
    asked text not null,
    state text not null,
    pay_until bigint not null,
    total_minor bigint not null check (total_minor > 0),
    currency text not null,
    recipient text not null,
    address text not null,
    click text,
    created_at bigint not null,
    closed_at bigint,
    primary key (place_id, id),
    unique (place_id, buyer_id, key)
);

create index product_order_by_buyer on product_order (place_id, buyer_id, created_at);

create index product_order_placed on product_order (place_id, pay_until) where state = 'placed';

create table product_order_line (
    place_id text not null,
    order_id text not null,
    listing_id text not null,
    product_id text not null,
    merchant_org_id text not null,
    title_id text,
    contract_id text,
    quantity bigint not null check (quantity > 0),
    price_minor bigint not null,
    line_minor bigint not null,
    vat_ppm bigint not null,
    primary key (place_id, order_id, listing_id),
    foreign key (place_id, order_id) references product_order (place_id, id)
);

create index product_order_line_by_merchant on product_order_line (place_id, merchant_org_id);
