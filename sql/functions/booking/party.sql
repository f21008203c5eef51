-- The parties to a booking: which side the caller is on, what both are told, what each notes.

create or replace function internal.side_of(p_booking core.booking)
returns text
language sql
stable
return case
  when internal.is_service() then 'system'
  when (p_booking).customer_id = internal.user_id() then 'customer'
  when (p_booking).provider_id = internal.user_id() then 'provider'
  when internal.is_staff() then 'staff'
end;

comment on function internal.side_of is
  'The caller''s part in a booking: customer, provider, staff, system, or null.';

create or replace function internal.record_step(
  p_booking     core.booking,
  p_from_status text,
  p_actor       text,
  p_reason      text
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- plpgsql keeps its plan; an SQL function would be planned again by every booking.
  insert into core.booking_event
    (booking_event_id, booking_id, from_status, to_status, actor, actor_id, reason)
  values (internal.uuid_v7(), p_booking.booking_id, p_from_status, p_booking.status,
          p_actor, internal.user_id(), p_reason);
end
$$;

alter function internal.record_step owner to definer;

comment on function internal.record_step is $$
Append a booking's step to its history. That it was made is no step: the booking itself says by whom,
when and for what.
$$;

create or replace function internal.tell_both(p_booking core.booking, p_type text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.notify(
    w.person_id, p_type,
    jsonb_build_object('booking_id', p_booking.booking_id, 'side', w.side,
                       'status', p_booking.status, 'ics_sequence', p_booking.ics_sequence))
  from (values (p_booking.customer_id, 'customer'),
               (p_booking.provider_id, 'provider')) as w(person_id, side);
end
$$;

alter function internal.tell_both owner to definer;

comment on function internal.tell_both is 'Notify both sides of a booking, in its transaction.';

create or replace function internal.lock_booking(p_booking_id uuid)
returns core.booking
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking;
begin
  select b.* into v_booking from core.booking as b where b.booking_id = p_booking_id;

  if found and internal.side_of(v_booking) is not null then
    perform from core.provider as p
    where p.provider_id = v_booking.provider_id for no key update;

    select b.* into v_booking
    from core.booking as b
    where b.booking_id = p_booking_id
    for no key update;
    return v_booking;
  end if;

  -- The answer is the same whether it does not exist or is not the caller's.
  perform internal.refuse(
    'M4203', 'booking_not_found', format('You have no booking %s.', p_booking_id));
end
$$;

alter function internal.lock_booking owner to definer;

comment on function internal.lock_booking is $$
Lock a booking of the caller's, its provider first, and return it as it is under the lock.

Raises
  M4203 booking_not_found  there is none, or the caller has no part in it
$$;

create or replace function api.annotate_booking(
  p_booking_id     uuid,
  p_customer_notes text default null,
  p_provider_notes text default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking := internal.lock_booking(p_booking_id);
begin
  perform internal.require_actor();
  if p_customer_notes is not null then
    if internal.side_of(v_booking) = 'provider' then
      raise exception using errcode = '42501', message = 'These notes are the customer''s.';
    end if;
    update core.booking as b
    set customer_notes = nullif(btrim(p_customer_notes), '')
    where b.booking_id = p_booking_id;
  end if;

  if p_provider_notes is not null then
    if internal.side_of(v_booking) = 'customer' then
      raise exception using errcode = '42501', message = 'These notes are the provider''s.';
    end if;
    if nullif(btrim(p_provider_notes), '') is null then
      delete from core.booking_note as n where n.booking_id = p_booking_id;
    else
      insert into core.booking_note as n (booking_id, provider_notes)
      values (p_booking_id, p_provider_notes)
      on conflict (booking_id) do update set provider_notes = excluded.provider_notes;
    end if;
  end if;
end
$$;

alter function api.annotate_booking owner to definer;

comment on function api.annotate_booking is $$
Write the notes of either side: null leaves them, blank removes them. Each side writes its own.

Raises
  M4203 booking_not_found  there is none, or the caller has no part in it
  42501                    the notes are the other side's
$$;

create or replace function internal.require_status(
  p_booking           core.booking,
  p_code              text,
  p_message           text,
  variadic p_statuses text[]
)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if p_booking.status <> all (p_statuses) then
    perform internal.refuse(p_code, p_message, format('The booking is %s.', p_booking.status));
  end if;
end
$$;

comment on function internal.require_status is
  'Refuse, with the caller''s own code and word, a booking in any other status than these.';
