-- Support: people open cases, staff answers them.

create or replace trigger support_case_touch before update on core.support_case
  for each row execute function internal.on_row_touched();

create or replace function internal.booking_meant(p_person_id uuid, p_reference text)
returns uuid
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
begin atomic
  select b.booking_id
  from core.booking as b
  where p_person_id in (b.customer_id, b.provider_id)
    and (b.booking_id::text = lower(btrim(p_reference))
         or b.seq::text = ltrim(btrim(p_reference), '#'));
end;

alter function internal.booking_meant owner to definer;

comment on function internal.booking_meant is
  'The booking of a person''s that they mean by an id or a number; null when it is none of theirs.';

create or replace function internal.set_attachments(p_case_id uuid, p_attachments jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_list jsonb := internal.read_words(p_attachments);
begin
  if p_attachments is null or jsonb_typeof(p_attachments) = 'null' then
    v_list := '[]';
  end if;
  if jsonb_typeof(v_list) <> 'array' or jsonb_array_length(v_list) > 20 or exists (
    select
    from jsonb_array_elements(v_list) as e(e)
    cross join lateral (
      select case jsonb_typeof(e.e) when 'object' then e.e ->> 'url' else e.e #>> '{}' end as url
    ) as u
    where coalesce(u.url, '') !~* '^https?://.' or length(u.url) > 2000
       or length(e.e ->> 'name') > 200
  ) then
    perform internal.refuse('M0605', 'attachments_invalid',
      'Attachments are at most 20 web addresses, or objects with "url" and "name".');
  end if;

  delete from core.case_attachment as a where a.support_case_id = p_case_id;
  insert into core.case_attachment (case_attachment_id, support_case_id, position, url, name)
  select internal.uuid_v7(), p_case_id, e.at,
         case jsonb_typeof(e.e) when 'object' then e.e ->> 'url' else e.e #>> '{}' end,
         e.e ->> 'name'
  from jsonb_array_elements(v_list) with ordinality as e(e, at);
end
$$;

alter function internal.set_attachments owner to definer;

comment on function internal.set_attachments is $$
Replace the attachments of a case: ["https://…", {"url": …, "name": …}], or such an array as text.

Raises
  M0605 attachments_invalid  one is no web address, or there are more than 20
$$;

create or replace function internal.add_case(p_id uuid, p_person_id uuid, p_case jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_booking_id  uuid := internal.booking_meant(
    p_person_id, coalesce(p_case ->> 'booking_id', p_case ->> 'booking_ref'));
  v_provider_id uuid := (p_case ->> 'provider_id')::uuid;
begin
  if p_case ->> 'booking_id' is not null and v_booking_id is null then
    perform internal.refuse('M4203', 'booking_not_found',
      format('You have no booking %s.', left(p_case ->> 'booking_id', 80)));
  end if;
  if v_provider_id is not null
     and not exists (select from core.provider as v where v.provider_id = v_provider_id) then
    perform internal.refuse(
      'M4001', 'provider_not_found', format('There is no provider %s.', v_provider_id));
  end if;

  -- Who opens two at once waits for themselves, so the count stays true.
  perform from core.person as p where p.person_id = p_person_id for no key update;
  if 20 <= (select count(*) from core.support_case as c
            where c.person_id = p_person_id and c.status in ('open', 'in_progress')) then
    perform internal.refuse('M9604', 'too_many_cases', 'You have 20 cases that wait for an answer.',
      'Add to one of them.');
  end if;

  insert into core.support_case
    (support_case_id, person_id, provider_id, booking_id, booking_ref, kind, title, description)
  values (
    p_id, p_person_id,
    coalesce(v_provider_id, (select b.provider_id from core.booking as b
                             where b.booking_id = v_booking_id and b.provider_id <> p_person_id)),
    v_booking_id, left(p_case ->> 'booking_ref', 100),
    coalesce(p_case ->> 'kind', 'other'), btrim(p_case ->> 'title'), p_case ->> 'description');
  perform internal.announce('staff.case_opened', null,
    jsonb_build_object('support_case_id', p_id));
end
$$;

alter function internal.add_case owner to definer;

comment on function internal.add_case is $$
Open a case of a person, and tell staff. The booking is found by what they wrote; the provider is
that of the booking, unless they name one.

Raises
  M4001 provider_not_found  there is no such provider
  M4203 booking_not_found   booking_id is no booking of theirs
  M9604 too_many_cases      20 of theirs are open
$$;

create or replace function internal.require_case_fields(p_case jsonb, p_before core.support_case)
returns void
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_fields(p_case,
    'support_case_id', 'person_id', 'provider_id', 'booking_id', 'booking_ref', 'kind', 'title',
    'description', 'attachments', 'status', 'priority', 'resolution');
  if coalesce(p_case ->> 'kind', 'other') !~ '^[a-z][a-z0-9_]{0,59}$' then
    perform internal.refuse('M0604', 'case_invalid',
      'The kind of a case is a word in small letters, such as booking_issue.');
  elsif coalesce(length(p_case ->> 'description'), 0) > 10000 then
    perform internal.refuse('M0604', 'case_invalid',
      'The description of a case has up to 10000 characters.');
  elsif length(btrim(coalesce(p_case ->> 'title', p_before.title, ''))) not between 1 and 200 then
    perform internal.refuse('M0604', 'case_invalid', 'A case has a title of 1 to 200 characters.');
  end if;
  -- What a case has anyway may be said by anybody: front ends send it with a new one.
  -- And who has opened a case may close it.
  if coalesce(p_case ->> 'status', p_before.status, 'open')
       not in (coalesce(p_before.status, 'open'),
               case when p_before.person_id = internal.user_id() then 'closed' else 'open' end)
     or coalesce(p_case ->> 'priority', p_before.priority, 'normal')
          <> coalesce(p_before.priority, 'normal')
     or p_case ->> 'resolution' is distinct from p_before.resolution and p_case ? 'resolution' then
    perform internal.require_staff();
  end if;
end
$$;

alter function internal.require_case_fields owner to definer;

comment on function internal.require_case_fields is $$
Refuse what is no case, and what only staff may say of one.

Raises
  M0012 fields_invalid, M0013 field_unknown
  M0604 case_invalid  no title, too long a text, or a kind that is no word
  M3301 staff_only    another status than closed, a priority or a resolution, from somebody else
                      than staff
$$;

create or replace function api.save_case(p_case jsonb, p_if_exists text default 'merge')
returns uuid
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id     uuid := coalesce((p_case ->> 'support_case_id')::uuid, internal.uuid_v7());
  v_before core.support_case;
  v_is_new boolean;
begin
  perform internal.require_actor();
  select c.* into v_before
  from core.support_case as c
  where c.support_case_id = v_id
    and (c.person_id = internal.user_id() or internal.is_service() or internal.is_staff())
  for no key update;
  v_is_new := not found;
  perform internal.require_case_fields(p_case, v_before);

  if v_is_new then
    perform internal.add_case(v_id,
      internal.require_identity(coalesce((p_case ->> 'person_id')::uuid, internal.user_id())),
      p_case);
  elsif not internal.found_to_save('case', p_if_exists) then
    return null;
  else
    perform internal.change_case(v_before, p_case);
  end if;
  if p_case ? 'attachments' then
    perform internal.set_attachments(v_id, p_case -> 'attachments');
  end if;
  if p_case ?| array['status', 'priority', 'resolution'] then
    perform internal.decide_case(
      v_id, p_case ->> 'status', p_case ->> 'resolution', p_case ->> 'priority');
  end if;
  return v_id;
end
$$;

alter function api.save_case owner to definer;

comment on function api.save_case is $$
Open a case, or change one of the caller's; return its id. p_case: {"support_case_id"?, "kind"?,
"title", "description"?, "provider_id"?, "booking_id"?, "booking_ref"?, "attachments"?}; staff says
"status", "priority" and "resolution" besides. booking_ref is kept as it is written, and the
booking that it means is found, if it is the caller's. p_if_exists: merge, ignore or fail.

Raises
  M0011 if_exists_unknown, M0012 fields_invalid, M0013 field_unknown
  M0604 case_invalid         no title, too long a text, or a kind that is no word
  M0605 attachments_invalid  one is no web address, or there are more than 20
  M0606 answer_of_case_invalid  an unknown status or priority, or a resolution that is too long
  M1001 sign_in_required     nobody is signed in
  M3001 person_suspended     the account is suspended or closed
  M3002 sign_up_required     the caller is an anonymous guest
  M3301 staff_only           a status, priority or resolution, from somebody else than staff;
                             who opened a case may close it
  M4001 provider_not_found   there is no such provider
  M4203 booking_not_found    booking_id is no booking of the caller's
  M9603 case_closed          the case is closed
  M9604 too_many_cases       20 of the caller's are open
  42501                      person_id is somebody else
$$;

create or replace function internal.change_case(p_before core.support_case, p_case jsonb)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_case core.support_case := jsonb_populate_record(p_before, p_case);
begin
  if p_before.person_id is distinct from v_case.person_id then
    raise exception using errcode = '42501', message = 'A case stays with whoever opened it.';
  end if;
  if (v_case.title, v_case.description, v_case.kind, v_case.booking_ref)
       is not distinct from
     (p_before.title, p_before.description, p_before.kind, p_before.booking_ref)
     and not p_case ? 'attachments' then
    return;
  end if;
  if p_before.status = 'closed' then
    perform internal.refuse('M9603', 'case_closed', 'This case is closed.', 'Open a new one.');
  end if;
  update core.support_case as c
  set title = btrim(v_case.title), description = v_case.description, kind = v_case.kind,
      booking_ref = left(v_case.booking_ref, 100)
  where c.support_case_id = p_before.support_case_id;
end
$$;

alter function internal.change_case owner to definer;

comment on function internal.change_case is $$
Change the words of a case that is not closed.

Raises
  M9603 case_closed  it is closed
  42501              it would be somebody else's
$$;

create or replace function api.open_case(
  p_title       text,
  p_description text default null,
  p_kind        text default 'other',
  p_provider_id uuid default null,
  p_booking_ref text default null,
  p_attachments jsonb default null
)
returns uuid
language sql
volatile
return api.save_case(jsonb_strip_nulls(jsonb_build_object(
  'title', p_title, 'description', p_description, 'kind', p_kind, 'provider_id', p_provider_id,
  'booking_ref', p_booking_ref, 'attachments', p_attachments)), 'fail');

comment on function api.open_case is 'Report something to the house; return the case. See api.save_case.';

create or replace function internal.decide_case(
  p_case_id    uuid,
  p_status     text,
  p_resolution text,
  p_priority   text
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before core.support_case;
  v_after  core.support_case;
begin
  select c.* into v_before
  from core.support_case as c
  where c.support_case_id = p_case_id
  for no key update;
  if not found then
    perform internal.refuse('M4605', 'case_not_found', format('There is no case %s.', p_case_id));
  end if;
  if coalesce(p_status, 'open') not in ('open', 'in_progress', 'resolved', 'closed')
     or coalesce(p_priority, 'normal') not in ('low', 'normal', 'high', 'urgent')
     or length(p_resolution) > 10000 then
    perform internal.refuse('M0606', 'answer_of_case_invalid',
      'A case is open, in_progress, resolved or closed; its priority is low, normal, high or '
      'urgent; a resolution has up to 10000 characters.');
  end if;
  if (coalesce(p_status, v_before.status), coalesce(p_resolution, v_before.resolution),
      coalesce(p_priority, v_before.priority))
       is not distinct from (v_before.status, v_before.resolution, v_before.priority) then
    return;
  end if;

  update core.support_case as c
  set status = coalesce(p_status, c.status), priority = coalesce(p_priority, c.priority),
      resolution = coalesce(p_resolution, c.resolution),
      resolved_at = case when coalesce(p_status, c.status) in ('resolved', 'closed')
                         then coalesce(c.resolved_at, now()) end
  where c.support_case_id = p_case_id
  returning c.* into v_after;
  if (v_after.status, v_after.resolution) is distinct from (v_before.status, v_before.resolution)
     and v_after.person_id is distinct from internal.user_id()
  then
    perform internal.notify(v_after.person_id, 'case_answered', jsonb_build_object(
      'support_case_id', p_case_id, 'status', v_after.status));
  end if;
  perform internal.audit('answer_case', 'support_case', p_case_id::text,
    jsonb_build_object('status', v_before.status, 'priority', v_before.priority),
    jsonb_build_object('status', v_after.status, 'priority', v_after.priority,
                       'is_answered', p_resolution is not null));
end
$$;

alter function internal.decide_case owner to definer;

comment on function internal.decide_case is $$
Change what staff says of a case; null leaves a thing as it is. resolved_at follows the status. The
words of the answer stay out of the audit log, because they are about a person.

Raises
  M0606 answer_of_case_invalid  an unknown status or priority, or too long a resolution
  M4605 case_not_found          there is no such case
$$;

create or replace function api.answer_case(
  p_case_id    uuid,
  p_status     text default null,
  p_resolution text default null,
  p_priority   text default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  perform internal.require_staff();
  perform internal.decide_case(p_case_id, p_status, p_resolution, p_priority);
end
$$;

alter function api.answer_case owner to definer;

comment on function api.answer_case is $$
Answer a case: its status, resolution and priority; null leaves a thing as it is. For staff; audited.

Raises
  M0606 answer_of_case_invalid  an unknown status or priority, or too long a resolution
  M3301 staff_only              the caller is not staff
  M4605 case_not_found          there is no such case
$$;

create or replace function api.list_cases(p_status text default null, p_limit integer default 100)
returns table (
  support_case_id uuid,
  person_id       uuid,
  person_name     text,
  provider_id     uuid,
  booking_id      uuid,
  booking_ref     text,
  kind            text,
  title           text,
  description     text,
  status          text,
  priority        text,
  resolution      text,
  resolved_at     timestamptz,
  created_at      timestamptz
)
language sql
stable
begin atomic
  select c.support_case_id, c.person_id, p.display_name, c.provider_id, c.booking_id,
         c.booking_ref, c.kind, c.title, c.description, c.status, c.priority, c.resolution,
         c.resolved_at, c.created_at
  from core.support_case as c
  left join core.person as p on p.person_id = c.person_id
  where p_status is null or c.status = p_status
  order by case c.priority when 'urgent' then 1 when 'high' then 2 when 'normal' then 3 else 4 end,
           c.created_at desc, c.support_case_id
  limit least(greatest(coalesce(p_limit, 100), 0), 1000);
end;

comment on function api.list_cases is $$
Cases of the caller, the urgent and then the newest first; staff sees everybody's. Of one status, if
asked for. api.attachments_of_case has what proves one.
$$;

create or replace function api.attachments_of_case(p_case_id uuid)
returns jsonb
language sql
stable
begin atomic
  select coalesce(jsonb_agg(
    case when a.name is null then to_jsonb(a.url)
         else jsonb_build_object('url', a.url, 'name', a.name) end order by a.position), '[]')
  from core.case_attachment as a
  where a.support_case_id = p_case_id;
end;

comment on function api.attachments_of_case is
  'The attachments of a case, as they were given: web addresses, or objects with url and name.';
