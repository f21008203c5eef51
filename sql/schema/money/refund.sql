-- Refunds: money on its way back to a payer, whoever began it, we or somebody at Stripe.
--
--   planned -> pending -> succeeded -> failed
--         \-> rejected            \-> (a refund that succeeded can still fail)
--
-- A status only moves forward.

create table core.refund (
  refund_id    uuid,
  payment_id   uuid not null,
  cause        text not null,
  amount_minor bigint not null,
  reason       text,
  status       text not null default 'planned',
  external_id  text,
  actor        text not null default 'system',
  reserved_at  timestamptz,
  settled_at   timestamptz,
  reversed_at  timestamptz,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),

  constraint refund_pkey primary key (refund_id),
  constraint refund_cause_key unique (payment_id, cause),
  constraint refund_external_id_key unique (external_id),
  constraint refund_payment_id_fkey
    foreign key (payment_id) references core.payment (payment_id),
  constraint refund_amount_positive check (amount_minor > 0),
  constraint refund_cause_is_short check (length(cause) between 1 and 300),
  constraint refund_reason_is_short check (length(reason) <= 1000),
  constraint refund_status_is_known
    check (status in ('planned', 'pending', 'succeeded', 'failed', 'rejected')),
  constraint refund_actor_is_known
    check (actor in ('customer', 'provider', 'staff', 'system', 'stripe')),
  constraint refund_steps_in_order
    check ((settled_at is null or reserved_at is not null)
           and (reversed_at is null or reserved_at is not null))
);

alter table core.refund enable row level security;
alter table core.refund force row level security;

comment on table core.refund is 'Money on its way back to a payer.';
comment on column core.refund.cause is
  'Why it exists, once per payment: `cancel`, `orphan`, `stripe:<id>`, or a request''s key.';
comment on column core.refund.reserved_at is
  'When the provider''s and the platform''s shares were set aside in the ledger.';
comment on column core.refund.settled_at is 'When the money left, in the ledger.';
comment on column core.refund.reversed_at is
  'When the shares were given back in the ledger, because the refund failed or was rejected.';
