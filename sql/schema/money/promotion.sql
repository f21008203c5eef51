-- Promotions: a provider is shown first for some days, and pays for it.
--
--   requested -> approved -> running -> (expired, by the clock)
--       |  \________|___________|___-> cancelled
--       rejected
--
-- The provider offers terms, staff sets them. A promotion whose terms are not above the offer is
-- paid from the wallet when it is approved; for any other the provider says yes by paying.

create table core.promotion (
  promotion_id  uuid,
  seq           integer generated always as identity,
  provider_id   uuid not null,
  kind          text not null,
  status        text not null default 'requested',
  duration_days integer not null,
  commission_bp integer not null default 0,
  cost_minor    bigint not null default 0,
  currency      text not null,
  features      jsonb,
  approved_by   uuid,
  paid_from     text,
  order_id      uuid,
  starts_at     timestamptz,
  expires_at    timestamptz,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),

  constraint promotion_pkey primary key (promotion_id),
  constraint promotion_seq_key unique (seq),
  constraint promotion_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint promotion_currency_fkey foreign key (currency) references core.currency (currency),
  constraint promotion_approved_by_fkey
    foreign key (approved_by) references core.person (person_id),
  constraint promotion_order_id_fkey foreign key (order_id) references core.order (order_id),
  constraint promotion_kind_is_known check (kind in ('profile_boost', 'featured_listing')),
  constraint promotion_status_is_known
    check (status in ('requested', 'approved', 'running', 'rejected', 'cancelled')),
  constraint promotion_duration_in_range check (duration_days between 1 and 365),
  constraint promotion_commission_in_range check (commission_bp between 0 and 10000),
  constraint promotion_cost_in_range check (cost_minor between 0 and 99999999),
  constraint promotion_paid_from_is_known check (paid_from in ('wallet', 'card', 'nothing')),
  constraint promotion_running_has_times
    check (status <> 'running' or starts_at is not null and expires_at > starts_at),
  constraint promotion_features_are_small check (length(features::text) <= 4000)
);

alter table core.promotion enable row level security;
alter table core.promotion force row level security;

create index promotion_provider_id_idx on core.promotion (provider_id, created_at desc);
create index promotion_running_idx on core.promotion (expires_at) where status = 'running';
create index promotion_currency_idx on core.promotion (currency);
create index promotion_approved_by_idx on core.promotion (approved_by)
  where approved_by is not null;
create index promotion_order_id_idx on core.promotion (order_id) where order_id is not null;

comment on table core.promotion is
  'A provider who is shown first for some days. It has expired when expires_at lies behind.';
comment on column core.promotion.commission_bp is
  'What the platform keeps of sales besides its commission while the promotion runs, in '
  'hundredths of a percent; frozen on each order line.';
comment on column core.promotion.order_id is 'The order it is or was to be paid by, with a card.';
