-- People: who they are, and which roles they have.

create or replace function internal.is_timezone(p_name text)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- pg_timezone_names reads the file of every zone, which takes 40 ms. A name with a slash and
  -- without a digit that converts is a zone: a POSIX rule has a digit, an abbreviation no slash.
  if p_name = 'UTC' then
    return true;
  elsif p_name ~ '^[A-Z][A-Za-z_]*(/[A-Z][A-Za-z_-]*)+$' then
    perform now() at time zone p_name;
    return true;
  end if;
  return exists (select from pg_timezone_names as z where z.name = p_name);
exception
  when invalid_parameter_value then
    return false;
end
$$;

comment on function internal.is_timezone is 'Whether this server knows an IANA zone of that name.';

create or replace function internal.on_timezone_given()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if not internal.is_timezone(new.timezone) then
    perform internal.refuse(
      'M0001', 'timezone_unknown',
      case when new.timezone is null then 'The time zone is missing.'
           else format('%s is not the name of a time zone.',
                       left(quote_literal(new.timezone), 80)) end,
      'Use an IANA name such as Europe/Copenhagen.');
  end if;
  return new;
end
$$;

alter function internal.on_timezone_given owner to definer;

comment on function internal.on_timezone_given is $$
Trigger: a time zone is an IANA name that this server knows.

Raises
  M0001 timezone_unknown  it is not
$$;

create or replace trigger person_timezone before insert or update of timezone on core.person
  for each row execute function internal.on_timezone_given();

