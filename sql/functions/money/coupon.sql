-- Coupons: the discount, using one for an order, and giving the use back.

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

create or replace function internal.price_lines(
  p_lines    core.order_line[],
  p_coupon   core.coupon,
  p_currency text,
  p_order_id uuid
)
returns core.order_line[]
language plpgsql
stable
as $$
declare
  v_weights  bigint[] := array[]::bigint[];
  v_parts    bigint[];
  v_eligible bigint;
  v_discount bigint;
  v_step     bigint;
  v_line     core.order_line;
begin
  if p_coupon.coupon_id is not null then
    select c.charge_step into strict v_step from core.currency as c where c.currency = p_currency;
    for i in 1 .. cardinality(p_lines) loop
      v_weights := v_weights
        || case when internal.coupon_fits(p_coupon, p_lines[i])
                then p_lines[i].unit_minor * p_lines[i].quantity else 0 end;
    end loop;
    select sum(w.weight) into v_eligible from unnest(v_weights) as w(weight);

    -- Round the discount down to the charge step, so that the rest can be charged.
    v_discount := internal.coupon_discount(p_coupon, v_eligible);
    if v_discount < v_eligible then
      v_discount := v_discount - v_discount % v_step;
    end if;
    v_parts := internal.split(
      v_discount / v_step, array(select w.weight / v_step
                                 from unnest(v_weights) with ordinality as w(weight, n)
                                 order by w.n));
  end if;

  for i in 1 .. cardinality(p_lines) loop
    v_line := p_lines[i];
    v_line.order_id := p_order_id;
    v_line.discount_minor := coalesce(v_parts[i] * v_step, 0);
    v_line.total_minor :=
      v_line.unit_minor * v_line.quantity - v_line.discount_minor + v_line.tax_minor;
    if v_line.discount_minor > 0 then
      v_line.commission_minor := internal.commission_of_line(v_line, p_coupon);
      v_line.subsidy_minor := internal.subsidy_of_line(v_line, p_coupon);
    else
      v_line.commission_minor := internal.commission_of(v_line.total_minor, v_line.commission_bp);
      v_line.subsidy_minor := 0;
    end if;
    p_lines[i] := v_line;
  end loop;
  return p_lines;
end
$$;

comment on function internal.price_lines is $$
What lines cost with a coupon, or without one (null). The discount is split over the lines that the
coupon is valid for, by their price, exactly and in steps that can be charged. Quotes and orders
both price lines here; a quote has no order.
$$;

create or replace function internal.coupon_fits(p_coupon core.coupon, p_line core.order_line)
returns boolean
language sql
immutable
return coalesce((p_coupon).provider_id is null or (p_coupon).provider_id = (p_line).provider_id,
                false);

comment on function internal.coupon_fits is
  'Whether a coupon is valid for a line: a provider''s for their own, the platform''s for all.';

create or replace function internal.check_coupon(
  p_coupon      core.coupon,
  p_customer_id uuid,
  p_lines       core.order_line[],
  p_currency    text
)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_eligible bigint;
begin
  perform internal.require_few_guesses();
  select sum(l.unit_minor * l.quantity) into v_eligible
  from unnest(p_lines) as l
  where p_coupon.provider_id is null or p_coupon.provider_id = l.provider_id;

  if p_coupon.coupon_id is null or not p_coupon.is_active or v_eligible is null then
    perform internal.count_and_refuse('M4301', 'coupon_not_found',
      'There is no such coupon for this offering.', 'Check the spelling, or leave the coupon out.');
  elsif now() not between p_coupon.valid_from and coalesce(p_coupon.valid_until, 'infinity') then
    perform internal.refuse('M9301', 'coupon_expired', 'This coupon is not valid now.');
  elsif p_coupon.currency <> p_currency or v_eligible < p_coupon.min_subtotal_minor then
    perform internal.refuse('M9302', 'coupon_not_applicable',
      'This coupon is for another currency, or needs a larger sum.');
  elsif internal.coupon_is_used_up(p_coupon, p_customer_id) then
    perform internal.refuse('M9306', 'coupon_used_up', 'This coupon has been used up.');
  end if;
end
$$;

alter function internal.check_coupon owner to definer;

comment on function internal.check_coupon is $$
Refuse a coupon that cannot be used for these lines.

Raises
  M4301 coupon_not_found       there is none, it is switched off, or it is good for no line
  M9301 coupon_expired         its time has not come, or is over
  M9302 coupon_not_applicable  another currency, or too small a sum
  M9306 coupon_used_up         all its uses are taken, or all of this customer's
  M9004 too_many_guesses       the caller has guessed twenty codes within an hour
