-- Customers: becoming one.

create or replace function internal.ensure_customer(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into core.customer (customer_id)
  values (p_person_id)
  on conflict do nothing;
end
$$;

alter function internal.ensure_customer owner to definer;

comment on function internal.ensure_customer is
  'Make the person a customer, if they are not one yet.';

create or replace function api.become_customer(
  p_display_name text default null,
  p_goals        text[] default null,
  p_interests    text[] default null,
  p_timezone     text default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_person_id uuid := internal.require_user_id();
begin
  perform internal.require_active(v_person_id);
  perform internal.ensure_person(v_person_id, p_display_name);

  update core.person as p
  set display_name = coalesce(p_display_name, p.display_name),
      timezone     = coalesce(p_timezone, p.timezone)
  where p.person_id = v_person_id;

  perform internal.ensure_customer(v_person_id);

  update core.customer as c
  set goals     = coalesce(p_goals, c.goals),
      interests = coalesce(p_interests, c.interests)
  where c.customer_id = v_person_id;

  return v_person_id;
end
$$;

alter function api.become_customer owner to definer;

comment on function api.become_customer is $$
Make the caller a customer, and return their id.
Safe to repeat: given values replace the old ones, nulls change nothing.

Raises
  M0001 timezone_unknown  p_timezone is no IANA name
  M1001 sign_in_required  nobody is signed in
  M3001 person_suspended  the account is suspended or closed
$$;
