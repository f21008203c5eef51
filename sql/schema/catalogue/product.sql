-- Products: the stock of goods.
--
-- `on_hand` counts pieces that are not sold. Pieces that are kept for unpaid orders are not
-- recorded here: they are counted from the orders, so a piece is free again when the order's time
-- ends.

create table core.stock_item (
  offering_id uuid,
  sku         text,
  on_hand     integer not null default 0,
  updated_at  timestamptz not null default now(),

  constraint stock_item_pkey primary key (offering_id),
  constraint stock_item_sku_key unique (sku),
  constraint stock_item_offering_id_fkey
    foreign key (offering_id) references core.offering (offering_id) on delete cascade,
  constraint stock_item_sku_is_short check (length(sku) between 1 and 100),
  constraint stock_item_not_negative check (on_hand between 0 and 1000000000)
);

alter table core.stock_item enable row level security;
alter table core.stock_item force row level security;

comment on table core.stock_item is
  'The stock of a product. A product without a row is not counted and never sold out.';
comment on column core.stock_item.on_hand is
  'Unsold pieces, including those kept for unpaid orders.';
