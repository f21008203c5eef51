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

create or replace function internal.require_customer(p_person_id uuid)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from core.customer as c where c.customer_id = p_person_id) then
    perform internal.refuse(
      'M4202', 'customer_not_found', 'The caller is not a customer yet.', 'Become one first.');
  end if;
end
$$;

alter function internal.require_customer owner to definer;

comment on function internal.require_customer is $$
Refuse somebody who has not become a customer.

Raises
  M4202 customer_not_found  they have not
$$;

create or replace function api.save_customer(
  p_customer  jsonb,
  p_if_exists text default 'merge'
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id       uuid := internal.require_identity(
    coalesce((p_customer ->> 'customer_id')::uuid, internal.user_id()));
  v_customer core.customer;
begin
  perform internal.require_fields(p_customer,
    'customer_id', 'goals', 'interests', 'experience_level', 'preferred_duration_min',
    'username', 'display_name', 'first_name', 'last_name', 'avatar_url', 'bio', 'timezone',
    'locale');
  perform internal.require_active(v_id);
  perform internal.ensure_person(v_id, p_customer ->> 'display_name');

  if exists (select from core.customer as c where c.customer_id = v_id) then
    if not internal.found_to_save('customer', p_if_exists) then
      return null;
    end if;
  else
    perform internal.ensure_customer(v_id);
  end if;
  perform internal.write_person(v_id, p_customer);

  select c.* into v_customer
  from core.customer as c
  where c.customer_id = v_id
  for no key update;
  v_customer := jsonb_populate_record(v_customer, p_customer);

  update core.customer as c
  set goals = v_customer.goals, interests = v_customer.interests,
      experience_level = v_customer.experience_level,
      preferred_duration_min = v_customer.preferred_duration_min
  where c.customer_id = v_id;
  return v_id;
end
$$;

alter function api.save_customer owner to definer;

comment on function api.save_customer is $$
Make the caller a customer, or change their data; return their id.
p_customer: {"customer_id"?, "goals"?, "interests"?, "experience_level"?,
"preferred_duration_min"?, and of the person "display_name"?, "timezone"?, ...}. A field that is
not given stays. p_if_exists: merge changes an existing customer, ignore leaves it and returns
null, fail refuses. Locks the person, then the customer.

Raises
  M0001 timezone_unknown  the zone is no IANA name
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M1001 sign_in_required  nobody is signed in
  M3001 person_suspended  the account is suspended or closed
  M3002 sign_up_required  the caller is an anonymous guest
  23505                   p_if_exists is fail, and they are a customer
  42501                   customer_id is somebody else
$$;

create or replace function internal.customer_number(p_customer_id uuid)
returns integer
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select c.seq from core.customer as c where c.customer_id = p_customer_id);
end
$$;

alter function internal.customer_number owner to definer;

comment on function internal.customer_number is
  'The number of a customer, which systems that count show beside what the customer has done.';
