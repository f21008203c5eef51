-- The stock of products.

create or replace function internal.lock_stock(p_offering_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform
  from core.stock_item as s
  where s.offering_id = any (p_offering_ids)
  order by s.offering_id
  for no key update;
end
$$;

alter function internal.lock_stock owner to definer;

comment on function internal.lock_stock is
  'Lock the stock of products in the order of their key. Everyone who wants a piece waits here.';

create or replace function internal.stock_left(p_offering_id uuid, p_but_for uuid default null)
returns bigint
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select s.on_hand - coalesce((
    select sum(l.quantity)
    from core.order_line as l
    join core.order as o using (order_id)
    where l.offering_id = p_offering_id
      and l.kind = 'goods'
      and l.called_off_at is null
      and o.status = 'pending'
      and o.expires_at > now()
      and o.order_id is distinct from p_but_for), 0)
  from core.stock_item as s
  where s.offering_id = p_offering_id;
end;

alter function internal.stock_left owner to definer;

comment on function internal.stock_left is $$
Pieces of a product that can be ordered now: those in stock, less those kept for unpaid orders other
than the given one. Null if the product is not counted.
$$;

create or replace function internal.take_stock(p_line core.order_line)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if internal.stock_left(p_line.offering_id, p_line.order_id) < p_line.quantity then
    return false;
  end if;
  update core.stock_item as s
  set on_hand = s.on_hand - p_line.quantity
  where s.offering_id = p_line.offering_id;
  return true;
end
$$;

alter function internal.take_stock owner to definer;

comment on function internal.take_stock is $$
Take the pieces of a paid line out of the stock; false if they are gone. The caller holds
internal.lock_stock.
$$;

create or replace function api.set_stock(
  p_offering_id uuid,
  p_on_hand     integer,
  p_sku         text default null
)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before integer;
begin
  perform internal.require_actor();
  if not exists (
    select from core.offering as o
    where o.offering_id = p_offering_id
      and o.kind = 'product'
      and (o.provider_id = internal.user_id() or internal.is_service()
           or o.provider_id is null and internal.is_staff())
  ) then
    perform internal.refuse(
      'M4101', 'offering_not_found', format('You have no product %s.', p_offering_id));
  end if;

  perform internal.lock_stock(array[p_offering_id]);
  select s.on_hand into v_before from core.stock_item as s where s.offering_id = p_offering_id;
  insert into core.stock_item as s (offering_id, sku, on_hand)
  values (p_offering_id, p_sku, p_on_hand)
  on conflict (offering_id) do update
  set on_hand = excluded.on_hand, sku = coalesce(excluded.sku, s.sku);
  perform internal.audit('set_stock', 'offering', p_offering_id::text,
    jsonb_build_object('on_hand', v_before), jsonb_build_object('on_hand', p_on_hand));
  return p_on_hand;
end
$$;

alter function api.set_stock owner to definer;

comment on function api.set_stock is $$
Set the stock of a product of the caller's; staff sets that of the platform's products. Locks the
stock; audited.

Raises
  M4101 offering_not_found  there is no such product, or it is somebody else's
  23514                     the number is negative
$$;

create or replace trigger stock_item_touch before update on core.stock_item
  for each row execute function internal.on_row_touched();
