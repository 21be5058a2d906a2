-- What a dispute holds of its payment, or has taken of it: its amount, or what was left of the payment when it was opened.
alter table dispute add column held_minor bigint not null default 0
    constraint dispute_holds_at_most_its_amount check (held_minor >= 0 and held_minor <= amount_minor);

-- What disputes hold of a payment, or have taken of it; a refund is made of the rest.
alter table payment_intent add column disputed_minor bigint not null default 0
    constraint intent_disputed_within_capture
        check (disputed_minor >= 0 and refunded_minor + disputed_minor <= captured_minor);

update dispute
set held_minor = amount_minor
where state in ('open', 'lost')
    and amount_minor <= (
        select intent.captured_minor - intent.refunded_minor
        from payment_intent intent
        where intent.place_id = dispute.place_id and intent.id = dispute.intent_id
    )
    and not exists (
        select 1 from dispute other
        where other.place_id = dispute.place_id and other.intent_id = dispute.intent_id and other.id < dispute.id
            and other.state in ('open', 'lost')
    );

update payment_intent
set disputed_minor = (
    select sum(dispute.held_minor)
    from dispute
    where dispute.place_id = payment_intent.place_id and dispute.intent_id = payment_intent.id
)
where exists (
    select 1 from dispute
    where dispute.place_id = payment_intent.place_id and dispute.intent_id = payment_intent.id
);
