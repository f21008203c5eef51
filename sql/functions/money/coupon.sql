-- Using a coupon once per order, and giving the use back.

create or replace function internal.coupon_discount(
  p_coupon         core.coupon,
  p_subtotal_minor bigint
)
returns bigint
language sql
immutable
return least(
  p_subtotal_minor,
  coalesce((p_coupon).amount_minor,
           round(p_subtotal_minor * (p_coupon).percent / 100.0)::bigint));

comment on function internal.coupon_discount is
  'What a coupon takes off: never more than there is to pay.';

create or replace function internal.redeem_coupon(
  p_code           text,
  p_order_id       uuid,
  p_customer_id    uuid,
  p_provider_id    uuid,
  p_subtotal_minor bigint,
  p_currency       text
)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_coupon core.coupon;
begin
  if nullif(btrim(p_code), '') is null then
    return 0;
  end if;

  -- Everyone who uses this coupon queues here, so the count below stays true.
  select c.* into v_coupon
  from core.coupon as c
  where c.code = upper(btrim(p_code))
  for update;

  if not found or not v_coupon.is_active or v_coupon.provider_id <> p_provider_id then
    perform internal.refuse('M4301', 'coupon_not_found',
      'There is no such coupon for this.', 'Leave it out, or check its spelling.');
  elsif now() not between v_coupon.valid_from and coalesce(v_coupon.valid_until, 'infinity') then
    perform internal.refuse('M9301', 'coupon_expired', 'This coupon is not valid now.');
  elsif v_coupon.currency <> p_currency or p_subtotal_minor < v_coupon.min_subtotal_minor then
    perform internal.refuse('M9302', 'coupon_not_applicable',
      'This coupon is for another currency, or for a larger sum.');
  elsif v_coupon.uses >= v_coupon.max_uses or v_coupon.per_customer <= (
    select count(*)
    from core.coupon_redemption as r
    where r.coupon_id = v_coupon.coupon_id and r.customer_id = p_customer_id
      and r.released_at is null
  ) then
    perform internal.refuse('M9306', 'coupon_used_up', 'This coupon has been used up.');
  end if;

  update core.coupon as c set uses = c.uses + 1 where c.coupon_id = v_coupon.coupon_id;
  insert into core.coupon_redemption (order_id, coupon_id, customer_id)
  values (p_order_id, v_coupon.coupon_id, p_customer_id);
  return internal.coupon_discount(v_coupon, p_subtotal_minor);
end
$$;

alter function internal.redeem_coupon owner to definer;

comment on function internal.redeem_coupon is $$
Use a coupon for an order and return what it takes off; no code takes off nothing. Locks the
coupon.

Raises
  M4301 coupon_not_found       there is none, it is switched off, or another provider's
  M9301 coupon_expired         its time has not come, or is over
  M9302 coupon_not_applicable  another currency, or too small a sum
  M9306 coupon_used_up         all its uses are taken, or all of this customer's
$$;

create or replace function internal.release_coupon(p_order_id uuid)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  with released as (
    update core.coupon_redemption as r
    set released_at = now()
    where r.order_id = p_order_id and r.released_at is null
    returning r.coupon_id
  )
  update core.coupon as c
  set uses = c.uses - 1
  from released as r
  where c.coupon_id = r.coupon_id;
end;

alter function internal.release_coupon owner to definer;

comment on function internal.release_coupon is
  'Give back the use of a coupon whose order will not be paid; once.';

create or replace function api.create_coupon(
  p_code               text,
  p_percent            integer default null,
  p_amount_minor       bigint default null,
  p_currency           text default null,
  p_max_uses           integer default null,
  p_per_customer       integer default 1,
  p_min_subtotal_minor bigint default 0,
  p_valid_from         timestamptz default now(),
  p_valid_until        timestamptz default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_coupon_id   uuid := internal.uuid_v7();
  -- Staff's coupons are good for everything; a provider's for what they sell.
  v_provider_id uuid := case when internal.is_service() or internal.is_staff() then null
                             else internal.require_provider_id() end;
begin
  insert into core.coupon
    (coupon_id, code, provider_id, kind, percent, amount_minor, currency, max_uses,
     per_customer, min_subtotal_minor, valid_from, valid_until)
  values
    (v_coupon_id, upper(btrim(p_code)), v_provider_id,
     case when p_percent is not null then 'percent' else 'amount' end, p_percent, p_amount_minor,
     upper(p_currency), p_max_uses, p_per_customer, p_min_subtotal_minor, p_valid_from,
     p_valid_until);
  return v_coupon_id;
end
$$;

alter function api.create_coupon owner to definer;

comment on function api.create_coupon is $$
Make a coupon: of percent, or of an amount in a currency. Staff's is good for everything, a
provider's for what they sell.

Raises
  M1001 sign_in_required, M4001 provider_not_found
  23505  the code is taken
  23514  both percent and amount, neither, or one out of range
$$;

create or replace function api.set_coupon_active(p_coupon_id uuid, p_is_active boolean)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_caller_id uuid := case when not internal.is_service() then internal.require_user_id() end;
begin
  update core.coupon as c
  set is_active = p_is_active
  where c.coupon_id = p_coupon_id
    and (internal.is_service() or internal.is_staff() or c.provider_id = v_caller_id);
  if not found then
    perform internal.refuse('M4303', 'coupon_not_yours',
      format('You have no coupon %s.', p_coupon_id));
  end if;
end
$$;

alter function api.set_coupon_active owner to definer;

comment on function api.set_coupon_active is $$
Switch a coupon on or off: one's own, or any for staff. Orders that used it keep it.

Raises
  M1001 sign_in_required  nobody is signed in
  M4303 coupon_not_yours  there is none, or it is somebody else's
$$;

create or replace trigger coupon_touch before update on core.coupon
  for each row execute function internal.on_row_touched();
