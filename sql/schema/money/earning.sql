-- Earnings: what a captured payment leaves to the seller of a line, and how far that has come.
--
-- The split is made once, at capture: commission + provider = gross. For what the platform sells,
-- all of it is commission. The provider's part clears some days after the booking has ended, is
-- then available, and is allocated to the payouts that carry it. Rows are changed under the lock of
-- the provider's wallet.

create table core.earning (
  earning_id          uuid,
  order_line_id       uuid not null,
  payment_id          uuid not null,
  booking_id          uuid,
  provider_id         uuid,
  currency            text not null,
  gross_minor         bigint not null,
  commission_minor    bigint not null,
  provider_minor      bigint not null,
  returned_minor      bigint not null default 0,
  returned_commission bigint not null default 0,
  allocated_minor     bigint not null default 0,
  released_at         timestamptz,
  created_at          timestamptz not null default now(),

  constraint earning_pkey primary key (earning_id),
  constraint earning_order_line_id_key unique (order_line_id),
  constraint earning_order_line_id_fkey
    foreign key (order_line_id) references core.order_line (order_line_id),
  constraint earning_payment_id_fkey
    foreign key (payment_id) references core.payment (payment_id),
  constraint earning_booking_id_fkey
    foreign key (booking_id) references core.booking (booking_id),
  constraint earning_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint earning_currency_fkey foreign key (currency) references core.currency (currency),
  constraint earning_split_adds_up
    check (commission_minor >= 0 and provider_minor >= 0
           and commission_minor + provider_minor = gross_minor),
  constraint earning_house_keeps_all check (provider_id is not null or provider_minor = 0),
  constraint earning_returned_in_range
    check (returned_minor between 0 and provider_minor
           and returned_commission between 0 and commission_minor),
  constraint earning_allocated_in_range check (allocated_minor between 0 and provider_minor)
);

alter table core.earning enable row level security;
alter table core.earning force row level security;

create index earning_payment_id_idx on core.earning (payment_id);
create index earning_booking_id_idx on core.earning (booking_id);
create index earning_currency_idx on core.earning (currency);
create index earning_clearing_idx on core.earning (created_at)
  where released_at is null and provider_id is not null;
create index earning_unpaid_idx on core.earning (provider_id, currency, released_at)
  where released_at is not null and allocated_minor + returned_minor < provider_minor;
create index earning_provider_idx on core.earning (provider_id, created_at);

comment on table core.earning is 'What one order line leaves to its seller.';
comment on column core.earning.provider_id is 'Who earned it; null for the platform.';
comment on column core.earning.returned_minor is
  'The provider''s part of what has gone back to the payer, or was lost in a dispute.';
comment on column core.earning.allocated_minor is
  'The part that payouts carry, whether under way or arrived; falls when one fails.';
comment on column core.earning.released_at is 'When it left clearing and became available.';
