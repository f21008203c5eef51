-- The settings of the business that everybody may read. And its caps.

create or replace function api.marketplace()
returns jsonb
language sql
stable
begin atomic
  select jsonb_build_object(
    'name', m.name,
    'currency', m.default_currency,
    'timezone', m.default_timezone,
    'hold_min', m.hold_min,
    'slot_horizon_days', m.slot_horizon_days,
    'review_window_days', m.review_window_days
  )
  from core.marketplace as m;
end;

comment on function api.marketplace is
  'What a front end needs to know of the marketplace: name, default currency and zone, limits.';

create or replace function internal.require_settled(p_currency text)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select from core.marketplace as m where p_currency = any (m.settlement_currencies)
  ) then
    perform internal.refuse('M0304', 'currency_not_settled',
      format('This marketplace does not take %s.', p_currency),
      'The house can add it, once Stripe keeps a balance for the platform in it.');
  end if;
end
$$;

alter function internal.require_settled owner to definer;

comment on function internal.require_settled is $$
Refuse a currency in which the platform has no balance at Stripe: a charge in it would be
converted, and no transfer of it to the seller would ever be accepted.

Raises
  M0304 currency_not_settled  it is not among marketplace.settlement_currencies
$$;

create or replace function internal.require_room(p_have bigint, p_most integer, p_what text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_have >= p_most then
    perform internal.refuse('M9002', 'too_many_made',
      format('There are %s %s already, and no more than %s are allowed.', p_have, p_what, p_most),
      'Remove some first, or ask the marketplace for more.');
  end if;
end
$$;

comment on function internal.require_room is $$
Cap what one person makes, lest a newcomer fills the tables: the settings of core.marketplace say
how much.

Raises
  M9002 too_many_made  there are as many as are allowed
$$;

create or replace function internal.check_marketplace(p_settings core.marketplace)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not internal.is_timezone(p_settings.default_timezone) then
    perform internal.refuse('M0001', 'timezone_unknown',
      format('%s is not the name of a time zone.',
             left(quote_nullable(p_settings.default_timezone), 80)));
  end if;
  if not p_settings.default_currency = any (p_settings.settlement_currencies)
     or exists (
       select from unnest(p_settings.settlement_currencies) as s(currency)
       where not exists (select from core.currency as c where c.currency = s.currency)) then
    perform internal.refuse('M0310', 'settlement_incomplete',
      'The settlement currencies are known currencies, the default one among them.');
  end if;
  if jsonb_typeof(p_settings.payout_min) = 'object' and exists (
    select from jsonb_each(p_settings.payout_min) as x
    where jsonb_typeof(x.value) <> 'number' or x.value::text !~ '^[1-9][0-9]{0,7}$'
       or not exists (select from core.currency as c where c.currency = x.key)) then
    perform internal.refuse('M0313', 'payout_min_invalid',
      'The least payout is a whole number of minor units for each currency, {"DKK": 10000}.');
  end if;
end
$$;

alter function internal.check_marketplace owner to definer;

comment on function internal.check_marketplace is $$
Refuse settings that name no time zone, no currency, or no sum.

Raises
  M0001 timezone_unknown, M0310 settlement_incomplete, M0313 payout_min_invalid
$$;

create or replace function api.marketplace_settings()
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  return (select to_jsonb(m) - 'is_only' from core.marketplace as m);
end
$$;

alter function api.marketplace_settings owner to definer;

comment on function api.marketplace_settings is $$
All settings of the business, as set_marketplace takes and returns them. For staff.

Raises
  M3301 staff_only  the caller is not staff
$$;

create or replace function api.set_marketplace(p_settings jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before core.marketplace;
  v_after  core.marketplace;
  v_key    text;
begin
  perform internal.require_admin();
  select m.* into v_before from core.marketplace as m for no key update;

  for v_key in select jsonb_object_keys(p_settings) loop
    if not to_jsonb(v_before) ? v_key or v_key in ('is_only', 'updated_at') then
      perform internal.refuse('M0309', 'setting_unknown',
        format('There is no setting %s.', left(quote_nullable(v_key), 80)));
    end if;
  end loop;
  v_after := jsonb_populate_record(v_before, p_settings);
  perform internal.check_marketplace(v_after);
  if v_after is not distinct from v_before then
    return to_jsonb(v_after) - 'is_only';
  end if;

  update core.marketplace as m
  set name = v_after.name, default_currency = v_after.default_currency,
      default_timezone = v_after.default_timezone,
      commission_bp = v_after.commission_bp, hold_min = v_after.hold_min,
      max_holds = v_after.max_holds, accept_within_min = v_after.accept_within_min,
      waitlist_offer_min = v_after.waitlist_offer_min,
      cancel_grace_min = v_after.cancel_grace_min,
      correct_within_min = v_after.correct_within_min, max_free = v_after.max_free,
      max_free_provider = v_after.max_free_provider, max_free_a_day = v_after.max_free_a_day,
      max_cancels_a_day = v_after.max_cancels_a_day, max_offerings = v_after.max_offerings,
      max_coupons = v_after.max_coupons, max_slots = v_after.max_slots,
      max_waits = v_after.max_waits,
      slot_horizon_days = v_after.slot_horizon_days, clearing_days = v_after.clearing_days,
      settlement_currencies = v_after.settlement_currencies,
      referral_reward_minor = v_after.referral_reward_minor,
      booking_mode = v_after.booking_mode, payout_schedule = v_after.payout_schedule,
      payout_min = v_after.payout_min, house_coupon_by = v_after.house_coupon_by,
      review_window_days = v_after.review_window_days, support_email = v_after.support_email
  returning m.* into v_after;
  perform internal.audit('set_marketplace', 'marketplace', 'all', to_jsonb(v_before),
                         to_jsonb(v_after));
  return to_jsonb(v_after) - 'is_only';
end
$$;

alter function api.set_marketplace owner to definer;

comment on function api.set_marketplace is $$
Change settings of the business, {"commission_bp": 1200, ...}, and return all of them. A new
commission holds for what is ordered from now on. For administrators; a change is audited with what
was before.

Raises
  M0001 timezone_unknown
  M0309 setting_unknown        there is no such setting
  M0310 settlement_incomplete  a settlement currency is unknown, or the default one is missing
  M0313 payout_min_invalid     a least payout is no sum of a currency
  M3301 staff_only, M3302 admin_only
  22P02, 23502, 23514          a value is no value of its setting
$$;
