-- Accounts: how a login looks from outside, and making one together with its person.

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
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select case
    when count(*) = 0 then '{}'
    else jsonb_build_object(
      'provider', (array_agg(x.provider order by x.created_at, x.provider))[1],
      'providers', jsonb_agg(x.provider order by x.created_at, x.provider))
  end || p_account.app_metadata
  from identity.external_login as x
  where x.account_id = p_account.account_id;
end;

alter function internal.app_metadata owner to definer;

comment on function internal.app_metadata is
  'What the house says of an account: how it may be entered, and what staff added.';

create or replace function internal.user_metadata(p_account identity.account)
returns jsonb
language sql
immutable
set search_path = pg_catalog, pg_temp
return p_account.user_metadata || case
  when p_account.email is null then '{}'
  else jsonb_build_object(
    'sub', p_account.account_id,
    'email', p_account.email,
    'email_verified', p_account.email_confirmed_at is not null,
    'phone_verified', false)
end;

comment on function internal.user_metadata is
  'What a person says of themselves, and their address as GoTrue repeats it there.';

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
          jsonb_build_object(
            'identity_id', x.external_login_id,
            'id', x.provider_subject,
            'user_id', x.account_id,
            'identity_data', jsonb_build_object(
              'sub', x.provider_subject,
              'email', p_account.email,
              'email_verified', p_account.email_confirmed_at is not null,
              'phone_verified', false),
            'provider', x.provider,
            'last_sign_in_at', x.last_sign_in_at,
            'created_at', x.created_at,
            'updated_at', x.updated_at,
            'email', p_account.email)
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
      'last_sign_in_at', p_account.last_sign_in_at));
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
    when exists (
      select
      from core.person as p
      where p.person_id = p_account.account_id and p.status <> 'active'
    ) then 'user_banned'
  end;
end;

alter function internal.why_refused owner to definer;

comment on function internal.why_refused is
  'Why an account may not be entered, as GoTrue''s word for it, or null if it may.';

create or replace function internal.play_parts(p_account_id uuid, p_data jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_zone text := p_data ->> 'timezone';
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

  perform internal.ensure_customer(p_account_id);

  -- The words for somebody who offers, in the five systems. No word makes staff.
  if lower(p_data ->> 'role') in ('provider', 'expert', 'trainer', 'healer') then
    insert into core.provider (provider_id, currency)
    select p_account_id, m.default_currency
    from core.marketplace as m
    on conflict do nothing;
  end if;
end
$$;

alter function internal.play_parts owner to definer;

comment on function internal.play_parts is $$
Give a new person the parts they asked for at sign-up: everybody is a customer, and whoever
says expert, trainer, healer or provider offers too. `admin` and unknown words ask in vain.
$$;

create or replace function internal.make_account(
  p_email         text,
  p_password_hash text,
  p_data          jsonb,
  p_confirmed     boolean
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
    (email, password_hash, user_metadata, is_anonymous, email_confirmed_at)
  values
    (lower(p_email), p_password_hash, p_data, p_email is null,
     case when p_confirmed and p_email is not null then now() end)
  on conflict (email) do nothing
  returning a.* into v_account;

  if not found then
    return null;
  end if;

  if p_email is not null then
    insert into identity.external_login (account_id, provider, provider_subject)
    values (v_account.account_id, 'email', v_account.account_id::text);
  end if;

  perform internal.ensure_person(
    v_account.account_id,
    left(coalesce(nullif(p_data ->> 'full_name', ''), nullif(p_data ->> 'display_name', ''),
                  nullif(p_data ->> 'name', ''),
                  nullif(concat_ws(' ', p_data ->> 'first_name', p_data ->> 'last_name'), ''),
                  ''), 200),
    v_account.email);
  -- A guest is nobody yet, whatever part they ask for.
  perform internal.play_parts(
    v_account.account_id, case when v_account.is_anonymous then '{}' else p_data end);

  return v_account;
end
$$;

alter function internal.make_account owner to definer;

comment on function internal.make_account is $$
Make a login, its person and its customer, in one transaction; null if the address is taken.
Without an address it is a guest's.
$$;
