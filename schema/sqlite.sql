-- What the migrations make on SQLite; a test keeps it so. Change it by adding a migration.

CREATE TABLE account (
    book_id text not null,
    id text not null,
    currency text not null,
    limited boolean not null,
    debits_posted bigint not null,
    credits_posted bigint not null,
    debits_pending bigint not null,
    credits_pending bigint not null,
    primary key (book_id, id, currency),
    constraint account_not_overdrawn check (not limited or credits_posted >= debits_posted + debits_pending)
);

CREATE TABLE account_notice (
    person_id text not null references person (id),
    what text not null,
    by_whom text not null,
    at bigint not null,
    primary key (person_id, what)
);

CREATE TABLE ad_credit (
    place_id text not null,
    order_id text not null,
    click_place_id text not null,
    click_id text not null,
    campaign_id text not null,
    title_id text not null,
    kind text not null,
    amount_minor bigint not null,
    currency text not null,
    at bigint not null,
    reversed_at bigint, back_minor bigint not null default 0,
    primary key (place_id, order_id)
);

CREATE TABLE allotment (
    place_id text not null,
    campaign_id text not null references campaign (id),
    allotted_minor bigint not null,
    spent_minor bigint not null,
    currency text not null,
    primary key (place_id, campaign_id),
    constraint allotment_within_budget check (spent_minor >= 0 and spent_minor <= allotted_minor)
);

CREATE TABLE allotment_part (
    place_id text not null,
    campaign_id text not null references campaign (id),
    surface_id text not null,
    city text not null,
    allotted_minor bigint not null,
    spent_minor bigint not null,
    primary key (place_id, campaign_id, surface_id, city),
    constraint allotment_part_within_budget check (spent_minor >= 0 and spent_minor <= allotted_minor)
);

CREATE TABLE application (
    id text not null primary key,
    offer_id text not null references licence_offer (id),
    title_id text not null,
    licensor_org_id text not null,
    merchant_org_id text not null references org (id),
    key text not null,
    product_en text not null,
    product_zh text not null,
    category text not null,
    concept text not null,
    artwork text not null,
    planned_price_minor bigint not null check (planned_price_minor > 0),
    planned_units bigint not null check (planned_units > 0),
    currency text not null,
    state text not null,
    created_at bigint not null,
    unique (merchant_org_id, key)
);

CREATE TABLE approval (
    application_id text not null references application (id),
    stage text not null,
    decision text not null,
    note text not null,
    decided_by text not null,
    at bigint not null,
    primary key (application_id, stage)
);

CREATE TABLE audience (
    id text not null primary key,
    org_id text not null references org (id),
    name text not null,
    rule text not null,
    created_at bigint not null,
    changed_at bigint not null
);

CREATE TABLE bank_account (
    org_id text not null,
    number bigint not null,
    holder text not null,
    scheme text not null,
    account_number text not null,
    bank_code text not null,
    changed_by text not null,
    changed_at bigint not null, state text not null default 'approved'
    constraint bank_account_state check (state in ('proposed', 'approved', 'refused')), decided_by text
    constraint bank_account_two_people check (decided_by is null or decided_by <> changed_by), decided_at bigint,
    primary key (org_id, number)
);

CREATE TABLE bank_answer (
    digest text not null primary key,
    name text not null,
    lines bigint not null,
    taken_at bigint not null,
    taken_by text not null
);

CREATE TABLE bank_answer_line (
    digest text not null,
    number bigint not null,
    payout text not null,
    outcome text not null,
    amount_minor bigint,
    currency text,
    says text not null,
    came_to text not null,
    primary key (digest, number),
    foreign key (digest) references bank_answer (digest)
);

CREATE TABLE basket_line (
    place_id text not null,
    person_id text not null,
    listing_id text not null,
    quantity bigint not null check (quantity > 0),
    added_at bigint not null,
    primary key (place_id, person_id, listing_id),
    foreign key (place_id, listing_id) references listing (place_id, id)
);

