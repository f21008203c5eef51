-- The settings of the business, for those who may read them: everybody.

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
