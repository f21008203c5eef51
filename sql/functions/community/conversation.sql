-- Conversations: people who may write to each other do, in one conversation of the two or in a
-- group.
--
-- Who sends locks their own person, then the conversation: messages of one conversation are
-- numbered in the order in which they appear.

create or replace function internal.conversation_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select m.conversation_id
  from core.conversation_member as m
  where m.person_id = internal.user_id();
end
$$;

alter function internal.conversation_ids owner to definer;

comment on function internal.conversation_ids is 'The conversations of the caller.';

create or replace function internal.conversing_person_ids()
returns setof uuid
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select o.person_id
  from core.conversation_member as m
  join core.conversation as c using (conversation_id)
  join core.conversation_member as o using (conversation_id)
  where m.person_id = internal.user_id()
    -- Writing to a stranger is no way to learn who they are: they answer first.
    and (c.kind = 'group' or c.is_answered or c.opened_by <> m.person_id);
end
$$;

alter function internal.conversing_person_ids owner to definer;

comment on function internal.conversing_person_ids is
  'The people of the caller''s conversations: they see each other''s names, the one who began it once '
  'the other has answered.';

create or replace function internal.may_write_to(p_person_id uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select exists (
    select
    from core.person as p
    where p.person_id = p_person_id
      and internal.is_active(p_person_id)
      and not internal.are_apart(p_person_id, internal.user_id())
      and (p.is_listed
           or internal.is_staff()
           or internal.is_service()
           or internal.knows(p_person_id)
           or p.is_heard
           or exists (
             select from core.enrolment as e
             where e.customer_id = p_person_id and e.provider_id = internal.user_id())
           or p_person_id in (select internal.conversing_person_ids()))
  );
end;

alter function internal.may_write_to owner to definer;

comment on function internal.may_write_to is $$
Whether the caller may begin conversations with a person, and bring them into a group: providers,
those who post or are in a course of the caller's, those they have a booking or a conversation in
common with; for staff everybody. Nobody reaches the suspended, and who has blocked the other. With
anybody else, who is a stranger, the caller begins a few; see internal.require_can_open.
$$;

create or replace function internal.may_share_contacts(p_one uuid, p_other uuid)
returns boolean
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select exists (
    select
    from core.booking as b
    where (b.customer_id, b.provider_id) in ((p_one, p_other), (p_other, p_one))
      and b.price_minor > 0
      and internal.is_bought(b.status)
  );
end;

alter function internal.may_share_contacts owner to definer;

comment on function internal.may_share_contacts is
  'Whether two people have a paid booking in common. Until then contact details are masked.';

create or replace function internal.mask_contacts(p_body text)
returns text
language sql
immutable
return regexp_replace(regexp_replace(regexp_replace(p_body,
  '[[:alnum:]._%+-]+ ?(@|\(at\)|\[at\]) ?[[:alnum:]-]+( ?(\.|\(dot\)|\[dot\]) ?[[:alnum:]-]+)+',
  '[hidden]', 'gi'),
  '(https?://|www\.)\S+|\m([a-z0-9-]+\.)+(com|net|org|info|io|me|app|co|dev|dk|de|uk|se|no|us|ke)'
  '(/\S*)?\M', '[hidden]', 'gi'),
  -- Eight digits and more, unless they are a date.
  '(?<!\d)(?!\d{4}-\d{2}-\d{2}(?!\d))(?!\d{1,2}[./-]\d{1,2}[./-]\d{4}(?!\d))'
  '\+?\(?\d([ ().-]{0,2}\d){7,}', '[hidden]', 'g');

comment on function internal.mask_contacts is
  'A text without mail addresses, links and telephone numbers.';

create or replace function internal.require_can_send(p_sender_id uuid)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- Who sends twice at once waits for themselves, so the count below stays true.
  perform from core.person as p where p.person_id = p_sender_id for no key update;
  if 30 <= (
    select count(*)
    from core.message as m
    where m.sender_id = p_sender_id and m.created_at > now() - interval '1 minute'
  ) and not internal.is_service() then
    perform internal.refuse('M9602', 'too_many_messages',
      'That were 30 messages within a minute.', 'Wait a minute.');
  end if;
end
$$;

alter function internal.require_can_send owner to definer;

comment on function internal.require_can_send is $$
Lock a sender, who has not sent too much. The house may send without a limit.

Raises
  M9602 too_many_messages  30 within a minute
$$;

create or replace function internal.ensure_pair(p_me uuid, p_other uuid, p_id uuid default null)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_first  uuid := least(p_me, p_other);
  v_second uuid := greatest(p_me, p_other);
  v_id     uuid;
begin
  select c.conversation_id into v_id
  from core.conversation as c
  where c.first_id = v_first and c.second_id = v_second;
  if found then
    return v_id;
  end if;
  if p_other is null or p_other = p_me or not internal.is_active(p_other)
     or not exists (select from core.person as p where p.person_id = p_other) then
    perform internal.refuse('M4003', 'person_not_found',
      format('There is nobody %s you could write to.', p_other));
  end if;
  perform internal.require_not_apart(p_me, p_other);
  perform internal.require_can_open(p_me, not internal.may_write_to(p_other));

  insert into core.conversation (conversation_id, kind, first_id, second_id, opened_by)
  values (coalesce(p_id, internal.uuid_v7()), 'pair', v_first, v_second, p_me)
  on conflict (first_id, second_id) do nothing
  returning conversation_id into v_id;
  if not found then
    -- The other one was quicker.
    return (select c.conversation_id from core.conversation as c
            where c.first_id = v_first and c.second_id = v_second);
  end if;
  insert into core.conversation_member (conversation_id, person_id)
  values (v_id, v_first), (v_id, v_second);
  return v_id;
end
$$;

alter function internal.ensure_pair owner to definer;

comment on function internal.ensure_pair is $$
The conversation of two people, made if there is none. Two who begin at once get the same one: the
sorted pair is a key.

Raises
  M3601 person_blocked     one of the two has blocked the other
  M4003 person_not_found   there is nobody else of that id, or they are suspended or gone
  M9602 too_many_messages  50 new conversations within a day, or 10 strangers without an answer
$$;

create or replace function internal.require_can_open(
  p_person_id   uuid,
  p_is_stranger boolean default false
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform from core.person as p where p.person_id = p_person_id for no key update;
  if 50 <= (
    select count(*)
    from core.conversation as c
    where c.opened_by = p_person_id and c.created_at > now() - interval '1 day'
  ) and not (internal.is_service() or internal.is_staff()) then
    perform internal.refuse('M9602', 'too_many_messages',
      'That were 50 new conversations within a day.', 'Wait until tomorrow.');
  end if;
  if p_is_stranger and 10 <= (
    select count(*)
    from core.conversation as c
    where c.opened_by = p_person_id
      and c.created_at > now() - interval '1 day'
      and not c.is_answered
  ) and not internal.is_service() then
    perform internal.refuse('M9602', 'too_many_messages',
      'Ten people you have written to within a day have not answered.',
      'Wait for an answer, or until tomorrow.');
  end if;
end
$$;

alter function internal.require_can_open owner to definer;

comment on function internal.require_can_open is $$
Lock a person, who has not begun too many conversations: 50 within a day, and with strangers no more
while 10 of a day are unanswered.

Raises
  M9602 too_many_messages  they have
$$;

create or replace function api.open_conversation(
  p_person_ids      uuid[],
  p_title           text default null,
  p_conversation_id uuid default null
)
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me     uuid := internal.require_identity(internal.user_id());
  v_others uuid[] := array(
    select distinct p from unnest(p_person_ids) as p where p is distinct from v_me order by 1);
  v_id     uuid := coalesce(p_conversation_id, internal.uuid_v7());
begin
  perform internal.require_active(v_me);
  if cardinality(v_others) not between 1 and 49 then
    perform internal.refuse('M0601', 'recipients_invalid',
      'A conversation has 1 to 49 other people.');
  end if;
  if cardinality(v_others) = 1 and nullif(btrim(p_title), '') is null then
    return internal.ensure_pair(v_me, v_others[1], v_id);
  end if;

  if exists (select from unnest(v_others) as o where o is null or not internal.may_write_to(o)) then
    perform internal.refuse('M4003', 'person_not_found',
      'There is somebody among them whom you cannot write to.');
  end if;
  perform internal.require_can_open(v_me);
  insert into core.conversation (conversation_id, kind, opened_by, title)
  -- A title is read by all of them, as a message is.
  values (v_id, 'group', v_me, left(internal.mask_contacts(nullif(btrim(p_title), '')), 200));
  insert into core.conversation_member (conversation_id, person_id)
  select v_id, o from unnest(v_me || v_others) as o;
  return v_id;
end
$$;

alter function api.open_conversation owner to definer;

comment on function api.open_conversation is $$
Begin a conversation, and return its id. With one person it is the one that the two have, made if
there is none; with several, or with a title, it is a new group. A new one gets p_conversation_id,
if its client has made one.

Raises
  M0601 recipients_invalid  nobody else, or more than 49
  M1001 sign_in_required    nobody is signed in
  M3001 person_suspended    the account is suspended or closed
  M3002 sign_up_required    the caller is an anonymous guest
  M4003 person_not_found    somebody is not there, or not to be written to by the caller
  M9602 too_many_messages   50 new conversations within a day
$$;

create or replace function api.leave_conversation(p_conversation_id uuid)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me uuid := internal.require_user_id();
begin
  delete from core.conversation_member as m
  using core.conversation as c
  where c.conversation_id = m.conversation_id and c.kind = 'group'
    and m.conversation_id = p_conversation_id and m.person_id = v_me;
  return found;
end
$$;

alter function api.leave_conversation owner to definer;

comment on function api.leave_conversation is $$
Leave a group, and read it no more; false when the caller is in no such group. A conversation of
two cannot be left.

Raises
  M1001 sign_in_required  nobody is signed in
$$;

create or replace function internal.unread_count(p_conversation_id uuid)
returns integer
language sql
stable
begin atomic
  select count(*)::integer
  from core.message as m
  where m.conversation_id = p_conversation_id
    and m.sender_id <> internal.user_id()
    and not exists (
      select
      from core.message_receipt as r
      where r.message_id = m.message_id and r.person_id = internal.user_id());
end;

comment on function internal.unread_count is
  'How many messages of a conversation the caller has not read, of those they may see.';

create or replace function api.list_conversations(
  p_before timestamptz default null,
  p_limit  integer default 50
)
returns table (
  conversation_id uuid,
  kind            text,
  title           text,
  person_ids      uuid[],
  names           text[],
  last_message    text,
  last_message_at timestamptz,
  unread          integer
)
language sql
stable
begin atomic
  -- The page first, and what it shows of each afterwards.
  with page as (
    select c.*, coalesce(c.last_message_at, c.created_at) as at
    from core.conversation as c
    where c.conversation_id in (select internal.conversation_ids())
      and (p_before is null or coalesce(c.last_message_at, c.created_at) < p_before)
    order by coalesce(c.last_message_at, c.created_at) desc, c.conversation_id
    limit least(greatest(coalesce(p_limit, 50), 0), 200)
  )
  select c.conversation_id, c.kind, c.title, o.person_ids, o.names, l.body, c.at,
         internal.unread_count(c.conversation_id)
  from page as c
  left join lateral (
    select array_agg(m.person_id order by m.joined_at, m.person_id) as person_ids,
           array_agg(p.display_name order by m.joined_at, m.person_id) as names
    from core.conversation_member as m
    left join core.person as p using (person_id)
    where m.conversation_id = c.conversation_id and m.person_id <> internal.user_id()
  ) as o on true
  left join lateral (
    select m.body
    from core.message as m
    where m.conversation_id = c.conversation_id
    order by m.seq desc
    limit 1
  ) as l on true
  order by c.at desc, c.conversation_id;
end;

comment on function api.list_conversations is $$
The caller's conversations, the latest first, at most 200: who else is in them, the last message,
and how many are unread. Page on by the last last_message_at.
$$;


create or replace function internal.tell_members(
  p_conversation_id uuid,
  p_message_id      uuid,
  p_sender_id       uuid
)
returns void
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select internal.notify(m.person_id, 'message_received', jsonb_build_object(
    'conversation_id', p_conversation_id, 'message_id', p_message_id))
  from core.conversation_member as m
  where m.conversation_id = p_conversation_id
    and m.person_id <> p_sender_id
    -- Who has been told and has not looked is not told again.
    and not exists (
      select
      from core.message as g
      where g.conversation_id = p_conversation_id
        and g.message_id <> p_message_id
        and g.sender_id <> m.person_id
        and not exists (
          select
          from core.message_receipt as r
          where r.message_id = g.message_id and r.person_id = m.person_id));
end;

alter function internal.tell_members owner to definer;

comment on function internal.tell_members is
  'Notify the others of a conversation of a message, but for those who have unread ones already.';

create or replace function internal.require_welcome(
  p_conversation core.conversation,
  p_sender_id    uuid
)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_other uuid := case p_sender_id when p_conversation.first_id then p_conversation.second_id
                                   else p_conversation.first_id end;
begin
  if internal.is_service() or internal.is_staff() then
    return;
  end if;
  perform internal.require_not_apart(p_sender_id, v_other);
  if p_conversation.opened_by = p_sender_id
     and not p_conversation.is_answered
     and 3 <= (
       select count(*)
       from core.message as m
       where m.conversation_id = p_conversation.conversation_id)
     and not internal.may_write_to(v_other) then
    perform internal.refuse('M9602', 'too_many_messages',
      'You have written three times to somebody who does not know you.', 'Wait for an answer.');
  end if;
end
$$;

alter function internal.require_welcome owner to definer;

comment on function internal.require_welcome is $$
Refuse a message of a pair of whom one has blocked the other, and the fourth to a stranger who has
not answered.

Raises
  M3601 person_blocked     one of the two has blocked the other
  M9602 too_many_messages  three messages wait for an answer
$$;

create or replace function internal.add_message(
  p_message_id      uuid,
  p_sender_id       uuid,
  p_conversation_id uuid,
  p_body            text
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_conversation core.conversation;
  v_body         text := btrim(p_body);
  v_masked       text;
begin
  if coalesce(length(v_body), 0) not between 1 and 5000 then
    perform internal.refuse('M0602', 'message_invalid', 'A message has 1 to 5000 characters.');
  end if;
  perform internal.require_can_send(p_sender_id);
  select c.* into v_conversation
  from core.conversation as c
  where c.conversation_id = p_conversation_id
  for no key update;
  if not found or not exists (
    select
    from core.conversation_member as m
    where m.conversation_id = p_conversation_id and m.person_id = p_sender_id
  ) then
    perform internal.refuse('M4604', 'conversation_not_found',
      format('You are in no conversation %s.', p_conversation_id));
  end if;

  if v_conversation.kind = 'pair' then
    perform internal.require_welcome(v_conversation, p_sender_id);
  end if;

  v_masked := case
    when internal.is_staff() or not exists (
      select
      from core.conversation_member as m
      where m.conversation_id = p_conversation_id and m.person_id <> p_sender_id
        and not internal.may_share_contacts(p_sender_id, m.person_id)) then v_body
    -- What stands for an address is longer than some.
    else left(internal.mask_contacts(v_body), 5000) end;

  insert into core.message (message_id, conversation_id, sender_id, recipient_id, body, is_masked)
  values (p_message_id, p_conversation_id, p_sender_id,
          case p_sender_id when v_conversation.first_id then v_conversation.second_id
                           when v_conversation.second_id then v_conversation.first_id end,
          v_masked, v_masked <> v_body);
  if v_masked <> v_body then
    insert into core.message_original (message_id, body) values (p_message_id, v_body);
  end if;
  update core.conversation as c
  set last_message_at = now(), is_answered = c.is_answered or c.opened_by <> p_sender_id
  where c.conversation_id = p_conversation_id;
  perform internal.tell_members(p_conversation_id, p_message_id, p_sender_id);
end
$$;

alter function internal.add_message owner to definer;

comment on function internal.add_message is $$
Add a message of a member to a conversation, without contact details where somebody in it has no
paid booking with the sender. Locks the sender, then the conversation.

Raises
  M0602 message_invalid         it is blank, or longer than 5000 characters
  M3601 person_blocked          one of a pair has blocked the other
  M4604 conversation_not_found  the sender is in no such conversation
  M9602 too_many_messages       30 within a minute
$$;

create or replace function api.save_message(p_message jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me      uuid := internal.require_identity(
    coalesce((p_message ->> 'sender_id')::uuid, internal.user_id()));
  v_id      uuid := coalesce((p_message ->> 'message_id')::uuid, internal.uuid_v7());
  v_given   integer;
  v_message core.message;
begin
  perform internal.require_fields(p_message,
    'message_id', 'sender_id', 'recipient_id', 'conversation_id', 'body');
  perform internal.require_active(v_me);

  select m.* into v_message from core.message as m where m.message_id = v_id;
  if found then
    if not internal.found_to_save('message', p_if_exists) then
      return null;
    end if;
    -- The same message again is no change.
    if v_message.sender_id <> v_me
       or coalesce(p_message ->> 'body', v_message.body) <> v_message.body
       or coalesce((p_message ->> 'recipient_id')::uuid, v_message.recipient_id)
          is distinct from v_message.recipient_id
       or coalesce((p_message ->> 'conversation_id')::uuid, v_message.conversation_id)
          <> v_message.conversation_id then
      raise exception using errcode = '42501', message = 'A message that was sent stays as it is.';
    end if;
    return v_id;
  end if;

  v_given := num_nonnulls(p_message ->> 'recipient_id', p_message ->> 'conversation_id');
  -- Rows are read with both, so both may be written if they belong together.
  if v_given = 0 or v_given = 2 and not exists (
    select
    from core.conversation as c
    where c.conversation_id = (p_message ->> 'conversation_id')::uuid
      and c.first_id = least(v_me, (p_message ->> 'recipient_id')::uuid)
      and c.second_id = greatest(v_me, (p_message ->> 'recipient_id')::uuid)
  ) then
    perform internal.refuse('M0601', 'recipients_invalid',
      'A message is to a person, or to a conversation, or to both if it is that of the two.');
  end if;
  perform internal.add_message(v_id, v_me,
    coalesce((p_message ->> 'conversation_id')::uuid,
             internal.ensure_pair(v_me, (p_message ->> 'recipient_id')::uuid)),
    p_message ->> 'body');
  return v_id;
end
$$;

alter function api.save_message owner to definer;

comment on function api.save_message is $$
Send a message; return its id. p_message: {"message_id"?, "sender_id"?, "recipient_id" or
"conversation_id", or both of one pair, "body"}. Mail addresses, links and telephone numbers are taken out as long as
somebody in the conversation has no paid booking with the sender; moderators keep them. The same
message_id again sends nothing.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0601 recipients_invalid      neither a person nor a conversation, or two that do not belong
                                together
  M0602 message_invalid         it is blank, or longer than 5000 characters
  M1001 sign_in_required        nobody is signed in
  M3001 person_suspended        the account is suspended or closed
  M3002 sign_up_required        the caller is an anonymous guest
  M3601 person_blocked          one of the two has blocked the other
  M4003 person_not_found        there is nobody else of that id, or they are suspended or gone
  M4604 conversation_not_found  the caller is in no such conversation
  M9602 too_many_messages       30 within a minute, or 50 new conversations within a day; to
                                strangers three messages, and ten a day, until they answer
  42501                         sender_id is somebody else, or a sent message would be changed
$$;

create or replace function api.send_message(
  p_body            text,
  p_recipient_id    uuid default null,
  p_conversation_id uuid default null
)
returns uuid
language sql
volatile
return api.save_message(jsonb_strip_nulls(jsonb_build_object(
  'body', p_body, 'recipient_id', p_recipient_id, 'conversation_id', p_conversation_id)), 'fail');

comment on function api.send_message is $$
Write to a person, in the conversation of the two, which is made if there is none; or to a
conversation of the caller's. Returns the id of the message. See api.save_message.
$$;

create or replace function api.list_messages(
  p_conversation_id uuid,
  p_before_seq      integer default null,
  p_limit           integer default 100
)
returns table (
  message_id   uuid,
  seq          integer,
  sender_id    uuid,
  recipient_id uuid,
  body         text,
  is_masked    boolean,
  created_at   timestamptz,
  read_by      uuid[]
)
language sql
stable
begin atomic
  select m.message_id, m.seq, m.sender_id, m.recipient_id, m.body, m.is_masked, m.created_at,
         array(select r.person_id
               from core.message_receipt as r
               where r.message_id = m.message_id
               order by r.read_at, r.person_id)
  from core.message as m
  where m.conversation_id = p_conversation_id
    and m.conversation_id in (select internal.conversation_ids())
    and (p_before_seq is null or m.seq < p_before_seq)
  order by m.seq desc
  limit least(greatest(coalesce(p_limit, 100), 0), 1000);
end;

comment on function api.list_messages is
  'The messages of one of the caller''s conversations, newest first. Page on by the last seq.';

create or replace function api.mark_messages_read(
  p_message_ids     uuid[] default null,
  p_conversation_id uuid default null
)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_me    uuid := internal.require_user_id();
  v_count integer;
begin
  insert into core.message_receipt (message_id, person_id)
  select m.message_id, v_me
  from core.message as m
  where m.conversation_id in (select internal.conversation_ids())
    and m.sender_id <> v_me
    and (p_message_ids is null or m.message_id = any (p_message_ids))
    and (p_conversation_id is null or m.conversation_id = p_conversation_id)
  on conflict do nothing;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

alter function api.mark_messages_read owner to definer;

comment on function api.mark_messages_read is $$
Say that the caller has read the messages given, or those of a conversation, or all; return how
many were unread. Their own, and those of conversations they are not in, are left out.

Raises
  M1001 sign_in_required  nobody is signed in
$$;

create or replace function api.inspect_conversation(p_conversation_id uuid, p_reason text)
returns table (
  message_id uuid,
  sender_id  uuid,
  body       text,
  was_masked boolean,
  created_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  if nullif(btrim(p_reason), '') is null then
    perform internal.refuse('M0603', 'reason_required',
      'Whoever reads what others wrote says why.');
  end if;
  perform internal.audit('inspect_conversation', 'conversation', p_conversation_id::text, null,
    jsonb_build_object('reason', left(btrim(p_reason), 1000)));
  return query
  select m.message_id, m.sender_id, coalesce(o.body, m.body), m.is_masked, m.created_at
  from core.message as m
  left join core.message_original as o using (message_id)
  where m.conversation_id = p_conversation_id
  order by m.seq;
end
$$;

alter function api.inspect_conversation owner to definer;

comment on function api.inspect_conversation is $$
The messages of anybody's conversation as they were written, for a moderator, who says why. For
staff; audited.

Raises
  M0603 reason_required  no reason is given
  M3301 staff_only       the caller is not staff
$$;
