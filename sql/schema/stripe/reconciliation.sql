-- Reconciliation: Stripe's own books, kept beside ours and compared with them.
--
-- Each line of Stripe's is kept once. What only Stripe decides (its fees, what it sends to the
-- platform's bank) is posted to the ledger from here; everything else must be there already.
-- A line that does not agree after an hour is a finding. So is money that moved here and has not
-- moved at Stripe three days later.

create table core.reconciliation_finding (
  reconciliation_finding_id uuid,
  external_id               text not null,
  problem                   text not null,
  currency                  text,
  expected_minor            bigint,
  found_minor               bigint,
  found_at                  timestamptz not null default now(),
  told_at                   timestamptz,
  resolved_at               timestamptz,
  note                      text,

  constraint reconciliation_finding_pkey primary key (reconciliation_finding_id),
  constraint reconciliation_finding_external_id_key unique (external_id),
  constraint reconciliation_finding_currency_fkey
    foreign key (currency) references core.currency (currency),
  constraint reconciliation_finding_problem_is_known
    check (problem in ('unexpected', 'differs', 'missing', 'unreadable')),
  constraint reconciliation_finding_has_currency
    check (currency is not null or problem = 'unreadable'),
  constraint reconciliation_finding_note_is_short check (length(note) between 1 and 1000)
);

alter table core.reconciliation_finding enable row level security;
alter table core.reconciliation_finding force row level security;

create index reconciliation_finding_currency_idx on core.reconciliation_finding (currency);

comment on table core.reconciliation_finding is
  'Where Stripe''s books and ours differ: a line of Stripe''s that nothing here explains, one of '
  'another amount, or money that moved here alone. Resolved when a later run finds they agree, or '
  'when staff says why they differ.';
comment on column core.reconciliation_finding.note is 'Why staff closed it, though they differ.';
comment on column core.reconciliation_finding.told_at is 'When staff was told of it, once.';
comment on column core.reconciliation_finding.external_id is
  'The balance transaction, or the object that has none.';
