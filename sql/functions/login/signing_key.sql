-- Signing keys: the public half is published, the sealed private half goes to the auth Lambda.

create or replace function api.signing_keys()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'keys', coalesce(jsonb_agg(k.public_jwk order by k.created_at desc, k.kid), '[]'))
  from identity.signing_key as k;
end;

alter function api.signing_keys owner to definer;

comment on function api.signing_keys is $$
The public keys access tokens are checked with, as a JWK set: standby, current and previous.
Security definer, because no role reads identity; only what is published anyway is returned.
$$;

create or replace function api.auth_signing_key()
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object('kid', k.kid, 'private_key', encode(k.private_key, 'hex'))
  from identity.signing_key as k
  where k.status = 'current';
end;

alter function api.auth_signing_key owner to definer;

comment on function api.auth_signing_key is
  'The key that signs now, its private part as sealed by the Lambda; null before the first.';

create or replace function api.auth_rotate_signing_keys(
  p_kid         text,
  p_public_jwk  jsonb,
  p_private_key bytea,
  p_only_first  boolean default false
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_standby identity.signing_key;
begin
  -- Two rotations at once would make two current keys, so the second waits for the first.
  perform pg_advisory_xact_lock(hashtext('identity.signing_key'));

  if p_only_first and exists (select from identity.signing_key) then
    return api.auth_signing_key();
  end if;

  -- No token of a key that stopped signing eight days ago is still valid.
  delete from identity.signing_key as k
  where k.status = 'previous' and k.changed_at < now() - interval '8 days';

  select k.* into v_standby from identity.signing_key as k where k.status = 'standby';

  if exists (select from identity.signing_key as k where k.status = 'current') then
    if v_standby.kid is not null then
      update identity.signing_key as k
      set status = 'previous', changed_at = now()
      where k.status = 'current';

      update identity.signing_key as k
      set status = 'current', changed_at = now()
      where k.kid = v_standby.kid;
    end if;

    insert into identity.signing_key (kid, status, public_jwk, private_key)
    values (p_kid, 'standby', p_public_jwk, p_private_key);
  else
    insert into identity.signing_key (kid, status, public_jwk, private_key)
    values (p_kid, 'current', p_public_jwk, p_private_key);
  end if;

  return api.auth_signing_key();
end
$$;

alter function api.auth_rotate_signing_keys owner to definer;

comment on function api.auth_rotate_signing_keys is $$
Move every signing key a step on, and keep the new one as standby: standby signs from now on,
what signed is previous, and previous ones whose tokens have all expired go. The first key of
all signs at once; with p_only_first nothing happens unless it is that one.

A new key is published for a whole rotation before it signs, so no verifier meets a token of
a key it cannot know. Rotate at least ten minutes apart: so long do verifiers remember.
Returns the key that signs now, as api.auth_signing_key().
$$;
