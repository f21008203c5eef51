-- Coupons: codes that lower the price of an order.
--
-- `uses` is counted only under the coupon's row lock, so a coupon for three uses is used three
-- times, however many customers try at once. If an order is never paid, its use is given back.

create table core.coupon (
  coupon_id          uuid,
  seq                integer generated always as identity,
  code               text not null,
  provider_id        uuid,
  kind               text not null,
  percent            integer,
  amount_minor       bigint,
  currency           text,
  min_subtotal_minor bigint not null default 0,
  max_uses           integer,
  per_customer       integer not null default 1,
  uses               integer not null default 0,
  valid_from         timestamptz not null default now(),
  valid_until        timestamptz,
  is_active          boolean not null default true,
  created_at         timestamptz not null default now(),
  updated_at         timestamptz not null default now(),

  constraint coupon_pkey primary key (coupon_id),
  constraint coupon_seq_key unique (seq),
  constraint coupon_code_key unique (code),
  constraint coupon_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint coupon_currency_fkey foreign key (currency) references core.currency (currency),
  constraint coupon_code_is_upper_case check (code ~ '^[A-Z0-9_-]{2,40}$'),
  constraint coupon_kind_is_known check (kind in ('percent', 'amount')),
  constraint coupon_percent_in_range check (percent between 1 and 100),
  constraint coupon_amount_positive check (amount_minor > 0),
  constraint coupon_takes_off_one_thing
    check (
      kind = 'percent' and percent is not null and amount_minor is null and currency is null
      or kind = 'amount' and percent is null and amount_minor is not null and currency is not null
    ),
  constraint coupon_min_subtotal_not_negative check (min_subtotal_minor >= 0),
  constraint coupon_per_customer_positive check (per_customer > 0),
  constraint coupon_not_overused check (uses between 0 and max_uses or max_uses is null),
  constraint coupon_validity_in_order check (valid_from < valid_until)
);

alter table core.coupon enable row level security;
alter table core.coupon force row level security;

create index coupon_provider_id_idx on core.coupon (provider_id);
create index coupon_currency_idx on core.coupon (currency);

comment on table core.coupon is
  'A code that lowers a price. Without a provider it is valid for all offerings.';
comment on column core.coupon.code is 'As customers type it, in upper case.';
comment on column core.coupon.max_uses is
  'The most orders it can be used for; null means any number.';
comment on column core.coupon.uses is 'Orders that use it, counted by internal.redeem_coupon.';

create table core.coupon_redemption (
  order_id    uuid,
  coupon_id   uuid not null,
  customer_id uuid not null,
  released_at timestamptz,
  created_at  timestamptz not null default now(),

  constraint coupon_redemption_pkey primary key (order_id),
  constraint coupon_redemption_coupon_id_fkey
    foreign key (coupon_id) references core.coupon (coupon_id),
  constraint coupon_redemption_customer_id_fkey
    foreign key (customer_id) references core.customer (customer_id)
);

alter table core.coupon_redemption enable row level security;
alter table core.coupon_redemption force row level security;

create index coupon_redemption_coupon_idx on core.coupon_redemption (coupon_id, customer_id);
create index coupon_redemption_customer_id_idx on core.coupon_redemption (customer_id);

comment on table core.coupon_redemption is 'Which order used which coupon.';
comment on column core.coupon_redemption.order_id is
  'The order; made in the same transaction, right after this row.';
comment on column core.coupon_redemption.released_at is
  'When the use was given back because the order was never paid.';
