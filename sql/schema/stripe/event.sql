-- The inbox: every Stripe event, once, as it arrived.

create table core.stripe_event (
  event_id     text,
  event_type   text not null,
  object_id    text,
  account      text,
  livemode     boolean,
  api_version  text,
  happened_at  timestamptz,
  payload      bytea not null,
  status       text not null default 'new',
  attempts     integer not null default 0,
  next_at      timestamptz not null default now(),
  last_error   text,
  received_at  timestamptz not null default now(),
  processed_at timestamptz,

  constraint stripe_event_pkey primary key (event_id),
  constraint stripe_event_status_is_known
    check (status in ('new', 'done', 'ignored', 'unreadable', 'misfit', 'dead')),
  constraint stripe_event_payload_has_limit check (length(payload) <= 1048576)
);

alter table core.stripe_event enable row level security;
alter table core.stripe_event force row level security;

create index stripe_event_new_idx on core.stripe_event (next_at) where status = 'new';
create index stripe_event_object_idx on core.stripe_event (object_id);

comment on table core.stripe_event is
  'Stripe''s events, kept for ever; of a person who was erased without their content. `new` is '
  'to be applied; `dead` was tried in vain for days; `misfit` contradicts what is known here: it '
  'was not believed, and staff was told.';
comment on column core.stripe_event.payload is
  'The bytes that were signed. Not jsonb, which refuses some valid JSON.';
comment on column core.stripe_event.happened_at is
  'By Stripe''s clock, in whole seconds. Movements of money are never ordered by it.';
