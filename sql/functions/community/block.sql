-- Blocks: two people of whom one has blocked the other do not write to each other.

create or replace function internal.are_apart(p_one uuid, p_other uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select exists (
    select
    from core.block as b
    where (b.person_id, b.blocked_id) in ((p_one, p_other), (p_other, p_one)));
end;

alter function internal.are_apart owner to definer;

comment on function internal.are_apart is 'Whether one of two people has blocked the other.';

create or replace function internal.require_not_apart(p_one uuid, p_other uuid)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if internal.are_apart(p_one, p_other) then
    perform internal.refuse('M3601', 'person_blocked',
      'You do not write to each other: one of you has blocked the other.',
      'Who has blocked somebody can end it (unblock_person).');
  end if;
end
$$;

alter function internal.require_not_apart owner to definer;

comment on function internal.require_not_apart is $$
Raises
  M3601 person_blocked  one of the two has blocked the other
$$;

create or replace function api.block_person(p_person_id uuid)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_identity(internal.user_id());
begin
  if p_person_id = v_me
     or not exists (select from core.person as p where p.person_id = p_person_id) then
    perform internal.refuse('M4003', 'person_not_found',
      format('There is no other person %s.', p_person_id));
  end if;
  perform internal.ensure_person(v_me);
  perform internal.require_room(
    (select count(*) from core.block as b where b.person_id = v_me), 1000, 'blocks');
  insert into core.block (person_id, blocked_id)
  values (v_me, p_person_id)
  on conflict do nothing;
  return found;
end
$$;

alter function api.block_person owner to definer;

comment on function api.block_person is $$
Block a person: from here on neither of the two writes to the other, in the conversation that they
have or in a new one. Bookings and their mails go on. False if they were blocked already. At most
1,000.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
  M4003 person_not_found  there is no such person, or it is the caller
  M9002 too_many_made
$$;

create or replace function api.unblock_person(p_person_id uuid)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_user_id();
begin
  perform internal.require_actor();
  delete from core.block as b where b.person_id = v_me and b.blocked_id = p_person_id;
  return found;
end
$$;

alter function api.unblock_person owner to definer;

comment on function api.unblock_person is $$
End a block of the caller's; false if there was none.

Raises
  M1001 sign_in_required, M3001 person_suspended, M3002 sign_up_required
$$;

create or replace function api.list_blocked()
returns table (person_id uuid, name text, blocked_at timestamptz)
language sql
stable
begin atomic
  select b.blocked_id, internal.name_of(b.blocked_id), b.created_at
  from core.block as b
  where b.person_id = internal.user_id()
  order by b.created_at desc, b.blocked_id;
end;

comment on function api.list_blocked is 'Whom the caller has blocked, the newest first.';
