-- What the house takes of a sale. A line keeps the rate at which it was ordered.

create or replace function internal.commission_bp(p_provider_id uuid)
returns integer
language plpgsql
stable
as $$
begin
  -- plpgsql keeps its plan; an SQL function would be planned again by every booking.
  return (
    select case
      when p_provider_id is null then 10000
      else least(10000, coalesce(c.commission_bp, m.commission_bp) + coalesce((
        select max(p.commission_bp)
        from core.promotion as p
        where p.provider_id = p_provider_id and p.status = 'running' and p.expires_at > now()), 0))
      end
    from core.marketplace as m
    left join core.commission as c on c.provider_id = p_provider_id
    where m.is_only);
end
$$;

comment on function internal.commission_bp is $$
The present commission rate of a seller: what was agreed with them, or else the marketplace's, and
what a promotion that runs adds to it. What the platform sells is all its own.
$$;

create or replace function internal.commission_of(p_total_minor bigint, p_commission_bp integer)
returns bigint
language sql
immutable
parallel safe
return round(p_total_minor::numeric * p_commission_bp / 10000)::bigint;

comment on function internal.commission_of is
  'The platform''s part of a sum, to the nearest minor unit; the seller gets the rest.';

create or replace function internal.commission_of_line(
  p_line   core.order_line,
  p_coupon core.coupon
)
returns bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- plpgsql keeps its plan; an SQL function would be planned again by every booking.
  return (
    -- Of a coupon of the house the settings say who bears it; a seller's own lowers the sale itself.
    select case
      when (p_coupon).coupon_id is null or (p_coupon).provider_id is not null
           or (p_line).provider_id is null or m.house_coupon_by = 'shared'
        then internal.commission_of((p_line).total_minor, (p_line).commission_bp)
      when m.house_coupon_by = 'house'
        then greatest(0, internal.commission_of(
               (p_line).total_minor + (p_line).discount_minor, (p_line).commission_bp)
             - (p_line).discount_minor)
      else least((p_line).total_minor, internal.commission_of(
             (p_line).total_minor + (p_line).discount_minor, (p_line).commission_bp))
    end
    from core.marketplace as m);
end
$$;

alter function internal.commission_of_line owner to definer;

comment on function internal.commission_of_line is $$
The platform's part of what the customer pays for a line that a coupon (or none) has lowered. If the
house bears its own coupon, it forgoes its commission first; internal.subsidy_of_line is the rest.
$$;

create or replace function internal.subsidy_of_line(
  p_line   core.order_line,
  p_coupon core.coupon
)
returns bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case
      when m.house_coupon_by = 'house' and (p_coupon).provider_id is null
           and (p_line).provider_id is not null
        then greatest(0, (p_line).discount_minor - internal.commission_of(
               (p_line).total_minor + (p_line).discount_minor, (p_line).commission_bp))
      else 0
    end
    from core.marketplace as m);
end
$$;

alter function internal.subsidy_of_line owner to definer;

comment on function internal.subsidy_of_line is $$
What the platform adds to a line that its own coupon has lowered by more than its commission, if it
bears its coupons: the seller's share is then what it would be without the coupon.
$$;

create or replace function api.set_commission(p_provider_id uuid, p_commission_bp integer)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before integer;
begin
  perform internal.require_admin();
  if not exists (select from core.provider as v where v.provider_id = p_provider_id) then
    perform internal.refuse('M4001', 'provider_not_found',
      format('There is no provider %s.', p_provider_id));
  elsif p_commission_bp not between 0 and 10000 then
    perform internal.refuse('M0314', 'commission_invalid',
      'A commission is between 0 and 10000 hundredths of a percent.');
  end if;

  v_before := internal.commission_bp(p_provider_id);
  if p_commission_bp is null then
    delete from core.commission as c where c.provider_id = p_provider_id;
  else
    insert into core.commission as c (provider_id, commission_bp)
    values (p_provider_id, p_commission_bp)
    on conflict (provider_id) do update
    set commission_bp = excluded.commission_bp, agreed_at = now();
  end if;
  perform internal.audit('set_commission', 'provider', p_provider_id::text,
    jsonb_build_object('commission_bp', v_before),
    jsonb_build_object('commission_bp', p_commission_bp));
  return internal.commission_bp(p_provider_id);
end
$$;

alter function api.set_commission owner to definer;

comment on function api.set_commission is $$
Agree on a commission with one provider, in hundredths of a percent (1200 is 12 %); null takes the
marketplace's again. Returns what holds now. It counts for what is ordered from now on. For
administrators; audited.

Raises
  M0314 commission_invalid  not between 0 and 10000
  M3301 staff_only, M3302 admin_only
  M4001 provider_not_found  there is no such provider
$$;
