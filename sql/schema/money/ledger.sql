-- The ledger: double entry, append-only.
--
-- A transfer is two entries or more that sum to zero in every currency; a deferred constraint
-- checks it at commit. Nothing here is ever changed or removed, by any role: what was wrong is
-- corrected by another transfer. A transfer in two phases sets money aside (`pending`) and is
-- later ended by exactly one other, which carries it out (`post`) or undoes it (`void`).
--
-- A positive entry is money owed to the account's owner. `processor` mirrors the balance at Stripe
-- with the opposite sign, so the entries of a currency always sum to zero.

create table core.ledger_account (
  ledger_account_id uuid,
  person_id         uuid,
  kind              text not null,
  currency          text not null,
  created_at        timestamptz not null default now(),

  constraint ledger_account_pkey primary key (ledger_account_id),
  constraint ledger_account_owner_key unique nulls not distinct (person_id, kind, currency),
  constraint ledger_account_person_id_fkey
    foreign key (person_id) references core.person (person_id),
  constraint ledger_account_currency_fkey
    foreign key (currency) references core.currency (currency),
  constraint ledger_account_kind_fits_owner
    check (
      case
        when person_id is null
          then kind in ('processor', 'bank', 'revenue', 'refunding', 'owed', 'disputed', 'fees',
                       'loss', 'grants', 'bonuses', 'discounts')
        else kind in ('clearing', 'available', 'held', 'reserved')
      end
    )
);

alter table core.ledger_account enable row level security;
alter table core.ledger_account force row level security;

create index ledger_account_currency_idx on core.ledger_account (currency);

comment on table core.ledger_account is
  'Where money is. Accounts of a person: clearing, available, held in a dispute, reserved for a '
  'payout. Accounts of the platform (no person): at the processor, at its own bank, revenue, '
  'refunds under way, failed refunds owed to customers, disputed, fees, losses, corrections of '
  'wallets by staff, bonuses, and discounts that the platform pays for. docs/money.md explains '
  'them.';

create table core.ledger_balance (
  ledger_account_id uuid,
  balance_minor     bigint not null default 0,

  constraint ledger_balance_pkey primary key (ledger_account_id),
  constraint ledger_balance_ledger_account_id_fkey
    foreign key (ledger_account_id) references core.ledger_account (ledger_account_id)
);

alter table core.ledger_balance enable row level security;
alter table core.ledger_balance force row level security;

comment on table core.ledger_balance is
  'What a person''s account holds; locked in the order of its key. Platform accounts have no '
  'row here: every payment would wait for it. `available` may be negative, by a refund after a '
  'payout, and is netted from what is earned next; the other kinds may not.';

create table core.ledger_transfer (
  ledger_transfer_id   uuid,
  idempotency_key      text not null,
  kind                 text not null,
  phase                text not null default 'single',
  resolves_transfer_id uuid,
  reference_kind       text not null,
  reference_id         uuid not null,
  description          text,
  created_at           timestamptz not null default now(),

  constraint ledger_transfer_pkey primary key (ledger_transfer_id),
  constraint ledger_transfer_idempotency_key unique (idempotency_key),
  constraint ledger_transfer_resolves_key unique (resolves_transfer_id),
  constraint ledger_transfer_resolves_transfer_id_fkey
    foreign key (resolves_transfer_id) references core.ledger_transfer (ledger_transfer_id),
  constraint ledger_transfer_kind_is_known
    check (kind in ('capture', 'release', 'refund', 'dispute', 'dispute_hold', 'payout',
                    'payout_reversal', 'adjustment', 'bonus', 'subsidy', 'purchase', 'fee',
                    'bank')),
  constraint ledger_transfer_phase_is_known
    check (phase in ('single', 'pending', 'post', 'void')),
  constraint ledger_transfer_only_an_end_resolves
    check ((phase in ('post', 'void')) = (resolves_transfer_id is not null))
);

alter table core.ledger_transfer enable row level security;
alter table core.ledger_transfer force row level security;

create index ledger_transfer_reference_idx
  on core.ledger_transfer (reference_kind, reference_id);

comment on table core.ledger_transfer is
  'Append-only. One movement of money. Its key names the cause, so that it is posted once.';
comment on column core.ledger_transfer.resolves_transfer_id is
  'The pending transfer that this one posts or voids; unique, so it ends once.';

create table core.ledger_entry (
  ledger_entry_id     bigint generated always as identity,
  ledger_transfer_id  uuid not null,
  ledger_account_id   uuid not null,
  currency            text not null,
  amount_minor        bigint not null,
  balance_after_minor bigint,
  created_at          timestamptz not null default now(),

  constraint ledger_entry_pkey primary key (ledger_entry_id),
  constraint ledger_entry_ledger_transfer_id_fkey
    foreign key (ledger_transfer_id) references core.ledger_transfer (ledger_transfer_id),
  constraint ledger_entry_ledger_account_id_fkey
    foreign key (ledger_account_id) references core.ledger_account (ledger_account_id),
  constraint ledger_entry_currency_fkey
    foreign key (currency) references core.currency (currency),
  constraint ledger_entry_moves_something check (amount_minor <> 0)
);

alter table core.ledger_entry enable row level security;
alter table core.ledger_entry force row level security;

create index ledger_entry_transfer_idx on core.ledger_entry (ledger_transfer_id);
create index ledger_entry_account_idx
  on core.ledger_entry (ledger_account_id, ledger_entry_id desc);
create index ledger_entry_currency_idx on core.ledger_entry (currency);

comment on table core.ledger_entry is
  'Append-only. One side of a transfer: never changed, never removed.';
comment on column core.ledger_entry.ledger_entry_id is
  'Rises within an account, because it is drawn while the balance is locked.';
comment on column core.ledger_entry.balance_after_minor is
  'What a person''s account held after this entry; null for the platform''s.';
