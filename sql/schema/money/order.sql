-- Orders: every purchase, bookings included. One order, one currency, one payer.

create table core.order (
  order_id       uuid,
  seq            integer generated always as identity,
  number         text not null,
  customer_id    uuid not null,
  currency       text not null,
  subtotal_minor bigint not null,
  discount_minor bigint not null default 0,
  tax_minor      bigint not null default 0,
  total_minor    bigint not null,
  status         text not null default 'pending',
  placed_at      timestamptz not null default now(),
  updated_at     timestamptz not null default now(),

  constraint order_pkey primary key (order_id),
  constraint order_seq_key unique (seq),
  constraint order_number_key unique (number),
  constraint order_customer_id_fkey
    foreign key (customer_id) references core.customer (customer_id),
  constraint order_currency_fkey foreign key (currency) references core.currency (currency),
  constraint order_amounts_add_up
    check (total_minor = subtotal_minor - discount_minor + tax_minor and total_minor >= 0),
  constraint order_amounts_not_negative
    check (subtotal_minor >= 0 and discount_minor >= 0 and tax_minor >= 0),
  constraint order_status_is_known
    check (status in ('pending', 'paid', 'cancelled', 'refunded'))
);

alter table core.order enable row level security;
alter table core.order force row level security;

create index order_customer_placed_idx on core.order (customer_id, placed_at);
create index order_currency_idx on core.order (currency);

comment on table core.order is 'A purchase: what was bought and what it came to.';
comment on column core.order.number is 'What a customer is told: unique, not guessable.';

create table core.order_line (
  order_line_id    uuid,
  order_id         uuid not null,
  offering_id      uuid,
  booking_id       uuid,
  customer_id      uuid not null,
  provider_id      uuid,
  quantity         integer not null default 1,
  unit_minor       bigint not null,
  discount_minor   bigint not null default 0,
  tax_minor        bigint not null default 0,
  total_minor      bigint not null,
  commission_minor bigint not null default 0,

  constraint order_line_pkey primary key (order_line_id),
  constraint order_line_order_id_fkey foreign key (order_id) references core.order (order_id),
  constraint order_line_offering_id_fkey
    foreign key (offering_id) references core.offering (offering_id),
  constraint order_line_booking_id_fkey
    foreign key (booking_id) references core.booking (booking_id),
  constraint order_line_customer_id_fkey
    foreign key (customer_id) references core.customer (customer_id),
  constraint order_line_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint order_line_quantity_positive check (quantity > 0),
  constraint order_line_amounts_add_up
    check (total_minor = unit_minor * quantity - discount_minor + tax_minor and total_minor >= 0),
  constraint order_line_commission_in_range check (commission_minor between 0 and total_minor)
);

alter table core.order_line enable row level security;
alter table core.order_line force row level security;

create index order_line_order_id_idx on core.order_line (order_id);
create index order_line_offering_id_idx on core.order_line (offering_id);
create index order_line_booking_id_idx on core.order_line (booking_id);
create index order_line_customer_id_idx on core.order_line (customer_id);
create index order_line_provider_id_idx on core.order_line (provider_id);

comment on table core.order_line is 'One thing of an order, and what the platform keeps of it.';
comment on column core.order_line.customer_id is
  'The order''s customer again: a policy that joins would cost every reader.';
