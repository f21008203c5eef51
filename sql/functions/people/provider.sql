-- Providers: becoming one, and being verified.

create or replace function internal.ensure_provider(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into core.provider (provider_id, currency)
  select p_person_id, m.default_currency
  from core.marketplace as m
  on conflict do nothing;
end
$$;

alter function internal.ensure_provider owner to definer;

comment on function internal.ensure_provider is
  'Make the person a provider in the marketplace''s currency, if they are not one yet.';

create or replace function internal.require_provider(p_person_id uuid)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from core.provider as p where p.provider_id = p_person_id) then
    perform internal.refuse(
      'M4001', 'provider_not_found', 'The caller is not a provider.', 'Become one first.');
  end if;
end
$$;

alter function internal.require_provider owner to definer;

comment on function internal.require_provider is $$
Refuse somebody who has not become a provider.

Raises
  M4001 provider_not_found  they have not
$$;

create or replace function api.save_provider(
  p_provider  jsonb,
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
    coalesce((p_provider ->> 'provider_id')::uuid, internal.user_id()));
  v_provider core.provider;
begin
  perform internal.require_fields(p_provider,
    'provider_id', 'provider_type', 'specialties', 'hourly_rate_minor', 'hourly_rate',
    'currency', 'years_experience', 'accepting_bookings', 'presence', 'service_radius_m',
    'trains_dogs', 'username', 'display_name', 'first_name', 'last_name', 'avatar_url', 'bio', 'timezone',
    'locale');
  perform internal.require_active(v_id);
  perform internal.ensure_person(v_id, p_provider ->> 'display_name');

  if exists (select from core.provider as v where v.provider_id = v_id) then
    if not internal.found_to_save('provider', p_if_exists) then
      return null;
    end if;
  else
    perform internal.ensure_provider(v_id);
  end if;
  perform internal.write_person(v_id, p_provider);

  select v.* into v_provider
  from core.provider as v
  where v.provider_id = v_id
  for no key update;
  v_provider := jsonb_populate_record(v_provider, p_provider
    || case when p_provider ? 'specialties' then jsonb_build_object(
         'specialties', internal.read_words(p_provider -> 'specialties')) else '{}' end);
  v_provider.currency := upper(btrim(v_provider.currency));
  if p_provider ? 'hourly_rate' then
    v_provider.hourly_rate_minor :=
      internal.to_minor((p_provider ->> 'hourly_rate')::numeric, v_provider.currency);
  end if;

  update core.provider as v
  set provider_type = v_provider.provider_type, specialties = v_provider.specialties,
      hourly_rate_minor = v_provider.hourly_rate_minor, currency = v_provider.currency,
      years_experience = v_provider.years_experience,
      accepting_bookings = v_provider.accepting_bookings, presence = v_provider.presence,
      service_radius_m = v_provider.service_radius_m, trains_dogs = v_provider.trains_dogs
  where v.provider_id = v_id;
  if p_provider ? 'currency' then
    -- A price in a currency that nobody can pay is of no use to a provider.
    perform internal.require_settled(v_provider.currency);
  end if;
  return v_id;
end
$$;

alter function api.save_provider owner to definer;

comment on function api.save_provider is $$
Make the caller a provider, or change their data; return their id. p_provider: {"provider_id"?,
"provider_type"?, "specialties"?, "hourly_rate_minor"? (or "hourly_rate", a decimal), "currency"?,
"years_experience"?, "accepting_bookings"?, "presence"?, "service_radius_m"?, "trains_dogs"?,
and of the person "display_name"?, "bio"?, "timezone"?, ...}. A field that is not given stays. p_if_exists: merge;
ignore leaves a provider as they are and returns null; fail refuses. Security definer, because
people may not give themselves roles. Locks the person, then the provider.

Raises
  M0001 timezone_unknown    the zone is no IANA name
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0014 amount_invalid, M0015 amount_too_fine, M0101 currency_unknown
  M0304 currency_not_settled  nothing can be sold in this currency here
  M1001 sign_in_required    nobody is signed in
  M3001 person_suspended    the account is suspended or closed
  M3002 sign_up_required    the caller is an anonymous guest
  23505                     p_if_exists is fail, and they are a provider
  42501                     provider_id is somebody else
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
  perform internal.require_staff();

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
  M3301 staff_only          the caller is not staff
  M4001 provider_not_found  there is no such provider
$$;

create or replace function internal.on_person_stopped()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.provider as p
  set stopped_until = case when new.status <> 'active' then 'infinity'
                           else new.suspended_until end
  where p.provider_id = new.person_id;
  return null;
end
$$;

alter function internal.on_person_stopped owner to definer;

comment on function internal.on_person_stopped is
  'Trigger: a provider who is suspended or gone is neither listed nor sold until they are back.';

create or replace trigger person_stop after update of status, suspended_until on core.person
  for each row execute function internal.on_person_stopped();

create or replace function internal.stopped_provider_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select p.provider_id from core.provider as p where p.stopped_until > now();
end
$$;

alter function internal.stopped_provider_ids owner to definer;

comment on function internal.stopped_provider_ids is
  'Providers who are suspended or gone: what they offer is shown to nobody who has not booked it.';

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
  perform internal.require_provider(v_provider_id);
  perform internal.require_active(v_provider_id);
  return v_provider_id;
end
$$;

alter function internal.require_provider_id owner to definer;

comment on function internal.require_provider_id is $$
The caller, as a provider who may act.

Raises
  M1001 sign_in_required    nobody is signed in
  M3001 person_suspended    the account is suspended or closed
  M3002 sign_up_required    the caller is an anonymous guest
  M4001 provider_not_found  the caller is not a provider
$$;
