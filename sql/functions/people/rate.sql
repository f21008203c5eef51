-- Rates by distance: setting them, and finding the one for a customer.

create or replace function api.set_rate_tiers(p_tiers jsonb, p_provider_id uuid default null)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_identity(coalesce(p_provider_id, internal.user_id()));
  v_currency    text;
begin
  if p_tiers is null or jsonb_typeof(p_tiers) <> 'array' or jsonb_array_length(p_tiers) > 20 then
    perform internal.refuse('M0112', 'rate_tiers_invalid', 'Rates are an array of at most 20.',
      'Each is {"max_radius_m": 1..20000000, "rate_minor": 0..99999999} or has a decimal "rate".');
  end if;

  -- The second of two writers waits here, so their rates do not mix.
  select p.currency into v_currency
  from core.provider as p
  where p.provider_id = v_provider_id
  for no key update;
  if not found then
    perform internal.refuse(
      'M4001', 'provider_not_found', 'The caller is not a provider.', 'Become one first.');
  end if;

  delete from core.provider_rate_tier as t where t.provider_id = v_provider_id;
  insert into core.provider_rate_tier (provider_id, max_radius_m, rate_minor)
  select v_provider_id, t.max_radius_m,
         coalesce(t.rate_minor, internal.to_minor(t.rate, v_currency))
  from jsonb_to_recordset(p_tiers) as t(max_radius_m integer, rate_minor bigint, rate numeric);
  return jsonb_array_length(p_tiers);
end
$$;

alter function api.set_rate_tiers owner to definer;

comment on function api.set_rate_tiers is $$
Replace the caller's hourly rates by distance, and return how many there are now. p_tiers:
[{"max_radius_m": 10000, "rate_minor": 40000}, ...], in minor units of the provider's currency, or
with "rate", a decimal. A customer pays the rate of the smallest radius that reaches them.
Locks the provider.

Raises
  M0014 amount_invalid, M0015 amount_too_fine
  M0112 rate_tiers_invalid  it is no array, or has more than 20
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4001 provider_not_found  the caller is not a provider
  23502, 23505, 23514       a radius or a rate is missing, twice there, or out of range
$$;

create or replace function internal.hourly_rate(p_provider_id uuid, p_customer_id uuid)
returns bigint
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_distance_m double precision;
  v_rate       bigint;
begin
  if not exists (select from core.provider_rate_tier as t where t.provider_id = p_provider_id) then
    select p.hourly_rate_minor into v_rate
    from core.provider as p
    where p.provider_id = p_provider_id;
    if v_rate is null then
      perform internal.refuse('M9228', 'rate_not_set', 'The provider has set no hourly rate.',
        'Choose one of their services.');
    end if;
    return v_rate;
  end if;

  v_distance_m := internal.person_distance_m(p_provider_id, p_customer_id);
  if v_distance_m is null then
    perform internal.refuse('M9229', 'distance_unknown',
      'The price depends on the distance, which is not known.',
      'Save a place with coordinates (save_location) first.');
  end if;

  select t.rate_minor into v_rate
  from core.provider_rate_tier as t
  where t.provider_id = p_provider_id and t.max_radius_m >= v_distance_m
  order by t.max_radius_m
  limit 1;
  if not found then
    perform internal.refuse('M9230', 'too_far_away', 'The provider does not travel so far.');
  end if;
  return v_rate;
end
$$;

alter function internal.hourly_rate owner to definer;

comment on function internal.hourly_rate is $$
What an hour of a provider costs a customer: the rate of their distance, or the provider's only
rate if distance makes no difference.

Raises
  M9228 rate_not_set      the provider has no hourly rate at all
  M9229 distance_unknown  the rate depends on it, and one of the two has no primary place
  M9230 too_far_away      the customer is beyond the largest radius
$$;
