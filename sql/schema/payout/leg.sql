-- The legs of a payout: one Stripe transfer each, because a transfer names the one charge it is
-- paid from.
--
--   planned -> paid | failed | cancelled

create table core.payout_leg (
  payout_leg_id  uuid,
  payout_id      uuid not null,
  earning_id     uuid,
  amount_minor   bigint not null,
  status         text not null default 'planned',
  external_id    text,
  reversed_minor bigint not null default 0,
  failure        text,
  finished_at    timestamptz,

  constraint payout_leg_pkey primary key (payout_leg_id),
  constraint payout_leg_earning_key unique nulls not distinct (payout_id, earning_id),
  constraint payout_leg_external_id_key unique (external_id),
  constraint payout_leg_payout_id_fkey
    foreign key (payout_id) references core.payout (payout_id),
  constraint payout_leg_earning_id_fkey
    foreign key (earning_id) references core.earning (earning_id),
  constraint payout_leg_amount_positive check (amount_minor > 0),
  constraint payout_leg_reversed_in_range check (reversed_minor between 0 and amount_minor),
  constraint payout_leg_status_is_known
    check (status in ('planned', 'paid', 'failed', 'cancelled'))
);

alter table core.payout_leg enable row level security;
alter table core.payout_leg force row level security;

create index payout_leg_earning_id_idx on core.payout_leg (earning_id);

comment on table core.payout_leg is
  'One transfer of a payout; it is kept when it fails. A leg without an earning carries money that '
  'the platform granted.';