CREATE TABLE bill (
    provider text not null,
    day text not null,
    digest text not null,
    lines bigint not null,
    imported_at bigint not null,
    imported_by text not null,
    primary key (provider, day)
);

CREATE TABLE bill_line (
    provider text not null,
    day text not null,
    number bigint not null,
    what text not null,
    key text not null,
    refund_id text not null,
    payment_place text,
    intent_id text,
    reference text not null,
    amount_minor bigint not null,
    fee_minor bigint not null,
    currency text not null,
    at bigint not null,
    primary key (provider, day, number),
    foreign key (provider, day) references bill (provider, day)
);

CREATE TABLE budget_line (
    title_id text not null references title (id),
    id text not null,
    category text not null,
    label text not null,
    planned_minor bigint not null check (planned_minor >= 0),
    currency text not null,
    primary key (title_id, id)
);

CREATE TABLE campaign (
    id text not null primary key,
    title_id text not null references title (id),
    org_id text not null references org (id),
    name text not null,
    state text not null,
    starts_at bigint not null,
    ends_at bigint not null,
    budget_minor bigint not null check (budget_minor > 0),
    click_minor bigint not null check (click_minor > 0),
    currency text not null,
    created_at bigint not null
, holdout_ppm bigint not null default 0);

CREATE TABLE campaign_audience (
    campaign_id text not null primary key references campaign (id),
    audience_id text not null references audience (id)
);

CREATE TABLE campaign_surface (
    campaign_id text not null references campaign (id),
    surface_id text not null references surface (id),
    primary key (campaign_id, surface_id)
);

CREATE TABLE channel (
    id text not null primary key,
    place_id text not null unique,
    org_id text not null references org (id),
    slug text not null unique,
    kind text not null,
    name_en text not null,
    name_zh text not null,
    about_en text not null,
    about_zh text not null,
    artwork text not null,
    created_at bigint not null
);

CREATE TABLE checkpoint (
    book_id text not null,
    account text not null,
    currency text not null,
    number bigint not null,
    debits_posted bigint not null,
    credits_posted bigint not null,
    debits_pending bigint not null,
    credits_pending bigint not null,
    primary key (book_id, account, currency, number),
    foreign key (book_id, number) references seal (book_id, number)
);

CREATE TABLE cinema (
    place_id text not null primary key,
    org_id text not null references org (id),
    city_code text not null references city (code),
    slug text not null unique,
    name_en text not null,
    name_zh text not null,
    address_en text not null,
    address_zh text not null,
    zone text not null,
    currency text not null,
    service_fee_minor bigint not null check (service_fee_minor >= 0),
    created_at bigint not null
);

CREATE TABLE city (
    code text not null primary key,
    name_en text not null,
    name_zh text not null,
    tier bigint not null,
    longitude double precision not null,
    latitude double precision not null
);

CREATE TABLE click (
    place_id text not null,
    id text not null,
    impression_id text not null,
    campaign_id text not null,
    title_id text not null,
    surface_id text not null,
    visitor text not null,
    cost_minor bigint not null check (cost_minor >= 0),
    currency text not null,
    at bigint not null, city text not null default '',
    primary key (place_id, id),
    unique (place_id, impression_id)
);

CREATE TABLE consent (
    person_id text not null references person (id),
    purpose text not null,
    given_at bigint not null,
    primary key (person_id, purpose)
);

CREATE TABLE consent_exception (
    person_id text not null references person (id),
    purpose text not null,
    subject text not null,
    at bigint not null,
    primary key (person_id, purpose, subject)
);

CREATE TABLE cost (
    title_id text not null,
    id text not null,
    budget_line_id text not null,
    label text not null,
    amount_minor bigint not null,
    currency text not null,
    day text not null,
    primary key (title_id, id),
    foreign key (title_id, budget_line_id) references budget_line (title_id, id)
);

CREATE TABLE creative (
    id text not null primary key,
    campaign_id text not null references campaign (id),
    headline_en text not null,
    headline_zh text not null,
    text_en text not null,
    text_zh text not null,
    artwork text not null,
    created_at bigint not null
);

