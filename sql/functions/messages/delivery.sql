-- From the queue to a mailbox: whether a message is still to be sent, and what it says.
--
-- A mailer claims, sends, records. Two copies of one message meet at the delivery's row lock, and
-- one of them gets the answer `busy`. docs/decisions/0004 follows a crash through every step.

create or replace function internal.is_still_true(p_outbox core.outbox)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
return case (p_outbox).topic
  when 'auth.email' then (p_outbox).created_at > now() - interval '1 hour'
  when 'waitlist_offer' then exists (
    select from core.waitlist_entry as w
    where w.slot_id = ((p_outbox).payload ->> 'slot_id')::uuid
      and w.customer_id = (p_outbox).person_id
      and w.state = 'offered'
      and w.offer_expires_at > now())
  when 'booking_requested' then exists (
    select from core.booking as b
    where b.booking_id = ((p_outbox).payload ->> 'booking_id')::uuid
      and b.status = 'requested')
  when 'booking_confirmed' then exists (
    select from core.booking as b
    where b.booking_id = ((p_outbox).payload ->> 'booking_id')::uuid
      and b.status = 'confirmed')
  when 'booking_rescheduled' then exists (
    select from core.booking as b
    where b.booking_id = ((p_outbox).payload ->> 'booking_id')::uuid
      and internal.is_secured(b.status))
  when 'booking_move_proposed' then exists (
    select from core.move_proposal as m
    where m.move_proposal_id = ((p_outbox).payload ->> 'move_proposal_id')::uuid
      and m.state = 'open'
      and m.expires_at > now())
  when 'booking_reminder' then exists (
    select from core.booking as b
    where b.booking_id = ((p_outbox).payload ->> 'booking_id')::uuid
      and b.status = 'confirmed'
      and b.starts_at = ((p_outbox).payload ->> 'starts_at')::timestamptz
      and b.starts_at > now())
  else true
end;

alter function internal.is_still_true owner to definer;

comment on function internal.is_still_true is $$
Whether what a message says is still true when it is sent. So a booking that was cancelled right
after its confirmation is not confirmed by a late mail, and a link older than an hour is not sent.
$$;

create or replace function internal.reason_to_skip(p_outbox core.outbox)
returns text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_person       core.person;
  v_type         core.notification_type;
  v_wants_email  boolean;
begin
  select t.* into v_type from core.notification_type as t where t.type = (p_outbox).topic;
  select p.* into v_person from core.person as p where p.person_id = (p_outbox).person_id;
  select n.wants_email into v_wants_email
  from core.notification_preference as n
  where n.person_id = (p_outbox).person_id
    and n.type = (p_outbox).topic;

  return case
    when v_person.status = 'deleted' then 'The receiver is gone.'
    when internal.address_of(p_outbox) is null then 'The receiver has no address.'
    when not v_wants_email and not v_type.is_essential then 'The receiver does not want it.'
    when not internal.is_still_true(p_outbox) then 'It is no longer true.'
  end;
end
$$;

alter function internal.reason_to_skip owner to definer;

comment on function internal.reason_to_skip is
  'Why a message is not to be sent, as a sentence; null if it is.';

create or replace function internal.quiet_until(p_outbox core.outbox)
returns timestamptz
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select (l.now_local::date + q.ends
          + case when q.ends <= l.now_local::time then interval '1 day' else interval '0' end
         ) at time zone p.timezone
  from core.notification_type as t
  join core.person as p on p.person_id = (p_outbox).person_id
  join core.quiet_hours as q using (person_id)
  cross join lateral (select now() at time zone p.timezone as now_local) as l
  where t.type = (p_outbox).topic
    and not t.is_urgent
    and case
      when q.begins < q.ends then l.now_local::time >= q.begins and l.now_local::time < q.ends
      else l.now_local::time >= q.begins or l.now_local::time < q.ends
    end;
end;

alter function internal.quiet_until owner to definer;

comment on function internal.quiet_until is
  'When the receiver''s quiet hours end, if they are on now and the message can wait; else null.';

