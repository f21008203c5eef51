-- Sign-ins: opened, refreshed, ended.
--
-- The functions answer {"refused": word} instead of raising, so that counted failures and ended
-- sessions are not rolled back. The auth Lambda turns the word into GoTrue's status.

create or replace function internal.refused(p_word text)
returns jsonb
language sql
immutable
return jsonb_build_object('refused', p_word);

comment on function internal.refused is
  'A refusal that is returned, so that nothing is rolled back.';

create or replace function internal.session_json(
  p_account identity.account,
  p_session identity.session
)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'session_id', p_session.session_id,
    'refresh_counter', p_session.refresh_counter,
    'user', internal.account_json(p_account),
    'claims', jsonb_build_object(
      'sub', p_account.account_id,
      'aud', 'authenticated',
      'role', 'authenticated',
      'email', coalesce(p_account.email, ''),
      'phone', '',
      'app_metadata', internal.app_metadata(p_account),
      -- Tokens travel in headers, which are limited to 8 KiB; GET /user returns all of it.
      'user_metadata', case
        when length(p_account.user_metadata::text) <= 2048 then internal.user_metadata(p_account)
        else '{}'
      end,
      'aal', case when p_session.factor_id is null then 'aal1' else 'aal2' end,
      'amr', p_session.amr,
      'session_id', p_session.session_id,
      'is_anonymous', p_account.is_anonymous,
      'iat', floor(extract(epoch from now()))::bigint));
end;

alter function internal.session_json owner to definer;

comment on function internal.session_json is
  'What the Lambda needs to sign an access token and a refresh token for a session.';

create or replace function internal.open_session(
  p_account    identity.account,
  p_method     text,
  p_user_agent text
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account;
  v_session identity.session;
begin
  insert into identity.session as s (account_id, amr, user_agent)
  values (
    p_account.account_id,
    jsonb_build_array(jsonb_build_object(
      'method', p_method, 'timestamp', floor(extract(epoch from now()))::bigint)),
    left(p_user_agent, 300))
  returning s.* into v_session;

  update identity.account as a
  set last_sign_in_at = now()
  where a.account_id = p_account.account_id
  returning a.* into v_account;

  update identity.external_login as x
  set last_sign_in_at = now()
  where x.account_id = p_account.account_id and x.provider = 'email';

  return internal.session_json(v_account, v_session);
end
$$;

alter function internal.open_session owner to definer;

comment on function internal.open_session is
  'Open a session for an account whose owner has proved who they are.';

create or replace function api.auth_password(
  p_email       text,
  p_account_key bytea,
  p_address_key bytea
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not internal.allows('token', p_address_key) or internal.is_blocked(p_account_key) then
    return internal.refused('over_request_rate_limit');
  end if;

  return jsonb_build_object(
    'password_hash', (internal.account_by_email(p_email)).password_hash);
end
$$;

alter function api.auth_password owner to definer;

comment on function api.auth_password is $$
The password hash of an address, or null if there is no account; the Lambda then checks a dummy
hash, so both take the same time. Counts the attempt; p_account_key and p_address_key are digests.
$$;

create or replace function api.auth_sign_in(
  p_email         text,
  p_password_hash text,
  p_account_key   bytea,
  p_new_hash      text,
  p_user_agent    text
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account := internal.account_by_email(p_email);
  v_reason  text;
begin
  -- Null means a wrong password; so does a hash that was changed while it was being checked.
  if v_account.password_hash is distinct from p_password_hash or p_password_hash is null then
    perform internal.note_failure(p_account_key);
    return internal.refused('invalid_credentials');
  end if;

  v_reason := internal.why_refused(v_account);
  if v_reason is not null then
    return internal.refused(v_reason);
  end if;
  if v_account.email_confirmed_at is null then
    return internal.refused('email_not_confirmed');
  end if;

  perform internal.forget_failures(p_account_key);

  if p_new_hash is not null then
    update identity.account as a
    set password_hash = p_new_hash
    where a.account_id = v_account.account_id;
  end if;

  return internal.open_session(v_account, 'password', p_user_agent);
end
$$;

alter function api.auth_sign_in owner to definer;

comment on function api.auth_sign_in is $$
Finish a password sign-in. p_password_hash is the hash that the password fits, or null if it is
wrong. p_new_hash replaces an imported or outdated hash.
$$;

create or replace function api.auth_refresh(
  p_session_id  uuid,
  p_counter     bigint,
  p_address_key bytea
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_session identity.session;
  v_account identity.account;
  v_reason  text;
begin
  if not internal.allows('token', p_address_key) then
    return internal.refused('over_request_rate_limit');
  end if;

  -- Refreshes at the same time wait here, and each sees what the one before it did.
  select s.* into v_session
  from identity.session as s
  where s.session_id = p_session_id
  for update;

  if not found or p_counter > v_session.refresh_counter then
    return internal.refused('refresh_token_not_found');
  end if;

  select a.* into v_account
  from identity.account as a
  where a.account_id = v_session.account_id;

  v_reason := internal.why_refused(v_account);
  if v_reason is not null then
    delete from identity.session as s where s.session_id = p_session_id;
    return internal.refused(v_reason);
  end if;

  if p_counter = v_session.refresh_counter then
    update identity.session as s
    set refresh_counter = s.refresh_counter + 1, refreshed_at = now()
    where s.session_id = p_session_id
    returning s.* into v_session;
  elsif p_counter < v_session.refresh_counter - 1
    and v_session.refreshed_at < now() - interval '10 seconds'
  then
    -- Its successor was used, so whoever holds this one is somebody else: neither keeps the
    -- session. The successor itself may never have arrived; then its parent is good.
    delete from identity.session as s where s.session_id = p_session_id;
    return internal.refused('refresh_token_already_used');
  end if;

  return internal.session_json(v_account, v_session);
end
$$;

alter function api.auth_refresh owner to definer;

comment on function api.auth_refresh is $$
Exchange a refresh token, already found authentic, for its successor. The parent of the token
that is good now is answered with that token, however late: the answer may have been lost. One
before it is answered so for ten seconds, because tabs refresh at once; later it ends the
session, and every token of it. Locks the session.
$$;

create or replace function internal.my_accounts()
returns table (account_id uuid)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select a.account_id from identity.account as a where a.account_id = internal.user_id()
  union all
  -- The house has no account of its own.
  select a.account_id from identity.account as a where internal.is_service();
end
$$;

alter function internal.my_accounts owner to definer;

comment on function internal.my_accounts is
  'The caller''s login, or to the house all of them: that there is one, and nothing of it.';

create or replace function internal.my_sessions()
returns table (
  session_id uuid,
  account_id uuid,
  created_at timestamptz,
  expires_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select s.session_id, s.account_id, s.created_at, s.refreshed_at + interval '1 hour'
  from identity.session as s
  where s.account_id = internal.user_id()
  union all
  select s.session_id, s.account_id, s.created_at, s.refreshed_at + interval '1 hour'
  from identity.session as s
  where internal.is_service();
end
$$;

alter function internal.my_sessions owner to definer;

comment on function internal.my_sessions is $$
The caller's sign-ins, or to the house all of them, without their secrets. A sign-in has no end of
its own; expires_at is when the access token ends that was issued last, an hour after it.
$$;