CREATE TABLE credit (
    title_id text not null references title (id),
    position bigint not null,
    job text not null,
    name_en text not null,
    name_zh text not null,
    primary key (title_id, position)
);

CREATE TABLE dispute (
    place_id text not null,
    id text not null,
    intent_id text not null,
    reason text not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    answer_by text not null,
    state text not null,
    opened_at bigint not null,
    closed_at bigint, evidence text not null default '', number text not null default '', closed_by text not null default '', held_minor bigint not null default 0
    constraint dispute_holds_at_most_its_amount check (held_minor >= 0 and held_minor <= amount_minor),
    primary key (place_id, id),
    foreign key (place_id, intent_id) references payment_intent (place_id, id)
);

CREATE TABLE erasure (
    person_id text not null primary key,
    asked_by text not null,
    at bigint not null,
    done_at bigint
);

CREATE TABLE event (
    place_id text not null,
    id text not null,
    at bigint not null,
    kind text not null,
    actor text not null,
    title_id text,
    subject text not null,
    body text not null,
    primary key (place_id, id)
);

CREATE TABLE half_open_sign_in (
    token_hash text not null primary key,
    person_id text not null references person (id),
    expires_at bigint not null,
    tries_left bigint not null
);

CREATE TABLE hall (
    place_id text not null references cinema (place_id),
    id text not null,
    name_en text not null,
    name_zh text not null,
    seat_map text not null,
    seats bigint not null check (seats > 0),
    primary key (place_id, id)
);

CREATE TABLE imported_file (
    id text not null primary key,
    kind text not null,
    file text not null,
    at bigint not null,
    actor text not null,
    rows_read bigint not null,
    rows_refused bigint not null,
    rows_repeated bigint not null,
    cells_unknown bigint not null,
    subjects bigint not null,
    first_day text,
    last_day text,
    added bigint not null,
    corrected bigint not null,
    refusals text not null
, org_id text references org (id));

CREATE TABLE impression (
    place_id text not null,
    id text not null,
    campaign_id text not null,
    creative_id text not null,
    surface_id text not null,
    title_id text not null,
    visitor text not null,
    propensity_ppm bigint not null,
    at bigint not null, unit text not null default '', city text not null default '',
    primary key (place_id, id)
);

CREATE TABLE learned (
    source text not null,
    kind text not null,
    subject text not null,
    learned_at bigint not null,
    imported_file_id text references imported_file (id),
    body text not null,
    primary key (source, kind, subject, learned_at)
);

CREATE TABLE licence_contract (
    id text not null primary key,
    application_id text not null unique references application (id),
    title_id text not null,
    licensor_org_id text not null,
    merchant_org_id text not null,
    category text not null,
    territory text not null,
    rates text not null,
    royalty_ppm bigint not null,
    fund_ppm bigint not null,
    platform_ppm bigint not null,
    guarantee_minor bigint not null,
    currency text not null,
    starts_on text not null,
    ends_on text not null,
    created_at bigint not null
);

CREATE TABLE licence_offer (
    id text not null primary key,
    title_id text not null references title (id),
    licensor_org_id text not null references org (id),
    name_en text not null,
    name_zh text not null,
    about_en text not null,
    about_zh text not null,
    categories text not null,
    territory text not null,
    rates text not null,
    royalty_ppm bigint not null,
    fund_ppm bigint not null,
    platform_ppm bigint not null,
    guarantee_minor bigint not null check (guarantee_minor >= 0),
    currency text not null,
    term_days bigint not null check (term_days > 0),
    closes_on text not null,
    state text not null,
    created_at bigint not null
);

