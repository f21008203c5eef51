-- Disputes: a payer's bank takes the money back. Status moves forward by rank alone.

create table core.dispute (
  dispute_id      uuid,
  payment_id      uuid not null,
  external_id     text not null,
  amount_minor    bigint not null,
  status          text not null,
  reason          text,
  evidence_due_at timestamptz,
  opened_at       timestamptz,
  held_minor      bigint not null default 0,
  closed_at       timestamptz,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),

  constraint dispute_pkey primary key (dispute_id),
  constraint dispute_external_id_key unique (external_id),
  constraint dispute_payment_id_fkey
    foreign key (payment_id) references core.payment (payment_id),
  constraint dispute_amount_not_negative check (amount_minor >= 0 and held_minor >= 0),
  constraint dispute_status_is_known
    check (status in ('warning_needs_response', 'warning_under_review', 'needs_response',
                      'under_review', 'warning_closed', 'prevented', 'won', 'lost'))
);

alter table core.dispute enable row level security;
alter table core.dispute force row level security;

create index dispute_payment_id_idx on core.dispute (payment_id);

comment on table core.dispute is
  'A chargeback, or an inquiry (warning_*), which takes nothing yet.';
comment on column core.dispute.opened_at is 'When it took effect here: earnings held, staff told.';
comment on column core.dispute.held_minor is
  'Earnings already released that are held back until it is closed.';
comment on column core.dispute.closed_at is 'When its end took effect here.';
