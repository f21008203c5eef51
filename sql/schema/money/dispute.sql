-- Disputes: a payer's bank takes the money back. The status only moves forward, by rank.

create table core.dispute (
  dispute_id      uuid,
  payment_id      uuid not null,
  external_id     text not null,
  amount_minor    bigint not null,
  status          text not null,
  reason          text,
  evidence_due_at timestamptz,
  opened_at       timestamptz,
  closed_at       timestamptz,
  lost_at         timestamptz,
  regained_at     timestamptz,
  asked_at        timestamptz,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),

  constraint dispute_pkey primary key (dispute_id),
  constraint dispute_external_id_key unique (external_id),
  constraint dispute_payment_id_fkey
    foreign key (payment_id) references core.payment (payment_id),
  constraint dispute_amount_not_negative check (amount_minor >= 0),
  constraint dispute_status_is_known
    check (status in ('warning_needs_response', 'warning_under_review', 'needs_response',
                      'under_review', 'warning_closed', 'prevented', 'won', 'lost'))
);

alter table core.dispute enable row level security;
alter table core.dispute force row level security;

create index dispute_payment_id_idx on core.dispute (payment_id);
create index dispute_open_idx on core.dispute (created_at) where closed_at is null;

comment on table core.dispute is
  'A chargeback, or an inquiry (warning_*), which takes nothing yet.';
comment on column core.dispute.opened_at is
  'When it took effect here: earnings were held and staff was told.';
comment on column core.dispute.closed_at is 'When its end took effect here.';
comment on column core.dispute.lost_at is 'When sellers and platform bore the loss.';
comment on column core.dispute.asked_at is 'When Stripe was last asked how it stands.';
comment on column core.dispute.regained_at is
  'When they got it back: a lost dispute can be won later.';

create table core.dispute_line (
  dispute_id    uuid,
  order_line_id uuid,
  amount_minor  bigint not null,
  held_minor    bigint not null default 0,

  constraint dispute_line_pkey primary key (dispute_id, order_line_id),
  constraint dispute_line_dispute_id_fkey
    foreign key (dispute_id) references core.dispute (dispute_id),
  constraint dispute_line_order_line_id_fkey
    foreign key (order_line_id) references core.order_line (order_line_id),
  constraint dispute_line_amounts_in_range
    check (amount_minor > 0 and held_minor between 0 and amount_minor)
);

alter table core.dispute_line enable row level security;
alter table core.dispute_line force row level security;

create index dispute_line_order_line_id_idx on core.dispute_line (order_line_id);

comment on table core.dispute_line is
  'The part of a dispute that falls on a line, by what was left of each line when it was opened.';
comment on column core.dispute_line.held_minor is
  'The seller''s part that was already available and is held back until the dispute ends.';
