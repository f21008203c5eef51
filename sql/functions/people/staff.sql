-- The house's own people: who is staff, and what staff may take down.

create or replace function internal.require_admin()
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  if not internal.is_service() and not exists (
    select
    from core.person_role as pr
    join core.role as r using (role_id)
    where pr.person_id = internal.user_id() and r.name = 'admin'
  ) then
    perform internal.refuse('M3302', 'admin_only', 'Only an administrator may do this.');
  end if;
end
$$;

alter function internal.require_admin owner to definer;

comment on function internal.require_admin is $$
Refuse everybody but administrators and the service.

Raises
  M3301 staff_only  the caller is not staff
  M3302 admin_only  the caller is staff, and no administrator
$$;

create or replace function internal.address_of_staff()
returns text
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select coalesce(m.support_email, (
    select v.contact_email
    from core.person_role as pr
    join core.role as r using (role_id)
    join core.person as p using (person_id)
    join core.person_private as v using (person_id)
    where r.name in ('admin', 'staff') and p.status = 'active' and v.contact_email is not null
    order by r.name, p.created_at, p.person_id
    limit 1))
  from core.marketplace as m;
end;

alter function internal.address_of_staff owner to definer;

comment on function internal.address_of_staff is $$
Where alarms go: marketplace.support_email, or else the first administrator who has an address, or
else the first member of staff. Null when nobody would read them: then they wait in the outbox.
$$;

create or replace function internal.staff_role(p_role text)
returns core.role
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_role core.role;
begin
  select r.* into v_role
  from core.role as r
  where r.name = p_role and r.name in ('staff', 'admin');
  if not found then
    perform internal.refuse('M0003', 'role_unknown', 'A role that is granted is staff or admin.',
      'Customers and providers become so by themselves.');
  end if;
  return v_role;
end
$$;

alter function internal.staff_role owner to definer;

comment on function internal.staff_role is $$
A role that administrators grant.

Raises
  M0003 role_unknown  neither staff nor admin
$$;

create or replace function api.grant_role(p_person_id uuid, p_role text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_role core.role;
begin
  perform internal.require_admin();
  v_role := internal.staff_role(p_role);
  perform from core.person as p
  where p.person_id = p_person_id and p.status = 'active'
  for no key update;
  if not found then
    perform internal.refuse('M4003', 'person_not_found',
      format('There is no active person %s.', p_person_id));
  end if;

  insert into core.person_role (person_id, role_id)
  values (p_person_id, v_role.role_id)
  on conflict do nothing;
  if not found then
    return false;
  end if;
  perform internal.audit('grant_role', 'person', p_person_id::text, null,
    jsonb_build_object('role', p_role));
  return true;
end
$$;

alter function api.grant_role owner to definer;

comment on function api.grant_role is $$
Make a person staff or an administrator; false when they are it already. For administrators;
audited. `convene grant-role` makes the first one.

Raises
  M0003 role_unknown      neither staff nor admin
  M3301 staff_only, M3302 admin_only
  M4003 person_not_found  there is no such person, or they are suspended or gone
$$;

create or replace function api.revoke_role(p_person_id uuid, p_role text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_role core.role;
begin
  perform internal.require_admin();
  v_role := internal.staff_role(p_role);
  -- One at a time: two administrators who revoke each other would leave none.
  perform pg_advisory_xact_lock(hashtext('convene roles'));
  if p_role = 'admin' and not internal.is_service() and not exists (
    select from core.person_role as pr
    where pr.role_id = v_role.role_id and pr.person_id <> p_person_id
  ) then
    perform internal.refuse('M9003', 'last_admin', 'Somebody must administer the marketplace.',
      'Make somebody else an administrator first.');
  end if;

  delete from core.person_role as pr
  where pr.person_id = p_person_id and pr.role_id = v_role.role_id;
  if not found then
    return false;
  end if;
  perform internal.audit('revoke_role', 'person', p_person_id::text,
    jsonb_build_object('role', p_role), null);
  return true;
end
$$;

alter function api.revoke_role owner to definer;

comment on function api.revoke_role is $$
Take the role of staff or administrator from a person; false when they do not have it. For
administrators; audited.

Raises
  M0003 role_unknown  neither staff nor admin
  M3301 staff_only, M3302 admin_only
  M9003 last_admin    nobody would administer the marketplace any more
$$;

create or replace function api.take_down_offering(p_offering_id uuid, p_reason text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_was_active boolean;
begin
  perform internal.require_staff();
  select o.is_active into v_was_active
  from core.offering as o
  where o.offering_id = p_offering_id
  for no key update;
  if not found then
    perform internal.refuse('M4101', 'offering_not_found',
      format('There is no offering %s.', p_offering_id));
  end if;

  update core.offering as o set is_active = false where o.offering_id = p_offering_id;
  perform internal.audit('take_down_offering', 'offering', p_offering_id::text,
    jsonb_build_object('is_active', v_was_active), jsonb_build_object('reason', p_reason));
  return v_was_active;
end
$$;

alter function api.take_down_offering owner to definer;

comment on function api.take_down_offering is $$
Take anybody's offering down; says whether it was up. Bookings that stand are kept. For staff;
audited.

Raises
  M3301 staff_only          the caller is not staff
  M4101 offering_not_found  there is no such offering
$$;
