-- Commands to Stripe: calls that are written down before they are made.
--
--   planned -> sent -> done | rejected
--         \      \-> unknown -> sent (the same key and the same bytes)
--          withdrawn (never sent)
--
-- A row is written in the transaction of its cause, and its body never changes. A Lambda claims
-- it (commit), calls Stripe (no transaction), and records the result (commit). If a process dies:
--
--   before the row commits      nothing happened, here or there
--   before the claim            the row is planned: the next sweep claims it
--   after the claim, or in the  the lease runs out and the same bytes are sent again under the
--   call, or before the record  same key; Stripe answers as it did the first time
--   more than 20 hours later    Stripe may have forgotten the key, so it is first asked whether
--                               it has the object. Only if it says no twice, a day after the
--                               first sending, a new generation with a new key is made.

create table core.stripe_command (
  stripe_command_id uuid,
  kind              text not null,
  subject_id        uuid not null,
  generation        integer not null default 1,
  payment_id        uuid,
  after_command_id  uuid,
  idempotency_key   text not null,
  path              text not null,
  params            jsonb not null,
  state             text not null default 'planned',
  attempts          integer not null default 0,
  next_at           timestamptz not null default now(),
  lease_until       timestamptz,
  first_sent_at     timestamptz,
  last_sent_at      timestamptz,
  missed_at         timestamptz,
  alarmed_at        timestamptz,
  external_id       text,
  request_id        text,
  error             jsonb,
  created_at        timestamptz not null default now(),
  finished_at       timestamptz,

  constraint stripe_command_pkey primary key (stripe_command_id),
  constraint stripe_command_generation_key unique (kind, subject_id, generation),
  constraint stripe_command_idempotency_key unique (idempotency_key),
  constraint stripe_command_payment_id_fkey
    foreign key (payment_id) references core.payment (payment_id),
  constraint stripe_command_after_command_id_fkey
    foreign key (after_command_id) references core.stripe_command (stripe_command_id),
  constraint stripe_command_kind_is_known
    check (kind in ('create_payment', 'capture_payment', 'cancel_payment', 'refund',
                    'transfer', 'reverse_transfer', 'create_account')),
  constraint stripe_command_generation_positive check (generation > 0),
  constraint stripe_command_path_is_stripes check (path ~ '^/v1(/[A-Za-z0-9_]+)+$'),
  constraint stripe_command_params_is_object check (jsonb_typeof(params) = 'object'),
  constraint stripe_command_state_is_known
    check (state in ('planned', 'sent', 'unknown', 'done', 'rejected', 'withdrawn')),
  constraint stripe_command_sent_has_times
    check ((first_sent_at is null) = (last_sent_at is null)
           and (first_sent_at is not null or state in ('planned', 'withdrawn')))
);

alter table core.stripe_command enable row level security;
alter table core.stripe_command force row level security;

create index stripe_command_due_idx on core.stripe_command (next_at)
  where state in ('planned', 'sent', 'unknown') and alarmed_at is null;
create index stripe_command_payment_id_idx on core.stripe_command (payment_id);
create index stripe_command_after_command_id_idx on core.stripe_command (after_command_id)
  where after_command_id is not null;

comment on table core.stripe_command is
  'A POST to Stripe with a frozen body and key. Path, parameters and key never change.';
comment on column core.stripe_command.subject_id is
  'What it is about: a payment, refund, payout leg, leg reversal or payout account, by kind.';
comment on column core.stripe_command.generation is
  'Raised only when it is proven that all sendings before had no effect.';
comment on column core.stripe_command.after_command_id is
  'Not sent before that command has ended, in whatever way: a reversal comes before its refund.';
comment on column core.stripe_command.missed_at is
  'When Stripe was asked for the object and did not have it.';
comment on column core.stripe_command.alarmed_at is
  'When it was set aside because a person must look at it.';
