-- Where providers are paid, and when payouts are stopped.

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
  asked_at          timestamptz,
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
  constraint payout_account_status_is_known
    check (status in ('pending', 'restricted', 'active', 'disconnected')),
  constraint payout_account_details_are_short check (length(details) <= 1000),
  constraint payout_account_manual_has_details check (rail <> 'manual' or details is not null)
);

alter table core.payout_account enable row level security;
alter table core.payout_account force row level security;

create unique index payout_account_current_key on core.payout_account (provider_id)
  where replaced_at is null;
create index payout_account_provider_id_idx on core.payout_account (provider_id);

comment on table core.payout_account is
  'Where a provider is paid: one current account, by Stripe Connect or by hand.';
comment on column core.payout_account.bank_ref is
  'Stripe''s id of the bank account behind it. A new one starts the cooling period.';
comment on column core.payout_account.details is
  'For payouts by hand: what staff needs. Others see only the last four characters.';
comment on column core.payout_account.usable_from is
  'End of the cooling period after a change. Nothing is paid before it.';
comment on column core.payout_account.asked_at is
  'When Stripe was last asked how it stands, because nothing was heard.';
comment on column core.payout_account.refreshed_at is
  'When Stripe was asked for this state. An older answer changes nothing.';

create table core.payout_hold (
  provider_id uuid,
  reason      text not null,
  held_at     timestamptz not null default now(),

  constraint payout_hold_pkey primary key (provider_id),
  constraint payout_hold_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint payout_hold_reason_is_short check (length(btrim(reason)) between 1 and 1000)
);

alter table core.payout_hold enable row level security;
alter table core.payout_hold force row level security;

comment on table core.payout_hold is
  'A provider whose payouts staff holds. It holds the person, whichever account they have, until '
  'staff ends it.';

create table core.payout_setting (
  is_only       boolean not null default true,
  paused_at     timestamptz,
  cooling_hours integer not null default 72,

  constraint payout_setting_pkey primary key (is_only),
  constraint payout_setting_is_one_row check (is_only),
  constraint payout_setting_cooling_in_range check (cooling_hours between 0 and 720)
);

alter table core.payout_setting enable row level security;
-- Filled before it is forced: from then on the owner writes nothing either.
insert into core.payout_setting default values;

alter table core.payout_setting force row level security;

comment on table core.payout_setting is
  'While paused_at is set, no payout is planned and no transfer is sent.';
