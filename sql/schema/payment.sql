-- Payments: one Stripe PaymentIntent of one order. Amounts only move forward.

create table core.payment (
  payment_id       uuid,
  seq              integer generated always as identity,
  order_id         uuid not null,
  payer_id         uuid not null,
  payee_id         uuid,
  attempt          integer not null default 1,
  processor        text not null default 'stripe',
  external_id      text,
  capture_method   text not null default 'automatic',
  currency         text not null,
  amount_minor     bigint not null,
  authorized_minor bigint not null default 0,
  captured_minor   bigint not null default 0,
  refunded_minor   bigint not null default 0,
  status           text not null default 'requires_payment',
  capture_before   timestamptz,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),

  constraint payment_pkey primary key (payment_id),
  constraint payment_seq_key unique (seq),
  constraint payment_external_id_key unique (processor, external_id),
  constraint payment_attempt_key unique (order_id, attempt),
  constraint payment_order_id_fkey foreign key (order_id) references core.order (order_id),
  constraint payment_payer_id_fkey foreign key (payer_id) references core.person (person_id),
  constraint payment_payee_id_fkey
    foreign key (payee_id) references core.provider (provider_id),
  constraint payment_currency_fkey foreign key (currency) references core.currency (currency),
  constraint payment_processor_is_known check (processor in ('stripe', 'none')),
  constraint payment_capture_method_is_known check (capture_method in ('automatic', 'manual')),
  constraint payment_amounts_in_range
    check (amount_minor >= 0 and authorized_minor >= 0 and captured_minor >= 0
           and refunded_minor between 0 and captured_minor),
  constraint payment_status_is_known
    check (status in ('requires_payment', 'processing', 'authorized', 'captured',
                      'partially_refunded', 'refunded', 'failed', 'cancelled', 'disputed',
                      'dispute_lost'))
);

alter table core.payment enable row level security;
alter table core.payment force row level security;

create index payment_order_id_idx on core.payment (order_id);
create index payment_payer_id_idx on core.payment (payer_id);
create index payment_payee_id_idx on core.payment (payee_id);
create index payment_currency_idx on core.payment (currency);
create index payment_open_idx on core.payment (status, created_at)
  where status in ('requires_payment', 'processing', 'authorized');

comment on table core.payment is
  'One PaymentIntent of one order. `none` is the processor of what costs nothing.';
comment on column core.payment.payee_id is
  'The provider whose sale it pays for; null when an order has several.';
