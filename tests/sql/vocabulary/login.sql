-- The vocabulary of tests about logins: everything of an account follows from a name.

create or replace function tests.digest(p_text text)
returns bytea
language sql
immutable
return convert_to(p_text, 'UTF8');

-- A mail as the auth Lambda draws it. Its link and its code are those of the name.
create or replace function tests.mail(p_name text, p_challenge text default null)
returns jsonb
language sql
immutable
return jsonb_build_object(
  'token', p_name, 'code', '123456', 'redirect_to', 'http://127.0.0.1:3000',
  'link_hash', encode(tests.digest('link of ' || p_name), 'hex'),
  'code_hash', encode(tests.digest('code of ' || p_name), 'hex'),
  'lifetime_s', 3600, 'code_challenge', p_challenge, 'code_challenge_method', 's256');

-- As the service: sign up by mail.
create or replace function tests.sign_up(
  p_name    text,
  p_data    jsonb default '{}',
  p_address bytea default null
)
returns jsonb
language sql
as $$
  select api.auth_sign_up(
    p_name || '@example.com', '$argon2id$hash of ' || p_name, p_data, false, tests.mail(p_name),
    'pgTAP', tests.digest(p_name), p_address);
$$;

-- As the service: come back with the code of a mail.
create or replace function tests.open_code(p_name text, p_code text, p_type text default 'email')
returns jsonb
language sql
as $$
  select api.auth_verify(p_type, null, p_name || '@example.com', tests.digest(p_code), null,
                         'pgTAP', null);
$$;

-- As the service: sign in with the password of a name, or another hash.
create or replace function tests.sign_in(p_name text, p_hash text default null)
returns jsonb
language sql
as $$
  select api.auth_sign_in(
    p_name || '@example.com', coalesce(p_hash, '$argon2id$hash of ' || p_name),
    tests.digest(p_name), null, 'pgTAP');
$$;

create or replace function tests.account_id(p_name text)
returns uuid
language sql
security definer
as $$
  select a.account_id from identity.account as a where a.email = p_name || '@example.com';
$$;

-- An account whose address is confirmed, and the session that the confirmation opened.
create or replace function tests.signed_in(p_name text)
returns uuid
language plpgsql
as $$
declare
  v_session_id uuid;
begin
  perform tests.act_as_service();
  perform tests.sign_up(p_name);
  v_session_id := tests.open_code(p_name, 'code of ' || p_name) ->> 'session_id';
  perform tests.act_as_nobody();
  return v_session_id;
end
$$;

-- How many sessions somebody has.
create or replace function tests.sessions(p_name text)
returns bigint
language sql
security definer
as $$
  select count(*) from identity.session as s where s.account_id = tests.account_id(p_name);
$$;

-- The templates of the mails to an address, in the order of the alphabet.
create or replace function tests.mails(p_address text)
returns text[]
language sql
security definer
as $$
  select array_agg(o.payload ->> 'template' order by o.payload ->> 'template')
  from core.outbox as o
  where o.topic = 'auth.email' and o.payload ->> 'address' = p_address;
$$;