CREATE TABLE listing (
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

CREATE TABLE membership (
    person_id text not null references person (id),
    org_id text not null references org (id),
    role text not null,
    primary key (person_id, org_id, role)
);

CREATE TABLE migration (name text not null, statement bigint not null, primary key (name, statement));

CREATE TABLE on_sale (
    title_id text not null references title (id),
    number bigint not null,
    opens_at bigint not null,
    closes_at bigint not null,
    turn_minutes bigint not null constraint on_sale_turn check (turn_minutes between 1 and 120),
    -- The first position that nobody has; before the doors open, how many have joined.
    next_position bigint not null default 0 constraint on_sale_positions check (next_position >= 0),
    -- How many had joined when the doors opened.
    early bigint,
    primary key (title_id, number),
    constraint on_sale_opens_before_it_closes check (opens_at <= closes_at)
);

CREATE TABLE on_sale_pace (
    title_id text not null,
    number bigint not null,
    from_at bigint not null,
    per_minute bigint not null constraint on_sale_pace_limits check (per_minute between 0 and 60000),
    primary key (title_id, number, from_at),
    foreign key (title_id, number) references on_sale (title_id, number)
);

CREATE TABLE org (
    id text not null primary key,
    kind text not null,
    name_en text not null,
    name_zh text not null,
    created_at bigint not null
);

CREATE TABLE password_link (
    person_id text not null primary key references person (id),
    code_hash text not null unique,
    by_whom text not null,
    expires_at bigint not null
);

CREATE TABLE payment_intent (
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
    captured_at bigint, asked text not null default 'unknown', disputed_minor bigint not null default 0
    constraint intent_disputed_within_capture
        check (disputed_minor >= 0 and refunded_minor + disputed_minor <= captured_minor),
    primary key (place_id, id),
    unique (place_id, order_id),
    constraint intent_within_amount check (captured_minor >= 0 and captured_minor <= amount_minor),
    constraint intent_refund_within_capture check (refunded_minor >= 0 and refunded_minor <= captured_minor)
);

CREATE TABLE payment_notice (
    place_id text not null,
    provider text not null,
    notice_id text not null,
    intent_id text not null,
    what text not null,
    amount_minor bigint not null,
    at bigint not null,
    primary key (place_id, provider, notice_id)
);

CREATE TABLE payout (
    place_id text not null,
    id text not null,
    key text not null,
    account text not null,
    org_id text not null,
    payee_name text not null,
    payee_scheme text not null,
    payee_number text not null,
    payee_bank_code text not null,
    amount_minor bigint not null,
    currency text not null,
    state text not null,
    proposed_by text not null,
    proposed_at bigint not null,
    approved_by text,
    approved_at bigint,
    file_id text,
    closed_by text,
    closed_at bigint,
    note text not null,
    primary key (place_id, id),
    unique (place_id, key),
    foreign key (place_id, file_id) references payout_file (place_id, id),
    constraint payout_has_amount check (amount_minor > 0),
    constraint payout_two_people check (approved_by is null or approved_by <> proposed_by),
    constraint payout_approved check (state in ('proposed', 'withdrawn') or approved_by is not null),
    constraint payout_in_file check ((state in ('sent', 'paid', 'returned')) = (file_id is not null))
);

CREATE TABLE payout_file (
    place_id text not null,
    id text not null,
    payer_name text not null,
    payer_scheme text not null,
    payer_number text not null,
    payer_bank_code text not null,
    execute_on text not null,
    sent_by text not null,
    sent_at bigint not null, message text not null default '',
    primary key (place_id, id)
);

CREATE TABLE person (
    id text not null primary key,
    email text not null unique,
    name text not null,
    lang text not null,
    password_hash text not null,
    created_at bigint not null
);

CREATE TABLE planning_rules (
    place_id text not null primary key references cinema (place_id),
    rules text not null,
    changed_at bigint not null,
    changed_by text not null
);

CREATE TABLE product (
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

CREATE TABLE product_order (
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
    closed_at bigint, back_minor bigint not null default 0
    constraint order_gives_back_what_was_paid check (back_minor >= 0 and back_minor <= total_minor),
    primary key (place_id, id),
    unique (place_id, buyer_id, key)
);

CREATE TABLE product_order_line (
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
    vat_ppm bigint not null, back_quantity bigint not null default 0
    constraint line_gives_back_what_it_sold check (back_quantity >= 0 and back_quantity <= quantity), back_minor bigint not null default 0
    constraint line_gives_back_what_was_paid check (back_minor >= 0 and back_minor <= line_minor),
    primary key (place_id, order_id, listing_id),
    foreign key (place_id, order_id) references product_order (place_id, id)
);

CREATE TABLE product_return (
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

CREATE TABLE product_return_line (
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

CREATE TABLE reconciliation_case (
    id text not null primary key,
    provider text not null,
    day text not null,
    class text not null,
    what text not null,
    key text not null,
    refund_id text not null,
    book text not null,
    intent_id text,
    ours_minor bigint,
    theirs_minor bigint,
    off_minor bigint not null,
    currency text not null,
    provider_says text not null,
    state text not null,
    opened_at bigint not null,
    closed_at bigint,
    closed_by text
);

CREATE TABLE recovery_code (
    person_id text not null references person (id),
    code_hash text not null,
    primary key (person_id, code_hash)
);

CREATE TABLE refund (
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

CREATE TABLE rights_window (
    title_id text not null references title (id),
    id text not null,
    territory text not null,
    medium text not null,
    exclusive boolean not null,
    holder text not null,
    starts_on text not null,
    ends_on text,
    primary key (title_id, id)
);

CREATE TABLE "royalty_accrual" (
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

CREATE TABLE seal (
    book_id text not null,
    number bigint not null,
    until bigint not null,
    transfers bigint not null,
    previous text not null,
    digest text not null,
    sealed_at bigint not null,
    primary key (book_id, number)
);

CREATE TABLE second_factor (
    person_id text not null primary key references person (id),
    sealed_key text not null,
    since bigint not null,
    last_step bigint not null,
    misses bigint not null
);

CREATE TABLE session (
    token_hash text not null primary key,
    person_id text not null references person (id),
    created_at bigint not null,
    expires_at bigint not null
, seen_at bigint not null default 0);

CREATE TABLE setting (
    name text not null primary key,
    value text not null
);

CREATE TABLE settlement_terms (
    id text not null primary key,
    title_id text not null references title (id),
    territory text not null,
    starts_on text not null,
    ends_on text,
    terms text not null,
    created_at bigint not null
);

CREATE TABLE shop (
    place_id text not null primary key,
    org_id text not null references org (id),
    slug text not null unique,
    name_en text not null,
    name_zh text not null,
    currency text not null,
    commission_ppm bigint not null check (commission_ppm between 0 and 1000000),
    created_at bigint not null
);

CREATE TABLE showings_plan (
    place_id text not null references cinema (place_id),
    id text not null,
    first_day text not null,
    last_day text not null,
    state text not null check (state in ('made', 'taken', 'undone')),
    made_at bigint not null,
    made_by text not null,
    body text not null,
    primary key (place_id, id)
);

CREATE TABLE showings_plan_change (
    place_id text not null,
    plan_id text not null,
    showtime_id text not null,
    did text not null check (did in ('added', 'closed')),
    primary key (place_id, plan_id, showtime_id),
    foreign key (place_id, plan_id) references showings_plan (place_id, id),
    foreign key (place_id, showtime_id) references showtime (place_id, id)
);

CREATE TABLE showtime (
    place_id text not null,
    id text not null,
    hall_id text not null,
    title_id text not null references title (id),
    starts_at bigint not null,
    ends_at bigint not null,
    day text not null,
    version text not null,
    state text not null,
    price_minor bigint not null check (price_minor >= 0),
    minimum_minor bigint not null check (minimum_minor >= 0),
    currency text not null,
    seats bigint not null,
    primary key (place_id, id),
    foreign key (place_id, hall_id) references hall (place_id, id)
);

CREATE TABLE showtime_seat (
    place_id text not null,
    showtime_id text not null,
    seat text not null,
    state text not null,
    order_id text not null,
    held_until bigint not null,
    primary key (place_id, showtime_id, seat),
    foreign key (place_id, showtime_id) references showtime (place_id, id)
);

CREATE TABLE statement (
    place_id text not null,
    id text not null,
    title_id text not null,
    terms_id text not null,
    starts_on text not null,
    ends_on text not null,
    admissions bigint not null,
    consumers_minor bigint not null,
    fee_minor bigint not null,
    subsidy_minor bigint not null,
    base_minor bigint not null,
    special_fund_central_minor bigint not null,
    special_fund_provincial_minor bigint not null,
    tax_minor bigint not null,
    net_minor bigint not null,
    exhibition_minor bigint not null,
    agency_minor bigint not null,
    distribution_minor bigint not null,
    producer_minor bigint not null,
    currency text not null,
    issued_at bigint not null,
    primary key (place_id, id),
    unique (place_id, title_id, starts_on, ends_on),
    constraint statement_net_adds_up check (
        net_minor = base_minor - special_fund_central_minor - special_fund_provincial_minor - tax_minor
    ),
    constraint statement_split_adds_up check (
        net_minor = exhibition_minor + agency_minor + distribution_minor + producer_minor
    )
);

CREATE TABLE surface (
    id text not null primary key,
    channel_id text not null references channel (id),
    place_id text not null,
    code text not null,
    name_en text not null,
    name_zh text not null,
    floor_minor bigint not null check (floor_minor >= 0),
    currency text not null,
    unique (channel_id, code)
);

CREATE TABLE tax_rate (
    taken_of text not null,
    starts_on text not null,
    rate_ppm bigint not null,
    written_by text not null,
    written_at bigint not null,
    primary key (taken_of, starts_on),
    constraint tax_rate_part check (rate_ppm >= 0 and rate_ppm <= 1000000)
);

CREATE TABLE ticket (
    place_id text not null,
    id text not null,
    order_id text not null,
    showtime_id text not null,
    seat text not null,
    issued_at bigint not null,
    admitted_at bigint,
    admitted_by text,
    voided_at bigint,
    primary key (place_id, id),
    foreign key (place_id, order_id) references ticket_order (place_id, id)
);

CREATE TABLE ticket_order (
    place_id text not null,
    id text not null,
    showtime_id text not null,
    title_id text not null,
    buyer_id text not null,
    key text not null,
    asked text not null,
    state text not null,
    held_until bigint not null,
    seats bigint not null check (seats > 0),
    paid_minor bigint not null check (paid_minor >= 0),
    fee_minor bigint not null check (fee_minor >= 0),
    base_minor bigint not null check (base_minor >= 0),
    subsidy_minor bigint not null check (subsidy_minor >= 0),
    subsidy_funder text,
    currency text not null,
    click text,
    created_at bigint not null,
    closed_at bigint,
    primary key (place_id, id),
    unique (place_id, buyer_id, key),
    foreign key (place_id, showtime_id) references showtime (place_id, id),
    constraint ticket_order_adds_up check (paid_minor = base_minor - subsidy_minor + fee_minor)
);

CREATE TABLE ticket_order_line (
    place_id text not null,
    order_id text not null,
    seat text not null,
    kind text not null,
    paid_minor bigint not null,
    fee_minor bigint not null,
    base_minor bigint not null,
    subsidy_minor bigint not null,
    primary key (place_id, order_id, seat),
    foreign key (place_id, order_id) references ticket_order (place_id, id)
);

CREATE TABLE title (
    id text not null primary key,
    slug text not null unique,
    studio_org_id text not null references org (id),
    status text not null,
    original_name text not null,
    name_en text not null,
    name_zh text not null,
    synopsis_en text not null,
    synopsis_zh text not null,
    genre text not null,
    runtime_minutes bigint not null,
    premiere text,
    artwork text not null,
    domestic boolean not null,
    created_at bigint not null,
    updated_at bigint not null
);

CREATE TABLE title_name (
    title_id text not null references title (id),
    lang text not null,
    name text not null,
    primary key (title_id, lang)
);

CREATE TABLE transfer (
    book_id text not null,
    id text not null,
    kind text not null,
    pending_id text,
    debit text not null,
    credit text not null,
    amount_minor bigint not null constraint transfer_is_positive check (amount_minor > 0),
    currency text not null,
    code text not null,
    reference text not null,
    happened_at bigint not null,
    booked_at bigint not null, expires_at bigint,
    primary key (book_id, id),
    foreign key (book_id, debit, currency) references account (book_id, id, currency),
    foreign key (book_id, credit, currency) references account (book_id, id, currency),
    constraint transfer_between_two check (debit <> credit)
);

CREATE TABLE want_to_see (
    title_id text not null references title (id),
    person_id text not null references person (id),
    at bigint not null,
    primary key (title_id, person_id)
);

CREATE TABLE withheld (
    place_id text not null,
    id text not null,
    campaign_id text not null,
    creative_id text not null,
    surface_id text not null,
    title_id text not null,
    visitor text not null,
    unit text not null,
    city text not null,
    propensity_ppm bigint not null,
    at bigint not null,
    primary key (place_id, id)
);

CREATE INDEX ad_credit_by_campaign on ad_credit (place_id, campaign_id);

CREATE INDEX application_by_licensor on application (licensor_org_id, created_at);

CREATE INDEX audience_by_org on audience (org_id, created_at);

CREATE INDEX bill_line_by_key on bill_line (provider, key, refund_id);

CREATE INDEX click_by_campaign on click (place_id, campaign_id, at);

CREATE INDEX dispute_open on dispute (place_id, opened_at) where state = 'open';

CREATE INDEX erasure_undone on erasure (at) where done_at is null;

CREATE INDEX event_by_time on event (at);

CREATE INDEX event_by_title on event (title_id, at);

CREATE INDEX half_open_sign_in_by_person on half_open_sign_in (person_id);

CREATE INDEX imported_file_by_org on imported_file (org_id, at);

CREATE INDEX imported_file_by_time on imported_file (at);

CREATE INDEX impression_by_campaign on impression (place_id, campaign_id, at);

CREATE INDEX impression_by_unit on impression (campaign_id, unit);

CREATE INDEX payment_intent_open on payment_intent (place_id, expires_at) where state = 'open';

CREATE INDEX payout_by_file on payout (place_id, file_id);

CREATE INDEX payout_by_state on payout (place_id, state, proposed_at);

CREATE INDEX product_by_merchant on product (merchant_org_id, created_at);

CREATE INDEX product_by_title on product (title_id, created_at);

CREATE INDEX product_order_by_buyer on product_order (place_id, buyer_id, created_at);

CREATE INDEX product_order_line_by_merchant on product_order_line (place_id, merchant_org_id);

CREATE INDEX product_order_placed on product_order (place_id, pay_until) where state = 'placed';

CREATE INDEX reconciliation_case_open on reconciliation_case (provider, day) where state = 'open';

CREATE INDEX refund_undone on refund (place_id, requested_at) where state <> 'done';

CREATE INDEX royalty_accrual_by_contract on royalty_accrual (place_id, contract_id);

CREATE INDEX session_by_person on session (person_id);

CREATE INDEX showings_plan_by_day on showings_plan (place_id, first_day, made_at);

CREATE INDEX showtime_by_hall on showtime (place_id, hall_id, starts_at);

CREATE INDEX showtime_by_title_day on showtime (place_id, title_id, day);

CREATE INDEX ticket_by_order on ticket (place_id, order_id);

CREATE INDEX ticket_order_by_buyer on ticket_order (place_id, buyer_id, created_at);

CREATE INDEX ticket_order_by_showtime on ticket_order (place_id, showtime_id);

CREATE INDEX ticket_order_held on ticket_order (place_id, held_until) where state = 'held';

CREATE UNIQUE INDEX ticket_seat_once on ticket (place_id, showtime_id, seat) where voided_at is null;

CREATE INDEX transfer_by_booking on transfer (book_id, booked_at, id);

CREATE INDEX transfer_by_reference on transfer (book_id, reference);

CREATE INDEX transfer_reserved_until on transfer (book_id, expires_at) where kind = 'pending' and expires_at is not null;

CREATE UNIQUE INDEX transfer_resolved_once on transfer (book_id, pending_id) where pending_id is not null;

CREATE INDEX withheld_by_campaign on withheld (place_id, campaign_id, at);

CREATE INDEX withheld_by_unit on withheld (campaign_id, unit);
