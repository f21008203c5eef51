-- Money taken back from a provider who was paid, because the payer is refunded or won a dispute.
--
--   planned -> done | failed

create table core.payout_reversal (
  payout_reversal_id uuid,
  payout_leg_id      uuid not null,
  refund_id          uuid,
  dispute_id         uuid,
  amount_minor       bigint not null,
  status             text not null default 'planned',
  external_id        text,
  created_at         timestamptz not null default now(),
  finished_at        timestamptz,

  constraint payout_reversal_pkey primary key (payout_reversal_id),
  constraint payout_reversal_refund_key unique (refund_id, payout_leg_id),
  constraint payout_reversal_dispute_key unique (dispute_id, payout_leg_id),
  constraint payout_reversal_has_one_cause check (num_nonnulls(refund_id, dispute_id) = 1),
  constraint payout_reversal_external_id_key unique (external_id),
  constraint payout_reversal_payout_leg_id_fkey
    foreign key (payout_leg_id) references core.payout_leg (payout_leg_id),
  constraint payout_reversal_refund_id_fkey
    foreign key (refund_id) references core.refund (refund_id),
  constraint payout_reversal_dispute_id_fkey
    foreign key (dispute_id) references core.dispute (dispute_id),
  constraint payout_reversal_amount_positive check (amount_minor > 0),
  constraint payout_reversal_status_is_known check (status in ('planned', 'done', 'failed'))
);

alter table core.payout_reversal enable row level security;
alter table core.payout_reversal force row level security;

create index payout_reversal_payout_leg_id_idx on core.payout_reversal (payout_leg_id);

comment on table core.payout_reversal is
  'What is taken back from a provider who was paid, because the payer is refunded or won '
  'a dispute. If it fails, the wallet stays negative and the next earnings make up for it.';
