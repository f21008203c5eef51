-- Second factors: enrolling, challenging, verifying and removing them.

create or replace function internal.needs_factor(p_account_id uuid, p_session_id uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select exists (
      select
      from identity.factor as f
      where f.account_id = p_account_id and f.verified_at is not null)
    and not exists (
      select
      from identity.session as s
      where s.session_id = p_session_id and s.factor_id is not null);
end;

alter function internal.needs_factor owner to definer;

comment on function internal.needs_factor is
  'Whether the account has a second factor that this session has not used.';

create or replace function api.auth_enroll_factor(
  p_account_id uuid,
  p_session_id uuid,
  p_factor_id  uuid,
  p_name       text,
  p_secret     bytea,
  p_person_key bytea
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account := internal.signed_in_account(p_account_id, p_session_id);
  v_reason  text := internal.why_not_signed_in(p_account_id, v_account);
begin
  if v_reason is not null then
    return internal.refused(v_reason);
  end if;
  if not internal.allows('factor', p_person_key) then
    return internal.refused('over_request_rate_limit');
  end if;

  -- Two enrolments at once wait here, so that neither passes the limit past the other.
  perform from identity.account as a where a.account_id = p_account_id for no key update;

  -- Enrolments that were not finished within five minutes are deleted, as in GoTrue.
  delete from identity.factor as f
  where f.account_id = p_account_id
    and f.verified_at is null
    and f.created_at < now() - interval '5 minutes';

  v_reason := case
    when internal.needs_factor(p_account_id, p_session_id) then 'factor_to_enroll'
    when (select count(*) from identity.factor as f where f.account_id = p_account_id) >= 10
      then 'too_many_enrolled_mfa_factors'
    when p_name <> '' and exists (
      select
      from identity.factor as f
      where f.account_id = p_account_id and f.friendly_name = p_name
    ) then 'mfa_factor_name_conflict'
  end;
  if v_reason is not null then
    return internal.refused(v_reason);
  end if;

  insert into identity.factor (factor_id, account_id, friendly_name, secret)
  values (p_factor_id, p_account_id, p_name, p_secret);
  return jsonb_build_object('user', internal.account_json(v_account));
end
$$;

alter function api.auth_enroll_factor owner to definer;

comment on function api.auth_enroll_factor is $$
Store a new factor, sealed by the Lambda. It is active once a first code was entered. An account
with a factor can enrol another only from a session that has used one.
$$;

create or replace function api.auth_challenge_factor(
  p_account_id uuid,
  p_session_id uuid,
  p_factor_id  uuid,
  p_person_key bytea
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account   identity.account := internal.signed_in_account(p_account_id, p_session_id);
  v_reason    text := internal.why_not_signed_in(p_account_id, v_account);
  v_challenge identity.factor_challenge;
begin
  if v_reason is not null then
    return internal.refused(v_reason);
  end if;
  if not internal.allows('factor', p_person_key) then
    return internal.refused('over_request_rate_limit');
  end if;
  if not exists (
    select
    from identity.factor as f
    where f.factor_id = p_factor_id and f.account_id = p_account_id
  ) then
    return internal.refused('mfa_factor_not_found');
  end if;

  delete from identity.factor_challenge as c
  where c.factor_id = p_factor_id and c.expires_at < now();

  insert into identity.factor_challenge as c (factor_id, session_id, expires_at)
  values (p_factor_id, p_session_id, now() + interval '5 minutes')
  returning c.* into v_challenge;

  return jsonb_build_object('challenge', jsonb_build_object(
    'id', v_challenge.factor_challenge_id,
    'type', 'totp',
    'expires_at', floor(extract(epoch from v_challenge.expires_at))::bigint));
end
$$;

alter function api.auth_challenge_factor owner to definer;

comment on function api.auth_challenge_factor is
  'Ask a session for a code of one of its owner''s factors.';

create or replace function api.auth_factor_secret(
  p_account_id   uuid,
  p_session_id   uuid,
  p_factor_id    uuid,
  p_challenge_id uuid,
  p_factor_key   bytea
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account := internal.signed_in_account(p_account_id, p_session_id);
  v_reason  text := internal.why_not_signed_in(p_account_id, v_account);
  v_factor  identity.factor;
  v_expires timestamptz;
begin
  if v_reason is not null then
    return internal.refused(v_reason);
  end if;
  if internal.is_blocked(p_factor_key) then
    return internal.refused('over_request_rate_limit');
  end if;

  select f.* into v_factor
  from identity.factor as f
  where f.factor_id = p_factor_id and f.account_id = p_account_id;
  if not found then
    return internal.refused('mfa_factor_not_found');
  end if;

  select c.expires_at into v_expires
  from identity.factor_challenge as c
  where c.factor_challenge_id = p_challenge_id
    and c.factor_id = p_factor_id
    and c.session_id = p_session_id;
  if not found then
    return internal.refused('mfa_challenge_not_found');
  end if;
  if v_expires < now() then
    return internal.refused('mfa_challenge_expired');
  end if;
  return jsonb_build_object('secret', encode(v_factor.secret, 'hex'));
end
$$;

alter function api.auth_factor_secret owner to definer;

comment on function api.auth_factor_secret is $$
The sealed secret of a factor, for the Lambda to compare a code with; it goes no further. Too
many wrong codes make the account wait, whichever session asks.
$$;

create or replace function internal.take_factor_code(
  p_account_id   uuid,
  p_session_id   uuid,
  p_factor_id    uuid,
  p_challenge_id uuid,
  p_step         bigint
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- If one code is sent twice at once, only one request succeeds.
  update identity.factor as f
  set last_step = p_step, verified_at = coalesce(f.verified_at, now()), updated_at = now()
  where f.factor_id = p_factor_id
    and f.account_id = p_account_id
    and p_step > coalesce(f.last_step, 0)
    and exists (
      select
      from identity.factor_challenge as c
      where c.factor_challenge_id = p_challenge_id
        and c.factor_id = p_factor_id
        and c.session_id = p_session_id
        and c.expires_at > now()
    );
  return found;
end
$$;

alter function internal.take_factor_code owner to definer;

comment on function internal.take_factor_code is $$
Use the code of a time step (30 s each) for a challenge of this session: true once, false for a code
that was used, for an older one, and for a challenge that is not this session's or has expired.
$$;

create or replace function api.auth_verify_factor(
  p_account_id   uuid,
  p_session_id   uuid,
  p_factor_id    uuid,
  p_challenge_id uuid,
  p_step         bigint,
  p_factor_key   bytea
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account  identity.account := internal.signed_in_account(p_account_id, p_session_id);
  v_is_first boolean;
  v_session  identity.session;
begin
  if v_account.account_id is null then
    return internal.refused(internal.why_not_signed_in(p_account_id, v_account));
  end if;

  select f.verified_at is null into v_is_first
  from identity.factor as f
  where f.factor_id = p_factor_id and f.account_id = p_account_id
  for update;

  if not internal.take_factor_code(p_account_id, p_session_id, p_factor_id, p_challenge_id, p_step) then
    perform internal.note_failure(p_factor_key);
    return internal.refused('mfa_verification_failed');
  end if;

  perform internal.forget_failures(p_factor_key);
  delete from identity.factor_challenge as c where c.factor_challenge_id = p_challenge_id;
  delete from identity.factor as f
  where f.account_id = p_account_id and f.verified_at is null;

  update identity.session as s
  set factor_id = p_factor_id,
      refresh_counter = s.refresh_counter + 1,
      refreshed_at = now(),
      amr = jsonb_build_array(jsonb_build_object(
        'method', 'totp', 'timestamp', floor(extract(epoch from now()))::bigint)) || (
        select coalesce(jsonb_agg(m), '[]')
        from jsonb_array_elements(s.amr) as m
        where m ->> 'method' <> 'totp')
  where s.session_id = p_session_id
  returning s.* into v_session;

  -- Sessions without the factor end, as in GoTrue.
  delete from identity.session as s
  where s.account_id = p_account_id and s.factor_id is null;

  if v_is_first and v_account.email is not null then
    perform internal.mail('factor_enrolled', v_account, v_account.email);
  end if;
  return internal.session_json(v_account, v_session);
end
$$;

alter function api.auth_verify_factor owner to definer;

comment on function api.auth_verify_factor is $$
Finish the check of a code. p_step is the time step of the code, or null if it is wrong. The session
becomes aal2 and gets new tokens; sessions that have not used a factor end. A code and all before it
are valid once. Locks the factor.
$$;

create or replace function api.auth_unenroll_factor(
  p_account_id uuid,
  p_session_id uuid,
  p_factor_id  uuid
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account := internal.signed_in_account(p_account_id, p_session_id);
  v_reason  text := internal.why_not_signed_in(p_account_id, v_account);
begin
  if v_reason is not null then
    return internal.refused(v_reason);
  end if;
  if exists (
    select
    from identity.factor as f
    where f.factor_id = p_factor_id and f.account_id = p_account_id and f.verified_at is not null
  ) and internal.needs_factor(p_account_id, p_session_id) then
    return internal.refused('factor_to_unenroll');
  end if;
  return internal.remove_factor(v_account, p_factor_id);
end
$$;

alter function api.auth_unenroll_factor owner to definer;

comment on function api.auth_unenroll_factor is $$
Remove a factor of the caller's; an active one only from a session that has used one. Sessions that
it had made aal2 are aal1 from the next token on.
$$;

create or replace function api.auth_delete_factor(p_account_id uuid, p_factor_id uuid)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account;
begin
  select a.* into v_account from identity.account as a where a.account_id = p_account_id;
  if not found then
    return internal.refused('no_such_user');
  end if;
  perform internal.audit('delete_factor', 'account', p_account_id::text, null, null);
  return internal.remove_factor(v_account, p_factor_id);
end
$$;

alter function api.auth_delete_factor owner to definer;

comment on function api.auth_delete_factor is
  'Remove a factor of a person who has lost it, with the secret key.';

create or replace function internal.remove_factor(p_account identity.account, p_factor_id uuid)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_factor identity.factor;
begin
  delete from identity.factor as f
  where f.factor_id = p_factor_id and f.account_id = p_account.account_id
  returning f.* into v_factor;
  if not found then
    return internal.refused('mfa_factor_not_found');
  end if;
  if v_factor.verified_at is not null and p_account.email is not null then
    perform internal.mail('factor_removed', p_account, p_account.email);
  end if;
  return '{}'::jsonb;
end
$$;

alter function internal.remove_factor owner to definer;

comment on function internal.remove_factor is
  'Remove a factor of an account, and tell its owner by mail if it was active.';
