-- Credentials of providers: saving and removing them.

create or replace function internal.require_name(p_name text, p_most integer)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if coalesce(length(btrim(p_name)), 0) not between 1 and p_most then
    perform internal.refuse('M0016', 'name_required',
      format('A name has 1 to %s characters.', p_most));
  end if;
  return btrim(p_name);
end
$$;

comment on function internal.require_name is $$
A name without the white space around it.

Raises
  M0016 name_required  it is empty or too long
$$;

create or replace function api.save_credential(
  p_credential jsonb,
  p_if_exists  text default 'merge'
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_credential core.credential;
begin
  perform internal.require_fields(p_credential,
    'credential_id', 'provider_id', 'name', 'issued_by', 'issued_on', 'url');

  select c.* into v_credential
  from core.credential as c
  where c.credential_id = (p_credential ->> 'credential_id')::uuid;
  if found then
    perform internal.require_identity(v_credential.provider_id);
    if (p_credential ->> 'provider_id')::uuid <> v_credential.provider_id then
      raise exception using errcode = '42501', message = 'A credential stays with its provider.';
    elsif not internal.found_to_save('credential', p_if_exists) then
      return null;
    end if;
  else
    v_credential.credential_id :=
      coalesce((p_credential ->> 'credential_id')::uuid, gen_random_uuid());
    v_credential.provider_id := internal.require_identity(
      coalesce((p_credential ->> 'provider_id')::uuid, internal.user_id()));
    perform internal.require_provider(v_credential.provider_id);
    perform internal.require_room(count(*), 100, 'credentials')
    from core.credential as c
    where c.provider_id = v_credential.provider_id;
  end if;
  v_credential := jsonb_populate_record(
    v_credential, p_credential - array['credential_id', 'provider_id']);
  v_credential.name := internal.require_name(v_credential.name, 200);

  insert into core.credential as c (credential_id, provider_id, name, issued_by, issued_on, url)
  values (v_credential.credential_id, v_credential.provider_id, v_credential.name,
          v_credential.issued_by, v_credential.issued_on, v_credential.url)
  on conflict (credential_id) do update
    set name = excluded.name, issued_by = excluded.issued_by, issued_on = excluded.issued_on,
        url = excluded.url;
  return v_credential.credential_id;
end
$$;

alter function api.save_credential owner to definer;

comment on function api.save_credential is $$
Add a credential of the caller's, or change one, and return its id. p_credential:
{"credential_id"?, "provider_id"? (the caller), "name", "issued_by"?, "issued_on"? (a date),
"url"?}. A field that is not given stays. p_if_exists: merge; ignore leaves it and returns null;
fail refuses.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0016 name_required       the name is empty or too long
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4001 provider_not_found  the caller is not a provider
  M9002 too_many_made       the provider has 100 of them
  23505                     p_if_exists is fail, and it is there
  42501                     the provider is somebody else
$$;

create or replace function api.remove_credential(p_credential_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from core.credential as c
  where c.credential_id = p_credential_id
    and (c.provider_id = internal.user_id() or internal.is_service());
  if not found then
    perform internal.refuse(
      'M4005', 'credential_not_found', format('You have no credential %s.', p_credential_id));
  end if;
end
$$;

alter function api.remove_credential owner to definer;

comment on function api.remove_credential is $$
Remove a credential of the caller's.

Raises
  M4005 credential_not_found  there is none, or it is another provider's
$$;

create or replace function api.set_credentials(
  p_credentials jsonb,
  p_provider_id uuid default null
)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_provider_id uuid := internal.require_identity(coalesce(p_provider_id, internal.user_id()));
  v_list        jsonb := internal.read_words(p_credentials);
begin
  perform internal.require_provider(v_provider_id);
  if v_list is null or jsonb_typeof(v_list) <> 'array' or jsonb_array_length(v_list) > 100 then
    perform internal.refuse('M0017', 'credentials_invalid',
      'Credentials are an array of at most 100 names, or objects with "name".');
  end if;

  -- The second of two writers waits here, so their lists do not mix.
  perform from core.provider as p where p.provider_id = v_provider_id for no key update;
  delete from core.credential as c where c.provider_id = v_provider_id;
  insert into core.credential (provider_id, name, issued_by, issued_on, url, created_at)
  select v_provider_id, internal.require_name(coalesce(e.e ->> 'name', e.e #>> '{}'), 200),
         e.e ->> 'issued_by', (e.e ->> 'issued_on')::date, e.e ->> 'url',
         -- In the order in which they are given.
         now() + make_interval(secs => e.at / 1e6)
  from jsonb_array_elements(v_list) with ordinality as e(e, at);
  return jsonb_array_length(v_list);
end
$$;

alter function api.set_credentials owner to definer;

comment on function api.set_credentials is $$
Replace the caller's credentials, and return how many there are now. p_credentials: ["name", ...] or
[{"name", "issued_by"?, "issued_on"?, "url"?}, ...], or such an array as text. Locks the provider.

Raises
  M0016 name_required        a name is empty or too long
  M0017 credentials_invalid  it is no array, or has more than 100
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4001 provider_not_found   the caller is not a provider
  42501                      p_provider_id is somebody else
$$;

create or replace trigger credential_touch before update on core.credential
  for each row execute function internal.on_row_touched();