create or replace function internal.settle_delivery(
  p_outbox_id uuid,
  p_state     text,
  p_detail    text
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  update core.delivery as d
  set state         = p_state,
      detail        = left(p_detail, 500),
      claimed_until = null,
      settled_at    = now()
  where d.outbox_id = p_outbox_id;

  -- What proves an address is a secret that is no longer needed.
  update core.outbox as o
  set payload = jsonb_build_object('template', o.payload -> 'template')
  where o.outbox_id = p_outbox_id
    and o.topic = 'auth.email';
end
$$;

alter function internal.settle_delivery owner to definer;

comment on function internal.settle_delivery is
  'Record how a delivery ended, and remove its secrets from the outbox.';

create or replace function api.claim_delivery(p_outbox_id uuid)
returns jsonb
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_outbox      core.outbox;
  v_delivery    core.delivery;
  v_reason      text;
  v_quiet_until timestamptz;
begin
  insert into core.delivery as d (outbox_id)
  select o.outbox_id from core.outbox as o where o.outbox_id = p_outbox_id
  on conflict do nothing;

  -- Copies of one message wait here.
  select d.* into v_delivery from core.delivery as d where d.outbox_id = p_outbox_id for update;
  select o.* into v_outbox from core.outbox as o where o.outbox_id = p_outbox_id;
  if not found then
    perform internal.refuse(
      'M4603', 'message_not_found', format('There is no message %s.', p_outbox_id));
  end if;

  if v_delivery.state <> 'waiting' then
    return jsonb_build_object('action', 'settled', 'reason', v_delivery.state);
  end if;
  if v_delivery.claimed_until > now() then
    return jsonb_build_object('action', 'busy');
  end if;

  v_reason := internal.reason_to_skip(v_outbox);
  if v_reason is not null then
    perform internal.settle_delivery(p_outbox_id, 'skipped', v_reason);
    return jsonb_build_object('action', 'settled', 'reason', v_reason);
  end if;

  v_quiet_until := internal.quiet_until(v_outbox);
  if v_quiet_until is not null then
    -- It counts as a claim, so that a relay that is about to record does not mark it as sent.
    update core.outbox as o
    set sent_at = null, attempts = o.attempts + 1, available_at = v_quiet_until
    where o.outbox_id = p_outbox_id;
    return jsonb_build_object('action', 'settled', 'reason', 'quiet hours');
  end if;

  update core.delivery as d
  set attempts = d.attempts + 1, claimed_until = now() + interval '2 minutes'
  where d.outbox_id = p_outbox_id
  returning d.* into v_delivery;

  return jsonb_build_object(
    'action',  'send',
    'attempt', v_delivery.attempts,
    'message', internal.message_of(v_outbox, v_delivery));
end
$$;

alter function api.claim_delivery owner to definer;

comment on function api.claim_delivery is $$
Claim a message for one mailer, and return what it must send.

Answers {action: send, attempt, message}, which leases the message for two minutes; {action: busy}
while another lease runs, so that the copy comes again later; or {action: settled, reason} if there
is nothing to do: it was sent or refused, is unwanted or no longer true, or is put back into the
outbox until the receiver's quiet hours end.

If a lease ends without an outcome, its mailer has died, before or after the mail server took the
mail; nobody can know. The mail is then sent again, under the same Message-ID.

Raises
  M4603 message_not_found  there is no such message; its copy belongs to the dead letters
$$;

create or replace function internal.tell_refused(p_outbox_id uuid)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  insert into core.notification (notification_id, person_id, type, payload)
  select internal.uuid_v7(), o.person_id, 'mail_refused', jsonb_build_object('topic', o.topic)
  from core.outbox as o
  where o.outbox_id = p_outbox_id
    and o.person_id is not null
    and not exists (
      select from core.notification as n
      where n.person_id = o.person_id and n.type = 'mail_refused' and n.read_at is null);
end;

alter function internal.tell_refused owner to definer;

comment on function internal.tell_refused is $$
Tell people in the app, where nobody else reads it, that mail to them is refused for good: it was
they who gave the address. Once, until they have read it. No mail says so.
$$;

create or replace function api.record_delivery(
  p_outbox_id uuid,
  p_attempt   integer,
  p_outcome   text,
  p_detail    text
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_delivery core.delivery;
begin
  select d.* into v_delivery from core.delivery as d where d.outbox_id = p_outbox_id for update;

  if not found or v_delivery.state = 'sent' then
    return;
  end if;
  -- A sent mail counts as sent, even if another mailer holds the lease by now.
  if p_outcome = 'sent' then
    perform internal.settle_delivery(p_outbox_id, 'sent', p_detail);
  elsif v_delivery.attempts = p_attempt and v_delivery.state = 'waiting' then
    if p_outcome = 'refused' then
      perform internal.settle_delivery(p_outbox_id, 'refused', p_detail);
      perform internal.tell_refused(p_outbox_id);
    else
      update core.delivery as d
      set claimed_until = null, detail = left(p_detail, 500)
      where d.outbox_id = p_outbox_id;
    end if;
  end if;
end
$$;

alter function api.record_delivery owner to definer;

comment on function api.record_delivery is $$
Record what became of a claimed message: sent; refused, which is final, and told to the receiver
in the app; or retry, which gives the lease back. Only the holder of the lease can record the last two. Safe to repeat.
$$;

create or replace function api.list_failed_mail(
  p_since timestamptz default null,
  p_limit integer default 100
)
returns table (
  outbox_id uuid,
  topic     text,
  person_id uuid,
  state     text,
  attempts  integer,
  detail    text,
  at        timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  return query
  select d.outbox_id, o.topic, o.person_id, d.state, d.attempts, d.detail,
         coalesce(d.settled_at, d.created_at)
  from core.delivery as d
  join core.outbox as o using (outbox_id)
  where (d.state = 'refused' or d.state = 'waiting' and d.attempts >= 5)
    and d.created_at >= coalesce(p_since, now() - interval '30 days')
  order by d.created_at desc, d.outbox_id
  limit least(greatest(coalesce(p_limit, 100), 0), 1000);
end
$$;

alter function api.list_failed_mail owner to definer;

comment on function api.list_failed_mail is $$
Mail that a mail server refused for good (refused), and mail that five attempts could not hand over
(waiting): what it was about, who should have had it, and what the server said. Newest first, of the
last 30 days unless p_since says otherwise. For staff.

Raises
  M3301 staff_only  the caller is not staff
$$;
