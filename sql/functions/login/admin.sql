-- Managing accounts with the secret key. Every change is audited.

create or replace function api.auth_list_users(p_page bigint, p_per_page bigint)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select jsonb_build_object(
    'total', (select count(*) from identity.account),
    'users', coalesce((
      select jsonb_agg(internal.account_json(page.account) order by page.created_at desc)
      from (
        select a as account, a.created_at
        from identity.account as a
        order by a.created_at desc, a.account_id
        limit p_per_page
        offset (p_page - 1) * p_per_page
      ) as page
    ), '[]'));
end;

alter function api.auth_list_users owner to definer;

comment on function api.auth_list_users is 'A page of accounts, the newest first, and how many.';

create or replace function api.auth_get_user(p_account_id uuid)
returns jsonb
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(
    (select jsonb_build_object('user', internal.account_json(a))
     from identity.account as a
     where a.account_id = p_account_id),
    internal.refused('no_such_user'));
end;

alter function api.auth_get_user owner to definer;

comment on function api.auth_get_user is 'One account.';

create or replace function api.auth_create_user(p_attributes jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account;
begin
  v_account := internal.make_account(
    p_attributes ->> 'email',
    p_attributes ->> 'password_hash',
    coalesce(p_attributes -> 'user_metadata', '{}'),
    coalesce((p_attributes ->> 'email_confirm')::boolean, false),
    (p_attributes ->> 'id')::uuid);

  if v_account.account_id is null then
    return internal.refused(case
      when (internal.account_by_email(p_attributes ->> 'email')).account_id is not null
      then 'email_exists' else 'user_already_exists' end);
  end if;
  perform internal.audit('create', 'account', v_account.account_id::text, null, null);
  return api.auth_change_user(
    v_account.account_id, p_attributes - array['password_hash', 'email', 'id']);
end
$$;

alter function api.auth_create_user owner to definer;

comment on function api.auth_create_user is $$
Make an account with its person and customer: for imports and back offices. Attributes: id, email,
password_hash (argon2id or bcrypt), email_confirm, user_metadata, app_metadata, ban_s.
$$;

create or replace function api.auth_change_user(p_account_id uuid, p_attributes jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account;
begin
  update identity.account as a
  set email = coalesce(p_attributes ->> 'email', a.email),
      is_anonymous = a.is_anonymous and not p_attributes ? 'email',
      password_hash = coalesce(p_attributes ->> 'password_hash', a.password_hash),
      email_confirmed_at = case
        when (p_attributes ->> 'email_confirm')::boolean then coalesce(a.email_confirmed_at, now())
        else a.email_confirmed_at
      end,
      user_metadata =
        jsonb_strip_nulls(a.user_metadata || coalesce(p_attributes -> 'user_metadata', '{}')),
      app_metadata =
        jsonb_strip_nulls(a.app_metadata || coalesce(p_attributes -> 'app_metadata', '{}')),
      banned_until = case
        when p_attributes ? 'ban_s'
        then nullif(now() + make_interval(secs => (p_attributes ->> 'ban_s')::bigint), now())
        else a.banned_until
      end,
      updated_at = now()
  where a.account_id = p_account_id
  returning a.* into v_account;

  if not found then
    return internal.refused('no_such_user');
  end if;

  if p_attributes ? 'email' then
    insert into identity.external_login (account_id, provider, provider_subject)
    values (p_account_id, 'email', p_account_id::text)
    on conflict do nothing;
  end if;

  -- After a ban or a new password, existing sessions must end.
  if p_attributes ? 'password_hash' or v_account.banned_until > now() then
    delete from identity.session as s where s.account_id = p_account_id;
  end if;

  perform internal.audit(
    'change', 'account', p_account_id::text, null,
    (select coalesce(jsonb_agg(k order by k), '[]') from jsonb_object_keys(p_attributes) as k));
  return jsonb_build_object('user', internal.account_json(v_account));
exception
  when unique_violation then
    return internal.refused('email_exists');
end
$$;

alter function api.auth_change_user owner to definer;

comment on function api.auth_change_user is $$
Change an account; what is absent stays, ban_s 0 ends a ban. A new password and a ban end every
session. The audit log keeps which members changed, never their values.
$$;

create or replace function api.auth_delete_user(p_account_id uuid)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from identity.account as a where a.account_id = p_account_id) then
    return internal.refused('no_such_user');
  end if;
  perform internal.erase_person(p_account_id);
  return '{}'::jsonb;
end
$$;

alter function api.auth_delete_user owner to definer;

comment on function api.auth_delete_user is
  'Remove a login and its person; see internal.erase_person.';

create or replace function api.auth_generate_link(
  p_type          text,
  p_email         text,
  p_new_email     text,
  p_password_hash text,
  p_data          jsonb,
  p_both          boolean,
  p_mail          jsonb
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account := internal.account_by_email(p_email);
  v_type    text := p_type;
begin
  if v_account.account_id is null and p_type = 'magiclink' then
    v_type := 'signup';
  elsif v_account.account_id is null and p_type not in ('signup', 'invite') then
    return internal.refused('no_such_user');
  end if;
  if v_type = 'signup' and p_type = 'signup' and v_account.account_id is null
    and p_password_hash is null
  then
    return internal.refused('password_required');
  end if;
  if (v_type in ('signup', 'invite') and v_account.email_confirmed_at is not null)
    or (p_new_email is not null
        and (internal.account_by_email(p_new_email)).account_id is not null)
  then
    return internal.refused('email_exists');
  end if;

  if v_account.account_id is null then
    v_account := internal.make_account(p_email, p_password_hash, p_data, false);
  elsif v_type in ('signup', 'invite') then
    update identity.account as a
    set user_metadata = jsonb_strip_nulls(a.user_metadata || p_data),
        password_hash = coalesce(p_password_hash, a.password_hash)
    where a.account_id = v_account.account_id;
  end if;

  update identity.account as a
  set invited_at = case when v_type = 'invite' then now() else a.invited_at end,
      new_email = coalesce(lower(p_new_email), a.new_email),
      email_change_awaits = case
        when p_new_email is null then a.email_change_awaits
        when p_both then array['current', 'new']
        else array['new']
      end
  where a.account_id = v_account.account_id
  returning a.* into v_account;

  perform internal.keep_token(
    case v_type when 'email_change_new' then 'email_change' else v_type end, v_account,
    case v_type when 'email_change_new' then v_account.new_email else v_account.email end, p_mail);
  perform internal.audit(
    'generate_link', 'account', v_account.account_id::text, null, to_jsonb(v_type));
  return api.auth_get_user(v_account.account_id) || jsonb_build_object('verification_type', v_type);
end
$$;

alter function api.auth_generate_link owner to definer;

comment on function api.auth_generate_link is $$
Keep a link and a code for an address as a mail would, and mail nothing: a server sends them in
its own way. A magic link for somebody unknown is a sign-up, as with GoTrue.
$$;

create or replace function api.auth_invite(p_email text, p_data jsonb, p_mail jsonb)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_account identity.account := internal.account_by_email(p_email);
begin
  if v_account.email_confirmed_at is not null then
    return internal.refused('email_exists');
  end if;
  if v_account.account_id is null then
    v_account := internal.make_account(p_email, null, p_data, false);
    perform internal.audit('invite', 'account', v_account.account_id::text, null, null);
  end if;

  update identity.account as a
  set invited_at = now()
  where a.account_id = v_account.account_id;

  perform internal.send_token('invite', v_account, v_account.email, p_mail, null);
  return api.auth_get_user(v_account.account_id);
end
$$;

alter function api.auth_invite owner to definer;

comment on function api.auth_invite is
  'Make an account for somebody, and mail them a link to accept it.';
