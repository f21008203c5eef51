-- Payments: one Stripe PaymentIntent of one order.
--
-- What Stripe says is kept as facts, and facts only grow: amounts by their maximum, cancellation
-- once and for all, progress by the latest event. The database computes the status from the
-- facts. So it does not matter in which order and how often events arrive.

create table core.payment (
  payment_id       uuid,
  seq              integer generated always as identity,
  order_id         uuid not null,
  booking_id       uuid,
  payer_id         uuid not null,
  payee_id         uuid,
  attempt          integer not null default 1,
  processor        text not null default 'stripe',
  capture_method   text not null default 'automatic',
  currency         text not null,
  amount_minor     bigint not null,

  external_id      text,
  charge_id        text,
  authorized_minor bigint not null default 0,
  captured_minor   bigint not null default 0,
  is_cancelled     boolean not null default false,
  progress         text not null default 'requires_payment',
  progress_at      timestamptz,
  failure_code     text,
  capture_before   timestamptz,
  refunded_minor   bigint not null default 0,
  refunding_minor  bigint not null default 0,
  lost_minor       bigint not null default 0,
  dispute_state    text not null default 'none',

  authorized_at    timestamptz,
  captured_at      timestamptz,
  release_asked_at timestamptz,
  asked_at         timestamptz,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),

  status           text not null generated always as (
    case
      when dispute_state = 'lost' then 'dispute_lost'
      when dispute_state = 'open' then 'disputed'
      when refunded_minor > 0 and refunded_minor = captured_minor then 'refunded'
      when refunded_minor > 0 then 'partially_refunded'
      when refunding_minor > 0 then 'refund_pending'
      when captured_minor > 0 or amount_minor = 0 then 'captured'
      when is_cancelled then 'cancelled'
      when authorized_minor > 0 then 'authorized'
      else progress
    end
  ) stored,
  goes_back        boolean not null generated always as (
    case when captured_minor > 0 then refunded_minor + refunding_minor + lost_minor >= captured_minor
         else authorized_minor > 0 and (is_cancelled or release_asked_at is not null) end
  ) stored,

  constraint payment_pkey primary key (payment_id),
  constraint payment_seq_key unique (seq),
  constraint payment_external_id_key unique (external_id),
  constraint payment_attempt_key unique (order_id, attempt),
  constraint payment_order_id_fkey foreign key (order_id) references core.order (order_id),
  constraint payment_booking_id_fkey
    foreign key (booking_id) references core.booking (booking_id),
  constraint payment_payer_id_fkey foreign key (payer_id) references core.person (person_id),
  constraint payment_payee_id_fkey
    foreign key (payee_id) references core.provider (provider_id),
  -- No key: see decision 0014.
  constraint payment_currency_is_code check (currency ~ '^[A-Z]{3}$'),
  constraint payment_processor_is_known check (processor in ('stripe', 'wallet', 'none')),
  constraint payment_capture_method_is_known check (capture_method in ('automatic', 'manual')),
  constraint payment_progress_is_known
    check (progress in ('requires_payment', 'processing', 'failed')),
  constraint payment_dispute_state_is_known check (dispute_state in ('none', 'open', 'lost')),
  constraint payment_status_is_known
    check (status in ('requires_payment', 'processing', 'authorized', 'captured',
                      'refund_pending', 'partially_refunded', 'refunded', 'failed', 'cancelled',
                      'disputed', 'dispute_lost')),
  constraint payment_amounts_in_range
    check (amount_minor >= 0 and authorized_minor between 0 and amount_minor
           and captured_minor between 0 and amount_minor
           and refunded_minor between 0 and captured_minor
           and refunding_minor >= 0 and lost_minor >= 0),
  constraint payment_of_nothing_has_no_processor check ((processor = 'none') = (amount_minor = 0))
);

alter table core.payment enable row level security;
alter table core.payment force row level security;

create index payment_booking_id_idx on core.payment (booking_id);
create index payment_payee_id_idx on core.payment (payee_id, created_at);
create index payment_payer_id_idx on core.payment (payer_id, created_at);
create index payment_charge_id_idx on core.payment (charge_id)
  where charge_id is not null;
create index payment_open_idx on core.payment (created_at)
  where status in ('requires_payment', 'processing', 'authorized', 'failed');

comment on table core.payment is
  'One payment of one order: a PaymentIntent, or (processor `wallet`) money out of the payer''s '
  'wallet. An order that costs nothing has the processor `none`.';
comment on column core.payment.booking_id is
  'The booking it pays for, if the order has only that booking; else null.';
comment on column core.payment.payee_id is
  'The provider whose sale it pays for; null if the order has several sellers, or the platform.';
comment on column core.payment.goes_back is
  'Whether the payer gets all of it back, or has it: it is refunded, the refund is on its way, or '
  'what was reserved on the card is let go. Lenses with one word for all of these use it.';
comment on column core.payment.captured_minor is
  'What was captured: the amount, or less if somebody captured a part by hand at Stripe.';
comment on column core.payment.external_id is 'Stripe''s id of the intent, once it is known.';
comment on column core.payment.charge_id is
  'Stripe''s id of the charge: what a transfer to the provider names as its source.';
comment on column core.payment.authorized_minor is 'The most that was ever authorised.';
comment on column core.payment.progress is
  'How far the payer has come before any money is attached, by the latest event.';
comment on column core.payment.capture_before is 'When the authorisation lapses, by the charge.';
comment on column core.payment.refunded_minor is
  'What has gone back by refunds that arrived. It falls if one fails later.';
comment on column core.payment.refunding_minor is
  'Refunds that have not arrived: owed until a dispute ends, under way, or failed.';
comment on column core.payment.lost_minor is 'What the payer''s bank took for good, in disputes.';
comment on column core.payment.authorized_at is
  'When the authorisation took effect here: the booking was requested.';
comment on column core.payment.captured_at is
  'When the capture took effect here: split in the ledger, booking confirmed or refunded.';
comment on column core.payment.asked_at is
  'When Stripe was last asked how far it is, because nothing was heard.';
comment on column core.payment.release_asked_at is
  'When the booking released an unpaid payment. Its intent is cancelled as soon as it has an id.';
