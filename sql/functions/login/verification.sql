-- Using a link or a code.

create or replace function internal.purposes_of(p_type text)
returns text[]
language sql
immutable
return case p_type
  when 'email' then array['signup', 'invite', 'magiclink']
  when 'signup' then array['signup']
  when 'invite' then array['invite']
  when 'magiclink' then array['magiclink', 'signup']
  when 'recovery' then array['recovery']
  when 'email_change' then array['email_change', 'email_change_current']
end;

comment on function internal.purposes_of is
  'Which tokens a type of GoTrue''s verify means. A newcomer''s magic link confirms the sign-up.';

create or replace function internal.confirm(
  p_account identity.account,
  p_token   identity.one_time_token
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_token.purpose in ('email_change', 'email_change_current') then
    return internal.confirm_change(p_account, p_token);
  end if;

  -- A password given before anybody had proved the address is kept only by the sign-up that
  -- set it; through another door it may be that of somebody who signed up in another's name.
  update identity.account as a
  set email_confirmed_at = now(),
      password_hash = case when p_token.purpose = 'signup' then a.password_hash end,
      updated_at = now()
  where a.account_id = p_account.account_id and a.email_confirmed_at is null;
  return null;
end
$$;

alter function internal.confirm owner to definer;

comment on function internal.confirm is
  'Believe that the account owns the address the token was mailed to. Returns why not.';

create or replace function internal.account_of_code(
  p_type      text,
  p_email     text,
  p_purposes  text[],
  p_code_hash bytea
)
returns identity.account
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select a.*
  from identity.account as a
  where a.email = p_email or (p_type = 'email_change' and a.new_email = p_email)
  -- Several may ask for one new address: the code is one's alone.
  order by
    exists (
      select
      from identity.one_time_token as t
      where t.account_id = a.account_id
        and t.purpose = any (p_purposes)
        and t.code_hash = p_code_hash
    ) desc,
    a.email = p_email desc nulls last,
    a.email_change_sent_at desc nulls last
  limit 1;
end;

alter function internal.account_of_code owner to definer;

comment on function internal.account_of_code is
  'Whose code it would be that was mailed to this address.';

create or replace function api.auth_verify(
  p_type        text,
  p_link_hash   bytea,
  p_email       text,
  p_code_hash   bytea,
  p_flow_hash   bytea,
  p_user_agent  text,
  p_address_key bytea
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_purposes text[] := internal.purposes_of(p_type);
  v_token    identity.one_time_token;
  v_account  identity.account;
  v_reason   text;
begin
  if not internal.allows('verify', p_address_key) then
    return internal.refused('over_request_rate_limit');
  end if;

  if p_link_hash is not null then
    delete from identity.one_time_token as t
    where t.link_hash = p_link_hash and t.purpose = any (v_purposes) and t.expires_at > now()
    returning t.* into v_token;
  else
    v_account := internal.account_of_code(p_type, lower(p_email), v_purposes, p_code_hash);

    v_token := internal.take_code(v_account.account_id, v_purposes, p_code_hash);
  end if;

  if v_token.account_id is null then
    return internal.refused('otp_expired');
  end if;

  select a.* into v_account
  from identity.account as a
  where a.account_id = v_token.account_id
  for no key update;

  v_reason := coalesce(internal.why_refused(v_account), internal.confirm(v_account, v_token));
  if v_reason = 'half' then
    return jsonb_build_object('half', true);
  end if;
  if v_reason is not null then
    return internal.refused(v_reason);
  end if;

  if p_flow_hash is not null and v_token.code_challenge is not null then
    insert into identity.flow_state
      (code_hash, account_id, code_challenge, code_challenge_method, method, expires_at)
    values
      (p_flow_hash, v_account.account_id, v_token.code_challenge, v_token.code_challenge_method,
       'otp', now() + interval '5 minutes');
    return jsonb_build_object('flow', true);
  end if;

  return internal.open_session(v_account, 'otp', p_user_agent);
end
$$;

alter function api.auth_verify owner to definer;

comment on function api.auth_verify is $$
Use up a link (p_link_hash) or a code (p_email, p_code_hash), confirm what it proves, and sign
its owner in. A link asked for with a PKCE challenge gives out a code for p_flow_hash instead.
Two who come at once with one token: one of them gets in.
$$;

create or replace function api.auth_exchange_code(
  p_code_hash  bytea,
  p_plain      text,
  p_s256       text,
  p_user_agent text
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_flow    identity.flow_state;
  v_proof   text;
  v_account identity.account;
  v_reason  text;
begin
  -- Gone whatever follows: a code that was tried with a wrong verifier has been stolen.
  delete from identity.flow_state as f where f.code_hash = p_code_hash returning f.* into v_flow;

  if not found then
    return internal.refused('flow_state_not_found');
  end if;
  if v_flow.expires_at < now() then
    return internal.refused('flow_state_expired');
  end if;
  v_proof := case v_flow.code_challenge_method when 's256' then p_s256 else p_plain end;
  if v_proof is distinct from v_flow.code_challenge then
    return internal.refused('bad_code_verifier');
  end if;

  select a.* into v_account from identity.account as a where a.account_id = v_flow.account_id;
  v_reason := internal.why_refused(v_account);
  if v_reason is not null then
    return internal.refused(v_reason);
  end if;
  return internal.open_session(v_account, v_flow.method, p_user_agent);
end
$$;

alter function api.auth_exchange_code owner to definer;

comment on function api.auth_exchange_code is
  'Exchange a PKCE code for a session. p_plain is the verifier, p_s256 its digest.';
