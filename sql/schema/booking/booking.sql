-- Bookings: a customer's seats in a slot.
--
--   pending_payment -> requested -> confirmed -> completed | no_show_customer | no_show_provider
--          |  \            |  \________  |
--          |   \___________|___________\_|__-> cancelled
--          expired       declined
--
-- pending_payment becomes confirmed (instant) or requested (the provider answers first) when
-- the money is captured or authorized. It stops counting when hold_expires_at passes; `expired`
-- only records that afterwards, and a late payment may still confirm it.

create table core.booking (
  booking_id      uuid,
  seq             integer generated always as identity,
  slot_id         uuid not null,
  offering_id     uuid not null,
  provider_id     uuid not null,
  customer_id     uuid not null,
  subject_id      uuid,
  starts_at       timestamptz not null,
  ends_at         timestamptz not null,
  seats           integer not null default 1,
  status          text not null default 'pending_payment',
  hold_expires_at timestamptz,
  accept_by       timestamptz,
  offering_title  text not null,
  price_minor     bigint not null,
  currency        text not null,
  policy_tiers    jsonb not null,
  customer_notes  text,
  cancelled_by    text,
  cancel_reason   text,
  cancelled_at    timestamptz,
  confirmed_at    timestamptz,
  completed_at    timestamptz,
  moved_at        timestamptz,
  call_off_id     uuid,
  ics_sequence    integer not null default 0,
  idempotency_key text,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),

  constraint booking_pkey primary key (booking_id),
  constraint booking_seq_key unique (seq),
  constraint booking_slot_id_fkey foreign key (slot_id) references core.slot (slot_id),
  constraint booking_offering_id_fkey
    foreign key (offering_id) references core.offering (offering_id),
  constraint booking_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint booking_customer_id_fkey
    foreign key (customer_id) references core.customer (customer_id),
  -- Nobody brings somebody else's dog.
  constraint booking_subject_fkey
    foreign key (subject_id, customer_id) references core.subject (subject_id, customer_id),
  constraint booking_subject_in_one_place_excl
    exclude using gist (subject_id with =, tstzrange(starts_at, ends_at) with &&)
    where (subject_id is not null and status in ('requested', 'confirmed')),
  constraint booking_call_off_id_fkey
    foreign key (call_off_id) references core.call_off (call_off_id),
  constraint booking_ends_after_start check (ends_at > starts_at),
  constraint booking_not_with_oneself check (customer_id <> provider_id),
  -- No key: see decision 0014.
  constraint booking_currency_is_code check (currency ~ '^[A-Z]{3}$'),
  constraint booking_seats_in_range check (seats between 1 and 10000),
  constraint booking_price_not_negative check (price_minor >= 0),
  constraint booking_status_is_known
    check (status in ('pending_payment', 'requested', 'confirmed', 'completed', 'cancelled',
                      'declined', 'expired', 'no_show_customer', 'no_show_provider')),
  constraint booking_pending_has_hold
    check (status <> 'pending_payment' or hold_expires_at is not null),
  constraint booking_request_has_deadline check (status <> 'requested' or accept_by is not null),
  constraint booking_cancelled_says_by_whom
    check ((status = 'cancelled') <= (cancelled_by is not null and cancelled_at is not null)),
  constraint booking_cancelled_by_is_known
    check (cancelled_by in ('customer', 'provider', 'staff', 'system')),
  constraint booking_notes_are_short
    check (length(customer_notes) <= 2000 and length(cancel_reason) <= 1000),
  constraint booking_idempotency_key_is_short check (length(idempotency_key) between 1 and 255)
);

alter table core.booking enable row level security;
alter table core.booking force row level security;

create index booking_customer_start_idx on core.booking (customer_id, starts_at);
create index booking_provider_start_idx on core.booking (provider_id, starts_at);
create index booking_subject_idx on core.booking (subject_id, customer_id)
  where subject_id is not null;
create index booking_offering_id_idx on core.booking (offering_id);
create index booking_slot_id_idx on core.booking (slot_id);
create index booking_live_idx on core.booking (status, ends_at)
  where status in ('pending_payment', 'requested', 'confirmed');
create index booking_call_off_id_idx on core.booking (call_off_id)
  where call_off_id is not null;
create unique index booking_idempotency_key on core.booking (customer_id, idempotency_key)
  where idempotency_key is not null
    and status not in ('cancelled', 'declined', 'expired');

comment on table core.booking is 'A customer''s seats in a slot, and how far they have come.';
comment on column core.booking.subject_id is 'Whom the customer brings, if anybody: a dog.';
comment on column core.booking.offering_title is
  'The title when it was booked: a later rename does not rewrite history.';
comment on column core.booking.price_minor is 'For all seats, before any coupon, in minor units.';
comment on column core.booking.policy_tiers is
  'The cancellation policy as it stood when the booking was made.';
comment on column core.booking.moved_at is
  'When it was moved to its present time; null if never.';
comment on column core.booking.call_off_id is
  'The call-off of a slot or a time that cancels this booking.';
comment on column core.booking.ics_sequence is
  'Version of the calendar entry, raised by every change of its time or state.';

create table core.booking_note (
  booking_id     uuid,
  provider_notes text not null,
  updated_at     timestamptz not null default now(),

  constraint booking_note_pkey primary key (booking_id),
  constraint booking_note_booking_id_fkey
    foreign key (booking_id) references core.booking (booking_id),
  constraint booking_note_is_short check (length(provider_notes) <= 5000)
);

alter table core.booking_note enable row level security;
alter table core.booking_note force row level security;

comment on table core.booking_note is
  'Notes of the provider; a table of their own, because the customer reads the booking.';

create table core.booking_event (
  booking_event_id uuid,
  booking_id       uuid not null,
  from_status      text,
  to_status        text not null,
  actor            text not null,
  actor_id         uuid,
  reason           text,
  at               timestamptz not null default now(),

  constraint booking_event_pkey primary key (booking_event_id),
  constraint booking_event_booking_id_fkey
    foreign key (booking_id) references core.booking (booking_id),
  constraint booking_event_actor_is_known
    check (actor in ('customer', 'provider', 'staff', 'system')),
  constraint booking_event_reason_is_short check (length(reason) <= 1000)
);

alter table core.booking_event enable row level security;
alter table core.booking_event force row level security;

create index booking_event_booking_id_idx on core.booking_event (booking_id, at);

comment on table core.booking_event is
  'Each step of a booking. A row stays as it was written; only the words of an erased person are '
  'removed from it.';
