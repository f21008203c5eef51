-- The stock of products.

create or replace function internal.lock_stock(p_offering_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_taken uuid;
begin
  if current_setting('app.waits_outside', true) = 'on' then
    with mine as (
      select s.offering_id
      from core.stock_item as s
      where s.offering_id = any (p_offering_ids)
      order by s.offering_id
      for no key update skip locked)
    select s.offering_id into v_taken
    from core.stock_item as s
    where s.offering_id = any (p_offering_ids)
      and s.offering_id not in (select m.offering_id from mine as m)
    limit 1;
    if found then
      perform internal.wait_outside(v_taken);
    end if;
    return;
  end if;
  perform
  from core.stock_item as s
  where s.offering_id = any (p_offering_ids)
  order by s.offering_id
  for no key update;
end
$$;

alter function internal.lock_stock owner to definer;

comment on function internal.lock_stock is
  'Lock the stock of products in the order of their key. Everyone who wants a piece waits here, or '
  'outside (internal.wait_outside).';

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

create or replace function internal.shelf(p_offering_id uuid)
returns table (sku text, pieces_left integer)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select s.sku, greatest(internal.stock_left(s.offering_id), 0)::integer
  from core.stock_item as s
  where s.offering_id = p_offering_id;
end
$$;

alter function internal.shelf owner to definer;

comment on function internal.shelf is
  'What a shop shows of the stock of a product: its number, and how many pieces can be ordered.';

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

create or replace function internal.own_product(p_offering_id uuid)
returns core.offering
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_product core.offering;
begin
  perform internal.require_actor();
  select o.* into v_product
  from core.offering as o
  where o.offering_id = p_offering_id
    and o.kind = 'product'
    and (o.provider_id = internal.user_id() or internal.is_service()
         or o.provider_id is null and internal.is_staff());
  if not found then
    perform internal.refuse(
      'M4101', 'offering_not_found', format('You have no product %s.', p_offering_id));
  end if;
  perform internal.lock_stock(array[p_offering_id]);
  return v_product;
end
$$;

alter function internal.own_product owner to definer;

comment on function internal.own_product is $$
A product of the caller's, its stock locked; staff has those of the platform.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4101 offering_not_found  there is no such product, or it is somebody else's
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
  v_product core.offering := internal.own_product(p_offering_id);
  v_before  integer;
begin
  select s.on_hand into v_before
  from core.stock_item as s
  where s.offering_id = v_product.offering_id;
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
stock; audited. Who counts while others buy uses api.adjust_stock, which no sale gets in the way of.

Raises
  M4101 offering_not_found  there is no such product, or it is somebody else's
  23514                     the number is negative
$$;

create or replace function api.set_pieces_left(p_offering_id uuid, p_pieces integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_product core.offering := internal.own_product(p_offering_id);
  v_on_hand integer;
begin
  if p_pieces is null or p_pieces < 0 then
    perform internal.refuse('M9107', 'stock_too_small',
      format('There cannot be %s of %s.', coalesce(p_pieces::text, 'no number'), v_product.title),
      'Give a number from 0 up.');
  end if;
  select s.on_hand + p_pieces - internal.stock_left(s.offering_id) into v_on_hand
  from core.stock_item as s
  where s.offering_id = p_offering_id;
  perform api.set_stock(p_offering_id, coalesce(v_on_hand, p_pieces));
  return p_pieces;
end
$$;

alter function api.set_pieces_left owner to definer;

comment on function api.set_pieces_left is $$
Set how many pieces of a product of the caller's can be ordered now, besides those that are kept for
unpaid orders. That is the number a shop shows, so what is typed over it is what it shows next.
Locks the stock; audited.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4101 offering_not_found  there is no such product, or it is somebody else's
  M9107 stock_too_small     the number is negative or missing
$$;

create or replace function api.adjust_stock(
  p_offering_id uuid,
  p_change      integer,
  p_reason      text
)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_product core.offering := internal.own_product(p_offering_id);
  v_before  integer;
begin
  if coalesce(length(btrim(p_reason)), 0) not between 1 and 500 then
    perform internal.refuse('M0111', 'stock_reason_required',
      'A change of stock has a reason of 1 to 500 characters.',
      'Such as: delivery, broken, counted.');
  end if;
  select s.on_hand into v_before
  from core.stock_item as s
  where s.offering_id = v_product.offering_id;
  if coalesce(v_before, 0) + coalesce(p_change, 0) < 0 then
    perform internal.refuse('M9107', 'stock_too_small',
      format('%s of %s are in stock.', coalesce(v_before, 0), v_product.title));
  end if;

  insert into core.stock_item (offering_id) values (p_offering_id) on conflict do nothing;
  update core.stock_item as s
  set on_hand = s.on_hand + p_change
  where s.offering_id = p_offering_id;
  perform internal.audit('adjust_stock', 'offering', p_offering_id::text,
    jsonb_build_object('on_hand', v_before),
    jsonb_build_object('on_hand', coalesce(v_before, 0) + p_change, 'change', p_change,
                       'reason', btrim(p_reason)));
  return coalesce(v_before, 0) + p_change;
end
$$;

alter function api.adjust_stock owner to definer;

comment on function api.adjust_stock is $$
Add pieces to the stock of a product of the caller's, or take some out (a negative number), and
return how many there are. The first change begins the count. Pieces that unpaid orders keep can be
taken out too: who pays for one then gets their money back. Locks the stock; audited.

Raises
  M0111 stock_reason_required  there is no reason, or a long one
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4101 offering_not_found     there is no such product, or it is somebody else's
  M9107 stock_too_small        more would be taken out than there are
$$;

create or replace function internal.on_goods_back()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.stock_item as s
  set on_hand = s.on_hand + new.quantity
  where s.offering_id = new.offering_id;
  return null;
end
$$;

alter function internal.on_goods_back owner to definer;

comment on function internal.on_goods_back is $$
Trigger: pieces that were sold and come back, or were called off before they were sent, are in stock
again. What came back broken is taken out with api.adjust_stock.
$$;

create or replace trigger order_line_back after update of fulfilment, called_off_at
  on core.order_line
  for each row
  when (new.kind = 'goods' and old.called_off_at is null
        and (new.fulfilment = 'returned' and old.fulfilment in ('placed', 'shipped', 'delivered')
             or new.called_off_at is not null and old.fulfilment = 'placed'))
  execute function internal.on_goods_back();

create or replace function api.save_product(
  p_product   jsonb,
  p_if_exists text default 'merge'
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_extra constant text[] := array['sku', 'product_type', 'on_hand'];
  v_id    uuid := api.save_offering(p_product - v_extra || '{"kind": "product"}', p_if_exists);
begin
  if v_id is null then
    return null;
  end if;
  if p_product ? 'product_type' then
    update core.offering as o
    set attrs = jsonb_strip_nulls(
      o.attrs || jsonb_build_object('product_type', left(p_product ->> 'product_type', 60)))
    where o.offering_id = v_id;
  end if;
  if p_product ? 'on_hand' then
    perform api.set_stock(v_id, (p_product ->> 'on_hand')::integer);
  end if;
  if p_product ? 'sku' then
    -- Not counted yet: a product with a number begins with none in stock.
    insert into core.stock_item as s (offering_id, sku)
    values (v_id, p_product ->> 'sku')
    on conflict (offering_id) do update set sku = excluded.sku;
  end if;
  return v_id;
end
$$;

alter function api.save_product owner to definer;

comment on function api.save_product is $$
Make or change a product of the caller's, and return its id; what staff makes is the platform's,
unless "provider_id" says whose. p_product: what api.save_offering takes, and {"sku"?,
"product_type"?, "on_hand"? (see api.set_stock)}. p_if_exists as there.

Raises
  23505  another product has this sku
  and what api.save_offering raises
$$;

create or replace trigger stock_item_touch before update on core.stock_item
  for each row execute function internal.on_row_touched();
