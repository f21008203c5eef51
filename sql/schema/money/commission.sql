-- Commissions that were agreed with single providers.

create table core.commission (
  provider_id   uuid,
  commission_bp integer not null,
  agreed_at     timestamptz not null default now(),

  constraint commission_pkey primary key (provider_id),
  constraint commission_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint commission_in_range check (commission_bp between 0 and 10000)
);

alter table core.commission enable row level security;
alter table core.commission force row level security;

comment on table core.commission is
  'What the house takes of the sales of a provider with whom it agreed on another commission than '
  'that of the marketplace, in hundredths of a percent. It holds for what is ordered from then on: '
  'each line keeps the rate at which it was ordered.';