create or replace function internal.ensure_person(
  p_person_id    uuid,
  p_display_name text default null,
  p_email        text default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_claims jsonb := jsonb '{}';
begin
  if p_person_id = internal.user_id() then
    v_claims := coalesce(nullif(current_setting('request.jwt.claims', true), '')::jsonb, '{}');
  end if;

  insert into core.person as p (person_id, display_name, timezone)
  select
    p_person_id,
    coalesce(p_display_name, left(v_claims -> 'user_metadata' ->> 'full_name', 200),
             left(v_claims -> 'user_metadata' ->> 'name', 200), ''),
    m.default_timezone
  from core.marketplace as m
  on conflict do nothing;

  insert into core.person_private (person_id, contact_email)
  values (p_person_id, coalesce(p_email, nullif(v_claims ->> 'email', '')))
  on conflict do nothing;
end
$$;

alter function internal.ensure_person owner to definer;

comment on function internal.ensure_person is $$
Make the person of a login, if there is none yet. Name and address come from the arguments, or else
from the caller's own token; the zone is the marketplace's until the person sets one. Safe to
repeat: an existing person is not changed.
$$;

create or replace function internal.write_person(p_person_id uuid, p_fields jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_person core.person;
begin
  if not p_fields ?| array['username', 'display_name', 'first_name', 'last_name', 'avatar_url',
                           'bio', 'timezone', 'locale'] then
    return;
  end if;
  select p.* into v_person
  from core.person as p
  where p.person_id = p_person_id
  for no key update;

  -- A name that was put together from the two goes with them.
  if not p_fields ? 'display_name'
     and v_person.display_name = concat_ws(' ', v_person.first_name, v_person.last_name) then
    v_person.display_name := concat_ws(' ',
      coalesce(p_fields ->> 'first_name', v_person.first_name),
      coalesce(p_fields ->> 'last_name', v_person.last_name));
  end if;
  v_person := jsonb_populate_record(v_person, p_fields);
  update core.person as p
  set username = v_person.username, display_name = v_person.display_name,
      first_name = v_person.first_name, last_name = v_person.last_name,
      avatar_url = v_person.avatar_url, bio = v_person.bio,
      timezone = v_person.timezone, locale = v_person.locale
  where p.person_id = p_person_id;
end
$$;

alter function internal.write_person owner to definer;

comment on function internal.write_person is $$
Write the fields of a person that p_fields has. A display_name that is first and last name, or
nothing, follows them. The calling function has checked who they are. Locks the person.

Raises
  M0001 timezone_unknown  the zone is no IANA name
$$;

create or replace function internal.write_private(p_person_id uuid, p_fields jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_private core.person_private;
begin
  if not p_fields ?| array['phone', 'emergency_phone', 'date_of_birth', 'gender'] then
    return;
  end if;
  insert into core.person_private (person_id) values (p_person_id) on conflict do nothing;
  select v.* into v_private
  from core.person_private as v
  where v.person_id = p_person_id
  for no key update;

  v_private := jsonb_populate_record(v_private, p_fields);
  update core.person_private as v
  set phone = v_private.phone, emergency_phone = v_private.emergency_phone,
      date_of_birth = v_private.date_of_birth, gender = v_private.gender
  where v.person_id = p_person_id;
end
$$;

alter function internal.write_private owner to definer;

comment on function internal.write_private is
  'Write the private fields of a person that p_fields has. The calling function has checked who.';

create or replace function api.save_person(p_person jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid := internal.require_identity(
    coalesce((p_person ->> 'person_id')::uuid, internal.user_id()));
begin
  perform internal.require_fields(p_person,
    'person_id', 'username', 'display_name', 'first_name', 'last_name', 'avatar_url', 'bio',
    'timezone', 'locale', 'phone', 'emergency_phone', 'date_of_birth', 'gender');
  perform internal.require_active(v_id);

  if not exists (select from core.person as p where p.person_id = v_id) then
    perform internal.ensure_person(v_id, p_person ->> 'display_name');
  elsif not internal.found_to_save('person', p_if_exists) then
    return null;
  end if;
  perform internal.write_person(v_id, p_person);
  perform internal.write_private(v_id, p_person);
  return v_id;
end
$$;

alter function api.save_person owner to definer;

comment on function api.save_person is $$
Change the caller's own data, and return their id. p_person: {"person_id"? (the caller),
"username"?, "display_name"?, "first_name"?, "last_name"?, "avatar_url"?, "bio"?, "timezone"?,
"locale"?, "phone"?, "emergency_phone"?, "date_of_birth"?, "gender"?}; the last four are private. A
field that is not given stays. p_if_exists: merge; ignore leaves a person as they are and returns null; fail refuses.
Locks the person.

Raises
  M0001 timezone_unknown  the zone is no IANA name
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  23505                   p_if_exists is fail, and the person is there; or the username is taken
  42501                   person_id is somebody else
$$;

create or replace function internal.on_person_kept()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using errcode = '42501', message = 'A person keeps their id.';
end
$$;

comment on function internal.on_person_kept is
  'Trigger: the key of a person never changes, because it is the `sub` of their token.';

create or replace trigger person_keep before update of person_id on core.person
  for each row when (new.person_id <> old.person_id)
  execute function internal.on_person_kept();

create or replace function internal.is_active(p_person_id uuid)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- plpgsql keeps its plan; an SQL function would be planned again by every booking.
  return not exists (
    select
    from core.person as p
    where p.person_id = p_person_id
      and (p.status <> 'active' or p.suspended_until > now()));
end
$$;

alter function internal.is_active owner to definer;

comment on function internal.is_active is $$
Whether a person takes part: not suspended, not closed, not banned for a while. Who signed in and
has no row yet does.
$$;

create or replace function internal.may_act()
returns boolean
language sql
stable
return internal.is_service() or not internal.is_guest() and internal.is_active(internal.user_id());

comment on function internal.may_act is $$
Whether the caller may change anything: the one notion of it, for policies. Functions ask
internal.require_active, which says why not.
$$;

create or replace function internal.require_active(p_person_id uuid)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if internal.is_guest() then
    perform internal.refuse(
      'M3002', 'sign_up_required', 'Guests can browse but not take part.', 'Sign up first.');
  end if;
  if not internal.is_active(p_person_id) then
    perform internal.refuse(
      'M3001', 'person_suspended', 'This account is suspended or closed.', 'Write to support.');
  end if;
end
$$;

alter function internal.require_active owner to definer;

comment on function internal.require_active is $$
Refuse guests and people who are suspended or erased, whatever their token says.

Raises
  M3002 sign_up_required  the caller is an anonymous guest
  M3001 person_suspended  the account is suspended or closed
$$;

create or replace function internal.require_actor()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not internal.is_service() then
    perform internal.require_active(internal.require_user_id());
  end if;
end
$$;

comment on function internal.require_actor is $$
Refuse a caller who may not change anything. Every function of api that changes something asks
this, or one that asks it; tests/sql/people/suspension.sql lists the exceptions.

Raises
  M1001 sign_in_required  nobody is signed in
  M3001 person_suspended  the account is suspended or closed
  M3002 sign_up_required  the caller is an anonymous guest
$$;

create or replace function internal.on_part_begun()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_part      text := tg_argv[0];
  v_person_id uuid := case tg_argv[0] when 'provider' then (to_jsonb(new) ->> 'provider_id')::uuid
                                      else (to_jsonb(new) ->> 'customer_id')::uuid end;
begin
  insert into core.person_role (person_id, role_id)
  select v_person_id, r.role_id
  from core.role as r
  where r.name = v_part
  on conflict do nothing;

  if v_part = 'provider' then
    update core.person as p set is_listed = true where p.person_id = v_person_id;
  end if;
  return null;
end
$$;

alter function internal.on_part_begun owner to definer;

comment on function internal.on_part_begun is
  'Trigger: a person with a provider or customer row gets that role; providers are listed.';

create or replace trigger provider_begin after insert on core.provider
  for each row execute function internal.on_part_begun('provider');
create or replace trigger customer_begin after insert on core.customer
  for each row execute function internal.on_part_begun('customer');

create or replace function internal.is_staff()
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- plpgsql keeps its plan; an SQL function would be planned anew by every policy that asks.
  return exists (
    select
    from core.person_role as pr
    join core.role as r using (role_id)
    where pr.person_id = internal.user_id() and r.name in ('staff', 'admin')
  ) and internal.is_active(internal.user_id());
end
$$;

alter function internal.is_staff owner to definer;

comment on function internal.is_staff is
  'Whether the caller is staff, by the table and not by a claim; not while suspended.';

create or replace function internal.first_for_staff()
returns uuid
language sql
stable
return case when internal.is_staff() then uuid '00000000-0000-0000-0000-000000000000' end;

comment on function internal.first_for_staff is $$
The first id that the caller may see as staff; null, which is before no id, for everybody else.
Policies ask for a range of ids, because a condition that names no column of an index (`or
is_staff()`) would make every reader of the table read all of it. See docs/decisions/0008.
$$;

create or replace function internal.last_id()
returns uuid
language sql
immutable
parallel safe
return uuid 'ffffffff-ffff-ffff-ffff-ffffffffffff';

comment on function internal.last_id is 'The last of all ids.';

create or replace function internal.known_person_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select b.customer_id from core.booking as b where b.provider_id = internal.user_id()
  union
  select b.provider_id from core.booking as b where b.customer_id = internal.user_id();
end
$$;

alter function internal.known_person_ids owner to definer;

comment on function internal.known_person_ids is
  'People with whom the caller has a booking; they may see each other''s names.';

create or replace function internal.knows(p_person_id uuid)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.user_id();
begin
  -- Through the bookings of the customer, who has fewer than the provider: the planner knows no
  -- difference, and `offset 0` keeps it from the other index.
  return exists (
    select
    from (
      select b.provider_id from core.booking as b where b.customer_id = p_person_id offset 0) as b
    where b.provider_id = v_me
  ) or exists (
    select
    from (
      select b.provider_id from core.booking as b where b.customer_id = v_me offset 0) as b
    where b.provider_id = p_person_id
  );
end
$$;

alter function internal.knows owner to definer;

comment on function internal.knows is
  'Whether the caller has a booking with somebody: internal.known_person_ids, asked for one person.';

create or replace function internal.knows_many()
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.user_id();
begin
  return exists (select from core.booking as b where b.provider_id = v_me offset 100)
      or exists (select from core.booking as b where b.customer_id = v_me offset 100);
end
$$;

alter function internal.knows_many owner to definer;

comment on function internal.knows_many is $$
Whether the caller has so many bookings that asking for one person at a time is cheaper than the
list of all whom they know. Of 5,000 customers the list costs more than all that is done with it.
$$;

create or replace function internal.require_staff()
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not (internal.is_service() or internal.is_staff()) then
    perform internal.refuse('M3301', 'staff_only', 'Only staff may do this.');
  end if;
end
$$;

comment on function internal.require_staff is $$
Refuse everybody but staff and the service role.

Raises
  M3301 staff_only  the caller is neither
$$;

create or replace function internal.emergency_phone(p_person_id uuid)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    select p.emergency_phone
    from core.person_private as p
    where p.person_id = p_person_id
      and (p_person_id = internal.user_id() or internal.is_service() or internal.is_staff()
           or exists (
             select
             from core.booking as b
             where b.customer_id = p_person_id
               and b.provider_id = internal.user_id()
               and b.status = 'confirmed')));
end
$$;

alter function internal.emergency_phone owner to definer;

comment on function internal.emergency_phone is $$
Whom to call if something happens to a person: for themselves, for staff, and for a provider while
a booking with them is to take place.
$$;

create or replace function internal.private_of(p_person_id uuid)
returns core.person_private
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_private core.person_private;
begin
  select p.* into v_private
  from core.person_private as p
  where p.person_id = p_person_id
    and (p_person_id = internal.user_id() or internal.is_service() or internal.is_staff());
  return v_private;
end
$$;

alter function internal.private_of owner to definer;

comment on function internal.private_of is $$
What is private of a person: told to themselves, staff and the house. Definer, because a lens asks
it for everybody it shows.
$$;

create or replace function internal.email_of(p_person_id uuid)
returns text
language sql
stable
return (internal.private_of(p_person_id)).contact_email;

comment on function internal.email_of is
  'The address of a person, told to whom internal.private_of tells it.';

create or replace function internal.is_heard(p_person_id uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select exists (
      select from core.post as p
      where p.author_id = p_person_id and p.is_published and p.hidden_at is null)
    or exists (
      select from core.comment as c
      join core.post as p using (post_id)
      where c.author_id = p_person_id
        and c.hidden_at is null and p.is_published and p.hidden_at is null);
end;

alter function internal.is_heard owner to definer;

comment on function internal.is_heard is
  'Whether a post or a comment of a person is shown to everybody, and so their name.';

create or replace function internal.settle_heard(p_person_ids uuid[])
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.person as p
  set is_heard = not p.is_heard
  where p.person_id = any (p_person_ids)
    and p.is_heard <> internal.is_heard(p.person_id);
end
$$;

alter function internal.settle_heard owner to definer;

comment on function internal.settle_heard is
  'Write at people whether something of theirs is shown, after a post or a comment has come, gone, '
  'or changed who sees it.';
