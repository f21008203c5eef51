-- Reminders before a booking starts.

create or replace function internal.due_reminders()
returns table (booking_id uuid, starts_at timestamptz, lead_min integer)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select b.booking_id, b.starts_at, l.lead_min
  from core.booking as b
  cross join lateral (
    -- A late clock sends only the nearest reminder, not all that it missed.
    select v.lead_min
    from (values (60), (1440)) as v(lead_min)
    where b.starts_at - make_interval(mins => v.lead_min) <= now()
    order by v.lead_min
    limit 1
  ) as l
  where b.status = 'confirmed'
    and b.starts_at > now()
    -- For booking_live_idx: no booking lasts longer than a week.
    and b.ends_at between now() and now() + interval '8 days'
    -- Whoever booked or moved after the reminder was due has only just been told.
    and greatest(b.confirmed_at, b.moved_at) <= b.starts_at - make_interval(mins => l.lead_min)
    and not exists (
      select from core.booking_reminder as r
      where r.booking_id = b.booking_id
        and r.starts_at = b.starts_at
        and r.lead_min = l.lead_min);
end;

alter function internal.due_reminders owner to definer;

comment on function internal.due_reminders is
  'Confirmed bookings that start within a day, or within an hour, and were not reminded of it.';

create or replace function api.remind_of_bookings(p_limit integer default 100)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_due     record;
  v_booking core.booking;
  v_count   integer := 0;
begin
  for v_due in
    select d.*
    from internal.due_reminders() as d
    where d.booking_id <> all (internal.aside('remind_of_bookings'))
    order by d.starts_at, d.booking_id
    limit p_limit
  loop
    begin
      -- If two clocks run at once, the second finds the row and sends nothing.
      insert into core.booking_reminder (booking_id, starts_at, lead_min)
      values (v_due.booking_id, v_due.starts_at, v_due.lead_min)
      on conflict do nothing;
      continue when not found;

      select b.* into strict v_booking
      from core.booking as b
      where b.booking_id = v_due.booking_id;

      perform internal.notify(
        w.person_id, 'booking_reminder',
        jsonb_build_object('booking_id', v_booking.booking_id, 'starts_at', v_booking.starts_at,
                           'lead_min', v_due.lead_min))
      from (values (v_booking.customer_id), (v_booking.provider_id)) as w(person_id);
      v_count := v_count + 1;
    exception when others then
      perform internal.set_aside('remind_of_bookings', v_due.booking_id, sqlstate, sqlerrm);
    end;
  end loop;
  return v_count;
end
$$;

alter function api.remind_of_bookings owner to definer;

comment on function api.remind_of_bookings is $$
Remind both sides of bookings a day and an hour before they start, each once; returns how many
bookings there were. Whether it is still true is checked again when the mail is sent. For the
clock: safe to run twice, late or beside itself.
$$;
