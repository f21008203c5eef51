-- Rate limits against guessing and mass mailing. A refusal is returned and not raised: raising
-- would roll the count back.

create or replace function internal.allows(p_action text, p_subject bytea)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_limit  integer;
  v_window interval;
  v_uses   integer;
begin
  if p_subject is null then
    return true;
  end if;

  select l.uses, l.per into strict v_limit, v_window
  from (values
    ('sign_up', 30, interval '5 minutes'),
    ('token',  150, interval '5 minutes'),
    ('verify',  30, interval '5 minutes'),
    ('mail',    30, interval '5 minutes'),
    ('mail_to',  5, interval '5 minutes'),
    ('email_change', 10, interval '1 hour'),
    ('factor', 30, interval '5 minutes'),
    ('oauth', 30, interval '5 minutes'),
    ('guess', 20, interval '1 hour'),
    ('id_token', 1, interval '1 day')
  ) as l(action, uses, per)
  where l.action = p_action;

  insert into identity.rate_limit as r (action, subject, uses, window_ends_at)
  values (p_action, p_subject, 1, now() + v_window)
  on conflict (action, subject) do update
    set uses           = case when r.window_ends_at > now() then r.uses + 1 else 1 end,
        window_ends_at = case when r.window_ends_at > now() then r.window_ends_at
                              else now() + v_window end
  returning r.uses into v_uses;

  -- Delete a few ended windows whenever a new one begins.
  if v_uses = 1 then
    delete from identity.rate_limit as r
    where (r.action, r.subject) in (
      select o.action, o.subject
      from identity.rate_limit as o
      where o.window_ends_at < now()
      order by o.window_ends_at
      limit 4
      for update skip locked
    );
  end if;

  return v_uses <= v_limit;
end
$$;

alter function internal.allows owner to definer;

comment on function internal.allows is $$
Count one use of an action by a subject, and say whether it is still within the limit.
A subject that is null is not counted: the address of a direct connection may be unknown.
$$;

create or replace function internal.is_blocked(p_subject bytea)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select exists (
    select
    from identity.failed_attempt as f
    where f.subject = p_subject and f.blocked_until > now()
  );
end;

alter function internal.is_blocked owner to definer;

comment on function internal.is_blocked is
  'Whether an address has to wait after wrong passwords, no matter who asks.';

create or replace function internal.note_failure(p_subject bytea)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  insert into identity.failed_attempt as f (subject, failures, blocked_until)
  values (p_subject, 1, now())
  on conflict (subject) do update
    set failures = case when f.blocked_until > now() - interval '1 hour' then f.failures + 1
                        else 1 end,
        -- The sixth wrong password costs two seconds, the next twice that, at most five minutes.
        blocked_until = now() + case
          when f.failures < 5 or f.blocked_until < now() - interval '1 hour' then interval '0'
          else least(interval '1 second' * power(2, least(f.failures - 4, 9)),
                     interval '5 minutes')
        end;
end;

alter function internal.note_failure owner to definer;

comment on function internal.note_failure is $$
Remember a wrong password: from the sixth in a row on, the address waits, each time longer.
An hour without one forgets them. Addresses without an account are treated the same.
$$;

create or replace function internal.forget_failures(p_subject bytea)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  delete from identity.failed_attempt as f where f.subject = p_subject;

  delete from identity.failed_attempt as f
  where f.subject in (
    select o.subject
    from identity.failed_attempt as o
    where o.blocked_until < now() - interval '1 hour'
    order by o.blocked_until
    limit 4
    for update skip locked
  );
end;

alter function internal.forget_failures owner to definer;

comment on function internal.forget_failures is
  'Forget the wrong passwords of an address, and delete a few old rows of others.';

create or replace function internal.guesser()
returns bytea
language sql
stable
return sha256(convert_to(internal.user_id()::text, 'UTF8'));

comment on function internal.guesser is
  'The caller as a subject of identity.rate_limit, from which nobody reads a person.';

create or replace function internal.count_and_refuse(
  p_code    text,
  p_message text,
  p_detail  text,
  p_hint    text default ''
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode  = p_code,
    message  = p_message,
    detail   = p_detail,
    hint     = p_hint,
    datatype = 'api.count_guess';
end
$$;

comment on function internal.count_and_refuse is $$
Refuse what may be a guess at a secret, such as the code of a coupon. What is counted in a
transaction that is refused is undone with it, so the error names a function that whoever speaks to
the database (shared/postgres) calls for the same caller afterwards.
$$;

create or replace function api.count_guess()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_user_id();
  perform internal.allows('guess', internal.guesser());
end
$$;

alter function api.count_guess owner to definer;

comment on function api.count_guess is $$
Count a wrong guess of the caller's. It is called by the way to the database, after the refusal.

Raises
  M1001 sign_in_required  nobody is signed in
$$;

create or replace function internal.require_few_guesses()
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select from identity.rate_limit as r
    where r.action = 'guess'
      and r.subject = internal.guesser()
      and r.uses >= 20
      and r.window_ends_at > now()
  ) then
    perform internal.refuse('M9004', 'too_many_guesses',
      'Too many codes were wrong within an hour.', 'Try again in an hour.');
  end if;
end
$$;

alter function internal.require_few_guesses owner to definer;

comment on function internal.require_few_guesses is $$
Refuse to answer whether a code is right, after twenty that were wrong within an hour.

Raises
  M9004 too_many_guesses
$$;
