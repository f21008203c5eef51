-- Notifying people, and letting them choose what they want.

create or replace function internal.announce(p_topic text, p_person_id uuid, p_payload jsonb)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_outbox_id uuid := internal.uuid_v7();
begin
  insert into core.outbox (outbox_id, topic, person_id, payload)
  values (v_outbox_id, p_topic, p_person_id, p_payload);
  return v_outbox_id;
end
$$;

alter function internal.announce owner to definer;

comment on function internal.announce is
  'Put a message in the outbox, in the transaction of what it announces. Payloads carry ids.';

create or replace function internal.notify(p_person_id uuid, p_type text, p_payload jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- A type without a template is a mistake of the calling function, and is found here.
  perform from core.notification_type as t where t.type = p_type;
  if not found then
    raise exception using message = format('There is no notification type %s.', p_type);
  end if;

  insert into core.notification (notification_id, person_id, type, payload)
  values (internal.uuid_v7(), p_person_id, p_type, p_payload);

  perform internal.announce(p_type, p_person_id, p_payload);
end
$$;

alter function internal.notify owner to definer;

comment on function internal.notify is $$
Notify a person: write a row that they read in the app, and a message to be mailed.

The payload carries ids and sums: booking_id or slot_id, amount_minor with currency. Everything else
in the mail is read when it is sent.
$$;

create or replace function api.list_notifications(
  p_unread_only boolean default false,
  p_before      timestamptz default null,
  p_limit       integer default 100
)
returns table (
  notification_id uuid,
  type            text,
  title           text,
  payload         jsonb,
  created_at      timestamptz,
  read_at         timestamptz,
  body            text
)
language sql
stable
begin atomic
  select n.notification_id, n.type, t.title, n.payload, n.created_at, n.read_at, t.body
  from core.notification as n
  cross join lateral internal.notification_text(n) as t
  where n.person_id = internal.user_id()
    and (n.read_at is null or not coalesce(p_unread_only, false))
    and (p_before is null or n.created_at < p_before)
  order by n.created_at desc, n.notification_id desc
  limit least(greatest(coalesce(p_limit, 100), 0), 1000);
end;

comment on function api.list_notifications is $$
What the caller has been told, newest first, at most 1,000; the unread alone if asked for. Page on
by the last created_at. `title` and `body` are in the caller's language, the payload carries ids.
$$;

create or replace function api.mark_notifications_read(p_notification_ids uuid[] default null)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id uuid := internal.require_user_id();
  v_count   integer;
begin
  update core.notification as n
  set read_at = now()
  where n.person_id = v_user_id
    and n.read_at is null
    and (p_notification_ids is null or n.notification_id = any (p_notification_ids));

  get diagnostics v_count = row_count;
  return v_count;
end
$$;

alter function api.mark_notifications_read owner to definer;

comment on function api.mark_notifications_read is $$
Mark the caller's notifications as read, all of them or those given; return how many were unread.
Ids of other people's notifications are ignored. Safe to repeat.

Raises
  M1001 sign_in_required  nobody is signed in
$$;

create or replace function api.list_notification_preferences()
returns table (type text, title text, is_essential boolean, wants_email boolean)
language sql
stable
begin atomic
  select t.type, t.title, t.is_essential, t.is_essential or coalesce(p.wants_email, true)
  from core.notification_type as t
  left join core.notification_preference as p
    on p.type = t.type and p.person_id = internal.user_id()
  where t.type not in ('auth.email', 'mail_refused')
  order by t.type;
end;

comment on function api.list_notification_preferences is
  'Every type of message, and whether the caller gets it by mail too.';

create or replace function api.set_notification_preference(p_type text, p_wants_email boolean)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id uuid := internal.require_user_id();
begin
  perform internal.set_preference(v_user_id, p_type, p_wants_email);
end
$$;

alter function api.set_notification_preference owner to definer;

comment on function api.set_notification_preference is $$
Turn mail of a type on or off for the caller. The rows in the app stay.

Raises
  M0208 answer_invalid               p_wants_email is neither true nor false
  M1001 sign_in_required             nobody is signed in
  M4601 notification_type_not_found  there is no such type
  M9601 notification_is_essential    this one cannot be turned off
$$;

create or replace function internal.set_preference(
  p_person_id   uuid,
  p_type        text,
  p_wants_email boolean
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_essential boolean;
begin
  perform internal.require_choice(p_wants_email, 'p_wants_email');
  select t.is_essential into v_is_essential
  from core.notification_type as t
  where t.type = p_type;

  if not found then
    perform internal.refuse(
      'M4601', 'notification_type_not_found', format('There is no notification type %s.', p_type),
      'Ask for the list of notification preferences.');
  end if;
  if v_is_essential and not p_wants_email then
    perform internal.refuse(
      'M9601', 'notification_is_essential', format('Mail of type %s is always sent.', p_type));
  end if;

  insert into core.notification_preference as p (person_id, type, wants_email)
  values (p_person_id, p_type, p_wants_email)
  on conflict (person_id, type) do update set wants_email = excluded.wants_email;
end
$$;

alter function internal.set_preference owner to definer;

comment on function internal.set_preference is
  'Store whether a person wants mail of a type. The calling function has checked whose wish it is.';

create or replace function api.unsubscribe(p_key uuid)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_outbox core.outbox;
begin
  select o.* into v_outbox
  from core.delivery as d
  join core.outbox as o using (outbox_id)
  where d.unsubscribe_key = p_key;

  if not found then
    perform internal.refuse(
      'M4602', 'unsubscribe_link_not_found', 'This link is unknown or too old.',
      'Sign in and change your notification preferences.');
  end if;
  perform internal.set_preference(v_outbox.person_id, v_outbox.topic, false);
  return v_outbox.topic;
end
$$;

alter function api.unsubscribe owner to definer;

comment on function api.unsubscribe is $$
Turn off mail of a type for the receiver of the mail whose link carried the key, and return the
type. The key is the permission, so nobody needs to sign in. Safe to repeat.

Raises
  M4602 unsubscribe_link_not_found  no mail carried this key, or it was long ago
  M9601 notification_is_essential   mail of this type is always sent
$$;

create or replace function api.set_quiet_hours(p_begins time, p_ends time)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id uuid := internal.require_user_id();
begin
  if p_begins is null and p_ends is null then
    delete from core.quiet_hours as q where q.person_id = v_user_id;
    return;
  end if;

  insert into core.quiet_hours as q (person_id, begins, ends)
  values (v_user_id, p_begins, p_ends)
  on conflict (person_id) do update set begins = excluded.begins, ends = excluded.ends;
end
$$;

alter function api.set_quiet_hours owner to definer;

comment on function api.set_quiet_hours is $$
Set the hours of the caller's day in which only urgent mail is sent; nulls remove them. They may
span midnight.

Raises
  M1001 sign_in_required  nobody is signed in
  23502, 23514            only one of the two is given, or both are the same
$$;

create or replace trigger notification_preference_touch
  before update on core.notification_preference
  for each row execute function internal.on_row_touched();
create or replace trigger quiet_hours_touch before update on core.quiet_hours
  for each row execute function internal.on_row_touched();
