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
