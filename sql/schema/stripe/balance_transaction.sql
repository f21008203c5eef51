-- Stripe's own books, kept beside ours.
--
-- Each line of Stripe's is kept once. What only Stripe decides (its fees, what it sends to the
-- platform's bank) is posted to the ledger from here; everything else must be there already.

create table core.balance_transaction (
  balance_transaction_id uuid,
  external_id            text not null,
  kind                   text not null,
  source_id              text,
  currency               text not null,
  amount_minor           bigint not null,
  fee_minor              bigint not null,
  happened_at            timestamptz not null,
  agreed_at              timestamptz,
  checks                 integer not null default 0,
  next_check_at          timestamptz not null default now(),

  constraint balance_transaction_pkey primary key (balance_transaction_id),
  constraint balance_transaction_external_id_key unique (external_id),
  constraint balance_transaction_currency_fkey
    foreign key (currency) references core.currency (currency)
);

alter table core.balance_transaction enable row level security;
alter table core.balance_transaction force row level security;

create index balance_transaction_source_id_idx on core.balance_transaction (source_id);
create index balance_transaction_currency_idx on core.balance_transaction (currency);
create index balance_transaction_happened_at_idx on core.balance_transaction (happened_at);
create index balance_transaction_open_idx on core.balance_transaction (next_check_at)
  where agreed_at is null;

comment on table core.balance_transaction is
  'A line of Stripe''s own books, in the settlement currency. A positive amount came in.';
comment on column core.balance_transaction.source_id is
  'Stripe''s id of what it is about: a charge, refund, transfer, reversal or dispute.';
comment on column core.balance_transaction.agreed_at is 'When it was found to agree with ours.';
