-- Links and codes: mailed, and valid once.

create or replace function internal.mail(
  p_template text,
  p_account  identity.account,
  p_address  text,
  p_mail     jsonb default '{}'
)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.announce('auth.email', p_account.account_id, jsonb_build_object(
    'template', p_template,
    'address', p_address,
    'token_hash', p_mail ->> 'token',
    'code', p_mail ->> 'code',
    'redirect_to', p_mail ->> 'redirect_to'));
end;

alter function internal.mail owner to definer;

comment on function internal.mail is $$
Put a mail about an account in the outbox (topic auth.email), under GoTrue's name of the
template. The secrets stay in this row, which no request role can read, until it is sent.
$$;

create or replace function internal.keep_token(
  p_purpose text,
  p_account identity.account,
  p_email   text,
  p_mail    jsonb
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into identity.one_time_token as t
    (account_id, purpose, email, link_hash, code_hash, code_challenge, code_challenge_method,
     expires_at)
  values
    (p_account.account_id, p_purpose, p_email, decode(p_mail ->> 'link_hash', 'hex'),
     decode(p_mail ->> 'code_hash', 'hex'), p_mail ->> 'code_challenge',
     p_mail ->> 'code_challenge_method',
     now() + make_interval(secs => (p_mail ->> 'lifetime_s')::double precision))
  on conflict (account_id, purpose) do update
    set email                 = excluded.email,
        link_hash             = excluded.link_hash,
        code_hash             = excluded.code_hash,
        wrong_codes           = 0,
        code_challenge        = excluded.code_challenge,
        code_challenge_method = excluded.code_challenge_method,
        created_at            = now(),
        expires_at            = excluded.expires_at;

  update identity.account as a
  set confirmation_sent_at = case when p_purpose in ('signup', 'invite') then now()
                                  else a.confirmation_sent_at end,
      recovery_sent_at = case when p_purpose in ('recovery', 'magiclink') then now()
                              else a.recovery_sent_at end,
      email_change_sent_at = case when p_purpose like 'email\_change%' then now()
                                  else a.email_change_sent_at end,
      reauthentication_sent_at = case when p_purpose = 'reauthentication' then now()
                                      else a.reauthentication_sent_at end
  where a.account_id = p_account.account_id;
end
$$;

alter function internal.keep_token owner to definer;

comment on function internal.keep_token is $$
Keep the digests of a link and a code in place of the last of their kind. p_mail has token, code,
redirect_to; link_hash and code_hash in hex; lifetime_s; code_challenge and
code_challenge_method for PKCE.
$$;

create or replace function internal.send_token(
  p_purpose     text,
  p_account     identity.account,
  p_email       text,
  p_mail        jsonb,
  p_account_key bytea
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not internal.allows('mail_to', p_account_key) then
    return internal.refused('over_email_send_rate_limit');
  end if;

  perform internal.keep_token(p_purpose, p_account, p_email, p_mail);
  perform internal.mail(
    case p_purpose when 'signup' then 'confirmation' when 'magiclink' then 'magic_link'
                   else p_purpose end,
    p_account, p_email, p_mail);
  return '{}'::jsonb;
end
$$;

alter function internal.send_token owner to definer;

comment on function internal.send_token is
  'Mail a link and a code, and keep their digests; see internal.keep_token.';

create or replace function api.auth_send(
  p_purpose     text,
  p_email       text,
  p_create      boolean,
  p_data        jsonb,
  p_mail        jsonb,
  p_account_key bytea,
  p_address_key bytea
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account;
begin
  if not internal.allows('mail', p_address_key) then
    return internal.refused('over_email_send_rate_limit');
  end if;

  if p_purpose = 'email_change' then
    return internal.resend_change(lower(p_email), p_mail, p_account_key);
  end if;

  v_account := internal.account_by_email(p_email);

  if v_account.account_id is null and p_create then
    v_account := internal.make_account(
      p_email, null, internal.own_data(p_email, p_data), false);
  end if;

  -- The count and the answer are the same whether or not the address has an account.
  if v_account.account_id is null
    or internal.why_refused(v_account) is not null
    or (p_purpose = 'signup' and v_account.email_confirmed_at is not null)
  then
    return case when internal.allows('mail_to', p_account_key) then '{}'
                else internal.refused('over_email_send_rate_limit') end;
  end if;

  return internal.send_token(p_purpose, v_account, lower(p_email), p_mail, p_account_key);
end
$$;

alter function api.auth_send owner to definer;

comment on function api.auth_send is $$
Mail a link and a code to an address: recovery, magiclink, or signup and email_change again. With
p_create an unknown address gets an account. The answer does not reveal whether there is one.
$$;

create or replace function api.auth_reauthenticate(
  p_account_id  uuid,
  p_session_id  uuid,
  p_mail        jsonb,
  p_account_key bytea
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account := internal.signed_in_account(p_account_id, p_session_id);
begin
  if v_account.account_id is null then
    return internal.refused(internal.why_not_signed_in(p_account_id, v_account));
  end if;
  if v_account.email is null then
    return internal.refused('no_address_to_ask');
  end if;
  return internal.send_token(
    'reauthentication', v_account, v_account.email, p_mail, p_account_key);
end
$$;

alter function api.auth_reauthenticate owner to definer;

comment on function api.auth_reauthenticate is
  'Mail the caller a code that allows one change of password.';

create or replace function internal.take_code(
  p_account_id uuid,
  p_purposes   text[],
  p_code_hash  bytea
)
returns identity.one_time_token
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_token identity.one_time_token;
begin
  delete from identity.one_time_token as t
  where t.account_id = p_account_id
    and t.purpose = any (p_purposes)
    and t.code_hash = p_code_hash
    and t.wrong_codes < 5
    and t.expires_at > now()
  returning t.* into v_token;

  if not found then
    update identity.one_time_token as t
    set wrong_codes = t.wrong_codes + 1
    where t.account_id = p_account_id and t.purpose = any (p_purposes);
  end if;
  return v_token;
end
$$;

alter function internal.take_code owner to definer;

comment on function internal.take_code is $$
Use up the token of an account that a code fits, or count a wrong guess and return null.
$$;
