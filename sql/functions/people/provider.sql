-- Providers: becoming one, and being verified.

create or replace function api.become_provider(
  p_display_name text default null,
  p_bio          text default null,
  p_specialties  text[] default null,
  p_currency     text default null,
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
      bio          = coalesce(p_bio, p.bio),
      timezone     = coalesce(p_timezone, p.timezone)
  where p.person_id = v_person_id;

  insert into core.provider as v (provider_id, specialties, currency)
  select v_person_id, coalesce(p_specialties, '{}'), coalesce(p_currency, m.default_currency)
  from core.marketplace as m
  on conflict (provider_id) do update
    set specialties = coalesce(p_specialties, v.specialties),
        currency    = coalesce(p_currency, v.currency);

  return v_person_id;
end
$$;

alter function api.become_provider owner to definer;

comment on function api.become_provider is $$
Make the caller a provider, and return their id.
Safe to repeat: given values replace the old ones, nulls change nothing.
Security definer, because people may not give themselves roles.

Raises
  M0001 timezone_unknown  p_timezone is no IANA name
  M1001 sign_in_required  nobody is signed in
  M3001 person_suspended  the account is suspended or closed
  M3002 sign_up_required  the caller is an anonymous guest
$$;

create or replace function api.verify_provider(p_provider_id uuid, p_verification text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before text;
begin
  if not (internal.is_service() or internal.is_staff()) then
    raise exception using errcode = '42501', message = 'Only staff verifies providers.';
  end if;

  select p.verification into v_before
  from core.provider as p
  where p.provider_id = p_provider_id
  for no key update;

  if not found then
    perform internal.refuse(
      'M4001', 'provider_not_found', format('There is no provider %s.', p_provider_id));
  end if;

  update core.provider as p
  set verification = p_verification
  where p.provider_id = p_provider_id;

  perform internal.audit('verify', 'provider', p_provider_id::text,
                         to_jsonb(v_before), to_jsonb(p_verification));
end
$$;

alter function api.verify_provider owner to definer;

comment on function api.verify_provider is $$
Set the verification of a provider: pending, verified or rejected. For staff; audited.

Raises
  M4001 provider_not_found  there is no such provider
  42501                     the caller is not staff
$$;

create or replace function internal.on_person_stopped()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.provider as p
  set accepting_bookings = false
  where p.provider_id = new.person_id;
  return null;
end
$$;

alter function internal.on_person_stopped owner to definer;

comment on function internal.on_person_stopped is
  'Trigger: a suspended or erased person cannot be booked. They switch it on again themselves.';

create or replace trigger person_stop after update of status on core.person
  for each row when (new.status <> 'active')
  execute function internal.on_person_stopped();

create or replace trigger availability_rule_timezone
  before insert or update of timezone on core.availability_rule
  for each row execute function internal.on_timezone_given();

create or replace function internal.require_provider_id()
returns uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_user_id();
begin
  if not exists (select from core.provider as p where p.provider_id = v_provider_id) then
    perform internal.refuse(
      'M4001', 'provider_not_found', 'The caller is not a provider.', 'Become one first.');
  end if;
  return v_provider_id;
end
$$;

alter function internal.require_provider_id owner to definer;

comment on function internal.require_provider_id is $$
The caller, as a provider.

Raises
  M1001 sign_in_required    nobody is signed in
  M4001 provider_not_found  the caller is not a provider
$$;
