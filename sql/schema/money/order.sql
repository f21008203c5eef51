-- Orders: every purchase, bookings included. One order, one currency, one payer.
--
-- The line is the unit of money. It says what it stands for, who sells it, what it costs and which
-- part the platform keeps; all of that is fixed when it is ordered. Earnings, refunds and
-- disputes refer to lines, so what happens to one seller's line changes no other seller's.

create table core.order (
  order_id        uuid,
  seq             integer generated always as identity,
  number          text not null,
  customer_id     uuid not null,
  currency        text not null,
  subtotal_minor  bigint not null,
  discount_minor  bigint not null default 0,
  tax_minor       bigint not null default 0,
  total_minor     bigint not null,
  status          text not null default 'pending',
  expires_at      timestamptz,
  idempotency_key text,
  asked           jsonb,
  placed_at       timestamptz not null default now(),
  updated_at      timestamptz not null default now(),

  constraint order_pkey primary key (order_id),
  constraint order_seq_key unique (seq),
  constraint order_number_key unique (number),
  constraint order_customer_id_fkey
    foreign key (customer_id) references core.customer (customer_id),
  -- No key: see decision 0014.
  constraint order_currency_is_code check (currency ~ '^[A-Z]{3}$'),
  constraint order_amounts_add_up
    check (total_minor = subtotal_minor - discount_minor + tax_minor and total_minor >= 0),
  constraint order_amounts_not_negative
    check (subtotal_minor >= 0 and discount_minor >= 0 and tax_minor >= 0),
  constraint order_status_is_known
    check (status in ('pending', 'paid', 'cancelled', 'refunded')),
  constraint order_idempotency_key_is_short check (length(idempotency_key) between 1 and 255),
  constraint order_asked_is_short check (length(asked::text) <= 300000)
);

alter table core.order enable row level security;
alter table core.order force row level security;

create index order_customer_placed_idx on core.order (customer_id, placed_at);
create index order_expiring_idx on core.order (expires_at)
  where status = 'pending' and expires_at is not null;
create unique index order_idempotency_key on core.order (customer_id, idempotency_key)
  where idempotency_key is not null and status <> 'cancelled';

comment on table core.order is 'A purchase: what was bought and what it cost.';
comment on column core.order.number is 'The number that customers see: unique and not guessable.';
comment on column core.order.status is
  'How far the payment has come. What has been sent is order_line.fulfilment.';
comment on column core.order.expires_at is
  'Until when its goods are kept while it is unpaid; null for an order of one booking, which has '
  'its own hold.';
comment on column core.order.asked is
  'The request under the idempotency key, of a basket or of a booking; the same key with another '
  'request is refused.';

create table core.order_line (
  order_line_id    uuid,
  seq              integer generated always as identity,
  order_id         uuid not null,
  kind             text not null,
  title            text not null,
  offering_id      uuid,
  booking_id       uuid,
  customer_id      uuid not null,
  provider_id      uuid,
  quantity         integer not null default 1,
  unit_minor       bigint not null,
  discount_minor   bigint not null default 0,
  tax_minor        bigint not null default 0,
  total_minor      bigint not null,
  commission_bp    integer not null,
  commission_minor bigint not null,
  subsidy_minor    bigint not null default 0,
  fulfilment       text,
  called_off_at    timestamptz,

  constraint order_line_pkey primary key (order_line_id),
  constraint order_line_seq_key unique (seq),
  constraint order_line_order_id_fkey foreign key (order_id) references core.order (order_id),
  constraint order_line_offering_id_fkey
    foreign key (offering_id) references core.offering (offering_id),
  constraint order_line_booking_id_fkey
    foreign key (booking_id) references core.booking (booking_id),
  constraint order_line_customer_id_fkey
    foreign key (customer_id) references core.customer (customer_id),
  constraint order_line_provider_id_fkey
    foreign key (provider_id) references core.provider (provider_id),
  constraint order_line_kind_is_known
    check (kind in ('booking', 'ticket', 'goods', 'enrolment', 'promotion')),
  constraint order_line_booking_is_one check (kind <> 'booking' or booking_id is not null),
  constraint order_line_quantity_positive check (quantity > 0),
  constraint order_line_amounts_add_up
    check (total_minor = unit_minor * quantity - discount_minor + tax_minor and total_minor >= 0),
  constraint order_line_commission_in_range
    check (commission_bp between 0 and 10000 and commission_minor between 0 and total_minor),
  constraint order_line_house_keeps_all
    check (provider_id is not null or commission_minor = total_minor),
  constraint order_line_subsidy_in_range
    check (subsidy_minor between 0 and discount_minor
           and (subsidy_minor = 0 or commission_minor = 0)),
  constraint order_line_fulfilment_is_known
    check (fulfilment in ('placed', 'shipped', 'delivered', 'returned'))
);

alter table core.order_line enable row level security;
alter table core.order_line force row level security;

create index order_line_order_id_idx on core.order_line (order_id);
create index order_line_offering_id_idx on core.order_line (offering_id);
create index order_line_booking_id_idx on core.order_line (booking_id);
create index order_line_customer_id_idx on core.order_line (customer_id);
create index order_line_provider_id_idx on core.order_line (provider_id);
create index order_line_subsidy_idx on core.order_line (order_line_id) where subsidy_minor > 0;

comment on table core.order_line is 'One thing of an order, and what the platform keeps of it.';
comment on column core.order_line.kind is
  'What it stands for; internal.fulfil_line carries it out when it is paid.';
comment on column core.order_line.title is 'The title when it was ordered.';
comment on column core.order_line.provider_id is 'The seller; null for the platform.';
comment on column core.order_line.commission_bp is
  'The rate when it was ordered; later changes of the settings do not affect it.';
comment on column core.order_line.subsidy_minor is
  'What the platform adds for the seller, because it bears a coupon that is larger than its '
  'commission.';
comment on column core.order_line.fulfilment is
  'How far the delivery of goods has come; null until they are paid, and for other lines.';
comment on column core.order_line.called_off_at is
  'When it was cancelled, or could no longer be carried out.';
comment on column core.order_line.customer_id is
  'The order''s customer, repeated: a policy with a join would cost every reader.';
