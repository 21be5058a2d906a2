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
