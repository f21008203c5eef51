-- Identities of other providers: signing in with them, linking and unlinking.

create or replace function api.auth_leave(
  p_state_hash  bytea,
  p_provider    text,
  p_redirect_to text,
  p_account_id  uuid,
  p_session_id  uuid,
  p_challenge   text,
  p_method      text,
  p_address_key bytea
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_reason text;
begin
  if not internal.allows('oauth', p_address_key) then
    return internal.refused('over_request_rate_limit');
  end if;
  if p_account_id is not null then
    v_reason := internal.why_not_signed_in(
      p_account_id, internal.signed_in_account(p_account_id, p_session_id));
    if v_reason is not null then
      return internal.refused(v_reason);
    end if;
    if internal.needs_factor(p_account_id, p_session_id) then
      return internal.refused('insufficient_aal');
    end if;
  end if;

  delete from identity.oauth_state as s
  where s.state_hash in (
    select o.state_hash
    from identity.oauth_state as o
    where o.expires_at < now()
    order by o.expires_at
    limit 4
    for update skip locked
  );

  insert into identity.oauth_state
    (state_hash, provider, redirect_to, account_id, code_challenge, code_challenge_method,
     expires_at)
  values
    (p_state_hash, p_provider, p_redirect_to, p_account_id, p_challenge, p_method,
     now() + interval '10 minutes');
  return '{}'::jsonb;
end
$$;

alter function api.auth_leave owner to definer;

comment on function api.auth_leave is $$
Remember that a person is sent to a provider, to sign in or, with p_account_id, to link an identity
to the account they are signed in to.
$$;

create or replace function api.auth_come_back(p_state_hash bytea)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_state identity.oauth_state;
begin
  delete from identity.oauth_state as s
  where s.state_hash = p_state_hash
  returning s.* into v_state;

  if not found or v_state.expires_at < now() then
    return internal.refused('bad_oauth_state');
  end if;
  return jsonb_build_object('state', jsonb_build_object(
    'provider', v_state.provider,
    'redirect_to', v_state.redirect_to,
    'account_id', v_state.account_id,
    'code_challenge', v_state.code_challenge,
    'code_challenge_method', v_state.code_challenge_method));
end
$$;

alter function api.auth_come_back owner to definer;

comment on function api.auth_come_back is
  'Use up the state with which a person returns from a provider.';

create or replace function internal.link_identity(
  p_account  identity.account,
  p_identity jsonb
)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  insert into identity.external_login as x
    (account_id, provider, provider_subject, identity_data)
  values
    (p_account.account_id, p_identity ->> 'provider', p_identity ->> 'subject',
     p_identity -> 'data');
end;

alter function internal.link_identity owner to definer;

comment on function internal.link_identity is
  'Let an account sign in with an identity of a provider.';

create or replace function internal.account_of_newcomer(p_identity jsonb, p_sign_up boolean)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email   text := lower(p_identity ->> 'email');
  v_account identity.account := internal.account_by_email(v_email);
begin
  -- An address that the provider has not verified must not open an account here. The answer is the
  -- same whether or not there is an account.
  if v_email is null or not (p_identity ->> 'email_verified')::boolean then
    return internal.refused('provider_email_needs_verification');
  end if;

  if v_account.account_id is null then
    if not p_sign_up then
      return internal.refused('signup_disabled');
    end if;
    v_account := internal.make_account(
      v_email, null, internal.own_data(v_email, p_identity -> 'data'), true, null, p_identity);
    if v_account.account_id is null then
      return internal.refused('conflict');
    end if;
    return to_jsonb(v_account);
  end if;

  if v_account.email_confirmed_at is null then
    -- Somebody signed up with this address and never proved it; now its owner comes through the
    -- provider. The earlier password and sessions may be somebody else's.
    update identity.account as a
    set email_confirmed_at = now(), password_hash = null, updated_at = now()
    where a.account_id = v_account.account_id
    returning a.* into v_account;
    delete from identity.session as s where s.account_id = v_account.account_id;
    delete from identity.one_time_token as t where t.account_id = v_account.account_id;
    delete from identity.external_login as x
    where x.account_id = v_account.account_id and x.provider <> 'email';
    delete from identity.factor as f where f.account_id = v_account.account_id;
  end if;
  perform internal.link_identity(v_account, p_identity);
  return to_jsonb(v_account);
end
$$;

alter function internal.account_of_newcomer owner to definer;

comment on function internal.account_of_newcomer is $$
The account for an identity that is new here, as JSON, or a refusal: the one with the same
address if the provider has verified it, else a new one.
$$;

create or replace function internal.link_to(p_account identity.account, p_identity jsonb)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_email text := lower(p_identity ->> 'email');
begin
  perform internal.link_identity(p_account, p_identity);

  -- It makes a guest a regular account, with the provider's address if that is verified and free.
  update identity.account as a
  set is_anonymous = false,
      email = case
        when a.email is null
          and (p_identity ->> 'email_verified')::boolean
          and (internal.account_by_email(v_email)).account_id is null
        then v_email else a.email end,
      email_confirmed_at = case
        when a.email is null
          and (p_identity ->> 'email_verified')::boolean
          and (internal.account_by_email(v_email)).account_id is null
        then now() else a.email_confirmed_at end,
      updated_at = now()
  where a.account_id = p_account.account_id;

  if p_account.email is not null then
    perform internal.mail('identity_linked', p_account, p_account.email);
  end if;
  return null;
exception
  when unique_violation then
    return 'identity_already_exists';
end
$$;

alter function internal.link_to owner to definer;

comment on function internal.link_to is
  'Link an identity to the account that asked for it. Returns the reason if it is refused.';

create or replace function api.auth_external(
  p_identity   jsonb,
  p_account_id uuid,
  p_sign_up    boolean,
  p_flow       jsonb,
  p_user_agent text
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known   identity.external_login;
  v_account identity.account;
  v_found   jsonb;
  v_reason  text;
begin
  select x.* into v_known
  from identity.external_login as x
  where x.provider = p_identity ->> 'provider'
    and x.provider_subject = p_identity ->> 'subject'
  for no key update;

  if v_known.account_id is not null then
    if p_account_id is not null and p_account_id <> v_known.account_id then
      return internal.refused('identity_already_exists');
    end if;
    update identity.external_login as x
    set identity_data = p_identity -> 'data', last_sign_in_at = now(), updated_at = now()
    where x.external_login_id = v_known.external_login_id;
    select a.* into v_account from identity.account as a where a.account_id = v_known.account_id;
  elsif p_account_id is not null then
    select a.* into v_account from identity.account as a where a.account_id = p_account_id;
    v_reason := coalesce(internal.why_refused(v_account), internal.link_to(v_account, p_identity));
    select a.* into v_account from identity.account as a where a.account_id = p_account_id;
  else
    v_found := internal.account_of_newcomer(p_identity, p_sign_up);
    if v_found ? 'refused' then
      return v_found;
    end if;
    v_account := jsonb_populate_record(null::identity.account, v_found);
  end if;

  v_reason := coalesce(v_reason, internal.why_refused(v_account));
  if v_reason is not null then
    return internal.refused(v_reason);
  end if;

  if p_flow is not null then
    insert into identity.flow_state
      (code_hash, account_id, code_challenge, code_challenge_method, method, expires_at)
    values
      (decode(p_flow ->> 'code_hash', 'hex'), v_account.account_id, p_flow ->> 'code_challenge',
       p_flow ->> 'code_challenge_method', 'oauth', now() + interval '5 minutes');
    return jsonb_build_object('flow', true);
  end if;
  return internal.open_session(v_account, 'oauth', p_user_agent);
end
$$;

alter function api.auth_external owner to definer;

comment on function api.auth_external is $$
Sign in a person with an identity of a provider, or link the identity to p_account_id. p_identity
has provider, subject, email, email_verified and data, all as the Lambda verified them. An address
merges accounts only if the provider has verified it. p_flow, for PKCE, has code_hash in hex,
code_challenge and code_challenge_method: then a code is returned instead of a session.
$$;

create or replace function api.auth_id_token_once(p_token_hash bytea, p_address_key bytea)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when not internal.allows('token', p_address_key)
      then internal.refused('over_request_rate_limit')
    when not internal.allows('id_token', p_token_hash) then internal.refused('bad_id_token')
    else '{}'
  end;
end
$$;

alter function api.auth_id_token_once owner to definer;

comment on function api.auth_id_token_once is $$
Count a sign-in with a provider's token. A token without a nonce is valid once, because anybody who
sees it could send it again; p_token_hash is null for a token with a nonce.
$$;

create or replace function api.auth_unlink(
  p_account_id  uuid,
  p_session_id  uuid,
  p_identity_id uuid
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
  v_gone    identity.external_login;
begin
  if v_reason is not null then
    return internal.refused(v_reason);
  end if;
  if internal.needs_factor(p_account_id, p_session_id) then
    return internal.refused('insufficient_aal');
  end if;

  -- If two requests unlink the last two at once, the second finds one left.
  perform from identity.account as a where a.account_id = p_account_id for no key update;
  if (select count(*) from identity.external_login as x where x.account_id = p_account_id) < 2
  then
    return internal.refused('single_identity_not_deletable');
  end if;

  delete from identity.external_login as x
  where x.external_login_id = p_identity_id and x.account_id = p_account_id
  returning x.* into v_gone;
  if not found then
    return internal.refused('identity_not_found');
  end if;
  if v_gone.provider = 'email' then
    update identity.account as a
    set password_hash = null, updated_at = now()
    where a.account_id = p_account_id;
  end if;
  if v_account.email is not null then
    perform internal.mail('identity_unlinked', v_account, v_account.email);
  end if;
  return '{}'::jsonb;
end
$$;

alter function api.auth_unlink owner to definer;

comment on function api.auth_unlink is $$
Remove one of an account's identities; with `email` its password is removed too. The last identity
stays.
$$;
