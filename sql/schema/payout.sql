-- Payouts: money on its way to a provider.
--
--   requested -> transferring -> paid -> reversed
--       |   \__________|_______-> failed   (the money is available again)
--      held  \-> cancelled
--
-- A payout is carried by legs: one Stripe transfer each, because a transfer names the one
-- charge it is paid from. The ledger reserves a leg when it is planned, posts it when Stripe
-- has done it, and voids it when Stripe refused.

create table core.payout_account (
  payout_account_id uuid,
  provider_id       uuid not null,
  rail              text not null,
  external_id       text,
  bank_ref          text,
  details           text,
  is_submitted      boolean not null default false,
  can_transfer      boolean not null default false,
  can_pay_out       boolean not null default false,
  is_disconnected   boolean not null default false,
  requirements      jsonb not null default '[]',
  usable_from       timestamptz not null default now(),
  refreshed_at      timestamptz,
  held_at           timestamptz,
  hold_reason       text,
  replaced_at       timestamptz,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now(),

  status            text not null generated always as (
    case
      when is_disconnected then 'disconnected'
      when can_transfer then 'active'
      when is_submitted then 'restricted'
      else 'pending'
    end
  ) stored,

  constraint payout_account_pkey primary key (payout_account_id),
  constraint payout_account_external_id_key unique (external_id),
  constraint payout_account_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint payout_account_rail_is_known check (rail in ('stripe_connect', 'manual')),
  constraint payout_account_details_are_short check (length(details) <= 1000),
  constraint payout_account_manual_has_details check (rail <> 'manual' or details is not null),
  constraint payout_account_hold_has_reason check ((held_at is null) = (hold_reason is null))
);

alter table core.payout_account enable row level security;
alter table core.payout_account force row level security;

create unique index payout_account_current_key on core.payout_account (provider_id)
  where replaced_at is null;
create index payout_account_provider_id_idx on core.payout_account (provider_id);

comment on table core.payout_account is
  'Where a provider is paid: one current account, by Stripe Connect or by hand.';
comment on column core.payout_account.bank_ref is
  'Stripe''s id of the bank account behind it: another one starts the cooling period.';
comment on column core.payout_account.details is
  'For payments by hand: what the house''s staff needs. Shown to nobody else but its last four.';
comment on column core.payout_account.usable_from is
  'End of the cooling period after a change: nothing is paid before.';
comment on column core.payout_account.refreshed_at is
  'When Stripe was asked for what stands here; an older answer changes nothing.';

create table core.payout_setting (
  is_only       boolean not null default true,
  paused_at     timestamptz,
  cooling_hours integer not null default 72,

  constraint payout_setting_pkey primary key (is_only),
  constraint payout_setting_is_one_row check (is_only),
  constraint payout_setting_cooling_in_range check (cooling_hours between 0 and 720)
);

alter table core.payout_setting enable row level security;
alter table core.payout_setting force row level security;

insert into core.payout_setting default values;

comment on table core.payout_setting is
  'paused_at is the kill switch: while it is set no payout is planned and no transfer sent.';

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

create table core.payout_leg (
  payout_leg_id  uuid,
  payout_id      uuid not null,
  earning_id     uuid,
  amount_minor   bigint not null,
  status         text not null default 'planned',
  external_id    text,
  reversed_minor bigint not null default 0,
  failure        text,
  finished_at    timestamptz,

  constraint payout_leg_pkey primary key (payout_leg_id),
  constraint payout_leg_earning_key unique nulls not distinct (payout_id, earning_id),
  constraint payout_leg_external_id_key unique (external_id),
  constraint payout_leg_payout_id_fkey
    foreign key (payout_id) references core.payout (payout_id),
  constraint payout_leg_earning_id_fkey
    foreign key (earning_id) references core.earning (earning_id),
  constraint payout_leg_amount_positive check (amount_minor > 0),
  constraint payout_leg_reversed_in_range check (reversed_minor between 0 and amount_minor),
  constraint payout_leg_status_is_known
    check (status in ('planned', 'paid', 'failed', 'cancelled'))
);

alter table core.payout_leg enable row level security;
alter table core.payout_leg force row level security;

create index payout_leg_earning_id_idx on core.payout_leg (earning_id);

comment on table core.payout_leg is
  'One transfer of a payout, kept whatever came of it. Without an earning it carries money the '
  'house granted.';

create table core.payout_reversal (
  payout_reversal_id uuid,
  payout_leg_id      uuid not null,
  refund_id          uuid not null,
  amount_minor       bigint not null,
  status             text not null default 'planned',
  external_id        text,
  created_at         timestamptz not null default now(),
  finished_at        timestamptz,

  constraint payout_reversal_pkey primary key (payout_reversal_id),
  constraint payout_reversal_refund_key unique (refund_id, payout_leg_id),
  constraint payout_reversal_external_id_key unique (external_id),
  constraint payout_reversal_payout_leg_id_fkey
    foreign key (payout_leg_id) references core.payout_leg (payout_leg_id),
  constraint payout_reversal_refund_id_fkey
    foreign key (refund_id) references core.refund (refund_id),
  constraint payout_reversal_amount_positive check (amount_minor > 0),
  constraint payout_reversal_status_is_known check (status in ('planned', 'done', 'failed'))
);

alter table core.payout_reversal enable row level security;
alter table core.payout_reversal force row level security;

create index payout_reversal_payout_leg_id_idx on core.payout_reversal (payout_leg_id);

comment on table core.payout_reversal is
  'What is taken back from a provider who was paid, because the payer is refunded. When it '
  'fails, the wallet stays negative and the next earnings pay for it.';
