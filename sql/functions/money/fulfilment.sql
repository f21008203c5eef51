-- Fulfilment: how far the delivery of goods has come. It is apart from the state of the payment:
-- a refund does not bring goods back, and goods that come back are not refunded by themselves.

create or replace function internal.follows_in_delivery(p_from text, p_to text)
returns boolean
language sql
immutable
parallel safe
return (p_from, p_to) in (
  ('placed', 'shipped'), ('placed', 'delivered'), ('shipped', 'delivered'),
  ('shipped', 'returned'), ('delivered', 'returned'));

comment on function internal.follows_in_delivery is
  'Whether goods may go from one state to another: forward, and back once they were sent.';

create or replace function internal.tell_of_goods(p_line core.order_line)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_payload constant jsonb := jsonb_build_object(
    'order_id', p_line.order_id, 'order_line_id', p_line.order_line_id);
begin
  if p_line.provider_id is null then
    perform internal.announce('staff.goods_ordered', null, v_payload);
  else
    perform internal.notify(p_line.provider_id, 'goods_ordered', v_payload);
  end if;
end
$$;

alter function internal.tell_of_goods owner to definer;

comment on function internal.tell_of_goods is
  'Tell the seller of paid goods that there is something to send; staff, if the platform sells them.';

create or replace function internal.lock_sold_line(p_order_line_id uuid)
returns core.order_line
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line core.order_line;
begin
  perform internal.require_actor();
  select l.* into v_line
  from core.order_line as l
  where l.order_line_id = p_order_line_id
    and (l.provider_id = internal.user_id() or internal.is_staff() or internal.is_service());
  if not found then
    perform internal.refuse('M4309', 'order_line_not_found',
      format('You have sold nothing of the number %s.', p_order_line_id));
  end if;

  -- Stock before the line, as when it is sold: goods that come back change it.
  perform internal.lock_stock(array[v_line.offering_id]);
  select l.* into v_line
  from core.order_line as l
  where l.order_line_id = p_order_line_id
  for no key update;
  return v_line;
end
$$;

alter function internal.lock_sold_line owner to definer;

comment on function internal.lock_sold_line is $$
Lock the stock and the row of a line that the caller sells; staff may have any.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4309 order_line_not_found  there is none, or another sells it
$$;

