-- What a person may ask of their data: a copy of all of it, and to be forgotten.
--
-- Money stays: who forgets a person must still be able to say what was paid for what. So the
-- rows stay and the person goes out of them.

create or replace function api.export_my_data()
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_user_id();
begin
  return jsonb_build_object(
    'exported_at', now(),
    'account', (
      select jsonb_build_object(
        'email', a.email, 'email_confirmed_at', a.email_confirmed_at, 'new_email', a.new_email,
        'user_metadata', a.user_metadata, 'app_metadata', a.app_metadata,
        'is_anonymous', a.is_anonymous, 'created_at', a.created_at,
        'last_sign_in_at', a.last_sign_in_at)
      from identity.account as a
      where a.account_id = v_me),
    'sessions', (
      select jsonb_agg(jsonb_build_object(
        'created_at', s.created_at, 'refreshed_at', s.refreshed_at, 'user_agent', s.user_agent))
      from identity.session as s
      where s.account_id = v_me),
    'person', (select to_jsonb(p) from core.person as p where p.person_id = v_me),
    'private', (select to_jsonb(p) from core.person_private as p where p.person_id = v_me),
    'roles', (
      select jsonb_agg(r.name order by r.name)
      from core.person_role as pr
      join core.role as r using (role_id)
      where pr.person_id = v_me),
    'customer', (select to_jsonb(c) from core.customer as c where c.customer_id = v_me),
    'provider', (select to_jsonb(p) from core.provider as p where p.provider_id = v_me),
    'offerings', (
      select jsonb_agg(to_jsonb(o) order by o.seq)
      from core.offering as o
      where o.provider_id = v_me),
    'availability_rules', (
      select jsonb_agg(to_jsonb(r)) from core.availability_rule as r where r.provider_id = v_me),
    'availability_exceptions', (
      select jsonb_agg(to_jsonb(x))
      from core.availability_exception as x
      where x.provider_id = v_me),
    'bookings_made', (
      select jsonb_agg(to_jsonb(b) order by b.seq)
      from core.booking as b
      where b.customer_id = v_me),
    -- What customers wrote to a provider is theirs; the provider gets their own notes.
    'bookings_received', (
      select jsonb_agg(
        to_jsonb(b) - 'customer_notes' || jsonb_build_object('provider_notes', n.provider_notes)
        order by b.seq)
      from core.booking as b
      left join core.booking_note as n using (booking_id)
      where b.provider_id = v_me),
    'orders', (
      select jsonb_agg(
        to_jsonb(o) || jsonb_build_object('lines', (
          select jsonb_agg(to_jsonb(l)) from core.order_line as l where l.order_id = o.order_id))
        order by o.seq)
      from core.order as o
      where o.customer_id = v_me),
    'payments', (
      select jsonb_agg(to_jsonb(p) order by p.seq)
      from core.payment as p
      where p.payer_id = v_me),
    'reviews', (
      select jsonb_agg(to_jsonb(r) order by r.seq)
      from core.review as r
      where r.author_id = v_me),
    'waitlist', (
      select jsonb_agg(to_jsonb(w)) from core.waitlist_entry as w where w.customer_id = v_me),
    'notifications', (
      select jsonb_agg(to_jsonb(n) order by n.seq)
      from core.notification as n
      where n.person_id = v_me));
end
$$;

alter function api.export_my_data owner to definer;

comment on function api.export_my_data is $$
Everything the house keeps about the caller, as one JSON document (GDPR, articles 15 and 20).
Secrets are not among it: a hash of a password tells its owner nothing.

Raises
  M1001 sign_in_required  nobody is signed in
$$;

create or replace function internal.erase_person(p_person_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select
    from core.booking as b
    where p_person_id in (b.customer_id, b.provider_id)
      and b.status in ('pending_payment', 'requested', 'confirmed')
      and b.ends_at > now()
  ) then
    perform internal.refuse(
      'M9701', 'bookings_are_open', 'Somebody still counts on a booking of this person.',
      'Cancel the bookings that lie ahead first.');
  end if;

  delete from identity.account as a where a.account_id = p_person_id;
  delete from core.person_private as p where p.person_id = p_person_id;

  update core.person as p
  set username = null, display_name = '', first_name = null, last_name = null,
      avatar_url = null, bio = null, legacy_ref = null, status = 'deleted', is_listed = false
  where p.person_id = p_person_id;

  update core.customer as c
  set goals = '{}', interests = '{}', experience_level = null, preferred_duration_min = null
  where c.customer_id = p_person_id;

  update core.provider as p
  set provider_type = null, specialties = '{}', accepting_bookings = false,
      presence = 'offline', service_radius_m = null, years_experience = null
  where p.provider_id = p_person_id;

  update core.offering as o set is_active = false where o.provider_id = p_person_id;

  update core.booking as b
  set customer_notes = null
  where b.customer_id = p_person_id and b.customer_notes is not null;

  update core.booking_note as n
  set provider_notes = ''
  from core.booking as b
  where b.booking_id = n.booking_id and b.provider_id = p_person_id;

  -- The stars stay, because averages were made of them; the words go.
  update core.review as r
  set comment = null
  where r.author_id = p_person_id and r.comment is not null;

  -- Messages that wait to be sent would still name somebody.
  update core.outbox as o
  set payload = '{}', sent_at = coalesce(o.sent_at, now())
  where o.person_id = p_person_id;

  perform internal.audit('erase', 'person', p_person_id::text, null, null);
end
$$;

alter function internal.erase_person owner to definer;

comment on function internal.erase_person is $$
Remove a person and keep the books: the login, its sessions, names, addresses and words go;
orders, payments, the ledger and the ids in them stay. Cannot be undone.

Raises
  M9701 bookings_are_open  a booking lies ahead
$$;

create or replace function api.erase_me()
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_user_id();
begin
  perform internal.erase_person(v_me);
end
$$;

alter function api.erase_me owner to definer;

comment on function api.erase_me is $$
Forget the caller (GDPR, article 17); see internal.erase_person. Tokens they still hold are
refused by everything that writes, and expire within the hour.

Raises
  M1001 sign_in_required   nobody is signed in
  M9701 bookings_are_open  a booking lies ahead
$$;
