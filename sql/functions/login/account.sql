-- Accounts: how a login is shown, how it is made together with its person, and what its owner can
-- change.

create or replace function internal.account_by_email(p_email text)
returns identity.account
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select a.* from identity.account as a where a.email = lower(p_email);
end;

alter function internal.account_by_email owner to definer;

comment on function internal.account_by_email is 'The account of an address, or null.';

create or replace function internal.app_metadata(p_account identity.account)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select case
      when count(*) = 0 then '{}'
      else jsonb_build_object(
        'provider', (array_agg(x.provider order by x.created_at, x.provider))[1],
        'providers', jsonb_agg(x.provider order by x.created_at, x.provider))
    end || p_account.app_metadata
    from identity.external_login as x
    where x.account_id = p_account.account_id);
end
$$;

alter function internal.app_metadata owner to definer;

comment on function internal.app_metadata is
  'What the platform says about an account: how to sign in to it, and what servers have added.';

create or replace function internal.user_metadata(p_account identity.account)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
return p_account.user_metadata || case
  when p_account.email is null or not p_account.user_metadata ? 'sub' then '{}'
  else jsonb_build_object(
    'sub', p_account.account_id,
    'email', p_account.email,
    'email_verified', p_account.email_confirmed_at is not null,
    'phone_verified', false)
end;

comment on function internal.user_metadata is $$
What a person says about themselves. After a sign-up it also has `sub` and the address, as in
GoTrue; for an account that a server made it has what the server said.
$$;