create or replace function api.move_fulfilment(p_order_line_id uuid, p_fulfilment text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_line core.order_line;
begin
  if p_fulfilment is null
     or p_fulfilment not in ('placed', 'shipped', 'delivered', 'returned') then
    perform internal.refuse('M0311', 'fulfilment_unknown',
      'Goods are placed, shipped, delivered or returned.');
  end if;
  v_line := internal.lock_sold_line(p_order_line_id);
  if v_line.fulfilment = p_fulfilment then
    return false;
  elsif v_line.fulfilment is null or v_line.called_off_at is not null
        or not internal.follows_in_delivery(v_line.fulfilment, p_fulfilment) then
    perform internal.refuse('M9310', 'fulfilment_not_next',
      format('What is %s cannot become %s.',
             case when v_line.called_off_at is not null then 'called off'
                  else coalesce(v_line.fulfilment, 'not paid, or no goods') end, p_fulfilment),
      'It goes from placed to shipped to delivered, and returns once it was sent.');
  end if;

  update core.order_line as l
  set fulfilment = p_fulfilment
  where l.order_line_id = p_order_line_id;
  perform internal.notify(v_line.customer_id, 'goods_' || p_fulfilment, jsonb_build_object(
    'order_id', v_line.order_id, 'order_line_id', v_line.order_line_id));
  if v_line.provider_id is distinct from internal.user_id() then
    perform internal.audit('move_fulfilment', 'order_line', p_order_line_id::text,
      jsonb_build_object('fulfilment', v_line.fulfilment),
      jsonb_build_object('fulfilment', p_fulfilment));
  end if;
  return true;
end
$$;

alter function api.move_fulfilment owner to definer;

comment on function api.move_fulfilment is $$
Say that goods were shipped, were delivered, or came back, and tell their buyer; for the seller of
the line, and for staff, whose word is audited. What comes back is in stock again. No money moves:
staff refunds a line with api.refund_payment. Safe to repeat: false if it is so already. Locks the
stock and the line.

Raises
  M0311 fulfilment_unknown    neither placed, shipped, delivered nor returned
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4309 order_line_not_found  there is none, or another sells it
  M9310 fulfilment_not_next   it is not paid, no goods, called off, or not so far
$$;

create or replace function internal.line_status(p_line core.order_line, p_order_status text)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Not one query: a function of SQL inside another is planned anew for every row of a list.
  if not exists (
    select from core.earning as e where e.order_line_id = p_line.order_line_id
  ) then
    return case
      when p_line.called_off_at is not null or p_order_status = 'cancelled' then 'called_off'
      when p_order_status = 'paid' then 'paid'
      else 'pending'
    end;
  end if;
  return case
    when internal.line_left(p_line.order_line_id) = 0 then 'refunded'
    when p_line.called_off_at is not null or p_order_status = 'cancelled' then 'called_off'
    else 'paid'
  end;
end
$$;

alter function internal.line_status owner to definer;

comment on function internal.line_status is
  'How a line stands: pending, paid, refunded (all of it went back), or called_off.';

create or replace function api.my_sales(
  p_fulfilment text default null,
  p_before     timestamptz default null,
  p_limit      integer default 50
)
returns table (
  order_line_id  uuid,
  order_number   text,
  placed_at      timestamptz,
  kind           text,
  title          text,
  offering_id    uuid,
  booking_id     uuid,
  buyer_name     text,
  quantity       integer,
  currency       text,
  total          numeric,
  earned         numeric,
  total_minor    bigint,
  refunded_minor bigint,
  disputed_minor bigint,
  earned_minor   bigint,
  status         text,
  fulfilment     text
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with sale as (
    select l.order_line_id, o.number, o.placed_at, o.currency, o.status, l.kind, l.title,
           l.offering_id, l.booking_id, l.customer_id, l.quantity, l.total_minor, l.fulfilment,
           internal.line_status(l, o.status) as line_status,
           coalesce((
             select sum(x.amount_minor)
             from core.refund_line as x
             join core.refund as r using (refund_id)
             where x.order_line_id = l.order_line_id
               and r.status not in ('dropped', 'covered') and r.resent_as is null), 0)::bigint
             as refunded_minor,
           coalesce((
             select sum(x.amount_minor)
             from core.dispute_line as x
             join core.dispute as d using (dispute_id)
             where x.order_line_id = l.order_line_id
               and (d.closed_at is null or d.lost_at is not null and d.regained_at is null)),
             0)::bigint as disputed_minor,
           coalesce((
             select e.provider_minor - e.returned_minor
             from core.earning as e
             where e.order_line_id = l.order_line_id), 0)::bigint as earned_minor
    from core.order_line as l
    join core.order as o using (order_id)
    where l.provider_id = internal.user_id()
      and (p_fulfilment is null or l.fulfilment = p_fulfilment)
      and (p_before is null or o.placed_at < p_before)
    order by o.placed_at desc, l.order_line_id desc
    limit least(greatest(coalesce(p_limit, 50), 0), 500)
  )
  select s.order_line_id, s.number, s.placed_at, s.kind, s.title, s.offering_id, s.booking_id,
         internal.name_of(s.customer_id), s.quantity, s.currency,
         internal.to_decimal(s.total_minor, s.currency),
         internal.to_decimal(s.earned_minor, s.currency), s.total_minor, s.refunded_minor,
         s.disputed_minor, s.earned_minor, s.line_status, s.fulfilment
  from sale as s
  order by s.placed_at desc, s.order_line_id desc;
end;

alter function api.my_sales owner to definer;

comment on function api.my_sales is $$
What the caller has sold, line by line, the newest first: to whom, for how much, what was refunded
or is disputed of it, what it leaves to the seller, and how far it was sent. Only lines of the
caller's: nothing of what else the order holds. For the next page pass the last placed_at as
p_before.
$$;
