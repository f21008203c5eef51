-- What a cancellation costs: policies of tiers. A booking keeps the tiers it was made under.

create table core.cancellation_policy (
  cancellation_policy_id uuid default gen_random_uuid(),
  provider_id            uuid,
  name                   text not null,
  tiers                  jsonb not null,
  created_at             timestamptz not null default now(),

  constraint cancellation_policy_pkey primary key (cancellation_policy_id),
  constraint cancellation_policy_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint cancellation_policy_name_key unique nulls not distinct (provider_id, name),
  constraint cancellation_policy_name_is_short check (length(name) between 1 and 100),
  constraint cancellation_policy_tiers_are_few
    check (jsonb_typeof(tiers) = 'array' and jsonb_array_length(tiers) between 1 and 10)
);

alter table core.cancellation_policy enable row level security;
-- Filled before it is forced: from then on the owner writes nothing either.
insert into core.cancellation_policy (cancellation_policy_id, name, tiers)
values
  ('00000000-0000-4000-8000-000000000011', 'flexible',
   '[{"hours_before": 24, "refund_percent": 100}, {"hours_before": 0, "refund_percent": 50}]'),
  ('00000000-0000-4000-8000-000000000012', 'moderate',
   '[{"hours_before": 48, "refund_percent": 100}, {"hours_before": 24, "refund_percent": 50}]'),
  ('00000000-0000-4000-8000-000000000013', 'strict',
   '[{"hours_before": 168, "refund_percent": 50}]');

alter table core.cancellation_policy force row level security;

comment on table core.cancellation_policy is
  'What a customer gets back when they cancel. Policies without a provider are the platform''s.';
comment on column core.cancellation_policy.tiers is
  'Array of {"hours_before": number, "refund_percent": 0..100}. Of the tiers whose hours are kept, '
  'the best applies; if there is none, nothing goes back. Checked by api.set_cancellation_policy.';
