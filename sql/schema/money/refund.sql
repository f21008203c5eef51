-- Refunds: money on its way back to a payer, begun by us or in Stripe's dashboard.
--
--   owed -> planned -> pending -> succeeded -> failed -> by_hand | dropped
--      \         \-> rejected -> by_hand | dropped
--       \-> covered
--
-- A status only moves forward. `owed` waits for the end of a dispute; `covered` means that the
-- payer's bank had taken the money by then. The money of a failed or rejected refund stays set
-- aside for the customer until staff sends it again (as another refund, `resent_as`), pays it by
-- hand, or drops it because the customer has the money already. Before that, Stripe is asked what
-- else the customer got of the payment (`checked_at`), because events get lost.

create table core.refund (
  refund_id    uuid,
  seq          integer generated always as identity,
  payment_id   uuid not null,
  cause        text not null,
  amount_minor bigint not null,
  reason       text,
  status       text not null default 'planned',
  resent_as    uuid,
  external_id  text,
  covered_lines jsonb,
  actor        text not null default 'system',
  reserved_at  timestamptz,
  settled_at   timestamptz,
  failed_at    timestamptz,
  reversed_at  timestamptz,
  asked_at     timestamptz,
  checked_at   timestamptz,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),

  constraint refund_pkey primary key (refund_id),
  constraint refund_seq_key unique (seq),
  constraint refund_cause_key unique (payment_id, cause),
  constraint refund_external_id_key unique (external_id),
  constraint refund_payment_id_fkey
    foreign key (payment_id) references core.payment (payment_id),
  constraint refund_resent_as_fkey foreign key (resent_as) references core.refund (refund_id),
  constraint refund_amount_positive check (amount_minor > 0),
  constraint refund_cause_is_short check (length(cause) between 1 and 300),
  constraint refund_reason_is_short check (length(reason) <= 1000),
  constraint refund_status_is_known
    check (status in ('owed', 'planned', 'pending', 'succeeded', 'failed', 'rejected',
                      'by_hand', 'dropped', 'covered')),
  constraint refund_actor_is_known
    check (actor in ('customer', 'provider', 'staff', 'system', 'stripe')),
  constraint refund_steps_in_order
    check ((settled_at is null or reserved_at is not null)
           and (failed_at is null or reserved_at is not null)
           and (reversed_at is null or failed_at is not null)
           and (checked_at is null or failed_at is not null))
);

alter table core.refund enable row level security;
alter table core.refund force row level security;

create index refund_resent_as_idx on core.refund (resent_as);
create index refund_open_idx on core.refund (created_at)
  where status in ('owed', 'pending', 'failed', 'rejected') and resent_as is null;

comment on table core.refund is 'Money on its way back to a payer.';
comment on column core.refund.cause is
  'The cause, unique per payment: `cancel:<line>`, `orphan`, `stripe:<id>`, or a request''s key.';
comment on column core.refund.resent_as is 'The refund that sends it again, after it failed.';
comment on column core.refund.covered_lines is
  'What the payer''s bank has taken instead, of which lines: owed again if the bank gives it back.';
comment on column core.refund.failed_at is
  'When it became owed to the customer in the ledger, because it failed or was rejected.';
comment on column core.refund.reserved_at is
  'When the provider''s and the platform''s shares were set aside in the ledger.';
comment on column core.refund.settled_at is 'When the money left, in the ledger.';
comment on column core.refund.asked_at is
  'When Stripe was last asked whether it has arrived, or what else was returned after it failed.';
comment on column core.refund.checked_at is
  'When Stripe had said, after it failed, what else was returned of the payment.';
comment on column core.refund.reversed_at is
  'When it stopped to count in the ledger: staff dropped it, or the bank of the payer covered it.';

create table core.refund_line (
  refund_id     uuid,
  order_line_id uuid,
  amount_minor  bigint not null,

  constraint refund_line_pkey primary key (refund_id, order_line_id),
  constraint refund_line_refund_id_fkey
    foreign key (refund_id) references core.refund (refund_id),
  constraint refund_line_order_line_id_fkey
    foreign key (order_line_id) references core.order_line (order_line_id),
  constraint refund_line_amount_positive check (amount_minor > 0)
);

alter table core.refund_line enable row level security;
alter table core.refund_line force row level security;

create index refund_line_order_line_id_idx on core.refund_line (order_line_id);

comment on table core.refund_line is
  'Which lines a refund is for, and how much of each. Only their sellers bear it.';
