-- The rules an offering is booked by: mode, notice, buffers, step, how far ahead, how many a day.

create or replace function api.booking_rules(p_offering_id uuid)
returns jsonb
language sql
stable
begin atomic
  select jsonb_build_object(
    'booking_mode', o.booking_mode,
    'min_notice_min', o.min_notice_min,
    'buffer_before_min', o.buffer_before_min,
    'buffer_after_min', o.buffer_after_min,
    'slot_step_min', o.slot_step_min,
    'horizon_days', o.horizon_days,
    'max_per_day', o.max_per_day,
    'cancellation_policy_id', o.cancellation_policy_id,
    'cancellation', c.tiers)
  from core.offering as o
  join core.cancellation_policy as c using (cancellation_policy_id)
  where o.offering_id = p_offering_id;
end;

comment on function api.booking_rules is $$
The rules an offering is booked by, as api.set_booking_rules takes them, and the tiers of its
cancellation policy. Null for an offering that the caller cannot see.
$$;

create or replace function internal.rule_number(
  p_rules jsonb,
  p_name  text,
  p_old   integer,
  p_least integer,
  p_most  integer
)
returns integer
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_value jsonb := p_rules -> p_name;
begin
  if v_value is null then
    return p_old;
  elsif v_value = 'null' then
    return null;
  elsif jsonb_typeof(v_value) = 'number'
        and v_value::numeric between p_least and p_most and v_value::numeric % 1 = 0 then
    return v_value::integer;
  end if;
  perform internal.refuse('M0109', 'rule_invalid',
    format('%s is a whole number from %s to %s.', p_name, p_least, p_most));
end
$$;

comment on function internal.rule_number is $$
A rule that is a number: the old one when it is not named, null when it is to be the default.

Raises
  M0109 rule_invalid  it is no whole number in its range
$$;

create or replace function internal.read_rules(p_offering core.offering, p_rules jsonb)
returns core.offering
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_offering core.offering := p_offering;
begin
  v_offering.booking_mode := case
    when p_rules ? 'booking_mode' then coalesce(p_rules ->> 'booking_mode', 'instant')
    else p_offering.booking_mode end;
  if v_offering.booking_mode not in ('instant', 'request') then
    perform internal.refuse('M0109', 'rule_invalid', 'booking_mode is instant or request.');
  end if;
  v_offering.min_notice_min := coalesce(internal.rule_number(
    p_rules, 'min_notice_min', p_offering.min_notice_min, 0, 525600), 0);
  v_offering.buffer_before_min := coalesce(internal.rule_number(
    p_rules, 'buffer_before_min', p_offering.buffer_before_min, 0, 1440), 0);
  v_offering.buffer_after_min := coalesce(internal.rule_number(
    p_rules, 'buffer_after_min', p_offering.buffer_after_min, 0, 1440), 0);
  v_offering.slot_step_min := internal.rule_number(
    p_rules, 'slot_step_min', p_offering.slot_step_min, 5, 1440);
  v_offering.horizon_days := internal.rule_number(
    p_rules, 'horizon_days', p_offering.horizon_days, 1, 730);
  v_offering.max_per_day := internal.rule_number(
    p_rules, 'max_per_day', p_offering.max_per_day, 1, 100);

  if p_rules ? 'cancellation_policy_id' then
    select c.cancellation_policy_id into v_offering.cancellation_policy_id
    from core.cancellation_policy as c
    where c.cancellation_policy_id::text = p_rules ->> 'cancellation_policy_id'
      and (c.provider_id is null or c.provider_id = p_offering.provider_id);
    if not found then
      perform internal.refuse('M0109', 'rule_invalid',
        'cancellation_policy_id is none of the house''s policies and none of yours.',
        'List them (list_cancellation_policies), or make one (set_cancellation_policy).');
    end if;
  end if;
  return v_offering;
end
$$;

alter function internal.read_rules owner to definer;

comment on function internal.read_rules is $$
An offering with the rules that are named in place of the old ones; null is the default. This is the
one check of them, whichever verb they come through.

Raises
  M0109 rule_invalid  it names the rule and what is allowed
$$;

create or replace function api.set_booking_rules(p_offering_id uuid, p_rules jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_actor();
  perform internal.require_fields(p_rules,
    'booking_mode', 'min_notice_min', 'buffer_before_min', 'buffer_after_min', 'slot_step_min',
    'horizon_days', 'max_per_day', 'cancellation_policy_id');
  if not exists (
    select
    from core.offering as o
    where o.offering_id = p_offering_id
      and (o.provider_id = internal.user_id() or internal.is_service())
  ) then
    perform internal.refuse(
      'M4101', 'offering_not_found', format('You have no offering %s.', p_offering_id));
  end if;

  perform api.save_offering(p_rules || jsonb_build_object('offering_id', p_offering_id));
  return api.booking_rules(p_offering_id);
end
$$;

alter function api.set_booking_rules owner to definer;

comment on function api.set_booking_rules is $$
Set rules of an offering of the caller's, and return all of them. What is not named stays; null is
the default. Bookings that stand keep the policy and the buffers they were made under.

  booking_mode             instant, or request: the provider accepts or declines
  min_notice_min           bookings are taken until so many minutes before the start
  buffer_before_min, buffer_after_min  minutes kept free around each slot
  slot_step_min            minutes between the starts of two slots; null: the duration
  horizon_days             bookings are taken so many days ahead; null: the marketplace's
  max_per_day              it is sold no more on a day, by the provider's clock, on which so many of
                           their slots are in use, of whatever offering; null: no limit
  cancellation_policy_id   one of the house's, or of the caller's

api.save_offering takes the same rules among its fields.

Raises
  M0012 fields_invalid, M0013 field_unknown
  M0109 rule_invalid        it names the rule and what is allowed
  M4101 offering_not_found  there is none, or it is another provider's
$$;