create or replace function internal.factors_json(p_account_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_agg(
    jsonb_build_object(
      'id', f.factor_id,
      'friendly_name', f.friendly_name,
      'factor_type', 'totp',
      'status', case when f.verified_at is null then 'unverified' else 'verified' end,
      'created_at', f.created_at,
      'updated_at', f.updated_at)
    order by f.created_at)
  from identity.factor as f
  where f.account_id = p_account_id;
end;

alter function internal.factors_json owner to definer;

comment on function internal.factors_json is
  'The factors of an account as GoTrue lists them, without secrets; null if there is none.';

create or replace function internal.account_json(p_account identity.account)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select
    jsonb_build_object(
      'id', p_account.account_id,
      'aud', 'authenticated',
      'role', 'authenticated',
      'email', coalesce(p_account.email, ''),
      'phone', '',
      'app_metadata', internal.app_metadata(p_account),
      'user_metadata', internal.user_metadata(p_account),
      'identities', coalesce((
        select jsonb_agg(
          jsonb_strip_nulls(jsonb_build_object(
            'identity_id', x.external_login_id,
            'id', x.provider_subject,
            'user_id', x.account_id,
            'identity_data', case x.provider
              when 'email' then jsonb_build_object(
                'sub', x.provider_subject,
                'email', p_account.email,
                'email_verified', p_account.email_confirmed_at is not null,
                'phone_verified', false)
              else x.identity_data
            end,
            'provider', x.provider,
            'last_sign_in_at', x.last_sign_in_at,
            'created_at', x.created_at,
            'updated_at', x.updated_at,
            'email', case x.provider
              when 'email' then p_account.email else x.identity_data ->> 'email' end))
          order by x.created_at)
        from identity.external_login as x
        where x.account_id = p_account.account_id
      ), '[]'),
      'created_at', p_account.created_at,
      'updated_at', p_account.updated_at,
      'is_anonymous', p_account.is_anonymous)
    || jsonb_strip_nulls(jsonb_build_object(
      'email_confirmed_at', p_account.email_confirmed_at,
      'confirmed_at', p_account.email_confirmed_at,
      'confirmation_sent_at', p_account.confirmation_sent_at,
      'recovery_sent_at', p_account.recovery_sent_at,
      'new_email', p_account.new_email,
      'email_change_sent_at', p_account.email_change_sent_at,
      'reauthentication_sent_at', p_account.reauthentication_sent_at,
      'invited_at', p_account.invited_at,
      'banned_until', p_account.banned_until,
      'last_sign_in_at', p_account.last_sign_in_at,
      'factors', internal.factors_json(p_account.account_id)));
end;

alter function internal.account_json owner to definer;

comment on function internal.account_json is 'An account as GoTrue shows a user.';

create or replace function internal.why_refused(p_account identity.account)
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select case
    when p_account.account_id is null then 'user_not_found'
    when p_account.banned_until > now() then 'user_banned'
    when not internal.is_active(p_account.account_id) then 'user_banned'
  end;
end;

alter function internal.why_refused owner to definer;

comment on function internal.why_refused is
  'Why an account may not sign in, as GoTrue''s word, or null if it may.';

create or replace function internal.why_not_signed_in(
  p_account_id uuid,
  p_account    identity.account
)
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select case
    when p_account.account_id is not null then internal.why_refused(p_account)
    when exists (select from identity.account as a where a.account_id = p_account_id)
    then 'session_not_found'
    else 'user_not_found'
  end;
end;

alter function internal.why_not_signed_in owner to definer;

comment on function internal.why_not_signed_in is $$
Why a token is refused, as GoTrue's word, or null if it is not. Its account is p_account_id;
p_account is what internal.signed_in_account answers for it, null without a session.
$$;

create or replace function internal.play_parts(p_account_id uuid, p_data jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_zone text := p_data ->> 'timezone';
  v_role constant text := lower(coalesce(p_data ->> 'role', p_data ->> 'user_type'));
begin
  update core.person as p
  set first_name = coalesce(left(nullif(p_data ->> 'first_name', ''), 100), p.first_name),
      last_name  = coalesce(left(nullif(p_data ->> 'last_name', ''), 100), p.last_name),
      timezone   = case
        when internal.is_timezone(v_zone) then v_zone
        else p.timezone
      end
  where p.person_id = p_account_id
    and p_data ?| array['first_name', 'last_name', 'timezone'];

  if length(p_data ->> 'phone') between 1 and 40 then
    insert into core.person_private as v (person_id, phone)
    values (p_account_id, p_data ->> 'phone')
    on conflict (person_id) do update set phone = coalesce(v.phone, excluded.phone);
  end if;

  perform internal.ensure_customer(p_account_id);

  -- The words for a provider in the five systems. No word makes staff.
  if v_role in ('provider', 'expert', 'trainer', 'healer') then
    perform internal.ensure_provider(p_account_id);
    update core.provider as v
    set trains_dogs = true
    where v.provider_id = p_account_id and p_data ->> 'role' = 'trainer';
  end if;
end
$$;

alter function internal.play_parts owner to definer;

comment on function internal.play_parts is $$
Give a new person the names, the number and the roles they gave at sign-up: everybody is a customer,
and the words expert, trainer, healer and provider, as role or user_type, also make a provider.
`admin` and unknown words have no effect.
$$;

create or replace function internal.own_settings(p_data jsonb)
returns jsonb
language sql
stable
set search_path = pg_catalog, pg_temp
return jsonb_strip_nulls(jsonb_build_object(
  'locale', (
    select tag
    from replace(p_data ->> 'locale', '_', '-') as tag
    where tag ~ '^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$'),
  'username', (
    select name
    from btrim(p_data ->> 'username') as name
    where name ~ '^[[:graph:]]{2,60}$'
      and not exists (select from core.person as p where p.username = name)),
  'bio', left(p_data ->> 'bio', 2000),
  'avatar_url', (
    select url
    from coalesce(p_data ->> 'avatar_url', p_data ->> 'avatarUrl') as url
    where url ~ '^https?://' and length(url) <= 500),
  'timezone', (
    select zone
    from coalesce(p_data ->> 'timezone', p_data ->> 'zoneinfo') as zone
    where length(zone) <= 64 and internal.is_timezone(zone))));

comment on function internal.own_settings is $$
What somebody says about themselves when they sign up: "locale", "timezone", "username", "bio",
"avatar_url". What is no such thing, or is taken, is left out: a browser's odd word is no reason to
refuse a sign-up.
$$;

create or replace function internal.make_account(
  p_email         text,
  p_password_hash text,
  p_data          jsonb,
  p_confirmed     boolean,
  p_account_id    uuid default null,
  p_identity      jsonb default null
)
returns identity.account
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account;
begin
  insert into identity.account as a
    (account_id, email, password_hash, user_metadata, is_anonymous, email_confirmed_at)
  values
    (coalesce(p_account_id, gen_random_uuid()), lower(p_email), p_password_hash, p_data,
     p_email is null, case when p_confirmed and p_email is not null then now() end)
  on conflict do nothing
  returning a.* into v_account;

  if not found then
    return null;
  end if;

  if p_email is not null then
    insert into identity.external_login
      (account_id, provider, provider_subject, identity_data)
    values
      (v_account.account_id, coalesce(p_identity ->> 'provider', 'email'),
       coalesce(p_identity ->> 'subject', v_account.account_id::text),
       coalesce(p_identity -> 'data', '{}'));
  end if;

  perform internal.ensure_person(
    v_account.account_id,
    left(coalesce(nullif(p_data ->> 'full_name', ''), nullif(p_data ->> 'display_name', ''),
                  nullif(p_data ->> 'name', ''),
                  nullif(concat_ws(' ', p_data ->> 'first_name', p_data ->> 'last_name'), ''),
                  ''), 200),
    v_account.email);
  perform internal.write_person(v_account.account_id, internal.own_settings(p_data));
  -- A guest gets no role, whatever they ask for.
  perform internal.play_parts(
    v_account.account_id, case when v_account.is_anonymous then '{}' else p_data end);
  -- The hook of the owner. If it raises, the sign-up is undone.
  perform hooks.after_sign_up(internal.account_json(v_account));

  return v_account;
end
$$;

alter function internal.make_account owner to definer;

comment on function internal.make_account is $$
Make a login, its person and its customer, in one transaction; null if the address or the id
is taken. Without an address it is a guest's. p_identity: the one that another provider vouches
for, by which it is entered. Somebody with that id who has no login gets this
one: so are people of another system brought along.
$$;

create or replace function internal.end_sessions_of_suspended()
returns trigger
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from identity.session as s where s.account_id = new.person_id;
  return null;
end
$$;

alter function internal.end_sessions_of_suspended owner to definer;

comment on function internal.end_sessions_of_suspended is $$
End every session of a person in the transaction that suspends or erases them. Their refresh tokens
stay invalid after the suspension ends.
$$;

create or replace trigger end_sessions_of_suspended
  after update of status, suspended_until on core.person
  for each row
  when (new.status <> 'active' or new.suspended_until > now())
  execute function internal.end_sessions_of_suspended();

create or replace function internal.on_account_banned()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.person as p
  set suspended_until = new.banned_until
  where p.person_id = new.account_id;
  return null;
end
$$;

alter function internal.on_account_banned owner to definer;

comment on function internal.on_account_banned is
  'Trigger: a ban in GoTrue''s words is a suspension, so that it holds whatever a token says.';

create or replace trigger account_ban after update of banned_until on identity.account
  for each row when (new.banned_until is distinct from old.banned_until)
  execute function internal.on_account_banned();

create or replace function internal.signed_in_account(p_account_id uuid, p_session_id uuid)
returns identity.account
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select a.*
  from identity.account as a
  join identity.session as s using (account_id)
  where a.account_id = p_account_id and s.session_id = p_session_id;
end;

alter function internal.signed_in_account owner to definer;

comment on function internal.signed_in_account is
  'The account of a token, while its session lasts.';

create or replace function api.auth_user(p_account_id uuid, p_session_id uuid)
returns jsonb
language plpgsql
stable
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

  return jsonb_build_object(
    'user', internal.account_json(v_account),
    'password_hash', v_account.password_hash);
end
$$;

alter function api.auth_user owner to definer;

comment on function api.auth_user is $$
The user of a token, if they and their session are still there and not suspended. The password
hash comes along for the Lambda to compare a new password with; it goes no further.
$$;

create or replace function internal.why_no_change(
  p_account       identity.account,
  p_session_id    uuid,
  p_sets_password boolean,
  p_moves         boolean,
  p_account_key   bytea,
  p_person_key    bytea,
  p_address_key   bytea
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return case
    when (p_sets_password or p_moves)
      and internal.needs_factor(p_account.account_id, p_session_id) then 'insufficient_aal'
    when p_sets_password and p_account.email is null and not p_moves
      then 'password_without_address'
    when p_moves and not (
      internal.allows('mail', p_address_key)
      and internal.allows('email_change', p_person_key)
      and internal.allows('mail_to', p_account_key)
    ) then 'over_email_send_rate_limit'
  end;
end
$$;

alter function internal.why_no_change owner to definer;

comment on function internal.why_no_change is $$
Why a password or an address cannot be changed now, as a code of GoTrue's, or null. Every limit is
checked before any change, so that a refusal changes nothing. Counts the try.
$$;

create or replace function api.auth_update_user(
  p_account_id    uuid,
  p_session_id    uuid,
  p_email         text,
  p_password_hash text,
  p_data          jsonb,
  p_nonce_hash    bytea,
  p_proved        boolean,
  p_rules         jsonb,
  p_mail          jsonb,
  p_mail_current  jsonb,
  p_account_key   bytea,
  p_person_key    bytea,
  p_address_key   bytea
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
  v_moves   boolean;
begin
  if v_reason is not null then
    return internal.refused(v_reason);
  end if;

  v_moves := p_email is not null and lower(p_email) is distinct from v_account.email;
  v_reason := internal.why_no_change(
    v_account, p_session_id, p_password_hash is not null, v_moves,
    p_account_key, p_person_key, p_address_key);
  if v_reason is not null then
    return internal.refused(v_reason);
  end if;

  if p_password_hash is not null then
    v_reason := internal.change_password(
      v_account, p_session_id, p_password_hash, p_nonce_hash, p_proved, p_rules);
    if v_reason is not null then
      return internal.refused(v_reason);
    end if;
  end if;

  if p_data is not null then
    -- As in GoTrue: given members are merged, and null removes one.
    update identity.account as a
    set user_metadata = jsonb_strip_nulls(a.user_metadata || p_data), updated_at = now()
    where a.account_id = p_account_id;
  end if;

  if v_moves then
    v_reason := internal.change_email(v_account, p_email, p_rules, p_mail, p_mail_current);
    if v_reason is not null then
      return internal.refused(v_reason);
    end if;
  end if;

  return jsonb_build_object(
    'user', internal.account_json(
      internal.signed_in_account(p_account_id, p_session_id)));
end
$$;

alter function api.auth_update_user owner to definer;

comment on function api.auth_update_user is $$
Change what is given of the caller's account. A new address counts once it is confirmed, unless
p_rules say autoconfirm; a new password ends every other session. p_proved: the caller gave the
present password. p_rules has autoconfirm, both_addresses, reauthenticate and fresh_s.
$$;

create or replace function internal.change_password(
  p_account       identity.account,
  p_session_id    uuid,
  p_password_hash text,
  p_nonce_hash    bytea,
  p_proved        boolean,
  p_rules         jsonb
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_nonce_hash is not null then
    if internal.take_code(p_account.account_id, array['reauthentication'], p_nonce_hash) is null
    then
      return 'reauthentication_not_valid';
    end if;
  elsif (p_rules ->> 'reauthenticate')::boolean and not p_proved and exists (
    select
    from identity.session as s
    where s.session_id = p_session_id
      and s.created_at < now() - make_interval(secs => (p_rules ->> 'fresh_s')::double precision)
  ) then
    return 'reauthentication_needed';
  end if;

  update identity.account as a
  set password_hash = p_password_hash, updated_at = now()
  where a.account_id = p_account.account_id;

  delete from identity.session as s
  where s.account_id = p_account.account_id and s.session_id <> p_session_id;

  if p_account.email is not null then
    perform internal.mail('password_changed', p_account, p_account.email);
  end if;
  return null;
end
$$;

alter function internal.change_password owner to definer;

comment on function internal.change_password is $$
Set a password and end all other sessions. If the settings require it, a session that is not fresh
needs the present password or a mailed code. Returns the reason if it is refused.
$$;

create or replace function internal.change_email(
  p_account      identity.account,
  p_email        text,
  p_rules        jsonb,
  p_mail         jsonb,
  p_mail_current jsonb
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account;
begin
  if (p_rules ->> 'autoconfirm')::boolean
    and (internal.account_by_email(p_email)).account_id is not null
  then
    return 'email_exists';
  end if;

  update identity.account as a
  set new_email = lower(p_email),
      email_change_awaits = case
        when a.email is not null and (p_rules ->> 'both_addresses')::boolean
        then array['current', 'new'] else array['new']
      end,
      email_change_sent_at = now(),
      updated_at = now()
  where a.account_id = p_account.account_id
  returning a.* into v_account;

  if (p_rules ->> 'autoconfirm')::boolean then
    return internal.take_new_email(p_account.account_id);
  end if;

  -- Delete links of an earlier change, which would confirm this one.
  delete from identity.one_time_token as t
  where t.account_id = p_account.account_id
    and t.purpose in ('email_change', 'email_change_current');

  perform internal.ask_new_address(v_account, p_mail);
  if 'current' = any (v_account.email_change_awaits) then
    perform internal.send_token(
      'email_change_current', v_account, v_account.email, p_mail_current, null);
  elsif v_account.email is not null then
    perform internal.mail('email_changing', v_account, v_account.email);
  end if;
  return null;
end
$$;

alter function internal.change_email owner to definer;

comment on function internal.change_email is $$
Begin a change of address: mail a link to the new address, and to the old one a link or, depending
on the settings, a warning. If the new address belongs to somebody else, only they are told. Returns
the reason if it is refused.
$$;

create or replace function internal.ask_new_address(p_account identity.account, p_mail jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_taken identity.account := internal.account_by_email(p_account.new_email);
begin
  if v_taken.account_id is null then
    perform internal.send_token('email_change', p_account, p_account.new_email, p_mail, null);
  else
    perform internal.mail('already_registered', v_taken, v_taken.email);
  end if;
end
$$;

alter function internal.ask_new_address owner to definer;

comment on function internal.ask_new_address is $$
Mail the link of a change to the new address; or, if the address belongs to somebody else, tell its
owner. The caller does not learn which.
$$;

create or replace function internal.resend_change(
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
declare
  v_account identity.account;
begin
  if not internal.allows('mail_to', p_account_key) then
    return internal.refused('over_email_send_rate_limit');
  end if;

  select a.* into v_account
  from identity.account as a
  where (a.new_email = p_email and 'new' = any (a.email_change_awaits))
    or (a.email = p_email and 'current' = any (a.email_change_awaits))
  order by a.email_change_sent_at desc
  limit 1;

  if internal.why_refused(v_account) is not null then
    return '{}'::jsonb;
  end if;
  if v_account.new_email = p_email then
    perform internal.ask_new_address(v_account, p_mail);
    return '{}'::jsonb;
  end if;
  return internal.send_token('email_change_current', v_account, p_email, p_mail, null);
end
$$;

alter function internal.resend_change owner to definer;

comment on function internal.resend_change is $$
Mail the link of a change again, to the address that asks. The answer does not reveal whether there
is such a change.
$$;

create or replace function internal.confirm_change(
  p_account identity.account,
  p_token   identity.one_time_token
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_awaits text[];
begin
  if p_account.new_email is null
    or p_token.email is distinct from (
      case p_token.purpose when 'email_change' then p_account.new_email else p_account.email end)
  then
    return 'otp_expired';
  end if;

  update identity.account as a
  set email_change_awaits = array_remove(
        a.email_change_awaits,
        case p_token.purpose when 'email_change' then 'new' else 'current' end)
  where a.account_id = p_account.account_id
  returning a.email_change_awaits into v_awaits;

  return case
    when v_awaits = '{}' then internal.take_new_email(p_account.account_id)
    else 'half'
  end;
end
$$;

alter function internal.confirm_change owner to definer;

comment on function internal.confirm_change is $$
Confirm a change of address by one of the two addresses; the second confirmation carries it out.
Returns `half` while the other is awaited, or the reason if it is refused.
$$;

create or replace function internal.take_new_email(p_account_id uuid)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account;
begin
  update identity.account as a
  set email               = a.new_email,
      new_email           = null,
      email_change_awaits = '{}',
      email_confirmed_at  = now(),
      is_anonymous        = false,
      updated_at          = now()
  where a.account_id = p_account_id and a.new_email is not null
  returning a.* into v_account;

  insert into identity.external_login (account_id, provider, provider_subject)
  values (p_account_id, 'email', p_account_id::text)
  on conflict do nothing;

  update core.person_private as pp
  set contact_email = v_account.email
  where pp.person_id = p_account_id;
  return null;
exception
  when unique_violation then
    return 'email_exists';
end
$$;

alter function internal.take_new_email owner to definer;

comment on function internal.take_new_email is $$
Give the account its confirmed address; a guest becomes a regular account. Returns the reason if it
is refused.
$$;

create or replace function api.auth_sign_out(p_account_id uuid, p_session_id uuid, p_scope text)
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

  delete from identity.session as s
  where s.account_id = p_account_id
    and case p_scope
      when 'local' then s.session_id = p_session_id
      when 'others' then s.session_id <> p_session_id
      else true
    end;
  return '{}'::jsonb;
end
$$;

alter function api.auth_sign_out owner to definer;

comment on function api.auth_sign_out is
  'End sessions of the caller: this one (local), all but this one (others), or all (global).';

create or replace function internal.is_email_confirmed(p_account_id uuid)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select a.email_confirmed_at is not null
    from identity.account as a
    where a.account_id = p_account_id);
end
$$;

alter function internal.is_email_confirmed owner to definer;

comment on function internal.is_email_confirmed is
  'Whether an account has proved its address, for itself and staff; null for others.';
