-- Correcting how a booking went, when it was said by mistake.

create or replace function internal.has_money_back(p_booking_id uuid)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return internal.refunded_of_booking(p_booking_id) > 0 or exists (
    select
    from internal.booking_payment(p_booking_id) as p
    where p.is_cancelled or p.release_asked_at is not null);
end
$$;

alter function internal.has_money_back owner to definer;

comment on function internal.has_money_back is
  'Whether any of a booking''s money was given back, is on its way back, or was let go.';

create or replace function api.correct_attendance(p_booking_id uuid, p_outcome text)
returns table (booking_id uuid, status text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking core.booking := internal.lock_booking(p_booking_id);
  v_side    text := internal.side_of(v_booking);
  v_said    core.booking_event;
  v_paid    core.booking;
begin
  perform internal.require_actor();
  if v_side = 'customer' then
    perform internal.refuse('M3204', 'provider_or_staff_only',
      'Only the provider says how it went.', 'Write to support.');
  end if;
  if p_outcome is null
     or p_outcome not in ('completed', 'no_show_customer', 'no_show_provider') then
    perform internal.refuse('M0209', 'outcome_invalid',
      'A booking was completed, no_show_customer or no_show_provider.');
  end if;
  perform internal.require_status(v_booking, 'M9222', 'attendance_not_said',
                                  'completed', 'no_show_customer', 'no_show_provider');
  if v_booking.status = p_outcome then
    return query select v_booking.booking_id, v_booking.status;
    return;
  end if;

  select e.* into v_said
  from core.booking_event as e
  where e.booking_id = p_booking_id and e.to_status = v_booking.status
  order by e.at desc, e.booking_event_id desc
  limit 1;
  if v_side = 'provider' and (v_said.actor = 'staff' or exists (
    select from core.marketplace as m
    where v_said.at <= now() - make_interval(mins => m.correct_within_min))
  ) then
    perform internal.refuse('M9223', 'too_late_to_correct',
      'A provider corrects what they have said for a while, and nothing that staff has said.',
      'Write to support.');
  end if;

  if v_booking.status = 'no_show_provider' and internal.has_money_back(p_booking_id) then
    perform internal.refuse('M9224', 'money_is_back',
      'The customer has been given the money back.', 'Ask them to book and pay again.');
  end if;
  if p_outcome = 'no_show_provider' then
    v_paid := v_booking;
    v_paid.status := 'completed';
    perform internal.refund_booking(v_booking, internal.cancellation_refund(v_paid, 100),
                                    p_outcome, v_side);
  end if;
  v_booking := internal.finish_booking(v_booking, p_outcome, v_side);
  return query select v_booking.booking_id, v_booking.status;
end
$$;

alter function api.correct_attendance owner to definer;

comment on function api.correct_attendance is $$
Say otherwise how a booking went: completed, no_show_customer or no_show_provider. Staff always can;
its provider for marketplace.correct_within_min minutes after it was said, unless staff has said it.
The money follows: when it was the provider who did not come, the customer gets everything back. It
does not follow backwards: whoever has been given their money back would have to pay again. Safe to
repeat. Locks provider, booking.

Raises
  M0209 outcome_invalid         it is none of the three
  M3204 provider_or_staff_only  the customer does not say
  M4203 booking_not_found
  M9222 attendance_not_said     nobody has said how it went
  M9223 too_late_to_correct     it is the staff's by now
  M9224 money_is_back           the customer has been given the money back
$$;
