-- Payouts: money on its way to a provider.
--
--   requested -> transferring -> paid -> reversed
--   requested -> paid
--   requested -> failed      no leg was paid; the money is available again
--   requested -> cancelled   before Stripe was asked
--
-- No function sets `held`: staff holds a provider, in payout_hold.
-- A payout consists of legs: one Stripe transfer each, because a transfer names the one charge it
-- is paid from. The ledger reserves a leg when it is planned, posts it when Stripe has done it,
-- and voids it when Stripe has refused it.

create table core.payout (
  payout_id         uuid,
  seq               integer generated always as identity,
  provider_id       uuid not null,
  payout_account_id uuid not null,
  origin            text not null,
  amount_minor      bigint not null,
  fee_minor         bigint not null default 0,
  paid_minor        bigint not null default 0,
  currency          text not null,
  status            text not null default 'requested',
  failure           text,
  idempotency_key   text,
  requested_at      timestamptz not null default now(),
  processed_at      timestamptz,
  updated_at        timestamptz not null default now(),

  constraint payout_pkey primary key (payout_id),
  constraint payout_seq_key unique (seq),
  constraint payout_idempotency_key unique (provider_id, idempotency_key),
  constraint payout_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint payout_payout_account_id_fkey
    foreign key (payout_account_id) references core.payout_account (payout_account_id),
  constraint payout_currency_fkey foreign key (currency) references core.currency (currency),
  constraint payout_origin_is_known check (origin in ('request', 'schedule')),
  constraint payout_amount_positive check (amount_minor > 0 and fee_minor = 0),
  constraint payout_paid_in_range check (paid_minor between 0 and amount_minor),
  constraint payout_status_is_known
    check (status in ('requested', 'held', 'transferring', 'paid', 'failed', 'cancelled',
                      'reversed')),
  constraint payout_key_is_short check (length(idempotency_key) between 1 and 255)
);

alter table core.payout enable row level security;
alter table core.payout force row level security;

create index payout_provider_requested_idx on core.payout (provider_id, requested_at);
create index payout_payout_account_id_idx on core.payout (payout_account_id);
create index payout_currency_idx on core.payout (currency);

comment on table core.payout is 'Money on its way to a provider.';
comment on column core.payout.paid_minor is
  'What has arrived. Less than the amount when a leg was refused: that part is available again.';
