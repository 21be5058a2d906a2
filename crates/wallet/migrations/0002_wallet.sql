-- An account holds money in whichever currencies came to it; what it held so far was yuan.
create table balance (
    account_id text not null references account (id),
    currency text not null,
    minor bigint not null,
    is_outside boolean not null,
    primary key (account_id, currency),
    constraint balance_not_overdrawn check (is_outside or minor >= 0)
);

insert into balance (account_id, currency, minor, is_outside)
select id, 'CNY', balance_minor, kind = 'outside'
from account;

-- It stays at nothing from now on.
update account set balance_minor = 0;

alter table movement add column currency text not null default 'CNY';
alter table trade add column currency text not null default 'CNY';
