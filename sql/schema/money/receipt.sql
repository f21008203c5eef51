-- Receipts: one for each order whose money arrived, numbered without a gap.
--
-- What a receipt says is not stored: order, lines and refunds never change what they have said.

create table core.receipt (
  order_id    uuid,
  customer_id uuid not null,
  number      bigint,
  issued_at   timestamptz not null default now(),

  constraint receipt_pkey primary key (order_id),
  constraint receipt_number_key unique (number),
  constraint receipt_order_id_fkey foreign key (order_id) references core.order (order_id),
  constraint receipt_customer_id_fkey
    foreign key (customer_id) references core.customer (customer_id)
);

alter table core.receipt enable row level security;
alter table core.receipt force row level security;

create index receipt_customer_id_idx on core.receipt (customer_id);

comment on table core.receipt is 'The number of a paid order. Rows are never removed.';
comment on column core.receipt.number is
  'Counts from 1 without a gap. It is drawn at the end of the transaction of the capture; until '
  'then it is null.';
