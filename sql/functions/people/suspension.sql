-- Suspending people, and letting them back in. Whoever is suspended changes nothing from that
-- moment, whatever their token says, and is neither listed nor sold; their sessions end.

create or replace function internal.stopped_person_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select p.person_id
  from core.person as p
  where p.status = 'suspended' or p.suspended_until > now();
end
$$;

alter function internal.stopped_person_ids owner to definer;

comment on function internal.stopped_person_ids is
  'People who are suspended: what they wrote is shown to nobody else meanwhile.';

create or replace function api.suspend_person(
  p_person_id uuid,
  p_reason    text,
  p_until     timestamptz default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before core.person;
begin
  perform internal.require_staff();
  if length(btrim(coalesce(p_reason, ''))) not between 1 and 1000 or p_until <= now() then
    perform internal.refuse('M0002', 'suspension_invalid',
      'A suspension has a reason of 1 to 1000 characters, and ends in the future if at all.');
  end if;
  v_before := internal.lock_person(p_person_id);

  update core.person as p
  set status = case when p_until is null then 'suspended' else p.status end,
      suspended_until = coalesce(p_until, p.suspended_until)
  where p.person_id = p_person_id;

  perform internal.audit('suspend_person', 'person', p_person_id::text,
    jsonb_build_object('status', v_before.status, 'suspended_until', v_before.suspended_until),
    jsonb_build_object('until', p_until, 'reason', btrim(p_reason)));
end
$$;

alter function api.suspend_person owner to definer;

comment on function api.suspend_person is $$
Suspend a person, until a time or without an end: from that moment they book, sell, publish and
are paid nothing, and every session of theirs is over. What they have booked and sold stays. For
staff; audited.

Raises
  M0002 suspension_invalid  no reason, or an end that is past
  M3301 staff_only          the caller is not staff
  M4003 person_not_found    there is no such person, or they are gone
  M9001 own_account         staff would suspend themselves
$$;

create or replace function api.lift_suspension(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before core.person;
begin
  perform internal.require_staff();
  v_before := internal.lock_person(p_person_id);

  update core.person as p
  set status = 'active', suspended_until = null
  where p.person_id = p_person_id;

  perform internal.audit('lift_suspension', 'person', p_person_id::text,
    jsonb_build_object('status', v_before.status, 'suspended_until', v_before.suspended_until),
    null);
end
$$;

alter function api.lift_suspension owner to definer;

comment on function api.lift_suspension is $$
End a suspension: the person signs in again, and is listed and sold as before. Safe to repeat.
For staff; audited.

Raises
  M3301 staff_only        the caller is not staff
  M4003 person_not_found  there is no such person, or they are gone
$$;

create or replace function internal.lock_person(p_person_id uuid)
returns core.person
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_person core.person;
begin
  if p_person_id = internal.user_id() then
    perform internal.refuse('M9001', 'own_account', 'Nobody suspends themselves, or lifts it.');
  end if;
  -- A provider's bookings lock the provider first, and never the person.
  select p.* into v_person
  from core.person as p
  where p.person_id = p_person_id and p.status <> 'deleted'
  for no key update;
  if not found then
    perform internal.refuse('M4003', 'person_not_found', format('There is no person %s.',
                                                               p_person_id));
  end if;
  return v_person;
end
$$;

alter function internal.lock_person owner to definer;

comment on function internal.lock_person is $$
Lock somebody else than the caller, who is not gone.

Raises
  M4003 person_not_found  there is no such person, or they are gone
  M9001 own_account       it is the caller
$$;
