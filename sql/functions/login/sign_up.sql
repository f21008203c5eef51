-- Signing up.

create or replace function api.auth_sign_up(
  p_email         text,
  p_password_hash text,
  p_data          jsonb,
  p_autoconfirm   boolean,
  p_mail          jsonb,
  p_user_agent    text,
  p_account_key   bytea,
  p_address_key   bytea
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known   identity.account := internal.account_by_email(p_email);
  v_account identity.account;
  v_sent    jsonb;
begin
  if not internal.allows('sign_up', p_address_key) then
    return internal.refused('over_request_rate_limit');
  end if;

  if v_known.account_id is null then
    v_account := internal.make_account(
      p_email, p_password_hash, internal.own_data(p_email, p_data),
      p_autoconfirm or p_email is null);
    if v_account.account_id is null then
      -- The same address has just signed up.
      v_known := internal.account_by_email(p_email);
    end if;
  end if;

  if v_account.account_id is not null and (p_autoconfirm or p_email is null) then
    return internal.open_session(
      v_account, case when p_email is null then 'anonymous' else 'password' end, p_user_agent);
  end if;

  if v_known.email_confirmed_at is not null then
    if p_autoconfirm then
      return internal.refused('user_already_exists');
    end if;
    if not internal.allows('mail_to', p_account_key) then
      return internal.refused('over_email_send_rate_limit');
    end if;
    perform internal.mail('already_registered', v_known, v_known.email);
    return jsonb_build_object('user', internal.decoy_json(p_email, p_data));
  end if;

  if v_known.account_id is not null then
    -- The address is not proved yet, so the last sign-up counts: the password of somebody who
    -- signed up in another person's name must not survive the owner's own sign-up.
    update identity.account as a
    set password_hash = p_password_hash, user_metadata = internal.own_data(p_email, p_data)
    where a.account_id = v_known.account_id
    returning a.* into v_account;
  end if;

  v_sent := internal.send_token('signup', v_account, v_account.email, p_mail, p_account_key);
  return v_sent
    || jsonb_build_object('user', internal.account_json(internal.account_by_email(p_email)));
end
$$;

alter function api.auth_sign_up owner to definer;

comment on function api.auth_sign_up is $$
Make a login, a person and a customer, in one transaction. Without an address a guest is
signed in; with p_autoconfirm the newcomer is; else a link and a code are mailed. For an
address that is taken the answer looks alike, and its owner gets a mail instead.
$$;

create or replace function internal.own_data(p_email text, p_data jsonb)
returns jsonb
language sql
immutable
return case when p_email is null then p_data else p_data || jsonb '{"sub": ""}' end;

comment on function internal.own_data is
  'What a person says about themselves at sign-up; see internal.user_metadata.';

create or replace function internal.decoy_json(p_email text, p_data jsonb)
returns jsonb
language sql
volatile
set search_path = pg_catalog, pg_temp
return (
  select jsonb_build_object(
    'id', decoy.id,
    'aud', 'authenticated',
    'role', 'authenticated',
    'email', lower(p_email),
    'phone', '',
    'app_metadata',
    jsonb_build_object('provider', 'email', 'providers', jsonb_build_array('email')),
    'user_metadata', p_data || jsonb_build_object(
      'sub', decoy.id, 'email', lower(p_email), 'email_verified', false,
      'phone_verified', false),
    'identities', '[]'::jsonb,
    'confirmation_sent_at', now(),
    'created_at', now(),
    'updated_at', now(),
    'is_anonymous', false)
  from gen_random_uuid() as decoy(id));

comment on function internal.decoy_json is
  'A made-up user, the answer to a sign-up with a taken address.';