$$;

create or replace function internal.coupon_is_used_up(p_coupon core.coupon, p_customer_id uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce((p_coupon).uses >= (p_coupon).max_uses, false)
      or (p_coupon).per_customer <= (
        select count(*)
        from core.coupon_redemption as r
        where r.coupon_id = (p_coupon).coupon_id
          and r.customer_id = p_customer_id
          and r.released_at is null);
end;

alter function internal.coupon_is_used_up owner to definer;

comment on function internal.coupon_is_used_up is
  'Whether a coupon has no uses left, or none for this customer.';

create or replace function internal.redeem_coupon(
  p_code        text,
  p_order_id    uuid,
  p_customer_id uuid,
  p_lines       core.order_line[],
  p_currency    text
)
returns core.coupon
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_coupon core.coupon;
begin
  if nullif(btrim(p_code), '') is null then
    return null;
  end if;

  -- Everyone who uses this coupon waits here, so the count below stays true.
  select c.* into v_coupon
  from core.coupon as c
  where c.code = upper(btrim(p_code))
  for update;
  perform internal.check_coupon(v_coupon, p_customer_id, p_lines, p_currency);

  update core.coupon as c set uses = c.uses + 1 where c.coupon_id = v_coupon.coupon_id;
  insert into core.coupon_redemption (order_id, coupon_id, customer_id)
  values (p_order_id, v_coupon.coupon_id, p_customer_id);
  return v_coupon;
end
$$;

alter function internal.redeem_coupon owner to definer;

comment on function internal.redeem_coupon is $$
Use a coupon for an order and return it; null without a code. Locks the coupon.

Raises
  M4301 coupon_not_found, M9301 coupon_expired, M9302 coupon_not_applicable,
  M9306 coupon_used_up
$$;

create or replace function internal.retake_coupon(p_order_id uuid)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_use    core.coupon_redemption;
  v_coupon core.coupon;
begin
  select r.* into v_use from core.coupon_redemption as r where r.order_id = p_order_id;
  if not found or v_use.released_at is null then
    return true;
  end if;

  perform from core.customer as c where c.customer_id = v_use.customer_id for no key update;
  select c.* into v_coupon
  from core.coupon as c
  where c.coupon_id = v_use.coupon_id
  for update;
  if internal.coupon_is_used_up(v_coupon, v_use.customer_id) then
    return false;
  end if;

  update core.coupon as c set uses = c.uses + 1 where c.coupon_id = v_coupon.coupon_id;
  update core.coupon_redemption as r set released_at = null where r.order_id = p_order_id;
  return true;
end
$$;

alter function internal.retake_coupon owner to definer;

comment on function internal.retake_coupon is $$
Take the use of a coupon again for an order that is paid late, after the use was given back. False
if somebody else has it by now. Locks the customer, then the coupon.
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
  'Give back the use of a coupon, once, when no line of its order stands any more.';

create or replace function api.create_coupon(
  p_code               text,
  p_percent            integer default null,
  p_amount_minor       bigint default null,
  p_currency           text default null,
  p_max_uses           integer default null,
  p_per_customer       integer default 1,
  p_min_subtotal_minor bigint default 0,
  p_valid_from         timestamptz default now(),
  p_valid_until        timestamptz default null,
  p_coupon_id          uuid default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_coupon_id   uuid := coalesce(p_coupon_id, internal.uuid_v7());
  -- Coupons of staff are valid for everything, those of a provider for their own offerings.
  v_provider_id uuid := case when internal.is_service() or internal.is_staff() then null
                             else internal.require_provider_id() end;
begin
  perform internal.require_actor();
  perform internal.require_room(
    (select count(*) from core.coupon as c where c.provider_id = v_provider_id),
    m.max_coupons, 'coupons')
  from core.marketplace as m;
  perform internal.require_few_guesses();

  insert into core.coupon
    (coupon_id, code, provider_id, kind, percent, amount_minor, currency, max_uses,
     per_customer, min_subtotal_minor, valid_from, valid_until)
  values
    (v_coupon_id, upper(btrim(p_code)), v_provider_id,
     case when p_percent is not null then 'percent' else 'amount' end, p_percent, p_amount_minor,
     upper(p_currency), p_max_uses, p_per_customer, p_min_subtotal_minor, p_valid_from,
     p_valid_until)
  on conflict on constraint coupon_code_key do nothing;
  if not found then
    -- Whoever tries codes here learns which ones others have.
    perform internal.count_and_refuse('23505', 'This code is taken.', '', 'Choose another code.');
  end if;
  return v_coupon_id;
end
$$;

alter function api.create_coupon owner to definer;

comment on function api.create_coupon is $$
Make a coupon: a percentage, or an amount in a currency. Coupons of staff are valid for everything,
those of a provider for their own offerings. p_coupon_id is its id, if its client has made one.

Raises
  M3001 person_suspended, M3002 sign_up_required
  M1001 sign_in_required, M4001 provider_not_found
  23505  the code or the id is taken
  23514  both percent and amount, neither, or one out of range
  M9002 too_many_made, M9004 too_many_guesses
$$;

create or replace function api.save_coupon(p_coupon jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id       uuid := (p_coupon ->> 'coupon_id')::uuid;
  v_is_new   boolean := v_id is null
    or not exists (select from core.coupon as c where c.coupon_id = v_id);
  v_currency text := upper(p_coupon ->> 'currency');
begin
  perform internal.require_fields(p_coupon, 'coupon_id', 'code', 'percent', 'amount', 'currency',
    'max_uses', 'per_customer', 'min_subtotal', 'valid_from', 'valid_until', 'is_active');
  if v_id is not null and not (v_is_new and p_coupon ->> 'code' is not null) then
    if not v_is_new and not internal.found_to_save('coupon', p_if_exists) then
      return null;
    end if;
    if p_coupon - array['coupon_id', 'is_active'] <> '{}' then
      raise exception using errcode = '42501',
        message = 'A coupon stays as it was made: switch it off, and make another.';
    end if;
  else
    if p_coupon ->> 'percent' is null or p_coupon ->> 'min_subtotal' is not null then
      v_currency := coalesce(v_currency, (select m.default_currency from core.marketplace as m));
    end if;
    v_id := api.create_coupon(
      p_coupon ->> 'code', (p_coupon ->> 'percent')::integer,
      case when p_coupon ->> 'amount' is not null
           then internal.to_minor((p_coupon ->> 'amount')::numeric, v_currency) end,
      case when p_coupon ->> 'percent' is null then v_currency end,
      (p_coupon ->> 'max_uses')::integer, coalesce((p_coupon ->> 'per_customer')::integer, 1),
      case when p_coupon ->> 'min_subtotal' is not null
           then internal.to_minor((p_coupon ->> 'min_subtotal')::numeric, v_currency) else 0 end,
      coalesce((p_coupon ->> 'valid_from')::timestamptz, now()),
      (p_coupon ->> 'valid_until')::timestamptz, v_id);
  end if;
  if p_coupon ? 'is_active' then
    perform api.set_coupon_active(v_id, coalesce((p_coupon ->> 'is_active')::boolean, true));
  end if;
  return v_id;
end
$$;

alter function api.save_coupon owner to definer;

comment on function api.save_coupon is $$
Make a coupon, or switch one on or off; return its id. p_coupon: {"coupon_id"?, "code", "percent" or
"amount" (a decimal of "currency"), "max_uses"?, "per_customer"?, "min_subtotal"?, "valid_from"?,
"valid_until"?, "is_active"?}; of one that is there only "is_active" may change. p_if_exists: merge,
ignore or fail.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0014 amount_invalid, M0015 amount_too_fine, M0101 currency_unknown
  23505  p_if_exists is fail, and there is a coupon of this id
  42501  something else of a coupon would change
  and what api.create_coupon and api.set_coupon_active raise
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
  perform internal.require_actor();
  perform internal.require_choice(p_is_active, 'p_is_active');
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
Switch a coupon of the caller's on or off; staff can do it for any. Orders that used it keep it.

Raises
  M0208 answer_invalid  p_is_active is neither true nor false
  M3001 person_suspended, M3002 sign_up_required
  M1001 sign_in_required  nobody is signed in
  M4303 coupon_not_yours  there is none, or it is somebody else's
$$;

create or replace trigger coupon_touch before update on core.coupon
  for each row execute function internal.on_row_touched();

create or replace function api.list_coupons()
returns table (
  coupon_id          uuid,
  code               text,
  kind               text,
  percent            integer,
  amount_minor       bigint,
  currency           text,
  min_subtotal_minor bigint,
  max_uses           integer,
  per_customer       integer,
  uses               integer,
  valid_from         timestamptz,
  valid_until        timestamptz,
  is_active          boolean
)
language sql
stable
begin atomic
  select c.coupon_id, c.code, c.kind, c.percent, c.amount_minor, c.currency,
         c.min_subtotal_minor, c.max_uses, c.per_customer, c.uses, c.valid_from, c.valid_until,
         c.is_active
  from core.coupon as c
  where c.provider_id = internal.user_id()
  order by c.seq;
end;

comment on function api.list_coupons is 'The coupons of the caller''s own, oldest first.';
